"""`syn0 write`: print the program of a network."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syn0.cli.command import Sections, message
from syn0.cli.networks import (
    class_weights_of,
    described,
    is_model,
    network_of,
    refuse_settings,
    saved_network,
    with_file,
)
from syn0.cli.options import FILE, FORCE, data_option, flags_given, network_options, waiting
from syn0.cli.reading import column_options, named_table, reading_of, refuse_without_data
from syn0.spec import Extras
from syn0.spec.defaults import SEED
from syn0.spec.names import NAMES

if TYPE_CHECKING:
    from syn0.data import Table
    from syn0.models import Network
    from syn0.printers import Data
    from syn0.printers.module import Module
    from syn0.spec import Training

BETWEEN = tuple(name for name in Extras.KNOBS if not name.startswith("input_"))
"""Options of what stands between layers."""


@click.command(cls=Sections)
@click.argument("net", type=FILE)
@data_option("--data", type=FILE, metavar="DATA", help="Data that the program carries in its text.")
@column_options
@click.option("--seed", type=int, metavar="N",
              help=f"Of start weights, batches and masks; default {SEED}.")  # fmt: skip
@network_options
@click.option("--to", "language", default="numpy", show_default=True, metavar="LANGUAGE",
              help=f"One of {', '.join(NAMES['language'])}: numpy has notes, terse eleven lines; "
              "math, latex and mathml are equations.")  # fmt: skip
@click.option("--diff", is_flag=True, help="Show what the options change in the plain program.")
@click.option("--predict", is_flag=True,
              help="Of a saved model: the program that predicts rows of DATA with what it learned, "
              f"in {', '.join(NAMES['prediction'])}.")  # fmt: skip
@click.option("--weights", type=FILE, metavar="FILE.npz",
              help="With --predict: where the weights go, instead of the text.")  # fmt: skip
@FORCE
def write(
    net: str,
    language: str,
    diff: bool,
    predict: bool,
    weights: str | None,
    force: bool,
    **options: Any,
) -> None:
    """Print the program that trains NET: sizes such as 3-4-1, a TOML file, or a saved model.

    With nothing else said, it is the tutorial's: sigmoid layers, squared error, full batches.
    Without --data, a net of 3 inputs and 1 output learns the tutorial's table, and a saved model
    the rows that it was trained on, where they are still there.

    \b
    syn0 write 3-4-1 > net.py && python net.py
    syn0 write 3-4-1 --to terse
    syn0 write 3-4-1 --bias --diff
    syn0 write net.toml
    syn0 write model.safetensors
    syn0 write model.safetensors --predict > predict.py
    """
    if weights is not None and not predict:
        raise ValueError("--weights says where --predict puts the weights: give both of them")
    if predict:
        if not is_model(net):
            raise ValueError(f"--predict prints the program of a saved model, and {net} is none")
        if diff:
            raise ValueError("--diff compares programs that train: leave it out with --predict")
        if weights is not None:
            check_weights(weights, net, language, options["data"], force=force)
        click.echo(predicting(net, language, weights, options), nl=False)
        return
    if is_model(net):
        network, training = trained(net, options)
        data = data_for(network, training, options)
        if data is None:
            data = data_of_its_own(network, training, options)
        notes: list[str] = []
    else:
        options = with_file(net, options, ("data", "target", "drop"))
        network, training = described(options)
        data = data_for(network, training, options)
        notes = [*idle(network, training, options), *unlearning(network, training, data, language)]
    text = network.program(language, training=training, data=data)
    if diff:
        text = shown_difference(plain_program(network, language, data), text, str(network.spec))
        if not text and not notes:
            notes = ["no line changes: what the options ask for is so in the plain program too"]
    click.echo(text, nl=False)
    for note in notes:
        message(f"Note: {note}")


def plain_program(network: Network, language: str, data: Data | None) -> str:
    """The program of a network of the same sizes with no option, on the same data, so that the
    difference is the network's alone."""
    from syn0.models import Network, tutorial_training
    from syn0.printers import example_data

    plain = Network(network.spec.sizes)
    shown = data or example_data(replace(network.spec, dtype="float64"))
    training = tutorial_training({}, plain.spec)
    return plain.program(language, training=training, data=replace(shown, sample_weight=None))


