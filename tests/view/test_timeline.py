"""Any step, both ways, bit for bit; within a budget of memory."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from syn0.models import Examples, Network, make_training
from syn0.view import timeline as module
from syn0.view.timeline import Hand, Timeline, thinned

ROWS = 23

KINDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "plain": ({}, {"steps": 400}),
    "adam, batches": ({"bias": True}, {"epochs": 40, "optimizer": "adam", "batch_size": 4}),
    "dropout, batch norm": (
        {"dropout": 0.3, "batch_norm": True, "input_noise": 0.1},
        {"epochs": 40, "batch_size": 5, "momentum": 0.9, "learning_rate": 0.1},
    ),
    "schedule with an end": ({}, {"steps": 300, "schedule": "one_cycle", "optimizer": "rmsprop"}),
    "shuffled on": ({}, {"epochs": 30, "batch_size": 4, "reshuffle": True}),
    "float32": ({"dtype": "float32", "layer_norm": True}, {"steps": 300, "reduction": "mean"}),
}


def timeline_of(network: dict[str, Any], training: dict[str, Any]) -> Timeline:
    net = Network([3, 6, 2], seed=3, **network)
    data = np.random.RandomState(5)
    dtype = net.spec.dtype
    X, y = data.random_sample((ROWS, 3)).astype(dtype), data.random_sample((ROWS, 2)).astype(dtype)
    run = net.prepare(make_training(training), Examples(X, y), engine="numpy", progress=False)
    return Timeline(run)


def bits(timeline: Timeline) -> dict[str, bytes]:
    return {name: np.asarray(value).tobytes() for name, value in timeline.run.state.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_jumps_and_steps_back_give_the_same_bits(kind: str) -> None:
    timeline = timeline_of(*KINDS[kind])
    timeline.apart = 16
    straight = timeline_of(*KINDS[kind]).run
    states = [bits_of(straight)]
    while straight.step < straight.end:
        straight.stretch(1, measure=False)
        states.append(bits_of(straight))
    choose = random.Random(7)  # noqa: S311
    step = 0
    for _ in range(100):
        back = choose.random() < 0.4
        step = max(step - 1, 0) if back else choose.randrange(straight.end + 1)
        assert timeline.go(step)
        assert timeline.run.step == step
        assert bits(timeline) == states[step]


def bits_of(run: Any) -> dict[str, bytes]:
    return {name: np.asarray(value).tobytes() for name, value in run.state.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_the_interpreter_shows_what_the_engine_computes(kind: str) -> None:
    timeline = timeline_of(*KINDS[kind])
    for step in (0, 1, 29, 101):
        trace = timeline.trace(step)
        timeline.go(step + 1)
        for name, value in timeline.run.state.items():
            assert np.asarray(trace.values[name]).tobytes() == np.asarray(value).tobytes(), name


def test_training_on_and_on_gives_the_same_bits() -> None:
    playing, going = timeline_of(*KINDS["adam, batches"]), timeline_of(*KINDS["adam, batches"])
    while playing.run.step < playing.end:
        playing.advance(0.01, playing.end)
    going.go(going.end)
    assert bits(playing) == bits(going)
    assert playing.reports == going.reports
    assert list(playing.reports) == list(range(0, playing.end, 6))


def test_states_stay_within_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUDGET", 100_000)
    monkeypatch.setattr(module, "HOT_BUDGET", 25_000)
    timeline = timeline_of({}, {"steps": 4_000, "optimizer": "adam"})
    timeline.apart = 8
    timeline.go(4_000)
    assert timeline.apart > 8
    assert sum(moment.size for moment in timeline.kept.values()) <= 75_000
    assert sum(moment.size for moment in timeline.hot.values()) <= 25_000
    end = bits(timeline)
    timeline.go(1_001)
    timeline.go(4_000)
    assert bits(timeline) == end


def test_mnist_stays_within_128_mb() -> None:
    net = Network([784, 128, 10], seed=1)
    data = np.random.RandomState(0)
    X, y = data.random_sample((640, 784)), np.eye(10)[data.randint(10, size=640)]
    training = make_training({"epochs": 400, "batch_size": 64, "learning_rate": 0.01})
    timeline = Timeline(net.prepare(training, Examples(X, y), engine="numpy", progress=False))
    moment = timeline.now()
    timeline.apart = 1
    for step in range(300):  # as if so many steps had been taken
        timeline.run.step = step
        timeline.settle()
        timeline.keep_hot()
    kept = (len(timeline.kept) + len(timeline.hot)) * moment.size
    assert kept <= module.BUDGET
    assert timeline.apart == 4


def test_a_large_network_goes_both_ways() -> None:
    net = Network([784, 128, 10], seed=1, bias=True, dropout=0.2)
    data = np.random.RandomState(0)
    X, y = data.random_sample((200, 784)), np.eye(10)[data.randint(10, size=200)]
    training = make_training({"epochs": 5, "batch_size": 64, "optimizer": "adam"})
    examples = Examples(X, y)
    timeline = Timeline(net.prepare(training, examples, engine="numpy", progress=False))
    straight = net.prepare(training, examples, engine="numpy", progress=False)
    states = [hash(tuple(bits_of(straight).items()))]
    while straight.step < straight.end:
        straight.stretch(1, measure=False)
        states.append(hash(tuple(bits_of(straight).items())))
    for step in (20, 3, 2, 18, 0):
        timeline.go(step)
        assert hash(tuple(bits(timeline).items())) == states[step]
        if step < 20:
            trace = timeline.trace(step)
            names = timeline.run.job.program.state
            after = {name: np.asarray(trace.values[name]).tobytes() for name in names}
            assert hash(tuple(sorted(after.items()))) == hash(
                tuple(sorted(following(timeline, step).items()))
            )


def following(timeline: Timeline, step: int) -> dict[str, bytes]:
    """The state after a step, by the engine."""
    timeline.go(step + 1)
    return bits(timeline)


def test_a_hand_writes() -> None:
    timeline = timeline_of(*KINDS["plain"])
    timeline.go(50)
    before = bits(timeline)
    timeline.write(Hand(20, "syn0", (1, 2), 9.5))
    timeline.go(20)
    assert timeline.run.state["syn0"][1, 2] == 9.5
    timeline.go(50)
    assert bits(timeline) != before
    timeline.go(19)
    timeline.go(20)
    assert timeline.run.state["syn0"][1, 2] == 9.5


def test_a_hand_may_write_at_the_start() -> None:
    timeline = timeline_of(*KINDS["plain"])
    timeline.write(Hand(0, "syn0", (0, 0), -1.0))
    assert timeline.run.state["syn0"][0, 0] == -1.0
    timeline.go(3)
    timeline.go(0)
    assert timeline.run.state["syn0"][0, 0] == -1.0


def test_thinning_keeps_the_extremes() -> None:
    values = np.sin(np.arange(10_000.0))
    values[1_234], values[4_321] = 5, -5
    keep = thinned(values, 2_000)
    assert len(keep) <= 2_000
    assert {1_234, 4_321, 9_999} <= set(keep)
