"""The pulls of whole programs are minus the gradient of their loss."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from syn0.derive import LOSSES, training_program
from syn0.program import ACTIVATIONS, Activation, Expr, Program
from syn0.program.interpreter import start, step, walk
from syn0.spec import Dense, NetworkSpec, Training
from syn0.spec.training import REDUCTIONS

START = 1  # a place where no relu is dead
Arrays = dict[str, NDArray[Any]]

PAIRS = [(loss, output) for loss, row in LOSSES.items() for output in row.activations]
HIDDEN = {
    "one layer": (),
    "one layer with bias": ("bias",),
    **{f"{name} below, with bias": (name, "bias") for name in ACTIVATIONS},
    "two layers below": ("tanh", "sigmoid"),
    "three layers below, with bias": ("sigmoid", "relu", "tanh", "bias"),
}


@dataclass(frozen=True)
class Problem:
    """A program whose updates are its pulls, at a place."""

    network: NetworkSpec
    reduction: str
    program: Program
    values: dict[str, Any]

    def pulls(self) -> Arrays:
        """What a step with learning rate 1 adds to each learned array."""
        after = step(self.program, self.values)
        return {name: after[name] - self.values[name] for name in self.program.weights}

    def loss(self, weights: Arrays) -> float:
        lines = self.program.phase("forward", "loss")
        return float({x.target: value for x, value in walk(lines, self.values | weights)}["loss"])

    def gradient(self) -> Arrays:
        """Of the program's own loss line, by central differences."""
        h, result = 1e-5, {}
        for name in self.program.weights:
            result[name] = np.empty_like(self.values[name])
            for place in np.ndindex(result[name].shape):
                above, below = self.values[name].copy(), self.values[name].copy()
                above[place] += h
                below[place] -= h
                rise = self.loss({name: above}) - self.loss({name: below})
                result[name][place] = rise / (2 * h)
        return result

    def disagreement(self) -> float:
        return distance(self.pulls(), self.gradient())


def distance(pulls: Arrays, gradient: Arrays) -> float:
    """The largest difference between the pulls and minus the gradient, over its largest entry."""
    assert pulls.keys() == gradient.keys()
    largest = max(np.abs(g).max() for g in gradient.values())
    assert largest > 1e-3, "a gradient of about 0 shows nothing"
    return max(float(np.abs(pulls[k] + gradient[k]).max() / largest) for k in pulls)


Make = Callable[..., Problem]


@pytest.fixture
def problem(made_up: Callable[..., tuple[NDArray[Any], NDArray[Any]]]) -> Make:
    def make(
        loss: str,
        output: str,
        hidden: tuple[str, ...] = ("sigmoid", "bias"),
        reduction: str = "sum",
        batch_size: int | None = None,
    ) -> Problem:
        names = [*(name for name in hidden if name != "bias"), output]
        layers = tuple(Dense(3 + k % 2, name, "bias" in hidden) for k, name in enumerate(names))
        network = NetworkSpec(3, layers, loss=loss, seed=START)
        training = Training(steps=1, reduction=reduction, batch_size=batch_size)
        program = training_program(network, training)
        X, y = made_up(network)
        random = np.random.RandomState(2)
        values: dict[str, Any] = start(program, np.random.RandomState(START)) | {"X": X, "y": y}
        for name in program.weights:  # away from biases of 0
            values[name] = values[name] + random.uniform(-0.2, 0.2, values[name].shape)
        if batch_size is not None:
            values["batch"] = random.permutation(len(X))[:batch_size]
        return Problem(network, reduction, program, values)

    return make


ALL = [
    pytest.mark.parametrize(("loss", "output"), PAIRS),
    pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN),
    pytest.mark.parametrize("reduction", REDUCTIONS),
]


def over_all(test: Any) -> Any:
    """Every loss with every output that it allows, on every kind of network."""
    for mark in ALL:
        test = mark(test)
    return test


@over_all
def test_pulls_are_minus_the_gradient_of_the_loss_line(
    problem: Make, loss: str, output: str, hidden: tuple[str, ...], reduction: str
) -> None:
    assert problem(loss, output, hidden, reduction).disagreement() < 1e-6


