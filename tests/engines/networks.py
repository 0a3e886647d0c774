"""Networks whose training takes every path of the native engine, and their training."""

import ctypes
import re
from collections.abc import Iterable
from importlib.resources import files
from types import SimpleNamespace
from typing import Any

import numpy as np

from syn0 import Network
from syn0.derive import training_program
from syn0.engines import compiler
from syn0.engines.base import Figures, Runner, Values
from syn0.engines.tiles.source import native_source
from syn0.models import Examples
from syn0.program.interpreter import start
from syn0.spec import (
    SGD,
    Adam,
    BatchNorm,
    Dense,
    Dropout,
    LayerNorm,
    NetworkSpec,
    Noise,
    Skip,
    Training,
)

ROWS = 23
"""A multiple of no batch size: the last batch of an epoch is short."""

REPRESENTATIVE = {
    "small, all rows": (NetworkSpec(3, (Dense(4), Dense(1))), Training(steps=3), None),
    "all narrow": (
        NetworkSpec(5, (Dense(7, "tanh", True), Dense(2)), dtype="float32"),
        Training(epochs=2, batch_size=20, optimizer=Adam(0.01)),
        None,
    ),
    "wide": (
        NetworkSpec(33, (Dense(65, "tanh", True), Dense(17)), seed=2),
        Training(epochs=2, batch_size=9, optimizer=Adam(0.01), l2=0.01, clip_norm=0.5),
        None,
    ),
    "wide, all rows": (
        NetworkSpec(17, (Dense(70, "silu", True), Dense(40)), dtype="float32"),
        Training(steps=3, optimizer=SGD(0.02, momentum=0.9)),
        None,
    ),
    "wide and narrow": (
        NetworkSpec(130, (Dense(3, "tanh", True), Dense(63), Dense(1)), dtype="float32"),
        Training(epochs=2, batch_size=16, optimizer=SGD(0.1, momentum=0.9)),
        None,
    ),
    "softmax": (
        NetworkSpec(
            31, (Dense(64, "gelu", True), Dense(10, "softmax")),
            loss="cross_entropy", dtype="float32",
        ),
        Training(epochs=2, batch_size=18, label_smoothing=0.1, max_norm=1.0),
        None,
    ),
    "softmax of many": (
        NetworkSpec(9, (Dense(24, "relu", True), Dense(20, "softmax", True)), loss="cross_entropy"),
        Training(epochs=2, batch_size=10, optimizer=Adam(0.01), clip_norm=0.5),
        None,
    ),
    "normalized": (
        NetworkSpec(7, (Noise(0.1), Dense(16), BatchNorm(), Dropout(0.4), Dense(16, "elu"),
                        LayerNorm(), Skip(1), Dense(2))),
        Training(epochs=2, batch_size=9, optimizer=Adam(0.01), l1=0.01),
        None,
    ),
    "shared by columns": (
        NetworkSpec(20, (Dense(161, "relu"), BatchNorm(), Dropout(0.3), Dense(161, "tanh"), Skip(1),
                         Dense(6), Dense(161)), dtype="float32"),
        Training(epochs=2, batch_size=8, optimizer=SGD(0.05, momentum=0.8), max_norm=0.8),
        None,
    ),
    "weighted, one input": (
        NetworkSpec(1, (Dense(1), Dense(17), Dense(15)), dtype="float32"),
        Training(epochs=2, batch_size=1, reduction="mean", trim_deltas=0.001),
        "weighted",
    ),
}  # fmt: skip
"""A network, its training, and whether its rows are weighted."""


def data(spec: NetworkSpec, rows: int = ROWS) -> tuple[np.ndarray, np.ndarray]:
    """X and y that any loss takes: rows between 0 and 1 that sum to 1."""
    random = np.random.RandomState(3)
    X = random.uniform(-1, 1, (rows, spec.inputs)).astype(spec.dtype)
    y = np.eye(spec.outputs, dtype=spec.dtype)[np.arange(rows) % spec.outputs]
    return X, y


