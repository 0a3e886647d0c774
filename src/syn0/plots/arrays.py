"""What a network holds: its weights as a map, as images, and as lines between units."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from syn0.plots.style import (
    INK,
    MIDDLE,
    NEGATIVE,
    POSITIVE,
    SMALL,
    axes,
    colour_bar,
    cut,
    diverging,
    figures,
    ink,
    limit,
    on,
    words,
)
from syn0.spec.checks import choice, whole
from syn0.spec.doors import door

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from syn0.models import Network

MOST_WRITTEN = 150
"""Entries of a map whose figures are written."""

MOST_NAMES = 40
"""Names that stand beside a map."""

MOST_IMAGES = 100
"""Units that are shown as images."""

MOST_UNITS = 16
"""Units of a layer that are drawn; of more, the first."""


def array_of(network: Network, name: str | None) -> tuple[str, NDArray[Any]]:
    """A network's array by its name, by default the first; (inputs, units) or (1, units)."""
    arrays = network.weights
    name = choice("array", name or next(iter(arrays)), arrays)
    return name, np.atleast_2d(arrays[name])


@door
def weights(network: Network, name: str | None = None, *, ax: Axes | None = None) -> Axes:
    """Draw an array of a network's: a row for each input, a column for each unit, its colour about
    0. Small ones have their figures written; negative cells of larger ones a notch.

    Args:
        network: that has it.
        name: "syn0" (default), "bias1", …
        ax: axes to draw on; by default new ones.

    Returns:
        The axes.

    Raises:
        ValueError: no such array.
        ModuleNotFoundError: Matplotlib is not installed.
    """
    name, array = array_of(network, name)
    rows, columns = array.shape
    names = input_names(network, name, rows)
    width = 1.3 + 0.08 * max(map(len, names)) + 0.62 * columns
    ax = axes(ax, min(max(width, 3.6), 9), min(max(1.6 + 0.32 * rows, 2.2), 9))
    colour_bar(ax, heat_map(ax, array), "weight")
    if rows <= MOST_NAMES:
        ax.set_yticks(range(rows), names)
    if columns <= MOST_NAMES:
        ax.set_xticks(range(columns), [str(k) for k in range(columns)])
    across = "unit" if columns <= MOST_NAMES else f"{columns:,} units"
    down = "" if name.startswith("syn") and rows <= MOST_NAMES else f"{rows:,} inputs"
    words(ax, f"{name}, {rows} × {columns}", across, down if rows > 1 else "")
    return ax


def heat_map(ax: Axes, array: NDArray[Any]) -> Any:
    """An array in colours about 0; gives the image, for a scale beside it."""
    end = limit(array)
    shown = ax.imshow(array, cmap=diverging(), vmin=-end, vmax=end, aspect="auto",
                      interpolation="nearest")  # fmt: skip
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.tick_params(length=0)
    if array.size <= MOST_WRITTEN:
        for (row, column), value in np.ndenumerate(array):
            ax.text(column, row, figures(value), ha="center", va="center", fontsize=SMALL,
                    color=on(shown.to_rgba(value)))  # fmt: skip
    elif max(array.shape) <= MOST_NAMES:
        rows, columns = np.nonzero(array < 0)
        colours = [on(shown.to_rgba(v)) for v in array[rows, columns]]
        ax.scatter(columns - 0.32, rows - 0.28, s=5, marker="_", c=colours, linewidths=0.9)
    return shown


def input_names(network: Network, name: str, count: int) -> list[str]:
    """What the rows of an array are: inputs by their names, or units of the layer below."""
    if not name.startswith("syn"):
        return [""] * count
    below = f"l{name[3:]}"
    if below == "l0":
        own = input_columns(network)
        if len(own) == count:
            return [cut(one) for one in own]
    return [f"{below}[{k}]" for k in range(count)]


def input_columns(network: Network) -> tuple[str, ...]:
    """The names of a network's inputs; () where they have none."""
    if network.schema is not None:
        return network.schema.input_names
    return network.columns.get("X", ())


