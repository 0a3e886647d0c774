"""What the tests of engines share."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from threadpoolctl import threadpool_limits

from syn0.engines import choice, compiler


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """Threads only slow down products of a few rows."""
    with threadpool_limits(1):
        yield


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty cache of compiled programs, which is this test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return compiler.cache_folder()


@pytest.fixture
def machine_with(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cache: Path
) -> Iterator[Callable[[str], Path]]:
    """`machine_with(script)`: the only C compiler is this shell script, which also tells a
    version; compilers that were found before are forgotten, then and at the end."""

    def set_up(script: str) -> Path:
        path = tmp_path / "some-cc"
        path.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo 1.0 && exit\n{script}\n')
        path.chmod(0o700)
        monkeypatch.setenv("CC", str(path))
        compiler.find.cache_clear()
        return path

    yield set_up
    compiler.find.cache_clear()


@pytest.fixture
def slow_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work looks large to "auto"."""
    monkeypatch.setattr(choice, "NUMPY_LINE", 1.0)
