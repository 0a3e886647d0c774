"""What the drill says of a program: all of it frozen, and ready for JSON."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROWS_SHOWN, COLUMNS_SHOWN = 8, 8
"""Of an array that is shown: a window around where it differs most."""

RIGHT, WRONG, STOPPED = "right", "wrong", "stopped"


@dataclass(frozen=True)
class Trouble:
    """Why a program could not be compared, or not to its end.

    Attributes:
        kind: "syntax", "error" (an exception), "stopped" or "refused" (by the drill), or
            "incomplete" (there is nothing to compare yet).
        sentence: what happened.
        line, column, end: where, in the program's text; lines from 1, 0 if it is not known.
        text: that line.
    """

    kind: str
    sentence: str
    line: int = 0
    column: int = 0
    end: int = 0
    text: str = ""


@dataclass(frozen=True)
class Mark:
    """An array of the rail: its name in the program of the exercise, and what became of it.

    Attributes:
        state: "right"; "lenient" where it is right but for its sign or a factor; "merged" where it
            is part of a longer line; "wrong" or "missing", of the first that is; or "open" beyond
            that.
        yours: the name that the learner gave it; "" if none.
    """

    name: str
    state: str
    yours: str = ""


@dataclass(frozen=True)
class Window:
    """A part of an array: its rows, as numbers (None where one is not finite), where it begins,
    and the shape of the whole."""

    shape: tuple[int, ...]
    row: int
    column: int
    rows: tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True)
class Wrong:
    """The first line that is wrong.

    Attributes:
        name: of the line in the program of the exercise.
        step: in which it was seen, from 1.
        expected_shape, found_shape: of the arrays; the latter None where nothing like it was found.
        difference: the largest, and where; None where the shapes differ.
        place: (row, column) of that difference.
        expected, found: the arrays, as far as they are shown.
        line: of the learner's program that computed what was found; 0 if it is not known.
        cause: what the mistake is, as a short name: "transpose", "sign"; "" if it is not known.
        words: that in a sentence.
        other_data: whether it shows only with other inputs than the learner's own.
    """

    name: str
    step: int
    expected_shape: tuple[int, ...]
    found_shape: tuple[int, ...] | None
    difference: float | None
    place: tuple[int, ...] | None
    expected: Window
    found: Window | None
    line: int
    cause: str
    words: str
    other_data: bool


@dataclass(frozen=True)
class Verdict:
    """What came of a check.

    Attributes:
        outcome: "right", "wrong", or "stopped" where the program could not be compared.
        agreement: of a right one "exact" or "approximate"; else "".
        sentence: the outcome in words.
        rail: the arrays in the program's order, up to the first that is wrong and beyond.
        wrong: the first line that is wrong, if one is.
        trouble: why the program stopped, if it did.
        output: what the program printed.
    """

    outcome: str
    agreement: str
    sentence: str
    rail: tuple[Mark, ...] = ()
    wrong: Wrong | None = None
    trouble: Trouble | None = None
    output: str = ""

    def to_data(self) -> dict[str, Any]:
        """As plain JSON data."""
        return asdict(self)


def window(array: NDArray[Any], around: Iterable[int] = (0, 0)) -> Window:
    """The part of an array around an entry."""
    shape = np.shape(array)
    matrix = np.atleast_2d(np.asarray(array, float))
    row, column = [0, 0, *around][-2:]
    top = max(0, min(row - ROWS_SHOWN // 2, matrix.shape[0] - ROWS_SHOWN))
    left = max(0, min(column - COLUMNS_SHOWN // 2, matrix.shape[1] - COLUMNS_SHOWN))
    part = matrix[top : top + ROWS_SHOWN, left : left + COLUMNS_SHOWN]
    rows = tuple(tuple(x if math.isfinite(x) else None for x in row) for row in part.tolist())
    return Window(shape, top, left, rows)
