"""Where to look while a network learns."""

from __future__ import annotations

import math

import numpy as np

from syn0.explain.text import number
from syn0.learn.tour.answers import Number, Options
from syn0.learn.tour.content import (
    Action,
    Chapter,
    Experiment,
    Figure,
    LeftOut,
    Outcome,
    Question,
    code,
)
from syn0.learn.tour.figures import array, rows_of
from syn0.learn.tour.scene import Journey, Scene
from syn0.learn.tour.tour import Tour

SMALL = 50
"""An error so many times smaller than the first is what is waited for."""

WITHIN = 2.0
"""A guess of a step is right within this factor."""

MOST_LISTED = 9


def watching(tour: Tour) -> Chapter:
    """When the error is small, and what becomes small with it."""
    scene = tour.deep
    journey, n = scene.journey, scene.depth
    if journey.trouble:
        raise LeftOut(journey.trouble)
    net = f"syn0 explain {scene.spec}"
    return Chapter(
        paragraphs=(
            f"Good places to look: the values of {code(f'l{n}')} in the first and in the last "
            f"step; where units sit on their curve; how the error falls; the line of "
            f"{code(f'l{n}_delta')} taken apart; and the update lines.",
            f"{code(net)} shows a step line by line, {code(f'{net} --line l{n}_delta')} takes a "
            f"line apart, and {code(f'{net} --weight syn0[0,0]')} splits an update over the "
            f"examples. {code('syn0 play')} does all of it in the browser, forward and back.",
            "Read with the program beside you: code on one screen, explanation on the other. In a "
            f"notebook {code('network.watch(X, y)')} steps through it below your own cells.",
        ),
        **scene.subject,
        lines=(f"l{n}", f"l{n}_error", f"l{n}_delta"),
        figures=(array(f"l{n} in the first step", scene.first[f"l{n}"]),),
        lights=("printed", "curves", "transport"),
        actions=(Action("play"),),
        questions=(when_small(journey), what_shrinks(scene)),
        closing=(
            "The error falls quickly at first and slowly later: as outputs become right, deltas "
            "become small, and so do the steps.",
        ),
        experiment=at_step(scene),
    )


def when_small(journey: Journey) -> Question:
    """The step from which the error is small."""
    errors, steps = np.array(journey.errors), np.array(journey.steps)
    goal = round_up(max(errors[0] / SMALL, errors[-1] * 1.2))
    step = int(steps[np.argmax(errors < goal)])
    listed = np.unique(np.linspace(0, len(steps) - 1, MOST_LISTED).astype(int))
    table = rows_of("mean error", ["step", "error"], [[f"{steps[k]:,}", errors[k]] for k in listed])

    def reply(guess: float | None) -> str:
        words = (
            f"The error is {number(errors[0])} at the start and {number(errors[-1])} at the end."
        )
        if guess is None:
            return words
        there = float(np.interp(guess, steps, errors))
        return f"At step {int(guess):,} it is about {number(there)}. {words}"

    return Question(
        f"The mean error is {number(errors[0])} at the start, and training takes "
        f"{journey.last.step + 1:,} steps. At about which step does it fall below {number(goal)}?",
        StepNumber(step, most=journey.last.step),
        reply,
        revealed=(table,),
    )


class StepNumber(Number):
    """A step: right within a factor, as nobody guesses it exactly."""

    def __init__(self, step: int, most: int) -> None:
        super().__init__(step, least=0, most=most, whole=True)

    def is_right(self, guess: float) -> bool:
        """Whether it is near enough."""
        assert self.value is not None  # noqa: S101
        low, high = self.value / WITHIN, self.value * WITHIN
        return low <= guess <= max(high, 1)


def round_up(value: float) -> float:
    """The next number of one digit: 0.01 of 0.0099."""
    power = 10.0 ** math.floor(math.log10(value)) if value > 0 else 1.0
    return float(f"{math.ceil(value / power - 1e-9) * power:.3g}")


def what_shrinks(scene: Scene) -> Question:
    """Which array becomes smallest, beside what it was."""
    n, last = scene.depth, scene.journey.last
    names = (f"l{n}", f"l{n}_error", f"l{n}_delta", scene.program.weights[-1])

    before = [float(np.abs(scene.first[name]).mean()) for name in names]
    after = [float(np.abs(last[name]).mean()) for name in names]
    factors = [b / a if a else math.inf for a, b in zip(before, after, strict=True)]
    right = frozenset([int(np.argmin(factors))])

    def reply(guess: int | None) -> str:
        top = min(right)
        words = f"{code(names[top])} goes from {number(before[top])} to {number(after[top])}."
        if guess is None or guess in right:
            return words
        return (
            f"{code(names[guess])} goes from {number(before[guess])} to {number(after[guess])}. "
            f"{words}"
        )

    body = [[name, a, b] for name, a, b in zip(names, before, after, strict=True)]
    table = rows_of("mean size", ["array", "first step", "last step"], body)
    return Question(
        "Which of these arrays shrinks most from the first step to the last, in mean size?",
        Options(names, right, "name"),
        reply,
        revealed=(table, array(f"l{n} in the last step", last[f"l{n}"])),
    )


def at_step(scene: Scene) -> Experiment:
    """The prediction and the error in any step."""
    n = scene.depth

    def run(step: int) -> Outcome:
        trace = scene.replay.trace(step)
        figures: tuple[Figure, ...] = tuple(
            array(name, trace[name]) for name in (f"l{n}", f"l{n}_error", f"l{n}_delta")
        )
        return Outcome(f"In step {step:,} the mean error is {number(trace['error'])}.", figures)

    last = scene.journey.last.step
    return Experiment(
        "Go to any step and look.",
        "step",
        Number(least=0, most=last, whole=True),
        run,
        ("0", "100", str(last)),
    )
