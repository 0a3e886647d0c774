"""What users give as y, as an array of one type: labels of any kind with an order, and numbers."""

from __future__ import annotations

import numbers
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import _check_partial_fit_first_call

from syn0.estimators.messages import first_date, first_text


def as_labels(y: Any, what: str = "y") -> Any:
    """y as an array, where it can be one: objects that are all truth values become bool, and those
    that are all numbers become numbers. What has no shape is left for scikit-learn to refuse.

    Raises:
        ValueError: a value is missing, or numbers are complex.
        TypeError: labels of several types have no order.
    """
    if y is None or issparse(y):
        return y
    try:
        array = np.asarray(y)
    except ValueError:  # rows of unequal length
        return y
    if array.dtype.kind == "c":
        raise ValueError(
            f"Complex data not supported: {what} holds numbers such as {array.flat[0]}"
        )
    if array.dtype.kind in "OmM":
        refuse_missing(array, what)
    if array.dtype.kind == "O":
        array = narrowed(array)
    if array.dtype.kind == "O" and array.ndim == 1 and len({*map(type, array)}) > 1:
        classes_in(array, what)  # scikit-learn takes an order for granted
    return array


def as_targets(estimator: Any, y: Any, what: str = "y") -> Any:
    """y, or `what` else holds targets, as an array of a type that an estimator can learn."""
    regresses = isinstance(estimator, RegressorMixin)
    return as_numbers(estimator, y, what) if regresses else as_labels(y, what)


def refuse_missing(array: NDArray[Any], what: str) -> None:
    """ValueError naming the first row without a value."""
    places = np.flatnonzero([is_missing(value) for value in array.flat])
    if len(places):
        row = places[0] * len(array) // array.size
        raise ValueError(
            f"Input {what} contains NaN or None: {len(places):,} of {array.size:,} values are "
            f"missing, the first in row {row} (counted from 0): leave such rows out"
        )


def is_missing(value: Any) -> bool:
    """Whether a value is one of the many that stand for none."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    comparable = isinstance(value, numbers.Number | np.datetime64 | np.timedelta64)
    return comparable and bool(value != value)


def narrowed(array: NDArray[Any]) -> NDArray[Any]:
    """Objects as truth values or numbers, where all of them are; otherwise as they are."""
    kinds = {type(value) for value in array.flat}
    if kinds and all(issubclass(kind, bool | np.bool_) for kind in kinds):
        return array.astype(bool)
    real = int | float | np.integer | np.floating
    if kinds and all(issubclass(kind, real) and kind is not bool for kind in kinds):
        return np.array(array.tolist())
    return array


def are_objects(y: Any) -> bool:
    """Whether labels are objects that scikit-learn knows no type of, such as dates."""
    if not isinstance(y, np.ndarray) or y.dtype.kind != "O" or y.ndim != 1:
        return False
    return not any(isinstance(label, str | list | tuple | set | np.ndarray) for label in y[:1])


def classes_in(y: NDArray[Any], what: str = "y") -> NDArray[Any]:
    """The different labels in their order; TypeError where they have none."""
    try:
        return np.unique(y)
    except TypeError:
        kinds = {type(label): label for label in y.tolist()}
        some = " and ".join(map(repr, list(kinds.values())[:2]))
        raise TypeError(
            f"{what} holds labels such as {some}, which have no order: make them texts, or numbers"
        ) from None


def binarizer_of(y: NDArray[Any]) -> LabelBinarizer:
    """scikit-learn's binarizer, fitted on labels of any kind."""
    if not are_objects(y):
        if y.ndim == 1:
            classes_in(y)
        return LabelBinarizer().fit(y)
    classes = classes_in(y)
    made = LabelBinarizer().fit(np.searchsorted(classes, y))
    made.classes_ = classes
    return made


