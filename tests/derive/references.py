"""Networks in JAX, from their descriptions alone: what the derived programs are held against.

Nothing here reads syn0's tables, formulas or rules. The random numbers of dropout and noise are
made anew, in Python's whole numbers.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from typing import Any, NamedTuple

import jax
import numpy as np
import optax
from jax import lax
from jax import numpy as jnp
from jax.scipy.special import kl_div
from numpy.typing import NDArray

from syn0.spec import (
    Activation,
    BatchNorm,
    Dense,
    Dropout,
    Layer,
    LayerNorm,
    NetworkSpec,
    Noise,
    Skip,
    Training,
)

Array = Any
Weights = Mapping[str, Array]
Activations = Mapping[str, Callable[[Array], Array]]
Entries = Callable[[Array, Array], Array]
"""Each entry's loss, from targets and outputs."""

ACTIVATIONS: Activations = {
    "sigmoid": jax.nn.sigmoid,
    "tanh": jnp.tanh,
    "relu": jax.nn.relu,
    "identity": lambda z: z,
    "softmax": partial(jax.nn.softmax, axis=1),
    "leaky_relu": partial(jax.nn.leaky_relu, negative_slope=0.01),
    "elu": jax.nn.elu,
    "selu": jax.nn.selu,
    "gelu": partial(jax.nn.gelu, approximate=True),
    "silu": jax.nn.silu,
    "mish": jax.nn.mish,
    "softplus": jax.nn.softplus,
    "softsign": jax.nn.soft_sign,
    "hard_sigmoid": jax.nn.hard_sigmoid,
    "hard_tanh": jax.nn.hard_tanh,
    "exp": jnp.exp,
}


def pinball(target: Array, out: Array, *quantiles: float) -> Array:
    """What is missed costs its quantile from below, and the rest of it from above."""
    share = jnp.array(quantiles)
    return jnp.where(target > out, share * (target - out), (1 - share) * (out - target))


def yes_or_no(target: Array, out: Array) -> Array:
    """Minus the log-likelihood of independent answers."""
    return -target * jnp.log(out) - (1 - target) * jnp.log(1 - out)


LOSSES: Mapping[str, Callable[..., Array]] = {
    "mean_squared_error": lambda target, out: optax.l2_loss(out, target),
    "squared_error": lambda target, out: optax.l2_loss(out, target),
    "absolute_error": lambda target, out: jnp.abs(out - target),
    "huber": lambda target, out, threshold: optax.huber_loss(out, target, delta=threshold),
    "quantile": pinball,
    "poisson": kl_div,
    "binary_cross_entropy": yes_or_no,
    "cross_entropy": lambda target, out: -target * jnp.log(out),
    "hinge": lambda target, out: optax.hinge_loss(out, target),
}


def entries_of(loss: str) -> Entries:
    """The loss that a text such as "huber:0.5" names."""
    name, _, numbers = loss.partition(":")
    settings = [float(number) for number in numbers.split(",") if number]
    return lambda target, out: LOSSES[name](target, out, *settings)


WORD = 2**32


def scrambled(bits: int) -> int:
    """The hash "lowbias32" of C. Wellons, "Prospecting for Hash Functions" (2018)."""
    bits = (bits ^ (bits >> 16)) * 0x7FEB352D % WORD
    bits = (bits ^ (bits >> 15)) * 0x846CA68B % WORD
    return bits ^ (bits >> 16)


def uniform(shape: tuple[int, ...], seed: int, stream: int, step: int) -> NDArray[np.float64]:
    """Numbers from [0, 1): the hash of each place's hash and the key, to 24 bits."""
    key = 0
    for part in (seed, stream, step):
        key = scrambled((key + part) % WORD)
    bits = [scrambled((scrambled(place) + key) % WORD) for place in range(math.prod(shape))]
    return np.array([(word >> 8) / 2**24 for word in bits]).reshape(shape)


def normal(shape: tuple[int, ...], seed: int, stream: int, step: int) -> NDArray[np.float64]:
    """Box & Muller (1958): the cosine one of each pair."""
    radius, angle = (uniform(shape, seed, stream + k, step) for k in (0, 1))
    pairs = zip(radius.flat, angle.flat, strict=True)
    values = [math.sqrt(-2 * math.log(1 - r)) * math.cos(2 * math.pi * a) for r, a in pairs]
    return np.array(values).reshape(shape)


def draws(network: NetworkSpec, rows: int, step: int) -> Iterator[NDArray[np.float64]]:
    """The random numbers of each layer that takes some, in a step; 0 is the first."""
    width, stream = network.inputs, 0
    for layer in network.layers:
        match layer:
            case Dense(units):
                width = units
            case Dropout() | Noise():
                draw = uniform if isinstance(layer, Dropout) else normal
                yield draw((rows, width), network.seed or 0, stream, step)
                stream += 2


class Given(NamedTuple):
    """What a loss is taken of, beside the weights.

    Targets are smoothed already; `divisor` is 1 for a sum over the rows.
    """

    X: Array
    y: Array
    draws: tuple[Array, ...]
    row_weights: Array
    divisor: Array
    l1: Array
    l2: Array


