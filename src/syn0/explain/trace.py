"""One step, line by line: every value, and the parts that it was made of.

The reference interpreter takes the step, so a trace is not a picture of what a program computes but
its definition; the numpy engine gives the same bits.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from syn0.engines import Arrays, Batch
from syn0.engines.numpy import blas_threads
from syn0.explain.text import array_text, dtype_of, frame, shape_of, shortened, span, table
from syn0.printers.numpy import NumpyPrinter
from syn0.program import Apply, Expr, Line, Name, Program, evaluate, names_in
from syn0.program.interpreter import walk
from syn0.spec.checks import choice
from syn0.spec.doors import door, doors
from syn0.spec.once import once

if TYPE_CHECKING:
    from syn0.explain.contributions import Contributions
    from syn0.explain.slopes import Slopes

PRINTER = NumpyPrinter()
"""Says lines as `syn0 write` does."""

LONGEST_LINE = 46
"""Characters of a line of the program in a table."""


@dataclass(frozen=True, eq=False)
class Part:
    """A part of a line.

    Attributes:
        expression: of the program.
        value: what it comes to.
        children: the parts that it is made of, from left to right.
    """

    expression: Expr
    value: Any
    children: tuple[Part, ...] = ()

    @property
    def text(self) -> str:
        """What the program says: "l0 @ syn0"."""
        return str(PRINTER.expression(self.expression))

    @property
    def operation(self) -> str:
        """The name in the operations' table, such as "matmul" or "sigmoid"; "name" or "number" for
        what is not made of anything."""
        if isinstance(self.expression, Apply):
            return self.expression.operation
        return "name" if isinstance(self.expression, Name) else "number"

    def __repr__(self) -> str:
        rows = [
            [shortened("  " * depth + part.text, 60), shape_of(part.value), span(part.value)]
            for depth, part in self.walk()
        ]
        return "\n".join(table(["part", "shape", "values"], rows, left=3))

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Part]]:
        """This part and all within it, each with how deep it lies; outer ones first."""
        yield depth, self
        for child in self.children:
            yield from child.walk(depth + 1)

    def to_frame(self) -> Any:
        """A pandas DataFrame with a row for each part, outer ones first."""
        parts = [*self.walk()]
        return frame(
            {
                "depth": [depth for depth, _ in parts],
                "part": [part.text for _, part in parts],
                "operation": [part.operation for _, part in parts],
                "shape": [np.shape(part.value) for _, part in parts],
                "value": [part.value for _, part in parts],
            }
        )


def part_of(expr: Expr, values: Mapping[str, Any]) -> Part:
    """An expression as a part, with the parts within it; evaluated by the interpreter."""
    if not isinstance(expr, Apply) or not expr.args:
        return Part(expr, evaluate(expr, values))
    children = tuple(part_of(arg, values) for arg in expr.args)
    # What is evaluated already stands under names that no program has.
    known = {f"#{k}": child.value for k, child in enumerate(children)}
    value = evaluate(Apply(expr.operation, tuple(map(Name, known)), expr.fixed), known)
    return Part(expr, value, children)


@dataclass(frozen=True, eq=False)
class TracedLine:
    """One line of a step, and what it bound.

    Attributes:
        number: its place in the step, counted from 1.
        line: of the program: target, expression, phase, layer and note.
        value: what it bound.
        reads: the values of the names that it reads, in the order in which they stand in it.
        before: what its target held before; None where it is bound for the first time.
        work: multiplications in the step's largest product: by them the products' threads are
            chosen, on which their rounding hangs.
    """

    number: int
    line: Line
    value: Any
    reads: Mapping[str, Any]
    before: Any = None
    work: int = 0

    @property
    def target(self) -> str:
        """The name that it binds."""
        return self.line.target

    @property
    def phase(self) -> str:
        """ "forward", "loss", "backward" or "update"."""
        return self.line.phase

    @property
    def note(self) -> str:
        """What it does, in a few words."""
        return self.line.note

    @property
    def layer(self) -> int:
        """The layer that it belongs to; 0 are the inputs."""
        return self.line.layer

    @property
    def text(self) -> str:
        """The line as `syn0 write` prints it."""
        return str(PRINTER.statement(self.line))

    @property
    def shape(self) -> tuple[int, ...]:
        """The value's shape; () for a number."""
        return np.shape(self.value)

    @property
    def dtype(self) -> str:
        """The value's type: "float64", "bool"; of a plain number "float" or "int"."""
        return dtype_of(self.value)

    @once
    def part(self) -> Part:
        """The whole right side of the line, taken apart."""
        with np.errstate(all="ignore"), blas_threads(self.work, None):
            return part_of(self.line.expression, self.reads)

    @property
    def products(self) -> tuple[Part, ...]:
        """The matrix products in it, from left to right, each with its two operands."""
        return tuple(part for _, part in self.part.walk() if part.operation == "matmul")

    def __repr__(self) -> str:
        where = f"{self.phase}, line {self.number}"
        head = f"{self.text}\n  {self.note} ({where})"
        kind = f"{self.target}: {shape_of(self.value)} {self.dtype}, {span(self.value)}"
        lines = [head, "", kind if self.shape else kind.rsplit(",", 1)[0], array_text(self.value)]
        if self.part.children:
            lines += ["", repr(self.part)]
        return "\n".join(lines)

    def to_frame(self) -> Any:
        """A pandas DataFrame of the value: a row an example where it has one for each."""
        array = np.atleast_1d(self.value)
        matrix = array[:, np.newaxis] if array.ndim == 1 else array
        return frame({f"{self.target}[{k}]": column for k, column in enumerate(matrix.T)})


