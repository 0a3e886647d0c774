"""The native engine: the program as C for exactly this network, compiled, loaded and called.

Training runs in the compiled library, a solver's gradients too; predictions and evaluations are the
numpy engine's.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.engines.arrays import checked, fitting
from syn0.engines.base import Arrays, Cost, Figures, Runner, Together, Values
from syn0.engines.compiler import (
    CompilerError,
    expected_seconds,
    find_compiler,
    library,
    place,
    users_folder,
)
from syn0.engines.numpy import NumpyRunner
from syn0.engines.rooms import Room, Rooms
from syn0.engines.stretch import Batches, Stretch
from syn0.engines.threads import ThreadCount, threads_allowed, threads_worth
from syn0.engines.tiles.kernels import kept_arrays, plain_numbers
from syn0.engines.tiles.source import native_source
from syn0.engines.work import Work, work_of_a_step
from syn0.printers.base import UnsupportedError
from syn0.program import Program

LINE, SPEED, ENTRY = 1e-8, 8e10, 1e-10
"""As the numpy engine's; the speed is that of one thread."""

COMPILE, COMPILE_LINE = 0.15, 0.009
"""Seconds in which gcc compiles a program, and each of its lines."""


class Made:
    """A compiled training program: its function, how many threads it takes, and the memory in which
    calls work, so that several threads may train one network.

    Args:
        loaded: the library.
        pace: how many threads calls take.
    """

    def __init__(self, loaded: ctypes.CDLL, pace: ThreadCount) -> None:
        self.train, self.pace = loaded.train, pace
        self.rooms = Rooms(lambda: Room(loaded.make_room, loaded.free_room))


