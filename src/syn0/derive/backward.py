"""The backward lines: from the loss back to the first layer that learns."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from syn0.derive.layers import (
    DENSE,
    Blame,
    LayerRule,
    Parameter,
    Place,
    layers_in_place,
    times_slope,
)
from syn0.derive.losses import asked_by, last_delta, loss_of
from syn0.derive.rows import Rows
from syn0.program import Expr, Line, Name
from syn0.program.expressions import absolute, added, clip, equal, row_count, total
from syn0.program.tidy import spelled
from syn0.spec import Dense, NetworkSpec, Training


@dataclass
class Backward:
    """The lines, last layer first; what is learned, with its pulls; and what is reported."""

    lines: list[Line] = field(default_factory=list)
    parameters: list[Parameter] = field(default_factory=list)
    reports: tuple[str, ...] = ()


def backward_lines(network: NetworkSpec, training: Training, rows: Rows) -> Backward:
    """Send the error back through all layers."""
    chain = layers_in_place(network)
    learning = values_that_learn(chain)
    blames: dict[str, list[Blame]] = {}
    result = Backward()
    for rule, layer, place in reversed(chain):
        if place.out.name not in learning:
            break
        error: Expr = place.error
        if place.last and isinstance(layer, Dense):
            delta = loss_delta(network, place, rows)
            result.lines += limited(delta, place, training)
        else:
            line, error = gathered(place, blames.pop(place.out.name))
            result.lines += line
            if isinstance(layer, Dense):
                result.lines += limited(DENSE.delta(layer, place, error), place, training)
        result.parameters += rule.parameters(layer, place, error)
        if place.below.name not in learning:
            continue
        for item in rule.back(layer, place, error):
            if isinstance(item, Line):
                result.lines.append(item)
            elif item.values.name in learning:
                blames.setdefault(item.values.name, []).insert(0, item)
    if training.trim_deltas is not None:
        result.lines.append(trimmed_line(network))
        result.reports = ("trimmed",)
    return result


def values_that_learn(chain: list[tuple[LayerRule, object, Place]]) -> set[str]:
    """The values that depend on something learned: the error is sent back to these alone."""
    names: set[str] = set()
    learned = False
    for rule, layer, place in chain:
        learned = learned or any(True for _ in rule.parameters(layer, place, place.error))
        if learned:
            names.add(place.out.name)
    return names


def gathered(place: Place, blames: list[Blame]) -> tuple[list[Line], Expr]:
    """The error at a layer's values: all that came back to them. An error that only passes is
    used by its own name."""
    value = added(blame.share for blame in blames)
    if isinstance(value, Name):
        return [], value
    note = ", ".join(filter(None, (blame.note for blame in blames)))
    return [Line(place.error.name, value, "backward", place.number, note)], place.error


def loss_delta(network: NetworkSpec, place: Place, rows: Rows) -> Line:
    """The delta of the last layer, with which backpropagation starts."""
    loss, activation = loss_of(network), network.dense[-1].activation
    value = last_delta(loss, activation, rows.target, place)
    if activation == loss.row.matched:
        note = f"error: the loss cancels {activation}'s slope"
    else:
        plain = asked_by(loss, rows.target, place) == place.error
        note = times_slope("error" if plain else "minus the loss's slope", activation)
    share, note = rows.share(value, place.out), note + rows.words
    return Line(place.delta.name, share, "backward", place.number, note)


def limited(delta: Line, place: Place, training: Training) -> list[Line]:
    """A delta no larger than is allowed, and without what is too small to matter."""
    if (limit := training.clip_deltas) is not None:
        note = f"{delta.note}; at most {spelled(limit)}"
        delta = replace(delta, expression=clip(delta.expression, -limit, limit), note=note)
    if (least := training.trim_deltas) is None:
        return [delta]
    whole = place.named("whole_delta")
    trimmed = whole * (absolute(whole) >= least)
    note = f"trimmed: what is below {spelled(least)} in size becomes 0"
    return [
        replace(delta, target=whole.name),
        Line(delta.target, trimmed, "backward", delta.layer, note),
    ]


def trimmed_line(network: NetworkSpec) -> Line:
    """What share of all deltas are 0 after trimming."""
    numbers = range(len(network.dense), 0, -1)
    zeros = added(total(equal(Name(f"l{k}_delta"), 0)) for k in numbers)
    units = sum(layer.units for layer in network.dense)
    share = zeros / (units * row_count(Name("l0")))
    return Line("trimmed", share, "backward", 0, "share of the deltas that are 0")
