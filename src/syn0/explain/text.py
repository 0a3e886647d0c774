"""How figures are written for a terminal, and handed to pandas."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

DIGITS, MORE_DIGITS = 4, 7
"""Significant digits of a figure that is read by people, and of one that hardly moves; the objects
hold all of them."""

WIDTH = 98
"""Columns of a terminal that texts keep to."""

MOST_SHOWN = 48
"""Entries of an array that are shown one by one; of larger ones the corners."""


def number(value: Any, digits: int = DIGITS) -> str:
    """A number in a few digits; truths as 0 and 1, whole numbers whole."""
    if isinstance(value, bool | np.bool_):
        return str(int(value))
    if isinstance(value, int | np.integer):
        return f"{value:,}"
    value = float(value) + 0.0  # -0 is 0 to a reader
    return f"{value:.{digits}g}".replace("e-0", "e-").replace("e+0", "e+")


def shape_of(value: Any) -> str:
    """ "(4, 3)"; of a plain number "number"."""
    shape = np.shape(value)
    return str(shape) if shape else "number"


def dtype_of(value: Any) -> str:
    """The name of an array's dtype; of a plain number that of its Python type."""
    dtype = getattr(value, "dtype", None)
    return type(value).__name__ if dtype is None else str(dtype)


def span(value: Any) -> str:
    """From the least to the greatest entry; how many are not finite, if any; a number itself."""
    array = np.asarray(value)
    if array.dtype.kind not in "biuf" or not array.size:
        return ""
    if not array.ndim:
        return number(array[()])
    good = array[np.isfinite(array)] if array.dtype.kind == "f" else array
    bad = f"{array.size - good.size:,} not finite" if good.size < array.size else ""
    if not good.size:
        return bad
    low, high = good.min(), good.max()
    ends = number(low) if low == high else f"{number(low)} to {number(high)}"
    return f"{ends}, {bad}" if bad else ends


def array_text(value: Any, indent: int = 2, width: int = WIDTH) -> str:
    """An array's entries, lined up; of a large one its corners."""
    array = np.asarray(value)
    if array.dtype.kind == "b":
        array = array.astype(int)
    if not array.ndim:
        return " " * indent + number(array[()])
    text = np.array2string(
        array,
        precision=DIGITS,
        threshold=MOST_SHOWN,
        edgeitems=3,
        max_line_width=width - indent,
        suppress_small=bool(array.size) and float(np.abs(array).max(initial=0)) >= 1e-3,
    )
    return "\n".join(" " * indent + line for line in text.splitlines())


def table(header: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> list[str]:
    """Lines of aligned columns, the first `left` of them to the left."""
    columns = zip(header, *rows, strict=True)
    widths = [max(map(len, column)) for column in columns]

    def line(cells: Sequence[str]) -> str:
        return "  ".join(
            cell.ljust(width) if place < left else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ).rstrip()

    return [line(header), *map(line, rows)]


def shortened(text: str, most: int) -> str:
    """A text without its end where it is longer than `most`."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def frame(columns: Mapping[str, Any]) -> Any:
    """A pandas DataFrame of these columns.

    Raises:
        ModuleNotFoundError: pandas is not installed.
    """
    try:
        import pandas
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "to_frame() makes a table of pandas, which is not installed: pip install pandas"
        ) from None
    return pandas.DataFrame(dict(columns))


def plain(value: Any) -> Any:
    """Arrays and NumPy's numbers as JSON has them: lists and numbers, and None for what JSON has
    no number for."""
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, np.ndarray | list | tuple):
        return [plain(item) for item in (value.tolist() if hasattr(value, "tolist") else value)]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
