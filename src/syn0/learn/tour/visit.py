"""Where a reader stands in a tour, and what was guessed. A visit is plain data, so that it can be
kept in a file or in a page's session."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from syn0.learn.tour.answers import MOST_TYPED
from syn0.learn.tour.content import Chapter, Outcome, Question, Reply
from syn0.learn.tour.tour import Tour

MOST_KEPT = 100
"""Guesses that are kept of one chapter, and visits of one reader."""


@dataclass(frozen=True)
class Guess:
    """A guess that was made.

    Attributes:
        question: its number in the chapter, counted from 0.
        typed: as it was typed.
        right: whether it was right; None for "don't know".
    """

    question: int
    typed: str
    right: bool | None


@dataclass
class Visit:
    """A reader in a tour.

    Attributes:
        tour: which one.
        place: of the chapter, counted from 0; one past the last at the end.
        question: the one that is asked next in it; as many as there are where all are answered.
        guesses: all that were made, by the names of the chapters.
    """

    tour: Tour
    place: int = 0
    question: int = 0
    guesses: dict[str, list[Guess]] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Whether no chapter is left."""
        return self.place >= len(self.tour.lessons)

    def chapter(self) -> Chapter:
        """The present chapter; `LeftOut` where it does not apply."""
        return self.tour.chapter(self.tour.lessons[self.place].name)

    def asked(self) -> Question | None:
        """The question that is asked; None where all of the chapter's are answered."""
        questions = self.chapter().questions
        return questions[self.question] if self.question < len(questions) else None

    def answer(self, text: str) -> Reply:
        """Answer the question that is asked, and go on to the next.

        Raises:
            ValueError: it is no answer; the message says what is wanted.
        """
        question = self.asked()
        if question is None:
            raise ValueError("every question of this chapter is answered")
        reply = question.respond(text)
        guess = Guess(self.question, text.strip()[:MOST_TYPED], reply.right)
        kept = self.guesses.setdefault(self.tour.lessons[self.place].name, [])
        kept[:] = [*kept, guess][-MOST_KEPT:]
        self.question += 1
        return reply

    def experiment(self, text: str) -> Outcome:
        """What follows from a value of the chapter's experiment.

        Raises:
            ValueError: there is none, or it cannot be such a value.
        """
        experiment = self.chapter().experiment
        if experiment is None:
            raise ValueError("this chapter has nothing to try")
        return experiment.respond(text)

    def last_guess(self, question: int) -> Guess | None:
        """What was last guessed to a question of the present chapter."""
        kept = self.guesses.get(self.tour.lessons[self.place].name, [])
        return next((guess for guess in reversed(kept) if guess.question == question), None)

    def go_to(self, place: int) -> None:
        """Begin a chapter; one past the last is the end."""
        self.place, self.question = max(0, min(place, len(self.tour.lessons))), 0

    def tally(self) -> dict[str, int]:
        """How many questions were answered right at the last guess, not yet, and with "don't
        know"."""
        last = {(name, g.question): g.right for name, kept in self.guesses.items() for g in kept}
        rights = list(last.values())
        return {
            "right": rights.count(True),
            "not yet": rights.count(False),
            "don't know": rights.count(None),
        }

    def data(self) -> dict[str, Any]:
        """As JSON has it."""
        name = "" if self.is_over else self.tour.lessons[self.place].name
        guesses = {
            chapter: [[guess.question, guess.typed, guess.right] for guess in kept]
            for chapter, kept in self.guesses.items()
        }
        return {"chapter": name, "question": self.question, "guesses": guesses}

    @classmethod
    def of(cls, tour: Tour, data: Mapping[str, Any]) -> Visit:
        """A visit that was kept.

        Raises:
            ValueError: it is none.
        """
        names = [lesson.name for lesson in tour.lessons]
        name, question = data.get("chapter"), data.get("question")
        found = data.get("guesses")
        if name == "":
            place = len(names)
        elif name in names:
            place = names.index(name)
        else:
            raise ValueError("there is no such chapter")
        if type(question) is not int or question < 0 or not isinstance(found, dict):
            raise ValueError("what was guessed is not there")
        kept = {str(key): [*map(kept_guess, listed(value))] for key, value in found.items()}
        return cls(tour, place, question, {key: kept[key] for key in kept if key in names})


def listed(value: Any) -> list[Any]:
    """A list that was kept."""
    if not isinstance(value, list):
        raise ValueError("guesses are no list")
    return value[:MOST_KEPT]


def kept_guess(value: Any) -> Guess:
    """A guess that was kept."""
    match value:
        case [int(question), str(typed), True | False | None as right] if question >= 0:
            return Guess(question, typed[:MOST_TYPED], right)
    raise ValueError("this is no guess")


def key_of(tour: Tour) -> str:
    """By what a tour is known again: its network, how it is trained, and its data."""
    scene = tour.deep
    digest = hashlib.sha256(repr((scene.spec, scene.training)).encode())
    for array in (scene.X, scene.y):
        digest.update(repr(array.shape).encode() + array.tobytes())
    return digest.hexdigest()[:16]
