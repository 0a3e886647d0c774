"""A float32 program computes in float32: no operation in it gives wider numbers.

Plain numbers of Python's are no matter: they take the type of the array that they meet.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

import numpy as np
import pytest

from syn0.derive import prediction_program
from syn0.program import ACTIVATIONS, OPERATIONS, Operation, Program
from syn0.program.expressions import Const
from syn0.program.interpreter import start, walk
from syn0.spec import Dense, NetworkSpec
from tests.derive.cases import named_cases
from tests.together import Together

pytestmark = pytest.mark.usefixtures("derived_anew")

Place = tuple[str, str]
"""A line's target, and an operation in it."""

UNROUNDED = {"uniform_like", "normal_like"}
"""Numbers that are the same on every engine: float64 until they are compared or rounded."""

COUNTED = {("trimmed", "divide")}
"""A quotient of whole numbers, which is reported and not read again."""


def is_wide(value: Any) -> bool:
    """Whether it would turn a float32 array that it meets into float64."""
    typed = isinstance(value, np.ndarray | np.generic)
    return typed and value.dtype.kind == "f" and value.dtype != np.float32


@contextmanager
def watched_operations() -> Iterator[list[str]]:
    """The names of the operations that have given wide numbers, one by one."""
    found: list[str] = []

    def watched(name: str, row: Operation) -> Operation:
        def evaluate(*args: Any) -> Any:
            value = row.evaluate(*args)
            if is_wide(value):
                found.append(name)
            return value

        return replace(row, evaluate=evaluate)

    rows = {name: watched(name, row) for name, row in OPERATIONS.items() if name not in UNROUNDED}
    with mock.patch.dict(OPERATIONS, rows):
        yield found


def wide_places(program: Program, arrays: dict[str, Any], steps: int = 3) -> set[Place]:
    """Where numbers wider than float32 come up: in what a run starts from, or in its steps."""
    values = start(program, np.random.RandomState(1)) | arrays | {"steps": steps}
    if "batch" in program.inputs:
        values["batch"] = np.array([4, 0, 2])
    places = {(name, "from the start") for name, value in values.items() if is_wide(value)}
    lines = program.phase("forward", "loss", "backward", "update")
    with watched_operations() as found:
        for _ in range(steps):
            for line, value in walk(lines, values):
                values[line.target] = value
                places |= {(line.target, operation) for operation in found}
                found.clear()
    return places


def in_float32(network: NetworkSpec) -> NetworkSpec:
    return replace(network, dtype="float32")


def test_every_operation_of_a_training_and_of_a_prediction_gives_float32(
    made_up_arrays: Callable[..., dict[str, Any]],
) -> None:
    with Together() as together:
        for name, given in named_cases():
            case = replace(given, network=in_float32(given.network))
            arrays = made_up_arrays(case)
            program = prediction_program(case.network, case.training.reduction)
            with together(name):
                assert wide_places(case.program, arrays) <= COUNTED
                assert wide_places(program, {x: arrays[x] for x in "Xy"}, steps=1) == set()


NETWORK = NetworkSpec(2, (Dense(3, "sigmoid"), Dense(1)), dtype="float32")
ARRAYS = {"X": np.ones((4, 2), np.float32), "y": np.ones((4, 1), np.float32)}


def test_a_wide_number_is_found_where_it_comes_up(monkeypatch: pytest.MonkeyPatch) -> None:
    row = ACTIVATIONS["sigmoid"]
    wide = replace(row, formula=lambda z: row.formula(z) * Const(np.float64(1)))
    monkeypatch.setitem(ACTIVATIONS, "sigmoid", wide)
    places = wide_places(prediction_program(NETWORK), ARRAYS)
    assert ("l1", "multiply") in places
    assert ("l1", "matmul") not in places


def test_a_wide_number_is_found_in_what_a_run_starts_from() -> None:
    program = replace(prediction_program(replace(NETWORK, dtype="float64")), dtype="float32")
    assert ("syn0", "from the start") in wide_places(program, ARRAYS)


def test_wide_inputs_are_found() -> None:
    wide = ARRAYS | {"X": ARRAYS["X"].astype(np.float64)}
    assert ("X", "from the start") in wide_places(prediction_program(NETWORK), wide)
