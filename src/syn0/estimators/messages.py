"""Errors about data, in words that name what is wrong and what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.data.names import listed

MOST_SHOWN = 3


@contextmanager
def clearer(estimator: Any, X: Any, numbers: Any = ()) -> Iterator[None]:
    """Where scikit-learn refuses X, say which columns hold text or dates and what to do; and where
    it refuses text for targets that must be numbers, say so."""
    try:
        yield
    except (ValueError, TypeError) as error:
        kind, columns = type(estimator).__name__, columns_of(X)
        fitting = TypeError if isinstance(error, TypeError) else ValueError
        if texts := with_first(columns, first_text):
            raise fitting(
                f"X holds text in {with_examples(texts)}, but {kind} takes numbers: encode it, as "
                f"OneHotEncoder does, or use {kind.replace('MLP', 'Tabular')}, which takes text as "
                "it comes"
            ) from None
        if dates := with_first(columns, first_date):
            raise fitting(
                f"X holds dates or times in {with_examples(dates)}, but {kind} takes numbers: turn "
                "them into some, such as the days since the first one, the month, the weekday"
            ) from None
        if (text := first_text(np.ravel(numbers))) is not None:
            raise fitting(
                f"y holds text such as {text!r}, but {kind} learns numbers: use "
                f"{kind.replace('Regressor', 'Classifier')}, or turn y into numbers"
            ) from None
        raise


Found = list[tuple[Any, str]]
"""Names or numbers of columns, each with an entry of it."""


def with_examples(columns: Found) -> str:
    """The columns, a few of them with an example each."""
    shown = ", ".join(f"{name!r} (such as {text!r})" for name, text in columns[:MOST_SHOWN])
    more = f" and {len(columns) - MOST_SHOWN} more" if len(columns) > MOST_SHOWN else ""
    return f"{'column' if len(columns) == 1 else 'columns'} {shown}{more}"


def with_first(columns: list[tuple[Any, Any]], first: Callable[[Any], str | None]) -> Found:
    """The columns in which something is found, with the first of it."""
    found = [(name, first(np.asarray(values))) for name, values in columns]
    return [(name, text) for name, text in found if text is not None]


def what_is_unused(schema: Any) -> str | None:
    """What of a table's columns a network does not take; None where it takes all."""
    left_out = [f"{name!r} ({reason})" for name, reason in schema.left_out.items()]
    said = [f"left out of X: {listed(left_out)}"] if left_out else []
    said += [f"in {name!r} {reason}" for name, reason in schema.merged.items()]
    return "; ".join(said) or None


def columns_of(X: Any) -> list[tuple[Any, Any]]:
    """The columns of a frame, or of an array that may hold other than numbers, by name or place."""
    if hasattr(X, "columns") and hasattr(X, "iloc"):
        return [(name, X.iloc[:, place].to_numpy()) for place, name in enumerate(X.columns)]
    if hasattr(X, "columns") and hasattr(X, "get_columns"):
        return [(column.name, column.to_numpy()) for column in X.get_columns()]
    try:
        array = np.asarray(X)
    except ValueError:
        return []
    if array.ndim != 2 or array.dtype.kind not in "OUSmM":
        return []
    return [(place, array[:, place]) for place in range(array.shape[1])]


def first_text(values: NDArray[Any]) -> str | None:
    """The first entry that is text and no number."""
    if values.dtype.kind not in "OUS":
        return None
    return next((v for v in values.tolist() if isinstance(v, str) and not is_number(v)), None)


def first_date(values: NDArray[Any]) -> str | None:
    """The first entry that is a date, a time or a span of time."""
    if values.dtype.kind in "mM":
        return str(values[0]).partition("T00:00:00")[0]
    found = (v for v in values.tolist() if isinstance(v, dt.date | dt.time | dt.timedelta))
    return next(map(str, found), None) if values.dtype.kind == "O" else None


def is_number(text: str) -> bool:
    """Whether a text can be read as a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def continuous_labels(kind: str, y: Any, what: str) -> str:
    """That labels are no classes, with a few of them."""
    values = np.unique(np.asarray(y))
    odd = values[values != np.floor(values)][:MOST_SHOWN]
    return (
        f"Unknown label type: {what}: y holds numbers such as "
        f"{', '.join(f'{v:.6g}' for v in odd)}, as the targets of a regression do, but {kind} "
        f"learns classes: use {kind.replace('Classifier', 'Regressor')}, or bin y into classes"
    )
