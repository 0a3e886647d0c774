"""What one layer cannot do, what hidden units do about it, and how the error reaches them."""

from __future__ import annotations

import numpy as np

from syn0.explain import Correlations, TracedLine, correlations
from syn0.explain.text import number
from syn0.learn.tour.answers import Arrows, Number, Options, ways
from syn0.learn.tour.chapters.first_look import strongest, tells
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
from syn0.learn.tour.figures import added_up, array, examples, rows_of
from syn0.learn.tour.scene import Scene
from syn0.learn.tour.tour import Tour
from syn0.models import make_network

SOLVED = 0.1
"""A mean error below this share of the first one counts as solved."""

HARDLY = 0.2
"""A correlation below which a column hardly tells."""

MOST_UNITS = 64
MOST_TERMS = 6
DIGIT = 3
"""The digit that single pixels are asked about."""


def hidden(tour: Tour) -> Scene:
    """The network, where it has a hidden layer."""
    if tour.deep.depth < 2:
        raise LeftOut(f"{tour.deep.spec} has no hidden layer")
    return tour.deep


# ----------------------------------------------------------------------------------------- failure


def failure(tour: Tour) -> Chapter:
    """How far a network without hidden layers gets on the harder data."""
    scene = tour.flat
    if scene.journey.trouble:
        raise LeftOut(scene.journey.trouble)
    n = scene.depth
    best = float(np.abs(np.nan_to_num(correlations(scene.X, scene.y))).max())
    return Chapter(
        paragraphs=(
            f"Now {scene.data_name} as data, and a network without a hidden layer, {scene.spec}: "
            "one weight from each column to the output.",
            "Look at the table first. Does any single column tell the answer?",
        ),
        **scene.subject,
        lines=(f"l{n}", f"l{n}_error"),
        figures=(examples(scene),),
        lights=("data", "printed", "curves"),
        actions=(Action("play"),),
        questions=(error_at_the_end(scene, best),),
        closing=(
            after_failure(best)
            if fails(scene)
            else "A hidden layer may still come to a smaller error.",
        ),
        experiment=longer(scene),
    )


def fails(scene: Scene) -> bool:
    """Whether much of the error is left at the end."""
    return scene.final_error() > SOLVED * scene.journey.errors[0]


def error_at_the_end(scene: Scene, best: float) -> Question:
    """How small the error becomes, where the best column has this correlation."""
    first, last, name = scene.journey.errors[0], scene.final_error(), f"l{scene.depth}"

    def reply(guess: float | None) -> str:
        words = f"The mean error went from {number(first)} to {number(last)}."
        if not fails(scene):
            return f"{words} On these data one layer is enough."
        why = f"the best single column has a correlation of {number(best)} with a target"
        return f"{words} One layer can only weigh single columns, and {why}."

    return Question(
        f"The mean error is {number(first)} at the start. What is it after {scene.steps:,} steps?",
        Number(last, within=max(0.1 * first, 0.02), least=0),
        reply,
        revealed=(array(name, scene.journey.last[name]),),
    )


def after_failure(best: float) -> str:
    """What is missing, where the best column has this correlation."""
    missing = "what is missing is a place where columns are combined"
    if best < HARDLY:
        return f"More steps will not help, nor will another learning rate: {missing}."
    return f"More steps help a little; {missing}."


def longer(scene: Scene) -> Experiment:
    """The same with more steps or fewer."""

    def run(steps: int) -> Outcome:
        other = scene.for_steps(steps)
        return Outcome(
            f"After {other.steps:,} steps the mean error is {number(other.final_error())}."
        )

    return Experiment(
        "Give it another number of steps.",
        "steps",
        Number(least=1, most=scene.steps, whole=True),
        run,
        ("10", "100", "1000"),
    )


# ------------------------------------------------------------------------------------ hidden units


