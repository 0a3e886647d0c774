"""Sizes such as 3-4-1: exactly the grammar, and one sentence for everything else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syn0.spec import parse_sizes


@given(st.lists(st.integers(1, 10**9), min_size=2, max_size=6), st.sampled_from(["", " ", "\n"]))
def test_sizes_joined_by_hyphens_are_read(sizes: list[int], around: str) -> None:
    assert parse_sizes(around + "-".join(map(str, sizes)) + around) == tuple(sizes)


@given(st.text("0123456789-- +._x²٣\t", max_size=12))
def test_nothing_else_is_read(text: str) -> None:
    good = re.fullmatch(r"\s*[0-9]+(-[0-9]+)+\s*", text)
    if good and all(int(part) for part in text.split("-")):
        assert parse_sizes(text) == tuple(int(part) for part in text.split("-"))
    else:
        with pytest.raises(ValueError, match=r"3-4-1|at least one unit"):
            parse_sizes(text)


@pytest.mark.parametrize(
    "text", ["", "3", "3-", "-3", "3--1", "3-4-", "3- 4", "3-4.0", "3-+4", "3x4", "٣-٤", "3-²"]
)
def test_what_is_no_network_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="such as 3-4-1") as caught:
        parse_sizes(text)
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize("text", ["0-1", "3-0-1", "3-00"])
def test_a_layer_of_no_units_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="every layer needs at least one unit"):
        parse_sizes(text)


def test_a_number_of_thousands_of_digits_is_refused_in_words_of_our_own() -> None:
    with pytest.raises(ValueError, match="sizes "):
        parse_sizes("3-" + "9" * 5000)
