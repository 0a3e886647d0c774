"""The losses: what training descends, and the delta with which backpropagation starts.

The error is taken as `target - out`, so that updates are added, as in the tutorial. To add a
loss, add a row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from syn0.program.activations import ACTIVATIONS, Activation
from syn0.program.expressions import Expr, Name, log, maximum, total

TINY = Name("tiny")
"""The smallest step from 1 in the program's number type; keeps the logarithms finite."""


@dataclass(frozen=True)
class Loss:
    """One row of the table.

    Attributes:
        value: the loss summed over rows and outputs, from (target, out, error).
        delta: the fall of that loss for each unit of the last layer's weighted sum,
            -d loss / d z, from (error, out, activation).
        words: one sentence for a learner.
        activations: what the last layer may use.
        output: the last layer's activation where the user names none.
        uses_tiny: whether `value` reads `tiny`.
    """

    value: Callable[[Expr, Expr, Expr], Expr]
    delta: Callable[[Expr, Expr, Activation], Expr]
    words: str
    activations: tuple[str, ...]
    output: str
    uses_tiny: bool = False


def squared_error(target: Expr, out: Expr, error: Expr) -> Expr:
    """Half the sum of the squared errors."""
    return total(error**2) / 2


def binary_cross_entropy(target: Expr, out: Expr, error: Expr) -> Expr:
    """Minus the log-likelihood of independent yes-or-no targets (Bishop 2006, equation 4.90)."""
    yes = target * log(maximum(out, TINY))
    no = (1 - target) * log(maximum(1 - out, TINY))
    return -total(yes + no)


def cross_entropy(target: Expr, out: Expr, error: Expr) -> Expr:
    """Minus the log-likelihood of one-of-many targets (Bishop 2006, equation 4.108)."""
    return -total(target * log(maximum(out, TINY)))


def through_slope(error: Expr, out: Expr, activation: Activation) -> Expr:
    """The error scaled by the slope of the last layer: the tutorial's central line."""
    return activation.delta(error, out)


def error_itself(error: Expr, out: Expr, activation: Activation) -> Expr:
    """For matched pairs the loss's slope cancels the activation's (Bishop 2006, section 4.3.6)."""
    return error


LOSSES: dict[str, Loss] = {
    "squared_error": Loss(
        value=squared_error,
        delta=through_slope,
        words="half the sum of the squared errors",
        activations=tuple(ACTIVATIONS),
        output="sigmoid",
    ),
    "binary_cross_entropy": Loss(
        value=binary_cross_entropy,
        delta=error_itself,
        words="how surprised the probabilities are by the answers",
        activations=("sigmoid",),
        output="sigmoid",
        uses_tiny=True,
    ),
    "cross_entropy": Loss(
        value=cross_entropy,
        delta=error_itself,
        words="how surprised the probabilities are by the right class",
        activations=("softmax",),
        output="softmax",
        uses_tiny=True,
    ),
}
