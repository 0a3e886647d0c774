"""What the tests of engines share."""

import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from threadpoolctl import threadpool_limits

from syn0.engines import compiler, numpy


def compiled_examples(most: int) -> settings:
    """So many examples of a property, each of which is compiled."""
    return settings(
        max_examples=most,
        derandomize=True,  # a compile takes its time: the same sizes each time, cached
        phases=[Phase.explicit, Phase.generate],  # each further size would be compiled
        suppress_health_check=list(HealthCheck),
    )


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
) -> Callable[[str], Path]:
    """`machine_with(script)`: the only C compiler is this shell script, which also tells a
    version."""

    def set_up(script: str) -> Path:
        path = tmp_path / "some-cc"
        path.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo 1.0 && exit\n{script}\n')
        path.chmod(0o700)
        monkeypatch.setenv("CC", str(path))
        return path

    return set_up


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """The only thing that was printed: a note on stderr."""

    def read() -> str:
        printed = capsys.readouterr()
        assert printed.out == ""
        assert printed.err.startswith("Note: ")
        assert printed.err.count("\n") == 1
        return printed.err

    return read


@pytest.fixture
def python() -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """`python(script)` runs it in a process of its own, as if from a terminal of its own."""
    processes: list[subprocess.Popen[str]] = []

    def start(script: str, **surroundings: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", script],
            env=os.environ | surroundings,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


PROCESSORS = ("native", "haswell", "x86-64")
"""What `-march` calls this machine's processor, one with shorter vectors than the longest, and one
with the shortest."""


def lacks(processor: str) -> str:
    """What this machine's processor lacks to do what another does; "" where it is nothing."""
    if processor != "native" and platform.machine() not in ("x86_64", "AMD64"):
        return "another kind of processor"
    if processor == "haswell" and not {"avx2", "fma"} <= set(compiler.cpu().split()):
        return "this processor has no AVX2"
    return ""


@pytest.fixture(params=PROCESSORS)
def processor(request: pytest.FixtureRequest) -> str:
    """Each of the processors whose work this machine can do."""
    name: str = request.param
    if why := lacks(name):
        pytest.skip(why)
    return name


@pytest.fixture
def compiled_for(processor: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The processor that programs are compiled for in this test: quickly, but for this one."""
    if processor != "native":
        words = {"-O3": "-O0", "-march=native": f"-march={processor}"}
        flags = tuple(words.get(flag, flag) for flag in compiler.FLAGS)
        monkeypatch.setattr(compiler, "FLAGS", flags)
    return processor


@pytest.fixture
def slow_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work looks large to "auto"."""
    monkeypatch.setattr(numpy, "LINE", 1.0)
