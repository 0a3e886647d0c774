"""read_table: the one door for data of every kind."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from syn0.data.built_in import BUILT_IN, read_built_in
from syn0.data.csv_file import read_csv
from syn0.data.frames import is_frame, read_array, read_frame, read_pair, read_parquet
from syn0.data.images import IMAGE_SUFFIXES, USUAL, Images, is_images, read_idx, read_images
from syn0.data.names import listed
from syn0.data.table import Column, Table
from syn0.spec.checks import did_you_mean

CSV_SUFFIXES = (".csv", ".tsv", ".txt")
PARQUET_SUFFIXES = (".parquet", ".pq")


def read_table(
    data: Any,
    *,
    target: str | None = None,
    drop: Sequence[str] = (),
    for_prediction: bool = False,
    images: Images = USUAL,
) -> Table:
    """Read data of any kind into a Table.

    data: a path to a CSV file, a Parquet file, an IDX images file, a folder of class folders
        of images or, to predict, an image; a built-in name (a text without separator or suffix
        is looked up there first); a 2-D array or (X, y); a pandas or polars frame; a Table
    target: the column to learn. Default: the one the data knows (`label`, `y`, a built-in's),
        otherwise the last column
    drop: columns to leave out
    for_prediction: the target need not be there, and none is guessed
    images: the size that images in files are brought to, and how many pixels are read

    Rows whose target is missing are left out and counted, unless they are for prediction.

    Raises FileNotFoundError for a path or name that is not there, ValueError for data that
    cannot be read or a column that is not there, TypeError for data of another kind, and
    ModuleNotFoundError when polars or Pillow is needed and not installed.
    """
    if isinstance(drop, str):
        raise TypeError(f"drop must be a sequence of column names, not the text '{drop}'")
    whole = _read(data, images, for_prediction=for_prediction)
    table = _with_target(_drop(whole, drop, target), target, for_prediction=for_prediction)
    if not table.inputs:
        raise ValueError(f"{table.name} has no columns besides the target '{table.target}'")
    if table.inputs != whole.inputs:  # they are no longer all the pixels and nothing else
        table = replace(table, image_shape=None)
    return table if for_prediction else _with_known_targets(table)


def _read(data: Any, images: Images, *, for_prediction: bool) -> Table:
    if isinstance(data, Table):
        return data
    if isinstance(data, str) and data in BUILT_IN:
        return read_built_in(data)
    if isinstance(data, str | Path):
        return _read_path(Path(data), images, for_prediction=for_prediction)
    if isinstance(data, np.ndarray):
        return read_array(data)
    if isinstance(data, tuple) and len(data) == 2:
        return read_pair(*data)
    if is_frame(data):
        return read_frame(data)
    raise TypeError(
        f"data is a {type(data).__name__}; it may be a path, a built-in name, a 2-D array, "
        "(X, y), a pandas or polars frame, or a Table"
    )


def _read_path(path: Path, images: Images, *, for_prediction: bool) -> Table:
    if not path.exists():
        names = f"built-in names: {listed(BUILT_IN)}"
        near = did_you_mean(str(path), BUILT_IN)
        raise FileNotFoundError(f"no file or built-in data named '{path}'{near} ({names})")
    if is_images(path):
        return read_images(path, images, for_prediction=for_prediction)
    if "idx3-ubyte" in path.name:
        return read_idx(path, images, for_prediction=for_prediction)
    has_names = True
    if path.suffix.lower() in PARQUET_SUFFIXES:
        columns = read_parquet(path)
    elif path.suffix.lower() in CSV_SUFFIXES:
        columns, has_names = read_csv(path)
    else:
        kinds = listed((*CSV_SUFFIXES, *PARQUET_SUFFIXES, *IMAGE_SUFFIXES, "*idx3-ubyte[.gz]"))
        raise ValueError(f"{path} is of no kind that is read; these are: {kinds}")
    return Table(
        name=str(path),
        columns=columns,
        target=None,
        fingerprint=_file_fingerprint(path),
        has_names=has_names,
    )


def _file_fingerprint(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _drop(table: Table, names: Sequence[str], target: str | None) -> Table:
    for name in names:
        _check_there(name, table)
        if name == target:
            raise ValueError(f"column '{name}' is both the target and to be dropped")
    if not names:
        return table
    columns = {name: c for name, c in table.columns.items() if name not in names}
    if not columns:
        raise ValueError(f"{table.name}: every column is to be dropped")
    if table.target in names:
        table = replace(table, target=None, target_was_guessed=False)
    return replace(table, columns=columns)


def _with_target(table: Table, target: str | None, *, for_prediction: bool) -> Table:
    if target is not None and not (for_prediction and target not in table.columns):
        _check_there(target, table)
        return replace(table, target=target, target_was_guessed=False)
    if table.target is None and not for_prediction:
        return replace(table, target=list(table.columns)[-1], target_was_guessed=True)
    return table


def _check_there(name: str, table: Table) -> None:
    if name not in table.columns:
        near = did_you_mean(name, table.columns) or ";"
        columns = f"columns: {listed(table.columns)}"
        raise ValueError(f"no column '{name}' in {table.name}{near} {columns}")


def _with_known_targets(table: Table) -> Table:
    target: Column = table.columns[str(table.target)]
    missing = target.missing
    count = int(missing.sum())
    if count == len(table):
        raise ValueError(f"{table.name}: the target '{target.name}' is missing in every row")
    if not count:
        return table
    kept = table.take(~missing)
    return replace(kept, rows_without_target=table.rows_without_target + count)
