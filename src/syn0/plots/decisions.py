"""Regions: what a network predicts in each part of a plane of two inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from syn0.data import Table
from syn0.plots.arrays import input_columns
from syn0.plots.style import (
    INK,
    MARKERS,
    NEGATIVE,
    PAPER,
    POSITIVE,
    SERIES,
    SMALL,
    axes,
    colour_bar,
    cut,
    diverging,
    figures,
    words,
)
from syn0.spec.checks import whole
from syn0.spec.doors import door

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from syn0.models import Network

FINENESS = 160
"""Places along each side at which a network is asked."""

MOST_POINTS = 2000
"""Examples that are drawn on regions; of more, so many spread over all."""

FEW_VALUES = 10
"""Different numbers up to which the most frequent one stands for a column, not the mean."""

SIDES = ("below", "above")

BEHIND_A_NAME = {"facecolor": PAPER, "alpha": 0.75, "edgecolor": "none", "pad": 2}

EDGE = 0.08
"""How far regions go beyond the examples, as a share of these."""


@door
def regions(
    network: Network,
    X: Table | ArrayLike,
    y: ArrayLike | None = None,
    *,
    inputs: Sequence[int | str] = (0, 1),
    ax: Axes | None = None,
) -> Axes:
    """Draw what a network says of every pair of two inputs, with the examples on top; the other
    inputs stand at their mean, or at their most frequent value where they are texts or take few.

    Args:
        network: as it predicts: a single output is shown in colours about 0.5, or about the middle
            of the targets where these are not from 0 to 1; of several, which is largest.
        X: (rows, inputs) numbers; or a table, such as `read_table` gives, of a network that was
            trained on one: its columns are drawn in their own units.
        y: (rows,) or (rows, outputs) targets of the numbers; a table has its own.
        inputs: two columns, by number or, of a table, by name.
        ax: axes to draw on; by default new ones.

    Returns:
        The axes.

    Raises:
        TypeError, ValueError: columns that there are not, or that are texts.
        ModuleNotFoundError: Matplotlib is not installed.
    """
    if len(inputs) != 2:
        raise ValueError(f"inputs must be two columns, not {len(inputs)}")
    if isinstance(X, Table):
        names, (across, up), ask = of_table(network, X, inputs)
        targets, classes = targets_of(network, X)
    else:
        rows = np.asarray(X, float)
        names, (across, up), ask = of_array(network, rows, inputs)
        targets, classes = None if y is None else np.asarray(y, float).reshape(len(rows), -1), ()
    horizontal, vertical = span_of(across), span_of(up)
    grid = np.meshgrid(horizontal, vertical)
    outputs = ask(grid[0].ravel(), grid[1].ravel())
    ax = axes(ax, 6.4, 5.0)
    extent = (horizontal[0], horizontal[-1], vertical[0], vertical[-1])
    field = outputs.reshape(*grid[0].shape, -1)
    if field.shape[2] == 1:
        one_output(ax, field[..., 0], grid, extent, (targets, classes), (across, up))
        groups = halves(targets)
    else:
        several_outputs(ax, field, grid, extent, classes, (across, up))
        groups = None if targets is None else largest(targets)
    scatter(ax, across, up, groups)
    ax.set(xlim=extent[:2], ylim=extent[2:])
    words(ax, x=cut(names[0]), y=cut(names[1]))
    return ax


def of_array(network: Network, X: NDArray[Any], inputs: Sequence[int | str]) -> Any:
    """Names and values of two columns of numbers, and what the network says of pairs of them."""
    if X.ndim != 2 or X.shape[1] < 2:
        raise ValueError("regions need rows of two inputs or more")
    known = [*input_columns(network)] or [f"input {k}" for k in range(X.shape[1])]
    places = [known.index(one) if one in known else place(one, X.shape[1]) for one in inputs]
    middle = np.array([usual(column) for column in X.T])

    def ask(across: NDArray[Any], up: NDArray[Any]) -> NDArray[Any]:
        rows = np.tile(middle, (len(across), 1))
        rows[:, places[0]], rows[:, places[1]] = across, up
        return network.predict(rows)

    return [known[k] for k in places], [X[:, k] for k in places], ask


def of_table(network: Network, table: Table, inputs: Sequence[int | str]) -> Any:
    """As `of_array`, for two columns of a table."""
    columns = {c.name: c for c in table.inputs}
    numbers = [c.name for c in table.inputs if c.categories is None]
    names = [one if isinstance(one, str) else pick(numbers, one) for one in inputs]
    for name in names:
        if name not in numbers:
            what = "holds texts" if name in columns else "is no input"
            raise ValueError(f"column {name!r} {what}: choose from {', '.join(numbers[:12])}")

    def ask(across: NDArray[Any], up: NDArray[Any]) -> NDArray[Any]:
        filled = {
            name: replace(column, values=np.full(len(across), usual_cell(column)))
            for name, column in columns.items()
        }
        for name, values in zip(names, (across, up), strict=True):
            filled[name] = replace(columns[name], values=values)
        return network.predict(replace(table, columns=filled, target=None, files=None))

    return names, [columns[name].values.astype(float) for name in names], ask


def place(one: int | str, count: int) -> int:
    """The number of a column."""
    number = whole("inputs", one, least=0)
    if number >= count:
        raise ValueError(f"there is no input {number}: there are {count}, from 0")
    return number


def pick(names: Sequence[str], number: int) -> str:
    """A column by its number."""
    return names[place(number, len(names))]


def usual(values: NDArray[Any]) -> float:
    """A column's mean; of few different values the most frequent one."""
    known = values[~np.isnan(values)]
    different, counts = np.unique(known, return_counts=True)
    few = len(different) <= FEW_VALUES
    return float(different[counts.argmax()] if few else known.mean()) if len(known) else np.nan


