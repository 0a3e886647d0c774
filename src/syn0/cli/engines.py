"""`syn0 engines`: what can run programs here, and what auto would pick."""

from __future__ import annotations

from typing import Any

import click

from syn0.cli.command import Sections
from syn0.cli.networks import described, with_file
from syn0.cli.options import FILE, network_options
from syn0.spec.words import counted, visible

ROWS = 1000
"""Rows to judge by where no batch size is given."""


@click.command(cls=Sections)
@click.argument("net", type=FILE, required=False)
@click.option("--seed", type=int, metavar="N", help="Of the start weights; it changes no choice.")
@click.option("--clear-cache", is_flag=True, help="Remove the compiled programs, and leave.")
@network_options
def engines(net: str | None, clear_cache: bool, **options: Any) -> None:
    """List the engines of this machine and, for NET, which of them auto would pick and why.

    \b
    syn0 engines
    syn0 engines 784-128-10 --batch-size 64 --epochs 20
    """
    from syn0.engines import ENGINES, compiler

    if clear_cache:
        try:
            count = compiler.clear_cache()
        except compiler.CompilerError as error:
            raise click.ClickException(str(error)) from None
        tell(f"removed {counted(count, 'compiled program')} from {compiler.users_folder()}")
        return
    # Before anything is printed, as NET may be none.
    chosen = [] if net is None else what_auto_picks(with_file(net, options))
    for name, engine in ENGINES.items():
        lacking = engine.missing()
        first, *others = [f"not here: {lacking}"] if lacking else engine.about()
        tell(f"{name:<7} {first}")
        for line in others:
            tell(f"        {line}")
    for line in chosen:
        tell(line)


def what_auto_picks(options: dict[str, Any]) -> list[str]:
    """What auto would pick for a network and its training, and why."""
    from syn0.derive import training_program
    from syn0.engines import choose

    network, training = described(options)
    rows = training.batch_size or ROWS
    steps = training.total_steps(ROWS)
    choice = choose(training_program(network.spec, training), rows, steps)
    work = f"{counted(steps, 'step')} of {counted(rows, 'row')}"
    return [f"auto    would pick {choice.engine} for {work}:", f"        {choice.reason}"]


def tell(line: str) -> None:
    """Print a line, which may hold names of the user's."""
    click.echo(visible(line))
