"""Random numbers of printed JAX programs: they mean what `program/randoms.py` says."""

import jax.numpy as jnp
import numpy as np


# piece: uniform_like
def scrambled(bits):
    """A hash of 32-bit numbers (C. Wellons, "lowbias32", 2018)."""
    bits = (bits ^ bits >> 16) * jnp.uint32(0x7FEB352D)
    bits = (bits ^ bits >> 15) * jnp.uint32(0x846CA68B)
    return bits ^ bits >> 16


def uniform_like(array, seed, stream, step):
    """Uniform numbers from 0 to 1, shaped like an array: the same on every machine."""
    key = jnp.uint32(0)
    for part in (seed, stream, step):
        key = scrambled(key + jnp.uint32(part))
    bits = scrambled(scrambled(jnp.arange(array.size, dtype=jnp.uint32)) + key)
    return (bits >> 8).astype(array.dtype).reshape(array.shape) / 2**24


# piece: normal_like, needs: uniform_like
def normal_like(array, seed, stream, step):
    """Numbers of the normal distribution, shaped like an array (Box & Muller, 1958)."""
    even = uniform_like(array, seed, stream, step)
    other = uniform_like(array, seed, stream + 1, step)
    return jnp.sqrt(-2 * jnp.log(1 - even)) * jnp.cos(2 * np.pi * other)
