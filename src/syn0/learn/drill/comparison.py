"""Runs of a learner's program beside the exercise's: on its own table, and on random ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from syn0.derive import loss_of
from syn0.learn.drill.matching import Array
from syn0.learn.drill.reference import Follower, Seen, Step
from syn0.learn.drill.sandbox import Run
from syn0.learn.drill.steps import STEPS, divisions

if TYPE_CHECKING:
    from syn0.learn.drill.exercise import Exercise


@dataclass(frozen=True)
class Comparison:
    """One run beside the exercise's.

    Attributes:
        steps: as far as they were taken.
        names: the learner's names of the weights.
        lacking: weights that were not found before the training.
        run: what was compared.
    """

    steps: Sequence[Step]
    names: Mapping[str, str]
    lacking: Sequence[str]
    run: Run

    @property
    def right(self) -> bool:
        """Whether all weights agree after each of three steps."""
        return (
            not self.lacking
            and len(self.steps) == STEPS
            and all(s.right for step in self.steps for s in self.decisive(step))
        )

    def decisive(self, step: Step) -> list[Seen]:
        """The last binding of each weight."""
        last = {s.line.target: s for s in step.seen if s.line.target in self.names}
        return list(last.values())

    @property
    def score(self) -> int:
        """How much was found: by it one way of dividing the run is preferred to another."""
        found = sum(s.right for step in self.steps for s in step.seen)
        return found + 1000 * self.right


def compare(exercise: Exercise, run: Run, X: Array | None, y: Array | None) -> Comparison:
    """One run beside the exercise's, divided into steps as fits best."""
    if X is None or y is None:
        X, y = exercise.shaped()
    follower = Follower(exercise, X, y)
    found = [Comparison(*follower.follow(d), run) for d in divisions(run)]
    return max(found, key=lambda comparison: comparison.score)


def other_data(exercise: Exercise) -> list[dict[str, Array]]:
    """Two tables of random numbers, all different; no layer has as many units as they have rows."""
    sizes = {*exercise.network.sizes, len(exercise.data.X)}
    least = max(5, 2 * (exercise.training.batch_size or 1) + 1)
    counts = [n for n in range(least, least + 40) if n not in sizes][:2]
    random = np.random.RandomState(20)
    kind = loss_of(exercise.network).row.targets
    columns = exercise.shaped()[1].shape[1]
    return [
        {
            "X": random.uniform(-2, 2, (n, exercise.network.inputs)),
            "y": targets(kind, (n, columns), random),
        }
        for n in counts
    ]


def targets(kind: str, size: tuple[int, int], random: np.random.RandomState) -> Array:
    """Random targets such as a loss takes."""
    values = random.uniform(0.05, 0.95, size)
    if kind == "classes":
        return np.asarray(values / values.sum(axis=1, keepdims=True))
    if kind == "sides":
        return np.where(values < 0.5, -1.0, 1.0)
    return np.ceil(values * 5) if kind == "counts" else values
