"""A trained model as a plan: what it is given, the lines that predict, and what it answers.

It is made once, by `models/module.py`; every language and format renders it and decides none of it
again.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.printers.base import UnsupportedError
from syn0.program import Apply, Const, Line, Name, Program, Shape, names_in
from syn0.program.interpreter import walk
from syn0.spec import NetworkSpec

LABEL, PROBABILITIES, SCORES = "label", "probabilities", "scores"
VARIABLE, QUANTILES = "variable", "quantiles"
"""What answers are called, as other exporters call them: of classes, and of numbers."""


@dataclass(frozen=True)
class Given:
    """What a trained model is given: a matrix of numbers, or a column of texts.

    Attributes:
        name: what its program calls it.
        columns: the names of the table's columns that it holds, in their order; () where it is a
            matrix without names.
        width: the number of its columns.
        texts: whether it holds texts, "" where one is missing. A missing number is NaN.
        missing: texts that also stand for a missing one.
        gaps: whether numbers may be missing.
        coarse: whether float32 is too coarse for the numbers of each column; () where for none.
    """

    name: str
    columns: tuple[str, ...]
    width: int
    texts: bool = False
    missing: tuple[str, ...] = ()
    gaps: bool = False
    coarse: tuple[bool, ...] = ()

    @property
    def kind(self) -> str:
        """What it holds: "texts", "numbers" of named columns, or "rows" of plain ones."""
        return "texts" if self.texts else "numbers" if self.columns else "rows"

    @property
    def shape(self) -> Shape:
        """The shape of its array."""
        return ("rows", self.width)


@dataclass(frozen=True)
class Answer:
    """What a model answers.

    Attributes:
        role: one of the names above.
        name: what its program calls it: (rows, width).
        width: the number of its columns; a label and a single guess have one.
        wide: whether float32 is too coarse for it.
    """

    role: str
    name: str
    width: int
    wide: bool = False


@dataclass(frozen=True)
class Module:
    """The plan.

    Attributes:
        title: one sentence that says what it is.
        network: the description of its network.
        given: what goes in.
        order: the names of the columns that it takes, in the table's order; () where they have no
            names.
        program: lines of the phases "prepare", "forward" and "answer".
        weights: the arrays that it reads, by name.
        answers: what comes out; the first is what `predict` gives.
    """

    title: str
    network: NetworkSpec
    given: tuple[Given, ...]
    order: tuple[str, ...]
    program: Program
    weights: Mapping[str, NDArray[Any]]
    answers: tuple[Answer, ...]

    def answer(self, role: str) -> Answer | None:
        """The answer of a role, if there is one."""
        return next((answer for answer in self.answers if answer.role == role), None)

    @property
    def columns(self) -> list[tuple[str, Given, int]]:
        """The columns in the table's order, each with what it is part of and its place there."""
        found = {
            column: (one, place) for one in self.given for place, column in enumerate(one.columns)
        }
        return [(column, *found[column]) for column in self.order]

    @property
    def known_texts(self) -> dict[str, tuple[str, ...]]:
        """The texts that each column of texts knows, "" for a missing one, by the name of what is
        given."""
        found = {}
        for line in self.program.phase("prepare"):
            match line.expression:
                case Apply("one_of", (Name(name), Const(tuple(known)))):
                    found[name] = tuple(map(str, known))
        return found

    @property
    def classes(self) -> tuple[Any, ...]:
        """The labels in the order of the outputs that tell them; () of numbers."""
        for line in self.program.phase("answer"):
            match line.expression:
                case Apply("label", (_, Const(tuple(labels)))):
                    return labels
        return ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The texts that stand for a missing one, in the first column of texts; () without any."""
        return next((given.missing for given in self.given if given.texts), ())

    @property
    def numbers(self) -> str:
        """The name of what `predict` gives as numbers: outputs in the target's units, those of all
        quantiles; or the outputs that say which class it is."""
        numbers = self.answer(QUANTILES) or self.answer(VARIABLE)
        return numbers.name if numbers else self.program.output

    def answering(self, name: str) -> list[Line]:
        """The lines of the phase "answer" that lead to a name."""
        needed, lines = {name}, []
        for line in reversed(self.program.phase("answer")):
            if line.target in needed:
                needed.update(names_in(line.expression))
                lines.append(line)
        return lines[::-1]


@dataclass(frozen=True)
class Sample:
    """Rows for a program to predict.

    Attributes:
        note: what they are.
        cells: by the names of columns, their values: numbers, texts and None.
        matrix: (rows, columns), where the columns have no names.
        trial: whether they are there for a file to try itself on, and not for their predictions.
    """

    note: str
    cells: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    matrix: NDArray[Any] | None = None
    trial: bool = False

    @property
    def rows(self) -> Iterator[dict[str, Any]]:
        """The rows of the columns, each by the names of these."""
        for row in zip(*self.cells.values(), strict=True):
            yield dict(zip(self.cells, row, strict=True))


def values_of(module: Module, sample: Sample) -> dict[str, Any]:
    """What each name of a plan means for a sample, by the reference interpreter."""
    bound: dict[str, Any] = dict(module.weights)
    for given in module.given:
        columns = [sample.cells[name] for name in given.columns if name in sample.cells]
        if given.texts:
            texts = ["" if cell is None else str(cell).strip() for cell in columns[0]]
            known = ["" if text in given.missing else text for text in texts]
            bound[given.name] = np.array(known)[:, np.newaxis]
        elif columns:
            bound[given.name] = np.array(columns, float).T
        else:
            bound[given.name] = np.asarray(sample.matrix, module.program.dtype)
    lines = module.program.phase("prepare", "forward", "answer")
    return bound | {line.target: value for line, value in walk(lines, bound)}


def answers_to(module: Module, sample: Sample) -> list[dict[str, Any]]:
    """What the definition answers to each row of a sample, by the roles of the answers: one value
    where a label or a number is one, else a list."""
    found = values_of(module, sample)
    columns = {}
    for answer in module.answers:
        values = found[answer.name]
        single = answer.width == 1 and answer.role in (LABEL, VARIABLE)
        values = values.astype(int) if values.dtype.kind == "b" else values
        columns[answer.role] = (values[:, 0] if single else values).tolist()
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def answer_names(module: Module, answer: Answer) -> list[str]:
    """What the columns of an answer are called where each has a name: of classes, as in `syn0
    predict`."""
    name, classes = NAMES[answer.role], module.classes
    if answer.width == 1:
        return [name]
    if len(classes) == answer.width:
        return [f"{name} of {label}" for label in classes]
    return [f"{name} {place + 1}" for place in range(answer.width)]


NAMES = {LABEL: "prediction", VARIABLE: "prediction", PROBABILITIES: "probability",
         SCORES: "score", QUANTILES: "quantile"}  # fmt: skip
"""What answers are called in tables."""


def free(name: str, taken: Container[str]) -> str:
    """A name that no other has."""
    while name in taken:
        name += "_"
    return name


def plain_names(width: int) -> list[str]:
    """Names of columns that have none."""
    return [f"x{place + 1}" for place in range(width)]


class ModulePrinter:
    """What prints trained models in a language, into files with such an ending.

    Attributes:
        language: its name.
        ending: of its files.
        shows: whether a program that is run shows what it predicts of a sample that is no trial.
        kept_in: what holds the weights.
    """

    language: str
    ending: str
    shows = False
    kept_in = "program"

    def program(self, module: Module, sample: Sample, weights_file: str | None = None) -> str:
        """A standalone program that predicts a sample, its weights in the text or in a file beside
        it; UnsupportedError, naming what the language cannot say."""
        if weights_file is not None:
            raise UnsupportedError(
                f"the {self.language} printer writes weights into the {self.kept_in}"
            )
        return self.predicting(module, sample)

    def predicting(self, module: Module, sample: Sample) -> str:
        """The text of a program that holds its weights."""
        raise NotImplementedError
