"""Which engine "auto" picks: the one that is done first, its compile time included."""

from __future__ import annotations

import math
from dataclasses import dataclass

from syn0.engines.compiler import CompilerError, find_compiler
from syn0.program import Apply, Expr, Program, check
from syn0.program.checker import shape_of
from syn0.program.operations import Shape

NUMPY_LINE, NATIVE_LINE = 1.2e-6, 1e-7
"""Seconds that a line costs by itself in each step, whatever its size."""

NUMPY_SPEED, NATIVE_SPEED = 1e11, 8e10
"""Multiplications and additions a second: BLAS on all cores of a small machine, one core of C."""

NUMPY_ENTRY, NATIVE_ENTRY = 4e-10, 1e-10
"""Seconds that an elementwise operation takes for each entry of its result."""

COMPILE, COMPILE_LINE = 0.2, 0.02
"""Seconds to compile a program, and each of its lines."""


@dataclass(frozen=True)
class Choice:
    """An engine, and why it was picked, in a sentence; `notice` says what a better one lacks."""

    engine: str
    reason: str
    notice: str = ""


def choose(program: Program, rows: int, steps: int) -> Choice:
    """The engine for so many steps of so many rows."""
    if program.pulls:
        return Choice("numpy", "L-BFGS is SciPy's, on the numpy engine's gradient")
    lines = len(program.lines)
    products, entries = work_of_a_step(program, rows)
    numpy = steps * (lines * NUMPY_LINE + products / NUMPY_SPEED + entries * NUMPY_ENTRY)
    native = steps * (lines * NATIVE_LINE + products / NATIVE_SPEED + entries * NATIVE_ENTRY)
    compiling = COMPILE + lines * COMPILE_LINE
    if numpy - native < compiling:
        return Choice(
            "numpy",
            f"about {numpy:.2g} s of work, or {native:.2g} s after {compiling:.2g} s of compiling",
        )
    try:
        find_compiler()
    except CompilerError as error:
        return Choice("numpy", str(error), f"the native engine would be done sooner, but {error}")
    return Choice(
        "native", f"about {native:.2g} s after {compiling:.2g} s of compiling, not {numpy:.2g} s"
    )


HASHES = 20
"""What an entry of a mask counts: the operations of its hash."""


def work_of_a_step(program: Program, rows: int) -> tuple[float, float]:
    """Multiplications and additions of a step's matrix products, and the entries that all other
    operations compute."""
    shapes = check(program)
    products, entries = 0.0, 0.0

    def size(shape: Shape) -> int:
        return math.prod(rows if isinstance(dim, str) else dim for dim in shape)

    def visit(expr: Expr) -> None:
        nonlocal products, entries
        if not isinstance(expr, Apply):
            return
        for arg in expr.args:
            visit(arg)
        result = size(shape_of(expr, shapes))
        if expr.operation == "matmul":
            products += 2 * result * size(shape_of(expr.args[0], shapes)[1:])
        elif expr.operation != "transpose":
            entries += result * (HASHES if expr.operation.endswith("_like") else 1)

    for line in program.phase("forward", "loss", "backward", "update"):
        visit(line.expression)
    return products, entries
