"""The data sets that are always there, by name."""

from collections.abc import Callable
from typing import Any

import numpy as np

from syn0.data.cells import text_column
from syn0.data.images import pixel_columns
from syn0.data.table import Column, Table, fingerprint_of

BUILT_IN = {
    "correlated": "part 1's table: 4 rows in which the target is the first input",
    "xor": "part 2's table: 4 rows in which the target is x1 xor x2",
    "digits": "1,797 handwritten digits of 8 x 8 pixels",
    "iris": "150 irises of 3 species by 4 measurements",
    "wine": "178 wines of 3 cultivars by 13 measurements",
    "breast_cancer": "569 tumours, benign or malignant, by 30 measurements",
    "diabetes": "442 patients, the progression of their diabetes by 10 measurements",
}


def read_built_in(name: str) -> Table:
    """The built-in data set of this name, one of BUILT_IN."""
    image_shape = None
    if name in ("correlated", "xor"):
        columns, target = _tutorial_columns(name)
    elif name == "digits":
        columns, target, image_shape = *_digits_columns(), (8, 8)
    else:
        columns, target = _measured_columns(name)
    return Table(
        name=name,
        columns=columns,
        target=target,
        image_shape=image_shape,
        fingerprint=fingerprint_of(columns.values()),
    )


def _tutorial_columns(name: str) -> tuple[dict[str, Column], str]:
    inputs = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], float)
    targets = {"correlated": [0, 0, 1, 1], "xor": [0, 1, 1, 0]}[name]
    columns = {f"x{i}": Column(f"x{i}", values) for i, values in enumerate(inputs.T, 1)}
    columns["y"] = Column("y", np.array(targets, float))
    return columns, "y"


def _digits_columns() -> tuple[dict[str, Column], str]:
    from sklearn.datasets import load_digits

    bunch = load_digits()
    columns = pixel_columns(bunch.images.astype(np.uint8))
    columns["digit"] = text_column("digit", [str(digit) for digit in bunch.target])
    return columns, "digit"


def _measured_columns(name: str) -> tuple[dict[str, Column], str]:
    from sklearn import datasets

    load: Callable[[], Any]
    load, target = {
        "iris": (datasets.load_iris, "species"),
        "wine": (datasets.load_wine, "cultivar"),
        "breast_cancer": (datasets.load_breast_cancer, "diagnosis"),
        "diabetes": (datasets.load_diabetes, "progression"),
    }[name]
    bunch = load()
    names = [str(feature) for feature in bunch.feature_names]
    columns = {n: Column(n, bunch.data[:, i]) for i, n in enumerate(names)}
    if "target_names" in bunch:
        columns[target] = text_column(
            target, [str(name) for name in bunch.target_names[bunch.target]]
        )
    else:
        columns[target] = Column(target, bunch.target)
    return columns, target
