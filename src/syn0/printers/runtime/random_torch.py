"""Random numbers of printed PyTorch programs: they mean what `program/randoms.py` says."""

import numpy as np
import torch

random = np.random.RandomState()


# piece: orthogonal
def orthogonal(shape):
    """A random matrix whose columns are orthonormal, or whose rows are if it is wider than high."""
    q, r = np.linalg.qr(random.standard_normal((max(shape), min(shape))))
    q = q * np.sign(np.diag(r))
    return torch.from_numpy(q if shape[0] >= shape[1] else q.T)


# piece: uniform_like
def scrambled(bits):
    """A hash of 32-bit numbers (C. Wellons, "lowbias32", 2018), in whole numbers of 64 bits."""
    bits = (bits ^ bits >> 16) * 0x7FEB352D & 0xFFFFFFFF
    bits = (bits ^ bits >> 15) * 0x846CA68B & 0xFFFFFFFF
    return bits ^ bits >> 16


def uniform_like(array, seed, stream, step):
    """Uniform numbers from 0 to 1, shaped like an array: the same on every machine."""
    key = 0
    for part in (seed, stream, step):
        key = scrambled(key + part & 0xFFFFFFFF)
    places = torch.arange(array.numel(), device=array.device)
    bits = scrambled(scrambled(places) + key & 0xFFFFFFFF)
    return (bits >> 8).double().reshape(array.shape) / 2**24


# piece: normal_like, needs: uniform_like
def normal_like(array, seed, stream, step):
    """Numbers of the normal distribution, shaped like an array (Box & Muller, 1958)."""
    even = uniform_like(array, seed, stream, step)
    other = uniform_like(array, seed, stream + 1, step)
    return torch.sqrt(-2 * torch.log(1 - even)) * torch.cos(2 * np.pi * other)
