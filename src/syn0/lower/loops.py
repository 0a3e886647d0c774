"""From lines to statements: each line becomes a kernel of loops over rows `i` and columns `j`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from syn0.lower.bindings import (
    DRAWN,
    KEYED,
    OVER_ALL,
    OVER_COLUMNS,
    OVER_ROWS,
    REDUCTIONS,
    WHOLE,
    Binding,
    Bindings,
    simplified,
)
from syn0.lower.entries import COLUMN, ROW, Entries, length, operand
from syn0.lower.statements import Array, Entry, Let, Loop, Set, Statement
from syn0.program import (
    Apply,
    Const,
    Expr,
    Line,
    Name,
    Program,
    ProgramError,
    check,
    formula,
    operations_in,
    substitute,
)
from syn0.program.expressions import products
from syn0.program.operations import Dim, Shape

LOWERED = {*REDUCTIONS, *WHOLE, *KEYED, "matmul", "transpose"}
"""The operations that become loops, or end in how an entry is found."""


@dataclass(frozen=True)
class Kernel:
    """The statements that run a line; none where `copied`, an array that other lines read in place
    of the line's copy."""

    line: Line
    statements: tuple[Statement, ...]
    copied: str = ""

    @property
    def has_names(self) -> bool:
        """Whether it has names of its own."""
        return any(isinstance(statement, Let | Array) for statement in self.statements)


@lru_cache(maxsize=8)  # several languages are asked for the same
def kernels(program: Program) -> tuple[Kernel, ...]:
    """The kernels of a program's lines."""
    shapes = check(program)
    alias: dict[str, Expr] = {}
    found = []
    for line in program.lines:
        expr = substitute(line.expression, alias)
        if isinstance(expr, Name) and shapes[line.target] != () and line.phase != "update":
            alias[line.target] = expr
            found.append(Kernel(line, (), expr.name))
        else:
            lowering = Lowering(shapes, cast=program.dtype == "float32")
            found.append(Kernel(line, tuple(lowering.line(replace(line, expression=expr)))))
    return tuple(found)


def function_of_entry(name: str, program: Program) -> Expr:
    """An activation, or the slope of one, of an entry `z`."""
    known: dict[Expr, Expr] = {Name("z"): Name("z")}
    entries = Entries(lambda _: (), cast=program.dtype == "float32", known=known)
    return entries.entry(simplified(formula(name)))


def is_whole(value: Expr) -> bool:
    """Whether an array is computed as a whole, not entry by entry."""
    return isinstance(value, Apply) and value.operation in WHOLE


