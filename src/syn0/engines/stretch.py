"""The rows that steps take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Batch = NDArray[Any] | None
"""The row numbers of a step; None for all rows."""


@dataclass(frozen=True)
class Stretch:
    """The rows of some steps: a sequence of batches without an array for each.

    Attributes:
        sizes: the number of rows of each step.
        order: the row numbers of all steps end to end; None where each step takes all rows.
    """

    sizes: NDArray[np.int64]
    order: NDArray[np.int32] | None = None

    @classmethod
    def of(cls, batches: Sequence[Batch] | Stretch, rows: int) -> Stretch:
        """A stretch of separate batches, taken from so many rows."""
        if isinstance(batches, Stretch):
            return batches
        chosen = [batch for batch in batches if batch is not None]
        if not chosen:
            return cls(np.full(len(batches), rows, np.int64))
        sizes = np.array([len(batch) for batch in chosen], np.int64)
        return cls(sizes, np.concatenate(chosen).astype(np.int32))

    def __len__(self) -> int:
        return len(self.sizes)

    def part(self, first: int, last: int) -> Stretch:
        """The steps from the one to before the other, by their places."""
        if self.order is None:
            return Stretch(self.sizes[first:last])
        ends = np.concatenate([[0], np.cumsum(self.sizes)])
        return Stretch(self.sizes[first:last], self.order[ends[first] : ends[last]])

    def check(self, rows: int, *, picks: bool) -> None:
        """ValueError unless each row number is one of so many rows, and each step has its own; or
        takes all rows, where the program does not pick them."""
        if self.order is None:
            right = not picks and bool((self.sizes == rows).all())
        else:
            inside = not self.order.size or 0 <= self.order.min() <= self.order.max() < rows
            right = picks and bool(inside and (self.sizes >= 0).all())
            right = right and self.sizes.sum() == len(self.order)
        if not right:
            raise ValueError(f"the steps take rows that are not among the {rows}")

    def sums(self, weight: NDArray[Any]) -> NDArray[Any]:
        """(steps,): the sums of (rows, 1) weights over the rows of each step."""
        if self.order is None:
            return np.full(len(self), weight.sum())
        starts = np.cumsum(self.sizes) - self.sizes
        return np.asarray(np.add.reduceat(weight[self.order, 0], starts, dtype=np.float64))

    def __iter__(self) -> Iterator[Batch]:
        if self.order is None:
            yield from [None] * len(self)
        else:
            yield from np.split(self.order, np.cumsum(self.sizes)[:-1])


Batches = Sequence[Batch] | Stretch
"""The rows of some steps, in turn."""
