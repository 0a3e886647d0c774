"""The squashing curve, where weights start, and the line in which the two meet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from syn0.explain import LayerSlopes, curve
from syn0.explain.text import number
from syn0.explain.trace import PRINTER
from syn0.learn.tour.answers import Number, Options
from syn0.learn.tour.content import (
    Action,
    Chapter,
    Experiment,
    LeftOut,
    Outcome,
    Question,
    code,
)
from syn0.learn.tour.figures import CURVE_REACH, array, drawn_curve, listed, rows_of
from syn0.learn.tour.scene import Scene
from syn0.learn.tour.tour import Tour
from syn0.program import ACTIVATIONS, Name
from syn0.program.expressions import expression

PLACES = (2.0, 0.0, -1.0)
"""Where slopes are compared."""

REACH = 100.0
ALIKE = 0.5
"""The weight with which all start in a network that cannot tell its units apart."""

SOME_STEPS = 1_000
CONFIDENT = 3.0
"""The weighted sum of a confident output."""


# ------------------------------------------------------------------------------------------ squash


def squash(tour: Tour) -> Chapter:
    """The curve and its slope."""
    scene = curved(tour)
    layer = scene.first.slopes().layers[0]
    name = layer.activation
    words = ACTIVATIONS[name].words.partition(", steepest")[0]  # which is asked below
    return Chapter(
        paragraphs=(
            f"After the product each weighted sum `z` goes through {code(name)}: it "
            f"{words}. Without such a bend, several layers would do no more than one.",
            "The slope (the derivative) says how much the output moves when `z` moves a little. "
            "Learning needs it: it says how much a change of the weights would change the output.",
        ),
        **scene.subject,
        lines=(layer.name,),
        figures=(drawn_curve(name, PLACES),),
        lights=("line", "units"),
        actions=(Action("go", layer.name),),
        questions=(steepest_place(name), slope_of_an_output(layer)),
        closing=(
            "Where the curve is flat, the output has made up its mind and moves little. "
            f"{code(name)} has a slope that follows from its output alone, so the program need not "
            "keep `z`."
            if ACTIVATIONS[name].slope
            else f"The slope of {code(name)} does not follow from its output alone, so the program "
            "keeps `z` for it.",
        ),
        experiment=any_sum(name),
    )


def curved(tour: Tour) -> Scene:
    """A scene whose first layer bends; `LeftOut` where none does."""
    for scene in (tour.plain, tour.deep):
        layers = scene.first.slopes().layers
        if layers and layers[0].activation != "softmax":
            return scene
    raise LeftOut(f"no layer of {tour.deep.spec} squashes its sums one by one")


def steepest_place(name: str) -> Question:
    """At which of the places an activation is steepest."""
    values, slopes = (x[0] for x in curve(name, np.array([PLACES])))
    best = float(np.abs(slopes).max())
    right = frozenset(k for k, slope in enumerate(np.abs(slopes)) if slope > best - 1e-12)
    body = [
        [number(z), value, slope] for z, value, slope in zip(PLACES, values, slopes, strict=True)
    ]

    def reply(guess: int | None) -> str:
        top = min(right)
        words = f"At {number(PLACES[top])} the slope is {number(slopes[top])}"
        if guess is None or guess in right:
            others = [number(s) for k, s in enumerate(slopes) if k not in right]
            return f"{words}, elsewhere {' and '.join(others)}." if others else f"{words}."
        return f"At {number(PLACES[guess])} it is {number(slopes[guess])}. {words}."

    return Question(
        "The three dots: at which `z` is the curve steepest?",
        Options(tuple(f"z = {number(z)}" for z in PLACES), right),
        reply,
        revealed=(rows_of("value and slope", ["z", name, "slope"], body),),
    )


def slope_of_an_output(layer: LayerSlopes) -> Question:
    """The slope at a value of the reader's network."""
    out, slope = float(layer.values[0, 0]), float(layer.slopes[0, 0])
    from_output = ACTIVATIONS[layer.activation].slope
    rule = str(PRINTER.expression(expression(from_output(Name("out"))))) if from_output else ""
    how = f"The slope is {code(rule)}. " if rule else ""

    def reply(guess: float | None) -> str:
        worked = f"`z` is {number(layer.sums[0, 0])} there, which"
        if rule:
            worked = code(rule.replace("out", number(out)))
        steepest = f"the steepest of the curve is {number(layer.steepest)}"
        return f"{worked} gives {number(slope)}; {steepest}."

    return Question(
        f"{how}Before the first step, {code(f'{layer.name}[0,0]')} is {number(out)}. What is the "
        "slope there?",
        Number(slope, within=max(abs(slope) * 0.05, 0.005)),
        reply,
    )


