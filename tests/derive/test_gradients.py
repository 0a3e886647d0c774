"""The pulls of whole programs are minus the gradient of their loss."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from syn0.derive import LOSSES, gradient_program, prediction_program, training_program
from syn0.derive.checks import SMOOTHED
from syn0.derive.layers import LAYERS, Blame, LayerRule, Parameter, SkipRule
from syn0.derive.losses import last_delta
from syn0.program import ACTIVATIONS, Expr, Line
from syn0.program.interpreter import start, step
from syn0.spec import (
    LBFGS,
    OPTIMIZERS,
    BatchNorm,
    Dense,
    Dropout,
    NetworkSpec,
    Optimizer,
    Skip,
    Training,
)
from syn0.spec.network import DTYPES
from syn0.spec.training import REDUCTIONS
from tests.together import Together

from .cases import named_cases
from .problems import (
    BETWEEN,
    KINDS,
    LOSS_TEXTS,
    ROWS,
    Problem,
    distance,
    distance_along_a_line,
    distance_by_entries,
    layers_with,
    network_with,
    problem,
)

pytestmark = pytest.mark.usefixtures("derived_anew")

BY_DIFFERENCES, BY_JAX = 1e-6, 1e-9
"""How far the pulls may be off, relative to the largest."""

JaxGradient = Callable[..., Any]


@pytest.fixture
def jax_gradient(reference: ModuleType) -> JaxGradient:
    """JAX's loss and gradient of a network that shows a kind of layer, at a problem's place."""
    texts = tuple(LOSS_TEXTS.values())

    def gradient(at: Problem, kind: str, hidden: str, loss: str, output: str) -> Any:
        compiled = reference.compiled(layers_with(kind, "hidden", "output"), texts)
        return compiled(hidden, output, LOSS_TEXTS[loss])(at.weights, at.given(reference))

    return gradient


def test_the_reference_knows_every_row_and_every_kind_of_layer(reference: ModuleType) -> None:
    assert set(reference.ACTIVATIONS) == set(ACTIVATIONS)
    assert set(reference.LOSSES) == set(LOSSES)
    assert set(BETWEEN) == set(LAYERS)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("kind", KINDS)
def test_pulls_are_minus_the_gradient_below_every_output_and_above_hidden_activations_in_turn(
    jax_gradient: JaxGradient, kind: str, loss: str
) -> None:
    """No line sees a hidden activation and an output (see `APART`): of 16, each output has one, in
    turn. Losses that allow all outputs so meet all hidden activations too."""
    with Together() as together:
        for turn, output in enumerate(LOSSES[loss].activations, list(LOSSES).index(loss)):
            hidden = list(ACTIVATIONS)[turn % len(ACTIVATIONS)]
            with together(f"{hidden} below {output}"):
                at = problem(network_with(kind, hidden, loss, output))
                value, gradient = jax_gradient(at, kind, hidden, loss, output)
                assert at.after["loss"] == pytest.approx(value, rel=1e-12)
                assert distance(at.pulls, gradient) < BY_JAX
                assert distance_along_a_line(at) < BY_DIFFERENCES


@pytest.mark.parametrize("kind", KINDS)
def test_each_entry_of_the_pulls_is_minus_a_slope_of_the_loss(kind: str) -> None:
    with Together() as together:
        for hidden in ACTIVATIONS:
            with together(hidden):
                at = problem(network_with(kind, hidden, "squared_error", "tanh"))
                assert distance_by_entries(at) < BY_DIFFERENCES


def whole(loss: str, reduction: str, **settings: Any) -> Training:
    """A training with all that a loss can hold: penalties, and smooth labels for classes."""
    smoothing = 0.2 if loss in SMOOTHED else 0
    return Training(1, l1=0.02, l2=0.05, label_smoothing=smoothing, reduction=reduction, **settings)


@pytest.mark.parametrize("loss", LOSSES)
def test_rows_count_by_their_weights_and_penalties_by_themselves(
    jax_gradient: JaxGradient, loss: str
) -> None:
    outputs = LOSSES[loss].activations
    ways = product(outputs, REDUCTIONS, (None, ROWS), (False, True))
    with Together() as together:
        for output, reduction, size, weighted in ways:
            network = network_with("Dense", "tanh", loss, output)
            with together(f"{output}: {reduction} of batches of {size}, weighted: {weighted}"):
                at = problem(network, whole(loss, reduction, batch_size=size), weighted=weighted)
                value, gradient = jax_gradient(at, "Dense", "tanh", loss, output)
                assert at.after["loss"] == pytest.approx(value, rel=1e-12)
                assert distance(at.pulls, gradient) < BY_JAX
                assert distance_along_a_line(at) < BY_DIFFERENCES


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_weighted_batches_go_back_through_every_kind_of_layer(
    jax_gradient: JaxGradient, kind: str, reduction: str
) -> None:
    training = whole("cross_entropy", reduction, batch_size=ROWS)
    network = network_with(kind, "sigmoid", "cross_entropy", "softmax")
    at = problem(network, training, weighted=True)
    gradient = jax_gradient(at, kind, "sigmoid", "cross_entropy", "softmax")[1]
    assert distance(at.pulls, gradient) < BY_JAX
    assert distance_by_entries(at) < BY_DIFFERENCES


STACKS = {
    "one layer": (Dense(2),),
    "one layer with bias": (Dense(2, bias=True),),
    "two layers": (Dense(5, "tanh"), Dense(2)),
    "three layers, with bias": (Dense(5, "tanh", True), Dense(3, "gelu", True), Dense(2)),
    "four layers": (Dense(5, "tanh"), Dense(3), Dense(4, "tanh"), Dense(1)),
    "nothing learned below": (Dropout(0.2), Dense(4, "relu"), Skip(), Dense(2)),
    "a skip over two": (Dense(4, "tanh"), Dense(3), Dense(4), Skip(2), Dense(2)),
    "skips that meet": (
        *(Dense(4, "tanh"), Dense(4, "tanh"), Skip(), Dense(4, "tanh"), Skip(2), Dense(4), Skip(3)),
        Dense(2),
    ),
    "a skip from what was learned on the inputs": (
        *(BatchNorm(), Dense(4, "tanh"), Skip(), Dropout(0.3), Dense(4), Skip(2), Dense(2)),
    ),
}


@pytest.mark.parametrize("layers", STACKS.values(), ids=STACKS)
def test_pulls_are_minus_the_gradient_of_stacks(reference: ModuleType, layers: Any) -> None:
    at = problem(NetworkSpec(4, layers))
    value, gradient = reference.gradient(at.network)(at.weights, at.given(reference))
    assert at.after["loss"] == pytest.approx(value, rel=1e-12)
    assert distance(at.pulls, gradient) < BY_JAX
    assert distance_by_entries(at) < BY_DIFFERENCES


def test_pulls_are_minus_the_gradient_where_choices_meet(case: Any) -> None:
    at = problem(replace(case.network, dtype="float64"), replace(case.training, batch_size=None))
    assert distance_along_a_line(at) < BY_DIFFERENCES


def test_the_gradient_is_that_of_all_that_training_descends() -> None:
    with Together() as together:
        for name, case in named_cases():
            with together(name):
                whole = replace(case.training, batch_size=None)
                lines = training_program(case.network, whole).phase("loss")
                assert gradient_program(case.network, whole).phase("loss") == lines


OPTIMIZED: list[Optimizer] = [kind() for kind in OPTIMIZERS.values() if kind is not LBFGS]


@pytest.mark.parametrize("kind", KINDS)
def test_an_optimizer_changes_no_line_before_the_updates(kind: str) -> None:
    phases = "forward", "loss", "backward"
    with Together() as together:
        for loss, row in LOSSES.items():
            network = network_with(kind, "tanh", loss, row.output)
            lines = gradient_program(network, Training(steps=1)).phase(*phases)
            for optimizer in OPTIMIZED:
                with together(f"{optimizer} of {loss}"):
                    training = Training(steps=1, optimizer=optimizer)
                    assert training_program(network, training).phase(*phases) == lines


def test_steps_take_new_random_numbers(reference: ModuleType) -> None:
    at = problem(network_with("Dropout", "tanh", "squared_error", "sigmoid"))
    losses, gradient = set(), reference.gradient(at.network)
    for number in range(5):
        later = replace(at, values=at.values | {"t": number})
        by_jax = gradient(at.weights, at.given(reference, number))[1]
        assert distance(later.pulls, by_jax) < BY_JAX
        losses.add(float(later.after["loss"]))
    assert len(losses) == 5


@pytest.mark.parametrize("clip_deltas", [None, 0.05])
@pytest.mark.parametrize("trim_deltas", [None, 0.02])
def test_deltas_are_limited_layer_by_layer(
    clip_deltas: float | None, trim_deltas: float | None
) -> None:
    network = NetworkSpec(3, (Dense(4, "tanh"), Dense(3, "tanh"), Dense(2, "identity")), seed=2)
    training = Training(1, clip_deltas=clip_deltas, trim_deltas=trim_deltas)
    random = np.random.RandomState(0)
    program = training_program(network, training)
    values = start(program, random)
    values |= {"X": random.normal(size=(5, 3)), "y": random.normal(size=(5, 2))}
    after = step(program, values)

    def limited(delta: Any) -> Any:
        if clip_deltas is not None:
            delta = np.minimum(np.maximum(delta, -clip_deltas), clip_deltas)
        return delta if trim_deltas is None else np.where(abs(delta) < trim_deltas, 0, delta)

    below, zeros, delta = values["X"], 0, None
    layers = [below]
    for k in range(3):
        below = below @ values[f"syn{k}"]
        below = np.tanh(below) if k < 2 else below
        layers.append(below)
    for k in (3, 2, 1):
        if delta is None:
            delta = limited(values["y"] - layers[3])
        else:
            delta = limited(delta @ values[f"syn{k}"].T * (1 - layers[k] ** 2))
        zeros += int(np.sum(delta == 0))
        added = after[f"syn{k - 1}"] - values[f"syn{k - 1}"]
        np.testing.assert_allclose(added, layers[k - 1].T @ delta, rtol=1e-12, atol=1e-14)
    if trim_deltas is not None:
        assert 0 < zeros < 45
        assert after["trimmed"] == pytest.approx(zeros / 45)


def test_batch_normalization_remembers_running_statistics_and_predicts_by_them() -> None:
    network = network_with("BatchNorm", "tanh", "squared_error", "identity")
    program = training_program(network, Training(steps=1))
    at = problem(network)
    values = start(program, np.random.RandomState(1)) | at.values
    mean, variance = np.zeros(4), np.ones(4)
    for _ in range(3):
        values = step(program, values)
        mean = 0.7 * mean + 0.3 * np.mean(values["l1"], axis=0)
        variance = 0.7 * variance + 0.3 * np.var(values["l1"], axis=0)
        np.testing.assert_allclose(values["mean1"], mean, rtol=1e-12)
        np.testing.assert_allclose(values["variance1"], variance, rtol=1e-12)
    after = step(prediction_program(network), values)
    normal = (after["l1"] - mean) / np.sqrt(variance + 0.01)
    expected = values["scale1"] * normal + values["shift1"]
    np.testing.assert_allclose(after["l1_scaled"], expected, rtol=1e-12)


FORMS = ("slope", "slope_at", "pull")


def steeper(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, off by one part in a thousand."""
    return lambda *args: 1.001 * function(*args)


