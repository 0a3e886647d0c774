"""Which examples push which weights, over a run."""

import numpy as np
import pytest

from syn0 import LBFGS, Network, Training
from tests.explain.networks import EXCLUSIVE_OR, FIRST_COLUMN, X, made_up, part_1, part_2


def test_the_takeaway_of_part_1():
    network = part_1()
    network.train(X, FIRST_COLUMN, steps=1000, engine="numpy")
    table = network.replay(X, FIRST_COLUMN).pushes()
    both = (X == 1) & (FIRST_COLUMN[:, np.newaxis] == 1)
    wrong = (X == 1) & (FIRST_COLUMN[:, np.newaxis] == 0)
    assert np.array_equal(table.up, 1000 * both)  # input and output are 1
    assert np.array_equal(table.down, 1000 * wrong)  # input 1, output 0
    assert np.array_equal(table.still, 1000 * (X == 0))
    assert table.fall[0] == 0  # the first weight only ever goes up
    assert (table.rise[1:] > 0).all()
    assert (table.fall[1:] < 0).all()
    assert np.array_equal(table.now, network.weights["syn0"][:, 0])
    assert table.start + table.rise + table.fall == pytest.approx(table.now)


def test_batches_count_for_the_rows_that_are_in_them():
    rows = made_up()
    network = Network([5, 4, 2], dropout=0.2)
    network.train(*rows, epochs=3, batch_size=5, optimizer="adam", engine="numpy")
    table = network.replay(*rows).pushes("syn1", 1)
    assert table.steps == 15
    assert (table.seen == 3).all()
    assert np.array_equal(table.now, network.weights["syn1"][:, 1])


def test_steps_can_be_asked_for_before_any_is_taken():
    replay = part_2().replay(X, EXCLUSIVE_OR)
    table = replay.pushes("syn1", steps=7)
    assert table.steps == 7
    assert np.array_equal(table.now, replay.run(7).state["syn1"][:, 0])
    with pytest.raises(ValueError, match=r"unknown array of weights 'bias0'.*syn0, syn1"):
        replay.pushes("bias0")
    with pytest.raises(ValueError, match="there is no unit 4: syn0 leads to 4, from 0"):
        replay.pushes("syn0", 4)
    search = part_2().replay(X, EXCLUSIVE_OR, training=Training(steps=3, optimizer=LBFGS()))
    with pytest.raises(ValueError, match="a search finds them"):
        search.pushes()


def test_the_table_reads_well():
    lines = repr(part_1().replay(X, FIRST_COLUMN).pushes(steps=1000)).splitlines()
    assert lines[:6] == [
        "how often each example pushed a weight over 1,000 steps",
        "row       X      y  syn0[0,0]  syn0[1,0]  syn0[2,0]",
        "0         0 0 1  0  ·          ·          ↓1,000",
        "1         0 1 1  0  ·          ↓1,000     ↓1,000",
        "2         1 0 1  1  ↑1,000     ·          ↑1,000",
        "3         1 1 1  1  ↑1,000     ↑1,000     ↑1,000",
    ]
    assert lines[7] == "all down            0          -4.589     -9.846"
    assert [line[:8].strip() for line in lines[6:]] == ["all up", "all down", "start", "now"]
    table = Network([9, 4, 2]).replay(*made_up(40, 9)).pushes(steps=2)
    assert "28 more" in repr(table)
    assert "(3 more weights are in to_frame())" in repr(table)
    assert len(table.to_frame()) == 40 * 9


def test_pushes_are_those_of_the_interpreter_however_many_are_counted_together(monkeypatch):
    rows = made_up()
    network = Network([5, 4, 2])
    network.train(*rows, epochs=3, batch_size=5, engine="numpy")
    replay = network.replay(*rows)
    up = np.zeros((len(rows[0]), 5), int)
    for step in range(15):
        trace = replay.trace(step)
        up[trace.rows] += trace["l0"] * trace["l1_delta"][:, [2]] > 0
    assert np.array_equal(replay.pushes("syn0", 2).up, up)
    monkeypatch.setattr("syn0.explain.pushes.MOST_NUMBERS", 1)
    assert np.array_equal(replay.pushes("syn0", 2).up, up)
