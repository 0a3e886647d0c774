"""Examples: how they pull at a weight, and what hidden units tell of their targets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from syn0.derive import prediction_program
from syn0.explain.statistics import correlations, hidden_values
from syn0.plots.style import (
    MUTED,
    NEGATIVE,
    PAPER,
    POSITIVE,
    RULE,
    SMALL,
    axes,
    cut,
    figures,
    ink,
    on,
    rising,
    words,
)
from syn0.spec.checks import choice, whole
from syn0.spec.doors import door

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from syn0.explain import Contributions, Replay, Statistics

MOST_ROWS_WRITTEN = 12
"""Rows of hidden values whose figures are written."""

MOST_UNITS = 8
"""Hidden units that are drawn; of more, those that go best with the target."""


@door
def contributions(split: Contributions, *, ax: Axes | None = None) -> Axes:
    """Draw how each example pushes one weight: a bar for each, input × delta, to the right where it
    pushes up; the rounding that summing leaves; and what they come to. Of more than 12 examples
    the largest 12 and the sum of the others.

    Args:
        split: as `Trace.contributions` gives it.
        ax: axes to draw on; by default new ones.

    Returns:
        The axes.

    Raises:
        ModuleNotFoundError: Matplotlib is not installed.
    """
    names, sizes = bars_of(split)
    ax = axes(ax, 7.2, 1.5 + 0.3 * len(names))
    from matplotlib.ticker import MaxNLocator

    colours = [POSITIVE if size >= 0 else NEGATIVE for size in sizes[:-1]] + [MUTED]
    places = [*range(len(names) - 1), len(names) - 0.6]
    hatches = ["" if size >= 0 else "////" for size in sizes[:-1]] + [""]
    bars = ax.barh(places, sizes, color=colours, height=0.66, edgecolor=PAPER, hatch=hatches)
    ax.axvline(0, color=ink(ax), linewidth=0.8)
    ax.axhline(len(names) - 1.3, color=RULE, linewidth=0.8)
    for bar, size in zip(bars, sizes, strict=True):
        ax.annotate(
            figures(size, 4),
            (size, bar.get_y() + bar.get_height() / 2),
            (4 if size >= 0 else -4, 0),
            textcoords="offset points",
            ha="left" if size >= 0 else "right",
            va="center",
            fontsize=SMALL,
            color=ink(ax),
        )
    ax.set_yticks(places, names)
    ax.invert_yaxis()
    ax.margins(x=0.2)
    ax.xaxis.set_major_locator(MaxNLocator(5))
    words(ax, f"{split.label}: {split.movement}".replace("->", "→").replace("-", "−"),
          "push on the weight: input × delta")  # fmt: skip
    return ax


def bars_of(split: Contributions) -> tuple[list[str], list[float]]:
    """The names and sizes of the bars: examples, others, rounding, and the sum."""
    shown = split.largest
    names = [
        f"row {split.rows[k]:,}:  {figures(split.inputs[k])} × {figures(split.deltas[k], 4)}"
        for k in shown
    ]
    sizes = [float(split.parts[k]) for k in shown]
    if others := len(split.rows) - len(shown):
        names.append(f"{others:,} other rows")
        sizes.append(float(np.sum(np.delete(split.parts, shown))))
    names += ["rounding", "all together"]
    return names, [*sizes, float(split.rounding), float(split.pull)]


@door
def statistics(
    told: Statistics,
    layer: str | None = None,
    target: int = 0,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw how inputs and hidden units go with a target: a hollow dot for the correlation at the
    start weights, a full one for now. Of a layer's many units, those that go best with it.

    Args:
        told: as `Replay.statistics` gives it.
        layer: "l0" for the inputs, "l1", …; by default all.
        target: which of the target's columns, counted from 0.
        ax: axes to draw on; by default new ones.

    Returns:
        The axes.

    Raises:
        TypeError, ValueError: no such layer or target.
        ModuleNotFoundError: Matplotlib is not installed.
    """
    layers = {one.values: one for one in told.layers}
    chosen = layers.values() if layer is None else [layers[choice("layer", layer, layers)]]
    check_target(target, len(told.targets))
    rows = [
        (one.columns[k], None if one.start is None else one.start[k, target], one.now[k, target],
         one.values != "l0")
        for one in chosen
        for k in one.best
    ]  # fmt: skip
    ax = axes(ax, 6.4, 1.5 + 0.27 * len(rows))
    ax.axvline(0, color=MUTED, linewidth=0.8)
    for place, (_, start, now, learns) in enumerate(rows):
        ax.axhline(place, color=RULE, linewidth=0.5, zorder=0)
        colour = POSITIVE if now >= 0 else NEGATIVE
        if learns and start is not None:
            ax.plot([start, now], [place, place], color=colour, linewidth=1.6, zorder=1)
            ax.plot(start, place, "o", color=PAPER, markeredgecolor=colour, markersize=6.5)
        ax.plot(now, place, "o" if learns else "D", color=colour, markersize=6.5)
        if np.isnan(now):
            ax.text(0.02, place, "always the same", va="center", fontsize=SMALL, color=MUTED)
    ax.set_yticks(range(len(rows)), [cut(name) for name, *_ in rows])
    ax.set_xlim(-1.05, 1.05)
    ax.invert_yaxis()
    about = cut(told.targets[target])
    title = f"what goes with {about}, over {told.rows:,} rows"
    begun = any(start is not None and learns for _, start, _, learns in rows)
    words(ax, title, "correlation" + ("; hollow: at the start weights" if begun else ""))
    return ax


