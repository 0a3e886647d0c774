"""How the learning rate alpha changes from step to step.

`t` counts the steps that were taken before, and goes on when training goes on. To add a schedule,
add a row.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from syn0.program.expressions import (
    Const,
    Expr,
    Name,
    apply,
    choose,
    cos,
    least,
)
from syn0.program.program import Line
from syn0.program.tidy import by_hand, rest
from syn0.spec import Optimizer, Training
from syn0.spec.choices import Choice, Setting, chosen

T, STEPS = Name("t"), Name("steps")
NUMBER = T + 1
"""Of the step, counted from 1."""

RATE, WAITED, BEST = Name("rate"), Name("waited"), Name("best")

UNSEEN = 1e30
"""A loss above any other: none has been seen."""

Lines = tuple[list[Line], list[Line]]
"""Lines of "init" and of "update"."""


@dataclass(frozen=True, kw_only=True)
class Schedule(Choice):
    """One row of the table.

    Attributes:
        alpha: the learning rate of step `t`, from the first rate and the row's numbers.
        words: what it does, for a learner.
        ends: whether it reads `steps`, the number of the step with which it ends.
        before: the lines that it needs before alpha, from the same numbers; None for none.
    """

    alpha: Callable[..., Expr]
    words: str
    ends: bool = False
    before: Callable[..., Lines] | None = None


def half_wave(high: float, low: float, share: Expr) -> Expr:
    """From high to low along half a cosine, as `share` goes from 0 to 1."""
    wave = by_hand(lambda high, low: (high - low) / 2, high, low) * (1 + cos(share * math.pi))
    return low + wave if low else wave


PROGRESS = Name("progress")
ONE_CYCLE_START, ONE_CYCLE_END = 1 / 25, 1 / 250_000
"""The first and the last rate, as shares of the peak."""


def one_cycle(rate: float, rising: float) -> Expr:
    """Up over the share `rising` of the steps, then down."""
    climb = by_hand(lambda first: (1 - first) / 2, ONE_CYCLE_START)
    up = ONE_CYCLE_START + climb * (1 - cos(PROGRESS / rising * math.pi))
    down = half_wave(1, ONE_CYCLE_END, (PROGRESS - rising) / rest(rising))
    return rate * choose(rising > PROGRESS, up, down)


def progress(rate: float, rising: float) -> Lines:
    """How far training has come."""
    return [], [Line("progress", T / STEPS, "update", 0, "share of the steps that are done")]


def plateau(rate: float, patience: float, factor: float) -> Lines:
    """The rate falls where the loss has long found no new low."""
    init = [
        Line("rate", Const(rate), "init", 0, "learning rate at first"),
        Line("best", Const(UNSEEN), "init", 0, "the lowest loss so far"),
        Line("waited", Const(0), "init", 0, "steps since then"),
    ]
    loss = apply("float", Name("loss"))
    waited = choose(loss < BEST, 0, WAITED + 1)
    slower = choose(patience <= WAITED, RATE * factor, RATE)
    update = [
        Line("waited", waited, "update", 0, "steps since the loss was lowest"),
        Line("best", least(BEST, loss), "update", 0, "the lowest loss so far"),
        Line("rate", slower, "update", 0, "lower, if that was long ago"),
        Line("waited", WAITED % patience, "update", 0, "then counted anew"),
    ]
    return init, update


def by_epoch(rate: float) -> Lines:
    """A rate that no line changes."""
    return [Line("rate", Const(rate), "init", 0, "learning rate at first")], []


LEAST_ONE = {"least": 1.0}
SHARE = {"above": 0.0, "below": 1.0}

SCHEDULES: dict[str, Schedule] = {
    "constant": Schedule(
        alpha=lambda rate: Const(rate),
        words="stays as it is",
    ),
    "step": Schedule(
        alpha=lambda rate, every, factor: rate * factor ** (T // every if every > 1 else T),
        words="falls at once, every so many steps",
        settings=(Setting("every", 1000, LEAST_ONE, whole=True), Setting("factor", 0.5, SHARE)),
    ),
    "exponential": Schedule(
        alpha=lambda rate, factor: rate * factor**T,
        words="falls by the same factor in each step",
        settings=(Setting("factor", 0.999, SHARE),),
    ),
    # Robbins & Monro, "A Stochastic Approximation Method" (1951).
    "inverse_scaling": Schedule(
        alpha=lambda rate, power: rate / NUMBER**power,
        words="falls as one over a power of the step's number",
        settings=(Setting("power", 0.5, {"above": 0.0}),),
    ),
    # Loshchilov & Hutter, "SGDR" (2017), equation 5, without restarts.
    "cosine": Schedule(
        alpha=lambda rate, end: half_wave(rate, end, T / STEPS),
        words="falls along half a cosine wave to the last step",
        ends=True,
        settings=(Setting("end", 0.0, {"least": 0.0}),),
    ),
    # Smith & Topin, "Super-Convergence" (2018), in the form of PyTorch and optax and with
    # their numbers; steps are counted as optax does.
    "one_cycle": Schedule(
        alpha=one_cycle,
        words="rises from 1/25 of its peak and falls to 1/250,000, along half cosine waves",
        ends=True,
        before=progress,
        settings=(Setting("rising", 0.3, SHARE),),
    ),
    "plateau": Schedule(
        alpha=lambda rate, patience, factor: RATE,
        words="falls when the loss has found no new low for so many steps",
        before=plateau,
        settings=(Setting("patience", 1000, LEAST_ONE, whole=True), Setting("factor", 0.5, SHARE)),
    ),
    "by_epoch": Schedule(
        alpha=lambda rate: RATE,
        words="set from outside, between epochs",
        before=by_epoch,
        listed=False,
    ),
}


def reads_steps(training: Training) -> bool:
    """Whether the program needs to know with which step it ends."""
    return chosen("schedule", training.schedule, SCHEDULES).row.ends


def changes(training: Training) -> bool:
    """Whether alpha changes from step to step."""
    return training.schedule != "constant" or training.warm_up > 0


def alpha_lines(training: Training, optimizer: Optimizer) -> Lines:
    """The learning rate, under the tutorial's name: a constant of "init", or taken anew in each
    step. A rate that is always 1 needs no line."""
    rate, how_far = optimizer.learning_rate, "learning rate: how far each step goes"
    if not changes(training):
        return [Line("alpha", Const(rate), "init", 0, how_far)] if rate != 1 else [], []
    schedule = chosen("schedule", training.schedule, SCHEDULES)
    alpha, words = schedule.row.alpha(rate, *schedule.numbers), schedule.row.words
    if training.warm_up:
        alpha = scaled_by_warm_up(alpha, training.warm_up)
        rise = f"from 0 over the first {training.warm_up} steps"
        constant = training.schedule == "constant"
        words = f"rises {rise}" if constant else f"{words}, after a rise {rise}"
    init: list[Line] = []
    update: list[Line] = []
    if schedule.row.before is not None:
        init, update = schedule.row.before(rate, *schedule.numbers)
    return init, [*update, Line("alpha", alpha, "update", 0, f"learning rate: {words}")]


def scaled_by_warm_up(alpha: Expr, steps: int) -> Expr:
    """Goyal et al., "Accurate, Large Minibatch SGD" (2017), section 2.2."""
    return alpha * least(1, NUMBER / steps)
