"""The interpreter is the definition: engines and printed scripts arrive at the same weights."""

import re
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from syn0.derive import prediction_program
from syn0.engines import make_runner, native
from syn0.engines.numpy import Printed
from syn0.printers import PRINTERS, Data
from syn0.printers.script import closing_program
from syn0.program import Program
from syn0.program.interpreter import start, step, walk
from tests.derive.cases import ROWS, Case, named_cases
from tests.printers.toolchains import TOOLCHAINS
from tests.together import Together


@pytest.fixture(autouse=True, scope="module")
def printed_once() -> Iterator[None]:
    """The engines remember the texts of a few programs; here, of all rows of the table."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Printed, "of", cache(Printed))
        patched.setattr(native, "native_source", cache(native.native_source))
        yield


ROUNDINGS = 100
TOLERANCE = {"float64": 1e-10, "float32": 1e-4}

NUDGES = 6
"""Ways of rounding the start once more, for campaigns over all rows: where deltas are trimmed, or
divided by their size, some of them change what follows altogether."""

ENGINES_HERE = ["numpy", pytest.param("native", marks=pytest.mark.needs_compiler)]
"""The engines; without a C compiler numpy would only run native's share."""

SCRIPTS = ("numpy", "terse")
"""The languages whose scripts are Python with NumPy."""

Values = dict[str, Any]


@dataclass(frozen=True)
class Definition:
    """What the interpreter makes of a case.

    Attributes:
        start: all values at the start, inputs among them.
        rows: the row numbers of each step; None for all.
        reports: the figures of each step, from before its update.
        end: all values after the last step.
    """

    start: Values
    rows: list[Any]
    reports: list[tuple[float, ...]]
    end: Values

    def given(self, program: Program) -> Values:
        """What an engine starts from; it may change the arrays."""
        names = (*program.state, *program.constants, *program.numbers)
        return deepcopy({name: self.start[name] for name in names})


def batches(training: Any, rows: int, generator: np.random.RandomState) -> list[Any]:
    """The row numbers of each step, from the words of the documentation alone."""
    size, steps = training.batch_size, training.total_steps(rows)
    if size is None:
        return [None] * steps
    chosen: list[Any] = []
    order = np.arange(rows)
    while len(chosen) < steps:
        order = order if training.reshuffle else np.arange(rows)
        order = order[generator.permutation(rows)] if training.shuffle else order
        chosen += [order[first : first + size] for first in range(0, rows, size)]
    return chosen[:steps]


@cache
def defined(case: Any, made_up_arrays: Any) -> Definition:
    """Training, as the interpreter does it."""
    program, arrays = case.program, made_up_arrays(case)
    generator = np.random.RandomState(case.network.seed)
    values = start(program, generator) | arrays
    rows = batches(case.training, len(arrays["X"]), generator)
    values |= {name: len(rows) for name in program.numbers}
    if program.pulls:
        return found_by_scipy(case, values, rows)
    first, reports = values, []
    for batch in rows:
        values = step(program, values | ({} if batch is None else {"batch": batch}))
        reports.append(figures(program, values))
    return Definition(first, rows, reports, values)


def figures(program: Program, values: Values) -> tuple[float, ...]:
    return tuple(float(values[name]) for name in program.reports)


def found_by_scipy(case: Any, values: Values, rows: list[Any]) -> Definition:
    """Training where SciPy's search moves the weights, by the interpreter's loss and pulls."""
    program, optimizer = case.program, case.training.optimizer
    shapes = {name: values[name].shape for name in program.pulls}

    def placed(theta: NDArray[Any]) -> Values:
        """All values, with the weights that `theta` holds end to end."""
        weights, first = {}, 0
        for name, shape in shapes.items():
            last = first + int(np.prod(shape))
            weights[name] = theta[first:last].reshape(shape).astype(program.dtype)
            first = last
        return step(program, values | weights)

    def descended(theta: NDArray[Any]) -> tuple[float, NDArray[Any]]:
        after = placed(theta)
        pulls = [np.ravel(after[pull]) for pull in program.pulls.values()]
        return float(after["loss"]), -np.concatenate(pulls).astype(np.float64)

    theta = np.concatenate([values[name].ravel() for name in shapes]).astype(np.float64)
    options = {"maxiter": len(rows), "maxcor": optimizer.memory, "gtol": optimizer.tolerance}
    found = minimize(descended, theta, jac=True, method="L-BFGS-B", options=options)
    ends = [placed(theta), placed(found.x)]
    return Definition(values, rows, [figures(program, end) for end in ends], ends[-1])


