"""Finds the training steps in what a program computed, and with which weights it started."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from syn0.learn.drill.matching import Array, squeezed
from syn0.learn.drill.sandbox import Event, Run

STEPS = 3
MOST_CANDIDATES = 12
"""Of arrays that may be one weight matrix."""


@dataclass(frozen=True)
class Division:
    """A run, divided into what comes before the training and its first steps."""

    before: tuple[Event, ...]
    steps: tuple[tuple[Event, ...], ...]


def divisions(run: Run) -> Iterator[Division]:
    """The ways in which a run may be divided: a step may be a round of any loop, the outermost
    first. Where nothing is in a loop, all of it is one step."""
    depths: dict[int, int] = {}
    for event in run.events:
        for depth, (number, _, _) in enumerate(event.path):
            depths.setdefault(number, depth)
    for number, depth in sorted(depths.items(), key=lambda item: item[1]):
        yield divided(run.events, number, depth)
    if not depths:
        yield Division(run.events, (run.events,))


def divided(events: Sequence[Event], number: int, depth: int) -> Division:
    """A run whose steps are the rounds of one loop; what lies between two belongs to the next."""
    before: list[Event] = []
    steps: list[list[Event]] = []
    between: list[Event] = []
    last = None
    for event in events:
        inside = len(event.path) > depth and event.path[depth][0] == number
        if not inside:
            (between if steps else before).append(event)
            continue
        if (key := event.path[: depth + 1]) != last:
            if len(steps) == STEPS:
                break
            steps.append(between)
            between, last = [], key
        steps[-1].append(event)
    return Division(tuple(before), tuple(map(tuple, steps)))


def start_values(
    division: Division, shape: tuple[int, ...], name: str, data: Sequence[Array]
) -> list[tuple[Array, str]]:
    """The arrays that may be the start of a weight matrix of this shape, the likeliest first, each
    with the name that it has in the program."""
    first = division.steps[0] if division.steps else ()
    events = [
        *(e for e in reversed(division.before) if e.kind == "bound" and e.name == name),
        *(e for e in reversed(division.before) if e.kind == "bound" and e.name != name),
        *(e for e in reversed(division.before) if e.kind == "part"),
        *(e for e in first if e.kind == "read"),
    ]
    found: list[tuple[Array, str]] = []
    for event in events:
        for value in as_shaped(event.value, shape):
            known = [*data, *(table.T for table in data), *(other for other, _ in found)]
            if not any(np.array_equal(value, other) for other in known):
                found.append((value, event.name))
    return found[:MOST_CANDIDATES]


def as_shaped(value: Array, shape: tuple[int, ...]) -> Iterator[Array]:
    """An array in this shape: as it is, turned, or with other lengths of 1."""
    if value.shape == shape:
        yield value
        if len(shape) == 2 and shape[0] == shape[1] > 1:
            yield value.T
    elif value.ndim == 2 and value.T.shape == shape:
        yield value.T
    elif value.ndim and squeezed(value.shape) == squeezed(shape):
        yield value.reshape(shape)


def batch_of(events: Sequence[Event], X: Array, size: int) -> NDArray[np.intp] | None:
    """The numbers of the rows that a step takes; None if they are not found."""
    best: NDArray[np.intp] | None = None
    for event in events:
        for table in as_rows(event.value, X.shape[1]):
            if len(table) > size or (best is not None and len(table) <= len(best)):
                continue
            if (rows := rows_in(table, X)) is not None:
                best = rows
    return best


def as_rows(value: Array, columns: int) -> Iterator[Array]:
    """An array as examples one a row: as it is, or turned."""
    if value.ndim == 1 and len(value) == columns:
        yield value[np.newaxis]
    if value.ndim == 2:
        if value.shape[1] == columns:
            yield value
        if value.shape[0] == columns:
            yield value.T


def rows_in(table: Array, X: Array) -> NDArray[np.intp] | None:
    """Which rows of X these are; None where one is none of them."""
    places = []
    for row in table:
        (equal,) = np.nonzero(np.isclose(X, row, rtol=1e-6, atol=0).all(axis=1))
        free = [place for place in equal if place not in places]
        if not len(equal):
            return None
        places.append(free[0] if free else equal[0])
    return np.array(places, np.intp)
