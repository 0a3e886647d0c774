"""Arrays as the page shows them: whole where they are small, in blocks where they are not, and
never more bytes than a message may have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.spec.once import once
from syn0.view.protocol import Message, Shown, Window

MOST_WHOLE = 1_024
"""Entries of an array that is sent whole."""

THUMBNAIL, DETAIL = (12, 8), (48, 32)
"""Blocks of a larger one, down and across."""

FRAME_BYTES = 128 * 1024
HEADER_BYTES = 400
"""Of the JSON that describes an array, about, and of as many more as may stand around it."""

SMALL_BYTES = 2**18
"""Of an array for which one call costs less than one for each band of it."""

FIGURES = (np.add, np.minimum, np.maximum)
"""Of a block."""

WINDOW_ROWS, WINDOW_COLUMNS = 24, 16


class Pack:
    """A message as it grows: arrays that it refers to, within a budget of bytes. In a small one
    arrays are thumbnails, unless they are as small themselves."""

    def __init__(
        self, budget: int = FRAME_BYTES - 24 * HEADER_BYTES, *, is_small: bool = False
    ) -> None:
        self.arrays: list[NDArray[Any]] = []
        self.left = budget
        self.most_whole = THUMBNAIL[0] * THUMBNAIL[1] if is_small else MOST_WHOLE
        self.detail = (THUMBNAIL,) if is_small else (DETAIL, THUMBNAIL)

    def add(self, array: NDArray[Any]) -> int:
        """The place of an array in the message."""
        self.arrays.append(array)
        self.left -= array.nbytes + 60
        return len(self.arrays) - 1

    def message(self, header: Any) -> Message:
        """The message."""
        return dict(header), self.arrays

    def shown(
        self,
        name: str,
        value: Any,
        *,
        age: str = "now",
        changed: bool = False,
        detail: bool = False,
    ) -> Shown:
        """An array, or the summary of one, as it is shown; None is one that is not there yet."""
        self.left -= HEADER_BYTES
        if value is None:
            return entry(name, None, "none", changed=False)
        summary = value if isinstance(value, Summary) else Summary(value)
        described = entry(name, summary, age, changed=changed)
        array = on_the_wire(summary.value)
        if array.size <= self.most_whole and array.nbytes <= self.left:
            described["values"] = self.add(array)
        elif array.size:
            for most in self.detail if detail else (THUMBNAIL,):
                if 3 * most[0] * most[1] * 4 <= self.left:
                    blocks, size = summary.blocks(most)
                    described["blocks"], described["block"] = self.add(blocks), size
                    break
        return described


class Summary:
    """What is shown of a value that is too large to be shown whole; worked out once."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self._blocks: dict[tuple[int, int], tuple[NDArray[np.float32], list[int]]] = {}

    @once
    def extent(self) -> tuple[float | None, int]:
        """See `extent`."""
        return extent(np.asarray(self.value))

    def blocks(self, most: tuple[int, int]) -> tuple[NDArray[np.float32], list[int]]:
        """See `in_blocks`."""
        if most not in self._blocks:
            array = on_the_wire(self.value)
            grid = np.atleast_2d(array) if array.ndim != 1 else array[np.newaxis]
            self._blocks[most] = in_blocks(grid, most)
        return self._blocks[most]


def entry(name: str, summary: Summary | None, age: str, *, changed: bool) -> Shown:
    """What is said of an array beside its entries."""
    limit, bad = (None, 0) if summary is None else summary.extent
    value = None if summary is None else summary.value
    dtype = getattr(value, "dtype", None)
    return {
        "name": name,
        "shape": list(np.shape(value)) if value is not None else [],
        "dtype": "" if value is None else type(value).__name__ if dtype is None else str(dtype),
        "age": age,  # type: ignore[typeddict-item]
        "changed": changed,
        "limit": limit,
        "bad": bad,
        "values": None,
        "blocks": None,
        "block": [],
    }


