"""Reads CSV files in blocks of rows, so that a file of gigabytes stays compact in memory."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from os import SEEK_END
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from syn0.data.cells import (
    MISSING_NUMBERS,
    MISSING_TEXTS,
    TextCodes,
    has_decimal_comma,
    number_text,
    spelled_number,
)
from syn0.data.csv_blocks import Block, RowError, blocks
from syn0.data.csv_form import SAMPLE_BYTES, Form, form_of
from syn0.data.names import check_column_names
from syn0.data.reading import Reading
from syn0.data.table import Column
from syn0.data.text_files import as_utf_8

if TYPE_CHECKING:
    import polars

MOST_STRAYS = 0.05
"""The share of texts up to which a column of many different numbers is one of numbers."""

FEW_NUMBERS = 20
"""As many different numbers, with texts among them, are categories."""

SOME_TEXTS = 1000
"""How many different texts tell what a column holds."""

_PLAIN = re.compile(r"[+-]?[\d.,]+(?:[eE][+-]?\d+)?")
_DOTS_GROUP = re.compile(r"\d\.\d{3},\d")

NO_TEXT = {
    b"\x1f\x8b": "is packed by gzip: unpack it, or end its name with .gz",
    b"BZh": "is packed by bzip2: unpack it, or end its name with .bz2",
    b"\xfd7zXZ": "is packed by xz: unpack it, or end its name with .xz",
    b"PK\x03\x04": "is a zip archive, as spreadsheets are, and no text: save the table as CSV",
    b"PAR1": "is a Parquet file and no text: end its name with .parquet",
}
"""What files are that begin so. Only what is called packed is unpacked: bounds depend on it."""

EXACT_ENOUGH = 1e-6
"""The error, in standard deviations, up to which a large file's numbers become float32."""


@dataclass(frozen=True)
class Contents:
    """What a CSV file holds.

    columns: by name, in order
    has_names: False where no line names the columns, which are then called x1, x2 …
    notes: what was decided in reading that could be otherwise, a sentence each
    """

    columns: dict[str, Column]
    has_names: bool
    notes: tuple[str, ...]


def read_csv(
    file: BinaryIO,
    path: Path,
    reading: Reading,
    *,
    target: str | None = None,
    compact: bool = False,
) -> Contents:
    """The columns of a CSV file in UTF-8 (or UTF-16, with its mark), plain or packed.

    Delimiters are comma, semicolon, tab, bar or spaces: whichever splits the rows alike. The first
    line holds names if its cells are of another kind than those below. A column without a name is
    called by its place. A column is numbers when its cells are, in whatever common spelling; a few
    texts among many different numbers then count as missing, with a note. Otherwise it is texts,
    kept as they are written except for spaces around them.

    file: the open file; `path` is what it is called
    target: the column to learn, by default the last
    compact: whether numbers, but for the target, become float32 where the inputs of a network
        that computes in float32 are the same by it

    Raises ValueError, naming the line, for what cannot be read as a table.
    """
    form = form_in(file, path, reading)
    names = column_names(form, path)
    columns = [
        GrowingColumn(name, form, reading, compact=compact and name != (target or names[-1]))
        for name in names
    ]
    size = file.seek(0, SEEK_END)
    for block in blocks_of(file, path, form):
        for column, cells in zip(columns, block.frame.iter_columns(), strict=True):
            column.add(cells, block)
        reading.check_cells(path, len(columns) * len(columns[0]), size)
    if not len(columns[0]):
        raise ValueError(f"{path} has column names but no rows")
    if again := {place: column for place, column in enumerate(columns) if column.start_again()}:
        for block in blocks_of(file, path, form):
            for place, column in again.items():
                column.add(block.frame.to_series(place), block)
    notes = form.notes + tuple(note for column in columns for note in column.notes())
    finished = [column.finish(path) for column in columns]
    if form.names is not None:
        finished = [replace(c, nameless=not n) for c, n in zip(finished, form.names, strict=True)]
        if finished[-1].nameless and finished[-1].missing.all():
            finished.pop()  # a delimiter ends every row
    return Contents({column.name: column for column in finished}, form.names is not None, notes)


def blocks_of(file: BinaryIO, path: Path, form: Form) -> Iterator[Block]:
    """The rows, from the first on."""
    try:
        with as_utf_8(file, path) as text:
            yield from blocks(text, form.delimiter, form.width, form.lines_above)
    except RowError as error:
        raise ValueError(f"{path}, {error}") from None


