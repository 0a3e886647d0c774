"""Conversions written out, for languages that convert no number by themselves.

Every value has a type: an "entry" of an array; a plain "number", which is the same where entries
are float64; an "index"; a "truth"; the "key" of random numbers. Where one stands in the place of
another, an operation such as `entry_from_index` is put around it, and numbers that stand for
indices are whole.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from syn0.lower.loops import Kernel
from syn0.lower.statements import Entry, Let, Loop, Set, Statement
from syn0.program import Apply, Const, Expr, Name, is_helper

KINDS = {"number": "number", "total": "number", "key": "key", "entry": "entry", "index": "index"}
"""The types of a kernel's own names, by their kinds."""

TRUTHS = ("equal", "greater", "greater_equal", "less", "is_missing")
DRAWN = {"random": "number", "normal": "number", "random_seed": "key"}
GIVEN = {
    "key_of": (("number", "number", "number"), "key"),
    "uniform_at": (("key", "index"), "number"),
    "normal_at": (("key", "key", "index"), "number"),
    "smoothly_clipped": (("number", "number"), "number"),
    "same_text": (("text", "text"), "truth"),
}
"""What operations take, and what they give."""

ORDER = ("number", "entry", "index")
"""Of two types that meet, the first is that of the result."""


class Types:
    """The types of a program's values.

    Args:
        dtype: of the entries, "float32" or "float64".
        arrays: the types of the entries of arrays where they are others.
        rows: the type of numbers in rows that are written out, where these are no indices.
        marked: whether numbers that are written out among entries keep their `as_entry`.
    """

    def __init__(
        self,
        dtype: str,
        arrays: Mapping[str, str] | None = None,
        *,
        rows: str = "number",
        marked: bool = False,
    ) -> None:
        self.wide, self.rows, self.marked = dtype == "float64", rows, marked
        self.arrays = dict(arrays or {})
        self.names = {"rows": "index", "z": "entry"}

    def kernel(self, kernel: Kernel) -> Kernel:
        """A kernel with all conversions."""
        return replace(kernel, statements=tuple(map(self.statement, kernel.statements)))

    def statement(self, statement: Statement) -> Statement:
        """A statement with all conversions."""
        match statement:
            case Let(name, kind, value) if kind in KINDS:
                self.names[name] = KINDS[kind]
                return replace(statement, value=self.to(KINDS[kind], value))
            case Set(Name(name) as place, value):
                return Set(place, self.to(self.names.get(name, "number"), value))
            case Let(name, "row", Const(tuple() as row)):
                kind = type_of_row(row)
                self.arrays[name] = self.rows if kind == "number" else kind
            case Set(Entry(name) as place, value):
                kind = self.arrays.get(name, "entry")
                made = self.deep(value) if kind == "number" else self.to(kind, value)
                return Set(self.placed(place), made)
            case Loop(index, _, body):
                self.names[index] = "index"
                return replace(statement, body=tuple(map(self.statement, body)))
        return statement

    def to(self, kind: str, expr: Expr) -> Expr:
        """`expr` as a value of a type."""
        match expr:
            case Const(float() | int() as value):
                number = Const(int(value) if kind == "index" else float(value))
                broken = math.isfinite(value) and not float(value).is_integer()
                marks = self.marked and kind == "entry" and broken
                return Apply("as_entry", (number,)) if marks else number
            case Apply("as_entry", (inner,)) if kind in ("number", "entry"):
                return self.to(kind, inner)
        own = self.of(expr) or kind
        made = self.made(expr, own)
        same = own == kind or (self.wide and {own, kind} == {"number", "entry"})
        return made if same else Apply(f"{kind}_from_{own}", (made,))

    def deep(self, expr: Expr) -> Expr:
        """`expr` as a number, worked out as one from its parts on."""
        match expr:
            case Apply("add" | "subtract" | "multiply" | "divide" as operation, args):
                return Apply(operation, tuple(map(self.deep, args)))
        return self.to("number", expr)

    def of(self, expr: Expr) -> str | None:
        """The type of an expression; None of numbers that are written out, which have any."""
        match expr:
            case Name(name):
                return self.names.get(name, "number")
            case Entry(name):
                return self.arrays.get(name, "entry")
            case Apply("as_entry"):
                return "entry"
            case Apply("as_index"):
                return "index"
            case Apply(operation) if operation in TRUTHS:
                return "truth"
            case Apply(operation) if operation in DRAWN:
                return DRAWN[operation]
            case Apply(operation) if operation in GIVEN:
                return GIVEN[operation][1]
            case Apply(operation) if is_helper(operation) and operation not in ("exp", "tanh"):
                return "entry"
            case Apply("choose" | "where", (_, *branches)):
                return self.common(branches)
            case Apply(_, args):
                return self.common(args)
        return None

    def common(self, args: Sequence[Expr]) -> str | None:
        """The type in which values meet."""
        found = {self.of(arg) for arg in args}
        if found <= {"truth", None} and "truth" in found:
            return "entry"
        return next((kind for kind in ORDER if kind in found), None)

    def made(self, expr: Expr, kind: str) -> Expr:
        """An expression of a type, its parts converted to what they must be."""
        match expr:
            case Entry():
                return self.placed(expr)
            case Apply("as_index", (of,)):
                return self.to("index", of)
            case Apply(operation, args) if operation in GIVEN:
                takes = GIVEN[operation][0]
                return Apply(operation, tuple(map(self.to, takes, args)))
            case Apply("choose" | "where" as operation, (condition, *branches)):
                chosen = (self.to(kind, branch) for branch in branches)
                return Apply(operation, (self.to("truth", condition), *chosen))
            case Apply(operation, args) if operation in TRUTHS:
                meeting = self.common(args) or "number"
                return Apply(operation, tuple(self.to(meeting, arg) for arg in args))
            case Apply(operation, args, fixed):
                return Apply(operation, tuple(self.to(kind, arg) for arg in args), fixed)
        return expr

    def placed(self, entry: Entry) -> Entry:
        """An entry whose places are indices."""
        return Entry(entry.name, tuple(self.to("index", index) for index in entry.indices))


def type_of_row(row: tuple[float, ...] | tuple[str, ...]) -> str:
    """The type of what stands in a row that is written out."""
    if any(isinstance(value, str) for value in row):
        return "text"
    if not all(isinstance(value, int) and abs(value) < 2**31 for value in row):
        return "number"
    return "index" if min(map(int, row)) >= 0 else "whole"
