"""The learning rate of every step, as each schedule and the warm-up have it."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from syn0.derive import SCHEDULES, training_program
from syn0.derive.optimizers import OPTIMIZERS
from syn0.derive.schedules import Schedule
from syn0.program.expressions import Expr
from syn0.program.interpreter import start, step
from syn0.spec import (
    SGD,
    AdaGrad,
    Adam,
    AdamW,
    Dense,
    NetworkSpec,
    Optimizer,
    RMSprop,
    Training,
)
from syn0.spec.choices import listed

pytestmark = pytest.mark.usefixtures("derived_anew")

STEPS = 50
RATE = 0.3

NETWORK = NetworkSpec(2, (Dense(3, "tanh", bias=True), Dense(1, "identity")), seed=4)
X = np.array([[0.5, -0.4], [0.9, 0.1], [-0.6, 0.8], [0.3, 0.7]])
Y = np.array([[0.1], [-0.5], [0.4], [0.8]])


def walked(training: Training, **first: Any) -> Iterator[dict[str, Any]]:
    """Every value after each step of a run."""
    program = training_program(NETWORK, training)
    values = start(program, np.random.RandomState(4)) | {"X": X, "y": Y, "steps": STEPS} | first
    for _ in range(STEPS):
        values = step(program, values)
        yield values


def alphas(schedule: str, rate: float = RATE, **settings: Any) -> list[float]:
    """The learning rate of each step."""
    training = Training(STEPS, optimizer=SGD(rate), schedule=schedule, **settings)
    return [values["alpha"] for values in walked(training)]


Rates = Callable[[float], list[float]]
"""The learning rate of each step, from the first rate."""


def by_optax(make: Callable[[Any, float], Any]) -> Rates:
    """One of optax's schedules, which count the steps that were taken before."""

    def rates(rate: float) -> list[float]:
        import optax

        schedule = make(optax, rate)
        return [float(schedule(done)) for done in range(STEPS)]

    return rates


def at_steps(rule: Callable[[float, int], float]) -> Rates:
    """A schedule by its definition, of steps counted from 1."""
    return lambda rate: [rule(rate, t) for t in range(1, STEPS + 1)]


def one_cycle(rate: float, t: int, rising: float) -> float:
    """Smith & Topin (2018) along cosines: up from a 25th, then down to a 250,000th."""

    def between(begin: float, end: float, share: float) -> float:
        return begin + (end - begin) * (1 - math.cos(math.pi * share)) / 2

    share = (t - 1) / STEPS
    if share < rising:
        return between(rate / 25, rate, share / rising)
    return between(rate, rate / 250_000, (share - rising) / (1 - rising))


REFERENCES: dict[str, list[Rates]] = {
    "step:10,0.5": [
        at_steps(lambda rate, t: rate / 2 ** sum(t > end for end in (10, 20, 30, 40))),
        by_optax(lambda optax, rate: optax.exponential_decay(rate, 10, 0.5, staircase=True)),
    ],
    "step:7,0.9": [
        by_optax(
            lambda optax, rate: optax.piecewise_constant_schedule(
                rate, dict.fromkeys(range(7, STEPS, 7), 0.9)
            )
        ),
    ],
    "exponential:0.9": [
        at_steps(lambda rate, t: math.exp(math.log(rate) + (t - 1) * math.log(0.9))),
        by_optax(lambda optax, rate: optax.exponential_decay(rate, 1, 0.9)),
    ],
    "inverse_scaling": [at_steps(lambda rate, t: rate / math.sqrt(t))],
    "inverse_scaling:0.25": [at_steps(lambda rate, t: rate / math.sqrt(math.sqrt(t)))],
    "cosine": [
        at_steps(lambda rate, t: rate * math.cos(math.pi / 2 * (t - 1) / STEPS) ** 2),
        by_optax(lambda optax, rate: optax.cosine_decay_schedule(rate, STEPS)),
    ],
    "cosine:0.01": [
        by_optax(lambda optax, rate: optax.cosine_decay_schedule(rate, STEPS, alpha=0.01 / rate)),
    ],
    "one_cycle": [
        at_steps(lambda rate, t: one_cycle(rate, t, 0.3)),
        by_optax(lambda optax, rate: optax.cosine_onecycle_schedule(STEPS, rate)),
    ],
    "one_cycle:0.5": [
        by_optax(lambda optax, rate: optax.cosine_onecycle_schedule(STEPS, rate, 0.5)),
    ],
}
"""What each schedule shall be."""


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize("rate", [RATE, 1.0])
@pytest.mark.parametrize("schedule", REFERENCES)
def test_a_schedule_gives_each_step_the_rate_of_its_definition(schedule: str, rate: float) -> None:
    for expected in REFERENCES[schedule]:
        np.testing.assert_allclose(alphas(schedule, rate), expected(rate), rtol=1e-12, atol=1e-15)


