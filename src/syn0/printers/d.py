"""The D printer: a standalone program, in the loops of the C printer.

It draws the same start weights and batches as NumPy does, and prints the same numbers.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from syn0.lower import Array
from syn0.printers.base import NEGATIVE, Template, infix
from syn0.printers.c import C_TEMPLATES, CPrinter
from syn0.printers.loops import (
    LoopPrinter,
    Parts,
    all_rows_of,
    declared,
    number_rows,
    together,
)
from syn0.printers.numpy import indented
from syn0.printers.script import Script
from syn0.program.operations import Shape

POWER = NEGATIVE + 1

D_TEMPLATES = C_TEMPLATES | {
    "absolute": Template("abs({0})"),
    "as_entry": Template("cast(Real) {0}", NEGATIVE, (POWER,)),
    "key_of": Template("keyOf({0}, {1}, {2})"),
    "least": Template("min({0}, {1})"),
    "modulo": infix("%", 13),
    "normal": Template("standardNormal()"),
    "normal_at": Template("normalAt({0}, {1}, {2})"),
    "power": Template("{0} ^^ {1}", POWER, (POWER + 1, POWER + 1)),
    "random": Template("randomSample()"),
    "random_seed": Template("randomBits()"),
    "square": Template("{0} ^^ 2", POWER, (POWER + 1,)),
    "uniform_at": Template("uniformAt({0}, {1})"),
}


class DPrinter(CPrinter):
    """Prints a program as D for `ldc2 net.d`, or another compiler of it."""

    language, ending, suffix = "d", ".d", "d"
    templates = D_TEMPLATES
    head = "foreach ({index}; 0 .. {length})"
    kinds = {"number": "const", "key": "const", "total": "double", "entry": "Real"}  # noqa: RUF012
    infinity = "Real.infinity"
    all_rows = "const rows = ROWS;"
    comment = LoopPrinter.comment
    result, printing, newline = "Real", "writefln", ""
    order, shuffled = "auto order = iota(ROWS).array;", "shuffle(order);"
    seeded, unseeded = "generator.seed({});", "generator.seed(unpredictableSeed);"

    def frame(self, parts: Parts) -> list[str]:
        """Data, functions, arrays, and `main`."""
        plan = parts.plan
        batch = [f"enum BATCH = {plan.batch_size};"] if plan.batch_size else []
        return [
            *self.comment(plan.title),
            "// ldc2 -O net.d && ./net",
            "import std.algorithm : min, swap;",
            "import std.array : array;",
            "import std.math;",
            "import std.random : Mt19937, unpredictableSeed;",
            "import std.range : iota;",
            "import std.stdio : writefln, writeln;",
            "",
            f"alias Real = {'float' if plan.program.dtype == 'float32' else 'double'};",
            f"enum ROWS = {plan.rows};",
            *batch,
            "",
            *self.data(plan),
            "",
            *parts.functions("functions", "random"),
            *self.names(parts),
            "",
            "void main() {",
            *indented([*self.training(parts), *self.end(plan)]),
            "}",
            "",
        ]

    def array(self, array: Array) -> str:
        """A small array of 0s on the stack, or one that stays."""
        room = f"{self.room(array.shape)} {array.name}"
        return f"{room} = 0;" if array.starts_at_0 else f"static {room};"

    def room(self, shape: Shape) -> str:
        """The type of an array, with room for all rows."""
        return "Real" + "".join(f"[{all_rows_of(dim)}]" for dim in reversed(shape))

    def table(self, name: str, values: NDArray[Any]) -> str:
        """An array of the data."""
        start = f"immutable Real[{values.shape[1]}][ROWS] {name} = ["
        return declared(start, number_rows(values, "[", "]"), "];")

    def names(self, parts: Parts) -> list[str]:
        """The names of the program."""
        return together(parts, self.room, "double")

    def ordered(self) -> list[str]:
        """The statements that put the rows in their own order."""
        return ["foreach (int i; 0 .. ROWS)", "    order[i] = i;"]

    def taken(self, first: str) -> list[str]:
        """The statements that take the rows of a step, from a place in the order on."""
        return [
            f"const batch = order[{first} .. min($, {first} + BATCH)];",
            "const rows = cast(int) batch.length;",
        ]

    def end(self, plan: Script) -> list[str]:
        """The last output."""
        return [
            'writeln("Output after training:");',
            f"foreach (row; {plan.program.output})",
            '    writefln("%( %.8f%)", row[]);',
        ]
