"""A network as a table: each layer, what it gives, and how many numbers it learns."""

from __future__ import annotations

from syn0.derive.layers import sizes_of_layers
from syn0.models.record import Record
from syn0.spec import Layer, NetworkSpec
from syn0.spec.words import MOST_OF_A_NAME, visible

Row = tuple[str, str, str]

HEADER: Row = ("layer", "gives", "learns")

MOST_SHOWN = 6
"""Layers of a network that its `repr` shows: the first ones and the last."""


def summary(spec: NetworkSpec) -> str:
    """The table as text; a last line holds the sum."""
    return "\n".join([*table(spec), f"loss {spec.loss}, {spec.dtype}"])


def description(network: Record) -> str:
    """The table in at most a dozen lines, with the seed and where training stands."""
    spec, (header, *lines, total) = network.spec, table(network.spec)
    if len(lines) > MOST_SHOWN + 1:
        half = MOST_SHOWN // 2
        between = f"… {len(lines) - MOST_SHOWN} layers more"
        lines = [*lines[:half], between, *lines[-half:]]
    settings = f"loss {spec.loss}, {spec.dtype}, seed {spec.seed}"
    return "\n".join([f"Network {spec}", header, *lines, total, settings, standing(network)])


def standing(network: Record) -> str:
    """How a network was trained, in a line."""
    steps = network.checkpoint.step
    if not steps:
        return "not trained"
    words = f"trained {steps:,} steps"
    if network.training is not None:
        words += f" by {type(network.training.optimizer).__name__}"
    if network.origin is not None:
        words += f" on {visible(network.origin.data, MOST_OF_A_NAME)}"
    return words + (f", engine {network.engine}" if network.engine else "")


def table(spec: NetworkSpec) -> list[str]:
    """Its lines: a header, the inputs and each layer, and the sum."""
    rows = [HEADER, ("inputs", f"(rows, {spec.inputs})", "0")]
    learned = 0
    for layer, width, count in sizes_of_layers(spec):
        learned += count
        rows.append((words(layer), f"(rows, {width})", f"{count:,}"))
    rows.append(("all", "", f"{learned:,}"))
    first, second, third = (max(map(len, column)) for column in zip(*rows, strict=True))
    return [f"{a:<{first}}  {b:<{second}}  {c:>{third}}" for a, b, c in rows]


def words(layer: Layer) -> str:
    """A layer's kind and what matters of it."""
    first = "activation" if "activation" in layer.KNOBS else next(iter(layer.KNOBS), None)
    value = "" if first is None else getattr(layer, first)
    return f"{type(layer).__name__} {value if isinstance(value, str) else f'{value:g}'}".rstrip()
