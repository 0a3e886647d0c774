"""Where a run stands beside what its network keeps: with both, it goes on as if it had never been
broken off."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.files.container import Arrays, Description, Parts
from syn0.spec.checks import truth, whole
from syn0.training.checkpoint import Checkpoint, restored_count
from syn0.training.history import ENDINGS, Report

FIGURES = [f.name for f in fields(Report)]
"""The columns in which a file holds reports."""

RUN, BEST = "run.", "best."
"""How the names of a run's own arrays begin, and those of the best state that it has seen; no name
of a program has a dot."""

ENTRIES = {
    "first", "end", "begun", "rows", "weighted", "watched", "stopped", "best_figure", "waited",
    "taken", "best",
}  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """A run at some step between two others.

    Attributes:
        first, end: the steps at which it began and will end.
        begun: the step at which the present interval of the reports began.
        figures: (steps, reports): what was measured in it so far.
        sizes: (steps, 2): what each of these steps counts in means, see `Run.sizes`.
        rows: how many rows it trains on.
        weighted: whether these have weights.
        watched: how many rows validate it; 0 without.
        reports: so far.
        stopped: why it ended, one of `ENDINGS`; "finished" of one that goes on.
        best: where early stopping saw the best figure.
        best_figure: that figure, or infinity.
        waited: the reports since then.
        order: (rows,): the order of the latest epoch, of orders that are shuffled on; else None.
        taken: the batches taken of that order.
    """

    first: int
    end: int
    begun: int
    figures: NDArray[np.float64]
    sizes: NDArray[np.float64]
    rows: int
    weighted: bool = False
    watched: int = 0
    reports: tuple[Report, ...] = ()
    stopped: str = "finished"
    best: Checkpoint | None = None
    best_figure: float = math.inf
    waited: int = 0
    order: NDArray[np.int32] | None = None
    taken: int = 0

    def parts(self) -> Parts:
        """What a file holds of it."""
        reports = [[math.nan if v is None else v for v in astuple(r)] for r in self.reports]
        arrays: Arrays = {
            f"{RUN}figures": self.figures,
            f"{RUN}sizes": self.sizes,
            f"{RUN}reports": np.array(reports, np.float64).reshape(-1, len(FIGURES)),
        }
        if self.order is not None:
            arrays[f"{RUN}order"] = self.order
        best: Description | None = None
        if self.best is not None:
            best, own = self.best.parts()
            arrays |= {BEST + name: array for name, array in own.items()}
        figure = self.best_figure if math.isfinite(self.best_figure) else None
        entries = {name: getattr(self, name) for name in ENTRIES - {"best", "best_figure"}}
        return {**dict(sorted(entries.items())), "best_figure": figure, "best": best}, arrays

    @classmethod
    def from_parts(cls, entries: Description, arrays: Arrays) -> Standing:
        """The standing that a file holds; ValueError, TypeError or LookupError where it is none.
        That the best state is one of its program is for others to check."""
        if not isinstance(entries, dict) or set(entries) != ENTRIES:
            raise ValueError("it does not have the entries of a run")
        counts = {
            name: restored_count(name, entries[name])
            for name in ("first", "end", "begun", "rows", "watched", "waited", "taken")
        }
        if not counts["first"] <= counts["begun"] <= counts["end"]:
            raise ValueError("its run does not begin before it ends")
        if entries["stopped"] not in ENDINGS:
            raise ValueError(f"no run is stopped by {entries['stopped']!r}")
        own = {name[len(RUN) :]: a for name, a in arrays.items() if name.startswith(RUN)}
        order = own.pop("order", None)
        figures, sizes = measured(own.pop("figures"), own.pop("sizes"), counts["end"])
        reports = restored_reports(own.pop("reports"))
        if own:
            raise ValueError(f"no run has the arrays {sorted(own)}")
        best, figure = entries["best"], entries["best_figure"]
        if figure is not None and not math.isfinite(figure):
            raise ValueError(f"the best figure must be finite, not {figure!r}")
        return cls(
            **counts,
            figures=figures,
            sizes=sizes,
            weighted=truth("weighted", entries["weighted"]),
            reports=reports,
            stopped=entries["stopped"],
            best=None if best is None else Checkpoint.from_parts(best, best_arrays(arrays)),
            best_figure=math.inf if figure is None else figure,
            order=None if order is None else restored_order(order, counts["rows"]),
        )


def best_arrays(arrays: Mapping[str, NDArray[Any]]) -> Arrays:
    """The arrays of the best state in a file, by the names that they have in a checkpoint."""
    return {name[len(BEST) :]: a for name, a in arrays.items() if name.startswith(BEST)}


def measured(
    figures: NDArray[Any], sizes: NDArray[Any], end: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What an interval has measured, and how much each step of it counts."""
    right = figures.ndim == sizes.ndim == 2 and sizes.shape[1] == 2
    if not right or len(figures) != len(sizes) or len(figures) > end:
        raise ValueError("what its run has measured does not fit its steps")
    for array in (figures, sizes):
        if array.dtype != np.float64 or not np.isfinite(array).all():
            raise ValueError("what its run has measured must be finite numbers")
    return figures, sizes


def restored_reports(table: NDArray[Any]) -> tuple[Report, ...]:
    """The reports of a file's table, where NaN stands for None."""
    if table.ndim != 2 or table.shape[1] != len(FIGURES) or table.dtype != np.float64:
        raise ValueError("its reports are damaged")
    if np.isinf(table).any() or np.isnan(table[:, :3]).any():
        raise ValueError("its reports must hold finite numbers")
    return tuple(map(restored_report, table.tolist()))


def restored_report(row: list[float]) -> Report:
    """The report of a row."""
    step, loss, error, *others = row
    optional = (None if math.isnan(value) else value for value in others)
    return Report(restored_count("step", int(step)), loss, error, *optional)


def restored_order(order: NDArray[Any], rows: int) -> NDArray[np.int32]:
    """An order of so many rows: each is there once."""
    right = order.dtype == np.int32 and order.shape == (rows,)
    if not right or not np.array_equal(np.sort(order), np.arange(rows)):
        raise ValueError(f"its order is none of {whole('rows', rows, least=0)} rows")
    return order
