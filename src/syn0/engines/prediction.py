"""Predictions: by printed NumPy at first, and by compiled C once that has cost more than compiling.

A network that predicts a table once never waits for a compiler; one that serves row after row soon
answers each in the time of a few Python calls.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from syn0.printers.base import UnsupportedError
from syn0.program import Program, check

if TYPE_CHECKING:
    from syn0.engines.compiled import Compiled

PATIENCE = 0.25
"""Seconds that NumPy may take in all before C is compiled: about what that takes gcc."""

MOST_WEIGHTS = 50_000
"""Numbers of a network above which NumPy's BLAS, on all cores, is as fast as compiled C."""

BATCH = 64
"""Rows that are predicted together, where there are several."""

Predict = Callable[[Mapping[str, Any], NDArray[Any]], NDArray[Any]]


class Predictor:
    """Predicts rows with a network's weights.

    Args:
        program: the prediction program.
        constants: the values of its names that no training changes.
        numpy: what predicts until the compiled function does, and where there is none.
        eager: compile at once.
    """

    def __init__(
        self, program: Program, constants: Mapping[str, Any], numpy: Predict, *, eager: bool = False
    ) -> None:
        self._program, self._constants, self._numpy = program, constants, numpy
        self._patience = patience(program, eager=eager)
        self._compiled: dict[int, Compiled] = {}

    def __call__(self, values: Mapping[str, Any], X: NDArray[Any]) -> NDArray[Any]:
        """The (rows, outputs) prediction for X: (rows, inputs), finite, of the program's dtype;
        `values` are the weights by name, another mapping where there are others."""
        if isinstance(X, np.ndarray):  # sparse rows are for NumPy
            compiled = self._made_for(1 if len(X) == 1 else BATCH)
            if compiled is not None:
                return compiled(values, X)
        began = time.perf_counter()
        outputs = self._numpy({**self._constants, **values}, X)
        self._patience -= time.perf_counter() - began
        return outputs

    def quick(self, values: Mapping[str, Any], X: Any) -> NDArray[Any] | None:
        """The prediction of a single row, given as an array of floating-point numbers; None for
        anything else, or where nothing is compiled."""
        compiled = self._compiled.get(1)
        return None if compiled is None else compiled.row(values, X)

    def _made_for(self, batch: int) -> Compiled | None:
        """What is compiled for so many rows at once; None as long as NumPy does it."""
        if batch not in self._compiled and self._patience <= 0:
            from syn0.engines.compiled import Compiled
            from syn0.engines.compiler import CompilerError

            try:
                self._compiled[batch] = Compiled(self._program, self._constants, batch)
            except (CompilerError, UnsupportedError):
                self._patience = math.inf  # NumPy goes on: nobody waits for anything
        return self._compiled.get(batch)


def patience(program: Program, *, eager: bool) -> float:
    """Seconds that NumPy may take before a prediction program is compiled."""
    from syn0.engines.compiler import expected_seconds

    shapes = check(program)
    arrays = [shapes[name] for name in program.state + program.constants if shapes[name]]
    if sum(math.prod(map(int, shape)) for shape in arrays) > MOST_WEIGHTS:
        return math.inf
    return 0.0 if eager else expected_seconds(PATIENCE)
