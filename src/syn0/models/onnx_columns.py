"""From a table's columns to a network's inputs, as nodes of an ONNX graph.

It is `Schema.inputs` once more, in the same float64 arithmetic, for runtimes that know no schema.
All columns of numbers are prepared together: nodes for each would cost more time than the network.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from syn0.data import Schema
from syn0.data.cells import MISSING_TEXTS
from syn0.data.inputs import InputColumn, NumberInput, TextInput
from syn0.data.spellings import UNSEEN_CODE
from syn0.data.table import MISSING_CODE
from syn0.models.onnx_graph import TEXT, Graph, Tensor

MOST = 1e150
"""What larger numbers count as, as ONNX has no hypot, and squares of larger ones overflow."""

COARSE = 1000.0
"""From how many deviations away from 0 float32 is too coarse for a column, as for points in time
counted in seconds: four or fewer of its seven digits would tell the rows apart."""


@dataclass(frozen=True)
class Part:
    """(N, n) inputs of the graph's dtype, and their places among all inputs."""

    tensor: Tensor
    places: list[int]


def table_inputs(graph: Graph, schema: Schema) -> Tensor:
    """(N, n_inputs) of the graph's dtype, from inputs that are added to the graph: an (N, 1)
    column for each of the table's that is used, in the table's order, or one `X` of pixels.

    Texts are strings; a missing one is "" or another of `MISSING_TEXTS`. Numbers have the graph's
    dtype, or float64 where float32 is too coarse; a missing one is NaN, which passes through
    where columns go in as they are.
    """
    widths = [len(column.input_names) for column in schema.columns]
    places = dict(zip(schema.columns, np.cumsum([0, *widths[:-1]]).tolist(), strict=True))
    numbers = {c: place for c, place in places.items() if isinstance(c, NumberInput)}
    texts = {c: place for c, place in places.items() if isinstance(c, TextInput)}
    if schema.image_shape:
        given: dict[InputColumn, Tensor] = {}
        columns = [graph.cast(graph.input("X", graph.dtype, len(numbers)), np.float64)]
    else:
        given = {c: column_input(graph, c) for c in places if c in numbers or c in texts}
        columns = [given[c] for c in numbers]
    parts = [text_part(graph, c, given[c], place) for c, place in texts.items()]
    if numbers:
        parts += number_parts(graph, numbers, graph.joined(columns), prepare=schema.prepare)
    return in_order(graph, parts)


def column_input(graph: Graph, column: InputColumn) -> Tensor:
    """(N, 1): a column as it stands in the table; numbers are made float64."""
    if not isinstance(column, NumberInput):
        return graph.input(column.name, TEXT, 1)
    coarse = abs(column.mean) > COARSE * column.scale
    return graph.cast(
        graph.input(column.name, np.float64 if coarse else graph.dtype, 1), np.float64
    )


def number_parts(
    graph: Graph, columns: Mapping[NumberInput, int], values: Tensor, *, prepare: bool
) -> Iterator[Part]:
    """The inputs of columns of numbers, by (N, columns) float64 values, and the marks of those
    that are missing."""
    gaps = graph.node("IsNaN", values) if prepare else None
    z = standardised(graph, list(columns), values)
    if gaps is not None:
        z = graph.node("Where", gaps, graph.constant(0, np.float64), z)
    z = smoothly_clipped(graph, list(columns), z)
    yield Part(graph.cast(z, graph.dtype), list(columns.values()))
    marked = [n for n, column in enumerate(columns) if column.marks_missing]
    if marked and gaps is not None:
        marks = graph.node("Gather", gaps, graph.constant(marked, np.int64), axis=1)
        places = [place + 1 for column, place in columns.items() if column.marks_missing]
        yield Part(graph.cast(marks, graph.dtype), places)


def standardised(graph: Graph, columns: list[NumberInput], values: Tensor) -> Tensor:
    """(value - mean) / scale."""
    means = [column.mean for column in columns]
    scales = [column.scale for column in columns]
    if any(means):
        values = graph.node("Sub", values, graph.constant(means, np.float64))
    if scales != [1] * len(scales):
        values = graph.node("Div", values, graph.constant(scales, np.float64))
    return values


def smoothly_clipped(graph: Graph, columns: list[NumberInput], z: Tensor) -> Tensor:
    """z / sqrt(1 + (z / reach)²); columns without a reach are left as they are, as if it were
    infinite."""
    if not any(column.reach for column in columns):
        return z
    reach = [column.reach or np.inf for column in columns]
    least, most, one = (graph.constant(number, np.float64) for number in (-MOST, MOST, 1))
    z = graph.node("Clip", z, least, most)
    part = graph.node("Div", z, graph.constant(reach, np.float64))
    square = graph.node("Mul", part, part)
    return graph.node("Div", z, graph.node("Sqrt", graph.node("Add", one, square)))


def text_part(graph: Graph, column: TextInput, texts: Tensor, place: int) -> Part:
    """A 1 for the category that a text is, or for its being missing."""
    codes = dict.fromkeys(sorted(MISSING_TEXTS), MISSING_CODE)
    codes |= {text: code for code, text in enumerate(column.categories)}
    code = graph.node(
        "LabelEncoder",
        texts,
        domain="ai.onnx.ml",
        keys_strings=list(codes),
        values_int64s=list(codes.values()),
        default_int64=UNSEEN_CODE,
    )
    wanted = [*range(len(column.categories)), *[MISSING_CODE] * column.marks_missing]
    equal = graph.node("Equal", code, graph.constant(wanted, np.int64))
    places = list(range(place, place + len(wanted)))
    return Part(graph.cast(equal, graph.dtype), places)


def in_order(graph: Graph, parts: list[Part]) -> Tensor:
    """All inputs side by side, each in its place."""
    joined = graph.joined([part.tensor for part in parts])
    places: NDArray[np.intp] = np.concatenate([part.places for part in parts])
    order = np.argsort(places)
    if np.array_equal(order, places) and np.array_equal(order, np.arange(len(order))):
        return joined
    return graph.node("Gather", joined, graph.constant(order, np.int64), axis=1)
