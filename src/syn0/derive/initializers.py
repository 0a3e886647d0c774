"""How weights start. The mean is zero, so that no unit starts out leaning to one side.

To add an initializer, add a row.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from syn0.program.expressions import Expr, normal, orthogonal, random, scaled, zeros
from syn0.spec.choices import Choice, Setting, chosen


@dataclass(frozen=True, kw_only=True)
class Initializer(Choice):
    """One row of the table.

    Attributes:
        start: an array of a shape, from that, the layer's inputs and units, and the row's numbers.
        words: how it is drawn, in a few words for a learner.
        for_bias: whether units' constants may start so too.
    """

    start: Callable[..., Expr]
    words: str
    for_bias: bool = True


Shape = tuple[int, ...]
"""(inputs, units) of weights, (units,) of constants."""


def even(bound: float, shape: Shape) -> Expr:
    """Drawn evenly from -bound to bound."""
    return scaled(bound, 2 * random(*shape) - 1)


def bell(deviation: float, shape: Shape) -> Expr:
    """Drawn from the normal distribution with the given standard deviation."""
    return scaled(deviation, normal(*shape))


POSITIVE = {"above": 0.0}

INITIALIZERS: dict[str, Initializer] = {
    "uniform": Initializer(
        start=lambda shape, inputs, units, bound: even(bound, shape),
        words="evenly around 0",
        settings=(Setting("bound", 1.0, POSITIVE),),
    ),
    "normal": Initializer(
        start=lambda shape, inputs, units, deviation: bell(deviation, shape),
        words="normally around 0",
        settings=(Setting("deviation", 1.0, POSITIVE),),
    ),
    # Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural
    # networks" (2010), equation 16: keeps the variance of values and gradients across layers.
    "glorot_uniform": Initializer(
        start=lambda shape, inputs, units, factor: even(
            math.sqrt(factor / (inputs + units)), shape
        ),
        words="evenly around 0",
        settings=(Setting("factor", 6.0, POSITIVE),),
    ),
    "glorot_normal": Initializer(
        start=lambda shape, inputs, units: bell(math.sqrt(2 / (inputs + units)), shape),
        words="normally around 0",
    ),
    # He et al., "Delving Deep into Rectifiers" (2015), equation 10: the same for relu, which
    # turns half of its inputs off.
    "he_uniform": Initializer(
        start=lambda shape, inputs, units: even(math.sqrt(6 / inputs), shape),
        words="evenly around 0",
    ),
    "he_normal": Initializer(
        start=lambda shape, inputs, units: bell(math.sqrt(2 / inputs), shape),
        words="normally around 0",
    ),
    # LeCun et al., "Efficient BackProp" (1998), equation 16.
    "lecun_uniform": Initializer(
        start=lambda shape, inputs, units: even(math.sqrt(3 / inputs), shape),
        words="evenly around 0",
    ),
    "lecun_normal": Initializer(
        start=lambda shape, inputs, units: bell(math.sqrt(1 / inputs), shape),
        words="normally around 0",
    ),
    # Saxe, McClelland & Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep
    # linear neural networks" (2014).
    "orthogonal": Initializer(
        start=lambda shape, inputs, units, gain: scaled(gain, orthogonal(*shape)),
        words="at right angles to each other",
        for_bias=False,
        settings=(Setting("gain", 1.0, POSITIVE),),
    ),
    "constant": Initializer(
        start=lambda shape, inputs, units, value: zeros(*shape) + value if value else zeros(*shape),
        words="all alike",
        settings=(Setting("value", 0.0),),
    ),
}


def start(initializer: str, shape: Shape, inputs: int, units: int) -> tuple[Expr, str]:
    """An array of `shape`, of a layer with so many inputs and units, as the initializer's name has
    it, and words for how."""
    choice = chosen("init", initializer, INITIALIZERS)
    return choice.row.start(shape, inputs, units, *choice.numbers), choice.row.words
