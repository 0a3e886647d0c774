"""Tables of things that are imported when they are first asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, TypeVar

Kind = TypeVar("Kind")


class Lazy(Mapping[str, Kind]):
    """Things by name, from where they are: `numpy="syn0.engines.numpy:NumpyRunner"`; or where what
    makes them is: `c="syn0.printers.c:CPrinter()"`."""

    def __init__(self, **places: str) -> None:
        self._places = places
        self._found: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Kind:
        if name not in self._found:
            module, _, attribute = self._places[name].partition(":")
            found = getattr(import_module(module), attribute.removesuffix("()"))
            self._found[name] = found() if attribute.endswith("()") else found
        kind: Kind = self._found[name]
        return kind

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
