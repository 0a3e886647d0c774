"""The training loop: stretches of steps on an engine, with reports and decisions in between."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from syn0.engines import Arrays, Runner, Stretch
from syn0.program import Line, Program
from syn0.program.interpreter import walk
from syn0.spec import Training
from syn0.spec.doors import doors
from syn0.spec.words import MOST_SAID, visible
from syn0.training.batches import Batches
from syn0.training.checkpoint import Checkpoint, copied
from syn0.training.history import ENDINGS, History, Report
from syn0.training.interrupt import Interrupt, catching_interrupt
from syn0.training.keeper import Keeper
from syn0.training.progress import Progress
from syn0.training.search import search
from syn0.training.shards import Feed, Shards, Stored
from syn0.training.standing import Standing
from syn0.training.trouble import NonFiniteError, all_finite, first_trouble, likely_cause

if TYPE_CHECKING:
    from syn0.engines.cluster import Cluster

STRETCH_SECONDS = 0.05
"""Control comes back at least this often, for progress, Ctrl-C and a look at the numbers."""

FEW_STEPS = 16
"""Steps that are taken line by line to find the line in which a number goes bad."""

STEP = ("forward", "loss", "backward", "update")
"""The phases that make a step."""

DIFFERENT = {
    "rows": "had {:,} rows, not {:,}",
    "weighted": "had rows with weights: {}; these have: {}",
    "watched": "had {:,} rows set apart to validate it, not {:,}",
}
"""What may differ between a run and the one from which it goes on, in words."""

Callback = Callable[[Report], object]
"""Called with every report; a true answer stops training."""


@dataclass(frozen=True)
class Job:
    """What to train, on what: arrays are in the program's dtype, `constants` as "init" binds them.

    `arrays` are the program's, by name, or rows `stored` elsewhere are brought to it in `shards`;
    `validation` is an X and a y. `by_rows` says that batches count in the figures of an epoch by
    their rows, whatever these weigh, as scikit-learn has it. `cluster` holds the processes that
    train together, each of which has a job like this one; the first of them decides what all do.
    """

    program: Program
    runner: Runner
    training: Training
    constants: dict[str, Any]
    arrays: Arrays
    validation: tuple[NDArray[Any], NDArray[Any]] | None = None
    progress: bool = True
    by_rows: bool = False
    stored: Stored | None = None
    shards: Shards | None = None
    cluster: Cluster | None = None

    @property
    def rows(self) -> int:
        """Number of rows to train on."""
        return len(self.arrays["X"]) if self.stored is None else self.stored.rows


@doors
class Run:
    """One run of training, from where a network stands; `Network.prepare` makes it.

    `go` takes it to its end. Or it is taken bit by bit: `advance` goes to the next report, `walk`
    through one step line by line, in any order, and `stop` ends it. What it has learned so far
    holds at any moment, also after an exception, and is handed back by `Network.keep(run)`.

        run = network.prepare(Training(epochs=100, batch_size=32), Examples(X, y))
        while (report := run.advance()) is not None:
            print(report.loss)
        network.keep(run)

    Attributes:
        job: the program, what runs it, and its arrays.
        state: what the program keeps, by name, as it stands: weights, and the optimizer's memory.
        step: number of steps behind `state`; `first` and `end` where the run begins and ends.
        history: the reports so far, and why training stopped.
        best: what is kept instead of where training ends; None for the end itself.
        lowest: the loss with which a search by L-BFGS ended; None before.
        keeper: writes checkpoints as it goes; None where none are wanted.
    """

    def __init__(self, job: Job, start: Checkpoint, standing: Standing | None = None) -> None:
        self.job = job
        self.state = copied(start.values)
        self.step = self.first = start.step
        self.end = start.step + job.training.total_steps(job.rows)
        self.given = dict(job.constants)
        if "steps" in job.program.numbers:  # `t` counts on, and the schedule ends with this run
            self.given["steps"] = self.state["t"] + self.end - start.step
        self.batches = Batches(job.rows, job.training, start, job.shards)
        self.feed: Feed | None = None
        self.history = History(engine=job.runner.name)
        self.progress = Progress(self.end - self.first) if job.progress else NoProgress()
        self.callbacks: Sequence[Callback] = ()
        self.best: Checkpoint | None = None
        self.best_figure = float("inf")
        self.lowest: float | None = None
        self.reports_since_best = 0
        self.keeper: Keeper | None = None
        self._interval_begun: int | None = None
        self._measured: list[NDArray[np.float64]] = []
        self._sizes: list[NDArray[Any]] = []
        self._stretch = 1
        if standing is not None:
            self._restore(standing)

    # Taking it.

    def go(self, callbacks: Sequence[Callback] = (), *, ahead: bool = False) -> History:
        """Train to the end, or until early stopping, a callback or Ctrl-C ends it.

        Args:
            callbacks: each is called with every `Report`; a true answer stops training.
            ahead: whether many short epochs of a run "by rows" may be taken in one go, of which the
                callbacks hear one by one: they must look at the reports alone. If one of them stops
                training, it goes back to the end of that epoch.

        Returns:
            `history`.

        Raises:
            NonFiniteError: a value is infinite or not a number.
        """
        self.callbacks = callbacks
        try:
            with self._at_work() as interrupt, self._together():
                while not self.over:
                    self._interval(interrupt, ahead=ahead)
            if self.keeper is not None:
                self.keeper.save(self)
        except ConnectionError:  # another process of a cluster has gone; here all is whole
            if self.keeper is not None:
                self.keeper.save(self)
            raise
        finally:
            self.close()
            if (notice := self.job.runner.notice) and sys.stderr is not None:
                print(f"Note: {visible(notice, MOST_SAID)}", file=sys.stderr)
        return self.history

    def go_among(self, interrupt: Interrupt) -> History:
        """Train to the end as one of many, in any thread: `interrupt` stops them all, and what is
        set up around many steps stands. Where a value is infinite or not a number, this one ends
        at its last good step, as `history` says, and no other.

        Returns:
            `history`.
        """
        try:
            with self.divergence_told():
                while not self.over:
                    if interrupt.requested:
                        self.stop("interrupted")
                    else:
                        self._interval(interrupt)
        finally:
            self.close()
        return self.history

    @contextmanager
    def divergence_told(self) -> Iterator[None]:
        """Where a value is infinite or not a number, the history says so and nothing is raised."""
        try:
            yield
        except NonFiniteError as error:
            self.stop("diverged")
            self.history.trouble = str(error)

    def advance(self) -> Report | None:
        """Train to the next report: with epochs to the end of one. A search by L-BFGS cannot be
        taken in parts and goes to its end.

        Returns:
            The latest report; None where training is over, or Ctrl-C ended it before the report.

        Raises:
            NonFiniteError: a value is infinite or not a number.
        """
        before = len(self.history.reports)
        if not self.over:
            with self._at_work() as interrupt:
                self._interval(interrupt)
        if self.over:
            self.close()
        return self.history.reports[-1] if len(self.history.reports) > before else None

    def walk(self) -> Iterator[tuple[Line, Any]]:
        """Take one step as the reference interpreter does: each line of it with the value that it
        binds. The step is taken when the last line was given; before that, nothing has changed.
        The lines of a search by L-BFGS only tell where it stands: it takes its own steps."""
        job, batches = self.job, self.batches.copy()
        (batch,) = batches.take(1)
        arrays = self.arrays(batches)
        after: dict[str, Any] = {**self.state, **self.given, **arrays, "batch": batch}
        for line, value in walk(job.program.phase(*STEP), dict(after)):
            after[line.target] = value
            yield line, value
        if not job.program.pulls:
            self.state = {name: after[name] for name in job.program.state}
            self.batches, self.step = batches, self.step + 1

    def stop(self, why: str = "callback") -> None:
        """End training where it stands, for one of the reasons in `History.stopped`; the first one
        counts."""
        if self.history.stopped == "finished":
            self.history.stopped = why

    def close(self) -> None:
        """Take the progress away and complete the history: `go`, and `advance` at the end, do."""
        self.show_progress()  # the last report came after the last steps
        self.progress.close()
        if self.feed is not None:
            self.feed.close()
            self.feed = None
        self.history.engine = self.job.runner.name
        if self.best is not None:
            self.history.best_step = self.best.step

    @property
    def over(self) -> bool:
        """Whether there is no step left to take."""
        return self.history.stopped != "finished" or self.step >= self.end

    @property
    def rate(self) -> float | None:
        """The learning rate of the schedule "by_epoch", to be set between epochs; None of others,
        whose program says it."""
        return self.given.get("rate")

    @rate.setter
    def rate(self, value: float) -> None:
        self.given["rate"] = value

    def predict(self, X: NDArray[Any]) -> NDArray[Any]:
        """(rows, outputs): the prediction of the weights as they stand, for inputs in the program's
        dtype."""
        return self.job.runner.predict(self.state | self.given, X)

    # What it is made of.

    @contextmanager
    def _at_work(self) -> Iterator[Interrupt]:
        """What is set up around many steps."""
        rows = self.job.training.batch_size or self.job.rows
        with catching_interrupt() as interrupt, self.job.runner.at_work(rows):
            yield interrupt

    def _interval(self, interrupt: Interrupt, *, ahead: bool = False) -> None:
        """Train up to the next report, or up to an interruption."""
        if (solver := self.job.training.solver) is not None:
            search(self, solver, interrupt)
            return
        training, rows = self.job.training, self.job.rows
        epochs = min(self._stretch, self.end - self.step) // training.batches(rows)
        if ahead and epochs > 1:
            self._ahead(epochs, interrupt)
            return
        interval, by_epoch = training.interval(rows), training.counts_epochs
        if self._interval_begun is None:
            self._interval_begun = self.step
        first = self._interval_begun
        end = min(first + interval - (first - self.first) % interval, self.end)
        while self.step < end:
            measure = by_epoch or self.step == first
            count = end - self.step if by_epoch or not measure else 1
            batches, taken = self.stretch(count, measure=measure)
            if measure:
                self._measured.append(taken)
                self._sizes.append(self.sizes(batches))
            if interrupt.requested and self.leads:
                self.stop("interrupted")
                return
            if self.keeper is not None and self.step < end:
                self.keeper.look(self)
        figures = summary(*self._taken_so_far(), training.reduction)
        self._interval_begun, self._measured, self._sizes = None, [], []
        self.report(Report(self.step if by_epoch else first, *figures))
        if self.keeper is not None:
            self.keeper.look(self)

    def _taken_so_far(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(steps, reports) that the present interval has measured, and (steps, 2) that each of
        these steps counts."""
        if not self._measured:
            return np.zeros((0, len(self.job.program.reports))), np.zeros((0, 2))
        return np.concatenate(self._measured), np.concatenate(self._sizes, dtype=np.float64)

    def _ahead(self, epochs: int, interrupt: Interrupt) -> None:
        """Train for many epochs in one go. If it turns out that an earlier one was the last, back
        to that one."""
        before, order = self.current().copy(), self.batches.order()
        steps = self.job.training.batches(self.job.rows)
        taken, measured = self.stretch(epochs * steps, measure=True)
        figures = measured.reshape(epochs, steps, -1)
        rows = np.broadcast_to(taken.sizes.reshape(epochs, steps, 1), figures.shape)
        for number, means in enumerate(np.average(figures, axis=1, weights=rows).tolist(), 1):
            self.report(Report(before.step + number * steps, *means))
            if self.history.stopped != "finished":
                self.go_back(before)
                self.batches.go_on(*order)
                while (left := before.step + number * steps - self.step) > 0:
                    self.stretch(left, measure=False)
                return
        if interrupt.requested:
            self.stop("interrupted")

    def sizes(self, stretch: Stretch) -> NDArray[Any]:
        """(batches, 2): what each of the batches that were just taken counts in the mean of losses,
        and in other means."""
        weight = self.arrays(self.batches).get("sample_weight")
        if weight is None or self.job.by_rows:
            return np.column_stack([stretch.sizes, stretch.sizes])
        return np.column_stack([stretch.sums(weight), stretch.sizes])

    def arrays(self, batches: Batches) -> Arrays:
        """What the latest batches took rows of."""
        job = self.job
        if job.stored is None or job.shards is None:
            return job.arrays
        if self.feed is None:
            self.feed = Feed(job.stored, job.shards)
        return self.feed.arrays(batches.window, batches.upcoming)

    def stretch(self, most: int, *, measure: bool) -> tuple[Stretch, NDArray[np.float64]]:
        """Take up to `most` steps, for about `STRETCH_SECONDS`; the batches, and (steps, reports)
        where they are measured."""
        job = self.job
        count = min(self._stretch, most)
        if self.keeper is not None:
            count = min(count, self.keeper.steps_left(self))
        count = self._agreed(count)
        before = self.current().copy()
        try:
            batches = self.batches.take(count)
            arrays = self.arrays(self.batches)
            started = time.perf_counter()
            state, measured = job.runner.train(
                self.state | self.given, arrays, batches, measure=measure
            )
            seconds = max(time.perf_counter() - started, 1e-7)
            if not (all_finite(state) and np.isfinite(measured).all()):
                self.fail(before, batches, measure=measure)
            count = len(batches)
            self.state, self.step = state, self.step + count
        except NonFiniteError:  # the run stands where the numbers were good
            raise
        except BaseException:  # a second Ctrl-C, say: arrays may be changed by half a step
            self.go_back(before)
            raise
        self._stretch = steps_in_time(self._stretch, count, seconds, STRETCH_SECONDS)
        self.show_progress()
        return batches, measured

    @property
    def leads(self) -> bool:
        """Whether it decides for itself: on a cluster the first process does, for all."""
        return self.job.cluster is None or self.job.cluster.first

    def _agreed(self, count: int) -> int:
        """How many steps to take at once: on a cluster what the first process says."""
        if self.job.cluster is None:
            return count
        agreed = self.job.cluster.agreed(count)
        if agreed < 0:
            self.history.stopped = [*ENDINGS][-agreed - 1]
            raise EndedByTheFirstError
        return agreed

    @contextmanager
    def _together(self) -> Iterator[None]:
        """Begin as all processes of a cluster do, and end where the first one does."""
        cluster = self.job.cluster
        if cluster is None:
            yield
            return
        cluster.check_alike(self.step, self.state)
        if self.over:  # it is known to all: they go on from the same end
            yield
            return
        with suppress(EndedByTheFirstError):
            yield
            if self.leads and self.step < self.end:  # the others would go on
                cluster.agreed(-1 - [*ENDINGS].index(self.history.stopped))

    def show_progress(self) -> None:
        """Tell how far it has come, with the latest report."""
        reports = self.history.reports
        self.progress.tick(self.step - self.first, reports[-1] if reports else None)

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
        for callback in self.callbacks:
            if callback(report) and self.leads:
                self.stop()
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
            if self.reports_since_best >= patience and self.leads:
                self.stop("early")

    def current(self) -> Checkpoint:
        """Where training stands now."""
        generator, epoch = self.batches.position()
        return Checkpoint(self.state, generator, epoch, self.step)

    def standing(self) -> Standing:
        """Where the run itself stands, beside `current()`. Ctrl-C is no end of what goes on from
        there."""
        figures, sizes = self._taken_so_far()
        order, taken = self.batches.order()
        stopped = self.history.stopped
        return Standing(
            first=self.first,
            end=self.end,
            begun=self.step if self._interval_begun is None else self._interval_begun,
            figures=figures,
            sizes=sizes,
            **self._kind(),
            reports=tuple(self.history.reports),
            stopped="finished" if stopped == "interrupted" else stopped,
            best=self.best,
            best_figure=self.best_figure,
            waited=self.reports_since_best,
            order=order,
            taken=taken,
        )

    def _kind(self) -> dict[str, Any]:
        """What a run that goes on must have in common with the one before."""
        job = self.job
        return {
            "rows": job.rows,
            "weighted": "sample_weight" in job.program.arrays,
            "watched": 0 if job.validation is None else len(job.validation[0]),
        }

    def _restore(self, standing: Standing) -> None:
        """Stand where another run stood.

        Raises:
            ValueError: the rows are not as many, or not as weighted, as that one had.
        """
        for name, own in self._kind().items():
            if (before := getattr(standing, name)) != own:
                raise ValueError(f"the run that is to go on {DIFFERENT[name].format(before, own)}")
        if standing.end - standing.first != self.job.training.total_steps(self.job.rows):
            raise ValueError("the run that is to go on has another number of steps")
        taken = self.step - standing.begun
        if taken < 0 or self.step > standing.end:
            raise ValueError("the run that is to go on does not stand between its steps")
        steps = taken if self.job.training.counts_epochs else min(taken, 1)
        if taken and standing.figures.shape != (steps, len(self.job.program.reports)):
            raise ValueError("what the run that is to go on has measured does not fit its steps")
        self.first, self.end = standing.first, standing.end
        if "steps" in self.given:
            self.given["steps"] = self.state["t"] + self.end - self.step
        if taken:
            self._interval_begun = standing.begun
            self._measured, self._sizes = [standing.figures], [standing.sizes]
        self.batches.go_on(standing.order, standing.taken)
        self.history.reports = list(standing.reports)
        self.history.stopped = standing.stopped
        self.best, self.best_figure = standing.best, standing.best_figure
        self.reports_since_best = standing.waited
        if self.job.progress:
            self.progress = Progress(self.end - self.first)

    def checkpoint(self) -> Checkpoint:
        """What is kept: the best that early stopping has seen, or where training stands."""
        return self.best or self.current()

    def go_back(self, checkpoint: Checkpoint, steps: int = 0) -> None:
        """Stand where training stood at `checkpoint`, and `steps` batches further."""
        self.state = dict(checkpoint.values)
        self.batches = Batches(self.job.rows, self.job.training, checkpoint, self.job.shards)
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
        if job.cluster is not None:  # no process has all rows
            self.go_back(before)
            raise NonFiniteError(
                f"training stopped after step {self.step:,}: numbers became infinite or NaN within "
                f"the next {len(batches):,}. Without a cluster the line is named in which they "
                "did; the network keeps its weights from before these steps"
            )
        arrays = self.arrays(self.batches)
        good, bad, state = self._around_trouble(before, arrays, batches, measure=measure)
        values, few = {**state, **self.given}, batches.part(good, bad)
        trouble = first_trouble(job.program, values, arrays, few, measure=measure)
        self.go_back(before, good + trouble.good)
        self.state = trouble.state
        kept = "its best weights" if self.best else "its weights from before that step"
        cause = likely_cause(job.training, job.program, arrays)
        raise NonFiniteError(
            f"training stopped at step {self.step:,}: {trouble.words}. Likely cause: {cause}. "
            f"The network keeps {kept}"
        )

    def _around_trouble(
        self, before: Checkpoint, arrays: Arrays, batches: Stretch, *, measure: bool
    ) -> tuple[int, int, Mapping[str, Any]]:
        """A number of steps that are good, one of a few more that are not, and the state after the
        good ones. The runner finds them by halves: line by line, all steps would take a thousand
        times as long."""
        good, bad, state = 0, len(batches), before.values
        while bad - good > FEW_STEPS:
            middle = (good + bad) // 2
            after, measured = self.job.runner.train(
                copied(state) | self.given, arrays, batches.part(good, middle), measure=measure
            )
            if all_finite(after) and np.isfinite(measured).all():
                good, state = middle, after
            else:
                bad = middle
        return good, bad, state


class EndedByTheFirstError(Exception):
    """The first process of a cluster has ended the training."""


class NoProgress:
    """Progress that nobody wants to see."""

    def tick(self, step: int, report: Report | None, words: str = "") -> None:
        """Show nothing."""

    def close(self) -> None:
        """Nothing to take away."""


def steps_in_time(most: int, taken: int, seconds: float, wanted: float) -> int:
    """How many steps to take next, so that they last about as many seconds as wanted: by how long
    those just taken did, and at most four times as many as before."""
    return max(1, min(most * 4, int(taken * wanted / seconds)))


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
