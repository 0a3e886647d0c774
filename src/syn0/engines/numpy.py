"""The numpy engine: it executes the very lines that the NumPy printer prints.

The printed statements are set into functions, so that control comes back between stretches of
steps; nothing else is added to them.
"""

from __future__ import annotations

import linecache
import math
import weakref
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.engines.arrays import checked
from syn0.engines.base import Arrays, Cost, Figures, Runner, Together, Values
from syn0.engines.blas import LIMITS
from syn0.engines.stretch import Batches
from syn0.engines.work import Work
from syn0.printers.numpy import NumpyPrinter, indented
from syn0.program import Program, check

LINE = 1.2e-6
"""Seconds that a line costs by itself in each step, whatever its size."""

SPEED = 1e11
"""Multiplications and additions a second: BLAS on all cores of a small machine."""

ENTRY = 4e-10
"""Seconds that an elementwise operation takes for each entry of its result."""

ONE_THREAD_UP_TO = 1_000_000
"""Multiplications in a matrix product, measured on two cores: see `blas_threads`."""

ROWS_AT_ONCE = 16_384
"""Rows that are predicted together."""


class Printed:
    """The text of two programs, the functions that it defines, the shapes of the training program's
    names, and the numbers in the largest of the weights."""

    def __init__(self, training: Program, prediction: Program) -> None:
        self.shapes = check(training)
        self.widest = max(math.prod(map(int, self.shapes[name])) for name in training.weights)
        self.source = source_text(training, prediction)
        self.functions = executed(self.source, "numpy", self)

    @staticmethod
    @lru_cache(maxsize=32)
    def of(training: Program, prediction: Program) -> Printed:
        """Printed anew only where these programs were not printed lately."""
        return Printed(training, prediction)


def executed(text: str, engine: str, owner: object) -> dict[str, Any]:
    """What a text defines. Python reads the lines of tracebacks from what is kept of it as long as
    its owner is there, so that a failing line shows itself."""
    defined: dict[str, Any] = {}
    file = f"<syn0 {engine} program {id(owner):x}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    weakref.finalize(owner, linecache.cache.pop, file, None)
    exec(compile(text, file, "exec"), defined)  # noqa: S102  (our own text)
    return defined


class NumpyRunner(Runner):
    """Runs a network's training and prediction programs as printed NumPy text, whatever the rows of
    a step.

    Attributes:
        source: the text that is executed.
        shapes: those of the training program's names.
    """

    compiles, keeps, takes_wishes = False, False, False
    together: Together = "in turn"
    name = "numpy"
    notice = ""

    def __init__(
        self, training: Program, prediction: Program, rows: int = 0, threads: int | None = None
    ) -> None:
        self._training, self._prediction, self._threads = training, prediction, threads
        self._printed = Printed.of(training, prediction)
        self.source, self._functions = self._printed.source, self._printed.functions
        self.shapes = self._printed.shapes

    @classmethod
    def missing(cls) -> str:
        """See `Runner.missing`: nothing ever is."""
        return ""

    @classmethod
    def about(cls) -> list[str]:
        return ["always there; it executes the printed program"]

    @classmethod
    def cost(cls, work: Work, threads: int | None) -> Cost:
        step = work.lines * LINE + work.products / SPEED + work.entries * ENTRY
        return Cost(work.steps * work.networks * step)

    def at_work(self, rows: int) -> AbstractContextManager[object]:
        """The threads that the matrix products of so many rows may use."""
        return blas_threads(rows * self._printed.widest, self._threads)

    def train(
        self, values: Values, arrays: Arrays, batches: Batches, *, measure: bool
    ) -> tuple[Values, NDArray[np.float64]]:
        state, measured = self.watched(values, arrays, batches, measure=measure)
        reports = len(self._training.reports)
        return state, np.array(measured, np.float64).reshape(len(measured), reports)

    def watched(
        self, values: Values, arrays: Arrays, batches: Batches, *, measure: bool = True
    ) -> tuple[Values, list[tuple[Any, ...]]]:
        """As `train`, of a program that reports arrays too: for each step what it reports."""
        with np.errstate(all="ignore"):
            found: tuple[Values, list[tuple[Any, ...]]] = self._functions["train"](
                batches=batches, measure=measure, **arrays, **self._given(values)
            )
        return found

    def gradient(self, values: Mapping[str, Any], arrays: Arrays) -> tuple[Figures, Values]:
        with np.errstate(all="ignore"):
            figures, pulls = self._functions["gradient"](**arrays, **self._given(values))
        return tuple(map(float, figures)), pulls

    def predict(self, values: Mapping[str, Any], X: NDArray[Any]) -> NDArray[Any]:
        weights, predict = self._weights(values), self._functions["predict"]
        # Some rows at a time: the hidden layers of all would take many times X's memory.
        with np.errstate(all="ignore"):
            parts = [
                predict(X[start : start + ROWS_AT_ONCE], **weights)
                for start in range(0, max(len(X), 1), ROWS_AT_ONCE)
            ]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def evaluate(
        self, values: Mapping[str, Any], X: NDArray[Any], y: NDArray[Any]
    ) -> tuple[float, float]:
        with np.errstate(all="ignore"):
            loss, error = self._functions["evaluate"](X, y, **self._weights(values))
        return float(loss), float(error)

    def _given(self, values: Mapping[str, Any]) -> Values:
        program = self._training
        names = program.state + program.constants + program.numbers
        return checked(values, names, self.shapes, program.dtype)

    def _weights(self, values: Mapping[str, Any]) -> Values:
        names = [line.target for line in self._prediction.phase("init")]
        return checked(values, names, self.shapes, self._training.dtype)


