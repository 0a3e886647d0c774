"""Arrays as programs take them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.program import Shape


def fitting(name: str, value: Any, shape: Shape, dtype: str) -> NDArray[Any]:
    """An array as programs take it: of this shape and dtype, row by row; itself where it is so.
    Compiled code reads as far as its program says, so every array passes here before each call.

    Raises:
        ValueError: it holds other than real numbers, or has another shape.
    """
    array = np.asarray(value)
    if array.shape != shape or array.dtype.kind not in "biuf":
        raise ValueError(
            f"array {name} has shape {array.shape} and holds {array.dtype}, but the network takes "
            f"{dtype} of shape {tuple(map(int, shape))}"
        )
    fitted = np.ascontiguousarray(array, dtype)
    return fitted if fitted.flags.aligned else fitted.copy()


def checked(
    values: Mapping[str, Any], names: Iterable[str], shapes: Mapping[str, Shape], dtype: str
) -> dict[str, Any]:
    """Some of the values, the arrays among them as programs take them; ValueError as `fitting`."""
    return {
        name: fitting(name, values.get(name), shapes[name], dtype)
        if shapes.get(name)
        else values[name]
        for name in names
    }
