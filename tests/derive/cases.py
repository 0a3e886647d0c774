"""The table of cases: networks and trainings in which every two options meet that share a line."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations, product
from typing import Any

import pytest

from syn0.derive import (
    INITIALIZERS,
    LOSSES,
    SCHEDULES,
    check_names,
    check_training,
    training_program,
)
from syn0.derive.checks import SMOOTHED
from syn0.models.settings import make_training
from syn0.program import ACTIVATIONS, Program
from syn0.spec import (
    OPTIMIZERS,
    Activation,
    BatchNorm,
    Dense,
    Dropout,
    Layer,
    LayerNorm,
    NetworkSpec,
    Noise,
    Skip,
    Training,
)
from syn0.spec.network import DTYPES
from syn0.spec.training import REDUCTIONS

ROWS, INPUTS = 8, 4
STEPS, SEARCH_STEPS = {"float64": 45, "float32": 21}, 15
"""Multiples of the three batches of an epoch, in which 8 rows are taken 3 by 3."""

FACTORS: dict[str, tuple[Any, ...]] = {
    "hidden": tuple(ACTIVATIONS),
    "loss": tuple(LOSSES),
    "output": tuple(ACTIVATIONS),
    "outputs": (3, 1),
    "depth": (2, 0, 1, 3),
    "init": tuple(INITIALIZERS),
    "optimizer": (*OPTIMIZERS, "momentum", "nesterov", "epsilon_hat"),
    "schedule": tuple(SCHEDULES),
    "warm_up": (0, 6),
    "weight_decay": (None, 0.05),
    "batching": ("full", "shuffled", "ordered", "reshuffled"),
    "length": ("steps", "epochs"),
    "reduction": REDUCTIONS,
    "dtype": DTYPES,
    "weighted": (False, True),
    "bias": (False, True),
    "standing": (False, True),
    "skip": (0, 1, 2),
    "dropout": (0, 0.4),
    "input_dropout": (0, 0.2),
    "noise": (0, 0.1),
    "batch_norm": (False, True),
    "layer_norm": (False, True),
    "l1": (0, 0.01),
    "l2": (0, 0.02),
    "max_norm": (None, 0.9),
    "label_smoothing": (0, 0.1),
    "clip_deltas": (None, 0.05),
    "clip_value": (None, 0.1),
    "clip_norm": (None, 0.5),
    "trim_deltas": (None, 0.01),
    "penalty_per_row": (False, True),
    "bias_init": ("constant", "uniform:0.1"),
}
"""What can be chosen, from the tables that hold it; the plain choice comes first. `standing` says
that the hidden activation is a layer of its own, after the normalization."""

APART = ({"hidden"}, {"output", "loss"}, {"init"}, {"optimizer", "schedule"})
"""Long tables whose choices meet in no line of a program: what a hidden layer applies, what is at
the output, how weights start, how they step. Pairs across these groups add nothing, and are not
sought (test_pairs.py holds that to the derived lines); they would make three times the rows."""

PLAIN = {name: values[0] for name, values in FACTORS.items()}

Row = dict[str, Any]
"""Choices by the names of their factors; what is not named is plain."""

NUMBERS = {
    "init": {"uniform": "uniform:0.8", "normal": "normal:0.5", "constant": "constant:0.2"},
    "schedule": {"step": "step:8,0.7", "exponential": "exponential:0.95", "plateau": "plateau:4"},
}
"""Names with numbers of a size that shows within a few steps."""

RATES = {"sgd": 0.02, "adagrad": 0.05, "rmsprop": 0.005, "adam": 0.01, "adamw": 0.01}


@dataclass(frozen=True)
class Case:
    """A network and the training that a program is derived from."""

    network: NetworkSpec
    training: Training
    weighted: bool = False

    @cached_property
    def program(self) -> Program:
        return training_program(self.network, self.training, weighted=self.weighted)


def described(row: Row) -> Case:
    """The network and the training of a row; ValueError where they do not go together."""
    row = PLAIN | fitting(row) | row
    network = network_of(tuple((name, row[name]) for name in OF_NETWORKS))
    training = training_of(tuple(training_settings(row).items()))
    check_training(network, training)
    return Case(network, training, row["weighted"])


OF_NETWORKS = (
    "hidden", "loss", "output", "outputs", "depth", "init", "dtype", "bias", "standing", "skip",
    "dropout", "input_dropout", "noise", "batch_norm", "layer_norm", "bias_init",
)  # fmt: skip
"""The factors that say what a network is; the others, but `weighted`, are its training's."""


