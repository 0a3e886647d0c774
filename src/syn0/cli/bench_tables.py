"""The tables of `syn0 bench`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from syn0.cli.show import plain_table

if TYPE_CHECKING:
    from syn0.bench import Contestant, Report, Result, Timing, Work
    from syn0.bench.figures import Machine
    from syn0.bench.growth import Curve

UNKNOWN = "·"

NOISE = 0.1
"""Figures whose stretches differ by a larger share than this are marked."""

ORDER = "All are given an order of the rows, but those that draw their own."


class Tables:
    """Prints tables on stdout, all in columns of the same width."""

    def __init__(self, machine: Machine, contestants: Sequence[Contestant]) -> None:
        from rich.console import Console

        self._console = Console(highlight=False, soft_wrap=True)
        self._machine, self._contestants = machine, contestants
        self._width = max(len(c.title) for c in contestants)

    def show_machine(self) -> None:
        """What everything runs on, and its measured limits."""
        machine = self._machine
        self._console.print(f"{machine.processor}, {machine.cores} cores", markup=False)
        for dtype, peak in machine.peaks.items():
            limits = f"{peak.one / 1e9:,.0f} GFLOP/s on one, {peak.all / 1e9:,.0f} on all"
            self._console.print(f"  {dtype}: {limits}, measured", markup=False)
        if not machine.peaks:
            self._console.print(f"  its limit is unknown: {machine.compiler}", markup=False)

    def show_result(self, result: Result) -> None:
        """A work: a row for each contestant."""
        work, fastest = result.work, min((t.step for t in result.timings), default=0)
        time = "ms in all" if work.whole else "µs a row" if work.predicts else "µs a step"
        header = ["", time, "times", "GFLOP/s", "1 core", f"{self._machine.cores} cores",
                  "first", "cached"]  # fmt: skip
        rows = [self._cells(work, timing, fastest) for timing in result.timings]
        self._show(work.name, header, rows)
        if result.absent:
            absent = ", ".join(f"{title} ({why})" for title, why in result.absent.items())
            self._console.print(f"  not here: {absent}", style="dim", markup=False)

    def show_curve(self, curve: Curve, results: Sequence[Result]) -> None:
        """A growth curve: a row for each contestant, a column for each size."""
        from syn0.bench import exponent

        sizes = curve.points[: len(results)]
        rows = []
        for title, seconds in curve.seconds(results).items():
            power = exponent(seconds)
            times = [shown(seconds[n] * 1e6) if n in seconds else UNKNOWN for n in sizes]
            rows.append([title, *times, UNKNOWN if power is None else f"{power:.2f}"])
        header = ["", *(f"{size:,}" for size in sizes), "power"]
        self._show(f"{curve.name}: µs for {curve.what}", header, rows)

    def show_notes(self, report: Report) -> None:
        """What the columns mean, and what a reader has to know of each contestant."""
        if report.empty:
            return
        words = (
            "power: time grows like the size to this power, by the largest sizes"
            if report.curves
            else f"~: noisy, its stretches differ by {NOISE:.0%}; times: over the fastest; "
            "cores: share of what they can do; first: what the first call took beyond a usual "
            "one, as it compiled; cached: likewise, what it compiled kept from before"
        )
        notes = [f"{c.title}: {c.note}" for c in self._contestants if c.note]
        self._console.print("", words, ORDER, *notes, sep="\n", style="dim", markup=False)

    def _show(self, title: str, header: list[str], rows: list[list[str]]) -> None:
        padded = [[row[0].ljust(self._width), *row[1:]] for row in rows]
        self._console.print(f"\n{title}", style="bold", markup=False)
        self._console.print(plain_table(header, padded))

    def _cells(self, work: Work, timing: Timing, fastest: float) -> list[str]:
        from syn0.bench import speed

        fast = speed(work, timing, self._machine)
        time = timing.step * work.steps * 1e3 if work.whole else timing.step * 1e6
        return [
            timing.title,
            f"~{shown(time)}" if timing.spread > NOISE else shown(time),
            shown(timing.step / fastest),
            shown(fast.flops / 1e9),
            share(fast.of_one_core),
            share(fast.of_all_cores),
            milliseconds(timing.first),
            milliseconds(timing.cached),
        ]


def shown(number: float) -> str:
    """Three digits, or as many as a whole number has."""
    if number >= 100:
        return f"{number:,.0f}"
    digits = 1 if number >= 10 else 2
    return f"{number:.{digits}f}" if number >= 0.01 else f"{number:.1g}"


def share(part: float | None) -> str:
    """A share in percent."""
    return UNKNOWN if part is None else f"{part:.1%}" if part < 0.01 else f"{part:.0%}"


def milliseconds(seconds: float | None) -> str:
    """Seconds as milliseconds, where they are worth a word."""
    return UNKNOWN if seconds is None or seconds < 0.0005 else f"{seconds * 1e3:,.0f} ms"