@doors
@dataclass(frozen=True, eq=False)
class Trace:
    """One training step: every line with its value, in order.

    `trace["l1"]` is a value after the step, `trace.line("l1")` the line that bound it.

    Attributes:
        program: whose lines these are.
        step: which step it is, counted from 0.
        rows: (batch,) the numbers of the data's rows that it takes.
        lines: in the order in which they run.
        start: what is given before the first of them, by name: the data, the weights, what the
            optimizer remembers, and constants.
    """

    program: Program
    step: int
    rows: NDArray[np.intp]
    lines: tuple[TracedLine, ...]
    start: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        """The value that a name has after the step.

        Raises:
            ValueError: no line binds it; the message lists what there is.
        """
        return self.values[choice("name", name, self.values)]

    @once
    def values(self) -> dict[str, Any]:
        """Every name's value after the step."""
        return {**self.start, **{line.target: line.value for line in self.lines}}

    def line(self, name: str) -> TracedLine:
        """The line that binds a name; of a weight that is changed more than once, the last.

        Raises:
            ValueError: no line of the step binds it; the message lists those that are bound.
        """
        bound = {line.target: line for line in self.lines}
        return bound[choice("line", name, bound)]

    def phase(self, *phases: str) -> tuple[TracedLine, ...]:
        """The lines of the given phases."""
        return tuple(line for line in self.lines if line.phase in phases)

    def contributions(self, name: str, *place: int) -> Contributions:
        """The split of one weight's update over the examples of the step.

        Args:
            name: of a learned array, such as "syn0" or "bias1".
            place: of the entry: `contributions("syn0", 2, 1)`, `contributions("bias0", 3)`.

        Raises:
            TypeError, ValueError: there is no such array or entry; the message says what there is.
        """
        from syn0.explain.contributions import contributions

        return contributions(self, name, place)

    def slopes(self) -> Slopes:
        """Where each unit sits on its activation's curve, for each row of the step."""
        from syn0.explain.slopes import slopes

        return slopes(self)

    @property
    def finite(self) -> bool:
        """Whether every number in it is finite."""
        return all(np.isfinite(line.value).all() for line in self.lines)

    def __repr__(self) -> str:
        count = f"{len(self.rows):,} row{'s' * (len(self.rows) != 1)}"
        rows = [
            [line.phase, shortened(line.text, LONGEST_LINE), shape_of(line.value), span(line.value)]
            for line in self.lines
        ]
        for above, below in zip(rows[-2::-1], rows[:0:-1], strict=True):
            if above[0] == below[0]:
                below[0] = ""
        body = table(["phase", "line", "shape", "values"], rows, left=4)
        return "\n".join([f"step {self.step:,}: {count}, {len(self.lines)} lines", *body])

    def to_frame(self) -> Any:
        """A pandas DataFrame with a row for each line."""
        names = ("target", "phase", "layer", "shape", "dtype", "note", "value")
        columns = {name: [getattr(line, name) for line in self.lines] for name in names}
        return frame({"line": [line.text for line in self.lines], **columns})


@door
def trace_step(
    program: Program,
    values: Mapping[str, Any],
    arrays: Arrays,
    batch: Batch = None,
    *,
    step: int = 0,
    rows: int | None = None,
) -> Trace:
    """Take one step line by line. Nothing is changed; nothing is copied either: what `values` and
    `arrays` hold must stay as it is while the trace is looked at.

    Args:
        program: of the training.
        values: its state, constants and plain numbers, by name.
        arrays: X, y and the like, by name, in the program's dtype.
        batch: (batch,) the row numbers of the step, for a program that takes mini-batches.
        step: the number that the trace shall bear.
        rows: the most rows that a step of this training takes, by which an engine chooses how many
            threads multiply; by default those of this step.
    """
    count = len(arrays["X"]) if batch is None else len(batch)
    widest = max(math.prod(np.shape(values[name])) for name in program.weights)
    work = widest * (count if rows is None else rows)
    start = {**values, **arrays} | ({} if batch is None else {"batch": batch})
    bound, lines = dict(start), []
    with blas_threads(work, None):
        steps = program.phase("forward", "loss", "backward", "update")
        for place, (line, value) in enumerate(walk(steps, start), 1):
            reads = {name: bound[name] for name in names_in(line.expression)}
            lines.append(TracedLine(place, line, value, reads, bound.get(line.target), work))
            bound[line.target] = value
    taken = np.arange(count) if batch is None else np.asarray(batch, np.intp)
    return Trace(program, step, taken, tuple(lines), start)
