"""What a script adds to the lines of a program: headings, shapes in notes, a count of steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from syn0.program import Expr, Line, Name, Program, check, reads, substitute
from syn0.program.checker import shape_of
from syn0.program.expressions import products
from syn0.program.operations import Shape

HEADINGS = {
    "forward": "Forward: from the inputs to the prediction.",
    "loss": "Loss: how far is the prediction off?",
    "backward": "Backward: each layer's error times its slope (the derivative), last layer first.",
    "update": "Update: the error is target - output, so adding (+=) moves the output towards the "
    "target: the minus of gradient descent is in the error.",
}

SEARCHED = "Minus the gradient of the loss, for each parameter."
"""The heading of updates that are left to a solver."""


def heading(program: Program, phase: str) -> str:
    """What a phase of a program is about."""
    return SEARCHED if phase == "update" and program.pulls else HEADINGS[phase]


@lru_cache(maxsize=8)  # several languages are asked for the same
def with_shapes(program: Program, rows: int, batch_size: int | None) -> Program:
    """The program, each matrix product's shapes in its line's note: `(4x3) @ (3x4) = (4x4)`; of
    data of so many rows, and of a step of so many."""
    lengths, shapes = lengths_of(rows, batch_size), check(program)

    def noted(line: Line) -> Line:
        found = product_sizes(line.expression, shapes, lengths)
        parts = [f"({left}) @ ({right}) = ({whole})" for left, right, whole in found]
        return replace(line, note=": ".join([line.note, *parts])) if parts else line

    return program.replaced(map(noted, program.lines))


def lengths_of(rows: int, batch_size: int | None) -> dict[str, int]:
    """The lengths that shapes leave open: of data of so many rows, and of a step of so many."""
    return {"rows": rows, "batch": min(batch_size or rows, rows)}


def sizes(shape: Shape, lengths: Mapping[str, int], times: str = "x") -> str:
    """A shape in words: `4x3`."""
    return times.join(str(lengths.get(str(dim), dim)) for dim in shape)


def product_sizes(
    expr: Expr, shapes: dict[str, Shape], lengths: Mapping[str, int], times: str = "x"
) -> Iterator[tuple[str, str, str]]:
    """Of each matrix product in an expression, the sizes of both arguments and of the product."""
    for product in products(expr):
        left, right = (sizes(shape_of(arg, shapes), lengths, times) for arg in product.args)
        yield left, right, sizes(shape_of(product, shapes), lengths, times)


STEP = Name("step")


@lru_cache(maxsize=8)
def counted_by_loop(program: Program) -> Program:
    """The program of a script whose loop counts the steps before each in `step`: that is `t` until
    the line that counts, and the one after it where anything asks for it."""
    lines: list[Line] = []
    counted = False
    for k, line in enumerate(program.lines):
        if line.target != "t":
            meaning: dict[str, Expr] = {} if counted else {"t": STEP}
            lines.append(replace(line, expression=substitute(line.expression, meaning)))
        elif line.phase == "update":
            counted = True
            if "t" in reads(program.lines[k + 1 :]):
                number = substitute(line.expression, {"t": STEP})
                lines.append(replace(line, expression=number, note="number of this step, from 1"))
    counting = {} if len(lines) == len(program.lines) else {"step": ()}
    return replace(program, lines=tuple(lines), inputs={**program.inputs, **counting})
