"""Two runs side by side: which lines differ, when the numbers part, and where each gets to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from syn0.explain.replay import Replay
from syn0.explain.text import frame, number, table
from syn0.explain.trace import PRINTER
from syn0.program import Program
from syn0.spec.doors import door
from syn0.spec.pictures import drawn_by
from syn0.training import History, NonFiniteError, Run

MOST_REPORTS = 12
"""Reports that are shown; of more, the first ones and the last."""


@dataclass(frozen=True)
class Difference:
    """A line that is not the same in two programs.

    Attributes:
        target: the name that it binds.
        phase: where it stands.
        a, b: what it says in each; None where it is not there.
    """

    target: str
    phase: str
    a: str | None
    b: str | None

    @property
    def marked(self) -> list[str]:
        """As a diff has it: "- " before a's, "+ " before b's."""
        return [f"{mark} {text}" for mark, text in (("-", self.a), ("+", self.b)) if text]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two runs, a and b.

    Attributes:
        lines: those that differ, in the order of the programs.
        first: the first step, counted from 0, after which a weight differs; None where none does.
        same_start: whether both start from the same weights.
        a, b: the reports of each, from the start to its end.
        steps: the numbers of steps that each took.
        trouble: of each why it broke off; "" where it did not.
        distances: of each array that both have, how far apart they are at the end: the root of the
            summed squares of the differences.
    """

    lines: tuple[Difference, ...]
    first: int | None
    same_start: bool
    a: History
    b: History
    steps: tuple[int, int]
    trouble: tuple[str, str]
    distances: dict[str, float]

    @property
    def figures(self) -> list[tuple[int, float | None, float | None, float | None, float | None]]:
        """(step, loss of a, loss of b, error of a, error of b) of each report; None where a run has
        none for that step."""
        of_a, of_b = ({r.step: r for r in history.reports} for history in (self.a, self.b))
        found = ((step, of_a.get(step), of_b.get(step)) for step in sorted({*of_a, *of_b}))
        return [
            (step, a.loss if a else None, b.loss if b else None,
             a.error if a else None, b.error if b else None)
            for step, a, b in found
        ]  # fmt: skip

    plot = drawn_by("comparison", "the losses of both runs")

    def __repr__(self) -> str:
        lines = [self.summary, *(mark for line in self.lines for mark in line.marked)]
        rows = [
            [f"{step:,}", *("" if x is None else number(x) for x in figures)]
            for step, *figures in self.figures
        ]
        if left := len(rows) - MOST_REPORTS:
            half = MOST_REPORTS // 2
            rows = rows if left < 0 else [*rows[:half], ["…"] + [""] * 4, *rows[-half:]]
        lines += ["", *table(["step", "loss a", "loss b", "error a", "error b"], rows)]
        apart = [[name, number(distance)] for name, distance in self.distances.items()]
        lines += ["", *table(["array", "distance"], apart)]
        lines += [f"{run}: {words}" for run, words in zip("ab", self.trouble, strict=True) if words]
        return "\n".join(lines)

    @property
    def summary(self) -> str:
        """How many lines differ, and when the weights part, in a sentence."""
        counts = Counter(
            "changed" if x.a and x.b else "added" if x.b else "taken away" for x in self.lines
        )
        words = [
            f"{n} {what}" for what in ("added", "taken away", "changed") if (n := counts[what])
        ]
        differ = f"lines of b: {', '.join(words)}" if words else "no line differs"
        if not self.same_start:
            return f"{differ}; they start from different weights"
        if self.first is None:
            return f"{differ}; the weights stay the same to the bit"
        return f"{differ}; the weights differ from step {self.first:,} on"

    def to_frame(self) -> Any:
        """A pandas DataFrame with a row for each report."""
        names = ("step", "loss_a", "loss_b", "error_a", "error_b")
        columns = [*zip(*self.figures, strict=True)] or [()] * len(names)
        return frame(dict(zip(names, columns, strict=True)))


@door
def compare(a: Replay, b: Replay) -> Comparison:
    """Run two trainings from their starts to their ends, and say where they part.

    Args:
        a, b: as `Network.replay` gives them; mostly of the same seed and rows, a knob apart.

    Raises:
        ValueError: the start weights of one are not known, as without a seed.
    """
    runs = begun(a), begun(b)
    first, same_start = parting(*(begun(replay) for replay in (a, b)))
    trouble = tuple(ended(run) for run in runs)
    one, other = (run.state for run in runs)
    return Comparison(
        tuple(differences(a.job.program, b.job.program)),
        first,
        same_start,
        runs[0].history,
        runs[1].history,
        (runs[0].step, runs[1].step),
        (trouble[0], trouble[1]),
        {name: distance(one[name], other[name]) for name in comparable(a, b)},
    )


def begun(replay: Replay) -> Run:
    """A run at its start."""
    if replay.start is None:
        raise ValueError(
            "runs are compared from their starts, and one network has none that is known again: "
            "give it a seed"
        )
    return Run(replay.job, replay.start)


def ended(run: Run) -> str:
    """Take a run to its end; why it broke off, if it did."""
    try:
        run.go()
    except NonFiniteError as error:
        return str(error)
    return ""


def comparable(a: Replay, b: Replay) -> list[str]:
    """The weights that both have, in the same shape."""
    both = set(b.job.program.weights)
    return [
        name
        for name in a.job.program.weights
        if name in both and np.shape(a.now.values[name]) == np.shape(b.now.values[name])
    ]


def parting(a: Run, b: Run) -> tuple[int | None, bool]:
    """The first step after which weights differ; and whether they are the same at the start."""
    program, other = a.job.program, b.job.program

    def same() -> bool:
        return program.weights == other.weights and all(
            np.array_equal(a.state[name], b.state[name]) for name in program.weights
        )

    if not same():
        return 0, False
    if a.job.training.solver or b.job.training.solver:
        return 0, True  # a search's first step is a search
    try:
        while a.step < min(a.end, b.end):
            a.stretch(1, measure=False)
            b.stretch(1, measure=False)
            if not same():
                return a.step - 1, True
    except NonFiniteError:
        return min(a.step, b.step), True
    return None, True


def distance(one: Any, other: Any) -> float:
    """The length of the difference of two arrays."""
    with np.errstate(all="ignore"):  # of runs that broke off, it may be infinite
        return float(np.linalg.norm(np.asarray(one, np.float64) - np.asarray(other, np.float64)))


def differences(a: Program, b: Program) -> list[Difference]:
    """The lines of two programs that differ, found by what they bind."""
    of_a, of_b = texts(a), texts(b)
    return [
        Difference(key[1], key[0], of_a.get(key), of_b.get(key))
        for key in in_order([*of_a], [*of_b])
        if of_a.get(key) != of_b.get(key)
    ]


Key = tuple[str, str, int]


def texts(program: Program) -> dict[Key, str]:
    """What each line says, by its phase, its target and how often that was bound before."""
    seen: Counter[tuple[str, str]] = Counter()
    result = {}
    for line in program.lines:
        key = (line.phase, line.target)
        result[(*key, seen[key])] = str(PRINTER.statement(line))
        seen[key] += 1
    return result


def in_order(a: list[Key], b: list[Key]) -> list[Key]:
    """The keys of both: a's in their order; each that only b has follows its predecessor in b."""
    result, known = list(a), set(a)
    for above, key in pairwise([None, *b]):
        assert key is not None  # noqa: S101  (the first of each pair alone may be None)
        if key not in known:
            place = result.index(above) + 1 if above in result else 0
            result.insert(place, key)
    return result
