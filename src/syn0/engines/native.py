"""The native engine: the program as C for exactly this network, compiled, loaded and called.

Training runs in the compiled library; predictions, evaluations and L-BFGS's gradients are the numpy
engine's.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.engines.base import Arrays, Batch, Figures, Values
from syn0.engines.compiler import CompilerError, library
from syn0.engines.numpy import NumpyRunner
from syn0.printers.base import UnsupportedError
from syn0.printers.tiles import TilePrinter, plain_numbers
from syn0.program import Program, check


class NativeRunner(NumpyRunner):
    """Runs a network's training program as compiled C.

    The library is for batches of one size, and made when training begins; it is made again for
    other sizes. Where there is no compiler, or it fails, the numpy engine trains, and `notice`
    says why.
    """

    name = "native"

    def __init__(self, training: Program, prediction: Program, rows: int = 0) -> None:
        super().__init__(training, prediction, rows)
        self._rows = rows
        if training.pulls:
            self.name = "numpy"
            self.notice = "L-BFGS is SciPy's, on the numpy engine's gradient"
        self._shapes = check(training)
        self._numbers = plain_numbers(training, self._shapes)
        names = training.state + training.constants
        self._arrays = [name for name in names if self._shapes[name] != ()]
        self._made: dict[int, Any] = {}

    def train(
        self, values: Values, arrays: Arrays, batches: Sequence[Batch], *, measure: bool
    ) -> tuple[Values, list[Figures]]:
        """See `Runner.train`."""
        program = self._training
        rows = len(arrays["X"])
        function = self._train(self._largest(batches, rows)) if batches else None
        if function is None:
            return super().train(values, arrays, batches, measure=measure)
        sizes, order = steps_of(batches, rows)
        state = {name: np.ascontiguousarray(values[name]) for name in self._arrays}
        pointers = (ctypes.c_void_p * len(state))(*(a.ctypes.data for a in state.values()))
        numbers = np.array([float(values[name]) for name in self._numbers])
        figures = np.zeros((len(sizes) if measure else 0, len(program.reports)))
        given = [np.ascontiguousarray(arrays[name], program.dtype) for name in program.arrays]
        failed = function(
            ctypes.c_int64(len(sizes)),
            place(sizes),
            place(order),
            ctypes.c_int(measure),
            place(figures),
            place(numbers),
            pointers,
            *map(place, given),
        )
        if failed:
            raise MemoryError("not enough memory to train")
        after: Values = {name: state[name] for name in self._arrays if name in program.state}
        for name, number in zip(self._numbers, numbers.tolist(), strict=True):
            if name in program.state:
                after[name] = int(number) if isinstance(values[name], int) else number
        return after, [tuple(row) for row in figures.tolist()]

    def _largest(self, batches: Sequence[Batch], rows: int) -> int:
        """The most rows of a step, for which the library has room: the same ones for every part of
        a training, since sums are rounded in an order that hangs on them."""
        if batches[0] is None:
            return rows
        largest = max(self._rows, *map(len, batches))  # type: ignore[arg-type]
        return next((size for size in self._made if size >= largest), largest)

    def _train(self, batch: int) -> Any:
        """The compiled function for batches of up to so many rows; None where it cannot be made,
        and the numpy engine's is to be taken."""
        if batch not in self._made and self.name == "native":
            try:
                self._made[batch] = library(TilePrinter(self._training, batch).source()).train
            except (CompilerError, UnsupportedError) as error:
                self.name = "numpy"
                self.notice = f"the numpy engine runs this instead of the native one: {error}"
        return self._made.get(batch)


def steps_of(batches: Sequence[Batch], rows: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The number of rows of each step, and the rows of all of them end to end."""
    if batches[0] is None:
        return np.full(len(batches), rows, np.int64), np.zeros(1, np.int64)
    chosen: list[Any] = list(batches)
    return np.array([len(b) for b in chosen], np.int64), np.concatenate(chosen).astype(np.int64)


def place(array: NDArray[Any]) -> ctypes.c_void_p:
    """Where an array's numbers stand."""
    return array.ctypes.data_as(ctypes.c_void_p)


__all__ = ["NativeRunner"]
