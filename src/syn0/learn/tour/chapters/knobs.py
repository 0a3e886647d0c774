"""Each knob as what it changes in the program: a chapter a knob, all made alike.

A row says which setting is turned, in what words, and which number may be tried. The difference is
that of `syn0 write --diff`: between the plain program of the same sizes and the one with the knob.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from syn0.data import BUILT_IN
from syn0.engines.table import ENGINES
from syn0.explain.comparison import Difference, differences
from syn0.explain.text import number
from syn0.learn.tour.answers import Answer, Number, Options
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
from syn0.learn.tour.scene import Scene, with_steps
from syn0.learn.tour.tour import Lesson, Tour
from syn0.models import NETWORK_SETTINGS, Network, make_network, tutorial_training
from syn0.printers import Data, example_data
from syn0.printers.difference import difference
from syn0.printers.notes import counted_by_loop
from syn0.printers.script import CLOSING

PHASES = {
    **{name: name for name in ("forward", "loss", "backward", "update")},
    "init": "none of them: only lines before the loop change",
}
"""What may be answered, in order."""

MOST_LINES = 30
"""Lines of a difference that are shown."""


@dataclass(frozen=True)
class Knob:
    """A knob of the tour.

    Attributes:
        name, title: of its chapter.
        settings: what is turned, by name.
        words: paragraphs before the question.
        closing: what is said after it.
        tried: the setting that may be tried, with what it may be and values worth trying.
        needs_hidden: whether it does nothing without a hidden layer.
    """

    name: str
    title: str
    settings: Mapping[str, Any]
    words: tuple[str, ...]
    closing: str
    tried: tuple[str, Answer, tuple[str, ...]]
    needs_hidden: bool = False


ANY = Number(least=0, most=100)
SHARE = Number(least=0, most=0.99)

KNOBS = (
    Knob(
        "alpha", "Alpha, the learning rate", {"learning_rate": 0.5},
        (
            "`alpha`, the learning rate, scales every step. Too small, and learning takes long; "
            "too large, and each step overshoots what the last one gained.",
        ),
        "The tutorial's steps have a rate of one, so its program needs no `alpha` at all.",
        ("learning_rate", Number(least=1e-6, most=1000), ("0.1", "10", "300")),
    ),
    Knob(
        "bias", "Bias units", {"bias": True},
        (
            "A bias is a number that a unit adds to its sum, whatever its inputs are: it shifts "
            "the curve to one side. It is learned like a weight whose input is always one.",
                "A column of `X` that is one in every row, as the tutorial's last one is, does the "
                "same for "
            "the first layer.",
        ),
        "The pull on a bias is the sum of the deltas: input times delta, with an input of one.",
        ("bias", Options(("no", "yes")), ("yes",)),
    ),
    Knob(
        "mini-batches", "Mini-batches", {"batch_size": 2},
        (
            "So far every step took all rows. With many rows it is quicker to take a few at a "
            "time: each step sees less, but there are many more steps in the same time.",
        ),
        "The rows are shuffled and dealt out; a pass over all of them is an epoch.",
        ("batch_size", Number(least=1, most=10**6, whole=True), ("1", "2")),
    ),
    Knob(
        "delta-trimming", "Delta trimming", {"trim_deltas": 0.01},
        (
            "Deltas that are very small hardly change anything. They may be set to zero, so that "
            "only examples and units that matter are worked on. That is trimming.",
        ),
        "The share of deltas that were trimmed is reported beside the error: it grows as the "
        "network becomes sure of itself.",
        ("trim_deltas", Number(least=1e-6, most=10), ("0.001", "0.05")),
    ),
    Knob(
        "clipping", "Clipping", {"clip_deltas": 0.05},
        (
            "One example with a huge error can throw the weights far away. Clipping sets a limit "
            "that no delta passes; `--clip-norm` limits the length of the whole update instead.",
        ),
        "Clipping keeps large deltas in bounds; trimming drops the small ones.",
        ("clip_deltas", Number(least=1e-6, most=100), ("0.01", "1")),
    ),
    Knob(
        "layer-sizes", "Layer sizes", {},
        (
            "The sizes of the layers are parameters of the program too. A further layer repeats "
            "the same lines with other numbers in their names.",
        ),
        "Nothing new had to be thought of: forward, error, delta and update are what they were, "
        "once more.",
        ("units", Number(least=1, most=64, whole=True), ("2", "8")),
    ),
    Knob(
        "regularization", "Regularization", {"l2": 0.01},
        (
            "Large weights make a network sure of itself, also where it should not be. A penalty "
            "on their squares (L2) pulls every weight a little towards zero, all the time.",
        ),
        "Only weights that many examples ask for stay large. `--l1` penalises sizes instead of "
        "squares, and drives weights to zero altogether.",
        ("l2", ANY, ("0.001", "0.1")),
    ),
    Knob(
        "dropout", "Dropout", {"dropout": 0.2},
        (
            "Dropout sets some of a layer's values to zero in each training step, others each "
            "time. No unit can then rely on one other unit alone.",
        ),
        "What was dropped gets no blame either, so the same mask stands in the backward lines. The "
        "values that are kept are made larger, so that predictions need no mask.",
        ("dropout", SHARE, ("0.1", "0.5")),
        needs_hidden=True,
    ),
    Knob(
        "momentum", "Momentum", {"momentum": 0.9},
        (
            "With momentum a step also takes again a share of the step before. Steps that agree "
            "grow longer, steps that contradict each other cancel: like a ball that rolls "
            "downhill.",
        ),
        "The velocity is memory that the optimizer keeps between steps, one number a weight.",
        ("momentum", SHARE, ("0.5", "0.99")),
    ),
    Knob(
        "batch-norm", "Batch normalization", {"batch_norm": True},
        (
            "Batch normalization brings each hidden unit's values to mean zero and the same "
            "spread, over the rows of a step, and then lets it learn a scale and a shift of its "
            "own.",
        ),
        "Its lines are many, and none is new in kind: each has a value, a slope, and an error that "
        "is sent back through it.",
        ("batch_norm", Options(("no", "yes")), ("yes",)),
        needs_hidden=True,
    ),
    Knob(
        "other-curves", "Other curves", {"activation": "tanh"},
        (
            "The curve of the hidden layers is a choice too. `tanh` goes through zero; `relu` is "
            "zero below zero and lets the rest through, which is quick and keeps its slope.",
        ),
        "The formula and its slope change; every other line stays.",
        ("activation", Options(("sigmoid", "tanh", "relu", "gelu", "softplus")), ("relu", "gelu")),
        needs_hidden=True,
    ),
    Knob(
        "adam", "Adam",
        {"optimizer": "adam", "learning_rate": 0.01},
        (
            "Adam keeps two memories for each weight: a mean of its pulls, as momentum does, and a "
            "mean of their squares, by which it divides. So all weights move at a similar pace.",
        ),
        "It is the usual choice for larger networks; what it adds stands in the update alone.",
        ("learning_rate", Number(least=1e-6, most=10), ("0.001", "0.1")),
    ),
    Knob(
        "losses", "Other losses", {"loss": "binary_cross_entropy"},
        (
            "What training descends is a choice as well. For yes-or-no answers cross-entropy fits "
            "better than squared errors: being sure and wrong costs more and more.",
        ),
        "With it the slope cancels: the delta at the output is the error itself, so that a unit "
        "which is sure and wrong is corrected at full strength.",
        ("learning_rate", Number(least=1e-6, most=100), ("0.1", "1")),
    ),
)  # fmt: skip


def turn(tour: Tour, *, knob: Knob) -> Chapter:
    """What a knob changes."""
    scene = tour.deep
    if knob.needs_hidden and scene.depth < 2:
        raise LeftOut(f"{scene.spec} has no hidden layer for it to work on")
    plain = scene.plain
    try:
        turned = with_knob(plain, knob, knob.settings)
    except ValueError as error:
        raise LeftOut(str(error)) from None
    return Chapter(
        paragraphs=knob.words,
        **plain.subject,
        lights=("program", "knobs"),
        actions=tuple(Action("knob", name, value) for name, value in knob.settings.items()),
        questions=(changed_phase(plain, turned, knob),),
        closing=(knob.closing,),
        experiment=tried(tour, knob),
    )


def changed_phase(plain: Scene, turned: Scene, knob: Knob) -> Question:
    """The phases in which a turned knob adds or changes lines."""
    phases = {x.phase for x in changes(plain, turned)} - {"init"} or {"init"}
    names = tuple(PHASES)
    right = frozenset(k for k, name in enumerate(names) if name in phases)
    words = f"{command_of(plain, turned, knob)} shows it: {counted(plain, turned)}."

    def reply(guess: int | None) -> str:
        if guess is None:
            return words
        if guess not in right:
            return f"In {code(names[guess])} no line is other than before. {words}"
        others = [code(names[k]) for k in sorted(right - {guess})]
        return f"So it does in {' and '.join(others)}. {words}" if others else words

    return Question(
        "In which phase of a step does this add or change lines? Name one of them.",
        Options(tuple(PHASES.values()), right),
        reply,
        revealed=(diff_figure(plain, turned),),
    )


def with_knob(scene: Scene, knob: Knob, settings: Mapping[str, Any]) -> Scene:
    """The network of a scene with a knob turned, for as many steps."""
    if knob.name != "layer-sizes":
        return with_settings(scene, scene.spec.sizes, settings)
    inputs, *between, outputs = scene.spec.sizes
    own = dict(settings)
    units = own.pop("units", between[-1] if between else outputs + 1)
    return with_settings(scene, (inputs, *between, units, outputs), own)


def with_settings(scene: Scene, sizes: tuple[int, ...], settings: Mapping[str, Any]) -> Scene:
    """A tutorial's network with some settings on the rows of a scene, for as many steps."""
    network = {name: v for name, v in settings.items() if name in NETWORK_SETTINGS}
    how = {name: v for name, v in settings.items() if name not in NETWORK_SETTINGS}
    if how.get("batch_size", 0) > len(scene.X):
        raise ValueError(f"there are {len(scene.X):,} rows: type a number up to that")
    spec = make_network(sizes, {"seed": scene.spec.seed, **network})
    return scene.but(spec=spec, training=tutorial_training({"steps": scene.steps, **how}, spec))


