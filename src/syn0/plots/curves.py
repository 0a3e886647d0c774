"""Activations: their curves, how steep they are, and where units sit on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from syn0.explain.slopes import FLAT, curve, steepest
from syn0.plots.style import (
    MOST_DRAWN,
    MUTED,
    NEGATIVE,
    POSITIVE,
    RULE,
    SMALL,
    TEXT,
    axes,
    figures,
    ink,
    words,
)
from syn0.spec.checks import choice, real
from syn0.spec.doors import door

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from syn0.explain import LayerSlopes, Slopes

DOTS = (2.0, 0.0, -1.0)
"""Where the tutorial takes the slope."""

REACH = 6.0
"""Weighted sums that are drawn to either side, unless there is something further out."""

HALF = 1.0
"""How far a tangent goes to either side."""

MOST_UNITS = 16
"""Units that have a line each below the curve."""

SUM = "weighted sum that comes in"


def line_of(ax: Axes, name: str, left: float, right: float) -> tuple[NDArray[Any], NDArray[Any]]:
    """Draw a curve; its sums and values."""
    sums = np.linspace(left, right, 801)
    values = one_by_one(name, sums)[0]
    ax.plot(sums, values, color=POSITIVE, linewidth=2, label=name)
    return sums, values


def one_by_one(name: str, sums: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Values and slopes at sums, each that of a unit by itself; a softmax has another beside it,
    whose sum is 0."""
    if name == "softmax":
        pair = np.stack([sums, np.zeros_like(sums)], axis=1)
        values, slopes = curve(name, pair)
        return values[:, 0], slopes[:, 0]
    values, slopes = curve(name, sums[:, np.newaxis])
    return values[:, 0], slopes[:, 0]


@door
def activation(
    name: str = "sigmoid", at: Sequence[float] = DOTS, *, ax: Axes | None = None
) -> Axes:
    """Draw an activation's curve with its tangent at some weighted sums: by default the tutorial's
    picture, a sigmoid at 2.0, 0 and -1.0.

    Args:
        name: of the activation.
        at: where the dots and tangents stand.
        ax: axes to draw on; by default new ones.

    Returns:
        The axes.

    Raises:
        TypeError, ValueError: no such activation, or a place that is no number.
        ModuleNotFoundError: Matplotlib is not installed.
    """
    places = np.array([real("at", z) for z in at])
    values, slopes = one_by_one(name, places)
    ax = axes(ax)
    reach = max(REACH, 1.1 * float(np.abs(places).max(initial=0)))
    line_of(ax, name, -reach, reach)
    for z, value, slope in zip(places, values, slopes, strict=True):
        tangent(ax, z, value, slope)
    words(ax, name, SUM, "value that goes out")
    ax.margins(y=0.12)
    return ax


def tangent(ax: Axes, z: float, value: float, slope: float) -> None:
    """A dot on a curve, with its tangent and the slope of it."""
    tangent_line(ax, z, value, slope)
    ax.plot(z, value, "o", color=ink(ax), markersize=6, zorder=4)
    ax.annotate(
        f"at {figures(z)}: slope {figures(slope)}",
        (z, value),
        (-8, 9) if z < 0 else (10, -9),
        textcoords="offset points",
        fontsize=SMALL,
        color=ink(ax),
        ha="right" if z < 0 else "left",
        va="bottom" if z < 0 else "top",
    )


def tangent_line(ax: Axes, z: float, value: float, slope: float) -> None:
    """A line that touches a curve."""
    ends = np.array([-HALF, HALF])
    ax.plot(z + ends, value + slope * ends, color=NEGATIVE, linewidth=1.6, zorder=3)


