"""The layers: which lines start one, run it forward, and send the error back through it.

Names are the tutorial's: the layer numbered k gives `l{k}` from `l{k-1}`, by the weights
`syn{k-1}` and `bias{k-1}` that lead to it. What stands between two layers makes further values of
`l{k}`, each named for what was done: `l{k}_kept` by dropout, `l{k}_scaled` by a normalization. To
add a kind of layer, add its rule to `LAYERS`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from syn0 import spec
from syn0.derive.initializers import start
from syn0.program import ACTIVATIONS, Expr, Line, Name, activate, delta
from syn0.program.expressions import (
    apply,
    mean_columns,
    mean_rows,
    normal_like,
    ones,
    sqrt,
    sum_rows,
    uniform_like,
    zeros,
)
from syn0.program.tidy import rest, spelled
from syn0.spec import NetworkSpec

SEED, STEP = Name("seed"), Name("t")
"""The key of the masks: the network's seed, and the number of steps taken."""


@dataclass(frozen=True)
class Parameter:
    """A learned array: its name, shape and layer, and its pull, also in words.

    The *pull*, of the parameter's shape, is minus the gradient: the direction in which the loss
    falls.
    `is_weights` tells the weights between layers from biases, scales and shifts, which
    regularization leaves alone.
    """

    name: str
    shape: tuple[int, ...]
    layer: int
    pull: Expr
    note: str
    is_weights: bool = False


@dataclass(frozen=True)
class Place:
    """Where a layer stands.

    Attributes:
        number: of its group: layer k and what follows it share the number k; 0 are the inputs.
        below: the name of the values that it takes, (rows, width).
        out: the name of the values that it gives.
        width: number of columns of `below`.
        last: whether it gives the prediction.
        stream: number of the random numbers that are its own.
        source: where a skip connection comes from.
        dtype: the program's number type.
    """

    number: int
    below: Name
    out: Name
    width: int
    last: bool
    stream: int
    source: Name
    dtype: str

    def named(self, what: str) -> Name:
        """A further value of this layer's."""
        return Name(f"l{self.number}_{what}")

    @property
    def weights(self) -> Name:
        """The weights that lead to it."""
        return Name(f"syn{self.number - 1}")

    @property
    def bias(self) -> Name:
        """The constants of the layer's units."""
        return Name(f"bias{self.number - 1}")

    @property
    def error(self) -> Name:
        """The error at its values: minus the gradient of the loss with respect to them; at the
        prediction `target - out`, whatever the loss."""
        return error_of(self.out)

    @property
    def delta(self) -> Name:
        """The error times the slope: minus the gradient with respect to the weighted sums."""
        return self.named("delta")


@dataclass(frozen=True)
class Blame:
    """The part of the error at some values that one layer above them sends back.

    Attributes:
        values: their name; an array of (rows, width).
        share: that part, of the same shape. All that come back to the values are added up.
        note: words for it; "" where the error passes as it is.
    """

    values: Name
    share: Expr
    note: str


def error_of(values: Name) -> Name:
    """The name of the error at some values."""
    return Name(f"{values.name}_error")


def times_slope(error: str, activation: str) -> str:
    """Words for an error times an activation's slope, where it has one but 1."""
    moves = ACTIVATIONS[activation].moves
    return (
        f"{error} times {activation}'s slope: {moves}"
        if moves
        else f"{error}, as {activation}'s slope is 1"
    )


class LayerRule:
    """The rule of a kind of layer; this base learns and remembers nothing.

    The values below are (rows, `place.width`). A layer's own values are (rows, units) for `Dense`
    and of the shape of those below for all others; so is `error`, minus the gradient of the loss
    with respect to them (at the prediction `target - out`). A `Dense` layer's delta, of its values'
    shape, has been bound when `parameters` and `back` are called.
    """

    suffix = ""
    """What its values are called after those of its group; "" for the group's own name."""

    def start(self, layer: Any, place: Place) -> Iterator[Line]:
        """The "init" lines of what it learns or remembers."""
        yield from ()

    def forward(self, layer: Any, place: Place, *, training: bool) -> Iterator[Line]:
        """The lines from the values below the layer to its own."""
        raise NotImplementedError

    def parameters(self, layer: Any, place: Place, error: Expr) -> Iterator[Parameter]:
        """The parameters that the layer learns."""
        yield from ()

    def back(self, layer: Any, place: Place, error: Expr) -> Iterator[Line | Blame]:
        """What it sends back to the values that it took, and lines that this needs."""
        raise NotImplementedError

    def update(self, layer: Any, place: Place) -> Iterator[Line]:
        """What it remembers beside what it learns."""
        yield from ()