def form_in(file: BinaryIO, path: Path, reading: Reading) -> Form:
    """How the lines of a CSV file are told apart; ValueError for what is no table."""
    with as_utf_8(file, path) as text:
        sample = text.read(SAMPLE_BYTES)
    if b"\0" in sample:
        kind = next((kind for mark, kind in NO_TEXT.items() if sample.startswith(mark)), "")
        raise ValueError(f"{path} {kind or 'holds bytes of 0, so it is no text'}")
    if len(sample) == SAMPLE_BYTES:
        sample = sample[: sample.rfind(b"\n") + 1] or sample
    try:
        known = sample.decode(errors="replace")
        return form_of(known, header=reading.header, expected=reading.expected)
    except ValueError as error:
        raise ValueError(f"{path} {error}") from None


def column_names(form: Form, path: Path) -> list[str]:
    """The names of the columns, whoever gave them."""
    if form.names is None:
        return [f"x{number}" for number in range(1, form.width + 1)]
    names = [name or f"column {place}" for place, name in enumerate(form.names, 1)]
    check_column_names(names, str(path))
    return names


class GrowingColumn:
    """Takes a column's cells block by block: numbers until a block holds texts."""

    def __init__(self, name: str, form: Form, reading: Reading, *, compact: bool = False) -> None:
        missing = None if reading.missing is None else frozenset({"", *reading.missing})
        self.name = name
        self.decimal_comma = True if form.delimiter == ";" else None  # None: not known yet
        self.dots_group = False  # whether 1.234 is 1234
        self.compact = compact
        self.missing_texts = MISSING_TEXTS if missing is None else missing
        self.missing_numbers = MISSING_NUMBERS if missing is None else missing
        self.values = _GrowingArray()
        self.codes: TextCodes | None = None
        self.rows = 0
        self.is_misread = False  # by what a later block tells
        self.has_given = False  # rows that are no longer in values
        self.numbers = 0
        self.strays = 0  # texts among numbers
        self.first_stray = ("", 0)  # and its line
        self.spelled: tuple[str, float] | None = None  # a number as people write it
        self.infinite_line: int | None = None
        self.missing_words: Counter[str] = Counter()

    def __len__(self) -> int:
        return self.rows

    def start_again(self) -> bool:
        """Whether the column must be read again, as what is now known of it; it is then empty."""
        if not self.is_misread:
            return False
        self.is_misread, self.values = False, _GrowingArray()
        if self.codes is not None:
            self.codes = TextCodes(self.missing_texts)
        self.numbers = self.strays = 0
        return True

    def start_over(self) -> None:
        """Take all rows again, of which `taken` then gives a part at a time."""
        self.is_misread = self.has_given = False
        self.rows, self.values = 0, _GrowingArray()
        self.numbers = self.strays = 0
        self.missing_words.clear()

    def taken(self, rows: int, path: Path) -> Column:
        """The column of the latest so many rows, which are then forgotten. Those of a column that
        turns out to have been misread are missing, until it is started over."""
        self.has_given = True
        if self.is_misread:
            self.values.forget()
            return Column(self.name, np.full(rows, np.nan))
        column = self.finish(path)
        self.values.forget()
        if self.codes is not None:
            self.codes = TextCodes(self.missing_texts)
        return column

    def add(self, cells: polars.Series, block: Block) -> None:
        """Take the cells of some rows."""
        self.rows += len(cells)
        if self.is_misread:
            return
        if self.codes is None:
            values, strays = self._read_numbers(cells)
            self.numbers += int(np.count_nonzero(~np.isnan(values)))
            self.strays += len(strays)
            if len(strays) and self.strays <= self.numbers and not self.first_stray[0]:
                row = int(strays[0])
                self.first_stray = (str(cells[row]).strip(), block.line_of(row))
            if not self.strays or self._strays_are_few(values):
                self._take_numbers(values, block)
                return
            self.codes = TextCodes(self.missing_texts)
            self.is_misread = self._has_earlier
        if not self.is_misread:
            self.values.add(self._read_texts(cells))

    @property
    def _has_earlier(self) -> bool:
        """Whether there were blocks before this one."""
        return self.has_given or len(self.values) > 0

    def _read_numbers(
        self, cells: polars.Series
    ) -> tuple[NDArray[np.float64], NDArray[np.integer[Any]]]:
        """(rows,) the numbers, NaN where there is none; and which rows hold texts."""
        import polars

        read = cells.cast(polars.Float64, strict=False)
        values: NDArray[np.float64] = read.to_numpy()
        if read.null_count() == cells.null_count() and not self.dots_group:
            return values, np.empty(0, int)
        odd = (read.is_null() & cells.is_not_null()) | self.dots_group
        rows = odd.arg_true().to_numpy()
        texts = cells.filter(odd).fill_null("").str.strip_chars()
        different = texts.unique(maintain_order=True)
        some = different.head(SOME_TEXTS).to_list()
        if self._learn_grouping(some):
            return self._read_numbers(cells)
        if sum(self._number(text) is None for text in some) > len(some) / 2:
            return values, rows  # a column of texts, not worth looking at each
        numbers = [self._number(text) for text in different]
        values = values.copy()
        values[rows] = texts.replace_strict(different, numbers, return_dtype=polars.Float64)
        strays = [text for text, number in zip(different, numbers, strict=True) if number is None]
        return values, rows[texts.is_in(strays).to_numpy()]

    def _learn_grouping(self, texts: list[str]) -> bool:
        """Find out what commas mean; true if dots turn out to group digits, as in 1.234,5."""
        if self.decimal_comma is None and any("," in text for text in texts):
            self.decimal_comma = has_decimal_comma(texts)
        if self.dots_group or not self.decimal_comma:
            return False
        self.dots_group = any(_DOTS_GROUP.search(text) for text in texts)
        self.is_misread = self.dots_group and self._has_earlier
        return self.dots_group

    def _number(self, text: str) -> float | None:
        """The number that a text is, NaN for a missing one, None for other texts."""
        if text in self.missing_numbers:
            return np.nan
        number = spelled_number(text, decimal_comma=bool(self.decimal_comma))
        if number is not None and self.spelled is None and not _PLAIN.fullmatch(text):
            self.spelled = (text, number)
        return number

    def _strays_are_few(self, values: NDArray[np.float64]) -> bool:
        few = self.strays <= MOST_STRAYS * self.numbers
        return few and len(np.unique(values[~np.isnan(values)])) > FEW_NUMBERS

    def _take_numbers(self, values: NDArray[np.float64], block: Block) -> None:
        if self.infinite_line is None and np.isinf(values).any():
            self.infinite_line = block.line_of(int(np.isinf(values).argmax()))
        self.values.add(_compact(values) if self.compact else values)

    def _read_texts(self, cells: polars.Series) -> NDArray[np.int32]:
        assert self.codes is not None  # noqa: S101  (there are some as soon as there are texts)
        codes, words = self.codes.encode_series(cells)
        self.missing_words.update(words)
        return codes

    def notes(self) -> Iterator[str]:
        """What was decided about the column that could be otherwise."""
        share = self.numbers / max(self.numbers + self.strays, 1)
        text, line = self.first_stray
        if text and self.codes is None:
            others = (
                f"{self.strays:,} others, first '{text}' on line {line}, count as missing"
                if self.strays > 1
                else f"'{text}' on line {line} counts as missing"
            )
            yield f"column '{self.name}': {share:.1%} of the cells there are numbers; {others}"
        elif text and share >= 0.5:
            yield (
                f"column '{self.name}' is read as texts: {share:.1%} of its cells are numbers, "
                f"but not '{text}' on line {line}"
            )
        if self.spelled and self.codes is None:
            text, number = self.spelled
            yield f"column '{self.name}': '{text}' was read as the number {number_text(number)}"

    def finish(self, path: Path) -> Column:
        """The column, of all rows."""
        if self.infinite_line is not None and self.codes is None:
            place = f"{path}, line {self.infinite_line}"
            raise ValueError(f"{place}: column '{self.name}' holds an infinite number")
        values = self.values.whole()
        if self.codes is None:
            return Column(self.name, values)
        if not self.codes.categories:
            return Column(self.name, np.full(len(values), np.nan))
        return Column(
            self.name, values, self.codes.categories, missing_words=dict(self.missing_words)
        )


