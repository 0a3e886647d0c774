"""What the languages with loops share: statements become text, each printed as its language has it.

A language gives its templates, the words that its own names begin with, the head of its loops, and
how it makes room for an array.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from syn0.lower import Array, Entry, Let, Loop, Set, Statement
from syn0.printers.base import Printer
from syn0.printers.numpy import indented
from syn0.program import Apply, Expr
from syn0.program.operations import Dim

SIGNS = {"add": "+=", "multiply": "*=", "divide": "/="}
"""How a number changes by an operation with another one."""


class LoopPrinter(Printer):
    """Prints statements in a language whose blocks stand in braces.

    Attributes:
        kinds: what a name of a kernel's own begins with, by its kind.
        head: the head of a loop, a format string over its `index` and `length`.
    """

    kinds: Mapping[str, str]
    head: str

    def array(self, array: Array) -> str:
        """The statement that makes room for an array."""
        raise NotImplementedError

    def code(self, statements: Iterable[Statement]) -> list[str]:
        """Statements as lines of text."""
        return [text for statement in statements for text in self.spelled(statement)]

    def spelled(self, statement: Statement) -> list[str]:
        """A statement as lines of text."""
        match statement:
            case Let(name, kind, value):
                return [f"{self.kinds[kind]} {name} = {self.expression(value)};"]
            case Array():
                return [self.array(statement)]
            case Loop(index, length, body):
                head = self.head.format(index=index, length=self.length(length))
                return block(head, self.code(body), braces=len(body) > 1)
            case Set(place, Apply(sign, (first, change))) if sign in SIGNS and first == place:
                return [f"{self.expression(place)} {SIGNS[sign]} {self.expression(change)};"]
            case Set(place, value):
                return [f"{self.expression(place)} = {self.expression(value)};"]

    def expression(self, expr: Expr, need: int = 0) -> str:
        """As every printer's, and entries of arrays."""
        if isinstance(expr, Entry):
            return expr.name + "".join(f"[{self.expression(index)}]" for index in expr.indices)
        return super().expression(expr, need)

    def length(self, dim: Dim) -> str:
        """A length: a number, or the rows of the step."""
        return "rows" if isinstance(dim, str) else str(dim)


def block(head: str, body: list[str], *, braces: bool = True) -> list[str]:
    """Text under a head; a single statement needs no braces."""
    return [f"{head} {{", *indented(body), "}"] if braces else [head, *indented(body)]
