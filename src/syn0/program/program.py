"""A program: the lines of a network's training, in the order in which they run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from syn0.program.expressions import Expr, names_in
from syn0.program.operations import Shape

PHASES = ("init", "forward", "loss", "backward", "update")


@dataclass(frozen=True)
class Line:
    """One line: `target = expression`.

    Attributes:
        target: the name that it binds.
        expression: what it computes.
        phase: "init" lines run once; the others in every step, in the order of `PHASES`.
        layer: the layer that it belongs to; 0 is the input.
        note: what it does, in a few words for a learner.
    """

    target: str
    expression: Expr
    phase: str
    layer: int
    note: str


@dataclass(frozen=True)
class Program:
    """Lines, with the shapes of the inputs that they start from.

    Attributes:
        lines: ordered by phase.
        inputs: shape of each input: X, y and, with mini-batches, the row numbers `batch`.
        output: the name that holds the prediction.
        dtype: "float64" or "float32".
        seed: of the generator that the `random` operations draw from; None for a fresh one.
    """

    lines: tuple[Line, ...]
    inputs: Mapping[str, Shape]
    output: str
    dtype: str
    seed: int | None

    def phase(self, *phases: str) -> tuple[Line, ...]:
        """The lines of the given phases."""
        return tuple(line for line in self.lines if line.phase in phases)

    @cached_property
    def state(self) -> tuple[str, ...]:
        """What training changes and a model keeps: names of "init" that updates bind again."""
        return tuple(line.target for line in self.phase("init") if line.target in self._updated)

    @cached_property
    def weights(self) -> tuple[str, ...]:
        """The learned arrays: the part of the state that the forward lines read."""
        forward = set(reads(self.phase("forward")))
        return tuple(name for name in self.state if name in forward)

    @cached_property
    def constants(self) -> tuple[str, ...]:
        """Numbers that "init" binds and nothing changes, such as `alpha`."""
        init = (line.target for line in self.phase("init"))
        return tuple(name for name in init if name not in self._updated)

    @cached_property
    def measured(self) -> tuple[Line, ...]:
        """Lines that only report: those of the loss that neither backward nor update reads."""
        needed = set(reads(self.phase("backward", "update")))
        return tuple(line for line in self.phase("loss") if line.target not in needed)

    @property
    def _updated(self) -> set[str]:
        return {line.target for line in self.phase("update")}

    def replaced(self, lines: Iterable[Line]) -> Program:
        """The same program with other lines."""
        return replace(self, lines=tuple(lines))


def reads(lines: Iterable[Line]) -> Iterable[str]:
    """Every name that the lines read, with repeats."""
    for line in lines:
        yield from names_in(line.expression)