class NativeRunner(Runner):
    """Runs a network's training program as compiled C.

    The library is for batches of one size, and made when training begins; it is made again for
    other sizes. Where there is no compiler, or it fails, the numpy engine trains, and `notice`
    says why.
    """

    compiles, keeps, takes_wishes = True, True, False
    together: Together = "threads"
    name = "native"
    notice = ""

    def __init__(
        self, training: Program, prediction: Program, rows: int = 0, threads: int | None = None
    ) -> None:
        self._training, self._rows, self._threads = training, rows, threads
        self._numpy = NumpyRunner(training, prediction, rows, threads)
        self._shapes = self._numpy.shapes
        self._numbers = plain_numbers(training, self._shapes)
        self._arrays = kept_arrays(training, self._shapes)
        self._made: dict[int, Made] = {}

    @classmethod
    def missing(cls) -> str:
        try:
            find_compiler()
        except CompilerError as error:
            return str(error)
        return ""

    @classmethod
    def about(cls) -> list[str]:
        try:
            kept = f"compiled programs are kept in {users_folder()}"
        except CompilerError as error:
            kept = f"{error}; each process compiles its own"
        return [f"compiled C for exactly one network, by {find_compiler().version}", kept]

    @classmethod
    def cost(cls, work: Work, threads: int | None) -> Cost:
        at_once = min(work.networks, threads or threads_allowed())
        threads = 1 if work.networks > 1 else threads or threads_worth(work.products)
        step = work.products / (SPEED * threads) + work.lines * LINE + work.entries * ENTRY
        compiling = expected_seconds(COMPILE + work.lines * COMPILE_LINE)
        note = f"{threads} {'threads' if threads > 1 else 'thread'}"
        return Cost(work.steps * step * work.networks / at_once, compiling, note)

    def make_ready(self, rows: int) -> None:
        self._function(rows)

    @contextmanager
    def at_work(self, rows: int) -> Iterator[None]:
        """See `Runner.at_work`: the memory that calls worked in is kept until the end."""
        try:
            with self._numpy.at_work(rows):
                yield
        finally:
            for made in [*self._made.values()]:
                made.rooms.empty()

    def train(
        self, values: Values, arrays: Arrays, batches: Batches, *, measure: bool
    ) -> tuple[Values, NDArray[np.float64]]:
        program = self._training
        stretch = Stretch.of(batches, len(arrays["X"]))
        made = self._function(self._largest(stretch)) if len(stretch) else None
        if made is None:
            return self._numpy.train(values, arrays, batches, measure=measure)
        state, numbers = self._kept(values)
        figures = self._call(made, [*state.values()], numbers, arrays, stretch, measure=measure)
        after: Values = {name: state[name] for name in self._arrays if name in program.state}
        for name, number in zip(self._numbers, numbers.tolist(), strict=True):
            if name in program.state:
                after[name] = int(number) if isinstance(values[name], int) else number
        return after, figures

    def gradient(self, values: Mapping[str, Any], arrays: Arrays) -> tuple[Figures, Values]:
        rows = len(arrays["X"])
        made = self._function(rows)
        if made is None:
            return self._numpy.gradient(values, arrays)
        state, numbers = self._kept(values)
        pulls = {name: np.empty_like(state[name]) for name in self._training.pulls}
        places, step = [*state.values(), *pulls.values()], Stretch(np.array([rows]))
        figures = self._call(made, places, numbers, arrays, step, measure=True)
        return tuple(figures[0].tolist()), pulls

    def predict(self, values: Mapping[str, Any], X: NDArray[Any]) -> NDArray[Any]:
        return self._numpy.predict(values, X)

    def evaluate(
        self, values: Mapping[str, Any], X: NDArray[Any], y: NDArray[Any]
    ) -> tuple[float, float]:
        return self._numpy.evaluate(values, X, y)

    def _kept(self, values: Mapping[str, Any]) -> tuple[Values, NDArray[np.float64]]:
        """The arrays, by name and row by row, and the plain numbers that a step takes. A step
        writes there, so what may not be written to is copied."""
        arrays = checked(values, self._arrays, self._shapes, self._training.dtype)
        for name, array in arrays.items():
            if not array.flags.writeable:
                arrays[name] = array.copy()
        return arrays, np.array([float(values[name]) for name in self._numbers])

    def _call(
        self,
        made: Made,
        state: list[NDArray[Any]],
        numbers: NDArray[np.float64],
        arrays: Arrays,
        stretch: Stretch,
        *,
        measure: bool,
    ) -> NDArray[np.float64]:
        """Run the compiled function on arrays and numbers, which it changes; the steps' reports."""
        program, steps = self._training, len(stretch)
        threads = self._threads or made.pace.threads(steps)
        began = time.perf_counter()
        places = list(map(place, state))
        pointers = (ctypes.c_void_p * len(places))(*places)
        figures = np.zeros((steps if measure else 0, len(program.reports)))
        rows = len(arrays["X"])
        shapes = {name: (rows, *self._shapes[name][1:]) for name in program.arrays}
        given = [fitting(n, arrays[n], shape, program.dtype) for n, shape in shapes.items()]
        stretch.check(rows, picks="batch" in program.inputs)
        order = stretch.sizes if stretch.order is None else stretch.order
        room = made.rooms.take()
        failed = made.train(
            room.place,
            ctypes.c_int64(steps),
            place(np.ascontiguousarray(stretch.sizes, np.int64)),
            place(np.ascontiguousarray(order, np.int32)),
            ctypes.c_int(measure),
            place(figures),
            place(numbers),
            pointers,
            ctypes.c_int(threads),
            *map(place, given),
        )
        made.rooms.give_back(room)
        made.pace.took(threads, steps, time.perf_counter() - began)
        if failed:
            raise MemoryError("not enough memory to train")
        return figures

    def _largest(self, stretch: Stretch) -> int:
        """The most rows of a step, for which the library has room: the same ones for every part of
        a training, since sums are rounded in an order that depends on them."""
        largest = int(stretch.sizes.max())
        if stretch.order is None:
            return largest
        largest = max(self._rows, largest)
        return next((size for size in self._made if size >= largest), largest)

    def _function(self, batch: int) -> Made | None:
        """What is compiled for batches of up to so many rows; None where it cannot be made, and the
        numpy engine's functions are to be taken."""
        if batch not in self._made and self.name == "native":
            flops, _ = work_of_a_step(self._training, batch)
            threads = self._threads or threads_worth(flops)
            names = "train", "make_room", "free_room"
            try:
                loaded = library(native_source(self._training, batch, threads), *names)
                self._made[batch] = Made(loaded, ThreadCount(threads, flops))
            except (CompilerError, UnsupportedError) as error:
                self.name = "numpy"
                self.notice = f"the numpy engine runs this instead of the native one: {error}"
        return self._made.get(batch)
