"""What the tests of estimators share."""

import signal
from collections.abc import Callable, Iterator

import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """Threads only slow down products of a few rows."""
    with threadpool_limits(1):
        yield


@pytest.fixture
def ctrl_c() -> Iterator[Callable[[int], Callable[..., None]]]:
    """`ctrl_c(n)` is a callback of an estimator that sends a real SIGINT at the n-th epoch.

    The test process gets Python's usual handler, even where it was started to ignore Ctrl-C.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def at(epoch: int) -> Callable[..., None]:
        def callback(estimator: object, report: object) -> None:
            if len(estimator.loss_curve_) == epoch:  # type: ignore[attr-defined]
                signal.raise_signal(signal.SIGINT)

        return callback

    yield at
    signal.signal(signal.SIGINT, before)