@cache
def network_of(choices: tuple[tuple[str, Any], ...]) -> NetworkSpec:
    """The network of these choices: thousands of rows have one of a few hundred."""
    row = dict(choices)
    loss = {
        "huber": "huber:0.2",
        "quantile": "quantile:0.3" if row["outputs"] == 1 else "quantile:0.2,0.5,0.9",
    }.get(row["loss"], row["loss"])
    network = NetworkSpec(INPUTS, layers_of(row), loss=loss, seed=7, dtype=row["dtype"])
    check_names(network)
    return network


@cache
def training_of(settings: tuple[tuple[str, Any], ...]) -> Training:
    """The training of these settings."""
    return make_training(dict(settings))


def fitting(row: Row) -> Row:
    """The loss, the output and the reduction that a row takes where it names none: the first that
    fit."""
    output, smoothing = row.get("output"), row.get("label_smoothing")
    losses = [name for name in LOSSES if not smoothing or name in SMOOTHED]
    fit = [name for name in losses if output is None or output in LOSSES[name].activations]
    loss = row.get("loss", (fit or losses)[0])
    reduction = "mean" if row.get("penalty_per_row") else "sum"
    return {"loss": loss, "output": LOSSES[loss].output, "reduction": reduction}


def layers_of(row: Row) -> tuple[Layer, ...]:
    """Hidden layers, all with what stands beside them; without any, it stands on the inputs."""
    depth, hidden = row["depth"], row["hidden"]
    widths = [INPUTS] * depth if row["skip"] else [5, 3, 4][:depth]
    layers: list[Layer] = []
    if row["noise"]:
        layers.append(Noise(row["noise"]))
    if row["input_dropout"]:
        layers.append(Dropout(row["input_dropout"]))
    if not depth and not row["standing"]:
        layers.append(Activation(hidden))
    if not depth:
        layers += beside(0, row)
    for k, width in enumerate(widths, 1):
        own = "identity" if row["standing"] else hidden
        layers += [Dense(width, own, *starts(row)), *beside(k, row)]
    return (*layers, Dense(row["outputs"], row["output"], *starts(row)))


def starts(row: Row) -> tuple[bool, str, str]:
    """Whether layers have constants, and how weights and constants start."""
    return row["bias"], named("init", row), row["bias_init"]


def beside(k: int, row: Row) -> list[Layer]:
    """What stands after layer k."""
    layers: list[Layer] = []
    if row["batch_norm"]:
        layers.append(BatchNorm())
    if row["layer_norm"]:
        layers.append(LayerNorm())
    if row["standing"]:
        layers.append(Activation(row["hidden"]))
    if row["skip"] and (k >= row["skip"] or k == row["depth"]):
        layers.append(Skip(row["skip"]))
    if row["dropout"]:
        layers.append(Dropout(row["dropout"]))
    return layers


def named(what: str, row: Row) -> str:
    """A choice, with its numbers."""
    name: str = row[what]
    return NUMBERS[what].get(name, name)


