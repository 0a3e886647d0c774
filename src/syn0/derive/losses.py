"""The losses: what training descends, and what they ask of the prediction.

The error is taken as `target - out`, so that updates are added, as in the tutorial. To add a
loss, add a row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from syn0.derive.layers import Place
from syn0.program.activations import ACTIVATIONS, delta
from syn0.program.expressions import (
    Expr,
    Name,
    absolute,
    clip,
    log,
    maximum,
    sign,
    where,
)
from syn0.spec import NetworkSpec
from syn0.spec.choices import Choice, Chosen, Setting, chosen

TINY = Name("tiny")
"""The smallest step from 1 in the program's number type; keeps logarithms and quotients finite."""

QUANTILES = Name("quantiles")
"""A row of the quantiles that the outputs stand for."""

Total = Callable[[Expr], Expr]
"""Sums a (rows, outputs) array over everything, each row by its weight."""


@dataclass(frozen=True)
class PerOutput:
    """What makes each number of a loss ask for an output of its own, all for one column of y.

    Attributes:
        name: what lines call the row of these numbers.
        note: what they are, for a learner.
    """

    name: Name
    note: str


@dataclass(frozen=True, kw_only=True)
class Loss(Choice):
    """One row of the table.

    Attributes:
        value: the loss summed over rows and outputs, from (target, out, error, total, *numbers).
        pull: minus the gradient of that loss with respect to the outputs, (rows, outputs), from
            (target, out, error, *numbers); None where `matched` is the only activation.
        words: one sentence for a learner.
        activations: what the last layer may use.
        output: the last layer's activation where the user names none.
        matched: an activation whose slope cancels the loss's own, so that the delta is the error
            itself (Bishop, "Pattern Recognition and Machine Learning", 2006, section 4.3.6).
        targets: what y may hold: "numbers", "shares" from 0 to 1, "classes" (shares that sum to 1
            in each row), "counts" of at least 0, or "sides" (two classes, as -1 and 1).
        uses_tiny: whether `value` or `pull` reads `tiny`.
        per_output: where there is an output for each of the loss's numbers.
    """

    value: Callable[..., Expr]
    pull: Callable[..., Expr] | None = None
    words: str
    activations: tuple[str, ...]
    output: str
    matched: str | None = None
    targets: str = "numbers"
    uses_tiny: bool = False
    per_output: PerOutput | None = None


def squared_error(target: Expr, out: Expr, error: Expr, total: Total) -> Expr:
    """Half the sum of the squared errors."""
    return total(error**2) / 2


def mean_squared_error(target: Expr, out: Expr, error: Expr, total: Total, outputs: int) -> Expr:
    """The same over the number of outputs."""
    return total(error**2) / (2 * outputs)


def absolute_error(target: Expr, out: Expr, error: Expr, total: Total) -> Expr:
    """The sum of the absolute errors."""
    return total(absolute(error))


def huber(target: Expr, out: Expr, error: Expr, total: Total, threshold: float) -> Expr:
    """Quadratic for small errors, linear for large ones (Huber, 1964): with the error e drawn
    in to c within the threshold, the sum of c (e - c / 2)."""
    near = clip(error, -threshold, threshold)
    return total(near * (error - near / 2))


def quantile(target: Expr, out: Expr, error: Expr, total: Total, *quantiles: float) -> Expr:
    """The pinball loss (Koenker & Bassett, "Regression Quantiles", 1978)."""
    return total(maximum(QUANTILES * error, (QUANTILES - 1) * error))


def poisson(target: Expr, out: Expr, error: Expr, total: Total) -> Expr:
    """Half the deviance of counts: minus their log-likelihood, from 0 where all are as expected
    (McCullagh & Nelder, "Generalized Linear Models", 1989, section 2.3)."""
    surprise = log(maximum(target, TINY) / maximum(out, TINY))
    return total(target * surprise - (target - out))


def binary_cross_entropy(target: Expr, out: Expr, error: Expr, total: Total) -> Expr:
    """Minus the log-likelihood of independent yes-or-no targets (Bishop 2006, equation 4.90)."""
    yes = target * log(maximum(out, TINY))
    no = (1 - target) * log(maximum(1 - out, TINY))
    return -total(yes + no)


def cross_entropy(target: Expr, out: Expr, error: Expr, total: Total) -> Expr:
    """Minus the log-likelihood of one-of-many targets (Bishop 2006, equation 4.108)."""
    return -total(target * log(maximum(out, TINY)))


