"""Progress on stderr: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from syn0.training.history import Report

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

BAR_AFTER, LINE_AFTER = 0.2, 2.0
"""Seconds before a bar, or a first line, is shown: what is over by then needs no progress."""


class Progress:
    """Shows how far training has come; `tick` it often and `close` it. A process that is forked
    meanwhile shows nothing: the bar, and what draws it, are its parent's."""

    def __init__(self, total: int) -> None:
        self._process = os.getpid()
        self._total = total
        self._started = time.monotonic()
        self._next_line = LINE_AFTER
        self._bar: Bar | None = None

    def tick(self, step: int, report: Report | None) -> None:
        """Show that `step` steps are done, and the latest report."""
        if self._process != os.getpid():
            return
        if sys.stderr is None:  # a program without a console, as of pythonw
            return
        elapsed = time.monotonic() - self._started
        words = "" if report is None else describe(report)
        if sys.stderr.isatty():
            if elapsed >= BAR_AFTER:
                self._show_bar(step, words)
        elif elapsed >= self._next_line:
            print(f"step {step:,} of {self._total:,}  {words}", file=sys.stderr, flush=True)
            self._next_line = elapsed * 2

    def close(self) -> None:
        """Leave the bar as it stands."""
        if self._bar is not None and self._process == os.getpid():
            self._bar.stop()

    def _show_bar(self, step: int, words: str) -> None:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            self._bar = Bar(
                TextColumn("Training"),
                BarColumn(bar_width=20),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                TextColumn("{task.fields[words]}"),
                console=Console(stderr=True),
            )
            self._bar.add_task("training", total=self._total, words=words)
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=step, words=words)


def describe(report: Report) -> str:
    """The numbers of a report, in a few words."""
    words = f"error {report.error:.4g}"
    if report.validation_error is not None:
        words += f" (validation {report.validation_error:.4g})"
    return words