def idle(network: Network, training: Training, options: dict[str, Any]) -> Iterator[str]:
    """Which options add nothing to this network, and why."""
    from syn0.spec import Skip

    spec = network.spec
    asked = {name: options[name] or None for name in BETWEEN if name in options}
    if len(spec.dense) == 1 and (flags := flags_given(asked, BETWEEN)):
        yield f"{spec} has no hidden layer for {flags} to work on"
    elif options.get("skip") and not any(isinstance(layer, Skip) for layer in spec.layers):
        yield f"--skip adds nothing to {spec}: no hidden layer is as wide as the one below"
    if options.get("shuffle") is not None and training.batch_size is None:
        flag = "--shuffle" if options["shuffle"] else "--no-shuffle"
        yield f"{flag} adds nothing: each step takes all rows, without --batch-size"


def unlearning(
    network: Network, training: Training, data: Data | None, language: str
) -> Iterator[str]:
    """What may keep the program from learning."""
    from syn0.models import advice
    from syn0.printers import PRINTERS, example_data
    from syn0.spec.checks import choice

    rows = len((data or example_data(network.spec)).X)
    printer = PRINTERS[choice("language", language, PRINTERS)]
    start = "orthogonal" if printer.says("orthogonal") else "he_uniform"
    return advice(network.spec, training, rows, start)


def trained(path: str, options: dict[str, Any]) -> tuple[Network, Training]:
    """The network of a model file, and how it was last trained."""
    from syn0.models import tutorial_training

    refuse_settings(path, options)
    network = saved_network(path)
    return network, network.training or tutorial_training({}, network.spec)


def predicting(path: str, language: str, weights_file: str | None, options: dict[str, Any]) -> str:
    """The program that predicts with a saved model, on the rows that are named or on a few of its
    own; its weights are written to a file if one is named."""
    from syn0.models import prediction_script
    from syn0.printers import MODULES
    from syn0.saving import load
    from syn0.spec.checks import choice

    refuse_settings(path, options)
    showing = [name for name, printer in MODULES.items() if printer.shows]
    if language in MODULES and language not in showing:
        raise ValueError(
            f"--predict prints a program that shows predictions, and {language} is a file for "
            f"other programs: syn0 export {path} --to {language}"
        )
    choice("language", language, showing)
    if options["class_weight"] is not None:
        raise ValueError("--class-weight weighs rows to train on: leave it out with --predict")
    model = load(path)
    network = network_of(model)
    rows = rows_to_predict(path, network, options)
    text = prediction_script(network, rows, weights_file, language, module=module_of(model))
    if weights_file is not None:
        save_weights(network, weights_file)
    return text


def rows_to_predict(path: str, network: Network, options: dict[str, Any]) -> Table | None:
    """The rows that are named, or a few of those that the network was trained on, where they are
    known."""
    from syn0.data import read_table
    from syn0.models import some_rows

    if (name := options["data"]) is None:
        refuse_without_data(options)
        table, _ = table_of_its_own(network)
        return None if table is None else some_rows(table)
    if network.schema is None:
        raise ValueError(
            f"{path} was trained on plain arrays, which have no columns to be found in {name}: "
            "leave out --data, and put rows into the program"
        )
    target, drop, reading = options["target"], options["drop"], reading_of(options, network.schema)
    with waiting(f"reading {name}"):
        return read_table(name, target=target, drop=drop, for_prediction=True, reading=reading)


def module_of(model: Any) -> Module | None:
    """The plan of an estimator, whose answers are in its own words; None of others, whose network
    is their plan."""
    from syn0.models import Network

    if isinstance(model, Network) or not hasattr(model, "export"):
        return None
    from syn0.estimators.module import estimator_module

    return estimator_module(model)


def check_weights(file: str, model: str, language: str, data: str | None, *, force: bool) -> None:
    """Refuse at once a place where the weights must or can not be written, or another language than
    the one that reads them."""
    from syn0.cli.outputs import check_output, is_archive

    if language != "numpy":
        raise ValueError("--weights writes a file of NumPy's: leave out --to")
    if not file.endswith(".npz"):
        raise ValueError(f"--weights writes a file of NumPy's: call it {file}.npz")
    reads = {"the model": model, "the data": data}
    check_output(file, "the weights", reads=reads, ours=is_archive, force=force)