class _GrowingArray:
    """An array that grows at its end: unlike pieces that are joined, never there twice."""

    def __init__(self) -> None:
        self._values: NDArray[Any] = np.empty(0, np.float32)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def add(self, part: NDArray[Any]) -> None:
        """Put more at the end; float64 makes the whole float64."""
        dtype = np.promote_types(self._values.dtype, part.dtype) if self._length else part.dtype
        self._values = self._values.astype(dtype, copy=False)
        end = self._length + len(part)
        if end > len(self._values):
            self._values.resize(max(end, len(self._values) * 17 // 16), refcheck=False)
        self._values[self._length : end] = part
        self._length = end

    def forget(self) -> None:
        """Begin again, with an array of its own."""
        self._values, self._length = np.empty(0, np.float32), 0

    def whole(self) -> NDArray[Any]:
        """The array; nothing may be added any more."""
        self._values.resize(self._length, refcheck=False)
        return self._values


def _compact(values: NDArray[np.float64]) -> NDArray[np.floating[Any]]:
    """float32 where it is exact enough for inputs of a network that computes in float32."""
    with np.errstate(over="ignore", invalid="ignore"):
        small = values.astype(np.float32)
        error = np.nanmax(np.abs(values - small), initial=0)
    some = values[::16]  # which tell the deviation well enough, in a fraction of the time
    some = some[~np.isnan(some)]
    exact = error == 0 or (len(some) > 0 and error <= EXACT_ENOUGH * some.std())
    return small if exact else values
