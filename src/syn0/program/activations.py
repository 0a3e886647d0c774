"""The table of activations: each formula with its hand-written slope beside it.

The slope is taken *from the output* `out`, as in the tutorial: `out * (1 - out)`.
To add an activation, add a row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from syn0.program.expressions import (
    Apply,
    Const,
    Expr,
    apply,
    exp,
    expression,
    max_columns,
    maximum,
    sum_columns,
)


@dataclass(frozen=True)
class Activation:
    """One row of the table.

    Attributes:
        formula: the value, from the weighted sum `z`, a (rows, units) matrix.
        range: the least and the greatest value that the output comes near or reaches.
        words: one sentence for a learner.
        scaled: what multiplying by the slope does to an error, in a few words; "" for nothing.
        slope: d out / d z from the output, where each output depends on its own `z` alone.
        pull: what an error at the outputs asks of `z` (the error times the transposed Jacobian),
            for activations that have no slope of their own for each entry.
    """

    formula: Callable[[Expr], Expr]
    range: tuple[float, float]
    words: str
    scaled: str
    slope: Callable[[Expr], Expr | float] | None = None
    pull: Callable[[Expr, Expr], Expr] | None = None

    def delta(self, error: Expr, out: Expr) -> Expr:
        """The error at `out`, scaled by the slope: what is asked of the weighted sum."""
        if self.pull is not None:
            return self.pull(error, out)
        assert self.slope is not None  # noqa: S101  (a row has one of the two)
        slope = expression(self.slope(out))
        return error if slope == Const(1) else error * slope


def softmax(z: Expr) -> Expr:
    """e^z over its sum along each row; the row's largest z is taken off first, so that e^z stays
    finite (Goodfellow, Bengio & Courville, "Deep Learning", 2016, section 4.1)."""
    power = exp(z - max_columns(z))
    return power / sum_columns(power)


INFINITY = float("inf")

ACTIVATIONS: dict[str, Activation] = {
    "sigmoid": Activation(
        formula=lambda z: 1 / (1 + exp(-z)),
        slope=lambda out: out * (1 - out),
        range=(0, 1),
        words="squashes any number into 0 to 1; steepest at 0, nearly flat far from it",
        scaled="scaled by confidence",
    ),
    "tanh": Activation(
        formula=lambda z: apply("tanh", z),
        slope=lambda out: 1 - out**2,
        range=(-1, 1),
        words="squashes any number into -1 to 1; 0 stays 0",
        scaled="scaled by confidence",
    ),
    "relu": Activation(
        formula=lambda z: maximum(z, 0),
        slope=lambda out: out > 0,
        range=(0, INFINITY),
        words="lets positive numbers through and turns negative ones to 0",
        scaled="where the unit is on",
    ),
    "identity": Activation(
        formula=lambda z: z,
        slope=lambda out: 1,
        range=(-INFINITY, INFINITY),
        words="leaves the weighted sum as it is",
        scaled="",
    ),
    "softmax": Activation(
        formula=softmax,
        pull=lambda error, out: out * (error - sum_columns(error * out)),
        range=(0, 1),
        words="turns each row into probabilities that sum to 1",
        scaled="less the row's average pull",
    ),
}


def activate(name: str, z: Expr) -> Expr:
    """The named activation of `z`; the identity adds nothing."""
    return z if ACTIVATIONS[name].formula(z) == z else Apply(name, (z,))
