"""What languages with loops share: how statements become text, and the parts of a program.

A language gives its templates, the words that its own names begin with, the head of its loops, its
comments, and how it makes room for arrays, defines functions and prints figures. The frame around
the parts is its own.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

from numpy.typing import NDArray

from syn0.lower import Array, Entry, Kernel, Let, Loop, Set, Statement, kernels, values_in
from syn0.lower.entries import RULES
from syn0.lower.loops import LOWERED, function_of_entry
from syn0.printers import runtime
from syn0.printers.base import Printer, UnsupportedError
from syn0.printers.numpy import NumpyPrinter, indented
from syn0.printers.pretty import INDENT, Code, Group, listed
from syn0.printers.pretty import fitted as broken
from syn0.printers.script import CLOSING, Phase, Script, ScriptPrinter
from syn0.program import OPERATIONS, Apply, Expr, Line, Program, check, operations_in
from syn0.program.operations import Dim, Shape

WIDTH = 100

SIGNS = {"add": "+=", "multiply": "*=", "divide": "/="}
"""How a number changes by an operation with another one."""


class LoopPrinter(Printer, ScriptPrinter):
    """Prints statements in a language whose blocks stand in braces.

    Attributes:
        suffix: of the files that hold its functions, in `runtime`.
        kinds: what a name of a kernel's own begins with, by its kind.
        head: the head of a loop, a format string over its `index` and `length`.
        infinity: how the number without end is written.
        needed: the pieces of its functions that every program calls.
        all_rows: the statement that takes all rows of the data as those of a step.
    """

    suffix: str
    kinds: Mapping[str, str]
    head: str
    infinity: str
    needed: tuple[str, ...] = ()
    all_rows: str

    def frame(self, parts: Parts) -> list[str]:
        """The whole program, line by line."""
        raise NotImplementedError

    def comment(self, text: str) -> list[str]:
        """A comment of one line, or of several."""
        raise NotImplementedError

    def array(self, array: Array) -> str:
        """The statement that makes room for an array."""
        raise NotImplementedError

    def function(self, name: str, value: Expr) -> str:
        """A function of an entry `z`."""
        raise NotImplementedError

    def report(self, plan: Script) -> list[str]:
        """The statement that prints a step's figures."""
        raise NotImplementedError

    def last_report(self) -> str:
        """The statement that prints how good the closing prediction is."""
        raise NotImplementedError

    def text(self, script: Script) -> str:
        """The whole program.

        Raises:
            UnsupportedError: what the language has no word for, named.
        """
        if reason := self.cannot_say(script.program):
            raise UnsupportedError(reason)
        return laid_out(self.frame(Parts(self, script)))

    def cannot_say(self, program: Program) -> str | None:
        """Why the language cannot say a program, if it cannot."""
        if program.pulls:
            return f"the {self.language} printer cannot write L-BFGS, whose search is SciPy's"
        operations = (name for x in program.lines for name in operations_in(x.expression))
        unknown = (self.lacks(name) for name in operations if not self.says(name))
        return next(unknown, None)

    def says(self, operation: str) -> bool:
        """Whether the language has a way to say an operation, or the lowering leaves none of it."""
        return operation in {*self.templates, *RULES, *LOWERED} or self.calls(operation)

    def code(self, statements: Iterable[Statement]) -> list[str]:
        """Statements as lines of text."""
        return [text for statement in statements for text in self.spelled(statement)]

    def headed(self, kernel: Kernel) -> list[str]:
        """A kernel under its line; a copy of a whole array is read in its place instead."""
        head = self.comment(f"{self.title(kernel.line)}: {kernel.line.note}")
        if kernel.copied:
            return [*head, *self.comment(f"({kernel.copied} itself is read)")]
        body = self.code(kernel.statements)
        return [*head, *(["{", *indented(body), "}"] if kernel.has_names else body)]

    def title(self, line: Line) -> str:
        """What a kernel is called: its line, as NumPy has it."""
        return NumpyPrinter().statement(line)

    def spelled(self, statement: Statement) -> list[str]:
        """A statement as lines of text."""
        match statement:
            case Let(name, "row" as kind, value):
                start = f"{self.kinds[kind]} {name} = "
                return [declared(start, self.expression(value), ";", hang=0, width=WIDTH - 12)]
            case Let(name, kind, value):
                return [f"{self.kinds[kind]} {name} = {self.expression(value)};"]
            case Array():
                return [self.array(statement)]
            case Loop(index, length, body):
                return self.loop(index, rows_of(length), self.code(body), braces=len(body) > 1)
            case Set(place, Apply(sign, (first, change))) if sign in SIGNS and first == place:
                return [f"{self.expression(place)} {SIGNS[sign]} {self.expression(change)};"]
            case Set(place, value):
                return [f"{self.expression(place)} = {self.expression(value)};"]

    def loop(self, index: str, length: str, body: list[str], *, braces: bool = False) -> list[str]:
        """A loop around statements; a single one needs no braces."""
        head = self.head.format(index=index, length=length)
        return block(head, body) if braces else [head, *indented(body)]

    def number(self, value: float) -> str:
        """As every printer's; the numbers without end have a name."""
        if math.isinf(value):
            return f"{'-' * (value < 0)}{self.infinity}"
        return super().number(value)

    def expression(self, expr: Expr, need: int = 0) -> str:
        """As every printer's, and entries of arrays."""
        if isinstance(expr, Entry):
            return expr.name + "".join(f"[{self.expression(index)}]" for index in expr.indices)
        return super().expression(expr, need)


