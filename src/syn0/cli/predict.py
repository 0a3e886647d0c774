"""`syn0 predict`: what a saved model says about data."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from syn0.cli.options import images_of, max_pixels_option, message, tell_unknown_texts, waiting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from syn0.data import Table
    from syn0.models import Network


@click.command()
@click.argument("model")
@click.argument("data")
@max_pixels_option
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list, an object a row.")
def predict(model: str, data: str, max_pixels: int | None, as_json: bool) -> None:
    """Print the predictions of MODEL for DATA, as CSV: a header, then a line a row.

    Columns are found by name, in any order, and others are passed over. For classes there is the
    predicted one and, from outputs that are probabilities, a column for each class; for quantiles
    a column each, the prediction being the middle one. Of images, an image or a folder of them, a
    first column names the files.

    \b
    syn0 predict titanic.safetensors passengers.csv > answers.csv
    """
    from syn0.models import load

    network = load(model)
    with waiting(f"reading {data}"):
        columns = predictions(network, data, max_pixels)
    if as_json:
        rows = [dict(zip(columns, row, strict=True)) for row in rows_of(columns)]
        click.echo(json.dumps(rows, indent=2, allow_nan=False))
        return
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows_of(columns))


def predictions(
    network: Network, data: str, max_pixels: int | None = None
) -> dict[str, NDArray[Any]]:
    """The columns to print, by name."""
    from syn0.data import read_table
    from syn0.derive import loss_of
    from syn0.models import answers, class_probabilities

    schema = network.schema
    images = images_of({"max_pixels": max_pixels}, schema.image_shape if schema else None)
    table = read_table(data, for_prediction=True, images=images)
    for note in table.notes:
        message(note)
    columns: dict[str, NDArray[Any]] = {} if table.files is None else {"file": table.files}
    if schema is None:
        outputs = network.predict(plain_numbers(table))
        return columns | {f"output {k}": column for k, column in enumerate(outputs.T, 1)}
    tell_unknown_texts(schema, table)
    outputs = network.predict(table)
    columns["prediction"] = answers(network, outputs)
    probabilities = class_probabilities(network, outputs)
    if schema.classes and probabilities is not None:
        for name, column in zip(schema.classes, probabilities.T, strict=True):
            columns[f"probability of {name}"] = column
    loss = loss_of(network.spec)
    if loss.name == "quantile":
        for number, column in zip(loss.numbers, outputs.T, strict=True):
            columns[f"quantile {number:g}"] = column
    return columns


def rows_of(columns: dict[str, NDArray[Any]]) -> Iterator[tuple[Any, ...]]:
    """The rows one by one, as plain texts and numbers; float32 without digits that it lacks."""
    import numpy as np

    for row in zip(*columns.values(), strict=True):
        yield tuple(float(str(cell)) if isinstance(cell, np.floating) else cell for cell in row)


def plain_numbers(table: Table) -> NDArray[Any]:
    """All columns as one array, for a network that was trained on plain arrays."""
    import numpy as np

    for column in table.inputs:
        if column.categories is not None:
            raise ValueError(
                f"column {column.name!r} of {table.name} holds text, but the model was trained on "
                "plain numbers"
            )
    return np.column_stack([column.values for column in table.inputs])
