"""The works that are measured: a network, how it is trained, and the rows that it is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.derive import prediction_program, target_columns, training_program
from syn0.engines.work import work_of_a_step
from syn0.program.interpreter import start
from syn0.spec import SGD, Adam, Dense, NetworkSpec, Optimizer, Training, dense_layers
from syn0.spec.once import once

MOST_ROWS, MOST_NUMBERS = 65_536, 2**23
"""Rows that a work has at most, and numbers in them: 32 MB in float32."""

MOST_FLOPS = 2e10
"""Of a call, where one step has not more: a fraction of a second."""

TUTORIAL_X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], float)
TUTORIAL_Y = np.array([[0], [1], [1], [0]], float)


@dataclass(frozen=True)
class Work:
    """What every contestant does, so many steps in each call.

    Attributes:
        name: what it is called.
        network, training: what is trained, and how; full batches are the tutorial's four rows.
        steps: number of steps of a call; when predicting, 1.
        predicts: whether it predicts one row instead of training.
        whole: whether its figure is of all these steps, and not of one.
    """

    name: str
    network: NetworkSpec
    training: Training
    steps: int
    predicts: bool = False
    whole: bool = False

    @property
    def rows(self) -> int:
        """Number of rows of a step."""
        return self.training.batch_size or len(TUTORIAL_X)

    @once
    def flops(self) -> float:
        """Multiplications and additions in the matrix products of a step, those that training
        cannot do without: the same for all contestants."""
        if self.predicts:
            return work_of_a_step(prediction_program(self.network), 1)[0]
        return work_of_a_step(training_program(self.network, self.training), self.rows)[0]


@dataclass(frozen=True)
class Data:
    """The rows of a work, random ones but for the tutorial's.

    Attributes:
        X, y: (rows, inputs) and (rows, target columns), in the network's dtype.
        order: (steps, batch) the rows of each step of a call; None where each takes all rows.
        values: what training starts from, by the program's names.
    """

    X: NDArray[Any]
    y: NDArray[Any]
    order: NDArray[np.int64] | None
    values: Mapping[str, Any]

    def part(self, steps: int) -> Data:
        """The same with the first steps alone."""
        return self if self.order is None else replace(self, order=self.order[:steps])


def data_of(work: Work) -> Data:
    """The rows of a work, the same in every run."""
    network, random = work.network, np.random.RandomState(0)
    order: NDArray[np.int64] | None = None
    if work.training.batch_size is None:
        X, y = TUTORIAL_X, TUTORIAL_Y
    else:
        rows = work.rows * work.steps
        X = random.normal(size=(rows, network.inputs))
        if network.loss == "cross_entropy":
            y = np.eye(network.outputs)[random.randint(network.outputs, size=rows)]
        else:
            y = random.random_sample((rows, target_columns(network)))
        order = random.permutation(rows).reshape(work.steps, work.rows)
    values = start(training_program(network, work.training), np.random.RandomState(1))
    values["steps"] = work.training.total_steps(len(X))  # where a schedule ends
    return Data(X.astype(network.dtype), y.astype(network.dtype), order, values)


def training_work(name: str, network: NetworkSpec, training: Training) -> Work:
    """The work of training in mini-batches, in calls of many steps.

    Raises:
        ValueError: a training in full batches.
    """
    batch = training.batch_size
    if batch is None:
        raise ValueError("a work is measured in mini-batches: give batch_size")
    rows = min(MOST_ROWS, MOST_NUMBERS // network.inputs)
    step = Work(name, network, training, 1)
    return replace(step, steps=max(1, min(rows // batch, int(MOST_FLOPS / step.flops))))


def prediction_work(network: NetworkSpec) -> Work:
    """The work of predicting one row."""
    training = Training(steps=1, batch_size=1)
    return Work(f"predicting one row of {network}", network, training, 1, predicts=True)


def works_of(network: NetworkSpec, training: Training) -> list[Work]:
    """A network's works: training it, and predicting one row."""
    optimizer = type(training.optimizer).__name__
    name = f"{network}, batches of {training.batch_size}, {optimizer}"
    return [training_work(name, network, training), prediction_work(network)]


def classifier(*sizes: int) -> NetworkSpec:
    """A practitioner's network: relu, constants for all units, softmax, in float32."""
    layers = dense_layers(sizes[1:], "relu", "softmax", bias=True, init="he_uniform")
    return NetworkSpec(sizes[0], layers, loss="cross_entropy", dtype="float32")


def classifier_work(sizes: tuple[int, ...], batch: int, optimizer: Optimizer) -> Work:
    """The work of training such a network."""
    training = Training(steps=1, batch_size=batch, optimizer=optimizer, reduction="mean")
    return works_of(classifier(*sizes), training)[0]


def tutorial_work(steps: int) -> Work:
    """The tutorial's network, trained from start to end; its figure is of all steps."""
    network = NetworkSpec(3, (Dense(4), Dense(1)))
    name = f"the tutorial's {steps:,} steps of {network}"
    return Work(name, network, Training(steps=steps), steps, whole=True)


def default_works() -> list[Work]:
    """What `syn0 bench` measures: networks from the tutorial's size to one that fills a machine."""
    trained: list[tuple[tuple[int, ...], int, Optimizer]] = [
        ((20, 64, 2), 32, SGD(0.01)),
        ((20, 64, 64, 2), 32, Adam()),
        ((30, 100, 2), 200, Adam()),
        ((784, 128, 10), 64, SGD(0.01)),
        ((784, 128, 10), 64, Adam()),
        ((784, 256, 128, 10), 128, Adam()),
        ((784, 1024, 1024, 10), 512, SGD(0.01)),
    ]
    works = [classifier_work(*described) for described in trained]
    return [tutorial_work(60_000), prediction_work(classifier(20, 64, 2)), *works]