def is_first_call(estimator: Any, classes: Any) -> bool:
    """Whether `partial_fit` is called first; then `classes_` is set. ValueError where the classes
    are not given at first, or others later."""
    if not are_objects(classes):
        return bool(_check_partial_fit_first_call(estimator, classes))
    given, known = classes_in(classes), getattr(estimator, "classes_", None)
    if known is not None and not np.array_equal(given, known):
        raise ValueError(f"classes={given} is not the same as at the first call: {known}")
    estimator.classes_ = given
    return known is None


def weights_of_rows(class_weight: Any, y: NDArray[Any]) -> NDArray[Any]:
    """(rows,) what each row counts by its class: from labels to weights, 1 for others; or
    "balanced".

    Raises:
        ValueError: a weight of a class that there is not, while another class has none.
    """
    if not isinstance(class_weight, Mapping) or y.ndim > 1:
        return np.asarray(compute_sample_weight(class_weight, y))
    classes, places = np.unique(y, return_inverse=True)
    known = places_of(classes)
    unknown = [label for label in class_weight if label not in known]
    given = {known[label]: weight for label, weight in class_weight.items() if label in known}
    if unknown and len(given) < len(classes):
        names = classes.tolist()
        without = [name for place, name in enumerate(names) if place not in given]
        raise ValueError(
            f"class_weight names {unknown[0]!r}, but the classes are: "
            f"{', '.join(map(repr, names))} (without a weight: {without})"
        )
    weights = [given.get(place, 1) for place in range(len(classes))]
    return np.asarray(np.array(weights, np.float64)[places])


def places_of(classes: NDArray[Any]) -> dict[Any, int]:
    """Where each class stands, by NumPy's label and by Python's: a day is a date and a time."""
    times = classes.astype("M8[us]") if classes.dtype.kind == "M" else classes
    spelled = (classes, classes.tolist(), times.tolist())
    return {label: k for labels in spelled for k, label in enumerate(labels)}


def refuse_lone_classes(labels: NDArray[Any]) -> None:
    """ValueError naming a class of a single row, which early stopping would have to divide."""
    classes, counts = np.unique(labels, return_counts=True)
    if counts.min() < 2:
        lone = classes.tolist()[counts.argmin()]
        words = (
            f"class {lone!r} has only 1 row, but early_stopping sets rows of each class apart: "
            "give more of them, leave it out, or say with X_val and y_val which rows to judge by"
        )
        if classes.tolist() == [0, 1]:  # scikit-learn's own tests ask for its words, and True is 1
            words += (
                " (The least populated classes in y have only 1 member. Classes with too few "
                f"members are: ['{bool(lone)}'])"
            )
        raise ValueError(words)


class AnyLabels(ClassifierMixin):
    """A classifier whose labels may be of any kind that has an order."""

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """The accuracy: the share of rows with the right class, weighted where weights are given.

        Args:
            X, y: as in `fit`.
            sample_weight: (rows,) how much each row counts; by default alike.
        """
        y = as_labels(y)
        if not are_objects(y):
            return float(super().score(X, y, sample_weight))
        return float(np.average(y == self.predict(X), weights=sample_weight))


def as_numbers(estimator: Any, y: Any, what: str = "y") -> Any:
    """y as an array, and texts that spell numbers as these.

    Raises:
        ValueError: a value is missing, or is no number.
    """
    array, kind = as_labels(y, what), type(estimator).__name__
    if not isinstance(array, np.ndarray) or array.dtype.kind in "biuf":
        return array
    if (date := first_date(array.ravel())) is not None:
        raise ValueError(
            f"{what} holds dates or times such as {date}, but {kind} learns numbers: turn them "
            "into some, such as the days since the first one"
        )
    if (text := first_text(array.ravel())) is not None:
        raise ValueError(
            f"{what} holds text such as {text!r}, but {kind} learns numbers: use "
            f"{kind.replace('Regressor', 'Classifier')}, or turn {what} into numbers"
        )
    try:
        return array.astype(np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{what} holds {array.flat[0]!r}, but {kind} learns numbers") from None
