"""Expressions and numbers as a person writes them.

`tidied` leaves out what changes no bit of floating-point numbers: `1 - alpha * 1` becomes
`1 - alpha`. A sum with 0 stays, as it turns -0 into 0. `by_hand` works in decimals, where 1 - 0.9
is 0.1.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import Decimal
from operator import is_

from syn0.program.expressions import Apply, Const, Expr

TRUTHS = ("greater", "greater_equal", "less", "equal")
"""Operations that give truth values, which arithmetic turns into numbers."""


def tidied(expr: Expr) -> Expr:
    """`expr` without factors, divisors, powers and roots of 1, zeros taken off and double signs."""
    if not isinstance(expr, Apply):
        return expr
    args = tuple(map(tidied, expr.args))
    made = expr if all(map(is_, args, expr.args)) else Apply(expr.operation, args, expr.fixed)
    if not any(isinstance(arg, Const) or is_negative(arg) for arg in args):
        return made
    match made:
        case (
            Apply("multiply", (kept, Const(1)))
            | Apply("multiply", (Const(1), kept))
            | Apply("divide" | "power", (kept, Const(1)))
        ) if not is_truth(kept):
            return kept
        case Apply("subtract", (kept, Const(0 as zero))) if not is_truth(kept) and not signed(zero):
            return kept
        case Apply("multiply", (kept, Const(-1))) | Apply("multiply", (Const(-1), kept)) if (
            not is_truth(kept)
        ):
            return tidied(-kept)
        case Apply("divide", (Const(above), Const(below))) if above == below != 0:
            return Const(1)
        case Apply("sqrt", (Const(1),)):
            return Const(1)
        case Apply("negative", (Apply("negative", (kept,)),)):
            return kept
        case Apply("add" | "subtract" as sign, (first, Apply("negative", (second,)))):
            return first - second if sign == "add" else first + second
        case Apply("add" | "subtract" as sign, (first, Const(float() | int() as value))) if (
            value < 0
        ):
            return first - -value if sign == "add" else first + -value
    return made


def is_negative(expr: Expr) -> bool:
    """Whether an expression begins with a minus sign."""
    return isinstance(expr, Apply) and expr.operation == "negative"


def is_truth(expr: Expr) -> bool:
    """Whether an expression is a comparison."""
    return isinstance(expr, Apply) and expr.operation in TRUTHS


def signed(value: float) -> bool:
    """Whether a number has a minus sign, as -0.0 has."""
    return math.copysign(1, value) < 0


def by_hand(work: Callable[..., Decimal], *numbers: float) -> float:
    """Arithmetic in decimals: `by_hand(lambda share: 1 - share, 0.9)` is 0.1."""
    return float(work(*(Decimal(repr(float(number))) for number in numbers)))


def rest(share: float) -> float:
    """What a share leaves of 1."""
    return by_hand(lambda share: 1 - share, share)


def spelled(value: float) -> str:
    """A number as short as it stays exact: whole ones without a point, exponents without zeros."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return re.sub(r"e([+-])0*", lambda sign: "e" + sign[1].strip("+"), repr(float(value)))
