"""The program that predicts with a trained network: rows of a table, or one that is made up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from syn0.data import Schema, Table
from syn0.data.inputs import LeftOut, NumberInput, TextInput
from syn0.data.table import Column
from syn0.models.module import module_of
from syn0.printers import MODULES, MOST_NUMBERS, UnsupportedError
from syn0.printers.module import Module, Sample
from syn0.spec.checks import choice
from syn0.spec.doors import door

if TYPE_CHECKING:
    from syn0.models.network import Network

ROWS_SHOWN = 5
"""Of the data that a network was trained on."""

ROWS_TRIED = 8
"""Of a program's self-test."""

MADE_UP = "A made-up row: put your own here."


@door
def prediction_script(
    network: Network,
    rows: Table | None = None,
    weights_file: str | None = None,
    language: str = "numpy",
    *,
    module: Module | None = None,
) -> str:
    """The text of a program that predicts: what prepares the columns of its table, the forward
    lines, and the weights. It needs nothing of syn0's.

    Args:
        network: whose lines and weights it holds.
        rows: a table to predict, whose columns it carries; by default a row of made-up inputs.
        weights_file: the .npz file, beside the program, that holds the weights; by default they
            stand in the text, exact to the last bit.
        language: one of those that write trained models.
        module: the plan that it prints; by default the network's own.

    Raises:
        ValueError: too many numbers for a text, a table that does not fit, or a language that
            cannot say what the network does.
    """
    if rows is not None and (cells := len(rows) * len(rows.columns)) > MOST_NUMBERS:
        raise ValueError(
            f"{rows.name} holds {cells:,} values, and a program carries its data in its text: "
            f"give at most {MOST_NUMBERS:,}, for instance the first rows"
        )
    plan = module or module_of(network)
    return program_text(plan, sample(network, rows), language, weights_file)


def program_text(
    module: Module, rows: Sample, language: str, weights_file: str | None = None
) -> str:
    """The text of a plan; ValueError where it holds too many numbers, or a language cannot say
    it."""
    printer = MODULES[choice("language", language, MODULES)]
    size = sum(array.size for array in module.weights.values())
    if weights_file is None and size > MOST_NUMBERS:
        raise ValueError(
            f"the network has {size:,} weights, and a program's text holds at most "
            f"{MOST_NUMBERS:,} numbers: write them beside it with --weights FILE.npz"
        )
    try:
        return printer.program(module, rows, weights_file)
    except UnsupportedError as error:
        raise ValueError(f"{error}: choose another language") from None


def sample(network: Network, rows: Table | None) -> Sample:
    """The rows to predict: those of a table, or one that is made up."""
    schema, note = network.schema, MADE_UP
    if rows is not None:
        note = f"{len(rows):,} rows of {rows.name!a}."
    if schema is None:
        return Sample(note, matrix=np.zeros((1, network.spec.inputs)))
    columns = [column for column in schema.columns if not isinstance(column, LeftOut)]
    if rows is not None:
        schema.inputs(rows)  # refuses what does not fit
    if schema.image_shape:
        pixels = np.zeros((1, network.spec.inputs))
        if rows is not None:
            pixels = np.stack([rows.columns[c.name].values for c in columns], axis=1)
        return Sample(note, matrix=pixels)
    return Sample(note, cells_of(schema, columns, rows))


def trial(network: Network) -> Sample:
    """Rows for a program to try itself on: made-up numbers and texts, some of them missing or
    never seen."""
    schema, random = network.schema, np.random.RandomState(0)
    note = f"{ROWS_TRIED} made-up rows, with missing and unknown values where these may be."
    if schema is None:
        plain = random.normal(size=(ROWS_TRIED, network.spec.inputs)).round(2)
        return Sample(note, matrix=plain, trial=True)
    columns = [column for column in schema.columns if not isinstance(column, LeftOut)]
    cells = {column.name: tried(column, schema, random) for column in columns}
    if schema.image_shape:
        pixels = np.stack([np.array(x) for x in cells.values()], axis=1)
        return Sample(note, matrix=pixels, trial=True)
    return Sample(note, cells, trial=True)


def tried(
    column: NumberInput | TextInput, schema: Schema, random: np.random.RandomState
) -> list[Any]:
    """The cells of a column in these rows."""
    if isinstance(column, TextInput):
        known = [column.categories[k % len(column.categories)] for k in range(ROWS_TRIED - 2)]
        return [*known, None, "never seen"]
    numbers = (column.mean + column.scale * random.normal(size=ROWS_TRIED)).round(3).tolist()
    gap = random.randint(ROWS_TRIED) if schema.prepare and not schema.image_shape else None
    return [None if k == gap else number for k, number in enumerate(numbers)]


def cells_of(
    schema: Schema, columns: list[NumberInput | TextInput], rows: Table | None
) -> Mapping[str, list[Any]]:
    """The cells of each column, None where one is missing; made up, the middle of numbers and the
    most frequent of texts."""
    if rows is not None:
        return {column.name: values_of(column_for(column, schema, rows)) for column in columns}
    return {c.name: [c.mean if isinstance(c, NumberInput) else c.categories[0]] for c in columns}


def column_for(fitted: NumberInput | TextInput, schema: Schema, table: Table) -> Column:
    """The table's column of that name; of a table without names, the one in its place."""
    if fitted.name in table.columns:
        return table.columns[fitted.name]
    return table.inputs[schema.columns.index(fitted)]


def values_of(column: Column) -> list[Any]:
    """The cells of a column as Python has them, None where one is missing."""
    texts, values = column.categories, column.values.tolist()
    found = values if texts is None else [texts[code] for code in values]
    return [None if gap else value for value, gap in zip(found, column.missing, strict=True)]


@door
def some_rows(table: Table) -> Table:
    """A few rows, from the first to the last, to be seen predicted."""
    return table.take(np.unique(np.linspace(0, len(table) - 1, ROWS_SHOWN).astype(int)))