def needed(scene: Scene) -> dict[str, Any]:
    """The settings without which a plain network could not learn these data: a smaller learning
    rate for the sum over many rows, and outputs of any size."""
    optimizer, output = scene.training.optimizer, scene.spec.dense[-1].activation
    rate = getattr(optimizer, "learning_rate", 1)
    settings: dict[str, Any] = {} if rate == 1 else {"learning_rate": rate}
    return settings | ({"output_activation": output} if output == "identity" else {})


def printed(scene: Scene, steps: int) -> str:
    """The program as `syn0 write` prints it, for so many steps."""
    data = example_data(scene.spec)
    if not (np.array_equal(data.X, scene.X) and np.array_equal(data.y, scene.y)):
        note = BUILT_IN.get(scene.data_name, f"from {scene.data_name!a}")
        data = Data(scene.X, scene.y, note)
    training = with_steps(scene.training, steps)
    return Network.from_spec(scene.spec).program("numpy", training=training, data=data)


def written_difference(plain: Scene, turned: Scene) -> list[str]:
    """What `syn0 write --diff` prints, without the names of the two."""
    net = str(turned.spec)
    lines = difference(printed(plain, plain.steps), printed(turned, plain.steps), net)
    return [line for line in lines if not line.startswith(("---", "+++"))]


