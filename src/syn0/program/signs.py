"""Which numbers of a program's state are never below 0: found in the lines that bind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from syn0.program.expressions import Apply, Const, Expr, Name
from syn0.program.program import Program

OF_ONE = ("mean_rows", "sum_rows", "mean", "sum", "float32", "sqrt")
"""Operations that give nothing below 0 where they are given nothing below 0."""

OF_ALL = ("add", "multiply", "divide", "modulo")
"""Likewise, of two arguments."""


@cache
def never_negative(program: Program) -> frozenset[str]:
    """The names of the state that start from 0 or above and stay there: each update gives nothing
    below 0 as long as the state holds nothing below 0. So are running variances, the squares that
    optimizers keep, and what is counted."""
    bound: dict[str, list[Expr]] = {}
    for line in program.lines:
        bound.setdefault(line.target, []).append(line.expression)
    updated = {line.target for line in program.phase("update")}
    names = frozenset(name for name in program.state if name in updated)
    while True:
        signs = Signs(bound, frozenset(program.state), names)
        stay = frozenset(name for name in names if all(map(signs.holds, bound[name])))
        if stay == names:
            return names
        names = stay


@dataclass(frozen=True)
class Signs:
    """Tells of expressions whether they are never below 0.

    Attributes:
        bound: what the lines bind to each name.
        state: the names that steps hand on; of these, `names` are taken to be never below 0.
    """

    bound: Mapping[str, list[Expr]]
    state: frozenset[str]
    names: frozenset[str]

    def holds(self, expr: Expr) -> bool:
        """Whether an expression is never below 0."""
        if (value := self.number(expr)) is not None:
            return value >= 0
        if isinstance(expr, Name):
            if expr.name in self.state:
                return expr.name in self.names
            return expr.name in self.bound and all(map(self.holds, self.bound[expr.name]))
        if not isinstance(expr, Apply):
            return False
        if expr.operation in ("zeros", "ones"):
            return True
        if expr.operation == "power":
            return self.number(expr.args[1]) == 2
        if expr.operation == "choose":
            return all(map(self.holds, expr.args[1:]))
        if expr.operation in (*OF_ONE, *OF_ALL) and all(map(self.holds, expr.args)):
            return True
        return self.is_between(expr)

    def is_between(self, expr: Apply) -> bool:
        """Whether it is `a + share * (b - a)`, of two that are never below 0."""
        match expr:
            case Apply("add", (a, Apply("multiply", (share, Apply("subtract", (b, same)))))):
                part = self.number(share)
                fits = a == same and part is not None and 0 <= part <= 1
                return fits and self.holds(a) and self.holds(b)
        return False

    def number(self, expr: Expr) -> float | None:
        """The value of a plain number, of a name that stands for one, or of 1 less one; None of
        anything else."""
        match expr:
            case Const(float() | int() as value):
                return value
            case Name(name) if name not in self.state and len(self.bound.get(name, [])) == 1:
                return self.number(self.bound[name][0])
            case Apply("subtract", (Const(float() | int() as whole), other)):
                part = self.number(other)
                return None if part is None else whole - part
        return None
