"""Points in a plane to be told apart: the classic sets of two inputs, with noise and a seed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.data import Column, Table
from syn0.data.cells import text_column
from syn0.data.table import fingerprint_of

Points = tuple[NDArray[Any], NDArray[Any]]
"""(rows, 2) places from about -1 to 1, and (rows,) class numbers."""


def circles(rows: int, random: np.random.RandomState) -> Points:
    """A ring around a ring."""
    inner = np.arange(rows) % 2
    angle, radius = random.random_sample(rows) * 2 * np.pi, np.where(inner, 0.4, 0.9)
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), inner


def moons(rows: int, random: np.random.RandomState) -> Points:
    """Two half moons, one in the other's arm."""
    lower = np.arange(rows) % 2
    angle = random.random_sample(rows) * np.pi
    x = np.where(lower, 1 - np.cos(angle), np.cos(angle)) / 1.5 - 0.33
    y = np.where(lower, 0.5 - np.sin(angle), np.sin(angle)) / 1.5 - 0.17
    return np.column_stack([x, y]), lower


def spirals(rows: int, random: np.random.RandomState) -> Points:
    """Two arms, wound around each other."""
    arm = np.arange(rows) % 2
    far = np.sqrt(random.random_sample(rows))
    angle = far * 3.5 * np.pi / 2 + arm * np.pi
    return np.column_stack([far * np.cos(angle), far * np.sin(angle)]), arm


def exclusive_or(rows: int, random: np.random.RandomState) -> Points:
    """Four squares: 1 where just one of the inputs is above 0."""
    points = random.random_sample((rows, 2)) * 2 - 1
    return points, ((points[:, 0] > 0) ^ (points[:, 1] > 0)).astype(int)


def blobs(rows: int, random: np.random.RandomState) -> Points:
    """Three heaps."""
    heap = np.arange(rows) % 3
    angle = heap * 2 * np.pi / 3 + np.pi / 2
    middle = 0.6 * np.column_stack([np.cos(angle), np.sin(angle)])
    return middle + random.standard_normal((rows, 2)) * 0.12, heap


PLANES: dict[str, Callable[[int, np.random.RandomState], Points]] = {
    "circles": circles,
    "moons": moons,
    "spirals": spirals,
    "exclusive-or": exclusive_or,
    "blobs": blobs,
}

TITLES = {
    "circles": "a ring around a ring",
    "moons": "two half moons",
    "spirals": "two spirals",
    "exclusive-or": "four squares: exclusive-or",
    "blobs": "three heaps of points",
}

MOST_ROWS = 2_000


def read_plane(name: str, rows: int = 200, noise: float = 0.1, seed: int = 1) -> Table:
    """A set of points as a table: x1, x2 and the class, 0 or 1, or a letter where there are three.

    Raises:
        ValueError: rows, noise or seed out of bounds.
    """
    if not 4 <= rows <= MOST_ROWS:
        raise ValueError(f"rows must be from 4 to {MOST_ROWS:,}, not {rows}")
    if not 0 <= noise <= 1:
        raise ValueError(f"noise must be from 0 to 1, not {noise}")
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed must be from 0 to 2**32 - 1, not {seed}")
    random = np.random.RandomState(seed)
    points, kinds = PLANES[name](rows, random)
    points = points + noise * 0.5 * random.standard_normal(points.shape)
    columns = {f"x{k}": Column(f"x{k}", points[:, k - 1]) for k in (1, 2)}
    columns["y"] = (
        Column("y", kinds.astype(float))
        if kinds.max() < 2
        else text_column("y", ["abc"[kind] for kind in kinds])
    )
    return Table(
        name=name, columns=columns, target="y", fingerprint=fingerprint_of(columns.values())
    )
