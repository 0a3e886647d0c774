"""How weights start: each rule gives the bound `a` of a draw from uniform(-a, a).

The mean is zero, so that no unit starts out leaning to one side.
To add an initializer of this kind, add a row.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from syn0.program.expressions import Expr, random

INITIALIZERS: dict[str, Callable[[int, int], float]] = {
    "uniform": lambda inputs, units: 1.0,
    # Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural
    # networks" (2010), equation 16: keeps the variance of values and gradients across layers.
    "glorot_uniform": lambda inputs, units: math.sqrt(6 / (inputs + units)),
    # He et al., "Delving Deep into Rectifiers" (2015), equation 10: the same for relu, which
    # turns half of its inputs off.
    "he_uniform": lambda inputs, units: math.sqrt(6 / inputs),
}


def start_weights(initializer: str, inputs: int, units: int) -> Expr:
    """An (inputs, units) array drawn by the named initializer."""
    bound = INITIALIZERS[initializer](inputs, units)
    centred = 2 * random(inputs, units) - 1
    return centred if bound == 1 else bound * centred
