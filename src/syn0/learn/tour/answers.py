"""What may be answered: one of several options, a number, a shape, arrows, or a name."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from syn0.explain.text import number
from syn0.spec.words import MOST_OF_A_NAME, series, visible

ARROWS = {1: "↑", -1: "↓", 0: "·"}
"""How ways are drawn."""

WAYS = {"↑": 1, "+": 1, "^": 1, "↓": -1, "-": -1, "−": -1, "·": 0, ".": 0, "0": 0, "=": 0}
"""How they are typed."""

THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
MOST_TYPED = 200
"""Characters of an answer."""


class Answer(Protocol):
    """What may be answered to a question, and what is right."""

    @property
    def kind(self) -> str:
        """ "choice", "name", "number", "shape" or "arrows"."""

    @property
    def wanted(self) -> str:
        """What is to be typed, in a few words."""

    @property
    def told(self) -> str:
        """The right answer, in words."""

    def understood(self, text: str) -> Any:
        """A guess as it was typed; ValueError, with what is wanted, where it is none."""

    def is_right(self, guess: Any) -> bool:
        """Whether a guess is right."""

    def says(self, guess: Any) -> str:
        """A guess in words."""

    def data(self) -> dict[str, Any]:
        """What may be answered as JSON has it."""


def refused(wanted: str, text: str) -> ValueError:
    """What is said to a text that is no answer."""
    if not text:
        return ValueError(f"type {wanted}")
    return ValueError(f"{visible(repr(text), MOST_OF_A_NAME)} is no answer here: type {wanted}")


@dataclass(frozen=True)
class Options:
    """One of several texts; typed by its number, counted from 1, or as it stands.

    Attributes:
        options: the texts.
        right: the places of those that are right.
        kind: "choice", or "name" where the texts are names in the program or the data.
    """

    options: tuple[str, ...]
    right: frozenset[int] = frozenset()
    kind: str = "choice"

    @property
    def wanted(self) -> str:
        """The numbers that there are."""
        one = "a name or its number" if self.kind == "name" else "a number"
        return f"{one} from 1 to {len(self.options)}"

    @property
    def told(self) -> str:
        """All options that are right."""
        return series((self.options[k] for k in sorted(self.right)), "or")

    def understood(self, text: str) -> int:
        """The place of an option, counted from 0."""
        plain = [option.replace("`", "").casefold() for option in self.options]
        if text.replace("`", "").casefold() in plain:
            return plain.index(text.replace("`", "").casefold())
        if text in map(str, range(1, len(self.options) + 1)):
            return int(text) - 1
        raise refused(self.wanted, text)

    def is_right(self, guess: int) -> bool:
        """Whether the option is among the right ones."""
        return guess in self.right

    def says(self, guess: int) -> str:
        """The option."""
        return self.options[guess]

    def data(self) -> dict[str, Any]:
        """The options."""
        return {"kind": self.kind, "wanted": self.wanted, "options": list(self.options)}


@dataclass(frozen=True)
class Number:
    """A number.

    Attributes:
        value: the right one; None where any is asked for.
        within: how far a guess may be from it.
        least, most: what a guess may be.
        whole: whether it is a whole number.
    """

    value: float | None = None
    within: float = 0.0
    least: float = -math.inf
    most: float = math.inf
    whole: bool = False

    kind = "number"

    @property
    def wanted(self) -> str:
        """The kind of number, and its bounds."""
        what = "a whole number" if self.whole else "a number"
        if math.isfinite(self.least) and math.isfinite(self.most):
            return f"{what} from {self.text(self.least)} to {self.text(self.most)}"
        if math.isfinite(self.least):
            return f"{what} of at least {self.text(self.least)}"
        return what

    def text(self, value: float) -> str:
        """A number of this kind, to be read."""
        return number(int(value)) if self.whole else number(value)

    @property
    def told(self) -> str:
        """The right number."""
        assert self.value is not None  # noqa: S101  (only questions have one)
        return self.text(self.value)

    def understood(self, text: str) -> float | int:
        """The number that is meant."""
        plain = text.replace(",", "") if THOUSANDS.fullmatch(text) else text.replace("−", "-")
        try:
            value = float(plain) if len(plain) <= MOST_TYPED else math.nan
        except ValueError:
            value = math.nan
        good = math.isfinite(value) and self.least <= value <= self.most
        if not good or (self.whole and not value.is_integer()):
            raise refused(self.wanted, text)
        return int(value) if self.whole else value

    def is_right(self, guess: float) -> bool:
        """Whether it is near enough."""
        return self.value is not None and abs(guess - self.value) <= self.within

    def says(self, guess: float) -> str:
        """The number."""
        return self.text(guess)

    def data(self) -> dict[str, Any]:
        """Its bounds."""
        least, most = (x if math.isfinite(x) else None for x in (self.least, self.most))
        return {"kind": self.kind, "wanted": self.wanted, "whole": self.whole,
                "least": least, "most": most}  # fmt: skip


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape as the program's notes have it."""
    return f"({' x '.join(f'{n:,}' for n in shape)})"


