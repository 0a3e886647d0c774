"""How time grows: the same network with more rows, width, depth or steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from syn0.bench.measure import Result
from syn0.bench.works import Work, classifier_work
from syn0.spec import SGD

FITTED = 3
"""How many of the largest points tell how time grows: small works cost what calls cost."""


@dataclass(frozen=True)
class Curve:
    """One thing that grows.

    Attributes:
        name: what grows.
        what: the works, in words.
        points: its sizes.
        work: the work of a size.
    """

    name: str
    what: str
    points: tuple[int, ...]
    work: Callable[[int], Work]

    def seconds(self, results: Sequence[Result]) -> dict[str, dict[int, float]]:
        """Seconds of a step, or of all where steps grow, by title and size; for the results
        of the first sizes or of all."""
        found: dict[str, dict[int, float]] = {}
        for size, result in zip(self.points, results, strict=False):
            for timing in result.timings:
                steps = result.work.steps if result.work.whole else 1
                found.setdefault(timing.title, {})[size] = timing.step * steps
        return found


def exponent(seconds: dict[int, float]) -> float | None:
    """The power of the size with which time grows at last, by least squares; None for one size."""
    points = list(seconds.items())[-FITTED:]
    if len(points) < 2:
        return None
    sizes, times = np.log(points).T
    return float(np.polyfit(sizes, times, 1)[0])


def with_rows(rows: int) -> Work:
    """The work with batches of so many rows."""
    return classifier_work((64, 128, 128, 10), rows, SGD(0.01))


def with_width(width: int) -> Work:
    """The work with hidden layers of so many units."""
    return classifier_work((64, width, width, 10), 128, SGD(0.01))


def with_depth(depth: int) -> Work:
    """The work with so many hidden layers."""
    return classifier_work((64, *[64] * depth, 10), 128, SGD(0.01))


def with_steps(steps: int) -> Work:
    """The work with so many steps in a call."""
    return replace(classifier_work((20, 64, 2), 32, SGD(0.01)), steps=steps, whole=True)


CURVES = (
    Curve("rows", "a step of 64-128-128-10", (8, 32, 128, 512, 2048), with_rows),
    Curve("width", "a step of 64-N-N-10, batches of 128", (16, 64, 256, 1024), with_width),
    Curve("depth", "a step of 64-64-…-10, batches of 128", (1, 2, 4, 8, 16), with_depth),
    Curve("steps", "all steps of 20-64-2, batches of 32", (1, 10, 100, 1000), with_steps),
)