def assert_agree(
    found: NDArray[Any], expected: NDArray[Any], dtype: str, moved: float = 0.0
) -> None:
    """Within the tolerance, or `ROUNDINGS` times as far as one moves the definition itself."""
    limit = TOLERANCE[dtype]
    scale = float(np.abs(expected).max())
    assert np.shape(found) == np.shape(expected)
    np.testing.assert_allclose(
        found, expected, rtol=limit, atol=max(limit * scale, ROUNDINGS * moved)
    )


@cache
def moved_by_rounding(
    case: Any, made_up_arrays: Any, seed: int = 0
) -> tuple[dict[str, float], NDArray[Any]]:
    """How far each value of the state ends, and reports are up to each step, from where they would
    be, had every number of the start been rounded once more: an optimizer that divides by the size
    of a slope which is nothing but rounding goes where that points, and engines round in orders of
    their own."""
    program, definition = case.program, defined(case, made_up_arrays)
    random = np.random.RandomState(seed)
    values = dict(definition.start)
    for name, value in values.items():
        if np.ndim(value) and value.dtype.kind == "f":
            nudge = np.finfo(value.dtype).eps * random.choice((-1, 1), value.shape)
            values[name] = (value * (1 + nudge)).astype(value.dtype)
    reports = []
    for batch in definition.rows:
        values = step(program, values | ({} if batch is None else {"batch": batch}))
        reports.append(figures(program, values))
    state = {n: float(np.abs(values[n] - definition.end[n]).max()) for n in program.state}
    apart = np.abs(np.subtract(reports, definition.reports))
    return state, np.maximum.accumulate(apart)


@cache
def moved_farthest(case: Any, made_up_arrays: Any) -> tuple[dict[str, float], NDArray[Any]]:
    """The same of the one of `NUDGES` roundings that moves most, of each."""
    ways = [moved_by_rounding(case, made_up_arrays, seed) for seed in range(NUDGES)]
    state = {name: max(moved[name] for moved, _ in ways) for name in case.program.state}
    return state, np.max([reports for _, reports in ways], axis=0)


def assert_unless_rounded(
    check: Callable[[dict[str, float], NDArray[Any]], None],
    case: Any,
    made_up_arrays: Any,
    moved_by: Callable[..., Any] = moved_by_rounding,
) -> None:
    """A check passes where nothing has moved; or else as far as roundings move the definition,
    which is only then trained once more: most cases need no such help."""
    reports = defined(case, made_up_arrays).reports
    try:
        check(dict.fromkeys(case.program.state, 0.0), np.zeros_like(reports))
    except AssertionError:
        check(*moved_by(case, made_up_arrays))


def assert_same_figures(found: Any, expected: Any, dtype: str) -> None:
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other, rel=TOLERANCE[dtype])


def test_the_definition_learns_something_finite(made_up_arrays: Any) -> None:
    with Together() as together:
        for name, case in named_cases():
            with together(name):
                assert_learned(case, made_up_arrays)


def assert_learned(case: Case, made_up_arrays: Any) -> None:
    """Weights move and stay finite, in batches of the sizes that were asked for."""
    program, definition = case.program, defined(case, made_up_arrays)
    moved = []
    for name in program.weights:
        first, last = definition.start[name], definition.end[name]
        assert np.isfinite(last).all()
        moved.append(np.abs(last - first).max() > 1e-4)
        assert first.dtype == last.dtype == case.network.dtype
    # Some have no slope: constants before a normalization, or beside units that are always off.
    assert any(moved)
    assert np.isfinite(definition.reports).all()
    sizes = {None if batch is None else len(batch) for batch in definition.rows}
    assert sizes == ({None} if case.training.batch_size is None else {3, 2})


