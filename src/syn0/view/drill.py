"""The drill on the page: messages about exercises, which `learn.drill` makes and judges.

Nothing is remembered from one message to the next but what is solved, in the file that the
terminal's drill keeps.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from syn0.learn.drill.exercise import RUNGS, Exercise
from syn0.learn.drill.ladder import LADDER, exercise_of, exercises, next_exercise
from syn0.learn.drill.levels import BLANK, LEVELS
from syn0.learn.drill.matching import TOLERANCE
from syn0.learn.drill.progress import keep_progress, read_progress
from syn0.learn.drill.report import Report
from syn0.learn.drill.verdict import RIGHT, Verdict, Window, Wrong
from syn0.program import Name
from syn0.spec.checks import choice, whole
from syn0.view.protocol import Message, Side, Sides
from syn0.view.shown import Pack

if TYPE_CHECKING:
    from syn0.view.session import Session

MOST_BYTES = 64 * 1024
"""Of a program that is checked."""

OWN = -1
"""In place of a rung of the ladder: the network of the run that is looked at."""

SENTENCES = Report(width=10_000)
"""Says a verdict as the terminal does, a sentence a line."""


def exercise(session: Session, header: dict[str, Any], arrays: list[Any]) -> list[Message]:
    """What is to be written, from where on the ladder or of which network one likes."""
    solved = read_progress()
    if "rung" in header:
        rung, asked = asked_for(session, header)
    else:
        rung, asked = place_on_ladder(next_exercise(solved) or list(exercises())[-1][1])
    found = {
        "type": "exercise",
        "rung": rung,
        "level": asked.level,
        "title": asked.title,
        "start": asked.start_text(),
        "lines": ["X", *(k for k, v in asked.lines.items() if not isinstance(v.expression, Name))],
        "line": asked.open_line(None),
        "levels": list(LEVELS.values()),
        "ladder": [
            {
                "net": one.net,
                "words": one.words,
                "solved": solved.get(exercise_of(one, BLANK).key, 0),
            }
            for one in LADDER
        ],
        "hints": list(RUNGS),
    }
    return [session.stamped(found)]


def check(session: Session, header: dict[str, Any], arrays: list[Any]) -> list[Message]:
    """Run a learner's program, in a process of its own, and say what is wrong first."""
    if not session.runs_programs:
        raise ValueError("programs run for pages on this machine only: leave out --host")
    _, asked = asked_for(session, header)
    program = header.get("program")
    if not isinstance(program, str):
        raise TypeError("program must be a text")
    if len(program.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise ValueError(f"the program is longer than the {MOST_BYTES:,} bytes that are checked")
    verdict = asked.check(program, session.stopper)
    is_right = verdict.outcome == RIGHT
    words = [line.strip() if line[:4] != "    " else line for line in SENTENCES.body(verdict)]
    following, pack = None, Pack()
    if is_right:
        words += [asked.elsewhere, *remembered(asked)]
        after = next_exercise(progress(), asked)
        following = after and place_on_ladder(after)
    found = {
        "type": "verdict",
        "outcome": verdict.outcome,
        "agreement": verdict.agreement,
        "words": words,
        "cause": verdict.wrong.cause if verdict.wrong else "",
        "rail": [vars(mark) for mark in verdict.rail],
        "wrong": sides(verdict.wrong, pack) if verdict.wrong else None,
        "at": line_of(verdict),
        "output": verdict.output,
        "line": asked.open_line(verdict) or "",
        "solution": asked.solution if is_right else "",
        "next": following and (following[0], following[1].level),
    }
    return [session.stamped(found, pack.arrays)]


def hint(session: Session, header: dict[str, Any], arrays: list[Any]) -> list[Message]:
    """A hint for a line."""
    _, asked = asked_for(session, header)
    line, step = choice("line", header.get("line"), asked.lines), header.get("step", 0)
    found = {"type": "hint", "line": line, "step": step, "words": asked.hint(line, step)}
    return [session.stamped(found)]


# ---------------------------------------------------------------------------- which exercise


def asked_for(session: Session, header: Mapping[str, Any]) -> tuple[int, Exercise]:
    """The exercise that a message names."""
    rung = whole("rung", header.get("rung"), least=OWN)
    if rung >= len(LADDER):
        raise ValueError(f"the ladder has {len(LADDER)} rungs")
    level = header.get("level", BLANK)
    if rung == OWN:
        made = session.run.made
        return rung, Exercise(made.network.spec, made.training, level)
    return rung, exercise_of(LADDER[rung], level)


def place_on_ladder(found: Exercise) -> tuple[int, Exercise]:
    """An exercise of the ladder with the number of its rung."""
    rung = next(k for k, one in enumerate(LADDER) if exercise_of(one, found.level) == found)
    return rung, found


# ------------------------------------------------------------------------------- what is solved


def progress() -> dict[str, int]:
    """What is solved; nothing where that cannot be read."""
    try:
        return read_progress()
    except (OSError, ValueError):
        return {}


def remembered(found: Exercise) -> list[str]:
    """Write down that an exercise is solved; what is to be said where that fails."""
    try:
        solved = read_progress()
        if solved.get(found.key, 0) < found.level:
            keep_progress({**solved, found.key: found.level})
    except (OSError, ValueError) as error:
        return [f"That cannot be kept for another day: {error}"]
    return []


# -------------------------------------------------------------------------------- what is shown


def line_of(verdict: Verdict) -> int:
    """The line of the learner's program that a verdict speaks of; 0 if none."""
    if verdict.trouble is not None and verdict.trouble.line:
        return verdict.trouble.line
    return verdict.wrong.line if verdict.wrong is not None else 0


def sides(wrong: Wrong, pack: Pack) -> Sides:
    """The array that was expected beside the one that was found."""
    expected, found = matrix(wrong.expected), None if wrong.found is None else matrix(wrong.found)
    differs = None
    if found is not None and wrong.found_shape == wrong.expected_shape:
        # As near as the judge wants the array as a whole to be.
        size = np.abs(expected[np.isfinite(expected)]).max(initial=0)
        apart = ~(np.abs(found - expected) <= TOLERANCE * size)
        differs = pack.add((apart & ~(np.isnan(found) & np.isnan(expected))).astype(np.uint8))
    return {
        "name": wrong.name,
        "expected": side(wrong.expected, expected, pack),
        "found": None if wrong.found is None or found is None else side(wrong.found, found, pack),
        "differs": differs,
    }


def matrix(window: Window) -> NDArray[np.float64]:
    """The numbers of a window, NaN for those that are not finite."""
    return np.array(window.rows, np.float64)


def side(window: Window, values: NDArray[np.float64], pack: Pack) -> Side:
    """A window as it is sent."""
    return {
        "shape": list(window.shape),
        "row": window.row,
        "column": window.column,
        "values": pack.add(values),
    }