def save_weights(network: Network, file: str) -> None:
    """Write the weights where NumPy reads them, whole or not at all."""
    import numpy as np

    from syn0.files.atomic import write_whole

    content = io.BytesIO()
    arrays: dict[str, Any] = network.weights
    np.savez(content, **arrays)
    write_whole(Path(file), content.getvalue(), "the weights")
    message(f"Saved {file}")


def table_of_its_own(network: Network) -> tuple[Table | None, str]:
    """The data that a network was trained on, if they are still where they were; or None, and why
    not. Only a file or a built-in name is looked up, and nothing else is made of it."""
    from syn0.data import BUILT_IN, read_table

    origin, schema = network.origin, network.schema
    if origin is None or schema is None:
        return None, "it was trained on arrays, which it does not hold"
    name = origin.data
    known = f"{name[:100]!a}, which it was trained on,"
    try:
        if name not in BUILT_IN and not Path(name).is_file():
            return None, f"{known} is not here"
        with waiting(f"reading {name}"):
            table = read_table(name, target=schema.target, reading=schema.reading)
    except (OSError, ValueError, ImportError) as error:
        return None, f"{known} cannot be read: {error}"
    if table.fingerprint != origin.fingerprint:
        return None, f"{known} has another content by now"
    return table, ""


def data_of_its_own(network: Network, training: Training, options: dict[str, Any]) -> Data | None:
    """The rows that a model was trained on, as X and y; None, and a sentence, where they are not to
    be had."""
    from syn0.data import BUILT_IN
    from syn0.models import examples_again, table_options
    from syn0.printers import MOST_NUMBERS, Data

    table, why = table_of_its_own(network)
    if table is not None and network.origin is not None and network.schema is not None:
        weights = class_weights_of(options, network.schema.classes)
        examples = examples_again(network, training, table, table_options(class_weight=weights))
        size = examples.X.size + examples.y.size
        if size <= MOST_NUMBERS:
            note = BUILT_IN.get(table.name, f"from {table.name!a}")
            note = f"{note}; the {len(examples.X):,} rows that the model was trained on"
            note += ", prepared" * network.schema.prepare
            return Data(examples.X, examples.y, note, sample_weight=examples.sample_weight)
        why = f"its data hold {size:,} numbers, too many for a program's text"
    if options.get("class_weight") is not None:
        raise ValueError(f"class_weight needs data whose rows it weighs, but {why}: name --data")
    message(
        f"Note: {why}: the program trains on made-up rows. Name data with --data, or print what "
        "the model predicts with --predict"
    )
    return None


def data_for(network: Network, training: Training, options: dict[str, Any]) -> Data | None:
    """The named data as X and y, prepared as the model's were, or as they are where the network
    is described by sizes; None where no data are named."""
    from syn0.data import BUILT_IN
    from syn0.models.arrays import loss_targets
    from syn0.models.examples import check_batch_size
    from syn0.models.tables import plain_schema
    from syn0.models.weighting import row_weights
    from syn0.printers import Data

    name, schema, spec = options.get("data"), network.schema, network.spec
    if name is None:
        refuse_without_data(options)
        if options.get("class_weight") is not None and network.origin is None:
            raise ValueError("class_weight needs data whose rows it weighs: name some with --data")
        return None
    table = named_table(name, options, schema)
    schema = schema or plain_schema(table, spec)
    check_batch_size(training, len(table))
    note = BUILT_IN.get(name, f"from {table.name!a}") + ", prepared" * schema.prepare
    y = loss_targets(schema.targets(table), spec)
    by_class = class_weights_of(options, schema.classes)
    weight = row_weights(None, by_class, y, spec, schema.classes)
    return Data(schema.inputs(table), y, note, sample_weight=weight)


def shown_difference(before: str, after: str, net: str) -> str:
    """The difference of two programs, coloured on a terminal."""
    from syn0.printers.difference import difference

    lines = difference(before, after, net)
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return "".join(lines)
    colours = {"+": "green", "-": "red", "@": "cyan"}
    return "".join(click.style(line, fg=colours.get(line[0])) for line in lines)
