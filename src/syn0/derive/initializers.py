"""How weights start. The mean is zero, so that no unit starts out leaning to one side.

To add an initializer, add a row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from syn0.program.expressions import Const, Expr, normal, orthogonal, random, sqrt, zeros
from syn0.spec.choices import Choice, Setting, chosen


@dataclass(frozen=True, kw_only=True)
class Initializer(Choice):
    """One row of the table.

    Attributes:
        start: an array of a shape, from that, the layer's inputs and units, and the row's numbers.
        words: how it is drawn, in a few words for a learner.
        for_bias: whether biases may start so too.
    """

    start: Callable[..., Expr]
    words: str
    for_bias: bool = True


Shape = tuple[int, ...]
"""(inputs, units) of weights, (units,) of constants."""


def even(bound: Expr | float, shape: Shape) -> Expr:
    """Drawn uniformly from -bound to bound."""
    return bound * (2 * random(*shape) - 1)


def bell(deviation: Expr | float, shape: Shape) -> Expr:
    """Drawn from the normal distribution with the given standard deviation."""
    return deviation * normal(*shape)


POSITIVE = {"above": 0.0}

INITIALIZERS: dict[str, Initializer] = {
    "uniform": Initializer(
        start=lambda shape, inputs, units, bound: even(bound, shape),
        words="uniform with mean 0",
        settings=(Setting("bound", 1.0, POSITIVE),),
    ),
    "normal": Initializer(
        start=lambda shape, inputs, units, deviation: bell(deviation, shape),
        words="normal with mean 0",
        settings=(Setting("deviation", 1.0, POSITIVE),),
    ),
    # Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural
    # networks" (2010), equation 16: keeps the variance of values and gradients across layers.
    "glorot_uniform": Initializer(
        start=lambda shape, inputs, units, factor: even(
            sqrt(factor / (Const(inputs) + units)), shape
        ),
        words="uniform with mean 0",
        settings=(Setting("factor", 6.0, POSITIVE),),
    ),
    "glorot_normal": Initializer(
        start=lambda shape, inputs, units: bell(sqrt(2 / (Const(inputs) + units)), shape),
        words="normal with mean 0",
    ),
    # He et al., "Delving Deep into Rectifiers" (2015), equation 10: the same for relu, which
    # turns half of its inputs off.
    "he_uniform": Initializer(
        start=lambda shape, inputs, units: even(sqrt(6 / Const(inputs)), shape),
        words="uniform with mean 0",
    ),
    "he_normal": Initializer(
        start=lambda shape, inputs, units: bell(sqrt(2 / Const(inputs)), shape),
        words="normal with mean 0",
    ),
    # LeCun et al., "Efficient BackProp" (1998), equation 16.
    "lecun_uniform": Initializer(
        start=lambda shape, inputs, units: even(sqrt(3 / Const(inputs)), shape),
        words="uniform with mean 0",
    ),
    "lecun_normal": Initializer(
        start=lambda shape, inputs, units: bell(sqrt(1 / Const(inputs)), shape),
        words="normal with mean 0",
    ),
    # Saxe, McClelland & Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep
    # linear neural networks" (2014).
    "orthogonal": Initializer(
        start=lambda shape, inputs, units, gain: gain * orthogonal(*shape),
        words="random and orthonormal",
        for_bias=False,
        settings=(Setting("gain", 1.0, POSITIVE),),
    ),
    "constant": Initializer(
        start=lambda shape, inputs, units, value: zeros(*shape) + value if value else zeros(*shape),
        words="all the same",
        settings=(Setting("value", 0.0),),
    ),
}


def start(initializer: str, shape: Shape, inputs: int, units: int) -> tuple[Expr, str]:
    """An array of `shape`, of a layer with so many inputs and units, as the initializer's name has
    it, and words for how."""
    choice = chosen("init", initializer, INITIALIZERS)
    return choice.row.start(shape, inputs, units, *choice.numbers), choice.row.words
