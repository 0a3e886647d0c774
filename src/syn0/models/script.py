"""The program that predicts with a trained network: its forward lines and its weights, and where
it was trained on a table, how the columns become inputs. It needs NumPy and nothing of syn0's.

It is `Network.predict` once more, for who wants to read it, or to run it where there is no syn0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.data import Schema, Table
from syn0.data.inputs import InputColumn, LeftOut, NumberInput, TextInput
from syn0.data.table import Column
from syn0.data.targets import NumberTarget
from syn0.derive import loss_of
from syn0.models.network import Network
from syn0.printers import MOST_NUMBERS, NumpyPrinter
from syn0.printers.numpy import WIDTH, indented, join_sections
from syn0.printers.safe import python_text
from syn0.printers.script import prediction_lines
from syn0.spec.doors import door

ROWS_SHOWN = 5
"""Of the data that a network was trained on."""

NUMBER = '''\
def number(values, mean, scale, reach=np.inf):
    """Numbers about 0, a usual one within 1, all within the reach; 0 where one is missing."""
    z = (np.array(values, dtype=float) - mean) / scale
    z[np.isnan(z)] = 0
    return z / np.hypot(1, z / reach)'''

CATEGORY = '''\
def category(values, text):
    """1 where a value is this text, else 0."""
    return np.array([str(value) == text for value in values], dtype=float)'''

MISSING = '''\
def missing(values):
    """1 where there is no value: None, NaN or an empty text; else 0."""
    return np.array([v is None or v == "" or v != v for v in values], dtype=float)'''

WRITTEN = {"number": NUMBER, "category": CATEGORY, "missing": MISSING}


@door
def prediction_script(
    network: Network, rows: Table | None = None, weights_file: str | None = None
) -> str:
    """The text of a program that predicts.

    Args:
        network: whose forward lines and weights it holds.
        rows: a table to predict, whose columns it carries; by default a row of made-up inputs.
        weights_file: the .npz file, beside the program, that holds the weights; by default they
            stand in the text, exact to the last bit.

    Raises:
        ValueError: too many numbers for a text, or a table that does not fit.
    """
    schema, weights = network.schema, network.weights
    size = sum(array.size for array in weights.values())
    if weights_file is None and size > MOST_NUMBERS:
        raise ValueError(
            f"the network has {size:,} weights, and a program's text holds at most "
            f"{MOST_NUMBERS:,} numbers: write them beside it with --weights FILE.npz"
        )
    if rows is not None and (cells := len(rows) * len(rows.columns)) > MOST_NUMBERS:
        raise ValueError(
            f"{rows.name} holds {cells:,} values, and a program carries its data in its text: "
            f"give at most {MOST_NUMBERS:,}, for instance the first rows"
        )
    printer = NumpyPrinter()
    prediction = prediction_lines(network.spec)
    preparing = [] if schema is None or not schema.prepare else preparation(schema)
    last = ["outputs = predict(X)", "print(outputs)"]
    if schema and schema.classes:
        last += answer_lines(network, schema.classes)
    return join_sections(
        [
            f'"""Predicts with a {network.spec} neural network, trained for '
            f'{network.steps_taken:,} steps."""',
            "import numpy as np",
            *printer.helper_functions(prediction.phase("forward")),
            *preparing,
            predict_function(network, printer),
            "\n".join(weight_lines(weights, weights_file)),
            "\n".join(row_lines(network, rows)),
            "\n".join(last),
        ]
    )


def predict_function(network: Network, printer: NumpyPrinter) -> str:
    """The forward lines as a function, its result in the target's own units."""
    spec, schema = network.spec, network.schema
    prediction = prediction_lines(spec)
    words = f"The (rows, {spec.outputs}) outputs for inputs X, (rows, {spec.inputs})."
    body = [f'"""{words}"""']
    if spec.dtype == "float32":
        body.append("X = np.asarray(X, dtype=np.float32)")
    body += printer.statements(prediction.phase("forward"))
    result = prediction.output
    target = schema.target_column if schema else None
    if isinstance(target, NumberTarget) and (target.mean, target.scale) != (0, 1):
        body.append("# In the target's own units, which may need more digits than float32 has.")
        exact_result = f"{result}.astype(float)" if spec.dtype == "float32" else result
        result = f"{exact_result} * {target.scale!r} + {target.mean!r}"
    return "\n".join(["def predict(X):", *indented([*body, f"return {result}"])])


def answer_lines(network: Network, classes: Sequence[str]) -> list[str]:
    """The classes by name, and the one that each row most likely is."""
    middle = "0" if loss_of(network.spec).row.targets == "sides" else "0.5"
    number = (
        "outputs.argmax(axis=1)" if len(classes) > 2 else f"(outputs[:, 0] > {middle}).astype(int)"
    )
    return [
        filled("classes = [", map(python_text, classes), "]"),
        f"print([classes[k] for k in {number}])",
    ]


def weight_lines(weights: Mapping[str, NDArray[Any]], file: str | None) -> Iterator[str]:
    """What the network learned: numbers that are exact to the last bit, or those of a file."""
    yield "# What it learned."
    if file is not None:
        yield f"learned = np.load({python_text(file)})"
    for name, array in weights.items():
        yield exact(name, array) if file is None else f'{name} = learned["{name}"]'


