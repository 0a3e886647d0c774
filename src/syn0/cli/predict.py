"""`syn0 predict`: what a saved model says about data."""

from __future__ import annotations

import csv
import io
import itertools
import json
import stat
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TextIO

import click

from syn0.cli.command import Sections, message
from syn0.cli.options import FILE, FORCE, output_option, tell_model, tell_unknown_texts, waiting
from syn0.cli.reading import reading_of, reading_options, tell_notes
from syn0.cli.streams import memory_option, passes_over, tell_blocks
from syn0.spec.words import visible

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from syn0.data import Reading, Table
    from syn0.data.passes import Passes
    from syn0.data.table import Column
    from syn0.models import Network

    Answers = dict[str, NDArray[Any]]
    """The columns to print, by name."""

STDOUT = "-"

IN_MEMORY = 2**24
"""Bytes of predictions up to which they wait in memory until they are written."""


@click.command(cls=Sections)
@click.argument("model", type=FILE)
@click.argument("data", type=FILE)
@reading_options
@memory_option
@output_option("--out", type=FILE, metavar="FILE", default=STDOUT,
               help="Write there, whole or not at all; default -, which is stdout.")  # fmt: skip
@FORCE
@output_option("--json", "as_json", is_flag=True, help="A JSON list, an object a row.")
def predict(model: str, data: str, out: str, force: bool, as_json: bool, **options: Any) -> None:
    """Print the predictions of MODEL for DATA, as CSV: a header, then a line a row.

    MODEL is what syn0 train --out saved, or in Python a network, an estimator or a pipeline.

    Columns are found by name, in any order, and others are passed over. For classes there is the
    predicted one and, from outputs that are probabilities, a column for each class; for quantiles
    a column each, the prediction being the middle one. Of images, an image or a folder of them, a
    first column names the files. What is no terminal's gets UTF-8.

    \b
    syn0 predict titanic.safetensors passengers.csv > answers.csv
    syn0 predict titanic.safetensors passengers.csv --out answers.csv
    """
    from syn0.models import Network
    from syn0.saving import load

    check_place(out, model, data, force=force)
    saved = load(model)
    with waiting(f"reading {data}"):
        if isinstance(saved, Network):
            tell_model(model, saved)
            blocks = predictions(saved, data, options)
        else:
            blocks = iter([estimated(model, saved, data, options)])
    writes = write_json if as_json else write_csv
    if out == STDOUT:
        writes(blocks, sys.stdout)
        return
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as kept:
        text = io.TextIOWrapper(kept, "utf-8", "backslashreplace", newline="", write_through=True)
        writes(blocks, text)
        save(out, kept)
        text.detach()
    message(f"Saved {out}")


def check_place(out: str, model: str, data: str, *, force: bool) -> None:
    """Refuse at once a place where predictions must or can not be written."""
    from syn0.cli.outputs import are_predictions, check_output, refuse_what_is_read

    reads = {"the model": model, "the data": data}
    if out == STDOUT:
        refuse_what_is_read("/dev/stdout", reads)  # as where >> leads to the data
    elif not is_stream(out):
        check_output(out, "the predictions", reads=reads, ours=are_predictions, force=force)


def is_stream(out: str) -> bool:
    """Whether a place is a pipe or a device, which passes on what it is given."""
    try:
        mode = Path(out).stat().st_mode
    except OSError:  # what is wrong is told where it is written
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def save(out: str, kept: IO[bytes]) -> None:
    """Write the predictions, which a file holds, to another, whole or not at all."""
    from syn0.files.atomic import write_whole

    kept.seek(0)
    pieces = iter(lambda: kept.read(2**20), b"")
    if is_stream(out):
        with Path(out).open("wb") as stream:
            stream.writelines(pieces)
    else:
        write_whole(Path(out), pieces, "the predictions")


def write_json(blocks: Iterable[Answers], file: TextIO) -> None:
    """The predictions as a JSON list, an object a row."""
    start = "[\n"
    for columns in blocks:
        rows = [dict(zip(columns, row, strict=True)) for row in rows_of(columns)]
        if rows:  # of a list, all but the brackets around it
            file.write(start + json.dumps(rows, indent=2, allow_nan=False)[2:-2])
            start = ",\n"
    file.write("[]\n" if start == "[\n" else "\n]\n")


class LineEnds:
    """A file for `csv.writer`, which quotes carriage returns only where its lines end in them: here
    they end in line feeds alone."""

    def __init__(self, file: TextIO) -> None:
        self.file = file

    def write(self, row: str) -> None:
        """Write a row."""
        self.file.write(row.removesuffix("\r\n") + "\n")


