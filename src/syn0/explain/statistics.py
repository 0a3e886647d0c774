"""Where learning starts: what goes with the targets before anything is learned, and now.

In the tutorial's first table one column is the answer; in its second none says anything alone, and
a hidden unit that happens to go with the answer a little is what training amplifies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from syn0.derive import inputs_of_layer, prediction_program
from syn0.explain.text import frame, shortened, table
from syn0.program import Program
from syn0.program.interpreter import walk
from syn0.spec.doors import door
from syn0.spec.pictures import drawn_by
from syn0.spec.words import MOST_OF_A_NAME, counted, visible

if TYPE_CHECKING:
    from syn0.explain.replay import Replay

MOST_COLUMNS, MOST_TARGETS = 12, 3
"""Inputs or units of a layer, and targets, that are shown; of more, those that go best together."""


@dataclass(frozen=True, eq=False)
class Correlations:
    """How each column of some values goes with each target.

    Attributes:
        values: their name in the program: "l0" for the inputs, "l1" for the first hidden layer.
        columns: a name for each column.
        start: (columns, targets) correlations at the start weights, from -1 to 1; NaN where a
            column is the same in all rows. None where the start is not known.
        now: (columns, targets) correlations as it stands.
    """

    values: str
    columns: tuple[str, ...]
    start: NDArray[np.float64] | None
    now: NDArray[np.float64]

    @property
    def best(self) -> NDArray[np.intp]:
        """The columns that go best with a target, at most 12, in their own order."""
        strength = np.nan_to_num(np.abs(self.now)).max(axis=1)
        return np.sort(np.argsort(-strength, kind="stable")[:MOST_COLUMNS])


@dataclass(frozen=True, eq=False)
class Statistics:
    """The correlations of inputs and hidden units with the targets.

    Attributes:
        rows: number of examples.
        targets: a name for each target column.
        layers: inputs first.
    """

    rows: int
    targets: tuple[str, ...]
    layers: tuple[Correlations, ...]

    plot = drawn_by("statistics", "the correlations with a target")

    def __repr__(self) -> str:
        shown = range(min(len(self.targets), MOST_TARGETS))
        begun = self.layers[0].start is not None
        header = [""]
        for k in shown:
            name = shortened(visible(self.targets[k]), MOST_OF_A_NAME // 2)
            header += [f"{name}, start", "now"] if begun else [f"{name}, now"]
        rows: list[list[str]] = []
        for layer in self.layers:
            for unit in layer.best:
                cells = [shortened(visible(layer.columns[unit]), MOST_OF_A_NAME)]
                for k in shown:
                    if layer.start is not None:
                        cells.append(figure(layer.start[unit, k]))
                    cells.append(figure(layer.now[unit, k]))
                rows.append(cells)
            if others := len(layer.columns) - len(layer.best):
                rows.append([f"{others:,} others of {layer.values}", *[""] * (len(header) - 1)])
        head = f"correlation with the targets over {counted(self.rows, 'row')}"
        if left := len(self.targets) - len(shown):
            head += (
                f" ({counted(left, 'more target')} {'is' if left == 1 else 'are'} in to_frame())"
            )
        return "\n".join([head, *table(header, rows)])

    def to_frame(self) -> Any:
        """A pandas DataFrame with a row for each column and target."""
        rows = []
        for layer in self.layers:
            start = np.full_like(layer.now, np.nan) if layer.start is None else layer.start
            for (unit, k), now in np.ndenumerate(layer.now):
                place = (layer.values, layer.columns[unit], self.targets[k])
                rows.append((*place, start[unit, k], now))
        names = ("values", "column", "target", "start", "now")
        return frame(dict(zip(names, zip(*rows, strict=True), strict=True)))


def figure(correlation: float) -> str:
    """A correlation; "." where there is none, as the column never changes."""
    return "." if np.isnan(correlation) else f"{correlation + 0.0:.3f}"


@door
def correlations(values: ArrayLike, targets: ArrayLike) -> NDArray[np.float64]:
    """(columns, targets) Pearson correlations of the columns of (rows, columns) values with those
    of (rows, targets) targets; NaN for a column that is the same in all rows.

    Raises:
        ValueError: the rows do not match.
    """
    left, right = as_matrix(values), as_matrix(targets)
    if len(left) != len(right):
        raise ValueError(f"there are {len(left)} rows of values, but {len(right)} of targets")
    still = constant(left)[:, np.newaxis] | constant(right)
    with np.errstate(all="ignore"):
        left, right = centred(left), centred(right)
        lengths = np.sqrt(np.outer((left**2).sum(axis=0), (right**2).sum(axis=0)))
        result = np.clip((left.T @ right) / lengths, -1, 1)
    return np.where(still, np.nan, result)


def centred(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Columns around 0, brought to a size whose squares are finite."""
    around = values - values.mean(axis=0)
    return np.asarray(around / np.abs(around).max(axis=0, initial=0))


def as_matrix(values: ArrayLike) -> NDArray[np.float64]:
    """(rows, columns) of float64; a plain list is one column."""
    array = np.asarray(values, np.float64)
    return array[:, np.newaxis] if array.ndim == 1 else array


def constant(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(columns,): which are the same in all rows."""
    return np.asarray((values == values[:1]).all(axis=0))


def statistics(replay: Replay, weights: Mapping[str, Any]) -> Statistics:
    """The correlations at the start of a replay, and at some weights: see `Replay.statistics`."""
    spec, arrays = replay.spec, replay.job.arrays
    program = prediction_program(spec)
    names = [inputs_of_layer(spec, k + 1) for k in range(1, len(spec.dense))]
    layers = ["l0", *names]
    given = {**replay.job.constants, **arrays}
    now = hidden_values(program, {**given, **weights}, layers)
    begun = replay.start
    first = None if begun is None else hidden_values(program, {**given, **begun.values}, layers)
    y = arrays["y"]
    result = []
    for name in layers:
        width = now[name].shape[1]
        own = replay.inputs if name == "l0" else ()
        start = None if first is None else correlations(first[name], y)
        columns = own or numbered(name, width)
        result.append(Correlations(name, columns, start, correlations(now[name], y)))
    return Statistics(len(y), replay.targets or numbered("y", y.shape[1]), tuple(result))


def hidden_values(
    program: Program, values: Mapping[str, Any], names: Sequence[str]
) -> dict[str, NDArray[Any]]:
    """Named values of a prediction: without masks and noise."""
    wanted = set(names)
    lines = walk(program.phase("forward"), values)
    return {line.target: value for line, value in lines if line.target in wanted}


def numbered(name: str, count: int) -> tuple[str, ...]:
    """ "l1[0]", "l1[1]", …; of a single target its name alone."""
    return (name,) if (name, count) == ("y", 1) else tuple(f"{name}[{k}]" for k in range(count))
