"""What a chapter of the tour is made of: words, figures, questions and an experiment.

Everything here is known before anybody reads it, and nothing is shown or read here: a terminal, a
document and the page tell the same chapters. `data` of each object gives it as JSON has it, without
what would tell the answers.

Texts are plain; code stands in them between backticks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from syn0.learn.tour.answers import Answer
from syn0.spec.words import visible

DONT_KNOW = ("?", "d", "don't know", "dont know", "i don't know")
"""What stands for "I don't know", which is an answer."""

REGIONS = ("data", "program", "line", "network", "units", "curves", "knobs", "printed", "transport")
"""Parts of the page that a chapter may light up."""


@dataclass(frozen=True)
class Figure:
    """Something to look at.

    Attributes:
        title: what it shows.
        text: lines of plain text, as wide as they are.
    """

    title: str
    text: str

    def __str__(self) -> str:
        return f"{self.title}\n{self.text}" if self.title else self.text

    def data(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"title": self.title, "text": self.text}


@dataclass(frozen=True)
class Action:
    """Something that a chapter does on the page.

    Attributes:
        do: "go" to a line's next run, "open" the product in a line, "split" a weight's update,
            turn a "knob", "play", or begin the "drill".
        name: of the line, the array or the knob.
        value: the place in the array, such as (0, 0); or what the knob is set to.
    """

    do: str
    name: str = ""
    value: Any = None

    def data(self) -> dict[str, Any]:
        """As JSON has it."""
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return {"do": self.do, "name": self.name, "value": value}


@dataclass(frozen=True)
class Reply:
    """What is said to a guess.

    Attributes:
        right: whether it was; None for "don't know".
        guess: as it was understood; "" for "don't know".
        words: the answer, with the guess's own numbers.
        figures: what the question kept back.
    """

    right: bool | None
    guess: str
    words: str
    figures: tuple[Figure, ...] = ()

    def __str__(self) -> str:
        return "\n\n".join([self.words, *map(str, self.figures)])

    def data(self) -> dict[str, Any]:
        """As JSON has it."""
        figures = [figure.data() for figure in self.figures]
        return {"right": self.right, "guess": self.guess, "words": self.words, "figures": figures}


@dataclass(frozen=True, eq=False)
class Question:
    """Something to predict.

    Attributes:
        words: the question.
        answer: what may be answered, and what is right.
        reply: what is said to a guess, as `answer` understands it; to None for "don't know".
        figures: what it is to be found from.
        revealed: what is shown with the reply.
    """

    words: str
    answer: Answer
    reply: Callable[[Any], str]
    figures: tuple[Figure, ...] = ()
    revealed: tuple[Figure, ...] = ()

    def respond(self, text: str) -> Reply:
        """What is said to a typed guess.

        Raises:
            ValueError: it is no answer; the message says what is wanted.
        """
        told = self.answer.told
        if text.strip().lower() in DONT_KNOW:
            return Reply(None, "", f"The answer is {told}. {self.reply(None)}", self.revealed)
        guess = self.answer.understood(text.strip())
        said = self.answer.says(guess)
        if self.answer.is_right(guess):
            return Reply(True, said, f"Right: {said}. {self.reply(guess)}", self.revealed)
        words = f"You said {said}; the answer is {told}. {self.reply(guess)}"
        return Reply(False, said, words, self.revealed)

    def data(self) -> dict[str, Any]:
        """As JSON has it, without the answer."""
        return {
            "words": self.words,
            "figures": [figure.data() for figure in self.figures],
            **self.answer.data(),
        }


@dataclass(frozen=True)
class Outcome:
    """What follows from a value that a reader chose.

    Attributes:
        words: what it says.
        figures: what it shows.
    """

    words: str
    figures: tuple[Figure, ...] = ()

    def __str__(self) -> str:
        return "\n\n".join([self.words, *map(str, self.figures)])

    def data(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"words": self.words, "figures": [figure.data() for figure in self.figures]}


@dataclass(frozen=True, eq=False)
class Experiment:
    """A number to change.

    Attributes:
        words: what may be tried.
        label: what the number is, in a few words.
        wanted: what may be given.
        run: what follows from it.
        tries: values worth trying, as a reader types them.
    """

    words: str
    label: str
    wanted: Answer
    run: Callable[[Any], Outcome]
    tries: tuple[str, ...] = ()

    def respond(self, text: str) -> Outcome:
        """What follows from a typed value.

        Raises:
            ValueError: it cannot be; the message says what is wanted.
        """
        return self.run(self.wanted.understood(text.strip()))

    def data(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "words": self.words,
            "label": self.label,
            "tries": list(self.tries),
            **self.wanted.data(),
        }


@dataclass(frozen=True, eq=False)
class Chapter:
    """A few minutes of the tour.

    Attributes:
        paragraphs: what it says before its questions.
        net, data_name: the network and the data that it speaks of.
        program: the lines of a step: of each the name that it binds, and its text.
        lines: the names whose lines it speaks of.
        figures: live values.
        lights: parts of the page (`REGIONS`) that it lights up.
        actions: what it does there.
        questions: what is predicted, in order.
        closing: what it says after the questions.
        experiment: a number to change; None without.
        name, title, points: see `Lesson`, which fills them in.
    """

    paragraphs: tuple[str, ...]
    net: str
    data_name: str
    program: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    lights: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    questions: tuple[Question, ...] = ()
    closing: tuple[str, ...] = ()
    experiment: Experiment | None = None
    name: str = ""
    title: str = ""
    points: tuple[int, ...] = ()

    def data(self) -> dict[str, Any]:
        """As JSON has it, without what would tell the answers."""
        return {
            "name": self.name,
            "title": self.title,
            "points": list(self.points),
            "net": self.net,
            "data": self.data_name,
            "paragraphs": list(self.paragraphs),
            "program": [{"target": target, "text": text} for target, text in self.program],
            "lines": list(self.lines),
            "figures": [figure.data() for figure in self.figures],
            "lights": list(self.lights),
            "actions": [action.data() for action in self.actions],
            "questions": [question.data() for question in self.questions],
            "closing": list(self.closing),
            "experiment": None if self.experiment is None else self.experiment.data(),
        }


class LeftOut(Exception):  # noqa: N818  (it is no error)
    """A chapter does not apply to a network or its data; the message says why in a sentence."""


def code(text: str) -> str:
    """A text of the program's or the user's, between backticks."""
    return f"`{visible(text).replace('`', chr(39))}`"
