"""Reads Parquet files, through polars."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from syn0.data.frames import frame_columns
from syn0.data.reading import Reading
from syn0.data.table import Column

LONGEST_REASON = 200
"""In characters, of what polars says of a file."""

SMALL_FILE = 2**24
"""In bytes. Smaller ones are first read by another process, as a damaged or malicious one may claim
sizes for which polars ends the process that asks for the memory. Larger ones need the time."""

MEMORY = 2**33
"""In bytes, of that process."""

TRIAL = f"""
import sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))
except (ImportError, ValueError):
    pass
import polars
polars.read_parquet(sys.argv[1], use_statistics=False)
"""


def read_parquet(path: Path, reading: Reading) -> dict[str, Column]:
    """The columns of a Parquet file.

    Raises ValueError for a file that polars cannot read, or of far more cells than bytes.
    """
    import polars

    size = path.stat().st_size
    reading.check_cells(path, cells_in(path), size)
    try_apart(path)
    with reasons_of(path):
        frame = polars.read_parquet(path)
    return frame_columns(frame, str(path))


def cells_in(path: Path) -> int:
    """How many cells a Parquet file says that it has; ValueError as `read_parquet`."""
    import polars

    with reasons_of(path):
        rows: Any = polars.scan_parquet(path)
        height: int = rows.select(polars.len()).collect().item()
        return len(rows.collect_schema()) * height


def try_apart(path: Path) -> None:
    """ValueError if a process that reads the file, a small one, fails or is ended."""
    if path.stat().st_size >= SMALL_FILE:
        return
    words = [sys.executable, "-P", "-c", TRIAL, str(path.absolute())]
    done = subprocess.run(words, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603
    if done.returncode:
        *_, reason = ["", *done.stderr.strip().splitlines()]
        ended = "reading it ends in an abort, as it is damaged or claims impossible sizes"
        raise _error(path, reason if done.returncode == 1 else ended)


@contextmanager
def reasons_of(path: Path) -> Iterator[None]:
    """Turn what polars says of a file into one sentence."""
    import polars

    try:
        yield
    except (polars.exceptions.PolarsError, OSError) as error:
        raise _error(path, str(error)) from None
    except BaseException as error:
        # polars' PanicException, of damaged files, is no Exception, and has no name to import.
        if type(error).__name__ != "PanicException":
            raise
        raise _error(path, str(error)) from None


def _error(path: Path, reason: str) -> ValueError:
    return ValueError(f"{path} cannot be read as Parquet: {reason[:LONGEST_REASON]}")