@pytest.mark.parametrize("engine", ENGINES_HERE)
def test_an_engine_takes_the_interpreters_steps(
    engine: str, made_up_arrays: Any, in_one_library: Callable[[Iterable[str]], None]
) -> None:
    stepped = {name: case for name, case in named_cases() if not case.program.pulls}
    if engine == "native":
        in_one_library(map(compiled_source, stepped.values()))
    with Together() as together:
        for name, case in stepped.items():
            with together(name):
                assert_stepped(engine, case, made_up_arrays)


def compiled_source(case: Case) -> str:
    """The C that the native engine compiles for a case."""
    return native.native_source(case.program, case.training.batch_size or ROWS, 1)


def assert_stepped(engine: str, case: Case, made_up_arrays: Any) -> None:
    """An engine's training ends where the interpreter's does, by way of the same figures."""
    program, definition = case.program, defined(case, made_up_arrays)
    runner = make_runner(engine, program, prediction_program(case.network))
    for measure in (True, False):
        found = runner.train(
            definition.given(program), made_up_arrays(case), definition.rows, measure=measure
        )
        assert runner.name == engine
        assert set(found[0]) == set(program.state)
        if engine == "numpy":
            assert_same_training(found, program, definition, exact=True)
        else:
            same = partial(assert_same_training, found, program, definition)
            assert_unless_rounded(same, case, made_up_arrays)
        if not measure:
            assert found[1].shape == (0, len(program.reports))


def assert_same_training(
    found: tuple[Values, NDArray[Any]],
    program: Program,
    definition: Definition,
    moved: dict[str, float] | None = None,
    shaken: NDArray[Any] | float = 0.0,
    *,
    exact: bool = False,
) -> None:
    """The state, and the figures of each step that were measured: within the tolerance, or as far
    as roundings `moved` and have `shaken` the definition; exact ones each by its own size."""
    (state, measured), dtype = found, program.dtype
    for name in program.state:
        assert_agree(state[name], definition.end[name], dtype, (moved or {}).get(name, 0))
    if exact and len(measured):
        assert_same_figures(measured, definition.reports, dtype)
    elif len(measured):
        expected = np.array(definition.reports)
        scale = np.abs(expected).max(axis=0)
        allowed = np.fmax(TOLERANCE[dtype] * scale, ROUNDINGS * shaken)
        assert (np.abs(measured - expected) <= allowed).all()


@pytest.mark.parametrize("engine", ENGINES_HERE)
def test_an_engine_gives_a_search_the_interpreters_loss_and_pulls(
    engine: str, made_up_arrays: Any, in_one_library: Callable[[Iterable[str]], None]
) -> None:
    searched = {name: case for name, case in named_cases() if case.program.pulls}
    if engine == "native":
        in_one_library(map(compiled_source, searched.values()))
    with Together() as together:
        for name, case in searched.items():
            with together(name):
                assert_pulled(engine, case, made_up_arrays)


def assert_pulled(engine: str, case: Case, made_up_arrays: Any) -> None:
    """An engine's loss and pulls are the interpreter's, where a search begins and where it ends."""
    program, definition, dtype = case.program, defined(case, made_up_arrays), case.network.dtype
    runner = make_runner(engine, program, prediction_program(case.network))
    before = step(program, definition.start)
    for values in (before, definition.end):
        found, pulls = runner.gradient(values, made_up_arrays(case))
        assert runner.name == engine
        assert_same_figures([found], [figures(program, values)], dtype)
        assert list(pulls) == list(program.pulls)
        for name, pull in program.pulls.items():
            # Where the search ended, pulls are what rounding leaves of those that it began with.
            rounding = np.finfo(program.dtype).eps * np.abs(before[pull]).max()
            assert_agree(pulls[name], values[pull], dtype, rounding)


