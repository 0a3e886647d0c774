"""Rows that do not all stand in memory: in what order epochs take them, and how they get there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from syn0.engines import Arrays

Window = NDArray[np.int64]
"""The numbers of the shards that are held at once."""


@dataclass(frozen=True)
class Shards:
    """How epochs go through rows of which only some are held at once.

    Shard k holds the rows from k * `rows` on; the last one may be shorter. An epoch takes the
    shards in a new order, a shorter one always last, `held` of them at a time: that is a window,
    whose rows are taken in a new order. Both orders come from the seed's generator, the shards'
    when the epoch begins, a window's when it begins; with one shard all is as without.

    Attributes:
        rows: of a shard; where there is more than one, a multiple of the batch size.
        held: number of shards in a window.
    """

    rows: int
    held: int = 1

    def __post_init__(self) -> None:
        for name in ("rows", "held"):
            if getattr(self, name) < 1:
                raise ValueError(f"shards: {name} must be at least 1, not {getattr(self, name)}")

    def count(self, rows: int) -> int:
        """How many shards so many rows make."""
        return -(-rows // self.rows)

    def sizes(self, window: Window, rows: int) -> NDArray[np.int64]:
        """The number of rows of each shard of a window, of so many rows in all."""
        return np.minimum(self.rows, rows - window * self.rows)

    def windows(self, order: Window) -> list[Window]:
        """The windows in which an epoch takes the shards, in this order."""
        return [order[first : first + self.held] for first in range(0, len(order), self.held)]


class Stored(Protocol):
    """Rows on disk, as a program takes them."""

    @property
    def rows(self) -> int:
        """How many there are."""

    def empty(self, rows: int) -> dict[str, NDArray[Any]]:
        """Room for so many rows: the program's arrays, by name."""

    def read(self, first: int, out: Mapping[str, NDArray[Any]]) -> None:
        """Fill arrays with the rows from `first` on, on any thread.

        Raises:
            OSError: they cannot be read.
            ValueError: they hold what a program cannot take.
        """


class Feed:
    """Brings windows into memory, each while the one before is trained on.

    Two windows have room, which is taken once; a thread fills the one that is not in use.
    """

    def __init__(self, stored: Stored, shards: Shards) -> None:
        self._stored, self._shards = stored, shards
        most = min(shards.rows * shards.held, stored.rows)
        self._here, self._other = stored.empty(most), stored.empty(most)
        self._window: Window | None = None
        self._views: Arrays = {}  # the same ones for a window: engines know arrays again by these
        self._coming: tuple[Window, Future[None]] | None = None
        self._reader = ThreadPoolExecutor(1, "syn0-reader")

    def arrays(self, window: Window, upcoming: Callable[[], Window]) -> Arrays:
        """The rows of a window, shard after shard. What it says is upcoming begins to be read."""
        if self._window is None or not np.array_equal(window, self._window):
            self._bring(window)
        if self._coming is None and self._shards.count(self._stored.rows) > self._shards.held:
            following = upcoming()
            self._coming = (following, self._reader.submit(self._fill, self._other, following))
        return self._views

    def close(self) -> None:
        """End the thread, once it has read what it is at."""
        self._reader.shutdown(cancel_futures=True)

    def _bring(self, window: Window) -> None:
        coming, self._coming = self._coming, None
        if coming is not None:
            coming[1].result()
        if coming is None or not np.array_equal(coming[0], window):
            self._fill(self._other, window)
        self._here, self._other, self._window = self._other, self._here, window
        rows = int(self._shards.sizes(window, self._stored.rows).sum())
        self._views = {name: array[:rows] for name, array in self._here.items()}

    def _fill(self, arrays: Mapping[str, NDArray[Any]], window: Window) -> None:
        start = 0
        sizes = self._shards.sizes(window, self._stored.rows)
        for shard, rows in zip(window.tolist(), sizes.tolist(), strict=True):
            part = {name: array[start : start + rows] for name, array in arrays.items()}
            self._stored.read(shard * self._shards.rows, part)
            start += rows
