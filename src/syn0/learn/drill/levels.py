"""How much of a program is missing, and the file with which one begins."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from syn0.derive import loss_of, training_program
from syn0.printers import Data, Script
from syn0.printers.numpy import STEP_INDENT, NumpyPrinter
from syn0.printers.script import Phase
from syn0.program import Line, Program
from syn0.spec import SGD, Dense, NetworkSpec, Training

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
                result.append(f"# Write here: {line.target} = ...")
            else:
                result += super().statements([line], indent)
        return result

    def step_lines(self, script: Script, *, reporting: bool = True) -> list[str]:
        """The lines of a step; where all are missing, something that stands for them."""
        body = super().step_lines(script, reporting=reporting)
        return body if any(line and line[0] != "#" for line in body) else [*body, "", "pass"]

    def report_lines(self, phase: Phase, script: Script) -> list[str]:
        """Nothing is reported: what is measured may be missing."""
        return []

    def text(self, script: Script) -> str:
        """The program, which need not end with a prediction of all rows."""
        body = super().text(script)
        return body if len(self.gaps) == 1 else body[: body.index('\nprint("Output after')]

    def blank(self, script: Script) -> str:
        """The task, the data and nothing else."""
        words = [f"Drill: {title(script.network, script.training)}.", "", *TASK]
        facts = [f"- {fact}" for fact in facts_of(script.network, script.training)]
        task = "\n".join([*words, "", *facts])
        return "\n".join(
            [f'"""{task}\n"""', "", "import numpy as np", "", *self.data_lines(script), ""]
        )


TASK = (
    "Write the program that trains this network, from memory: start weights, and a loop",
    "whose every step goes forward, takes the error back, and updates. Names are yours to",
    "choose, and any way of writing will do. Keep X and y. Each array is checked.",
)


def title(network: NetworkSpec, training: Training) -> str:
    """The network in a few words, with what is unlike the tutorial's."""
    words = list(dict.fromkeys(layer.activation for layer in network.dense))
    words += ["bias"] if any(layer.bias for layer in network.dense) else []
    words += dict.fromkeys(type(x).__name__ for x in network.layers if not isinstance(x, Dense))
    words += [] if network.loss == "squared_error" else [str(network.loss)]
    words += [f"batches of {training.batch_size}"] if training.batch_size else []
    words += ["averaged"] if training.reduction == "mean" else []
    if training.optimizer != SGD():
        words.append(shown(training.optimizer))
    words += [f"{name} {getattr(training, name)}" for name in turned(training)]
    return f"a {network} network ({', '.join(words)})"


def facts_of(network: NetworkSpec, training: Training) -> list[str]:
    """All that one must know to write the program, one fact a line."""
    facts, number = [], 0
    for layer in network.layers:
        if isinstance(layer, Dense):
            number += 1
            bias = "a bias each, from 0" if layer.bias else "no bias"
            units = f"{layer.units} unit{'s' * (layer.units > 1)}"
            facts.append(f"l{number}: {units}, {layer.activation}, {bias}")
            if layer.init != Dense(1).init:
                facts.append(f"    its weights start as {layer.init} has them")
        else:
            facts.append(f"    then {shown(layer)}")
    even = all(layer.init == Dense(1).init for layer in network.dense)
    starts = "evenly distributed from -1 to 1" if even else "as said above"
    sums = "averaged" if training.reduction == "mean" else "summed"
    rows = "all rows" if training.batch_size is None else f"{training.batch_size} rows"
    order = ", in a new order each epoch" if training.batch_size and training.shuffle else ""
    further = [f"{name} = {getattr(training, name)}" for name in turned(training)]
    return [
        *facts,
        f"start weights {starts}",
        f"loss: {loss_of(network).row.words}; updates {sums} over the rows",
        f"each step takes {rows}{order}",
        f"updates by {shown(training.optimizer)}",
        *further,
    ]


def shown(description: object) -> str:
    """A description with those of its settings that are not 0: "SGD, learning_rate 0.5"."""
    knobs = getattr(description, "KNOBS", {})
    held = {name: getattr(description, name) for name in knobs}
    settings = [f"{name} {value}" for name, value in held.items() if value]
    return ", ".join([type(description).__name__, *settings])


SAID_ELSEWHERE = ("steps", "epochs", "optimizer", "batch_size", "shuffle", "reduction")


def turned(training: Training) -> list[str]:
    """The further knobs of a training that are not as they usually are."""
    knobs = Training.KNOBS.items()
    return [
        name
        for name, knob in knobs
        if name not in SAID_ELSEWHERE
        and not name.startswith("report")
        and getattr(training, name) != knob.default
    ]