class DenseRule(LayerRule):
    """`l1 = sigmoid(l0 @ syn0 + bias0)`, and back."""

    def start(self, layer: spec.Dense, place: Place) -> Iterator[Line]:
        """Weights and biases as their initializers draw them."""
        k, values, fans = place.number, f"l{place.number}", (place.width, layer.units)
        weights, how = start(layer.init, fans, *fans)
        note = f"weights from l{k - 1} to {values}, {how}"
        yield Line(place.weights.name, weights, "init", k, note)
        if layer.bias:
            biases, how = start(layer.bias_init, (layer.units,), *fans)
            how = "from 0" if layer.bias_init == "constant" else how
            note = f"a bias for each unit of {values}, {how}"
            yield Line(place.bias.name, biases, "init", k, note)

    def forward(self, layer: spec.Dense, place: Place, *, training: bool) -> Iterator[Line]:
        """The activation of weighted sums, which stand alone where the slope is taken from them."""
        weighted: Expr = place.below @ place.weights
        if layer.bias:
            weighted = weighted + place.bias
        k = place.number
        what, sums = "the prediction" if place.last else f"hidden layer {k}", "weighted sums"
        if ACTIVATIONS[layer.activation].slope_at is not None:
            note = f"weighted sums of {place.below.name}"
            yield Line(place.named("sum").name, weighted, "forward", k, note)
            weighted, sums = place.named("sum"), "these sums"
        value = activate(layer.activation, weighted)
        yield Line(place.out.name, value, "forward", k, f"{what}, of {sums}")

    def delta(self, layer: spec.Dense, place: Place, error: Expr) -> Line:
        """The error times the activation's slope."""
        value = delta(layer.activation, error, place.out, place.named("sum"))
        note = times_slope("error", layer.activation)
        return Line(place.delta.name, value, "backward", place.number, note)

    def parameters(self, layer: spec.Dense, place: Place, error: Expr) -> Iterator[Parameter]:
        """The product of inputs and delta sums "input value x delta" over the rows."""
        k, by = place.number, place.delta
        note = "input * delta, summed over rows"
        shape = (place.width, layer.units)
        yield Parameter(place.weights.name, shape, k, place.below.T @ by, note, is_weights=True)
        if layer.bias:
            note = "delta, summed over rows"
            yield Parameter(place.bias.name, (layer.units,), k, sum_rows(by), note)

    def back(self, layer: spec.Dense, place: Place, error: Expr) -> Iterator[Blame]:
        """The delta, sent back through the weights."""
        note = f"sent back through {place.weights.name}"
        yield Blame(place.below, place.delta @ place.weights.T, note)


class ActivationRule(LayerRule):
    """`l1_active = relu(l1_scaled)`, and back."""

    suffix = "active"

    def forward(self, layer: spec.Activation, place: Place, *, training: bool) -> Iterator[Line]:
        """The activation of the values below."""
        value = activate(layer.activation, place.below)
        note = f"{place.below.name}, through {layer.activation}"
        yield Line(place.out.name, value, "forward", place.number, note)

    def back(self, layer: spec.Activation, place: Place, error: Expr) -> Iterator[Blame]:
        """The error times the slope."""
        share = delta(layer.activation, error, place.out, place.below)
        yield Blame(place.below, share, times_slope("error", layer.activation))


