"""What a training step takes on each engine, in one run: medians of several stretches.

    python benchmarks/engines.py [--dtype float32]

The networks are relu with bias and softmax cross-entropy, mini-batches drawn in advance; the seed
is the tutorial's 60,000 full-batch steps of 3-4-1 in float64.
"""

from __future__ import annotations

import argparse
import statistics
import time
from copy import deepcopy

import numpy as np

from syn0.derive import prediction_program, training_program
from syn0.engines import ENGINES, make_runner
from syn0.engines.choice import work_of_a_step
from syn0.program.interpreter import start
from syn0.spec import SGD, Adam, Dense, NetworkSpec, Optimizer, Training

ROWS, STRETCHES, SECONDS = 8192, 7, 0.3

WORK: list[tuple[tuple[int, ...], int, Optimizer]] = [
    ((20, 64, 2), 32, SGD(0.01)),
    ((20, 64, 64, 2), 32, Adam()),
    ((30, 100, 2), 200, Adam()),
    ((784, 128, 10), 64, SGD(0.01)),
    ((784, 128, 10), 64, Adam()),
    ((784, 256, 128, 10), 128, Adam()),
    ((784, 1024, 1024, 10), 512, SGD(0.01)),
]


def measured(
    network: NetworkSpec, training: Training, engine: str, steps: int
) -> tuple[float, float]:
    """Seconds of a step, and of the first call, in which native compiles."""
    program = training_program(network, training)
    runner = make_runner(engine, program, prediction_program(network, training.reduction))
    random = np.random.RandomState(0)
    size = training.batch_size
    if size is None:
        X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], float)
        arrays, batches = {"X": X, "y": X[:, :1] + X[:, 1:2] == 1}, [None] * steps
        arrays["y"] = arrays["y"].astype(float)
    else:
        X = random.normal(size=(ROWS, network.inputs)).astype(network.dtype)
        y = np.eye(network.outputs, dtype=network.dtype)[random.randint(network.outputs, size=ROWS)]
        order = random.permutation(ROWS)
        epoch = [order[i : i + size] for i in range(0, ROWS - size + 1, size)]
        arrays, batches = {"X": X, "y": y}, epoch
    values = start(program, np.random.RandomState(1))
    began = time.perf_counter()
    runner.train(deepcopy(values), arrays, batches[:1], measure=False)
    first = time.perf_counter() - began
    times = []
    for _ in range(STRETCHES):
        state, done, began = deepcopy(values), 0, time.perf_counter()
        while done == 0 or (size and time.perf_counter() - began < SECONDS):
            state, _ = runner.train(state | values | state, arrays, batches, measure=False)
            done += len(batches)
        times.append((time.perf_counter() - began) / done)
    return statistics.median(times), first


def main() -> None:
    """Print a line for each work."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--dtype", default="float32")
    dtype = parser.parse_args().dtype
    print("| work | numpy, µs a step | native, µs a step | GFLOP/s | first call, s |")
    for sizes, batch, optimizer in WORK:
        layers = [Dense(n, "relu", bias=True, init="he_uniform") for n in sizes[1:-1]]
        layers.append(Dense(sizes[-1], "softmax", bias=True))
        network = NetworkSpec(sizes[0], tuple(layers), loss="cross_entropy", dtype=dtype)
        training = Training(steps=1, batch_size=batch, optimizer=optimizer, reduction="mean")
        name = f"{network} b{batch} {type(optimizer).__name__}"
        show(name, network, training, batch, 1)
    seed = NetworkSpec(3, (Dense(4), Dense(1)))
    show("the seed, 60,000 steps", seed, Training(steps=60_000), 4, 60_000)


def show(name: str, network: NetworkSpec, training: Training, rows: int, steps: int) -> None:
    """One line."""
    found = {engine: measured(network, training, engine, steps) for engine in ENGINES}
    (numpy, _), (native, first) = found["numpy"], found["native"]
    flops, _ = work_of_a_step(training_program(network, training), rows)
    speed = flops / native / 1e9
    print(
        f"| {name} | {numpy * 1e6:.1f} | {native * 1e6:.2f} | {speed:.0f} | {first:.2f} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
