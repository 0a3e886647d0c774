"""`syn0 train`: train a network on real data."""

from __future__ import annotations

import json
import shlex
import signal
import sys
import tempfile
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syn0.cli.checkpoints import checkpoints_of, found_in, is_run, tell_resumed
from syn0.cli.command import QUIET, VERBOSE, Sections, asked_for, hushed, message
from syn0.cli.config import toml_text, with_config
from syn0.cli.flags import FLAGLESS, help_of
from syn0.cli.many import fit_many, many_asked, many_data
from syn0.cli.networks import class_weights_of, refuse_beside_layers
from syn0.cli.options import (
    FILE,
    FORCE,
    OPTION_NAMES,
    activation_names,
    data_option,
    flags_given,
    hidden_sizes,
    network_option,
    network_options,
    output_option,
    tell_columns,
    training_option,
    waiting,
)
from syn0.cli.processes import cluster_of
from syn0.cli.reading import READING_OPTIONS, column_options, reading_of, tell_reading
from syn0.cli.streams import memory_option, passes_over, plan_of, scratch_option, tell_stream
from syn0.spec import Checkpoints, Training
from syn0.spec.defaults import (
    CHECKPOINT_EVERY,
    CHECKPOINTS_KEPT,
    FEWEST_ROWS_TO_SPLIT,
    HIDDEN,
    HOLDOUT,
    SEED,
    VALIDATION,
)
from syn0.spec.words import counted

if TYPE_CHECKING:
    from syn0.data import Reading, Table
    from syn0.data.passes import Passes
    from syn0.engines.cluster import Cluster
    from syn0.models import Fitted, Many, Network, Plan, TableOptions
    from syn0.models.streamed import Counted, StreamedFitted, StreamedPlan
    from syn0.training import History, Report


FREE = (
    "learning_rate", "steps", "epochs", "batch_size", "report_every", "class_weight", "shuffle",
)  # fmt: skip
SETTLED = (
    "net", "hidden", "layers", "task", "holdout", "seed", "resize",
    *(name for name in OPTION_NAMES if name not in FREE),
)  # fmt: skip
"""Options that a saved model has settled."""

IN_A_FILE = (
    "target", "drop", "net", "hidden", "layers", "task", "holdout", "sample_weight", "seed",
    *READING_OPTIONS, "resize", *OPTION_NAMES, *FLAGLESS,
)  # fmt: skip
"""What a --config file may hold."""


@click.command(cls=Sections)
@click.argument("data", type=FILE)
@column_options
@memory_option
@scratch_option
@data_option("--task", type=click.Choice(["classification", "regression"]),
             help="What kind of target; default told from its values.")  # fmt: skip
@data_option("--holdout", type=float, metavar="FRACTION",
             help=f"Share of the rows held out to judge the result; default {HOLDOUT:g}, of fewer "
             f"than {FEWEST_ROWS_TO_SPLIT} rows none.")  # fmt: skip
@data_option("--sample-weight", metavar="COLUMN",
             help="The column that says how much each row counts; it is no input.")  # fmt: skip
@network_option("--net", metavar="SIZES",
                help="The whole network, such as 3-4-1; columns go in as they are.")  # fmt: skip
@network_option("--hidden", metavar="SIZES",
                help="Hidden layers of the practitioner's network, such as 64,64; default "
                f"{','.join(map(str, HIDDEN))}.")  # fmt: skip
@network_options
@data_option("--resize", metavar="WxH",
             help="Bring images to one size, such as 28x28; default the most common.")  # fmt: skip
@training_option("--patience", type=int, metavar="N",
                 help="Stop after N reports, one an epoch, that were no better, and keep the best; "
                 f"{VALIDATION:.0%} of the rows are set apart to tell.")  # fmt: skip
@training_option("--monitor", metavar="NAME",
                 help=help_of(Training.KNOBS["monitor"]))  # fmt: skip
@training_option("--seeds", metavar="N|LIST",
                 help="Train many networks at once, of N seeds from --seed on, or of those listed, "
                 "and keep the best.")  # fmt: skip
@training_option("--learning-rates", metavar="LIST",
                 help="Likewise with each of these learning rates, such as "
                 "0.1,0.3,1.")  # fmt: skip
