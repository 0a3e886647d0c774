"""Every row of the covering table on the jax engine, held to the reference interpreter.

A case is a row: its steps are taken in one compiled loop, and its search's loss and pulls in one
compiled function. The test suite takes the few rows in which all operations occur.
"""

from random import Random
from typing import Any

import numpy as np

from syn0.derive import prediction_program
from syn0.engines.jax import JaxRunner
from tests.campaigns import Outcome
from tests.campaigns.languages import arrays
from tests.derive.cases import Case, covering_rows, described
from tests.engines.test_agreement import (
    ROUNDINGS,
    TOLERANCE,
    assert_agree,
    assert_unless_rounded,
    defined,
    figures,
    moved_farthest,
)

SHORT = 3


def run(seed: int, count: int) -> Outcome:
    """Try so many rows: others by another seed, all where it is as many."""
    outcome = Outcome()
    cases = [described(row) for row in covering_rows()]
    for case in Random(seed).sample(cases, min(count, len(cases))):  # noqa: S311
        try:
            (hold_pulls if case.program.pulls else hold_steps)(case)
        except AssertionError as error:
            outcome.faults.append(f"{case.network}, {case.training}: {error}"[:1500])
        outcome.counts["a search's row" if case.program.pulls else "a row of steps"] += 1
    return outcome


def runner(case: Case) -> JaxRunner:
    """The engine on the processor."""
    prediction = prediction_program(case.network, case.training.reduction)
    return JaxRunner(case.program, prediction, device="cpu")


def hold_steps(case: Case) -> None:
    """State and reports after all steps are those of the definition."""
    program, definition, dtype = case.program, defined(case, arrays), case.program.dtype
    state, measured = runner(case).train(
        definition.given(program), arrays(case), definition.rows, measure=True
    )
    assert list(state) == list(program.state)
    expected = np.array(definition.reports)

    def check(moved: Any, shaken: Any) -> None:
        for name in program.state:
            assert type(state[name]) is type(definition.end[name])
            assert_agree(state[name], definition.end[name], dtype, moved[name])
        allowed = np.fmax(TOLERANCE[dtype] * np.abs(expected).max(axis=0), ROUNDINGS * shaken)
        worst = np.abs(measured - expected) - allowed
        assert (worst <= 0).all(), f"reports are {worst.max():.3g} too far off"

    assert_unless_rounded(check, case, arrays, moved_farthest)


def hold_pulls(case: Case) -> None:
    """Loss and pulls, where a search begins and where it ends, are those of the definition."""
    program, definition, dtype = case.program, defined(case, arrays), case.program.dtype
    found, pulls = runner(case).gradient(definition.end, arrays(case))
    expected = definition.end
    assert np.allclose(found, figures(program, expected), rtol=TOLERANCE[dtype], atol=0)
    for name, pull in program.pulls.items():
        rounding = np.finfo(dtype).eps * 10
        assert_agree(pulls[name], expected[pull], dtype, rounding)
