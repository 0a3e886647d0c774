"""Optimizers agree with plain NumPy written from their definitions, on one flat vector."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from syn0.derive import training_program
from syn0.derive.optimizers import OPTIMIZERS
from syn0.program.interpreter import start, step
from syn0.spec import SGD, Adam, Dense, NetworkSpec, Optimizer, Training

Vector = NDArray[np.float64]

NETWORK = NetworkSpec(3, (Dense(4, "tanh", bias=True), Dense(2, "identity", bias=True)), seed=3)
X = np.array([[0.2, -0.4, 1.0], [0.9, 0.1, 1.0], [-0.6, 0.8, 1.0], [0.3, 0.7, 1.0]])
Y = np.array([[0.1, 0.9], [-0.5, 0.2], [0.4, 0.4], [0.8, -0.3]])
SPLITS = np.cumsum([12, 4, 8])
NAMES = ("syn0", "bias0", "syn1", "bias1")


def gradient(theta: Vector) -> Vector:
    """Of half the squared error of NETWORK, its parameters laid end to end in `theta`."""
    w0, b0, w1, b1 = np.split(theta, SPLITS)
    w0, w1 = w0.reshape(3, 4), w1.reshape(4, 2)
    hidden = np.tanh(X @ w0 + b0)
    residual = hidden @ w1 + b1 - Y
    upstream = np.einsum("ro,ho,rh->rh", residual, w1, 1 - hidden * hidden)
    parts = (
        np.einsum("ri,rh->ih", X, upstream),
        np.einsum("rh->h", upstream),
        np.einsum("rh,ro->ho", hidden, residual),
        np.einsum("ro->o", residual),
    )
    return np.concatenate([part.ravel() for part in parts])


def sgd_by_definition(optimizer: SGD, theta: Vector, steps: int) -> list[Vector]:
    path = [theta]
    for _ in range(steps):
        path.append(path[-1] - optimizer.learning_rate * gradient(path[-1]))
    return path[1:]


def adam_by_the_paper(optimizer: Adam, theta: Vector, steps: int) -> list[Vector]:
    """Kingma & Ba (2015), Algorithm 1, in the paper's own symbols."""
    alpha, eps = optimizer.learning_rate, optimizer.epsilon
    b1, b2 = optimizer.beta1, optimizer.beta2
    m = v = np.zeros_like(theta)
    path = []
    for t in range(1, steps + 1):
        g = gradient(theta)
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g * g
        m_hat, v_hat = m / (1 - b1**t), v / (1 - b2**t)
        theta = theta - alpha * m_hat / (np.sqrt(v_hat) + eps)
        path.append(theta)
    return path


References = dict[type[Optimizer], Callable[[Any, Vector, int], list[Vector]]]
REFERENCES: References = {SGD: sgd_by_definition, Adam: adam_by_the_paper}

SETTINGS: list[Optimizer] = [
    SGD(),
    SGD(0.05),
    Adam(),
    Adam(0.3),
    Adam(0.01, beta1=0.5, beta2=0.9, epsilon=0.1),
    Adam(0.01, beta1=0, beta2=0),
]


def path_of(optimizer: Optimizer, steps: int) -> list[Vector]:
    """The parameters after each step of the derived program, laid end to end."""
    program = training_program(NETWORK, Training(steps=steps, optimizer=optimizer))
    values = start(program, np.random.RandomState(3)) | {"X": X, "y": Y}
    path = []
    for _ in range(steps):
        values = step(program, values)
        path.append(np.concatenate([values[name].ravel() for name in NAMES]))
    return path


@pytest.mark.parametrize("optimizer", SETTINGS, ids=str)
def test_the_first_ten_steps_agree_with_the_definition(optimizer: Optimizer) -> None:
    program = training_program(NETWORK, Training(steps=1, optimizer=optimizer))
    values = start(program, np.random.RandomState(3))
    theta = np.concatenate([values[name].ravel() for name in NAMES])
    expected = REFERENCES[type(optimizer)](optimizer, theta, 10)
    for ours, theirs in zip(path_of(optimizer, 10), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)


def test_every_optimizer_has_a_definition_and_a_setting_to_try() -> None:
    assert set(REFERENCES) == set(OPTIMIZERS) == set(map(type, SETTINGS))


def test_the_settings_lead_to_different_places() -> None:
    ends = [path_of(optimizer, 10)[-1] for optimizer in SETTINGS]
    for i, end in enumerate(ends):
        assert all(np.abs(end - other).max() > 1e-3 for other in ends[:i])


def test_a_learning_rate_of_one_adds_no_line() -> None:
    plain = training_program(NETWORK, Training(steps=1))
    slower = training_program(NETWORK, Training(steps=1, optimizer=SGD(0.5)))
    assert "alpha" not in {line.target for line in plain.lines}
    assert len(slower.lines) == len(plain.lines) + 1


def test_what_adam_remembers_is_state_and_its_settings_are_constants() -> None:
    program = training_program(NETWORK, Training(steps=1, optimizer=Adam()))
    moments = {f"{name}_{moment}" for name in NAMES for moment in "mv"}
    assert set(program.state) == {*NAMES, *moments, "t"}
    assert set(program.weights) == set(NAMES)
    assert set(program.constants) == {"alpha", "beta1", "beta2", "epsilon"}
