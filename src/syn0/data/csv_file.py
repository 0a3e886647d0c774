"""Reads CSV files in blocks of rows, so that a file of gigabytes stays compact in memory."""

import csv
import math
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from syn0.data.cells import TextCodes, parse_numbers
from syn0.data.names import check_column_names
from syn0.data.table import Column

DELIMITERS = ",;\t|"
BLOCK_ROWS = 500  # small enough for the cache: three times as fast as 20,000
SNIFFED_ROWS = 20

Row = tuple[int, list[str]]  # the line it starts on, its cells


def read_csv(path: Path) -> tuple[dict[str, Column], bool]:
    """The columns of a CSV file, and whether its first line holds their names.

    The delimiter is found among comma, semicolon, tab and bar; with semicolons, numbers may have
    a decimal comma, as much of Europe writes them. A first line of numbers only is
    data; the columns are then called x1, x2 … A column without a name is called by its place. A
    column is numbers when every cell that is not missing is one, otherwise texts, kept as they are
    written except for spaces around them.

    Raises ValueError, naming the line, for what cannot be read as a table.
    """
    try:
        columns, has_names = _read_columns(path, as_text=frozenset())
        mixed = frozenset(column.name for column in columns if column.is_mixed)
        if mixed:  # texts after blocks of numbers: the numbers' spelling is gone, so read again
            columns, has_names = _read_columns(path, as_text=mixed)
    except UnicodeDecodeError:
        raise ValueError(f"{path}, line {_undecodable_line(path)}: not UTF-8 text") from None
    return {column.name: column.finish(path) for column in columns}, has_names


class _GrowingColumn:
    """Takes a column's cells block by block: numbers until a block holds a text."""

    def __init__(self, name: str, *, nameless: bool, as_text: bool, decimal_comma: bool) -> None:
        self.name = name
        self.nameless = nameless
        self.decimal_comma = decimal_comma
        self.is_mixed = False
        self.blocks: list[NDArray[Any]] = []
        self.codes = TextCodes() if as_text else None
        self.infinite_line: int | None = None

    def add(self, cells: Sequence[str], lines: Sequence[int]) -> None:
        if self.is_mixed:
            return
        if self.codes is None:
            values = parse_numbers(cells)
            if values is None and self.decimal_comma:
                values = parse_numbers([cell.replace(",", ".") for cell in cells])
            if values is not None:
                self._add_numbers(values, lines)
                return
            if self.blocks:
                self.is_mixed = True
                return
            self.codes = TextCodes()
        self.blocks.append(self.codes.encode(cells))

    def _add_numbers(self, values: NDArray[np.float64], lines: Sequence[int]) -> None:
        infinite = np.isinf(values)
        if self.infinite_line is None and infinite.any():
            self.infinite_line = lines[int(infinite.argmax())]
        self.blocks.append(values)

    def finish(self, path: Path) -> Column:
        if self.codes is not None:
            codes = np.concatenate(self.blocks)
            return Column(self.name, codes, self.codes.categories, self.nameless)
        if self.infinite_line is not None:
            place = f"{path}, line {self.infinite_line}"
            raise ValueError(f"{place}: column '{self.name}' holds an infinite number")
        return Column(self.name, np.concatenate(self.blocks), nameless=self.nameless)


def _read_columns(path: Path, as_text: frozenset[str]) -> tuple[list[_GrowingColumn], bool]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        delimiter = _delimiter(file)
        rows = _rows(file, path, delimiter)
        first = next(rows, None)
        if first is None:
            raise ValueError(f"{path} is empty")
        names = [cell.strip() for cell in first[1]]
        has_names = not all(_is_number(name) for name in names)
        if has_names:
            names = [name or f"column {place}" for place, name in enumerate(names, 1)]
            check_column_names(names, str(path))
        else:
            names = [f"x{number}" for number in range(1, len(names) + 1)]
            rows = chain([first], rows)
        columns = [
            _GrowingColumn(
                name,
                nameless=not given.strip(),
                as_text=name in as_text,
                decimal_comma=delimiter == ";",
            )
            for name, given in zip(names, first[1], strict=True)
        ]
        while block := list(islice(rows, BLOCK_ROWS)):
            _check_widths(block, len(columns), path)
            lines, cells = zip(*block, strict=True)
            for column, column_cells in zip(columns, zip(*cells, strict=True), strict=True):
                column.add(column_cells, lines)
    if not columns[0].blocks:
        raise ValueError(f"{path} has column names but no rows")
    return columns, has_names


def _rows(file: TextIO, path: Path, delimiter: str) -> Iterator[Row]:
    """Every row that is not blank."""
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if cells:
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise ValueError(f"{path}, the row that starts on line {line}: {error}") from None


def _check_widths(block: Sequence[Row], width: int, path: Path) -> None:
    for line, cells in block:
        if len(cells) != width:
            raise ValueError(
                f"{path}, line {line}: {len(cells)} cells, but the first line has {width}"
            )


def _delimiter(file: TextIO) -> str:
    """The delimiter that splits the first rows alike and into most cells; comma if none does."""

    def quality(delimiter: str) -> tuple[bool, int]:
        file.seek(0)
        try:
            rows = islice(filter(None, csv.reader(file, delimiter=delimiter)), SNIFFED_ROWS)
            widths = [len(row) for row in rows]
        except csv.Error:
            return False, 0
        return len(set(widths)) == 1 and widths[0] > 1, max(widths[:1], default=0)

    best = max(DELIMITERS, key=quality)
    file.seek(0)
    return best


def _is_number(cell: str) -> bool:
    values = parse_numbers([cell])
    return values is not None and not math.isnan(values[0])


def _undecodable_line(path: Path) -> int:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    raise AssertionError(f"{path} changed while it was read")
