"""Whatever a network is made of and however it trains: saved, loaded and trained on, it is the
network that never stopped, to the last bit."""

import numpy as np
import pytest

from syn0 import (
    SGD,
    Activation,
    AdaGrad,
    Adam,
    AdamW,
    BatchNorm,
    Dense,
    Dropout,
    LayerNorm,
    Network,
    Noise,
    RMSprop,
    Skip,
    load,
)
from syn0.derive import SCHEDULES

OPTIMIZERS = {
    "sgd": SGD(0.05, weight_decay=0.01),
    "momentum": SGD(0.05, momentum=0.9),
    "nesterov": SGD(0.05, momentum=0.9, nesterov=True),
    "adagrad": AdaGrad(0.05),
    "rmsprop": RMSprop(0.01),
    "adam": Adam(0.01),
    "adamw": AdamW(0.01),
}

LAYERS = {
    "dropout": [Dropout(0.2), Dense(6), Dropout(0.5), Dense(2)],
    "noise": [Noise(0.1), Dense(6), Dense(2)],
    "batch norm": [Dense(6, "identity"), BatchNorm(), Activation("relu"), Dense(2)],
    "layer norm": [Dense(6), LayerNorm(), Dense(2)],
    "skip": [Dense(6), Dense(6), Skip(), Dense(2)],
    "all": [
        Noise(0.1), Dense(6, "gelu", bias=True), BatchNorm(), Dropout(0.3), Dense(6, "elu"),
        LayerNorm(), Activation("mish"), Skip(), Dropout(0.3), Dense(2),
    ],
}  # fmt: skip

PLAIN = [Dense(6), Dense(2)]
SLOW = {"learning_rate": 0.05}

