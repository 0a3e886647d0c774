"""The table of activations: each formula with its hand-written slope beside it.

The slope is taken *from the output* `out` where it can be, as in the tutorial: `out * (1 - out)`;
of the others it is taken from the weighted sum `z`. To add an activation, add a row.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from syn0.program.expressions import (
    Apply,
    Const,
    Expr,
    Name,
    absolute,
    apply,
    clip,
    exp,
    expm1,
    expression,
    function,
    log1p,
    max_columns,
    maximum,
    minimum,
    operations_in,
    sum_columns,
    tanh,
    where,
)
from syn0.spec.once import once


@dataclass(frozen=True)
class Activation:
    """One row of the table. It has one of `slope`, `slope_at` and `pull`.

    Attributes:
        formula: the value, from the weighted sum `z`, a (rows, units) matrix.
        range: the least and the greatest value that the output comes near or reaches.
        words: one sentence for a learner.
        moves: what the slope does to an error that it multiplies; "" for nothing.
        slope: d out / d z from the output, where each output depends on its own `z` alone.
        slope_at: d out / d z from `z`, where the output does not tell it.
        pull: the delta at `z` of an error at the outputs, from (error, out): the error times the
            transposed Jacobian, or the error times the slope where that reads better.
    """

    formula: Callable[[Expr], Expr]
    range: tuple[float, float]
    words: str
    moves: str
    slope: Callable[[Expr], Expr | float] | None = None
    slope_at: Callable[[Expr], Expr] | None = None
    pull: Callable[[Expr, Expr], Expr] | None = None


sigmoid, softplus = function("sigmoid"), function("softplus")


def softmax(z: Expr) -> Expr:
    """e^z over its sum along each row; the row's largest z is taken off first, so that e^z stays
    finite (Goodfellow, Bengio & Courville, "Deep Learning", 2016, section 4.1)."""
    power = exp(z - max_columns(z))
    return power / sum_columns(power)


LEAK = 0.01
SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772
GELU_SCALE, GELU_CUBE = (Const(2) / Const(math.pi)) ** 0.5, 0.044715


def gelu_inner(z: Expr) -> Expr:
    """The hyperbolic tangent in the gelu's formula."""
    return tanh(GELU_SCALE * (z + GELU_CUBE * z**3))


def gelu_slope(z: Expr) -> Expr:
    """By the product and the chain rule."""
    inner = gelu_inner(z)
    steep = z / 2 * (1 - inner**2) * GELU_SCALE * (1 + 3 * GELU_CUBE * z**2)
    return (1 + inner) / 2 + steep


def mish_slope(z: Expr) -> Expr:
    """By the product and the chain rule; the slope of softplus is the sigmoid."""
    inner = tanh(softplus(z))
    return inner + z * sigmoid(z) * (1 - inner**2)


INFINITY = float("inf")

