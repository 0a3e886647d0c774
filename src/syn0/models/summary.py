"""A network as a table: each layer, what it gives, and how many numbers it learns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from numpy.typing import NDArray

from syn0.derive.layers import sizes_of_layers
from syn0.html import network_html
from syn0.models.record import Record
from syn0.spec import Layer, NetworkSpec
from syn0.spec.words import MOST_OF_A_NAME, counted, visible

Row = tuple[str, str, str]
Line = TypeVar("Line")

HEADER: Row = ("layer", "gives", "learns")

MOST_SHOWN = 6
"""Layers of a network that its `repr` shows: the first ones and the last."""


def summary(spec: NetworkSpec) -> str:
    """The table as text; a last line holds the sum."""
    return "\n".join([*table(spec), f"loss {spec.loss}, {spec.dtype}"])


def description(network: Record) -> str:
    """The table in at most a dozen lines, with the seed and where training stands."""
    spec, (header, *lines, total) = network.spec, table(network.spec)
    return "\n".join(
        [
            f"Network {spec}",
            header,
            *without_middle(lines, lambda words: words),
            total,
            settings(spec),
            standing(network),
        ]
    )


def picture(
    network: Record,
    weights: Mapping[str, NDArray[Any]],
    names: tuple[Sequence[str], Sequence[str]],
    program: str,
) -> str:
    """The same as HTML, with its arrays, its program, and the names of inputs and targets."""
    spec, (header, *lines, total) = network.spec, rows(network.spec)
    notes = [settings(spec), standing(network)]
    taken, given = map(some, names)
    if taken:
        notes.append(f"from {taken}" + (f" to {given}" if given else ""))
    layers = [header, *without_middle(lines, lambda words: (words, "", "")), total]
    return network_html(f"Network {spec}", notes, layers, weights, program)


def settings(spec: NetworkSpec) -> str:
    """What holds for the whole network, in a line."""
    return f"loss {spec.loss}, {spec.dtype}, seed {spec.seed}"


def some(names: Sequence[str]) -> str:
    """The first of some names of a user's."""
    shown = [visible(str(name), MOST_OF_A_NAME) for name in names[:MOST_SHOWN]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")


def without_middle(lines: list[Line], between: Callable[[str], Line]) -> list[Line]:
    """The first lines and the last ones, and between them how many are left out."""
    if len(lines) <= MOST_SHOWN + 1:
        return lines
    half = MOST_SHOWN // 2
    left_out = between(f"… {len(lines) - MOST_SHOWN} layers more")
    return [*lines[:half], left_out, *lines[-half:]]


def standing(network: Record) -> str:
    """How a network was trained, in a line."""
    steps = network.checkpoint.step
    if not steps:
        return "not trained"
    words = f"trained {counted(steps, 'step')}"
    if network.training is not None:
        words += f" by {type(network.training.optimizer).__name__}"
    if network.origin is not None:
        words += f" on {visible(network.origin.data, MOST_OF_A_NAME)}"
    return words + (f", engine {network.engine}" if network.engine else "")


def table(spec: NetworkSpec) -> list[str]:
    """The lines of the table, aligned."""
    found = rows(spec)
    first, second, third = (max(map(len, column)) for column in zip(*found, strict=True))
    return [f"{a:<{first}}  {b:<{second}}  {c:>{third}}" for a, b, c in found]


def rows(spec: NetworkSpec) -> list[Row]:
    """A header, the inputs and each layer, and the sum."""
    found = [HEADER, ("inputs", f"(rows, {spec.inputs})", "0")]
    learned = 0
    for layer, width, count in sizes_of_layers(spec):
        learned += count
        found.append((words(layer), f"(rows, {width})", f"{count:,}"))
    return [*found, ("all", "", f"{learned:,}")]


def words(layer: Layer) -> str:
    """A layer's kind and what matters of it."""
    first = "activation" if "activation" in layer.KNOBS else next(iter(layer.KNOBS), None)
    value = "" if first is None else getattr(layer, first)
    return f"{type(layer).__name__} {value if isinstance(value, str) else f'{value:g}'}".rstrip()