@pytest.mark.parametrize("engine", ENGINES_HERE)
def test_an_engine_predicts_and_evaluates_as_the_interpreter_does(
    engine: str, made_up_arrays: Any
) -> None:
    with Together() as together:
        for name, case in named_cases():
            with together(name):
                assert_predicted(engine, case, made_up_arrays)


def assert_predicted(engine: str, case: Case, made_up_arrays: Any) -> None:
    """What an engine predicts, and the figures of its evaluation, are the interpreter's."""
    prediction = prediction_program(case.network, case.training.reduction)
    runner, values = make_runner(engine, case.program, prediction), defined(case, made_up_arrays)
    lines = walk(prediction.phase("forward", "loss"), values.end)
    expected = {line.target: value for line, value in lines}
    X, y = values.end["X"], values.end["y"]
    found = runner.predict(values.end, X)
    assert found.dtype == case.network.dtype
    assert_agree(found, expected[prediction.output], case.network.dtype)
    evaluated = [runner.evaluate(values.end, X, y)]
    assert_same_figures(evaluated, [figures(prediction, expected)], case.network.dtype)


@pytest.mark.parametrize("language", SCRIPTS)
def test_a_script_run_alone_agrees_with_the_interpreter(
    language: str, made_up_arrays: Any, run_alone: Callable[[str], Any]
) -> None:
    with Together() as together:
        for name, case in named_cases():
            with together(name):
                assert_script_agrees(language, case, made_up_arrays, run_alone)


def assert_script_agrees(
    language: str, case: Case, made_up_arrays: Any, run_alone: Callable[[str], Any]
) -> None:
    """A script ends with the interpreter's state, and prints its reports."""
    program, definition = case.program, defined(case, made_up_arrays)
    arrays, dtype = made_up_arrays(case), case.network.dtype
    data = Data(arrays["X"], arrays["y"], "made up", sample_weight=arrays.get("sample_weight"))
    text = PRINTERS[language].script(program, case.network, case.training, data)
    assert "import syn0" not in text
    assert "from syn0" not in text
    far = 'import numpy as np\nnp.seterr(over="ignore")\n' if program.pulls else ""
    left = run_alone(far + text)  # a search may look far away, where exponentials overflow
    counted = {"t"} - left.values.keys()  # by the loop
    for name in {*program.state, *program.pulls} - counted:
        assert_agree(left.values[name], definition.end[name], dtype)
        if name in program.weights:
            assert left.values[name].dtype == dtype
    assert_agree(left.values[program.output], last_output(case, definition), dtype)
    if language == "terse":
        assert left.printed == ""
    elif program.pulls:
        losses = re.findall(r"^step \d+: loss (\S+)$", left.printed, re.MULTILINE)
        expected = [report[:1] for report in definition.reports]
        assert_same_figures([(float(loss),) for loss in losses], expected, dtype)
    else:
        assert_printed(left.printed, definition.reports, dtype)


def last_output(case: Any, definition: Definition) -> NDArray[Any]:
    """The prediction of all rows after the last step; that of the last step where it made one."""
    if closing_program(case.program, case.network, case.training) is None:
        return np.asarray(definition.end[case.program.output])
    prediction = prediction_program(case.network)
    lines = walk(prediction.phase("forward"), definition.end)
    return next(value for line, value in lines if line.target == prediction.output)


def assert_printed(text: str, reports: list[tuple[float, ...]], dtype: str) -> None:
    """Lines with the figures of their steps: loss and error to twelve digits, others to four."""
    lines = [line for line in text.splitlines() if line.startswith("step ")]
    assert len(lines) > 1
    for line in lines:
        number, loss, error, *others = re.findall(r"[a-z] ([^ ,:]+)(?:[,:]|$)", line)
        report = reports[int(number)]
        assert_same_figures([(float(loss), float(error))], [report[:2]], dtype)
        assert others == [f"{figure:.4g}" for figure in report[2:]]


def test_every_language_is_run_by_some_test() -> None:
    elsewhere = {"c", "javascript", "julia", "torch", "jax", *TOOLCHAINS}  # in tests/printers
    read = {"math", "latex", "mathml"}
    assert set(PRINTERS) == {*SCRIPTS, *elsewhere, *read}
