"""What tests of programs share, whatever their room: the cases of the table, made-up data, JAX, and
a machine with NumPy only."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from syn0.derive import loss_of, prediction_program, target_columns, training_program
from syn0.spec import NetworkSpec
from tests.derive.cases import ROWS, Case, Row, cases, leaves_steps_to_scipy


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for a `case` runs once for each row of the table; one that asks for a
    `stepped` or a `searched` case for those whose steps are the program's own, or SciPy's."""
    kinds: dict[str, Callable[[Row], bool]] = {
        "case": lambda row: True,
        "stepped": lambda row: not leaves_steps_to_scipy(row),
        "searched": leaves_steps_to_scipy,
    }
    marks = metafunc.definition.iter_markers("parametrize")
    own = {mark.args[0] for mark in marks if isinstance(mark.args[0], str)}
    for name in kinds.keys() & set(metafunc.fixturenames) - own:
        metafunc.parametrize(name, list(cases(kinds[name])))


@pytest.fixture(scope="session")
def made_up() -> Callable[..., tuple[NDArray[Any], NDArray[Any]]]:
    """X and y such as the network's loss takes, in its number type."""

    def make(network: NetworkSpec, rows: int = ROWS) -> tuple[NDArray[Any], NDArray[Any]]:
        random = np.random.RandomState(3)
        shape = (rows, target_columns(network))
        X = random.uniform(-1, 1, (rows, network.inputs)).round(3)
        y = {
            "numbers": random.uniform(0, 1, shape).round(3),
            "shares": random.randint(2, size=shape),
            "classes": np.eye(network.outputs)[np.arange(rows) % network.outputs],
            "counts": random.poisson(2, shape),
            "sides": 2 * random.randint(2, size=shape) - 1,
        }[loss_of(network).row.targets]
        return X.astype(network.dtype), y.astype(network.dtype)

    return make


@pytest.fixture(scope="session")
def made_up_arrays(made_up: Any) -> Callable[[Case], dict[str, NDArray[Any]]]:
    """The arrays that a case's program takes, by name; one of the rows has no weight."""

    def make(case: Case) -> dict[str, NDArray[Any]]:
        arrays = dict(zip("Xy", made_up(case.network), strict=True))
        if case.weighted:
            weights = np.array([[0.5, 2, 1, 0, 1.25, 1, 3, 0.75]]).T
            arrays["sample_weight"] = weights.astype(case.network.dtype)
        return arrays

    return make


@pytest.fixture
def derived_anew() -> Iterator[None]:
    """Programs are derived anew: for modules with tests that plant a wrong rule."""
    derived = (training_program, prediction_program)
    for program in derived:
        program.cache_clear()
    yield
    for program in derived:
        program.cache_clear()


@pytest.fixture(scope="session")
def reference() -> Iterator[ModuleType]:
    """Networks in JAX, in float64: an independent account of what programs compute."""
    import jax

    from tests.derive import references

    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield references
    jax.config.update("jax_enable_x64", before)


WORKER = """
import contextlib, importlib, importlib.abc, io, json, sys, traceback

packages = sys.argv[1:]
for name in packages:
    importlib.import_module(name)

class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in {p.partition(".")[0] for p in packages} | sys.stdlib_module_names:
            raise ImportError(f"{name} is not there: this machine has {packages} only")

sys.meta_path.insert(0, Refuse())
import numpy as np

for request in sys.stdin:
    names, printed, failure = {"__name__": "__main__"}, io.StringIO(), ""
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(json.loads(request), "script", "exec"), names)
    except Exception:
        failure = traceback.format_exc()
    values = {
        name: [str(np.asarray(value).dtype), np.asarray(value).tolist()]
        for name, value in names.items()
        if isinstance(value, (np.ndarray, np.generic, int, float))
    }
    answer = {"printed": printed.getvalue(), "values": values, "failure": failure}
    print(json.dumps(answer), flush=True)
"""


@dataclass(frozen=True)
class Ran:
    """What a script printed, and the arrays and numbers that it left."""

    printed: str
    values: dict[str, NDArray[Any]]


Run = Callable[[str], Ran]


@contextmanager
def machine(*packages: str) -> Iterator[Run]:
    """Runs scripts in one process that can import these packages and the standard library.

    Warnings are errors there; each script has names of its own.
    """
    command = [sys.executable, "-I", "-W", "error", "-c", WORKER, *packages]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        requests, answers = process.stdin, process.stdout

        def run(text: str) -> Ran:
            watchdog = threading.Timer(60, process.kill)
            watchdog.start()
            print(json.dumps(text), file=requests, flush=True)
            line = answers.readline()
            watchdog.cancel()
            assert line, "the script ended its process, or ran for more than a minute"
            answer = json.loads(line)
            assert not answer["failure"], answer["failure"]
            values = answer["values"].items()
            arrays = {name: np.array(value, dtype=dtype) for name, (dtype, value) in values}
            return Ran(answer["printed"], arrays)

        yield run
        requests.close()


@pytest.fixture(scope="session")
def numpy_only() -> Iterator[Run]:
    """Runs scripts where there is NumPy and nothing else."""
    with machine("numpy") as run:
        yield run


@pytest.fixture(scope="session")
def run_alone(numpy_only: Run) -> Iterator[Run]:
    """Runs scripts where there is NumPy only, but for those that leave their steps to SciPy."""
    with machine("numpy", "scipy.optimize") as with_scipy:
        yield lambda text: (with_scipy if "import minimize" in text else numpy_only)(text)
