"""Checkpoints in a folder: written while a run goes on, the latest of them kept."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from syn0.spec.checkpoints import Checkpoints
from syn0.spec.words import MOST_SAID, visible

if TYPE_CHECKING:
    from syn0.training.loop import Run

NAME = re.compile(r"step-(\d{1,16})\.safetensors")


class Keeper:
    """Writes a run's checkpoints when they are due.

    Args:
        checkpoints: where, how often and how many.
        write: writes a run to a file, whole or not at all.
        before: the step of the checkpoint from which the run goes on; None where it begins.
    """

    def __init__(
        self,
        checkpoints: Checkpoints,
        write: Callable[[Run, Path], None],
        before: int | None = None,
    ) -> None:
        self.folder = Path(checkpoints.folder)
        self._how, self._write = checkpoints, write
        # What was not read is not counted: those older than the one that was read may be damaged,
        # but it is not, and all that follow are written here.
        self._good = [] if before is None else [n for n in steps_in(self.folder) if n <= before]
        self._due = self._later()

    def steps_left(self, run: Run) -> int:
        """The steps that may be taken at once, so that none that is due is passed by."""
        span = self._span(run)
        return run.end if span is None else span - (run.step - run.first) % span

    def look(self, run: Run) -> None:
        """Write a checkpoint if one is due."""
        span = self._span(run)
        timely = span is None and self._how.clock() >= self._due
        due = timely or (span is not None and (run.step - run.first) % span == 0)
        if due and not run.over:  # the end has its own
            self.save(run)

    def save(self, run: Run) -> None:
        """Write a checkpoint, and remove those that it makes one too many. Where it cannot be
        written, as on a full disk, training goes on, and a note says why."""
        path = self.folder / f"step-{run.step}.safetensors"
        try:
            self._write(run, path)
        except OSError as error:
            if sys.stderr is not None:
                words = f"Note: {error.strerror or error}; training goes on ({path})"
                print(visible(words, MOST_SAID), file=sys.stderr)
        else:
            self._good = [*(n for n in self._good if n < run.step), run.step][-self._how.keep :]
            self._remove(below=run.step)
        self._due = self._later()

    def _remove(self, below: int) -> None:
        """Remove the older checkpoints that are not among the latest. What has a higher number is
        damaged, as it was passed over: its place is taken when the run comes there."""
        for step in steps_in(self.folder):
            if step < below and step not in self._good:
                with suppress(OSError):
                    (self.folder / f"step-{step}.safetensors").unlink()

    def _span(self, run: Run) -> int | None:
        """The steps from one checkpoint to the next; None where time is counted."""
        epochs = self._how.epochs
        return None if epochs is None else epochs * run.job.training.batches(run.job.rows)

    def _later(self) -> float:
        """When the next one is due, by the clock."""
        seconds = self._how.seconds
        return float("inf") if seconds is None else self._how.clock() + seconds


def steps_in(folder: Path) -> list[int]:
    """The steps of the checkpoints in a folder, the oldest first; none where there is no folder."""
    try:
        names = [entry.name for entry in folder.iterdir()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    found = map(NAME.fullmatch, names)
    return sorted(int(name[1]) for name in found if name and str(int(name[1])) == name[1])
