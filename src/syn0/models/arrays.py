"""What a user hands in as X and y becomes arrays that a program can run on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from syn0.derive import loss_of, target_columns
from syn0.program import ACTIVATIONS
from syn0.spec import NetworkSpec
from syn0.spec.words import counted

NEAR = 1e-6
"""How far beyond an output's range a target is still in it, but for rounding."""


class Prepared:
    """Marks inputs that are as a program takes them: finite, of its dtype, a row each example."""


def inputs_array(X: ArrayLike, network: NetworkSpec) -> NDArray[Any]:
    """X as a (rows, inputs) array of the network's dtype.

    Raises:
        TypeError: X does not hold numbers.
        ValueError: no rows, a shape that does not fit the network, NaN or infinity.
    """
    if isinstance(X, Prepared):
        return X
    array = matrix("X", X, network.dtype)
    if array.ndim != 2 or array.shape[1] != network.inputs:
        raise ValueError(
            f"X has shape {array.shape}, but the network {network} takes "
            f"{counted(network.inputs, 'input')}: give an array of shape (rows, {network.inputs})"
        )
    return finite("X", array)


def targets_array(y: ArrayLike, network: NetworkSpec, rows: int) -> NDArray[Any]:
    """y as a (rows, target columns) array of the network's dtype.

    A plain list of numbers serves a single column; for losses of classes, whole numbers from 0
    name them.

    Raises:
        TypeError: y does not hold numbers.
        ValueError: a shape that fits neither X nor the network, NaN or infinity, or targets that
            the loss cannot take.
    """
    array, columns = matrix("y", y, network.dtype), target_columns(network)
    kind = loss_of(network).row.targets
    if array.ndim == 1 and (kind == "classes" or (kind == "sides" and columns > 1)):
        array = one_hot(array, network)
    elif array.ndim == 1:
        array = array[:, np.newaxis]
    if array.shape != (rows, columns):
        raise ValueError(
            f"y has shape {np.shape(y)}, but {counted(rows, 'row')} of X and the network "
            f"{network} with loss {network.loss!r} need shape ({rows}, {columns})"
        )
    return loss_targets(finite("y", array), network)


def out_of_reach(y: NDArray[Any], network: NetworkSpec) -> str:
    """Words on targets that the network's output can never give; "" where there are none."""
    name = network.dense[-1].activation
    least, most = ACTIVATIONS[name].range
    if least - NEAR <= y.min() and y.max() <= most + NEAR:
        return ""
    allowed = f"from {least:g} to {most:g}" if np.isfinite(most) else f"from {least:g} upwards"
    return f"from {y.min():g} to {y.max():g}, but the output's {name} only gives numbers {allowed}"


def loss_targets(array: NDArray[Any], network: NetworkSpec) -> NDArray[Any]:
    """Targets as the loss takes them; ValueError for such as it cannot take."""
    kind = loss_of(network).row.targets
    if kind in ("shares", "classes"):
        refuse_targets(array, (array < 0) | (array > 1), network, "from 0 to 1")
    if kind == "counts":
        refuse_targets(array, array < 0, network, "that are at least 0")
    if kind == "classes" and not np.allclose(array.sum(axis=1), 1, atol=1e-3):
        raise ValueError(
            f"loss {network.loss!r} needs targets that sum to 1 in each row: a 1 for the right "
            "class, or the probabilities of the classes"
        )
    if kind == "sides":
        refuse_targets(array, ~np.isin(array, (-1, 0, 1)), network, "that are 0 and 1, or -1 and 1")
        array = np.where(array > 0, 1, -1).astype(array.dtype)
    return array


def refuse_targets(
    array: NDArray[Any], bad: NDArray[np.bool_], network: NetworkSpec, allowed: str
) -> None:
    """ValueError naming the first bad target, if there is one."""
    if bad.any():
        raise ValueError(
            f"loss {network.loss!r} needs targets {allowed}, but y holds {array[bad][0]:g}"
        )


def matrix(name: str, values: ArrayLike, dtype: str) -> NDArray[Any]:
    """`values` as a contiguous array of `dtype` with at least one row."""
    array = numbers(name, values, dtype)
    if array.ndim == 0 or len(array) == 0:
        raise ValueError(f"{name} is empty: at least one row is needed")
    return array


def numbers(name: str, values: ArrayLike, dtype: str) -> NDArray[Any]:
    """`values` as a contiguous array of `dtype`, NaN where they are masked.

    Raises:
        TypeError: they are no numbers.
    """
    try:
        array = np.asarray(values)
        if hasattr(values, "filled") and hasattr(values, "mask"):  # one of NumPy's masked arrays
            array = np.where(values.mask, np.nan, array)
        if array.dtype.kind == "O" and not any(isinstance(v, str) for v in array.flat):
            array = np.asarray(array, dtype=dtype)  # numbers with None among them, say
        if array.dtype.kind not in "biuf":
            raise TypeError
    except (TypeError, ValueError):
        raise TypeError(f"{name} must hold numbers in rows of equal length") from None
    with np.errstate(over="ignore"):  # what overflows float32 is reported as infinite
        return np.asarray(array, dtype=dtype, order="C")


def finite(name: str, array: NDArray[Any], first: int = 0) -> NDArray[Any]:
    """`array` itself, whose rows are counted from `first`; ValueError naming the first entry that
    is NaN or infinite."""
    if all(np.isfinite(some).all() for some in parts(array)):
        return array
    good = np.isfinite(array)
    row, column = np.argwhere(~good)[0]
    kind = "NaN" if np.isnan(array[row, column]) else "infinity"
    raise ValueError(
        f"{name} holds {kind} at row {first + row}, column {column} (counted from 0; "
        f"{(~good).sum():,} of {array.size:,} values are not finite): fill or leave out such rows"
    )


def parts(array: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """`array` some rows at a time: a mask of all would take a quarter of a large one's memory."""
    rows = max(1, 1_000_000 * len(array) // array.size)
    return (array[first : first + rows] for first in range(0, len(array), rows))


def one_hot(classes: NDArray[Any], network: NetworkSpec) -> NDArray[Any]:
    """Class numbers 0, 1, … as rows with a single 1."""
    if not np.isin(classes, np.arange(network.outputs)).all():
        odd = classes[~np.isin(classes, np.arange(network.outputs))][0]
        raise ValueError(
            f"y holds {odd:g}, but the network {network} knows the classes "
            f"0 to {network.outputs - 1}"
        )
    rows: NDArray[Any] = np.eye(network.outputs, dtype=classes.dtype)[classes.astype(int)]
    return rows