def hinge(target: Expr, out: Expr, error: Expr, total: Total) -> Expr:
    """How far each output is from being beyond its side's margin (Cortes & Vapnik, 1995)."""
    return total(maximum(1 - target * out, 0))


ANY = tuple(ACTIVATIONS)

LOSSES: dict[str, Loss] = {
    "squared_error": Loss(
        value=squared_error,
        pull=lambda target, out, error: error,
        words="half the sum of the squared errors",
        activations=ANY,
        output="sigmoid",
    ),
    "absolute_error": Loss(
        value=absolute_error,
        pull=lambda target, out, error: sign(error),
        words="the sum of the absolute errors",
        activations=ANY,
        output="identity",
    ),
    "huber": Loss(
        value=huber,
        pull=lambda target, out, error, threshold: clip(error, -threshold, threshold),
        words="quadratic for small errors, linear for large ones",
        activations=ANY,
        output="identity",
        settings=(Setting("threshold", 1.0, {"above": 0}),),
    ),
    "quantile": Loss(
        value=quantile,
        pull=lambda target, out, error, *quantiles: where(error > 0, QUANTILES, QUANTILES - 1),
        words="pinball loss: errors weighted so that each output settles at its quantile",
        activations=tuple(name for name in ANY if name != "softmax"),
        output="identity",
        settings=(Setting("quantile", 0.5, {"above": 0, "below": 1}),),
        repeats=True,
        per_output=PerOutput(QUANTILES, "share of the targets that should lie below each output"),
    ),
    "poisson": Loss(
        value=poisson,
        pull=lambda target, out, error: target / maximum(out, TINY) - 1,
        words="half the Poisson deviance: how unlikely the counts are at the predicted rates",
        activations=("exp", "softplus"),
        output="exp",
        matched="exp",
        targets="counts",
        uses_tiny=True,
    ),
    "binary_cross_entropy": Loss(
        value=binary_cross_entropy,
        words="binary cross-entropy: minus the log of the right answer's probability",
        activations=("sigmoid",),
        output="sigmoid",
        matched="sigmoid",
        targets="shares",
        uses_tiny=True,
    ),
    "cross_entropy": Loss(
        value=cross_entropy,
        words="cross-entropy: minus the log of the right class's probability",
        activations=("softmax",),
        output="softmax",
        matched="softmax",
        targets="classes",
        uses_tiny=True,
    ),
    "hinge": Loss(
        value=hinge,
        pull=lambda target, out, error: target * (target * out < 1),
        words="hinge loss: how far each output falls short of the margin on its side",
        activations=("identity", "tanh", "softsign"),
        output="identity",
        targets="sides",
    ),
    # scikit-learn's: the loss that is reported is a mean, but what is descended is the sum.
    "mean_squared_error": Loss(
        value=mean_squared_error,
        pull=lambda target, out, error, outputs: error,
        words="half the squared errors, averaged over the outputs",
        activations=ANY,
        output="identity",
        settings=(Setting("outputs", 1, {"least": 1}, whole=True),),
        listed=False,
    ),
}


def loss_of(network: NetworkSpec) -> Chosen[Loss]:
    """The row and the numbers that the network's loss names."""
    return chosen("loss", network.loss, LOSSES)


def output_numbers(loss: str) -> tuple[float, ...]:
    """The numbers that a loss has one of for each output; () for losses that have none."""
    asked = chosen("loss", loss, LOSSES)
    return asked.numbers if asked.row.per_output else ()


def target_columns(network: NetworkSpec) -> int:
    """Number of columns of y: as many as outputs, but one where each has a number of the loss."""
    return 1 if output_numbers(network.loss) else network.outputs


def last_delta(loss: Chosen[Loss], activation: str, target: Expr, place: Place) -> Expr:
    """(rows, outputs): minus the gradient of the loss with respect to the last layer's weighted
    sums, the delta with which backpropagation starts; each row's before it is weighted."""
    if activation == loss.row.matched:
        return place.error
    return delta(activation, asked_by(loss, target, place), place.out, place.named("sum"))


def asked_by(loss: Chosen[Loss], target: Expr, place: Place) -> Expr:
    """(rows, outputs): minus the gradient of the loss with respect to the outputs."""
    assert loss.row.pull is not None  # noqa: S101  (see `Loss.pull`)
    return loss.row.pull(target, place.out, place.error, *loss.numbers)