class Lowered:
    """The kernels of a program, and the functions that they call.

    Attributes:
        arrays, numbers: the names that it binds, in order; arrays with their shapes.
    """

    def __init__(self, printer: LoopPrinter, program: Program, called: Iterable[str] = ()) -> None:
        shapes = check(program)
        lowered = kernels(program, shapes)
        self.printer = printer
        self.kernels = {kernel.line: kernel for kernel in lowered}
        bound = dict.fromkeys(kernel.line.target for kernel in lowered if not kernel.copied)
        own = {name: shapes[name] for name in bound if name not in program.inputs}
        self.arrays: dict[str, Shape] = {name: shape for name, shape in own.items() if shape}
        self.numbers = [name for name, shape in own.items() if not shape]
        values = [value for kernel in lowered for value in values_in(kernel.statements)]
        helpers = printer.helpers(values)
        self.helpers = {name: function_of_entry(name, program) for name in helpers}
        values += self.helpers.values()
        self.called = {operation for value in values for operation in operations_in(value)}
        self.called |= {*called, *printer.needed}

    def functions(self, *files: str) -> list[str]:
        """The functions that the program calls, with empty lines after them: of files of the
        language's, and those of entries before the last of these."""
        *first, last = (runtime.called(f"{name}.{self.printer.suffix}", self.called)
                        for name in files)  # fmt: skip
        own = [self.printer.function(name, value) for name, value in self.helpers.items()]
        functions = [*(code for pieces in first for code in pieces), *own, *last]
        return [line for function in functions for line in (function, "")]

    def code(self, lines: Iterable[Line]) -> list[str]:
        """The kernels of lines, each headed by its line and its note."""
        return [text for line in lines for text in self.printer.headed(self.kernels[line])]


class Parts(Lowered):
    """The parts of a training program.

    Attributes:
        plan: what it says.
        draws: whether it draws from the generator.
    """

    def __init__(self, printer: LoopPrinter, plan: Script) -> None:
        super().__init__(printer, plan.program, ["shuffle"] if plan.shuffles else [])
        self.plan = plan
        drawn = (OPERATIONS[name].drawn for name in self.called if name in OPERATIONS)
        self.draws = plan.shuffles or any(drawn)

    def start(self) -> list[str]:
        """The kernels of start values."""
        return self.code(self.plan.program.phase("init"))

    def step(self) -> list[str]:
        """The kernels of a step under their headings, and its reports."""
        body: list[str] = []
        for phase in self.plan.phases:
            body += ["", *self.printer.comment(phase.heading), *self.code(phase.lines)]
            body += self.reported(phase)
        return body

    def reported(self, phase: Phase) -> list[str]:
        """What a phase only reports, and the figures where all are known."""
        body = self.code(phase.measured)
        body += self.printer.report(self.plan) if phase.reports else []
        return block(f"if (step % {self.plan.interval} == 0)", body) if body else []

    def closing(self) -> list[str]:
        """A prediction of all rows, and how good it is, where the last step leaves none."""
        closing, printer = self.plan.closing, self.printer
        if closing is None:
            return []
        lines = closing.phase("forward", "loss")
        kernels = Parts(printer, self.plan.running(closing)).code(lines)
        body = ["{", *indented([printer.all_rows, *kernels]), "}"]
        return ["", *printer.comment(CLOSING), *body, printer.last_report()]


def block(head: str, body: list[str]) -> list[str]:
    """Text under a head, in braces."""
    return [f"{head} {{", *indented(body), "}"]


def rows_of(dim: Dim) -> str:
    """A length: a number, or the rows of the step."""
    return "rows" if isinstance(dim, str) else str(dim)


def all_rows_of(dim: Dim) -> str:
    """Room for a length: a number, or all rows."""
    return "ROWS" if isinstance(dim, str) else str(dim)


def number_rows(values: NDArray[Any], left: str, right: str) -> Code:
    """Rows of numbers in brackets, whole ones without a point where all are whole."""
    if (values == values.round()).all() and (abs(values) < 2**31).all():
        values = values.astype(int)
    return listed(Code(left, listed(map(str, row)), right) for row in values)


def exact_rows(values: NDArray[Any]) -> Group:
    """A row of numbers, or several, in brackets; exact to the last bit."""
    if values.ndim == 1:
        return listed(map(repr, values.tolist()), "[", "]")
    return listed(map(exact_rows, values), "[", "]")


def laid_out(texts: Iterable[str]) -> str:
    """Lines of a program, none too long."""
    lines = (line for text in texts for line in text.split("\n"))
    return "\n".join(short for line in lines for short in fitted(line))


def fitted(line: str) -> list[str]:
    """A line as it is, or broken at its spaces where it is too long; texts stay whole."""
    if len(line) <= WIDTH or '"' in line or "`" in line:
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.wrap(
        line,
        WIDTH,
        subsequent_indent=f"{indent}    ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def declared(*parts: str, hang: int = INDENT, width: int = WIDTH) -> str:
    """A declaration of such parts, in lines of a readable width."""
    return broken(Code(*parts), width, hang=hang)
