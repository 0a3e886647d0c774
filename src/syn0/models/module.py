"""A trained network as a `Module`: from the columns of its table to its answers, line by line.

It is `Network.predict` once more, for every language and format that models are written in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from syn0.data import Schema
from syn0.data.preparation import COARSE, Preparation, preparation
from syn0.data.targets import NumberTarget
from syn0.derive import loss_of, output_numbers
from syn0.derive.answers import as_shares, class_number, guess, probabilities
from syn0.printers.module import (
    LABEL,
    PROBABILITIES,
    QUANTILES,
    SCORES,
    VARIABLE,
    Answer,
    Given,
    Module,
)
from syn0.printers.script import prediction_lines
from syn0.program import Const, Expr, Line, Name, Program, reads
from syn0.program.expressions import float64, label
from syn0.spec import NetworkSpec
from syn0.spec.words import counted

if TYPE_CHECKING:
    from syn0.models.network import Network


@dataclass
class Answers:
    """The lines from outputs to answers, as they grow.

    Args:
        network: whose outputs they are.
        output: what its program calls these.
    """

    network: NetworkSpec
    output: Name
    lines: list[Line] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    def bind(self, target: str, expression: Expr, note: str) -> Name:
        """One more line; a plain copy is read under its own name."""
        if isinstance(expression, Name):
            return expression
        self.lines.append(Line(target, expression, "answer", len(self.network.dense), note))
        return Name(target)

    def give(self, role: str, value: Name, width: int, *, wide: bool = False) -> None:
        """One more answer."""
        self.answers.append(Answer(role, value.name, width, wide))

    def classes(self, out: Expr, labels: Sequence[Any]) -> None:
        """One class a row, and how likely each is: its probabilities or, where the last layer gives
        none, the outputs themselves."""
        outputs = self.network.outputs
        if len(labels) != max(2, outputs):
            raise ValueError(
                f"the outputs of {self.network} tell {max(2, outputs)} classes apart, not "
                f"{len(labels)}"
            )
        shares = self.bind("shares", as_shares(self.network, out), "so that 0.5 is the middle")
        note = "the class: the most likely" if outputs > 1 else "the second class where above 0.5"
        number = self.bind("number", class_number(shares, outputs), note)
        self.give(LABEL, self.bind("label", label(number, tuple(labels)), "its name"), 1)
        likely = probabilities(self.network, out)
        if likely is None:
            self.give(SCORES, self.bind("scores", out, "the outputs, in this order"), outputs)
            return
        note = "of each class, in their order"
        self.give(PROBABILITIES, self.bind("probabilities", likely, note), len(labels))

    def yeses(self) -> None:
        """Several yeses and noes a row, each output for itself."""
        yes = self.bind("label", self.output > 0.5, "1 where an output is above 0.5")
        self.give(LABEL, yes, self.network.outputs)
        self.give(PROBABILITIES, self.output, self.network.outputs)

    def numbers(
        self, mean: ArrayLike = 0.0, scale: ArrayLike = 1.0, *, guessed: bool = False
    ) -> None:
        """Numbers, in the target's units; the middle one of quantiles and all of them, where the
        guess among them is asked for."""
        restored = restore(self.output, self.network.dtype, mean, scale)
        numbers = self.bind("restored", restored, "in the target's own units")
        wide = bool((np.abs(mean) > COARSE * np.asarray(scale)).any())
        several = len(output_numbers(self.network.loss)) > 1
        if not (guessed and several):
            self.give(VARIABLE, numbers, self.network.outputs, wide=wide)
            return
        middle = self.bind("middle", guess(self.network, numbers), "the quantile nearest to 0.5")
        self.give(VARIABLE, middle, 1, wide=wide)
        self.give(QUANTILES, numbers, self.network.outputs, wide=wide)


def restore(out: Name, dtype: str, mean: ArrayLike, scale: ArrayLike) -> Expr:
    """scale * output + mean, in float64 as `predict` computes it."""
    if not np.any(mean) and np.all(np.equal(scale, 1)):
        return out
    wide: Expr = float64(out) if dtype == "float32" else out
    wide = wide * number_or_row(scale) if np.any(np.not_equal(scale, 1)) else wide
    return wide + number_or_row(mean) if np.any(mean) else wide


def number_or_row(values: ArrayLike) -> Const:
    """A number, or a row of them."""
    array = np.asarray(values, np.float64)
    return Const(float(array)) if array.ndim == 0 else Const(tuple(array.tolist()))


def module_of(network: Network) -> Module:
    """The plan of a network: from the columns of its table to the answers in the target's own words
    or units.

    One of plain arrays takes `X`, and calls classes 0, 1, … where its loss is one of classes.
    """
    spec, schema = network.spec, network.schema
    answers = Answers(spec, output_of(spec))
    if schema is None:
        plain_answers(answers)
    elif isinstance(target := schema.target_column, NumberTarget):
        answers.numbers(target.mean, target.scale)
    else:
        answers.classes(answers.output, schema.classes or ())
    steps = counted(network.steps_taken, "step")
    title = f"Predicts with a {spec} neural network, trained for {steps}."
    return assembled(title, spec, network.weights, schema, answers)


def plain_answers(answers: Answers) -> None:
    """What the outputs of a network of plain arrays mean, by its loss."""
    spec = answers.network
    kind = loss_of(spec).row.targets
    if kind == "shares" and spec.outputs > 1:
        answers.yeses()
    elif kind in ("shares", "classes"):
        answers.classes(answers.output, range(max(2, spec.outputs)))
    else:
        answers.numbers()


def labels_of(classes: ArrayLike) -> tuple[Any, ...]:
    """Classes as a program's labels: whole numbers, other numbers, or texts."""
    array = np.asarray(classes)
    if array.dtype.kind in "biu":
        return tuple(map(int, array))
    return tuple(map(float if array.dtype.kind == "f" else str, array))


def output_of(spec: NetworkSpec) -> Name:
    """What a network's program calls its outputs."""
    return Name(prediction_lines(spec).output)


def assembled(
    title: str,
    spec: NetworkSpec,
    weights: Mapping[str, NDArray[Any]],
    schema: Schema | None,
    answers: Answers,
) -> Module:
    """A plan of its parts: what `schema` prepares, or a plain `X`; the forward lines; answers."""
    prediction = prediction_lines(spec)
    made = Preparation([Given("X", (), spec.inputs)])
    if schema is not None:
        made = preparation(schema, spec.dtype)
    forward = prediction.phase("forward")
    program = replace(
        prediction,
        lines=(*starts(prediction, forward), *made.lines, *forward, *answers.lines),
        inputs={one.name: one.shape for one in made.given},
        weights=tuple(name for name in prediction.weights if name in set(reads(forward))),
        reports=(),
        seed=None,
    )
    kept = {name: np.asarray(weights[name], spec.dtype) for name in program.weights}
    given, order = tuple(made.given), tuple(made.order)
    return Module(title, spec, given, order, program, kept, tuple(answers.answers))


def starts(prediction: Program, forward: Iterable[Line]) -> list[Line]:
    """The "init" lines of what the forward lines read."""
    read = set(reads(forward))
    return [line for line in prediction.phase("init") if line.target in read]
