"""How long fits take beside scikit-learn's, with the same parameters, in one process.

    python benchmarks/drop_in.py              # every work
    python benchmarks/drop_in.py iris 20,000  # those whose names begin so

Random data, float32; iris in float64. A library is compiled, or loaded, before it is measured: the
first fit of a shape pays 0.2 to 0.8 s for it. scikit-learn runs few epochs of the long works, ours
twenty times as many.
"""

import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.datasets import load_iris, make_classification
from sklearn.neural_network import MLPClassifier as Theirs

from syn0 import MLPClassifier as Ours


@dataclass(frozen=True)
class Work:
    """Rows, columns, classes and epochs of random data; None for iris, fitted whole, from each of
    so many random states."""

    size: tuple[int, int, int, int] | None
    parameters: dict[str, Any] = field(default_factory=dict)
    states: int = 1


WORKS = {
    "iris, all defaults": Work(None),
    "iris, early stopping": Work(None, {"early_stopping": True}),
    # How many iterations it takes hangs on roundings: from one state 60, from another 170.
    "iris, L-BFGS, ten random states": Work(None, {"solver": "lbfgs"}, states=10),
    "20,000 x 30, all defaults": Work((20_000, 30, 2, 20)),
    "60,000 x 20, hidden 64, batches of 32": Work(
        (60_000, 20, 2, 2), {"hidden_layer_sizes": 64, "batch_size": 32}
    ),
    "10,000 x 784, hidden 128, batches of 64": Work(
        (10_000, 784, 3, 3), {"hidden_layer_sizes": 128, "batch_size": 64}
    ),
}


def seconds(call: Callable[[], object], times: int) -> float:
    """The fastest of several calls."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        taken.append(time.perf_counter() - began)
    return min(taken)


def compared(work: Work) -> tuple[float, float]:
    """Seconds of a fit of iris, or of an epoch: scikit-learn's and ours."""
    how = {"random_state": 0, **work.parameters}
    if work.size is None:
        X, y = load_iris(return_X_y=True)

        def fits(model: Any) -> Callable[[], object]:
            states = range(work.states)
            return lambda: [model(**{**how, "random_state": s}).fit(X, y) for s in states]

        return seconds(fits(Theirs), 5), seconds(fits(Ours), 5)
    rows, columns, classes, epochs = work.size
    X, y = make_classification(rows, columns, n_informative=10, n_classes=classes, random_state=0)
    X = X.astype(np.float32)
    by_them = seconds(lambda: Theirs(max_iter=epochs, **how).fit(X, y), 1) / epochs
    Ours(max_iter=2, engine="native", **how).fit(X, y)
    on = {"max_iter": 20 * epochs, "tol": 0.0, "n_iter_no_change": np.inf, **how}
    return by_them, seconds(lambda: Ours(**on).fit(X, y), 2) / (20 * epochs)


def lines(names: list[str]) -> Iterator[str]:
    """A row of a table for each work."""
    for name, work in WORKS.items():
        if not names or any(name.startswith(given) for given in names):
            theirs, ours = compared(work)
            yield f"{name:<40} {theirs * 1e3:8.2f} ms {ours * 1e3:8.2f} ms {theirs / ours:6.1f}x"


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(f"{'':<40} {'scikit-learn':>11} {'syn0':>11}")
    for line in lines(sys.argv[1:]):
        print(line, flush=True)
