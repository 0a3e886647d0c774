"""The interpreter is the definition: engines and printed scripts arrive at the same weights."""

from collections.abc import Callable
from copy import deepcopy
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from syn0.derive import prediction_program, training_program
from syn0.engines import ENGINES, make_runner
from syn0.printers import PRINTERS, Data
from syn0.program import Program
from syn0.program.interpreter import start, step, walk

TOLERANCE = {"float64": 1e-10, "float32": 1e-4}

SCRIPTS = ("numpy", "terse")
"""The languages whose scripts are Python with NumPy."""

Values = dict[str, Any]


def batches(training: Any, rows: int, generator: np.random.RandomState) -> list[Any]:
    """The row numbers of each step, from the words of the documentation alone."""
    size = training.batch_size
    if size is None:
        return [None] * training.steps
    chosen: list[Any] = []
    while len(chosen) < training.steps:
        order = generator.permutation(rows) if training.shuffle else np.arange(rows)
        chosen += [order[first : first + size] for first in range(0, rows, size)]
    return chosen[: training.steps]


@cache
def by_the_interpreter(case: Any, made_up: Any) -> tuple[Program, list[Any], list[Values]]:
    """The program, the rows of each step, and all values at the start and after each step."""
    program = training_program(case.network, case.training)
    X, y = made_up(case.network)
    generator = np.random.RandomState(case.network.seed)
    values = start(program, generator) | {"X": X, "y": y}
    rows, path = batches(case.training, len(X), generator), [values]
    for batch in rows:
        path.append(step(program, path[-1] | ({} if batch is None else {"batch": batch})))
    return program, rows, path


def assert_agree(found: NDArray[Any], expected: NDArray[Any], dtype: str) -> None:
    limit = TOLERANCE[dtype]
    scale = float(np.abs(expected).max())
    assert np.shape(found) == np.shape(expected)
    np.testing.assert_allclose(found, expected, rtol=limit, atol=limit * scale)


def test_the_definition_learns_something_finite(case: Any, made_up: Any) -> None:
    program, rows, path = by_the_interpreter(case, made_up)
    for name in program.weights:
        assert np.isfinite(path[-1][name]).all()
    assert any(np.abs(path[-1][name] - path[0][name]).max() > 1e-3 for name in program.weights)
    sizes = {None if batch is None else len(batch) for batch in rows}
    assert sizes == ({None} if case.training.batch_size is None else {3, 2})


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_agrees_with_the_interpreter(engine: str, case: Any, made_up: Any) -> None:
    program, rows, path = by_the_interpreter(case, made_up)
    prediction = prediction_program(case.network, case.training.reduction)
    runner, dtype = make_runner(engine, program, prediction), case.network.dtype
    given = deepcopy({name: path[0][name] for name in program.state + program.constants})
    X, y = path[0]["X"], path[0]["y"]

    state, measured = runner.train(given, X, y, rows, measure=True)
    assert set(state) == set(program.state)
    for name in program.state:
        assert_agree(state[name], path[-1][name], dtype)
    for (loss, error), values in zip(measured, path[1:], strict=True):
        assert loss == pytest.approx(float(values["loss"]), rel=TOLERANCE[dtype])
        assert error == pytest.approx(float(values["error"]), rel=TOLERANCE[dtype])

    values = path[-1] | {"X": X, "y": y}
    lines = walk(prediction.phase("forward", "loss"), values)
    expected = {line.target: value for line, value in lines}
    assert_agree(runner.predict(values, X), expected[prediction.output], dtype)
    found = runner.evaluate(values, X, y)
    assert found == pytest.approx(
        (float(expected["loss"]), float(expected["error"])), rel=TOLERANCE[dtype]
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_takes_the_same_steps_when_it_measures_nothing(
    engine: str, case: Any, made_up: Any
) -> None:
    program, rows, path = by_the_interpreter(case, made_up)
    runner = make_runner(engine, program, prediction_program(case.network))
    given = deepcopy({name: path[0][name] for name in program.state + program.constants})
    state, measured = runner.train(given, path[0]["X"], path[0]["y"], rows, measure=False)
    assert measured == []
    for name in program.state:
        assert_agree(state[name], path[-1][name], case.network.dtype)


@pytest.mark.parametrize("language", SCRIPTS)
def test_a_script_run_alone_agrees_with_the_interpreter(
    language: str, case: Any, made_up: Any, numpy_only: Callable[[str], Any]
) -> None:
    program, _, path = by_the_interpreter(case, made_up)
    data = Data(*made_up(case.network), note="made up")
    text = PRINTERS[language].script(program, case.network, case.training, data)
    assert "import syn0" not in text
    assert "from syn0" not in text
    left = numpy_only(text).values
    for name in program.state:
        assert_agree(left[name], path[-1][name], case.network.dtype)
        if name in program.weights:
            assert left[name].dtype == case.network.dtype


def test_every_language_is_run_by_some_test() -> None:
    assert set(PRINTERS) == set(SCRIPTS)
