"""From loose cells to columns: what counts as a number, as a text, as missing."""

from __future__ import annotations

import math
import numbers
import re
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from syn0.data.table import MISSING_CODE, Column

if TYPE_CHECKING:
    import polars

MISSING_TEXTS = frozenset({
    "", "NA", "N/A", "n/a", "N.A.", "n.a.", "#N/A", "#NA", "<NA>", "NaN", "nan", "NaT",
    "NULL", "null", "None", "?",
})  # fmt: skip
"""What stands for a missing value."""

MISSING_NUMBERS = MISSING_TEXTS | {"-", "--", "."}
"""What does so in a column of numbers; among texts, "-" may be the opposite of "+"."""


class TextCodes(dict[str, int]):
    """Codes of the texts met so far: 0, 1, 2 … in order of first appearance, -1 = missing."""

    def __init__(self, missing: Collection[str] = MISSING_TEXTS) -> None:
        super().__init__(dict.fromkeys(missing, MISSING_CODE))
        self._missing = len(self)

    def __missing__(self, text: str) -> int:
        code = self[text] = len(self) - self._missing
        return code

    def encode(self, texts: Sequence[str]) -> NDArray[np.int32]:
        """(len(texts),) the codes of texts without the spaces around them."""
        return np.fromiter((self[text.strip()] for text in texts), np.int32, len(texts))

    def encode_series(self, cells: polars.Series) -> tuple[NDArray[np.int32], dict[str, int]]:
        """(len(cells),) the codes of a polars series of texts, and how often it holds which of the
        words for a missing value."""
        import polars

        different = cells.drop_nulls().unique(maintain_order=True)
        codes = [self[text.strip()] for text in different]
        counts: dict[str, int] = {}
        for text, code in zip(different, codes, strict=True):
            if code == MISSING_CODE:
                counts[text.strip()] = counts.get(text.strip(), 0) + int((cells == text).sum())
        encoded = cells.replace_strict(different, codes, return_dtype=polars.Int32)
        return encoded.fill_null(MISSING_CODE).to_numpy(), counts

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(self)[self._missing :]


def parse_numbers(cells: Sequence[str]) -> NDArray[np.float64] | None:
    """The numbers (NaN = missing) that cells spell; None when one of them is a text."""
    try:
        values = np.array([float(cell) for cell in cells])
    except ValueError:
        try:
            values = np.array(
                [math.nan if c.strip() in MISSING_NUMBERS else float(c) for c in cells]
            )
        except ValueError:
            return None
    # float() reads 1_000 as Python source would; in data it is a name or a code.
    return None if "_" in "".join(cells) else values


_OF_NUMBERS = re.compile(r"\d|inf", re.IGNORECASE)
_MONEY = re.compile(r"[€$£¥₹%]|\b(?:EUR|USD|GBP|CHF|JPY)\b")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[,'\u2019\u00a0\u202f]\d{3})+(?:\.\d+)?")
_GROUPED_BEFORE_COMMA = re.compile(r"[+-]?\d{1,3}(?:[.'\u2019 \u00a0\u202f]\d{3})+(?:,\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?(?:\d+,\d*|,\d+)(?:[eE][+-]?\d+)?")
_NOT_DIGITS = re.compile(r"[,'\u2019 \u00a0\u202f]")


def spelled_number(cell: str, *, decimal_comma: bool = False) -> float | None:
    """The number that a cell spells as people write them: `1,234.5`, `12%` (which is 12),
    `14.44 €`, `(5.00)` (which is -5); None when it is a text.

    decimal_comma: whether `1,5` is 1.5 and `1.234,5` is 1234.5
    """
    if not decimal_comma and (value := plain_number(cell)) is not None:
        return value
    if not _OF_NUMBERS.search(cell):
        return None
    core = cell.strip()
    if core.startswith("(") and core.endswith(")"):
        core = f"-{core[1:-1]}"
    core = _MONEY.sub("", core).strip().replace("- ", "-")
    if decimal_comma and (_GROUPED_BEFORE_COMMA.fullmatch(core) or _DECIMAL_COMMA.fullmatch(core)):
        core = _NOT_DIGITS.sub("", core.replace(".", "").replace(",", "·")).replace("·", ".")
    elif not decimal_comma and _GROUPED.fullmatch(core):
        core = _NOT_DIGITS.sub("", core)
    return plain_number(core)


def plain_number(cell: str) -> float | None:
    """The number that a cell is as programs write them; None for other cells and for NaN."""
    try:
        value = float(cell)
    except ValueError:
        return None
    return None if math.isnan(value) or "_" in cell or not cell.isascii() else value


def has_decimal_comma(cells: Sequence[str]) -> bool:
    """Whether some comma in the cells can only be a decimal one, as in `0,5`, not in `1,234`."""
    commas = [_MONEY.sub("", cell).strip("()").strip() for cell in cells if "," in cell]
    return any(
        not _GROUPED.fullmatch(c)
        and bool(_DECIMAL_COMMA.fullmatch(c) or _GROUPED_BEFORE_COMMA.fullmatch(c))
        for c in commas
    )


def is_number(cell: str, decimal_comma: bool = True) -> bool:
    """Whether a cell spells a number in some way, with a decimal comma where these may be."""
    return spelled_number(cell) is not None or (
        decimal_comma and spelled_number(cell, decimal_comma=True) is not None
    )


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
