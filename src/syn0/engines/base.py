"""What an engine brings: a file with a class of `Runner`s, and a row in `engines/table.py`.

What an engine does not do itself, it hands to a `NumpyRunner` of its own, as `native.py` does. What
it needs of optional libraries it imports where it is used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from syn0.engines.stretch import Batches, Stretch
from syn0.engines.work import Work
from syn0.program import Program

Values = dict[str, Any]
"""The values of names: arrays, and plain numbers such as the step count `t`."""

Arrays = Mapping[str, NDArray[Any]]
"""The program's inputs that hold an entry a row, by name: X (rows, inputs), y (rows, target
columns) and, where rows are weighted, sample_weight (rows, 1); all in the program's dtype."""

Figures = tuple[float, ...]
"""What a program reports of a step: loss, error and what else there is."""


Together = Literal["in turn", "threads", "in step"]


@dataclass(frozen=True)
class Cost:
    """What a training takes on an engine, in seconds.

    Attributes:
        steps: all of its steps.
        compiling: what comes before them and is kept for further trainings.
        note: on what that stands, such as the number of threads.
    """

    steps: float
    compiling: float = 0.0
    note: str = ""

    def __str__(self) -> str:
        if not self.compiling:
            return f"{self.steps:.2g} s of work"
        return f"{self.steps:.2g} s after {self.compiling:.2g} s of compiling"


class Runner(Protocol):
    """A network's programs, made ready to run on an engine.

    `values` holds the state, the constants and the plain numbers of the program.

    Args:
        training, prediction: the programs.
        rows: the most of a step, where that is known.
        threads: how many may work at once; None for as many as the work is worth.
    """

    compiles: ClassVar[bool]
    """Whether programs are compiled, so that many steps are one call."""
    keeps: ClassVar[bool]
    """Whether what is compiled is kept for the processes to come."""
    together: Together
    """How many networks train best: one after the other; side by side in threads, as calls leave
    Python to others; or all of them in each call, as `InStep` says."""
    takes_wishes: ClassVar[bool]
    """Whether it is made with a `device` and a `matmul_precision` too; others compute on the
    processor, as exactly as the numbers of the program are."""
    name: str
    """Of the engine that does the work: another's where this one cannot."""
    notice: str
    """Why it cannot; "" where it can."""

    def __init__(
        self,
        training: Program,
        prediction: Program,
        rows: int = 0,
        threads: int | None = None,
        **wishes: str,
    ) -> None: ...

    @classmethod
    def missing(cls) -> str:
        """Why the engine cannot run on this machine, and what to do; "" where it can."""

    @classmethod
    def about(cls) -> list[str]:
        """Lines that say what it is, for `syn0 engines`; asked where nothing is missing."""

    @classmethod
    def cost(cls, work: Work, threads: int | None) -> Cost:
        """What a training would take, on so many threads; asked on every machine, so it calls no
        compiler."""

    def make_ready(self, rows: int) -> None:
        """Do what comes before the first step of so many rows, such as compiling, so that threads
        that train side by side do not each do it; nothing, unless an engine says otherwise."""
        return

    def at_work(self, rows: int) -> AbstractContextManager[object]:
        """What to set up around many steps of so many rows."""

    def train(
        self, values: Values, arrays: Arrays, batches: Batches, *, measure: bool
    ) -> tuple[Values, NDArray[np.float64]]:
        """Take one step a batch. Returns the new state and, when `measure`, (steps, reports) from
        before each update, otherwise (0, reports): an array, since so many tuples would set off
        Python's collection of garbage, which takes longer than the steps do. Arrays in `values`
        may be changed in place; plain numbers stay plain, since a NumPy number would widen float32
        arrays (NEP 50)."""

    def gradient(self, values: Mapping[str, Any], arrays: Arrays) -> tuple[Figures, Values]:
        """For a program whose updates are left to a solver: its reports, and the pull of each
        weight by the weight's name."""

    def predict(self, values: Mapping[str, Any], X: NDArray[Any]) -> NDArray[Any]:
        """The (rows, outputs) prediction."""

    def evaluate(
        self, values: Mapping[str, Any], X: NDArray[Any], y: NDArray[Any]
    ) -> tuple[float, float]:
        """The (loss, error) of the prediction for X against y."""


class InStep(Protocol):
    """What else a `Runner` brings that trains networks "in step"."""

    def train_in_step(
        self, values: Sequence[Values], arrays: Arrays, batches: Sequence[Stretch], *, measure: bool
    ) -> tuple[list[Values], NDArray[np.float64]]:
        """As `Runner.train`, of networks that have all taken as many steps, on batches of the same
        sizes: the state of each, and (networks, steps, reports)."""
