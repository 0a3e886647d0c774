"""What may be typed as an answer, and what is understood."""

import pytest

from syn0.learn.tour.answers import Arrows, Number, Options, Shape, ways

COLUMNS = Options(("x1", "age, in years", "x3"), frozenset([1]), "name")


@pytest.mark.parametrize(
    ("answer", "text", "guess"),
    [
        (COLUMNS, "2", 1),
        (COLUMNS, "x1", 0),
        (COLUMNS, "`X1`", 0),
        (COLUMNS, "Age, in years", 1),
        (Number(0.25, within=0.01), "0.25", 0.25),
        (Number(0.25, within=0.01), "−.25", -0.25),
        (Number(1, whole=True), "10,000", 10_000),
        (Number(1, whole=True), "1e3", 1000),
        (Shape((4, 1)), "(4, 1)", (4, 1)),
        (Shape((4, 1)), "4x1", (4, 1)),
        (Shape((4, 1)), "[10,000 × 1]", (10_000, 1)),
        (Arrows((1, 0, -1), ("a", "b", "c")), "+ . -", (1, 0, -1)),
        (Arrows((1, 0, -1), ("a", "b", "c")), "↑·↓", (1, 0, -1)),
        (Arrows((1, 0, -1), ("a", "b", "c")), "+, 0, -", (1, 0, -1)),
    ],
)
def test_guesses_are_understood_as_people_type_them(answer, text, guess):
    assert answer.understood(text) == guess


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (COLUMNS, "0"),
        (COLUMNS, "4"),
        (COLUMNS, "x2"),
        (COLUMNS, "²"),
        (Number(0.25), "nan"),
        (Number(0.25), "inf"),
        (Number(0.25), "a lot"),
        (Number(0.25), "1" * 1000),
        (Number(3, whole=True), "1.5"),
        (Number(3, least=0, most=5), "6"),
        (Shape((4, 1)), "4"),
        (Shape((4, 1)), "4, 1, 1"),
        (Shape((4, 1)), "four by one"),
        (Arrows((1, 0), ("a", "b")), "+"),
        (Arrows((1, 0), ("a", "b")), "up"),
    ],
)
def test_what_is_no_answer_is_told_what_is_wanted(answer, text):
    for words in (text, ""):
        with pytest.raises(ValueError, match="type ") as refused:
            answer.understood(words)
        assert answer.wanted in str(refused.value)
        assert len(str(refused.value)) < 300


def test_numbers_are_right_within_their_tolerance():
    number = Number(0.25, within=0.01)
    assert number.is_right(0.259)
    assert not number.is_right(0.27)


def test_ways_are_signs():
    assert ways([0.5, -2, 0]) == (1, -1, 0)
