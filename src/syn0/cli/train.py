"""`syn0 train`: train a network on real data."""

from __future__ import annotations

import json
import shlex
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syn0.cli.config import toml_text, with_config
from syn0.cli.networks import class_weights_of, refuse_beside_layers
from syn0.cli.options import (
    FILE_SETTINGS,
    OPTION_NAMES,
    activation_names,
    flags_given,
    hidden_sizes,
    message,
    network_options,
    waiting,
)

if TYPE_CHECKING:
    from syn0.data import Table
    from syn0.models import Fitted, Network, Plan, TableOptions
    from syn0.training import Report


FREE = (
    "learning_rate", "steps", "epochs", "batch_size", "report_every", "class_weight", "shuffle",
)  # fmt: skip
SETTLED = (
    "net", "hidden", "layers", "task", "holdout", "seed",
    *(name for name in OPTION_NAMES if name not in FREE),
)  # fmt: skip
"""Options that a saved model has settled."""

IN_A_FILE = (
    "target", "drop", "net", "hidden", "layers", "task", "holdout", "sample_weight", "seed",
    *OPTION_NAMES, *FILE_SETTINGS,
)  # fmt: skip
"""What a --config file may hold."""


@click.command()
@click.argument("data")
@click.option("--target", metavar="COLUMN", help="The column to learn; default the last.")
@click.option("--drop", multiple=True, metavar="COLUMN", help="Leave a column out (repeatable).")
@click.option(
    "--net", metavar="SIZES", help="The whole network, such as 3-4-1; columns go in as they are."
)
@click.option(
    "--hidden",
    metavar="SIZES",
    help="Hidden layers of the practitioner's network, such as 64,64; default 128 (images 256).",
)
@network_options
@click.option(
    "--seed",
    type=int,
    metavar="N",
    help="Of the split, the start weights and the order of batches; default 1.",
)
@click.option(
    "--holdout",
    type=float,
    metavar="FRACTION",
    help="Share of the rows held out to judge the result; default 0.2.",
)
@click.option(
    "--task",
    type=click.Choice(["classification", "regression"]),
    help="What kind of target; default told from its values.",
)
@click.option("--sample-weight", metavar="COLUMN",
              help="The column that says how much each row counts; it is no input.")  # fmt: skip
@click.option("--config", metavar="FILE",
              help="Take settings from a TOML file, under the names of these options; "
              "options override it.")  # fmt: skip
@click.option("--print-config", is_flag=True,
              help="Print all settings, given and chosen, as such a file, and leave.")  # fmt: skip
@click.option("--resume", metavar="MODEL", help="Go on training a saved model.")
@click.option(
    "--engine", default="auto", show_default=True, metavar="NAME", help="auto, numpy or native."
)
@click.option("--threads", type=click.IntRange(min=1), metavar="N",
              help="How many work at once; by default what the work is worth.")  # fmt: skip
@click.option("--out", metavar="FILE", help="Save the model, for instance as model.safetensors.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def train(
    data: str,
    out: str | None,
    as_json: bool,
    print_config: bool,
    config: str | None,
    **options: Any,
) -> None:
    """Train a network on DATA and judge it on rows that it has not seen.

    DATA is a CSV or Parquet file, an IDX images file with its labels beside it, a folder of class
    folders of images, or a built-in name: correlated, xor, digits, iris, wine, breast_cancer,
    diabetes.

    Numbers are scaled, texts encoded and missing values filled, and settings chosen that suit the
    table. With --net, the columns go in as they are and the network is the tutorial's.

    \b
    syn0 train digits
    syn0 train titanic.csv --target survived --drop alive --out model.safetensors
    syn0 train xor --net 3-4-1 --steps 60000 --report-every 10000
    syn0 train digits --print-config > run.toml
    syn0 train digits --config run.toml
    """
    from syn0.models import resolved_settings
    from syn0.models.files import check_writable

    options = with_config(options, config, IN_A_FILE)
    if print_config and options["resume"] is not None:
        raise ValueError("--resume keeps the model's own settings: leave out --print-config")
    if out is not None:
        check_writable(Path(out))
    with waiting(f"reading {data}"):
        table, plan = planned(data, options)
    if print_config:
        settings = {**resolved_settings(plan), "drop": list(options["drop"])}
        click.echo(toml_text(settings), nl=False)
        return
    with waiting("preparing the rows"):
        _ = plan.examples
    tell_plan(table, plan)
    report = options["report_every"] is not None and not as_json
    started = time.perf_counter()
    fitted = fit(plan, options, report=report, out=out)
    seconds = time.perf_counter() - started
    show(fitted, seconds, out, as_json=as_json)
    if not as_json:
        tell_next(data, out)
    if fitted.history.stopped == "interrupted":
        sys.exit(130)


def planned(data: str, options: dict[str, Any]) -> tuple[Table, Plan]:
    """The table, and how a network is trained on it."""
    from syn0.data import UnpreparedError, read_table
    from syn0.engines import ENGINES
    from syn0.models import load, plan_table, resume_table
    from syn0.spec.checks import choice

    choice("engine", options["engine"], ["auto", *ENGINES])
    wanted = table_options(options)
    if options["resume"] is None:
        table = read_table(data, target=options["target"], drop=options["drop"])
        try:
            return table, plan_table(table, wanted)
        except UnpreparedError as error:
            raise ValueError(f"{error}, or leave out --net so that columns are prepared") from None
    if flags := flags_given(options, SETTLED):
        raise ValueError(f"--resume keeps the model's network and settings: leave out {flags}")
    network = load(options["resume"])
    if network.schema and options["target"] not in (None, network.schema.target):
        raise ValueError(
            f"{options['resume']} predicts {network.schema.target!r}: leave out --target"
        )
    target = options["target"] or (network.schema.target if network.schema else None)
    table = read_table(data, target=target, drop=options["drop"])
    return table, resume_table(network, table, wanted)


