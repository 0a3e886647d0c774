"""The jax engine: the printed JAX functions, compiled by XLA for the processor, a GPU or a TPU.

JAX is imported when something is to be computed. The settings that it holds for the whole process
stay as they are: 64-bit numbers are enabled around each call alone, so that plain numbers are as
exact as Python's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from syn0.derive.layers import SEED, STEP
from syn0.engines.arrays import checked, fitting
from syn0.engines.base import Arrays, Cost, Figures, Runner, Together, Values
from syn0.engines.devices import (
    AUTO,
    NEAR,
    accelerator_expected,
    find_device,
    jax_missing,
    told_devices,
)
from syn0.engines.jax_program import ENTRIES, MOST_STEPS, JaxProgram, computing, steps_of_a_call
from syn0.engines.numpy import ROWS_AT_ONCE, NumpyRunner
from syn0.engines.stretch import Batches, Stretch
from syn0.engines.work import Work, work_of_a_step
from syn0.printers.base import UnsupportedError
from syn0.program import Program
from syn0.spec.once import once

if TYPE_CHECKING:
    import jax

LINE, SPEED, ENTRY = 5e-6, 1e13, 1e-11
"""As the numpy engine's, on a GPU or a TPU."""

COMPILE, COMPILE_LINE = 3.0, 0.02
"""Seconds in which JAX is imported and a program compiled, and each of its lines."""

ENTRIES_OF_MANY = 2**22
"""Row numbers, or steps, of all networks in step that a call takes at most."""

WORTH_COMPILING = 1e9
"""Multiplications and additions of a prediction up to which NumPy, which compiles nothing, makes
it: a few hundredths of a second."""


