"""Runs a learner's program in a process of its own, within limits, and reads what it computed.

It guards against accidents — endless loops, a slip that would delete files — not against whoever
means harm: see docs/drill.md.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.learn.drill.verdict import Trouble
from syn0.spec.words import visible

CHILD = Path(__file__).with_name("child.py")
FLAGS = ("-E", "-P", "-s", "-B", "-X", "utf8")
NUMPY = Path(np.__file__).parents[1]

WALL_SECONDS, CPU_SECONDS = 10, 5
MEMORY, FILE, OUTPUT = 2 * 2**30, 2**20, 64 * 2**10
MOST_ANSWERS = 64 * FILE
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

FOUND_AROUND = ("SYSTEMROOT", "LD_LIBRARY_PATH")
"""What Python itself may need to start."""

REFUSALS = {
    "write": "it writes, moves or deletes a file outside its own folder, which a drill's program "
    "may not do",
    "syn0": "it imports syn0: the exercise is to write the network without it, with NumPy alone",
    "socket": "it opens a network connection, which a drill's program may not do",
    "process": "it starts or ends another process, which a drill's program may not do",
    "library": "it loads a library of the system, which a drill's program may not do",
}


@dataclass(frozen=True, eq=False)  # each is itself
class Event:
    """A value that the program computed.

    Attributes:
        place: (line, column, end line, end column) of what computed it.
        name: that it was given, "" if none.
        kind: "bound" for an assignment, "part" of an expression, "read" for a name.
        value: a copy, as float64.
        single: whether it was float32.
        path: of each loop that ran, from the outermost: its number, which run of it, and the round.
    """

    place: tuple[int, int, int, int]
    name: str
    kind: str
    value: NDArray[np.float64]
    single: bool
    path: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True)
class Run:
    """One run of the program: what it computed in order, its X and y where they were found, and
    the error that ended it, if one did."""

    events: tuple[Event, ...]
    data: Mapping[str, NDArray[Any] | None]
    trouble: Trouble | None


@dataclass(frozen=True)
class Record:
    """All runs of a program, what the first of them printed, and what stopped it, if anything."""

    runs: tuple[Run, ...]
    output: str
    trouble: Trouble | None


class Stopper:
    """Ends the program that runs, when another thread says so; those that come after it, too."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.child: subprocess.Popen[bytes] | None = None
        self.is_stopped = False

    def watch(self, child: subprocess.Popen[bytes] | None) -> None:
        """This is what runs now."""
        with self.lock:
            self.child = child
            if self.is_stopped and child is not None:
                end_group(child)

    def stop(self) -> None:
        """Nobody wants to know any more."""
        with self.lock:
            self.is_stopped = True
            if self.child is not None:
                end_group(self.child)


