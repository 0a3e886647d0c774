"""How the columns of a table become a network's inputs: fitted once, saved with the model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from syn0.data.cells import number_text, parse_numbers
from syn0.data.names import listed
from syn0.data.saved import Saved
from syn0.data.table import MISSING_CODE, Column

MOST_CATEGORIES = 64
FEW_TEXTS = 20  # a text column with at most this many different texts is never an identifier
UNSEEN_CODE = -2

REACH = 5.0
"""Within so many deviations numbers are kept, outliers drawn in: see `NumberInput`."""

_BLOCK_VALUES = 2**18  # so that a block of rows stays in the processor's cache


@dataclass(frozen=True)
class NumberInput:
    """A column of numbers: one input, z = (value - mean) / scale; a missing value becomes 0.

    With a `reach` the input is z / sqrt(1 + (z / reach)²), which hardly changes usual values and
    keeps outliers within it (Holzmüller et al., "Better by Default", 2024: smooth clipping).
    With `marks_missing` a second input is 1 where the value is missing.
    """

    kind: ClassVar[str] = "number"
    name: str
    mean: float = 0.0
    scale: float = 1.0
    reach: float | None = None
    marks_missing: bool = False

    @property
    def input_names(self) -> tuple[str, ...]:
        return (self.name, f"{self.name} is missing") if self.marks_missing else (self.name,)

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "name": self.name,
            "mean": self.mean,
            "scale": self.scale,
            "reach": self.reach,
            "marks_missing": self.marks_missing,
        }

    @classmethod
    def from_dict(cls, value: dict[str, Any], where: str) -> "NumberInput":
        saved = Saved(value, where, ("kind", "name", "mean", "scale", "reach", "marks_missing"))
        return cls(
            saved.text("name"),
            saved.number("mean"),
            saved.scale("scale"),
            None if saved.value("reach") is None else saved.scale("reach"),
            saved.flag("marks_missing"),
        )


@dataclass(frozen=True)
class TextInput:
    """A column of texts: one 0/1 input a category; a text that is none of them gives all 0.

    With marks_missing one more input is 1 where the text is missing.
    """

    kind: ClassVar[str] = "text"
    name: str
    categories: tuple[str, ...]
    marks_missing: bool = False

    @property
    def input_names(self) -> tuple[str, ...]:
        names = tuple(f"{self.name} = {category}" for category in self.categories)
        return (*names, f"{self.name} is missing") if self.marks_missing else names

    def write(self, X: NDArray[Any], column: Column) -> None:
        """Set the ones in X, this column's part (rows, inputs) of an array of zeros."""
        codes = codes_among(column, self.categories)
        rows = np.flatnonzero(codes >= 0)
        X[rows, codes[rows]] = 1
        if self.marks_missing:
            X[:, -1] = column.missing

    def count_unknown(self, column: Column) -> int:
        """In how many rows there is a text that is none of the categories."""
        return int((codes_among(column, self.categories) == UNSEEN_CODE).sum())

    def to_dict(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "name": self.name,
            "categories": list(self.categories),
            "marks_missing": self.marks_missing,
        }

    @classmethod
    def from_dict(cls, value: dict[str, Any], where: str) -> "TextInput":
        saved = Saved(value, where, ("kind", "name", "categories", "marks_missing"))
        categories = saved.different_texts("categories")
        if not categories:
            raise saved.error("'categories' must not be empty")
        return cls(saved.text("name"), categories, saved.flag("marks_missing"))


@dataclass(frozen=True)
class LeftOut:
    """A column that gives no input, and why."""

    kind: ClassVar[str] = "left_out"
    name: str
    reason: str
    input_names: ClassVar[tuple[str, ...]] = ()

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "name": self.name, "reason": self.reason}

    @classmethod
    def from_dict(cls, value: dict[str, Any], where: str) -> "LeftOut":
        saved = Saved(value, where, ("kind", "name", "reason"))
        return cls(saved.text("name"), saved.text("reason"))


InputColumn: TypeAlias = NumberInput | TextInput | LeftOut


def input_from_dict(value: Any, where: str) -> InputColumn:
    """The input column that `to_dict` gave; ValueError for anything else."""
    kinds = {kind.kind: kind for kind in (NumberInput, TextInput, LeftOut)}
    kind = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in kinds:
        raise ValueError(f"{where}: 'kind' must be one of {listed(kinds)}")
    return kinds[kind].from_dict(value, where)


def fit_input(column: Column) -> InputColumn:
    """How a training column is prepared: numbers standardised, texts one-hot."""
    if column.missing.all():
        return LeftOut(column.name, "no values")
    return _fit_numbers(column) if column.categories is None else _fit_texts(column)


def fit_pixels(columns: Sequence[Column]) -> list[InputColumn]:
    """Pixels share one scale, which brings the brightest of the training pixels to 1."""
    brightest = max(float(column.values.max()) for column in columns)
    return [NumberInput(column.name, scale=brightest or 1.0) for column in columns]


