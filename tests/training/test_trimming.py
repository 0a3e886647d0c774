"""Deltas too small to matter become 0, and reports say what share did."""

import numpy as np
import pytest

from syn0 import Network


def shares_by_hand(rows, least: float) -> float:
    """What share of the deltas of a 5-4-2 network are smaller, before its first step."""
    X, y = rows
    network = Network([5, 4, 2])
    l1 = 1 / (1 + np.exp(-X @ network.weights["syn0"]))
    l2 = 1 / (1 + np.exp(-l1 @ network.weights["syn1"]))
    l2_delta = (y - l2) * l2 * (1 - l2)
    l2_delta[np.abs(l2_delta) < least] = 0
    l1_delta = (l2_delta @ network.weights["syn1"].T) * l1 * (1 - l1)
    l1_delta[np.abs(l1_delta) < least] = 0
    return float(np.mean(np.concatenate([l1_delta.ravel(), l2_delta.ravel()]) == 0))


@pytest.mark.parametrize("least", [1e-6, 0.01, 0.03, 10.0])
def test_a_report_says_what_share_was_trimmed(rows, least):
    history = Network([5, 4, 2]).train(*rows, steps=3, trim_deltas=least, learning_rate=0.01)
    assert history.trimmed[0] == pytest.approx(shares_by_hand(rows, least))
    assert len(history.trimmed) == len(history.reports)


def test_shares_grow_with_the_limit(rows):
    shares = [shares_by_hand(rows, least) for least in (1e-6, 0.01, 0.03, 10.0)]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)
    assert 0 < shares[1] < shares[2] < 1


def test_a_limit_above_all_deltas_moves_nothing(rows):
    network = Network([5, 4, 2])
    network.train(*rows, steps=3, trim_deltas=10.0)
    assert np.array_equal(network.weights["syn1"], Network([5, 4, 2]).weights["syn1"])


def test_without_trimming_nothing_is_said_of_it(rows):
    history = Network([5, 4, 2]).train(*rows, steps=3)
    assert history.trimmed == []
    assert history.reports[0].trimmed is None


def test_the_share_of_an_epoch_counts_the_smaller_last_batch_by_its_rows(rows):
    X, y = rows
    history = Network([5, 4, 2]).train(
        X, y, epochs=1, batch_size=20, shuffle=False, trim_deltas=0.03, learning_rate=1e-12
    )
    assert history.trimmed[0] == pytest.approx(shares_by_hand(rows, 0.03))


def test_weights_of_rows_do_not_change_what_a_share_is(rows):
    X, y = rows
    weight = np.ones(23)
    weight[20:] = 0  # the last batch: all its deltas are 0
    history = Network([5, 4, 2]).train(
        X, y, epochs=1, batch_size=20, shuffle=False, trim_deltas=1e-9, learning_rate=1e-12,
        sample_weight=weight,
    )  # fmt: skip
    assert history.trimmed[0] == pytest.approx(3 / 23)
