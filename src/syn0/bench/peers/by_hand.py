"""The peer that everybody can write: a loop of NumPy's, the backward pass by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.bench.peers.base import Call, Job, Peer

Array = NDArray[Any]


def softmax(z: Array) -> Array:
    """Each row as chances that sum to 1."""
    part: Array = np.exp(z - z.max(axis=1, keepdims=True))
    part /= part.sum(axis=1, keepdims=True)
    return part


ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "relu": lambda z: np.maximum(z, 0),
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "softmax": softmax,
    "identity": lambda z: z,
}
SLOPES: dict[str, Callable[[Array], Any]] = {
    "relu": lambda value: value > 0,
    "sigmoid": lambda value: value * (1 - value),
    "tanh": lambda value: 1 - value * value,
    "identity": lambda value: 1,
}
"""What a delta is multiplied with, from the activation's value."""


class NumPyByHand(Peer):
    """NumPy alone."""

    name, title = "numpy", "NumPy by hand"
    packages = ("numpy",)

    def training(self, job: Job) -> Call:
        """See `Peer`."""
        layers = [(W.copy(), None if b is None else b.copy()) for W, b in job.layers]
        update = OPTIMIZERS[job.optimizer](job.rate, layers)
        order = [slice(None)] * job.steps if job.order is None else list(job.order)

        def train() -> object:
            with np.errstate(all="ignore"):
                for rows in order:
                    update(gradients(job, layers, job.X[rows], job.y[rows]))
            return layers

        return train

    def prediction(self, job: Job) -> Call:
        """See `Peer`."""
        row = job.X[:1]
        return lambda: values_of(job, job.layers, row)[-1]


def values_of(job: Job, layers: list[tuple[Array, Array | None]], X: Array) -> list[Array]:
    """The values of all layers, X first."""
    values = [X]
    for W, b in layers:
        z = values[-1] @ W
        if b is not None:
            z += b
        last = len(values) == len(layers)
        values.append(ACTIVATIONS[job.end if last else job.hidden](z))
    return values


def gradients(
    job: Job, layers: list[tuple[Array, Array | None]], X: Array, y: Array
) -> list[tuple[Array, Array]]:
    """The gradient of each layer's weights and constants."""
    values = values_of(job, layers, X)
    delta = values[-1] - y
    if job.loss == "squared_error":
        delta *= SLOPES[job.end](values[-1])
    if job.mean:
        delta /= len(X)
    found = []
    for n in reversed(range(len(layers))):
        found.append((values[n].T @ delta, delta.sum(axis=0)))
        if n:
            delta = (delta @ layers[n][0].T) * SLOPES[job.hidden](values[n])
    return found[::-1]


Update = Callable[[list[tuple[Array, Array]]], None]


def sgd(rate: float, layers: list[tuple[Array, Array | None]]) -> Update:
    """Changes the layers against their gradients."""

    def update(found: list[tuple[Array, Array]]) -> None:
        for layer, gradient in zip(layers, found, strict=True):
            for array, slope in zip(layer, gradient, strict=True):
                if array is not None:
                    array -= rate * slope

    return update


def adam(rate: float, layers: list[tuple[Array, Array | None]]) -> Update:
    """Changes the layers as Adam does, with its usual settings."""
    arrays = [[a for a in layer if a is not None] for layer in layers]
    means = [[np.zeros_like(a) for a in layer] for layer in arrays]
    squares = [[np.zeros_like(a) for a in layer] for layer in arrays]
    t = 0

    def update(found: list[tuple[Array, Array]]) -> None:
        nonlocal t
        t += 1
        for n, gradient in enumerate(found):
            for array, m, v, slope in zip(arrays[n], means[n], squares[n], gradient, strict=False):
                m += 0.1 * (slope - m)
                v += 0.001 * (slope * slope - v)
                array -= rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)

    return update


OPTIMIZERS = {"sgd": sgd, "adam": adam}