def seen(at: Problem, gradient: Any) -> bool:
    """Whether each of the checks would fail by far."""
    by_entries, by_jax = distance_by_entries(at), distance(at.pulls, gradient[1])
    return by_entries > 10 * BY_DIFFERENCES and by_jax > 10 * BY_JAX


@pytest.mark.parametrize("place", ["hidden", "output", "between"])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_planted_wrong_slope_is_caught(
    jax_gradient: JaxGradient, monkeypatch: pytest.MonkeyPatch, name: str, place: str
) -> None:
    row = ACTIVATIONS[name]
    (form,) = (form for form in FORMS if getattr(row, form) is not None)
    wrong = replace(row, **{form: steeper(getattr(row, form))})
    monkeypatch.setitem(ACTIVATIONS, name, wrong)
    kind = "Activation" if place == "between" else "Dense"
    hidden, output = ("tanh", name) if place == "output" else (name, "sigmoid")
    at = problem(network_with(kind, hidden, "squared_error", output))
    assert seen(at, jax_gradient(at, kind, hidden, "squared_error", output))


WRONG_LOSSES = [
    *((loss, "value") for loss in LOSSES),
    *((loss, "pull") for loss, row in LOSSES.items() if row.pull is not None),
]


@pytest.mark.parametrize(("loss", "what"), WRONG_LOSSES)
def test_a_planted_wrong_loss_is_caught(
    jax_gradient: JaxGradient, monkeypatch: pytest.MonkeyPatch, loss: str, what: str
) -> None:
    right = LOSSES[loss]
    output = next(name for name in right.activations if name != right.matched or what == "value")
    monkeypatch.setitem(LOSSES, loss, replace(right, **{what: steeper(getattr(right, what))}))
    at = problem(network_with("Dense", "tanh", loss, output))
    value, gradient = jax_gradient(at, "Dense", "tanh", loss, output)
    assert distance_by_entries(at) > 1e-4
    if what == "pull":
        assert distance(at.pulls, gradient) > 1e-4
    else:
        assert at.after["loss"] != pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_planted_wrong_delta_is_caught(
    jax_gradient: JaxGradient, monkeypatch: pytest.MonkeyPatch, loss: str
) -> None:
    monkeypatch.setattr("syn0.derive.backward.last_delta", steeper(last_delta))
    with Together() as together:
        for output in LOSSES[loss].activations:
            with together(output):
                at = problem(network_with("Dense", "tanh", loss, output))
                assert seen(at, jax_gradient(at, "Dense", "tanh", loss, output))


