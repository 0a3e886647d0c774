"""Text of a user or a file, where it meets a person or a program; and lists in sentences."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

MOST_SAID = 280
"""Characters of a message, whatever a file holds: with what stands before it, below 300."""

MOST_OF_A_NAME = 60
"""Characters of a name, where it stands among other words or in a table."""

JOINERS = "\u200c\u200d"
"""Letters of some scripts and emoji are joined by these, and no terminal obeys them."""

OBEYED = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Categories of Unicode that a terminal obeys or cannot show: controls, what turns the direction of
writing, halves of pairs, and ends of lines."""


def visible(text: str, most: int | None = None, *, lines: bool = False) -> str:
    """The text with what is obeyed instead of shown written out, as `\\x1b`; where it is longer
    than `most` characters, without its middle. With `lines`, their ends are kept."""
    if most is not None and len(text) > most:  # what is left out need not be looked at
        text = text[:most] + text[-most:]
    if not text.isprintable():
        text = "".join(c if lines and c == "\n" else written_out(c) for c in text)
    if most is not None and len(text) > most:
        start = most * 2 // 3
        text = f"{text[:start]} … {text[3 + start - most :]}"
    return text


def counted(count: int, noun: str) -> str:
    """ "1 row", "2,000 rows"."""
    return f"{count:,} {noun}{'s' * (count != 1)}"


def written_out(character: str) -> str:
    """A character, or how Python writes it where it would be obeyed."""
    if unicodedata.category(character) not in OBEYED or character in JOINERS:
        return character
    return character.encode("unicode_escape", "surrogatepass").decode()


def series(parts: Iterable[str], last: str = "and") -> str:
    """One or more parts as a sentence lists them: "a, b and c"."""
    *others, end = parts
    return f"{', '.join(others)} {last} {end}" if others else end


def identifier(text: str, most: int, is_taken: Callable[[str], bool]) -> str:
    """A name for programs that a text suggests: about so many plain letters and digits, and a
    number behind them where it would be taken."""
    words = re.sub("[^a-z0-9]+", "_", text.lower()).strip("_")[:most].strip("_")
    start = words if words[:1].isalpha() else f"column_{words}".rstrip("_")
    made, number = start, 1
    while is_taken(made):
        number += 1
        made = f"{start}_{number}"
    return made
