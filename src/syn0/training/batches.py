"""Which rows each step takes."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.engines import Stretch
from syn0.spec import Training
from syn0.training.checkpoint import WORDS, Checkpoint
from syn0.training.shards import Shards, Window

WIDE_ROWS = 1_000_000


class Batches:
    """Gives the row numbers of the next steps, in a new order for every epoch.

    The order comes from the generator at the start of an epoch, so that the generator's state
    there and the number of batches taken say exactly where the epoch stands. Of rows in several
    shards it comes window by window, and rows are counted within their window: see `Shards`.

    Attributes:
        window: the shards of which the latest steps took rows.
    """

    def __init__(
        self, rows: int, training: Training, checkpoint: Checkpoint, shards: Shards | None = None
    ) -> None:
        self._rows, self._size, self._training = rows, training.batch_size, training
        self._shards = shards or Shards(max(rows, 1))
        self._in_parts = self._shards.count(rows) > 1
        self._count = training.batches(rows)
        self._generator = generator_at(checkpoint.generator)
        self._state: tuple[Any, ...] | None = checkpoint.generator  # None: it has drawn since
        self._epoch_start = checkpoint.generator
        self._windows: list[Window] = []
        self.window: Window = np.zeros(1, np.int64)
        self._order: NDArray[np.int32] | None = None
        self._last: NDArray[np.int32] | None = None
        self._taken = self._first = 0  # of the epoch's batches; and which the window begins with
        # An epoch that was begun goes on only over as many rows in batches of the same size.
        begun = checkpoint.epoch or (0, 0, 0)
        if begun == self._place(taken := begun[2]) and 0 <= taken < self._count:
            self._begin_window()
            while taken >= self._first + self._in_window:
                self._first += self._in_window
                self._begin_window()
            self._taken = taken

    def take(self, count: int) -> Stretch:
        """The rows of the next `count` steps; of a window's last steps those alone."""
        if self._size is None or not count:
            return Stretch(np.full(count, self._rows))
        parts, sizes = [], np.full(count, self._size)
        done = 0
        while done < count:
            if self._order is None:
                self._begin_window(left=count - done)
            assert self._order is not None  # noqa: S101
            here = self._taken - self._first
            steps = min(count - done, self._in_window - here)
            start, end = here * self._size, (here + steps) * self._size
            parts.append(self._order[start:end])
            done, self._taken = done + steps, self._taken + steps
            if here + steps == self._in_window:  # the last batch of an epoch may be smaller
                sizes[done - 1] -= end - len(self._order)
                self._first, self._order = self._taken, None
                if self._taken == self._count:
                    self._taken = self._first = 0
            if self._in_parts:
                break
        return Stretch(sizes[:done], parts[0] if len(parts) == 1 else np.concatenate(parts))

    def position(self) -> tuple[tuple[Any, ...], tuple[int, ...] | None]:
        """The generator's state and the epoch in progress, as a `Checkpoint` holds them. Of orders
        that are shuffled on, no epoch is taken up again: its order depends on all before it."""
        if self._size is None:  # the generator stays where it is
            return self._epoch_start, None
        if not self._taken or self._training.reshuffle:
            return self._present_state(), None
        return self._epoch_start, self._place(self._taken)

    def upcoming(self) -> Window:
        """The shards of the window that comes after the present one."""
        if self._windows:
            return self._windows[0]
        twin = self.copy()
        twin._begin_epoch()  # whose order is the next thing that is drawn
        return twin._windows[0]

    def order(self) -> tuple[NDArray[np.int32] | None, int]:
        """The latest order and the number of batches taken of it, where each order is a shuffle of
        the one before; None and 0 otherwise, where `position` says the place."""
        if self._last is None:
            return None, 0
        return self._last, self._count if self._order is None else self._taken

    def go_on(self, order: NDArray[np.int32] | None, taken: int) -> None:
        """Stand where other batches stood, by what `order` said of them."""
        if order is not None and self._training.reshuffle and self._size is not None:
            self._last = order
            if taken < self._count:
                self._order, self._taken = order, taken

    def copy(self) -> Batches:
        """The same batches, to be taken independently of these."""
        twin = copy.copy(self)
        twin._windows = [*self._windows]
        if self._size is None:
            return twin
        twin._generator = generator_at(self._present_state())
        return twin

    def _place(self, taken: int) -> tuple[int, ...]:
        """So many batches into an epoch of these rows, as a `Checkpoint` holds it."""
        shards = (self._shards.rows, self._shards.held) if self._in_parts else ()
        return (self._rows, self._size or 0, taken, *shards)

    @property
    def _in_window(self) -> int:
        """Number of batches in the present window."""
        assert self._order is not None  # noqa: S101
        assert self._size is not None  # noqa: S101
        return -(-len(self._order) // self._size)

    def _present_state(self) -> tuple[Any, ...]:
        """The generator's, which takes longer to get than a small step."""
        if self._state is None:
            state: Any = self._generator.get_state()
            self._state = state
        return self._state

    def _shuffle(self, order: NDArray[Any]) -> None:
        self._generator.shuffle(order)
        self._state = None

    def _begin_epoch(self) -> None:
        self._epoch_start = self._present_state()
        order = np.arange(self._shards.count(self._rows))
        if self._training.shuffle:
            self._shuffle(order[: self._rows // self._shards.rows])
        self._windows = self._shards.windows(order)

    def _begin_window(self, left: int = 0) -> None:
        """Take up the next window; `left` steps are still to be taken at once."""
        rows = self._rows
        if self._in_parts:
            if not self._windows:
                self._begin_epoch()
            self.window, *self._windows = self._windows
            rows = int(self._shards.sizes(self.window, rows).sum())
        elif not self._training.reshuffle and left < self._count:
            # Nobody asks for the state before an epoch that is over at once.
            self._epoch_start = self._present_state()
        # A copy of the last order, as stretches that were taken of it are views.
        order = np.arange(rows, dtype=np.int32) if self._last is None else self._last.copy()
        if self._training.shuffle:
            # What `permutation` gives. NumPy shuffles numbers of 64 bits a quarter faster; of long
            # data, where the order is a good part of all memory, half of it is worth more.
            wide = order.astype(np.intp if rows < WIDE_ROWS else np.int32, copy=False)
            self._shuffle(wide)
            order = wide.astype(np.int32, copy=False)
        self._order, self._last = order, order if self._training.reshuffle else None


def generator_at(state: tuple[Any, ...]) -> np.random.RandomState:
    """A generator in a state that `RandomState.get_state()` gave.

    Raises:
        ValueError: it is no such state.
    """
    generator = np.random.RandomState()
    try:
        if not 0 <= state[2] <= WORDS:  # NumPy itself would read beside its numbers
            raise ValueError(f"its position is from 0 to {WORDS}, not {state[2]}")
        generator.set_state(state)
    except (TypeError, ValueError, LookupError) as error:
        raise ValueError(f"the state of the random generator is damaged: {error}") from None
    return generator
