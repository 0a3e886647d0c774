"""A checkpoint: all that is needed to go on exactly where training stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Checkpoint:
    """Where training stands.

    Attributes:
        values: the program's state by name: weights, and what the optimizer remembers.
        generator: state of the legacy generator at the start of the present epoch, as
            `RandomState.get_state()` gives it.
        epoch: (rows, batch size, batches taken) of an epoch that is not finished; None between
            epochs and with full batches.
        step: number of steps taken so far.
    """

    values: Mapping[str, Any]
    generator: tuple[Any, ...]
    epoch: tuple[int, int, int] | None = None
    step: int = 0

    def copy(self) -> Checkpoint:
        """The same, with arrays of its own."""
        return replace(self, values=copied(self.values))


def copied(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same values, with arrays of their own, whatever they were; plain numbers stay plain."""
    plain = int | float | np.generic
    return {n: v if isinstance(v, plain) else np.asarray(v).copy() for n, v in values.items()}