def run_program(
    text: str,
    data: Mapping[str, NDArray[Any]],
    others: Sequence[Mapping[str, NDArray[Any]]],
    *,
    wall: float | None = None,
    stopper: Stopper | None = None,
) -> Record:
    """Run a program once as it stands, and once with each of the other X and y in place of its own.

    Args:
        text: of the program.
        data: X and y by which the program's are known.
        others: what takes their place.
        wall: seconds after which it is stopped; default 10.
        stopper: by which another thread may stop it sooner.
    """
    wall = wall or WALL_SECONDS
    # Its own errors are not raised over whatever the program left: all of it is removed.
    with tempfile.TemporaryDirectory(prefix="syn0-drill-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        (folder / "drill.py").write_bytes(text.encode("utf-8", "surrogatepass"))
        job = {
            "data": {key: values.tolist() for key, values in data.items()},
            "others": [{k: v.tolist() for k, v in other.items()} for other in others],
            "wall": wall,
            "cpu": CPU_SECONDS,
            "memory": MEMORY,
            "file": FILE,
        }
        (folder / "job.json").write_text(json.dumps(job), "utf-8")
        output, ending = outcome(folder, wall, stopper or Stopper())
        if ending is not None:
            return Record((), output, ending)
        return read_answers(folder, output)


def outcome(folder: Path, wall: float, stopper: Stopper) -> tuple[str, Trouble | None]:
    """Run the child in a folder: what it printed, and what stopped it before it was done."""
    child = started(folder)
    printed = Printed(child)
    stopper.watch(child)
    try:
        child.wait(wall)
        late = False
    except subprocess.TimeoutExpired:
        late = True
    finally:
        stopper.watch(None)
        end_group(child)
    output = printed.text()
    if printed.too_much:
        return output, stopped(f"it printed more than {OUTPUT // 1024} KB before its third step")
    if late:
        return output, stopped(
            f"it was not done with three steps after {wall:g} seconds: does a loop never end, or "
            "does it wait for something?"
        )
    return output, ending_of(child.returncode)


def started(folder: Path) -> subprocess.Popen[bytes]:
    """The child, at work in a folder."""
    return subprocess.Popen(  # noqa: S603  (our own file, in a folder of our own)
        [*apart(), sys.executable, *FLAGS, str(CHILD), str(folder), str(NUMPY)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env=environment(folder),
        start_new_session=True,
    )


class Printed:
    """What a child prints, as far as it may; it is ended where it prints more."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self.child, self.content, self.too_much = child, bytearray(), False
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self) -> None:
        """Take what comes until it ends."""
        pipe = self.child.stdout
        assert pipe is not None  # noqa: S101  (see Popen)
        with contextlib.suppress(OSError, ValueError):
            while part := os.read(pipe.fileno(), 4096):
                self.content += part
                if len(self.content) > OUTPUT:
                    self.too_much = True
                    end_group(self.child)
                    break

    def text(self) -> str:
        """All that was printed, once the child has ended."""
        self.thread.join(1)
        if self.child.stdout is not None and not self.thread.is_alive():
            self.child.stdout.close()
        return bytes(self.content[:OUTPUT]).decode("utf-8", "replace")


def end_group(child: subprocess.Popen[bytes]) -> None:
    """End the child and whatever it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()
    child.wait()


@cache
def apart() -> tuple[str, ...]:
    """The command that leaves the network behind, where the system has it and allows it."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return ()
    words = (unshare, "-rn")
    tried = subprocess.run([*words, "true"], capture_output=True, check=False)  # noqa: S603
    return () if tried.returncode else words


def environment(folder: Path) -> dict[str, str]:
    """What the child finds around it: nothing of the user's."""
    kept = {name: os.environ[name] for name in FOUND_AROUND if name in os.environ}
    own = dict.fromkeys(("HOME", "TMPDIR", "TEMP", "TMP"), str(folder))
    one = dict.fromkeys(ONE_THREAD, "1")
    return {**kept, **own, **one, "PATH": os.defpath, "LC_ALL": "C.UTF-8"}


def stopped(why: str) -> Trouble:
    """A program that was ended."""
    return Trouble("stopped", f"The program was stopped: {why}")


def ending_of(code: int) -> Trouble | None:
    """What an exit status tells; None for a proper end."""
    if code == 0:
        return None
    number = -code if code < 0 else code - 128 if code > 128 else 0
    if number == getattr(signal, "SIGXCPU", None):
        return stopped(
            f"it took more than {CPU_SECONDS} seconds of the processor before its third step was "
            "done: does a loop never end?"
        )
    if number in (signal.SIGSEGV, signal.SIGABRT, getattr(signal, "SIGBUS", None)):
        return stopped("it crashed Python itself: does a function call itself without end?")
    if number == getattr(signal, "SIGKILL", None):
        return stopped("the system ended it: it may have taken too much memory")
    return ended_early()


def ended_early() -> Trouble:
    """A program that ended its process, or took away the folder that it ran in."""
    return stopped(
        "it ended before the drill could look at it: does it call os._exit, or delete its folder?"
    )


def read_answers(folder: Path, output: str) -> Record:
    """What the child left; nothing that it holds is trusted."""
    try:
        index = json.loads(content_of(folder / "index.json"))
        with (folder / "values.npy").open("rb") as file:
            numbers = np.load(file, allow_pickle=False)
        return Answers(index, np.asarray(numbers, np.float64), output).record()
    except (OSError, ValueError, TypeError, LookupError, RecursionError):
        return Record((), output, ended_early())


def content_of(path: Path) -> bytes:
    """A file's content, if it is not too long."""
    with path.open("rb") as file:
        content = file.read(MOST_ANSWERS + 1)
    if len(content) > MOST_ANSWERS:
        raise ValueError("the answers are too long")
    return content


class Answers:
    """Reads an index and its numbers."""

    def __init__(self, index: Any, numbers: NDArray[np.float64], output: str) -> None:
        self.index, self.numbers, self.output = index, numbers, output
        self.sites = [(int(a), int(b), int(c), int(d)) for a, b, c, d in index["sites"]]

    def record(self) -> Record:
        """The record of all runs."""
        told = self.index["trouble"]
        trouble = None if told is None else self.trouble(told)
        return Record(tuple(map(self.run, self.index["runs"])), self.output, trouble)

    def run(self, run: Any) -> Run:
        """A run, from its entries in the index."""
        events = tuple(self.event(*entry) for entry in run["events"])
        data = {str(k): None if v is None else self.table(*v) for k, v in run["data"].items()}
        told = run["trouble"]
        return Run(events, data, None if told is None else self.trouble(told))

    def event(self, site: Any, name: Any, kind: Any, at: Any, single: Any, path: Any) -> Event:
        """A value that was computed, from its entry in the index."""
        loops = tuple((int(a), int(b), int(c)) for a, b, c in path)
        value = self.array(at)
        return Event(self.sites[site], str(name), str(kind), value, bool(single), loops)

    def array(self, stored: Any) -> NDArray[np.float64]:
        """An array, from where it begins in the row of numbers and its shape."""
        start, *shape = map(int, stored)
        size = int(np.prod(shape)) if shape else 1
        if start < 0 or size < 0:
            raise ValueError("no such array")
        return self.numbers[start : start + size].reshape(shape)

    def table(self, whole: Any, stored: Any) -> NDArray[Any]:
        """X or y, in whole numbers where the program has them so: sums round differently."""
        values = self.array(stored)
        return values.astype(np.int64) if whole else values

    def trouble(self, told: Mapping[str, Any]) -> Trouble:
        """An error or a refusal."""
        kind, words, line = str(told["kind"]), str(told["words"]), int(told["line"])
        if kind == "refused":
            return Trouble("refused", f"The program was stopped: {REFUSALS[words]}", line)
        where = (line, int(told["column"]), int(told["end"]), visible(str(told["text"])))
        syntax = kind in ("SyntaxError", "IndentationError", "TabError")
        said = visible(words, 200)
        if kind == "MemoryError" or kind.endswith("ArrayMemoryError"):
            said = f"it needs more memory than the {MEMORY // 2**30} GiB that it may have"
        elif kind == "OSError" and "[Errno 27]" in words:
            said = f"it wrote a file of more than the {FILE // 2**20} MiB that it may write"
        sentence = f"{kind}: {said}" if said else kind
        return Trouble("syntax" if syntax else "error", sentence, *where)