def check_target(target: int, count: int) -> None:
    """ValueError for a target that is not among so many."""
    if whole("target", target, least=0) >= count:
        raise ValueError(f"there is no target {target}: there are {count}, from 0")


@door
def hidden_units(
    replay: Replay,
    layer: str = "l1",
    target: int = 0,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw the values of a layer's units at the start weights and now, on either side of the
    target: a row for each example, in the target's order, and above each unit its correlation with
    the target. Of many units, those that go best with it now.

    Args:
        replay: as `Network.replay` gives it.
        layer: "l1", "l2", …
        target: which of the target's columns, counted from 0.
        ax: axes to draw on; by default new ones.

    Returns:
        The axes.

    Raises:
        TypeError, ValueError: no such layer or target.
        ModuleNotFoundError: Matplotlib is not installed.
    """
    layers = [f"l{k}" for k in range(1, len(replay.spec.dense))]
    if not layers:
        raise ValueError(f"{replay.spec} has no hidden layer")
    layer = choice("layer", layer, layers)
    y = np.asarray(replay.job.arrays["y"])
    check_target(target, y.shape[1])
    order = np.argsort(y[:, target], kind="stable") if len(y) > MOST_ROWS_WRITTEN else slice(None)
    y = y[order, target : target + 1]
    before, after = (
        None if values is None else values[order] for values in units_of(replay, layer)
    )
    assert after is not None  # noqa: S101  (where a network stands is always known)
    strength = np.nan_to_num(np.abs(correlations(after, y)[:, 0]))
    best = np.sort(np.argsort(-strength, kind="stable")[:MOST_UNITS])
    blocks = [("now", after[:, best])]
    if before is not None:
        blocks.insert(0, ("at the start", before[:, best]))
    name = cut(replay.targets[target]) if replay.targets else "y"
    return draw_blocks(axes(ax, 2.2 + 0.52 * len(blocks) * (len(best) + 1), 4.4), blocks, y,
                       [f"{layer}[{k}]" for k in best], (layer, name))  # fmt: skip


def units_of(replay: Replay, layer: str) -> tuple[NDArray[Any] | None, NDArray[Any]]:
    """(rows, units) values at the start, where it is known, and now; as the network predicts."""
    program = prediction_program(replay.spec)
    given = {**replay.job.constants, **replay.job.arrays}

    def at(values: Any) -> NDArray[Any]:
        return hidden_values(program, {**given, **values}, [layer])[layer]

    return None if replay.start is None else at(replay.start.values), at(replay.now.values)


def draw_blocks(
    ax: Axes,
    blocks: Sequence[tuple[str, NDArray[Any]]],
    y: NDArray[Any],
    units: Sequence[str],
    names: tuple[str, str],
) -> Axes:
    """Blocks of hidden values with the target between them, on one scale each from least to
    greatest."""
    rows, width = blocks[0][1].shape
    low = min(float(values.min()) for _, values in blocks)
    high = max(float(values.max()) for _, values in blocks)
    ticks: list[tuple[float, str]] = []
    left = 0.0
    layer, target = names
    for number, (title, values) in enumerate(blocks):
        show(ax, values, left, low, high)
        for k, r in enumerate(correlations(values, y)[:, 0]):
            text = "" if np.isnan(r) else fixed(r)
            ax.text(left + k + 0.5, -0.012 * rows, text, ha="center", va="bottom",
                    fontsize=SMALL, color=ink(ax))  # fmt: skip
        ax.text(left + width / 2, -0.085 * rows, f"{layer} {title}", ha="center", va="bottom",
                fontsize=SMALL, color=ink(ax))  # fmt: skip
        ticks += [(left + k + 0.5, unit) for k, unit in enumerate(units)]
        left += width + 0.4
        if number == 0:
            show(ax, y, left, float(y.min()), float(y.max()))
            ticks.append((left + 0.5, target))
            left += 1.4
    ax.set_xlim(0, left - 0.4)
    ax.set_ylim(rows, -0.16 * rows)
    ax.set_xticks(*zip(*ticks, strict=True))
    if rows <= MOST_ROWS_WRITTEN:
        ax.set_yticks(np.arange(rows) + 0.5, [f"row {k}" for k in range(rows)])
    else:
        ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.tick_params(length=0)
    order = "" if rows <= MOST_ROWS_WRITTEN else f"{rows:,} rows, by the target"
    words(ax, f"units of {layer}, with their correlation with {target}", y=order)
    return ax


def fixed(value: float) -> str:
    """A value with two decimals, so that columns of them compare; of large ones the digits."""
    return f"{value + 0.0:.2f}".replace("-", "−") if abs(value) < 10 else figures(value)


def show(ax: Axes, values: NDArray[Any], left: float, low: float, high: float) -> None:
    """A block of values, darker the higher, with their figures where rows are few."""
    rows, width = values.shape
    shown = ax.imshow(values, cmap=rising(), vmin=low, vmax=high if high > low else low + 1,
                      extent=(left, left + width, rows, 0), aspect="auto",
                      interpolation="nearest")  # fmt: skip
    if rows > MOST_ROWS_WRITTEN:
        return
    for (row, column), value in np.ndenumerate(values):
        ax.text(left + column + 0.5, row + 0.5, fixed(value), ha="center", va="center",
                fontsize=SMALL, color=on(shown.to_rgba(value)))  # fmt: skip
