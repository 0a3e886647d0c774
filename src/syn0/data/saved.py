"""Reads the JSON objects of a model file strictly: every key known, every value of its kind."""

import math
from collections.abc import Collection
from typing import Any


class Saved:
    """One JSON object out of a model file.

    Raises ValueError, with one sentence that starts with `where`, as soon as the object has
    other keys than `keys` or a value that is read is not of the kind it is read as.
    """

    def __init__(self, value: Any, where: str, keys: Collection[str]) -> None:
        self.where = where
        if not isinstance(value, dict):
            raise self.error(f"expected an object, found {_short(value)}")
        if set(value) != set(keys):
            found, expected = sorted(map(str, value)), sorted(keys)
            raise self.error(f"expected the keys {expected}, found {_short(found)}")
        self._values = value

    def error(self, message: str) -> ValueError:
        return ValueError(f"{self.where}: {message}")

    def value(self, key: str) -> Any:
        return self._values[key]

    def text(self, key: str) -> str:
        value = self._values[key]
        if not isinstance(value, str):
            raise self.error(f"'{key}' must be a text, found {_short(value)}")
        return value

    def flag(self, key: str) -> bool:
        value = self._values[key]
        if not isinstance(value, bool):
            raise self.error(f"'{key}' must be true or false, found {_short(value)}")
        return value

    def number(self, key: str) -> float:
        value = self._values[key]
        if type(value) not in (int, float) or abs(value) > 1e308 or math.isnan(value):
            raise self.error(f"'{key}' must be a finite number, found {_short(value)}")
        return float(value)

    def count(self, key: str) -> int:
        value = self._values[key]
        if type(value) is not int or not 0 <= value < 2**63:
            raise self.error(f"'{key}' must be a whole number from 0, found {_short(value)}")
        return value

    def scale(self, key: str) -> float:
        value = self.number(key)
        if value <= 0:
            raise self.error(f"'{key}' must be above 0, found {value}")
        return value

    def list(self, key: str) -> list[Any]:
        value = self._values[key]
        if not isinstance(value, list):
            raise self.error(f"'{key}' must be a list, found {_short(value)}")
        return value

    def different_texts(self, key: str) -> tuple[str, ...]:
        values = self.list(key)
        if not all(isinstance(value, str) for value in values):
            raise self.error(f"'{key}' must hold texts only")
        if len(set(values)) < len(values):
            raise self.error(f"'{key}' must hold different texts")
        return tuple(values)

    def image_shape(self, key: str) -> tuple[int, ...] | None:
        if self._values[key] is None:
            return None
        sizes = self.list(key)
        if len(sizes) not in (2, 3) or not all(type(s) is int and s > 0 for s in sizes):
            raise self.error(f"'{key}' must be 2 or 3 sizes above 0, found {_short(sizes)}")
        return tuple(sizes)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
