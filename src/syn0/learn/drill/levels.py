"""How much of a program is missing, and the file with which one begins."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from syn0.derive import training_program
from syn0.printers import Data, Script
from syn0.printers.numpy import STEP_INDENT, NumpyPrinter
from syn0.printers.script import Phase
from syn0.program import Line, Program
from syn0.spec import NetworkSpec, Training

LEVELS = {
    1: "one line missing",
    2: "the backward lines missing",
    3: "the backward and update lines missing",
    4: "the whole step missing",
    5: "a blank page",
}
BLANK = 5


def check_level(level: object) -> None:
    """ValueError unless there is such a level."""
    if type(level) is not int or level not in LEVELS:
        words = ", ".join(f"{number} ({words})" for number, words in LEVELS.items())
        raise ValueError(f"level must be one of {words}; found {level!r}")


def start_text(network: NetworkSpec, training: Training, data: Data, level: int) -> str:
    """The program with what is missing at a level; at the last only the task, X and y."""
    program = training_program(network, training)
    script = Script.of(program, network, training, data)
    printer = WithGaps(missing(program, level))
    return printer.blank(script) if level == BLANK else printer.text(script)


def missing(program: Program, level: int) -> tuple[Line, ...]:
    """The lines that are to be written."""
    backward = program.phase("backward")
    if level == 1:
        return (next(line for line in backward if line.target.endswith("_delta")),)
    if level == 2:
        return backward
    if level == 3:
        return program.phase("backward", "update")
    return program.phase("forward", "loss", "backward", "update")


class WithGaps(NumpyPrinter):
    """Prints a program without some of its lines, and says where they are to be written."""

    def __init__(self, gaps: Collection[Line]) -> None:
        self.gaps = {(line.target, line.phase) for line in gaps}

    def statements(self, lines: Iterable[Line], indent: int = STEP_INDENT) -> list[str]:
        """The lines, those to be written as remarks."""
        result: list[str] = []
        for line in lines:
            if (line.target, line.phase) in self.gaps:
                result.append(f"# Write here: {line.target} = ")
            else:
                result += super().statements([line], indent)
        return result

    def report_lines(self, phase: Phase, script: Script) -> list[str]:
        """Nothing is reported: what is measured may be missing."""
        return []

    def text(self, script: Script) -> str:
        """The program, which need not end with a prediction of all rows."""
        body = super().text(script)
        return body if len(self.gaps) == 1 else body[: body.index('\nprint("Output after')]

    def blank(self, script: Script) -> str:
        """The task, the data and nothing else."""
        task = [f'"""{line}' if k == 0 else line for k, line in enumerate(self.task(script))]
        return "\n".join([*task, '"""', "", "import numpy as np", "", *self.data_lines(script), ""])

    def task(self, script: Script) -> list[str]:
        """What is to be written, in a few sentences."""
        return [script.title, ""]
