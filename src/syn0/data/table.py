"""Table: rows and named columns in memory, whatever file they came from."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

MISSING_CODE = -1


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a table: numbers or texts.

    name: the column's name
    values: (rows,) numbers of any real dtype, NaN = missing; or, for texts, int32 codes that
        point into `categories`, -1 = missing
    categories: the different texts, in any order; None for a column of numbers
    nameless: the data gave it no name, as pandas does with a frame's index, and it was called by
        its place
    declared: the data's own type says that the texts are categories, as a Categorical's does
    missing_words: of a file's texts those that stand for a missing value, and how often
    """

    name: str
    values: NDArray[Any]
    categories: tuple[str, ...] | None = None
    nameless: bool = False
    declared: bool = False
    missing_words: Mapping[str, int] = field(default_factory=dict)

    @property
    def missing(self) -> NDArray[np.bool_]:
        """(rows,) bool: where a value is missing."""
        if self.categories is not None:
            return np.asarray(self.values == MISSING_CODE)
        if self.values.dtype.kind == "f":
            return np.asarray(np.isnan(self.values))
        return np.zeros(len(self.values), bool)

    def take(self, rows: NDArray[Any]) -> "Column":
        """The same column with only these rows (indices or a bool mask)."""
        return replace(self, values=self.values[rows])


@dataclass(frozen=True, eq=False, kw_only=True)
class Table:
    """Columns of equal length, by name and in order.

    name: what the user called the data: a path, a built-in name, "a pandas frame" …
    columns: every column, the target included
    target: the column to learn; None when there is none, as in data to predict
    target_was_guessed: nobody named a target and the last column was taken
    image_shape: (height, width) or (height, width, channels) when the inputs are pixels
    fingerprint: sha256 (hex) of the content as it was read; `take` keeps it, so that the rows
        of a split still say which data they are from; "" of rows to predict in memory
    rows_without_target: how many rows were left out because their target is missing
    has_names: False when the columns came without names and were called x1, x2 …
    missing: the texts that stood for a missing value; None for the usual ones
    notes: what a user should know of how the data were read, a sentence each
    files: (rows,) the file of each row, of images in files of their own; None for other data
    """

    name: str
    columns: dict[str, Column]
    target: str | None
    target_was_guessed: bool = False
    image_shape: tuple[int, ...] | None = None
    fingerprint: str
    rows_without_target: int = 0
    has_names: bool = True
    missing: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()
    files: NDArray[np.str_] | None = None

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())).values)

    @property
    def inputs(self) -> list[Column]:
        """All columns but the target, in order."""
        return [column for column in self.columns.values() if column.name != self.target]

    def take(self, rows: NDArray[Any]) -> "Table":
        """The same table with only these rows (indices or a bool mask)."""
        files = None if self.files is None else self.files[rows]
        return replace(
            self, columns={n: c.take(rows) for n, c in self.columns.items()}, files=files
        )


def fingerprint_of(columns: Iterable[Column]) -> str:
    """sha256 (hex) over the names, values and categories of columns that are in no file."""
    digest = hashlib.sha256()
    for column in columns:
        digest.update(repr((column.name, column.values.dtype.str, column.categories)).encode())
        digest.update(np.ascontiguousarray(column.values).data)
    return digest.hexdigest()
