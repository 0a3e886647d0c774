"""How long the first fit of a new shape takes, compiling included, with the C compiler at hand and
with ziglang's alone, beside the NumPy engine and scikit-learn.

    python benchmarks/first_fit.py

Each fit is the first of a process with an empty cache: MLPClassifier, 60,000 x 20, ten epochs.
"""

import os
import subprocess
import sys
import tempfile

FIT = """
import time, warnings
import numpy as np
from {module} import MLPClassifier
warnings.simplefilter("ignore")
draw = np.random.default_rng(0)
X = draw.normal(size=(60_000, 20)).astype(np.float32)
y = (X[:, 0] + X[:, 1] ** 2 > 1).astype(int)
began = time.perf_counter()
MLPClassifier(max_iter=10, random_state=0{engine}).fit(X, y)
print(time.perf_counter() - began)
"""

CASES = {
    "scikit-learn": ("sklearn.neural_network", "", {}),
    "syn0, engine numpy": ("syn0", ", engine='numpy'", {}),
    "syn0, auto, the compiler at hand": ("syn0", "", {}),
    "syn0, auto, ziglang alone": ("syn0", "", {"CC": f"{sys.executable} -m ziglang cc"}),
}


def first_fit(module: str, engine: str, environment: dict[str, str]) -> float:
    """Seconds of one fit, in a process of its own."""
    with tempfile.TemporaryDirectory() as cache:
        done = subprocess.run(
            [sys.executable, "-c", FIT.format(module=module, engine=engine)],
            env={**os.environ, "XDG_CACHE_HOME": cache, **environment},
            capture_output=True,
            check=True,
        )
    return float(done.stdout)


def main() -> None:
    """Print the least of three, the cases taking turns."""
    seconds = [{name: first_fit(*case) for name, case in CASES.items()} for _ in range(3)]
    for name in CASES:
        print(f"{name:34} {min(run[name] for run in seconds):5.2f} s")


if __name__ == "__main__":
    main()
