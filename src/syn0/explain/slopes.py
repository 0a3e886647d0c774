"""Where units sit on the curves of their activations, and how steep these are there.

A slope scales what a unit is told to change: where the curve is flat, nothing is learned.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from syn0.explain.text import frame, number, span, table
from syn0.program import ACTIVATIONS, Apply, Name, delta, evaluate, operations_in
from syn0.spec.checks import choice
from syn0.spec.doors import door
from syn0.spec.once import once
from syn0.spec.pictures import drawn_by

if TYPE_CHECKING:
    from syn0.explain.trace import Trace, TracedLine

FLAT = 0.05
"""A slope below this share of the steepest counts as flat: a sigmoid beyond 0.987, say."""

REACH = np.linspace(-8, 8, 1601)
"""Weighted sums among which a curve's steepest place is looked for."""


@door
def curve(activation: str, z: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    """An activation's value and slope at weighted sums.

    Args:
        activation: its name.
        z: (rows, units) numbers; of fewer dimensions, units alone.

    Returns:
        Values and slopes in the shape of `z`; of a softmax the slope of each output by its own sum.

    Raises:
        ValueError: an activation that does not exist.
    """
    name = choice("activation", activation, ACTIVATIONS)
    sums = np.asarray(z)
    sums = sums if sums.dtype.kind == "f" else sums.astype(float)
    matrix = np.atleast_2d(sums)
    with np.errstate(all="ignore"):
        values = np.asarray(evaluate(ACTIVATIONS[name].formula(Name("z")), {"z": matrix}))
        slopes = slopes_at(name, matrix, values)
    return values.reshape(sums.shape), slopes.reshape(sums.shape)


def slopes_at(name: str, z: NDArray[Any], out: NDArray[Any]) -> NDArray[Any]:
    """The slope of each output by its own sum: what its line makes of an error of 1."""
    rule = delta(name, Name("error"), Name("out"), Name("z"))
    given = {"z": z, "out": out}
    if "sum_columns" not in operations_in(rule):
        return np.asarray(evaluate(rule, given | {"error": np.ones_like(out)}))
    columns = np.eye(out.shape[1], dtype=out.dtype)  # where units share a sum, each by itself
    parts = [evaluate(rule, given | {"error": error}) for error in columns]
    return np.stack([part[:, k] for k, part in enumerate(parts)], axis=1)


def steepest(name: str) -> float:
    """The slope against which others are flat: the activation's largest, at most 1."""
    pairs = np.stack([REACH, np.zeros_like(REACH)], axis=1)  # a softmax needs two to share
    return min(1.0, float(np.abs(curve(name, pairs)[1]).max()))


@dataclass(frozen=True, eq=False)
class LayerSlopes:
    """A layer's units on their curve.

    Attributes:
        name: of the layer's values: "l1".
        activation: the curve.
        sums: (rows, units) weighted sums.
        values: (rows, units) what the curve makes of them.
        slopes: (rows, units) how steep it is there.
        steepest: the slope that others are measured by.
    """

    name: str
    activation: str
    sums: NDArray[Any]
    values: NDArray[Any]
    slopes: NDArray[Any]
    steepest: float

    @once
    def flat(self) -> NDArray[np.float64]:
        """(units,): the share of rows in which each hardly has a slope."""
        return np.asarray((np.abs(self.slopes) < FLAT * self.steepest).mean(axis=0))

    @property
    def flat_share(self) -> float:
        """The share of all values that hardly have a slope."""
        return float(self.flat.mean())

    @property
    def dead(self) -> NDArray[np.intp]:
        """The units that are flat in every row of the step and have the same value in all of them.
        Units that are flat but tell rows apart are saturated, not dead."""
        return np.flatnonzero((self.flat == 1) & (np.ptp(self.values, axis=0) <= FLAT))


@dataclass(frozen=True, eq=False)
class Slopes:
    """Where each unit of a step sits on its activation's curve.

    Attributes:
        layers: those with a curve, from the first to the last; an identity has none.
    """

    layers: tuple[LayerSlopes, ...]

    plot = drawn_by("slopes", "a layer's units below their curve")

    def __repr__(self) -> str:
        header = ["layer", "activation", "sums", "slopes", "flat", "dead units"]
        rows = [
            [
                layer.name,
                layer.activation,
                span(layer.sums),
                span(layer.slopes),
                f"{layer.flat_share:.0%}",
                f"{len(layer.dead):,} of {len(layer.flat):,}",
            ]
            for layer in self.layers
        ]
        flat = f"flat: less than {number(FLAT)} of the curve's steepest"
        tail = f"{flat}; dead: flat and the same in every row"
        return "\n".join([*table(header, rows, left=2), tail])

    def to_frame(self) -> Any:
        """A pandas DataFrame with a row for each unit and row of the step."""
        return frame(
            {
                "layer": np.repeat(
                    [layer.name for layer in self.layers],
                    [layer.sums.size for layer in self.layers],
                ),
                "row": joined(np.indices(layer.sums.shape)[0] for layer in self.layers),
                "unit": joined(np.indices(layer.sums.shape)[1] for layer in self.layers),
                "sum": joined(layer.sums for layer in self.layers),
                "value": joined(layer.values for layer in self.layers),
                "slope": joined(layer.slopes for layer in self.layers),
            }
        )


def joined(arrays: Iterator[NDArray[Any]]) -> NDArray[Any]:
    """The entries of all, end to end."""
    return np.concatenate([array.ravel() for array in arrays] or [np.empty(0)])


def slopes(trace: Trace) -> Slopes:
    """See `Trace.slopes`."""
    return Slopes(tuple(filter(None, map(layer_slopes, trace.phase("forward")))))


def layer_slopes(line: TracedLine) -> LayerSlopes | None:
    """A line's units on their curve; None where it bends nothing."""
    expr = line.line.expression
    if not (isinstance(expr, Apply) and expr.operation in ACTIVATIONS):
        return None
    sums, values = line.part.children[0].value, np.asarray(line.value)
    with np.errstate(all="ignore"):
        steepness = slopes_at(expr.operation, sums, values)
    return LayerSlopes(
        line.target, expr.operation, sums, values, steepness, steepest(expr.operation)
    )
