"""The data that a printed program carries in its own text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.derive import loss_of, target_columns
from syn0.printers.pretty import INDENT, Code, fitted, listed
from syn0.spec import NetworkSpec

MOST_NUMBERS = 200_000
"""More numbers than this are not written into a program's text."""

ROWS = 8
"""Of data that are made up."""

WIDTH = 100

TRUTH_TABLE = [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]


@dataclass(frozen=True)
class Data:
    """Inputs X (rows, inputs) and targets y (rows, target columns), with words for the reader, and
    where rows count differently `sample_weight` (rows, 1).

    Where `code` is given it stands in a Python program in place of the numbers, and gives them.

    Raises:
        ValueError: more than `MOST_NUMBERS` numbers.
    """

    X: NDArray[Any]
    y: NDArray[Any]
    note: str
    code: tuple[str, ...] = ()
    sample_weight: NDArray[Any] | None = None

    def __post_init__(self) -> None:
        size = self.X.size + self.y.size
        if size > MOST_NUMBERS:
            raise ValueError(
                f"the data hold {size:,} numbers, and a program carries its data in its text: "
                f"give at most {MOST_NUMBERS:,}, for instance the first rows"
            )


def example_data(network: NetworkSpec) -> Data:
    """Data for a program that was given none: the tutorial's tables where they fit, else a few
    made-up rows with targets such as the loss takes."""
    inputs, outputs = network.inputs, network.outputs
    kind = loss_of(network).row.targets
    if (inputs, outputs) == (3, 1):
        X = np.array(TRUTH_TABLE)
        y, words = X[:, :1], "y is the first column of X"
        if len(network.dense) > 1:
            y, words = y ^ X[:, 1:2], "y is 1 where just one of the first two columns is"
        return Data(X, 2 * y - 1, f"{words}, else -1") if kind == "sides" else Data(X, y, words)
    columns = target_columns(network)
    random = np.random.RandomState(0)
    X = random.random_sample((ROWS, inputs))
    size = (ROWS, columns)
    targets = {
        "classes": f"np.eye({outputs})[data.randint({outputs}, size={ROWS})]",
        "shares": f"data.randint(2, size={size})",
        "counts": f"data.poisson(2, {size})",
        "sides": f"2 * data.randint(2, size={size}) - 1",
        "numbers": f"data.random_sample({size})",
    }[kind]
    y = made_up_targets(kind, size, random)
    cast = "" if network.dtype == "float64" else ".astype(np.float32)"
    if cast and kind == "sides":
        targets = f"({targets})"
    code = (
        "data = np.random.RandomState(0)",
        f"X = data.random_sample(({ROWS}, {inputs})){cast}",
        f"y = {targets}{cast}",
    )
    return Data(X, y, "made up, since no data were named: put your own here", code)


def made_up_targets(
    kind: str, size: tuple[int, int], random: np.random.RandomState
) -> NDArray[Any]:
    """The targets that the code of `example_data` gives: both draw the same."""
    if kind == "classes":
        return np.asarray(np.eye(size[1])[random.randint(size[1], size=size[0])])
    if kind == "counts":
        return random.poisson(2, size)
    if kind == "numbers":
        return random.random_sample(size)
    answers = np.asarray(random.randint(2, size=size))
    return 2 * answers - 1 if kind == "sides" else answers


def array_text(name: str, values: NDArray[Any], dtype: str) -> str:
    """`name = np.array(...)`, as a careful person would write it, at most 100 columns wide."""
    kind = "" if dtype == "float64" else ", dtype=np.float32"
    values = values.astype(dtype)
    rows, columns = values.shape
    if columns == 1:
        column = Code(f"{name} = np.array([[", listed(numbers(values[:, 0])), f"]]{kind}).T")
        return fitted(column, WIDTH, hang=INDENT)
    if rows > 1 and is_one_hot(values):
        classes = listed(numbers(values.argmax(axis=1)))
        hot = Code(f"{name} = np.eye({columns}{kind})[[", classes, "]]")
        return fitted(hot, WIDTH, hang=INDENT)
    texts = [Code("[", listed(numbers(row)), "]") for row in values]
    one_line = f"{name} = np.array([{', '.join(texts)}]{kind})"
    if len(one_line) <= WIDTH:
        return one_line
    body = (fitted(Code("    ", text, ","), WIDTH, hang=INDENT) for text in texts)
    return "\n".join([f"{name} = np.array([", *body, f"]{kind})"])


def is_one_hot(values: NDArray[Any]) -> bool:
    """Whether every row is all 0 but for a single 1."""
    return bool(np.isin(values, (0, 1)).all() and (values.sum(axis=1) == 1).all())


def numbers(values: NDArray[Any]) -> Iterable[str]:
    """Numbers as short as they stay exact, whole ones without a point."""
    whole = np.all(values == np.rint(values)) and np.all(np.abs(values) < 2**53)
    return map(str, values.astype(np.int64) if whole else values)
