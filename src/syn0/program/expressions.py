"""Expressions: small immutable trees over names, constants and operations.

Arithmetic on expressions builds expressions, so that a rule in `derive/` reads like the line it
gives: `l1_error * (l1 * (1 - l1))`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import is_


class Expr:
    """A node of an expression; the base of `Name`, `Const` and `Apply`."""

    __slots__ = ()

    def __add__(self, other: Expr | float) -> Apply:
        return apply("add", self, other)

    def __radd__(self, other: float) -> Apply:
        return apply("add", other, self)

    def __sub__(self, other: Expr | float) -> Apply:
        return apply("subtract", self, other)

    def __rsub__(self, other: float) -> Apply:
        return apply("subtract", other, self)

    def __mul__(self, other: Expr | float) -> Apply:
        return apply("multiply", self, other)

    def __rmul__(self, other: float) -> Apply:
        return apply("multiply", other, self)

    def __truediv__(self, other: Expr | float) -> Apply:
        return apply("divide", self, other)

    def __rtruediv__(self, other: float) -> Apply:
        return apply("divide", other, self)

    def __pow__(self, other: Expr | float) -> Apply:
        return apply("power", self, other)

    def __rpow__(self, other: float) -> Apply:
        return apply("power", other, self)

    def __neg__(self) -> Apply:
        return apply("negative", self)

    def __matmul__(self, other: Expr) -> Apply:
        return apply("matmul", self, other)

    def __gt__(self, other: Expr | float) -> Apply:
        return apply("greater", self, other)

    def __ge__(self, other: Expr | float) -> Apply:
        return apply("greater_equal", self, other)

    def __lt__(self, other: Expr | float) -> Apply:
        return apply("less", self, other)

    def __floordiv__(self, other: Expr | float) -> Apply:
        return apply("floor_divide", self, other)

    def __mod__(self, other: Expr | float) -> Apply:
        return apply("modulo", self, other)

    def __getitem__(self, rows: Expr) -> Apply:
        return apply("take", self, rows)

    @property
    def T(self) -> Apply:
        """The transpose of a matrix."""
        return apply("transpose", self)


@dataclass(frozen=True, slots=True)
class Name(Expr):
    """An array or number that a line has bound, or an input of the program."""

    name: str


@dataclass(frozen=True, slots=True)
class Const(Expr):
    """A number written into the program, or a row of them, or of texts."""

    value: float | tuple[float, ...] | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Apply(Expr):
    """An operation, named as in the operations table, on its arguments.

    `fixed` holds whole numbers settled when the program is written: the shape of a new array.
    """

    operation: str
    args: tuple[Expr, ...] = ()
    fixed: tuple[int, ...] = ()


def expression(value: Expr | float) -> Expr:
    """Wrap a plain number; expressions pass through."""
    return value if isinstance(value, Expr) else Const(value)


def apply(operation: str, *args: Expr | float, fixed: tuple[int, ...] = ()) -> Apply:
    """Apply `operation` to arguments that may be plain numbers."""
    return Apply(operation, tuple(map(expression, args)), fixed)


def function(operation: str) -> Callable[..., Apply]:
    """The operation as a Python function: `exp = function("exp")`, then `exp(-z)`."""

    def call(*args: Expr | float) -> Apply:
        return apply(operation, *args)

    return call


exp = function("exp")
expm1 = function("expm1")
log = function("log")
log1p = function("log1p")
sqrt = function("sqrt")
cos = function("cos")
tanh = function("tanh")
sign = function("sign")
absolute = function("absolute")
maximum = function("maximum")
minimum = function("minimum")
clip = function("clip")
where = function("where")
choose = function("choose")
least = function("least")
equal = function("equal")
total = function("sum")
mean = function("mean")
sum_rows = function("sum_rows")
mean_rows = function("mean_rows")
sum_columns = function("sum_columns")
mean_columns = function("mean_columns")
max_columns = function("max_columns")
row_count = function("row_count")
float64 = function("float64")
is_missing = function("is_missing")
smoothly_clipped = function("smoothly_clipped")
joined = function("joined")
largest = function("largest")
uniform_like = function("uniform_like")
normal_like = function("normal_like")


def one_of(texts: Expr, known: Iterable[str]) -> Apply:
    """(rows, n) of 0 and 1: which of n known texts each of (rows, 1) is."""
    return apply("one_of", texts, Const(tuple(known)))


def label(number: Expr, labels: tuple[float, ...] | tuple[str, ...]) -> Apply:
    """(rows, 1): the label with each of (rows, 1) numbers, counted from 0."""
    return apply("label", number, Const(labels))


def columns(matrix: Expr, places: Iterable[int]) -> Expr:
    """The columns of a matrix in these places, in this order."""
    return apply("columns", matrix, Const(tuple(places)))


def zeros(*shape: int) -> Apply:
    """A new array of zeros."""
    return apply("zeros", fixed=shape)


def ones(*shape: int) -> Apply:
    """A new array of ones."""
    return apply("ones", fixed=shape)


def random(*shape: int) -> Apply:
    """A new array drawn uniformly from [0, 1) by the program's generator."""
    return apply("random", fixed=shape)


