"""An exercise: a network to rebuild, from how much of its program, and with which hints."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from syn0.derive import training_program
from syn0.derive.layers import RANDOM
from syn0.files.records import to_data
from syn0.learn.drill.levels import BLANK, LEVELS, check_level, missing, start_text, title
from syn0.learn.drill.verdict import RIGHT, Verdict
from syn0.printers import PRINTERS, Data, example_data
from syn0.program import Line, Name, Program
from syn0.spec import NetworkSpec, Training
from syn0.spec.checks import choice
from syn0.spec.doors import doors
from syn0.spec.once import once

if TYPE_CHECKING:
    from syn0.learn.drill.matching import Array
    from syn0.learn.drill.sandbox import Stopper

MOST_NUMBERS = 20_000
"""Entries of the largest weight matrix: drills compare every number of every line."""

RUNGS = ("question", "shapes", "note", "line")
"""The hints of a line, each telling more than the one before."""


@doors
@dataclass(frozen=True)
class Exercise:
    """A network to rebuild from memory.

    Attributes:
        network, training: what is to be rebuilt.
        level: how much of the program is missing: see `LEVELS`; by default all of it.
        hints: a teacher's own hints for some lines, by name, in place of the first rungs.

    Raises:
        ValueError: a network that the drill cannot compare, an unknown level, or hints for lines
            that the program does not have.
    """

    network: NetworkSpec
    training: Training
    level: int = BLANK
    hints: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_level(self.level)
        refuse_what_cannot_be_compared(self.network, self.training)
        for name in self.hints:
            choice("line", name, self.lines)

    @once
    def program(self) -> Program:
        """The lines to be rebuilt, in float64."""
        return training_program(replace(self.network, dtype="float64"), self.training)

    @once
    def lines(self) -> dict[str, Line]:
        """The lines of a step that a learner must write, by what they bind."""
        return {line.target: line for line in required(self.program)}

    @once
    def lines_of_a_step(self) -> tuple[Line, ...]:
        """The lines of a step that a learner must write, in order; a name that is bound twice is
        there twice."""
        return tuple(required(self.program))

    @once
    def data(self) -> Data:
        """X and y, as the file gives them: the tutorial's table where it fits."""
        return example_data(self.network)

    @once
    def solution(self) -> str:
        """The whole program, with its notes."""
        program = training_program(self.network, self.training)
        return PRINTERS["numpy"].script(program, self.network, self.training, self.data)

    @property
    def elsewhere(self) -> str:
        """In which other languages the same program can be printed, and how."""
        names = [n for n, p in PRINTERS.items() if n != "numpy" and not p.cannot_say(self.program)]
        return (
            f"The same lines, in another language: syn0 write {self.network} --to LANGUAGE, with "
            f"this exercise's options; there are {', '.join(names)}."
        )

    def start_text(self, level: int | None = None) -> str:
        """The file with which one begins, at this exercise's level or another."""
        level = self.level if level is None else level
        check_level(level)
        return start_text(self.network, self.training, self.data, level)

    def check(self, text: str, stopper: Stopper | None = None) -> Verdict:
        """Run a program and compare it with the exercise's, line by line.

        The program runs in a process of its own, within limits; nothing of it runs in this one.

        Args:
            text: of the program.
            stopper: by which another thread may stop it.
        """
        from syn0.learn.drill.judge import judged

        return judged(self, text, stopper)

    def open_line(self, verdict: Verdict | None) -> str | None:
        """The first line that is wrong, or not there yet; None where all are right."""
        gaps = [line for line in missing(self.program, self.level) if line.target in self.lines]
        gaps.sort(key=lambda line: isinstance(line.expression, Name))  # plain copies last
        gap = gaps[0].target
        if verdict is None:
            return gap
        if verdict.wrong is not None and verdict.wrong.name in self.lines:
            return verdict.wrong.name
        if verdict.outcome == RIGHT:
            return None
        states = {mark.name: mark.state for mark in verdict.rail}
        known = (name for name in self.lines if name in states)
        lost = [name for name in known if states[name] in ("wrong", "missing", "open")]
        return lost[0] if lost else gap

    def hint(self, line: str, rung: int) -> str:
        """A hint for a line: rung 0 asks a question, 1 shows the shapes, 2 is the line's note and 3
        the line itself.

        Raises:
            ValueError: no such line, or no such rung.
        """
        from syn0.learn.drill.hints import hint

        return hint(self, self.lines[choice("line", line, self.lines)], rung)

    @property
    def title(self) -> str:
        """The network in a few words: "a 3-4-1 network (sigmoid)"."""
        return title(self.network, self.training)

    @once
    def key(self) -> str:
        """What tells this network and training from others: "3-4-1 0f3e…"; neither the level nor
        the seed nor the number of steps is a part of it."""
        spec = replace(self.network, seed=None)
        training = replace(self.training, steps=1, epochs=None)
        data = json.dumps([to_data(spec), to_data(training)], sort_keys=True)
        return f"{self.network} {sha256(data.encode()).hexdigest()[:12]}"

    @property
    def words(self) -> str:
        """How much is missing, in words."""
        return LEVELS[self.level]

    def shaped(self) -> tuple[Array, Array]:
        """X and y as arrays of numbers."""
        return np.asarray(self.data.X, float), np.asarray(self.data.y, float)


def required(program: Program) -> list[Line]:
    """The lines of a step that training needs: not those that only report, nor plain copies."""
    idle = {line.target for line in program.measured}
    steps = program.phase("forward", "loss", "backward", "update")
    return [line for line in steps if line.target not in idle]


def refuse_what_cannot_be_compared(network: NetworkSpec, training: Training) -> None:
    """ValueError for networks that draw numbers in every step, or leave their steps to a solver."""
    if training.solver is not None:
        raise ValueError("the drill is about programs that take their own steps: leave out L-BFGS")
    if any(isinstance(layer, RANDOM) for layer in network.layers):
        raise ValueError(
            "the drill compares numbers, and dropout and noise draw new ones in every step: "
            "leave them out"
        )
    largest = max(a * b for a, b in pairwise(network.sizes))
    if largest > MOST_NUMBERS:
        raise ValueError(
            f"a weight matrix of {network} has {largest:,} entries, and the drill compares up to "
            f"{MOST_NUMBERS:,}: take a smaller network"
        )