CASES = {
    **{f"optimizer {name}": (PLAIN, {"optimizer": value}) for name, value in OPTIMIZERS.items()},
    **{f"layers {name}": (layers, SLOW) for name, layers in LAYERS.items()},
    "schedule step": (PLAIN, SLOW | {"schedule": "step:7,0.5"}),
    "schedule exponential": (PLAIN, SLOW | {"schedule": "exponential:0.9"}),
    "schedule inverse scaling": (PLAIN, SLOW | {"schedule": "inverse_scaling:0.7"}),
    "schedule plateau": (PLAIN, {"learning_rate": 1.0, "schedule": "plateau:3,0.5"}),
    "warm-up past the end": (PLAIN, SLOW | {"warm_up": 90}),
    "warm-up and a schedule": (PLAIN, SLOW | {"warm_up": 5, "schedule": "exponential:0.9"}),
    "penalties and limits": (
        PLAIN,
        SLOW | {"l1": 0.01, "l2": 0.01, "max_norm": 1.5, "clip_norm": 0.5, "trim_deltas": 0.01},
    ),
    "everything": (
        LAYERS["all"],
        {
            "optimizer": AdamW(0.01), "schedule": "plateau:3,0.5", "warm_up": 9, "l2": 0.01,
            "clip_norm": 0.5,
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize(("dtype", "batch_size"), [("float64", 4), ("float32", None)])
@pytest.mark.parametrize(("layers", "how"), CASES.values(), ids=CASES)
def test_ten_epochs_and_ten_more_after_loading_equal_twenty(
    tmp_path, rows, assert_same, layers, how, batch_size, dtype
):
    part, whole = (Network(5, layers, dtype=dtype) for _ in range(2))
    how = {**how, "batch_size": batch_size}
    part.train(*rows, epochs=10, **how)
    part.save(tmp_path / "m.safetensors")
    resumed = load(tmp_path / "m.safetensors")
    resumed.train(*rows, epochs=10, **how)
    whole.train(*rows, epochs=20, **how)
    assert any(
        not np.array_equal(whole.weights[name], part.weights[name]) for name in whole.weights
    )
    whole.training = resumed.training  # they differ in how far they went last, and only in that
    assert_same(resumed, whole)


@pytest.mark.parametrize(("layers", "how"), CASES.values(), ids=CASES)
def test_seven_steps_and_thirteen_more_equal_twenty_in_the_middle_of_epochs(
    rows, assert_same, layers, how
):
    part, whole = Network(5, layers), Network(5, layers)
    part.train(*rows, steps=7, batch_size=5, **how)
    part.train(*rows, steps=13, batch_size=5, **how)
    whole.train(*rows, steps=20, batch_size=5, **how)
    whole.training = part.training
    assert_same(part, whole)


ENDING = [name for name, row in SCHEDULES.items() if row.ends]


def test_the_schedules_with_an_end_are_these():
    assert ENDING == ["cosine", "one_cycle"]


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("schedule", [*ENDING, "cosine:0.01", "one_cycle:0.5"])
def test_a_schedule_with_an_end_that_was_broken_off_goes_on_to_the_same_end(
    tmp_path, rows, assert_same, schedule, optimizer
):
    how = {"schedule": schedule, "optimizer": optimizer, "batch_size": 4, "learning_rate": 0.05}
    part, whole = Network([5, 6, 2]), Network([5, 6, 2])
    whole.train(*rows, steps=50, **how)
    part.train(*rows, steps=50, report_every=10, callbacks=[lambda r: r.step == 20], **how)
    assert part.steps_taken == 30
    part.save(tmp_path / "m.safetensors")
    resumed = load(tmp_path / "m.safetensors")
    resumed.train(*rows, steps=20, **how)
    whole.training = resumed.training
    assert_same(resumed, whole)


@pytest.mark.parametrize("schedule", ENDING)
def test_a_schedule_with_an_end_ends_with_each_run(rows, schedule):
    network = Network([5, 6, 2])
    how = {"schedule": schedule, "learning_rate": 0.05}
    network.train(*rows, steps=30, **how)
    half = network.weights["syn0"].copy()
    network.train(*rows, steps=30, **how)
    whole = Network([5, 6, 2])
    whole.train(*rows, steps=60, **how)
    assert not np.array_equal(network.weights["syn0"], half)
    assert not np.array_equal(network.weights["syn0"], whole.weights["syn0"])


def test_the_rate_that_a_plateau_lowered_is_kept(tmp_path, rows):
    network = Network([5, 6, 2])
    how = {"schedule": "plateau:2,0.5", "learning_rate": 8.0}
    network.train(*rows, steps=40, **how)
    assert network.checkpoint.values["rate"] < 8.0
    network.save(tmp_path / "m.safetensors")
    kept = load(tmp_path / "m.safetensors").checkpoint.values
    for name in ("rate", "best", "waited", "t"):
        assert kept[name] == network.checkpoint.values[name]
        assert type(kept[name]) is type(network.checkpoint.values[name])


def test_the_masks_of_later_steps_are_others(rows):
    masked = [Dropout(0.5), Dense(2)]
    first, later = Network(5, masked), Network(5, masked)
    later.train(*rows, steps=1, learning_rate=1e-300)
    assert np.array_equal(first.weights["syn0"], later.weights["syn0"])
    for network in (first, later):
        network.train(*rows, steps=1)
    assert not np.array_equal(first.weights["syn0"], later.weights["syn0"])


def test_networks_without_a_seed_have_masks_of_their_own(rows):
    masked = [Dropout(0.5), Dense(2, init="constant:0.1")]
    one, other = Network(5, masked, seed=None), Network(5, masked, seed=None)
    for network in (one, other):
        network.train(*rows, steps=1)
    assert not np.array_equal(one.weights["syn0"], other.weights["syn0"])


def test_a_network_without_a_seed_is_saved_and_goes_on(tmp_path, rows, assert_same):
    network = Network(5, LAYERS["all"], seed=None)
    network.train(*rows, epochs=3, batch_size=4, learning_rate=0.05)
    network.save(tmp_path / "m.safetensors")
    loaded = load(tmp_path / "m.safetensors")
    assert_same(loaded, network)
    history = loaded.train(*rows, epochs=3, batch_size=4, learning_rate=0.05)
    assert loaded.steps_taken == 36
    assert np.isfinite(history.loss).all()


def test_a_network_without_masks_or_batches_needs_no_seed_to_go_on_exactly(tmp_path, rows):
    network = Network([5, 4, 2], seed=None)
    network.train(*rows, steps=5, optimizer="adam")
    network.save(tmp_path / "m.safetensors")
    loaded = load(tmp_path / "m.safetensors")
    for each in (network, loaded):
        each.train(*rows, steps=5, optimizer="adam")
    assert np.array_equal(loaded.weights["syn0"], network.weights["syn0"])
