"""From loose cells to columns: what counts as a number, as a text, as missing."""

import math
import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.data.table import MISSING_CODE, Column

MISSING_TEXTS = frozenset({"", "NA", "N/A", "NaN", "nan", "NULL", "null", "None", "?"})


class TextCodes(dict[str, int]):
    """Codes of the texts met so far: 0, 1, 2 … in order of first appearance, -1 = missing."""

    def __init__(self) -> None:
        super().__init__(dict.fromkeys(MISSING_TEXTS, MISSING_CODE))

    def __missing__(self, text: str) -> int:
        code = self[text] = len(self) - len(MISSING_TEXTS)
        return code

    def encode(self, texts: Sequence[str]) -> NDArray[np.int32]:
        """(len(texts),) the codes of texts without the spaces around them."""
        return np.fromiter((self[text.strip()] for text in texts), np.int32, len(texts))

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(self)[len(MISSING_TEXTS) :]


def parse_numbers(cells: Sequence[str]) -> NDArray[np.float64] | None:
    """The numbers (NaN = missing) that cells spell; None when one of them is a text."""
    try:
        values = np.array([float(cell) for cell in cells])
    except ValueError:
        try:
            values = np.array([math.nan if c.strip() in MISSING_TEXTS else float(c) for c in cells])
        except ValueError:
            return None
    # float() reads 1_000 as Python source would; in data it is a name or a code.
    return None if "_" in "".join(cells) else values


def text_column(name: str, texts: Sequence[str]) -> Column:
    """A column of texts, stripped of spaces; when all are missing, a column of missing numbers."""
    codes = TextCodes()
    values = codes.encode(texts)
    if not codes.categories:
        return Column(name, np.full(len(values), math.nan))
    return Column(name, values, codes.categories)


def column_of(name: str, values: NDArray[Any], place: str) -> Column:
    """A column from a 1-D array of any dtype; None and NaN are missing.

    Truth values become the texts True and False, as they would from a CSV file.
    Raises ValueError for an infinite number and TypeError for complex numbers.
    """
    if values.dtype.kind == "c":
        raise TypeError(f"{place}: column '{name}' holds complex numbers; only real ones are read")
    if values.dtype.kind not in "iuf":
        cells = [None if _is_missing(cell) else cell for cell in values.tolist()]
        if not all(cell is None or _is_number(cell) for cell in cells):
            return text_column(name, ["" if cell is None else str(cell) for cell in cells])
        values = np.array([math.nan if cell is None else float(cell) for cell in cells])
    if np.isinf(values).any():
        row = int(np.isinf(values).argmax()) + 1
        raise ValueError(f"{place}, row {row}: column '{name}' holds an infinite number")
    return Column(name, values)


def _is_missing(cell: Any) -> bool:
    return cell is None or (isinstance(cell, float | np.floating) and math.isnan(cell))


def _is_number(cell: Any) -> bool:
    return isinstance(cell, numbers.Number) and not isinstance(cell, bool | complex)


def number_text(value: Any) -> str:
    """How a number is written as a class or category: 3 for 3.0, otherwise its shortest form."""
    return str(int(value)) if float(value).is_integer() else str(value)
