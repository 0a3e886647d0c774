"""A run as a picture; Matplotlib is imported only here."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

from syn0.bench.figures import Report, speed
from syn0.bench.growth import Curve
from syn0.bench.measure import Result
from syn0.files.atomic import write_whole

MARKERS = "osD^v<>PX"
"""One for each contestant, beside its colour: not every eye tells all colours."""


def check_plot(path: Path) -> None:
    """Refuse at once what could not be drawn in the end.

    Raises:
        ModuleNotFoundError: Matplotlib is not installed.
        ValueError: a name that does not end as a picture's.
        FileNotFoundError: a folder that does not exist.
    """
    if not find_spec("matplotlib"):
        raise ModuleNotFoundError("a plot needs Matplotlib: pip install 'syn0[plot]'")
    from matplotlib.figure import Figure

    if path.suffix[1:].lower() not in Figure().canvas.get_supported_filetypes():
        raise ValueError(f"{path} is no name of a picture: end it with .png, .svg or .pdf")
    if not path.resolve().parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent}")


def draw(report: Report, path: Path) -> None:
    """Draw a run's growth curves, or its works, to a file that is written whole or not at all.

    Raises:
        OSError: the file cannot be written.
    """
    figure = growth_figure(report.curves) if report.curves else works_figure(report)
    drawn = BytesIO()
    figure.savefig(drawn, format=path.suffix[1:].lower(), dpi=150)
    write_whole(path, drawn.getvalue(), "the picture")


def works_figure(report: Report) -> Any:
    """A line for each work, the first on top: what it took, and at what share of the limit."""
    from matplotlib.figure import Figure

    results = report.results[::-1]
    figure = Figure(figsize=(12, 2 + 0.5 * len(results)), layout="constrained")
    panels = figure.subplots(1, 2 if report.machine.peaks else 1, sharey=True, squeeze=False)[0]
    for title, style in styles(results).items():
        found = [
            (place, timing.step * 1e6, speed(result.work, timing, report.machine).of_all_cores)
            for place, result in enumerate(results)
            for timing in result.timings
            if timing.title == title
        ]
        places, times, shares = zip(*found, strict=True)
        panels[0].plot(times, places, linestyle="", label=title, **style)
        if report.machine.peaks:
            panels[1].plot([share * 100 for share in shares], places, linestyle="", **style)
    panels[0].set(xscale="log", xlabel="µs a step (or a row)")
    panels[0].set_yticks(range(len(results)), [result.work.name for result in results])
    if report.machine.peaks:
        panels[1].set(xscale="log", xlabel=f"% of what {report.machine.cores} cores can do")
    finish(figure)
    return figure


def growth_figure(curves: Sequence[tuple[Curve, Sequence[Result]]]) -> Any:
    """A panel for each curve that has points."""
    from matplotlib.figure import Figure

    drawn = [(curve, results) for curve, results in curves if results]
    figure = Figure(figsize=(12, 9), layout="constrained")
    look = styles([result for _, results in drawn for result in results])
    for place, (curve, results) in enumerate(drawn, 1):
        panel = figure.add_subplot(2, 2, place)
        for title, points in curve.seconds(results).items():
            times = [seconds * 1e6 for seconds in points.values()]
            panel.plot(list(points), times, label=title, **look[title])
        panel.set(xscale="log", yscale="log", xlabel=curve.name, ylabel="µs", title=curve.what)
    finish(figure)
    return figure


def styles(results: Sequence[Result]) -> dict[str, dict[str, str]]:
    """A colour and a marker for each contestant's title."""
    titles = dict.fromkeys(timing.title for result in results for timing in result.timings)
    return {
        title: {"color": f"C{n % 10}", "marker": MARKERS[n % len(MARKERS)]}
        for n, title in enumerate(titles)
    }


def finish(figure: Any) -> None:
    """Lines to read by, and the names of all contestants below."""
    for panel in figure.axes:
        panel.grid(visible=True, alpha=0.3)
    names = figure.axes[0].get_legend_handles_labels()
    figure.legend(*names, loc="outside lower center", ncols=5)
