"""Engines: chosen by name, true to the printed lines, and keeping the number type."""

import traceback
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from syn0.derive import prediction_program, training_program
from syn0.engines import ENGINES, make_runner
from syn0.engines.numpy import NumpyRunner
from syn0.program import Program
from syn0.program.interpreter import start, step
from syn0.spec import LBFGS, SGD, Dense, NetworkSpec, Training
from tests.derive.cases import leaves_steps_to_scipy, named_cases
from tests.together import Together

Made = Callable[..., tuple[NDArray[Any], NDArray[Any]]]

pytestmark = pytest.mark.usefixtures("quick_compiler")

TUTORIAL = NetworkSpec(3, (Dense(4), Dense(1)))


def runner_for(network: NetworkSpec, training: Training, engine: str = "numpy") -> Any:
    return make_runner(engine, training_program(network, training), prediction_program(network))


def arrays(made_up: Made, network: NetworkSpec) -> dict[str, NDArray[Any]]:
    return dict(zip("Xy", made_up(network), strict=True))


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


def test_a_failing_line_shows_itself_in_the_traceback() -> None:
    runner = runner_for(TUTORIAL, Training(steps=1))
    weights = {"syn0": np.ones((3, 4)), "syn1": np.ones((4, 1))}
    with pytest.raises(ValueError, match="broadcast") as caught:
        runner.train(weights, {"X": np.ones((2, 3)), "y": np.ones((5, 1))}, [None], measure=False)
    text = "".join(traceback.format_exception(caught.value))
    assert "l2_error = y - l2" in text


def test_two_runners_show_lines_of_their_own() -> None:
    first = runner_for(TUTORIAL, Training(steps=1))
    second = runner_for(NetworkSpec(3, (Dense(4, "tanh"), Dense(1))), Training(steps=1))
    for runner, words in ((first, "l1 = sigmoid(l0 @ syn0)"), (second, "l1 = np.tanh(l0 @ syn0)")):
        with pytest.raises(ValueError, match="matmul") as caught:
            runner.predict({"syn0": np.ones((3, 4)), "syn1": np.ones((4, 1))}, np.ones((2, 4)))
        assert words in "".join(traceback.format_exception(caught.value))


def test_float32_stays_float32(made_up_arrays: Any) -> None:
    """Every array; and plain numbers stay plain, since a NumPy number would widen an array."""
    with Together() as together:
        for name, case in named_cases(lambda row: bool(row["dtype"] == "float32")):
            with together(name):
                assert_float32(case.program, made_up_arrays(case))


def assert_float32(program: Program, arrays: dict[str, Any]) -> None:
    """Two steps of the interpreter make no array of another type."""
    values = start(program, np.random.RandomState(1)) | arrays
    values |= {"batch": np.arange(3), "steps": 21}
    for _ in range(2):
        values = step(program, values)
        for line in program.lines:
            value = values[line.target]
            if isinstance(value, np.ndarray) and value.dtype != bool:
                assert value.dtype == np.float32, line
    for name in {*program.state, *program.constants} - {"quantiles"}:
        if np.ndim(values[name]) == 0:
            assert type(values[name]) in (int, float), name
    assert values["loss"].dtype == values["error"].dtype == np.float32


def test_an_engine_keeps_plain_numbers_plain(made_up_arrays: Any) -> None:
    with Together() as together:
        for row, case in named_cases(lambda row: not leaves_steps_to_scipy(row)):
            program, arrays = case.program, made_up_arrays(case)
            values = start(program, np.random.RandomState(1)) | {"steps": 21}
            runner = make_runner("numpy", program, prediction_program(case.network))
            with together(row):
                state, _ = runner.train(values, arrays, [np.arange(3)], measure=False)
                for name in program.state:
                    assert type(state[name]) is type(values[name])
                    assert np.asarray(state[name]).dtype == np.asarray(values[name]).dtype


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
    state, measured = runner.train(given, arrays(made_up, TUTORIAL), [], measure=True)
    assert measured.shape == (0, len(program.reports))
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
    state, _ = runner.train(values, arrays(made_up, network), [None] * 300, measure=False)
    assert not all(np.isfinite(state[name]).all() for name in program.state)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_gradient_too_large_for_the_type_comes_without_a_warning(
    engine: str, made_up: Made
) -> None:
    network = NetworkSpec(3, (Dense(4, "relu"), Dense(2, "identity")))
    training = Training(steps=1, optimizer=LBFGS())
    values = start(training_program(network, training), np.random.RandomState(1))
    values["syn0"] *= 1e300
    figures, pulls = runner_for(network, training, engine).gradient(
        values, arrays(made_up, network)
    )
    assert np.isinf(figures[0])
    assert not all(np.isfinite(pull).all() for pull in pulls.values())


@pytest.mark.parametrize("engine", ENGINES)
def test_many_rows_are_predicted_as_each_alone(engine: str, made_up: Made) -> None:
    """They are taken some at a time."""
    network = NetworkSpec(3, (Dense(4), Dense(2)))
    values = start(prediction_program(network), np.random.RandomState(1))
    runner, X = runner_for(network, Training(steps=1), engine), made_up(network, rows=40_000)[0]
    found = runner.predict(values, X)
    assert found.shape == (40_000, 2)
    for row in (0, 16_383, 16_384, 39_999):
        np.testing.assert_allclose(found[row], runner.predict(values, X[row : row + 1])[0])
    assert runner.predict(values, X[:0]).shape == (0, 2)


def test_the_numpy_engine_is_the_numpy_runner() -> None:
    assert isinstance(runner_for(TUTORIAL, Training(steps=1)), NumpyRunner)
