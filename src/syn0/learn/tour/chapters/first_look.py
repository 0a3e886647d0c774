"""Before any network: the data, and the shapes of what will be multiplied."""

from __future__ import annotations

import numpy as np

from syn0.explain import Part, TracedLine, correlations
from syn0.explain.text import number
from syn0.learn.tour.answers import Number, Options, Shape, shape_text
from syn0.learn.tour.content import Action, Chapter, Experiment, Outcome, Question, code
from syn0.learn.tour.figures import array, examples, rows_of
from syn0.learn.tour.scene import Scene
from syn0.learn.tour.tour import Tour
from syn0.program import Expr, check
from syn0.program.checker import shape_of
from syn0.program.expressions import products

MANY_ROWS = 10_000
MOST_NAMES = 12
"""Columns to choose among."""


# ------------------------------------------------------------------------------- one column tells


def one_column(tour: Tour) -> Chapter:
    """Which column goes with the target."""
    scene = tour.plain
    target = scene.targets[0]
    called = "" if target == "y" else f", {code(target)}"
    return Chapter(
        paragraphs=(
            f"A network learns from examples. Each row of `X` is one example, and the same row of "
            f"`y` is the answer that should come out{called}.",
            "Look at the data before any network does. A column that rises and falls with the "
            "answer says much about it; one that is the same in every row says nothing.",
        ),
        net=str(scene.spec),
        data_name=scene.data_name,
        figures=(examples(scene),),
        lights=("data",),
        questions=(closest_column(scene),),
        closing=(
            "Correlation measures this: one means that the two always rise and fall together, "
            "minus one that they do the opposite, zero that neither tells of the other. A network "
            "without hidden layers can do no more than weigh such columns.",
        ),
        experiment=without_a_row(scene),
    )


def closest_column(scene: Scene) -> Question:
    """Which column goes with the first target most closely."""
    target = scene.targets[0]
    found = column_correlations(scene)
    shown = strongest(found)
    best = np.nan_to_num(np.abs(found)).max()
    names = tuple(scene.columns[k] for k in shown)
    right = frozenset(k for k, c in enumerate(shown) if abs(found[c]) > best - 1e-9)

    def reply(guess: int | None) -> str:
        words = f"{strength(scene, shown[min(right)])}."
        if guess is not None and guess not in right:
            words = f"{strength(scene, shown[guess])}. {words}"
        return words + (" All other columns tell less." if len(right) == 1 else "")

    body = [[name, tells(found[k])] for name, k in zip(names, shown, strict=True)]
    return Question(
        f"Which column goes with {code(target)} most closely?",
        Options(names, right, "name"),
        reply,
        revealed=(rows_of(f"correlation with {target}", ["column", "correlation"], body),),
    )


def column_correlations(scene: Scene, rows: slice | np.ndarray = slice(None)) -> np.ndarray:
    """(inputs,) correlations with the first target."""
    found: np.ndarray = correlations(scene.X[rows], scene.y[rows])[:, 0]
    return found


def strongest(found: np.ndarray) -> list[int]:
    """The columns that tell most, at most 12, in their own order."""
    order: list[int] = np.argsort(-np.nan_to_num(np.abs(found)), kind="stable").tolist()
    return sorted(order[:MOST_NAMES])


def tells(correlation: float) -> str:
    """A correlation; a word where a column never changes."""
    return "never changes" if np.isnan(correlation) else f"{correlation + 0.0:.3f}"


def strength(scene: Scene, column: int) -> str:
    """What a column says of the target, in words."""
    correlation, name = column_correlations(scene)[column], code(scene.columns[column])
    if np.isnan(correlation):
        value = number(scene.X[0, column])
        return f"{name} is {value} in every row, so it tells nothing"
    target = code(scene.targets[0])
    if np.array_equal(scene.X[:, column], scene.y[:, 0]):
        return f"{name} equals {target} in every row, a correlation of {number(correlation)}"
    return f"{name} has a correlation of {tells(correlation)} with {target}"


def without_a_row(scene: Scene) -> Experiment:
    """The correlations when one example is missing."""

    def run(row: int) -> Outcome:
        before = column_correlations(scene)
        after = column_correlations(scene, np.arange(len(scene.X)) != row)
        body = [[scene.columns[k], tells(before[k]), tells(after[k])] for k in strongest(before)]
        moved = np.nan_to_num(np.abs(np.nan_to_num(after) - np.nan_to_num(before)))
        words = f"{code(scene.columns[int(moved.argmax())])} changes most."
        if moved.max() < 1e-9:
            words = "No correlation changes."
        header = ["column", "all rows", f"without row {row}"]
        return Outcome(words, (rows_of("correlations", header, body),))

    last = len(scene.X) - 1
    return Experiment(
        "Leave one example out, and see how much the correlations hang on it.",
        "row to leave out",
        Number(least=0, most=last, whole=True),
        run,
        ("0", str(last)),
    )


