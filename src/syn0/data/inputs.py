"""How the columns of a table become a network's inputs: fitted once, saved with the model."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from syn0.data.cells import number_text, parse_numbers
from syn0.data.spellings import UNSEEN_CODE, Spellings, as_numbers, one_spelling
from syn0.data.table import Column
from syn0.program.operations import smoothly_clipped
from syn0.spec.once import once

MOST_CATEGORIES = 64
FEW_TEXTS = 20  # a text column with at most this many different texts is never an identifier
MOST_OTHERS, MOST_LETTERS = 10_000, 1_000_000  # of the texts that `TextInput.others` remember

REACH = 5.0
"""Within so many deviations numbers are kept, outliers drawn in: see `NumberInput`."""

ROW_NUMBERS = "only numbers the rows"
"""Why an index is left out. It may be missing where columns go by position."""

_UNNAMED = re.compile(r"Unnamed: \d+|__index_level_\d+__")  # pandas's, in CSV and in Parquet

_BLOCK_VALUES = 2**18  # so that a block of rows stays in the processor's cache


@dataclass(frozen=True)
class NumberInput:
    """A column of numbers: one input, z = (value - mean) / scale; a missing value becomes 0.

    With a `reach` the input is z / sqrt(1 + (z / reach)²), which hardly changes usual values and
    keeps outliers within it (Holzmüller et al., "Better by Default", 2024: smooth clipping).
    With `marks_missing` a second input is 1 where the value is missing. `zero_or_one` says that
    training held nothing else, so that truth values mean the same.
    """

    kind: ClassVar[str] = "number"
    name: str
    mean: float = 0.0
    scale: float = 1.0
    reach: float | None = None
    marks_missing: bool = False
    zero_or_one: bool = False

    def __post_init__(self) -> None:
        for name in ("scale", "reach"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ValueError(f"'{name}' must be above 0, found {value}")

    @property
    def input_names(self) -> tuple[str, ...]:
        return (self.name, f"{self.name} is missing") if self.marks_missing else (self.name,)

    def read(self, column: Column) -> Column:
        """The column as numbers, also where they come as texts or truth values.

        Raises ValueError for a text that is no number, with its row.
        """
        what = f"column '{column.name}' held numbers in training, but now it holds"
        return as_numbers(column, what, truth=self.zero_or_one)


@dataclass(frozen=True)
class TextInput:
    """A column of texts: one 0/1 input a category; a text that is none of them gives all 0.

    With marks_missing one more input is 1 where the text is missing.

    others: the data's texts that are no categories: too rare, or only in rows held out. They are
        known though they give no input; () where there are too many to remember
    rare_texts, rare_rows: how many texts of the training rows are no categories, in how many rows
    """

    kind: ClassVar[str] = "text"
    name: str
    categories: tuple[str, ...]
    marks_missing: bool = False
    others: tuple[str, ...] = ()
    rare_texts: int = 0
    rare_rows: int = 0

    def __post_init__(self) -> None:
        if not self.categories:
            raise ValueError("'categories' must not be empty")
        if not {*self.categories}.isdisjoint(self.others):
            raise ValueError("'others' must hold none of 'categories'")
        texts = self.rare_texts
        if texts > self.rare_rows or (self.others and texts > len(self.others)):
            raise ValueError("'rare_texts' must not be above 'rare_rows' or all 'others'")

    @property
    def input_names(self) -> tuple[str, ...]:
        names = tuple(f"{self.name} = {category}" for category in self.categories)
        return (*names, f"{self.name} is missing") if self.marks_missing else names

    @once
    def _spellings(self) -> Spellings:
        return Spellings(self.categories)

    def write(self, X: NDArray[Any], column: Column) -> None:
        """Set the ones in X, this column's part (rows, inputs) of an array of zeros."""
        codes = self._spellings.codes(column)
        rows = np.flatnonzero(codes >= 0)
        X[rows, codes[rows]] = 1
        if self.marks_missing:
            X[:, -1] = column.missing

    def unknown(self, column: Column) -> int:
        """The number of rows with texts that training did not know."""
        unseen = column.take(self._spellings.codes(column) == UNSEEN_CODE)
        return int((Spellings(self.others).codes(unseen) == UNSEEN_CODE).sum())

    def unknown_in(self, count: int) -> str | None:
        """What to say of such texts in so many rows; None of none."""
        rare = "too rare in training or " if self.rare_texts and not self.others else ""
        return f"texts {rare}unknown to the model (rows: {count:,})" if count else None

    @property
    def merged(self) -> str | None:
        """What to say of the texts that got no input of their own; None where all did."""
        if not self.rare_texts:
            return None
        different = len(self.categories) + self.rare_texts
        return (
            f"the {self.rare_texts:,} rarest of its {different:,} texts have no input of their own "
            f"(rows: {self.rare_rows:,})"
        )


@dataclass(frozen=True)
class LeftOut:
    """A column that gives no input, and why."""

    kind: ClassVar[str] = "left_out"
    name: str
    reason: str
    input_names: ClassVar[tuple[str, ...]] = ()


InputColumn: TypeAlias = NumberInput | TextInput | LeftOut


def fit_input(column: Column) -> InputColumn:
    """How a training column is prepared: numbers standardised, texts one-hot."""
    if column.missing.all():
        return LeftOut(column.name, "no values")
    if numbers_the_rows(column):
        return LeftOut(column.name, ROW_NUMBERS)
    return _fit_numbers(column) if column.categories is None else _fit_texts(one_spelling(column))


