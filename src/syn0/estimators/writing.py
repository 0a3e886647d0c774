"""Values of estimators as JSON and arrays: see `values.py`."""

from __future__ import annotations

import math
from collections import UserList
from dataclasses import replace
from functools import singledispatchmethod
from inspect import signature
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from syn0.estimators.kept import Kind, Kinds, article
from syn0.estimators.values import FUNCTIONS, NUMBERS, TYPES
from syn0.files.container import Arrays
from syn0.models import Network
from syn0.models.record import state_of


class Writer:
    """Turns values into JSON's types, and collects their arrays.

    Attributes:
        arrays: by name.
        left_out: "parameter of Class", of those that were set and are not kept: code, and what
            concerns the machine.
    """

    def __init__(self, kinds: Kinds) -> None:
        self.arrays: Arrays = {}
        self.left_out: dict[str, None] = {}
        self._kinds = kinds

    @singledispatchmethod
    def data(self, value: Any, place: str) -> Any:
        """A value in JSON's types.

        Args:
            value: any of the kinds that a file can hold.
            place: where it is, for names and errors: "steps.scaler.mean_".

        Raises:
            ValueError: the value is something else, or holds something else.
        """
        name = type(value).__name__
        if name in self._kinds and type(value) is self._kinds[name].cls:
            return {"estimator": self._instance(value, self._kinds[name], place)}
        known = next((known for known, f in FUNCTIONS.items() if f is value), None)
        if known is not None:
            return {"function": known}
        if hasattr(value, "get_indexer"):  # pandas' Index
            return self.data(value.tolist(), place)
        where = f"{place}: " if place else ""
        if callable(value) and not isinstance(value, BaseEstimator):
            functions = ", ".join(FUNCTIONS)
            raise ValueError(
                f"{where}{value!r} is code, which a file does not hold, but for: {functions}"
            )
        classes = ", ".join(sorted(self._kinds))
        raise ValueError(f"{where}a file cannot hold {article(name)}; it can hold: {classes}")

    @data.register
    def _(self, value: bool | str | None, place: str) -> Any:
        return value if value is None or type(value) is bool else str(value)

    @data.register
    def _(self, value: int, place: str) -> Any:
        return int(value)

    @data.register
    def _(self, value: float, place: str) -> Any:
        return value if math.isfinite(value) else {"float": repr(value)}

    @data.register
    def _(self, value: np.generic, place: str) -> Any:
        if value.dtype.name not in NUMBERS:
            raise ValueError(f"{place}: a file cannot hold {article(type(value).__name__)}")
        return {"number": [value.dtype.name, self.data(value.item(), place)]}

    @data.register
    def _(self, value: np.str_, place: str) -> Any:
        return str(value)

    @data.register(list)
    @data.register(UserList)
    def _(self, value: list[Any], place: str) -> Any:
        return [self.data(item, joined(place, label(n, item))) for n, item in enumerate(value)]

    @data.register
    def _(self, value: tuple, place: str) -> Any:  # type: ignore[type-arg]
        if value and isinstance(value[0], str):  # a named step: its place has that name already
            return {"tuple": [self.data(item, place) for item in value]}
        return {"tuple": [self.data(item, joined(place, str(n))) for n, item in enumerate(value)]}

    @data.register
    def _(self, value: dict, place: str) -> Any:  # type: ignore[type-arg]
        return {
            "dict": [
                [self.data(key, place), self.data(item, joined(place, str(key)))]
                for key, item in value.items()
            ]
        }

    @data.register
    def _(self, value: slice, place: str) -> Any:
        return {"slice": [self.data(v, place) for v in (value.start, value.stop, value.step)]}

    @data.register
    def _(self, value: np.dtype, place: str) -> Any:
        return {"dtype": value.str if value.kind in "UO" else value.name}

    @data.register
    def _(self, value: type, place: str) -> Any:
        known = next((name for name, kind in TYPES.items() if kind is value), None)
        if known is None:
            raise ValueError(f"{place}: a file cannot hold the type {value.__name__}")
        return {"type": known}

    @data.register
    def _(self, value: np.random.RandomState, place: str) -> Any:
        _, words, position, has_normal, normal = value.get_state(legacy=True)
        name = self._kept(place, np.array(words))
        return {"random_state": [name, int(position), int(has_normal), float(normal)]}

    @data.register
    def _(self, value: np.ndarray, place: str) -> Any:
        if value.dtype.name in NUMBERS:
            return self._matrix(value, place) if value.ndim == 2 else self._plain(value, place)
        if value.dtype.kind == "U":
            points = np.ascontiguousarray(value, f"=U{value.dtype.itemsize // 4}")
            points = points.reshape(*value.shape, 1).view(np.uint32)
            return {"texts": self._kept(place, points)}
        if value.dtype.kind != "O":
            raise ValueError(f"{place}: a file cannot hold an array of {value.dtype}")
        items = [self.data(item, place) for item in value.ravel()]
        return {"objects": [list(value.shape), items]}

    @data.register
    def _(self, value: Network, place: str) -> Any:
        record = value.record()
        if set(state_of(record.spec, record.training)[1]) != set(record.checkpoint.values):
            record = replace(record, training=None)  # it was about to train anew
        description, arrays = record.parts()
        for name, array in arrays.items():
            self._kept(f"{place}.{name}", array)
        return {"network": [place, description]}

    def _instance(self, value: Any, kind: Kind, place: str) -> dict[str, Any]:
        """The class, parameters and attributes of an instance."""
        name = kind.cls.__name__
        kind.prepare(value)
        own = {n: v for n, v in vars(value).items() if n not in kind.dropped}
        parameters = {n: own[n] for n in kind.parameters if n in own}
        if kind.drops_code:
            code = [n for n, v in parameters.items() if is_code(v)]
            self.left_out |= {f"{n} of {name}": None for n in code}
            parameters |= dict.fromkeys(code)
        dropped = sorted(kind.dropped & set_parameters(value))
        self.left_out |= {f"{n} of {name}": None for n in dropped}
        attributes = {n: v for n, v in own.items() if n not in kind.parameters}
        odd = ", ".join(sorted(set(attributes) - set(kind.attributes)))
        if odd:
            where = f"{place}: " if place else ""
            raise ValueError(f"{where}{name} has attributes that a file does not hold: {odd}")
        return {
            "class": name,
            "parameters": {n: self.data(v, joined(place, n)) for n, v in parameters.items()},
            "attributes": {n: self.data(v, joined(place, n)) for n, v in attributes.items()},
        }

    def _plain(self, array: NDArray[Any], place: str) -> dict[str, Any]:
        """An array of numbers, row by row."""
        return {"array": self._kept(place, array)}

    def _matrix(self, array: NDArray[Any], place: str) -> dict[str, Any]:
        """A matrix, laid out in memory as it is: the order of sums in products depends on it."""
        (row, column), width = array.strides, array.shape[1]
        if row < 0:
            return {"reversed": self._matrix(array[::-1], place)}
        if 0 < row < column:
            return {"transposed": self._matrix(array.T, place)}
        if column == array.itemsize and row % column == 0 and row > width * column:
            wide = np.zeros((len(array), row // column), array.dtype)
            wide[:, :width] = array
            return {"part": [self._plain(wide, place), width]}
        return self._plain(array, place)

    def _kept(self, name: str, array: NDArray[Any]) -> str:
        """Keep an array, and the name that it got."""
        unique, number = name, 1
        while unique in self.arrays:
            number += 1
            unique = f"{name}_{number}"
        self.arrays[unique] = np.asarray(array, array.dtype.newbyteorder("="), order="C")
        return unique


def set_parameters(value: Any) -> set[str]:
    """The parameters of an instance that are not what they are by default."""
    defaults = signature(type(value)).parameters
    return {n for n, v in vars(value).items() if n in defaults and v is not defaults[n].default}


def is_code(value: Any) -> bool:
    """Whether a value is a function, or holds some."""
    if isinstance(value, list | tuple | np.ndarray):
        return any(map(is_code, value))
    return callable(value) and not isinstance(value, type | BaseEstimator)


def label(number: int, item: Any) -> str:
    """What an item of a list is called: a step by its name, others by their number."""
    named = isinstance(item, tuple) and item and isinstance(item[0], str)
    return item[0] if named else str(number)


def joined(place: str, name: str) -> str:
    """A place within another."""
    return f"{place}.{name}" if place else name
