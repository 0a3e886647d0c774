"""What the notations of mathematics share: a program's lines as equations, with their shapes.

An expression is first put into the operations of mathematics (`meant`), alike for every notation:
`math.py` writes them in plain Unicode, `latex.py` and `mathml.py` with templates of their own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from syn0.printers.data import Data
from syn0.printers.notes import lengths_of, product_sizes, sizes
from syn0.printers.script import CLOSING, Script, ScriptPrinter, closing_program
from syn0.program import Apply, Const, Expr, Line, Name, Program, check, formula, names_in
from syn0.program.checker import shape_of
from syn0.program.expressions import apply, log, operations_in, sqrt
from syn0.program.operations import Shape
from syn0.program.tidy import TRUTHS, spelled
from syn0.spec import NetworkSpec, Training

SAME = {"least": "minimum", "random": "uniform", "uniform_like": "uniform", "normal_like": "normal"}
"""Operations that mean the same in mathematics."""

A, B = Name("A"), Name("B")
SIGNS: dict[str, tuple[Expr, str]] = {
    "matmul": (A @ B, "the product of two matrices"),
    "entrywise": (apply("entrywise", A, B), "their product entry by entry, as all else is taken"),
    "transpose": (A.T, "A with its rows as columns"),
    "holds": (apply("holds", A > B), "1 where that is so, else 0"),
    "sum_rows": (apply("sum_rows", A), "the sum over the rows, one for each column"),
    "mean_rows": (apply("mean_rows", A), "the mean over the rows, one for each column"),
    "sum_columns": (apply("sum_columns", A), "the sum over the columns, one for each row"),
    "mean_columns": (apply("mean_columns", A), "the mean over the columns, one for each row"),
    "max_columns": (apply("max_columns", A), "the largest of the columns, one for each row"),
    "uniform": (apply("uniform"), "numbers drawn uniformly from 0 to 1"),
    "normal": (apply("normal"), "numbers drawn from the standard normal distribution"),
    "orthogonal": (apply("orthogonal"), "a random matrix with orthonormal columns, or rows"),
    "change": (apply("change", A), "what is added to A"),
    "becomes": (apply("becomes", A, B), "A is B from here on"),
}
"""What is said of the signs that a program has."""


@dataclass(frozen=True)
class Row:
    """A line: its equation, its shapes, and what it does."""

    equation: str
    shape: str
    words: str


Section = tuple[str, list[Row]]
"""A heading, and what stands below it."""


class EquationPrinter(ScriptPrinter):
    """The base of the notations, which give templates, numbers and a document's form."""

    comma, searches = ", ", True

    def document(self, title: str, given: str, sections: Iterable[Section]) -> str:
        """The whole text: a sentence, what is given, and sections."""
        raise NotImplementedError

    def digits(self, text: str) -> str:
        """A number that has no exponent."""
        return text

    def script(self, program: Program, network: NetworkSpec, training: Training, data: Data) -> str:
        """The equations; their shapes stand beside them, not in their notes."""
        closing = closing_program(program, network, training)
        return self.text(Script(program, network, training, data, closing))

    def text(self, script: Script) -> str:
        """The whole document."""
        program, lengths = script.program, lengths_of(script.rows, script.batch_size)
        steps = "one step" if script.steps == 1 else f"{script.steps:,} steps"
        parts = [
            (program, f"At the start, before {steps}.", program.phase("init")),
            *((program, x.heading, (*x.lines, *x.measured)) for x in script.phases),
        ]
        if closing := script.closing:
            parts.append((closing, CLOSING, closing.phase("forward", "loss")))
        arrays = script.arrays.items()
        given = ", ".join(f"{name}: {'×'.join(map(str, x.shape))}" for name, x in arrays)
        return self.document(
            script.title,
            f"{given}, one example a row; {script.data.note}.",
            [
                *self.legend(program),
                *((heading, self.rows(x, lines, lengths)) for x, heading, lines in parts),
            ],
        )

    def rows(
        self, program: Program, lines: Iterable[Line], lengths: Mapping[str, int]
    ) -> list[Row]:
        """Lines of a program as equations."""
        shapes = check(program)
        found = []
        for line in lines:
            parts = product_sizes(line.expression, shapes, lengths, "×")
            whole = sizes(shapes[line.target], lengths, "×")
            shape = "; ".join(f"({x}) · ({y}) = {z}" for x, y, z in parts) or whole
            found.append(Row(self.equation(line, shapes), shape, line.note))
        return found

    def equation(self, line: Line, shapes: dict[str, Shape]) -> str:
        """A line as an equation, given the shapes of the names that it reads."""
        return self.expression(equation(line, shapes))

    def legend(self, program: Program) -> Iterator[Section]:
        """What the signs and the functions of a program mean."""
        shapes, z = check(program), Name("z")
        lines = [equation(line, shapes) for line in program.lines]
        matrix: dict[str, Shape] = {z.name: ("rows", "units")}
        called = self.helpers(program.operations)
        functions = [apply("equals", apply(f, z), meant(formula(f), matrix)) for f in called]
        used = {name for expr in (*lines, *functions) for name in operations_in(expr)}
        signs = [meaning for operation, meaning in SIGNS.items() if operation in used]
        if signs:
            yield "Signs", [Row(self.expression(sign), "", words) for sign, words in signs]
        if functions:
            yield "Functions", [Row(self.expression(function), "", "") for function in functions]

    def number(self, value: float) -> str:
        """A number; where it is far from 1, with a power of ten."""
        if value < 0:
            return self.expression(apply("negative", -value))
        if value in (math.pi, math.inf):
            return self.name("\u03c0" if value == math.pi else "\u221e")
        digits, _, exponent = spelled(value).partition("e")
        if not exponent:
            return self.digits(digits)
        ten = self.expression(apply("power", 10, int(exponent)))
        return ten if digits == "1" else self.times(self.digits(digits), ten)

    def row(self, values: tuple[float, ...] | tuple[str, ...]) -> str:
        """A row of numbers."""
        numbers = [self.number(float(value)) for value in values]
        return self.in_brackets(self.comma.join(numbers))

    def times(self, *parts: str) -> str:
        """The product of numbers."""
        return self.templates["multiply"].text.format(*parts)