def given(
    network: NetworkSpec,
    training: Training,
    X: Array,
    y: Array,
    sample_weight: Array | None = None,
    step: int = 0,
) -> Given:
    """The arrays and numbers of one step."""
    rows = len(X)
    row_weights = np.ones((rows, 1)) if sample_weight is None else sample_weight
    classes = 2 if network.loss == "binary_cross_entropy" else network.outputs
    smooth = (1 - training.label_smoothing) * y + training.label_smoothing / classes
    return Given(
        X,
        np.broadcast_to(smooth, (rows, network.outputs)),
        tuple(draws(network, rows, step)),
        row_weights,
        np.sum(row_weights) if training.reduction == "mean" else np.float64(1),
        np.float64(training.l1),
        np.float64(training.l2),
    )


def prediction(
    layers: tuple[Layer, ...], activations: Activations, weights: Weights, given: Given
) -> Array:
    """What training predicts: with masks, noise and the step's own statistics."""
    drawn = iter(given.draws)
    values, number = given.X, 0
    tops = [values]
    for layer in layers:
        match layer:
            case Dense(_, activation, bias):
                values = values @ weights[f"syn{number}"]
                if bias:
                    values = values + weights[f"bias{number}"]
                values = activations[activation](values)
                tops.append(values)
                number += 1
            case Activation(activation):
                values = activations[activation](values)
            case Dropout(rate):
                values = jnp.where(next(drawn) < rate, 0, values / (1 - rate))
            case Noise(deviation):
                values = values + deviation * next(drawn)
            case BatchNorm(_, epsilon) | LayerNorm(epsilon):
                over = {"axis": 0 if isinstance(layer, BatchNorm) else 1, "keepdims": True}
                spread = jnp.sqrt(jnp.var(values, **over) + epsilon)
                values = (values - jnp.mean(values, **over)) / spread
                values = values * weights[f"scale{number}"] + weights[f"shift{number}"]
            case Skip(back):
                values = values + tops[number - back]
            case _:
                raise NotImplementedError(layer)
        tops[number] = values
    return values


def loss_of(
    layers: tuple[Layer, ...],
    activations: Activations,
    entries: Entries,
    weights: Weights,
    given: Given,
) -> Array:
    """The loss of the rows, each by its weight, and the penalties of the weight matrices."""
    out = prediction(layers, activations, weights, given)
    loss = jnp.sum(given.row_weights * entries(given.y, out)) / given.divisor
    matrices = [matrix for name, matrix in weights.items() if name.startswith("syn")]
    sizes = sum(jnp.sum(jnp.abs(matrix)) for matrix in matrices)
    squares = sum(jnp.sum(matrix**2) for matrix in matrices)
    return loss + given.l1 * sizes + given.l2 / 2 * squares


Gradient = Callable[[Weights, Given], tuple[float, dict[str, NDArray[Any]]]]
"""The loss and its gradient, from weights and what is given."""


def gradient(network: NetworkSpec) -> Gradient:
    """Of one network."""
    entries = entries_of(network.loss)
    value = partial(loss_of, network.layers, ACTIVATIONS, entries)
    return in_numpy(jax.jit(jax.value_and_grad(value)))


def in_numpy(function: Callable[..., tuple[Array, dict[str, Array]]]) -> Callable[..., Any]:
    """The function, with NumPy's arrays as its result."""

    def call(*args: Any) -> tuple[float, dict[str, NDArray[Any]]]:
        value, parts = function(*args)
        return float(value), {name: np.asarray(part) for name, part in parts.items()}

    return call


def activated(number: Array, z: Array) -> Array:
    """The activation of a number: all are worked out and one is taken, which compiles in half the
    time that branches would."""
    return lax.select_n(number, *(function(z) for function in ACTIVATIONS.values()))


@cache
def compiled(
    layers: tuple[Layer, ...], losses: tuple[str, ...]
) -> Callable[[str, str, str], Gradient]:
    """The gradient for a choice of hidden activation, output activation and loss, compiled once
    for all: `layers` name their activations "hidden" and "output", and a number picks one."""
    names = list(ACTIVATIONS)
    # Without a checkpoint each rule would also hand on zeros for all that the others keep.
    rules = [jax.checkpoint(entries_of(loss)) for loss in losses]

    def value(weights: Weights, given: Given, hidden: Array, output: Array, loss: Array) -> Array:
        activations = ACTIVATIONS | {
            "hidden": partial(activated, hidden),
            "output": partial(activated, output),
        }

        def entries(target: Array, out: Array) -> Array:
            return lax.switch(loss, rules, target, out)

        return loss_of(layers, activations, entries, weights, given)

    function = in_numpy(jax.jit(jax.value_and_grad(value)))

    def chosen(hidden: str, output: str, loss: str) -> Gradient:
        picks = names.index(hidden), names.index(output), losses.index(loss)
        return lambda weights, given: function(weights, given, *picks)

    return chosen