@click.option("--seed", type=int, metavar="N",
              help="Of the split, the start weights and the order of batches; "
              f"default {SEED}.")  # fmt: skip
@click.option("--config", type=FILE, metavar="FILE",
              help="Take settings from a TOML file, under the names of these options; "
              "options override it.")  # fmt: skip
@click.option("--print-config", is_flag=True,
              help="Print all settings, given and chosen, as such a file, and leave.")  # fmt: skip
@click.option("--resume", type=FILE, metavar="MODEL|FOLDER",
              help="Go on training a saved model; or, to its end, the run whose checkpoints a "
              "folder holds.")  # fmt: skip
@click.option("--engine", default="auto", show_default=True, metavar="NAME",
              help="auto, numpy, native or jax.")  # fmt: skip
@click.option("--threads", type=click.IntRange(min=1), metavar="N",
              help="How many work at once, of the cores that there are; by default what the work "
              "is worth.")  # fmt: skip
@click.option("--device", default="auto", show_default=True, metavar="NAME",
              help="Where the jax engine computes: auto, cpu, gpu or tpu.")  # fmt: skip
@click.option("--matmul-precision", default="auto", show_default=True, metavar="NAME",
              help="What the factors of matrix products are rounded to, by the jax engine: "
              "bfloat16, float32 or float64; auto for nothing.")  # fmt: skip
@click.option("--processes", type=click.IntRange(min=1), metavar="N",
              help="Train by N processes on this machine, each on its part of the rows; by the jax "
              "engine.")  # fmt: skip
@click.option("--distributed", is_flag=True,
              help="Be one of the processes of a cluster, as torchrun's variables, SLURM, Open MPI "
              "or Kubernetes say.")  # fmt: skip
@output_option("--out", type=FILE, metavar="FILE",
               help="Save the model, for instance as model.safetensors.")  # fmt: skip
@output_option("--plot", type=FILE, metavar="FILE",
               help="Draw how loss and error fell, for instance as run.png.")  # fmt: skip
@output_option("--checkpoint", type=FILE, metavar="FOLDER",
               help="Keep checkpoints of the run there, so that --resume FOLDER goes on after "
               "whatever ended it.")  # fmt: skip
@output_option("--checkpoint-every", metavar="TIME",
               help="How often: 60s, 5min, 2h or 5epochs; default "
               f"{CHECKPOINT_EVERY}.")  # fmt: skip
@output_option("--keep", type=click.IntRange(min=1), metavar="N",
               help=f"How many of the latest to keep; default {CHECKPOINTS_KEPT}.")  # fmt: skip
@FORCE
@output_option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def train(
    data: str,
    out: str | None,
    plot: str | None,
    force: bool,
    as_json: bool,
    print_config: bool,
    config: str | None,
    **options: Any,
) -> None:
    """Train a network on DATA and judge it on rows that it has not seen.

    DATA is a CSV or Parquet file, an IDX images file with its labels beside it, a folder of class
    folders of images, or a built-in name: <data>.

    Numbers are scaled, texts encoded and missing values filled, and settings chosen that suit the
    table. With --net, the columns go in as they are and the network is the tutorial's.

    \b
    syn0 train digits
    syn0 train titanic.csv --target survived --drop alive --out model.safetensors
    syn0 train xor --net 3-4-1 --steps 60000 --report-every 10000
    syn0 train iris --seeds 20 --learning-rates 0.001,0.01
    syn0 train digits --print-config > run.toml
    syn0 train digits --config run.toml
    syn0 train digits --checkpoint run --checkpoint-every 5min
    syn0 train digits --resume run
    """
    from syn0.models import resolved_settings

    options = with_config(options, config, IN_A_FILE)
    if print_config and options["resume"] is not None:
        raise ValueError("--resume keeps the model's own settings: leave out --print-config")
    at_once = many_asked(options)
    checkpoints = checkpoints_of(options)
    cluster = cluster_of(data, options)
    if cluster is not None and not cluster.first:  # the first one tells and saves
        out = plot = None
    reads = {"the data": data, "the configuration": config}
    check_files(out, plot, reads, options["resume"], force=force)
    with waiting(f"reading {data}"):
        table, plan = planned(data, options, cluster)
    if print_config:
        given = {name: options[name] for name in (*READING_OPTIONS, "resize")}
        settings = {**resolved_settings(plan), "drop": list(options["drop"]), **given}
        click.echo(toml_text(settings), nl=False)
        return
    try:
        with waiting("preparing the rows"):
            _ = plan.examples
        tell_plan(table, plan, options)
        report = plan.training.report_every is not None and not as_json and not asked_for(QUIET)
        started = time.perf_counter()
        many: Many | None = None
        fitted: Fitted | StreamedFitted
        if at_once:
            fitted, many, number = fit_many(plan, options, partial(save, out=out) if out else None)
        else:
            fitted, number = fit(plan, options, checkpoints, cluster, report=report, out=out)
        seconds = time.perf_counter() - started
        if cluster is not None and not cluster.first:
            return
        show(fitted, seconds, out, number, many, as_json=as_json)
    finally:
        plan.close()
    if plot is not None:
        draw(fitted.history, plot)
    if not as_json:
        tell_next(data, out)
    if number is not None:
        sys.exit(128 + number)  # as a shell has it


