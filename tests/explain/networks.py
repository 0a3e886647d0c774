"""Networks, trainings and rows for the tests of this room."""

import numpy as np
from hypothesis import strategies as st

from syn0 import SGD, Adam, AdamW, Network, RMSprop, Training

X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], float)
FIRST_COLUMN = np.array([0, 0, 1, 1], float)
EXCLUSIVE_OR = np.array([0, 1, 1, 0], float)


def part_1() -> Network:
    """The tutorial's two layers, before training."""
    return Network([3, 1])


def part_2() -> Network:
    """Its three."""
    return Network([3, 4, 1])


def made_up(rows: int = 23, inputs: int = 5, outputs: int = 2, seed: int = 7):
    """Inputs, and targets from 0 to 1."""
    generator = np.random.RandomState(seed)
    return generator.normal(size=(rows, inputs)), generator.uniform(size=(rows, outputs))


KINDS = {
    "plain": ({}, {}),
    "adam": ({"bias": True}, {"optimizer": "adam", "batch_size": 5}),
    "dropout and noise": (
        {"dropout": 0.3, "input_noise": 0.1, "activation": "gelu"},
        {"optimizer": "adam", "batch_size": 4, "schedule": "cosine"},
    ),
    "batch norm": (
        {"batch_norm": True, "bias": True, "activation": "relu"},
        {"learning_rate": 0.1, "momentum": 0.9, "batch_size": 7, "clip_norm": 1.0},
    ),
    "layer norm in float32": (
        {"layer_norm": True, "skip": True, "dtype": "float32"},
        {"optimizer": "adamw", "batch_size": 6, "weight_decay": 0.01, "max_norm": 2.0},
    ),
    "penalties": (
        {"activation": "tanh", "bias": True},
        {"learning_rate": 0.01, "l1": 0.01, "l2": 0.1, "clip_value": 0.5, "reduction": "mean"},
    ),
    "trimmed": ({}, {"trim_deltas": 0.01, "clip_deltas": 0.2, "batch_size": 5, "shuffle": False}),
}
"""Settings of networks, and of their trainings."""

OPTIMIZERS = [
    SGD(),
    SGD(learning_rate=0.3, momentum=0.9),
    SGD(learning_rate=0.1, momentum=0.5, nesterov=True),
    Adam(),
    AdamW(weight_decay=0.1),
    RMSprop(),
]


@st.composite
def cases(draw):
    """A network, how it is trained, rows for it, and a step to look at."""
    sizes = draw(st.lists(st.integers(1, 9), min_size=2, max_size=4))
    network = Network(
        sizes,
        bias=draw(st.booleans()),
        activation=draw(st.sampled_from(["sigmoid", "tanh", "relu", "silu"])),
        output_activation="identity",
        dtype=draw(st.sampled_from(["float64", "float32"])),
        batch_norm=draw(st.booleans()),
        seed=draw(st.integers(0, 99)),
    )
    rows = draw(st.integers(1, 40))
    training = Training(
        steps=5,
        optimizer=draw(st.sampled_from(OPTIMIZERS)),
        batch_size=draw(st.one_of(st.none(), st.integers(1, rows))),
        l2=draw(st.sampled_from([0, 0.1])),
        clip_norm=draw(st.sampled_from([None, 0.1])),
        reduction="mean",
    )
    data = made_up(rows, sizes[0], sizes[-1], seed=draw(st.integers(0, 99)))
    return network, training, data, draw(st.integers(0, 3))
