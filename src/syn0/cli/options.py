"""Options that commands share, and what their texts mean."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from syn0.cli.command import QUIET, Option, asked_for, message, say_more
from syn0.cli.config import is_given
from syn0.cli.flags import F, flags
from syn0.spec.knobs import NETWORK, OUTPUT, TRAINING
from syn0.spec.words import counted

if TYPE_CHECKING:
    from syn0.models import Network

FILE = click.Path()
"""The type of names of files, which a shell then completes; any text passes."""

FORCE = click.option("--force", is_flag=True, cls=Option, section="Output",
                     help="Replace a file that syn0 did not write.")  # fmt: skip

data_option, network_option, training_option, output_option = (
    partial(click.option, cls=Option, section=title)
    for title in ("Data", NETWORK, TRAINING, OUTPUT)
)
"""Make options that stand in these sections of a help text."""

CLASS_WEIGHT = data_option("--class-weight", metavar="balanced|CLASS=F,…",
                           help="How much the rows of each class count.")  # fmt: skip

FLAGS = {**dict(flags()), "class_weight": CLASS_WEIGHT}
"""The flags that describe a network and its training, by the names of the settings."""

OPTION_NAMES = tuple(FLAGS)


def network_options(command: F) -> F:
    """Add the options that describe a network and its training."""
    for option in reversed(FLAGS.values()):
        command = option(command)
    return command


def flags_given(options: Mapping[str, Any], names: Iterable[str]) -> str:
    """Those of the named options that the user gave, as flags: "--bias, --batch-size"."""
    given = (name for name in names if is_given(options.get(name)))
    return ", ".join(f"--{name.replace('_', '-')}" for name in given)


def activation_names(text: Any) -> Any:
    """One name for all hidden layers, or several, one for each layer."""
    if not isinstance(text, str) or "," not in text:
        return text
    return tuple(name.strip() for name in text.split(","))


def class_weights(text: Any) -> Any:
    """ "balanced", or weights by class from a text such as "yes=2,no=1"."""
    if not isinstance(text, str) or "=" not in text:
        return text
    weights = {}
    for part in text.split(","):
        name, equals, number = part.rpartition("=")
        try:
            weights[name.strip()] = float(number)
        except ValueError:
            equals = ""
        if not equals:
            raise ValueError(
                f"--class-weight {text!r} is not understood: write balanced, or weights by class "
                "such as yes=2,no=1"
            )
    return weights


def hidden_sizes(text: Any) -> Any:
    """Sizes such as "64,64"; ValueError for anything but whole numbers of at least 1."""
    if not isinstance(text, str):
        return text
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() and int(part) for part in parts):
        raise ValueError(
            f"--hidden {text!r} is no list of layer sizes: write whole numbers of at least 1 "
            "joined by commas, such as 64 or 64,64"
        )
    return tuple(map(int, parts))


def tell_unknown_texts(found: Mapping[str, str]) -> None:
    """Say which columns hold texts that mean nothing to a model, and which."""
    for name, what in found.items():
        message(f"Note: column {name!r} holds {what}")


def tell_model(path: str, network: Network) -> None:
    """Say, where more is asked for, what a saved model is and takes."""
    say_more(f"Model: {path}, {network.spec}, {counted(network.steps_taken, 'step')}")
    if network.origin is not None:
        say_more(f"Trained on: {network.origin.data}")
    tell_columns(network)


def tell_columns(network: Network) -> None:
    """Say, where more is asked for, what columns a network takes, and how many inputs they give."""
    from syn0.data.names import listed

    if network.schema is not None:
        counts = {c.name: len(c.input_names) for c in network.schema.columns if c.input_names}
        words = (name if n == 1 else f"{name} ({n} inputs)" for name, n in counts.items())
        say_more(f"Columns: {listed(words)}")


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Say what is going on if it takes longer than two seconds."""
    if asked_for(QUIET):
        yield
        return
    timer = threading.Timer(2, message, [f"{what} …"])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