def exact(name: str, array: NDArray[Any]) -> str:
    """`name = np.array(...)` of one row of numbers or of several."""
    kind = ", dtype=np.float32" if array.dtype == np.float32 else ""
    if array.ndim == 1:
        return filled(f"{name} = np.array([", map(str, array), f"]{kind})")
    rows = indented(filled("[", map(str, row), "],") for row in array)
    return "\n".join([f"{name} = np.array([", *rows, f"]{kind})"])


def filled(start: str, parts: Iterable[str], end: str) -> str:
    """`start`, the parts with commas between them, and `end`, in lines of a readable width."""
    lines, first = [start], True
    for part in parts:
        lines[-1] += "" if first else ","
        if len(lines[-1]) + len(part) > WIDTH - 8 and not first:
            lines.append(f"    {part}")
        else:
            lines[-1] += part if first else f" {part}"
        first = False
    lines[-1] += end
    return "\n".join(lines)


def preparation(schema: Schema) -> list[str]:
    """Functions that make inputs of a table's columns, as in training."""
    if schema.image_shape:
        scale = next(c.scale for c in schema.columns if isinstance(c, NumberInput))
        return [
            "def prepared(images):\n"
            f'    """X, (images, {schema.n_inputs}): the pixels of each in a row, up to 1."""\n'
            f"    return np.array(images, dtype=float).reshape(-1, {schema.n_inputs}) / {scale!r}"
        ]
    calls = [call for column in schema.columns for call in input_calls(column)]
    called = {call.partition("(")[0] for call in calls}
    function = [
        "def prepared(table):",
        f'    """X, (rows, {schema.n_inputs}), of a table\'s columns by name; None is missing."""',
        "    inputs = [",
        *(f"        {call}," for call in calls),
        "    ]",
        "    return np.stack(inputs, axis=1)",
    ]
    return [*(text for name, text in WRITTEN.items() if name in called), "\n".join(function)]


def input_calls(column: InputColumn) -> Iterator[str]:
    """The calls that give a column's inputs."""
    values = f"table[{python_text(column.name)}]"
    if isinstance(column, NumberInput):
        reach = "" if column.reach is None else f", {column.reach!r}"
        yield f"number({values}, {column.mean!r}, {column.scale!r}{reach})"
    if isinstance(column, TextInput):
        yield from (f"category({values}, {python_text(text)})" for text in column.categories)
    if not isinstance(column, LeftOut) and column.marks_missing:
        yield f"missing({values})"


def row_lines(network: Network, rows: Table | None) -> list[str]:
    """The rows to predict: those of a table, or one that is made up."""
    schema, spec = network.schema, network.spec
    heading = "# A made-up row: put your own here."
    if rows is not None:
        heading = f"# {len(rows):,} rows of {python_text(rows.name)}."
    if schema is None or not schema.prepare:
        zeros = np.zeros((1, spec.inputs))
        X = zeros if schema is None or rows is None else schema.inputs(rows)
        names = () if schema is None else map(python_text, schema.input_names)
        return [heading, *([filled("columns = [", names, "]")] if schema else ()), exact("X", X)]
    columns = [column for column in schema.columns if not isinstance(column, LeftOut)]
    if schema.image_shape:
        pixels = np.zeros((1, spec.inputs))
        if rows is not None:
            pixels = np.stack([rows.columns[c.name].values for c in columns], axis=1)
        return [heading, exact("images", pixels), "X = prepared(images)"]
    if rows is None:
        cells = [made_up_cells(column) for column in columns]
    else:
        schema.inputs(rows)  # refuses what does not fit
        cells = [cells_of(column_for(c, schema, rows)) for c in columns]
    lines = [
        filled(f"{python_text(column.name)}: [", texts, "],")
        for column, texts in zip(columns, cells, strict=True)
    ]
    return [heading, "table = {", *indented(lines), "}", "X = prepared(table)"]


def column_for(fitted: NumberInput | TextInput, schema: Schema, table: Table) -> Column:
    """The table's column of that name; of a table without names, the one in its place."""
    if fitted.name in table.columns:
        return table.columns[fitted.name]
    return table.inputs[schema.columns.index(fitted)]


def made_up_cells(column: NumberInput | TextInput) -> list[str]:
    """The middle of numbers, the most frequent of texts."""
    return [
        repr(column.mean) if isinstance(column, NumberInput) else python_text(column.categories[0])
    ]


def cells_of(column: Column) -> list[str]:
    """The cells of a column as Python has them, None where one is missing."""
    texts = column.categories
    if texts is None:
        written = [repr(value) for value in column.values.tolist()]
    else:
        written = [python_text(texts[code]) for code in column.values]
    return ["None" if gap else text for text, gap in zip(written, column.missing, strict=True)]


@door
def some_rows(table: Table) -> Table:
    """A few rows, from the first to the last, to be seen predicted."""
    return table.take(np.unique(np.linspace(0, len(table) - 1, ROWS_SHOWN).astype(int)))