def usual_cell(column: Any) -> Any:
    """As `usual`, for a table's column; of texts the code of the most frequent one."""
    if column.categories is None:
        return usual(column.values.astype(float))
    return np.bincount(column.values[~column.missing], minlength=1).argmax().astype(np.int32)


def targets_of(network: Network, table: Table) -> tuple[NDArray[Any] | None, Sequence[str]]:
    """A table's targets in the units of predictions, and its classes; None where it has none."""
    schema = network.schema
    if schema is None or table.target is None:
        return None, ()
    targets = schema.targets(table, np.float64)
    if schema.task == "regression":
        return schema.restore(targets), ()
    return targets, schema.classes or ()


def span_of(values: NDArray[Any]) -> NDArray[np.float64]:
    """The places along a side: as far as the examples go, and a little further."""
    known = values[np.isfinite(values)]
    low, high = (known.min(), known.max()) if len(known) else (0.0, 1.0)
    room = EDGE * (high - low) or 0.5
    return np.linspace(low - room, high + room, FINENESS)


def one_output(
    ax: Axes,
    field: NDArray[Any],
    grid: Sequence[NDArray[Any]],
    extent: Any,
    told: tuple[NDArray[Any] | None, Sequence[str]],
    points: Sequence[NDArray[Any]],
) -> None:
    """A single output in colours, and the line where it is in the middle, with a name on each
    side."""
    targets, classes = told
    known = field if targets is None else np.concatenate([field.ravel(), targets[:, 0]])
    shares = known.min() >= 0 and known.max() <= 1
    low, high = (0.0, 1.0) if shares else (float(known.min()), float(known.max()))
    shown = ax.imshow(field, cmap=diverging(), vmin=low, vmax=high, extent=extent, origin="lower",
                      aspect="auto", interpolation="bilinear", alpha=0.85)  # fmt: skip
    middle = (low + high) / 2
    if field.min() < middle < field.max():
        ax.contour(*grid, field, levels=[middle], colors=[INK], linewidths=1.2)
    names = [cut(name) for name in classes] or [f"{side} {figures(middle)}" for side in SIDES]
    for name, inside in zip(names, (field < middle, field > middle), strict=True):
        if inside.any():
            write_name(ax, name, inside, grid, points)
    colour_bar(ax, shown, f"prediction: 1 is {names[1]}" if classes else "prediction")