def without_too_many_others(columns: Sequence[InputColumn]) -> list[InputColumn]:
    """The columns, but some without their `others`, so that models stay small files."""
    kept: list[InputColumn] = []
    texts = letters = 0
    for column in columns:
        if isinstance(column, TextInput):
            more = sum(map(len, column.others))
            if texts + len(column.others) > MOST_OTHERS or letters + more > MOST_LETTERS:
                column = replace(column, others=())
            else:
                texts, letters = texts + len(column.others), letters + more
        kept.append(column)
    return kept


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
    return NumberInput(column.name, mean, scale, REACH, some_missing, are_zero_or_one(values))


def are_zero_or_one(values: NDArray[Any]) -> bool:
    """Whether numbers are 0 and 1 only, as truth values are."""
    return bool(((values == 0) | (values == 1)).all())


def mean_and_scale(values: NDArray[np.float64], name: str) -> tuple[float, float]:
    """Mean and standard deviation of numbers without missing ones; the scale is never 0."""
    if values.min() == values.max():  # rounding would give a tiny deviation instead of none
        return float(values[0]), 1.0
    with np.errstate(over="ignore", invalid="ignore"):
        mean, scale = float(values.mean()), float(values.std())
    if not np.isfinite(scale):
        raise ValueError(f"column '{name}' holds numbers too large to standardise")
    return mean, scale or 1.0


def _fit_texts(column: Column) -> InputColumn:
    categories = column.categories or ()
    missing = column.missing
    counts = np.bincount(column.values[~missing], minlength=len(categories))
    met, rows = int((counts > 0).sum()), int(counts.sum())
    named = looks_like_an_identifier(met, rows) and not column.declared
    if named and _are_amounts(categories):  # as if they had come as numbers
        return _fit_numbers(as_numbers(column, f"column '{column.name}' holds"))
    texts = dict(zip(categories, counts.tolist(), strict=True))
    return text_input(column.name, texts, bool(missing.any()), declared=column.declared)


def text_input(
    name: str, counts: Mapping[str, int], some_missing: bool, *, declared: bool = False
) -> InputColumn:
    """How texts are prepared of which there are so many each in the training rows."""
    order = sorted((-count, text) for text, count in counts.items())
    met, rows = sum(count > 0 for count in counts.values()), sum(counts.values())
    if met == 1 and not some_missing:
        return LeftOut(name, f"'{order[0][1]}' in every row")
    if looks_like_an_identifier(met, rows) and not (declared and met < rows):
        return LeftOut(name, f"{met} different texts in {rows} rows")
    kept = tuple(text for _, text in order[: min(met, MOST_CATEGORIES)])
    others = tuple(text for _, text in order[len(kept) :])
    rare_rows = -sum(count for count, _ in order[len(kept) : met])
    return TextInput(name, kept, some_missing, others, met - len(kept), rare_rows)


def _are_amounts(texts: Sequence[str]) -> bool:
    """Whether texts are numbers, and not codes such as 00123."""
    numbers = parse_numbers(texts)
    if numbers is None or not np.isfinite(numbers).all():
        return False
    return not any(text[0] == "0" and text[1:2].isdigit() for text in texts)


def numbers_the_rows(column: Column) -> bool:
    """Whether a column is an index that was saved with the rows, in whatever order these are now:
    without a name, or with the one that pandas gives it, and different whole numbers."""
    values = column.values
    named = not column.nameless and not has_name_of_an_index(column.name)
    if column.categories is not None or named:
        return False
    whole = values.dtype.kind in "iu" or bool((values == np.floor(values)).all())
    return whole and bool((values >= 0).all()) and len(np.unique(values)) == len(values)


def has_name_of_an_index(name: str) -> bool:
    """Whether a column has the name that pandas gives an index."""
    return _UNNAMED.fullmatch(name) is not None


def looks_like_an_identifier(different: int, rows: int) -> bool:
    """Whether so many different texts in so many rows are names or keys, not categories."""
    return different > FEW_TEXTS and different > rows / 2


class NumberInputs:
    """Columns of numbers, which are prepared together: one by one would take far longer.

    inputs: what was fitted
    places: where each stands among all inputs
    """

    def __init__(self, inputs: Sequence[NumberInput], places: Sequence[int]) -> None:
        self.inputs = inputs
        self._places = np.array(places, np.intp)
        self._means = np.array([number.mean for number in inputs])
        self._scales = np.array([number.scale for number in inputs])
        self._bounded = np.array([number.reach is not None for number in inputs])
        self._reaches = np.array([n.reach for n in inputs if n.reach is not None])
        self._marked = [n for n, number in enumerate(inputs) if number.marks_missing]

    def write(self, X: NDArray[Any], columns: Sequence[Column]) -> None:
        """Fill these inputs of X, an array of zeros, block of rows by block of rows.

        Raises ValueError for a number that X's dtype cannot hold.
        """
        block_rows = max(1, _BLOCK_VALUES // len(self.inputs))
        for start in range(0, len(X), block_rows):
            rows = slice(start, start + block_rows)
            block = np.stack([c.values[rows] for c in columns], axis=1, dtype=np.float64)
            gaps = np.isnan(block)
            block = self._prepared(block)
            block[gaps] = 0
            with np.errstate(over="ignore"):
                block = block.astype(X.dtype, copy=False)
            finite = np.isfinite(block)
            if not finite.all():
                name = columns[int(finite.all(axis=0).argmin())].name
                raise ValueError(f"column '{name}' holds numbers too large for {X.dtype}")
            X[rows, self._places] = block
            if self._marked:
                X[rows, self._places[self._marked] + 1] = gaps[:, self._marked]

    def _prepared(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        values -= self._means
        values /= self._scales
        if self._bounded.all():
            return np.asarray(smoothly_clipped(values, self._reaches))
        values[:, self._bounded] = smoothly_clipped(values[:, self._bounded], self._reaches)
        return values
