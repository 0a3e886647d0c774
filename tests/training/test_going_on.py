"""Training in parts is training in one piece, to the last bit."""

import numpy as np
import pytest

from syn0 import SGD, Adam, Network

OPTIMIZERS = [SGD(0.1), Adam(0.01)]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=["sgd", "adam"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("batch_size", [None, 4])
def test_ten_epochs_and_ten_more_equal_twenty(rows, assert_same, optimizer, dtype, batch_size):
    def network():
        return Network([5, 6, 2], bias=True, dtype=dtype)

    how = {"optimizer": optimizer, "batch_size": batch_size}
    parts, whole, half = network(), network(), network()
    parts.train(*rows, epochs=10, **how)
    parts.train(*rows, epochs=10, **how)
    whole.train(*rows, epochs=20, **how)
    half.train(*rows, epochs=10, **how)
    assert_same(parts, whole)
    assert not np.array_equal(half.weights["syn0"], whole.weights["syn0"])


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=["sgd", "adam"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_seven_steps_and_thirteen_more_equal_twenty_in_the_middle_of_epochs(
    rows, assert_same, optimizer, dtype
):
    how = {"optimizer": optimizer, "batch_size": 5}  # 5 steps an epoch
    parts, whole = Network([5, 6, 2], dtype=dtype), Network([5, 6, 2], dtype=dtype)
    parts.train(*rows, steps=7, **how)
    parts.train(*rows, steps=13, **how)
    whole.train(*rows, steps=20, **how)
    assert_same(parts, whole)


def test_many_short_parts_equal_one_long_one(rows, assert_same):
    parts, whole = Network([5, 3, 2]), Network([5, 3, 2])
    for _ in range(31):
        parts.train(*rows, steps=1, batch_size=4, optimizer="adam")
    whole.train(*rows, steps=31, batch_size=4, optimizer="adam")
    assert_same(parts, whole)


def test_parts_without_shuffling_equal_the_whole(rows, assert_same):
    parts, whole = Network([5, 2]), Network([5, 2])
    parts.train(*rows, steps=4, batch_size=4, shuffle=False)
    parts.train(*rows, steps=9, batch_size=4, shuffle=False)
    whole.train(*rows, steps=13, batch_size=4, shuffle=False)
    assert_same(parts, whole)


def test_how_often_training_reports_changes_nothing(rows, assert_same):
    often, seldom = Network([5, 3, 2]), Network([5, 3, 2])
    often.train(*rows, steps=50, batch_size=4, report_every=1, validation=rows)
    seldom.train(*rows, steps=50, batch_size=4, report_every=50)
    assert_same(often, seldom)


def test_an_epoch_that_was_begun_is_left_where_the_batch_size_changes(rows):
    network = Network([5, 3, 2])
    network.train(*rows, steps=3, batch_size=4)
    history = network.train(*rows, epochs=1, batch_size=23)
    assert network.steps_taken == 4
    assert history.stopped == "finished"
    assert network.checkpoint.epoch is None


def test_another_optimizer_takes_over_with_a_memory_of_its_own(rows, assert_same):
    one, other = Network([5, 3, 2]), Network([5, 3, 2])
    one.train(*rows, steps=5, optimizer="adam")
    one.train(*rows, steps=5, optimizer="sgd")
    other.train(*rows, steps=5, optimizer="adam")
    assert other.checkpoint.values["t"] == 5
    other.train(*rows, steps=5, optimizer="sgd")
    assert_same(one, other)
    assert "t" not in one.checkpoint.values


def test_a_network_without_a_seed_starts_anew_each_time():
    assert not np.array_equal(
        Network([3, 2], seed=None).weights["syn0"], Network([3, 2], seed=None).weights["syn0"]
    )
    assert np.array_equal(
        Network([3, 2], seed=5).weights["syn0"], Network([3, 2], seed=5).weights["syn0"]
    )
