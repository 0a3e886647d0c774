"""What a schema does to columns, as lines of a program: `Schema.inputs` once more, for every
language that a model is written in.

All columns of numbers are prepared together, a column of texts by itself. Everything is computed in
float64, as `Schema.inputs` computes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from syn0.data.cells import MISSING_TEXTS
from syn0.data.inputs import NumberInput, TextInput
from syn0.data.schema import Schema
from syn0.printers.module import Given
from syn0.program import Const, Expr, Line, Name
from syn0.program.expressions import (
    apply,
    columns,
    is_missing,
    joined,
    one_of,
    smoothly_clipped,
    where,
)
from syn0.spec.words import identifier

COARSE = 1000.0
"""From how many deviations away from 0 float32 is too coarse for a column, as for points in time
counted in seconds: four or fewer of its seven digits would tell the rows apart."""


@dataclass
class Preparation:
    """What is given, and the lines that make `X`, (rows, inputs), of it."""

    given: list[Given] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def bind(self, target: str, expression: Expr, note: str) -> Name:
        """One more line."""
        self.lines.append(Line(target, expression, "prepare", 0, note))
        return Name(target)


@dataclass(frozen=True)
class Part:
    """Inputs side by side, and their places among all."""

    inputs: Expr
    places: Sequence[int]


def preparation(schema: Schema, dtype: str) -> Preparation:
    """The lines for inputs of a dtype, "float32" or "float64"."""
    made, first = Preparation(), 0
    parts: list[Part] = []
    numbers: dict[int, NumberInput] = {}
    texts: dict[int, TextInput] = {}
    for column in schema.columns:
        if isinstance(column, NumberInput):
            numbers[first] = column
        elif isinstance(column, TextInput):
            texts[first] = column
        if column.input_names and not schema.image_shape:
            made.order.append(column.name)
        first += len(column.input_names)
    if numbers:
        parts += number_parts(made, numbers, schema)
    for place, column in texts.items():
        parts += text_parts(made, column, place)
    X = in_order(made, parts)
    made.bind("X", apply("float32", X) if dtype == "float32" else X, "the inputs, in their order")
    return made


def number_parts(
    made: Preparation, numbers: dict[int, NumberInput], schema: Schema
) -> Iterator[Part]:
    """The columns of numbers, and the marks of those that are missing."""
    fitted, places = [*numbers.values()], [*numbers]
    names = () if schema.image_shape else tuple(column.name for column in fitted)
    coarse = tuple(abs(column.mean) > COARSE * column.scale for column in fitted)
    given = Given("numbers", names, len(fitted), gaps=schema.prepare, coarse=coarse)
    made.given.append(given)
    values: Expr = Name(given.name)
    means, scales = [c.mean for c in fitted], [c.scale for c in fitted]
    if any(means):
        values = made.bind("centred", values - row_or_number(means), "with mean 0 in training")
    if set(scales) != {1.0}:
        values = made.bind("scaled", values / row_or_number(scales), "with deviation 1 there")
    if schema.prepare:
        gaps = made.bind("gaps", is_missing(Name(given.name)), "where a number is missing")
        values = made.bind("filled", where(gaps, 0, values), "a missing number is the mean")
    if any(column.reach for column in fitted):
        reach = row_or_number([column.reach or np.inf for column in fitted])
        note = "outliers drawn in to within the reach"
        values = made.bind("within_reach", smoothly_clipped(values, reach), note)
    yield Part(values, places)
    marked = [k for k, column in enumerate(fitted) if column.marks_missing]
    if marked and schema.prepare:
        marks = made.bind("marks", columns(gaps, marked), "1 where a number is missing")
        yield Part(marks, [places[k] + 1 for k in marked])


def row_or_number(values: Sequence[float]) -> Const:
    """A row of numbers, or one where all are the same."""
    return Const(values[0]) if len(set(values)) == 1 else Const(tuple(values))


def text_parts(made: Preparation, column: TextInput, place: int) -> Iterator[Part]:
    """The categories of a column of texts, and the mark of a missing one."""
    taken = {given.name for given in made.given}
    name = identifier(column.name, 20, lambda one: f"{one}_text" in taken)
    missing = tuple(sorted(MISSING_TEXTS - {"", *column.categories}))
    given = Given(f"{name}_text", (column.name,), 1, texts=True, missing=missing)
    made.given.append(given)
    known = [*column.categories, *([""] if column.marks_missing else [])]
    words = "1 for the text that it is" + (", the last if it is missing" if "" in known else "")
    inputs = made.bind(f"{name}_is", one_of(Name(given.name), known), words)
    yield Part(inputs, range(place, place + len(known)))


def in_order(made: Preparation, parts: Sequence[Part]) -> Expr:
    """All inputs side by side, each in its place."""
    inputs = parts[0].inputs
    if len(parts) > 1:
        inputs = made.bind("parts", joined(*(part.inputs for part in parts)), "side by side")
    places = [place for part in parts for place in part.places]
    order = [int(place) for place in np.argsort(places)]
    return inputs if order == sorted(order) else columns(inputs, order)
