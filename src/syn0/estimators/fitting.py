"""scikit-learn's rules of a training: when it stops, how its rate falls, and what it tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from syn0.estimators.kept import keeps_fields
from syn0.estimators.parameters import MLPParameters
from syn0.training import Report, Run

LEAST_RATE, SLOWER = 1e-6, 5.0
"""Of "adaptive": the rate at which training stops, and what a rate is divided by before."""


@dataclass(frozen=True)
class Apart:
    """Rows that say when to stop, as the user gave them; X is (rows, features)."""

    X: Any
    y: Any
    weight: Any = None


def check_rate(made: OptimizerState) -> None:
    """ValueError unless the learning rate is one."""
    rate = made.learning_rate
    if type(rate) is not float or not 0 < rate < float("inf"):
        raise ValueError(f"the learning rate must be a number above 0, not {rate!r}")


@keeps_fields(check_rate)
@dataclass
class OptimizerState:
    """What a solver keeps from one call of `partial_fit` to the next, beside the network's own
    state: the learning rate."""

    learning_rate: float


@dataclass
class Standing:
    """What an estimator tells of its training: each its attribute with an underscore behind it.

    The last three are for itself: what `t` counts are rows, and a search has no rate.
    """

    loss_curve: list[float]
    n_iter: int
    t: int
    best_loss: float | None
    validation_scores: list[float] | None
    best_validation_score: float | None
    no_improvement_count: int
    rate: float
    loss: float | None = None

    @classmethod
    def at_start(cls, rate: float) -> Standing:
        """What an untrained estimator tells."""
        return cls([], 0, 0, np.inf, None, None, 0, rate)

    @classmethod
    def of(cls, estimator: Any) -> Standing:
        """What an estimator tells by now: what it lacks, as where coefs_ were set by hand, is as at
        the start."""
        standing = cls.at_start(estimator._optimizer.learning_rate)
        for name in (*TOLD, "loss"):
            setattr(standing, name, getattr(estimator, f"{name}_", getattr(standing, name)))
        standing.no_improvement_count = getattr(estimator, "_no_improvement_count", 0)
        return standing

    def tell(self, estimator: Any) -> None:
        """Set an estimator's attributes."""
        for name in TOLD:
            setattr(estimator, f"{name}_", getattr(self, name))
        if self.loss is not None:
            estimator.loss_ = self.loss
        estimator._no_improvement_count = self.no_improvement_count
        estimator._optimizer = OptimizerState(self.rate)

    def fail(self) -> None:
        """Numbers went bad in an epoch that rows apart were to judge."""
        assert self.validation_scores is not None  # noqa: S101  (there are rows apart)
        self.validation_scores.append(float("nan"))
        self.loss_curve.append(float("nan"))

    def judge_by_scores(self) -> None:
        """Have the scores on the rows set apart say when to stop, if they have not before."""
        if self.validation_scores is None:
            self.validation_scores, self.best_validation_score = [], -np.inf
            self.best_loss = None


TOLD = (
    "loss_curve", "n_iter", "t", "best_loss", "validation_scores", "best_validation_score",
)  # fmt: skip
"""What of a standing has an attribute of its name."""


class Course:
    """Follows a run, epoch by epoch or by L-BFGS's iterations, and ends it as scikit-learn would.

    Args:
        run: that has not begun.
        given: an estimator, of which only the parameters are read.
        standing: kept up to date.
        score: of the weights as they stand, for rows that were set apart: higher is better, and it
            may be NaN; None where the training loss says when to stop.
        watch: told at the end of each epoch; a true answer stops training. None where nobody is.
    """

    def __init__(
        self,
        run: Run,
        given: MLPParameters,
        standing: Standing,
        score: Callable[[], float] | None,
        watch: Callable[[Report], bool] | None,
    ) -> None:
        self.run, self.given, self.standing = run, given, standing
        self.score, self.watch = score, watch
        self.searches = bool(run.job.program.pulls)
        self.sets_the_rate = run.rate is not None
        if self.sets_the_rate:
            run.rate = standing.rate
        # Where training goes on from weights that were validated, scikit-learn leaves the last ones
        # in place if none are better.
        if score is not None and not standing.validation_scores:
            run.best = run.current().copy()

    def go(self) -> None:
        """Train; NonFiniteError where numbers go bad."""
        self.run.go([self.report], ahead=not (self.score or self.watch or self.sets_the_rate))
        if self.run.lowest is not None:
            self.standing.loss = self.run.lowest

    def report(self, report: Report) -> bool:
        """An epoch, or an iteration of L-BFGS, is over; whether somebody wants training to stop."""
        standing = self.standing
        standing.loss_curve.append(report.loss)
        standing.loss = report.loss
        if self.searches and self.run.step - self.run.first == standing.n_iter:
            return False  # where a search found its end, it reports once more
        standing.n_iter += 1
        if self.given.verbose:
            print(f"Iteration {standing.n_iter}, loss = {report.loss:.8f}")
        if not self.searches:
            self.end_of_epoch(report.loss)
        return self.watch is not None and self.watch(report)

    def end_of_epoch(self, loss: float) -> None:
        """Judge the epoch, change the learning rate, and decide whether to go on."""
        given, standing = self.given, self.standing
        standing.t += self.run.job.rows
        if self.score is None:
            watched, better = "Training loss", self.loss_is_better(loss)
        else:
            watched, better = "Validation score", self.score_is_better(self.score())
        standing.no_improvement_count = 0 if better else standing.no_improvement_count + 1
        if given.solver == "sgd" and given.learning_rate == "invscaling":
            self.set_rate(given.learning_rate_init / (standing.t + 1) ** given.power_t)
        if standing.no_improvement_count > given.n_iter_no_change:
            self.improves_no_more(
                f"{watched} did not improve more than tol={given.tol:f} for "
                f"{given.n_iter_no_change} consecutive epochs."
            )

    def loss_is_better(self, loss: float) -> bool:
        """Whether the loss is lower than all before, by the tolerance."""
        best = np.inf if self.standing.best_loss is None else self.standing.best_loss
        self.standing.best_loss = min(best, loss)
        return not loss > best - self.given.tol

    def score_is_better(self, score: float) -> bool:
        """Whether the score is higher than all before, by the tolerance; keeps the best weights."""
        scores, best = self.standing.validation_scores, self.standing.best_validation_score
        assert scores is not None and best is not None  # noqa: S101, PT018  (rows are apart)
        scores.append(score)
        if self.given.verbose:
            print(f"Validation score: {score:f}")
        if score > best:
            self.standing.best_validation_score = score
            self.run.best = self.run.current().copy()
        return not score < best + self.given.tol

    def improves_no_more(self, words: str) -> None:
        """Stop, or go on more slowly where the learning rate is adaptive."""
        given, standing = self.given, self.standing
        adaptive = given.solver == "sgd" and given.learning_rate == "adaptive"
        if adaptive and standing.rate > LEAST_RATE:
            self.set_rate(standing.rate / SLOWER)
            standing.no_improvement_count = 0
            what = f"Setting learning rate to {standing.rate:f}"
        else:
            self.run.stop("early")
            what = "Learning rate too small. Stopping." if adaptive else "Stopping."
        if given.verbose:
            print(words, what)

    def set_rate(self, rate: float) -> None:
        """The learning rate of the next epoch."""
        self.standing.rate = self.run.rate = float(rate)
