"""How a CSV file is written: what separates its cells, and which lines stand above its rows."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import NamedTuple

from syn0.data.cells import MISSING_NUMBERS, is_number
from syn0.data.names import listed

DELIMITERS = ",;\t|"
SPACES = " "
"""The delimiter of files whose cells stand apart by any number of spaces or tabs."""

MOST_COLUMNS = 100_000

SAMPLE_BYTES = 2**18
SAMPLE_ROWS = 200

_ANNOUNCED = re.compile(r"sep=(.)\r?\n")
"""The line by which Excel is told the delimiter."""


class Row(NamedTuple):
    """Cells without the spaces around them, and the lines (from 1) that they stand on."""

    line: int
    last_line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Form:
    """How a file is written.

    delimiter: what separates cells
    names: the columns' names, "" for one without; None where no line holds them
    width: the number of cells in a row
    lines_above: how many lines stand above the rows: names, a title, units
    notes: what was decided that could be otherwise, a sentence each
    """

    delimiter: str
    names: tuple[str, ...] | None
    width: int
    lines_above: int
    notes: tuple[str, ...] = ()


def form_of(text: str, *, header: bool | None = None, expected: Collection[str] = ()) -> Form:
    """The form of a file that begins with `text`.

    header: whether the first line holds names; None (default) finds out
    expected: names that the columns may have; a first line that holds one of them is a header

    Raises ValueError when there is no cell at all, or far too many in a row.
    """
    announced = _ANNOUNCED.match(text)
    delimiter = announced[1] if announced else _delimiter(text)
    rows = _rows(text, delimiter)
    if announced:
        rows = rows[1:]
    notes: list[str] = []
    full = [row for row in rows if any(row.cells)]
    if not full:
        raise ValueError("is empty")
    width = Counter(len(row.cells) for row in full).most_common(1)[0][0]
    if width > MOST_COLUMNS:
        raise ValueError(f"has more than {MOST_COLUMNS:,} columns, the most that are read")
    titles = _titles(full, width)
    notes += [f"line {row.line} was taken for a title: '{row.cells[0]}'" for row in titles]
    full = full[len(titles) :]
    first, rest = full[0], full[1:]
    width = width if rest and len(first.cells) in (width - 1, width) else len(first.cells)
    named = _has_names(first, rest, expected, notes) if header is None else header
    if not named:
        return Form(delimiter, None, width, first.line - 1, tuple(notes))
    named_by, last_line = first, first.last_line
    if len(rest) > 1 and _are_units(rest[0], rest[1:]):
        units, named_by = _units_and_names(first, rest[0])
        last_line = rest[0].last_line
        notes.append(
            f"names were read from line {named_by.line}; line {units.line} was left out, as "
            f"units: {listed(filter(None, units.cells), 5)}"
        )
    names = named_by.cells
    if len(names) == width - 1:  # a comma ends every row, or R wrote names of rows
        trailing = all(row.cells[-1:] == ("",) for row in rest if len(row.cells) == width)
        names = (*names, "") if trailing else ("", *names)
    return Form(delimiter, names, width, last_line, tuple(notes))


def _rows(text: str, delimiter: str) -> list[Row]:
    """The first rows of a text that may end in the middle of one."""
    rows, line = [], 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        for cells in islice(reader, SAMPLE_ROWS):
            if delimiter == SPACES:
                cells = [cell for part in cells for cell in part.split()]
            rows.append(Row(line, reader.line_num, tuple(cell.strip() for cell in cells)))
            line = reader.line_num + 1
    except csv.Error:
        pass  # reading the rows says what is wrong, and where
    return rows


def _delimiter(text: str) -> str:
    """The delimiter that splits most rows alike, then into most numbers, then most cells."""

    def quality(delimiter: str) -> tuple[float, float, int]:
        rows = [row.cells for row in _rows(text, delimiter) if any(row.cells)]
        width, count = Counter(map(len, rows)).most_common(1)[0] if rows else (1, 0)
        if width == 1:
            return 0, 0, 0
        cells = [cell for row in rows for cell in row if cell]
        numbers = sum(is_number(cell, delimiter != ",") for cell in cells) / max(len(cells), 1)
        if delimiter == SPACES and numbers <= 0.5:
            return 0, 0, 0
        return count / len(rows), numbers, width

    best: str = max((*DELIMITERS, SPACES), key=quality)
    return best


def _titles(rows: Sequence[Row], width: int) -> Sequence[Row]:
    """The rows that are titles: texts that stand alone above a line of names."""
    above = [*takewhile(lambda row: row.cells[0] and not any(row.cells[1:]), rows)]
    if width == 1 or len(above) > len(rows) - 2:
        return []
    names = [cell for cell in rows[len(above)].cells if cell]
    titles = [row.cells[0] for row in above]
    return above if len(names) > 1 and not any(map(is_number, (*titles, *names))) else []


def _has_names(
    first: Row, rest: Sequence[Row], expected: Collection[str], notes: list[str]
) -> bool:
    """Whether the first line holds names: told by how its cells stand to those below."""
    if any(cell in expected for cell in first.cells):
        return True
    if not rest:
        return not all(map(is_number, first.cells))
    if _names_over_numbers(first, rest):
        return True
    cells = f"'{listed(first.cells, 5)}'"
    if _numbers_that_are_names(first, rest):
        notes.append(f"the first line was read as names: {cells}; --no-header reads it as a row")
        return True
    counted = [str(number) for number in range(len(first.cells))]
    if [*first.cells] in (counted, [*counted[1:], str(len(counted))]) and len(counted) > 2:
        notes.append(f"the first line was read as a row: {cells}; --header reads it as names")
    if any(is_number(cell) and _is_numeric(c) for cell, c in _columns(first, rest)):
        return False
    # All are texts: a cell that occurs again below is a value.
    recurs = any(cell and cell in column for cell, column in _columns(first, rest))
    read, other = (
        ("a row", "--header reads it as names")
        if recurs
        else ("names", "--no-header reads it as a row")
    )
    notes.append(f"the first line was read as {read}: {cells}; {other}")
    return not recurs


def _columns(first: Row, rest: Sequence[Row]) -> list[tuple[str, list[str]]]:
    """Each cell of a row with those below it."""
    return [
        (cell, [row.cells[place] for row in rest if place < len(row.cells)])
        for place, cell in enumerate(first.cells)
    ]


def _names_over_numbers(first: Row, rest: Sequence[Row]) -> bool:
    """Whether a text stands above a column of numbers."""
    return any(
        cell not in MISSING_NUMBERS and not is_number(cell) and _is_numeric(column)
        for cell, column in _columns(first, rest)
    )


def _are_units(row: Row, rest: Sequence[Row]) -> bool:
    """Whether a line below the first has no number above columns of them, but texts."""
    if not _names_over_numbers(row, rest):
        return False
    over = [cell for cell, column in _columns(row, rest) if _is_numeric(column)]
    return len(over) > 1 and not any(map(is_number, over))


def _is_numeric(column: Sequence[str]) -> bool:
    """Whether nearly all cells that are not missing are numbers."""
    there = [cell for cell in column if cell not in MISSING_NUMBERS]
    return bool(there) and sum(map(is_number, there)) >= 0.9 * len(there)


def _numbers_that_are_names(first: Row, rest: Sequence[Row]) -> bool:
    """Whether a line of whole numbers, no two alike, stands above numbers with decimals: above
    all columns of numbers, or above one where the line only counts, as pandas names columns."""
    if len(set(first.cells)) < len(first.cells):
        return False
    over = [(cell, column) for cell, column in _columns(first, rest) if _is_numeric(column)]
    if not over or not all(cell.isdecimal() for cell, _ in over):
        return False
    decimals = [not any(cell.isdecimal() for cell in column if cell) for _, column in over]
    start = int(over[0][0])
    counts = len(over) == len(first.cells) and [int(c) for c, _ in over] == [
        *range(start, start + len(over))
    ]
    return all(decimals) or (counts and start in (0, 1) and any(decimals))


def _units_and_names(first: Row, second: Row) -> tuple[Row, Row]:
    """The two lines above numbers as the units and the names: names all differ and are longer."""

    def quality(row: Row) -> tuple[bool, int, bool, int]:
        bracketed = sum(cell[:1] in "[(" for cell in row.cells if cell)
        whole = len(set(row.cells)) == len(row.cells)
        return whole, -bracketed, "" not in row.cells, sum(map(len, row.cells))

    return (second, first) if quality(first) >= quality(second) else (first, second)
