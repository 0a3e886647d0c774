"""How DATA of text are read: options for it, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from syn0.cli.command import message
from syn0.cli.flags import F
from syn0.cli.options import FILE, data_option, flags_given, network_options, waiting
from syn0.spec.defaults import MOST_CELLS, MOST_PIXELS, SEED
from syn0.spec.words import counted

if TYPE_CHECKING:
    from syn0.data import Reading, Schema, Table

READING_OPTIONS = ("header", "missing", "max_pixels", "max_cells")

COLUMN_OPTIONS = ("target", "drop", *READING_OPTIONS)
"""The options of `column_options`."""


def reading_options(command: F) -> F:
    """Add the options that say how files are read."""
    header = data_option("--header/--no-header", default=None,
                         help="Whether DATA's first line names the columns; default told from "
                         "the lines.")  # fmt: skip
    missing = data_option("--missing", metavar="TEXTS",
                          help="Texts that stand for a missing value, joined by commas; default "
                          "NA, n/a, ? and the like; '' for empty cells alone.")  # fmt: skip
    max_pixels = data_option("--max-pixels", type=click.IntRange(min=1), metavar="N",
                             help="Pixels read of an image, and kept of all, where small files "
                             f"hold many; default {MOST_PIXELS:,}.")  # fmt: skip
    max_cells = data_option("--max-cells", type=click.IntRange(min=1), metavar="N",
                            help="Cells read of a table whose file is much smaller; default "
                            f"{MOST_CELLS:,}.")  # fmt: skip
    return header(missing(max_pixels(max_cells(command))))


def column_options(command: F) -> F:
    """Add the options that choose the columns that are learned, and `reading_options`."""
    target = data_option("--target", metavar="COLUMN",
                         help="The column to learn; default the last.")  # fmt: skip
    drop = data_option("--drop", multiple=True, metavar="COLUMN",
                       help="Leave a column out (repeatable).")  # fmt: skip
    return target(drop(reading_options(command)))


def refuse_without_data(options: Mapping[str, Any]) -> None:
    """ValueError if options say how data are read, and none are named."""
    if options.get("data") is None and (flags := flags_given(options, COLUMN_OPTIONS)):
        raise ValueError(f"{flags}: no data are named that this is about: name some with --data")


def options_of_a_run(rows: str) -> Callable[[F], F]:
    """Makes what adds the options of a network and of its rows; `rows` says what --data are."""
    data = data_option("--data", type=FILE, metavar="DATA", help=rows)
    seed = data_option("--seed", type=int, metavar="N",
                       help=f"Of start weights, batches and masks; default {SEED}.")  # fmt: skip
    return lambda command: data(column_options(seed(network_options(command))))


def reading_of(
    options: Mapping[str, Any], schema: Schema | None = None, *, float32: bool = False
) -> Reading:
    """How to read, by the options; and as the model was read that is to see the data."""
    from syn0.data import Reading
    from syn0.data.images import parse_size

    usual = Reading() if schema is None else schema.reading
    texts = options.get("missing")
    missing = usual.missing if texts is None else tuple(filter(None, texts.split(",")))
    images = replace(usual.images, max_pixels=options.get("max_pixels") or MOST_PIXELS)
    if options.get("resize") is not None:
        images = replace(images, size=parse_size(options["resize"]))
    return replace(
        usual,
        header=options.get("header"),
        missing=missing,
        float32=float32,
        images=images,
        max_cells=options.get("max_cells") or MOST_CELLS,
    )


def named_table(
    data: str, options: Mapping[str, Any], schema: Schema | None = None, *, float32: bool = False
) -> Table:
    """The table that a user names, whose target is the one that the options or a model's `schema`
    say."""
    from syn0.data import read_table

    target = options.get("target") or (schema.target if schema else None)
    reading = reading_of(options, schema, float32=float32)
    with waiting(f"reading {data}"):
        return read_table(data, target=target, drop=options.get("drop", ()), reading=reading)


def tell_notes(notes: Iterable[str]) -> None:
    """Say what was decided in reading that could be otherwise."""
    for note in notes:
        message(f"Note: {note}")


def tell_reading(table: Table) -> None:
    """Say what was decided in reading, and which rows cannot be learned from."""
    words = table.columns[str(table.target)].missing_words if table.target else {}
    tell_rows(table.has_names, table.notes, table.rows_without_target, words)


def tell_rows(
    has_names: bool, notes: tuple[str, ...], rows_without_target: int, words: Mapping[str, int]
) -> None:
    """As `tell_reading`, of a table that need not be in memory; `words` stood for a missing
    target."""
    if not has_names:
        message("Columns: no header was found, so they are called x1, x2, …")
    tell_notes(notes)
    if rows_without_target:
        texts = ", ".join(f"{text!r} ({count:,})" for text, count in words.items() if text)
        held = f", as it is {texts}: --missing '' keeps such texts" if texts else ""
        message(f"Left out: {counted(rows_without_target, 'row')} without a target{held}")
