"""What a class keeps in a file beside its parameters: it says so itself, above its name.

    @keeps({"classes_": instances(np.ndarray)}, check=check_classes)
    class Classifier: ...

An attribute that a class does not list is refused, when saving as when loading, and so is a value
that is not of the attribute's group.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from types import NoneType
from typing import Any, TypeVar

import numpy as np
from sklearn.base import BaseEstimator

C = TypeVar("C", bound=type)

Test = Callable[[Any, Any], bool]
"""Whether a value may be an attribute of an instance."""


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


def columns(made: Any, value: Any) -> bool:
    """A number a column of X, or None."""
    return value is None or (
        isinstance(value, np.ndarray)
        and value.dtype.kind == "f"
        and value.shape == (getattr(made, "n_features_in_", None),)
    )


def matrices(made: Any, value: Any) -> bool:
    """Rows with a number a column of X."""
    return (
        isinstance(value, np.ndarray)
        and value.dtype.kind == "f"
        and value.ndim == 2
        and len(value) > 0
        and value.shape[1] == getattr(made, "n_features_in_", None)
    )


def counts(made: Any, value: Any) -> bool:
    """A whole number from 0."""
    return is_whole(value) and value >= 0


def numbers(made: Any, value: Any) -> bool:
    """A number."""
    return is_number(value)


def rows_seen(made: Any, value: Any) -> bool:
    """A number of rows, or one a column of X."""
    if not isinstance(value, np.ndarray):
        return is_number(value)
    return value.dtype.kind in "iuf" and value.shape == (getattr(made, "n_features_in_", None),)


def number_lists(made: Any, value: Any) -> bool:
    """A list of numbers, or None."""
    return value is None or (isinstance(value, list) and all(map(is_number, value)))


def names(made: Any, value: Any) -> bool:
    """The names of X's columns."""
    return (
        isinstance(value, np.ndarray)
        and value.shape == (getattr(made, "n_features_in_", None),)
        and all(isinstance(name, str) for name in value.tolist())
    )


def filled_in(made: Any, value: Any) -> bool:
    """A number or an object a column of X."""
    return (
        isinstance(value, np.ndarray)
        and value.dtype.kind in "iufO"
        and value.shape == (getattr(made, "n_features_in_", None),)
    )


def instances(*kinds: type[Any]) -> Test:
    """A value of one of these types."""
    return lambda made, value: isinstance(value, kinds)


def optional(*kinds: type[Any]) -> Test:
    """A value of one of these types, or None."""
    return instances(*kinds, NoneType)


def output_config(made: Any, value: Any) -> bool:
    """What `set_output` chose."""
    return value in ({}, *({"transform": name} for name in ("default", "pandas", "polars", None)))


GROUPS: Mapping[str, Test] = {
    "columns": columns,
    "matrices": matrices,
    "counts": counts,
    "numbers": numbers,
    "rows_seen": rows_seen,
    "filled_in": filled_in,
    "arrays": instances(np.ndarray),
    "lists": instances(list),
    "flags": instances(bool, np.bool_),
    "texts": instances(str),
    "dtypes": instances(np.dtype),
    "estimators": instances(BaseEstimator),
    "maybe_estimators": optional(BaseEstimator),
}

OF_X: Mapping[str, Test] = {
    "n_features_in_": lambda made, value: counts(made, value) and value > 0,
    "feature_names_in_": names,
}

OUTPUT: Mapping[str, Test] = {"_sklearn_output_config": output_config}

COMMON: Mapping[str, Test] = {**OF_X, **OUTPUT}


def attributes(**groups: str) -> dict[str, Test]:
    """Tests of attributes, by their names in each of `GROUPS`."""
    return {name: GROUPS[group] for group, names in groups.items() for name in names.split()}


def is_whole(value: Any) -> bool:
    """Whether something is a whole number."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
    """Whether something is a number."""
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)


# Our own classes.


OURS: dict[str, Kind] = {}
"""What our own classes say of themselves, by name: estimators, and what they are made of."""

DERIVED = frozenset({"coefs_", "intercepts_", "_random_state", "_task", "_skl_callbacks"})
"""Attributes that follow from others, or that live as long as a training."""

OPTIONAL = frozenset({*COMMON, "loss_"} - {"n_features_in_"})
"""Attributes that a fitted estimator may lack."""


def nothing(made: Any) -> None:
    """Asks for nothing."""


def keeps(
    attributes: Mapping[str, Test],
    *,
    check: Callable[[Any], None] = nothing,
    prepare: Callable[[Any], object] = nothing,
) -> Callable[[C], C]:
    """Say of an estimator of ours what files hold of it: see `Kind`."""

    def kept(cls: C) -> C:
        kind: Any = cls
        OURS[cls.__name__] = Kind(
            cls,
            tuple(kind._get_param_names()),
            {**COMMON, **attributes},
            OPTIONAL,
            check=check,
            dropped=DERIVED,
            drops_code=True,
            prepare=prepare,
        )
        return cls

    return kept


def keeps_fields(check: Callable[[Any], None] = nothing) -> Callable[[C], C]:
    """Say of a dataclass that files hold its fields."""

    def kept(cls: C) -> C:
        kind: Any = cls
        OURS[cls.__name__] = Kind(cls, tuple(f.name for f in fields(kind)), check=check)
        return cls

    return kept


def our_estimators() -> dict[type[Any], str]:
    """The estimators of ours, with their names; a class that somebody made of one is none."""
    return {kind.cls: name for name, kind in OURS.items() if issubclass(kind.cls, BaseEstimator)}
