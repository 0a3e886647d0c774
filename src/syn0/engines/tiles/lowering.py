"""What the native engine lowers otherwise than loops in printed programs: plain numbers serve a
whole step, entries lie in panels, and functions of entries are such as vectors can take."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from syn0.lower import Entry
from syn0.lower.bindings import Bindings, constant
from syn0.lower.entries import COLUMN, ROW, Entries
from syn0.printers.base import Template, UnsupportedError
from syn0.printers.c import C_TEMPLATES, CPrinter
from syn0.program import Apply, Const, Expr, Name, names_in
from syn0.program.operations import Shape

FAST = {
    **{n: Template(f"fast_{n}({{0}})") for n in ("exp", "expm1", "log", "log1p", "tanh")},
    "sqrt": Template("ROOT({0})"),
    "absolute": Template("ABSOLUTE({0})"),
}
"""Functions of entries, which vectors can take; plain numbers take C's own."""


class EntryPrinter(CPrinter):
    """Prints the entries of arrays."""

    templates = C_TEMPLATES | FAST

    def lacks(self, operation: str) -> str:
        """As a note says why the numpy engine runs a program instead."""
        return f"the native engine cannot take the operation {operation!r} where a line has it"


class NumberPrinter(CPrinter):
    """Prints plain numbers, which are all double: 1 / rows is no division of whole numbers."""

    def number(self, value: float) -> str:
        """A number with a point."""
        return repr(float(value))


class StepBindings(Bindings):
    """The bindings of a kernel whose plain numbers serve the whole step."""

    def __init__(
        self, shapes: Mapping[str, Shape], shared: Callable[[Expr, Bindings], str]
    ) -> None:
        super().__init__(shapes)
        self.shared = shared

    def hoisted(self, expr: Expr) -> Expr:
        """A division by a plain number becomes a product with its inverse."""
        match expr:
            case Apply("divide", (top, bottom)) if self.shape(bottom) == () != self.shape(top):
                inverse: Expr = Apply("divide", (Const(1.0), bottom))
                if constant(bottom):  # in double: 1 / 6 would be a division of whole numbers
                    inverse = self.named(inverse, "number")
                return self.hoisted(Apply("multiply", (top, inverse)))
        return super().hoisted(expr)

    def named(self, expr: Expr, what: str) -> Name:
        """A plain number of names that the step knows is known to the step."""
        own = self.shape(expr) != () or set(names_in(expr)) & set(self.local)
        if own or isinstance(expr, Name):
            return super().named(expr, what)
        name = self.shared(expr, self)
        self.local[name] = ()
        return Name(name)


class TileEntries(Entries):
    """Entries at row i and column j, which is column l of panel p."""

    def __init__(
        self,
        at: Bindings,
        known: Mapping[Expr, Expr],
        is_upright: Callable[[Shape], bool],
        *,
        cast: bool,
    ) -> None:
        super().__init__(at.shape, cast=cast, known=known)
        self.is_upright = is_upright

    def entry(self, expr: Expr) -> Expr:
        """As in every language with loops; rows of the data lie otherwise than arrays of a step,
        and only a line that does nothing else takes them."""
        if isinstance(expr, Apply) and expr.operation == "take":
            raise UnsupportedError("the native engine takes rows in a line by themselves")
        return super().entry(expr)

    def place(self, name: str, shape: Shape) -> Expr:
        """Where the entry of an array lies."""
        if len(shape) == 1:
            return Entry(name, (COLUMN,))
        if self.is_upright(shape):
            return Entry(name, (Const(0) if shape[1] == 1 else COLUMN, ROW))
        return Entry(name, (Name("p"), ROW, Name("l")))
