"""The native engine: the program as C for exactly this network, compiled, loaded and called.

Training runs in the compiled library; predictions, evaluations and L-BFGS's gradients are the numpy
engine's.
"""

from __future__ import annotations

import ctypes
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.engines.base import Arrays, Batches, Stretch, Values
from syn0.engines.choice import ThreadCount, threads_worth, work_of_a_step
from syn0.engines.compiler import CompilerError, library, place
from syn0.engines.numpy import NumpyRunner
from syn0.printers.base import UnsupportedError
from syn0.printers.kernels import kept_arrays, plain_numbers
from syn0.printers.native import native_source
from syn0.program import Program, check


class NativeRunner(NumpyRunner):
    """Runs a network's training program as compiled C.

    The library is for batches of one size, and made when training begins; it is made again for
    other sizes. Where there is no compiler, or it fails, the numpy engine trains, and `notice`
    says why.
    """

    name = "native"

    def __init__(
        self, training: Program, prediction: Program, rows: int = 0, threads: int | None = None
    ) -> None:
        super().__init__(training, prediction, rows, threads)
        self._rows = rows
        if training.pulls:
            self.name = "numpy"
            self.notice = "L-BFGS is SciPy's, on the numpy engine's gradient"
        shapes = check(training)
        self._numbers = plain_numbers(training, shapes)
        self._arrays = kept_arrays(training, shapes)
        self._made: dict[int, tuple[Any, ThreadCount]] = {}

    def train(
        self, values: Values, arrays: Arrays, batches: Batches, *, measure: bool
    ) -> tuple[Values, NDArray[np.float64]]:
        """See `Runner.train`."""
        program = self._training
        stretch = Stretch.of(batches, len(arrays["X"]))
        made = self._function(self._largest(stretch)) if len(stretch) else None
        if made is None:
            return super().train(values, arrays, batches, measure=measure)
        function, pace = made
        threads = self._threads or pace.threads(len(stretch))
        began = time.perf_counter()
        state = {name: np.ascontiguousarray(values[name]) for name in self._arrays}
        pointers = (ctypes.c_void_p * len(state))(*(a.ctypes.data for a in state.values()))
        numbers = np.array([float(values[name]) for name in self._numbers])
        figures = np.zeros((len(stretch) if measure else 0, len(program.reports)))
        given = [np.ascontiguousarray(arrays[name], program.dtype) for name in program.arrays]
        order = stretch.sizes if stretch.order is None else stretch.order
        failed = function(
            ctypes.c_int64(len(stretch)),
            place(stretch.sizes),
            place(np.ascontiguousarray(order)),
            ctypes.c_int(measure),
            place(figures),
            place(numbers),
            pointers,
            ctypes.c_int(threads),
            *map(place, given),
        )
        pace.took(threads, len(stretch), time.perf_counter() - began)
        if failed:
            raise MemoryError("not enough memory to train")
        after: Values = {name: state[name] for name in self._arrays if name in program.state}
        for name, number in zip(self._numbers, numbers.tolist(), strict=True):
            if name in program.state:
                after[name] = int(number) if isinstance(values[name], int) else number
        return after, figures

    def _largest(self, stretch: Stretch) -> int:
        """The most rows of a step, for which the library has room: the same ones for every part of
        a training, since sums are rounded in an order that hangs on them."""
        largest = int(stretch.sizes.max())
        if stretch.order is None:
            return largest
        largest = max(self._rows, largest)
        return next((size for size in self._made if size >= largest), largest)

    def _function(self, batch: int) -> tuple[Any, ThreadCount] | None:
        """The compiled function for batches of up to so many rows, and how it is called; None where
        it cannot be made, and the numpy engine's is to be taken."""
        if batch not in self._made and self.name == "native":
            flops, _ = work_of_a_step(self._training, batch)
            threads = self._threads or threads_worth(flops)
            try:
                made = library(native_source(self._training, batch, threads), "train")
                self._made[batch] = made.train, ThreadCount(threads, flops)
            except (CompilerError, UnsupportedError) as error:
                self.name = "numpy"
                self.notice = f"the numpy engine runs this instead of the native one: {error}"
        return self._made.get(batch)


__all__ = ["NativeRunner"]
