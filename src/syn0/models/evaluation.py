"""How good predictions are, in the figures that people expect. The arithmetic is scikit-learn's."""

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
    if network.schema is None:
        raise ValueError("this network was trained on plain arrays: it has no columns to find")
    schema = network.schema
    targets = schema.targets(table, np.float64)
    outputs = network.predict(table).astype(np.float64)
    if schema.task == "regression":
        return regression_figures(schema.restore(targets)[:, 0], best_guess(network, outputs))
    assert schema.classes is not None  # noqa: S101  (a classifier has classes)
    truth, guessed = class_numbers(targets), class_numbers(shares_of(network.spec, outputs))
    probabilities = class_probabilities(network, outputs)
    return classification_figures(truth, guessed, probabilities, schema.classes)


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
    """Figures from true and predicted class numbers and (rows, classes) probabilities."""
    from sklearn import metrics

    numbers = range(len(classes))
    figures = metrics.precision_recall_fscore_support(
        truth, predicted, labels=numbers, zero_division=0
    )
    pairs = np.column_stack([truth, predicted])
    both = len(classes) == 2 and len(np.unique(truth)) == 2
    return Classification(
        rows=len(truth),
        accuracy=float(metrics.accuracy_score(truth, predicted)),
        log_loss=None
        if probabilities is None
        else float(metrics.log_loss(truth, probabilities, labels=numbers)),
        roc_auc=float(metrics.roc_auc_score(truth, probabilities[:, 1]))
        if both and probabilities is not None
        else None,
        classes=tuple(
            ClassFigures(name, float(p), float(r), float(f), int(n))
            for name, p, r, f, n in zip(classes, *figures, strict=True)
        ),
        confused=tuple(
            (int(true), int(guess), int(rows))
            for (true, guess), rows in zip(
                *np.unique(pairs, axis=0, return_counts=True), strict=True
            )
        ),
    )


def regression_figures(truth: NDArray[Any], predicted: NDArray[Any]) -> Regression:
    """Figures from true and predicted values in the target's units."""
    from sklearn import metrics

    return Regression(
        rows=len(truth),
        r2=float(metrics.r2_score(truth, predicted)) if len(truth) > 1 else None,
        rmse=math.sqrt(metrics.mean_squared_error(truth, predicted)),
        mae=float(metrics.mean_absolute_error(truth, predicted)),
    )
