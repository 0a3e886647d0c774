"""What outputs mean: the class that they name, probabilities, the guess among quantiles.

Said once, as expressions: programs print them, and models evaluate the same ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.derive.losses import loss_of
from syn0.program import Expr, Name, evaluate
from syn0.program.expressions import columns, joined, largest
from syn0.spec import NetworkSpec

OUT = Name("out")


def as_shares(network: NetworkSpec, out: Expr) -> Expr:
    """Outputs for classes so that 0.5 is the middle: those of sides lie around 0."""
    return (out + 1) / 2 if loss_of(network).row.targets == "sides" else out


def class_number(shares: Expr, outputs: int) -> Expr:
    """(rows, 1): which of several shares is the largest, or whether the only one is above 0.5."""
    return largest(shares) if outputs > 1 else shares > 0.5


def probabilities(network: NetworkSpec, out: Expr) -> Expr | None:
    """(rows, classes), or None where the last layer does not give any."""
    last = network.dense[-1].activation
    if last == "sigmoid" and network.outputs == 1:
        return joined(1 - out, out)
    return out if last == "softmax" else None


def middle_quantile(network: NetworkSpec) -> int:
    """The output that is the guess of a number: the only one, or the one whose quantile is nearest
    to 0.5."""
    return middle(loss_of(network).numbers) if network.outputs > 1 else 0


def middle(quantiles: Sequence[float]) -> int:
    """The place of the quantile that is nearest to 0.5."""
    return int(np.abs(np.array(quantiles) - 0.5).argmin())


def guess(network: NetworkSpec, numbers: Expr) -> Expr:
    """(rows, 1) of numbers in the target's units: the column of the middle quantile."""
    return columns(numbers, [middle_quantile(network)]) if network.outputs > 1 else numbers


def class_numbers(shares: NDArray[Any]) -> NDArray[np.intp]:
    """(rows,) what `class_number` gives for (rows, outputs) shares."""
    numbers = evaluate(class_number(OUT, shares.shape[1]), {OUT.name: shares})
    return np.asarray(numbers[:, 0], np.intp)
