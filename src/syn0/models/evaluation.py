"""How good predictions are, in the figures that people expect: those of `sklearn.metrics`, whose
import would take longer than most trainings at the command line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.data import Table
from syn0.derive.answers import class_numbers
from syn0.models.answers import best_guess, shares_of
from syn0.models.network import Network
from syn0.spec.doors import door
from syn0.spec.pictures import drawn_by


@dataclass(frozen=True)
class ClassFigures:
    """One class: precision, recall and F1 (0 to 1), and its number of rows."""

    name: str
    precision: float
    recall: float
    f1: float
    rows: int


@dataclass(frozen=True)
class Classification:
    """Figures of a classifier.

    Attributes:
        rows: number of rows evaluated.
        accuracy: share of rows with the right class.
        log_loss: mean of -log(probability of the right class); None where outputs are no
            probabilities.
        roc_auc: area under the ROC curve, for two classes that both occur; else None.
        classes: a row of figures for each class.
        confused: (true class, predicted class, rows) by the classes' numbers, in their order, for
            each pair that occurs.
    """

    rows: int
    accuracy: float
    log_loss: float | None
    roc_auc: float | None
    classes: tuple[ClassFigures, ...]
    confused: tuple[tuple[int, int, int], ...]

    plot = drawn_by("confusion", "the confusion matrix")

    @property
    def confusion(self) -> tuple[tuple[int, ...], ...]:
        """The confusion matrix: rows are the true classes, columns the predicted ones."""
        matrix = np.zeros((len(self.classes), len(self.classes)), int)
        for true, predicted, rows in self.confused:
            matrix[true, predicted] = rows
        return tuple(map(tuple, matrix.tolist()))


@dataclass(frozen=True)
class Regression:
    """Figures of a regressor: R² (None for fewer than two rows), and in the target's units the
    root mean squared error and the mean absolute error."""

    rows: int
    r2: float | None
    rmse: float
    mae: float


Evaluation = Classification | Regression


@door
def evaluate(network: Network, table: Table) -> Evaluation:
    """The figures of a network that was trained on a table, on the rows of another.

    Raises:
        ValueError: the network has no schema, or the table does not fit it.
    """
    truth, guessed, probabilities = truth_and_answers(network, table)
    classes = None if network.schema is None else network.schema.classes
    if classes is None:
        return regression_figures(truth, guessed)
    return classification_figures(truth, guessed, probabilities, classes)


@door
def truth_and_answers(
    network: Network, table: Table
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any] | None]:
    """What a table says and what a network answers, one a row: numbers in the target's units, or
    class numbers; and (rows, classes) probabilities where it gives them. Raises as `evaluate`."""
    if network.schema is None:
        raise ValueError("this network was trained on plain arrays: it has no columns to find")
    return compared(network, network.schema.targets(table), network.predict(table))


def compared(
    network: Network, targets: NDArray[Any], outputs: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any] | None]:
    """As `truth_and_answers`, from a table's targets, which are shares where they are classes, and
    the network's outputs."""
    schema = network.schema
    assert schema is not None  # noqa: S101  (from a table)
    targets, outputs = np.asarray(targets, np.float64), np.asarray(outputs, np.float64)
    if schema.classes is None:
        return schema.restore(targets)[:, 0], best_guess(network, outputs), None
    truth, guessed = class_numbers(targets), class_numbers(shares_of(network.spec, outputs))
    return truth, guessed, class_probabilities(network, outputs)


@door
def class_probabilities(network: Network, outputs: NDArray[Any]) -> NDArray[Any] | None:
    """(rows, classes) probabilities, or None where the last layer does not give any."""
    last = network.spec.dense[-1].activation
    if last == "softmax":
        # Sums of float32 miss 1 by a little.
        return np.asarray(outputs / outputs.sum(axis=1, keepdims=True))
    if last == "sigmoid" and outputs.shape[1] == 1:
        return np.hstack([1 - outputs, outputs])
    return None