def hidden_units(tour: Tour) -> Chapter:
    """Which unit goes with the answer already, and pixels that say nothing alone."""
    scene = hidden(tour)
    units = scene.start_statistics.layers[1]
    values = scene.first[units.values]
    return Chapter(
        paragraphs=(
            f"A hidden layer makes new columns, {code(units.values)}: each is a squashed mixture "
            "of the old ones. At the start the mixtures are random. But some of them go "
            "with the answer already, by luck.",
            "Training makes the most of such luck, on both sides: the weights behind the unit use "
            "it more, and the weights before it make it a better mixture.",
        ),
        **scene.subject,
        lines=(units.values,),
        figures=(
            array(units.values, values),
            array(scene.targets[0], scene.y[scene.first.rows, :1]),
        ),
        lights=("units", "network"),
        actions=(Action("go", units.values),),
        questions=(lucky_unit(scene, units), single_pixel()),
        closing=(
            "So images are the same problem as the small table: no column alone, but combinations. "
            "That is what hidden units are for.",
        ),
        experiment=other_units(scene),
    )


def lucky_unit(scene: Scene, units: Correlations) -> Question:
    """The unit with the strongest correlation at the start."""
    begun = units.now[:, 0]
    strength = np.nan_to_num(np.abs(begun))
    shown = strongest(begun)
    names = tuple(units.columns[k] for k in shown)
    right = frozenset(k for k, unit in enumerate(shown) if strength[unit] == strength.max())
    after = scene.end_statistics.layers[1].now[:, 0]
    target = scene.targets[0]

    def reply(guess: int | None) -> str:
        top = shown[min(right)]
        words = (
            f"{code(units.columns[top])} begins with a correlation of {tells(begun[top])} and ends "
            f"with {tells(after[top])}."
        )
        if guess is None or guess in right:
            return words
        unit = shown[guess]
        return f"{code(names[guess])} begins with {tells(begun[unit])}. {words}"

    table = rows_of(
        f"correlation with {target}",
        ["unit", "at the start", f"before step {scene.journey.last.step:,}"],
        [[units.columns[k], tells(begun[k]), tells(after[k])] for k in shown],
    )
    return Question(
        f"Before the first step: which unit goes with {code(target)} most closely, up or down?",
        Options(names, right, "name"),
        reply,
        revealed=(table,),
    )


def single_pixel() -> Question:
    """How well the best single pixel tells a digit."""
    from syn0.data import Schema, read_table

    table = read_table("digits")
    schema = Schema.fit(table)
    X, y = schema.inputs(table), schema.targets(table)[:, [DIGIT]]
    found = correlations(X, y)[:, 0]
    strength = np.nan_to_num(np.abs(found))
    best = int(strength.argmax())
    height, width = table.image_shape or (1, X.shape[1])
    row, column = divmod(best, width)
    mean = [X[y[:, 0] == side, best].mean() for side in (1, 0)]

    def reply(guess: float | None) -> str:
        return (
            f"The best of the {X.shape[1]:,} pixels, in row {row} and column {column}, has "
            f"{number(float(found[best]))}: on average it is {number(mean[0])} in a {DIGIT} and "
            f"{number(mean[1])} in other digits. No pixel alone says what the picture shows."
        )

    return Question(
        f"Pictures: {len(X):,} handwritten digits of {height} x {width} pixels, each pixel a "
        "column. How closely does the best single pixel go with the answer to “is this a "
        f"{DIGIT}?” (the size of its correlation)",
        Number(float(strength[best]), within=0.15, least=0, most=1),
        reply,
        revealed=(pixel_map(strength.reshape(height, width)),),
    )


def pixel_map(strength: np.ndarray) -> Figure:
    """How strongly each pixel goes with a digit: the darker, the more."""
    shades = " ░▒▓█"
    top = float(strength.max())
    lines = [
        "".join(shades[round(float(x) / top * (len(shades) - 1))] * 2 for x in row).rstrip()
        for row in strength
    ]
    return Figure(f"every pixel's correlation: darkest is {number(top)}", "\n".join(lines))


