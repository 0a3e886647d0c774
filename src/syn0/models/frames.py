"""Frames handed to a network of plain arrays: their columns are found again by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from syn0.data.frames import is_frame
from syn0.data.names import listed

Names = tuple[str, ...]


def names_of(values: object) -> Names | None:
    """The names of a frame's columns; None for anything else."""
    return tuple(map(str, values.columns)) if is_frame(values) else None  # type: ignore[attr-defined]


def are_numbered(names: Names) -> bool:
    """Whether these are what pandas or polars call columns that nobody named."""
    places = range(len(names))
    return names in (tuple(map(str, places)), tuple(f"column_{place}" for place in places))


def by_name(what: str, values: Any, known: Names | None) -> Any:
    """A frame's columns as `places` finds them; anything else as it is."""
    names = names_of(values)
    if known is None or names is None or names == known:
        return values
    return values[[values.columns[place] for place in places(what, names, known)]]


def places(what: str, names: Names, known: Names) -> Iterable[int]:
    """Where the columns of the names that are known stand among those that there are; each in its
    own place where nobody named the columns, here or there.

    Raises:
        ValueError: a column is not there, or there are two.
    """
    absent = [name for name in known if name not in names]
    if absent and (are_numbered(names) or are_numbered(known)):
        return range(len(names))
    if absent:
        raise ValueError(
            f"{what} lacks columns that the network was trained on: {listed(map(repr, absent))}; "
            f"it has {listed(map(repr, names))}"
        )
    if twice := [name for name in known if names.count(name) > 1]:
        raise ValueError(f"{what} has several columns that are called {twice[0]!r}")
    return map(names.index, known)


def learned_names(known: Mapping[str, Names], **frames: Any) -> dict[str, Names]:
    """The names to go by after a training on frames: those that were known before, and new ones
    where there were none. The name of a single target does not matter."""
    found = {what: names_of(frame) for what, frame in frames.items()}
    new = {n: c for n, c in found.items() if c is not None and (n == "X" or len(c) > 1)}
    given = {n: c for n, c in known.items() if n not in new or not are_numbered(c)}
    return new | given
