"""Names with numbers, such as "huber:1.5" or "cosine": what a user writes to choose a row of a
table and to set what the row leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from syn0.spec.checks import choice, real

MOST_QUOTED = 100
"""Characters of a text with many numbers that messages about one of them quote."""


@dataclass(frozen=True)
class Setting:
    """A number that may follow a name.

    Attributes:
        name: what it is.
        default: its value where it is not given.
        bounds: as `real` takes them.
        whole: whether it is a whole number.
    """

    name: str
    default: float
    bounds: Mapping[str, float] = field(default_factory=dict)
    whole: bool = False

    def read(self, what: str, text: str) -> float:
        """The number that a text spells; ValueError if it spells none, or one out of bounds."""
        try:
            number = float(text)
        except ValueError:
            raise ValueError(f"{what}: {self.name} must be a number, not {text!r}") from None
        number = real(f"{what}: {self.name}", number, **self.bounds)
        if not self.whole:
            return number
        if number != int(number):
            raise ValueError(f"{what}: {self.name} must be a whole number, not {text}")
        return int(number)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The base of a table's rows: which numbers may follow the row's name.

    Attributes:
        settings: in order.
        repeats: whether the only setting may be given several times.
        listed: whether messages offer it; what is not is for syn0's own use.
    """

    settings: tuple[Setting, ...] = ()
    repeats: bool = False
    listed: bool = True

    @property
    def marks(self) -> str:
        """What may follow the name, N a whole number and F any: ":N,F"."""
        marks = ",".join("N" if setting.whole else "F" for setting in self.settings)
        return f":{marks},{marks}…" if self.repeats else f":{marks}" * bool(marks)


Row = TypeVar("Row", bound=Choice)


@dataclass(frozen=True)
class Chosen(Generic[Row]):
    """What a text chooses: the name, its row of the table, and its numbers."""

    name: str
    row: Row
    numbers: tuple[float, ...]


def listed(table: Mapping[str, Choice]) -> list[str]:
    """The names of the rows that users are offered."""
    return [name for name, row in table.items() if row.listed]


def chosen(what: str, text: str, table: Mapping[str, Row]) -> Chosen[Row]:
    """Look up "name" or "name:number,number" in a table.

    Raises:
        ValueError: an unknown name, too many numbers, or numbers out of bounds; the message lists
            what is allowed.
    """
    name, colon, rest = text.partition(":") if isinstance(text, str) else (text, "", "")
    if name not in table:
        choice(what, name, listed(table))
    row = table[name]
    given = [part.strip() for part in rest.split(",")] if colon else []
    settings = row.settings * max(len(given), 1) if row.repeats else row.settings
    if len(given) > len(settings):
        takes = " and ".join(setting.name for setting in settings) or "no number"
        raise ValueError(f"{what} {text!r} holds too many numbers: {name!r} takes {takes}")
    numbers = [setting.default for setting in settings]
    for place, (setting, part) in enumerate(zip(settings, given, strict=False)):
        quoted = text if len(text) <= MOST_QUOTED else f"{text[:MOST_QUOTED]}…"
        numbers[place] = setting.read(f"{what} {quoted!r}", part)
    return Chosen(name, row, tuple(numbers))