def any_sum(name: str) -> Experiment:
    """Value and slope at any sum."""

    def run(z: float) -> Outcome:
        value, slope = (float(x[0, 0]) for x in curve(name, np.array([[z]])))
        return Outcome(
            f"At z = {number(z)} {code(name)} gives {number(value)}, and its slope is "
            f"{number(slope)}.",
            (drawn_curve(name, [z]),) if abs(z) <= CURVE_REACH else (),
        )

    return Experiment(
        "Try sums of your own, large ones too.", "z", Number(least=-REACH, most=REACH), run,
        ("1", "-4", "6"),
    )  # fmt: skip


# ------------------------------------------------------------------------------------------- start


def start(tour: Tour) -> Chapter:
    """Why weights start at random, around 0, with a seed."""
    scene = tour.deep
    weights = scene.start_weights()
    first = scene.program.weights[0]
    seed = scene.spec.seed
    seeded = "a fresh one every time" if seed is None else f"seed {seed}"
    return Chapter(
        paragraphs=(
            "Before the first step the weights are drawn at random. Numbers of a generator that "
            f"starts from a seed are the same in every run ({seeded} here), so that everybody "
            "sees the same numbers, and a change in the result comes from what you changed.",
            "They are drawn evenly around zero: then the sums begin near zero, where the curve is "
            "steep and learning is quick, and no unit leans to one side from the start."
            if scene.spec.dense[0].init == "uniform"
            else f"They start as {code(scene.spec.dense[0].init)} says, which keeps the first sums "
            "of a size with which learning is quick.",
        ),
        **scene.subject,
        figures=tuple(array(name, weights[name]) for name in scene.program.weights[:2]),
        lights=("program",),
        actions=(Action("go", first),),
        questions=(units_alike(scene),) if scene.depth > 1 else (mean_of_start(scene),),
        closing=(
            "So the start must be random, to tell the units apart, and known, to be repeated.",
        ),
        experiment=other_seeds(scene),
    )


def units_alike(scene: Scene) -> Question:
    """Whether units that start alike ever differ."""
    weights = {name: np.full_like(value, ALIKE) for name, value in scene.start_weights().items()}
    alike = scene.for_steps(SOME_STEPS, weights)
    name, steps = scene.program.weights[0], alike.journey.last.step + 1
    after = alike.journey.last[name]
    same = bool(np.allclose(after, after[:, :1]))

    def reply(guess: int | None) -> str:
        columns = f"After {steps:,} steps the first row of {code(name)} is {listed(after[0])}"
        if same:
            return (
                f"{columns}: all units get the same sums, the same blame and the same changes, so "
                "they stay one unit, drawn several times."
            )
        return f"{columns}: something in this network treats its units differently."

    return Question(
        f"Suppose that all weights start at {number(ALIKE)}. Will the hidden units ever differ "
        "from each other?",
        Options(("yes, training tells them apart", "no, they stay alike"), frozenset([int(same)])),
        reply,
        revealed=(array(f"{name} after {steps:,} steps", after),),
    )


def mean_of_start(scene: Scene) -> Question:
    """What the start weights come to together, over many seeds."""
    name = scene.program.weights[0]
    mean = float(scene.start_weights()[name].mean())
    many = [
        float(scene.but(spec=replace(scene.spec, seed=seed)).start_weights()[name].mean())
        for seed in range(1, 41)
    ]
    overall = float(np.mean(many))

    def reply(guess: float | None) -> str:
        return (
            f"With this seed it is {number(mean)}, and over {len(many)} seeds {number(overall)}: "
            "what is drawn evenly around zero comes to about zero."
        )

    return Question(
        f"Draw {code(name)} with {len(many)} different seeds. About what is the mean of all?",
        Number(overall, within=0.2),
        reply,
    )


def other_seeds(scene: Scene) -> Experiment:
    """Another start, and where it leads."""
    name = scene.program.weights[0]

    def run(seed: int) -> Outcome:
        here = scene.short
        other = here.but(spec=replace(scene.spec, seed=seed))
        words = (
            f"From seed {seed} the mean error after {other.steps:,} steps is "
            f"{number(other.final_error())}; from the start above it is "
            f"{number(here.final_error())}."
        )
        return Outcome(words, (array(f"{name} with seed {seed}", other.first.start[name]),))

    return Experiment(
        "Another seed is another start: see where it leads.",
        "seed",
        Number(least=0, most=2**32 - 1, whole=True),
        run,
        ("2", "3", "7"),
    )


# ------------------------------------------------------------------------------------ central line


