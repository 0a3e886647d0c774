"""Any way of writing the program is taken, and none that is right by luck."""

import numpy as np
import pytest

from tests.learn.drill.mistakes import EXERCISES
from tests.learn.drill.styles import LUCKY, RIGHT, START

PLAIN = EXERCISES["plain"]


@pytest.mark.parametrize("style", RIGHT)
def test_a_right_program_is_accepted_however_it_is_written(style):
    verdict = PLAIN.check(RIGHT[style])
    assert verdict.outcome == "right", verdict
    assert verdict.agreement == "exact" or "rounding" in verdict.sentence


def test_float32_is_told_as_the_reason_of_other_digits():
    assert "float32" in PLAIN.check(RIGHT["float32"]).sentence


@pytest.mark.parametrize("luck", LUCKY)
def test_a_program_that_is_right_by_luck_is_rejected(luck):
    verdict = PLAIN.check(LUCKY[luck])
    assert verdict.outcome != "right"
    assert verdict.sentence


def test_a_transpose_that_only_this_table_allows_is_named():
    verdict = PLAIN.check(LUCKY["rows = units: a transpose is missing"])
    assert (verdict.wrong.name, verdict.wrong.cause) == ("syn1", "transpose")


def test_a_program_that_counts_on_its_rows_is_told_so():
    assert "count on 4" in PLAIN.check(LUCKY["four rows written in"]).sentence


def test_a_mistake_in_another_style_is_found_under_the_learners_names():
    text = RIGHT["other names, and the derivative as a flag"]
    verdict = PLAIN.check(text.replace("nonlin(hidden, True)", "nonlin(X @ w_in, True)"))
    assert (verdict.wrong.name, verdict.wrong.cause) == ("l1_delta", "slope at")
    assert "hidden_blame" in text.splitlines()[verdict.wrong.line - 1]


def test_gradients_that_are_subtracted_are_no_mistake_but_half_of_them_is():
    text = RIGHT["gradients that are subtracted"]
    verdict = PLAIN.check(text.replace("syn0 -= X.T", "syn0 += X.T"))
    assert (verdict.wrong.name, verdict.wrong.cause) == ("syn0", "sign")


def test_the_readers_own_table_is_taken_under_the_names_x_and_y():
    text = START.replace("[0, 0, 1]", "[0.5, 0.2, 1]").replace("[[0, 1, 1, 0]]", "[[1, 1, 0, 0]]")
    steps = RIGHT["the eleven lines"].partition("for j")
    assert PLAIN.check(f"{text}\nfor j{steps[2]}").outcome == "right"


def test_arrays_are_shown_as_they_stand_in_the_readers_own_run():
    text = RIGHT["the eleven lines"].replace("(l2*(1-l2))", "l2")
    wrong = PLAIN.check(text).wrong
    assert wrong.name == "l2_delta"
    assert wrong.expected_shape == wrong.found_shape == (4, 1)
    row, column = wrong.place
    apart = np.abs(np.array(wrong.expected.rows) - np.array(wrong.found.rows))
    assert wrong.difference == apart[row, column] == apart.max()
