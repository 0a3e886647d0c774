"""What training reports, and the history that it leaves."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from syn0.html import history_html
from syn0.spec.pictures import drawn_by
from syn0.spec.words import counted

ENDINGS = {
    "finished": "finished",
    "converged": "converged",
    "evaluations": "ended by its number of evaluations",
    "early": "stopped early",
    "callback": "stopped by a callback",
    "interrupted": "interrupted",
    "diverged": "diverged",
}
"""Words for why training ended."""

MOST_SHOWN = 8
"""Reports that a history shows: the first ones and the last."""


@dataclass(frozen=True)
class Report:
    """One entry of the history, handed to every callback.

    Attributes:
        step: with steps: the step (counted from 0) in which loss and error were taken, before its
            update. With epochs: the number of steps taken at the end of the epoch.
        loss: the loss of that step; with epochs that of the whole epoch, taken along the way.
        error: mean absolute error, likewise.
        trimmed: share of the deltas that were trimmed, likewise; None where none are.
        validation_loss, validation_error: of the validation rows, after the interval's last
            update; None without them.
    """

    step: int
    loss: float
    error: float
    trimmed: float | None = None
    validation_loss: float | None = None
    validation_error: float | None = None


@dataclass
class History:
    """The reports of a training run.

    Attributes:
        reports: in order.
        stopped: why training ended: "finished", "converged" (L-BFGS found nothing lower),
            "evaluations" (it has taken as many as it may), "early"
            (no better validation figure for `patience` reports), "callback", "interrupted"
            (Ctrl-C) or, of one among many that trained together, "diverged".
        best_step: number of steps after which the kept weights stood, where early stopping
            chose them; None otherwise.
        engine: name of the engine that ran it.
        trouble: of a run that diverged, which array stopped being finite in which step and line,
            and what helps; "" of others.
    """

    reports: list[Report] = field(default_factory=list)
    stopped: str = "finished"
    best_step: int | None = None
    engine: str = ""
    trouble: str = ""

    plot = drawn_by("history", "the loss over the steps, or another figure")

    def __repr__(self) -> str:
        return "\n".join([self._head, *table(self.reports), *filter(None, [self.trouble])])

    def _repr_html_(self) -> str:
        curves = [("loss", self.step, self.loss)]
        if self.validation_loss:
            seen = [r.step for r in self.reports if r.validation_loss is not None]
            curves.append(("validation loss", seen, self.validation_loss))
        last = rows(self.reports[-1:])
        return history_html(self._head, last, curves, filter(None, [self.trouble]))

    @property
    def _head(self) -> str:
        """How training ended, in a line."""
        best = self.best_step
        kept = "" if best is None else f", kept as after {counted(best, 'step')}"
        engine = f"; engine {self.engine}" if self.engine else ""
        return f"History: {ENDINGS[self.stopped]}{kept}{engine}; reports: {len(self.reports):,}"

    @property
    def step(self) -> list[int]:
        """The step of each report."""
        return [report.step for report in self.reports]

    @property
    def loss(self) -> list[float]:
        """The loss of each report."""
        return [report.loss for report in self.reports]

    @property
    def error(self) -> list[float]:
        """The mean absolute error |y - prediction| of each report."""
        return [report.error for report in self.reports]

    @property
    def trimmed(self) -> list[float]:
        """The share of deltas trimmed at each report; empty where none are."""
        return [report.trimmed for report in self.reports if report.trimmed is not None]

    @property
    def validation_loss(self) -> list[float]:
        """The validation loss of each report; empty without validation rows."""
        return [r.validation_loss for r in self.reports if r.validation_loss is not None]

    @property
    def validation_error(self) -> list[float]:
        """The validation error of each report; empty without validation rows."""
        return [r.validation_error for r in self.reports if r.validation_error is not None]


def table(reports: list[Report]) -> list[str]:
    """Lines that show the first and the last reports, under the names of what they hold."""
    left_out = len(reports) - MOST_SHOWN
    half = MOST_SHOWN // 2
    shown = rows(reports if left_out <= 0 else [*reports[:half], *reports[-half:]])
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    lines = ["  ".join(map(str.rjust, row, widths)) for row in shown]
    if left_out > 0:
        lines.insert(1 + half, f"… {left_out:,} more")
    return lines


def rows(reports: list[Report]) -> list[list[str]]:
    """What reports hold, as texts, under the names of it."""
    if not reports:
        return []
    names = [f.name for f in fields(Report) if getattr(reports[0], f.name) is not None]
    shown = [[figure(getattr(report, name)) for name in names] for report in reports]
    return [[name.replace("_", " ") for name in names], *shown]


def figure(number: float | None) -> str:
    """A number of a report as it is shown."""
    return f"{number:,}" if isinstance(number, int) else f"{number:.4g}"