# ------------------------------------------------------------------------------------------ shapes


def shapes(tour: Tour) -> Chapter:
    """What a product's shape is, for some rows and for many."""
    scene = tour.plain
    line = scene.first.line(f"l{scene.depth}")
    product = line.products[0]
    left, right = product.children
    return Chapter(
        paragraphs=(
            f"This line does two things. First a matrix product, {code(product.text)}: every "
            "example's numbers times the weights, added up. Then each sum goes through "
            f"{code(line.part.operation)} and becomes a value of {code(line.target)}."
            if line.part is not product
            else f"This line is a matrix product, {code(product.text)}: every example's numbers "
            "times the weights, added up.",
            "Rows are examples, columns are units. Most mistakes in such programs are mistakes "
            "about shapes, so it pays to know them without running anything.",
        ),
        **scene.subject,
        lines=(line.target,),
        figures=(array(left.text, left.value), array(right.text, right.value)),
        lights=("program", "line"),
        actions=(Action("go", line.target), Action("open", line.target)),
        questions=(shape_of_product(line), shape_for_many(scene, right)),
        closing=(
            "A step takes all rows at once: one product for all examples. The same lines serve a "
            "handful of rows or a great many.",
        ),
        experiment=more_rows(scene),
    )


def shape_of_product(line: TracedLine) -> Question:
    """The shape of the product in a line."""
    product = line.products[0]
    left, right = product.children
    shape, inner = np.shape(product.value), np.shape(left.value)[1]

    def reply(guess: tuple[int, ...] | None) -> str:
        words = (
            f"{code(left.text)} has {counted(shape[0], 'row')}, {code(right.text)} has "
            f"{counted(shape[1], 'column')}, and each row meets each column: "
            f"{counted(inner, 'number')} times as many others, added up to one."
        )
        if guess is None or guess == shape:
            return words
        if guess == shape[::-1] and shape[0] != shape[1]:
            return f"You have rows and columns the wrong way round. {words}"
        if inner in guess and inner not in shape:
            return f"The {inner:,} is gone in the result, as it is what is summed over. {words}"
        return words

    return Question(
        f"{code(left.text)} is {shape_text(np.shape(left.value))} and {code(right.text)} "
        f"is {shape_text(np.shape(right.value))}. What shape is {code(product.text)}?",
        Shape(shape),
        reply,
        revealed=(array(product.text, product.value), array(line.target, line.value)),
    )


def shape_for_many(scene: Scene, weights: Part) -> Question:
    """The shape of the product with these weights, for many more rows."""
    shape = np.shape(weights.value)

    def reply(guess: tuple[int, ...] | None) -> str:
        words = (
            f"{code(weights.text)} stays {shape_text(shape)} and the line stays as it is: only the "
            "number of rows changes."
        )
        if guess is not None and guess[0] != MANY_ROWS:
            return f"Every one of the {MANY_ROWS:,} examples gets a row of its own. {words}"
        return words

    return Question(
        f"And with {MANY_ROWS:,} examples instead of {len(scene.X):,}?",
        Shape((MANY_ROWS, shape[1])),
        reply,
    )


def counted(count: int, what: str) -> str:
    """ "1 row", "4 rows"."""
    return f"{count:,} {what}{'s' * (count != 1)}"


def more_rows(scene: Scene) -> Experiment:
    """The shapes of a step on any number of rows."""

    def run(rows: int) -> Outcome:
        shapes = check(scene.program)
        lengths = {"rows": rows, "batch": min(scene.training.batch_size or rows, rows)}

        def settled(expr: Expr) -> str:
            shape = tuple(lengths.get(str(n), n) for n in shape_of(expr, shapes))
            return shape_text(shape)  # type: ignore[arg-type]

        body = []
        for line in scene.first.lines:
            for product in products(line.line.expression):
                left, right = map(settled, product.args)
                body.append([line.target, f"{left} @ {right}", settled(product)])
        weights = " and ".join(map(code, scene.program.weights[:2]))
        words = f"The shapes of {weights} are the same for any number of rows."
        return Outcome(
            words, (rows_of("the products of a step", ["line", "product", "gives"], body),)
        )

    return Experiment(
        "Choose a number of examples, and see the shape of every product of a step.",
        "examples",
        Number(least=1, most=10**9, whole=True),
        run,
        ("1", "10000"),
    )
