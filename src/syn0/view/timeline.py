"""A run as a line in time: any step of it, both ways, exactly.

States are kept at every so many steps, and the steps between are taken again from the nearest one
before: the numpy engine gives the same bits each time. Never a whole trace is kept: 60,000 steps of
a small network would fill 43 MB, ten epochs of MNIST 13 GB.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.explain import Trace, trace_step
from syn0.training import Batches, Run
from syn0.training.checkpoint import copied

BUDGET = 128 * 2**20
"""Bytes of the states that a run keeps."""

HOT = 32
"""Last states that are kept beside, so that going back again costs one trace."""

HOT_BUDGET = BUDGET // 4
GENERATOR_BYTES = 2_700
LARGE_STATE = 2**14
STEPS_APART = 512, 64
"""Steps from one state that is kept to the next, at first: of small states, and of large ones,
whose steps take longer."""


@dataclass(frozen=True)
class Moment:
    """Where a run stands before a step: its state, and the rows to come."""

    step: int
    values: Mapping[str, Any]
    batches: Batches

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        state = sum(np.asarray(value).nbytes for value in self.values.values())
        return state + GENERATOR_BYTES


@dataclass(frozen=True)
class Hand:
    """A number that a hand writes into an array, before a step."""

    step: int
    array: str
    place: tuple[int, ...]
    value: float


@dataclass
class Curve:
    """What steps reported: thinned where it grows long, least and greatest kept."""

    most: int = 2_000
    steps: list[int] = field(default_factory=list)
    figures: list[tuple[float, float]] = field(default_factory=list)

    def add(self, step: int, loss: float, error: float) -> None:
        """One more point, if it lies beyond the last one."""
        if self.steps and step <= self.steps[-1]:
            return
        self.steps.append(step)
        self.figures.append((loss, error))
        if len(self.steps) >= 4 * self.most:
            keep = thinned([loss for loss, _ in self.figures], self.most)
            self.steps = [self.steps[k] for k in keep]
            self.figures = [self.figures[k] for k in keep]

    def cut(self, step: int) -> None:
        """Forget what came at this step or later."""
        kept = int(np.searchsorted(self.steps, step))
        del self.steps[kept:], self.figures[kept:]

    def arrays(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Steps, losses and errors, at most so many."""
        figures = np.array(self.figures, np.float64).reshape(-1, 2)
        keep = thinned(figures[:, 0], self.most)
        steps = np.array(self.steps, np.float64)
        return steps[keep], figures[keep, 0], figures[keep, 1]