def extent(array: NDArray[Any]) -> tuple[float | None, int]:
    """The largest finite size, and how many entries are not finite."""
    if not array.size:
        return None, 0
    if array.dtype.kind != "f":
        return float(np.abs(array.astype(np.float64)).max()), 0
    largest = float(max(array.max(), -array.min()))
    if np.isfinite(largest):
        return largest, 0
    good = np.isfinite(array)
    return (float(np.abs(array[good]).max()) if good.any() else None), int((~good).sum())


def on_the_wire(value: Any) -> NDArray[Any]:
    """A value as an array of a kind that travels: whole numbers as float64, truths as bytes."""
    array = np.asarray(value)
    if array.dtype in (np.float64, np.float32, np.int32):
        return array
    return array.astype(np.uint8 if array.dtype == bool else np.float64)


def in_blocks(array: NDArray[Any], most: tuple[int, int]) -> tuple[NDArray[np.float32], list[int]]:
    """(3, rows, columns): mean, least and greatest of the blocks of a matrix, and the rows and
    columns of a block; the last ones may be smaller."""
    if array.strides[0] < array.strides[1]:  # as its entries lie in memory
        blocks, size = in_blocks(array.T, most[::-1])
        return blocks.swapaxes(1, 2), size[::-1]
    size = [-(-n // blocks) for n, blocks in zip(array.shape, most, strict=True)]
    starts = [np.arange(0, n, step) for n, step in zip(array.shape, size, strict=True)]
    if array.dtype.kind != "f":
        array = array.astype(np.float32)
    with np.errstate(all="ignore"):
        bands = in_bands(array, starts[0])
        parts = [
            function.reduceat(band, starts[1], axis=1)
            for function, band in zip(FIGURES, bands, strict=True)
        ]
        heights, widths = (
            np.diff(np.append(at, n)) for at, n in zip(starts, array.shape, strict=True)
        )
        parts[0] = parts[0] / np.outer(heights, widths)
    return np.stack(parts).astype(np.float32), size


def in_bands(array: NDArray[Any], starts: NDArray[np.intp]) -> Sequence[NDArray[Any]]:
    """Each (bands, columns): sum, least and greatest of the rows from each start to the next. Of a
    large matrix a band is read once, and its three figures are taken as it lies in the cache."""
    if array.nbytes <= SMALL_BYTES:
        return [function.reduceat(array, starts, axis=0) for function in FIGURES]
    bands = np.empty((len(FIGURES), len(starts), array.shape[1]), array.dtype)
    for k, piece in enumerate(np.split(array, starts[1:])):
        for function, band in zip(FIGURES, bands, strict=True):
            function.reduce(piece, axis=0, out=band[k])
    return list(bands)


def window_of(pack: Pack, name: str, value: Any, row: int, column: int) -> Window | None:
    """A piece of an array; None where that piece is not there."""
    grid = np.asarray(value)
    grid = grid[np.newaxis] if grid.ndim == 1 else np.atleast_2d(grid)
    rows, columns = grid.shape
    row = min(max(row, 0), max(rows - WINDOW_ROWS, 0))
    column = min(max(column, 0), max(columns - WINDOW_COLUMNS, 0))
    piece = grid[row : row + WINDOW_ROWS, column : column + WINDOW_COLUMNS]
    if not piece.size:
        return None
    values = pack.add(on_the_wire(np.ascontiguousarray(piece)))
    return {"name": name, "row": row, "column": column, "values": values}


def texts_of(value: Any, rows: Sequence[int], columns: Sequence[int]) -> list[list[str]]:
    """Numbers as Python writes them, of a piece of an array."""
    array = np.asarray(value)
    grid = array[np.newaxis] if array.ndim == 1 else np.atleast_2d(array)
    piece = grid[rows[0] : rows[1], columns[0] : columns[1]]
    return [[written(x) for x in row] for row in piece]


def written(number: Any) -> str:
    """A number as Python writes it: 0.1, not np.float32(0.1)."""
    return str(number) if isinstance(number, np.generic) else repr(number)
