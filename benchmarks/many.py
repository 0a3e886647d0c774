"""How long many small networks take: `train_many`, beside one after another in NumPy.

    python benchmarks/many.py [NETWORKS] [SAMPLE]

The exclusive-or network of part 2, 3-4-1, for 60,000 steps of four rows each, by default 1,000
seeds. So many would take NumPy an hour: a SAMPLE of them, by default 5, is measured. Compiling is
in the figures, as it would be in yours. The processor's seconds say what work there was, also where
other programs share the machine.
"""

import os
import sys
import time
from collections.abc import Callable

import numpy as np

from syn0 import Network, train_many
from syn0.engines import ENGINES

X, Y = [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], [0, 1, 1, 0]


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock, and those of the processor's cores."""
    clock, cores = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - cores


def alone(seeds: int, engine: str) -> list[Network]:
    """Networks that were trained one after another."""
    networks = [Network([3, 4, 1], seed=seed) for seed in range(1, seeds + 1)]
    for network in networks:
        network.train(X, Y, engine=engine, progress=False)
    return networks


def main() -> None:
    """Print a table."""
    networks, sample = (*map(int, sys.argv[1:]), *(1000, 5)[len(sys.argv) - 1 :])
    print(f"{networks:,} seeds of 3-4-1, 60,000 steps each; {os.cpu_count()} cores")
    print(f"{'':44}{'seconds':>9}{'of cores':>10}{'times NumPy':>13}")
    references: list[Network] = []
    one, of_cores = measured(lambda: references.extend(alone(sample, "numpy")))
    share = networks / sample
    rows = {f"NumPy, one after another ({sample} measured)": (one * share, of_cores * share)}
    for engine in ("native", "jax"):
        if ENGINES[engine].missing():
            continue
        found = {}

        def work(engine: str = engine, found: dict = found) -> None:
            found["many"] = train_many(
                Network([3, 4, 1]), X, Y, seeds=networks, engine=engine, progress=False
            )

        rows[f"train_many, engine {engine}"] = measured(work)
        for mine, theirs in zip(found["many"][:sample], references, strict=True):
            for name, weights in mine.weights.items():
                np.testing.assert_allclose(weights, theirs.weights[name], rtol=1e-9)
    for name, (clock, cores) in rows.items():
        print(f"{name:44}{clock:9.1f}{cores:10.1f}{one * share / clock:13.0f}")
    print("Their weights are NumPy's, to 1e-9.")


if __name__ == "__main__":
    main()
