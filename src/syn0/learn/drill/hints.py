"""The hints of a line, from a question to the line itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syn0.printers.numpy import NumpyPrinter
from syn0.program import Line, check, names_in
from syn0.program.checker import shape_of
from syn0.program.expressions import products
from syn0.program.operations import Shape

if TYPE_CHECKING:
    from syn0.learn.drill.exercise import Exercise

PRINTER = NumpyPrinter()


def hint(exercise: Exercise, line: Line, rung: int) -> str:
    """One hint: 0 a question, 1 the shapes, 2 the note, 3 the line."""
    if type(rung) is not int or not 0 <= rung <= 3:
        raise ValueError(f"rung must be 0 (a question), 1 (shapes), 2 (note) or 3, found {rung!r}")
    own = exercise.hints.get(line.target, ())
    if rung < min(len(own), 3):
        return own[rung]
    return (question, shapes, note, whole)[rung](exercise, line)


def question(exercise: Exercise, line: Line) -> str:
    """What to ask oneself."""
    name, read = line.target, set(names_in(line.expression))
    if (
        line.phase == "forward"
        and read & set(exercise.program.weights)
        and products(line.expression)
    ):
        return f"What goes into {name}: which values, through which weights, and what then?"
    if line.phase == "loss":
        return "How far is the prediction off, and with which sign, so that updates can be added?"
    if name.endswith("_delta"):
        return (
            f"{name} is an error, weighed: by how much does this layer's output move when its "
            "weighted sum moves a little?"
        )
    if name.endswith("_error"):
        return (
            f"Which share of the error does each value of {name.removesuffix('_error')} have? Go "
            "back by the way that it went forward."
        )
    if name.endswith("_update"):
        return (
            f"Which way should {name.removesuffix('_update')} move, by what came in and by its "
            "error, summed over the examples?"
        )
    if name in read and name not in exercise.program.weights:
        return f"What does {name} carry over from step to step, and what is new in it?"
    if line.phase == "update":
        return f"By how much does {name} change, and which of the values before say so?"
    return f"From which of the values before is {name} made, and how?"


def shapes(exercise: Exercise, line: Line) -> str:
    """The shapes: of what the line gives, of what it reads, and of its products."""
    known = check(exercise.program)
    names = list(dict.fromkeys(names_in(line.expression)))
    parts = [f"{n} {text(known[n])}".strip() for n in names if n != line.target]
    read = ", ".join([*parts, "what it was"] if line.target in names else parts)
    told = f"{line.target} {text(known[line.target])} is made of {read}".replace("  ", " ")
    made = [
        " @ ".join(text(shape_of(arg, known)) for arg in part.args)
        + f" = {text(shape_of(part, known))}"
        for part in products(line.expression)
    ]
    return f"{told}; in it, {', '.join(made)}." if made else f"{told}."


def text(shape: Shape) -> str:
    """A shape: (rows x 4); nothing for a number."""
    return f"({' x '.join(map(str, shape))})" if shape else ""


def note(exercise: Exercise, line: Line) -> str:
    """What the line does, in the words of the program."""
    return f"{line.target}: {line.note}."


def whole(exercise: Exercise, line: Line) -> str:
    """The line."""
    return str(PRINTER.statement(line))
