"""How pictures look: the colours of the page, in its light theme, and its sizes of type.

Matplotlib is imported here, when something is drawn. Axes that are given keep the colours of their
labels; nothing of Matplotlib's settings is changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from syn0.spec.words import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NEGATIVE, MIDDLE, POSITIVE = "#b35806", "#f6f6f4", "#1f5fa8"
"""Below 0, 0 and above."""

INK, MUTED, RULE, PAPER = "#1c2024", "#5c6670", "#d5d8db", "#ffffff"

SMALL, TEXT, TITLE = 9.0, 9.75, 11.25
"""Points: 12, 13 and 15 pixels of the page."""

SERIES = (POSITIVE, NEGATIVE, INK, "#7d8894", "#3b8f6b", "#a05195", "#8c6d1f", "#5aa2d6")
MARKERS = "osD^vPX*"
DASHES = ("-", "--", ":", "-.")
"""One each beside a colour: not every eye, nor every printer, tells all colours."""

MOST_DRAWN = 3000
"""Points that a file of lines, as SVG and PDF are, holds one by one; more of them are a picture."""

LONGEST_NAME = 24
"""Characters of a name."""

MISSING = "pictures need Matplotlib, which is not installed: pip install 'syn0[plot]'"


def need_matplotlib() -> None:
    """ModuleNotFoundError, in a sentence, where Matplotlib is not installed."""
    if not find_spec("matplotlib"):
        raise ModuleNotFoundError(MISSING)


def new_figure(width: float = 6.4, height: float = 4.2) -> Figure:
    """A figure of these inches that belongs to nobody's session: for files."""
    need_matplotlib()
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained", facecolor=PAPER)


def axes(ax: Axes | Figure | None, width: float = 6.4, height: float = 4.2) -> Axes:
    """The axes to draw on: those that are given or, of pyplot, new ones in a figure of these
    inches. A new figure may stand for its axes, and then gets that size."""
    need_matplotlib()
    from matplotlib.figure import Figure

    if isinstance(ax, Figure):
        ax.set_size_inches(width, height)
        return dressed(ax.add_subplot())
    if ax is not None:
        return ax
    from matplotlib import pyplot

    figure = pyplot.figure(figsize=(width, height), layout="constrained", facecolor=PAPER)
    return dressed(figure.add_subplot())


def dressed(ax: Axes) -> Axes:
    """New axes in our colours and sizes."""
    ax.set_facecolor(PAPER)
    ax.tick_params(which="both", colors=INK, labelcolor=INK, labelsize=SMALL, color=RULE)
    for side, spine in ax.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(RULE)
    for label in (ax.xaxis.label, ax.yaxis.label, ax.title):
        label.set_color(INK)
    return ax


def words(ax: Axes, title: str = "", x: str = "", y: str = "") -> None:
    """Title and what the axes count, where they say something."""
    ax.set_title(title, fontsize=TITLE, loc="left", color=ink(ax))
    ax.set_xlabel(x, fontsize=TEXT)
    ax.set_ylabel(y, fontsize=TEXT)


def ink(ax: Axes) -> Any:
    """The colour of the axes' own words."""
    return ax.xaxis.label.get_color()


def diverging() -> Any:
    """The colours from below 0 to above, through the middle."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("syn0", [NEGATIVE, MIDDLE, POSITIVE]).with_extremes(
        bad="#cfcfcf"
    )


def rising() -> Any:
    """The colours from nothing to all."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("syn0 rising", [MIDDLE, POSITIVE])


def on(colour: Any) -> str:
    """Ink or paper, whichever can be read on a colour."""
    from matplotlib.colors import to_rgb

    red, green, blue = ((c / 12.92 if c <= 0.04 else ((c + 0.055) / 1.055) ** 2.4)
                        for c in to_rgb(colour))  # fmt: skip
    return INK if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.2 else PAPER


def limit(values: NDArray[Any]) -> float:
    """The largest size of a finite entry: the end of a scale about 0."""
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max(initial=0)) or 1.0


def colour_bar(ax: Axes, shown: Any, label: str) -> None:
    """The scale of what is shown, beside it."""
    bar = ax.figure.colorbar(shown, ax=ax, fraction=0.05, pad=0.02, aspect=30)
    bar.set_label(label, fontsize=SMALL, color=ink(ax))
    bar.ax.tick_params(labelsize=SMALL, colors=ink(ax))
    bar.outline.set_visible(False)


def end_labels(ax: Axes, lines: Sequence[tuple[Any, str]]) -> None:
    """Each line's name at its right end, moved apart where they would lie on each other."""
    ends = [(ax.transData.transform((line.get_xdata()[-1], line.get_ydata()[-1]))[1], line, name)
            for line, name in lines]  # fmt: skip
    room = 1.35 * SMALL * ax.figure.dpi / 72
    below = -np.inf
    for height, line, name in sorted(ends, key=lambda end: float(end[0])):
        below = max(float(height), below + room)
        ax.annotate(
            name,
            (line.get_xdata()[-1], line.get_ydata()[-1]),
            (6, (below - height) * 72 / ax.figure.dpi),
            textcoords="offset points",
            color=line.get_color(),
            fontsize=SMALL,
            va="center",
            annotation_clip=False,
        )


def cut(name: str) -> str:
    """A name of a user's as it stands in a picture: what Matplotlib would obey is shown."""
    name = visible(name)
    short = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
    return short.replace("$", r"\$")


def figures(value: float, digits: int = 3) -> str:
    """A number in a few digits, with a minus sign as typographers have it."""
    return f"{float(value) + 0.0:.{digits}g}".replace("-", "−")
