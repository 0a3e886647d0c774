"""What changes a weight: one example, all examples, and which way each pushes."""

from __future__ import annotations

import numpy as np

from syn0.explain import Contributions, Part, Pushes
from syn0.explain.text import number
from syn0.learn.tour.answers import ARROWS, Arrows, Number, Options, ways
from syn0.learn.tour.content import Action, Chapter, Experiment, Figure, Outcome, Question, code
from syn0.learn.tour.figures import added_up, array, brief, examples, rows_of
from syn0.learn.tour.scene import Scene
from syn0.learn.tour.tour import Tour

HEAVY = 9.5
"""A weight with which an output is sure of itself."""

MOST_SHOWN = 6
"""Weights, or examples, of a question."""

PUSHED_STEPS = 1_000
"""Steps over which pushes are counted."""


def update_of(scene: Scene, name: str) -> str:
    """The name of the line that holds a weight's pull."""
    own = [line for line in scene.first.phase("update") if line.target.startswith(name)]
    return next(line.target for line in own if line.products)


def split_figure(split: Contributions) -> Figure:
    """Each example's part of an update."""
    title, *lines = repr(split).splitlines()
    return Figure(title, "\n".join(lines))


# -------------------------------------------------------------------------- one weight, one example


def one_weight(tour: Tour) -> Chapter:
    """How far one example moves one weight."""
    scene = tour.plain
    name, n = "syn0", scene.depth
    line = update_of(scene, name)
    before = scene.first.contributions(name, 0, 0)
    row = asked_row(scene)
    place = int(np.flatnonzero(before.rows == row)[0]) if row in before.rows else 0
    return Chapter(
        paragraphs=(
            f"A weight {code(f'{name}[0,0]')} leads from the first column of `X` to the first "
            "unit. What one example asks of it is its input times the unit's delta.",
            "With an input of zero the weight had no part in the miss, so it is not touched. A "
            "large input had a large part in it.",
        ),
        **scene.subject,
        lines=(line,),
        figures=(examples(scene), array(f"l{n}_delta", scene.first[f"l{n}_delta"])),
        lights=("line", "network"),
        actions=(Action("go", line), Action("split", name, (0, 0))),
        questions=(one_part(before, place), heavy_weight(scene, before, place)),
        closing=(
            "This is why training settles: what is right and sure of itself is hardly changed any "
            "more.",
        ),
        experiment=any_weight(scene),
    )


def asked_row(scene: Scene) -> int:
    """The example that a heavy first weight makes surest."""
    rows = scene.first.rows
    return int(rows[int(np.argmax(np.abs(scene.X[rows, 0])))])


def one_part(split: Contributions, k: int) -> Question:
    """Input times delta, of one example."""
    given, delta, part = (float(x[k]) for x in (split.inputs, split.deltas, split.parts))
    row = int(split.rows[k])

    def reply(guess: float | None) -> str:
        words = f"{number(given)} × {number(delta)} = {number(part)}."
        if guess is not None and np.isclose(guess, given + delta, rtol=0.02):
            return (
                f"{number(guess)} is the sum of the two; it is their product that counts. {words}"
            )
        return words

    return Question(
        f"In row {row} the input is {number(given)} and the delta {number(delta)}. How much does "
        f"this example add to {code(split.label)}?",
        Number(part, within=max(abs(part) * 0.06, 1e-4)),
        reply,
        revealed=(split_figure(split),),
    )


def with_weight(scene: Scene, value: float) -> Contributions:
    """The update of the first weight in a step that begins with it at some value."""
    weights = scene.start_weights()
    weights["syn0"][0, 0] = value
    return scene.but(weights=weights).first.contributions("syn0", 0, 0)


def heavy_weight(scene: Scene, before: Contributions, k: int) -> Question:
    """How much a sure output still changes its weight."""
    after = with_weight(scene, HEAVY)
    small, large = abs(float(before.parts[k])), abs(float(after.parts[k]))
    right = 0 if large < small / 2 else 2 if large > small * 2 else 1
    row = int(before.rows[k])

    def reply(guess: int | None) -> str:
        return (
            f"At a weight of {number(HEAVY)} the delta of row {row} is "
            f"{number(after.deltas[k])}, so it adds {number(after.parts[k])}; at "
            f"{number(before.old)} it added {number(before.parts[k])}."
        )

    return Question(
        f"Suppose that {code(before.label)} stands at {number(HEAVY)} instead of "
        f"{number(before.old)}. How far will the same example, row {row}, move it?",
        Options(
            ("much less far", "about as far", "much farther"), frozenset([right])
        ),
        reply,
        revealed=(split_figure(after),),
    )  # fmt: skip


