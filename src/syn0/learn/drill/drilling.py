"""A drill at a terminal, without the terminal: what saves and keys lead to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from syn0.files.atomic import write_whole
from syn0.learn.drill.exercise import RUNGS, Exercise
from syn0.learn.drill.ladder import next_exercise
from syn0.learn.drill.levels import LEVELS
from syn0.learn.drill.report import Report
from syn0.learn.drill.verdict import RIGHT, Verdict

KEYS = "h hint · l level · r reset · q quit"
FOUND_RIGHT = "It was right before you began: n goes on; r, twice, begins this exercise anew."

SOLVED_KEYS = "s solution · n next exercise · l level · r reset · q quit"


@dataclass
class Drilling:
    """A drill in progress.

    Attributes:
        exercise: that is drilled.
        path: of the learner's file.
        solved: the levels at which exercises are solved, by their keys.
        report: how verdicts are shown.
        keep: keeps what is solved.
    """

    exercise: Exercise
    path: Path
    solved: dict[str, int]
    report: Report
    keep: Callable[[dict[str, int]], None]
    verdict: Verdict | None = None
    done: bool = False
    rungs: dict[str, int] = field(default_factory=dict)
    asked_to_reset: bool = False

    def begin(self) -> list[str]:
        """Write the file, if it is not there, and say what is to do."""
        task = self.report.wrapped(f"Drill: {self.exercise.title}, {self.exercise.words}.")
        if self.path.exists():
            how = f"Going on with {self.path} as it is; r, twice, writes it anew."
        else:
            self.write_start()
            how = f"Wrote {self.path}: open it in your editor, and save; each save is checked."
        return [*task, *self.report.wrapped(how), self.keys]

    def write_start(self) -> None:
        """Write the file with which one begins."""
        write_whole(self.path, self.exercise.start_text().encode(), "the exercise")

    def saved(self, text: str, *, counts: bool = True) -> list[str]:
        """Check what was saved; what was there before one began does not count as solved."""
        self.verdict = self.exercise.check(text)
        self.asked_to_reset = False
        lines = self.report.lines(self.verdict)
        if self.verdict.outcome == RIGHT:
            lines += self.succeed() if counts else self.report.wrapped(FOUND_RIGHT)
        return [*lines, self.keys]

    def succeed(self) -> list[str]:
        """Remember that this is solved."""
        key = self.exercise.key
        if self.solved.get(key, 0) < self.exercise.level:
            self.solved[key] = self.exercise.level
            try:
                self.keep(self.solved)
            except OSError as error:
                return self.report.wrapped(f"That cannot be kept for another day: {error}")
        return []

    @property
    def keys(self) -> str:
        """What may be pressed."""
        right = self.verdict is not None and self.verdict.outcome == RIGHT
        return SOLVED_KEYS if right else KEYS

    def pressed(self, key: str) -> list[str]:
        """What a key leads to; any but r forgets that r was pressed."""
        asked, self.asked_to_reset = self.asked_to_reset, False
        if key == "h":
            return self.hint()
        if key == "l":
            return self.next_level()
        if key == "r":
            return self.reset(asked)
        if key == "s":
            return self.solution()
        if key == "n":
            return self.go_on()
        if key == "q":
            self.done = True
            return []
        return [self.keys] if key.strip() else []

    def hint(self) -> list[str]:
        """A hint for the first line that is not right, each time one that tells more."""
        line = self.exercise.open_line(self.verdict)
        if line is None:
            return ["There is nothing left to hint at."]
        rung = self.rungs.get(line, 0)
        self.rungs[line] = min(rung + 1, len(RUNGS) - 1)
        text = self.exercise.hint(line, rung)
        more = f" (h: {RUNGS[rung + 1]})" if rung + 1 < len(RUNGS) else ""
        return self.report.wrapped(f"Hint, {RUNGS[rung]}: {text}{more}")

    def next_level(self) -> list[str]:
        """The next level; the file stays as it is."""
        level = self.exercise.level % len(LEVELS) + 1
        self.exercise = replace(self.exercise, level=level)
        return self.report.wrapped(
            f"Level {level} of {len(LEVELS)}: {LEVELS[level]}. {self.path} stays as it is; r, "
            "twice, writes the start of this level."
        )

    def reset(self, asked: bool) -> list[str]:
        """Write the file anew, once it is asked for twice."""
        if not asked:
            self.asked_to_reset = True
            return self.report.wrapped(
                f"Press r again to write {self.path} anew: what you wrote in it is lost."
            )
        self.write_start()
        self.verdict = None
        return [f"Wrote {self.path} anew: {self.exercise.words}."]

    def solution(self) -> list[str]:
        """The exercise's own program, once it is solved."""
        if self.verdict is None or self.verdict.outcome != RIGHT:
            return ["The solution is shown once yours is right; h gives hints."]
        elsewhere = self.report.wrapped(self.exercise.elsewhere)
        return [*self.report.program(self.exercise.solution), *elsewhere]

    def go_on(self) -> list[str]:
        """The next exercise of the ladder, with what was written kept in a file beside."""
        if self.verdict is None or self.verdict.outcome != RIGHT:
            return ["This one first; h gives hints."]
        following = next_exercise(self.solved, self.exercise)
        if following is None:
            return ["That was the last: the whole ladder is climbed."]
        kept = free_name(self.path)
        self.path.rename(kept)
        self.exercise, self.verdict, self.rungs = following, None, {}
        return [f"Kept your program as {kept}.", *self.begin()]


def free_name(path: Path) -> Path:
    """A name beside a file that is not taken: drill-1.py, drill-2.py, …"""
    number = 1
    while (free := path.with_name(f"{path.stem}-{number}{path.suffix}")).exists():
        number += 1
    return free