def _fit_numbers(column: Column) -> NumberInput | LeftOut:
    missing = column.missing
    some_missing = bool(missing.any())
    values = column.values[~missing].astype(np.float64)
    low, high = float(values.min()), float(values.max())
    if low == high and not some_missing:
        return LeftOut(column.name, f"{number_text(low)} in every row")
    mean, scale = mean_and_scale(values, column.name)
    return NumberInput(column.name, mean, scale, REACH, marks_missing=some_missing)


def mean_and_scale(values: NDArray[np.float64], name: str) -> tuple[float, float]:
    """Mean and standard deviation of numbers without missing ones; the scale is never 0."""
    if values.min() == values.max():  # rounding would give a tiny deviation instead of none
        return float(values[0]), 1.0
    with np.errstate(over="ignore", invalid="ignore"):
        mean, scale = float(values.mean()), float(values.std())
    if not np.isfinite(scale):
        raise ValueError(f"column '{name}' holds numbers too large to standardise")
    return mean, scale or 1.0


def _fit_texts(column: Column) -> TextInput | LeftOut:
    categories = column.categories or ()
    missing = column.missing
    some_missing = bool(missing.any())
    counts = np.bincount(column.values[~missing], minlength=len(categories))
    counted = [(-n, text) for n, text in zip(counts.tolist(), categories, strict=True) if n]
    if len(counted) == 1 and not some_missing:
        return LeftOut(column.name, f"'{counted[0][1]}' in every row")
    if looks_like_an_identifier(len(counted), int(counts.sum())):
        return LeftOut(column.name, f"{len(counted)} different texts in {counts.sum()} rows")
    kept = tuple(text for _, text in sorted(counted)[:MOST_CATEGORIES])
    return TextInput(column.name, kept, some_missing)


def looks_like_an_identifier(different: int, rows: int) -> bool:
    """Whether so many different texts in so many rows are names or keys, not categories."""
    return different > FEW_TEXTS and different > rows / 2


def codes_among(column: Column, texts: Sequence[str]) -> NDArray[np.intp]:
    """(rows,) the position in `texts` of each value, -1 = missing, -2 = not among them.

    A column of numbers is matched by value: its file held no text to tell it from numbers.
    """
    positions = {text: position for position, text in enumerate(texts)}
    if column.categories is not None:
        found = [positions.get(category, UNSEEN_CODE) for category in column.categories]
        # The code of a missing text, -1, picks the last element.
        return np.take(np.array([*found, MISSING_CODE], np.intp), column.values)
    values, inverse = np.unique(column.values, return_inverse=True)
    found = [_code_of_number(value, positions) for value in values]
    return np.array(found, np.intp)[inverse]


def _code_of_number(value: Any, positions: dict[str, int]) -> int:
    if np.isnan(value):
        return MISSING_CODE
    if number_text(value) in positions:
        return positions[number_text(value)]
    for text, position in positions.items():  # 03 and 3.0 are other spellings of 3
        spelled = parse_numbers([text])
        if spelled is not None and spelled[0] == value:
            return position
    return UNSEEN_CODE


def smoothly_clipped(z: NDArray[np.float64], reach: NDArray[np.float64]) -> NDArray[np.float64]:
    """z / sqrt(1 + (z / reach)²), which stays within the reach of each column."""
    clipped: NDArray[np.float64] = z / np.hypot(1, z / reach)
    return clipped


def write_numbers(
    X: NDArray[Any],
    inputs: Sequence[NumberInput],
    places: NDArray[np.intp],
    columns: Sequence[Column],
) -> None:
    """Fill X[:, places] with prepared numbers, block of rows by block of rows.

    Raises ValueError for a number that X's dtype cannot hold.
    """
    means = np.array([number.mean for number in inputs])
    scales = np.array([number.scale for number in inputs])
    bounded = np.array([number.reach is not None for number in inputs])
    reaches = np.array([number.reach for number in inputs if number.reach is not None])
    block_rows = max(1, _BLOCK_VALUES // len(inputs))
    for start in range(0, len(X), block_rows):
        rows = slice(start, start + block_rows)
        block = np.stack([c.values[rows] for c in columns], axis=1, dtype=np.float64)
        block -= means
        block /= scales
        block[np.isnan(block)] = 0
        block[:, bounded] = smoothly_clipped(block[:, bounded], reaches)
        with np.errstate(over="ignore"):
            block = block.astype(X.dtype, copy=False)
        finite = np.isfinite(block).all(axis=0)
        if not finite.all():
            name = columns[int(finite.argmin())].name
            raise ValueError(f"column '{name}' holds numbers too large for {X.dtype}")
        X[rows, places] = block
    for number, place, column in zip(inputs, places, columns, strict=True):
        if number.marks_missing:
            X[:, place + 1] = column.missing
