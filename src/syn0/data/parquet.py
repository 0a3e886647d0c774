"""Reads Parquet files, through polars."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from syn0.data.frames import frame_columns
from syn0.data.table import Column
from syn0.spec.doors import Whole
from syn0.spec.words import visible

LONGEST_REASON = 200
"""In characters, of what polars says of a file."""


def read_parquet(path: Path) -> dict[str, Column]:
    """The columns of a Parquet file. Raises ValueError when polars cannot read it."""
    return frame_columns(_frame(path), str(path))


def _frame(path: Path) -> Any:
    import polars

    try:
        return polars.read_parquet(path)
    except polars.exceptions.PolarsError as error:
        reason = str(error)
    except BaseException as error:
        # polars' PanicException, of damaged files, is no Exception, and has no name to import.
        if type(error).__name__ != "PanicException":
            raise
        reason = str(error)
    reason = visible(reason[:LONGEST_REASON])[:LONGEST_REASON]
    raise ValueError(Whole(f"{visible(str(path))} cannot be read as Parquet: {reason}"))
