"""What the tests of measuring share."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from threadpoolctl import threadpool_limits

from syn0.bench import Pace, Work, works_of
from syn0.bench.works import classifier
from syn0.spec import SGD, Optimizer, Training

PACE = Pace(0.0005, 2)
"""Figures of such a pace say nothing about time."""


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """Threads only slow down products of a few rows."""
    with threadpool_limits(1):
        yield


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A cache of compiled programs that is this test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def pace() -> Pace:
    """As fast as can be."""
    return PACE


@pytest.fixture
def small() -> Callable[..., Work]:
    """Makes a small work of a practitioner's network."""

    def make(optimizer: Optimizer | None = None, steps: int = 3) -> Work:
        training = Training(
            steps=1, batch_size=4, optimizer=optimizer or SGD(0.1), reduction="mean"
        )
        work = works_of(classifier(5, 6, 3), training)[0]
        return Work(work.name, work.network, training, steps)

    return make