def check_files(
    out: str | None,
    plot: str | None,
    reads: dict[str, str | None],
    resumed: str | None,
    *,
    force: bool,
) -> None:
    """Refuse at once places where the model or the picture must or can not be written."""
    from syn0.cli.outputs import check_drawing, check_output
    from syn0.files.container import is_model

    if out is not None:
        check_output(out, "the model", reads=reads, ours=is_model, force=force)
    if plot is not None:
        check_drawing(plot, {**reads, "the model": resumed}, force=force)
        if out is not None and Path(out).resolve() == Path(plot).resolve():
            raise ValueError(f"{plot} cannot be both the model and the picture: name two files")


def planned(
    data: str, options: dict[str, Any], cluster: Cluster | None
) -> tuple[Table | Counted, Plan | StreamedPlan]:
    """The table, or what is known of one that is read in blocks, and how it is trained on."""
    from syn0.data import UnpreparedError
    from syn0.data.passes import Passes
    from syn0.engines import DEVICES, ENGINES, PRECISIONS
    from syn0.models import plan_table
    from syn0.spec.checks import choice

    choice("engine", options["engine"], ["auto", *ENGINES])
    choice("device", options["device"], DEVICES)
    choice("matmul_precision", options["matmul_precision"], PRECISIONS)
    wanted = table_options(options)
    wanted.check()  # before a large table is read
    if options["resume"] is not None:
        return planned_again(data, options, wanted, cluster)
    float32 = options["net"] is None and options["dtype"] in (None, "float32")
    reading = reading_of(options, float32=float32)
    table = read_data(data, options, reading, options["target"], cluster)
    if isinstance(table, Passes):
        return plan_of(table, options, wanted, None, cluster)
    if options["resize"] and table.files is None:
        raise ValueError(f"--resize is for a folder of images, which {table.name} is not")
    try:
        return table, plan_table(table, wanted)
    except UnpreparedError as error:
        raise ValueError(f"{error}, or leave out --net so that columns are prepared") from None


def planned_again(
    data: str, options: dict[str, Any], wanted: TableOptions, cluster: Cluster | None
) -> tuple[Table | Counted, Plan | StreamedPlan]:
    """The same where --resume goes on: with a run that its checkpoints hold, or a saved model."""
    from syn0.data.passes import Passes
    from syn0.models import Network, go_on_table, resume_table
    from syn0.saving import load

    if is_run(options):
        found = found_in(options)
        again = data_again(data, options, Network.from_record(found.record), cluster)
        tell_resumed(found)
        if isinstance(again, Passes):
            return plan_of(again, options, wanted, found.record, cluster)
        return again, go_on_table(found.record, again, wanted)
    if flags := flags_given(options, SETTLED):
        raise ValueError(f"--resume keeps the model's network and settings: leave out {flags}")
    network = load(options["resume"], Network)
    if network.schema and options["target"] not in (None, network.schema.target):
        raise ValueError(
            f"{options['resume']} predicts {network.schema.target!r}: leave out --target"
        )
    origin = network.origin
    if options["patience"] is not None and origin is not None and not origin.validation:
        raise ValueError(
            f"{options['resume']} was trained without --patience, on all of its rows: none are set "
            "apart to watch"
        )
    again = data_again(data, options, network, cluster)
    if isinstance(again, Passes):
        return plan_of(again, options, wanted, network, cluster)
    return again, resume_table(network, again, wanted)


