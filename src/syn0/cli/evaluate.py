"""`syn0 evaluate`: how good a saved model is on data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from syn0.cli.command import Sections
from syn0.cli.options import FILE, data_option, tell_model, tell_unknown_texts, waiting
from syn0.cli.reading import reading_of, reading_options, tell_notes
from syn0.cli.streams import memory_option, passes_over, tell_blocks

if TYPE_CHECKING:
    from syn0.models import Evaluation, Network


@click.command(cls=Sections)
@click.argument("model", type=FILE)
@click.argument("data", type=FILE)
@data_option("--target", metavar="COLUMN", help="The true answers; default the trained target.")
@reading_options
@memory_option
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def evaluate(model: str, data: str, target: str | None, as_json: bool, **options: Any) -> None:
    """Judge MODEL on DATA.

    Data that syn0 train used are known again: then only the rows that were held out count. Of
    estimators and pipelines all rows count, and the true answers are, without --target, in the
    column that they were not fitted on.

    \b
    syn0 evaluate titanic.safetensors titanic.csv
    """
    from syn0.cli.show import figures_data, rows_in_words, show_evaluation
    from syn0.models import Network
    from syn0.saving import load

    saved = load(model)
    with waiting(f"reading {data}"):
        judge = of_network if isinstance(saved, Network) else of_estimator
        figures, where = judge(model, saved, data, target, options)
    if as_json:
        click.echo(json.dumps({"evaluated_on": where, "figures": figures_data(figures)}, indent=2))
    else:
        show_evaluation(figures, rows_in_words(figures.rows, where))


def of_network(
    path: str, network: Network, data: str, target: str | None, options: dict[str, Any]
) -> tuple[Evaluation, str]:
    """The figures of a network, and words for the rows."""
    from syn0.data import read_table
    from syn0.models import evaluate as figures_of
    from syn0.models import judged_rows
    from syn0.models.streamed import judge_streamed

    if network.schema is None:
        raise ValueError(
            f"{path} was trained on plain arrays: it has no columns to find in a table"
        )
    tell_model(path, network)
    reading = reading_of(options, network.schema, float32=network.spec.dtype == "float32")
    target = target or network.schema.target
    if (passes := passes_over(data, options, reading, target=target)) is not None:
        judged_in_blocks = judge_streamed(network, passes)
        if judged_in_blocks is not None:
            figures, where, unknown = judged_in_blocks
            tell_blocks(network.schema, passes, unknown)
            return figures, where
    table = read_table(data, target=target, reading=reading)
    tell_notes(table.notes)
    judged, where = judged_rows(network, table)
    tell_unknown_texts(network.schema.unknown_texts(judged))
    return figures_of(network, judged), where


def of_estimator(
    path: str, model: Any, data: str, target: str | None, options: dict[str, Any]
) -> tuple[Evaluation, str]:
    """The figures of an estimator or a pipeline, and words for the rows."""
    from syn0.cli.answers import Saved

    saved = Saved(path, model)
    table = saved.with_truth(saved.read(data, options), target)
    where = f"rows of {table.name} (the model does not know which it was fitted on)"
    return saved.judge(table), where
