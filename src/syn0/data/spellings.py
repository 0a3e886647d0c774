"""One value, however its cells are typed or spelled: 3 and "3.0", True and "TRUE"."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.data.cells import number_text, parse_numbers
from syn0.data.table import MISSING_CODE, Column
from syn0.spec.once import once

UNSEEN_CODE = -2

TRUTH_WORDS = {"true": "1", "false": "0"}
"""What truth values are called, in any mixture of capitals, and the numbers they are alike to."""

_LONG = re.compile(r"-?[0-9]{1,19}")  # whole numbers, of which float64 has not all
_WHOLE = re.compile(r"(-?(?:0|[1-9][0-9]*))\.0")


class Spellings:
    """Finds cells among texts: by their letters, else numbers by their value (3 and 3.0 are "3"),
    and truth values by their meaning (True, TRUE, true, 1 and 1.0) where the texts are such only.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._places = {text: place for place, text in enumerate(texts)}
        self._truth = are_truth_values(texts)
        self._alike: dict[str, int] = {}
        for text, place in self._places.items():
            self._alike.setdefault(meaning(text, truth=self._truth), place)

    def codes(self, column: Column) -> NDArray[np.intp]:
        """(rows,) the place of each cell among the texts, -1 = missing, -2 = not among them."""
        if column.categories is not None:
            found = [*map(self.of_text, column.categories), MISSING_CODE]
            # The code of a missing text, -1, picks the last element.
            return np.take(np.array(found, np.intp), column.values)
        if len(column.values) == 1:  # for which sorting takes longer than all the rest
            return np.array(self._of_numbers(column.values), np.intp)
        values, inverse = np.unique(column.values, return_inverse=True)
        return np.array(self._of_numbers(values), np.intp)[inverse]

    def of_text(self, text: str) -> int:
        """The place of a text, or -2."""
        place = self._places.get(text)
        if place is not None:
            return place
        return self._alike.get(meaning(text, truth=self._truth), UNSEEN_CODE)

    def _of_numbers(self, values: NDArray[Any]) -> list[int]:
        if values.dtype.kind == "f" and values.itemsize < 8:  # 0.1, not what is nearest to it
            values = np.array([float(str(value)) for value in values])
        known = self._by_value
        return [MISSING_CODE if v != v else known.get(v, UNSEEN_CODE) for v in values.tolist()]

    @once
    def _by_value(self) -> dict[float, int]:
        """Places by what the texts spell: 03 and 3.00 are other spellings of 3, and give way to
        it."""
        plain: dict[float, int] = {}
        others: dict[float, int] = {}
        for text, place in self._places.items():
            word = meaning(text, truth=self._truth)
            number = parse_numbers([word])
            if number is not None:
                value = int(word) if _LONG.fullmatch(word) else float(number[0])
                (plain if number_text(value) == text else others).setdefault(value, place)
        return others | plain


def are_truth_values(texts: Iterable[str]) -> bool:
    """Whether texts are truth values only, as words or as 0 and 1."""
    return all(meaning(text, truth=True) in ("0", "1") for text in texts)


def meaning(text: str, *, truth: bool) -> str:
    """What texts that mean the same have in common: 3 of 3.0, 1 of True where it is a truth value,
    and the day of a midnight, as dates have one or not by their type."""
    text = text.removesuffix(" 00:00:00")
    if truth:
        text = TRUTH_WORDS.get(text.lower(), text)
    whole = _WHOLE.fullmatch(text)
    return whole[1] if whole else text


def one_spelling(column: Column) -> Column:
    """A column of truth values with one text for each, as most rows spell it; any other column as
    it is."""
    if column.categories is None:
        return column
    counts = np.bincount(column.values[~column.missing], minlength=len(column.categories))
    texts = [column.categories[code] for code in np.argsort(-counts, kind="stable") if counts[code]]
    kept = one_spelling_of(texts)
    if len(kept) == len(texts):
        return column
    codes = Spellings([*kept.values()]).codes(column)
    return replace(column, values=codes.astype(np.int32), categories=tuple(kept.values()))


def one_spelling_of(texts: Sequence[str]) -> dict[str, str]:
    """One text for each meaning, the most frequent spelling, where the texts (the most frequent
    first) are truth values; otherwise each text for itself."""
    kept: dict[str, str] = {}
    truth = are_truth_values(texts) and any(text.lower() in TRUTH_WORDS for text in texts)
    for text in texts:
        kept.setdefault(meaning(text, truth=True) if truth else text, text)
    return kept


def as_numbers(column: Column, what: str, *, truth: bool = False) -> Column:
    """A column of texts as the numbers that they spell; a column of numbers as it is.

    what: the beginning of the message for a text that is no finite number, which ends in the
        text and its row
    truth: True and False are numbers too, 1 and 0

    Raises ValueError with that message.
    """
    if column.categories is None:
        return column
    numbers = parse_numbers(column.categories)
    if numbers is None:
        numbers = np.array([_number(text, truth=truth) for text in column.categories])
    values = np.take(np.append(numbers, np.nan), column.values)
    if np.isinf(values).any():
        row = int(np.isinf(values).argmax())
        raise ValueError(f"{what} '{column.categories[column.values[row]]}' in row {row + 1}")
    return replace(column, values=values, categories=None)


def _number(text: str, *, truth: bool) -> float:
    """The number that a text spells; an infinite one for any other text."""
    values = parse_numbers([meaning(text, truth=truth)])
    return np.inf if values is None else float(values[0])
