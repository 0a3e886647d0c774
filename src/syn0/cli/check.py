"""`syn0 check`: is the gradient of a network right?"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from syn0.cli.command import Sections
from syn0.cli.networks import described, is_model, refuse_settings, saved_network, with_file
from syn0.cli.options import FILE, network_options, waiting
from syn0.spec.defaults import SEED

if TYPE_CHECKING:
    from syn0.explain import ParameterCheck

WRONG = 1
RIGHT = "right"


@click.command(cls=Sections)
@click.argument("net", type=FILE)
@click.option("--seed", type=int, metavar="N",
              help=f"Of the start weights, the masks and the inputs; default {SEED}.")  # fmt: skip
@network_options
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON.")
def check(net: str, as_json: bool, **options: Any) -> None:
    """Check the gradient of NET: sizes such as 3-4-1, a TOML file, or a saved model.

    Each parameter's update lines are compared with differences of the program's own loss line, on
    random inputs that are all different; there is a row for each parameter. Penalties, dropout and
    normalizations take part; limits on deltas and updates do not, as they are not the gradient.

    \b
    syn0 check 3-4-1
    syn0 check 5-8-8-2 --activation gelu --layer-norm --l2 0.01
    syn0 check model.safetensors
    """
    from syn0.explain import check_gradients
    from syn0.models import tutorial_training

    if is_model(net):
        refuse_settings(net, {**options, "seed": None})
        network = saved_network(net)
        training = network.training or tutorial_training({}, network.spec)
        weights = network.weights
    else:
        network, training = described(with_file(net, options))
        weights = None
    with waiting("comparing the gradient with differences"):
        seed = SEED if options["seed"] is None else options["seed"]
        rows = check_gradients(network.spec, training, weights, seed)
    if as_json:
        click.echo(json.dumps([asdict(row) | {"right": row.right} for row in rows], indent=2))
    else:
        show(rows)
    if not all(row.right for row in rows):
        sys.exit(WRONG)


def show(rows: list[ParameterCheck]) -> None:
    """A row for each parameter."""
    from rich.console import Console

    from syn0.cli.show import plain_table
    from syn0.explain.gradients import TOLERANCE

    console = Console(highlight=False, soft_wrap=True)
    header = ["parameter", "shape", "checked", "at kinks", "largest", "difference", ""]
    cells = [
        [
            row.name,
            " x ".join(map(str, row.shape)),
            f"{row.checked:,}",
            f"{row.kinks:,}",
            f"{row.largest:.3g}",
            f"{row.difference:.1e}",
            verdict(row),
        ]
        for row in rows
    ]
    console.print(plain_table(header, cells))
    right = sum(verdict(row) == RIGHT for row in rows)
    console.print(
        f"\n{right} of {len(rows)} gradients agree with differences of the loss (difference: "
        f"largest, over the largest entry of all gradients; at most {TOLERANCE:g} is right)"
    )


def verdict(row: ParameterCheck) -> str:
    """A row's last word."""
    if not row.right:
        return "WRONG"
    return RIGHT if row.checked else "unchecked"
