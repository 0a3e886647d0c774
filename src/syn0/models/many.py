"""Many networks at once, alike but for their seeds and learning rates: to see how much of a result
is luck, to choose a rate, and to predict together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Unpack

import numpy as np
from numpy.typing import ArrayLike

from syn0.derive import prediction_program, training_program
from syn0.derive.layers import SEED
from syn0.engines import AUTO, Runner, at_most_cores, make_runner
from syn0.engines.threads import threads_allowed
from syn0.models.examples import Examples, Given, check_examples
from syn0.models.members import Many, Member
from syn0.models.network import Network
from syn0.models.record import Record
from syn0.models.settings import (
    TRAINING_SETTINGS,
    FurtherSettings,
    listing,
    make_optimizer,
    refuse_unknown,
    tutorial_training,
)
from syn0.program import Line, Program
from syn0.program.interpreter import start
from syn0.spec import NetworkSpec, Optimizer, Solver, Training
from syn0.spec.checks import real, seed_number, whole
from syn0.spec.doors import door, doors
from syn0.training import Checkpoint, Job, Run
from syn0.training.together import go_together


@doors
@dataclass(frozen=True)
class Means:
    """On what networks are trained: see `Network.train` for each."""

    engine: str = "auto"
    threads: int | None = None
    device: str = AUTO
    matmul_precision: str = AUTO

    def __post_init__(self) -> None:
        if self.threads is not None:
            whole("threads", self.threads)


@door
@listing
def train_many(
    network: Network,
    X: ArrayLike,
    y: ArrayLike,
    *,
    seeds: int | Sequence[int] | None = None,
    learning_rates: Sequence[float] | None = None,
    steps: int | None = None,
    epochs: int | None = None,
    batch_size: int | None = None,
    learning_rate: float | None = None,
    optimizer: Optimizer | Solver | str = "sgd",
    sample_weight: ArrayLike | None = None,
    class_weight: Mapping[int, float] | str | None = None,
    validation: Sequence[ArrayLike] | float | None = None,
    engine: str = "auto",
    threads: int | None = None,
    device: str = AUTO,
    matmul_precision: str = AUTO,
    n_jobs: int | None = None,
    progress: bool = True,
    **settings: Unpack[FurtherSettings],
) -> Many:
    """Train many networks at once, alike but for their seeds and learning rates: each seed with
    each rate. Each begins at the start weights of its seed and comes to what
    `Network(…, seed=seed).train(…, learning_rate=rate, threads=1)` comes to on the same rows, on
    the same engine to the bit. `network` itself does not move.

        many = train_many(Network([3, 4, 1]), X, y, seeds=1000)
        many                            # how well they do, and the best
        mean, spread = many.predict(X, spread=True)
        many.best().save("best.safetensors")

    Args:
        network: what they all are like; its weights and what it has learned are not taken over.
        X, y: as in `Network.train`.
        seeds: how many, from the network's own on: 100 of a network with seed 1 are 1 to 100, and
            of one without a seed fresh ones, which are kept. Or the seeds themselves. By default
            the network's own.
        learning_rates: the rates to try; by default that of the training alone.
        steps, epochs, batch_size, learning_rate, optimizer, sample_weight, class_weight: as in
            `Network.train`.
        validation: a pair (X, y), or the fraction of the rows that is set apart: the same for all
            networks, chosen by `network`'s seed.
        engine: "auto" (default) or the name of one.
        threads: how many networks train at a time, each in a thread of its own; by default as many
            as there are cores, or as $OMP_NUM_THREADS allows. The result does not depend on it. On
            the numpy engine one trains at a time, and these are the threads of its products.
        device, matmul_precision: of the jax engine, as in `Network.train`.
        n_jobs: over how many of joblib's workers to spread the networks, as in scikit-learn:
            processes of this machine, or machines under `joblib.parallel_config("dask")` or
            "ray". By default all train in this process.
        progress: whether training that takes its time shows progress on stderr.
        settings: any other of `Training`'s or of the optimizer's:
            <settings>.

    Returns:
        The networks, with their histories. One that meets an infinite value or NaN keeps its last
        good weights and does not end the others: its `history.stopped` is "diverged", and
        `history.trouble` says where and why. Ctrl-C ends all and keeps what each has learned, but
        with n_jobs, where it raises KeyboardInterrupt.

    Raises:
        TypeError, ValueError: arguments or arrays that do not fit.

    Warns:
        UserWarning: targets that the output's activation can never give.
    """
    if not isinstance(network, Network):
        raise TypeError(f"train_many takes a Network first, not {network!r}")
    refuse_unknown(settings, TRAINING_SETTINGS, "train_many")
    how = {"batch_size": batch_size, "learning_rate": learning_rate, "optimizer": optimizer}
    training = tutorial_training(
        {"steps": steps, "epochs": epochs, **how, **settings}, network.spec
    )
    if learning_rates is not None and learning_rate is not None:
        raise ValueError("give learning_rate or learning_rates, one of the two")
    given = Given(X, y, sample_weight, class_weight, validation)
    columns, examples = network.intake.examples(given)
    record = replace(network.record(), origin=None, columns=columns)
    return run_many(
        record,
        training,
        examples,
        seeds=seeds,
        learning_rates=learning_rates,
        means=Means(engine, threads, device, matmul_precision),
        n_jobs=n_jobs,
        progress=progress,
    )


@door
def run_many(
    record: Record,
    training: Training,
    examples: Examples,
    *,
    seeds: int | Sequence[int] | None = None,
    learning_rates: Sequence[float] | None = None,
    means: Means | None = None,
    n_jobs: int | None = None,
    progress: bool = True,
) -> Many:
    """Train many networks like that of `record`, on arrays that fit it; see `train_many`.

    Raises:
        TypeError, ValueError: a training, seeds or rates that do not go together.
    """
    check_examples(training, examples)
    grid = [*product(trainings_of(training, learning_rates), seeds_of(record.spec, seeds))]
    means = means or Means()
    if n_jobs is None:
        members = trained(record, grid, examples, means, progress=progress)
    else:
        members = spread_out(record, grid, examples, means, n_jobs)
    return Many(tuple(members), training.monitor)


@door
def check_grid(seeds: int | Sequence[int] | None, rates: Sequence[float] | None) -> None:
    """TypeError or ValueError where seeds or learning rates are none, whatever is trained."""
    seeds_from(1, seeds)
    if rates is not None:
        rates_in(rates)


def seeds_of(spec: NetworkSpec, seeds: int | Sequence[int] | None) -> Sequence[int]:
    """The seeds that are asked for; TypeError or ValueError where they are none."""
    return seeds_from(fresh_seed() if spec.seed is None else spec.seed, seeds)


def seeds_from(first: int, seeds: int | Sequence[int] | None) -> Sequence[int]:
    """So many seeds from the first one on, or those that are listed."""
    if seeds is None or isinstance(seeds, int | np.integer):
        count = 1 if seeds is None else whole("seeds", seeds)
        return range(seed_number(first), seed_number(first + count - 1) + 1)
    found = [seed_number(seed) for seed in items("seeds", seeds)]
    refuse_twice("seeds", found)
    return found


def rates_in(rates: Sequence[float]) -> list[float]:
    """The learning rates that are listed."""
    found = [real("learning_rates", rate, above=0) for rate in items("learning_rates", rates)]
    refuse_twice("learning_rates", found)
    return found


def fresh_seed() -> int:
    """A seed that nobody has chosen, with room to count on from it."""
    return int(np.random.SeedSequence().generate_state(1)[0]) // 2


def trainings_of(training: Training, rates: Sequence[float] | None) -> list[Training]:
    """The training with each of the learning rates; TypeError or ValueError where they are none."""
    if rates is None:
        return [training]
    if training.solver is not None:
        name = type(training.solver).__name__
        raise ValueError(f"{name} finds the length of its steps itself: leave out learning_rates")
    return [
        replace(training, optimizer=make_optimizer(training.optimizer, {"learning_rate": rate}))
        for rate in rates_in(rates)
    ]


def items(name: str, values: Any) -> list[Any]:
    """The items of a sequence of at least one; TypeError or ValueError otherwise."""
    try:
        found = [] if isinstance(values, str) else [*values]
    except TypeError:
        raise TypeError(f"{name} must be a list of numbers, not {values!r}") from None
    if not found:
        raise ValueError(f"{name} must be a list of at least one number, not {values!r}")
    return found


def refuse_twice(name: str, values: list[Any]) -> None:
    """ValueError where a value stands twice: the same network would count twice."""
    for value in values:
        if values.count(value) > 1:
            raise ValueError(f"{name} must differ, but {value} stands there twice")


Cell = tuple[Training, int]
"""Of the grid: a training and a seed."""


def spread_out(
    record: Record,
    grid: Sequence[Cell],
    examples: Examples,
    means: Means,
    n_jobs: int,
) -> list[Member]:
    """The networks of a grid, trained by joblib's workers, whatever these are."""
    from joblib import Parallel, delayed, effective_n_jobs

    if n_jobs == 0:
        raise ValueError("n_jobs must be a number of workers, or -1 for all, not 0")
    count = min(effective_n_jobs(n_jobs), len(grid))
    # Neighbours far apart: those of one rate may take longer than those of another.
    parts = [grid[first::count] for first in range(count)]
    task = delayed(trained)
    found = Parallel(n_jobs=count)(
        task(record, part, examples, means, progress=False) for part in parts
    )
    members: list[Any] = [None] * len(grid)
    for first, part in enumerate(found):
        members[first::count] = part
    return members