@over_all
def test_pulls_are_minus_the_gradient_that_jax_finds(
    problem: Make,
    jax_activations: dict[str, Any],
    loss: str,
    output: str,
    hidden: tuple[str, ...],
    reduction: str,
) -> None:
    import jax

    at = problem(loss, output, hidden, reduction)
    weights = {name: at.values[name] for name in at.program.weights}
    total = jax_loss(at, jax_activations)
    assert at.loss({}) == pytest.approx(float(total(weights)), rel=1e-12)
    gradient = {name: np.asarray(g) for name, g in jax.grad(total)(weights).items()}
    assert distance(at.pulls(), gradient) < 1e-9


def jax_losses() -> dict[str, Callable[[Any, Any], Any]]:
    from jax import numpy as jnp

    return {
        "squared_error": lambda y, p: jnp.sum((p - y) ** 2) * 0.5,
        "binary_cross_entropy": lambda y, p: -jnp.sum(jnp.log(jnp.where(y == 1, p, 1 - p))),
        "cross_entropy": lambda y, p: -jnp.sum(jnp.log(p[jnp.arange(len(y)), y.argmax(axis=1)])),
    }


def jax_loss(at: Problem, activations: dict[str, Any]) -> Callable[[Arrays], Any]:
    """The network and its loss, written for JAX from the description alone."""

    def total(weights: Arrays) -> Any:
        out = at.values["X"]
        for k, layer in enumerate(at.network.layers):
            constant = weights[f"bias{k}"] if layer.bias else 0
            out = activations[layer.activation](out @ weights[f"syn{k}"] + constant)
        loss = jax_losses()[at.network.loss](at.values["y"], out)
        return loss / len(out) if at.reduction == "mean" else loss

    return total


def test_the_losses_in_jax_cover_every_row() -> None:
    assert set(jax_losses()) == set(LOSSES)


@pytest.mark.parametrize(("loss", "output"), PAIRS)
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_the_pulls_of_a_batch_are_those_of_its_rows_alone(
    problem: Make, loss: str, output: str, reduction: str
) -> None:
    at = problem(loss, output, reduction=reduction, batch_size=3)
    assert len(at.values["batch"]) == 3
    assert at.disagreement() < 1e-6


def planted_slope(name: str) -> Activation:
    row = ACTIVATIONS[name]
    if row.pull is not None:
        right = row.pull
        return replace(row, pull=lambda error, out: 1.001 * right(error, out))
    slope = row.slope
    assert slope is not None
    return replace(row, slope=lambda out: 1.001 * slope(out))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_planted_wrong_slope_is_caught(
    problem: Make, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setitem(ACTIVATIONS, name, planted_slope(name))
    assert problem("squared_error", "sigmoid", (name, "bias")).disagreement() > 1e-5


@pytest.mark.parametrize(("loss", "output"), PAIRS)
def test_a_planted_wrong_loss_slope_is_caught(
    problem: Make, monkeypatch: pytest.MonkeyPatch, loss: str, output: str
) -> None:
    right = LOSSES[loss].delta

    def wrong(error: Expr, out: Expr, activation: Activation) -> Expr:
        return right(error, out, activation) * 1.001

    monkeypatch.setitem(LOSSES, loss, replace(LOSSES[loss], delta=wrong))
    assert problem(loss, output).disagreement() > 1e-4


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_names_activations_that_exist_and_a_default_among_them(name: str) -> None:
    row = LOSSES[name]
    assert set(row.activations) <= set(ACTIVATIONS)
    assert row.output in row.activations


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", [name for name, row in LOSSES.items() if row.uses_tiny])
def test_a_prediction_that_is_wholly_wrong_has_a_finite_loss(name: str, dtype: str) -> None:
    network = NetworkSpec(2, (Dense(2, LOSSES[name].output),), loss=name, dtype=dtype)
    program = training_program(network, Training(steps=1))
    values = start(program, np.random.RandomState(1))
    values |= {
        "syn0": np.eye(2, dtype=dtype) * 500,
        "X": np.array([[-1, 1], [1, -1]], dtype),
        "y": np.array([[1, 0], [0, 1]], dtype),
    }
    after = step(program, values)
    assert np.isfinite(after["loss"])
    assert after["loss"] > 20