@dataclass(frozen=True)
class Shape:
    """The shape of an array.

    Attributes:
        value: rows and columns.
    """

    value: tuple[int, ...]

    kind = "shape"
    wanted = "a shape, rows and columns, such as `2 x 5`"

    @property
    def told(self) -> str:
        """The shape."""
        return self.says(self.value)

    def understood(self, text: str) -> tuple[int, ...]:
        """Rows and columns from "(4, 1)", "4x1" or "4 1"."""
        plain = THOUSANDS.sub(lambda found: found[0].replace(",", ""), text)
        if len(text) > MOST_TYPED or not re.fullmatch(r"[\d\s()\[\],x×*by]+", plain):
            raise refused(self.wanted, text)
        numbers = re.findall(r"\d+", plain)
        if len(numbers) != len(self.value):
            raise refused(self.wanted, text)
        return tuple(int(digits[:12]) for digits in numbers)

    def is_right(self, guess: tuple[int, ...]) -> bool:
        """Whether it is the shape."""
        return guess == self.value

    def says(self, guess: tuple[int, ...]) -> str:
        """The shape."""
        return shape_text(guess)

    def data(self) -> dict[str, Any]:
        """How many numbers it has."""
        return {"kind": self.kind, "wanted": self.wanted, "dimensions": len(self.value)}


@dataclass(frozen=True)
class Arrows:
    """Which way each of several things goes: up, down, or not at all.

    Attributes:
        value: 1, -1 or 0 of each.
        names: of each.
    """

    value: tuple[int, ...]
    names: tuple[str, ...]

    kind = "arrows"

    @property
    def wanted(self) -> str:
        """The signs, and how many."""
        if len(self.value) == 1:
            return "+ for up, - for down or . for neither"
        return f"{len(self.value)} signs, + for up, - for down, . for neither"

    @property
    def told(self) -> str:
        """All arrows."""
        return self.says(self.value)

    def understood(self, text: str) -> tuple[int, ...]:
        """The ways that are meant."""
        plain = re.sub(r"[\s,]", "", text[:MOST_TYPED])
        if len(plain) != len(self.value) or any(sign not in WAYS for sign in plain):
            raise refused(self.wanted, text)
        return tuple(WAYS[sign] for sign in plain)

    def is_right(self, guess: tuple[int, ...]) -> bool:
        """Whether all are."""
        return guess == self.value

    def wrong(self, guess: tuple[int, ...] | None) -> list[int]:
        """The places where a guess is not right; the first where it is, or there is none."""
        pairs = enumerate(zip(guess or self.value, self.value, strict=True))
        return [place for place, (one, right) in pairs if one != right] or [0]

    def says(self, guess: tuple[int, ...]) -> str:
        """Arrows."""
        return " ".join(ARROWS[way] for way in guess)

    def data(self) -> dict[str, Any]:
        """What the arrows are for."""
        return {"kind": self.kind, "wanted": self.wanted, "names": list(self.names)}


def ways(values: Iterable[Any]) -> tuple[int, ...]:
    """The signs of numbers, as `Arrows` has them."""
    return tuple((float(value) > 0) - (float(value) < 0) for value in values)
