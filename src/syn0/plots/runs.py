"""Runs: how loss and error fall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from syn0.plots.style import (
    DASHES,
    MARKERS,
    SERIES,
    SMALL,
    axes,
    cut,
    dressed,
    end_labels,
    figures,
    ink,
    words,
)
from syn0.spec.checks import choice
from syn0.spec.doors import door

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from syn0.explain import Comparison
    from syn0.training import History

MEANINGS = {"loss": "loss", "error": "mean absolute error |y − prediction|"}

FEW = 20
"""Reports, up to which each is a point."""

CLOSE = 300
"""The ratio of the ends of a logarithmic scale up to which 2 and 5 stand on it."""

LOG_FROM = 10
"""The ratio of the largest figure to the smallest from which on the scale is logarithmic."""


@door
def history(
    runs: History | Mapping[str, History],
    figure: str = "loss",
    *,
    marks: Sequence[int] = (),
    ax: Axes | None = None,
) -> Axes:
    """Draw how a figure falls over the steps of one run, or of several, with that of validation
    rows dashed beside it, and the best step marked where early stopping chose one. Where figures
    fall tenfold or more, the scale is logarithmic.

    Args:
        runs: a history, or several by the names that they shall bear.
        figure: "loss" (default) or "error".
        marks: steps whose figure is written beside the curve.
        ax: axes to draw on; by default new ones.

    Returns:
        The axes.

    Raises:
        ValueError: another figure, no report, or a step that is marked but not reported.
        ModuleNotFoundError: Matplotlib is not installed.
    """
    choice("figure", figure, MEANINGS)
    named = runs if isinstance(runs, Mapping) else {"": runs}
    if not any(run.reports for run in named.values()):
        raise ValueError("there is no report to be drawn: nothing was trained")
    ax = axes(ax)
    drawn: list[tuple[Any, str]] = []
    for number, (name, run) in enumerate(named.items()):
        drawn += lines_of(ax, run, figure, cut(name), number)
    if is_wide([value for line, _ in drawn for value in line.get_ydata()]):
        logarithmic(ax)
    for number, run in enumerate(named.values()):
        mark_best(ax, run, figure, SERIES[number % len(SERIES)])
        for step in marks:
            mark(ax, run, figure, step)
    words(ax, x="step", y=MEANINGS[figure])
    ax.xaxis.set_major_formatter(lambda step, _: f"{step:,.0f}" if step == int(step) else "")
    if len(drawn) > 1:
        end_labels(ax, drawn)
    return ax


def lines_of(ax: Axes, run: History, figure: str, name: str, number: int) -> list[tuple[Any, str]]:
    """The lines of a run, each with its name: of the rows that it trains on, and of validation."""
    look: dict[str, Any] = {"color": SERIES[number % len(SERIES)], "linewidth": 1.6}
    if len(run.reports) <= FEW:
        look |= {"marker": MARKERS[number % len(MARKERS)], "markersize": 4.5}
    ended = [r for r in run.reports if getattr(r, f"validation_{figure}") is not None]
    (line,) = ax.plot(run.step, getattr(run, figure), linestyle="-", **look)
    lines = [(line, name or "training")]
    if ended:
        values = [getattr(r, f"validation_{figure}") for r in ended]
        (line,) = ax.plot([r.step for r in ended], values, linestyle=DASHES[1], **look)
        lines.append((line, f"{name}, validation" if name else "validation"))
    return lines


def is_wide(values: Sequence[float]) -> bool:
    """Whether figures call for a logarithmic scale."""
    least = min(values, default=0)
    return least > 0 and max(values) >= LOG_FROM * least


def logarithmic(ax: Axes) -> None:
    """A logarithmic scale with figures as people write them, between the powers of ten as well
    where there are few of these."""
    ax.set_yscale("log")
    low, high = ax.get_ylim()
    close = high < CLOSE * low

    def between(value: float, _: int) -> str:
        return figures(value) if close and f"{value:e}"[0] in "25" else ""

    ax.yaxis.set_major_formatter(lambda value, _: figures(value))
    ax.yaxis.set_minor_formatter(between)
    ax.tick_params(axis="y", which="both", labelsize=SMALL)


def mark_best(ax: Axes, run: History, figure: str, colour: str) -> None:
    """The step after which the kept weights stood."""
    if run.best_step is None:
        return
    ax.axvline(run.best_step, color=colour, linewidth=0.8, linestyle=DASHES[2])
    ax.annotate(
        f"kept: step {run.best_step:,}",
        (run.best_step, 1),
        (-4, -4),
        xycoords=ax.get_xaxis_transform(),
        textcoords="offset points",
        fontsize=SMALL,
        color=ink(ax),
        ha="right",
        va="top",
        rotation=90,
    )


def mark(ax: Axes, run: History, figure: str, step: int) -> None:
    """A report, with its figure."""
    value = dict(zip(run.step, getattr(run, figure), strict=True)).get(step)
    if value is None:
        raise ValueError(f"no report was made of step {step:,}, which was to be marked")
    ax.plot(step, value, "o", color=ink(ax), markersize=5, zorder=3)
    ax.annotate(
        figures(value, 5), (step, value), (5, 5), textcoords="offset points", fontsize=SMALL,
        color=ink(ax),
    )  # fmt: skip


def whole_run(run: History, figure: Figure) -> None:
    """Loss and error of a run, one below the other, on a new figure."""
    figure.set_size_inches(6.4, 6.8)
    for place, name in enumerate(MEANINGS, 1):
        history(run, name, ax=dressed(figure.add_subplot(2, 1, place)))
    figure.axes[0].set_xlabel("")


@door
def comparison(compared: Comparison, figure: str = "loss", *, ax: Axes | None = None) -> Axes:
    """Draw two runs that `explain.compare` has taken, and the step from which on they differ; as
    `history`."""
    ax = history({"a": compared.a, "b": compared.b}, figure, ax=ax)
    words(ax, compared.summary, "step", MEANINGS[figure])
    return ax
