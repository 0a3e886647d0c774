"""Tables that are larger than memory: read several times over, a block of rows at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from os import SEEK_END
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.data.csv_file import GrowingColumn, blocks_of, column_names, form_in
from syn0.data.frames import frame_columns
from syn0.data.parquet import cells_in, reasons_of, try_apart
from syn0.data.read import (
    CSV_SUFFIXES,
    PARQUET_SUFFIXES,
    fingerprint_in,
    with_target,
    without_columns,
)
from syn0.data.reading import Reading
from syn0.data.table import Column, Table
from syn0.data.text_files import is_stream, unpacked_name

CELLS_AT_ONCE = 2**22
"""Of a Parquet file that are read together."""

MOST_PASSES = 4
"""Over a CSV file whose later rows tell that earlier ones were misread."""

GOLDEN, MIX_1, MIX_2 = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
"""The constants of SplitMix64 (Steele, Lea & Flood, 2014)."""


def held_out_by_hash(first: int, rows: int, fraction: float, seed: int) -> NDArray[np.bool_]:
    """(rows,) which of the rows from number `first` on are held out: those whose hash, of 64 bits,
    is below the fraction of all. It is SplitMix64's, of the row's number (from 0) after the seed's.
    """
    with np.errstate(over="ignore"):
        start = _mixed(np.array([seed], np.uint64))
        numbers = np.arange(first, first + rows, dtype=np.uint64)
        hashes = _mixed(np.add(start, numbers, dtype=np.uint64))
    return np.asarray((hashes >> np.uint64(11)) < int(fraction * 2**53))


def _mixed(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    z = z * np.uint64(GOLDEN) + np.uint64(GOLDEN)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(MIX_1)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(MIX_2)
    return z ^ (z >> np.uint64(31))


@dataclass
class Passes(ABC):
    """A file of rows, to be read block by block as often as needed.

    Attributes:
        path: the file.
        reading: how it is read.
        target: the column to learn; None for the last.
        drop: columns to leave out.
        for_prediction: the target need not be there, and none is guessed.
        has_names: whether its columns are named; known after the first pass, as are the notes.
    """

    path: Path
    reading: Reading
    target: str | None = None
    drop: Sequence[str] = ()
    for_prediction: bool = False
    has_names: bool = True
    notes: tuple[str, ...] = ()
    fingerprint: str = ""

    @property
    def missing(self) -> tuple[str, ...] | None:
        """The texts that stand for a missing value; None for the usual ones."""
        return None if self.reading.missing is None else tuple(self.reading.missing)

    @abstractmethod
    def blocks(self) -> Iterator[dict[str, Column]]:
        """The columns of some rows, in order."""

    @property
    def settled(self) -> bool:
        """Whether what the last pass gave was read as all later ones will."""
        return True

    @abstractmethod
    def settle(self) -> None:
        """Find out how the file is to be read, where that takes a pass."""

    def tables(self) -> Iterator[Table]:
        """The rows, some at a time, with those that lack a target."""
        for columns in self.blocks():
            whole = Table(
                name=str(self.path),
                columns=columns,
                target=None,
                fingerprint=self.fingerprint,
                has_names=self.has_names,
                missing=self.missing,
                notes=self.notes,
            )
            kept = without_columns(whole, self.drop, self.target)
            table = with_target(kept, self.target, for_prediction=self.for_prediction)
            if not table.inputs:
                what = f"'{table.target}'"
                raise ValueError(f"{table.name} has no columns besides the target {what}")
            yield table

    def fingerprinted(self) -> str:
        """The digest of the file's content, which is worked out once."""
        if not self.fingerprint:
            with self.path.open("rb") as file:
                self.fingerprint = fingerprint_in(file)
        return self.fingerprint


@dataclass
class ParquetPasses(Passes):
    """Passes over a Parquet file, which says itself what its columns hold."""

    is_tried: bool = False

    def settle(self) -> None:
        """See `Passes.settle`: nothing is left to be found out."""

    def blocks(self) -> Iterator[dict[str, Column]]:
        """See `Passes.blocks`."""
        import polars

        size = self.path.stat().st_size
        cells = cells_in(self.path)
        self.reading.check_cells(self.path, cells, size)
        if not self.is_tried:
            try_apart(self.path)
            self.is_tried = True
        with reasons_of(self.path):
            scan: Any = polars.scan_parquet(self.path)
            rows = scan.select(polars.len()).collect().item()
        step = max(1, CELLS_AT_ONCE * rows // max(cells, 1))
        for first in range(0, max(rows, 1), step):
            with reasons_of(self.path):
                frame = scan.slice(first, step).collect()
            yield frame_columns(frame, str(self.path))


@dataclass
class CsvPasses(Passes):
    """Passes over a CSV file. The first one finds out what each column holds; where a later row
    tells that earlier ones were misread, the pass is not `settled`, and another one is needed."""

    columns: list[GrowingColumn] = field(default_factory=list)

    @property
    def settled(self) -> bool:
        """See `Passes.settled`."""
        return not any(column.is_misread for column in self.columns)

    def settle(self) -> None:
        """See `Passes.settle`."""
        for _ in range(MOST_PASSES):
            for _ in self.blocks():
                pass
            if self.settled:
                break

    def blocks(self) -> Iterator[dict[str, Column]]:
        """See `Passes.blocks`."""
        with self.path.open("rb") as file:
            form = form_in(file, self.path, self.reading)
            self.has_names = form.names is not None
            if not self.columns:
                names = column_names(form, self.path)
                self.columns = [GrowingColumn(name, form, self.reading) for name in names]
            for column in self.columns:
                column.start_over()
            nameless = [not name for name in form.names or ["x"] * form.width]
            spare: bool | None = None
            size = file.seek(0, SEEK_END)
            rows = 0
            for block in blocks_of(file, self.path, form):
                rows += block.frame.height
                self.reading.check_cells(self.path, rows * form.width, size)
                found = []
                for column, cells in zip(self.columns, block.frame.iter_columns(), strict=True):
                    column.add(cells, block)
                    found.append(column.taken(len(cells), self.path))
                if spare is None:  # a delimiter ends every row
                    spare = len(found) > 1 and nameless[-1] and bool(found[-1].missing.all())
                kept = [replace(c, nameless=n) for c, n in zip(found, nameless, strict=True)]
                yield {column.name: column for column in kept[: len(kept) - spare]}
            if not rows:
                raise ValueError(f"{self.path} has column names but no rows")
        self.notes = form.notes + tuple(note for c in self.columns for note in c.notes())


def passes(
    path: Path,
    reading: Reading | None = None,
    *,
    target: str | None = None,
    drop: Sequence[str] = (),
    for_prediction: bool = False,
) -> Passes | None:
    """What reads a CSV or Parquet file block by block; None for data of another kind, which must be
    read whole."""
    if is_stream(path) or not path.is_file():
        return None
    kind: type[Passes] | None = None
    if path.suffix.lower() in PARQUET_SUFFIXES:
        kind = ParquetPasses
    elif unpacked_name(path).suffix.lower() in CSV_SUFFIXES:
        kind = CsvPasses
    if kind is None:
        return None
    return kind(path, reading or Reading(), target, drop, for_prediction)


def size_in_memory(path: Path) -> int:
    """About how many bytes the prepared rows of a CSV or Parquet file take: four a cell, as many
    as the text has where it is one."""
    size = path.stat().st_size
    return 4 * cells_in(path) if path.suffix.lower() in PARQUET_SUFFIXES else size
