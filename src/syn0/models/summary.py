"""A network as a table: each layer, what it gives, and how many numbers it learns."""

from __future__ import annotations

from dataclasses import fields

from syn0.models.record import Record
from syn0.spec import Activation, BatchNorm, Dense, Layer, LayerNorm, NetworkSpec
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
    width, learned = spec.inputs, 0
    for layer in spec.layers:
        count = numbers_learned(layer, width)
        width = layer.units if isinstance(layer, Dense) else width
        learned += count
        rows.append((words(layer), f"(rows, {width})", f"{count:,}"))
    rows.append(("all", "", f"{learned:,}"))
    first, second, third = (max(map(len, column)) for column in zip(*rows, strict=True))
    return [f"{a:<{first}}  {b:<{second}}  {c:>{third}}" for a, b, c in rows]


def numbers_learned(layer: Layer, width: int) -> int:
    """How many numbers a layer over so many values learns."""
    if isinstance(layer, Dense):
        return layer.units * (width + layer.bias)
    return 2 * width if isinstance(layer, BatchNorm | LayerNorm) else 0


def words(layer: Layer) -> str:
    """A layer's kind and what matters of it."""
    kind = type(layer).__name__
    if isinstance(layer, Dense):
        return f"{kind} {layer.activation}"
    if isinstance(layer, Activation):
        return f"{kind} {layer.activation}"
    return " ".join([kind, *(f"{getattr(layer, field.name):g}" for field in fields(layer)[:1])])