@door
def images(
    network: Network,
    name: str = "syn0",
    shape: Sequence[int] | None = None,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw each unit's weights in the shape of the images that come in: a tile a unit, all on one
    scale about 0; of more than 100 units those whose weights go furthest.

    Args:
        network: that learns from images.
        name: of the array, whose rows are pixels.
        shape: (height, width) of the images; by default that of the table it was trained on, or a
            square.
        ax: axes to draw on; by default new ones.

    Returns:
        The axes.

    Raises:
        TypeError, ValueError: no such array, or a shape that has not as many pixels as it rows.
        ModuleNotFoundError: Matplotlib is not installed.
    """
    name, array = array_of(network, name)
    height, width = image_shape(network, len(array), shape)
    channels = len(array) // (height * width)
    order = np.argsort(-np.abs(array).sum(axis=0), kind="stable")[:MOST_IMAGES]
    order = np.sort(order)
    tiles = array.T[order].reshape(len(order), height, width, channels).mean(axis=3)
    across = math.ceil(math.sqrt(len(order) * height / width))
    down = math.ceil(len(order) / across)
    ax = axes(ax, 7.2, max(0.6 + 6.1 * down * height / (across * width), 2))
    sheet = np.full((down * (height + 1) - 1, across * (width + 1) - 1), np.nan)
    for place, tile in enumerate(tiles):
        top, left = (place // across) * (height + 1), (place % across) * (width + 1)
        sheet[top : top + height, left : left + width] = tile
    end = limit(tiles)
    shown = ax.imshow(np.ma.masked_invalid(sheet), cmap=diverging().with_extremes(bad="none"),
                      vmin=-end, vmax=end, interpolation="nearest")  # fmt: skip
    ax.set_axis_off()
    of_all = "" if len(order) == array.shape[1] else f" of {array.shape[1]:,}"
    words(ax, f"{name}: {len(order):,}{of_all} units, each as {height} × {width} pixels")
    colour_bar(ax, shown, "weight of a pixel")
    return ax


def image_shape(network: Network, pixels: int, shape: Sequence[int] | None) -> tuple[int, int]:
    """Height and width of the images that come in."""
    known = network.schema.image_shape if network.schema is not None else None
    side = math.isqrt(pixels)
    if shape is None and known is None and side * side != pixels:
        raise ValueError(
            f"{pixels} inputs are no square: say which shape the images have, as in (4, 7)"
        )
    given = shape or known or (side, side)
    height, width = (whole("shape", n) for n in given[:2])
    if pixels % (height * width):
        raise ValueError(f"{pixels} inputs are no images of {height} × {width}")
    return height, width


@door
def network(drawn: Network, *, ax: Axes | None = None) -> Axes:
    """Draw a network: a circle for each input and unit, and between them a line for each weight,
    the wider the larger, blue and whole above 0, brown and dashed below. Of wide layers the first
    16 units are drawn.

    Args:
        drawn: the network.
        ax: axes to draw on; by default new ones.

    Returns:
        The axes.

    Raises:
        ModuleNotFoundError: Matplotlib is not installed.
    """
    from matplotlib.collections import LineCollection

    sizes = drawn.spec.sizes
    ax = axes(ax, 1.8 + 1.6 * len(sizes), 4.6)
    heights = [unit_heights(min(size, MOST_UNITS)) for size in sizes]
    for layer, (left, right) in enumerate(pairwise(heights)):
        array = drawn.weights[f"syn{layer}"]
        array = array[: len(left), : len(right)]
        end = limit(array)
        for sign, colour, dash in ((1, POSITIVE, "-"), (-1, NEGATIVE, (0, (4, 1.5)))):
            ends = [(a, b) for a, b in np.ndindex(array.shape) if sign * array[a, b] > 0]
            ax.add_collection(LineCollection(
                [[(layer, left[a]), (layer + 1, right[b])] for a, b in ends], colors=colour,
                linewidths=[0.2 + 3.8 * abs(array[a, b]) / end for a, b in ends],
                linestyles=dash, zorder=1,
            ))  # fmt: skip
    columns = input_columns(drawn)
    for layer, places in enumerate(heights):
        ax.scatter([layer] * len(places), places, s=210, color=MIDDLE, edgecolors=INK, zorder=2,
                   linewidths=1)  # fmt: skip
        more = sizes[layer] - len(places)
        name = f"l{layer}" + (f"\n{more:,} more" if more else "")
        ax.text(layer, -0.6, name, ha="center", va="top", fontsize=SMALL, color=ink(ax))
    for place, column in zip(heights[0], columns, strict=False):
        ax.text(-0.13, place, cut(column), ha="right", va="center", fontsize=SMALL, color=ink(ax))
    ax.set(xlim=(-0.4, len(sizes) - 0.6), ylim=(-0.75, 0.57))
    ax.set_axis_off()
    words(ax, f"{drawn.spec}: blue above 0, brown and dashed below")
    return ax


def unit_heights(count: int) -> NDArray[np.float64]:
    """Where the units of a layer stand, the first on top."""
    return np.linspace(0.5, -0.5, count) if count > 1 else np.zeros(1)