def central_line(tour: Tour) -> Chapter:
    """The error times the slope."""
    scene, layer = line_with_slope(tour)
    name = layer.name
    delta, error = f"{name}_delta", f"{name}_error"
    line = scene.first.line(delta)
    row = int(np.abs(scene.first[error][:, 0]).argmax())
    return Chapter(
        paragraphs=(
            f"This is the central line. {code(error)} says how far each value is off, and which "
            "way. It is multiplied by the slope of the curve at that value.",
            "An output far up or down its curve has made up its mind: its slope is small, and it "
            "is nearly left alone. An undecided one is changed most.",
        ),
        **scene.subject,
        lines=(delta,),
        figures=(array(name, scene.first[name]), array(error, scene.first[error])),
        lights=("program", "line", "units"),
        actions=(Action("go", delta),),
        questions=(
            equal_misses(layer, float(abs(scene.first[error][row, 0]))),
            one_delta(scene, layer, row),
        ),
        closing=(
            f"{code(delta)} is what will change the weights: an error that is weighted by how "
            "undecided the unit still is.",
            f"In words of calculus: {code(delta)} is minus the gradient of the loss with respect "
            f"to the weighted sums. {line.note.capitalize()}.",
        ),
        experiment=delta_at(layer, float(scene.first[error][row, 0])),
    )


def line_with_slope(tour: Tour) -> tuple[Scene, LayerSlopes]:
    """A scene and the layer whose delta is its error times a slope; `LeftOut` where none is."""
    for scene in (tour.plain, tour.deep):
        bound = {line.target: line for line in scene.first.phase("backward")}
        for layer in reversed(scene.first.slopes().layers):
            line = bound.get(f"{layer.name}_delta")
            if line and line.part.operation == "multiply" and f"{layer.name}_error" in line.reads:
                return scene, layer
    raise LeftOut(f"in {tour.deep.spec} every delta is the error itself: no slope is left to see")


def equal_misses(layer: LayerSlopes, miss: float) -> Question:
    """Two outputs that miss by the same."""
    sums = np.array([[0.0, CONFIDENT]])
    values, slopes = (x[0] for x in curve(layer.activation, sums))
    deltas = miss * slopes
    right = frozenset([int(np.argmax(np.abs(deltas)))])
    if np.isclose(*deltas):
        right = frozenset([2])
    options = (f"the one that says {number(values[0])}", f"the one that says {number(values[1])}",
               "both alike")  # fmt: skip

    def reply(guess: int | None) -> str:
        return (
            f"{number(miss)} × {number(slopes[0])} = {number(deltas[0])} for the output of "
            f"{number(values[0])}, and {number(miss)} × {number(slopes[1])} = {number(deltas[1])} "
            f"for that of {number(values[1])}."
        )

    return Question(
        f"Two outputs miss their targets by the same {number(miss)}. One says {number(values[0])}, "
        f"the other {number(values[1])}. Which is told to move more?",
        Options(options, right),
        reply,
    )


def one_delta(scene: Scene, layer: LayerSlopes, row: int) -> Question:
    """A delta of the reader's network."""
    name = layer.name
    out, error = float(layer.values[row, 0]), float(scene.first[f"{name}_error"][row, 0])
    slope, delta = float(layer.slopes[row, 0]), float(scene.first[f"{name}_delta"][row, 0])
    place = f"[{row},0]"

    def reply(guess: float | None) -> str:
        words = f"{number(error)} × {number(slope)} = {number(delta)}."
        if guess is not None and np.isclose(guess, -delta, rtol=0.1):
            return f"The size of your {number(guess)} is right, its sign is the error's. {words}"
        if guess is not None and np.isclose(guess, error, rtol=0.02):
            return f"{number(guess)} is the error itself; it is still to be scaled. {words}"
        return words

    return Question(
        f"In the first step {code(name + place)} is {number(out)}, its slope {number(slope)}, and "
        f"{code(f'{name}_error{place}')} is {number(error)}. What is "
        f"{code(f'{name}_delta{place}')}?",
        Number(delta, within=max(abs(delta) * 0.06, 1e-4)),
        reply,
        revealed=(array(f"{name}_delta", scene.first[f"{name}_delta"]),),
    )


def delta_at(layer: LayerSlopes, error: float) -> Experiment:
    """The delta of the same error at any sum."""

    def run(z: float) -> Outcome:
        value, slope = (float(x[0, 0]) for x in curve(layer.activation, np.array([[z]])))
        return Outcome(
            f"The output is {number(value)}, the slope {number(slope)}: an error of "
            f"{number(error)} becomes a delta of {number(error * slope)}."
        )

    return Experiment(
        f"Keep the error of {number(error)} and move the weighted sum: watch the delta fade.",
        "z",
        Number(least=-REACH, most=REACH),
        run,
        ("0", "2", "5"),
    )
