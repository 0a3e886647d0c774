"""`syn0 write`: print the program of a network."""

from __future__ import annotations

import difflib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syn0.cli.options import activation_names, flags_given, network_options, waiting

if TYPE_CHECKING:
    from syn0.models import Network
    from syn0.printers import Data
    from syn0.spec import Training

SETTINGS = (
    "seed", "dtype", "bias", "activation", "loss", "optimizer", "learning_rate", "steps", "epochs",
    "batch_size", "report_every",
)  # fmt: skip


@click.command()
@click.argument("net")
@click.option("--data", metavar="DATA", help="Data that the program carries in its text.")
@click.option("--target", metavar="COLUMN", help="The column to learn; default the last.")
@click.option("--drop", multiple=True, metavar="COLUMN", help="Leave a column out (repeatable).")
@click.option("--seed", type=int, metavar="N",
              help="Of the start weights and the order of batches; default 1.")  # fmt: skip
@click.option("--dtype", metavar="NAME", help="float64 (default) or float32.")
@network_options
@click.option("--to", "language", default="numpy", show_default=True, metavar="LANGUAGE",
              help="numpy (commented) or terse (the eleven-line form).")  # fmt: skip
@click.option("--diff", is_flag=True, help="Show what the options change in the plain program.")
def write(net: str, language: str, diff: bool, **options: Any) -> None:
    """Print the program that trains NET: sizes such as 3-4-1, or a saved model.

    With nothing else said, it is the tutorial's: sigmoid layers, squared error, full batches.
    Without --data, a net of 3 inputs and 1 output learns the tutorial's table.

    \b
    syn0 write 3-4-1 > net.py && python net.py
    syn0 write 3-4-1 --to terse
    syn0 write 3-4-1 --bias --diff
    syn0 write model.safetensors
    """
    from syn0.models import Network, TableOptions, tutorial_training

    network, training = trained(net, options) if is_model(net) else described(net, options)
    spec = network.spec
    data = data_for(network, training, options)
    text = network.program(language, training=training, data=data)
    if not diff:
        click.echo(text, nl=False)
        return
    plain = Network(spec.sizes)
    tutorial = tutorial_training(TableOptions(), plain.spec)
    before = plain.program(language, training=tutorial, data=data)
    click.echo(difference(before, text, str(spec)), nl=False)


def is_model(net: str) -> bool:
    """Whether NET names a model file rather than sizes."""
    return net.endswith(".safetensors") or Path(net).is_file()


def trained(path: str, options: dict[str, Any]) -> tuple[Network, Training]:
    """The network of a model file, and how it was last trained."""
    from syn0.models import TableOptions, load, tutorial_training

    if flags := flags_given(options, SETTINGS):
        raise ValueError(f"{path} has its own settings: leave out {flags}")
    network = load(path)
    return network, network.training or tutorial_training(TableOptions(), network.spec)


def described(net: str, options: dict[str, Any]) -> tuple[Network, Training]:
    """The network and the training that the options describe."""
    from syn0.models import Network, TableOptions, tutorial_training

    network = Network(
        net,
        activation=activation_names(options["activation"]),
        bias=options["bias"],
        loss=options["loss"] or "squared_error",
        seed=1 if options["seed"] is None else options["seed"],
        dtype=options["dtype"] or "float64",
    )
    how = ("optimizer", "learning_rate", "steps", "epochs", "batch_size", "report_every")
    given = TableOptions(**{name: options[name] for name in how})
    return network, tutorial_training(given, network.spec)


def data_for(network: Network, training: Training, options: dict[str, Any]) -> Data | None:
    """The named data as X and y, prepared as the model's were, or as they are where the network
    is described by sizes; None where no data are named."""
    from syn0.data import BUILT_IN, Schema, read_table
    from syn0.models import check_sizes, task_for_sizes
    from syn0.models.network import check_batch_size
    from syn0.printers import Data

    name, schema, sizes = options["data"], network.schema, network.spec.sizes
    if name is None:
        return None
    with waiting(f"reading {name}"):
        target = options["target"] or (schema.target if schema else None)
        table = read_table(name, target=target, drop=options["drop"])
    if schema is None:
        schema = Schema.fit(table, task=task_for_sizes(table, sizes), prepare=False)
        check_sizes(sizes, schema, table.name)
    check_batch_size(training, len(table))
    # A file's name stands quoted in the comment: no character of it can end the comment.
    note = BUILT_IN.get(name, f"from {table.name!a}") + ", prepared" * schema.prepare
    return Data(schema.inputs(table), schema.targets(table), note)


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
