"""Errors about data, in words that name what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

MOST_SHOWN = 3


@contextmanager
def clearer(estimator: Any, X: Any, numbers: Any = ()) -> Iterator[None]:
    """Where scikit-learn refuses X, say which columns hold text and what takes them; and where it
    refuses text for targets that must be numbers, say so."""
    try:
        yield
    except (ValueError, TypeError) as error:
        columns, kind = text_columns(X), type(estimator).__name__
        if not columns and (text := first_text(np.ravel(numbers))) is not None:
            raise type(error)(
                f"y holds text such as {text!r}, but {kind} learns numbers: use "
                f"{kind.replace('Regressor', 'Classifier')}, or turn y into numbers"
            ) from None
        if not columns:
            raise
        shown = ", ".join(f"{name!r} (such as {text!r})" for name, text in columns[:MOST_SHOWN])
        more = f" and {len(columns) - MOST_SHOWN} more" if len(columns) > MOST_SHOWN else ""
        raise type(error)(
            f"X holds text in {'column' if len(columns) == 1 else 'columns'} {shown}{more}, but "
            f"{kind} takes numbers: encode it, as OneHotEncoder does, or use "
            f"{kind.replace('MLP', 'Tabular')}, which takes text as it comes"
        ) from None


def text_columns(X: Any) -> list[tuple[Any, str]]:
    """The columns that hold text which is no number, each with an example."""
    if hasattr(X, "columns") and hasattr(X, "iloc"):
        series = [(name, X.iloc[:, place].to_numpy()) for place, name in enumerate(X.columns)]
    elif hasattr(X, "columns") and hasattr(X, "get_columns"):
        series = [(column.name, column.to_numpy()) for column in X.get_columns()]
    else:
        try:
            array = np.asarray(X)
        except ValueError:
            return []
        if array.ndim != 2 or array.dtype.kind not in "OUS":
            return []
        series = [(place, array[:, place]) for place in range(array.shape[1])]
    found = [(name, first_text(values)) for name, values in series]
    return [(name, text) for name, text in found if text is not None]


def first_text(values: Any) -> str | None:
    """The first entry that is text and no number."""
    array = np.asarray(values)
    if array.dtype.kind in "biufc":
        return None
    return next((v for v in array.tolist() if isinstance(v, str) and not is_number(v)), None)


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
