"""The data sets that are always there, by name. To add one, add a row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from syn0.data.cells import text_column
from syn0.data.images import pixel_columns
from syn0.data.table import Column, Table, fingerprint_of

Columns = dict[str, Column]
"""Columns by name; the target is the last one."""


@dataclass(frozen=True)
class BuiltIn:
    """One row of the table.

    Attributes:
        words: what it holds.
        columns: reads it.
        image_shape: of images, their height and width.
    """

    words: str
    columns: Callable[[], Columns]
    image_shape: tuple[int, int] | None = None


def tutorial(*targets: int) -> Callable[[], Columns]:
    """The tutorial's four rows of inputs, with these targets."""

    def columns() -> Columns:
        rows = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], float)
        inputs = {f"x{i}": Column(f"x{i}", values) for i, values in enumerate(rows.T, 1)}
        return inputs | {"y": Column("y", np.array(targets, float))}

    return columns


def digits() -> Columns:
    """scikit-learn's images."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    columns = pixel_columns(bunch.images.astype(np.uint8))
    return columns | {"digit": text_column("digit", [str(digit) for digit in bunch.target])}


def measured(load: str, target: str) -> Callable[[], Columns]:
    """A table of scikit-learn's, which one of its functions loads, and what its target is called:
    names, where these have some, else numbers."""

    def columns() -> Columns:
        from sklearn import datasets

        bunch: Any = getattr(datasets, load)()
        names = [str(feature) for feature in bunch.feature_names]
        inputs = {name: Column(name, bunch.data[:, i]) for i, name in enumerate(names)}
        if "target_names" not in bunch:
            return inputs | {target: Column(target, bunch.target)}
        words = [str(name) for name in bunch.target_names[bunch.target]]
        return inputs | {target: text_column(target, words)}

    return columns


DATA_SETS = {
    "correlated": BuiltIn(
        "part 1's table: 4 rows in which the target is the first input", tutorial(0, 0, 1, 1)
    ),
    "xor": BuiltIn("part 2's table: 4 rows in which the target is x1 xor x2", tutorial(0, 1, 1, 0)),
    "digits": BuiltIn("1,797 handwritten digits of 8 x 8 pixels", digits, (8, 8)),
    "iris": BuiltIn("150 irises of 3 species by 4 measurements", measured("load_iris", "species")),
    "wine": BuiltIn(
        "178 wines of 3 cultivars by 13 measurements", measured("load_wine", "cultivar")
    ),
    "breast_cancer": BuiltIn(
        "569 tumours, benign or malignant, by 30 measurements",
        measured("load_breast_cancer", "diagnosis"),
    ),
    "diabetes": BuiltIn(
        "442 patients, the progression of their diabetes by 10 measurements",
        measured("load_diabetes", "progression"),
    ),
}

BUILT_IN = {name: row.words for name, row in DATA_SETS.items()}
"""What each holds, by its name."""


def read_built_in(name: str) -> Table:
    """The built-in data set of this name, one of BUILT_IN."""
    row = DATA_SETS[name]
    columns = row.columns()
    return Table(
        name=name,
        columns=columns,
        target=[*columns][-1],
        image_shape=row.image_shape,
        fingerprint=fingerprint_of(columns.values()),
    )
