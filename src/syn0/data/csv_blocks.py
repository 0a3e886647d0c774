"""From the bytes of a CSV file to frames of cells, a block of rows at a time, so that a file of
gigabytes never stands in memory as text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from syn0.data.csv_form import SPACES
from syn0.spec.once import once
from syn0.spec.words import counted

if TYPE_CHECKING:
    import polars

BLOCK_BYTES = 2**20
LONGEST_ROW = 2**26
"""In bytes. A quote that nothing closes would make the rest of a file one cell."""


class RowError(ValueError):
    """A row that cannot be read; the message begins with its line."""


@dataclass(frozen=True)
class Block:
    """Some rows.

    frame: their cells as texts, a column a column; null or "" where a cell is empty
    content: the bytes that they were read from
    first_line: the line, from 1, on which they begin
    """

    frame: polars.DataFrame
    content: bytes
    first_line: int
    delimiter: str

    def line_of(self, row: int) -> int:
        """The line on which a row begins."""
        return self._lines[row]

    @once
    def _lines(self) -> Sequence[int]:
        rows = _count(self.content, "\n") + (not self.content.endswith(b"\n"))
        if b'"' not in self.content and rows == self.frame.height:
            return range(self.first_line, self.first_line + rows)
        return _Rows(self.content, self.first_line, self.delimiter, self.frame.width).lines


def blocks(text: IO[bytes], delimiter: str, width: int, lines_above: int) -> Iterator[Block]:
    """The rows of a text in UTF-8 below as many lines as are to be passed over.

    Blank lines are passed over, but for files of one column, where they are rows without a value;
    so are rows without a value at the end.

    Raises RowError for a row of another width, text that is not UTF-8, a quote never closed.
    """
    line, rest, is_last = lines_above + 1, _below(text, lines_above), False
    while not is_last:
        piece = _piece(text)
        is_last, rest = not piece, rest + piece
        if len(rest) > LONGEST_ROW:
            raise RowError(f"line {line}: a row of more than {LONGEST_ROW >> 20} MB")
        content = rest if is_last else _whole_rows(rest)
        cells = _spaced(content) if delimiter == SPACES else content
        frame = _read_quickly(cells, delimiter, width)
        if frame is None:  # what does not look as it should is read row by row
            content = rest if is_last else rest[: rest.rfind(b"\n") + 1]
            cells = _spaced(content) if delimiter == SPACES else content
            rows = _Rows(cells, line, delimiter, width, whole=is_last)
            frame = rows.frame()
            content = b"".join(content.splitlines(keepends=True)[: rows.lines_read])
        if is_last and width > 1:
            frame = _without_blank_end(frame)
        if frame.height:
            yield Block(frame, cells, line, delimiter)
        line += _count(content, "\n")
        rest = rest[len(content) :]


def _below(text: IO[bytes], lines: int) -> bytes:
    """The beginning of what stands below so many lines."""
    start = b""
    while start.count(b"\n") < lines and (piece := _piece(text)):
        start += piece
    return b"".join(start.split(b"\n", lines)[lines:])


def _piece(text: IO[bytes]) -> bytes:
    """The next bytes, each line's end being a line feed."""
    piece = text.read(BLOCK_BYTES)
    if b"\r" not in piece:
        return piece
    if piece.endswith(b"\r"):  # lest a line's two ends come apart
        piece += text.read(1)
    return piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _whole_rows(content: bytes) -> bytes:
    """The content up to the last line end that stands in no quotes."""
    end = content.rfind(b"\n")
    if b'"' in content and content.count(b'"', 0, end) % 2:
        end = content.rfind(b"\n", 0, content.rfind(b'"', 0, end))
    return content[: end + 1]


def _spaced(content: bytes) -> bytes:
    """The content with one space for several spaces and tabs, and none around a line."""
    return re.sub(rb"[ \t]+", b" ", re.sub(rb"(?m)^[ \t]+|[ \t]+$", b"", content))


def _read_quickly(content: bytes, delimiter: str, width: int) -> polars.DataFrame | None:
    """The rows as polars reads them; None where these could be others than the ones meant: where
    rows are not all of the same width, lines are blank or quotes stand where none should."""
    import polars

    outside = b"".join(content.split(b'"')[::2]) if b'"' in content else content
    rows = _count(outside, "\n") + (not outside.endswith(b"\n"))
    quoted_late = b'"' in content and re.search(rb'(?:^|[\n,;\t|]) +"', content)
    if quoted_late or _count(outside, delimiter) != rows * (width - 1):
        return None
    schema = _all_texts(width)
    try:
        frame = polars.read_csv(content, has_header=False, separator=delimiter, schema=schema)
    except polars.exceptions.PolarsError:
        return None
    return frame if frame.height == rows else None


def _all_texts(width: int) -> dict[str, Any]:
    """The schema of a frame of so many columns of texts."""
    import polars

    return {f"column_{place}": polars.String for place in range(width)}


def _count(content: bytes, mark: str) -> int:
    """How often a character stands in the content; bytes.count is four times slower."""
    return int(np.count_nonzero(np.frombuffer(content, np.uint8) == ord(mark)))


def _without_blank_end(frame: polars.DataFrame) -> polars.DataFrame:
    """The frame without the rows at its end whose cells are all blank."""
    import polars

    every = polars.all().str.strip_chars().fill_null("") == ""
    blank = frame.select(polars.all_horizontal(every)).to_series()
    full = blank.not_().arg_true()
    return frame.head(int(full[-1]) + 1 if len(full) else 0)


class _Rows:
    """The rows of a text, read one by one.

    cells: their cells
    lines: the line on which each begins
    lines_read: how many lines they take; of a text that is not whole, the last row may be left
    """

    def __init__(
        self, content: bytes, first_line: int, delimiter: str, width: int, *, whole: bool = True
    ) -> None:
        self.width = width
        self.cells: list[list[str]] = []
        self.lines: list[int] = []
        self.lines_read = 0
        reader = csv.reader(
            io.StringIO(_decoded(content, first_line), newline=""),
            delimiter=delimiter,
            skipinitialspace=True,
            strict=True,
        )
        try:
            for cells in reader:
                self._add(cells, first_line + self.lines_read)
                self.lines_read = reader.line_num
        except csv.Error as error:
            if whole or "end of data" not in str(error):
                line = first_line + self.lines_read
                raise RowError(f"the row that starts on line {line}: {error}") from None

    def _add(self, cells: list[str], line: int) -> None:
        if self.width > 1 and not "".join(cells).strip() and len(cells) < 2:
            return
        cells = cells or [""]
        if len(cells) != self.width:
            raise RowError(
                f"line {line}: {counted(len(cells), 'cell')}, but the first line has {self.width}"
            )
        self.cells.append(cells)
        self.lines.append(line)

    def frame(self) -> polars.DataFrame:
        """The cells as `Block` keeps them."""
        import polars

        return polars.DataFrame(self.cells, schema=_all_texts(self.width), orient="row")


def _decoded(content: bytes, first_line: int) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = first_line + content.count(b"\n", 0, error.start)
        raise RowError(f"line {line}: not UTF-8 text; save the file as UTF-8") from None