class DropoutRule(LayerRule):
    """`l1_kept = l1 * l1_mask / 0.5`, and back; nothing where there is no training."""

    suffix = "kept"

    def forward(self, layer: spec.Dropout, place: Place, *, training: bool) -> Iterator[Line]:
        """Values times a mask of 0 and 1, the kept ones enlarged."""
        if not training:
            note = "no dropout in predictions"
            yield Line(place.out.name, place.below, "forward", place.number, note)
            return
        mask, k = place.named("mask"), place.number
        drawn = uniform_like(place.below, SEED, place.stream, STEP) >= layer.rate
        note = f"which values are kept: about {spelled(rest(layer.rate))} of them"
        yield Line(mask.name, drawn, "forward", k, note)
        note = "dropout: kept values scaled up, so the mean stays"
        yield Line(place.out.name, self.masked(layer, place, place.below), "forward", k, note)

    def masked(self, layer: spec.Dropout, place: Place, values: Expr) -> Expr:
        """Values times the mask, over the share that is kept."""
        return values * place.named("mask") / rest(layer.rate)

    def back(self, layer: spec.Dropout, place: Place, error: Expr) -> Iterator[Blame]:
        """Dropped values are not to blame."""
        note = "sent back to the kept values; 0 where dropped"
        yield Blame(place.below, self.masked(layer, place, error), note)


class NoiseRule(LayerRule):
    """`l0_noisy = l0 + 0.1 * normal_like(l0, …)`; nothing where there is no training."""

    suffix = "noisy"

    def forward(self, layer: spec.Noise, place: Place, *, training: bool) -> Iterator[Line]:
        """Values and noise."""
        value: Expr = place.below
        note = "no noise in predictions"
        if training:
            drawn = normal_like(place.below, SEED, place.stream, STEP)
            if place.dtype == "float32":
                drawn = apply("float32", drawn)
            value = value + layer.deviation * drawn
            note = "with noise, new in each step"
        yield Line(place.out.name, value, "forward", place.number, note)

    def back(self, layer: spec.Noise, place: Place, error: Expr) -> Iterator[Blame]:
        """The error passes as it is."""
        yield Blame(place.below, error, "")


class SkipRule(LayerRule):
    """`l2_joined = l2 + l1`: one more line; the error goes both ways."""

    suffix = "joined"

    def forward(self, layer: spec.Skip, place: Place, *, training: bool) -> Iterator[Line]:
        """Values and those of a layer further down."""
        value = place.below + place.source
        note = f"skip connection: {place.source.name} added"
        yield Line(place.out.name, value, "forward", place.number, note)

    def back(self, layer: spec.Skip, place: Place, error: Expr) -> Iterator[Blame]:
        """The error passes as it is, to both."""
        yield Blame(place.below, error, "")
        yield Blame(place.source, error, "and from the skip connection")


Reduce = Callable[[Expr], Expr]


class NormRule(LayerRule):
    """A normalization: mean 0 and variance 1, then a learned scale and shift.

    The error below is that of Ioffe & Szegedy (2015), section 3, with the sums over the values that
    are normalized together."""

    suffix = "scaled"

    def __init__(self, mean_over: Reduce) -> None:
        self.mean_over = mean_over

    def start(self, layer: Any, place: Place) -> Iterator[Line]:
        """Scales from 1, shifts from 0."""
        k = place.number
        note = "learned scale of each normalized unit, from 1"
        yield Line(f"scale{k}", ones(place.width), "init", k, note)
        yield Line(f"shift{k}", zeros(place.width), "init", k, "and its learned shift, from 0")

    def forward(self, layer: Any, place: Place, *, training: bool) -> Iterator[Line]:
        """The values less their mean, over their deviation, then scaled and shifted."""
        k, below = place.number, place.below
        mean, variance = place.named("mean"), place.named("variance")
        yield Line(mean.name, self.mean_over(below), "forward", k, f"mean of {below.name}")
        spread = self.mean_over((below - mean) ** 2)
        yield Line(variance.name, spread, "forward", k, f"variance of {below.name}")
        yield from self.normalized(layer, place, mean, variance)

    def normalized(self, layer: Any, place: Place, mean: Name, variance: Name) -> Iterator[Line]:
        """The lines from mean and variance to the layer's values."""
        k, normal = place.number, place.named("normal")
        value = (place.below - mean) / sqrt(variance + layer.epsilon)
        yield Line(normal.name, value, "forward", k, "normalized: mean 0, variance 1")
        value = Name(f"scale{k}") * normal + Name(f"shift{k}")
        yield Line(place.out.name, value, "forward", k, "times a learned scale, plus a shift")

    def parameters(self, layer: Any, place: Place, error: Expr) -> Iterator[Parameter]:
        """Scale and shift of each unit, over the rows."""
        k, shape = place.number, (place.width,)
        scale = sum_rows(error * place.named("normal"))
        yield Parameter(f"scale{k}", shape, k, scale, "normalized value * error, summed over rows")
        yield Parameter(f"shift{k}", shape, k, sum_rows(error), "error, summed over rows")

    def back(self, layer: Any, place: Place, error: Expr) -> Iterator[Line | Blame]:
        """The error, less what the mean and the variance take back."""
        k, normal = place.number, place.named("normal")
        share = place.named("normal_error")
        note = f"sent back through scale{k}"
        yield Line(share.name, error * Name(f"scale{k}"), "backward", k, note)
        mean_over = self.mean_over
        rest = share - mean_over(share) - normal * mean_over(share * normal)
        note = "sent back through the normalization, also through mean and variance"
        root = sqrt(place.named("variance") + layer.epsilon)
        yield Blame(place.below, rest / root, note)


