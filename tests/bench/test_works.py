"""The works: what is measured, and on which rows."""

import numpy as np
import pytest

from syn0.bench import CURVES, default_works, works, works_of
from syn0.bench.works import MOST_FLOPS, classifier, classifier_work, data_of, tutorial_work
from syn0.spec import SGD, Adam, Training


def test_the_default_works_are_those_that_are_promised():
    assert [work.name for work in default_works()] == [
        "the tutorial's 60,000 steps of 3-4-1",
        "predicting one row of 20-64-2",
        "20-64-2, batches of 32, SGD",
        "20-64-64-2, batches of 32, Adam",
        "30-100-2, batches of 200, Adam",
        "784-128-10, batches of 64, SGD",
        "784-128-10, batches of 64, Adam",
        "784-256-128-10, batches of 128, Adam",
        "784-1024-1024-10, batches of 512, SGD",
    ]


def test_the_products_of_a_step_are_counted():
    """Forward and the weights' pulls for all layers, blame for all but the first."""
    work = classifier_work((20, 64, 2), 32, SGD(0.01))
    assert work.flops == 32 * (4 * (20 * 64 + 64 * 2) + 2 * 64 * 2)
    predicting = works_of(classifier(20, 64, 2), work.training)[1]
    assert predicting.flops == 2 * (20 * 64 + 64 * 2)


def test_a_call_is_long_enough_to_hide_what_calls_cost_and_not_longer():
    for work in default_works():
        if not (work.whole or work.predicts):
            assert work.steps == 1 or work.steps * work.flops <= MOST_FLOPS
            assert work.steps * work.flops >= 3e8


def test_rows_are_drawn_for_each_step_none_of_them_twice(monkeypatch):
    monkeypatch.setattr(works, "MOST_NUMBERS", 2**18)
    work = classifier_work((200, 512, 10), 64, Adam())
    data = data_of(work)
    assert data.X.shape == (work.steps * 64, 200)
    assert data.y.shape == (work.steps * 64, 10)
    assert data.X.dtype == data.y.dtype == np.float32
    assert (data.y.sum(axis=1) == 1).all()
    assert sorted(data.order.ravel()) == list(range(len(data.X)))
    assert np.array_equal(data_of(work).X, data.X)
    assert np.array_equal(data.part(2).order, data.order[:2])


def test_the_tutorial_is_trained_on_its_four_rows():
    work = tutorial_work(60_000)
    data = data_of(work)
    assert data.order is None
    assert (work.steps, work.rows, work.whole) == (60_000, 4, True)
    assert data.X.tolist() == [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]
    assert data.y.ravel().tolist() == [0, 1, 1, 0]
    assert data.X.dtype == np.float64


def test_full_batches_of_other_networks_are_refused():
    with pytest.raises(ValueError, match="mini-batches: give batch_size"):
        works_of(classifier(5, 6, 3), Training(steps=1))


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)
def test_a_curve_is_of_what_it_says(curve):
    first, last = curve.work(curve.points[0]), curve.work(curve.points[-1])
    grown = {
        "rows": lambda work: work.rows,
        "width": lambda work: work.network.dense[0].units,
        "depth": lambda work: len(work.network.dense) - 1,
        "steps": lambda work: work.steps,
    }
    for name, measure in grown.items():
        if name == curve.name:
            assert (measure(first), measure(last)) == (curve.points[0], curve.points[-1])
        elif name != "steps":
            assert measure(first) == measure(last)
