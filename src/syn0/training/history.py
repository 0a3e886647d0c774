"""What training reports, and the history that it leaves."""

from __future__ import annotations

from dataclasses import dataclass, field


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
            (no better validation figure for `patience` reports), "callback" or "interrupted"
            (Ctrl-C).
        best_step: number of steps after which the kept weights stood, where early stopping
            chose them; None otherwise.
        engine: name of the engine that ran it.
    """

    reports: list[Report] = field(default_factory=list)
    stopped: str = "finished"
    best_step: int | None = None
    engine: str = ""

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
