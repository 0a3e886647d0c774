"""What the outputs of a network mean, in the words and the units of the table that it learned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from syn0.derive.answers import OUT, as_shares, middle_quantile
from syn0.program import evaluate
from syn0.spec import NetworkSpec
from syn0.spec.doors import door

if TYPE_CHECKING:
    from syn0.models.network import Network


@door
def answers(network: Network, outputs: NDArray[Any]) -> NDArray[Any]:
    """(rows,) class names, or numbers, that the outputs of a network from a table mean."""
    schema = network.schema
    assert schema is not None  # noqa: S101  (from a table)
    return (
        best_guess(network, outputs)
        if schema.classes is None
        else schema.decode(shares_of(network.spec, outputs))
    )


def shares_of(spec: NetworkSpec, outputs: NDArray[Any]) -> NDArray[Any]:
    """Outputs for classes so that 0.5 is the middle: those of sides lie around 0."""
    return np.asarray(evaluate(as_shares(spec, OUT), {OUT.name: outputs}))


def best_guess(network: Network, outputs: NDArray[Any]) -> NDArray[Any]:
    """(rows,) numbers: the only output, or the one whose quantile is nearest to the middle."""
    return outputs[:, middle_quantile(network.spec)]
