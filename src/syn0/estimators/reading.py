"""Values of estimators, from JSON and arrays: see `values.py`. Whatever is odd is refused."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from syn0.estimators.kept import Kinds, article
from syn0.estimators.values import FUNCTIONS, NUMBERS, TYPES
from syn0.files.container import Arrays
from syn0.models import Network
from syn0.models.record import Record
from syn0.spec.checks import choice, whole
from syn0.training.checkpoint import restored_generator

MOST_CODE_POINTS = 0x10FFFF

DEEPEST = 20
"""How many estimators may stand in each other: predictions call as deep."""


class Reader:
    """Turns what a `Writer` made back into values; each array is used once.

    Every method raises ValueError, TypeError or LookupError for what no `Writer` makes.
    """

    def __init__(self, arrays: Arrays, kinds: Kinds) -> None:
        self._arrays, self._kinds = dict(arrays), kinds
        self._depth = 0

    def whole(self, data: Any) -> Any:
        """The value of all that there is."""
        value = self.value(data)
        if self._arrays:
            raise ValueError(f"it holds arrays that belong to nothing: {', '.join(self._arrays)}")
        return value

    def value(self, data: Any) -> Any:
        """The value of JSON's types."""
        if isinstance(data, list):
            return [self.value(item) for item in data]
        if not isinstance(data, dict):
            return data
        if len(data) != 1:
            raise ValueError(f"an object has the keys {sorted(data)}, not one kind")
        ((kind, content),) = data.items()
        return READERS[choice("kind of value", kind, READERS)](self, content)

    def _items(self, content: Any, count: int | None = None) -> list[Any]:
        if not isinstance(content, list) or count not in (None, len(content)):
            raise ValueError(f"expected a list of {'items' if count is None else count}")
        return content

    def _array(self, name: Any) -> NDArray[Any]:
        if not isinstance(name, str) or name not in self._arrays:
            raise ValueError(f"there is no array {name!r}, or it is used twice")
        return self._arrays.pop(name)

    def _matrix(self, data: Any) -> NDArray[Any]:
        matrix = self.value(data)
        if not isinstance(matrix, np.ndarray) or matrix.ndim != 2:
            raise ValueError("there is no matrix where one is expected")
        return matrix

    def _part(self, content: Any) -> NDArray[Any]:
        data, width = self._items(content, 2)
        return self._matrix(data)[:, : whole("width", width, least=0)]

    def _texts(self, name: Any) -> NDArray[Any]:
        points = self._array(name)
        if points.dtype != np.uint32 or not points.ndim or not points.shape[-1]:
            raise ValueError(f"array {name} holds no texts")
        if points.size and points.max() > MOST_CODE_POINTS:
            raise ValueError(f"array {name} holds texts of letters that there are not")
        return points.view(f"U{points.shape[-1]}").reshape(points.shape[:-1])

    def _objects(self, content: Any) -> NDArray[Any]:
        shape, items = self._items(content, 2)
        sizes = [whole("size", size, least=0) for size in self._items(shape)]
        values = [self.value(item) for item in self._items(items)]
        if len(values) != math.prod(sizes):
            raise ValueError(f"{len(values)} objects do not fill the shape {sizes}")
        if any(isinstance(value, list | dict | np.ndarray | BaseEstimator) for value in values):
            raise ValueError("an array of objects holds more than texts and numbers")
        array = np.empty(len(values), object)
        array[:] = values
        return array.reshape(sizes)

    def _number(self, content: Any) -> Any:
        name, data = self._items(content, 2)
        value = self.value(data)
        if not isinstance(value, bool | int | float):
            raise TypeError(f"expected a number, found {value!r}")
        with np.errstate(over="ignore"):
            number = np.dtype(choice("type of number", name, NUMBERS)).type(value)
        if number.item() != value and value == value:
            raise ValueError(f"{value!r} is no number of the type {name}")
        return number

    def _dict(self, content: Any) -> dict[Any, Any]:
        pairs = [self._items(pair, 2) for pair in self._items(content)]
        return {self.value(key): self.value(item) for key, item in pairs}

    def _slice(self, content: Any) -> slice:
        ends = [self.value(item) for item in self._items(content, 3)]
        if not all(end is None or isinstance(end, int | str) for end in ends):
            raise TypeError(f"a slice from {ends[0]!r} to {ends[1]!r} makes no sense")
        return slice(*ends)

    def _dtype(self, name: Any) -> np.dtype[Any]:
        if name == "|O":
            return np.dtype(object)
        if isinstance(name, str) and name[:2] in ("<U", ">U") and name[2:].isdecimal():
            return np.dtype(f"U{whole('width of texts', int(name[2:]), least=0)}")
        return np.dtype(choice("type of number", name, NUMBERS))

    def _random_state(self, content: Any) -> np.random.RandomState:
        name, position, has_normal, normal = self._items(content, 4)
        kind, words, place, *_ = restored_generator(self._array(name), position)
        if has_normal not in (0, 1) or not isinstance(normal, float):
            raise ValueError("the state of a random generator is damaged")
        state = np.random.RandomState()
        state.set_state((kind, words, place, has_normal, normal))
        return state

    def _network(self, content: Any) -> Network:
        place, description = self._items(content, 2)
        if not isinstance(place, str) or not isinstance(description, dict):
            raise TypeError("a network is not described by a place and an object")
        names = [name for name in self._arrays if name.startswith(f"{place}.")]
        arrays = {name.removeprefix(f"{place}."): self._arrays.pop(name) for name in names}
        return Network.from_record(Record.from_parts(description, arrays))

    def _instance(self, content: Any) -> Any:
        if not isinstance(content, dict) or set(content) != {"class", "parameters", "attributes"}:
            raise ValueError("an estimator is not described by class, parameters and attributes")
        name = choice("class", content["class"], self._kinds)
        kind = self._kinds[name]
        self._depth += 1
        if self._depth > DEEPEST:
            raise ValueError(f"its estimators stand more than {DEEPEST} deep in each other")
        parameters = self._named(content["parameters"], kind.parameters, f"{name}'s parameters")
        attributes = self._named(content["attributes"], kind.attributes, f"{name}'s attributes")
        self._depth -= 1
        made = kind.cls(**parameters)
        if hasattr(made, "_validate_params"):
            made._validate_params()
        kind.check_parameters(made)
        for attribute, value in attributes.items():
            setattr(made, attribute, value)
        for attribute, value in attributes.items():
            if not kind.attributes[attribute](made, value):
                raise ValueError(f"{name}.{attribute} does not fit {article(name)}")
        if kind.is_fitted(made):
            kind.check(made)
        return made

    def _named(self, content: Any, known: Collection[str], what: str) -> dict[str, Any]:
        """Values by name; ValueError for names that are not known."""
        if not isinstance(content, dict):
            raise TypeError(f"{what} must be an object, not {content!r}")
        odd = ", ".join(sorted(set(content) - set(known)))
        if odd:
            raise ValueError(f"this version does not know {what} {odd}")
        return {name: self.value(data) for name, data in content.items()}


READERS: dict[str, Callable[[Reader, Any], Any]] = {
    "array": Reader._array,
    "transposed": lambda reader, data: reader._matrix(data).T,
    "reversed": lambda reader, data: reader._matrix(data)[::-1],
    "part": Reader._part,
    "texts": Reader._texts,
    "objects": Reader._objects,
    "float": lambda reader, text: float(choice("float", text, ("nan", "inf", "-inf"))),
    "number": Reader._number,
    "tuple": lambda reader, content: tuple(map(reader.value, reader._items(content))),
    "dict": Reader._dict,
    "slice": Reader._slice,
    "dtype": Reader._dtype,
    "type": lambda reader, name: TYPES[choice("type", name, TYPES)],
    "function": lambda reader, name: FUNCTIONS[choice("function", name, FUNCTIONS)],
    "random_state": Reader._random_state,
    "network": Reader._network,
    "estimator": Reader._instance,
}
"""The kinds of values that JSON has no own way to say."""