def write_csv(blocks: Iterable[Answers], file: TextIO) -> None:
    """The predictions as CSV."""
    writer = csv.writer(LineEnds(file))
    is_terminal = file.isatty()
    for number, columns in enumerate(blocks):
        head = [] if number else [tuple(columns)]
        rows: Iterator[tuple[Any, ...]] = itertools.chain(head, rows_of(columns))
        if is_terminal:  # it would obey what data only hold
            rows = (tuple(visible(c) if isinstance(c, str) else c for c in row) for row in rows)
        writer.writerows(rows)


def predictions(network: Network, data: str, options: Mapping[str, Any]) -> Iterator[Answers]:
    """The columns to print, by name: of all rows, or of a file that does not fit into memory of
    some at a time."""
    schema = network.schema
    reading = reading_of(options, schema, float32=network.spec.dtype == "float32")
    passes = None
    if schema is not None:
        passes = passes_over(data, options, reading, target=None, for_prediction=True)
    if passes is None:
        return iter([predictions_at_once(network, data, reading)])
    passes.settle()
    return predictions_in_blocks(network, passes)


def predictions_in_blocks(network: Network, passes: Passes) -> Iterator[Answers]:
    """The columns of some rows after the other; then what is to be said of them."""
    schema = network.schema
    assert schema is not None  # noqa: S101  (see predictions)
    unknown = Counter[str]()
    for table in passes.tables():
        unknown.update(schema.count_unknown(table))
        yield answers_of(network, table)
    tell_blocks(schema, passes, unknown)


def predictions_at_once(network: Network, data: str, reading: Reading) -> Answers:
    """The columns of all rows."""
    from syn0.data import read_table

    schema = network.schema
    table = read_table(data, for_prediction=True, reading=reading)
    tell_notes(table.notes)
    if schema is not None:
        tell_unknown_texts(schema.unknown_texts(table))
    files: dict[str, NDArray[Any]] = {} if table.files is None else {"file": table.files}
    return files | answers_of(network, table)


def answers_of(network: Network, table: Table) -> dict[str, NDArray[Any]]:
    """What a network says of the rows of a table, by the names of columns."""
    from syn0.derive import output_numbers
    from syn0.models import answers, class_probabilities

    schema = network.schema
    if schema is None:
        outputs = network.predict(plain_numbers(table, network.columns.get("X")))
        return {f"output {k}": column for k, column in enumerate(outputs.T, 1)}
    outputs = network.predict(table)
    columns = {"prediction": answers(network, outputs)}
    probabilities = class_probabilities(network, outputs)
    if schema.classes and probabilities is not None:
        for name, column in zip(schema.classes, probabilities.T, strict=True):
            columns[f"probability of {name}"] = column
    if output_numbers(network.spec.loss):
        columns |= columns_of_numbers(network.spec.loss, outputs)
    return columns


def columns_of_numbers(loss: str, outputs: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """The outputs for the numbers of a loss, as "quantile 0.9"."""
    from syn0.derive import output_numbers

    name, numbers = loss.partition(":")[0], output_numbers(loss)
    return {f"{name} {number:g}": out for number, out in zip(numbers, outputs.T, strict=True)}


def estimated(
    path: str, model: Any, data: str, options: Mapping[str, Any]
) -> dict[str, NDArray[Any]]:
    """The columns to print, by name, of an estimator or a pipeline."""
    from syn0.cli.answers import Saved

    saved = Saved(path, model)
    table = saved.read(data, options)
    files = {} if table.files is None else {"file": table.files}
    return files | saved.answers(table)


def rows_of(columns: dict[str, NDArray[Any]]) -> Iterator[tuple[Any, ...]]:
    """The rows one by one, as plain texts and numbers; float32 without digits that it lacks."""
    for row in zip(*columns.values(), strict=True):
        yield tuple(map(plain, row))


def plain(cell: Any) -> Any:
    """A cell as Python has it: a text, a number, or the text of anything else."""
    import numpy as np

    if isinstance(cell, np.floating):
        return float(str(cell))
    value = cell.item() if isinstance(cell, np.generic) else cell
    return value if isinstance(value, str | int | float) else str(value)


def plain_numbers(table: Table, known: tuple[str, ...] | None) -> NDArray[Any]:
    """The columns as one array, for a network that was trained on plain arrays."""
    import numpy as np

    columns = inputs_of(table, known)
    for column in columns:
        if column.categories is not None:
            raise ValueError(
                f"column {column.name!r} of {table.name} holds text, but the model was trained on "
                "plain numbers"
            )
    return np.column_stack([column.values for column in columns])


def inputs_of(table: Table, known: tuple[str, ...] | None) -> list[Column]:
    """The columns that are known by name, in their order; otherwise all but the target and an
    index."""
    from syn0.data.inputs import numbers_the_rows
    from syn0.models.frames import places

    if known and table.has_names:
        named = [*table.columns.values()]
        return [named[place] for place in places(table.name, tuple(table.columns), known)]
    return [column for column in table.inputs if not numbers_the_rows(column)]
