"""read_table: the one door for data of every kind."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from os import SEEK_END
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from syn0.data.built_in import BUILT_IN, read_built_in
from syn0.data.csv_file import read_csv
from syn0.data.frames import is_frame, read_array, read_frame, read_pair
from syn0.data.images import IMAGE_SUFFIXES, is_images, read_idx, read_images
from syn0.data.names import listed
from syn0.data.parquet import read_parquet
from syn0.data.reading import Reading
from syn0.data.table import Column, Table
from syn0.data.text_files import PACKED_SUFFIXES, STANDARD_INPUT, is_stream, opened, unpacked_name
from syn0.spec.checks import did_you_mean
from syn0.spec.doors import door

CSV_SUFFIXES = (".csv", ".tsv", ".tab", ".txt", ".data", ".dat")
PARQUET_SUFFIXES = (".parquet", ".pq")

LARGE_FILE = 2**26
"""From so many bytes on, numbers are kept as float32 where this is exact enough."""


@door
def read_table(
    data: Any,
    *,
    target: str | None = None,
    drop: Sequence[str] = (),
    for_prediction: bool = False,
    reading: Reading | None = None,
) -> Table:
    """Read data of any kind into a Table.

    data: a path to a CSV file (also packed as .gz, .bz2 or .xz), a Parquet file, an IDX images
        file, a folder of class folders of images or, to predict, an image; a built-in name (a
        text without separator or suffix is looked up there first); "-" for a CSV file on
        standard input; a 2-D array or (X, y); a pandas or polars frame; a Table
    target: the column to learn. Default: the one the data knows (`label`, `y`, a built-in's),
        otherwise the last column
    drop: columns to leave out
    for_prediction: the target need not be there, and none is guessed
    reading: how files of text and images are read; None (default) as usual

    Rows whose target is missing are left out and counted, unless they are for prediction.

    Raises FileNotFoundError for a path or name that is not there, ValueError for data that
    cannot be read or a column that is not there, TypeError for data of another kind, and
    ModuleNotFoundError when Pillow is needed and not installed.
    """
    if isinstance(drop, str):
        raise TypeError(f"drop must be a sequence of column names, not the text '{drop}'")
    whole = _read(data, target, reading or Reading(), for_prediction=for_prediction)
    table = with_target(without_columns(whole, drop, target), target, for_prediction=for_prediction)
    if not table.inputs:
        raise ValueError(f"{table.name} has no columns besides the target '{table.target}'")
    if table.inputs != whole.inputs:  # they are no longer all the pixels and nothing else
        table = replace(table, image_shape=None)
    return table if for_prediction else _with_known_targets(table)


def _read(data: Any, target: str | None, reading: Reading, *, for_prediction: bool) -> Table:
    if isinstance(data, Table):
        return data
    if isinstance(data, str) and data in BUILT_IN:
        return read_built_in(data)
    if isinstance(data, str | Path):
        return _read_path(Path(data), target, reading, for_prediction=for_prediction)
    if isinstance(data, np.ndarray):
        return read_array(data, for_prediction=for_prediction)
    if isinstance(data, tuple) and len(data) == 2:
        return read_pair(*data)
    if is_frame(data):
        return read_frame(data, for_prediction=for_prediction)
    raise TypeError(
        f"data is a {type(data).__name__}; it may be a path, a built-in name, a 2-D array, "
        "(X, y), a pandas or polars frame, or a Table"
    )


def _read_path(path: Path, target: str | None, reading: Reading, *, for_prediction: bool) -> Table:
    if is_stream(path):
        return _read_csv(path, target, reading)
    if not path.exists():
        names = f"built-in names: {listed(BUILT_IN)}"
        near = did_you_mean(str(path), BUILT_IN)
        raise FileNotFoundError(f"no file or built-in data named '{path}'{near} ({names})")
    if is_images(path):
        return read_images(path, reading.images, for_prediction=for_prediction)
    if "idx3-ubyte" in path.name:
        return read_idx(path, reading.images, for_prediction=for_prediction)
    if path.suffix.lower() in PARQUET_SUFFIXES:
        columns = read_parquet(path, reading)
        with path.open("rb") as file:
            return Table(
                name=str(path), columns=columns, target=None, fingerprint=fingerprint_in(file)
            )
    if unpacked_name(path).suffix.lower() in CSV_SUFFIXES:
        return _read_csv(path, target, reading)
    kinds = listed((*CSV_SUFFIXES, *PARQUET_SUFFIXES, *IMAGE_SUFFIXES, "*idx3-ubyte[.gz]"), 20)
    packed = listed(PACKED_SUFFIXES)
    raise ValueError(
        f"{path} is of no kind that is read; these are: {kinds} (tables of text also packed, with "
        f"{packed} at the end)"
    )


def _read_csv(path: Path, target: str | None, reading: Reading) -> Table:
    called = Path("standard input") if str(path) in STANDARD_INPUT else path
    with opened(path) as file:
        return table_in(file, called, reading, target)


def table_in(
    file: BinaryIO, called: Path, reading: Reading | None = None, target: str | None = None
) -> Table:
    """The table in a CSV file that is open, called so in errors."""
    reading = reading or Reading()
    compact = reading.float32 and file.seek(0, SEEK_END) >= LARGE_FILE
    contents = read_csv(file, called, reading, target=target, compact=compact)
    return Table(
        name=str(called),
        columns=contents.columns,
        target=None,
        fingerprint=fingerprint_in(file),
        has_names=contents.has_names,
        missing=None if reading.missing is None else tuple(reading.missing),
        notes=contents.notes,
    )


def fingerprint_in(file: BinaryIO) -> str:
    """sha256 (hex) of all that an open file holds."""
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(2**20):
        digest.update(piece)
    return digest.hexdigest()


def without_columns(table: Table, names: Sequence[str], target: str | None) -> Table:
    """The table without the columns that are to be dropped; ValueError where they cannot be."""
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


def with_target(table: Table, target: str | None, *, for_prediction: bool) -> Table:
    """The table with its target, which is the last column where nobody names one."""
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
