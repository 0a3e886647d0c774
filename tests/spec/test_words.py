"""Words of users on their way into sentences and programs."""

import pytest

from syn0.spec.words import counted, identifier, series


@pytest.mark.parametrize(
    ("parts", "last", "said"),
    [("a", "and", "a"), ("ab", "and", "a and b"), ("abc", "or", "a, b or c")],
)
def test_parts_are_listed_as_in_a_sentence(parts, last, said):
    assert series(parts, last) == said


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Age (years)", "age_years"),
        ("2nd class", "column_2nd_class"),
        ("größe", "gr_e"),
        ("?", "column"),
        ("a name of too many letters", "a_name_of_too_many"),
    ],
)
def test_a_text_suggests_a_name_of_plain_letters(text, name):
    assert identifier(text, 18, lambda one: False) == name


def test_a_name_that_is_taken_gets_a_number():
    assert identifier("age", 20, {"age", "age_2"}.__contains__) == "age_3"


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (12_345, "12,345 rows")]
)
def test_what_is_counted_stands_in_the_right_number(count, words):
    assert counted(count, "row") == words
