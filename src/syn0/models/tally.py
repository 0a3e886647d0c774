"""Figures of an evaluation whose answers come block by block, and are not kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.models.evaluation import (
    Evaluation,
    classification_of,
    refuse_no_numbers,
    regression_of,
    row_losses,
)

BINS, WIDEST = 2**20, 40.0
"""Scores whose log odds are in one of so many bins, from -40 to 40, count as equal in the area
under the ROC curve: it is right to about a millionth."""


@dataclass
class ClassTally:
    """Counts of true and guessed classes; all but the area under the curve is exact."""

    classes: tuple[str, ...]
    pairs: NDArray[np.int64] = field(init=False)
    lost: float | None = 0.0
    scores: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        self.pairs = np.zeros((len(self.classes), len(self.classes)), np.int64)
        self.scores = np.zeros((2, BINS), np.int64)

    def add(
        self,
        truth: NDArray[Any],
        guessed: NDArray[Any],
        probabilities: NDArray[Any] | None,
    ) -> None:
        """Count some rows: as `truth_and_answers` gives them."""
        count = len(self.classes)
        both = np.bincount(truth * count + guessed, minlength=count * count)
        self.pairs += both.reshape(count, count)
        if probabilities is None or self.lost is None:
            self.lost = None
            return
        refuse_no_numbers(probabilities)
        self.lost += float(row_losses(truth, probabilities).sum(dtype=np.float64))
        if count == 2:
            score = probabilities[:, 1].astype(np.float64)
            with np.errstate(divide="ignore"):
                odds = np.log(score) - np.log1p(-score)
            places = (odds.clip(-WIDEST, WIDEST) / WIDEST + 1) / 2 * (BINS - 1)
            for kind in (0, 1):
                found = places[truth == kind].astype(np.int64)
                self.scores[kind] += np.bincount(found, minlength=BINS)

    def figures(self) -> Evaluation:
        """The figures of all rows that were counted."""
        counts = np.diag(self.pairs), self.pairs.sum(axis=0), self.pairs.sum(axis=1)
        found = np.argwhere(self.pairs > 0)
        confused = np.column_stack([found, self.pairs[self.pairs > 0]])
        lost = None if self.lost is None else self.lost / int(self.pairs.sum())
        return classification_of(self.classes, counts, confused, lost, self._area())

    def _area(self) -> float | None:
        """The area under the ROC curve, for two classes that both occur."""
        negative, positive = self.scores
        pairs = int(negative.sum()) * int(positive.sum())
        if not pairs or self.lost is None:
            return None
        below = np.cumsum(negative) - negative
        return float((positive * (below + negative / 2)).sum() / pairs)


@dataclass
class NumberTally:
    """Sums over true and predicted numbers."""

    rows: int = 0
    mean: float = 0.0
    spread: float = 0.0
    squares: float = 0.0
    missed: float = 0.0

    def add(
        self,
        truth: NDArray[Any],
        guessed: NDArray[Any],
        probabilities: NDArray[Any] | None,
    ) -> None:
        """Count some rows: as `truth_and_answers` gives them."""
        refuse_no_numbers(guessed)
        truth = np.asarray(truth, np.float64)
        wrong = truth - guessed
        self.squares += float(np.square(wrong).sum())
        self.missed += float(np.abs(wrong).sum())
        total, apart = self.rows + len(truth), float(truth.mean()) - self.mean
        self.spread += float(np.square(truth - truth.mean()).sum())
        self.spread += apart * apart * self.rows * len(truth) / total
        self.mean += apart * len(truth) / total
        self.rows = total

    def figures(self) -> Evaluation:
        """The figures of all rows that were counted."""
        return regression_of(self.rows, self.squares, self.spread, self.missed)


def tally_for(classes: tuple[str, ...] | None) -> ClassTally | NumberTally:
    """What counts the rows of a network's answers."""
    return NumberTally() if classes is None else ClassTally(classes)
