"""Numbers that stop being numbers: found at once, traced to the line where it happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.engines import Batch
from syn0.program import Line, Program
from syn0.program.interpreter import walk


class NonFiniteError(FloatingPointError):
    """Training met a value that is infinite or not a number; the last good weights are kept."""


def all_finite(values: Mapping[str, Any]) -> bool:
    """Whether every number in `values` is finite."""
    return all(np.isfinite(value).all() for value in values.values())


def first_trouble(
    program: Program,
    values: Mapping[str, Any],
    X: NDArray[Any],
    y: NDArray[Any],
    batches: Sequence[Batch],
    *,
    measure: bool,
) -> tuple[int, dict[str, Any], str]:
    """Run the steps again, line by line, up to the first value that is not finite.

    Lines that only report count where they are computed: with `measure`.

    Returns the number of good steps, the state after them, and a sentence about the line.
    """
    lines = program.phase("forward", "loss", "backward", "update")
    if not measure:
        lines = tuple(line for line in lines if line not in program.measured)
    state = before = {name: values[name] for name in program.state}
    for good, batch in enumerate(batches):
        bound = {**values, **state, "X": X, "y": y, "batch": batch}
        after: dict[str, Any] = {}
        for line, value in walk(lines, bound):
            if not np.isfinite(value).all():
                return good, state, describe(line, value)
            after[line.target] = value
        before, state = state, {name: after[name] for name in program.state}
    # The interpreter's rounding differs a little from the engine's: blame the last step.
    return len(batches) - 1, before, "its weights stopped being finite"


def describe(line: Line, value: Any) -> str:
    """Which array went bad in which line, and how many of its entries."""
    bad = int((~np.isfinite(value)).sum())
    kind = "NaN" if np.isnan(value).any() else "infinite"
    return f"{line.target} became {kind} ({bad:,} of {np.size(value):,} values): {line.note}"
