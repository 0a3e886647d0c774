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

TIMES = ("m", "M")
"""The kinds of NumPy's types of times and of spans of time."""

KINDS_OF_TIME = (dt.date, dt.time, dt.timedelta, np.datetime64, np.timedelta64)


@contextmanager
def clearer(estimator: Any, X: Any) -> Iterator[None]:
    """Where scikit-learn refuses X, say which columns hold text or dates and what to do. Where all
    of them hold dates it would take these as numbers, of whatever unit they happen to have."""
    try:
        if holds_times(X):
            raise TypeError("X holds dates or times, which are no numbers")
        yield
    except (ValueError, TypeError) as error:
        kind, columns = type(estimator).__name__, columns_of(X)
        fitting = TypeError if isinstance(error, TypeError) else ValueError
        if str(error).startswith("Complex data"):  # and all of X
            raise ValueError(
                f"Complex data not supported: {kind} takes real numbers: give the real and the "
                "imaginary parts as columns of their own"
            ) from None
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
        raise


def holds_times(X: Any) -> bool:
    """Whether the type of X, or of one of its columns, is one of times or of spans of time."""
    if hasattr(X, "columns") and hasattr(X, "dtypes"):  # a frame of pandas or polars
        return any(getattr(d, "kind", "") in TIMES or is_temporal(d) for d in X.dtypes)
    if isinstance(X, list | tuple):
        return with_first(columns_of(X), first_date) != []
    return getattr(getattr(X, "dtype", None), "kind", "") in TIMES


def is_temporal(dtype: Any) -> bool:
    """Whether a type of polars' is one of times."""
    return hasattr(dtype, "is_temporal") and bool(dtype.is_temporal())


Found = list[tuple[Any, str | bytes]]
"""Names or numbers of columns, each with an entry of it."""


def with_examples(columns: Found) -> str:
    """The columns, a few of them with an example each."""
    shown = ", ".join(f"{name!r} (such as {text!r})" for name, text in columns[:MOST_SHOWN])
    more = f" and {len(columns) - MOST_SHOWN} more" if len(columns) > MOST_SHOWN else ""
    return f"{'column' if len(columns) == 1 else 'columns'} {shown}{more}"


def with_first(columns: list[tuple[Any, Any]], first: Callable[[Any], str | bytes | None]) -> Found:
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


def first_text(values: NDArray[Any]) -> str | bytes | None:
    """The first entry that is text and no number."""
    if values.dtype.kind not in "OUS":
        return None
    texts = (v for v in values.tolist() if isinstance(v, str | bytes))
    return next((v if type(v) is bytes else str(v) for v in texts if not is_number(v)), None)


def first_date(values: NDArray[Any]) -> str | None:
    """The first entry that is a date, a time or a span of time."""
    if values.dtype.kind in TIMES:
        return str(values[0]).partition("T00:00:00")[0]
    if values.dtype.kind != "O":
        return None
    return next((str(v) for v in values.tolist() if is_time(v)), None)


def is_time(value: Any) -> bool:
    """Whether a value is a date, a time, a span of time or one of pandas' periods."""
    return isinstance(value, KINDS_OF_TIME) or type(value).__name__ == "Period"


def is_number(text: str | bytes) -> bool:
    """Whether a text can be read as a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def continuous_labels(kind: str, y: Any, what: str) -> str:
    """A message that labels are no classes, with a few of them."""
    values = np.unique(np.asarray(y))
    odd = values[values != np.floor(values)][:MOST_SHOWN]
    return (
        f"Unknown label type: {what}: y holds numbers such as "
        f"{', '.join(f'{v:.6g}' for v in odd)}, as the targets of a regression do, but {kind} "
        f"learns classes: use {kind.replace('Classifier', 'Regressor')}, or bin y into classes"
    )
