"""The exercises in the order in which one learns, from one line of 3-1 to batch norm with Adam."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from syn0.learn.drill.exercise import Exercise
from syn0.learn.drill.levels import BLANK
from syn0.models import NETWORK_SETTINGS, make_network, tutorial_training
from syn0.spec import parse_sizes


@dataclass(frozen=True)
class Target:
    """A network of the ladder.

    Attributes:
        net: its sizes.
        words: what is new in it.
        settings: of the network and its training, by the names of the flags.
        levels: at which it is drilled, one after the other.
    """

    net: str
    words: str
    settings: Mapping[str, Any]
    levels: tuple[int, ...] = (3, BLANK)


LADDER = (
    Target("3-1", "two layers: inputs, weights, outputs", {}, (1, 4, BLANK)),
    Target("3-4-1", "a hidden layer: backpropagation", {}, (1, 2, 3, BLANK)),
    Target("3-4-1", "a bias for each unit", {"bias": True}),
    Target("3-4-1", "a learning rate", {"learning_rate": 0.5}),
    Target("3-5-4-1", "two hidden layers", {}),
    Target("3-4-1", "mini-batches", {"batch_size": 2}),
    Target("3-4-1", "momentum", {"momentum": 0.9, "learning_rate": 0.1}),
    Target("3-4-2", "tanh, and means in place of sums",
           {"activation": "tanh", "reduction": "mean"}),
    Target("4-5-3", "relu, softmax and cross-entropy",
           {"activation": "relu", "loss": "cross_entropy", "reduction": "mean"}),
    Target("3-4-1", "a penalty on large weights", {"l2": 0.01}),
    Target("3-4-1", "Adam", {"optimizer": "adam", "learning_rate": 0.01}),
    Target("3-4-1", "batch normalization", {"batch_norm": True}),
    Target("3-4-1", "batch normalization with Adam",
           {"batch_norm": True, "optimizer": "adam", "learning_rate": 0.01}),
)  # fmt: skip


def exercise_of(target: Target, level: int) -> Exercise:
    """A network of the ladder as an exercise."""
    known = {k: v for k, v in target.settings.items() if k in NETWORK_SETTINGS}
    further = {k: v for k, v in target.settings.items() if k not in NETWORK_SETTINGS}
    spec = make_network(parse_sizes(target.net), known)
    return Exercise(spec, tutorial_training(further, spec), level)


def exercises() -> Iterator[tuple[Target, Exercise]]:
    """All of the ladder, in order."""
    for target in LADDER:
        first = exercise_of(target, target.levels[0])
        for level in target.levels:
            yield target, replace(first, level=level)


def next_exercise(done: Mapping[str, int], after: Exercise | None = None) -> Exercise | None:
    """The first exercise that is not solved at its level; with `after`, of those that follow it on
    the ladder, if it stands there. None where all are solved."""
    ladder = [exercise for _, exercise in exercises()]
    start = ladder.index(after) + 1 if after in ladder else 0
    open_ones = [e for e in ladder[start:] if done.get(e.key, 0) < e.level]
    return open_ones[0] if open_ones else None
