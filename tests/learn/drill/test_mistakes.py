"""Of a program with a mistake, the first line that is wrong is named, and why."""

import pytest

from tests.learn.drill.mistakes import EXERCISES, MISTAKES, planted


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: f"{m.network}: {m.wrong or m.right}")
def test_the_first_wrong_line_and_its_cause_are_named(mistake):
    verdict = EXERCISES[mistake.network].check(planted(mistake))
    assert verdict.outcome in ("wrong", "stopped")
    assert verdict.wrong is not None
    assert (verdict.wrong.name, verdict.wrong.cause) == (mistake.line, mistake.cause)


def test_there_are_forty_over_six_networks():
    assert len(MISTAKES) >= 40
    assert len({mistake.network for mistake in MISTAKES}) == 6


@pytest.mark.parametrize("name", EXERCISES)
def test_the_solution_is_right_to_the_last_bit(name):
    verdict = EXERCISES[name].check(EXERCISES[name].solution)
    assert (verdict.outcome, verdict.agreement) == ("right", "exact")
    assert {mark.state for mark in verdict.rail} == {"right"}
