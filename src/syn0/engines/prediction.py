"""Predictions: by printed NumPy at first, and by compiled C once that has cost more than compiling.

A network that predicts a table once never waits for a compiler; one that serves row after row soon
answers each in the time of a few Python calls.
"""

from __future__ import annotations

import ctypes
import math
import time
from collections.abc import Callable, Mapping
from operator import is_
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.engines.base import fitting
from syn0.engines.compiler import CompilerError, expected_seconds, library, place
from syn0.engines.rooms import Room, Rooms
from syn0.engines.tiles.kernels import kept_arrays, plain_numbers
from syn0.engines.tiles.source import prediction_source
from syn0.printers.base import UnsupportedError
from syn0.program import Program, check

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
        shapes = check(program)
        weights = sum(math.prod(map(int, shapes[n])) for n in kept_arrays(program, shapes))
        patience = 0.0 if eager else expected_seconds(PATIENCE)
        self._patience = math.inf if weights > MOST_WEIGHTS else patience
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
            try:
                self._compiled[batch] = Compiled(self._program, self._constants, batch)
            except (CompilerError, UnsupportedError):
                self._patience = math.inf  # NumPy goes on: nobody waits for anything
        return self._compiled.get(batch)


class Known(Room):
    """A room in which predictions are made, and the weights that it was last called with.

    Attributes:
        values: the mapping that held them.
        given: its arrays.
        kept: what the room refers to.
        row, answer: the (1, inputs) place of a single row, and the (1, outputs) one of its outputs.
    """

    def __init__(self, make: Any, free: Any, inputs: int, outputs: int, dtype: str) -> None:
        super().__init__(make, free)
        self.values: Mapping[str, Any] | None = None
        self.given: list[NDArray[Any]] = []
        self.kept: object = None
        self.row, self.answer = np.zeros((1, inputs), dtype), np.zeros((1, outputs), dtype)


class Compiled:
    """A compiled prediction program.

    Raises:
        MemoryError: there is not enough.
    """

    def __init__(self, program: Program, constants: Mapping[str, Any], batch: int) -> None:
        shapes = check(program)
        names = "predict", "predict_row", "set_up", "make_predictor", "free_predictor"
        made = library(prediction_source(program, batch), *names)
        self._predict, self._predict_row, self._set_up = made.predict, made.predict_row, made.set_up
        self._arrays = kept_arrays(program, shapes)
        self._numbers = plain_numbers(program, shapes)
        self._constants, self._shapes = constants, shapes
        self._names = [name for name in self._arrays if name not in constants]
        self._dtype = program.dtype
        self._inputs, self._outputs = int(shapes["X"][1]), int(shapes[program.output][1])
        size = self._inputs, self._outputs, self._dtype
        self._rooms = Rooms(lambda: Known(made.make_predictor, made.free_predictor, *size))
        self._rooms.give_back(self._rooms.take())  # so that it is known now that there is memory

    def __call__(self, values: Mapping[str, Any], X: NDArray[Any]) -> NDArray[Any]:
        """See `Predictor`."""
        X = fitting("X", X, (len(X), self._inputs), self._dtype)
        outputs = np.empty((len(X), self._outputs), self._dtype)
        room = self._rooms.take()
        self._tell(room, values)
        self._predict(room.place, ctypes.c_int64(len(X)), place(X), place(outputs))
        self._rooms.give_back(room)
        return outputs

    def row(self, values: Mapping[str, Any], X: Any) -> NDArray[Any] | None:
        """See `Predictor.quick`: into an array whose place is known, and out of another."""
        if type(X) is not np.ndarray or X.shape != (1, self._inputs) or X.dtype.char not in "fd":
            return None
        room = self._rooms.take()
        found = None
        if self._knows(room, values):
            if X.dtype is room.row.dtype:
                room.row[...] = X
            else:
                with np.errstate(over="ignore"):  # what is too large for float32 is seen below
                    room.row[...] = X
            if not self._predict_row(room.place):
                found = room.answer.copy()
        self._rooms.give_back(room)
        return found

    def _knows(self, room: Known, values: Mapping[str, Any]) -> bool:
        """Whether these are the very arrays whose places are known in a room."""
        return values is room.values and all(map(is_, map(values.get, self._names), room.given))

    def _tell(self, room: Known, values: Mapping[str, Any]) -> None:
        """Point to the weights; the compiled function looks at each call whether they changed."""
        if self._knows(room, values):
            return
        room.values = None  # until all of them are known to fit
        all_values = {**self._constants, **values}
        state = [
            fitting(name, all_values.get(name), self._shapes[name], self._dtype)
            for name in self._arrays
        ]
        plain = np.array([float(all_values[name]) for name in self._numbers])
        places = list(map(place, state))
        pointers = (ctypes.c_void_p * len(places))(*places)
        own = list(map(place, (plain, room.row, room.answer)))
        room.kept = places, pointers, own
        self._set_up(room.place, pointers, *own)
        room.given = [state[self._arrays.index(name)] for name in self._names]
        room.values = values


__all__ = ["Predictor"]
