"""`python -m syn0` in processes that are forked from one that has imported it all.

Each takes milliseconds where Python's start and the imports take a third of a second. It has what a
process has: streams, terminals, signals and an exit status; but not what Python settles as it
starts, such as what it makes of streams that are closed.
"""

import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import chdir
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any
from unittest.mock import patch

SECONDS = 300
"""After which a command hangs, however busy the machine is."""

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.cli.warm"])
HOME = Path(__file__).parents[2]


def warm_up() -> None:
    """Start the process that commands are forked from, whichever test asks first: where it finds
    `tests`, and with one BLAS thread. Each process of the tests has one."""
    with chdir(HOME), patch.dict(os.environ, OPENBLAS_NUM_THREADS="1"):
        forkserver.ensure_running()


class Forked:
    """A command that runs: what `subprocess.Popen` is, as far as tests ask for it.

    Args:
        words: the command's.
        stdin: a file or its number; by default there is nothing to read.
        stdout: a file or its number; by default a pipe, whose end here is `stdout`.
        stderr: likewise; by default a file, which `communicate` reads.
        env: variables beside those of this process.
        first: what the process does at its start; a function of this module, as it is sent by name.
    """

    def __init__(
        self,
        *words: object,
        stdin: Any = None,
        stdout: Any = None,
        stderr: Any = None,
        env: dict[str, str] | None = None,
        first: Callable[[], object] = int,
    ) -> None:
        self.stdout: IO[str] | None = None
        self.said = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        nothing, writing = os.open(os.devnull, os.O_RDONLY), -1
        if stdout is None:
            reading, writing = os.pipe()
            self.stdout, stdout = os.fdopen(reading, encoding="utf-8"), writing
        streams = [nothing if stdin is None else stdin, stdout, stderr or self.said]
        numbers = [file if isinstance(file, int) else file.fileno() for file in streams]
        self.process = FORKS.Process(
            target=command,
            args=(
                [str(word) for word in words],
                {**os.environ, **(env or {})},
                str(Path.cwd()),
                [Connection(os.dup(number)) for number in numbers],
                first,
            ),
        )
        warm_up()
        self.process.start()
        for number in {nothing, writing} - {-1}:
            os.close(number)

    @property
    def pid(self) -> int:
        """The process's number."""
        assert self.process.pid is not None
        return self.process.pid

    @property
    def returncode(self) -> int | None:
        """The exit status: minus a signal's number where that ended it, None while it runs."""
        return self.process.exitcode

    def poll(self) -> int | None:
        """The exit status, if it has ended."""
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """End it where it still runs."""
        self.process.kill()

    def close(self) -> None:
        """End it, and what it has here."""
        self.kill()
        self.process.join()
        self.said.close()
        if self.stdout is not None:
            self.stdout.close()

    def wait(self, timeout: float = SECONDS) -> int:
        """Its exit status, when it has ended."""
        self.process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(self.process.name, timeout)
        return self.returncode

    def communicate(self, timeout: float = SECONDS) -> tuple[str, str]:
        """All that it still writes, when it has ended."""
        late = threading.Timer(timeout, self.kill)
        late.start()
        out = ""
        if self.stdout is not None:
            with self.stdout:
                out = self.stdout.read()
        self.wait(timeout)
        late.cancel()
        self.said.seek(0)
        return out, self.said.read()


def ignore_ctrl_c() -> None:
    """As shells do for what they start in the background."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def measure_briefly() -> None:
    """Know the machine's limits at once, and hardly."""
    from syn0.bench import peak

    peak.SECONDS, peak.TRIES = 0.0, 1


def write_little() -> None:
    """Files of 20,000 bytes at most, as if the disk were full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def command(
    words: list[str],
    variables: dict[str, str],
    folder: str,
    streams: list[Connection],
    first: Callable[[], object],
) -> None:
    """Be `python -m syn0` with these words, variables and streams."""
    from syn0.__main__ import run

    os.setsid()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    for number, stream in enumerate(streams):
        os.dup2(stream.fileno(), number)
        stream.close()
    encoding = variables.get("PYTHONIOENCODING", "utf-8")
    sys.stdin = os.fdopen(0, encoding=encoding, closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding=encoding, closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding=encoding, errors="backslashreplace", closefd=False)
    sys.argv = ["syn0", *words]
    first()
    run()
