"""What the tests of training share."""

import re
import signal
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from syn0.training import Report

Pair = tuple[np.ndarray, np.ndarray]


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """Threads only slow down products of a few rows."""
    with threadpool_limits(1):
        yield


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