class JaxRunner(Runner):
    """Runs a network's programs as functions that XLA compiles.

    They are compiled for batches of one size, when training begins, and again for others. Arrays
    are sent to the device once a training, and kept there until it ends.

    Args:
        device: "auto", "cpu", "gpu" or "tpu".
        matmul_precision: what the factors of matrix products are rounded to; "auto" for nothing.

    Attributes:
        printed: the programs as JAX runs them.

    Raises:
        ValueError: JAX finds no such device.
    """

    compiles, keeps, takes_wishes = True, False, True
    together: Together = "in step"
    name = "jax"
    notice = ""

    def __init__(
        self,
        training: Program,
        prediction: Program,
        rows: int = 0,
        threads: int | None = None,
        device: str = AUTO,
        matmul_precision: str = AUTO,
    ) -> None:
        self._training, self._asked = training, device
        self._numpy = NumpyRunner(training, prediction, rows, threads)
        products = "" if matmul_precision in (AUTO, training.dtype) else matmul_precision
        try:
            if lacking := jax_missing():
                if device not in NEAR:
                    raise ValueError(f"device {device!r} is JAX's: {lacking}")
                raise UnsupportedError(lacking)
            self.printed = JaxProgram.of(training, prediction, products)
            self._functions = self.printed.functions
        except UnsupportedError as error:
            self.name = "numpy"
            self.notice = f"the numpy engine runs this instead of the jax one: {error}"
        else:
            self.device  # noqa: B018  (said now if it is not there)
        numbers = {name for name in training.state if not self._numpy.shapes[name]}
        if self.name != "jax" or training.pulls:
            self.together = "in turn"
        elif numbers - {STEP.name} and training.dtype != "float64":
            self.together = "in turn"  # numbers of each network's own would widen its arrays
        self._sent: tuple[tuple[Any, ...], tuple[Any, ...]] | None = None

    @classmethod
    def missing(cls) -> str:
        return jax_missing()

    @classmethod
    def about(cls) -> list[str]:
        return told_devices()

    @classmethod
    def cost(cls, work: Work, threads: int | None) -> Cost:
        """See `Runner.cost`. On a processor alone it is for those who ask for it."""
        if not accelerator_expected() or jax_missing():
            return Cost(float("inf"))
        step = work.lines * LINE + (work.products / SPEED + work.entries * ENTRY) * work.networks
        return Cost(work.steps * step, COMPILE + work.lines * COMPILE_LINE, "on a GPU or TPU")

    @once
    def device(self) -> Any:
        """The `jax.Device` that computes."""
        return find_device(self._asked)

    @contextmanager
    def at_work(self, rows: int) -> Iterator[None]:
        """See `Runner.at_work`: what was sent to the device stays there until the end."""
        try:
            with self._numpy.at_work(rows):
                yield
        finally:
            self._sent = None

    def train(
        self, values: Values, arrays: Arrays, batches: Batches, *, measure: bool
    ) -> tuple[Values, NDArray[np.float64]]:
        program = self._training
        stretch = Stretch.of(batches, len(arrays["X"]))
        if self.name != "jax" or not len(stretch):
            return self._numpy.train(values, arrays, batches, measure=measure)
        stretch.check(len(arrays["X"]), picks="batch" in program.inputs)
        before = self._checked(values)
        with computing(self.device):
            state = self._put_state(tuple(before[name] for name in program.state))
            given = tuple(before[name] for name in self.printed.names_given)
            sent = self._arrays(arrays)
            figures = []
            for rows, steps in calls(stretch):
                state, measured = self._take(state, sent, given, rows, steps, measure=measure)
                figures.append(measured[:steps])
            after = {n: home(v, before[n]) for n, v in zip(program.state, state, strict=True)}
            measured = np.concatenate([np.asarray(part) for part in figures])
        return after, measured if measure else measured[:0]

    def train_in_step(
        self, values: Sequence[Values], arrays: Arrays, batches: Sequence[Stretch], *, measure: bool
    ) -> tuple[list[Values], NDArray[np.float64]]:
        """See `InStep.train_in_step`: one network's steps, mapped over all."""
        program, names = self._training, self.printed.names_given
        for stretch in batches:
            stretch.check(len(arrays["X"]), picks="batch" in program.inputs)
        before = [self._checked(each) for each in values]
        own, most = own_names(program), ENTRIES_OF_MANY // len(values)
        take_steps = self._functions.compiled_steps_of_many(
            tuple(name in own for name in program.state),
            tuple(name in own for name in names),
            with_rows="batch" in program.inputs,
        )
        with computing(self.device):
            state = self._put(tuple(stacked(before, name, own) for name in program.state))
            given = tuple(stacked(before, name, own) for name in names)
            sent, figures = self._arrays(arrays), []
            for parts in zip(*(calls(stretch, most) for stretch in batches), strict=True):
                steps = parts[0][1]
                rows = None if parts[0][0] is None else np.stack([rows for rows, _ in parts])
                room = steps_of_a_call(1, most) if rows is None else rows.shape[1]
                reports = np.zeros((len(values), room if measure else 1, len(program.reports)))
                state, measured = take_steps(
                    state, reports, sent, given, rows, steps, measure=measure
                )
                figures.append(np.asarray(measured)[:, : steps if measure else 0])
            after = {n: np.asarray(v) for n, v in zip(program.state, state, strict=True)}
        states = [
            {n: home(v[k] if n in own else v, before[k][n]) for n, v in after.items()}
            for k in range(len(values))
        ]
        return states, np.concatenate(figures, axis=1)

    def gradient(self, values: Mapping[str, Any], arrays: Arrays) -> tuple[Figures, Values]:
        if self.name != "jax":
            return self._numpy.gradient(values, arrays)
        program, given = self._training, self._checked(values)
        with computing(self.device):
            figures, pulls = self._functions.compiled_gradient(
                self._put(tuple(given[name] for name in program.state)),
                self._arrays(arrays),
                tuple(given[name] for name in self.printed.names_given),
            )
            found = {n: np.array(pull) for n, pull in zip(program.pulls, pulls, strict=True)}
            return tuple(map(float, figures)), found

    def predict(self, values: Mapping[str, Any], X: NDArray[Any]) -> NDArray[Any]:
        """See `Runner.predict`. Rows go in blocks of few sizes, each of which is compiled once."""
        if self.name != "jax" or not self._worth_it(X):
            return self._numpy.predict(values, X)
        size = min(ROWS_AT_ONCE, 1 << (len(X) - 1).bit_length())
        with computing(self.device):
            weights = self._put(self._weights(values))
            parts = [
                np.asarray(
                    self._functions.compiled_predict(
                        weights, self._put(filled(X[start : start + size], size))
                    )
                )
                for start in range(0, len(X), size)
            ]
        return np.concatenate(parts)[: len(X)]

    def evaluate(
        self, values: Mapping[str, Any], X: NDArray[Any], y: NDArray[Any]
    ) -> tuple[float, float]:
        if self.name != "jax" or not self._worth_it(X):
            return self._numpy.evaluate(values, X, y)
        with computing(self.device):
            loss, error = self._functions.compiled_evaluate(
                self._put(self._weights(values)), *self._put((X, y))
            )
            return float(loss), float(error)

    # What goes to the device and comes back.

    def _put(self, arrays: Any) -> Any:
        import jax

        return jax.device_put(arrays, self.device)

    def _put_state(self, state: tuple[Any, ...]) -> Any:
        return self._put(state)

    def _take(
        self, state: Any, arrays: Any, given: Any, rows: Any, steps: int, *, measure: bool
    ) -> tuple[Any, jax.Array]:
        """Some steps, in one call: the state after them and their reports."""
        import jax.numpy as jnp

        room = MOST_STEPS if rows is None else len(rows)
        reports = jnp.zeros((room if measure else 1, len(self._training.reports)), float)
        after: tuple[Any, jax.Array] = self._functions.compiled_steps(
            state, reports, arrays, given, rows, steps, measure=measure
        )
        return after

    def _arrays(self, arrays: Arrays) -> tuple[Any, ...]:
        """The program's arrays on the device: sent when others come."""
        given = tuple(arrays[name] for name in self._training.arrays)
        sent = self._sent  # looked at once: another thread may set it
        if sent is None or any(a is not b for a, b in zip(sent[0], given, strict=True)):
            rows, shapes = len(arrays["X"]), self.printed.shapes
            fit = tuple(
                fitting(name, array, (rows, *shapes[name][1:]), self._training.dtype)
                for name, array in zip(self._training.arrays, given, strict=True)
            )
            sent = self._sent = given, self._put(fit)
        return sent[1]

    def _checked(self, values: Mapping[str, Any]) -> Values:
        names = (*self._training.state, *self.printed.names_given)
        given = checked(values, names, self.printed.shapes, self._training.dtype)
        return {name: plain(value) for name, value in given.items()}

    def _weights(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        names = self.printed.names_to_predict
        given = checked(values, names, self.printed.shapes, self._training.dtype)
        return tuple(given[name] for name in names)

    def _worth_it(self, X: Any) -> bool:
        """Whether a prediction is large enough to be compiled; sparse rows are for NumPy."""
        products, _ = work_of_a_step(self._training, len(X))
        return isinstance(X, np.ndarray) and products / 3 > WORTH_COMPILING


def calls(
    stretch: Stretch, entries: int = ENTRIES
) -> Iterator[tuple[NDArray[np.int32] | None, int]]:
    """A stretch in calls of steps of one size: the rows of a step in each row, with room for as
    many steps as all calls of that size have, and how many there are. A call takes at most so many
    row numbers."""
    ends = [*(np.flatnonzero(np.diff(stretch.sizes)) + 1).tolist(), len(stretch)]
    first = place = 0
    for end in ends:
        size = int(stretch.sizes[first])
        room = steps_of_a_call(1 if stretch.order is None else size, entries)
        while first < end:
            steps = min(room, end - first)
            if stretch.order is None:
                yield None, steps
            else:
                rows = np.zeros((room, size), np.int32)
                rows[:steps] = stretch.order[place : place + steps * size].reshape(steps, size)
                yield rows, steps
            first, place = first + steps, place + steps * size


def own_names(program: Program) -> set[str]:
    """What networks in step have each for itself: the state, but for the steps taken, and the seed.
    Other numbers stay Python's, which widen no float32 arrays."""
    return {*program.state, SEED.name} - {STEP.name}


def stacked(values: Sequence[Values], name: str, own: set[str]) -> Any:
    """A value of all networks: (networks, …), or the number that is the same for all."""
    return np.stack([each[name] for each in values]) if name in own else values[0][name]


def filled(X: NDArray[Any], rows: int) -> NDArray[Any]:
    """So many rows: those of X, and zeros."""
    return X if len(X) == rows else np.pad(X, ((0, rows - len(X)), (0, 0)))


def plain(value: Any) -> Any:
    """A number as Python's, which widens no arrays; arrays as they are."""
    if isinstance(value, np.ndarray):
        return value
    return int(value) if isinstance(value, int | np.integer) else float(value)


def home(value: Any, before: Any) -> Any:
    """What came of a value on the device, as the value was: an array of its own, or a number."""
    return np.array(value) if isinstance(before, np.ndarray) else type(before)(value)
