"""What an estimator is given becomes a `Table`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.data import Table
from syn0.data.cells import number_text
from syn0.data.table import Column, fingerprint_of

MOST_REPEATS = 10
"""Whole weights are repetitions of rows, as long as this makes at most so many times the rows."""

WEIGHT = "sample_weight"


def text_of(label: Any) -> str:
    """How a class is called in the network's schema."""
    is_number = isinstance(label, int | float | np.number) and not isinstance(label, bool)
    return number_text(label) if is_number else str(label)


def texts_of(classes: NDArray[Any]) -> tuple[str, ...]:
    """How classes are called, each by another text; times without what is 0 in all of them."""
    if classes.dtype.kind == "M":
        return tuple(np.datetime_as_string(classes, unit="auto").tolist())
    return tuple(map(str if classes.dtype.kind == "m" else text_of, classes))


def dtype_for(table: Table) -> str:
    """float32 where it holds every number that X's columns may hold, otherwise float64."""
    dtypes = {column.values.dtype for column in table.inputs if column.categories is None}
    return "float32" if dtypes and all(np.can_cast(d, np.float32) for d in dtypes) else "float64"


def weighed(table: Table, weights: NDArray[np.float64]) -> tuple[Table, str | None]:
    """A table whose rows count as `weights` say: repeated where these are whole numbers, otherwise
    with a column of weights, whose name is given."""
    whole = bool(((weights >= 0) & (weights == np.floor(weights))).all())
    if whole and 0 < weights.sum() <= MOST_REPEATS * len(weights):
        return table.take(np.repeat(np.arange(len(weights)), weights.astype(int))), None
    name = free_name(WEIGHT, table.columns)
    return new_table({**table.columns, name: Column(name, weights)}, table.target), name


def free_name(name: str, columns: Mapping[str, Any]) -> str:
    """`name`, or with underscores where there is such a column."""
    while name in columns:
        name += "_"
    return name


def new_table(columns: dict[str, Column], target: str | None = None) -> Table:
    """A table in memory."""
    named = {name: replace(column, name=name) for name, column in columns.items()}
    return Table(name="X", columns=named, target=target, fingerprint=fingerprint_of(named.values()))