def classification_figures(
    truth: NDArray[Any],
    predicted: NDArray[Any],
    probabilities: NDArray[Any] | None,
    classes: tuple[str, ...],
) -> Classification:
    """Figures from true and predicted class numbers and (rows, classes) probabilities.

    Raises:
        ValueError: a probability is no finite number.
    """
    if probabilities is not None:
        refuse_no_numbers(probabilities)
    hits, guesses, rows = (
        np.bincount(numbers, minlength=len(classes))
        for numbers in (truth[truth == predicted], predicted, truth)
    )
    pairs, counts = np.unique(np.column_stack([truth, predicted]), axis=0, return_counts=True)
    lost = area = None
    if probabilities is not None:
        lost = float(row_losses(truth, probabilities).mean())
        if len(classes) == 2:
            area = area_under_roc(truth == 1, probabilities[:, 1])
    return classification_of(
        classes, (hits, guesses, rows), np.column_stack([pairs, counts]), lost, area
    )


def classification_of(
    classes: tuple[str, ...],
    counts: tuple[NDArray[Any], NDArray[Any], NDArray[Any]],
    confused: NDArray[Any],
    log_loss: float | None,
    roc_auc: float | None,
) -> Classification:
    """Figures from counts: of each class (classes,) the rows that were told right, that were told
    to be of it, and that are of it; and (pairs, 3) the true class, the predicted one and the rows
    of each pair that occurs."""
    hits, guesses, rows = counts
    total = int(rows.sum())
    figures = (share(hits, guesses), share(hits, rows), share(2 * hits, guesses + rows), rows)
    return Classification(
        rows=total,
        accuracy=float(hits.sum() / total),
        log_loss=log_loss,
        roc_auc=roc_auc,
        classes=tuple(
            ClassFigures(name, float(p), float(r), float(f), int(n))
            for name, p, r, f, n in zip(classes, *figures, strict=True)
        ),
        confused=tuple((true, guess, count) for true, guess, count in confused.tolist()),
    )


def share(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[np.float64]:
    """`part / whole`, which is 0 of nothing."""
    shares = np.zeros(len(part))
    np.divide(part, whole, out=shares, where=whole > 0)
    return shares


def row_losses(truth: NDArray[Any], probabilities: NDArray[Any]) -> NDArray[Any]:
    """(rows,): -log(probability of the right class). A class that was given no chance counts as if
    it had the least that the number type can add to 1: one row does not make it infinite."""
    least = np.finfo(probabilities.dtype).eps
    right = probabilities[np.arange(len(truth)), truth]
    losses: NDArray[Any] = -np.log(right.clip(least, 1 - least))
    return losses


def area_under_roc(positive: NDArray[np.bool_], scores: NDArray[Any]) -> float | None:
    """How often, of a positive and a negative row, the positive one has the higher score; as high
    counts as half. None where all rows are of one kind."""
    positives = int(positive.sum())
    pairs = positives * (len(positive) - positives)
    if not pairs:
        return None
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = counts.cumsum() - (counts - 1) / 2  # from 1; rows of one score share their mean
    return float((ranks[place][positive].sum() - positives * (positives + 1) / 2) / pairs)


def regression_figures(truth: NDArray[Any], predicted: NDArray[Any]) -> Regression:
    """Figures from (rows,) true and predicted values in the target's units.

    Raises:
        ValueError: a prediction is no finite number.
    """
    refuse_no_numbers(predicted)
    truth, predicted = np.asarray(truth, np.float64), np.asarray(predicted, np.float64)
    missed = truth - predicted
    spread = np.sum((truth - truth.mean()) ** 2)
    return regression_of(len(truth), np.sum(missed**2), spread, np.sum(np.abs(missed)))


def regression_of(rows: int, squares: float, spread: float, missed: float) -> Regression:
    """Figures from sums over rows: of the squared errors, of the squared distances of the targets
    from their mean, and of the absolute errors."""
    # Of targets that are all alike: right, or no better than a guess.
    r2 = float(1 - squares / spread if squares and spread else squares == 0)
    return Regression(
        rows=rows,
        r2=r2 if rows > 1 else None,
        rmse=math.sqrt(squares / rows),
        mae=float(missed / rows),
    )


def refuse_no_numbers(answers: NDArray[Any]) -> None:
    """ValueError where an answer is NaN or infinite."""
    odd = ~np.isfinite(answers)
    if odd.any():
        row = int(np.argwhere(odd)[0, 0])
        raise ValueError(
            f"the model's answer to row {row} is not a finite number: its inputs are out of range"
        )