def table_options(options: dict[str, Any]) -> TableOptions:
    """What the options say about the network and its training."""
    from syn0.models import table_options as options_of
    from syn0.spec import parse_sizes

    if options["net"] is not None and options["hidden"] is not None:
        raise ValueError(
            "--net describes the whole network, --hidden only its hidden layers: give one of them"
        )
    if options.get("layers") is not None:
        refuse_beside_layers(options)
    others = ("target", "drop", "net")
    given = {name: options.get(name) for name in IN_A_FILE if name not in others}
    given |= {
        "sizes": None if options["net"] is None else parse_sizes(options["net"]),
        "hidden": hidden_sizes(options["hidden"]),
        "activation": activation_names(given["activation"]),
        "class_weight": class_weights_of(options, ()),
    }
    return options_of(**given)


def tell_plan(table: Table, plan: Plan) -> None:
    """What was understood: the target, the rows, the columns left out, the network."""
    from syn0.models import advice

    schema = plan.network.schema
    assert schema is not None  # noqa: S101  (a plan for a table has one)
    if not table.has_names:
        message("Columns: no header was found, so they are called x1, x2, …")
    if table.target_was_guessed:
        message(f"Target: {table.target!r}, the last column (--target names another)")
    if table.rows_without_target:
        message(f"Left out: {table.rows_without_target:,} rows without a target")
    for name, reason in schema.left_out.items():
        message(f"Left out: column {name!r}, {reason}")
    kind = f"{len(schema.classes)} classes" if schema.classes else "numbers"
    message(f"Data: {table.name}, {len(table):,} rows; {schema.target!r} holds {kind}")
    message(f"Network: {describe_network(plan)}, {len(plan.trained):,} rows to train on")
    for words in advice(plan.network.spec, plan.training, len(plan.trained)):
        message(f"Note: {words}")


def describe_network(plan: Plan) -> str:
    """Sizes, activations and optimizer in a few words."""
    spec, training = plan.network.spec, plan.training
    kinds = dict.fromkeys(layer.activation for layer in spec.dense)
    optimizer = type(training.optimizer).__name__
    size = "full batches" if training.batch_size is None else f"batches of {training.batch_size}"
    return f"{spec}, {' and '.join(kinds)}, {optimizer} on {size}"


def fit(plan: Plan, options: dict[str, Any], *, report: bool, out: str | None) -> Fitted:
    """Train, and save what was learned before anything else can go wrong: also where training
    ends by a number that is none, a second Ctrl-C or a reader of our output that has gone."""
    from syn0.training.interrupt import catching_interrupt

    network = plan.network
    taken = network.steps_taken
    with catching_interrupt():  # no Ctrl-C comes between the last step and the file
        try:
            return plan.fit(
                engine=options["engine"],
                threads=options["threads"],
                callbacks=[print_report] if report else [],
            )
        finally:
            if out and network.steps_taken > taken:
                save(network, out)


def save(network: Network, out: str) -> None:
    """Save the model; where that fails, as on a full disk, in the folder for temporary files, so
    that what was learned is not lost with the error."""
    try:
        network.save(out)
    except OSError:
        with suppress(OSError):
            refuge = Path(tempfile.mkdtemp(prefix="syn0-")) / Path(out).name
            network.save(refuge)
            message(f"Saved {refuge} instead, as {out} could not be written")
        raise
    message(f"Saved {out}")


def print_report(report: Report) -> None:
    """A line of results for --report-every, with the digits that the printed program gives."""
    trimmed = "" if report.trimmed is None else f", trimmed {report.trimmed:.4g}"
    click.echo(f"step {report.step}: loss {report.loss:.12g}, error {report.error:.12g}{trimmed}")


def show(fitted: Fitted, seconds: float, out: str | None, *, as_json: bool) -> None:
    """The figures on rows that were held out, or on the trained rows where none were."""
    from syn0.cli.show import show_evaluation, training_data
    from syn0.models import evaluate

    judged, where = fitted.judged()
    figures = evaluate(fitted.network, judged)
    message(f"Trained: {fitted.network.steps_taken:,} steps, {seconds:.1f} s{ending(fitted)}")
    if as_json:
        click.echo(json.dumps(training_data(fitted, figures, where, seconds, out), indent=2))
    else:
        show_evaluation(figures, f"{figures.rows:,} {where}")


def ending(fitted: Fitted) -> str:
    """How training ended, where that needs words."""
    history = fitted.history
    words = f"; {history.stopped}" if history.stopped in ("interrupted", "converged") else ""
    if history.trimmed:
        words += f"; {history.trimmed[-1]:.1%} of the deltas were trimmed at last"
    if history.best_step is not None:
        words += f" (best by validation rows among {history.step[-1]:,})"
    return words


def tell_next(data: str, out: str | None) -> None:
    """Where to look next, as commands that can be copied."""
    model, source = shlex.quote(out or "model.safetensors"), shlex.quote(data)
    if out:
        message("Next:")
        message(f"  syn0 evaluate {model} {source}   these figures again")
    else:
        message(f"Next: add --out {model} to keep the model, then")
    message(f"  syn0 predict {model} NEW_DATA   what it says about other rows")
    message(f"  syn0 write {model}   read the program of this network")
