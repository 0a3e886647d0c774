"""Each call to the system that a save makes fails once, or from then on, with each of the errors
that a disk has.

Calls are counted in a save where all is well; then the first fails, the second, and so on. Either
the file is the new one, or it is the old one and an OSError names it in one sentence; nothing of
ours is left beside it; and `syn0 train --out` saves elsewhere what was learned.
"""

import errno
import io
import itertools
import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from typing import Any

from syn0 import Network, load
from syn0.cli.predict import save as save_text
from syn0.cli.train import save as save_or_rescue
from syn0.files.atomic import check_writable
from tests.campaigns import Outcome

SHORT = 1500

CALLS = (
    "chmod", "chown", "close", "fchmod", "fchown", "fstat", "fsync", "lstat", "mkdir", "open",
    "readlink", "rename", "replace", "rmdir", "scandir", "stat", "unlink", "utime", "write",
)  # fmt: skip
"""Functions of `os`; those that a save does not call do no harm."""

HARMLESS = {"chmod", "chown", "fchmod", "fchown", "fstat", "scandir"}
"""What may fail without a word: a file can be saved all the same."""

ERRORS = (
    errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EACCES, errno.EPERM, errno.EROFS, errno.EINTR,
    errno.EMFILE, errno.ENOENT, errno.ESTALE, errno.EBUSY, errno.ENOTSUP,
)  # fmt: skip

STALE = ".syn0-999999999-00000000.tmp"
"""What a process left that was killed long ago; whether a save removes it is not asked here."""

MODEL, TEXT = Network([3, 40, 1]), b"prediction\n1\n"
OLD = b"what was there before"
WAYS: dict[str, Callable[[Path], object]] = {
    "a save": MODEL.save,
    "train --out": lambda path: save_or_rescue(MODEL, str(path)),
    "predict --out": lambda path: save_text(str(path), io.BytesIO(TEXT)),
    "a check": check_writable,
}
"""What is tried."""


class Failing:
    """Counts the calls to the system, and lets those fail that are asked for.

    Args:
        number: which call fails, from 0; None for no one.
        error: with which error.
        on: whether all that follow fail too.
    """

    def __init__(self, number: int | None, error: int, *, on: bool) -> None:
        self.number, self.error, self.on = number, error, on
        self.called: list[str] = []

    @property
    def failed(self) -> set[str]:
        """The names of the calls that failed."""
        if self.number is None:
            return set()
        return set(self.called[self.number : None if self.on else self.number + 1])

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Stand in for the functions of `os`."""
        real = {name: getattr(os, name) for name in CALLS if hasattr(os, name)}
        for name, call in real.items():
            # To wait for the disk would take most of the time, and shows nothing here.
            setattr(os, name, self.standing_in(name, real["fstat"] if name == "fsync" else call))
        try:
            yield
        finally:
            for name, call in real.items():
                setattr(os, name, call)

    def standing_in(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        """A function that counts, and does what `real` does or fails."""

        def call(*args: Any, **how: Any) -> Any:
            place = len(self.called)
            self.called.append(name)
            if self.number is None or place < self.number or (place > self.number and not self.on):
                return real(*args, **how)
            if name == "close":  # it is closed even so
                real(*args)
            if name == "write":  # the disk takes a part, then no more
                real(args[0], args[1][: len(args[1]) // 2])
            raise OSError(self.error, os.strerror(self.error))

        return call


def run(seed: int, count: int) -> Outcome:
    """Try `count` of all calls, errors and ways to save; all of them, if there are fewer."""
    outcome = Outcome()
    with tempfile.TemporaryDirectory() as name, redirect_stderr(io.StringIO()):
        trials = Trials(Path(name))
        cases = list(trials.cases())
        random.Random(seed).shuffle(cases)  # noqa: S311
        for way, call, error, on in cases[:count]:
            try:
                outcome.counts[trials.tried(way, Failing(call, error, on=on))] += 1
            except AssertionError as fault:
                about = f"{way}, call {call}{' and all that follow' if on else ''}"
                outcome.faults.append(f"{about}, {errno.errorcode[error]}: {fault}")
    return outcome


class Trials:
    """Saves over an old file in a folder, with another one for temporary files."""

    def __init__(self, folder: Path) -> None:
        self.place, self.refuge = folder / "place", folder / "refuge"
        self.place.mkdir()
        self.refuge.mkdir()
        self.path = self.place / "m.safetensors"
        self.new = {"a check": OLD, "predict --out": TEXT}
        for way in ("a save", "train --out"):
            self.attempt(way, Failing(None, 0, on=False))
            self.new[way] = self.path.read_bytes()

    def cases(self) -> Iterator[tuple[str, int, int, bool]]:
        """The ways to save, each with the number of a call, an error, and whether it lasts."""
        for way in WAYS:
            well = Failing(None, 0, on=False)
            self.attempt(way, well)
            yield from itertools.product([way], range(len(well.called)), ERRORS, [False, True])

    def attempt(self, way: str, failing: Failing) -> OSError | None:
        """Save in a folder where nothing else is, over an old file; what was raised."""
        for path in (*self.place.iterdir(), *self.refuge.iterdir()):
            (shutil.rmtree if path.is_dir() else os.unlink)(path)
        self.path.write_bytes(OLD)
        (self.place / STALE).touch()
        os.utime(self.place / STALE, (0, 0))
        before, tempfile.tempdir = tempfile.tempdir, str(self.refuge)
        try:
            with failing.at_work():
                WAYS[way](self.path)
        except OSError as raised:
            return raised
        finally:
            tempfile.tempdir = before
        return None

    def tried(self, way: str, failing: Failing) -> str:
        """How a save ended; AssertionError if it must not end so."""
        raised = self.attempt(way, failing)
        failed, now = failing.failed, self.path.read_bytes()
        about = f"{', '.join(sorted(failed))} failed"
        assert now in (OLD, self.new[way]), f"{about}: the file is damaged"
        if not failed & {"unlink", "rmdir"}:  # otherwise what must go cannot
            left = {path.name for path in self.place.iterdir()} - {self.path.name, STALE}
            assert not left, f"{about}: {left} was left"
            assert all(map(os.listdir, self.refuge.iterdir())), f"{about}: an empty refuge was left"
        if raised is None:
            assert now == self.new[way], f"{about}, but nothing was said"
            return "saved"
        assert not failed <= HARMLESS, f"{about}, and so the save: {raised}"
        return self.refused(raised, about, must_be_saved=way == "train --out" and not failing.on)

    def refused(self, raised: OSError, about: str, *, must_be_saved: bool) -> str:
        """What an error says; AssertionError unless that is one sentence that names the file."""
        words = str(raised.strerror)
        assert raised.filename == str(self.path), f"{about}: {raised} names another file"
        assert "cannot be written: " in words, f"{about}: {words}"
        assert "\n" not in words, f"{about}: {words}"
        _, elsewhere, refuge = words.removesuffix(" instead").partition("it is saved as ")
        if elsewhere:
            assert load(refuge).spec == MODEL.spec, f"{about}: {refuge} is no such model"
            return "saved elsewhere"
        assert not must_be_saved, f"{about}: what was learned is lost"
        return "one sentence"
