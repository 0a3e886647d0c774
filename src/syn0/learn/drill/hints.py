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
    name, weights = line.target, exercise.program.weights
    if line.phase == "forward":
        return f"What goes into {name}: which values, through which weights, and what then?"
    if name.endswith("_delta"):
        return (
            f"{name} is an error, weighed: by how much does this layer's output move when its "
            "weighted sum moves a little?"
        )
    if name.endswith("_error") and line.phase == "loss":
        return "How far is the prediction off, and with which sign, so that updates can be added?"
    if name.endswith("_error"):
        return (
            f"Which share of the blame does each value of {name[:-6]} have? Go back through the "
            "weights through which it went forward."
        )
    if name in weights:
        return (
            f"How must {name} change, for the error to shrink? What came in, and what is to blame?"
        )
    return f"What does {name} remember, or prepare, for the update?"


def shapes(exercise: Exercise, line: Line) -> str:
    """A picture of the shapes: what the line reads, and what it gives."""
    known = check(exercise.program)
    read = ", ".join(
        f"{name} {text(known[name])}" for name in dict.fromkeys(names_in(line.expression))
    )
    told = f"{line.target} is {text(known[line.target])}, made of {read}."
    made = [
        " @ ".join(text(shape_of(arg, known)) for arg in part.args)
        + f" = {text(shape_of(part, known))}"
        for part in products(line.expression)
    ]
    return f"{told} In it, {', '.join(made)}." if made else told


def text(shape: Shape) -> str:
    """A shape: (rows x 4)."""
    return f"({' x '.join(map(str, shape))})" if shape else "a number"


def note(exercise: Exercise, line: Line) -> str:
    """What the line does, in the words of the program."""
    return f"{line.target}: {line.note}."


def whole(exercise: Exercise, line: Line) -> str:
    """The line."""
    return str(PRINTER.statement(line))
