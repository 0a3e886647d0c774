"""The process that a sanitizer's library is loaded into, for `sanitizers`: it trains each row that
stdin holds, predicts it, and prints its number then.

It imports no more than syn0, as everything takes many times as long there.
"""

import os
import pickle
import sys

import numpy as np

from syn0 import Network
from syn0.engines import compiler, threads


def main() -> None:
    """Try the rows."""
    del os.environ["LD_PRELOAD"]  # the compiler is not to be guarded
    flags, predicts, rows = pickle.load(sys.stdin.buffer)  # noqa: S301
    threads.cores = lambda: 3
    compiler.FLAGS = ("-O0", "-g1", "-march=native", *flags, "-fopenmp-simd", "-pthread",
                      "-shared", "-fPIC")  # fmt: skip
    for number, spec, training, given in rows:
        network = Network.from_spec(spec)
        history = network.run(training, given, engine="native", threads=3, progress=False)
        assert history.engine == "native"
        if predicts:
            for X in (given.X, given.X[:1], np.tile(given.X, (10, 1))):
                network.predict(X)
        print(number, flush=True)


if __name__ == "__main__":
    main()
