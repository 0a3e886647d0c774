"""What every engine offers to training and to models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from numpy.typing import NDArray

Values = dict[str, Any]
"""The values of names: arrays, and plain numbers such as the step count `t`."""

Batch = NDArray[Any] | None
"""The row numbers of a step; None for all rows."""


class Runner(Protocol):
    """A network's programs, made ready to run.

    X is (rows, inputs) and y (rows, outputs), in the program's dtype. `values` holds the state
    and the constants of the program.
    """

    name: str

    def train(
        self,
        values: Values,
        X: NDArray[Any],
        y: NDArray[Any],
        batches: Sequence[Batch],
        *,
        measure: bool,
    ) -> tuple[Values, list[tuple[float, float]]]:
        """Take one step a batch. Returns the new state and, when `measure`, each step's
        (loss, error) from before its update. Arrays in `values` may be changed in place; plain
        numbers stay plain, since a NumPy number would widen float32 arrays (NEP 50)."""

    def predict(self, values: Mapping[str, Any], X: NDArray[Any]) -> NDArray[Any]:
        """The (rows, outputs) prediction."""

    def evaluate(
        self, values: Mapping[str, Any], X: NDArray[Any], y: NDArray[Any]
    ) -> tuple[float, float]:
        """The (loss, error) of the prediction for X against y."""