class BatchNormRule(NormRule):
    """Over the rows of a step; predictions use running statistics."""

    def start(self, layer: spec.BatchNorm, place: Place) -> Iterator[Line]:
        """Scale and shift, and the running mean and variance."""
        yield from super().start(layer, place)
        k, width = place.number, place.width
        yield Line(f"mean{k}", zeros(width), "init", k, "running mean, for predictions")
        yield Line(f"variance{k}", ones(width), "init", k, "running variance, for predictions")

    def forward(self, layer: spec.BatchNorm, place: Place, *, training: bool) -> Iterator[Line]:
        """The values normalized by the statistics of the step, or in predictions by the running
        ones."""
        if training:
            yield from super().forward(layer, place, training=training)
        else:
            k = place.number
            yield from self.normalized(layer, place, Name(f"mean{k}"), Name(f"variance{k}"))

    def update(self, layer: spec.BatchNorm, place: Place) -> Iterator[Line]:
        """The running statistics move towards those of the step."""
        k = place.number
        for what in ("mean", "variance"):
            running = Name(f"{what}{k}")
            change = layer.update_rate * (place.named(what) - running)
            note = f"running {what}: a step towards this batch's"
            yield Line(running.name, running + change, "update", k, note)


DENSE = DenseRule()

LAYERS: dict[type[spec.Layer], LayerRule] = {
    spec.Dense: DENSE,
    spec.Activation: ActivationRule(),
    spec.Dropout: DropoutRule(),
    spec.Noise: NoiseRule(),
    spec.BatchNorm: BatchNormRule(mean_rows),
    spec.LayerNorm: NormRule(mean_columns),
    spec.Skip: SkipRule(),
}

RANDOM = tuple(kind for kind in LAYERS if kind.is_random)
"""The kinds that draw new random numbers in every step."""


def layers_in_place(network: NetworkSpec) -> list[tuple[LayerRule, Any, Place]]:
    """Each layer with its rule and its place, from the first to the last."""
    result: list[tuple[LayerRule, Any, Place]] = []
    tops = [Name("l0")]  # the values that each group hands on
    number, width, stream = 0, network.inputs, 0
    for layer in network.layers:
        rule, below = LAYERS[type(layer)], tops[-1]
        if isinstance(layer, spec.Dense):
            number += 1
            tops.append(Name(f"l{number}"))
        else:
            tops[-1] = Name(f"l{number}_{rule.suffix}")
        source = tops[number - layer.over] if isinstance(layer, spec.Skip) else below
        last = number == len(network.dense)
        place = Place(number, below, tops[-1], width, last, stream, source, network.dtype)
        result.append((rule, layer, place))
        if isinstance(layer, spec.Dense):
            width = layer.units
        stream += 2 * isinstance(layer, RANDOM)
    return result


def sizes_of_layers(network: NetworkSpec) -> Iterator[tuple[spec.Layer, int, int]]:
    """Each layer, how many values it gives for a row, and how many numbers it learns."""
    for rule, layer, place in layers_in_place(network):
        width = layer.units if isinstance(layer, spec.Dense) else place.width
        learned = rule.parameters(layer, place, place.error)
        yield layer, width, sum(math.prod(parameter.shape) for parameter in learned)


def inputs_of_layer(network: NetworkSpec, number: int) -> str:
    """The name of the values that `Dense` layer `number` takes, counted from 1."""
    places = (
        place for _, layer, place in layers_in_place(network) if isinstance(layer, spec.Dense)
    )
    return next(place.below.name for place in places if place.number == number)