class WrongRule:
    """A layer's rule that sends too much error back, or asks too much of what it learns."""

    def __init__(self, right: LayerRule, what: str) -> None:
        self.right, self.what = right, what

    def __getattr__(self, name: str) -> Any:
        return getattr(self.right, name)

    def back(self, *args: Any) -> Iterator[Line | Blame]:
        for item in self.right.back(*args):
            wrong = self.what == "back" and isinstance(item, Blame)
            yield replace(item, share=1.001 * item.share) if wrong else item

    def parameters(self, *args: Any) -> Iterator[Parameter]:
        for p in self.right.parameters(*args):
            yield replace(p, pull=1.001 * p.pull) if self.what == "parameters" else p


LEARNING = {"Dense", "BatchNorm", "LayerNorm"}


@pytest.mark.parametrize(
    ("kind", "what"),
    [*((kind, "back") for kind in KINDS), *((kind, "parameters") for kind in sorted(LEARNING))],
)
def test_a_planted_wrong_layer_is_caught(
    jax_gradient: JaxGradient, monkeypatch: pytest.MonkeyPatch, kind: str, what: str
) -> None:
    monkeypatch.setitem(LAYERS, KINDS[kind], WrongRule(LAYERS[KINDS[kind]], what))
    at = problem(network_with(kind, "tanh", "squared_error", "sigmoid"))
    assert seen(at, jax_gradient(at, kind, "tanh", "squared_error", "sigmoid"))


