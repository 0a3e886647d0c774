"""Predictions: by printed NumPy at first, and by compiled C once that has cost more than compiling.

A network that predicts a table once never waits for a compiler; one that serves row after row soon
answers each in the time of a few Python calls.
"""

from __future__ import annotations

import ctypes
import math
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from operator import is_
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.engines.base import fitting
from syn0.engines.compiler import CompilerError, library, place
from syn0.printers.base import UnsupportedError
from syn0.printers.kernels import kept_arrays, plain_numbers
from syn0.printers.native import prediction_source
from syn0.program import Program, check

PATIENCE = 0.25
"""Seconds that NumPy may take in all before C is compiled: about what that takes."""

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
        self._shapes = shapes = check(program)
        self._arrays = [n for n in kept_arrays(program, shapes) if n not in constants]
        weights = sum(math.prod(map(int, shapes[n])) for n in kept_arrays(program, shapes))
        self._patience = math.inf if weights > MOST_WEIGHTS else 0 if eager else PATIENCE
        self._compiled: dict[int, Compiled] = {}

    def __call__(self, values: Mapping[str, Any], X: NDArray[Any]) -> NDArray[Any]:
        """The (rows, outputs) prediction for X: (rows, inputs), finite, of the program's dtype;
        `values` are the weights by name, another mapping where there are others."""
        if isinstance(X, np.ndarray):  # sparse rows are for NumPy
            compiled = self._made_for(1 if len(X) == 1 else BATCH)
            if compiled is not None:
                return compiled(values, X)
        began = time.perf_counter()
        arrays = {
            name: fitting(name, values.get(name), self._shapes[name], self._program.dtype)
            for name in self._arrays
        }
        outputs = self._numpy({**self._constants, **values, **arrays}, X)
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
            try:
                self._compiled[batch] = Compiled(self._program, self._constants, batch)
            except (CompilerError, UnsupportedError):
                self._patience = math.inf  # NumPy goes on: nobody waits for anything
        return self._compiled.get(batch)


class Compiled:
    """A compiled prediction program, with the weights that it was last called with."""

    def __init__(self, program: Program, constants: Mapping[str, Any], batch: int) -> None:
        shapes = check(program)
        names = "predict", "predict_row", "set_up", "make_predictor", "free_predictor"
        made = library(prediction_source(program, batch), *names)
        made.make_predictor.restype = ctypes.c_void_p
        self._room = ctypes.c_void_p(made.make_predictor())
        if not self._room:
            raise MemoryError("not enough memory to predict")
        weakref.finalize(self, made.free_predictor, self._room)
        self._predict, self._predict_row, self._set_up = made.predict, made.predict_row, made.set_up
        self._arrays = kept_arrays(program, shapes)
        self._numbers = plain_numbers(program, shapes)
        self._constants, self._shapes = constants, shapes
        self._names = [name for name in self._arrays if name not in constants]
        self._dtype, self._outputs = program.dtype, int(shapes[program.output][1])
        self._lock = threading.Lock()  # one call at a time uses the room
        self._values: Mapping[str, Any] | None = None
        self._in = np.zeros((1, int(shapes["X"][1])), self._dtype)
        self._out = np.zeros((1, self._outputs), self._dtype)

    def __call__(self, values: Mapping[str, Any], X: NDArray[Any]) -> NDArray[Any]:
        """See `Predictor`."""
        X = fitting("X", X, (len(X), self._in.shape[1]), self._dtype)
        outputs = np.empty((len(X), self._outputs), self._dtype)
        with self._lock:
            self._take(values)
            self._predict(self._room, ctypes.c_int64(len(X)), place(X), place(outputs))
        return outputs

    def row(self, values: Mapping[str, Any], X: Any) -> NDArray[Any] | None:
        """See `Predictor.quick`: into an array whose place is known, and out of another."""
        if (
            type(X) is not np.ndarray
            or X.shape != self._in.shape
            or X.dtype.char not in "fd"
            or not self._stands(values)
        ):
            return None
        with self._lock:
            if X.dtype is self._in.dtype:
                self._in[...] = X
            else:
                with np.errstate(over="ignore"):  # what is too large for float32 is seen below
                    self._in[...] = X
            return None if self._predict_row(self._room) else self._out.copy()

    def _stands(self, values: Mapping[str, Any]) -> bool:
        """Whether these are the very arrays whose places are known."""
        return values is self._values and all(map(is_, map(values.get, self._names), self._given))

    def _take(self, values: Mapping[str, Any]) -> None:
        """Point to the weights; the compiled function looks at each call whether they changed."""
        if self._stands(values):
            return
        self._values = None  # until all of them are known to fit
        all_values = {**self._constants, **values}
        self._state = [
            fitting(name, all_values.get(name), self._shapes[name], self._dtype)
            for name in self._arrays
        ]
        self._given = [self._state[self._arrays.index(name)] for name in self._names]
        # An array that something refers to weakly cannot be resized: its numbers stay in place.
        self._held = [weakref.ref(array) for array in self._given]
        self._pointers = (ctypes.c_void_p * len(self._state))(*(a.ctypes.data for a in self._state))
        self._plain = np.array([float(all_values[name]) for name in self._numbers])
        places = map(place, (self._plain, self._in, self._out))
        self._set_up(self._room, self._pointers, *places)
        self._values = values


__all__ = ["Predictor"]
