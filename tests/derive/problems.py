"""Programs at a place: what the tests of gradients and of optimizers share.

Places are chosen away from every corner of the loss, so that differences and slopes are the same
thing there.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from types import ModuleType
from typing import Any
from unittest import mock

import numpy as np
from numpy.typing import NDArray

from syn0.derive import LOSSES, gradient_program, loss_of, target_columns, training_program
from syn0.derive.layers import LAYERS
from syn0.program import OPERATIONS, Operation, Program
from syn0.program.interpreter import start, step, walk
from syn0.spec import (
    Activation,
    BatchNorm,
    Dense,
    Dropout,
    Layer,
    LayerNorm,
    NetworkSpec,
    Noise,
    Skip,
    Training,
)

Array = NDArray[Any]
Arrays = dict[str, Array]

ROWS, INPUTS, HIDDEN, OUTPUTS = 6, 4, 4, 3
PLAIN = Training(steps=1)

LOSS_TEXTS = {name: name for name in LOSSES} | {
    "huber": "huber:0.4",
    "quantile": "quantile:0.2,0.5,0.9",
}
"""Every loss, with numbers where it takes some."""

KINDS = {kind.__name__: kind for kind in LAYERS}

BETWEEN: dict[type[Layer], Callable[[str], list[Layer]]] = {
    Dense: lambda hidden: [],
    Activation: lambda hidden: [Activation(hidden)],
    Dropout: lambda hidden: [Dropout(0.3)],
    Noise: lambda hidden: [Noise(0.2)],
    BatchNorm: lambda hidden: [BatchNorm(0.3, 0.01)],
    LayerNorm: lambda hidden: [LayerNorm(0.01)],
    Skip: lambda hidden: [Skip()],
}
"""What stands after each layer of a network that shows one kind."""


def layers_with(kind: str, hidden: str, output: str) -> tuple[Layer, ...]:
    """A network with a kind of layer on its inputs and after its hidden layer; a skip needs layers
    to lead over, and stands after two."""
    between = BETWEEN[KINDS[kind]](hidden)
    own = "identity" if kind == "Activation" else hidden
    below = [Dense(HIDDEN, own)] if kind == "Skip" else []
    return (*below, *between, Dense(HIDDEN, own, bias=True), *between, Dense(OUTPUTS, output, True))


def network_with(kind: str, hidden: str, loss: str, output: str) -> NetworkSpec:
    """That network, with a loss."""
    return NetworkSpec(INPUTS, layers_with(kind, hidden, output), loss=LOSS_TEXTS[loss])


@dataclass(frozen=True)
class Problem:
    """A description, and the values that a step of its programs starts from."""

    network: NetworkSpec
    training: Training
    weighted: bool
    values: dict[str, Any]

    @cached_property
    def program(self) -> Program:
        """The lines that bind the pulls; or that add them, where rows are weighted or picked."""
        if self.weighted or self.training.batch_size is not None:
            return training_program(self.network, self.training, weighted=self.weighted)
        return gradient_program(self.network, self.training)

    @cached_property
    def weights(self) -> Arrays:
        """What is learned."""
        names = self.program.pulls or learned(replace(self.network, seed=0))
        return {name: self.values[name] for name in names}

    @cached_property
    def after(self) -> dict[str, Any]:
        """Every value after the lines have run."""
        return step(self.program, self.values)

    @cached_property
    def pulls(self) -> Arrays:
        """What a step with learning rate 1 adds to what is learned."""
        if self.program.pulls:
            return {name: self.after[pull] for name, pull in self.program.pulls.items()}
        return {name: self.after[name] - weight for name, weight in self.weights.items()}

    def loss(self, weights: Arrays) -> float:
        """The program's own loss line, with other weights."""
        lines = self.program.phase("forward", "loss")
        return float({x.target: value for x, value in walk(lines, self.values | weights)}["loss"])

    def rise(self, change: Arrays, by: float = 2e-6) -> float:
        """How fast the loss rises along a change of the weights, by central differences."""

        def moved(by: float) -> float:
            return self.loss({name: self.values[name] + by * part for name, part in change.items()})

        return (moved(by) - moved(-by)) / (2 * by)

    def given(self, reference: ModuleType, step: int = 0) -> Any:
        """The data as the reference takes them."""
        rows = self.values.get("batch", slice(None))
        weight = self.values["sample_weight"][rows] if self.weighted else None
        X, y = self.values["X"][rows], self.values["y"][rows]
        return reference.given(self.network, self.training, X, y, weight, step)


