"""A standalone training program as a plan, made once: every language says the same, in this order.

Start values; for each step its rows, then the phases, each with what is reported after it; and at
the end what the trained network predicts. Printers render it, and decide none of it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import NDArray

from syn0.derive import prediction_program
from syn0.printers.base import Printer, UnsupportedError
from syn0.printers.data import Data
from syn0.printers.notes import heading, with_shapes
from syn0.program import Line, Program
from syn0.spec import NetworkSpec, Training

CLOSING = "What the trained network predicts, of all rows."
"""The heading of what follows the last step."""


def digits(figure: str) -> int:
    """The digits in which a figure is printed: twelve of loss and error, as in the tutorial."""
    return 12 if figure in ("loss", "error") else 4


@dataclass(frozen=True)
class Phase:
    """A part of a step.

    Attributes:
        heading: what it is about.
        lines: what runs in every step.
        measured: what runs only in steps that report.
        reports: whether the figures are printed after it: all of them are known then.
    """

    heading: str
    lines: tuple[Line, ...]
    measured: tuple[Line, ...]
    reports: bool


@dataclass(frozen=True)
class Script:
    """The plan.

    Attributes:
        program: what runs, the shapes of products in its notes.
        network, training: what it was derived from.
        data: what it trains on.
        closing: the program that predicts all rows in the end, where the last step leaves no such
            prediction; else None.
    """

    program: Program
    network: NetworkSpec
    training: Training
    data: Data
    closing: Program | None

    @classmethod
    def of(cls, program: Program, network: NetworkSpec, training: Training, data: Data) -> Script:
        """The plan of a derived program on data."""
        rows, closing = len(data.X), closing_program(program, network, training)
        return cls(
            with_shapes(program, rows, training.batch_size),
            network,
            training,
            data,
            closing and with_shapes(closing, rows, None),
        )

    def running(self, program: Program) -> Script:
        """The same plan of another form of its program."""
        return replace(self, program=program)

    @property
    def title(self) -> str:
        """One sentence that says what the program is."""
        kinds = list(dict.fromkeys(layer.activation for layer in self.network.dense))
        return f"A {self.network} neural network ({', '.join(kinds)}), trained by backpropagation."

    @property
    def arrays(self) -> Mapping[str, NDArray[Any]]:
        """The data by the program's names, in its dtype: X and y, and weights of rows if it takes
        some."""
        arrays = {"X": self.data.X, "y": self.data.y}
        if "sample_weight" in self.program.inputs and self.data.sample_weight is not None:
            arrays["sample_weight"] = self.data.sample_weight
        return {name: values.astype(self.program.dtype) for name, values in arrays.items()}

    @property
    def rows(self) -> int:
        """The rows of the data."""
        return len(self.data.X)

    @property
    def steps(self) -> int:
        """The updates of the whole run."""
        return self.training.total_steps(self.rows)

    @property
    def batch_size(self) -> int | None:
        """The rows of a step, of which the last one of an epoch may have fewer; None for all."""
        return self.training.batch_size

    @property
    def batches(self) -> int:
        """The steps of an epoch."""
        return self.training.batches(self.rows)

    @property
    def shuffles(self) -> bool:
        """Whether each epoch draws an order of the rows."""
        return self.batch_size is not None and self.training.shuffle

    @property
    def interval(self) -> int:
        """The steps from one report to the next, as in `Network.train`: every one of these, from
        the first on, reports."""
        return self.training.interval(self.rows)

    @property
    def by_epoch(self) -> bool:
        """Whether the interval is an epoch of several steps."""
        return self.training.counts_epochs and self.batch_size is not None

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The parts of a step, in their order."""
        program = self.program
        idle = {line.target for line in program.measured}  # they bind names of their own
        last = program.measured[-1].phase if idle else "loss"
        return tuple(
            Phase(
                heading(program, name),
                tuple(line for line in program.phase(name) if line.target not in idle),
                tuple(line for line in program.phase(name) if line.target in idle),
                name == last,
            )
            for name in ("forward", "loss", "backward", "update")
        )


class ScriptPrinter(Printer):
    """What prints whole programs in a language, into files with such an ending.

    Attributes:
        searches: whether the language has SciPy's search, which L-BFGS is.
    """

    ending: str
    searches = False

    def script(self, program: Program, network: NetworkSpec, training: Training, data: Data) -> str:
        """A standalone program; UnsupportedError, naming what the language cannot say."""
        if reason := self.cannot_say(program):
            raise UnsupportedError(reason)
        return self.text(Script.of(program, network, training, data))

    def text(self, script: Script) -> str:
        """The text of a plan."""
        raise NotImplementedError

    def cannot_say(self, program: Program) -> str | None:
        """Why the language cannot say a program: what its error would tell. None where it can."""
        if program.pulls and not self.searches:
            return f"the {self.language} printer cannot write L-BFGS, whose search is SciPy's"
        operations = dict.fromkeys(name for line in program.lines for name in line.operations)
        return next((self.lacks(name) for name in operations if not self.says(name)), None)

    def says(self, operation: str) -> bool:
        """Whether the language has a way to say an operation."""
        return True


def prediction_lines(network: NetworkSpec, reduction: str = "sum") -> Program:
    """The program that predicts, without the layers that only training has."""
    layers = tuple(layer for layer in network.layers if not layer.is_random)
    return prediction_program(replace(network, layers=layers), reduction)


def closing_program(program: Program, network: NetworkSpec, training: Training) -> Program | None:
    """The program that predicts, where the last step of training leaves no prediction of all rows:
    it took a batch, masks, noise or statistics of its own, or is a solver's. None where it does, as
    the tutorial's does."""
    prediction = prediction_lines(network, training.reduction)
    computed = [(line.target, line.expression) for line in program.phase("forward")]
    wanted = [(line.target, line.expression) for line in prediction.phase("forward")]
    return None if computed == wanted and not program.pulls else prediction
