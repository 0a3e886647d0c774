"""Random numbers: drawn once on the host by NumPy's frozen legacy generator, or made in every step
by a counter-based one.

The counter-based generator hashes the place of a number, mixed with a key of (seed, stream, step).
Its arithmetic is that of 32-bit whole numbers, which every language has, so that all engines get
the same bits. The hash is "lowbias32" (C. Wellons, "Prospecting for Hash Functions", 2018).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Shape = tuple[int, ...]


def uniform(shape: Shape, generator: np.random.RandomState) -> NDArray[Any]:
    """An array drawn uniformly from [0, 1)."""
    return generator.random_sample(shape)


def normal(shape: Shape, generator: np.random.RandomState) -> NDArray[Any]:
    """An array drawn from the standard normal distribution."""
    return generator.standard_normal(shape)


def orthogonal(shape: tuple[int, int], generator: np.random.RandomState) -> NDArray[Any]:
    """A matrix with orthonormal columns, or rows where it is wider than high, drawn uniformly from
    all such (Saxe, McClelland & Ganguli, 2014; the signs as Mezzadri, 2007, has them)."""
    high, low = max(shape), min(shape)
    q, r = np.linalg.qr(generator.standard_normal((high, low)))
    q = q * np.sign(np.diag(r))
    return q if shape[0] >= shape[1] else q.T


def seed(_: Shape, generator: np.random.RandomState) -> int:
    """A seed for masks, for a network that has none of its own."""
    return int(generator.randint(2**32, dtype=np.uint32))


def scrambled(bits: NDArray[Any]) -> NDArray[Any]:
    """A hash of each of the 32-bit numbers."""
    bits = (bits ^ bits >> 16) * 0x7FEB352D
    bits = (bits ^ bits >> 15) * 0x846CA68B
    return np.asarray(bits ^ bits >> 16)


def uniform_like(array: NDArray[Any], seed: int, stream: int, step: int) -> NDArray[np.float64]:
    """Numbers from [0, 1), multiples of 2**-24, shaped like `array`; seed, stream and step are
    whole numbers below 2**32."""
    key: NDArray[Any] = np.zeros(1, np.uint32)
    for part in (seed, stream, step):
        key = scrambled(key + part)
    bits = scrambled(scrambled(np.arange(array.size, dtype=np.uint32)) + key)
    return (bits >> 8).reshape(array.shape) / 2**24


def normal_like(array: NDArray[Any], seed: int, stream: int, step: int) -> NDArray[np.float64]:
    """Numbers of the standard normal distribution, shaped like `array`, from the even numbers of
    `stream` and the next one (Box & Muller, 1958)."""
    even = uniform_like(array, seed, stream, step)
    other = uniform_like(array, seed, stream + 1, step)
    return np.asarray(np.sqrt(-2 * np.log(1 - even)) * np.cos(2 * np.pi * other))
