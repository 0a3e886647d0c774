"""What a file of an estimator may hold: a closed set of kinds of values, none of which is code.

`writing.py` turns values into JSON and arrays, `reading.py` turns them back. What JSON cannot say
is an object with one key, its kind: `{"tuple": [...]}`, `{"array": name}`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class Kind:
    """A class whose instances a file may hold.

    Attributes:
        cls: itself.
        parameters: what it is made of, by the names of its constructor's arguments.
        attributes: those that fitting sets, each with the test that its value must pass, given the
            instance.
        optional: the attributes that a fitted instance may lack.
        check_parameters: raises ValueError or TypeError where an instance, fitted or not, does not
            hold together.
        check: likewise for a fitted one; sets the attributes that follow from others.
        dropped: parameters and attributes that are not kept: what follows from others, or code.
        drops_code: whether parameters that are functions are left out, instead of refused.
        prepare: called with an instance before it is saved.
    """

    cls: type[Any]
    parameters: tuple[str, ...]
    attributes: Mapping[str, Callable[[Any, Any], bool]] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    check_parameters: Callable[[Any], None] = lambda made: None
    check: Callable[[Any], None] = lambda made: None
    dropped: frozenset[str] = frozenset()
    drops_code: bool = False
    prepare: Callable[[Any], object] = lambda made: None

    def is_fitted(self, made: Any) -> bool:
        """Whether an instance has the attributes that fitting sets; ValueError if it has some."""
        needed = self.attributes.keys() - self.optional
        lacking = sorted(needed - vars(made).keys())
        if lacking and len(lacking) < len(needed):
            raise ValueError(f"{self.cls.__name__} lacks the attributes {', '.join(lacking)}")
        return not lacking


Kinds = Mapping[str, Kind]


def article(name: str) -> str:
    """A class's name with "a" or "an"."""
    return f"{'an' if name[0] in 'AEIOUaeiou' or name.startswith('ML') else 'a'} {name}"
