"""What the tests of several rooms share."""

import gc
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from syn0 import Network
from syn0.engines import compiler

pytest_plugins = ["tests.programs"]

# The tests start some hundred processes of syn0: each would compile all of its modules anew where
# the surroundings forbid to keep bytecode.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# JAX compiles programs of a handful of rows in a third of the time: all of its optimizations are
# tried by `python -m tests.campaigns jax_rows`.
QUICK_XLA = (
    "--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false"
    " --xla_cpu_parallel_codegen_split_count=1"
)
os.environ.setdefault("XLA_FLAGS", QUICK_XLA)

# Python looks for garbage less often: there is next to none.
gc.set_threshold(10_000)

Pair = tuple[np.ndarray, np.ndarray]

# A suite that is green is green again: the examples of a property are the same in every run.
# `pytest --hypothesis-profile=random` draws others; with --hypothesis-seed=N the same once more.
# No deadline: how long an example takes says more of the machine than of syn0.
settings.register_profile("fixed", deadline=None, derandomize=True)
settings.register_profile("random", deadline=None, derandomize=False)
settings.load_profile("fixed")


def pytest_configure(config: pytest.Config) -> None:
    """Have what is compiled stay out of the user's cache, and be compiled anew in every run, whose
    processes share it."""
    if not hasattr(config, "workerinput"):
        folder = tempfile.TemporaryDirectory(prefix="syn0-tests-", ignore_cleanup_errors=True)
        config.add_cleanup(folder.cleanup)
        # Zig's own stays the user's: it takes seconds to build its part of the C library.
        users = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        os.environ.setdefault("ZIG_GLOBAL_CACHE_DIR", f"{users}/zig")
        # So does the list of fonts, where it can: each process would make it anew.
        with suppress(OSError):
            Path(users, "matplotlib").mkdir(parents=True, exist_ok=True)
            os.environ.setdefault("MPLCONFIGDIR", f"{users}/matplotlib")
        os.environ["XDG_CACHE_HOME"] = folder.name


def pytest_sessionstart() -> None:
    """Have the signals that a shell ignores for what it starts in the background, or under nohup,
    mean what they mean in a terminal; and compilers finish, however busy the machine is."""
    compiler.SECONDS = 600
    for name, handler in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have the walk through the whole product run first: where it fails, the rest says no more."""
    items.sort(key=lambda item: item.path.name != "test_tiny.py")


def pytest_collection() -> None:
    """Have Python look for no garbage while modules and tests come in, all of which stay."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Have Python look no more, whenever it collects garbage, at what stays for all tests: twenty
    packages and ten thousand tests."""
    gc.enable()
    gc.collect()
    gc.freeze()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs a C compiler where there is none."""
    if item.get_closest_marker("needs_compiler"):
        try:
            compiler.find_compiler()
        except compiler.CompilerError as error:
            pytest.skip(str(error))


@pytest.fixture
def quick_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    """No optimizations, which takes a third of the time, for tests that compile many programs."""
    monkeypatch.setattr(compiler, "FLAGS", ("-O0", *compiler.FLAGS[1:]))


@pytest.fixture
def rows() -> Pair:
    """(23, 5) inputs and (23, 2) targets between 0 and 1: 23 is a multiple of no batch size."""
    generator = np.random.RandomState(7)
    X = generator.normal(size=(23, 5))
    return X, 1 / (1 + np.exp(-X @ generator.normal(size=(5, 2))))


@pytest.fixture
def assert_same() -> Callable[[Network, Network], None]:
    """Fails unless two networks stand at the same place, to the last bit."""

    def check(one: Network, other: Network) -> None:
        first, second = one.checkpoint, other.checkpoint
        assert first.step == second.step
        assert first.epoch == second.epoch
        assert set(first.values) == set(second.values)
        for name, value in first.values.items():
            assert np.asarray(value).dtype == np.asarray(second.values[name]).dtype
            assert np.array_equal(value, second.values[name]), name
        for mine, yours in zip(first.generator, second.generator, strict=True):
            assert np.array_equal(mine, yours)

    return check
