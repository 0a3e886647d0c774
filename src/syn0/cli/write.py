"""`syn0 write`: print the program of a network."""

from __future__ import annotations

import difflib
import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from syn0.cli.command import Sections
from syn0.cli.networks import (
    class_weights_of,
    described,
    is_model,
    refuse_settings,
    with_file,
)
from syn0.cli.options import FILE, data_option, network_options, waiting
from syn0.cli.reading import reading_of
from syn0.spec.defaults import SEED

if TYPE_CHECKING:
    from syn0.models import Network
    from syn0.printers import Data
    from syn0.spec import Training


@click.command(cls=Sections)
@click.argument("net", type=FILE)
@data_option("--data", type=FILE, metavar="DATA", help="Data that the program carries in its text.")
@data_option("--target", metavar="COLUMN", help="The column to learn; default the last.")
@data_option("--drop", multiple=True, metavar="COLUMN", help="Leave a column out (repeatable).")
@click.option("--seed", type=int, metavar="N",
              help=f"Of start weights, batches and masks; default {SEED}.")  # fmt: skip
@network_options
@click.option("--to", "language", default="numpy", show_default=True, metavar="LANGUAGE",
              help="numpy (commented), terse (eleven lines) or c.")  # fmt: skip
@click.option("--diff", is_flag=True, help="Show what the options change in the plain program.")
def write(net: str, language: str, diff: bool, **options: Any) -> None:
    """Print the program that trains NET: sizes such as 3-4-1, a TOML file, or a saved model.

    With nothing else said, it is the tutorial's: sigmoid layers, squared error, full batches.
    Without --data, a net of 3 inputs and 1 output learns the tutorial's table.

    \b
    syn0 write 3-4-1 > net.py && python net.py
    syn0 write 3-4-1 --to terse
    syn0 write 3-4-1 --bias --diff
    syn0 write net.toml
    syn0 write model.safetensors
    """
    from syn0.models import Network, tutorial_training
    from syn0.printers import example_data

    if is_model(net):
        network, training = trained(net, options)
    else:
        options = with_file(net, options, ("data", "target", "drop"))
        network, training = described(options)
    data = data_for(network, training, options)
    text = network.program(language, training=training, data=data)
    if not diff:
        click.echo(text, nl=False)
        return
    plain = Network(network.spec.sizes)
    # The same data on both sides, so that the difference is the network's alone.
    shown = data or example_data(replace(network.spec, dtype="float64"))
    tutorial = tutorial_training({}, plain.spec)
    before = plain.program(language, training=tutorial, data=replace(shown, sample_weight=None))
    click.echo(difference(before, text, str(network.spec)), nl=False)


def trained(path: str, options: dict[str, Any]) -> tuple[Network, Training]:
    """The network of a model file, and how it was last trained."""
    from syn0.models import load, tutorial_training

    refuse_settings(path, options)
    network = load(path)
    return network, network.training or tutorial_training({}, network.spec)


def data_for(network: Network, training: Training, options: dict[str, Any]) -> Data | None:
    """The named data as X and y, prepared as the model's were, or as they are where the network
    is described by sizes; None where no data are named."""
    from syn0.data import BUILT_IN, Schema, read_table
    from syn0.models import check_sizes, task_for
    from syn0.models.arrays import loss_targets
    from syn0.models.network import check_batch_size
    from syn0.models.weighting import row_weights
    from syn0.printers import Data

    name, schema, spec = options.get("data"), network.schema, network.spec
    if name is None:
        if options.get("class_weight") is not None:
            raise ValueError("class_weight needs data whose rows it weighs: name some with --data")
        return None
    with waiting(f"reading {name}"):
        target = options.get("target") or (schema.target if schema else None)
        reading = reading_of(options, schema)
        table = read_table(name, target=target, drop=options.get("drop", ()), reading=reading)
    if schema is None:
        task = task_for(table, spec.sizes, spec.loss)
        schema = Schema.fit(table, task=task, prepare=False)
        check_sizes(spec, schema, table.name)
    check_batch_size(training, len(table))
    # A file's name stands quoted in the comment: no character of it can end the comment.
    note = BUILT_IN.get(name, f"from {table.name!a}") + ", prepared" * schema.prepare
    y = loss_targets(schema.targets(table), spec)
    by_class = class_weights_of(options, schema.classes)
    weight = row_weights(None, by_class, y, spec, schema.classes)
    return Data(schema.inputs(table), y, note, sample_weight=weight)


def difference(before: str, after: str, net: str) -> str:
    """A unified diff with two lines of context, coloured on a terminal."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True),
        after.splitlines(keepends=True),
        f"{net}, plain",
        f"{net}, as described",
        n=2,
    )
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return "".join(lines)
    colours = {"+": "green", "-": "red", "@": "cyan"}
    return "".join(click.style(line, fg=colours.get(line[0])) for line in lines)
