"""A network's training, to be looked at from any step: exactly as it went, or as it would go on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from syn0.explain.trace import Trace, trace_step
from syn0.spec.checks import whole
from syn0.spec.doors import doors
from syn0.training import Checkpoint, Job, Run


@doors
@dataclass(frozen=True, eq=False)
class Replay:
    """The steps of a training on given rows: those that led to where a network stands, taken again
    from its start, and those that would come next.

    Every step is the numpy engine's, with the same seed, batches, masks and memory; so a network
    that the native engine trained is replayed but for rounding.

    Attributes:
        job: the program, the rows and how it is trained; its engine is numpy.
        now: where the network stands.
        start: where it stood before its first step; None where that is not known, as without a
            seed.
    """

    job: Job
    now: Checkpoint
    start: Checkpoint | None = None

    def run(self, step: int | None = None) -> Run:
        """A run that stands before a step, counted from 0, and can be taken further; by default
        where the network stands.

        Raises:
            TypeError, ValueError: there is no such step, or no way back to it.
            NonFiniteError: a value became infinite or NaN on the way.
        """
        step = self.now.step if step is None else whole("step", step, least=0)
        if step >= self.now.step:
            return advanced(self.job, self.now, step)
        if self.start is None:
            raise ValueError(
                f"step {step:,} lies before the {self.now.step:,} steps that were taken, and the "
                "start weights are not known again: without a seed they are new every time"
            )
        if "rate" in self.job.program.constants:
            raise ValueError(
                "the learning rate was changed from outside while training ran, as by "
                "scikit-learn's 'adaptive': so steps that were taken cannot be taken again"
            )
        return advanced(self.job, self.start, step)

    def trace(self, step: int | None = None) -> Trace:
        """A step, line by line; by default the one that would come next. As `run`."""
        return trace_next(self.run(step))


def advanced(job: Job, checkpoint: Checkpoint, step: int) -> Run:
    """A run from a checkpoint, taken up to a step."""
    if job.training.solver is not None and step > checkpoint.step:
        training = replace(job.training, steps=step - checkpoint.step, epochs=None)
        run = Run(replace(job, training=training), checkpoint)
        run.go()
        return run
    run = Run(job, checkpoint)
    with job.runner.at_work(job.training.batch_size or job.rows):
        while run.step < step:
            run.stretch(step - run.step, measure=False)
    return run


def trace_next(run: Run) -> Trace:
    """The step that a run would take next, line by line. The run may be taken further afterwards:
    the trace has arrays of its own."""
    job = run.job
    (batch,) = run.batches.copy().take(1)
    values: dict[str, Any] = run.current().copy().values | run.given  # type: ignore[operator]
    return trace_step(
        job.program,
        values,
        job.arrays,
        batch,
        step=run.step,
        rows=job.training.batch_size or job.rows,
    )