class Lowering:
    """The statements of one line."""

    def __init__(self, shapes: Mapping[str, Shape], *, cast: bool) -> None:
        self.bindings, self.cast = Bindings(shapes), cast
        self.shape = self.bindings.shape

    def line(self, line: Line) -> list[Statement]:
        """The statements of a line: those of its bindings, and then those of its target."""
        target, shape = line.target, self.bindings.shapes[line.target]
        match line.expression:
            case Const(tuple() as row) | Apply("float32", (Const(tuple() as row),)):
                entries = enumerate(map(self.entries().entry, map(Const, row)))
                return [Set(Entry(target, (Const(j),)), value) for j, value in entries]
        draws = [name for name in operations_in(line.expression) if name in DRAWN]
        self.bindings.draws_in_turn = len(draws) > 1
        value = self.bindings.hoisted(simplified(line.expression))
        found = self.bindings.found
        last = found[-1] if found and value == Name(found[-1].name) else None
        if last and is_whole(last.value):
            before = [x for binding in found[:-1] for x in self.bound(binding)]
            return [*before, *self.whole(target, last.value)]
        needed = [x for binding in found for x in self.bound(binding)]
        if shape == ():
            return [*needed, Set(Name(target), self.number(value))]
        return [*needed, *self.filled(target, shape, value)]

    def bound(self, binding: Binding) -> list[Statement]:
        """The statements that compute a binding."""
        name, shape = binding.name, binding.shape
        match binding.value:
            case Apply("key_of", words):
                return [Let(name, "key", Apply("key_of", tuple(map(self.number, words))))]
            case Apply(kind, (of,)) if kind in REDUCTIONS:
                return self.reduced(name, kind, of)
            case Const(tuple()):
                return [Let(name, "row", binding.value)]
        if shape == ():
            return [Let(name, "number", self.number(binding.value))]
        if is_whole(binding.value):
            return [Array(name, shape), *self.whole(name, binding.value)]
        return [Array(name, shape), *self.filled(name, shape, binding.value)]

    def whole(self, name: str, value: Expr) -> list[Statement]:
        """The statements that compute an array as a whole."""
        match value:
            case Apply("joined", parts):
                return self.side_by_side(name, parts)
            case Apply("largest", (Name(of),)):
                return [self.largest(name, of)]
        raise ProgramError(f"{value!r} is not computed as a whole")

    # Sums and the like

    def reduced(self, name: str, kind: str, of: Expr) -> list[Statement]:
        """A sum, mean or maximum over all entries, the rows or the columns of an expression."""
        if kind in OVER_ALL:
            return self.over_all(name, OVER_ALL[kind], of)
        if kind in OVER_ROWS:
            return self.over_rows(name, OVER_ROWS[kind], of)
        return self.over_columns(name, OVER_COLUMNS[kind], of)

    def over_all(self, name: str, what: str, of: Expr) -> list[Statement]:
        """A reduction of all entries to one number."""
        shape, total = self.shape(of), Name(name)
        summing = self.nest(shape, of, lambda entry: Set(total, total + entry))
        shares = [dim for dim in shape if dim != 1] if what == "mean" else []
        divided = [Set(total, total / length(dim)) for dim in shares]
        return [Let(name, "total", Const(0)), *summing, *divided]

    def over_rows(self, name: str, what: str, of: Expr) -> list[Statement]:
        """A reduction of the rows to a number for each column."""
        (rows, columns), place = self.shape(of), Entry(name, (COLUMN,))
        summing = self.nest((rows, columns), of, lambda entry: Set(place, place + entry))
        shares = Loop("j", columns, (Set(place, place / length(rows)),))
        divided = [shares] if what == "mean" else []
        return [Array(name, (columns,), starts_at_0=True), *summing, *divided]

    def over_columns(self, name: str, what: str, of: Expr) -> list[Statement]:
        """A reduction of the columns to a number for each row."""
        (rows, columns), value = self.shape(of), Name("value")
        first = Const(float("-inf") if what == "max" else 0)
        last = value / length(columns) if what == "mean" else value

        def step(entry: Expr) -> Set:
            return Set(value, Apply("maximum", (value, entry)) if what == "max" else value + entry)

        along = (
            Let("value", "entry", first),
            Loop("j", columns, tuple(self.innermost(of, step))),
            Set(Entry(name, (ROW, Const(0))), last),
        )
        return [Array(name, (rows, 1)), Loop("i", rows, along)]

    def largest(self, name: str, of: str) -> Statement:
        """The place of the largest entry of each row of an array, of several the first."""
        (rows, columns), best = self.shape(Name(of)), Name("best")
        larger = Apply("greater", (Entry(of, (ROW, COLUMN)), Entry(of, (ROW, best))))
        along = (
            Let("best", "index", Const(0)),
            Loop("j", columns, (Set(best, Apply("choose", (larger, COLUMN, best))),)),
            Set(Entry(name, (ROW, Const(0))), best),
        )
        return Loop("i", rows, along)

    def side_by_side(self, name: str, parts: Sequence[Expr]) -> list[Statement]:
        """Matrices side by side, each copied to where its columns begin."""
        statements: list[Statement] = []
        first = 0
        for part in parts:
            shape = self.shape(part)
            place = Entry(name, (ROW, COLUMN + Const(first) if first else COLUMN))
            statements += self.nest(shape, part, partial(Set, place))
            first += int(shape[1])
        return statements

    # Loops

    def filled(self, name: str, shape: Shape, value: Expr) -> list[Statement]:
        """Loops that set each entry of an array."""
        place = Entry(name, (COLUMN,) if len(shape) == 1 else (ROW, COLUMN))
        return self.nest(shape, value, lambda entry: Set(place, entry), {Name(name): place})

    def nest(
        self,
        shape: Shape,
        of: Expr,
        step: Callable[[Expr], Statement],
        known: Mapping[Expr, Expr] | None = None,
    ) -> list[Statement]:
        """Loops over a shape around a step of an expression's entry."""
        inner = self.innermost(of, step, known)
        indices = ("j", "i") if len(shape) == 2 else ("j",)
        for index, dim in zip(indices, shape[::-1], strict=True):
            inner = [Loop(index, dim, tuple(inner))]
        return inner

    def innermost(
        self,
        of: Expr,
        step: Callable[[Expr], Statement],
        known: Mapping[Expr, Expr] | None = None,
    ) -> list[Statement]:
        """A step of an expression's entry, after the sums that are those of the products in it."""
        all_known, before = dict(known or {}), list[Statement]()
        for number, product in enumerate(products(of), 1):
            all_known[product] = sum_ = Name(f"sum{number if number > 1 else ''}")
            before += self.summed(product, sum_)
        return [*before, step(self.entries(all_known).entry(of))]

    def summed(self, product: Apply, sum_: Name) -> list[Statement]:
        """The sum that is an entry of a matrix product."""
        (left, right), k = product.args, Name("k")
        term = operand(left, ROW, k) * operand(right, k, COLUMN)
        depth: Dim = self.shape(left)[1]
        return [Let(sum_.name, "entry", Const(0)), Loop("k", depth, (Set(sum_, sum_ + term),))]

    # Numbers

    def entries(self, known: Mapping[Expr, Expr] | None = None) -> Entries:
        """The entries of this line's expressions."""
        return Entries(self.shape, cast=self.cast, known=known)

    def number(self, expr: Expr) -> Expr:
        """A plain number, which is always of the widest type."""
        return Entries(self.shape).entry(expr)