@cache
def learned(network: NetworkSpec) -> tuple[str, ...]:
    """The names of what a network learns."""
    return tuple(gradient_program(network, PLAIN).pulls)


def largest(arrays: Arrays) -> float:
    """The largest entry of all."""
    return max(float(np.abs(array).max()) for array in arrays.values())


def distance(pulls: Arrays, gradient: Arrays) -> float:
    """The largest difference between the pulls and minus the gradient, over its largest entry."""
    assert pulls.keys() == gradient.keys()
    off = largest({name: pulls[name] + gradient[name] for name in pulls})
    return off / largest(gradient)


def distance_by_entries(at: Problem) -> float:
    """The same, from central differences of the loss line in every entry of every weight."""
    gradient: Arrays = {}
    for name, weight in at.weights.items():
        gradient[name] = np.empty_like(weight)
        for place in np.ndindex(weight.shape):
            change = np.zeros_like(weight)
            change[place] = 1
            gradient[name][place] = at.rise({name: change})
    return distance(at.pulls, gradient)


def distance_along_a_line(at: Problem) -> float:
    """The same, from one difference: all entries of all weights move, each up or down."""
    random = np.random.RandomState(5)
    signs = {name: random.choice([-1.0, 1.0], weight.shape) for name, weight in at.weights.items()}
    expected = sum(float(np.sum(at.pulls[name] * signs[name])) for name in signs)
    return abs(at.rise(signs) + expected) / largest(at.pulls)


CORNERS: dict[str, Callable[..., Any]] = {
    "maximum": lambda a, b: a - b,
    "minimum": lambda a, b: a - b,
    "absolute": lambda a: a,
    "clip": lambda a, low, high: np.minimum(abs(a - low), abs(a - high)),
}
"""How far an operation's arguments are from where it has a corner."""


def nearest_corner(at: Problem) -> float:
    """How near the lines of the loss come to a corner of any operation in them."""
    near = [np.inf]

    def watched(name: str, row: Operation) -> Operation:
        def evaluate(*args: Any) -> Any:
            near.append(np.abs(CORNERS[name](*args)).min())
            return row.evaluate(*args)

        return replace(row, evaluate=evaluate)

    with mock.patch.dict(OPERATIONS, {name: watched(name, OPERATIONS[name]) for name in CORNERS}):
        at.loss({})
    return min(near)


def highest(at: Problem) -> float:
    """The largest value of the lines of the loss: far up, differences meet cliffs."""
    return largest({x.target: at.after[x.target] for x in at.program.phase("forward", "loss")})


def targets(network: NetworkSpec, rows: int, random: np.random.RandomState) -> Array:
    """Such as the loss takes, all different where they may be."""
    shape = (rows, target_columns(network))
    shares = random.uniform(0.05, 0.95, shape)
    return {
        "numbers": random.normal(size=shape),
        "shares": shares,
        "classes": shares / shares.sum(axis=1, keepdims=True),
        "counts": 1.0 + random.poisson(2, shape),  # its logarithm has a corner near 0
        "sides": random.choice([-1.0, 1.0], shape),
    }[loss_of(network).row.targets]


def places(network: NetworkSpec, training: Training, weighted: bool) -> Iterator[Problem]:
    """The network at one place after another: seeds, data and weights differ."""
    for seed in range(1, 1000):
        random = np.random.RandomState(seed)
        at = Problem(replace(network, seed=seed), training, weighted, {})
        at.values.update(start(at.program, random))
        for name, weight in at.weights.items():  # away from constants of 0
            at.values[name] = at.weights[name] = weight + random.uniform(-0.3, 0.3, weight.shape)
        rows = ROWS if training.batch_size is None else training.batch_size + 3
        at.values["X"] = random.uniform(-1, 1, (rows, network.inputs))
        at.values["y"] = targets(network, rows, random)
        if weighted:  # a row counts for nothing
            at.values["sample_weight"] = np.resize([0.5, 2, 0, 1.25], (rows, 1))
        if training.batch_size is not None:
            at.values["batch"] = random.permutation(rows)[: training.batch_size]
        yield at


def problem(network: NetworkSpec, training: Training = PLAIN, *, weighted: bool = False) -> Problem:
    """The network at the first place that is away from corners and cliffs, and has a slope."""
    return next(
        at
        for at in places(network, training, weighted)
        if nearest_corner(at) > 1e-3 and highest(at) < 50 and largest(at.pulls) > 1e-2
    )
