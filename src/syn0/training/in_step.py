"""Many runs in step: each call of their engine takes the same steps of all of them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from syn0.engines.base import InStep
from syn0.training.checkpoint import Checkpoint
from syn0.training.history import Report
from syn0.training.interrupt import Interrupt
from syn0.training.loop import Run, steps_in_time, summary
from syn0.training.trouble import all_finite

Measured = dict[Run, tuple[list[NDArray[np.float64]], list[NDArray[Any]]]]
"""Of each run, the (steps, reports) that were measured, and what each step counts."""

STRETCH_SECONDS = 0.25
"""Control comes back about this often: of many networks, there is much to look at each time."""


def go_in_step(runs: Sequence[Run], interrupt: Interrupt) -> None:
    """Train runs of one training, on the same rows, to their ends, as `Run.go_among` does each."""
    crew = Crew(runs)
    try:
        while crew.runs and not interrupt.requested:
            crew.interval(interrupt)
        for run in crew.runs:
            run.stop("interrupted")
    finally:
        for run in runs:
            run.close()


class Crew:
    """Runs in step.

    Attributes:
        runs: those that are not over, all after the same number of steps.
    """

    def __init__(self, runs: Sequence[Run]) -> None:
        self.runs = [run for run in runs if not run.over]
        self._stretch = 1

    def interval(self, interrupt: Interrupt) -> None:
        """Train up to the next report, or up to an interruption, as a run does alone."""
        some = self.runs[0]
        training, first, step = some.job.training, some.step, some.step
        interval, by_epoch = training.interval(some.job.rows), training.counts_epochs
        end = min(first + interval - (first - some.first) % interval, some.end)
        measured: Measured = {run: ([], []) for run in self.runs}
        while step < end and self.runs:
            measure = by_epoch or step == first
            count = min(self._stretch, end - step if by_epoch or not measure else 1)
            self.stretch(count, measured, measure=measure)
            step += count
            if interrupt.requested:
                return
        for run in self.runs:
            figures, sizes = map(np.concatenate, measured[run])
            with run.divergence_told():
                where = run.step if by_epoch else first
                run.report(Report(where, *summary(figures, sizes, training.reduction)))
        self.runs = [run for run in self.runs if not run.over]

    def stretch(self, count: int, measured: Measured, *, measure: bool) -> None:
        """So many steps of all; what is measured is put down."""
        runs = self.runs
        before = [run.current().copy() for run in runs]
        try:
            self.take(count, before, measured, measure=measure)
        except BaseException:  # all go back, as one: those that diverged stand where they did
            for run, checkpoint in zip(runs, before, strict=True):
                if run.history.stopped == "finished":
                    run.go_back(checkpoint)
            raise
        self.runs = [run for run in runs if run.history.stopped == "finished"]

    def take(
        self, count: int, before: Sequence[Checkpoint], measured: Measured, *, measure: bool
    ) -> None:
        """So many steps of all runs from these checkpoints; what is measured is put down."""
        runs, job = self.runs, self.runs[0].job
        batches = [run.batches.take(count) for run in runs]
        began = time.perf_counter()
        values = [run.state | run.given for run in runs]
        runner = cast("InStep", job.runner)
        states, figures = runner.train_in_step(values, job.arrays, batches, measure=measure)
        seconds = max(time.perf_counter() - began, 1e-7)
        self._stretch = steps_in_time(self._stretch, count, seconds, STRETCH_SECONDS)
        taken = zip(runs, before, batches, states, figures, strict=True)
        for run, checkpoint, stretch, state, own in taken:
            with run.divergence_told():
                if not (all_finite(state) and np.isfinite(own).all()):
                    run.fail(checkpoint, stretch, measure=measure)
                run.state, run.step = state, run.step + count
            if measure:
                measured[run][0].append(own)
                measured[run][1].append(run.sizes(stretch))
