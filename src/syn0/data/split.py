"""Which rows are kept for training and which are held out."""

from itertools import cycle
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from syn0.spec.doors import door

Rows: TypeAlias = NDArray[np.intp]


@door
def split_rows(
    n: int, fraction: float, seed: int, strata: NDArray[Any] | None = None
) -> tuple[Rows, Rows]:
    """Split the rows 0 … n-1 at random into (kept, held out), each sorted.

    n: how many rows there are
    fraction: the share to hold out, 0 <= fraction < 1; at least one row unless it is 0
    seed: for NumPy's frozen legacy generator, so the split is the same everywhere
    strata: (n,) integers, the class of each row; each class then gives its share, and the
        total is the same to the row as without. Every class keeps a row, which can only
        make the total smaller when many classes have one row

    Raises ValueError when the fraction is out of range or there are too few rows to split.
    """
    if not 0 <= fraction < 1:
        raise ValueError(f"the share of rows to hold out is {fraction}; it must be in [0, 1)")
    if strata is not None and len(strata) != n:
        raise ValueError(f"strata has {len(strata)} rows, expected {n}")
    classes = np.zeros(n, int) if strata is None else np.unique(strata, return_inverse=True)[1]
    sizes = np.bincount(classes)
    if fraction and not (sizes > 1).any():
        raise ValueError(f"no row can be held out of {n}: every class must keep one")
    order = np.random.RandomState(seed).permutation(n)
    # The n-th row of its class, in random order, is held out when n is below the class's share.
    by_class = order[np.argsort(classes[order], kind="stable")]
    starts = np.cumsum(sizes) - sizes
    rank = np.arange(n) - starts[classes[by_class]]
    is_held_out = rank < _shares(sizes, fraction)[classes[by_class]]
    return np.sort(by_class[~is_held_out]), np.sort(by_class[is_held_out])


def _shares(sizes: NDArray[np.intp], fraction: float) -> NDArray[np.intp]:
    """How many rows each class gives: rounded down, then one more where most was cut off."""
    wanted = max(int(sizes.sum() * fraction + 0.5), 1) if fraction else 0
    total = min(wanted, int((sizes - 1).sum()))
    shares: Rows = np.minimum(np.floor(sizes * fraction), sizes - 1).astype(np.intp)
    largest_cut_first = np.argsort(shares - sizes * fraction, kind="stable")
    for each in cycle(largest_cut_first):
        if shares.sum() >= total:
            break
        if shares[each] < sizes[each] - 1:
            shares[each] += 1
    return shares
