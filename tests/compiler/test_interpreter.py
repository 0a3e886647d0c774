"""The reference interpreter: it walks line by line and keeps every value as it was."""

from typing import Any

import numpy as np
import pytest

from syn0.derive import INITIALIZERS, training_program
from syn0.program import Name, Program, evaluate
from syn0.program.interpreter import start, step, walk
from syn0.spec import SGD, Adam, Dense, NetworkSpec, Training

X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
Y = np.array([[0], [1], [1], [0]])


@pytest.fixture
def program() -> Program:
    network = NetworkSpec(3, (Dense(4, bias=True), Dense(1)))
    return training_program(network, Training(steps=1, optimizer=SGD(0.5)))


@pytest.fixture
def values(program: Program) -> dict[str, Any]:
    return start(program, np.random.RandomState(1)) | {"X": X, "y": Y}


def test_every_line_is_given_with_its_value_in_order(
    program: Program, values: dict[str, Any]
) -> None:
    lines = program.phase("forward", "loss", "backward", "update")
    walked = list(walk(lines, values))
    assert [line for line, _ in walked] == list(lines)
    assert all(value is not None for _, value in walked)


def test_recorded_values_stay_what_they_were(program: Program, values: dict[str, Any]) -> None:
    copies = {name: np.copy(value) for name, value in values.items()}
    after = step(program, values)
    for name, copy in copies.items():
        np.testing.assert_array_equal(values[name], copy)
    assert not np.array_equal(after["syn0"], values["syn0"])


def test_a_step_gives_every_name_of_the_program(program: Program, values: dict[str, Any]) -> None:
    assert set(step(program, values)) == {"X", "y", *(line.target for line in program.lines)}


def test_updates_use_the_weights_from_before_the_step(
    program: Program, values: dict[str, Any]
) -> None:
    after = step(program, values)
    sent_back = after["l2_delta"] @ values["syn1"].T
    np.testing.assert_array_equal(after["l1_error"], sent_back)


@pytest.mark.parametrize("init", INITIALIZERS)
def test_weights_start_evenly_within_the_bound_of_the_paper(init: str) -> None:
    bounds = {
        "uniform": 1.0,
        "glorot_uniform": np.sqrt(6) / np.sqrt(30 + 50),
        "he_uniform": np.sqrt(3) * np.sqrt(2 / 30),
    }
    assert set(bounds) == set(INITIALIZERS)
    network = NetworkSpec(30, (Dense(50, init=init),))
    weights = start(training_program(network, Training(steps=1)), np.random.RandomState(1))["syn0"]
    assert weights.shape == (30, 50)
    assert 0.98 * bounds[init] < np.abs(weights).max() <= bounds[init]
    assert np.abs(weights).mean() == pytest.approx(bounds[init] / 2, rel=0.05)
    assert abs(weights.mean()) < 0.05 * bounds[init]


def test_every_initializer_uses_the_same_draws() -> None:
    starts = []
    for init in INITIALIZERS:
        network = NetworkSpec(3, (Dense(4, init=init), Dense(2, init=init)))
        program = training_program(network, Training(steps=1))
        starts.append(start(program, np.random.RandomState(1))["syn1"])
    for weights in starts[1:]:
        np.testing.assert_allclose(weights / weights[0, 0], starts[0] / starts[0][0, 0])


def test_weights_are_drawn_by_layer_and_biases_take_no_draw() -> None:
    drawn = 2 * np.random.RandomState(9).random_sample(16) - 1
    network = NetworkSpec(3, (Dense(4, bias=True), Dense(1, bias=True)), seed=9)
    training = Training(steps=1, optimizer=Adam())
    values = start(training_program(network, training), np.random.RandomState(9))
    assert values["syn0"].ravel().tolist() == drawn[:12].tolist()
    assert values["syn1"].ravel().tolist() == drawn[12:].tolist()
    assert not values["bias0"].any()
    assert not values["bias1"].any()


def test_float32_weights_are_the_float64_draws_rounded() -> None:
    starts = {}
    for dtype in ("float64", "float32"):
        network = NetworkSpec(3, (Dense(4),), dtype=dtype)
        program = training_program(network, Training(steps=1))
        starts[dtype] = start(program, np.random.RandomState(1))["syn0"]
    assert starts["float32"].dtype == np.float32
    np.testing.assert_array_equal(starts["float32"], starts["float64"].astype(np.float32))


def test_something_that_is_no_expression_is_refused() -> None:
    with pytest.raises(TypeError, match="is not an expression"):
        evaluate("X", {})  # type: ignore[arg-type]
    with pytest.raises(KeyError):
        evaluate(Name("nothing"), {})
