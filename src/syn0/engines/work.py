"""How much there is to do in a training, whoever does it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from syn0.program import Apply, Expr, Program, check
from syn0.program.checker import shape_of
from syn0.program.operations import OPERATIONS, Shape


@dataclass(frozen=True)
class Work:
    """A training.

    Attributes:
        lines: of the program.
        products: multiplications and additions of a step's matrix products.
        entries: what all other operations of a step compute.
        steps: the number of them.
        networks: how many take them at once.
    """

    lines: int
    products: float
    entries: float
    steps: int
    networks: int = 1

    @classmethod
    def of(cls, program: Program, rows: int, steps: int, networks: int = 1) -> Work:
        """So many steps of so many rows."""
        return cls(len(program.lines), *work_of_a_step(program, rows), steps, networks)


HASHES = 20
"""What an entry of a mask counts: the operations of its hash."""


@lru_cache(maxsize=256)
def work_of_a_step(program: Program, rows: int) -> tuple[float, float]:
    """Multiplications and additions of a step's matrix products, and the entries that all other
    operations compute."""
    shapes = check(program)
    products, entries = 0.0, 0.0

    def size(shape: Shape) -> int:
        return math.prod(rows if isinstance(dim, str) else dim for dim in shape)

    def visit(expr: Expr) -> Shape:
        nonlocal products, entries
        if not isinstance(expr, Apply):
            return shape_of(expr, shapes)
        of_args = [visit(arg) for arg in expr.args]
        shape = OPERATIONS[expr.operation].shape(*(of_args or expr.fixed))
        if expr.operation == "matmul":
            products += 2 * size(shape) * size(of_args[0][1:])
        elif expr.operation != "transpose":
            entries += size(shape) * (HASHES if expr.operation.endswith("_like") else 1)
        return shape

    for line in program.phase("forward", "loss", "backward", "update"):
        visit(line.expression)
    return products, entries
