"""A network's training, to be looked at from any step: exactly as it went, or as it would go on."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from syn0.explain.post_mortem import PostMortem, post_mortem
from syn0.explain.pushes import Pushes, pushes
from syn0.explain.statistics import Statistics, statistics
from syn0.explain.trace import Trace, trace_step
from syn0.spec import NetworkSpec
from syn0.spec.checks import whole
from syn0.spec.doors import doors
from syn0.training import Checkpoint, Job, NonFiniteError, Run
from syn0.training.checkpoint import copied


@doors
@dataclass(frozen=True, eq=False)
class Replay:
    """The steps of a training on given rows: those that led to where a network stands, taken again
    from its start, and those that would come next.

    Every step is the numpy engine's, with the same seed, batches, masks and memory; so a network
    that the native engine trained is replayed but for rounding.

    Attributes:
        spec: the network.
        job: the program, the rows and how it is trained; its engine is numpy.
        now: where the network stands.
        start: where it stood before its first step; None where that is not known, as without a
            seed.
        inputs, targets: names of the columns of X and of y; empty where they have none.
    """

    spec: NetworkSpec
    job: Job
    now: Checkpoint
    start: Checkpoint | None = None
    inputs: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()

    def run(self, step: int | None = None) -> Run:
        """A run that stands before a step, counted from 0, and can be taken further; by default
        where the network stands.

        Raises:
            TypeError, ValueError: there is no such step, or no way back to it.
            NonFiniteError: a value became infinite or NaN on the way.
        """
        run = self.standing(step)
        advance(run, run.step if step is None else step)
        return run

    def standing(self, step: int | None) -> Run:
        """A run at the last place that is known from which a step lies ahead."""
        if step is None or whole("step", step, least=0) >= self.now.step:
            return Run(self.job, self.now)
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
        return Run(self.job, self.start)

    def resumed(self, snapshot: Checkpoint) -> Run:
        """A run from a snapshot of this training, as `run(step).current().copy()` takes one: its
        schedule ends where that of the whole does."""
        run, whole_run = Run(self.job, snapshot), self.standing(snapshot.step)
        run.end, run.given = whole_run.end, whole_run.given
        return run

    def trace(self, step: int | None = None) -> Trace:
        """A step, line by line; by default the one that would come next. As `run`."""
        return trace_next(self.run(step))

    def statistics(self, step: int | None = None) -> Statistics:
        """The correlation of each input and each hidden unit with each target, at the start
        weights and before a step, by default where the network stands; as it predicts, without
        masks and noise. Raises as `run`."""
        return statistics(self, self.run(step).state)

    def pushes(self, name: str = "syn0", unit: int = 0, *, steps: int | None = None) -> Pushes:
        """How often each example pushes each weight up or down, from the network's start on.

        Args:
            name: of the weights.
            unit: the unit that they lead to, counted from 0.
            steps: how many are counted; by default those that the network has taken or, before the
                first, those of its training.

        Raises:
            TypeError, ValueError: there is no such array or unit, or no way back to the start.
        """
        return pushes(self, name, unit, steps)

    def post_mortem(self, step: int | None = None) -> PostMortem:
        """What went wrong in a step or before it, by default in the one that comes next, where
        training that failed stands: the line, its operands, the likely cause, two knobs to try. Of
        a step in which nothing did: how each layer learns.

        Raises:
            TypeError, ValueError: there is no such step, or no way back to it.
        """
        return post_mortem(self, self.up_to_trouble(step))

    def up_to_trouble(self, step: int | None = None) -> Trace:
        """A step as `trace` gives it, or the first before it in which a number goes bad."""
        run = self.standing(step)
        with suppress(NonFiniteError):  # it then stands before that step
            advance(run, run.step if step is None else step)
        return trace_next(run)


def advance(run: Run, step: int) -> None:
    """Take a run up to a step.

    Raises:
        NonFiniteError: a value became infinite or NaN; it then stands before the step that failed.
    """
    job = run.job
    if job.training.solver is not None and run.step < step:
        run.end = step
        run.go()
        return
    with job.runner.at_work(job.training.batch_size or job.rows):
        while run.step < step:
            run.stretch(step - run.step, measure=False)


def trace_next(run: Run) -> Trace:
    """The step that a run would take next, line by line. The run may be taken further afterwards:
    the trace has arrays of its own."""
    job = run.job
    (batch,) = run.batches.copy().take(1)
    return trace_step(
        job.program,
        copied(run.state) | run.given,
        job.arrays,
        batch,
        step=run.step,
        rows=job.training.batch_size or job.rows,
    )
