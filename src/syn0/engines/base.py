"""What every engine offers to training and to models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from syn0.program import Shape

Values = dict[str, Any]
"""The values of names: arrays, and plain numbers such as the step count `t`."""

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

Arrays = Mapping[str, NDArray[Any]]
"""The program's inputs that hold an entry a row, by name: X (rows, inputs), y (rows, target
columns) and, where rows are weighted, sample_weight (rows, 1); all in the program's dtype."""

Figures = tuple[float, ...]
"""What a program reports of a step: loss, error and what else there is."""


def fitting(name: str, value: Any, shape: Shape, dtype: str) -> NDArray[Any]:
    """An array as programs take it: of this shape and dtype, row by row; itself where it is so.
    Compiled code reads as far as its program says, so every array passes here before each call.

    Raises:
        ValueError: it holds other than real numbers, or has another shape.
    """
    array = np.asarray(value)
    if array.shape != shape or array.dtype.kind not in "biuf":
        raise ValueError(
            f"array {name} has shape {array.shape} and holds {array.dtype}, but the network takes "
            f"{dtype} of shape {tuple(map(int, shape))}"
        )
    fitted = np.ascontiguousarray(array, dtype)
    return fitted if fitted.flags.aligned else fitted.copy()


class Runner(Protocol):
    """A network's programs, made ready to run.

    `values` holds the state, the constants and the plain numbers of the program.
    """

    name: str
    notice: str
    """Why this engine runs what another was asked to; "" where it was not."""

    def at_work(self, rows: int) -> AbstractContextManager[object]:
        """What to set up around many steps of so many rows."""

    def train(
        self, values: Values, arrays: Arrays, batches: Batches, *, measure: bool
    ) -> tuple[Values, NDArray[np.float64]]:
        """Take one step a batch. Returns the new state and, when `measure`, (steps, reports) from
        before each update, otherwise (0, reports): an array, since so many tuples would set off
        Python's collection of garbage, which takes longer than the steps do. Arrays in `values`
        may be changed in place; plain numbers stay plain, since a NumPy number would widen float32
        arrays (NEP 50)."""

    def gradient(self, values: Mapping[str, Any], arrays: Arrays) -> tuple[Figures, Values]:
        """For a program whose updates are left to a solver: its reports, and the pull of each
        weight by the weight's name."""

    def predict(self, values: Mapping[str, Any], X: NDArray[Any]) -> NDArray[Any]:
        """The (rows, outputs) prediction."""

    def evaluate(
        self, values: Mapping[str, Any], X: NDArray[Any], y: NDArray[Any]
    ) -> tuple[float, float]:
        """The (loss, error) of the prediction for X against y."""
