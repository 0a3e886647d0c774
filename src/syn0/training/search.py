"""L-BFGS: SciPy searches for the lowest loss, by the loss and the pulls that the program gives."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from syn0.engines import Figures
from syn0.spec import Solver
from syn0.training.history import Report
from syn0.training.interrupt import Interrupt

if TYPE_CHECKING:
    from syn0.training.loop import Run


class StoppedError(Exception):
    """The search ends where it stands."""


def search(run: Run, solver: Solver, interrupt: Interrupt) -> None:
    """Take up to the run's number of the solver's iterations, each a step, from where it stands.

    Raises:
        NonFiniteError: the loss or a pull is infinite or not a number.
    """
    from scipy.optimize import minimize

    seeker = Seeker(run, interrupt)
    try:
        found = minimize(
            seeker.loss_and_gradient,
            seeker.joined(run.state),
            jac=True,
            method="L-BFGS-B",
            options=solver.options(run.end - run.step),
            callback=seeker.took_a_step,
        )
    except StoppedError:
        return
    run.lowest = float(found.fun)
    seeker.finish(out_of_evaluations=found.status == 1)


class Seeker:
    """What SciPy asks, answered by the runner; what it finds, told to the run."""

    def __init__(self, run: Run, interrupt: Interrupt) -> None:
        self.run, self.interrupt = run, interrupt
        self.shapes = {name: np.shape(run.state[name]) for name in run.job.program.pulls}
        ends = np.cumsum([0, *map(math.prod, self.shapes.values())]).tolist()
        self.places = dict(zip(self.shapes, map(slice, ends, ends[1:]), strict=False))
        self.asked: tuple[bytes, Figures] = (b"", ())
        self.first = run.step
        self.figures = self.figures_at(self.joined(run.state))

    def joined(self, values: dict[str, Any]) -> NDArray[np.float64]:
        """The named arrays, end to end."""
        return np.concatenate([np.ravel(values[name]) for name in self.shapes], dtype=np.float64)

    def separate(self, theta: NDArray[np.float64]) -> dict[str, Any]:
        """The arrays that `theta` holds end to end, in the program's dtype; of its own, they are
        views."""
        numbers = theta.astype(self.run.job.program.dtype, copy=False)
        return {
            name: numbers[self.places[name]].reshape(shape) for name, shape in self.shapes.items()
        }

    def loss_and_gradient(self, theta: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """The loss at `theta`, and its gradient."""
        run = self.run
        if self.interrupt.requested:
            run.history.stopped = "interrupted"
            raise StoppedError
        weights = self.separate(theta)
        values = run.state | weights | run.given
        figures, pulls = run.job.runner.gradient(values, run.job.arrays)
        gradient = -self.joined(pulls)
        if not (all(map(math.isfinite, figures)) and np.isfinite(gradient).all()):
            run.fail_at(run.state | weights)
        self.asked = (theta.tobytes(), figures)
        return figures[0], gradient

    def figures_at(self, theta: NDArray[np.float64]) -> Figures:
        """The reports at `theta`, which mostly is where SciPy asked last."""
        if self.asked[0] != theta.tobytes():
            self.loss_and_gradient(theta)
        return self.asked[1]

    def took_a_step(self, theta: NDArray[np.float64]) -> None:
        """An iteration is done: keep what it found, report at the end of an interval."""
        run = self.run
        run.state = run.state | self.separate(theta.copy())
        run.step += 1
        run.show_progress()
        training = run.job.training
        if run.step - self.first >= training.interval(run.job.rows) or run.step == run.end:
            self.report()
            self.first, self.figures = run.step, self.figures_at(theta)
            if run.history.stopped != "finished":
                raise StoppedError
        if run.keeper is not None:
            run.keeper.look(run)

    def report(self) -> None:
        """The figures from the interval's start."""
        by_epoch = self.run.job.training.counts_epochs
        self.run.report(Report(self.run.step if by_epoch else self.first, *self.figures))

    def finish(self, *, out_of_evaluations: bool) -> None:
        """Report what is left and, where the search found its end before its last step, that."""
        run = self.run
        if run.step > self.first:
            self.report()
        if run.step < run.end and run.history.stopped == "finished":
            run.history.stopped = "evaluations" if out_of_evaluations else "converged"
            self.first, self.figures = run.step, self.figures_at(self.joined(run.state))
            self.report()
