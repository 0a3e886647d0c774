"""Words for people."""

import pytest

from syn0.spec.words import counted


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (12_345, "12,345 rows")]
)
def test_what_is_counted_stands_in_the_right_number(count, words):
    assert counted(count, "row") == words