def normal(*shape: int) -> Apply:
    """A new array drawn by the program's generator from the standard normal distribution."""
    return apply("normal", fixed=shape)


def orthogonal(*shape: int) -> Apply:
    """A new matrix with orthonormal columns (or rows, where it has fewer), drawn likewise."""
    return apply("orthogonal", fixed=shape)


def added(terms: Iterable[Expr]) -> Expr:
    """The sum of one term or more."""
    first, *others = terms
    for term in others:
        first = first + term
    return first


def names_in(expr: Expr) -> list[str]:
    """Every name that `expr` reads, from left to right, with repeats."""
    found: list[str] = []

    def visit(part: Expr) -> None:
        if isinstance(part, Apply):
            for arg in part.args:
                visit(arg)
        elif isinstance(part, Name):
            found.append(part.name)

    visit(expr)
    return found


def operations_in(expr: Expr) -> list[str]:
    """Every operation in `expr`, innermost first, with repeats."""
    found: list[str] = []

    def visit(part: Expr) -> None:
        if isinstance(part, Apply):
            for arg in part.args:
                visit(arg)
            found.append(part.operation)

    visit(expr)
    return found


def products(expr: Expr) -> list[Apply]:
    """The different matrix products in `expr`, from left to right."""
    found: list[Apply] = []

    def visit(part: Expr) -> None:
        if isinstance(part, Apply):
            if part.operation == "matmul":
                found.append(part)
            else:
                for arg in part.args:
                    visit(arg)

    visit(expr)
    return list(dict.fromkeys(found))


def substitute(expr: Expr, meanings: dict[str, Expr]) -> Expr:
    """`expr` with each name in `meanings` replaced by what it stands for; itself where it has none
    of them."""
    if isinstance(expr, Name):
        return meanings.get(expr.name, expr)
    if isinstance(expr, Apply) and meanings:
        args = tuple([substitute(arg, meanings) for arg in expr.args])
        if not all(map(is_, args, expr.args)):
            return Apply(expr.operation, args, expr.fixed)
    return expr


def repeated_part(expr: Expr) -> Apply | None:
    """The largest part of `expr` that occurs more than once, if any."""
    seen: set[Expr] = set()
    repeats: list[Apply] = []

    def visit(part: Expr) -> None:
        if isinstance(part, Apply):
            if part in seen:
                repeats.append(part)
                return
            seen.add(part)
            for arg in part.args:
                visit(arg)

    visit(expr)
    return max(repeats, key=lambda part: len(repr(part)), default=None)


def replace_part(expr: Expr, part: Expr, by: Expr) -> Expr:
    """`expr` with every occurrence of `part` replaced."""
    if expr == part:
        return by
    if isinstance(expr, Apply):
        args = tuple(replace_part(arg, part, by) for arg in expr.args)
        return Apply(expr.operation, args, expr.fixed)
    return expr