def trained(
    spec: NetworkSpec,
    training: Training,
    engine: str,
    weighted: str | None = None,
    *,
    rows: int = ROWS,
    threads: int = 1,
) -> Network:
    """A network after its training, which the engine that is named has run."""
    network, (X, y) = Network.from_spec(spec), data(spec, rows)
    weight = np.linspace(0, 2, rows, dtype=spec.dtype)[:, np.newaxis] if weighted else None
    examples = Examples(X, y, weight)
    history = network.run(training, examples, engine=engine, threads=threads, progress=False)
    assert history.engine == engine
    return network


def at_once(
    runner: Runner, spec: NetworkSpec, training: Training, weighted: str | None = None
) -> tuple[Values, Figures]:
    """The state, by name, and the figures after the steps of two epochs, or three steps of all
    rows, that an engine takes in one call: a training returns after each of its first ones, so that
    no thread is ever a step ahead of another."""
    program, (X, y) = training_program(spec, training, weighted=weighted is not None), data(spec)
    given = {"X": X, "y": y, "sample_weight": np.linspace(0, 2, ROWS, dtype=spec.dtype)[:, None]}
    order, size = np.random.RandomState(0).permutation(ROWS), training.batch_size
    batches = [order[i : i + size] for i in range(0, ROWS, size)] * 2 if size else [None] * 3
    values = start(program, np.random.RandomState(1)) | {"rate": 1.0}
    arrays = {name: given[name] for name in program.arrays}
    return runner.train(values, arrays, batches, measure=True)


def source(
    spec: NetworkSpec,
    training: Training,
    weighted: str | None = None,
    *,
    rows: int = ROWS,
    threads: int = 1,
) -> str:
    """The C that the native engine compiles for a training."""
    program = training_program(spec, training, weighted=weighted is not None)
    return native_source(program, training.batch_size or rows, threads)


class InOneLibrary:
    """What stands in for `compiler.library`: sources that are named beforehand are compiled as one
    library for each number type, since most of what one alone takes is the compiler's start, the
    header and the linker. Where bits are promised, for compilers that do not optimize: what they
    make of each is the same.
    """

    def __init__(self, sources: Iterable[str]) -> None:
        self.numbers = {source: k for k, source in enumerate(dict.fromkeys(sources))}
        self.made: dict[str, ctypes.CDLL] = {}

    def __call__(self, source: str, *functions: str) -> Any:
        """A program's functions, by their own names."""
        number, beginning = self.numbers[source], source.partition(HEADER)[0]
        if beginning not in self.made:
            own = [text for text in self.numbers if text.startswith(beginning + HEADER)]
            parts = map(self.renamed, own)
            self.made[beginning] = compiler.library("".join([beginning, HEADER, *parts]))
        named = {name: getattr(self.made[beginning], f"{name}_{number}") for name in functions}
        return SimpleNamespace(**named)

    def renamed(self, source: str) -> str:
        """A program without the header, all whose names end with its number."""
        own = source.partition(HEADER)[2]
        names = dict.fromkeys(DEFINED.findall(own))
        before = [f"#define {name} {name}_{self.numbers[source]}\n" for name in names]
        return "".join([*before, own, *(f"#undef {name}\n" for name in names)])


HEADER = files("syn0.engines.tiles").joinpath("kernels.h").read_text(encoding="utf-8")
DEFINED = re.compile(r"^(?:[a-z]\w* )*(?:struct \w+ )?\*?(\w+)(?:\(| \{)", re.MULTILINE)
"""A function or structure that is defined at the outermost level."""


def farthest(one: Network, other: Network) -> float:
    """How far two networks stand apart: the largest difference of an array, by its largest
    entry."""
    ends, others = one.checkpoint.values, other.checkpoint.values
    assert set(ends) == set(others)
    return max(
        float(np.abs(ends[name] - value).max()) / max(float(np.abs(value).max()), 1e-30)
        for name, value in others.items()
    )
