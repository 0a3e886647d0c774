"""A process that has imported everything and forks one like itself for each case, so that a case
costs milliseconds: `Warm` here, and what that process does below.
"""

import gc
import io
import json
import os
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import Any

HOME = str(Path(__file__).parents[2])
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
SAVING = "saving"
SAVED = "saved"


class Warm:
    """A warmed-up process; use it as a context.

    Args:
        folder: where it works. Its subfolder `expected` holds the contents that `saves` writes in
            turns, named as the kind and 0, 1 or 2.
    """

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", __name__], cwd=folder, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, **ONE_THREAD, "PYTHONPATH": os.pathsep.join([HOME, *sys.path])},
        )  # fmt: skip
        self.status: int | None = 0
        self.kinds: list[str] = json.loads(self.line())
        """What `saves` can save here."""

    def __enter__(self) -> "Warm":
        return self

    def __exit__(self, *error: object) -> None:
        if self.status is None:
            send(self.case, signal.SIGKILL)
        self.process.communicate()

    def line(self) -> str:
        """The next thing it says."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def start(self, **case: Any) -> None:
        """Begin a case, as `command` or `saves` takes it."""
        assert self.process.stdin is not None
        self.said: list[str] = []
        self.status = None
        self.process.stdin.write(json.dumps(case) + "\n")
        self.process.stdin.flush()
        self.case = int(self.line())

    def hear(self) -> None:
        """Wait for the next thing that a case says: SAVING, SAVED, or its status as it ends, which
        is the one that subprocess has."""
        word, *more = self.line().split()
        if more:
            self.status = os.waitstatus_to_exitcode(int(more[0]))
        else:
            self.said.append(word)

    def end(self) -> int:
        """Wait for the end of a case; its status."""
        while self.status is None:
            self.hear()
        return self.status

    def kill(self, number: int) -> int:
        """Send a signal to a case, and wait for its end; its status."""
        send(self.case, number)
        # Python drops what is raised while it collects garbage: people press Ctrl-C again, too.
        again = threading.Timer(5, send, (self.case, number))
        again.start()
        status = self.end()
        again.cancel()
        return status


def send(process: int, number: int) -> None:
    """Send a signal to a process, which may have just ended."""
    with suppress(ProcessLookupError):
        os.kill(process, number)


def main() -> None:
    """Fork for each line of stdin; what remains of a fork goes on as its case."""
    savers = warmed_up()
    told = os.fdopen(os.dup(1), "w")
    print(json.dumps(sorted(savers)), file=told, flush=True)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    while line := sys.stdin.readline():
        if (child := os.fork()) == 0:
            with suppress(KeyboardInterrupt):
                print(os.getpid(), file=told, flush=True)
                announce_saving(told.fileno())
                case = json.loads(line)
                if "words" in case:
                    command(**case)
                saves(savers[case["kind"]], case["path"], told.fileno())
            os._exit(128 + signal.SIGINT)
        _, status = os.waitpid(child, 0)
        print("status", status, file=told, flush=True)


def command(words: list[str], out: str, err: str) -> None:
    """Run `syn0` with its streams in files."""
    from syn0.__main__ import run

    streams_to(os.devnull, out, err)
    sys.argv = ["syn0", *words]
    try:
        run()
    except SystemExit as left:  # what Python does at the end takes longer than all the rest
        os._exit(left.code or 0)


def saves(savers: list[Callable[[str], None]], path: str, told: int) -> None:
    """Save one content after the other under the same name, and say each time that it is done."""
    streams_to(os.devnull, os.devnull, os.devnull)
    while True:
        for save in savers:
            save(path)
            os.write(told, f"{SAVED}\n".encode())


def streams_to(*paths: str) -> None:
    """Let files be stdin, stdout and stderr."""
    for number, path in enumerate(paths):
        os.dup2(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC), number)


def announce_saving(told: int) -> None:
    """Say when a file begins to be written."""
    real = os.open

    def announced(path: Any, *how: Any, **more: Any) -> int:
        descriptor = real(path, *how, **more)
        if Path(os.fsdecode(path)).name.startswith(".syn0-"):
            os.write(told, f"{SAVING}\n".encode())
        return descriptor

    os.open = announced


def warmed_up() -> dict[str, list[Callable[[str], None]]]:
    """For each kind of file, three ways to save under a name, each with another content."""
    from syn0 import MLPClassifier, Network
    from syn0.cli import cli

    networks = [Network([3, 4 + 200 * k, 1]) for k in range(3)]
    savers = {"network": [network.save for network in networks]}
    X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    warnings.simplefilter("ignore")  # that training was short
    fitted = [MLPClassifier((4 + 300 * k,), max_iter=1).fit(X, y) for k in range(3)]
    savers["estimator"] = [estimator.save for estimator in fitted]
    try:
        import onnx  # noqa: F401
    except ImportError:
        pass
    else:
        savers["export"] = [network.export for network in networks]
    Path("expected").mkdir()
    for kind, ways in savers.items():
        for k, save in enumerate(ways):
            save(f"expected/{kind}-{k}")
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        for words in (
            "train xor --net 3-1 --steps 2 --report-every 1 --engine numpy --out model",
            "train digits --epochs 1 --hidden 4 --engine numpy --out model",
            "predict model digits --out answers",
        ):
            cli.main(words.split(), standalone_mode=False)
    gc.freeze()  # what is never looked at need not be copied for a fork
    return savers


if __name__ == "__main__":
    main()
