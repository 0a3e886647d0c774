"""Reads what is in memory already: arrays, pandas and polars frames."""

import math
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.data.cells import MISSING_TEXTS, TextCodes, column_of, number_text
from syn0.data.names import check_column_names
from syn0.data.table import MISSING_CODE, Column, Table, fingerprint_of
from syn0.spec.words import counted

TARGET = "y"


def is_frame(data: object) -> bool:
    """Whether data is a pandas or polars frame; neither package is imported to find out."""
    return type(data).__name__ == "DataFrame" and _package(data) in ("pandas", "polars")


def read_frame(frame: Any, *, for_prediction: bool = False) -> Table:
    """A pandas or polars frame, without its index."""
    name = f"a {_package(frame)} frame"
    return _table(name, frame_columns(frame, name), for_prediction=for_prediction)


def read_array(array: NDArray[Any], *, for_prediction: bool = False) -> Table:
    """A 2-D array, one column a column; they are called x1, x2 …"""
    columns = _array_columns(array, "an array")
    return _table("an array", columns, for_prediction=for_prediction, has_names=False)


def read_pair(X: Any, y: Any) -> Table:
    """Inputs (2-D array or frame) and targets (one a row), which become the column `y`."""
    table = read_frame(X) if is_frame(X) else read_array(np.asarray(X))
    if TARGET in table.columns:
        raise ValueError("X has a column 'y' already; pass the whole frame and target='y'")
    return with_target(table, TARGET, y)


def with_target(table: Table, target: str, y: Any) -> Table:
    """A table whose target is `y`, one a row, which takes the place of a column of that name."""
    targets = np.asarray(y)
    if targets.ndim == 2 and targets.shape[1] == 1:
        targets = targets[:, 0]
    if targets.ndim != 1:
        raise ValueError(f"y must hold one target a row; its shape is {targets.shape}")
    if len(targets) != len(table):
        raise ValueError(
            f"X has {counted(len(table), 'row')} and y has {len(targets)}; they must agree"
        )
    columns = {**table.columns, target: column_of(target, targets, "y")}
    return _table(table.name, columns, target=target, has_names=table.has_names)


def are_rows(data: object) -> bool:
    """Whether data is rows that name their cells: a dict, or a list of them."""
    rows = data if isinstance(data, list | tuple) else [data]
    return bool(rows) and all(isinstance(row, Mapping) for row in rows)


def read_rows(rows: Any, names: Mapping[str, bool]) -> Table:
    """Rows that name their cells, to predict: the columns that a model takes, others passed over.

    rows: a dict, or a list of them
    names: the columns, and whether a cell may be missing from a row

    Raises ValueError for a row that lacks a cell which must be there, or holds what is no single
    cell.
    """
    rows = [rows] if isinstance(rows, Mapping) else rows
    named = [{str(name): cell for name, cell in row.items()} for row in rows]
    columns = {}
    for name, may_lack in names.items():
        cells = np.empty(len(named), object)
        for number, row in enumerate(named):
            if name not in row and not may_lack:
                raise ValueError(f"row {number + 1} has no '{name}', which the model takes")
            cells[number] = _plain_cell(row.get(name), name, number)
        only = len(cells) == 1
        columns[name] = (
            _cell_column(name, cells[0], "rows") if only else column_of(name, cells, "rows")
        )
    return _table("rows", columns, for_prediction=True)


def _plain_cell(cell: Any, name: str, row: int) -> Any:
    if isinstance(cell, Mapping | list | tuple | set | np.ndarray):
        kind = type(cell).__name__
        raise ValueError(f"row {row + 1}: '{name}' is a {kind}, not a number, text or truth value")
    return _without_marks(cell)


def _package(data: object) -> str:
    return type(data).__module__.partition(".")[0]


def _table(
    name: str,
    columns: dict[str, Column],
    *,
    target: str | None = None,
    for_prediction: bool = False,
    has_names: bool = True,
) -> Table:
    """A table in memory; the fingerprint of rows to predict would cost more than predicting."""
    fingerprint = "" if for_prediction else fingerprint_of(columns.values())
    return Table(
        name=name, columns=columns, target=target, fingerprint=fingerprint, has_names=has_names
    )


