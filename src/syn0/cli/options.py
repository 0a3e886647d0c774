"""Options that commands share, and what their texts mean."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import click

from syn0.cli.command import QUIET, SECTIONS, Option, asked_for, message, say_more
from syn0.cli.config import is_given

if TYPE_CHECKING:
    from syn0.data import Schema, Table
    from syn0.models import Network

F = TypeVar("F", bound=Callable[..., Any])

FILE = click.Path()
"""The type of names of files, which a shell then completes; any text passes."""

FORCE = click.option("--force", is_flag=True, cls=Option, section="Output",
                     help="Replace a file that syn0 did not write.")  # fmt: skip

data_option, network_option, training_option, limits_option, output_option = (
    partial(click.option, cls=Option, section=title) for title in SECTIONS[1:6]
)
"""Make options that stand in these sections of a help text."""

NETWORK_OPTIONS = (
    network_option("--bias/--no-bias", default=None, help="Give every unit a learned constant."),
    network_option("--activation", metavar="NAME[,NAME…]",
                   help="Of the hidden layers, or one for each layer: sigmoid, tanh, relu, gelu, "
                   "identity, softmax and more; a name that is none lists all."),
    network_option("--output-activation", metavar="NAME",
                   help="Of the last layer; default the one that fits the loss."),
    network_option("--init", metavar="NAME[:F]",
                   help="How weights start: uniform:A, normal:S, glorot_uniform, glorot_normal, "
                   "he_uniform, he_normal, lecun_uniform, lecun_normal, orthogonal, constant:C."),
    network_option("--dropout", type=float, metavar="F",
                   help="Share of each hidden layer's values that training drops."),
    network_option("--input-dropout", type=float, metavar="F",
                   help="Share of the inputs that training drops."),
    network_option("--input-noise", type=float, metavar="F",
                   help="Deviation of noise that training adds to the inputs."),
    network_option("--batch-norm/--no-batch-norm", default=None,
                   help="Normalize hidden units over the rows of a step."),
    network_option("--layer-norm/--no-layer-norm", default=None,
                   help="Normalize the hidden values of each row."),
    network_option("--skip/--no-skip", default=None,
                   help="Add to each hidden layer the values of an equally wide one below."),
    network_option("--loss", metavar="NAME[:F]",
                   help="squared_error, absolute_error, huber:T, quantile:Q,Q…, poisson, "
                   "binary_cross_entropy, cross_entropy or hinge."),
    network_option("--dtype", metavar="NAME", help="float64 or float32."),
    training_option("--optimizer", metavar="NAME",
                    help="sgd, adagrad, rmsprop, adam, adamw or lbfgs."),
    training_option("--learning-rate", type=float, metavar="F",
                    help="How far each step goes: the tutorial's alpha."),
    training_option("--momentum", type=float, metavar="F",
                    help="Of sgd: share of the last step that is taken again."),
    training_option("--nesterov/--no-nesterov", default=None, help="Of sgd: look ahead."),
    training_option("--weight-decay", type=float, metavar="F",
                    help="Share of each weight that a step takes off, times the learning rate."),
    training_option("--schedule", metavar="NAME[:F,F]",
                    help="Of the learning rate: constant, step:N,F, exponential:F, "
                    "inverse_scaling:F, cosine:F, one_cycle:F or plateau:N,F."),
    training_option("--warm-up", type=int, metavar="N",
                    help="Steps over which the learning rate first rises from 0."),
    training_option("--steps", type=int, metavar="N", help="Number of updates; or"),
    training_option("--epochs", type=int, metavar="N", help="Number of passes over the rows."),
    training_option("--batch-size", type=int, metavar="N",
                    help="Rows in a step; default all, of a table that is trained on 32 to 512."),
    training_option("--shuffle/--no-shuffle", default=None,
                    help="Whether each epoch takes the rows in a new order."),
    training_option("--reduction", metavar="NAME",
                    help="sum or mean of the gradient over the rows."),
    limits_option("--l1", type=float, metavar="F", help="Strength of the L1 penalty."),
    limits_option("--l2", type=float, metavar="F", help="Strength of the L2 penalty."),
    limits_option("--max-norm", type=float, metavar="F",
                  help="Greatest length of the weights that lead to a unit."),
    limits_option("--label-smoothing", type=float, metavar="F",
                  help="Share of each target that goes to all classes alike."),
    limits_option("--clip-deltas", type=float, metavar="F", help="Greatest size of a delta."),
    limits_option("--clip-value", type=float, metavar="F",
                  help="Greatest size of an entry of an update."),
    limits_option("--clip-norm", type=float, metavar="F",
                  help="Greatest length of all updates together."),
    limits_option("--trim-deltas", type=float, metavar="F",
                  help="Turn smaller deltas to 0, and report what share."),
    data_option("--class-weight", metavar="balanced|CLASS=F,…",
                help="How much the rows of each class count."),
    output_option("--report-every", type=int, metavar="N",
                  help="Print loss and error every N steps."),
)  # fmt: skip


def network_options(command: F) -> F:
    """Add the options that describe a network and its training."""
    for option in reversed(NETWORK_OPTIONS):
        command = option(command)
    return command


OPTION_NAMES = tuple(
    str(option.name) for option in click.command()(network_options(lambda **_: None)).params
)
"""The names of these options, which are those of the settings that they give."""

FILE_SETTINGS = (
    "patience", "monitor", "reshuffle", "penalty_per_row", "beta1", "beta2", "epsilon",
    "epsilon_hat", "decay", "memory", "tolerance", "evaluations",
)  # fmt: skip
"""Further settings that TOML files may hold; of these, `train` alone has options for the first two,
and few need the others."""


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


def tell_unknown_texts(schema: Schema, table: Table) -> None:
    """Say which columns hold texts that mean nothing to a model."""
    for name, what in schema.unknown_texts(table).items():
        message(f"Note: column {name!r} holds {what}")


def tell_model(path: str, network: Network) -> None:
    """Say, where more is asked for, what a saved model is and takes."""
    say_more(f"Model: {path}, {network.spec}, {network.steps_taken:,} steps")
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
