"""What languages with loops share: how statements become text, and the parts of a program.

A language gives its templates, the words that its own names begin with, the head of its loops, its
comments, and how it makes room for arrays, defines functions and prints figures. The frame around
the parts is its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from syn0.lower import Array, Entry, Kernel, Let, Loop, Set, Statement, kernels, values_in
from syn0.lower.entries import RULES
from syn0.lower.loops import LOWERED, function_of_entry
from syn0.printers import runtime
from syn0.printers.numpy import NumpyPrinter, indented
from syn0.printers.pretty import INDENT, Assigned, Code, Group, commented, fitted, listed
from syn0.printers.script import CLOSING, Phase, Script, ScriptPrinter
from syn0.program import OPERATIONS, Apply, Expr, Line, Program, check, operations_in
from syn0.program.operations import Dim, Shape
from syn0.spec.words import visible

WIDTH = 100
NOTES = WIDTH - 8
"""How wide comments are, where there is more room."""

SIGNS = {"add": "+=", "multiply": "*=", "divide": "/="}
"""How a number changes by an operation with another one."""


class LoopPrinter(ScriptPrinter):
    """Prints statements in a language whose blocks stand in braces.

    Attributes:
        suffix: of the files that hold its functions, in `runtime`.
        kinds: what a name of a kernel's own begins with, by its kind.
        types: what a name of a kernel's own ends with where it is declared, by its kind.
        when: the head of what only steps that report do.
        head: the head of a loop, a format string over its `index` and `length`.
        infinity: how the number without end is written.
        needed: the pieces of its functions that every program calls.
        indent: how far in the statements of a program stand.
        sign: what a comment begins with.
        all_rows: the statement that takes all rows of the data as those of a step.
    """

    suffix: str
    kinds: Mapping[str, str]
    head: str
    infinity: str
    needed: tuple[str, ...] = ()
    types: Mapping[str, str] = {}
    when: str = "if (step % {interval} == 0)"
    indent: int = 0
    sign = "// "
    all_rows: str

    def frame(self, parts: Parts) -> list[str]:
        """The whole program, line by line."""
        raise NotImplementedError

    def comment(self, text: str, width: int = NOTES) -> list[str]:
        """A comment of one line, or of several; it ends with its line."""
        return commented(visible(text), width, self.sign)

    def array(self, array: Array) -> str:
        """The statement that makes room for an array."""
        raise NotImplementedError

    def data(self, plan: Script) -> list[str]:
        """X, y and weights of rows, written out."""
        note = self.comment(f"The data, one example a row: {plan.data.note}.")
        return [*note, *(self.table(name, values) for name, values in plan.arrays.items())]

    def table(self, name: str, values: NDArray[Any]) -> str:
        """An array of the data."""
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
        """The whole program."""
        return "\n".join(self.frame(Parts(self, script)))

    def says(self, operation: str) -> bool:
        """Whether the language has a way to say an operation, or the lowering leaves none of it."""
        return operation in {*self.templates, *RULES, *LOWERED} or self.calls(operation)

    def lowered(self, program: Program) -> Sequence[Kernel]:
        """The kernels of a program's lines."""
        return kernels(program)

    def formula(self, name: str, program: Program) -> Expr:
        """An activation, or the slope of one, of an entry `z`."""
        return function_of_entry(name, program)

    def code(self, statements: Iterable[Statement], width: int) -> list[str]:
        """Statements as lines of text, of at most so many columns where they can be broken."""
        return [text for statement in statements for text in self.spelled(statement, width)]

    def headed(self, kernel: Kernel, width: int) -> list[str]:
        """A kernel under its line; a copy of a whole array is read in its place instead."""
        head = self.comment(f"{self.title(kernel.line)}: {kernel.line.note}", min(width, NOTES))
        if kernel.copied:
            return [*head, *self.comment(f"({kernel.copied} itself is read)")]
        if not kernel.has_names:
            return [*head, *self.kernel(kernel.statements, width)]
        return [*head, "{", *indented(self.kernel(kernel.statements, width - INDENT)), "}"]

    def kernel(self, statements: Iterable[Statement], width: int) -> list[str]:
        """The statements of a kernel."""
        return self.code(statements, width)

    def title(self, line: Line) -> str:
        """What a kernel is called: its line, as NumPy has it."""
        return NumpyPrinter().statement(line)

    def spelled(self, statement: Statement, width: int) -> list[str]:
        """A statement as lines of text."""
        match statement:
            case Let(name, kind, value):
                start = f"{self.kinds[kind]} {name}{self.types.get(kind, '')} ="
            case Set(place, Apply(sign, (first, value))) if sign in SIGNS and first == place:
                start = f"{self.expression(place)} {SIGNS[sign]}"
            case Set(place, value):
                start = f"{self.expression(place)} ="
            case Array():
                return [self.array(statement)]
            case Loop(index, length, body):
                inner = self.code(body, width - INDENT)
                return self.loop(index, rows_of(length), inner, braces=len(body) > 1)
        return [self.assigned(f"{start} ", self.expression(value), width)]

    def assigned(self, start: str, value: str, width: int) -> str:
        """A statement that gives something a value, which has brackets where it is broken."""
        return fitted(Assigned(start, value, ";"), width)

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
        lowered = printer.lowered(program)
        self.printer, self.width = printer, WIDTH - printer.indent
        self.kernels = {kernel.line: kernel for kernel in lowered}
        bound = dict.fromkeys(kernel.line.target for kernel in lowered if not kernel.copied)
        own = {name: shapes[name] for name in bound if name not in program.inputs}
        self.arrays: dict[str, Shape] = {name: shape for name, shape in own.items() if shape}
        self.numbers = [name for name, shape in own.items() if not shape]
        values = [value for kernel in lowered for value in values_in(kernel.statements)]
        operations = operations_of(values)
        helpers = printer.helpers(operations)
        self.helpers = {name: printer.formula(name, program) for name in helpers}
        self.called = {*operations, *operations_of(self.helpers.values()), *called, *printer.needed}

    def functions(self, *files: str) -> list[str]:
        """The functions that the program calls, with empty lines after them: of files of the
        language's, and those of entries before the last of these."""
        *first, last = (runtime.called(f"{name}.{self.printer.suffix}", self.called)
                        for name in files)  # fmt: skip
        own = [self.printer.function(name, value) for name, value in self.helpers.items()]
        functions = [*(code for pieces in first for code in pieces), *own, *last]
        return [line for function in functions if function for line in (function, "")]

    def code(self, lines: Iterable[Line], width: int) -> list[str]:
        """The kernels of lines, each headed by its line and its note."""
        return [text for line in lines for text in self.printer.headed(self.kernels[line], width)]


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
        return self.code(self.plan.program.phase("init"), self.width)

    def step(self) -> list[str]:
        """The kernels of a step under their headings, and its reports."""
        body, width = list[str](), self.width - INDENT
        for phase in self.plan.phases:
            body += ["", *self.printer.comment(phase.heading), *self.code(phase.lines, width)]
            body += self.reported(phase, width - INDENT)
        return body

    def reported(self, phase: Phase, width: int) -> list[str]:
        """What a phase only reports, and the figures where all are known."""
        body = self.code(phase.measured, width)
        body += self.printer.report(self.plan) if phase.reports else []
        return block(self.printer.when.format(interval=self.plan.interval), body) if body else []

    def closing(self) -> list[str]:
        """A prediction of all rows, and how good it is, where the last step leaves none."""
        closing, printer = self.plan.closing, self.printer
        if closing is None:
            return []
        lines, parts = closing.phase("forward", "loss"), Parts(printer, self.plan.running(closing))
        body = [printer.all_rows, *parts.code(lines, self.width - INDENT)]
        return ["", *printer.comment(CLOSING), "{", *indented(body), "}", printer.last_report()]


def operations_of(values: Iterable[Expr]) -> list[str]:
    """The operations in expressions."""
    return [operation for value in values for operation in operations_in(value)]


def block(head: str, body: list[str]) -> list[str]:
    """Text under a head, in braces."""
    return [f"{head} {{", *indented(body), "}"]


def together(parts: Parts, room: Callable[[Shape], str], number: str) -> list[str]:
    """Declarations of a program's arrays, those of a size together, and of its plain numbers."""
    kinds: dict[str, list[str]] = {}
    for name, shape in parts.arrays.items():
        kinds.setdefault(room(shape), []).append(name)
    kinds |= {number: parts.numbers} if parts.numbers else {}
    return [declared(f"{kind} ", listed(names), ";") for kind, names in kinds.items()]


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


def declared(*parts: str, hang: int = INDENT) -> str:
    """A declaration of such parts, in lines of a readable width."""
    return fitted(Code(*parts), WIDTH, hang=hang)


def inside(*parts: str) -> str:
    """A declaration in a function that stands at the margin."""
    return fitted(Code(*parts), WIDTH - INDENT)
