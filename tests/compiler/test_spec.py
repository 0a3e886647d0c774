"""Descriptions refuse what they cannot mean, in one sentence that says what is allowed."""

import math
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syn0.derive import INITIALIZERS, LOSSES, check_names, prediction_program, training_program
from syn0.program import ACTIVATIONS
from syn0.spec import SGD, Adam, Dense, NetworkSpec, Training, dense_layers
from syn0.spec.network import DTYPES
from syn0.spec.training import MONITORS, REDUCTIONS

ONE = (Dense(1),)

REFUSED: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "no units": (lambda: Dense(0), ValueError, "units must be at least 1, not 0"),
    "units and a half": (lambda: Dense(1.5), TypeError, "units must be a whole number, not 1.5"),
    "units in words": (lambda: Dense("4"), TypeError, "units must be a whole number, not '4'"),
    "true units": (lambda: Dense(True), TypeError, "units must be a whole number, not True"),
    "bias 1": (lambda: Dense(1, bias=1), TypeError, "bias must be True or False, not 1"),
    "activation 3": (lambda: Dense(1, 3), TypeError, "activation must be a name, not 3"),
    "init None": (lambda: Dense(1, init=None), TypeError, "init must be a name, not None"),
    "no inputs": (lambda: NetworkSpec(0, ONE), ValueError, "inputs must be at least 1, not 0"),
    "no layers": (lambda: NetworkSpec(3, ()), ValueError, "at least one layer after its inputs"),
    "layers of numbers": (lambda: NetworkSpec(3, (4,)), TypeError, "must be Dense(...), not 4"),
    "seed -1": (lambda: NetworkSpec(3, ONE, seed=-1), ValueError, "seed must be at least 0"),
    "seed 2**32": (lambda: NetworkSpec(3, ONE, seed=2**32), ValueError, "below 2**32"),
    "seed 1.0": (lambda: NetworkSpec(3, ONE, seed=1.0), TypeError, "seed must be a whole number"),
    "rate 0": (lambda: SGD(0), ValueError, "learning_rate must be a finite number above 0, not 0"),
    "rate infinite": (lambda: SGD(math.inf), ValueError, "finite number above 0, not inf"),
    "rate nan": (lambda: SGD(math.nan), ValueError, "finite number above 0, not nan"),
    "rate huge": (lambda: SGD(10**400), ValueError, "learning_rate must be a finite number above"),
    "rate in words": (lambda: SGD("0.1"), TypeError, "learning_rate must be a number, not '0.1'"),
    "rate True": (lambda: SGD(True), TypeError, "learning_rate must be a number, not True"),
    "rate None": (lambda: Adam(None), TypeError, "learning_rate must be a number, not None"),
    "beta1 1": (lambda: Adam(beta1=1), ValueError, "beta1 must be a finite number at least 0 and"),
    "beta2 -1": (lambda: Adam(beta2=-1), ValueError, "at least 0 and below 1, not -1"),
    "epsilon 0": (lambda: Adam(epsilon=0), ValueError, "epsilon must be a finite number above 0"),
    "no length": (Training, ValueError, "either steps or epochs"),
    "two lengths": (lambda: Training(steps=1, epochs=1), ValueError, "either steps or epochs"),
    "steps 0": (lambda: Training(steps=0), ValueError, "steps must be at least 1, not 0"),
    "epochs 1.5": (lambda: Training(epochs=1.5), TypeError, "epochs must be a whole number"),
    "batch_size 0": (lambda: Training(steps=1, batch_size=0), ValueError, "batch_size must be at"),
    "patience 0": (lambda: Training(steps=1, patience=0), ValueError, "patience must be at least"),
    "report_every 0": (lambda: Training(steps=1, report_every=0), ValueError, "report_every must"),
    "shuffle 'no'": (lambda: Training(steps=1, shuffle="no"), TypeError, "shuffle must be True or"),
    "optimizer by name": (
        lambda: Training(steps=1, optimizer="adam"),
        TypeError,
        "optimizer must be SGD(...) or Adam(...), not 'adam'",
    ),
    "reports of epochs": (
        lambda: Training(epochs=9, report_every=5),
        ValueError,
        "report_every goes with steps",
    ),
    "too few activations": (
        lambda: dense_layers([4, 1], ["relu"], "sigmoid", bias=False, init="uniform"),
        ValueError,
        "1 activations were given for 2 layers",
    ),
}


@pytest.mark.parametrize(("make", "kind", "words"), REFUSED.values(), ids=REFUSED)
def test_nonsense_is_refused_with_the_reason(
    make: Callable[[], Any], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind) as caught:
        make()
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def network(**options: Any) -> NetworkSpec:
    layer = {name: options.pop(name) for name in ("activation", "init") if name in options}
    return NetworkSpec(3, (Dense(2, **layer),), **options)


CHOICES: dict[str, tuple[Callable[[str], Any], Any]] = {
    "dtype": (lambda name: network(dtype=name), DTYPES),
    "reduction": (lambda name: Training(steps=1, reduction=name), REDUCTIONS),
    "monitor": (lambda name: Training(steps=1, monitor=name), MONITORS),
    "activation": (lambda name: check_names(network(activation=name)), ACTIVATIONS),
    "init": (lambda name: check_names(network(init=name)), INITIALIZERS),
    "loss": (lambda name: check_names(network(loss=name)), LOSSES),
}


