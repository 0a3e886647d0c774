"""What the preparation of columns is fitted on, gathered block by block: so that it comes out as of
the whole table, which is never in memory."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from syn0.data.cells import number_text
from syn0.data.inputs import (
    REACH,
    ROW_NUMBERS,
    InputColumn,
    LeftOut,
    NumberInput,
    are_zero_or_one,
    has_name_of_an_index,
    text_input,
    without_too_many_others,
)
from syn0.data.schema import Schema, UnpreparedError
from syn0.data.spellings import Spellings, meaning, one_spelling_of
from syn0.data.table import Column
from syn0.data.targets import (
    CLASSIFICATION,
    PLAIN,
    STANDARDISED,
    TASKS,
    ClassTarget,
    NumberTarget,
    TargetColumn,
    look_like_classes,
)

MOST_TEXTS = 100_000
"""Different texts of a column that are counted; such as are met later count as rare."""

MOST_NUMBERS = 1000
"""Different numbers of a target that are counted: classes are fewer."""


@dataclass
class Summary:
    """What is known of a column.

    Attributes:
        name: its name.
        nameless, declared: see `Column`.
        missing: cells without a value.
        numbers: cells with a number; `mean`, `squares` (the sum of squared differences from it),
            `low` and `high` are theirs.
        zero_or_one: whether they are 0 and 1 only.
        ascending: whether they are whole, at least 0 and each above the one before, as those of an
            index are; `last` is the latest one.
        texts: how often each text occurs, also those that only rows held out have.
        uncounted: cells with texts beyond `MOST_TEXTS`.
    """

    name: str
    nameless: bool = False
    declared: bool = False
    missing: int = 0
    numbers: int = 0
    mean: float = 0.0
    squares: float = 0.0
    low: float = math.inf
    high: float = -math.inf
    zero_or_one: bool = True
    ascending: bool = True
    last: float = -1.0
    texts: Counter[str] = field(default_factory=Counter)
    uncounted: int = 0

    def add(self, column: Column, rows: NDArray[np.bool_]) -> None:
        """Take the cells of some rows, as a mask says, into account."""
        self.nameless, self.declared = column.nameless, column.declared
        missing = column.missing
        self.missing += int((missing & rows).sum())
        if column.categories is None:
            self._order(column.values)
            self._add_numbers(column.values[rows & ~missing].astype(np.float64))
        else:
            codes = column.values[rows & ~missing]
            counts = np.bincount(codes, minlength=len(column.categories))
            self._add_texts(column.categories, counts.tolist())

    @property
    def rows(self) -> int:
        """The number of cells with a value."""
        return self.numbers + self.texts.total() + self.uncounted

    @property
    def scale(self) -> float:
        """The standard deviation of the numbers; 1 where it is 0."""
        deviation = math.sqrt(self.squares / self.numbers)
        if not math.isfinite(deviation):
            raise ValueError(f"column '{self.name}' holds numbers too large to standardise")
        return deviation or 1.0

    def _order(self, values: NDArray[np.generic]) -> None:
        """Whether an index goes on with these."""
        numbers = values.astype(np.float64)
        if self.ascending and len(numbers):
            rising = numbers[0] > self.last and (np.diff(numbers) > 0).all()
            self.ascending = bool(rising and (numbers == np.floor(numbers)).all())
            self.last = float(numbers[-1])

    def _add_numbers(self, values: NDArray[np.float64]) -> None:
        if not len(values):
            return
        low, high = float(values.min()), float(values.max())
        self.low, self.high = min(self.low, low), max(self.high, high)
        self.zero_or_one = self.zero_or_one and are_zero_or_one(values)
        with np.errstate(over="ignore", invalid="ignore"):
            # Of means and squares of two parts (Chan, Golub & LeVeque, 1983).
            mean = float(values.mean()) if low < high else low
            squares = float(np.square(values - mean).sum())
            total, apart = self.numbers + len(values), mean - self.mean
            self.mean += apart * len(values) / total
            self.squares += squares + apart * apart * self.numbers * len(values) / total
        self.numbers = total

    def _add_texts(self, texts: Sequence[str], counts: Sequence[int]) -> None:
        for text, count in zip(texts, counts, strict=True):
            if text in self.texts or len(self.texts) < MOST_TEXTS:
                self.texts[text] += count
            else:
                self.uncounted += count

    def one_spelling(self) -> Counter[str]:
        """The texts, truth values with one spelling for each."""
        order = [text for text, count in self.texts.most_common() if count]
        kept = one_spelling_of(order)
        if len(kept) == len(order):
            return self.texts
        counts: Counter[str] = Counter()
        for text in order:
            counts[kept[meaning(text, truth=True)]] += self.texts[text]
        return counts

    def input(self) -> InputColumn:
        """How the column is prepared."""
        if not self.rows:
            return LeftOut(self.name, "no values")
        if self.texts:
            return self._text_input()
        if self.numbers_the_rows:
            return LeftOut(self.name, ROW_NUMBERS)
        if self.low == self.high:
            if not self.missing:
                return LeftOut(self.name, f"{number_text(self.low)} in every row")
            return NumberInput(self.name, self.low, 1.0, REACH, True, self.zero_or_one)
        some = self.missing > 0
        return NumberInput(self.name, self.mean, self.scale, REACH, some, self.zero_or_one)

    def plain_input(self) -> InputColumn:
        """How the column goes in as it is; UnpreparedError where it cannot."""
        if self.numbers_the_rows and not self.texts:
            return LeftOut(self.name, ROW_NUMBERS)
        if not self.texts and not self.missing:
            return NumberInput(self.name, zero_or_one=self.zero_or_one)
        what = f"has {self.missing:,} missing values"
        if self.texts:
            what = f"holds texts such as '{next(iter(self.texts))}'"
        raise UnpreparedError(
            f"column '{self.name}' {what}; only numbers go in as they are: drop this column"
        )

    @property
    def numbers_the_rows(self) -> bool:
        """Whether it is an index that was saved with the rows, in their order."""
        return self.ascending and (self.nameless or has_name_of_an_index(self.name))

    def _text_input(self) -> InputColumn:
        if self.uncounted > self.rows / 2:
            more = f"more than {MOST_TEXTS:,} different texts in {self.rows:,} rows"
            return LeftOut(self.name, more)
        return text_input(self.name, self.one_spelling(), self.missing > 0, declared=self.declared)


@dataclass
class TargetSummary(Summary):
    """What is known of a target.

    Attributes:
        values: how often each number occurs; emptied where they are more than `MOST_NUMBERS`.
        known: all that is in `values` or `texts`, rows held out included.
    """

    values: Counter[float] = field(default_factory=Counter)
    too_many: bool = False
    known: Counter[str] = field(default_factory=Counter)

    def watch(self, column: Column, rows: NDArray[np.bool_]) -> None:
        """Take all rows with a target into account, to tell the task and the classes."""
        if column.categories is not None:
            counts = np.bincount(column.values[rows], minlength=len(column.categories))
            self.known.update(dict(zip(column.categories, counts.tolist(), strict=True)))
        elif not self.too_many:
            values, numbers = np.unique(column.values[rows], return_counts=True)
            self.values.update(dict(zip(values.tolist(), numbers.tolist(), strict=True)))
            self.too_many = len(self.values) > MOST_NUMBERS
            if self.too_many:
                self.values.clear()

    def target(self, task: str | None, scaling: str) -> TargetColumn:
        """What the target becomes, as `fit_target` tells it.

        Raises:
            ValueError: an unknown task, or a target that holds nothing to learn.
        """
        if task not in (None, *TASKS):
            raise ValueError(f"the task is '{task}'; it must be one of {', '.join(TASKS)}")
        texts = {text for text, count in self.known.items() if count}
        if not self.too_many and max(len(texts), len(self.values)) < 2:
            raise ValueError(f"target '{self.name}' is the same in every row: nothing to learn")
        task = task or (CLASSIFICATION if texts or self._looks_like_classes() else "regression")
        if task == CLASSIFICATION:
            return self._classes(texts)
        if texts:
            text = min(texts)
            raise ValueError(f"target '{self.name}' holds texts such as '{text}': no regression")
        if scaling == PLAIN:
            return NumberTarget(self.name)
        return NumberTarget(self.name, self.mean if scaling == STANDARDISED else 0.0, self.scale)

    def counts_of(self, classes: Sequence[str]) -> list[int]:
        """How many rows there are of each class, those held out included."""
        counts = [0] * len(classes)
        places = Spellings(classes)
        texts = self.known or {number_text(value): n for value, n in self.values.items()}
        for text, count in texts.items():
            if count:
                counts[places.of_text(text)] += count
        return counts

    def _looks_like_classes(self) -> bool:
        numbers, counts = np.array([*self.values]), np.array([*self.values.values()])
        return len(numbers) > 0 and look_like_classes(numbers, counts)

    def _classes(self, texts: set[str]) -> ClassTarget:
        if self.too_many or len(texts) > MOST_NUMBERS:
            raise ValueError(
                f"target '{self.name}' has more than {MOST_NUMBERS:,} different values: too many "
                "for classes that stream from disk"
            )
        if not texts:
            return ClassTarget(self.name, tuple(number_text(v) for v in sorted(self.values)))
        order = sorted(texts, key=lambda text: -self.known[text])
        return ClassTarget.of_texts(self.name, one_spelling_of(order).values())


def schema_of(
    inputs: Sequence[Summary],
    target: TargetSummary,
    *,
    task: str | None,
    prepare: bool,
    scaling: str,
    missing: tuple[str, ...] | None,
    name: str,
) -> Schema:
    """The schema for the training rows that were summarised; see `Schema.fit`."""
    fitted = target.target(task, scaling if prepare else PLAIN)
    if prepare:
        columns = without_too_many_others([summary.input() for summary in inputs])
    else:
        columns = [summary.plain_input() for summary in inputs]
    return Schema.of(columns, fitted, name, prepare=prepare, missing=missing)
