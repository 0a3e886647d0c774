"""A prediction program as compiled C, called with a table's rows or with one."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from operator import is_
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.engines.arrays import fitting
from syn0.engines.compiler import library, place
from syn0.engines.rooms import Room, Rooms
from syn0.engines.tiles.kernels import kept_arrays, plain_numbers
from syn0.engines.tiles.source import prediction_source
from syn0.program import Program, check


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
        names = "predict", "predict_row", "set_up", "make_room", "free_room"
        made = library(prediction_source(program, batch), *names)
        self._predict, self._predict_row, self._set_up = made.predict, made.predict_row, made.set_up
        self._arrays = kept_arrays(program, shapes)
        self._numbers = plain_numbers(program, shapes)
        self._constants, self._shapes = constants, shapes
        self._names = [name for name in self._arrays if name not in constants]
        self._dtype = program.dtype
        self._inputs, self._outputs = int(shapes["X"][1]), int(shapes[program.output][1])
        size = self._inputs, self._outputs, self._dtype
        self._rooms = Rooms(lambda: Known(made.make_room, made.free_room, *size))
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
