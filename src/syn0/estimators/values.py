"""What a file of an estimator may hold: a closed set of kinds of values, none of which is code.

`writing.py` turns values into JSON and arrays, `reading.py` turns them back. What JSON cannot say
is an object with one key, its kind: `{"tuple": [...]}`, `{"array": name}`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.feature_selection import chi2, f_classif, f_regression

NUMBERS = (
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16",
    "float32", "float64",
)  # fmt: skip
"""The types of numbers that arrays may hold."""

TYPES: dict[str, type[Any]] = {
    **{kind.__name__: kind for kind in (bool, int, float, str, object)},
    **{f"numpy.{name}": np.dtype(name).type for name in NUMBERS},
    **{f"numpy.{k.__name__}": k for k in (np.number, np.integer, np.floating, np.object_)},
}
"""The types that a parameter such as `dtype` may be."""

UFUNCS = (
    np.log, np.log1p, np.log2, np.log10, np.exp, np.expm1, np.exp2, np.sqrt, np.cbrt, np.square,
    np.abs, np.sign, np.tanh, np.arctanh, np.sinh, np.arcsinh,
)  # fmt: skip

"""Functions of numbers, entry by entry."""

SCORES = (chi2, f_classif, f_regression)
"""Functions that say how much a column tells of y."""

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{f"numpy.{ufunc.__name__}": ufunc for ufunc in UFUNCS},
    **{f"sklearn.{score.__name__}": score for score in SCORES},
}
"""The functions that a parameter may be."""