ACTIVATIONS: dict[str, Activation] = {
    "sigmoid": Activation(
        formula=lambda z: 1 / (1 + exp(-z)),
        slope=lambda out: out * (1 - out),
        range=(0, 1),
        words="squashes any number into 0 to 1, steepest at 0",
        moves="undecided values move most",
    ),
    "tanh": Activation(
        formula=tanh,
        slope=lambda out: 1 - out**2,
        range=(-1, 1),
        words="squashes any number into -1 to 1; 0 stays 0",
        moves="undecided values move most",
    ),
    "relu": Activation(
        formula=lambda z: maximum(z, 0),
        slope=lambda out: out > 0,
        range=(0, INFINITY),
        words="lets positive numbers through and turns negative ones to 0",
        moves="1 where the unit is on, else 0",
    ),
    "identity": Activation(
        formula=lambda z: z,
        slope=lambda out: 1,
        range=(-INFINITY, INFINITY),
        words="leaves the weighted sum as it is",
        moves="",
    ),
    "softmax": Activation(
        formula=softmax,
        pull=lambda error, out: out * (error - sum_columns(error * out)),
        range=(0, 1),
        words="turns each row into probabilities that sum to 1",
        moves="what one class gains, others lose",
    ),
    "leaky_relu": Activation(  # Maas, Hannun & Ng, 2013
        formula=lambda z: maximum(z, LEAK * z),
        pull=lambda error, out: where(out > 0, error, LEAK * error),
        range=(-INFINITY, INFINITY),
        words="lets positive numbers through and a hundredth of negative ones",
        moves="1 where the unit is on, else 0.01",
    ),
    "elu": Activation(  # Clevert, Unterthiner & Hochreiter, 2016
        formula=lambda z: maximum(z, 0) + expm1(minimum(z, 0)),
        slope=lambda out: minimum(out, 0) + 1,
        range=(-1, INFINITY),
        words="lets positive numbers through and bends negative ones towards -1",
        moves="1 where the unit is on, less where off",
    ),
    "selu": Activation(  # Klambauer et al., "Self-Normalizing Neural Networks", 2017
        formula=lambda z: SELU_SCALE * (maximum(z, 0) + SELU_ALPHA * expm1(minimum(z, 0))),
        slope=lambda out: where(out > 0, SELU_SCALE, out + SELU_SCALE * Const(SELU_ALPHA)),
        range=(-SELU_SCALE * SELU_ALPHA, INFINITY),
        words="an elu scaled so that values keep mean 0 and variance 1 from layer to layer",
        moves="about 1 where on, less where far off",
    ),
    "gelu": Activation(  # Hendrycks & Gimpel, 2016, the form with tanh: NumPy has no erf
        formula=lambda z: z / 2 * (1 + gelu_inner(z)),
        slope_at=gelu_slope,
        range=(-0.1701, INFINITY),
        words="lets large numbers through and fades out small ones, smoothly",
        moves="about 1 where the unit is on, 0 where off",
    ),
    "silu": Activation(  # Elfwing, Uchibe & Doya, 2018; also known as swish
        formula=lambda z: z * sigmoid(z),
        slope_at=lambda z: sigmoid(z) * (1 + z * (1 - sigmoid(z))),
        range=(-0.2785, INFINITY),
        words="each number times its own sigmoid",
        moves="about 1 where the unit is on, 0 where off",
    ),
    "mish": Activation(  # Misra, 2019
        formula=lambda z: z * tanh(softplus(z)),
        slope_at=mish_slope,
        range=(-0.3089, INFINITY),
        words="each number times the tanh of its softplus",
        moves="about 1 where the unit is on, 0 where off",
    ),
    "softplus": Activation(  # Dugas et al., 2001; the form that stays finite for large numbers
        formula=lambda z: maximum(z, 0) + log1p(exp(-absolute(z))),
        slope=lambda out: -expm1(-out),
        range=(0, INFINITY),
        words="a smooth relu, always above 0",
        moves="about 1 where the unit is on, 0 where off",
    ),
    "softsign": Activation(  # Bergstra et al., 2009
        formula=lambda z: z / (1 + absolute(z)),
        slope=lambda out: (1 - absolute(out)) ** 2,
        range=(-1, 1),
        words="squashes any number into -1 to 1, more gently than tanh",
        moves="undecided values move most",
    ),
    "hard_sigmoid": Activation(  # Courbariaux, Bengio & David, 2015, with the slope 1/6
        formula=lambda z: clip(z / 6 + 0.5, 0, 1),
        pull=lambda error, out: error * (out * (1 - out) > 0) / 6,
        range=(0, 1),
        words="a straight line from 0 at -3 to 1 at 3",
        moves="1/6 where the line rises, else 0",
    ),
    "hard_tanh": Activation(  # Collobert, 2004
        formula=lambda z: clip(z, -1, 1),
        slope=lambda out: absolute(out) < 1,
        range=(-1, 1),
        words="a straight line from -1 to 1, cut off there",
        moves="1 where the line rises, else 0",
    ),
    "exp": Activation(
        formula=exp,
        slope=lambda out: out,
        range=(0, INFINITY),
        words="e to the power of the number: always above 0, as counts and rates are",
        moves="the value itself",
    ),
}


@dataclass(frozen=True)
class Helper:
    """A function that programs call and print from its formula, with words for a learner, and its
    slope from its own output where that tells it."""

    formula: Callable[[Expr], Expr]
    words: str
    slope: Expr | None = None

    @once
    def body(self) -> Expr:
        """The formula of `z`."""
        return self.formula(Z)

    @once
    def operations(self) -> frozenset[str]:
        """The operations in its formula."""
        return frozenset(operations_in(self.body))


Z = Name("z")
"""What a function is taken of."""

SLOPE = "_slope"


def helper(operation: str) -> Helper | None:
    """The function that an operation's name stands for: an activation or, as "gelu_slope", the
    slope of one; None for other operations."""
    row = ACTIVATIONS.get(operation)
    if row is not None:
        return helper_of(row)
    name = operation.removesuffix(SLOPE)
    row = ACTIVATIONS.get(name) if name != operation else None
    return None if row is None else helper_of_slope(name, row)


@cache
def helper_of(row: Activation) -> Helper:
    """An activation as a function, made once: every step that is walked asks for it."""
    slope = None if row.slope is None else expression(row.slope(Name("out")))
    return Helper(row.formula, row.words, slope)


@cache
def helper_of_slope(name: str, row: Activation) -> Helper | None:
    """The slope of an activation as a function, likewise; None where it has none of z."""
    if row.slope_at is None:
        return None
    return Helper(row.slope_at, f"the slope (derivative) of {name} at z")


def formula(operation: str, z: Expr = Z) -> Expr:
    """The formula of an activation, or of the slope of one, of `z`."""
    function = helper(operation)
    assert function is not None  # noqa: S101  (asked for names that have one)
    return function.body if z is Z else function.formula(z)


def is_helper(operation: str) -> bool:
    """Whether an operation can be a function printed from its formula: an activation, or the slope
    of one, that is not an operation of its own, as tanh is."""
    function = helper(operation)
    return function is not None and operation not in function.operations


def activate(name: str, z: Expr) -> Expr:
    """The named activation of `z`; the identity adds nothing."""
    return z if ACTIVATIONS[name].formula(z) == z else Apply(name, (z,))


def delta(name: str, error: Expr, out: Expr, z: Expr) -> Expr:
    """The delta at `z`: the error at `out` times the named activation's slope."""
    row = ACTIVATIONS[name]
    if row.pull is not None:
        return row.pull(error, out)
    if row.slope_at is not None:
        return error * apply(f"{name}{SLOPE}", z)
    assert row.slope is not None  # noqa: S101  (a row has one of the three)
    slope = expression(row.slope(out))
    return error if slope == Const(1) else error * slope
