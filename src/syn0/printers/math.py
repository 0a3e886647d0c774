"""The math printer: a program's equations in plain Unicode, with their shapes."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from syn0.printers.base import Template, infix
from syn0.printers.equations import EquationPrinter, Row, Section
from syn0.printers.pretty import Code, Made, fitted
from syn0.program import Apply, Const, Expr
from syn0.spec.words import visible

WIDTH, EQUATION = 100, 44
"""Of a line, and of an equation beside which others stand."""

DEEP = " " * 8
"""Before what stands below an equation."""

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

UNICODE = {
    "equals": Template("{0} = {1}"),
    "becomes": Template("{0} ← {1}"),
    "change": Template("Δ{0}"),
    "add": infix("+", 11),
    "subtract": infix("−", 11),
    "divide": Template("{0} / {1}", 12, (13, 14)),
    "multiply": infix("·", 13),
    "entrywise": infix("⊙", 13),
    "matmul": infix("·", 13),
    "negative": Template("−{0}", 14, (14,)),
    "power": Template("{0}^{1}", 15, (16, 16)),
    "transpose": Template("{0}ᵀ", 20, (20,)),
    "take": Template("{0}[{1}]", 20, (20, 0)),
    "greater": Template("{0} > {1}", 10, (11, 11)),
    "greater_equal": Template("{0} ≥ {1}", 10, (11, 11)),
    "less": Template("{0} < {1}", 10, (11, 11)),
    "equal": Template("{0} = {1}", 10, (11, 11)),
    "holds": Template("[{0}]"),
    "cases": Template("{1} if {0}, else {2}", 1, (2, 2, 2)),
    "floor_divide": Template("⌊{0} / {1}⌋", needs=(13, 14)),
    "modulo": Template("{0} mod {1}", 12, (13, 14)),
    "exp": Template("exp({0})"),
    "log": Template("ln({0})"),
    "sqrt": Template("√({0})"),
    "cos": Template("cos({0})"),
    "tanh": Template("tanh({0})"),
    "sign": Template("sign({0})"),
    "absolute": Template("|{0}|"),
    "maximum": Template("max({0}, {1})"),
    "minimum": Template("min({0}, {1})"),
    "sum": Template("Σ({0})"),
    "sum_rows": Template("Σᵢ({0})"),
    "sum_columns": Template("Σⱼ({0})"),
    "mean": Template("mean({0})"),
    "mean_rows": Template("meanᵢ({0})"),
    "mean_columns": Template("meanⱼ({0})"),
    "max_columns": Template("maxⱼ({0})"),
    "row_count": Template("rows({0})"),
    "zeros": Template("0"),
    "ones": Template("1"),
    "uniform": Template("U(0, 1)"),
    "normal": Template("N(0, 1)"),
    "orthogonal": Template("orthogonal()"),
    "random_seed": Template("seed()"),
}


class MathPrinter(EquationPrinter):
    """Prints the equations of a program as plain text."""

    language, ending = "math", ".txt"
    templates = UNICODE

    def expression(self, expr: Expr, need: int = 0) -> str:
        """As every printer's; whole powers stand above the line."""
        match expr:
            case Apply("power", (base, Const(int() | float() as power))) if power == int(power):
                raised = str(int(power)).translate(SUPERSCRIPTS)
                return Made("{0}" + raised, self.expression(base, 16))
        return super().expression(expr, need)

    def document(self, title: str, given: str, sections: Iterable[Section]) -> str:
        """The text of all sections."""
        lines = [title, *textwrap.wrap(visible(given), WIDTH)]
        for heading, rows in sections:
            lines += ["", *textwrap.wrap(heading, WIDTH)]
            lines += [text for row in rows for text in laid_out(row)]
        return "\n".join([*lines, ""])


def laid_out(row: Row) -> Iterator[str]:
    """A row: its equation, and beside it the shapes and the words, which stand below where there is
    no room."""
    words = ", ".join(filter(None, (row.shape, row.words)))
    line = f"    {row.equation:<{EQUATION}}  {words}".rstrip()
    if len(line) <= WIDTH:
        yield line
        return
    beside = f"    {row.equation:<{EQUATION}}  {row.shape}".rstrip()
    if row.shape and len(beside) <= WIDTH:
        words = row.words
    else:
        beside = fitted(Code("    ", row.equation), WIDTH)
    yield from beside.split("\n")
    yield from textwrap.wrap(words, WIDTH, initial_indent=DEEP, subsequent_indent=DEEP)
