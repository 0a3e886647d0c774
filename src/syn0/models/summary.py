"""A network as a table: each layer, what it gives, and how many numbers it learns."""

from __future__ import annotations

from dataclasses import fields

from syn0.models.network import Network
from syn0.spec import Activation, BatchNorm, Dense, Layer, LayerNorm

Row = tuple[str, str, str]

HEADER: Row = ("layer", "gives", "learns")


def summary(network: Network) -> str:
    """The table as text; a last line holds the sum."""
    spec = network.spec
    rows = [HEADER, ("inputs", f"(rows, {spec.inputs})", "0")]
    width, learned = spec.inputs, 0
    for layer in spec.layers:
        count = numbers_learned(layer, width)
        width = layer.units if isinstance(layer, Dense) else width
        learned += count
        rows.append((words(layer), f"(rows, {width})", f"{count:,}"))
    rows.append(("all", "", f"{learned:,}"))
    first, second, third = (max(map(len, column)) for column in zip(*rows, strict=True))
    lines = [f"{a:<{first}}  {b:<{second}}  {c:>{third}}" for a, b, c in rows]
    return "\n".join([*lines, f"loss {spec.loss}, {spec.dtype}"])


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
