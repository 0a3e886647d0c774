"""Options that commands share, and what their texts mean."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from syn0.data import Schema, Table

F = TypeVar("F", bound=Callable[..., Any])

NETWORK_OPTIONS = (
    click.option("--bias", is_flag=True, help="Give every unit a learned constant."),
    click.option("--activation", metavar="NAME[,NAME…]",
                 help="Of the hidden layers, or one for each layer: sigmoid, tanh, relu, "
                 "identity, softmax."),
    click.option("--loss", metavar="NAME",
                 help="squared_error, binary_cross_entropy or cross_entropy."),
    click.option("--optimizer", metavar="NAME", help="sgd or adam."),
    click.option("--learning-rate", type=float, metavar="F",
                 help="How far each step goes: the tutorial's alpha."),
    click.option("--steps", type=int, metavar="N", help="Number of updates; or"),
    click.option("--epochs", type=int, metavar="N", help="Number of passes over the rows."),
    click.option("--batch-size", type=int, metavar="N", help="Rows in a step; default all."),
    click.option("--report-every", type=int, metavar="N",
                 help="Print loss and error every N steps."),
)  # fmt: skip


def network_options(command: F) -> F:
    """Add the options that describe a network and its training."""
    for option in reversed(NETWORK_OPTIONS):
        command = option(command)
    return command


def flags_given(options: Mapping[str, Any], names: Iterable[str]) -> str:
    """Those of the named options that the user gave, as flags: "--bias, --batch-size"."""
    given = (name for name in names if options[name] is not None and options[name] is not False)
    return ", ".join(f"--{name.replace('_', '-')}" for name in given)


def activation_names(text: str | None) -> str | tuple[str, ...] | None:
    """One name for all hidden layers, or several, one for each layer."""
    if text is None or "," not in text:
        return text
    return tuple(name.strip() for name in text.split(","))


def hidden_sizes(text: str | None) -> tuple[int, ...] | None:
    """Sizes such as "64,64"; ValueError for anything but whole numbers of at least 1."""
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() and int(part) for part in parts):
        raise ValueError(
            f"--hidden {text!r} is no list of layer sizes: write whole numbers of at least 1 "
            "joined by commas, such as 64 or 64,64"
        )
    return tuple(map(int, parts))


def message(text: str) -> None:
    """Tell the user something that is not a result."""
    click.echo(text, err=True)


def tell_unknown_texts(schema: Schema, table: Table) -> None:
    """Say which columns hold texts that mean nothing to a model."""
    for name, count in schema.unknown_texts(table).items():
        message(f"Note: column {name!r} holds texts unknown to the model (rows: {count:,})")


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Say what is going on if it takes longer than two seconds."""
    timer = threading.Timer(2, message, [f"{what} …"])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