def trained(
    record: Record,
    grid: Sequence[Cell],
    examples: Examples,
    means: Means,
    *,
    progress: bool,
) -> list[Member]:
    """The networks of a grid, trained in this process."""
    shared = Shared(record, examples, means, networks=len(grid))
    runs = [shared.run(training, seed) for training, seed in grid]
    most, _ = at_most_cores(means.threads)
    go_together(runs, min(most or threads_allowed(), len(runs)), progress=progress)
    return [shared.member(run, seed) for run, (_, seed) in zip(runs, grid, strict=True)]


class Shared:
    """What the networks of a grid have in common: their programs, and what runs these.

    A seed only stands where a program begins, and so does a rate, as long as it is constant: so
    networks share what was compiled for one of them.
    """

    def __init__(self, record: Record, examples: Examples, means: Means, networks: int) -> None:
        self._record, self._examples = record, examples
        self._spec = replace(record.spec, seed=record.spec.seed or 0)
        self._plain = training_program(self._spec, Training(steps=1))
        self._means, self._networks = means, networks
        self._made: dict[Training, tuple[Program, Runner]] = {}
        self._runners: dict[tuple[Line, ...], Runner] = {}

    def run(self, training: Training, seed: int) -> Run:
        """A run of the network of a seed, which has not begun."""
        program, runner = self._program(training)
        generator = np.random.RandomState(seed)
        checkpoint = Checkpoint.at_start(self._plain, start(self._plain, generator), generator)
        # `start` draws nothing more: the weights are known, and where masks are drawn the seed.
        fresh = start(program, generator, {**checkpoint.values, SEED.name: seed})
        job = Job(
            program,
            runner,
            training,
            constants={name: fresh[name] for name in program.constants},
            arrays=self._examples.arrays(),
            validation=self._examples.validation,
            progress=False,
        )
        values = {name: fresh[name] for name in program.state}
        return Run(job, replace(checkpoint, values=values))

    def member(self, run: Run, seed: int) -> Member:
        """The network that a run has trained."""
        job, checkpoint, examples = run.job, run.checkpoint(), self._examples
        spec = replace(self._spec, seed=seed)
        training, engine = job.training, job.runner.name
        record = replace(
            self._record, spec=spec, checkpoint=checkpoint, training=training, engine=engine
        )
        figures = (float("nan"), float("nan"))
        if run.history.stopped != "diverged" and checkpoint.step:
            rows = examples.validation or (examples.X, examples.y)
            figures = job.runner.evaluate({**checkpoint.values, **run.given}, *rows)
        rate = training.learning_rate
        return Member(seed, rate, record, run.history, *figures)

    def _program(self, training: Training) -> tuple[Program, Runner]:
        """The program of a training and what runs it."""
        if training not in self._made:
            examples, rows = self._examples, len(self._examples.X)
            weighted = examples.sample_weight is not None
            program = training_program(self._spec, training, weighted=weighted)
            steps = program.phase("forward", "loss", "backward", "update")
            if steps not in self._runners:
                self._runners[steps] = make_runner(
                    self._means.engine,
                    program,
                    prediction_program(self._spec, training.reduction),
                    rows=training.batch_size or rows,
                    steps=training.total_steps(rows),
                    threads=self._means.threads,
                    networks=self._networks,
                    device=self._means.device,
                    matmul_precision=self._means.matmul_precision,
                )
            self._made[training] = program, self._runners[steps]
        return self._made[training]