def test_every_schedule_is_tried() -> None:
    elsewhere = {"constant", "plateau"}
    assert {text.partition(":")[0] for text in REFERENCES} | elsewhere == set(listed(SCHEDULES))


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_s_own_numbers_are_those_that_are_left_out(name: str) -> None:
    numbers = ",".join(str(setting.default) for setting in SCHEDULES[name].settings)
    plain, spoken = (
        training_program(NETWORK, Training(STEPS, optimizer=SGD(RATE), schedule=text))
        for text in (name, f"{name}:{numbers}" if numbers else name)
    )
    assert plain.lines == spoken.lines


def test_a_constant_rate_is_a_constant_of_the_program() -> None:
    assert alphas("constant") == [RATE] * STEPS
    program = training_program(NETWORK, Training(STEPS, optimizer=SGD(RATE)))
    assert "alpha" in program.constants
    assert "t" not in program.state


@pytest.mark.parametrize("rate", [RATE, 1.0])
@pytest.mark.parametrize("schedule", ["constant", *REFERENCES])
def test_the_warm_up_rises_evenly_from_zero_beside_any_schedule(schedule: str, rate: float) -> None:
    cold = [rate] * STEPS if schedule == "constant" else alphas(schedule, rate)
    expected = [alpha * min(t / 20, 1) for t, alpha in enumerate(cold, 1)]
    np.testing.assert_allclose(alphas(schedule, rate, warm_up=20), expected, rtol=1e-14)


def plateau(rate: float, losses: list[float], patience: int, factor: float) -> list[float]:
    """The rate of each step: slower once the last `patience` losses, since the last new low or
    the last time it slowed, held no new low."""
    rates, since = [], 0
    for t, loss in enumerate(losses):
        if loss < min(losses[:t], default=math.inf):
            since = t
        elif t - since == patience:
            rate, since = rate * factor, t
        rates.append(rate)
    return rates


@pytest.mark.parametrize("rate", [1.1, 1.0])
@pytest.mark.parametrize(("patience", "factor"), [(1, 0.9), (3, 0.5), (5, 0.8)])
def test_a_plateau_slows_learning_where_the_loss_long_found_no_new_low(
    patience: int, factor: float, rate: float
) -> None:
    text = f"plateau:{patience},{factor}"
    run = list(walked(Training(STEPS, optimizer=SGD(rate), schedule=text)))
    losses = [float(values["loss"]) for values in run]
    expected = plateau(rate, losses, patience, factor)
    np.testing.assert_allclose([values["alpha"] for values in run], expected, rtol=1e-12)
    assert 3 <= len(set(expected)) < STEPS, "the rate fell and stayed, more than once"


def test_a_plateau_that_always_falls_keeps_its_rate() -> None:
    run = list(walked(Training(STEPS, optimizer=SGD(0.01), schedule="plateau:1,0.5")))
    assert {values["alpha"] for values in run} == {0.01}


def test_a_schedule_goes_on_where_training_goes_on() -> None:
    training = Training(STEPS, optimizer=SGD(RATE), schedule="exponential:0.9")
    later = [values["alpha"] for values in walked(training, t=STEPS)]
    np.testing.assert_allclose(later, np.array(alphas("exponential:0.9")) * 0.9**STEPS, rtol=1e-12)


EACH: list[Optimizer] = [
    SGD(RATE), SGD(RATE, momentum=0.5), SGD(RATE, momentum=0.5, nesterov=True),
    SGD(RATE, weight_decay=0.1), AdaGrad(0.1), RMSprop(0.02), Adam(0.05),
    AdamW(0.05, weight_decay=0.1),
]  # fmt: skip


def test_every_optimizer_is_tried() -> None:
    assert set(map(type, EACH)) == set(OPTIMIZERS)


@pytest.mark.parametrize("optimizer", EACH, ids=str)
@pytest.mark.parametrize("schedule", ["cosine", "one_cycle", "exponential:0.9", "plateau:1,0.5"])
def test_a_step_is_the_one_that_a_constant_rate_of_that_size_takes(
    schedule: str, optimizer: Any
) -> None:
    constant = training_program(NETWORK, Training(STEPS, optimizer=optimizer))
    run = list(walked(Training(STEPS, optimizer=optimizer, schedule=schedule)))
    for before, after in pairwise(run):
        alike = step(constant, before | {"alpha": after["alpha"]})
        for name in constant.state:
            np.testing.assert_array_equal(alike[name], after[name], err_msg=name)


def planted(row: Schedule) -> Schedule:
    """The row, its rates off by one part in a thousand."""

    def alpha(*numbers: float) -> Expr:
        return row.alpha(*numbers) * 1.001

    return replace(row, alpha=alpha)


@pytest.mark.usefixtures("reference")
@pytest.mark.parametrize("schedule", REFERENCES)
def test_a_planted_wrong_schedule_is_caught(monkeypatch: pytest.MonkeyPatch, schedule: str) -> None:
    name = schedule.partition(":")[0]
    monkeypatch.setitem(SCHEDULES, name, planted(SCHEDULES[name]))
    for expected in REFERENCES[schedule]:
        assert np.abs(np.subtract(alphas(schedule), expected(RATE))).max() > 1e-5
