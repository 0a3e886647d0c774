"""`syn0 evaluate`: how good a saved model is on data."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from syn0.cli.options import images_of, max_pixels_option, message, tell_unknown_texts, waiting


@click.command()
@click.argument("model")
@click.argument("data")
@click.option("--target", metavar="COLUMN", help="The true answers; default the trained target.")
@max_pixels_option
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def evaluate(
    model: str, data: str, target: str | None, max_pixels: int | None, as_json: bool
) -> None:
    """Judge MODEL on DATA.

    Data that the model was trained on are known again: then only the rows that were held out
    count.

    \b
    syn0 evaluate titanic.safetensors titanic.csv
    """
    from syn0.cli.show import show_evaluation
    from syn0.data import read_table
    from syn0.models import evaluate as figures_of
    from syn0.models import judged_rows, load

    network = load(model)
    if network.schema is None:
        raise ValueError(
            f"{model} was trained on plain arrays: it has no columns to find in a table"
        )
    with waiting(f"reading {data}"):
        images = images_of({"max_pixels": max_pixels}, network.schema.image_shape)
        table = read_table(data, target=target or network.schema.target, images=images)
        for note in table.notes:
            message(note)
        judged, where = judged_rows(network, table)
        tell_unknown_texts(network.schema, judged)
        figures = figures_of(network, judged)
    if as_json:
        click.echo(json.dumps({"evaluated_on": where, "figures": asdict(figures)}, indent=2))
    else:
        show_evaluation(figures, f"{figures.rows:,} {where}")
