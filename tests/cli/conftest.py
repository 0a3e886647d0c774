"""What the tests of the command line share."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from threadpoolctl import threadpool_limits

from syn0.cli import main
from tests.cli.forks import SECONDS, Forked


class Done(NamedTuple):
    """What a command left: exit code, stdout, stderr besides how far it has come."""

    code: int
    out: str
    err: str


def besides_progress(err: str) -> str:
    """What was said on stderr, but that something takes its time, as it may on a busy machine."""
    return re.sub(r"^([a-z].* …|step [\d,]+ of .*)\n", "", err, flags=re.MULTILINE)


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """Threads only slow down products of a few rows."""
    with threadpool_limits(1):
        yield


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Commands run in a folder of their own, and no variable of the tester's changes colours."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "PYTHONIOENCODING"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def syn0(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Done]:
    """Runs a command in this process."""

    def run(*words: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["syn0", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        code = left.value.code
        assert code is None or isinstance(code, int)
        out, err = capsys.readouterr()
        return Done(code or 0, out, besides_progress(err))

    return run


@pytest.fixture
def start() -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Starts a command as a process of its own, with Ctrl-C as in a terminal's foreground: for what
    Python settles as it starts. It takes thirty times as long as `fork`."""
    started = []

    def begin(*words: object, **how: Any) -> "subprocess.Popen[str]":
        how = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **how}
        first = how.pop("first", lambda: None)
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", **how.pop("env", {})}
        process = subprocess.Popen(
            [sys.executable, "-m", "syn0", *map(str, words)],
            env=environment,
            preexec_fn=lambda: (signal.signal(signal.SIGINT, signal.default_int_handler), first()),
            **how,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def fork() -> Iterator[Callable[..., Forked]]:
    """Runs a command in a process that is forked from one where all is imported: for signals,
    terminals, pipes and exit statuses."""
    begun = []

    def begin(*words: object, **how: Any) -> Forked:
        begun.append(Forked(*words, **how))
        return begun[-1]

    yield begin
    for process in begun:
        process.close()


@pytest.fixture
def finish() -> Callable[["subprocess.Popen[str] | Forked"], Done]:
    """Waits for a process, at most a minute."""

    def wait(process: "subprocess.Popen[str] | Forked") -> Done:
        out, err = process.communicate(timeout=SECONDS)
        return Done(process.returncode, out, besides_progress(err or ""))

    return wait


@pytest.fixture
def csv(tmp_path: Path) -> Callable[..., Path]:
    """Writes text to a file."""

    def write(text: str, name: str = "table.csv") -> Path:
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return write


PETS = [("cat", 4.0, 25), ("dog", 20.0, 50), ("mouse", 0.03, 4)]


@pytest.fixture
def pets(csv: Callable[..., Path]) -> Path:
    """60 pets with weight, height (once missing), house and kind; the kind is the last column."""
    lines = ["weight,height,house,kind"]
    for row in range(60):
        kind, weight, height = PETS[row % 3]
        tall = "" if row == 7 else f"{height * (1 + row % 5 / 10):.2f}"
        lines.append(f"{weight * (1 + row % 7 / 10):.3f},{tall},{'AB'[row // 3 % 2]},{kind}")
    return csv("\n".join(lines) + "\n", "pets.csv")


SETTINGS = ("--hidden", 8, "--epochs", 60, "--learning-rate", 0.02)


@pytest.fixture
def settings() -> tuple[object, ...]:
    """How `model` was trained."""
    return SETTINGS


@pytest.fixture(scope="session")
def kept_models() -> dict[str, bytes]:
    """Models that fixtures have trained, by their names: each process of the tests trains one."""
    return {}


@pytest.fixture
def model(pets: Path, syn0: Callable[..., Done], kept_models: dict[str, bytes]) -> Path:
    """A small model of the pets' kinds."""
    path = pets.with_name("pets.safetensors")
    if path.name not in kept_models:
        done = syn0("train", pets, *SETTINGS, "--out", path.name)
        assert done.code == 0, done.err
        kept_models[path.name] = path.read_bytes()
    path.write_bytes(kept_models[path.name])
    return path
