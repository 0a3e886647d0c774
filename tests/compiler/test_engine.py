"""Engines: chosen by name, true to the printed lines, and keeping the number type."""

import ast
import traceback
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from syn0.derive import prediction_program, training_program
from syn0.engines import ENGINES, NumpyRunner, make_runner
from syn0.printers import PRINTERS, NumpyPrinter, example_data
from syn0.program.interpreter import start, step
from syn0.spec import SGD, Adam, Dense, NetworkSpec, Training

Made = Callable[..., tuple[NDArray[Any], NDArray[Any]]]

TUTORIAL = NetworkSpec(3, (Dense(4), Dense(1)))


def runner_for(network: NetworkSpec, training: Training, engine: str = "numpy") -> Any:
    return make_runner(engine, training_program(network, training), prediction_program(network))


def test_an_unknown_engine_is_refused_with_the_choices() -> None:
    with pytest.raises(ValueError, match="unknown engine 'numpi'") as caught:
        runner_for(TUTORIAL, Training(steps=1), "numpi")
    assert "did you mean 'numpy'?" in str(caught.value)
    for name in ("auto", *ENGINES):
        assert name in str(caught.value).partition("choose from")[2]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_runner_knows_its_name(engine: str) -> None:
    assert runner_for(TUTORIAL, Training(steps=1), engine).name == engine


def test_auto_picks_an_engine_that_exists() -> None:
    assert runner_for(TUTORIAL, Training(steps=1), "auto").name in ENGINES


def statements(text: str) -> set[str]:
    """Every statement of a Python text, however its lines are broken."""
    return {ast.unparse(node) for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)}


def test_the_engine_runs_the_very_lines_that_the_script_prints(case: Any) -> None:
    network, training = case.network, case.training
    program = training_program(network, training)
    script = PRINTERS["numpy"].script(program, network, training, example_data(network))
    source = runner_for(network, training).source
    printer = NumpyPrinter()
    lines = program.phase("forward", "loss", "backward", "update")
    printed = statements("\n".join(map(printer.statement, lines)))
    assert printed <= statements(script)
    assert printed <= statements(source)
    for helper in printer.helper_functions(program.lines):
        assert helper in script
        assert helper in source


def test_a_failing_line_shows_itself_in_the_traceback() -> None:
    runner = runner_for(TUTORIAL, Training(steps=1))
    weights = {"syn0": np.ones((3, 4)), "syn1": np.ones((5, 1))}
    with pytest.raises(ValueError, match="matmul") as caught:
        runner.train(weights, np.ones((2, 3)), np.ones((2, 1)), [None], measure=False)
    text = "".join(traceback.format_exception(caught.value))
    assert "l2 = sigmoid(l1 @ syn1)" in text


def test_two_runners_show_lines_of_their_own() -> None:
    first = runner_for(TUTORIAL, Training(steps=1))
    second = runner_for(NetworkSpec(3, (Dense(4, "tanh"), Dense(1))), Training(steps=1))
    for runner, words in ((first, "l1 = sigmoid(l0 @ syn0)"), (second, "l1 = np.tanh(l0 @ syn0)")):
        with pytest.raises(ValueError, match="matmul") as caught:
            runner.predict({"syn0": np.ones((4, 4)), "syn1": np.ones((4, 1))}, np.ones((2, 3)))
        assert words in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("optimizer", [SGD(), SGD(0.05), Adam(0.05)], ids=str)
@pytest.mark.parametrize("reduction", ["sum", "mean"])
@pytest.mark.parametrize(
    ("loss", "output"),
    [
        ("squared_error", "identity"),
        ("squared_error", "relu"),
        ("binary_cross_entropy", "sigmoid"),
        ("cross_entropy", "softmax"),
    ],
)
def test_float32_stays_float32(
    made_up: Made, loss: str, output: str, reduction: str, optimizer: SGD | Adam
) -> None:
    hidden = tuple(Dense(4, name, bias=True) for name in ("sigmoid", "tanh", "relu", "softmax"))
    network = NetworkSpec(3, (*hidden, Dense(2, output, True)), loss=loss, dtype="float32")
    training = Training(steps=3, optimizer=optimizer, reduction=reduction)
    program, (X, y) = training_program(network, training), made_up(network)
    values = start(program, np.random.RandomState(1)) | {"X": X, "y": y}
    given = deepcopy({name: values[name] for name in (*program.state, *program.constants)})
    state, _ = runner_for(network, training).train(given, X, y, [None] * 3, measure=True)
    for _ in range(3):
        values = step(program, values)
    arrays = [name for name in program.state if name != "t"]
    for name in arrays:
        assert state[name].dtype == np.float32
    for line in program.lines:
        value = values[line.target]
        if isinstance(value, (np.ndarray, np.floating)):
            assert value.dtype == np.float32, line


@pytest.mark.parametrize("engine", ENGINES)
def test_predictions_are_of_the_networks_number_type(engine: str, made_up: Made) -> None:
    network = NetworkSpec(3, (Dense(4, bias=True), Dense(2)), dtype="float32")
    program = prediction_program(network)
    values = start(program, np.random.RandomState(1))
    runner = runner_for(network, Training(steps=1), engine)
    assert runner.predict(values, made_up(network)[0]).dtype == np.float32


@pytest.mark.parametrize("engine", ENGINES)
def test_no_steps_change_nothing(engine: str, made_up: Made) -> None:
    program = training_program(TUTORIAL, Training(steps=1))
    values = start(program, np.random.RandomState(1))
    given = {name: value.copy() for name, value in values.items()}
    runner = runner_for(TUTORIAL, Training(steps=1), engine)
    state, measured = runner.train(given, *made_up(TUTORIAL), [], measure=True)
    assert measured == []
    for name in program.state:
        np.testing.assert_array_equal(state[name], values[name])


@pytest.mark.parametrize("engine", ENGINES)
def test_numbers_too_large_for_the_type_come_back_as_they_are_and_without_a_warning(
    engine: str, made_up: Made
) -> None:
    network = NetworkSpec(3, (Dense(4, "relu"), Dense(2, "identity")))
    training = Training(steps=300, optimizer=SGD(5.0))
    program = training_program(network, training)
    values = start(program, np.random.RandomState(1))
    runner = runner_for(network, training, engine)
    state, _ = runner.train(values, *made_up(network), [None] * 300, measure=False)
    assert not all(np.isfinite(state[name]).all() for name in program.state)


def test_the_numpy_engine_is_the_numpy_runner() -> None:
    assert isinstance(runner_for(TUTORIAL, Training(steps=1)), NumpyRunner)
