"""The reference interpreter: it walks the lines and records every value. It is the definition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from syn0.program.operations import evaluate
from syn0.program.program import Line, Program


def start(
    program: Program, generator: np.random.RandomState, known: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The values of the "init" lines: weights drawn from `generator`, constants as written; those
    of names that are `known` already are neither drawn nor worked out."""
    values = dict(known or {})
    for line in program.phase("init"):
        if line.target not in values:
            values[line.target] = evaluate(line.expression, values, generator)
    return values


def walk(lines: Iterable[Line], values: Mapping[str, Any]) -> Iterator[tuple[Line, Any]]:
    """Run the lines one by one from `values`, giving each line with the value that it bound.

    Nothing is changed in place: each value stays what it was when it was recorded.
    """
    bound = dict(values)
    with np.errstate(all="ignore"):
        for line in lines:
            bound[line.target] = evaluate(line.expression, bound)
            yield line, bound[line.target]


def step(program: Program, values: Mapping[str, Any]) -> dict[str, Any]:
    """One training step from inputs, state and constants: every name's value after it."""
    lines = program.phase("forward", "loss", "backward", "update")
    return dict(values) | {line.target: value for line, value in walk(lines, values)}
