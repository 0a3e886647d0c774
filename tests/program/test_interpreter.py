"""The reference interpreter: it walks line by line and keeps every value as it was."""

from typing import Any

import numpy as np
import pytest

from syn0.derive import INITIALIZERS, training_program
from syn0.program import Name, Program, evaluate
from syn0.program.interpreter import start, step, walk
from syn0.spec import SGD, Adam, Dense, Dropout, NetworkSpec, Training

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


FAMILIES = {
    "evenly": [name for name in INITIALIZERS if "uniform" in name],
    "normally": [name for name in INITIALIZERS if "normal" in name],
}


@pytest.mark.parametrize("names", FAMILIES.values(), ids=FAMILIES)
def test_initializers_that_draw_alike_differ_by_a_factor_only(names: list[str]) -> None:
    starts = []
    for init in names:
        network = NetworkSpec(3, (Dense(4, init=init), Dense(2, init=init)))
        program = training_program(network, Training(steps=1))
        starts.append(start(program, np.random.RandomState(1))["syn1"])
    assert len(starts) > 3
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


def test_a_seed_is_drawn_where_there_is_none() -> None:
    network = NetworkSpec(3, (Dense(4), Dropout(), Dense(1)), seed=None)
    program = training_program(network, Training(steps=1))
    seeds = {start(program, np.random.RandomState(n))["seed"] for n in range(9)}
    assert len(seeds) == 9
    assert all(type(seed) is int and 0 <= seed < 2**32 for seed in seeds)
    assert start(program, np.random.RandomState(3))["seed"] in seeds


def test_state_that_is_bound_twice_in_a_step_keeps_the_last_value(
    values: dict[str, Any],
) -> None:
    network = NetworkSpec(3, (Dense(4, bias=True), Dense(1)))
    training = Training(steps=1, optimizer=SGD(0.5), max_norm=0.1)
    program = training_program(network, training)
    assert [x.target for x in program.phase("update")].count("syn0") == 2
    after = step(program, values)
    lengths = np.sqrt((after["syn0"] ** 2).sum(axis=0))
    np.testing.assert_allclose(lengths, 0.1)


def test_something_that_is_no_expression_is_refused() -> None:
    with pytest.raises(TypeError, match="is not an expression"):
        evaluate("X", {})  # type: ignore[arg-type]
    with pytest.raises(KeyError):
        evaluate(Name("nothing"), {})
