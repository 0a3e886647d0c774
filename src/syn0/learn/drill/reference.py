"""The exercise's own program on the learner's data: what each line should come to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from syn0.learn.drill.matching import Array, Finder, Found
from syn0.learn.drill.sandbox import Event
from syn0.learn.drill.steps import Division, batch_of, start_values
from syn0.program import Line, Name, Program, names_in
from syn0.program.interpreter import start, walk
from syn0.spec.once import once

if TYPE_CHECKING:
    from syn0.learn.drill.exercise import Exercise


@dataclass(frozen=True, eq=False)
class Seen:
    """A line of a step: what it should come to, and where that was found."""

    line: Line
    value: Array
    found: Found | None

    @property
    def right(self) -> bool:
        """Whether it was found as it is."""
        return self.found is not None and self.found.factor == 1


@dataclass(frozen=True, eq=False)
class Step:
    """A step of the learner's beside the exercise's.

    Attributes:
        number: of the step, from 0.
        seen: each line, in order.
        given: what the step starts from, by name.
        last: all values of the step before; of the first step, what it starts from.
        finder: of what the learner's computed.
        batch: whether the rows that it takes were found.
    """

    number: int
    seen: tuple[Seen, ...]
    given: Mapping[str, Any]
    last: Mapping[str, Any]
    finder: Finder
    batch: bool = True

    @once
    def values(self) -> dict[str, Any]:
        """Every name's value after the step."""
        return {**self.given, **{seen.line.target: seen.value for seen in self.seen}}

    def before(self, seen: Seen) -> dict[str, Any]:
        """Every name's value before a line."""
        place = self.seen.index(seen)
        return {**self.given, **{s.line.target: s.value for s in self.seen[:place]}}


@dataclass
class Follower:
    """Takes the exercise's steps with the learner's data, start weights and batches.

    Attributes:
        exercise: whose steps.
        X, y: the learner's.
    """

    exercise: Exercise
    X: Array
    y: Array

    @once
    def program(self) -> Program:
        """The exercise's own."""
        return self.exercise.program

    @once
    def constants(self) -> dict[str, Any]:
        """The program's numbers, such as alpha, and its usual start."""
        return start(self.program, np.random.RandomState(0))

    def follow(self, division: Division) -> tuple[list[Step], dict[str, str], list[str]]:
        """The steps, the learner's names of the weights, and the weights that were not found."""
        state, names, lacking = self.starts(division)
        steps: list[Step] = []
        last: Mapping[str, Any] = {**self.constants, **state}
        for number, events in enumerate(division.steps):
            step = self.step(number, events, self.given(state), last)
            steps.append(step)
            state = {name: step.values[name] for name in self.program.state}
            last = step.values
        return steps, names, lacking

    def given(self, state: Mapping[str, Any]) -> dict[str, Any]:
        """The values of all names that a step starts from."""
        steps = self.exercise.training.total_steps(len(self.X))
        numbers = dict.fromkeys(self.program.numbers, steps)
        return {**self.constants, **state, "X": self.X, "y": self.y, **numbers}

    def step(
        self,
        number: int,
        events: Sequence[Event],
        given: dict[str, Any],
        last: Mapping[str, Any],
        finder: Finder | None = None,
    ) -> Step:
        """One step beside the learner's; with a `finder`, only what is found as it is counts."""
        known, size = True, self.exercise.training.batch_size
        if size is not None:
            rows = batch_of(events, self.X, size)
            known = rows is not None
            given["batch"] = np.arange(min(size, len(self.X))) if rows is None else rows
        factors = self.factors(len(given.get("batch", self.X)))
        factors = factors if finder is None else [1.0]
        finder = finder or Finder(events)
        seen = []
        for line, value in walk(self.exercise.lines_of_a_step, given):
            wanted = np.asarray(value, float)
            found = None
            if not isinstance(line.expression, Name):
                lenient = factors if np.any(wanted) else [1.0]
                found = finder.find(wanted, lenient, line.target)
            seen.append(Seen(line, wanted, found))
        return Step(number, tuple(seen), given, last, finder, known)

    def factors(self, rows: int) -> list[float]:
        """The multiples of an array that are taken for it, until the weights tell."""
        outputs = self.y.shape[1]
        sizes = {2.0, float(rows), float(outputs), float(rows * outputs)}
        if "alpha" in self.constants:
            sizes.add(float(self.constants["alpha"]))
        ones = sorted({f for size in sizes for f in (size, 1 / size)} - {1.0})
        return [1.0, -1.0, *ones, *(-f for f in ones)]

    def starts(self, division: Division) -> tuple[dict[str, Any], dict[str, str], list[str]]:
        """The state with which the learner's training starts: of each weight matrix the array of
        its shape with which most lines of the first step are found."""
        state = {name: self.constants[name] for name in self.program.state}
        choices: dict[str, list[tuple[Array, str]]] = {}
        lacking: list[str] = []
        data = [self.X, self.y]
        for name in self.program.weights:
            usual = np.asarray(state[name], float)
            found = start_values(division, usual.shape, name, data)
            # What starts from zeros or ones is taken for that, unless its own name says otherwise.
            flat = usual.ndim < 2 or not np.any(usual - usual.flat[0])
            own = [(value, theirs) for value, theirs in found if theirs == name]
            uneven = [(value, theirs) for value, theirs in found if np.ptp(value)]
            found = own or (uneven if not flat and uneven else found)
            if flat and not own:
                found.insert(0, (usual, ""))
            if not found:
                lacking.append(name)
                continue
            choices[name] = found
            state[name] = found[0][0]
        names = {name: found[0][1] for name, found in choices.items()}
        if any(len(found) > 1 for found in choices.values()) and division.steps:
            self.choose(division.steps[0], state, names, choices)
        return state, names, lacking

    def choose(
        self,
        events: Sequence[Event],
        state: dict[str, Any],
        names: dict[str, str],
        choices: Mapping[str, list[tuple[Array, str]]],
    ) -> None:
        """Settle, weight by weight, which array is meant."""
        finder = Finder(events)

        def score() -> int:
            given = self.given(state)
            step = self.step(0, events, given, given, finder)
            found = [s for s in step.seen if s.right and np.ptp(s.value)]
            return sum(1 + 99 * (s.line.phase == "forward") for s in found)

        best = score()
        for name, found in choices.items():
            for value, theirs in found[1:]:
                kept = state[name], names[name]
                state[name], names[name] = value, theirs
                if (now := score()) > best:
                    best = now
                else:
                    state[name], names[name] = kept


def dependents(lines: Sequence[Line], place: int) -> Iterator[int]:
    """The places of the lines after one that read what it binds."""
    target = lines[place].target
    for later in range(place + 1, len(lines)):
        if target in names_in(lines[later].expression):
            yield later
        if lines[later].target == target:
            return
