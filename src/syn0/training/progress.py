"""Progress: a bar on a terminal or below a notebook's cell, elsewhere a line now and then.

Notebooks keep what was shown last, without the widgets that rich would show it in: so a notebook
that is saved, or made into a page, still says how training went."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Any

from syn0.html import progress_html
from syn0.training.history import Report

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

BAR_AFTER, LINE_AFTER = 0.2, 2.0
"""Seconds before a bar, or a first line, is shown: what is over by then needs no progress."""

CELL_EVERY, LEFT_AFTER = 0.25, 1.0
"""Seconds from one look of a notebook's bar to the next; and until it says how long it will take,
which is not known before."""


class Progress:
    """Shows how far training has come; `tick` it often and `close` it. A process that is forked
    meanwhile shows nothing: the bar, and what draws it, are its parent's."""

    def __init__(self, total: int) -> None:
        self._process = os.getpid()
        self._total = total
        self._started = time.monotonic()
        self._next_line = LINE_AFTER
        self._bar: Bar | None = None
        self._cell = Cell(total) if in_notebook() else None

    def tick(self, step: int, report: Report | None, words: str = "") -> None:
        """Show that `step` steps are done, and the latest report or these words."""
        if self._process != os.getpid():
            return
        elapsed = time.monotonic() - self._started
        words = words if report is None else describe(report)
        if self._cell is not None:
            if elapsed >= BAR_AFTER:
                self._cell.show(step, words, elapsed)
        elif sys.stderr is None:  # a program without a console, as of pythonw
            return
        elif sys.stderr.isatty():
            if elapsed >= BAR_AFTER:
                self._show_bar(step, words)
        elif elapsed >= self._next_line:
            print(f"step {step:,} of {self._total:,}  {words}", file=sys.stderr, flush=True)
            self._next_line = elapsed * 2

    def close(self) -> None:
        """Leave the bar as it stands."""
        if self._process != os.getpid():
            return
        if self._bar is not None:
            self._bar.stop()
        if self._cell is not None:
            self._cell.close(time.monotonic() - self._started)

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


def in_notebook() -> bool:
    """Whether a kernel shows what is displayed: of Jupyter, VS Code or Colab."""
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    return getattr(shell, "kernel", None) is not None


class Cell:
    """A bar below a notebook's cell."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._step, self._words = 0, ""
        self._shown: Any = None
        self._next = 0.0

    def show(self, step: int, words: str, elapsed: float) -> None:
        """Show how far training has come, unless it was shown a moment ago."""
        self._step, self._words = step, words
        if elapsed >= self._next and step:
            self._next = elapsed + CELL_EVERY
            left = duration(elapsed * (self._total - step) / step)
            self._display(f"about {left} left" if elapsed >= LEFT_AFTER else "")

    def close(self, elapsed: float) -> None:
        """Leave it as it was at the end."""
        if self._shown is not None:
            self._display(duration(elapsed))
            self._shown = None

    def _display(self, when: str) -> None:
        from IPython import display

        parts = [f"{self._step:,} of {self._total:,} steps", self._words, when]
        words = ", ".join(part for part in parts if part)
        content = {"text/plain": words, "text/html": progress_html(self._step, self._total, words)}
        if self._shown is None:
            self._shown = display.display(content, raw=True, display_id=True)
        else:
            self._shown.update(content, raw=True)


def duration(seconds: float) -> str:
    """A time in the words of a person."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"


def describe(report: Report) -> str:
    """The numbers of a report, in a few words."""
    words = f"error {report.error:.4g}"
    if report.validation_error is not None:
        words += f" (validation {report.validation_error:.4g})"
    return words