def several_outputs(
    ax: Axes,
    field: NDArray[Any],
    grid: Sequence[NDArray[Any]],
    extent: Any,
    classes: Sequence[str],
    points: Sequence[NDArray[Any]],
) -> None:
    """Which output is largest, each region with its name in its middle."""
    from matplotlib.colors import to_rgb

    winner = field.argmax(axis=2)
    colours = np.array([to_rgb(SERIES[k % len(SERIES)]) for k in range(field.shape[2])])
    ax.imshow(1 - 0.35 * (1 - colours[winner]), extent=extent, origin="lower", aspect="auto",
              interpolation="nearest")  # fmt: skip
    for k in np.unique(winner):
        ahead = field[..., k] - np.delete(field, k, axis=2).max(axis=2)
        if ahead.min() < 0:
            ax.contour(*grid, ahead, levels=[0], colors=[INK], linewidths=0.8)
        name = cut(classes[k]) if classes else f"output {k}"
        write_name(ax, name, winner == k, grid, points)


def write_name(
    ax: Axes,
    name: str,
    inside: NDArray[np.bool_],
    grid: Sequence[NDArray[Any]],
    points: Sequence[NDArray[Any]],
) -> None:
    """A region's name, where it has most room."""
    row, column = roomiest(inside, grid, points)
    ax.text(grid[0][row, column], grid[1][row, column], name, ha="center", va="center",
            fontsize=SMALL, color=INK, weight="bold", zorder=4, bbox=BEHIND_A_NAME)  # fmt: skip


def roomiest(
    inside: NDArray[np.bool_], grid: Sequence[NDArray[Any]], points: Sequence[NDArray[Any]]
) -> tuple[int, int]:
    """The place within a region that is furthest from its border and from all examples."""
    from scipy.ndimage import distance_transform_edt

    free = inside.copy()
    sides = (grid[0][0], grid[1][:, 0])
    column, row = (np.searchsorted(side, one).clip(0, FINENESS - 1)
                   for side, one in zip(sides, points, strict=True))  # fmt: skip
    free[row, column] = False
    room = distance_transform_edt(np.pad(free, 1))[1:-1, 1:-1]
    row, column = np.unravel_index(room.argmax(), room.shape)
    return int(row), int(column)


def halves(targets: NDArray[Any] | None) -> NDArray[Any] | None:
    """0 and 1 for targets below and above their middle."""
    if targets is None:
        return None
    one = targets[:, 0]
    return np.asarray(one > (one.min() + one.max()) / 2, int)


def largest(targets: NDArray[Any]) -> NDArray[Any]:
    """The class of each row, of numbers or of columns."""
    return targets.argmax(axis=1) if targets.shape[1] > 1 else targets[:, 0].astype(int)


def scatter(ax: Axes, across: NDArray[Any], up: NDArray[Any], groups: NDArray[Any] | None) -> None:
    """The examples, each group with its own mark."""
    shown = np.linspace(0, len(across) - 1, min(len(across), MOST_POINTS)).astype(int)
    across, up = across[shown], up[shown]
    kinds = np.zeros(len(shown), int) if groups is None else groups[shown]
    two = groups is not None and kinds.max(initial=0) <= 1
    for k in np.unique(kinds):
        colour = (NEGATIVE, POSITIVE)[k] if two else SERIES[k % len(SERIES)]
        some = kinds == k
        size = np.clip(4000 / max(len(shown), 1), 10, 60)
        ax.scatter(across[some], up[some], s=size, color=colour, marker=MARKERS[k % len(MARKERS)],
                   edgecolors=PAPER, linewidths=0.7, zorder=3)  # fmt: skip
