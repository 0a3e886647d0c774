"""Predictions: what is confused, how sure a network may be, and how far off it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from syn0.models.evaluation import Classification
from syn0.plots.style import (
    MOST_DRAWN,
    MUTED,
    POSITIVE,
    SMALL,
    axes,
    colour_bar,
    cut,
    figures,
    ink,
    on,
    rising,
    words,
)
from syn0.spec.checks import whole
from syn0.spec.doors import door

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from syn0.models import Evaluation

MOST_SHARES, MOST_COUNTS = 12, 30
"""Classes of a confusion matrix whose cells hold counts and shares, and counts."""

LONGEST_UPRIGHT = 4
"""Characters of names that stand beside each other without being slanted."""


@door
def confusion(judged: Evaluation, *, ax: Axes | None = None) -> Axes:
    """Draw a confusion matrix: a row for each true class, a column for each predicted one, with
    counts and the shares of the row, by which cells are coloured.

    Args:
        judged: as `evaluate` gives it.
        ax: axes to draw on; by default new ones.

    Returns:
        The axes.

    Raises:
        TypeError: figures of a regressor.
        ModuleNotFoundError: Matplotlib is not installed.
    """
    if not isinstance(judged, Classification):
        raise TypeError("a regressor has no classes to confuse: draw its residuals")
    counts = np.array(judged.confusion)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    names = [cut(one.name) for one in judged.classes]
    side = min(2.2 + 0.5 * len(names), 9)
    ax = axes(ax, side + 0.8, side)
    shown = ax.imshow(shares, cmap=rising(), vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        if not count or len(names) > MOST_COUNTS:
            continue
        share = f"\n{shares[row, column]:.0%}" if len(names) <= MOST_SHARES else ""
        ax.text(column, row, f"{count:,}{share}", ha="center", va="center", fontsize=SMALL,
                color=on(shown.to_rgba(shares[row, column])))  # fmt: skip
    if len(names) <= MOST_COUNTS:
        slanted = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
        long = max(map(len, names)) > LONGEST_UPRIGHT
        ax.set_xticks(range(len(names)), names, **(slanted if long else {}))
        ax.set_yticks(range(len(names)), names)
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    colour_bar(ax, shown, "share of the true class")
    words(ax, f"{judged.accuracy:.1%} of {judged.rows:,} rows are right", "predicted", "true")
    return ax


@door
def reliability(
    truth: ArrayLike,
    probabilities: ArrayLike,
    *,
    name: str = "the second class",
    bins: int = 10,
    ax: Axes | None = None,
) -> Axes:
    """Draw how often a classifier is right when it is so sure: on the diagonal, it is as often as
    it says. Rows are put into bins of equal width by their probability; beside each point stands
    the number of its rows.

    Args:
        truth: (rows,) class numbers.
        probabilities: (rows,) or (rows, 1) of class 1; or (rows, classes): of two classes that of
            the second counts, of more that of the class which is predicted.
        name: of class 1, where there are two.
        bins: how many.
        ax: axes to draw on; by default new ones.

    Returns:
        The axes.

    Raises:
        TypeError, ValueError: rows that do not match, or numbers that are no probabilities.
        ModuleNotFoundError: Matplotlib is not installed.
    """
    right, sure = certainty(np.asarray(truth), np.asarray(probabilities, float))
    two = np.ndim(probabilities) < 2 or np.shape(probabilities)[1] <= 2
    what = f"probability of {cut(name) if two else 'the predicted class'}"
    places = np.clip((sure * whole("bins", bins)).astype(int), 0, bins - 1)
    filled = np.unique(places)
    means = [float(sure[places == k].mean()) for k in filled]
    shares = [float(right[places == k].mean()) for k in filled]
    ax = axes(ax, 5.4, 5.0)
    ax.plot([0, 1], [0, 1], color=MUTED, linewidth=0.9, linestyle="--", zorder=0)
    ax.annotate("as often as it says", (0.7, 0.7), (5, -5), textcoords="offset points",
                fontsize=SMALL, color=MUTED, rotation=45, ha="center", va="center",
                rotation_mode="anchor")  # fmt: skip
    ax.plot(means, shares, "-o", color=POSITIVE, linewidth=1.6, markersize=6)
    for k, x, y in zip(filled, means, shares, strict=True):
        above = y >= x
        ax.annotate(
            f"{(places == k).sum():,}", (x, y), (-5 if above else 5, 5 if above else -5),
            textcoords="offset points", ha="right" if above else "left",
            va="bottom" if above else "top", fontsize=SMALL, color=ink(ax),
        )  # fmt: skip
    ax.set(xlim=(-0.05, 1.05), ylim=(-0.05, 1.05), aspect="equal")
    words(ax, f"{len(sure):,} rows, in {bins} bins with their counts", f"{what}, as predicted",
          "share of rows where it is so")  # fmt: skip
    return ax


def certainty(
    truth: NDArray[Any], probabilities: NDArray[Any]
) -> tuple[NDArray[np.bool_], NDArray[Any]]:
    """Whether each row is of the class that its probability is for, and that probability: of two
    classes the second, of more the likeliest."""
    table = probabilities[:, np.newaxis] if probabilities.ndim == 1 else probabilities
    if truth.shape != (len(table),):
        raise ValueError(f"truth has shape {truth.shape}, but there are {len(table):,} rows")
    if not len(table) or not ((table >= 0) & (table <= 1 + 1e-6)).all():
        raise ValueError("probabilities must be numbers from 0 to 1, of one row or more")
    if table.shape[1] <= 2:
        return truth == 1, table[:, -1]
    return table.argmax(axis=1) == truth, table.max(axis=1)


@door
def residuals(
    truth: ArrayLike, predicted: ArrayLike, *, name: str = "", ax: Axes | None = None
) -> Axes:
    """Draw what predictions lack to the truth, against what was predicted. A curve or a funnel says
    that something is left to be learned.

    Args:
        truth: (rows,) numbers.
        predicted: (rows,) numbers.
        name: of what is predicted.
        ax: axes to draw on; by default new ones.

    Returns:
        The axes.

    Raises:
        ValueError: rows that do not match.
        ModuleNotFoundError: Matplotlib is not installed.
    """
    true, told = (np.asarray(one, float).ravel() for one in (truth, predicted))
    if true.shape != told.shape or not len(true):
        raise ValueError(f"there are {len(true):,} true answers and {len(told):,} predictions")
    off = true - told
    ax = axes(ax)
    ax.axhline(0, color=ink(ax), linewidth=0.9)
    ax.scatter(told, off, s=np.clip(6000 / len(off), 8, 30), color=POSITIVE, linewidths=0,
               alpha=float(np.clip(150 / len(off), 0.15, 0.75)),
               rasterized=len(off) > MOST_DRAWN)  # fmt: skip
    rmse, mae = np.sqrt(np.mean(off**2)), np.mean(np.abs(off))
    words(ax, f"{len(off):,} rows: off by {figures(mae)} on average, {figures(rmse)} in the root "
          "mean square", f"predicted {cut(name)}".strip(), "truth − prediction")  # fmt: skip
    return ax
