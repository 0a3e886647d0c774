"""The training loop: stretches of steps on an engine, with reports and decisions in between."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from syn0.engines import Arrays, Runner, Stretch
from syn0.program import Program
from syn0.spec import Training
from syn0.training.batches import Batches
from syn0.training.checkpoint import Checkpoint, copied
from syn0.training.history import History, Report
from syn0.training.interrupt import Interrupt, catching_interrupt
from syn0.training.progress import Progress
from syn0.training.search import search
from syn0.training.trouble import NonFiniteError, all_finite, first_trouble, likely_cause

STRETCH_SECONDS = 0.05
"""Control comes back at least this often, for progress, Ctrl-C and a look at the numbers."""

Callback = Callable[[Report], object]
"""Called with every report; a true answer stops training."""


@dataclass(frozen=True)
class Job:
    """What to train, on what: arrays are in the program's dtype, `constants` as "init" binds them.

    `arrays` are the program's, by name; `validation` is an X and a y.
    """

    program: Program
    runner: Runner
    training: Training
    constants: dict[str, Any]
    arrays: Arrays
    validation: tuple[NDArray[Any], NDArray[Any]] | None = None
    callbacks: Sequence[Callback] = ()
    progress: bool = True

    @property
    def rows(self) -> int:
        """Number of rows to train on."""
        return len(self.arrays["X"])


class Run:
    """One run of training, from a checkpoint on.

    `checkpoint()` and `history` hold at any time what has been learned so far, also when `go` was
    left by an exception of a callback.
    """

    def __init__(self, job: Job, start: Checkpoint) -> None:
        self.job = job
        self.state = copied(start.values)
        self.step = self.first = start.step
        self.end = start.step + job.training.total_steps(job.rows)
        self.given = dict(job.constants)
        if "steps" in job.program.numbers:  # `t` counts on, and the schedule ends with this run
            self.given["steps"] = self.state["t"] + self.end - start.step
        self.batches = Batches(job.rows, job.training, start)
        self.history = History(engine=job.runner.name)
        self.progress = Progress(self.end - self.first) if job.progress else NoProgress()
        self.best: Checkpoint | None = None
        self.best_figure = float("inf")
        self.lowest: float | None = None
        """The loss with which a search by L-BFGS ended."""
        self.reports_since_best = 0
        self._stretch = 1

    def go(self) -> None:
        """Train to the end, or until early stopping, a callback or Ctrl-C ends it.

        Raises:
            NonFiniteError: a value is infinite or not a number.
        """
        job = self.job
        try:
            rows = job.training.batch_size or job.rows
            with catching_interrupt() as interrupt, job.runner.at_work(rows):
                if (solver := job.training.solver) is not None:
                    search(self, solver, interrupt)
                while self.history.stopped == "finished" and self.step < self.end:
                    self.interval(interrupt)
        finally:
            self.progress.close()
        if self.best is not None:
            self.history.best_step = self.best.step

    def interval(self, interrupt: Interrupt) -> None:
        """Train up to the next report, or up to an interruption."""
        training, first = self.job.training, self.step
        end = min(self.step + training.interval(self.job.rows), self.end)
        by_epoch = training.counts_epochs
        measured: list[NDArray[np.float64]] = []
        measured_on: list[Stretch] = []
        while self.step < end:
            measure = by_epoch or self.step == first
            count = end - self.step if by_epoch or not measure else 1
            batches, taken = self.stretch(count, measure=measure)
            if measure:
                measured.append(taken)
                measured_on.append(batches)
            if interrupt.requested:
                self.history.stopped = "interrupted"
                return
        sizes = self.sizes(measured_on)
        figures = summary(np.concatenate(measured), sizes, training.reduction)
        self.report(Report(self.step if by_epoch else first, *figures))

    def sizes(self, stretches: Sequence[Stretch]) -> NDArray[Any]:
        """(batches, 2): what each batch counts in the mean of losses, and in other means."""
        rows = np.concatenate([stretch.sizes for stretch in stretches])
        weight = self.job.arrays.get("sample_weight")
        if weight is None:
            return np.column_stack([rows, rows])
        weights = np.concatenate([stretch.sums(weight) for stretch in stretches])
        return np.column_stack([weights, rows])

    def stretch(self, most: int, *, measure: bool) -> tuple[Stretch, NDArray[np.float64]]:
        """Take up to `most` steps, for about `STRETCH_SECONDS`; the batches, and (steps, reports)
        where they are measured."""
        job = self.job
        count = min(self._stretch, most)
        before = self.current().copy()
        batches = self.batches.take(count)
        started = time.perf_counter()
        try:
            self.state, measured = job.runner.train(
                self.state | self.given, job.arrays, batches, measure=measure
            )
        except BaseException:  # a second Ctrl-C, say: arrays may be changed by half a step
            self.go_back(before)
            raise
        seconds = max(time.perf_counter() - started, 1e-7)
        if not (all_finite(self.state) and np.isfinite(measured).all()):
            self.fail(before, batches, measure=measure)
        self.step += count
        self._stretch = max(1, min(self._stretch * 4, int(count * STRETCH_SECONDS / seconds)))
        self.progress.tick(
            self.step - self.first, self.history.reports[-1] if self.history.reports else None
        )
        return batches, measured

    def report(self, report: Report) -> None:
        """Complete the report, hand it round, and decide whether to go on."""
        job = self.job
        if job.validation is not None:
            loss, error = job.runner.evaluate(self.state | self.given, *job.validation)
            if not np.isfinite([loss, error]).all():
                raise NonFiniteError(
                    f"after {self.step:,} steps the validation loss is {loss:g} and its error "
                    f"{error:g}: the validation rows hold numbers far from those trained on"
                )
            report = replace(report, validation_loss=loss, validation_error=error)
        self.history.reports.append(report)
        for callback in job.callbacks:
            if callback(report):
                self.history.stopped = "callback"
        figures = {"loss": report.validation_loss, "error": report.validation_error}
        figure = figures[job.training.monitor]
        if job.training.patience is not None and figure is not None:
            self.watch(figure, job.training.patience)

    def watch(self, figure: float, patience: int) -> None:
        """Early stopping: keep the best weights, stop when they have long been the best."""
        if figure < self.best_figure:
            self.best, self.best_figure = self.current().copy(), figure
            self.reports_since_best = 0
        else:
            self.reports_since_best += 1
            if self.reports_since_best >= patience and self.history.stopped == "finished":
                self.history.stopped = "early"

    def current(self) -> Checkpoint:
        """Where training stands now."""
        generator, epoch = self.batches.position()
        return Checkpoint(self.state, generator, epoch, self.step)

    def checkpoint(self) -> Checkpoint:
        """What is kept: the best that early stopping has seen, or where training stands."""
        return self.best or self.current()

    def go_back(self, checkpoint: Checkpoint, steps: int = 0) -> None:
        """Stand where training stood at `checkpoint`, and `steps` batches further."""
        self.state = dict(checkpoint.values)
        self.batches = Batches(self.job.rows, self.job.training, checkpoint)
        self.batches.take(steps)
        self.step = checkpoint.step + steps

    def fail_at(self, state: dict[str, Any]) -> NoReturn:
        """Raise NonFiniteError for a state that a search tried; the network stays where it is."""
        standing = self.current()
        try:
            self.fail(
                replace(standing, values=state), Stretch(np.array([self.job.rows])), measure=True
            )
        finally:
            self.state = dict(standing.values)

    def fail(self, before: Checkpoint, batches: Stretch, *, measure: bool) -> NoReturn:
        """Go back to the last good step and raise NonFiniteError, naming the line that failed."""
        job = self.job
        values = {**before.values, **self.given}
        trouble = first_trouble(job.program, values, job.arrays, batches, measure=measure)
        self.go_back(before, trouble.good)
        self.state = trouble.state
        kept = "its best weights" if self.best else "its weights from before that step"
        cause = likely_cause(job.training, job.program, job.arrays)
        raise NonFiniteError(
            f"training stopped at step {self.step:,}: {trouble.words}. Likely cause: {cause}. "
            f"The network keeps {kept}"
        )


class NoProgress:
    """Progress that nobody wants to see."""

    def tick(self, step: int, report: Report | None) -> None:
        """Show nothing."""

    def close(self) -> None:
        """Nothing to take away."""


def summary(measured: NDArray[np.float64], sizes: NDArray[Any], reduction: str) -> list[float]:
    """Loss, error and the like of an interval; a summed loss adds up, means count by the sizes of
    the batches: (batches, 2), for losses and for the other figures."""
    losses, *others = measured.T
    summed = reduction == "sum"
    loss = float(losses.sum()) if summed else weighted_mean(losses, sizes[:, 0])
    return [loss, *(weighted_mean(figures, sizes[:, 1]) for figures in others)]


def weighted_mean(figures: NDArray[Any], sizes: NDArray[Any]) -> float:
    """The mean by sizes; of batches that count nothing, the plain mean."""
    return float(np.average(figures, weights=sizes if sizes.any() else None))
