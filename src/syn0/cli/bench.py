"""`syn0 bench`: how fast the engines are, beside the peers that are installed."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syn0.cli.bench_tables import Tables
from syn0.cli.command import INTERRUPTED, QUIET, Sections, asked_for, message
from syn0.cli.networks import described, with_file
from syn0.cli.options import FILE, OPTION_NAMES, flags_given, network_options

if TYPE_CHECKING:
    from syn0.bench import Contestant, Report, Result, Work
    from syn0.bench.growth import Curve
    from syn0.bench.measure import Tell

MEANINGLESS = ("steps", "epochs", "report_every", "class_weight")
"""Options that change nothing in how long a step takes."""


@click.command(cls=Sections)
@click.argument("net", type=FILE, required=False)
@network_options
@click.option("--peers", default="installed", show_default=True, metavar="NAME[,NAME…]",
              help="numpy, sklearn, torch, jax, onnxruntime, or installed, or none.")  # fmt: skip
@click.option("--threads", type=click.IntRange(min=1), metavar="N",
              help="Of syn0's engines; by default what the work is worth.")  # fmt: skip
@click.option("--growth", is_flag=True,
              help="Measure how time grows with rows, width, depth and steps instead.")  # fmt: skip
@click.option(
    "--plot", type=FILE, metavar="FILE", help="Draw what was measured, for instance as bench.png."
)
@click.option("--json", "as_json", is_flag=True, help="Print all figures as JSON, at the end.")
def bench(
    net: str | None,
    peers: str,
    threads: int | None,
    growth: bool,
    plot: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Measure syn0's engines and the peers that are installed on the same work, in one run.

    Without NET the works are the tutorial's network and those of practice, up to one that fills a
    machine. A NET of your own has relu, softmax, constants, float32 and batches of 32 rows,
    unless options say otherwise. All are warmed up and measured in turns; figures are medians.
    Ctrl-C ends it with what was measured.

    \b
    syn0 bench
    syn0 bench 20-64-2 --batch-size 32 --optimizer adam
    syn0 bench --growth --peers jax --plot growth.png
    """
    from syn0.bench import CURVES, Report, chosen_peers, default_works, engines, this_machine
    from syn0.cli.outputs import refuse_what_is_read
    from syn0.engines import at_most_cores
    from syn0.plots.files import check_picture

    refuse_what_does_not_go(net, growth, options)
    works = default_works() if net is None else own_works(net, options)
    threads, note = at_most_cores(threads)
    if note:
        message(f"Note: {note}")
    contestants = [*engines(threads), *chosen_peers(peers)]
    if plot is not None:
        refuse_what_is_read(plot, {"the network": net}, "--plot")
        check_picture(Path(plot))
    with progress() as tell:
        tell("measuring what this machine can do")
        report = Report(this_machine())
    tables = None if as_json else Tables(report.machine, contestants)
    try:
        if tables is not None:
            tables.show_machine()
        if growth:
            measure_curves(report, CURVES, contestants, tables)
        else:
            measure_works(report, works, contestants, tables)
    except KeyboardInterrupt:
        report.interrupted = True
        message("interrupted: what was measured until then is kept")
    hand_over(report, tables, plot)
    if report.interrupted:
        sys.exit(INTERRUPTED)


def refuse_what_does_not_go(net: str | None, growth: bool, options: Mapping[str, Any]) -> None:
    """ValueError for options that would change nothing."""
    if net is None and (flags := flags_given(options, OPTION_NAMES)):
        raise ValueError(f"{flags} belongs to a network of your own: say which, such as 20-64-2")
    if net is not None and growth:
        raise ValueError("--growth has networks of its own: leave out one of NET and --growth")
    if flags := flags_given(options, MEANINGLESS):
        raise ValueError(f"{flags} changes nothing in what a step takes: leave it out")


def own_works(net: str, options: Mapping[str, Any]) -> list[Work]:
    """The works of the user's network: what is not said is as in practice, not in the tutorial."""
    from syn0.bench import works_of
    from syn0.spec import SOLVERS, parse_sizes

    given = {name: value for name, value in with_file(net, options).items() if value is not None}
    usual: dict[str, Any] = {"dtype": "float32", "batch_size": 32, "reduction": "mean"}
    if "layers" not in given:
        _, *hidden, outputs = parse_sizes(given["net"])
        loss = "cross_entropy" if outputs > 1 else "binary_cross_entropy"
        usual |= {"init": "he_uniform", "bias": True, "loss": loss}
        usual |= {"activation": "relu"} if hidden else {}
    if given.get("optimizer", "sgd") == "sgd":
        usual["learning_rate"] = 0.01
    if given.get("optimizer") in SOLVERS:
        raise ValueError("L-BFGS's steps are SciPy's: bench measures the other optimizers")
    network, training = described(usual | given)
    return works_of(network.spec, training)


def measure_works(
    report: Report, works: Sequence[Work], contestants: Sequence[Contestant], tables: Tables | None
) -> None:
    """Measure works, each shown as soon as it is there."""
    from syn0.bench import STEADY, measured

    for number, work in enumerate(works, 1):
        with progress(f"{number} of {len(works)}") as tell:
            result = measured(work, contestants, STEADY, tell)
        report.results.append(result)
        if tables is not None:
            tables.show_result(result)


def measure_curves(
    report: Report,
    curves: Sequence[Curve],
    contestants: Sequence[Contestant],
    tables: Tables | None,
) -> None:
    """Measure growth curves, each shown as soon as it is there, or as far as it came."""
    from syn0.bench import BRISK, measured

    for curve in curves:
        results: list[Result] = []
        report.curves.append((curve, results))
        try:
            for size in curve.points:
                with progress(f"{curve.name} {size:,}") as tell:
                    results.append(measured(curve.work(size), contestants, BRISK, tell))
        finally:
            if tables is not None and results:
                tables.show_curve(curve, results)


def hand_over(report: Report, tables: Tables | None, plot: str | None) -> None:
    """The notes below the tables, or all figures as JSON; and the picture."""
    from syn0.bench import report_data
    from syn0.bench.plot import draw

    if tables is None:
        click.echo(json.dumps(report_data(report), indent=2))
    else:
        tables.show_notes(report)
    if plot is not None and not report.empty:
        draw(report, Path(plot))
        message(f"Drawn: {plot}")


@contextmanager
def progress(where: str = "") -> Iterator[Tell]:
    """Shows on a terminal what is being measured; not by a thread, which would disturb it."""
    if asked_for(QUIET) or not sys.stderr.isatty():
        yield lambda words: None
        return
    start = f"{where}  " if where else ""

    def tell(words: str) -> None:
        line = f"{start}{words} …"[: shutil.get_terminal_size().columns - 1]
        click.echo(f"\r\033[K{line}", nl=False, err=True)

    try:
        yield tell
    finally:
        click.echo("\r\033[K", nl=False, err=True)