def training_settings(row: Row) -> dict[str, Any]:
    """The settings of the training, by the names that users give them."""
    optimizer, settings = row["optimizer"], {}
    if optimizer in ("momentum", "nesterov"):
        settings = {"momentum": 0.8, "nesterov": optimizer == "nesterov"}
        optimizer = "sgd"
    if optimizer == "epsilon_hat":
        settings, optimizer = {"epsilon_hat": True, "epsilon": 0.01}, "adam"
    batch_size = None if row["batching"] == "full" else 3
    steps = SEARCH_STEPS if optimizer == "lbfgs" else STEPS[row["dtype"]]
    length = steps if row["length"] == "steps" or batch_size is None else steps // 3
    as_they_are = (
        "warm_up", "weight_decay", "reduction", "l1", "l2", "penalty_per_row", "max_norm",
        "label_smoothing",
        "clip_deltas", "clip_value", "clip_norm", "trim_deltas",
    )  # fmt: skip
    return settings | {name: row[name] for name in as_they_are} | {
        row["length"]: length,
        "batch_size": batch_size,
        "shuffle": row["batching"] != "ordered",
        "reshuffle": row["batching"] == "reshuffled",
        "optimizer": optimizer,
        "learning_rate": rate(optimizer, row["hidden"]),
        "schedule": named("schedule", row),
    }  # fmt: skip


def rate(optimizer: str, hidden: str) -> float | None:
    """A rate at which every row stays finite: exponentials of exponentials need small steps."""
    usual = RATES.get(optimizer)
    return usual / 20 if usual and hidden == "exp" else usual


Pair = frozenset[tuple[str, Any]]
"""Two choices, each with the name of its factor."""


def pairs_of(choices: Iterable[tuple[str, Any]]) -> Iterator[Pair]:
    """All pairs of the given choices."""
    return map(frozenset, combinations(choices, 2))


def all_pairs(*, apart: bool = False) -> Iterator[Pair]:
    """Every pair of choices of different factors that meet in lines; or of those that do not."""
    for (one, its), (other, others) in combinations(FACTORS.items(), 2):
        if are_apart(one, other) == apart:
            for value, another in product(its, others):
                yield frozenset({(one, value), (other, another)})


def are_apart(one: str, other: str) -> bool:
    """Whether two factors are of different groups of `APART`."""
    groups = [group for group in APART if {one, other} & group]
    return len(groups) == 2


@cache
def accepted(choices: frozenset[tuple[str, Any]]) -> bool:
    """Whether these choices go together, all others plain."""
    try:
        described(dict(choices))
    except ValueError:
        return False
    return True


@cache
def covering_rows() -> tuple[Row, ...]:
    """Rows in which every pair of choices occurs that meets and goes together.

    Each row starts with a pair that is still missing. The other factors then take, one by one, the
    choice that adds the most missing pairs (of several, the one that misses most) and goes
    together with the row so far. One always does: the plain one, with which the row so far was
    found to be accepted.
    """
    missing, rows = dict.fromkeys(filter(accepted, all_pairs())), []
    misses = Counter(choice for pair in missing for choice in pair)

    def gain(row: Row, choice: tuple[str, Any]) -> tuple[int, int]:
        added = sum(frozenset({choice, other}) in missing for other in row.items())
        return added, misses[choice]

    while missing:
        row = dict(next(iter(missing)))
        for name in [name for name in FACTORS if name not in row]:
            choices = [(name, value) for value in FACTORS[name]]
            choices.sort(key=lambda choice: gain(row, choice), reverse=True)
            row |= [next(c for c in choices if accepted(frozenset([*row.items(), c])))]
        for pair in missing.keys() & set(pairs_of(row.items())):
            del missing[pair]
            misses.subtract(pair)
        rows.append({name: row[name] for name in FACTORS})
    return tuple(rows)


def cases(only: Callable[[Row], bool]) -> Iterator[Any]:
    """Rows of the table, as parameters of tests."""
    for row, case, name in table():
        if only(row):
            yield pytest.param(case, id=name)


@cache
def table() -> list[tuple[Row, Case, str]]:
    """The rows, what they describe, and their names: each case once, with its program."""
    named = []
    for number, row in enumerate(covering_rows(), 1):
        words = [row[name] for name in ("hidden", "loss", "output", "optimizer", "dtype")]
        named.append((row, described(row), " ".join([f"row {number}:", *words])))
    return named


def leaves_steps_to_scipy(row: Row) -> bool:
    """Whether SciPy's search moves the weights."""
    return row["optimizer"] == "lbfgs"