def equation(line: Line, shapes: dict[str, Shape]) -> Expr:
    """A line as an equation; a name that is bound anew is not equal to what it becomes."""
    target = Name(line.target)
    match line.expression:
        case Apply("add", (Name(name), change)) if name == line.target:
            return apply("equals", apply("change", target), meant(change, shapes))
    again = line.target in names_in(line.expression)
    return apply("becomes" if again else "equals", target, meant(line.expression, shapes))


def meant(expr: Expr, shapes: dict[str, Shape]) -> Expr:
    """An expression in the operations of mathematics: products of entries told from those of a
    number, truths as numbers in brackets, no number types."""

    def value(part: Expr) -> Expr:
        match part:
            case Apply("float" | "float32" | "float64", (inner,)):
                return value(inner)
            case Apply("multiply", (left, right)) if all(shape_of(x, shapes) for x in part.args):
                return apply("entrywise", value(left), value(right))
            case Apply("where" | "choose", (condition, left, right)):
                return apply("cases", truth(condition), value(left), value(right))
            case Apply("clip", (inner, low, high)):
                return apply("minimum", apply("maximum", value(inner), value(low)), value(high))
            case Apply("power", (inner, Const(0.5))):
                return sqrt(value(inner))
            case Apply("expm1", (inner,)):
                return apply("exp", value(inner)) - 1
            case Apply("log1p", (inner,)):
                return log(1 + value(inner))
            case Apply(operation) if operation in TRUTHS:
                return apply("holds", truth(part))
            case Apply(operation, args, fixed):
                return Apply(SAME.get(operation, operation), tuple(map(value, args)), fixed)
        return part

    def truth(part: Expr) -> Expr:
        match part:
            case Apply(operation, args) if operation in TRUTHS:
                return Apply(operation, tuple(map(value, args)))
        return value(part)

    return value(expr)