def changes(plain: Scene, turned: Scene) -> list[Difference]:
    """The lines that differ, of the programs as they are printed: their loops count the steps."""
    return differences(counted_by_loop(plain.program), counted_by_loop(turned.program))


def diff_figure(plain: Scene, turned: Scene) -> Figure:
    """The difference of the programs; of a long one the lines alone, without what stands around."""
    lines = [line.rstrip("\n") for line in written_difference(plain, turned)]
    title = "the difference"
    if len(lines) > MOST_LINES:
        lines, title = [*statements(lines)], "the lines that differ"
    if (more := len(lines) - MOST_LINES) > 0:
        lines = [*lines[:MOST_LINES], f"… {more:,} more"]
    return Figure(f"{title} (-: the plain {plain.spec}, +: with the knob)", "\n".join(lines))


def statements(lines: Iterable[str]) -> Iterator[str]:
    """The statements of a difference: without notes, what stands around, whole functions, and what
    follows the loop."""
    inside = False
    for line in lines:
        mark, text = line[:1], line[1:].split("  # ")[0].rstrip()
        if text.endswith(CLOSING):
            return
        inside = text.startswith("def ") or (inside and not text[:1].strip())
        if mark in "+-" and text.strip() and not inside and not text.lstrip().startswith("#"):
            yield f"{mark}{text}"


