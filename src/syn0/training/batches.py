"""Which rows each step takes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.engines import Batch
from syn0.spec import Training
from syn0.training.checkpoint import Checkpoint


class Batches:
    """Gives the row numbers of the next steps, in a new order for every epoch.

    The order comes from the generator at the start of an epoch, so that the generator's state
    there and the number of batches taken say exactly where the epoch stands.
    """

    def __init__(self, rows: int, training: Training, checkpoint: Checkpoint) -> None:
        self._rows, self._size, self._shuffle = rows, training.batch_size, training.shuffle
        self._count = training.batches(rows)
        self._generator = np.random.RandomState()
        self._generator.set_state(checkpoint.generator)
        self._epoch_start = checkpoint.generator
        self._order: NDArray[np.int64] | None = None
        self._taken = 0
        # An epoch that was begun goes on only over as many rows in batches of the same size.
        if checkpoint.epoch is not None and checkpoint.epoch[:2] == (rows, self._size):
            self._begin_epoch()
            self._taken = checkpoint.epoch[2]

    def take(self, count: int) -> list[Batch]:
        """The row numbers of the next `count` steps; None for all rows."""
        if self._size is None:
            return [None] * count
        return [self._next() for _ in range(count)]

    def position(self) -> tuple[tuple[Any, ...], tuple[int, int, int] | None]:
        """The generator's state and the epoch in progress, as a `Checkpoint` holds them."""
        if self._order is None or self._size is None:
            return self._generator.get_state(), None  # type: ignore[return-value]
        return self._epoch_start, (self._rows, self._size, self._taken)

    def _next(self) -> Batch:
        if self._order is None:
            self._begin_epoch()
        assert self._order is not None and self._size is not None  # noqa: S101, PT018
        start = self._taken * self._size
        rows = self._order[start : start + self._size]
        self._taken += 1
        if self._taken == self._count:
            self._order = None
        return rows

    def _begin_epoch(self) -> None:
        self._epoch_start = self._generator.get_state()  # type: ignore[assignment]
        shuffled = self._shuffle
        self._order = self._generator.permutation(self._rows) if shuffled else np.arange(self._rows)
        self._taken = 0