def thinned(values: Sequence[float] | NDArray[Any], most: int) -> list[int]:
    """Places of at most so many values: of each of equal pieces the least and the greatest, and the
    last one."""
    count = len(values)
    if count <= most:
        return list(range(count))
    edges = np.linspace(0, count, most // 2, dtype=int)
    array = np.asarray(values)
    keep = {count - 1}
    for start, end in pairwise(edges):
        piece = array[start:end]
        keep |= {start + int(piece.argmin()), start + int(piece.argmax())}
    return sorted(keep)


class Timeline:
    """The steps of a run.

    Attributes:
        run: stands anywhere; `moment` says where it is taken from.
        hands: what hands wrote, in the order in which they did.
        curve: of the steps that were measured.
        reports: (step, figures) at each interval, as the printed program prints them.
        furthest: the furthest step that was reached.
        taken_again: steps taken since the last look, to get where it stands.
    """

    def __init__(self, run: Run, hands: Sequence[Hand] = ()) -> None:
        self.run, self.hands = run, list(hands)
        self.first, self.end = run.first, run.end
        self.interval = run.job.training.interval(run.job.rows)
        self.curve = Curve()
        self.reports: dict[int, tuple[float, ...]] = {}
        self.taken_again = 0
        self.furthest = run.step
        self.kept: dict[int, Moment] = {}
        self.hot: OrderedDict[int, Moment] = OrderedDict()
        self.traces: OrderedDict[int, Trace] = OrderedDict()
        self.steps, self.seconds = 1.0, 1e-4
        self.origin = self.now()
        self.apart = STEPS_APART[self.origin.size > LARGE_STATE]
        self.settle()

    # ----------------------------------------------------------------------------------- keeping

    def now(self) -> Moment:
        """Where the run stands, with arrays of its own."""
        return Moment(self.run.step, copied(self.run.state), self.run.batches.copy())

    def settle(self) -> None:
        """Stand at the start of a step: write what hands wrote there, and keep it if it is due."""
        step = self.run.step
        for hand in self.hands:
            if hand.step == step:
                self.run.state = copied(self.run.state)
                self.run.state[hand.array][hand.place] = hand.value
        self.furthest = max(self.furthest, step)
        if (step - self.first) % self.apart == 0 and step not in self.kept:
            self.kept[step] = self.now()
            size = self.kept[step].size
            while len(self.kept) > 2 and len(self.kept) * size > BUDGET - HOT_BUDGET:
                self.apart *= 2
                self.kept = {
                    k: moment
                    for k, moment in self.kept.items()
                    if (k - self.first) % self.apart == 0
                }

    def keep_hot(self) -> None:
        """Keep where the run stands among the last states."""
        moment = self.now()
        self.hot[moment.step] = moment
        self.hot.move_to_end(moment.step)
        most = max(2, min(HOT, HOT_BUDGET // max(moment.size, 1)))
        while len(self.hot) > most:
            self.hot.popitem(last=False)

    def nearest(self, step: int) -> Moment:
        """The last moment that is kept, at a step or before it."""
        before = [k for k in (*self.kept, *self.hot) if k <= step]
        best = max(before, default=None)
        if best is None:
            return self.origin
        return self.hot.get(best) or self.kept[best]

    def stand(self, moment: Moment) -> None:
        """Take the run to a moment that is kept."""
        self.run.step = moment.step
        self.run.state = copied(moment.values)
        self.run.batches = moment.batches.copy()
        if moment is self.origin:
            self.settle()

    def write(self, hand: Hand) -> None:
        """A hand writes; what came after is forgotten."""
        self.hands.append(hand)
        self.forget(hand.step)
        self.stand(self.origin)

    def forget(self, step: int) -> None:
        """Forget what was at this step or later."""
        self.kept = {k: moment for k, moment in self.kept.items() if k < step}
        tables: list[MutableMapping[int, Any]] = [self.hot, self.traces, self.reports]
        for table in tables:
            for k in [k for k in table if k >= step]:
                del table[k]
        self.curve.cut(step)
        self.furthest = min(self.furthest, step)

    # -------------------------------------------------------------------------------------- going

    def go(self, step: int, seconds: float = float("inf")) -> bool:
        """Stand before a step; False where the time was not enough: ask again.

        Raises:
            NonFiniteError: a number goes bad on the way; the run stands before that step.
        """
        step = min(max(step, self.first), self.end)
        moment = self.nearest(step)
        if not moment.step <= self.run.step <= step:
            self.stand(moment)
        end = time.perf_counter() + seconds
        with self.at_work():
            while self.run.step < step:
                left = end - time.perf_counter()
                if left <= 0:
                    return False
                self.some(step, left, hot_from=step - HOT)
        self.keep_hot()
        return True

    def advance(self, seconds: float, until: int) -> None:
        """Train for so many seconds, or until a step; as `go`."""
        end = time.perf_counter() + seconds
        with self.at_work():
            while self.run.step < until and time.perf_counter() < end:
                self.measured_step()  # for the curve
                if self.run.step < until and (left := end - time.perf_counter()) > 0:
                    self.some(until, left, hot_from=until - 1)

    def at_work(self) -> AbstractContextManager[object]:
        """What the engine sets up around many steps."""
        job = self.run.job
        return job.runner.at_work(job.training.batch_size or job.rows)

    def some(self, until: int, seconds: float, hot_from: int) -> None:
        """A stretch of steps for about so many seconds, to the next step at which there is
        something to do."""
        step = self.run.step
        stops = [until, *(k for k in self.stops(step) if k > step)]
        if step >= hot_from:
            self.keep_hot()
            stops.append(step + 1)
        else:
            stops.append(hot_from)
        most = min(min(k for k in stops if k > step) - step, self.worth(seconds))
        if (step - self.first) % self.interval == 0 and step not in self.reports:
            self.measured_step()
        else:
            self.stretch(most, measure=False)

    def stops(self, step: int) -> Iterator[int]:
        """Steps after this one at which there is something to do: to keep a state, to report, or
        what a hand wrote."""
        done = step - self.first
        yield self.first + (done // self.apart + 1) * self.apart
        yield self.first + (done // self.interval + 1) * self.interval
        yield from (hand.step for hand in self.hands)

    def worth(self, seconds: float) -> int:
        """The steps that take about so long."""
        return max(1, int(min(seconds, 1) * self.steps / self.seconds))

    def measured_step(self) -> None:
        """One step, with what it reports."""
        step = self.run.step
        figures = self.stretch(1, measure=True)
        self.note(step, figures[0])

    def note(self, step: int, figures: Sequence[float]) -> None:
        """Remember what a step reported."""
        self.curve.add(step, float(figures[0]), float(figures[1]))
        if (step - self.first) % self.interval == 0:
            self.reports[step] = tuple(map(float, figures))

    def stretch(self, most: int, *, measure: bool) -> NDArray[np.float64]:
        """Steps, and the time that they take."""
        run, step = self.run, self.run.step
        started = time.perf_counter()
        _, figures = run.stretch(most, measure=measure)
        count = run.step - step
        self.taken_again += count
        # By the latest stretches, long ones most: a single step is mostly what starting one costs.
        self.steps = 0.7 * self.steps + count
        self.seconds = 0.7 * self.seconds + time.perf_counter() - started
        self.settle()
        return figures

    # ------------------------------------------------------------------------------------ looking

    def trace(self, step: int) -> Trace:
        """A step, line by line. The run may stand anywhere afterwards; as `go`."""
        if step not in self.traces:
            self.go(step)
            run = self.run
            (batch,) = run.batches.copy().take(1)
            job = run.job
            values = {**copied(run.state), **run.given}
            rows = job.training.batch_size or job.rows
            self.traces[step] = trace = trace_step(
                job.program, values, job.arrays, batch, step=step, rows=rows
            )
            figures = [trace.values[name] for name in job.program.reports]
            if np.isfinite(figures).all():
                self.note(step, figures)
        self.traces.move_to_end(step)
        while len(self.traces) > 2:
            self.traces.popitem(last=False)
        return self.traces[step]

    def bad_line(self, step: int) -> int | None:
        """The first line of a step whose value is not finite; None where all are."""
        for k, line in enumerate(self.trace(step).lines):
            if not np.isfinite(np.asarray(line.value, np.float64)).all():
                return k
        return None