@pytest.mark.parametrize("what", CHOICES)
def test_an_unknown_name_is_refused_with_all_that_are_known(what: str) -> None:
    make, known = CHOICES[what]
    with pytest.raises(ValueError, match=f"unknown {what} 'nonsense'") as caught:
        make("nonsense")
    assert all(name in str(caught.value) for name in known)


@pytest.mark.parametrize("what", CHOICES)
def test_a_slip_of_the_pen_is_answered_with_the_name_that_was_meant(what: str) -> None:
    make, known = CHOICES[what]
    for name in known:
        with pytest.raises(ValueError, match="did you mean ") as caught:
            make(name[:-1] + "_")
        assert any(f"did you mean {other!r}?" in str(caught.value) for other in known)


@pytest.mark.parametrize("output", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_takes_the_outputs_in_its_row_and_refuses_others(loss: str, output: str) -> None:
    spec = network(activation=output, loss=loss)
    if output in LOSSES[loss].activations:
        check_names(spec)
        return
    with pytest.raises(ValueError, match=f"loss '{loss}' needs an output layer") as caught:
        check_names(spec)
    assert all(repr(name) in str(caught.value) for name in LOSSES[loss].activations)


@pytest.mark.parametrize("loss", [loss for loss in LOSSES if "softmax" in LOSSES[loss].activations])
def test_a_softmax_over_one_output_is_refused(loss: str) -> None:
    spec = NetworkSpec(3, (Dense(1, "softmax"),), loss=loss)
    with pytest.raises(ValueError, match=r"sigmoid|binary_cross_entropy"):
        check_names(spec)


def test_names_are_checked_before_a_program_is_derived() -> None:
    spec = network(activation="sigmod")
    for derive in (
        lambda: training_program(spec, Training(steps=1)),
        lambda: prediction_program(spec),
    ):
        with pytest.raises(ValueError, match="did you mean 'sigmoid'"):
            derive()


def test_numpy_numbers_become_plain_ones() -> None:
    layer, optimizer = Dense(np.int64(4)), SGD(np.float32(0.5))
    assert type(layer.units) is int
    assert type(optimizer.learning_rate) is float
    assert type(NetworkSpec(np.int32(3), (layer,), seed=np.uint32(5)).seed) is int


def test_descriptions_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Dense(4).units = 5  # type: ignore[misc]


def test_the_default_network_is_the_tutorials() -> None:
    spec, training = NetworkSpec(3, (Dense(4), Dense(1))), Training(steps=1)
    assert {(layer.activation, layer.bias, layer.init) for layer in spec.layers} == {
        ("sigmoid", False, "uniform")
    }
    assert (spec.loss, spec.seed, spec.dtype) == ("squared_error", 1, "float64")
    assert (training.optimizer, training.reduction) == (SGD(1.0), "sum")
    assert training.batch_size is None


def test_a_network_knows_its_sizes() -> None:
    spec = NetworkSpec(3, [Dense(4), Dense(2)])  # type: ignore[arg-type]
    assert (str(spec), spec.sizes, spec.outputs) == ("3-4-2", (3, 4, 2), 2)


@pytest.mark.parametrize(
    ("units", "activation", "names"),
    [
        ([1], "tanh", ["sigmoid"]),
        ([4, 1], "tanh", ["tanh", "sigmoid"]),
        ([5, 4, 1], "relu", ["relu", "relu", "sigmoid"]),
        ([5, 4, 1], ["relu", "tanh", "identity"], ["relu", "tanh", "identity"]),
    ],
)
def test_one_activation_is_that_of_the_hidden_layers(
    units: list[int], activation: Any, names: list[str]
) -> None:
    layers = dense_layers(units, activation, "sigmoid", bias=True, init="he_uniform")
    assert [layer.activation for layer in layers] == names
    assert [layer.units for layer in layers] == units
    assert all(layer.bias and layer.init == "he_uniform" for layer in layers)


@settings(deadline=None)
@given(st.integers(1, 10**7))
def test_reports_are_two_to_twenty_at_round_steps(steps: int) -> None:
    interval = Training(steps=steps).interval(rows=4)
    assert math.log10(interval) == int(math.log10(interval))
    assert (2 if steps > 1 else 1) <= math.ceil(steps / interval) <= 20


@settings(deadline=None)
@given(st.integers(1, 500), st.integers(1, 100), st.integers(1, 9))
def test_an_epoch_takes_every_row_once(rows: int, batch_size: int, epochs: int) -> None:
    training = Training(epochs=epochs, batch_size=batch_size)
    full, rest = divmod(rows, batch_size)
    assert training.batches(rows) == full + (rest > 0)
    assert training.total_steps(rows) == epochs * training.batches(rows)
    assert training.interval(rows) == training.batches(rows)


def test_with_full_batches_an_epoch_is_a_step() -> None:
    training = Training(epochs=60_000)
    assert training.total_steps(4) == 60_000
    assert training.interval(4) == 1
