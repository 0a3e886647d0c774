"""`syn0 explain`: one training step, line by line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from syn0.cli.command import Sections, message
from syn0.cli.networks import class_weights_of, described, is_model, with_file
from syn0.cli.options import FILE, flags_given, waiting
from syn0.cli.reading import COLUMN_OPTIONS, options_of_a_run, refuse_without_data

if TYPE_CHECKING:
    from syn0.explain import Contributions, Part, Replay, Statistics, Trace, TracedLine
    from syn0.models import Examples, Network
    from syn0.printers import Data
    from syn0.spec import Training

TUTORIAL = "3-4-1"
"""The network that is explained where none is named."""

PLACE = re.compile(r"(\w+)\[\s*(-?\d+(?:\s*,\s*-?\d+)*)\s*\]")
"""A weight: syn0[2,1]."""


@click.command(cls=Sections)
@click.argument("net", type=FILE, required=False, default=TUTORIAL, metavar="[MODEL|NET]")
@click.option("--step", type=int, metavar="N",
              help="Which step, counted from 0; default the one that comes next.")  # fmt: skip
@click.option("--line", metavar="NAME", help="Open the line that binds this name, such as l1.")
@click.option("--weight", metavar="NAME[I,J]",
              help="Split this weight's update over the examples.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print what is found as JSON.")
@options_of_a_run("The rows that the step takes.")
def explain(
    net: str,
    step: int | None,
    line: str | None,
    weight: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Show a training step of NET, line by line: sizes, a TOML file, or a saved model.

    Without --line and --weight: every line with the shape and the range of its value, how inputs
    and hidden units go with the targets, and what is wrong, if anything is. Earlier steps are taken
    again from the start weights. NET is 3-4-1 by default. Without --data, a model takes the rows
    that it was trained on, and a net of 3 inputs and 1 output the tutorial's table.

    \b
    syn0 explain 3-4-1
    syn0 explain 3-4-1 --line l1_delta
    syn0 explain 3-4-1 --step 100 --weight syn0[2,1]
    syn0 explain model.safetensors
    """
    replay = replayed(net, options)
    place = None if weight is None else place_of(weight)
    with waiting("taking the steps that lead there"):
        trace = replay.up_to_trouble(step)
    if step is not None and trace.step < step:
        message(f"Note: a number goes bad in step {trace.step:,}, so step {step:,} never comes")
    opened = None if line is None else trace.line(line)
    split = None if place is None else trace.contributions(*place)
    if opened is None and split is None:
        whole_step(replay, trace, as_json=as_json)
    elif as_json:
        found: dict[str, Any] = {"step": trace.step}
        found |= {} if opened is None else {"line": line_data(opened)}
        found |= {} if split is None else {"weight": split_data(split)}
        click.echo(json.dumps(found, indent=2))
    else:
        click.echo("\n\n".join(repr(one) for one in (opened, split) if one is not None))


def replayed(net: str, options: dict[str, Any]) -> Replay:
    """The training that MODEL or NET and the options mean, on its rows."""
    from syn0.cli.write import data_for, trained
    from syn0.printers import example_data

    if is_model(net):
        network, training = trained(net, options)
        refuse_without_data(options)
        origin = network.origin
        of_its_own = origin is not None and options["data"] == origin.data
        if options["data"] is None or (of_its_own and not flags_given(options, COLUMN_OPTIONS)):
            return own_rows(network, training, options)
        data = data_for(network, training, options)
    else:
        options = with_file(net, options, ("data", "target", "drop"))
        network, training = described(options)
        data = data_for(network, training, options) or example_data(network.spec)
    assert data is not None  # noqa: S101  (named, or made up)
    return replay_on(data, network, training)


def own_rows(network: Network, training: Training, options: dict[str, Any]) -> Replay:
    """A model's training on the rows that it was trained on.

    Raises:
        ValueError: they are not to be had.
    """
    from syn0.cli.write import table_of_its_own
    from syn0.models import examples_again, table_options

    table, why = table_of_its_own(network)
    if table is None or network.schema is None:
        raise ValueError(f"{why}: name the rows that the step shall take with --data")
    weights = class_weights_of(options, network.schema.classes)
    examples = examples_again(network, training, table, table_options(class_weight=weights))
    return replay_on(examples, network, training)


def replay_on(rows: Examples | Data, network: Network, training: Training | None = None) -> Replay:
    """A network's training on rows, by default as it last was."""
    weight = None if rows.sample_weight is None else rows.sample_weight.ravel()
    return network.replay(rows.X, rows.y, training=training, sample_weight=weight)


def place_of(text: str) -> tuple[Any, ...]:
    """Name and place from a text such as "syn0[2,1]"."""
    found = PLACE.fullmatch(text.strip())
    if found is None:
        raise ValueError(
            f"--weight {text!r} is not understood: write a name and a place in it, such as "
            "syn0[2,1] or bias0[3]"
        )
    return (found[1], *map(int, found[2].split(",")))


def whole_step(replay: Replay, trace: Trace, *, as_json: bool) -> None:
    """Every line, the statistics, and what is wrong."""
    from syn0.explain.post_mortem import post_mortem
    from syn0.explain.statistics import statistics

    told, found = statistics(replay, trace.start), post_mortem(replay, trace)
    if not as_json:
        click.echo(f"{trace}\n\n{told}")
        if found.turns:
            click.echo(f"\n{found}")
        return
    data = {
        "step": trace.step,
        "rows": trace.rows.tolist(),
        "lines": [line_data(line, whole=False) for line in trace.lines],
        "correlations": [*correlations_data(told)],
        "findings": [*found.findings],
        "to_try": [
            {"knob": turn.knob, "value": turn.value, "why": turn.why} for turn in found.turns
        ],
    }
    click.echo(json.dumps(data, indent=2))


def line_data(line: TracedLine, *, whole: bool = True) -> dict[str, Any]:
    """A line for machines: with its value and its parts or, of a whole step, with the least and the
    greatest entry."""
    import numpy as np

    from syn0.explain.text import plain

    data = {
        "line": line.text,
        "target": line.target,
        "phase": line.phase,
        "layer": line.layer,
        "note": line.note,
        "shape": [*line.shape],
        "dtype": line.dtype,
    }
    if whole:
        return data | {"value": plain(line.value), "parts": part_data(line.part)}
    return data | {"least": plain(np.min(line.value)), "greatest": plain(np.max(line.value))}


def part_data(part: Part) -> dict[str, Any]:
    """A part of a line for machines."""
    from syn0.explain.text import plain

    return {
        "text": part.text,
        "operation": part.operation,
        "value": plain(part.value),
        "parts": [part_data(child) for child in part.children],
    }


def split_data(split: Contributions) -> dict[str, Any]:
    """The split of a weight's update for machines."""
    from syn0.explain.text import plain

    names = ("rows", "inputs", "deltas", "parts", "rounding", "pull", "old", "new", "change")
    stages = [
        {"text": stage.text, "before": plain(stage.before), "value": plain(stage.value)}
        for stage in split.stages
    ]
    figures = {name: plain(getattr(split, name)) for name in names}
    return {"weight": split.label, **figures, "stages": stages}


def correlations_data(told: Statistics) -> Iterator[dict[str, Any]]:
    """The correlations for machines, one for each column and target."""
    from syn0.explain.text import plain

    for layer in told.layers:
        for unit, name in enumerate(layer.columns):
            for k, target in enumerate(told.targets):
                yield {
                    "values": layer.values,
                    "column": name,
                    "target": target,
                    "start": None if layer.start is None else plain(layer.start[unit, k]),
                    "now": plain(layer.now[unit, k]),
                }
