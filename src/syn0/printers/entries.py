"""A model's lines without matrices: each entry of a row under a name of its own, for languages that
have numbers only.

What a formula reads more than once, and is no name, gets a name first. Arrays that the model
learned stand in the expressions as numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np

from syn0.printers.base import UnsupportedError
from syn0.printers.module import Module
from syn0.program import Apply, Const, Expr, Line, Name, evaluate, formula, is_helper, names_in
from syn0.program.expressions import (
    apply,
    clip,
    exp,
    log,
    maximum,
    repeated_part,
    replace_part,
    sqrt,
    tanh,
)

Row = list[Expr]
"""An expression for each column."""

GROUP = 32
"""Terms of a sum that stand side by side, so that no sum is nested too deeply."""

MOST = 1e150
"""What larger numbers count as before they are squared."""

TWICE = ("exp", "maximum", "minimum", "clip", "sign", "log1p", "expm1", "absolute")
"""Operations that languages write with what they read more than once."""


@dataclass(frozen=True)
class Bound:
    """A name, what it is, and the line to which it belongs."""

    name: str
    value: Expr
    line: Line


@dataclass
class Entries:
    """The entries of all lines, as they grow.

    Args:
        arrays: what the model learned, by name.
        rows: the entries of what is given, by name.
    """

    arrays: Mapping[str, Any]
    rows: dict[str, Row]
    bound: list[Bound] = field(default_factory=list)

    @classmethod
    def of(cls, module: Module, *phases: str) -> Entries:
        """The entries of the lines of some phases, and of what the model is given."""
        rows: dict[str, Row] = {
            given.name: [Name(f"{given.name}_{place}") for place in range(given.width)]
            for given in module.given
        }
        entries = cls(module.weights, rows)
        for line in module.program.phase(*phases):
            entries.add(line)
        return entries

    def add(self, line: Line) -> None:
        """One more line, each of its entries under a name."""
        values = self.row(line.expression, self.rows, line)
        self.rows[line.target] = self.named(line.target, values, line)

    def named(self, name: str, values: Row, line: Line) -> Row:
        """Entries under names; those that have one, or are numbers, keep it."""
        found: Row = []
        for place, value in enumerate(values):
            if isinstance(value, Apply):
                self.bound.append(Bound(f"{name}_{place}", value, line))
                value = Name(f"{name}_{place}")
            found.append(value)
        return found

    def part(self, values: Row, line: Line) -> Row:
        """Entries that are read more than once."""
        return self.named(f"part{len(self.bound)}", values, line)

    def row(self, expr: Expr, scope: Mapping[str, Row], line: Line) -> Row:
        """The entries of an expression; its names mean what `scope` says."""
        names = [*names_in(expr)]
        if names and all(name in self.arrays for name in names):  # what it learned: numbers
            return numbers(evaluate(expr, self.arrays))
        match expr:
            case Const(value):
                return numbers(value)
            case Name(name):
                return scope[name]
            case Apply("matmul", (left, right)):
                return products(self.row(left, scope, line), evaluate(right, self.arrays))
            case Apply("columns", (value, Const(tuple(places)))):
                whole = self.row(value, scope, line)
                return [whole[int(place)] for place in places]
            case Apply("joined", args):
                return [*chain(*(self.row(arg, scope, line) for arg in args))]
            case Apply("one_of", (value, Const(tuple(known)))):
                (text,) = self.row(value, scope, line)
                return [apply("same_text", text, Const((str(word),))) for word in known]
            case Apply("label", (value, Const(tuple(labels)))):
                (number,) = self.row(value, scope, line)
                return [apply("label", number, Const(labels))]
            case Apply("float32" | "float64" | "float", (value,)):
                return self.row(value, scope, line)
            case Apply(operation, (arg,)) if is_helper(operation):
                return self.helper(operation, self.row(arg, scope, line), line)
            case Apply(operation, (arg,)) if operation in OVER_COLUMNS:
                return self.over_columns(operation, self.row(arg, scope, line), line)
            case Apply(operation, args):
                rows = [self.row(arg, scope, line) for arg in args]
                width = max(map(len, rows))
                rows = [row * (width // len(row)) for row in rows]
                if operation in TWICE or operation in MEANINGS:
                    rows = [self.part(row, line) for row in rows]
                return [self.entry(operation, parts, line) for parts in zip(*rows, strict=True)]
        raise TypeError(f"{expr!r} is not an expression")

    def entry(self, operation: str, parts: Sequence[Expr], line: Line) -> Expr:
        """An operation on single entries."""
        if operation not in MEANINGS:
            return apply(operation, *parts)
        (value,) = self.row(MEANINGS[operation](*parts), Names(), line)
        return value

    def helper(self, operation: str, z: Row, line: Line) -> Row:
        """An activation, from its formula."""
        value, scope = formula(operation), {"z": z}
        if [*names_in(value)].count("z") > 1:
            scope["z"] = self.part(z, line)
        if (part := repeated_part(value)) is not None:
            scope["part"] = self.part(self.row(part, scope, line), line)
            value = replace_part(value, part, Name("part"))
        return self.row(value, scope, line)

    def over_columns(self, operation: str, row: Row, line: Line) -> Row:
        """One number of all columns."""
        if operation == "sum_columns":
            return [added(row)]
        if operation == "mean_columns":
            return [added(row) / len(row)]
        row = self.part(row, line)
        largest = row
        while len(largest) > 1:
            pairs = [maximum(*largest[k : k + 2]) for k in range(0, len(largest) - 1, 2)]
            largest = self.part([*pairs, *largest[len(pairs) * 2 :]], line)
        if operation == "max_columns":
            return largest
        return [apply("place_of", largest[0], *row)]


OVER_COLUMNS = ("sum_columns", "mean_columns", "max_columns", "largest")


class Names(dict[str, Row]):
    """Names of entries, which mean themselves."""

    def __missing__(self, name: str) -> Row:
        return [Name(name)]


def smoothly_clipped(z: Expr, reach: Expr) -> Expr:
    """z / sqrt(1 + (z / reach)^2); numbers too large to be squared count as less."""
    if reach == Const(math.inf):
        return z
    z = clip(z, -MOST, MOST)
    return z / sqrt(1 + z / reach * (z / reach))


def expm1(z: Expr) -> Expr:
    """tanh(z / 2) (e^z + 1), which equals e^z - 1 and is as exact near 0."""
    return tanh(z / 2) * (exp(z) + 1)


def log1p(z: Expr) -> Expr:
    """With u = 1 + z, log(u) + (z - (u - 1)) / u: the second term is what rounding u cost."""
    return log(1 + z) + (z - (1 + z - 1)) / (1 + z)


def power(base: Expr, exponent: Expr) -> Expr:
    """A whole power, written as products."""
    match exponent:
        case Const(2):
            return base * base
        case Const(3):
            return base * base * base
        case Const(0.5):
            return sqrt(base)
    raise UnsupportedError(f"the power {exponent!r} cannot be written as numbers alone")


MEANINGS: dict[str, Callable[..., Expr]] = {
    "smoothly_clipped": smoothly_clipped,
    "expm1": expm1,
    "log1p": log1p,
    "power": power,
}
"""Operations that are written by others."""


def numbers(value: Any) -> Row:
    """A row of numbers as entries."""
    return [Const(x) for x in np.atleast_1d(np.asarray(value, np.float64)).tolist()]


def products(left: Row, right: Any) -> Row:
    """A row times a matrix."""
    columns = np.asarray(right, np.float64).T.tolist()
    return [added([x * weight for x, weight in zip(left, c, strict=True)]) for c in columns]


def added(terms: Iterable[Expr]) -> Expr:
    """A sum, in groups."""
    terms = [*terms]
    while len(terms) > 1:
        groups = [terms[k : k + GROUP] for k in range(0, len(terms), GROUP)]
        terms = [in_a_row(group) for group in groups]
    return terms[0]


def in_a_row(terms: Sequence[Expr]) -> Expr:
    """A sum, term by term."""
    total, *others = terms
    for term in others:
        total = total + term
    return total
