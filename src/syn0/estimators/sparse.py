"""Sparse inputs: made dense where they fit, otherwise read as they are.

The printed NumPy program takes either: its only use of X, in a network whose first layer is dense,
is to choose rows of it and to multiply with them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_array, issparse

from syn0.models.arrays import Prepared
from syn0.spec import Dense, NetworkSpec, Skip

MOST_DENSE = 2**28
"""Bytes up to which inputs are made dense: the engines are many times faster then."""


class SparseRows(csr_array, Prepared):
    """Sparse inputs that know how many rows they are, as arrays do."""

    def __len__(self) -> int:
        return int(self.shape[0])


def rows_of(X: Any, spec: NetworkSpec) -> Any:
    """(rows, inputs) of the network's dtype: an array, or `SparseRows` where X is sparse and would
    be too large as an array, and the network can take them so."""
    if not issparse(X):
        return np.ascontiguousarray(X, spec.dtype)
    plain = isinstance(spec.layers[0], Dense) and not any(isinstance(x, Skip) for x in spec.layers)
    if plain and np.prod(X.shape, dtype=float) * np.dtype(spec.dtype).itemsize > MOST_DENSE:
        return SparseRows(X, dtype=spec.dtype)
    return np.ascontiguousarray(X.toarray(), spec.dtype)
