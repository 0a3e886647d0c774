"""How long starting takes: medians of whole processes, side by side in one run.

    python benchmarks/startup.py

The promises: `import syn0` costs at most 0.1 s more than `import numpy`, and `syn0 --help` answers
within 0.3 s on an idle machine.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 15

PROCESSES = {
    "python alone": ["-c", "pass"],
    "import numpy": ["-c", "import numpy"],
    "import syn0": ["-c", "import syn0"],
    "import numpy, syn0": ["-c", "import numpy, syn0"],
    "from syn0 import Network": ["-c", "from syn0 import Network"],
    "import sklearn.neural_network": ["-c", "import sklearn.neural_network"],
    "syn0 --help": ["-m", "syn0", "--help"],
    "syn0 write 3-4-1": ["-m", "syn0", "write", "3-4-1"],
    "syn0 train xor": ["-m", "syn0", "train", "xor", "--steps", "1", "--engine", "numpy"],
}


def seconds(arguments: list[str]) -> float:
    """How long one process takes, from start to end."""
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> None:
    """Print a line a process; the runs of all take turns, so that a slow moment hits all alike."""
    times: dict[str, list[float]] = {name: [] for name in PROCESSES}
    for _ in range(RUNS):
        for name, arguments in PROCESSES.items():
            times[name].append(seconds(arguments))
    for name, measured in times.items():
        print(f"{name:32} {statistics.median(measured):.3f} s")


if __name__ == "__main__":
    main()