@door
def one_weight(
    weight: float = 9.5,
    value: float = 1.0,
    target: float = 1.0,
    *,
    activation: str = "sigmoid",
    learning_rate: float = 1.0,
    ax: Axes | None = None,
) -> Axes:
    """Draw how far one example moves one weight: the tutorial's second picture. Of a unit with this
    weight alone, the error is what its value lacks to the target; times the slope of the curve
    there it is the delta, and times the input the change of the weight. A weight of 9.5 barely
    moves at an input of 1.0, as the unit is right, and sure of it.

    Args:
        weight: before the step.
        value: of the input.
        target: what should come out.
        activation: of the unit.
        learning_rate: what the change is scaled by.
        ax: axes to draw on; by default new ones.

    Returns:
        The axes.

    Raises:
        TypeError, ValueError: what is no number, or no such activation.
        ModuleNotFoundError: Matplotlib is not installed.
    """
    given = {"weight": weight, "value": value, "target": target, "learning_rate": learning_rate}
    weight, value, target, rate = (real(name, number) for name, number in given.items())
    z = weight * value
    (out,), (slope,) = one_by_one(activation, np.array([z]))
    change = rate * value * (target - out) * slope
    ax = axes(ax)
    reach = max(REACH, 1.25 * abs(z))
    line_of(ax, activation, -reach, reach)
    ax.axhline(target, color=MUTED, linewidth=0.8, linestyle=":")
    ax.annotate("target", (-reach, target), (2, 3), textcoords="offset points", fontsize=SMALL,
                color=ink(ax))  # fmt: skip
    ax.plot([z, z], [out, target], color=NEGATIVE, linewidth=2.5, linestyle="--", zorder=2)
    tangent_line(ax, z, out, slope)
    after = (weight + change) * value
    ax.plot(after, *one_by_one(activation, np.array([after]))[0], "o", color=ink(ax), markersize=9,
            markerfacecolor="none", zorder=4)  # fmt: skip
    ax.plot(z, out, "o", color=ink(ax), markersize=6, zorder=4)
    error = target - out
    sums = [
        f"weight {figures(weight)} → {figures(weight + change, 10)}",
        f"{figures(value)} × {figures(weight)} = {figures(z)} comes in, {figures(out, 6)} goes out",
        f"delta: error {figures(error)} × slope {figures(slope)} = {figures(error * slope)}",
        f"change: input {figures(value)} × delta"
        + ("" if rate == 1 else f" × rate {figures(rate)}")
        + f" = {figures(change)}",
    ]
    below = "weighted sum that comes in (dot: before, ring: after)"
    words(ax, "\n".join(sums), below, "value that goes out")
    ax.title.set(fontsize=TEXT, linespacing=1.5)
    ax.margins(y=0.12)
    return ax


@door
def slopes(found: Slopes, layer: str | None = None, *, ax: Axes | None = None) -> Axes:
    """Draw where a layer's units sit on their activation's curve: below the curve a line of points
    for each unit, one a row of the step; where units are many, how often each sum occurs. Behind
    what is grey, the curve hardly has a slope, and nothing is learned there.

    Args:
        found: as `Trace.slopes` gives it.
        layer: "l1", say; by default the first that has a curve.
        ax: axes to draw on; by default new ones.

    Returns:
        The axes.

    Raises:
        ValueError: there is no such layer with a curve.
        ModuleNotFoundError: Matplotlib is not installed.
    """
    layers = {one.name: one for one in found.layers}
    if not layers:
        raise ValueError("no layer of this network has a curve: all are identities")
    one = layers[choice("layer", layer or next(iter(layers)), layers)]
    ax = axes(ax, 6.4, 5.2)
    sums = one.sums[np.isfinite(one.sums).all(axis=1)]
    reach = max(REACH, 1.05 * float(np.abs(sums).max(initial=0)))
    z, values = line_of(ax, one.activation, -reach, reach)
    shade_flat(ax, one.activation, z)
    below, height = float(values.min()), float(np.ptp(values))
    units = sums.shape[1]
    if units <= MOST_UNITS:
        ticks = strips(ax, one, sums, below, height)
        ax.set_yticks(*ticks)
    else:
        counts, edges = np.histogram(sums, bins=60, range=(-reach, reach))
        tall = 0.7 * height * counts / max(counts.max(), 1)
        ax.stairs(below - 0.9 * height + tall, edges, baseline=below - 0.9 * height, fill=True,
                  color=MUTED)  # fmt: skip
        ax.set_yticks(
            [below - 0.9 * height, below, below + height],
            [f"how often, of\n{units:,} units", rounded(below), rounded(below + height)],
        )
    share = f"{one.flat_share:.0%} of the values have hardly a slope (grey)"
    ax.set_xlim(-reach, reach)
    words(ax, f"{one.name}, {one.activation}: {share}", SUM)
    return ax


def shade_flat(ax: Axes, name: str, z: NDArray[Any]) -> None:
    """Grey where a curve hardly has a slope."""
    flat = np.abs(one_by_one(name, z)[1]) < FLAT * steepest(name)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flat, [False]]).astype(int)))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        ax.axvspan(z[start], z[end - 1], color=RULE, alpha=0.5, linewidth=0, zorder=0)


def strips(
    ax: Axes, one: LayerSlopes, sums: NDArray[Any], below: float, height: float
) -> tuple[list[float], list[str]]:
    """A line of points for each unit below a curve; the ticks of the whole."""
    room = 0.14 * height
    places = [below - (k + 1.2) * room for k in range(sums.shape[1])]
    alpha = float(np.clip(12 / max(len(sums), 1), 0.08, 0.85))
    for k, place in enumerate(places):
        ax.axhline(place, color=RULE, linewidth=0.8, zorder=0.5)
        ax.plot(sums[:, k], np.full(len(sums), place), "o", color=ink(ax), alpha=alpha,
                markersize=5, markeredgewidth=0, rasterized=sums.size > MOST_DRAWN)  # fmt: skip
    names = [f"{one.name}[{k}]" for k in range(len(places))]
    ends = [below, below + height / 2, below + height]
    return [*places, *ends], [*names, *map(rounded, ends)]


def rounded(value: float) -> str:
    """The value of a curve at a tick."""
    return figures(round(value, 2))
