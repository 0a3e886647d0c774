"""What the tests of training share."""

import re
import signal
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from syn0 import Network
from syn0.training import Report

Pair = tuple[np.ndarray, np.ndarray]


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """Threads only slow down products of a few rows."""
    with threadpool_limits(1):
        yield


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


@pytest.fixture
def ctrl_c() -> Iterator[Callable[[int], Callable[[Report], None]]]:
    """`ctrl_c(n)` is a callback that sends a real SIGINT with the n-th report.

    The test process gets Python's usual handler, even where it was started to ignore Ctrl-C.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def at(report_number: int) -> Callable[[Report], None]:
        seen: list[Report] = []

        def callback(report: Report) -> None:
            seen.append(report)
            if len(seen) == report_number:
                signal.raise_signal(signal.SIGINT)

        return callback

    yield at
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def named_step() -> Callable[[object], int]:
    """The step that the message of a NonFiniteError names."""

    def find(error: object) -> int:
        found: Any = re.search(r"at step ([\d,]+):", str(error))
        return int(found[1].replace(",", ""))

    return find
