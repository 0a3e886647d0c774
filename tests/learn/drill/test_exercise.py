"""Exercises: what they take, the files they begin with, their hints and verdicts."""

import ast
import json
from dataclasses import replace

import pytest

from syn0 import LBFGS, Dropout, Network
from syn0.learn.drill.exercise import Exercise
from syn0.learn.drill.ladder import LADDER, exercise_of, exercises, next_exercise
from syn0.learn.drill.levels import LEVELS
from syn0.spec import Training
from tests.learn.drill.mistakes import EXERCISES
from tests.together import Together

PLAIN = EXERCISES["plain"]


@pytest.mark.parametrize("level", LEVELS)
def test_a_file_to_begin_with_can_be_run_and_lacks_what_is_to_be_written(level):
    text = PLAIN.start_text(level)
    ast.parse(text)
    asked = text.count("# Write here:")
    assert asked == {1: 1, 2: 3, 3: 5, 4: 9, 5: 0}[level]
    verdict = PLAIN.check(text)
    assert verdict.outcome != "right"


def test_a_blank_page_says_all_that_one_must_know_and_none_of_the_lines():
    text = EXERCISES["batch"].start_text(5)
    for fact in ("3-5-4-1", "batches of 3", "momentum 0.9", "learning_rate 0.3", "X = ", "y = "):
        assert fact in text
    assert "@" not in text


def test_each_exercise_of_the_ladder_is_right_with_its_own_solution():
    with Together() as together:
        for target in LADDER:
            with together(target.words):
                exercise = exercise_of(target, 5)
                assert exercise.check(exercise.solution).agreement == "exact"


def test_the_ladder_goes_on_where_one_stopped():
    (_, first), (_, second), *_ = exercises()
    assert next_exercise({}) == first
    assert next_exercise({first.key: first.level}) == second
    assert next_exercise({}, second) != first
    assert next_exercise({e.key: 5 for _, e in exercises()}) is None


def test_what_tells_exercises_apart_is_neither_level_nor_seed_nor_steps():
    other = replace(PLAIN, level=1, training=replace(PLAIN.training, steps=7))
    assert other.key == PLAIN.key
    assert EXERCISES["bias"].key != PLAIN.key


def test_hints_tell_more_and_more():
    hints = [PLAIN.hint("l1_delta", rung) for rung in range(4)]
    assert hints[0].endswith("?")
    assert "(rows x 4)" in hints[1]
    assert PLAIN.lines["l1_delta"].note in hints[2]
    assert hints[3] == "l1_delta = l1_error * (l1 * (1 - l1))"
    assert "l1 * (1 - l1)" not in hints[0] + hints[1] + hints[2]


def test_a_teachers_hints_come_first():
    taught = replace(PLAIN, hints={"l1_delta": ("Think of the hill.",)})
    assert taught.hint("l1_delta", 0) == "Think of the hill."
    assert taught.hint("l1_delta", 1) == PLAIN.hint("l1_delta", 1)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: replace(PLAIN, level=6), "level must be one of 1 (one line missing)"),
        (lambda: replace(PLAIN, hints={"l9": ("x",)}), "l9"),
        (lambda: PLAIN.hint("l9", 0), "l9"),
        (lambda: PLAIN.hint("l1", 7), "rung must be"),
        (lambda: Exercise(Network([3, 1]).spec, Training(steps=1, optimizer=LBFGS())), "L-BFGS"),
        (lambda: Exercise(Network([400, 400, 1]).spec, Training(steps=1)), "160,000 entries"),
        (
            lambda: Exercise(Network(3, [Dropout(0.5), *Network([3, 1]).spec.layers]).spec,
                             Training(steps=1)),
            "dropout",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_drilled_is_refused_in_a_sentence(make, words):
    with pytest.raises(ValueError, match=r".") as refused:
        make()
    assert words in str(refused.value)


def test_a_verdict_is_plain_json_even_of_numbers_that_are_none():
    text = PLAIN.solution.replace("l1 = sigmoid(l0 @ syn0)", "l1 = np.log(l0 @ syn0 - 9)")
    verdict = PLAIN.check(text)
    data = json.loads(json.dumps(verdict.to_data(), allow_nan=False))
    assert data["outcome"] == "wrong"
    assert data["wrong"]["name"] == "l1"
    assert data["wrong"]["found"]["rows"][0][0] is None


def test_weights_that_start_above_0_and_batches_that_never_change_are_told():
    text = PLAIN.solution.replace("2 * random.random_sample((3, 4)) - 1", "random.rand(3, 4)")
    assert PLAIN.check(text).wrong.cause == "start"
    batch = EXERCISES["batch"]
    text = batch.solution.replace("order[place : place + 3]", "order[:3]")
    text = text.replace("order = random.permutation(len(X))", "order = np.arange(len(X))")
    assert batch.check(text).wrong.cause == "batch"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "X and y"),
        ("X = 3", "X and y"),
        (PLAIN.start_text(5), "syn0 was not found"),
        (PLAIN.solution.replace("range(60000)", "range(2)"), "takes 2 steps"),
    ],
)
def test_what_is_not_there_yet_is_said(text, words):
    verdict = PLAIN.check(text)
    assert (verdict.outcome, verdict.trouble.kind) == ("stopped", "incomplete")
    assert words in verdict.sentence
    assert verdict.sentence.endswith(".")
