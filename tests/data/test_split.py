import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syn0.data import split_rows


@given(st.integers(2, 500), st.floats(0, 0.99), st.integers(0, 2**32 - 1))
def test_every_row_is_on_one_side(n, fraction, seed):
    kept, held_out = split_rows(n, fraction, seed)
    assert sorted([*kept, *held_out]) == list(range(n))
    assert (np.diff(kept) > 0).all()
    assert (np.diff(held_out) > 0).all()
    expected = min(max(int(n * fraction + 0.5), 1), n - 1) if fraction else 0
    assert len(held_out) == expected


@given(st.lists(st.integers(2, 40), min_size=1, max_size=8), st.floats(0.05, 0.9))
def test_classes_give_their_share(sizes, fraction):
    strata = np.repeat(np.arange(len(sizes)) * 3, sizes)
    kept, held_out = split_rows(len(strata), fraction, 7, strata)
    given_up = [(strata[held_out] == 3 * c).sum() for c in range(len(sizes))]
    total = min(max(int(sum(sizes) * fraction + 0.5), 1), sum(sizes) - len(sizes))
    assert len(held_out) == total
    assert set(strata[kept]) == set(strata)
    for size, count in zip(sizes, given_up, strict=True):
        assert count >= np.floor(size * fraction)


def test_shares_are_rounded_to_the_nearest_where_they_can_be():
    strata = np.repeat([0, 1, 2], [50, 30, 20])
    _, held_out = split_rows(100, 0.25, 0, strata)
    assert np.bincount(strata[held_out]).tolist() in ([13, 7, 5], [12, 8, 5])


def test_the_split_depends_on_the_seed_alone():
    assert split_rows(10, 0.3, 1)[1].tolist() == split_rows(10, 0.3, 1)[1].tolist()
    assert split_rows(10, 0.3, 1)[1].tolist() == sorted(
        np.random.RandomState(1).permutation(10)[:3]
    )
    assert len({tuple(split_rows(10, 0.3, seed)[1]) for seed in range(20)}) > 10


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((10, 1.0, 0), r"the share of rows to hold out is 1\.0; it must be in \[0, 1\)"),
        ((10, float("nan"), 0), "is nan; it must be"),
        ((1, 0.5, 0), "no row can be held out of 1: every class must keep one"),
        ((3, 0.5, 0, np.arange(3)), "no row can be held out of 3"),
        ((3, 0.5, 0, np.zeros(2, int)), "strata has 2 rows, expected 3"),
    ],
)
def test_splits_that_cannot_be(arguments, message):
    with pytest.raises(ValueError, match=message):
        split_rows(*arguments)