def data_again(
    data: str, options: dict[str, Any], network: Network, cluster: Cluster | None
) -> Table | Passes:
    """The table that a network was trained on, read as it was then, or what reads it in blocks."""
    target = options["target"] or (network.schema.target if network.schema else None)
    reading = reading_of(options, network.schema, float32=network.spec.dtype == "float32")
    return read_data(data, options, reading, target, cluster)


def read_data(
    data: str,
    options: dict[str, Any],
    reading: Reading,
    target: str | None,
    cluster: Cluster | None,
) -> Table | Passes:
    """A table, or what reads it in blocks."""
    from syn0.data import read_table

    how = {"target": target, "drop": options["drop"]}
    if (passes := passes_over(data, options, reading, cluster=cluster, **how)) is not None:
        return passes
    table = read_table(data, reading=reading, **how)
    tell_reading(table)  # now, as it may explain why the table cannot be learned
    return table


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
    others = ("target", "drop", "net", "resize", *READING_OPTIONS)
    given = {name: options.get(name) for name in IN_A_FILE if name not in others}
    given |= {
        "sizes": None if options["net"] is None else parse_sizes(options["net"]),
        "hidden": hidden_sizes(options["hidden"]),
        "activation": activation_names(given["activation"]),
        "class_weight": class_weights_of(options, ()),
    }
    return options_of(**given)


def tell_plan(table: Table | Counted, plan: Plan | StreamedPlan, options: dict[str, Any]) -> None:
    """What was understood: the target, the rows, the columns left out, the network."""
    from syn0.models import advice

    schema = plan.network.schema
    assert schema is not None  # noqa: S101  (a plan for a table has one)
    if table.target_was_guessed:
        message(f"Target: {table.target!r}, the last column (--target names another)")
    for name, reason in schema.left_out.items():
        message(f"Left out: column {name!r}, {reason}")
    for name, reason in schema.merged.items():
        message(f"Merged: column {name!r}, {reason}")
    kind = f"{len(schema.classes)} classes" if schema.classes else "numbers"
    message(f"Data: {table.name}, {counted(len(table), 'row')}; {schema.target!r} holds {kind}")
    message(f"Network: {describe_network(plan)}, {counted(len(plan.trained), 'row')} to train on")
    tell_stream(plan)
    if reach := plan.out_of_reach:
        identity = "--output-activation identity"
        scaled = f"leave out --net, so that it is scaled, or give {identity} and a smaller rate"
        message(f"Note: {reach}: {f'give {identity}' if schema.prepare else scaled}")
    for words in advice(plan.network.spec, plan.training, len(plan.trained)):
        message(f"Note: {words}")
    if asked_for(VERBOSE):
        tell_more(plan, options)


def tell_more(plan: Plan | StreamedPlan, options: dict[str, Any]) -> None:
    """With --verbose: the columns that the network takes, and why an engine is picked."""
    from syn0.derive import training_program
    from syn0.engines import at_most_cores, choose

    tell_columns(plan.network)
    if options["engine"] == "auto":
        training, rows = plan.training, plan.examples.rows
        program = training_program(plan.network.spec, training)
        steps = training.total_steps(rows)
        threads, _ = at_most_cores(options["threads"])
        choice = choose(program, training.batch_size or rows, steps, threads)
        message(f"Engine: {choice.engine}, {choice.reason}")


def describe_network(plan: Plan | StreamedPlan) -> str:
    """Sizes, activations and optimizer in a few words."""
    spec, training = plan.network.spec, plan.training
    kinds = dict.fromkeys(layer.activation for layer in spec.dense)
    optimizer = type(training.optimizer).__name__
    size = "full batches" if training.batch_size is None else f"batches of {training.batch_size}"
    return f"{spec}, {' and '.join(kinds)}, {optimizer} on {size}"


