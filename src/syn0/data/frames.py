"""Reads what is in memory already (arrays, pandas and polars frames) and Parquet files."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.data.cells import column_of
from syn0.data.names import check_column_names
from syn0.data.table import Column, Table, fingerprint_of

TARGET = "y"


def is_frame(data: object) -> bool:
    """Whether data is a pandas or polars frame; neither package is imported to find out."""
    return type(data).__name__ == "DataFrame" and _package(data) in ("pandas", "polars")


def read_frame(frame: Any) -> Table:
    """A pandas or polars frame, without its index."""
    name = f"a {_package(frame)} frame"
    columns = _frame_columns(frame, name)
    return Table(name=name, columns=columns, target=None, fingerprint=_fingerprint(columns))


def read_array(array: NDArray[Any]) -> Table:
    """A 2-D array, one column a column; they are called x1, x2 …"""
    columns = _array_columns(array, "an array")
    return Table(
        name="an array",
        columns=columns,
        target=None,
        fingerprint=_fingerprint(columns),
        has_names=False,
    )


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
        raise ValueError(f"X has {len(table)} rows and y has {len(targets)}; they must agree")
    columns = {**table.columns, target: column_of(target, targets, "y")}
    return Table(
        name=table.name,
        columns=columns,
        target=target,
        fingerprint=_fingerprint(columns),
        has_names=table.has_names,
    )


def read_parquet(path: Path) -> dict[str, Column]:
    """The columns of a Parquet file. Raises ValueError when polars cannot read it."""
    try:
        import polars
    except ImportError:
        message = "a Parquet file needs polars: pip install 'syn0[data]'"
        raise ModuleNotFoundError(message) from None
    try:
        frame = polars.read_parquet(path)
    except polars.exceptions.PolarsError as error:
        raise ValueError(f"{path} cannot be read as Parquet: {error}") from None
    return _frame_columns(frame, str(path))


def _package(data: object) -> str:
    return type(data).__module__.partition(".")[0]


def _fingerprint(columns: dict[str, Column]) -> str:
    return fingerprint_of(columns.values())


def _frame_columns(frame: Any, place: str) -> dict[str, Column]:
    names = [str(name) for name in frame.columns]
    check_column_names(names, place)
    if not names or not len(frame):
        raise ValueError(f"{place} has no rows" if names else f"{place} has no columns")
    values_of = _pandas_values if _package(frame) == "pandas" else _polars_values
    return {
        name: column_of(name, values_of(frame[key]), place)
        for name, key in zip(names, frame.columns, strict=True)
    }


def _pandas_values(series: Any) -> NDArray[Any]:
    values: NDArray[Any] = series.to_numpy()
    if values.dtype.kind in "iufc":
        return values
    # pandas has several objects for a missing value; None stands for all of them.
    return np.array(series.astype(object).where(series.notna(), None), object)


def _polars_values(series: Any) -> NDArray[Any]:
    if series.dtype.is_numeric():
        return np.asarray(series.to_numpy())
    values = np.empty(len(series), object)
    values[:] = series.to_list()
    return values


def _array_columns(array: NDArray[Any], place: str) -> dict[str, Column]:
    if array.ndim != 2 or 0 in array.shape:
        raise ValueError(
            f"{place} must have rows and columns (2 dimensions); its shape is {array.shape}"
        )
    names = [f"x{number}" for number in range(1, array.shape[1] + 1)]
    return {name: column_of(name, array[:, i], place) for i, name in enumerate(names)}