def other_units(scene: Scene) -> Experiment:
    """Another number of hidden units."""
    inputs, *between, outputs = scene.spec.sizes

    def run(units: int) -> Outcome:
        sizes = [inputs, *between[:-1], units, outputs]
        spec = make_network(
            sizes, {"seed": scene.spec.seed, "loss": scene.spec.loss,
                    "output_activation": scene.spec.dense[-1].activation,
                    "bias": bool(scene.spec.dense[-1].bias)},
        )  # fmt: skip
        other = scene.short.but(spec=spec)
        if other.journey.trouble:
            return Outcome(other.journey.trouble)
        return Outcome(
            f"{spec} ends with a mean error of {number(other.final_error())} after "
            f"{other.steps:,} steps; it began with {number(other.journey.errors[0])}."
        )

    return Experiment(
        "Give the last hidden layer another number of units.",
        "hidden units",
        Number(least=1, most=MOST_UNITS, whole=True),
        run,
        ("1", "2", "8"),
    )


# --------------------------------------------------------------------------------- backpropagation


def backpropagation(tour: Tour) -> Chapter:
    """The delta sent back through the weights."""
    scene = hidden(tour)
    target = blamed_line(scene)
    line = scene.first.line(target)
    product = line.products[0]
    delta, weights = product.children[0], product.children[1].children[0]
    row = int(np.abs(delta.value).max(axis=1).argmax())
    return Chapter(
        paragraphs=(
            "The output knows how far it is off. A hidden unit does not: nobody says what it "
            "should have been. But it is known how much each output listened to it: that is the "
            "weight between them.",
            f"So the delta is sent back through the same weights, {code(product.text)}. A unit "
            "gets much of the blame where its weight is large, and blame of the other sign where "
            "the weight is negative. This is backpropagation.",
        ),
        **scene.subject,
        lines=(target,),
        figures=(
            Figure(f"row {row} of {delta.text}", array("", delta.value[row]).text),
            array(weights.text, weights.value),
        ),
        lights=("program", "line", "network"),
        actions=(Action("go", target), Action("open", target)),
        questions=(ways_of_values(line, row),),
        closing=(
            "From here on it is the line you know: the error times the slope gives the next delta, "
            "and the delta changes the weights before it. Each layer repeats it.",
        ),
        experiment=other_weight(scene, weights.text, target, row),
    )


def ways_of_values(line: TracedLine, row: int) -> Question:
    """Which way the values of hidden units should move in a row, by the blame sent back."""
    product, target = line.products[0], line.target
    delta, weights = product.children[0], product.children[1].children[0]
    blame = np.asarray(product.value)[row, :MOST_TERMS]
    labels = tuple(f"{target}[{row},{k}]" for k in range(len(blame)))
    answer = Arrows(ways(blame), labels)

    def reply(guess: tuple[int, ...] | None) -> str:
        k = answer.wrong(guess)[0]
        terms = added_up(delta.value[row], weights.value[k], MOST_TERMS)
        return f"{code(labels[k])} is {terms} = {number(blame[k])}."

    return Question(
        f"In row {row}, which way should each hidden value move? {code(', '.join(labels))}",
        answer,
        reply,
        revealed=(array(target, line.value),),
    )


def blamed_line(scene: Scene) -> str:
    """The first line that sends a delta back through weights."""
    for line in scene.first.phase("backward"):
        if any(part.children[1].operation == "transpose" for part in line.products):
            return line.target
    raise LeftOut(f"{scene.spec} sends no error back")


def other_weight(scene: Scene, name: str, target: str, row: int) -> Experiment:
    """The blame when one weight is another."""
    before = scene.first[target][row]

    def run(value: float) -> Outcome:
        weights = scene.start_weights()
        old = float(weights[name][0, 0])
        weights[name][0, 0] = value
        after = scene.but(weights=weights).first[target][row]
        count = min(len(before), MOST_TERMS)
        body = [[f"{target}[{row},{k}]", before[k], after[k]] for k in range(count)]
        words = (
            f"{code(f'{target}[{row},0]')} follows its weight. The others move too, as the output, "
            "and with it the delta, is another."
        )
        header = ["", f"with {number(old)}", f"with {number(value)}"]
        return Outcome(words, (rows_of(f"{name}[0,0] changed", header, body),))

    return Experiment(
        f"Set {code(f'{name}[0,0]')}, through which the first unit is heard, and see what it is "
        "blamed for.",
        f"{name}[0,0]",
        Number(least=-1e6, most=1e6),
        run,
        ("0", "2", "-2"),
    )
