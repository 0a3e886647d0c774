"""What a line needs before its loops: sums over rows or columns, plain numbers, keys of random
numbers, arrays that are drawn one after the other, and what stands in it twice, each bound to a
name of the kernel's own.

So a line becomes bindings, each of which one nest of loops can compute, and an expression of which
each entry needs only these, entries of arrays at its own place, and products of matrices.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syn0.program import (
    OPERATIONS,
    Apply,
    Const,
    Expr,
    Name,
    evaluate,
    formula,
    is_helper,
    operations_in,
)
from syn0.program.expressions import repeated_part, replace_part
from syn0.program.operations import Shape

WHOLE = {"joined", "largest"}
"""Further operations whose values are computed before the entries of a line that reads them."""

OVER_ALL = {"sum": "sum", "mean": "mean"}
OVER_ROWS = {"sum_rows": "sum", "mean_rows": "mean"}
OVER_COLUMNS = {"sum_columns": "sum", "mean_columns": "mean", "max_columns": "max"}
REDUCTIONS = {*OVER_ALL, *OVER_ROWS, *OVER_COLUMNS}

DRAWN = {name for name, row in OPERATIONS.items() if row.drawn}

KEYED = {"uniform_like": ("uniform_at", 1), "normal_like": ("normal_at", 2)}
"""Random arrays: what makes one of their numbers, and from how many keys."""


@dataclass(frozen=True, slots=True)
class Binding:
    """`name = value`. The value is a key, a reduction, or what can be computed entry by entry."""

    name: str
    value: Expr
    shape: Shape


class Bindings:
    """The bindings of a kernel, as they are found.

    Attributes:
        found: the bindings, in the order in which they must be computed.
        local: the shapes of the names that are the kernel's own.
        draws_in_turn: whether several arrays are drawn, which must not take turns at each entry.
    """

    def __init__(self, shapes: Mapping[str, Shape]) -> None:
        self.shapes = shapes
        self.draws_in_turn = False
        self.local: dict[str, Shape] = {}
        self.found: list[Binding] = []

    def shape(self, expr: Expr) -> Shape:
        """The shape of an expression's value."""
        match expr:
            case Const(value):
                return (len(value),) if isinstance(value, tuple) else ()
            case Name(name):
                return self.local[name] if name in self.local else self.shapes[name]
            case Apply("square" | "uniform_at" | "normal_at", (of, *_)):
                return self.shape(of)
            case Apply("key_of"):
                return ()
            case Apply(operation, args, fixed):
                rule = OPERATIONS[operation].shape
                return rule(*map(self.shape, args)) if args else rule(*fixed)
        raise TypeError(f"{expr!r} is not an expression")

    def hoisted(self, expr: Expr) -> Expr:
        """`expr`, what its entries share taken from names of their own."""
        if isinstance(expr, Const) and isinstance(expr.value, tuple):
            return self.bound(expr, "row")
        if not isinstance(expr, Apply):
            return expr
        if has_reductions(expr.operation):
            return self.hoisted(self.written_out(expr))
        if self.shape(expr) == () and not REDUCTIONS & set(operations_in(expr)):
            return expr if constant(expr) else self.named(expr, "number")
        args = tuple(map(self.hoisted, expr.args))
        expr = Apply(expr.operation, args, expr.fixed)
        if expr.operation in ("largest", "columns"):
            expr = Apply(expr.operation, (self.named(args[0], "matrix"), *args[1:]))
        if expr.operation in REDUCTIONS or expr.operation in WHOLE:
            return self.bound(expr, word_for(expr.operation))
        if expr.operation in DRAWN and self.draws_in_turn:
            return self.bound(expr, "drawn")
        if expr.operation in KEYED:
            return self.keyed(expr)
        return expr

    def written_out(self, expr: Apply) -> Expr:
        """An activation by its formula; what is computed once has a name."""
        z = self.named(self.hoisted(expr.args[0]), "z")
        inner = simplified(formula(expr.operation, z))
        if (part := repeated_part(inner)) is not None:
            inner = replace_part(inner, part, self.named(self.hoisted(part), "part"))
        return inner

    def named(self, expr: Expr, what: str) -> Name:
        """An expression under a name of its own."""
        return expr if isinstance(expr, Name) else self.bound(expr, what)

    def bound(self, expr: Expr, what: str) -> Name:
        """A new binding; its name begins with a word for what it is."""
        number, name, shape = 1, what, self.shape(expr)
        while name in self.local or name in self.shapes:
            number += 1
            name = f"{what}{number}"
        self.local[name] = shape
        self.found.append(Binding(name, expr, shape))
        return Name(name)

    def keyed(self, expr: Apply) -> Apply:
        """Random numbers by their place; the keys are the same for all."""
        like, seed, stream, step = expr.args
        assert isinstance(stream, Const)  # noqa: S101  (derive writes it so)
        made, count = KEYED[expr.operation]
        streams = (Const(float(str(stream.value)) + other) for other in range(count))
        keys = [self.bound(Apply("key_of", (seed, one, step)), "key") for one in streams]
        return Apply(made, (like, *keys))


def word_for(reduction: str) -> str:
    """How the name of a reduction begins."""
    if reduction in WHOLE:
        return reduction
    if reduction in OVER_ALL:
        return "total"
    return "largest" if OVER_COLUMNS.get(reduction) == "max" else "sums"


def has_reductions(operation: str) -> bool:
    """Whether an activation takes sums or maxima along its rows, as softmax does."""
    return is_helper(operation) and not REDUCTIONS.isdisjoint(operations_in(formula(operation)))


FOLDED = ("add", "subtract", "multiply", "divide", "power", "sqrt")


def simplified(expr: Expr) -> Expr:
    """`expr` with squares and cubes as products, and what is known as a number: some languages
    would divide whole numbers as such."""
    if not isinstance(expr, Apply):
        return expr
    args = tuple(map(simplified, expr.args))
    if expr.operation in FOLDED and all(isinstance(arg, Const) for arg in args):
        return Const(float(evaluate(Apply(expr.operation, args), {})))
    if expr.operation == "power" and args[1] == Const(2):
        return Apply("square", args[:1])
    if expr.operation == "power" and args[1] == Const(3):
        return Apply("multiply", (Apply("square", args[:1]), args[0]))
    return Apply(expr.operation, args, expr.fixed)


def constant(expr: Expr) -> bool:
    """Whether no name stands in `expr`."""
    if isinstance(expr, Apply):
        return all(map(constant, expr.args))
    return isinstance(expr, Const)
