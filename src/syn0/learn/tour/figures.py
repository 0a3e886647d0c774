"""What chapters show: arrays, tables and curves as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.explain import curve
from syn0.explain.text import array_text, number, shape_of, shortened, table
from syn0.learn.tour.content import Figure
from syn0.learn.tour.scene import Scene
from syn0.spec.words import series, visible

MOST_ROWS, MOST_COLUMNS = 8, 6
"""Rows and columns of a table that are shown."""

WIDTH = 72
"""Characters of a figure's line, but for programs."""

MOST_TARGETS, LEAST_COLUMNS = 3, 3
LONGEST_NAME = 16
"""Characters of a column's name in a table."""

CURVE_WIDTH, CURVE_HEIGHT = 49, 9
"""Characters of a curve that is drawn."""

CURVE_REACH = 6.0
"""The largest weighted sum on it, and the least below 0."""


def array(name: str, value: Any) -> Figure:
    """An array with its shape; of a large one the corners."""
    return Figure(f"{name} {shape_of(value)}", array_text(value, indent=0, width=WIDTH))


def examples(scene: Scene, rows: Sequence[int] | None = None) -> Figure:
    """The data: a row an example, the targets last."""
    shown = list(range(min(len(scene.X), MOST_ROWS))) if rows is None else list(rows)
    count = min(len(scene.columns), MOST_COLUMNS)
    while count > 1 and widest(data_table(scene, shown, count)) > WIDTH:
        count -= 1
    lines = data_table(scene, shown, count)
    title = f"{len(scene.X):,} examples of {scene.data_name}"
    if left := len(scene.columns) - count:
        title += f", with {left:,} more column{'s' * (left > 1)}"
    return Figure(title, "\n".join(lines))


def data_table(scene: Scene, rows: Sequence[int], count: int) -> list[str]:
    """The first columns of some rows, and the first targets."""
    names = [*scene.columns[:count], *scene.targets[:MOST_TARGETS]]
    body = [
        [f"row {k}", *map(number, [*scene.X[k, :count], *scene.y[k, :MOST_TARGETS]])] for k in rows
    ]
    return table(["", *map(brief, names)], body)


def widest(lines: Sequence[str]) -> int:
    """The characters of the longest line."""
    return max(map(len, lines))


def brief(name: str) -> str:
    """A column's name, where it stands in a table."""
    return shortened(visible(name), LONGEST_NAME)


def rows_of(title: str, header: Sequence[str], body: Sequence[Sequence[Any]]) -> Figure:
    """A table: texts as they are, numbers in a few digits; of a wide one not all columns before the
    last."""
    rows = [list(header), *([x if isinstance(x, str) else number(x) for x in y] for y in body)]
    while widest(lines := table(rows[0], rows[1:])) > WIDTH and len(rows[0]) > LEAST_COLUMNS:
        rows = [[*row[:-2], row[-1]] for row in rows]
    return Figure(title, "\n".join(lines))


def added_up(left: Iterable[float], right: Iterable[float], most: int) -> str:
    """Two arrays' products entry by entry, as the sum that they make; of many the first."""
    terms = [f"{number(a)} × {number(b)}" for a, b in zip(left, right, strict=True)]
    return " + ".join([*terms[:most], *(["…"] if len(terms) > most else [])])


def drawn_curve(activation: str, places: Sequence[float]) -> Figure:
    """An activation's curve, with a dot at each of the places."""
    reach = CURVE_REACH
    z = np.linspace(-reach, reach, CURVE_WIDTH)
    values, _ = curve(activation, z)
    low, high = float(values.min()), float(values.max())

    def height(value: float) -> int:
        return round((CURVE_HEIGHT - 1) * (high - value) / (high - low))

    grid = [[" "] * CURVE_WIDTH for _ in range(CURVE_HEIGHT)]
    for column, value in enumerate(values):
        grid[height(float(value))][column] = "·"
    for place in places:
        value = float(curve(activation, np.array([place]))[0][0])
        column = round((place + reach) / (2 * reach) * (CURVE_WIDTH - 1))
        grid[height(value)][column] = "●"
    labels = {0: number(round(high, 1)), CURVE_HEIGHT - 1: number(round(low, 1))}
    lines = [f"{labels.get(k, ''):>4} {''.join(row)}".rstrip() for k, row in enumerate(grid)]
    axis = f"{-reach:<{CURVE_WIDTH // 2}g}0{reach:>{CURVE_WIDTH // 2}g}"
    return Figure(f"{activation}, over the weighted sum z", "\n".join([*lines, f"     {axis}"]))


def listed(numbers: NDArray[Any] | Sequence[float], most: int = 6) -> str:
    """Numbers in words: "0.1, 0.2 and 0.3"."""
    shown = [number(x) for x in list(numbers)[:most]]
    if len(numbers) > most:
        return f"{', '.join(shown)}, …"
    return series(shown)
