"""The layers: which lines start one, run it forward, and send the error back through it.

Names are the tutorial's: the layer numbered k gives `l{k}` from `l{k-1}`, by the weights
`syn{k-1}` and `bias{k-1}` that lead to it. To add a kind of layer, add its rule to `LAYERS`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from syn0.derive.initializers import start_weights
from syn0.program import ACTIVATIONS, Expr, Line, Name, activate
from syn0.program.expressions import sum_rows, zeros
from syn0.spec import Dense, NetworkSpec


@dataclass(frozen=True)
class Parameter:
    """A learned array: its name, shape and layer, and its pull, also in words.

    The *pull* is the direction in which the loss falls: minus the gradient.
    """

    name: str
    shape: tuple[int, ...]
    layer: int
    pull: Expr
    note: str


@dataclass(frozen=True)
class Place:
    """Where a layer stands: its number k, counted from 1, the width of l{k-1}, and whether it is
    the last."""

    number: int
    inputs: int
    last: bool

    @property
    def out(self) -> Name:
        """The values that the layer gives."""
        return Name(f"l{self.number}")

    @property
    def below(self) -> Name:
        """The values that it takes."""
        return Name(f"l{self.number - 1}")

    @property
    def weights(self) -> Name:
        """The weights that lead to it."""
        return Name(f"syn{self.number - 1}")

    @property
    def bias(self) -> Name:
        """Its units' constants."""
        return Name(f"bias{self.number - 1}")

    @property
    def error(self) -> Name:
        """How much its values are to blame."""
        return Name(f"l{self.number}_error")

    @property
    def delta(self) -> Name:
        """That error, scaled by the slope."""
        return Name(f"l{self.number}_delta")


class LayerRule(Protocol):
    """The rule of a kind of layer. Its delta has been bound when `parameters` and `error_below`
    are read; for the last layer the loss binds it, for others `delta`."""

    def start(self, layer: Dense, place: Place) -> Iterator[Line]:
        """The "init" lines of its parameters."""

    def forward(self, layer: Dense, place: Place) -> Iterator[Line]:
        """From the values below to its own."""

    def delta(self, layer: Dense, place: Place) -> Line:
        """From the error at its values to its delta."""

    def parameters(self, layer: Dense, place: Place) -> Iterator[Parameter]:
        """What it learns."""

    def error_below(self, layer: Dense, place: Place) -> Line:
        """The error that it sends to the values below."""


class DenseRule:
    """`l1 = sigmoid(l0 @ syn0 + bias0)`, and back."""

    def start(self, layer: Dense, place: Place) -> Iterator[Line]:
        """Weights as the initializer draws them, constants from 0."""
        k, values = place.number, place.out.name
        note = f"weights from {place.below.name} to {values}, evenly around 0"
        weights = start_weights(layer.init, place.inputs, layer.units)
        yield Line(place.weights.name, weights, "init", k, note)
        if layer.bias:
            note = f"one constant for each unit of {values}, from 0"
            yield Line(place.bias.name, zeros(layer.units), "init", k, note)

    def forward(self, layer: Dense, place: Place) -> Iterator[Line]:
        """The activation of weighted sums."""
        weighted: Expr = place.below @ place.weights
        if layer.bias:
            weighted = weighted + place.bias
        what = "the prediction" if place.last else f"hidden layer {place.number}"
        note = f"{what}, from weighted sums of {place.below.name}"
        value = activate(layer.activation, weighted)
        yield Line(place.out.name, value, "forward", place.number, note)

    def delta(self, layer: Dense, place: Place) -> Line:
        """The error scaled by the activation's slope."""
        activation = ACTIVATIONS[layer.activation]
        value = activation.delta(place.error, place.out)
        note = ", ".join(filter(None, ["its share", activation.scaled]))
        return Line(place.delta.name, value, "backward", place.number, note)

    def parameters(self, layer: Dense, place: Place) -> Iterator[Parameter]:
        """The product of inputs and delta sums "input value x delta" over the rows."""
        k, delta = place.number, place.delta
        note = "input value times delta, summed over rows"
        shape = (place.inputs, layer.units)
        yield Parameter(place.weights.name, shape, k, place.below.T @ delta, note)
        if layer.bias:
            note = "delta, summed over rows"
            yield Parameter(place.bias.name, (layer.units,), k, sum_rows(delta), note)

    def error_below(self, layer: Dense, place: Place) -> Line:
        """The delta, sent back through the weights."""
        below, weights = place.below.name, place.weights
        note = f"what each {below} contributed, through {weights.name}"
        return Line(f"{below}_error", place.delta @ weights.T, "backward", place.number - 1, note)


LAYERS: dict[type[Dense], LayerRule] = {Dense: DenseRule()}


def layers_in_place(network: NetworkSpec) -> list[tuple[LayerRule, Dense, Place]]:
    """Each layer with its rule and its place, from the first to the last."""
    last = len(network.layers)
    return [
        (LAYERS[type(layer)], layer, Place(k, inputs, k == last))
        for k, (layer, (inputs, _)) in enumerate(
            zip(network.layers, pairwise(network.sizes), strict=True), 1
        )
    ]
