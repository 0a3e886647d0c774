"""How fast the jax engine trains on a GPU, beside PyTorch: eager, compiled, and as a CUDA graph.

    python benchmarks/gpu.py [--precision bfloat16]
    python benchmarks/gpu.py --device cpu --tiny     # whether it runs, on any machine

Prints a table: samples a second, and the share of the device's limit, which is the speed of a large
matrix product in the same precision, measured by JAX in the same run. Everybody takes the same rows
in the same order, which lie on the device; products are made in float32 (no TensorFloat-32) unless
--precision says otherwise. PyTorch has to be installed with CUDA; what is not there is left out.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

import numpy as np

from syn0 import Network
from syn0.bench.peers.base import Job, job_of
from syn0.bench.peers.pytorch import loss_of, model_of
from syn0.bench.works import Data, Work, classifier, data_of
from syn0.derive import prediction_program, training_program
from syn0.engines import Stretch, make_runner
from syn0.spec import SGD, NetworkSpec, Training, dense_layers

STRETCHES, SECONDS = 5, 1.0
"""Of each figure the best stretch counts; a stretch takes about so long."""

Call = Callable[[], object]
"""Takes all steps of a work, and ends when the device has taken them."""


def works(*, tiny: bool) -> list[Work]:
    """The table's works, or the same in small."""
    deep = NetworkSpec(
        64,
        dense_layers((64, 64, 64, 1), "relu", "identity", bias=True, init="he_uniform"),
        dtype="float32",
    )
    small, large = classifier(784, 128, 10), classifier(784, 1024, 1024, 10)
    if tiny:
        small, large = classifier(20, 8, 3), classifier(20, 16, 16, 3)
    asked = [(small, 64, 2000), (small, 1024, 1000), (large, 4096, 200), (deep, 65_536, 100)]
    if tiny:
        asked = [(network, batch // 32, 20) for network, batch, _ in asked]
    return [work(network, batch, steps) for network, batch, steps in asked]


def work(network: NetworkSpec, batch: int, steps: int) -> Work:
    """So many steps of SGD in a call."""
    name = f"{network}, batch {batch:,}"
    training = Training(steps=1, batch_size=batch, optimizer=SGD(0.01), reduction="mean")
    return Work(name, network, training, steps)


def rows_of(work: Work) -> Data:
    """Rows for a few steps, and an order in which they are taken again and again."""
    data = data_of(replace(work, steps=min(work.steps, max(1, 65_536 // work.rows))))
    order = np.random.RandomState(0).randint(len(data.X), size=(work.steps, work.rows))
    return replace(data, order=order)


# Ours.


def ours(work: Work, data: Data, device: str, precision: str) -> Call:
    """The jax engine, called as training calls it: the weights come home after each call."""
    network, training = work.network, work.training
    programs = training_program(network, training), prediction_program(network, "mean")
    runner = make_runner("jax", *programs, device=device, matmul_precision=precision)
    values, arrays = dict(data.values), {"X": data.X, "y": data.y}
    stretch = Stretch.of([*data.order], len(data.X))

    def train() -> None:
        values.update(runner.train(values, arrays, stretch, measure=False)[0])

    return train


def limit(device: str, precision: str, size: int) -> float:
    """Multiplications and additions a second in a large matrix product."""
    import jax

    place = jax.devices(None if device == "auto" else device)[0]
    square = jax.device_put(np.ones((size, size), np.float32), place).astype(precision)
    with jax.default_matmul_precision("highest"):
        product = jax.jit(lambda a, b: a @ b)
        return 2 * size**3 / best(lambda: product(square, square).block_until_ready())


# PyTorch's.


class Torch:
    """A training loop, as its tutorials have it, with everything on the device."""

    def __init__(self, job: Job, device: str, precision: str) -> None:
        import torch

        torch.set_float32_matmul_precision("highest")
        self.device = "cpu" if device == "cpu" else "cuda"
        self.job, self.precision = job, precision
        self.model = model_of(job).to(self.device)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=job.rate, fused=True)
        y = job.classes if job.loss == "cross_entropy" else job.y
        self.X, self.y, self.order = (
            torch.from_numpy(array).to(self.device) for array in (job.X, y, job.order)
        )
        self.loss: Callable[..., Any] = self.plain_loss

    def rounding(self) -> AbstractContextManager[object]:
        """Products in bfloat16 where that is asked for."""
        import torch

        wide = self.precision == "float32"
        return nullcontext() if wide else torch.autocast(self.device, torch.bfloat16)

    def plain_loss(self, X: Any, y: Any) -> Any:
        """The loss of a batch."""
        with self.rounding():
            z = self.model(X)
        return loss_of(self.job, z.float(), y)

    def step(self, rows: Any) -> None:
        """One step."""
        self.optimizer.zero_grad(set_to_none=False)
        self.loss(self.X[rows], self.y[rows]).backward()
        self.optimizer.step()

    def wait(self) -> None:
        """Until the device is done."""
        import torch

        if self.device == "cuda":
            torch.cuda.synchronize()

    def eager(self) -> Call:
        """Step by step."""

        def train() -> None:
            for rows in self.order:
                self.step(rows)
            self.wait()

        return train

    def compiled(self) -> Call:
        """`torch.compile` makes the forward and the backward pass."""
        import torch

        self.loss = torch.compile(self.plain_loss)
        return self.eager()

    def graph(self) -> Call:
        """A step is recorded once, and played again for each batch."""
        import torch

        rows, side = self.order[0].clone(), torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                self.step(rows)
        torch.cuda.current_stream().wait_stream(side)
        recorded = torch.cuda.CUDAGraph()
        with torch.cuda.graph(recorded):
            self.step(rows)

        def train() -> None:
            for batch in self.order:
                rows.copy_(batch)
                recorded.replay()
            self.wait()

        return train


def contestants(work: Work, data: Data, device: str, precision: str) -> Iterator[tuple[str, Call]]:
    """Everybody who is here, ready to train."""
    yield "syn0 jax", ours(work, data, device, precision)
    if find_spec("torch") is None:
        return
    import torch

    job = job_of(work, data)
    ways = {"PyTorch eager": Torch.eager, "torch.compile": Torch.compiled}
    if device != "cpu" and torch.cuda.is_available():
        ways["CUDA graph"] = Torch.graph
    elif device != "cpu":
        return
    for name, way in ways.items():
        yield name, way(Torch(job, device, precision))


def best(call: Call) -> float:
    """Seconds of a call: the best stretch, after a first call that compiles."""
    call()
    began = time.perf_counter()
    call()
    count = max(1, round(SECONDS / (time.perf_counter() - began)))
    times = []
    for _ in range(STRETCHES):
        began = time.perf_counter()
        for _ in range(count):
            call()
        times.append((time.perf_counter() - began) / count)
    return min(times)


def many(device: str, count: int, steps: int) -> tuple[float, str]:
    """So many of the tutorial's networks at once: steps of one network a second, all together."""
    from syn0 import train_many

    X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], float)
    y = np.array([[0], [1], [1], [0]], float)
    network = Network([3, 4, 1])
    seconds = best(
        lambda: train_many(
            network, X, y, seeds=count, steps=steps, engine="jax", device=device, progress=False
        )
    )
    return count * steps / seconds, f"{count:,} of {network.spec} for {steps:,} steps"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--device", default="gpu", choices=["auto", "cpu", "gpu", "tpu"])
    parser.add_argument("--precision", default="float32", choices=["float32", "bfloat16"])
    parser.add_argument("--tiny", action="store_true", help="small works, to see that it runs")
    options = parser.parse_args()
    if options.tiny:
        globals()["SECONDS"] = 0.01
    import jax

    place = jax.devices(None if options.device == "auto" else options.device)[0]
    most = limit(options.device, options.precision, 256 if options.tiny else 8192)
    print(f"{place.device_kind}, JAX {jax.__version__}, {options.precision} products: ", end="")
    print(f"at most {most / 1e12:.3g} TFLOP/s\n")
    print("| work | who | samples a second | % of the limit |\n|---|---|---|---|")
    for each in works(tiny=options.tiny):
        for who, call in contestants(each, rows_of(each), options.device, options.precision):
            step = best(call) / each.steps
            speed, share = each.rows / step, each.flops / step / most
            print(f"| {each.name} | {who} | {speed:,.0f} | {share:.1%} |", flush=True)
    speed, what = many(options.device, *((8, 100) if options.tiny else (1000, 60_000)))
    print(f"| {what} | syn0 jax | {4 * speed:,.0f} | |")


if __name__ == "__main__":
    main()
