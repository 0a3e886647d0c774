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
        start: the (inputs, units) array, from inputs, units and the row's numbers.
        words: how it is drawn, in a few words for a learner.
    """

    start: Callable[..., Expr]
    words: str


def even(bound: float, inputs: int, units: int) -> Expr:
    """Drawn evenly from -bound to bound."""
    return scaled(bound, 2 * random(inputs, units) - 1)


def bell(deviation: float, inputs: int, units: int) -> Expr:
    """Drawn from the normal distribution with the given standard deviation."""
    return scaled(deviation, normal(inputs, units))


POSITIVE = {"above": 0.0}

INITIALIZERS: dict[str, Initializer] = {
    "uniform": Initializer(
        start=lambda inputs, units, bound: even(bound, inputs, units),
        words="evenly around 0",
        settings=(Setting("bound", 1.0, POSITIVE),),
    ),
    "normal": Initializer(
        start=lambda inputs, units, deviation: bell(deviation, inputs, units),
        words="normally around 0",
        settings=(Setting("deviation", 1.0, POSITIVE),),
    ),
    # Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural
    # networks" (2010), equation 16: keeps the variance of values and gradients across layers.
    "glorot_uniform": Initializer(
        start=lambda inputs, units: even(math.sqrt(6 / (inputs + units)), inputs, units),
        words="evenly around 0",
    ),
    "glorot_normal": Initializer(
        start=lambda inputs, units: bell(math.sqrt(2 / (inputs + units)), inputs, units),
        words="normally around 0",
    ),
    # He et al., "Delving Deep into Rectifiers" (2015), equation 10: the same for relu, which
    # turns half of its inputs off.
    "he_uniform": Initializer(
        start=lambda inputs, units: even(math.sqrt(6 / inputs), inputs, units),
        words="evenly around 0",
    ),
    "he_normal": Initializer(
        start=lambda inputs, units: bell(math.sqrt(2 / inputs), inputs, units),
        words="normally around 0",
    ),
    # LeCun et al., "Efficient BackProp" (1998), equation 16.
    "lecun_uniform": Initializer(
        start=lambda inputs, units: even(math.sqrt(3 / inputs), inputs, units),
        words="evenly around 0",
    ),
    "lecun_normal": Initializer(
        start=lambda inputs, units: bell(math.sqrt(1 / inputs), inputs, units),
        words="normally around 0",
    ),
    # Saxe, McClelland & Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep
    # linear neural networks" (2014).
    "orthogonal": Initializer(
        start=lambda inputs, units, gain: scaled(gain, orthogonal(inputs, units)),
        words="at right angles to each other",
        settings=(Setting("gain", 1.0, POSITIVE),),
    ),
    "constant": Initializer(
        start=lambda inputs, units, value: (
            zeros(inputs, units) + value if value else zeros(inputs, units)
        ),
        words="all alike",
        settings=(Setting("value", 0.0),),
    ),
}


def start_weights(initializer: str, inputs: int, units: int) -> tuple[Expr, str]:
    """An (inputs, units) array as the initializer's name has it, and words for how."""
    choice = chosen("init", initializer, INITIALIZERS)
    return choice.row.start(inputs, units, *choice.numbers), choice.row.words
