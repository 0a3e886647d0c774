"""The checker: a program is right before it is printed or run."""

from __future__ import annotations

from functools import lru_cache

from syn0.program.expressions import Apply, Const, Expr, Name
from syn0.program.operations import OPERATIONS, Shape
from syn0.program.program import PHASES, Line, Program


class ProgramError(Exception):
    """A derived program is wrong: a fault of syn0's own, never of its user."""


def check(program: Program) -> dict[str, Shape]:
    """Return the shape of every name, in order; ProgramError at the first line that is wrong.

    Every name is bound before it is read and bound once (but what "init" binds, "update" may bind
    again and again, with the same shape); phases come in order; operations are known and have the
    arguments they need; shapes agree.
    """
    return dict(checked(program))


@lru_cache(maxsize=64)
def checked(program: Program) -> dict[str, Shape]:
    """`check`, done once for a program: printing one asks for its shapes in many places."""
    shapes: dict[str, Shape] = dict(program.inputs)
    changeable: set[str] = set()
    last = 0
    for line in program.lines:
        try:
            if line.phase not in PHASES or PHASES.index(line.phase) < last:
                raise ValueError(f"phase {line.phase!r} is unknown or out of order")
            last = PHASES.index(line.phase)
            shape = shape_of(line.expression, shapes)
            check_binding(line, shape, shapes, changeable)
        except ValueError as error:
            raise ProgramError(f"{line.phase} line {line.target!r}: {error}") from None
        shapes[line.target] = shape
        if line.phase == "init":
            changeable.add(line.target)
    for name in (program.output, *program.weights, *program.reports):
        if name not in shapes:
            raise ProgramError(f"{name!r} is never bound")
    return shapes


def check_binding(line: Line, shape: Shape, shapes: dict[str, Shape], changeable: set[str]) -> None:
    """ValueError if the line binds a name that it may not bind."""
    if line.target not in shapes:
        return
    if line.phase != "update" or line.target not in changeable:
        raise ValueError("the name is bound already")
    if shapes[line.target] != shape:
        raise ValueError(f"shape {shapes[line.target]} would become {shape}")


def shape_of(expr: Expr, shapes: dict[str, Shape]) -> Shape:
    """The shape of an expression's value; ValueError for unknown names, operations or a misfit."""
    match expr:
        case Const(value):
            return (len(value),) if isinstance(value, tuple) else ()
        case Name(name):
            if name not in shapes:
                raise ValueError(f"{name!r} is read before it is bound")
            return shapes[name]
        case Apply(operation, args, fixed):
            if operation not in OPERATIONS:
                raise ValueError(f"{operation!r} is not in the table of operations")
            row = OPERATIONS[operation]
            if row.arguments not in (None, len(args)):
                raise ValueError(f"{operation!r} takes {row.arguments} arguments, not {len(args)}")
            return (
                row.shape(*(shape_of(arg, shapes) for arg in args)) if args else row.shape(*fixed)
            )
    raise ValueError(f"{expr!r} is not an expression")
