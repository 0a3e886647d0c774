"""A program: the lines of a network's training, in the order in which they run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from syn0.program.expressions import Expr, names_in, operations_in
from syn0.program.operations import Shape
from syn0.spec.once import once

PHASES = ("init", "prepare", "forward", "loss", "backward", "update", "answer")


@dataclass(frozen=True)
class Line:
    """One line: `target = expression`.

    Attributes:
        target: the name that it binds.
        expression: what it computes.
        phase: "init" lines run once; the others in every step, in the order of `PHASES`. "prepare"
            and "answer" are a trained model's: from columns to inputs, and from outputs to answers.
        layer: the layer that it belongs to; 0 is the input.
        note: what it does, in a few words for a learner.
    """

    target: str
    expression: Expr
    phase: str
    layer: int
    note: str

    @once
    def operations(self) -> tuple[str, ...]:
        """The operations in its expression, each once: every language asks for them."""
        return tuple(dict.fromkeys(operations_in(self.expression)))


@dataclass(frozen=True, eq=False)  # each is itself: what is made of one can be kept by it
class Program:
    """Lines, with the shapes of the inputs that they start from.

    Attributes:
        lines: ordered by phase.
        inputs: shape of each input: X and y; with mini-batches also the row numbers `batch`, with
            weighted rows `sample_weight`, and with a schedule that ends the number of `steps`.
        output: the name that holds the prediction.
        weights: the arrays that a model predicts with: what it learns, and running statistics.
        reports: the names whose values are reported: the loss, the error and what else there is.
        dtype: "float64" or "float32".
        seed: of the generator that the `random` operations draw from; None for a fresh one.
    """

    lines: tuple[Line, ...]
    inputs: Mapping[str, Shape]
    output: str
    weights: tuple[str, ...]
    reports: tuple[str, ...]
    dtype: str
    seed: int | None

    def phase(self, *phases: str) -> tuple[Line, ...]:
        """The lines of the given phases."""
        return tuple(line for line in self.lines if line.phase in phases)

    @once
    def state(self) -> tuple[str, ...]:
        """What training changes and a model keeps: the weights, and the other names of "init" that
        updates bind again."""
        kept = {*self.weights, *(line.target for line in self.phase("update"))}
        return tuple(line.target for line in self.phase("init") if line.target in kept)

    @once
    def constants(self) -> tuple[str, ...]:
        """Numbers that "init" binds and nothing changes, such as `alpha`."""
        state = set(self.state)
        return tuple(x.target for x in self.phase("init") if x.target not in state)

    @once
    def arrays(self) -> tuple[str, ...]:
        """The inputs that hold one entry a row of the data."""
        return tuple(name for name, shape in self.inputs.items() if shape[:1] == ("rows",))

    @once
    def numbers(self) -> tuple[str, ...]:
        """The inputs that are plain numbers."""
        return tuple(name for name, shape in self.inputs.items() if shape == ())

    @once
    def pulls(self) -> dict[str, str]:
        """The name of the pull that the updates bind for each weight, for a solver; empty
        where the updates themselves change the weights."""
        bound = {line.target for line in self.phase("update")}
        waiting = [name for name in self.weights if name not in bound]
        return {name: f"{name}_update" for name in waiting if f"{name}_update" in bound}

    @once
    def measured(self) -> tuple[Line, ...]:
        """Lines that only report: those of "loss" and "backward" on which no update depends, nor a
        solver, which needs the loss."""
        needed = {*reads(self.phase("update")), *(["loss"] if self.pulls else [])}
        idle = []
        for line in reversed(self.phase("loss", "backward")):
            if line.target in needed:
                needed.update(reads([line]))
            else:
                idle.append(line)
        return tuple(reversed(idle))

    @once
    def operations(self) -> tuple[str, ...]:
        """Every operation of the lines, in order of first use: each language is asked for them."""
        return tuple(dict.fromkeys(name for line in self.lines for name in line.operations))

    def replaced(self, lines: Iterable[Line]) -> Program:
        """The same program with other lines."""
        return replace(self, lines=tuple(lines))


def reads(lines: Iterable[Line]) -> Iterable[str]:
    """Every name that the lines read, with repeats."""
    for line in lines:
        yield from names_in(line.expression)
