"""Which examples push which weight up, and which down, over the steps of a run.

The tutorial's takeaway: an example pushes a weight up where input and target are both 1, down where
the input is 1 and the target 0. A weight that is always pushed the same way gets far; pushes both
ways cancel.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from syn0.derive import prediction_program
from syn0.engines.numpy import NumpyRunner
from syn0.explain.contributions import pull_in
from syn0.explain.text import frame, number, table
from syn0.program import Apply, Expr, Line, Program
from syn0.spec.checks import choice, whole

if TYPE_CHECKING:
    from syn0.explain.replay import Replay
    from syn0.training import Run

MOST_NUMBERS = 2**15
"""Numbers of steps that are counted together."""

MOST_ROWS, MOST_WEIGHTS, MOST_INPUTS = 12, 6, 5
"""Examples, weights and inputs that are shown."""


@dataclass(frozen=True, eq=False)
class Pushes:
    """How often each example pushed each weight that leads to one unit, and which way.

    Attributes:
        name: of the weights: "syn0".
        unit: the unit that they lead to.
        steps: number of steps that were counted.
        up, down: (rows, weights) how often an example pushed a weight up, and down.
        seen: (rows,) in how many steps each example took part.
        rise, fall: (weights,) all pushes up, and down, added up.
        start, now: (weights,) where they stood before, and after.
        X, y: the examples.
    """

    name: str
    unit: int
    steps: int
    up: NDArray[np.int64]
    down: NDArray[np.int64]
    seen: NDArray[np.int64]
    rise: NDArray[np.float64]
    fall: NDArray[np.float64]
    start: NDArray[Any]
    now: NDArray[Any]
    X: NDArray[Any]
    y: NDArray[Any]

    @property
    def still(self) -> NDArray[np.int64]:
        """(rows, weights): how often an example took part and did not push."""
        return self.seen[:, np.newaxis] - self.up - self.down

    def __repr__(self) -> str:
        weights = range(min(self.up.shape[1], MOST_WEIGHTS))
        labels = [f"{self.name}[{k},{self.unit}]" for k in weights]
        rows = [
            [f"{row:,}", few(self.X[row]), few(self.y[row])]
            + [arrows(self.up[row, k], self.down[row, k]) for k in weights]
            for row in range(min(len(self.up), MOST_ROWS))
        ]
        if left := len(self.up) - len(rows):
            rows.append([f"{left:,} more", *[""] * (2 + len(weights))])
        for title, figures in (
            ("all up", self.rise), ("all down", self.fall), ("start", self.start), ("now", self.now)
        ):  # fmt: skip
            rows.append([title, "", "", *(number(figures[k]) for k in weights)])
        head = f"how often each example pushed a weight over {self.steps:,} steps"
        if left := self.up.shape[1] - len(weights):
            head += f" ({left:,} more weights are in to_frame())"
        return "\n".join([head, *table(["row", "X", "y", *labels], rows, left=3 + len(weights))])

    def to_frame(self) -> Any:
        """A pandas DataFrame with a row for each example and weight."""
        rows, weights = np.indices(self.up.shape)
        counts = {"up": self.up, "down": self.down, "still": self.still}
        return frame(
            {"row": rows.ravel(), "weight": weights.ravel()}
            | {name: count.ravel() for name, count in counts.items()}
        )


def arrows(up: int, down: int) -> str:
    """How often up and down; a point for never."""
    return " ".join(f"{way}{count:,}" for way, count in (("↑", up), ("↓", down)) if count) or "·"


def few(values: NDArray[Any]) -> str:
    """A row's first numbers."""
    more = " …" * (len(values) > MOST_INPUTS)
    return " ".join(map(number, values[:MOST_INPUTS])) + more


def pushes(replay: Replay, name: str, unit: int, steps: int | None) -> Pushes:
    """See `Replay.pushes`."""
    job = replay.job
    program = job.program
    matrices = [w for w in program.weights if np.ndim(replay.now.values[w]) == 2]
    name = choice("array of weights", name, matrices)
    if job.training.solver is not None:
        raise ValueError("L-BFGS's steps go where a search finds them: no example pushes weights")
    units = np.shape(replay.now.values[name])[1]
    if whole("unit", unit, least=0) >= units:
        raise ValueError(f"there is no unit {unit}: {name} leads to {units}, from 0")
    run = replay.run(0)
    taken = replay.now.step or job.training.total_steps(job.rows)
    count = taken if steps is None else whole("steps", steps)
    return counted(replay, run, name, unit, count)


def counted(replay: Replay, run: Run, name: str, unit: int, count: int) -> Pushes:
    """The pushes of so many steps of a run, some at a time."""
    job, state = replay.job, dict(run.state)
    runner = NumpyRunner(watching(job.program, name), prediction_program(replay.spec))
    start = state[name][:, unit].copy()
    shape = (job.rows, len(start))
    up, down = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    seen = np.zeros(job.rows, np.int64)
    rise, fall = np.zeros(shape[1]), np.zeros(shape[1])
    step_rows = job.training.batch_size or job.rows
    at_once = max(1, MOST_NUMBERS // (step_rows * (len(start) + 1)))
    with job.runner.at_work(step_rows):
        for first in range(0, count, at_once):
            batches = run.batches.take(min(at_once, count - first))
            state, steps = runner.watched(state | run.given, job.arrays, batches)
            given = np.concatenate([inputs for inputs, _ in steps])
            parts = given * np.concatenate([deltas[:, unit] for _, deltas in steps])[:, np.newaxis]
            rows = batches.order
            if rows is None:
                rows = np.tile(np.arange(job.rows), len(steps))
            np.add.at(up, rows, parts > 0)
            np.add.at(down, rows, parts < 0)
            seen += np.bincount(rows, minlength=job.rows)
            rise += np.maximum(parts, 0).sum(axis=0)
            fall += np.minimum(parts, 0).sum(axis=0)
    X, y, now = job.arrays["X"], job.arrays["y"], state[name][:, unit].copy()
    return Pushes(name, unit, count, up, down, seen, rise, fall, start, now, X, y)


def watching(program: Program, name: str) -> Program:
    """The program of a training that reports, in place of its loss, what the examples put into the
    pull at an array of weights, and what they ask for."""
    parts = zip(("put_in", "asked"), operands(pull_in(program, name)), strict=True)
    idle = set(program.measured)
    before = [line for line in program.lines if line.phase != "update" and line not in idle]
    reports = [Line(target, part, "backward", 0, "") for target, part in parts]
    lines = (*before, *reports, *program.phase("update"))
    return replace(program, lines=lines, reports=tuple(line.target for line in reports))


def operands(pull: Apply) -> tuple[Expr, Expr]:
    """What the examples put in, and what they ask for: of `l0.T @ l1_delta`."""
    turned, asked = pull.args
    assert isinstance(turned, Apply)  # noqa: S101  (see `is_pull`)
    return turned.args[0], asked
