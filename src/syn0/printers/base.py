"""What every printer shares: expressions become text, with brackets only where they are needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from syn0.printers.pretty import Assigned, Made
from syn0.program import Apply, Const, Expr, Line, Name, formula, is_helper, operations_in
from syn0.program.tidy import spelled

ATOM = 100
"""The binding strength of a name, a number or a call: never bracketed."""

NEGATIVE = 14
"""The binding strength of a minus sign before a number, as of one before an expression."""


class UnsupportedError(Exception):
    """A printer's language has no way to say an operation; the message names both."""


@dataclass(frozen=True)
class Template:
    """How an operation is written.

    Attributes:
        text: a format string over the arguments, or all of them as `parts` (and `fixed`, the shape
            of a new array).
        strength: how tightly the result binds.
        needs: how tightly each argument must bind to stand without brackets; 0 for all if empty.
    """

    text: str
    strength: int = ATOM
    needs: tuple[int, ...] = ()


def infix(symbol: str, strength: int) -> Template:
    """A binary operator that groups from the left, as + and * do."""
    return Template(f"{{0}} {symbol} {{1}}", strength, (strength, strength + 1))


class Printer:
    """The base of the printers; a language gives its templates and its kind of number."""

    language: str
    templates: Mapping[str, Template]

    def number(self, value: float) -> str:
        """A constant, as short as it stays exact."""
        return spelled(value)

    def row(self, values: tuple[float, ...] | tuple[str, ...]) -> str:
        """A row of numbers or texts."""
        raise UnsupportedError(f"the {self.language} printer cannot write a row of numbers")

    def shape(self, fixed: tuple[int, ...]) -> str:
        """The shape of a new array."""
        return str(fixed)

    def expression(self, expr: Expr, need: int = 0) -> str:
        """`expr` as text, in brackets if it binds less tightly than `need`; a call or an operation
        knows where it may be broken."""
        match expr:
            case Apply(operation, args, fixed):
                template = self.template(operation)
                needs = template.needs or (0,) * len(args)
                parts = [self.expression(a, n) for a, n in zip(args, needs, strict=True)]
                form = template.text
                if fixed:
                    form = form.replace("{fixed}", self.shape(fixed))
                if "{parts}" in form:
                    form = form.replace("{parts}", ", ".join(f"{{{k}}}" for k in range(len(args))))
                code = Made(form, *parts)
                return self.in_brackets(code) if template.strength < need else code
            case Name(name):
                return self.name(name)
            case Const(value) if isinstance(value, tuple):
                return self.row(value)
            case Const(float() | int() as value):
                text = self.number(value)
                return self.in_brackets(text) if value < 0 and need > NEGATIVE else text
        raise TypeError(f"{expr!r} is not an expression")

    def name(self, name: str) -> str:
        """A name of the program's."""
        return name

    def in_brackets(self, code: str) -> str:
        """A part that binds less tightly than what stands around it."""
        return Made("({0})", code)

    def template(self, operation: str) -> Template:
        """How `operation` is written; activations are calls of a helper of the same name."""
        if operation in self.templates:
            return self.templates[operation]
        if is_helper(operation):
            return Template(f"{operation}({{0}})")
        raise UnsupportedError(self.lacks(operation))

    def lacks(self, operation: str) -> str:
        """What the error says about an operation that the language has no way to say."""
        return f"the {self.language} printer cannot write the operation {operation!r}"

    def statement(self, line: Line) -> str:
        """A line as text, which may be broken where it is too long; what is added to its own target
        or multiplies it is written with `+=` or `*=`."""
        match line.expression:
            case Apply("add", (Name(name), change)) if name == line.target:
                return Assigned(f"{line.target} += ", self.expression(change), "")
            case Apply("multiply", (Name(name), change)) if name == line.target:
                return Assigned(f"{line.target} *= ", self.expression(change), "")
        return Assigned(f"{line.target} = ", self.expression(line.expression), "")

    def helpers(self, operations: Iterable[str]) -> list[str]:
        """The activations and slopes among operations that the language lacks, in order of first
        use, each after those that it calls itself."""
        found: dict[str, None] = {}

        def visit(operations: Iterable[str]) -> None:
            for operation in dict.fromkeys(operations):
                if operation not in found and self.calls(operation):
                    visit(operations_in(formula(operation)))
                    found[operation] = None

        visit(operations)
        return list(found)

    def calls(self, operation: str) -> bool:
        """Whether an operation is written as a call of a function printed from its formula."""
        return operation not in self.templates and is_helper(operation)