def test_a_skip_that_forgets_its_source_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    class Forgetful(SkipRule):
        def back(self, layer: Skip, place: Any, error: Expr) -> Iterator[Blame]:
            yield next(iter(super().back(layer, place, error)))

    monkeypatch.setitem(LAYERS, Skip, Forgetful())
    assert distance_by_entries(problem(NetworkSpec(4, STACKS["skips that meet"]))) > 1e-3


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_names_activations_that_exist_and_a_default_among_them(name: str) -> None:
    row = LOSSES[name]
    assert set(row.activations) <= set(ACTIVATIONS)
    assert row.output in row.activations
    assert row.matched is None or row.matched in row.activations
    assert row.pull is not None or row.activations == (row.matched,)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", [name for name, row in LOSSES.items() if row.uses_tiny])
def test_a_prediction_that_is_wholly_wrong_has_a_finite_loss(name: str, dtype: str) -> None:
    network = NetworkSpec(2, (Dense(2, LOSSES[name].output),), loss=name, dtype=dtype)
    program = training_program(network, Training(steps=1))
    values = start(program, np.random.RandomState(1))
    values |= {
        "syn0": np.eye(2, dtype=dtype) * 60,
        "X": np.array([[-1, 1], [1, -1]], dtype),
        "y": np.array([[1, 0], [0, 1]], dtype),
    }
    after = step(program, values)
    assert np.isfinite(after["loss"])
    assert np.isfinite(after["syn0"]).all()
    assert after["loss"] > 20


@pytest.mark.parametrize("output", ["exp", "softplus"])
def test_counts_where_none_were_expected_have_a_finite_pull(output: str) -> None:
    network = NetworkSpec(1, (Dense(1, output),), loss="poisson")
    program = training_program(network, Training(steps=1))
    values = start(program, np.random.RandomState(1))
    values |= {"syn0": np.ones((1, 1)), "X": np.array([[-800.0]]), "y": np.array([[3.0]])}
    after = step(program, values)
    assert np.isfinite([after["loss"], after["syn0"].item()]).all()
