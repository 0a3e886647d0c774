"""Descriptions as plain JSON data, and back. What comes back is validated like a user's words."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from syn0.spec.doors import door
from syn0.spec.layers import LAYER_KINDS
from syn0.spec.network import NetworkSpec
from syn0.spec.optimizers import OPTIMIZERS
from syn0.spec.training import Training

KINDS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (NetworkSpec, Training, *LAYER_KINDS.values(), *OPTIMIZERS.values())
}


@door
def to_data(value: Any) -> Any:
    """A description as dictionaries (each naming its kind), lists, texts and numbers."""
    if type(value) in KINDS.values():
        data = {field.name: to_data(getattr(value, field.name)) for field in fields(value)}
        return {"kind": type(value).__name__, **data}
    return [to_data(item) for item in value] if isinstance(value, tuple) else value


@door
def from_data(data: Any) -> Any:
    """The description that `to_data` gave.

    Raises:
        ValueError, TypeError: an unknown kind or field, or a value that the kind refuses.
    """
    if isinstance(data, list):
        return tuple(map(from_data, data))
    if not isinstance(data, dict):
        return data
    kind = KINDS.get(data.get("kind", ""))
    if kind is None:
        raise ValueError(f"unknown kind of description {data.get('kind')!r}")
    known = {field.name for field in fields(kind)}
    given = {name: from_data(value) for name, value in data.items() if name != "kind"}
    if set(given) != known:
        odd = ", ".join(sorted(map(str, set(given) ^ known)))
        raise ValueError(f"{data['kind']} has fields that do not belong or are missing: {odd}")
    return kind(**given)