def fit(
    plan: Plan | StreamedPlan,
    options: dict[str, Any],
    checkpoints: Checkpoints | None,
    cluster: Cluster | None,
    *,
    report: bool,
    out: str | None,
) -> tuple[Fitted | StreamedFitted, int | None]:
    """Train, and save what was learned before anything else can go wrong: also where training
    ends by a number that is not finite, a second Ctrl-C or a reader of our output that has gone.
    With the number of the signal that asked for an end."""
    from syn0.training.interrupt import ENDING, catching_interrupt

    network = plan.network
    taken = network.steps_taken if plan.found is None else -1  # a run that goes on has learned
    # No signal comes between the last step and the file. Where nothing is to be saved, only Ctrl-C
    # waits for the step: the others end the process as they always do.
    with catching_interrupt(*(ENDING if out or checkpoints else ())) as interrupt, hushed():
        try:
            try:
                fitted = plan.fit(
                    engine=options["engine"],
                    threads=options["threads"],
                    device=options["device"],
                    matmul_precision=options["matmul_precision"],
                    cluster=cluster,
                    callbacks=[print_report] if report else [],
                    checkpoints=checkpoints,
                    progress=not asked_for(QUIET),
                )
            finally:
                interrupt.patient = True  # nor does a third one amid the file
        finally:
            if out and network.steps_taken > taken:
                save(network, out)
    return fitted, interrupt.number


def save(network: Network, out: str) -> None:
    """Save the model; where that fails, as on a full disk, in the folder for temporary files, so
    that what was learned is not lost with the error."""
    try:
        network.save(out)
    except OSError as error:
        if (refuge := rescued(network, Path(out).name)) is None:
            raise
        what = f"{error.strerror}; it is saved as {refuge} instead"
        raise OSError(error.errno, what, out) from None
    message(f"Saved {out}")


def rescued(network: Network, name: str) -> Path | None:
    """Where a model was saved in a new folder for temporary files; None where that failed too."""
    with suppress(OSError):
        folder = Path(tempfile.mkdtemp(prefix="syn0-"))
        try:
            network.save(folder / name)
        except OSError:
            folder.rmdir()
        else:
            return folder / name
    return None


def print_report(report: Report) -> None:
    """A line of results for --report-every, with the digits that the printed program gives."""
    trimmed = "" if report.trimmed is None else f", trimmed {report.trimmed:.4g}"
    click.echo(f"step {report.step}: loss {report.loss:.12g}, error {report.error:.12g}{trimmed}")


def show(
    fitted: Fitted | StreamedFitted,
    seconds: float,
    out: str | None,
    number: int | None,
    many: Many | None,
    *,
    as_json: bool,
) -> None:
    """The figures on rows that were held out, or on the trained rows where none were."""
    from syn0.cli.show import rows_in_words, show_evaluation, training_data

    figures, where = fitted.figures()
    steps, words = fitted.network.steps_taken, ending(fitted, number)
    message(f"Trained: {counted(steps, 'step')}, {seconds:.1f} s{words}")
    if as_json:
        found = training_data(fitted, figures, where, seconds, out)
        more = {} if many is None else {"networks": many_data(many)}
        click.echo(json.dumps(found | more, indent=2))
    else:
        if many is not None:
            click.echo(repr(many))
        show_evaluation(figures, rows_in_words(figures.rows, where))


def draw(history: History, plot: str) -> None:
    """Draw a run, if it came to a report."""
    from syn0.plots.files import save_picture
    from syn0.plots.runs import whole_run
    from syn0.plots.style import new_figure

    if not history.reports:
        message(f"Note: {plot} is not drawn: training ended before its first report")
        return
    figure = new_figure()
    whole_run(history, figure)
    save_picture(figure, Path(plot))
    message(f"Drawn: {plot}")


def ending(fitted: Fitted | StreamedFitted, number: int | None) -> str:
    """How training ended, where that needs words."""
    history = fitted.history
    words = f"; {history.stopped}" if history.stopped in ("interrupted", "converged") else ""
    if history.stopped == "interrupted" and number not in (None, signal.SIGINT):
        words += f" by {signal.Signals(number).name}"
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
