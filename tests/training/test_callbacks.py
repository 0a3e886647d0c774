"""Callbacks get every report, can stop training and may fail."""

import numpy as np
import pytest

from syn0 import Network


def test_every_callback_gets_every_report(rows):
    first, second = [], []
    history = Network([5, 2]).train(
        *rows, steps=30, report_every=10, validation=rows, callbacks=[first.append, second.append]
    )
    assert first == second == history.reports
    assert [report.step for report in first] == [0, 10, 20]
    assert first[0].validation_loss is not None


def test_a_true_answer_stops_training(rows):
    network = Network([5, 2])
    history = network.train(
        *rows, steps=1000, report_every=10, callbacks=[lambda report: report.step >= 20]
    )
    assert history.stopped == "callback"
    assert history.step == [0, 10, 20]
    assert network.steps_taken == 30


def test_training_stopped_by_a_callback_can_go_on(rows, assert_same):
    stopped, whole = Network([5, 2]), Network([5, 2])
    stopped.train(*rows, steps=50, batch_size=4, report_every=8, callbacks=[lambda report: True])
    stopped.train(*rows, steps=42, batch_size=4)
    whole.train(*rows, steps=50, batch_size=4)
    assert_same(stopped, whole)


class OutOfPaperError(Exception):
    pass


def test_a_callback_that_raises_leaves_what_was_learned(rows, assert_same):
    def fail(report):
        if report.step == 20:
            raise OutOfPaperError

    network, until_there = Network([5, 2]), Network([5, 2])
    start = network.weights["syn0"].copy()
    with pytest.raises(OutOfPaperError):
        network.train(
            *rows, steps=1000, batch_size=4, report_every=10, optimizer="adam", callbacks=[fail]
        )
    until_there.train(*rows, steps=30, batch_size=4, optimizer="adam")
    assert_same(network, until_there)
    assert not np.array_equal(network.weights["syn0"], start)


def test_weights_read_before_training_do_not_change_under_the_reader(rows):
    network = Network([5, 2])
    weights = network.weights["syn0"]
    before = weights.copy()
    network.train(*rows, steps=5)
    assert np.array_equal(weights, before)
