"""Options that commands share, and what their texts mean."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from syn0.cli.config import is_given

if TYPE_CHECKING:
    from syn0.data import Images, Schema, Table

F = TypeVar("F", bound=Callable[..., Any])

NETWORK_OPTIONS = (
    click.option("--bias/--no-bias", default=None, help="Give every unit a learned constant."),
    click.option("--activation", metavar="NAME[,NAME…]",
                 help="Of the hidden layers, or one for each layer: sigmoid, tanh, relu, gelu, "
                 "identity, softmax and more; a name that is none lists all."),
    click.option("--output-activation", metavar="NAME",
                 help="Of the last layer; default the one that fits the loss."),
    click.option("--init", metavar="NAME[:F]",
                 help="How weights start: uniform:A, normal:S, glorot_uniform, glorot_normal, "
                 "he_uniform, he_normal, lecun_uniform, lecun_normal, orthogonal, constant:C."),
    click.option("--dropout", type=float, metavar="F",
                 help="Share of each hidden layer's values that training drops."),
    click.option("--input-dropout", type=float, metavar="F",
                 help="Share of the inputs that training drops."),
    click.option("--input-noise", type=float, metavar="F",
                 help="Deviation of noise that training adds to the inputs."),
    click.option("--batch-norm/--no-batch-norm", default=None,
                 help="Normalize hidden units over the rows of a step."),
    click.option("--layer-norm/--no-layer-norm", default=None,
                 help="Normalize the hidden values of each row."),
    click.option("--skip/--no-skip", default=None,
                 help="Add to each hidden layer the values of an equally wide one below."),
    click.option("--loss", metavar="NAME[:F]",
                 help="squared_error, absolute_error, huber:T, quantile:Q,Q…, poisson, "
                 "binary_cross_entropy, cross_entropy or hinge."),
    click.option("--dtype", metavar="NAME", help="float64 or float32."),
    click.option("--optimizer", metavar="NAME",
                 help="sgd, adagrad, rmsprop, adam, adamw or lbfgs."),
    click.option("--learning-rate", type=float, metavar="F",
                 help="How far each step goes: the tutorial's alpha."),
    click.option("--momentum", type=float, metavar="F",
                 help="Of sgd: share of the last step that is taken again."),
    click.option("--nesterov/--no-nesterov", default=None, help="Of sgd: look ahead."),
    click.option("--weight-decay", type=float, metavar="F",
                 help="Share of each weight that a step takes off, times the learning rate."),
    click.option("--schedule", metavar="NAME[:F,F]",
                 help="Of the learning rate: constant, step:N,F, exponential:F, "
                 "inverse_scaling:F, cosine:F, one_cycle:F or plateau:N,F."),
    click.option("--warm-up", type=int, metavar="N",
                 help="Steps over which the learning rate first rises from 0."),
    click.option("--steps", type=int, metavar="N", help="Number of updates; or"),
    click.option("--epochs", type=int, metavar="N", help="Number of passes over the rows."),
    click.option("--batch-size", type=int, metavar="N", help="Rows in a step; default all."),
    click.option("--shuffle/--no-shuffle", default=None,
                 help="Whether each epoch takes the rows in a new order."),
    click.option("--reduction", metavar="NAME", help="sum or mean of the gradient over the rows."),
    click.option("--l1", type=float, metavar="F", help="Strength of the L1 penalty."),
    click.option("--l2", type=float, metavar="F", help="Strength of the L2 penalty."),
    click.option("--max-norm", type=float, metavar="F",
                 help="Greatest length of the weights that lead to a unit."),
    click.option("--label-smoothing", type=float, metavar="F",
                 help="Share of each target that goes to all classes alike."),
    click.option("--clip-deltas", type=float, metavar="F", help="Greatest size of a delta."),
    click.option("--clip-value", type=float, metavar="F",
                 help="Greatest size of an entry of an update."),
    click.option("--clip-norm", type=float, metavar="F",
                 help="Greatest length of all updates together."),
    click.option("--trim-deltas", type=float, metavar="F",
                 help="Turn smaller deltas to 0, and report what share."),
    click.option("--class-weight", metavar="balanced|CLASS=F,…",
                 help="How much the rows of each class count."),
    click.option("--report-every", type=int, metavar="N",
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
"""Further settings that TOML files may hold; few need them, so they have no option."""


max_pixels_option = click.option(
    "--max-pixels", type=click.IntRange(min=1), metavar="N",
    help="Pixels read of an image, and kept of all, where small files hold many; "
    "default 50,000,000.",
)  # fmt: skip


def images_of(options: Mapping[str, Any], image_shape: tuple[int, ...] | None = None) -> Images:
    """How images are read: in the size of a model's or that of --resize, within --max-pixels."""
    from syn0.data.images import MOST_PIXELS, Images, parse_size

    images = Images.of(image_shape, options.get("max_pixels") or MOST_PIXELS)
    resize = options.get("resize")
    return images if resize is None else replace(images, size=parse_size(resize))


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
