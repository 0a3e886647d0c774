"""A training run that stops as scikit-learn's do, and keeps an estimator's attributes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.engines import Stretch
from syn0.estimators.callbacks import Task
from syn0.training import Checkpoint, Job, Report, Run
from syn0.training.interrupt import Interrupt

LEAST_RATE, SLOWER = 1e-6, 5.0
"""Of "adaptive": the rate at which training stops, and what a rate is divided by before."""


@dataclass(frozen=True)
class Validation:
    """Rows that say when to stop.

    Attributes:
        X: (rows, inputs), as the network takes them.
        score: of the outputs for these rows, higher is better; may be NaN.
    """

    X: NDArray[Any]
    score: Callable[[NDArray[Any]], float]


@dataclass
class OptimizerState:
    """What a solver keeps from one call of `partial_fit` to the next, beside the network's own
    state: the learning rate."""

    learning_rate: float


class Fit(Run):
    """A run for an estimator, whose attributes it keeps up to date.

    Args:
        estimator: with scikit-learn's parameters.
        validation: rows that judge each epoch; None for the training loss.
        task: by which scikit-learn's callbacks are told of it.
    """

    def __init__(
        self,
        job: Job,
        start: Checkpoint,
        *,
        estimator: Any,
        validation: Validation | None,
        task: Task,
    ) -> None:
        super().__init__(job, start)
        self.estimator, self.rows_apart, self.task = estimator, validation, task
        if "rate" in self.given:
            self.given["rate"] = estimator._optimizer.learning_rate
        # Where training goes on from weights that were validated, scikit-learn leaves the last ones
        # in place if none are better.
        if validation is not None and not estimator.validation_scores_:
            self.best = start.copy()

    def interval(self, interrupt: Interrupt) -> None:
        """Train for an epoch; or, where epochs are short and nobody wants the weights after each,
        for many in one go. If it turns out that an earlier one was the last, back to that one."""
        epoch = self.job.training.batches(self.job.rows)
        count = min(self._stretch, self.end - self.step) // epoch
        if count < 2 or not self.runs_ahead:
            self.task.begin()
            super().interval(interrupt)
            return
        before, batches = self.current().copy(), self.batches.copy()
        taken, measured = self.stretch(count * epoch, measure=True)
        figures = measured.reshape(count, epoch, -1)
        rows = np.broadcast_to(taken.sizes.reshape(count, epoch, 1), figures.shape)
        for number, means in enumerate(np.average(figures, axis=1, weights=rows).tolist(), 1):
            self.report(Report(before.step + number * epoch, *means))
            if self.history.stopped != "finished":
                self.state, self.batches, self.step = dict(before.values), batches, before.step
                while (left := before.step + number * epoch - self.step) > 0:
                    self.stretch(left, measure=False)
                return
        if interrupt.requested:
            self.history.stopped = "interrupted"

    @property
    def runs_ahead(self) -> bool:
        """Whether the weights of an epoch matter to nothing but the next one."""
        return self.rows_apart is None and "rate" not in self.given and not self.watched

    @property
    def watched(self) -> bool:
        """Whether anybody wants to see each epoch."""
        return bool(self.estimator.callbacks) or self.task.watched

    def sizes(self, stretches: Sequence[Stretch]) -> NDArray[Any]:
        """Batches count by their rows, whatever these weigh."""
        rows = np.concatenate([stretch.sizes for stretch in stretches])
        return np.column_stack([rows, rows])

    def report(self, report: Report) -> None:
        """An epoch, or an iteration of L-BFGS, is over."""
        est = self.estimator
        self.history.reports.append(report)
        est.loss_curve_.append(report.loss)
        est.loss_ = report.loss
        if self.job.program.pulls and self.step - self.first == est.n_iter_:
            return  # where a search found its end, it reports once more
        est.n_iter_ += 1
        if est.verbose:
            print(f"Iteration {est.n_iter_}, loss = {report.loss:.8f}")
        if not self.job.program.pulls:
            self.end_of_epoch(report.loss)
        if self.watched:
            est._stand_at(self.current())
            stops = [bool(callback(est, report)) for callback in est.callbacks or ()]
            stops.append(self.task.end())
            if any(stops) and self.history.stopped == "finished":
                self.history.stopped = "callback"

    def end_of_epoch(self, loss: float) -> None:
        """Judge the epoch, change the learning rate, and decide whether to go on."""
        est = self.estimator
        est.t_ += self.job.rows
        if self.rows_apart is None:
            watched, better = "Training loss", self.loss_is_better(loss)
        else:
            watched, better = "Validation score", self.score_is_better(self.rows_apart)
        est._no_improvement_count = 0 if better else est._no_improvement_count + 1
        if est.solver == "sgd" and est.learning_rate == "invscaling":
            self.rate = est.learning_rate_init / (est.t_ + 1) ** est.power_t
        if est._no_improvement_count > est.n_iter_no_change:
            self.improves_no_more(
                f"{watched} did not improve more than tol={est.tol:f} for "
                f"{est.n_iter_no_change} consecutive epochs."
            )

    def loss_is_better(self, loss: float) -> bool:
        """Whether the loss is lower than all before, by the tolerance."""
        est = self.estimator
        better = not loss > est.best_loss_ - est.tol
        est.best_loss_ = min(est.best_loss_, loss)
        return better

    def score_is_better(self, validation: Validation) -> bool:
        """Whether the score is higher than all before, by the tolerance; keeps the best weights."""
        est = self.estimator
        est._stand_at(self.current())
        outputs = self.job.runner.predict(self.state | self.given, validation.X)
        score = validation.score(outputs)
        est.validation_scores_.append(score)
        if est.verbose:
            print(f"Validation score: {score:f}")
        better = not score < est.best_validation_score_ + est.tol
        if score > est.best_validation_score_:
            est.best_validation_score_ = score
            self.best = self.current().copy()
        return better

    def improves_no_more(self, words: str) -> None:
        """Stop, or go on more slowly where the learning rate is adaptive."""
        est = self.estimator
        adaptive = est.solver == "sgd" and est.learning_rate == "adaptive"
        if adaptive and self.rate > LEAST_RATE:
            self.rate /= SLOWER
            est._no_improvement_count = 0
            what = f"Setting learning rate to {self.rate:f}"
        else:
            self.history.stopped = "early"
            what = "Learning rate too small. Stopping." if adaptive else "Stopping."
        if est.verbose:
            print(words, what)

    @property
    def rate(self) -> float:
        """The learning rate of the next epoch."""
        return float(self.estimator._optimizer.learning_rate)

    @rate.setter
    def rate(self, value: float) -> None:
        self.estimator._optimizer.learning_rate = self.given["rate"] = value
