"""What the compiler's tests share: the table of cases, made-up data, and a NumPy-only machine."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from syn0.derive import INITIALIZERS, LOSSES
from syn0.program import ACTIVATIONS
from syn0.spec import SGD, Adam, Dense, NetworkSpec, Training
from syn0.spec.network import DTYPES
from syn0.spec.training import REDUCTIONS

PAIRS = [(loss, output) for loss, row in LOSSES.items() for output in row.activations]
OPTIMIZERS = {"sgd": SGD(0.02), "adam": Adam(0.02)}
BATCHINGS = {"full": (None, True), "shuffled": (3, True), "ordered": (3, False)}
STEPS = 20
ROWS = 8


@dataclass(frozen=True)
class Case:
    """A network and the training that a program is derived from."""

    network: NetworkSpec
    training: Training


def cases() -> Iterator[Any]:
    """Every combination of the options; depth, hidden layers and starts vary along the way."""
    pick = np.random.RandomState(0)
    options = product(PAIRS, OPTIMIZERS, (False, True), BATCHINGS, REDUCTIONS, DTYPES)
    for (loss, output), optimizer, bias, batching, reduction, dtype in options:
        hidden = [str(pick.choice(list(ACTIVATIONS))) for _ in range(pick.randint(4))]
        init = str(pick.choice(list(INITIALIZERS)))
        units = (*(4, 3, 5)[: len(hidden)], 3 if output == "softmax" else 2)
        layers = tuple(
            Dense(size, activation, bias=bias, init=init)
            for size, activation in zip(units, [*hidden, output], strict=True)
        )
        batch_size, shuffle = BATCHINGS[batching]
        training = Training(
            steps=STEPS,
            batch_size=batch_size,
            shuffle=shuffle,
            optimizer=OPTIMIZERS[optimizer],
            reduction=reduction,
        )
        network = NetworkSpec(3, layers, loss=loss, seed=7, dtype=dtype)
        parts = [loss, *hidden, output, optimizer, "bias" if bias else "plain", batching]
        yield pytest.param(Case(network, training), id=" ".join([*parts, reduction, dtype]))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for a `case` runs once for each row of the table."""
    if "case" in metafunc.fixturenames:
        metafunc.parametrize("case", list(cases()))


@pytest.fixture(scope="session")
def made_up() -> Callable[..., tuple[NDArray[Any], NDArray[Any]]]:
    """X and y such as the network's loss takes, in its number type."""

    def make(network: NetworkSpec, rows: int = ROWS) -> tuple[NDArray[Any], NDArray[Any]]:
        random = np.random.RandomState(3)
        X = random.uniform(-1, 1, (rows, network.inputs)).round(3)
        y = {
            "cross_entropy": np.eye(network.outputs)[np.arange(rows) % network.outputs],
            "binary_cross_entropy": random.randint(2, size=(rows, network.outputs)),
        }.get(network.loss, random.uniform(0, 1, (rows, network.outputs)).round(3))
        return X.astype(network.dtype), y.astype(network.dtype)

    return make


@pytest.fixture(scope="session")
def jax_activations() -> Iterator[dict[str, Callable[[Any], Any]]]:
    """JAX's own activations, in float64: an independent account of every row of the table."""
    import jax
    from jax import numpy as jnp

    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield {
        "sigmoid": jax.nn.sigmoid,
        "tanh": jnp.tanh,
        "relu": jax.nn.relu,
        "identity": lambda z: z,
        "softmax": lambda z: jax.nn.softmax(z, axis=1),
    }
    jax.config.update("jax_enable_x64", before)


WORKER = """
import contextlib, importlib.abc, io, json, sys, traceback

class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top != "numpy" and top not in sys.stdlib_module_names:
            raise ImportError(f"{name} is not there: this machine has NumPy only")

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


@pytest.fixture(scope="session")
def numpy_only() -> Iterator[Callable[[str], Ran]]:
    """Runs scripts in one process that can import NumPy and the standard library, nothing else.

    Warnings are errors there; each script has names of its own.
    """
    command = [sys.executable, "-I", "-W", "error", "-c", WORKER]
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
