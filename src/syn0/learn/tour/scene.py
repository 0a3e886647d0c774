"""A network on its data, and what chapters read of its training."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from syn0.derive import training_program
from syn0.engines import Arrays
from syn0.explain import Replay, Statistics, Trace
from syn0.explain.replay import advance, trace_next
from syn0.explain.statistics import numbered, statistics
from syn0.explain.trace import PRINTER
from syn0.models import Examples, Network, make_network, tutorial_training
from syn0.printers import example_data
from syn0.program import Program
from syn0.spec import NetworkSpec, Training
from syn0.spec.once import once
from syn0.training import NonFiniteError

STEP = ("forward", "loss", "backward", "update")

BUDGET = 130_000_000
"""How much work the training of a tour may be: about a second."""

LINES = 2_000
"""What a step costs, whatever its arrays: as much as so many multiplications."""

MADE_UP = "made-up rows"
"""What data are called that nobody named."""

FEW_STEPS = 5_000
"""How long trainings are that readers try."""

MARKS = 120
"""How often a training is looked at."""

MOST_ROWS = 1_000
"""Rows of a tour; of more, these are taken from all over the data."""


@dataclass(frozen=True, eq=False)
class Journey:
    """A training from its start to its end.

    Attributes:
        steps: numbers of the steps that were looked at.
        errors: the mean absolute error in each, before its update.
        last: the last step, line by line.
        trouble: why it broke off; "" where it did not.
    """

    steps: tuple[int, ...]
    errors: tuple[float, ...]
    last: Trace
    trouble: str = ""


class Subject(TypedDict):
    """What a chapter says of the network that it is about: see `Chapter`."""

    net: str
    data_name: str
    program: tuple[tuple[str, str], ...]


@dataclass(frozen=True, eq=False)
class Scene:
    """A network on its data.

    Attributes:
        replay: its training, from the start.
        data_name: what the data are called.
    """

    replay: Replay
    data_name: str

    @classmethod
    def of(
        cls,
        spec: NetworkSpec,
        training: Training,
        examples: Examples,
        data_name: str,
        names: tuple[tuple[str, ...], tuple[str, ...]] = ((), ()),
        weights: dict[str, NDArray[Any]] | None = None,
    ) -> Scene:
        """A network at its start weights, or at others, on rows that fit it."""
        network = Network.from_spec(spec)
        if weights:
            network.weights = weights
        weight = examples.sample_weight
        replay = network.replay(
            examples.X,
            examples.y,
            training=shortened(training, spec, len(examples.X)),
            sample_weight=None if weight is None else weight.ravel(),
        )
        return cls(replace(replay, inputs=names[0], targets=names[1]), data_name)

    @property
    def spec(self) -> NetworkSpec:
        """The network's description."""
        return self.replay.spec

    @property
    def training(self) -> Training:
        """How it is trained."""
        return self.replay.job.training

    @property
    def program(self) -> Program:
        """The lines that train it."""
        return self.replay.job.program

    @property
    def X(self) -> NDArray[Any]:
        """(rows, inputs)."""
        return self.replay.job.arrays["X"]

    @property
    def y(self) -> NDArray[Any]:
        """(rows, targets)."""
        return self.replay.job.arrays["y"]

    @property
    def steps(self) -> int:
        """How many the training takes."""
        return self.training.total_steps(len(self.X))

    @property
    def columns(self) -> tuple[str, ...]:
        """A name for each input."""
        count = self.X.shape[1]
        return self.replay.inputs or tuple(f"x{k}" for k in range(1, count + 1))

    @property
    def targets(self) -> tuple[str, ...]:
        """A name for each target."""
        count = self.y.shape[1]
        return self.replay.targets or numbered("y", count)

    @property
    def depth(self) -> int:
        """The number of layers that learn: the prediction is `l1` of one."""
        return len(self.spec.dense)

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """The lines of a step: the name that each binds, and its text."""
        return tuple(
            (line.target, str(PRINTER.statement(line))) for line in self.program.phase(*STEP)
        )

    @property
    def subject(self) -> Subject:
        """What a chapter about it says of it."""
        return {"net": str(self.spec), "data_name": self.data_name, "program": self.lines}

    @once
    def first(self) -> Trace:
        """The first step, line by line."""
        return self.replay.trace(0)

    @once
    def journey(self) -> Journey:
        """Its whole training."""
        run, job, end = self.replay.run(0), self.replay.job, self.steps - 1
        place = self.program.reports.index("error")
        steps, errors, last, trouble = [], [], self.first, ""
        try:
            for mark in (*range(0, end, max(1, self.steps // MARKS)), end):
                advance(run, mark)
                if mark == end:
                    last = trace_next(run)
                with job.runner.at_work(job.training.batch_size or job.rows):
                    _, measured = run.stretch(1, measure=True)
                steps.append(mark)
                errors.append(float(measured[0, place]))
        except NonFiniteError as error:
            trouble = str(error)
        return Journey(tuple(steps), tuple(errors), last, trouble)

    @once
    def start_statistics(self) -> Statistics:
        """What goes with the targets before the first step."""
        return self.replay.statistics(0)

    @once
    def end_statistics(self) -> Statistics:
        """What goes with them before the last one."""
        return statistics(self.replay, self.journey.last.start)

    @once
    def short(self) -> Scene:
        """The same for few steps, beside which others are tried."""
        return self.for_steps(FEW_STEPS)

    def final_error(self) -> float:
        """The mean absolute error in the last step."""
        return self.journey.errors[-1]

    def but(
        self,
        *,
        spec: NetworkSpec | None = None,
        training: Training | None = None,
        weights: dict[str, NDArray[Any]] | None = None,
    ) -> Scene:
        """The same with another network, training or start."""
        return Scene.of(
            spec or self.spec,
            training or self.training,
            taken(self.replay.job.arrays, slice(None)),
            self.data_name,
            (self.replay.inputs, self.replay.targets),
            weights,
        )

    def for_steps(self, steps: int, weights: dict[str, NDArray[Any]] | None = None) -> Scene:
        """The same, trained for so many steps at most, from some start."""
        training = with_steps(self.training, min(steps, self.steps))
        return self.but(training=training, weights=weights)

    def start_weights(self) -> dict[str, NDArray[Any]]:
        """Copies of the weights before the first step."""
        return {name: np.array(self.first.start[name]) for name in self.program.weights}

    @once
    def plain(self) -> Scene:
        """The tutorial's network of the same sizes on the same data: what `syn0 write --diff`
        compares with; on made-up rows where it cannot learn the targets."""
        spec = make_network(self.spec.sizes, {"seed": self.spec.seed})
        training = tutorial_training({}, spec)
        try:
            return self.but(spec=spec, training=training)
        except ValueError:
            made_up = example_data(spec)
            return Scene.of(spec, training, Examples(made_up.X, made_up.y), MADE_UP)


def taken(arrays: Arrays, rows: Any) -> Examples:
    """Some rows of what is trained on."""
    weight = arrays.get("sample_weight")
    return Examples(arrays["X"][rows], arrays["y"][rows], None if weight is None else weight[rows])


def with_steps(training: Training, steps: int) -> Training:
    """The same training, so many steps long."""
    return replace(training, steps=steps, epochs=None, report_every=None)


def shortened(training: Training, spec: NetworkSpec, rows: int) -> Training:
    """A training as long as it is, but no longer than a reader waits."""
    program = training_program(spec, replace(training, patience=None))
    lines = len(program.phase(*STEP))
    batch = min(training.batch_size or rows, rows)
    weights = sum(below * above for below, above in pairwise(spec.sizes))
    cost = LINES * max(1, lines // 10) + batch * weights // 8
    most = max(10, BUDGET // cost)
    total = training.total_steps(rows)
    if total <= most:
        return training
    return with_steps(training, round_down(most))


def round_down(value: int) -> int:
    """A number of one digit and zeros."""
    power: int = 10 ** (len(str(value)) - 1)
    return value // power * power
