"""Examples: their pushes, and what hidden units tell."""

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="Matplotlib is not installed")

from syn0 import Network
from syn0.derive import prediction_program
from syn0.explain import correlations
from syn0.explain.statistics import hidden_values
from syn0.plots import hidden_units
from tests.explain.networks import EXCLUSIVE_OR, X, made_up
from tests.plots.conftest import texts, ticks


def test_a_weight_has_a_bar_for_each_example_the_rounding_and_the_sum():
    split = Network([3, 4, 1]).trace(X, EXCLUSIVE_OR).contributions("syn0", 2, 1)
    ax = split.plot()
    bars = [bar.get_width() for bar in ax.patches]
    assert bars == [*split.parts, split.rounding, split.pull]
    assert sum(bars[:-1], 0.0) == bars[-1]
    assert ticks(ax.yaxis)[-2:] == ["rounding", "all together"]
    assert ticks(ax.yaxis)[0] == f"row 0:  1 × −{-split.deltas[0]:.4g}"
    assert texts(ax)[0].startswith("syn0[2,1]: 0.0776")
    assert [bool(bar.get_hatch()) for bar in ax.patches[:4]] == [*(split.parts < 0)]


def test_of_many_examples_the_largest_have_bars_and_the_others_one():
    rows, targets = made_up(rows=30)
    split = Network([5, 4, 2]).trace(rows, targets).contributions("syn0", 1, 1)
    bars = [bar.get_width() for bar in split.plot().patches]
    assert len(bars) == 12 + 1 + 1 + 1
    assert bars[:12] == [*split.parts[split.largest]]
    assert sum(bars[:13]) == pytest.approx(split.parts.sum())


def test_correlations_are_dots_at_the_start_and_now(replay):
    told = replay.statistics()
    ax = told.plot("l1")
    hidden = told.layers[1]
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    found = [float(np.ravel(dot.get_xdata())[0]) for dot in dots]
    pairs = np.column_stack([hidden.start[:, 0], hidden.now[:, 0]])
    np.testing.assert_array_equal(found, pairs.ravel())
    assert ticks(ax.yaxis) == [*hidden.columns]
    assert "always the same" in texts(told.plot())
    with pytest.raises(ValueError, match="choose from: l0, l1"):
        told.plot("l2")
    with pytest.raises(ValueError, match="there is no target 1"):
        told.plot(target=1)


def test_hidden_units_stand_before_and_after_beside_the_target(replay):
    ax = hidden_units(replay)
    before, target, now = ax.images
    program = prediction_program(replay.spec)
    for image, values in ((before, replay.start.values), (now, replay.now.values)):
        l1 = hidden_values(program, {"X": X, **values}, ["l1"])["l1"]
        np.testing.assert_array_equal(image.get_array(), l1)
        written = [f"{r:.2f}".replace("-", "−") for r in correlations(l1, EXCLUSIVE_OR)[:, 0]]
        said = texts(ax)
        assert [word for word in said if word in written][: len(written)]
        assert set(written) <= set(said)
    np.testing.assert_array_equal(target.get_array()[:, 0], EXCLUSIVE_OR)
    assert {"l1 at the start", "l1 now"} <= set(texts(ax))


def test_many_rows_are_ordered_by_the_target_and_many_units_chosen():
    rows, targets = made_up(rows=40)
    net = Network([5, 20, 2])
    net.train(rows, targets, steps=5)
    ax = hidden_units(net.replay(rows, targets), target=1)
    before, target, _ = ax.images
    assert before.get_array().shape == (40, 8)
    np.testing.assert_array_equal(target.get_array()[:, 0], np.sort(targets[:, 1]))


def test_without_a_seed_only_now_is_drawn_and_what_there_is_not_is_refused(replay):
    net = Network([3, 4, 1], seed=None)
    ax = hidden_units(net.replay(X, EXCLUSIVE_OR))
    assert len(ax.images) == 2
    with pytest.raises(ValueError, match="has no hidden layer"):
        hidden_units(Network([3, 1]).replay(X, EXCLUSIVE_OR))
    with pytest.raises(ValueError, match="unknown layer 'l2'"):
        hidden_units(replay, "l2")
