"""Finds the arrays of the exercise among all that a program computed, by their values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.learn.drill.sandbox import Event

Array = NDArray[np.float64]

TOLERANCE, SINGLE_TOLERANCE = 1e-6, 2e-5
"""How far a value may be off, beside the largest of its array: of float64, and of float32."""

MOST_STACKED = 20_000


@dataclass(frozen=True, eq=False)
class Found:
    """Where an array of the exercise was found.

    Attributes:
        event: what computed it; of one that was computed entry by entry, the last.
        value: what was found, lying as the exercise's does.
        factor: by which it differs: 1 for none, -1 for the other sign.
        exact: whether it agrees to the last bit.
    """

    event: Event
    value: Array
    factor: float
    exact: bool


class Finder:
    """Looks through what a program computed in one step."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = events
        self.places = {id(event): place for place, event in enumerate(events)}
        found: dict[int, list[tuple[Event, bool]]] = defaultdict(list)
        for event in sorted(events, key=lambda e: ("bound", "part", "read").index(e.kind)):
            found[event.value.size].append((event, False))
        for event in stacked(events):
            found[event.value.size].append((event, True))
        # Arrays whose largest entries differ in size need not be compared.
        self.by_size = {
            size: (entries, np.array([largest(event.value) for event, _ in entries]))
            for size, entries in found.items()
        }

    def find(self, value: Array, factors: Iterable[float] = (1.0,), name: str = "") -> Found | None:
        """The array, or the first of its multiples that is there; best under its own name."""
        first = None
        for factor in factors:
            wanted = value * factor if factor != 1 else value
            found = self.same(wanted, factor, name)
            if found is None or (first is not None and found.event.name != name):
                continue
            if found.event.name or not self.has(name):
                return found
            # A part of the line is right: under its name there may be a multiple of it.
            first = first or found
        return None if first is None or self.is_late(first.event, name) else first

    def is_late(self, event: Event, name: str) -> bool:
        """Whether something was computed after an array of this name was bound: then it is not the
        array that the name stands for."""
        place = self.places.get(id(event), 0)
        named = (self.places[id(e)] for e in self.events if e.name == name and e.kind == "bound")
        return place > next(named, place)

    def has(self, name: str) -> bool:
        """Whether something bears this name."""
        return bool(name) and self.named(name) is not None

    def same(self, wanted: Array, factor: float, name: str) -> Found | None:
        """The array itself."""
        best: tuple[tuple[bool, bool], Found] | None = None
        if wanted.size not in self.by_size:
            return None
        entries, maxima = self.by_size[wanted.size]
        size = largest(wanted)
        near = np.abs(maxima - size) <= SINGLE_TOLERANCE * max(size, 0)
        for place in np.flatnonzero(near):
            event, flat = entries[place]
            lying = oriented(event.value, wanted, flat=flat)
            if lying is None:
                continue
            close, exact = agreement(lying, wanted, single=event.single)
            if close:
                rank = (exact, event.name == name)
                if best is None or rank > best[0]:
                    best = rank, Found(event, lying, factor, exact)
                if rank == (True, True):
                    break
        return None if best is None else best[1]

    def named(self, *names: str) -> Event | None:
        """The last value that one of these names was given."""
        for name in names:
            for event in reversed(self.events):
                if event.name == name and event.kind != "part":
                    return event
        return None


def largest(value: Array) -> float:
    """The size of an array's largest entry; -1 where not all are finite."""
    size = float(np.abs(value).max(initial=0))
    return size if np.isfinite(size) else -1.0


def stacked(events: Sequence[Event]) -> list[Event]:
    """What was computed bit by bit, row by row or entry by entry, put together in order."""
    groups: dict[tuple[Any, ...], list[Event]] = defaultdict(list)
    for event in events:
        if event.kind != "read":
            groups[event.place, event.name, event.kind].append(event)
    whole = []
    for group in groups.values():
        if len(group) > 1 and sum(event.value.size for event in group) <= MOST_STACKED:
            value = np.concatenate([event.value.ravel() for event in group])
            last = group[-1]
            whole.append(Event(last.place, last.name, last.kind, value, last.single, last.path))
    return whole


def oriented(value: Array, like: Array, *, flat: bool = False) -> Array | None:
    """A value in the shape of another, which it may have as columns for rows, or as a row of
    numbers; None if it has neither. Values put together in order (`flat`) fit both ways."""
    if flat:
        direct = value.reshape(like.shape)
        turned = value.reshape(like.T.shape).T
        return direct if agreement(direct, like, single=True)[0] else turned
    if value.shape == like.shape:
        # Of a square one both ways are possible: the one that agrees is meant.
        if value.ndim == 2 and value.shape[0] == value.shape[1] > 1:
            upright = agreement(value, like, single=True)[0]
            return value if upright or not agreement(value.T, like, single=True)[0] else value.T
        return value
    if value.ndim == 2 and value.T.shape == like.shape:
        return value.T
    if squeezed(value.shape) == squeezed(like.shape):
        return value.reshape(like.shape)
    return None


def squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    """A shape without lengths of 1."""
    return tuple(length for length in shape if length != 1)


def agreement(found: Array, wanted: Array, *, single: bool) -> tuple[bool, bool]:
    """Whether two arrays of one shape agree: within the tolerance, and to the last bit."""
    if np.array_equal(found, wanted, equal_nan=True):
        return True, True
    if not (np.isfinite(found).all() and np.isfinite(wanted).all()):
        return False, False
    limit = (SINGLE_TOLERANCE if single else TOLERANCE) * np.max(np.abs(wanted), initial=0)
    return bool(np.max(np.abs(found - wanted), initial=0) <= limit), False