def any_weight(scene: Scene) -> Experiment:
    """The pushes on a weight of any value."""

    def run(value: float) -> Outcome:
        split = with_weight(scene, value)
        return Outcome(
            f"Starting from {number(value)}, all examples together pull by {number(split.pull)}.",
            (split_figure(split),),
        )

    return Experiment(
        "Set this weight yourself, and see what every example asks of it.",
        "syn0[0,0]",
        Number(least=-1e6, most=1e6),
        run,
        ("0", "9.5", "-9.5"),
    )


# ---------------------------------------------------------------------------------------- all rows


def all_rows(tour: Tour) -> Chapter:
    """One product sums over the examples."""
    scene = tour.plain
    name = "syn0"
    line = scene.first.line(update_of(scene, name))
    product = line.products[0]
    left, right = product.children
    table = rows_of(
        "what each example brings",
        ["", *map(brief, scene.columns[:MOST_SHOWN]), "delta"],
        [
            [f"row {row}", *scene.X[row, :MOST_SHOWN], right.value[place, 0]]
            for place, row in enumerate(scene.first.rows[:MOST_SHOWN])
        ],
    )
    return Chapter(
        paragraphs=(
            f"{code(product.text)} does this for every weight and every example at once. A row of "
            f"{code(left.text)} holds one input of all examples; it meets the column of deltas, "
            "and the products are added up.",
            "So each weight moves by the sum of what all examples ask. Those that ask for opposite "
            "things cancel.",
        ),
        **scene.subject,
        lines=(line.target,),
        figures=(table,),
        lights=("line", "network"),
        actions=(Action("go", line.target), Action("open", line.target)),
        questions=(ways_of_weights(name, product),),
        closing=(
            f"{code(line.text)} is the whole of learning for {code(name)}. The error is the target "
            f"minus the output, so the update is added; other texts subtract a gradient that has "
            "the opposite sign.",
        ),
        experiment=some_rows(scene, name),
    )


def ways_of_weights(name: str, product: Part) -> Question:
    """Which way the first step pulls each weight of the first unit."""
    left, right = product.children
    pull = np.asarray(product.value)[:, 0]
    labels = tuple(f"{name}[{k},0]" for k in range(min(len(pull), MOST_SHOWN)))
    answer = Arrows(ways(pull[: len(labels)]), labels)

    def reply(guess: tuple[int, ...] | None) -> str:
        k = answer.wrong(guess)[0]
        terms = added_up(left.value[k], right.value[:, 0], MOST_SHOWN)
        return f"{code(labels[k])}: {terms} = {number(pull[k])}."

    return Question(
        f"Which way does the first step pull each weight? {code(', '.join(labels))}",
        answer,
        reply,
        revealed=(array(product.text, product.value),),
    )


def some_rows(scene: Scene, name: str) -> Experiment:
    """The update by the first rows alone."""
    rows = scene.first.rows

    def run(count: int) -> Outcome:
        line = scene.first.line(update_of(scene, name))
        left, right = line.products[0].children
        first = left.value[:, :count] @ right.value[:count]
        rest = left.value[:, count:] @ right.value[count:]
        body = [
            [f"{name}[{k},0]", first[k, 0], rest[k, 0], line.products[0].value[k, 0]]
            for k in range(min(len(first), MOST_SHOWN))
        ]
        header = ["weight", f"first {count}", "the others", "all"]
        words = "The parts add up to the whole, whichever rows they are of."
        return Outcome(words, (rows_of("pulls on the weights", header, body),))

    return Experiment(
        "Take the first examples alone: what do they ask for, and what do the others?",
        "examples",
        Number(least=1, most=len(rows), whole=True),
        run,
        ("1", str(len(rows))),
    )


# -------------------------------------------------------------------------------------- push table


