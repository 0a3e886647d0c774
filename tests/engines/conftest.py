"""What the tests of engines share."""

import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy
from threadpoolctl import threadpool_limits

from syn0.engines import compiled, compiler, native, numpy

from .networks import InOneLibrary


def examples(strategy: SearchStrategy[Any], most: int) -> list[Any]:
    """So many examples, the same ones each time, for what compiles all of them at once."""
    found: list[Any] = []

    @settings(
        max_examples=most,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(example: Any) -> None:
        found.append(example)

    collect()
    return found


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


MADE: dict[Any, tuple[Any, bytes | None]] = {}
"""What the compiler said to a command and a source, and what it made."""


@pytest.fixture
def remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the compiler made of a source is not made again by the same command, for tests of what
    becomes of it: a copy of it is put in its place."""
    call = compiler.call

    def recall(command: list[str], *, folder: str | None = None, **environment: str) -> Any:
        if folder is None:
            return call(command, **environment)
        *words, place, source, _ = command  # as compiler.compiled has it
        made = Path(place)
        asked = *words, Path(source).read_bytes()
        if asked not in MADE:
            said = call(command, folder=folder, **environment)
            MADE[asked] = said, made.read_bytes() if made.exists() else None
        said, content = MADE[asked]
        if content is not None:
            made.write_bytes(content)
        return said

    monkeypatch.setattr(compiler, "call", recall)


@pytest.fixture
def in_one_library(
    quick_compiler: None, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Iterable[str]], None]:
    """`in_one_library(sources)`: the native engine finds these, and no others, in one library that
    is compiled without optimizations, and whose threads give their cores away at once."""

    def join(sources: Iterable[str]) -> None:
        joined = InOneLibrary(sources)
        for user in (native, compiled):
            monkeypatch.setattr(user, "library", joined)
        monkeypatch.setattr(compiler, "FLAGS", (*compiler.FLAGS, "-DTURNS=0"))

    return join


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


WARNINGS = ("-Wall", "-Wextra", "-Werror", "-Wno-unused-function", "-Wno-unused-variable")
"""What gcc says of sources, as failures."""


@pytest.fixture
def without_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where gcc has something to say of a program, it fails."""
    if "clang" not in compiler.find_compiler().version:
        monkeypatch.setattr(compiler, "FLAGS", (*compiler.FLAGS, *WARNINGS))


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


SECONDS = 120
"""After which what was to end hangs."""


def forked(work: Callable[[], Any]) -> int:
    """The number of a forked process that does some work."""
    child = os.fork()
    if not child:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    return child


def ended(child: int) -> int:
    """The exit status of such a process: 0 where its work is done, 1 where that raised something,
    -9 where it was still waiting after a while."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


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
    """Each of the processors."""
    name: str = request.param
    return name


@pytest.fixture
def compiled_for(processor: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The processor that programs are compiled for in this test: quickly, but for this one."""
    if why := lacks(processor):
        pytest.skip(why)
    if processor != "native":
        words = {"-O3": "-O0", "-march=native": f"-march={processor}"}
        flags = tuple(words.get(flag, flag) for flag in compiler.FLAGS)
        monkeypatch.setattr(compiler, "FLAGS", flags)
    return processor


@pytest.fixture
def slow_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work looks large to "auto"."""
    monkeypatch.setattr(numpy, "LINE", 1.0)