def frame_columns(frame: Any, place: str) -> dict[str, Column]:
    """The columns of a pandas or polars frame; errors name the place that it is from."""
    names = [str(name) or f"column {number}" for number, name in enumerate(frame.columns, 1)]
    check_column_names(names, place)
    if not names or not len(frame):
        raise ValueError(f"{place} has no rows" if names else f"{place} has no columns")
    is_pandas = _package(frame) == "pandas"
    if len(frame) == 1:  # for which the two packages' columns would cost far more than the cells
        at = frame.iat if is_pandas else None
        cells = [at[0, n] for n in range(len(names))] if at else frame.row(0)
        return {n: _cell_column(n, cell, place) for n, cell in zip(names, cells, strict=True)}
    column_from = _pandas_column if is_pandas else _polars_column
    columns = {}
    for name, key in zip(names, frame.columns, strict=True):
        column = column_from(name, frame[key], place)
        columns[name] = column if str(key) else replace(column, nameless=True)
    return columns


def _pandas_column(name: str, series: Any, place: str) -> Column:
    if series.dtype.name == "category":
        return _category_column(name, series.cat.categories, series.cat.codes.to_numpy())
    values: NDArray[Any] = series.to_numpy()
    if values.dtype.kind not in "iufc":
        # pandas has several objects for a missing value; None stands for all of them.
        values = np.array(series.astype(object).where(series.notna(), None), object)
    return column_of(name, values, place)


def _category_column(name: str, categories: Any, codes: NDArray[Any]) -> Column:
    """A column of texts, whatever a Categorical's categories are: they name groups and are no
    amounts."""
    texts = [number_text(c) if _is_number(c) else str(c) for c in categories]
    known = TextCodes()
    # The code of a missing category, -1, picks the last element.
    values = np.take(np.append(known.encode(texts), np.int32(MISSING_CODE)), codes)
    if (values == MISSING_CODE).all():
        return Column(name, np.full(len(values), np.nan))
    return Column(name, values, known.categories, declared=True)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


def _polars_column(name: str, series: Any, place: str) -> Column:
    if series.dtype.is_numeric():
        return column_of(name, np.asarray(series.to_numpy()), place)
    if _is_declared(series.dtype) or type(series.dtype).__name__ == "String":
        known = TextCodes()
        codes, words = known.encode_series(series.cast(str))
        if not known.categories:
            return Column(name, np.full(len(codes), np.nan))
        declared = _is_declared(series.dtype)
        return Column(name, codes, known.categories, declared=declared, missing_words=words)
    values = np.empty(len(series), object)
    values[:] = series.to_list()
    return column_of(name, values, place)


def _is_declared(dtype: Any) -> bool:
    return type(dtype).__name__ in ("Categorical", "Enum")


def _cell_column(name: str, cell: Any, place: str) -> Column:
    """A column of one row, as `column_of` would make it, in a fraction of the time."""
    if isinstance(cell, str) and (text := cell.strip()) not in MISSING_TEXTS:
        return Column(name, np.zeros(1, np.int32), (text,))
    if isinstance(cell, float | np.number) and math.isfinite(cell):
        return Column(name, np.array([cell]))
    values = np.empty(1, object)
    values[0] = _without_marks(cell)
    return column_of(name, values, place)


def _without_marks(cell: Any) -> Any:
    """A cell, with None for what pandas marks a missing one by."""
    pandas = sys.modules.get("pandas")
    return None if pandas and (cell is pandas.NA or cell is pandas.NaT) else cell


def _array_columns(array: NDArray[Any], place: str) -> dict[str, Column]:
    if array.ndim != 2 or 0 in array.shape:
        raise ValueError(
            f"{place} must have rows and columns (2 dimensions); its shape is {array.shape}"
        )
    names = [f"x{number}" for number in range(1, array.shape[1] + 1)]
    return {name: column_of(name, array[:, i], place) for i, name in enumerate(names)}