def blas_threads(multiplications: int, most: int | None) -> AbstractContextManager[object]:
    """Have products take at most so many threads. Small ones stay on one: handing them out gains
    nothing, and on a busy machine the threads wait for each other a hundred times longer than they
    work."""
    if multiplications <= ONE_THREAD_UP_TO:
        most = 1
    return nullcontext() if most is None else LIMITS.at_most(most)


def source_text(training: Program, prediction: Program) -> str:
    """The module that is executed: three functions around the printed lines."""
    printer = NumpyPrinter()
    forward, loss = prediction.phase("forward"), prediction.phase("loss")
    given = ", ".join(line.target for line in prediction.phase("init"))
    functions = {
        **(gradient_function if training.pulls else train_function)(printer, training),
        f"predict(X, {given})": [*printer.statements(forward), f"return {prediction.output}"],
        f"evaluate(X, y, {given})": [*printer.statements(forward + loss), "return loss, error"],
    }
    texts = [f"def {head}:\n" + "\n".join(indented(body)) for head, body in functions.items()]
    return "\n\n\n".join(
        ["import numpy as np", *printer.helper_functions(training.lines), *texts, ""]
    )


def arguments(program: Program) -> str:
    """The names that a step takes from outside."""
    return ", ".join((*program.arrays, *program.state, *program.constants, *program.numbers))


def train_function(printer: NumpyPrinter, program: Program) -> dict[str, list[str]]:
    """The head and the body of a function that takes one step a batch."""
    idle, reports = set(program.measured), ", ".join(program.reports)
    before = [x for x in program.phase("forward", "loss", "backward") if x not in idle]
    step = [
        *printer.statements(before),
        "if measure:",
        *indented([*printer.statements(program.measured), f"measured.append(({reports}))"]),
        *printer.statements(program.phase("update")),
    ]
    body = [
        "measured = []",
        "for batch in batches:",
        *indented(step),
        f"return {{{', '.join(f'{name!r}: {name}' for name in program.state)}}}, measured",
    ]
    return {f"train(batches, measure, {arguments(program)})": body}


def gradient_function(printer: NumpyPrinter, program: Program) -> dict[str, list[str]]:
    """The head and the body of a function that gives the reports and the pulls of a step."""
    lines = program.phase("forward", "loss", "backward", "update")
    pulls = ", ".join(f"{name!r}: {pull}" for name, pull in program.pulls.items())
    body = [*printer.statements(lines), f"return ({', '.join(program.reports)}), {{{pulls}}}"]
    return {f"gradient({arguments(program)})": body}