def counted(plain: Scene, turned: Scene) -> str:
    """How many lines are added, changed, taken away."""
    found = changes(plain, turned)
    counts = {
        "added": sum(x.a is None for x in found),
        "changed": sum(x.a is not None and x.b is not None for x in found),
        "taken away": sum(x.b is None for x in found),
    }
    inside = sum(x.phase != "init" for x in found)
    said = ", ".join(f"{n:,} {what}" for what, n in counts.items() if n) or "none changes"
    return f"of the program's lines {said}, {inside:,} of them in the loop"


def command_of(plain: Scene, turned: Scene, knob: Knob) -> str:
    """What prints the difference, in words."""
    if knob.name == "layer-sizes":
        pair = (code(f"syn0 write {scene.spec}") for scene in (plain, turned))
        return f"The difference between {' and '.join(pair)}"
    flags = (
        f"--{name.replace('_', '-')}{'' if value is True else f' {value}'}"
        for name, value in knob.settings.items()
    )
    return code(f"syn0 write {plain.spec} {' '.join(flags)} --diff")


def tried(tour: Tour, knob: Knob) -> Experiment:
    """The knob at any value, and where training ends with it."""
    name, wanted, tries = knob.tried
    base, plain = needed(tour.deep), tour.deep.plain
    without = with_settings(plain.short, plain.spec.sizes, base) if base else plain.short

    def run(value: Any) -> Outcome:
        if isinstance(wanted, Options):
            value = wanted.says(value)
            value = {"no": False, "yes": True}.get(value, value)
        turned = with_knob(without, knob, {**base, **knob.settings, name: value})
        ended = turned.journey
        if ended.trouble:
            return Outcome(ended.trouble)
        words = (
            f"After {turned.steps:,} steps the mean error is {number(ended.errors[-1])}; without "
            f"the knob it is {number(without.final_error())}."
        )
        return Outcome(words, (diff_figure(without, turned),))

    words = "Turn it yourself, and see the lines and the error."
    return Experiment(words, name.replace("_", " "), wanted, run, tries)


# --------------------------------------------------------------------------------------------- gpu


def gpu(tour: Tour) -> Chapter:
    """What stands of graphics cards."""
    scene = tour.deep

    def reply(guess: int | None) -> str:
        return (
            f"The program says what is computed, not where. {code(str(scene.spec))} has the same "
            f"{len(scene.lines):,} lines in a step on every engine."
        )

    return Chapter(
        paragraphs=(
            "The tutorial's last wish was a graphics card. Here an engine takes the program and "
            f"runs it: {', '.join(map(code, ENGINES))}. The engine `jax` runs it on a graphics "
            f"card where JAX finds one. {code(f'syn0 write {scene.spec} --to cuda')} prints a "
            "program for one, to be compiled by `nvcc`.",
            f"{code('syn0 engines')} says which of them work on this machine, and "
            f"{code(f'syn0 engines {scene.spec}')} which one would be picked, and why.",
        ),
        **scene.subject,
        lights=("program",),
        questions=(
            Question(
                "How many lines of the program must change to run it on another engine?",
                Options(("none", "the matrix products", "all of them"), frozenset([0])),
                reply,
            ),
        ),
        closing=(
            "The product of a whole batch is why such hardware helps at all: one line, and a great "
            "many multiplications that need not wait for each other.",
        ),
    )


KNOB_LESSONS = (
    *(Lesson(knob.name, knob.title, (17,), partial(turn, knob=knob)) for knob in KNOBS),
    Lesson("gpu", "Graphics cards", (17,), gpu),
)
