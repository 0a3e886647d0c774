"""Targets of numbers, brought to a size that a network can learn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FAR = 1000.0
"""A typical size of targets from which "auto" scales them: scikit-learn's defaults, whose steps are
of about 0.001, do not get there. What is below is learned as scikit-learn learns it."""


@dataclass(frozen=True)
class Scaling:
    """(y - mean) / scale, column by column; 0 and 1 leave y as it is."""

    mean: NDArray[Any]
    scale: NDArray[Any]

    @classmethod
    def of(cls, y: NDArray[Any], asked: bool | str) -> Scaling:
        """To mean 0 and standard deviation 1 where that is asked for, or with "auto" where a
        column's typical size, the root of its mean square, is 1000 or more."""
        columns = y.reshape(len(y), -1).astype(np.float64)
        count = columns.shape[1]
        plain = cls(np.zeros(count), np.ones(count))
        with np.errstate(over="ignore", invalid="ignore"):
            mean, deviation = columns.mean(axis=0), columns.std(axis=0)
            far = np.hypot(mean, deviation) >= FAR if asked == "auto" else np.full(count, asked)
        # What does not vary has no size of its own: only its mean is taken off.
        scale = np.where(deviation > 0, deviation, 1.0)
        if not far.any() or not np.isfinite([mean, scale]).all():
            return plain
        return cls(np.where(far, mean, 0.0), np.where(far, scale, 1.0))

    @property
    def changes(self) -> bool:
        """Whether it does anything."""
        return bool(self.mean.any() or (self.scale != 1).any())

    def apply(self, y: NDArray[Any]) -> NDArray[Any]:
        """Targets as the network learns them."""
        return np.asarray((y - self.mean) / self.scale) if self.changes else y

    def restore(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """Outputs in the targets' own units: in float64 where that changes them, as float32 loses
        what a mean far from 0 leaves of its digits."""
        if not self.changes:
            return outputs
        return np.asarray(outputs.astype(np.float64) * self.scale + self.mean)