def push_table(tour: Tour) -> Chapter:
    """Which example pushes which weight, over many steps."""
    scene = tour.plain
    steps = min(PUSHED_STEPS, scene.steps)
    found = scene.replay.pushes("syn0", 0, steps=steps)
    return Chapter(
        paragraphs=(
            f"Follow the pushes over {steps:,} steps. An example whose output should rise pushes "
            "the weights of its positive inputs up, one whose output should fall pushes them down. "
            "An input of zero pushes nothing.",
            "A weight that is always pushed the same way gets far. Pushes both ways cancel, and "
            "that weight stays near where it was.",
        ),
        **scene.subject,
        lines=(update_of(scene, "syn0"),),
        figures=(examples(scene, asked_rows(scene)),),
        lights=("data", "network"),
        actions=(Action("split", "syn0", (0, 0)),),
        questions=(ways_of_rows(scene, found),),
        closing=(whole_story(scene, found),),
        experiment=other_steps(scene),
    )


def asked_rows(scene: Scene) -> range:
    """The examples whose pushes are asked for."""
    return range(min(len(scene.X), MOST_SHOWN))


def ways_of_rows(scene: Scene, found: Pushes) -> Question:
    """Which way each example pushes the first weight most of the time."""
    rows = asked_rows(scene)
    answer = Arrows(tuple(way(found, k, 0) for k in rows), tuple(f"row {k}" for k in rows))

    def reply(guess: tuple[int, ...] | None) -> str:
        return " ".join(
            f"Row {k}: input {number(scene.X[k, 0])}, target {number(scene.y[k, 0])}, pushed up "
            f"{found.up[k, 0]:,} times and down {found.down[k, 0]:,} times."
            for k in answer.wrong(guess)[:2]
        )

    return Question(
        f"Which way does each example push {code('syn0[0,0]')}, the weight of "
        f"{code(scene.columns[0])}, most of the time?",
        answer,
        reply,
        revealed=(pushes_figure(scene, found),),
    )


def way(found: Pushes, row: int, weight: int) -> int:
    """Which way an example pushes most of the time."""
    up, down = int(found.up[row, weight]), int(found.down[row, weight])
    return (up > down) - (up < down)


def pushes_figure(scene: Scene, found: Pushes) -> Figure:
    """Arrows for each example and weight."""
    weights = range(min(found.up.shape[1], MOST_SHOWN))
    body = [
        [f"row {row}", *scene.y[row, :1], *(ARROWS[way(found, row, k)] for k in weights)]
        for row in range(min(len(found.up), MOST_SHOWN))
    ]
    for title, figures in (
        ("all pushes up", found.rise),
        ("all pushes down", found.fall),
        ("weight before", found.start),
        ("weight after", found.now),
    ):
        body.append([title, "", *(figures[k] for k in weights)])
    header = ["", scene.targets[0], *(f"syn0[{k},0]" for k in weights)]
    return rows_of(f"pushes over {found.steps:,} steps", header, body)


def whole_story(scene: Scene, found: Pushes) -> str:
    """Which weight got farthest, and how far its pushes cancelled."""
    rise, fall = found.rise, -found.fall
    weak = np.minimum(rise, fall)
    share = np.divide(weak, np.maximum(rise, fall), out=np.zeros_like(weak), where=rise + fall > 0)
    moved = np.abs(found.now - found.start)
    far, torn = int(moved.argmax()), int(share.argmax())
    words = (
        f"{code(f'syn0[{far},0]')}, the weight of {code(scene.columns[far])}, got farthest: from "
        f"{number(found.start[far])} to {number(found.now[far])}."
    )
    if torn != far:
        words += (
            f" {code(f'syn0[{torn},0]')} was pushed up by {number(rise[torn])} and down by "
            f"{number(fall[torn])} in all: most of that cancelled."
        )
    return words


def other_steps(scene: Scene) -> Experiment:
    """The table after any number of steps."""

    def run(steps: int) -> Outcome:
        found = scene.replay.pushes("syn0", 0, steps=steps)
        return Outcome(whole_story(scene, found), (pushes_figure(scene, found),))

    return Experiment(
        "Stop earlier: after how many steps is it plain which weight matters?",
        "steps",
        Number(least=1, most=min(PUSHED_STEPS, scene.steps), whole=True),
        run,
        ("1", "10", "100"),
    )
