"""Numbers that stop being numbers: found at once, traced to the line where it happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from syn0.engines import Arrays, Batches
from syn0.program import Line, Program
from syn0.program.interpreter import walk
from syn0.spec import Training


class NonFiniteError(FloatingPointError):
    """Training met a value that is infinite or not a number; the last good weights are kept."""


def all_finite(values: Mapping[str, Any]) -> bool:
    """Whether every number in `values` is finite."""
    return all(np.isfinite(value).all() for value in values.values())


@dataclass(frozen=True)
class Trouble:
    """Where numbers went bad: the good steps before, the state after them, the line, its value."""

    good: int
    state: dict[str, Any]
    line: Line | None
    value: Any = None

    @property
    def words(self) -> str:
        """Which array went bad in which line, and how many of its entries."""
        if self.line is None:
            return "its weights stopped being finite"
        bad = int((~np.isfinite(self.value)).sum())
        kind = "NaN" if np.isnan(self.value).any() else "infinite"
        size = np.size(self.value)
        return f"{self.line.target} became {kind} ({bad:,} of {size:,} values): {self.line.note}"


def first_trouble(
    program: Program,
    values: Mapping[str, Any],
    arrays: Arrays,
    batches: Batches,
    *,
    measure: bool,
) -> Trouble:
    """Run the steps again, line by line, up to the first value that is not finite.

    Lines that only report count where they are computed: with `measure`.
    """
    lines = program.phase("forward", "loss", "backward", "update")
    if not measure:
        idle = set(program.measured)
        lines = tuple(line for line in lines if line not in idle)
    state = before = {name: values[name] for name in program.state}
    for good, batch in enumerate(batches):
        after: dict[str, Any] = dict(state)
        for line, value in walk(lines, {**values, **state, **arrays, "batch": batch}):
            if not np.isfinite(value).all():
                return Trouble(good, state, line, value)
            after[line.target] = value
        before, state = state, {name: after[name] for name in program.state}
    # The interpreter's rounding differs a little from the engine's: blame the last step.
    return Trouble(len(batches) - 1, before, None)


LARGE = 100.0
"""Inputs beyond this are no longer about as large as the weights expect."""


def likely_cause(training: Training, program: Program, arrays: Arrays) -> str:
    """What most often makes numbers go bad in such a training, and what helps."""
    for name, what in (("X", "inputs"), ("y", "targets")):
        largest = float(abs(arrays[name]).max())
        if largest > LARGE:
            return f"the {what} reach {largest:.4g}: scale them to a size of about 1"
    if (rate := training.learning_rate) is None:
        words = ["the search went too far: start with smaller weights, such as init='uniform:0.1'"]
    else:
        words = [f"the learning rate of {rate:g} is too high: try {rate / 10:g}"]
    growing = [x.target for x in program.phase("forward") if "exp" in x.operations]
    if program.output in growing:
        words.append(f"{program.output} grows exponentially: 'softplus' is a gentler output")
    if training.clip_norm is None and training.solver is None:
        words.append("clip_norm=1 keeps single steps short")
    return "; ".join(words)
