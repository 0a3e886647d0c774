"""Activations: curves, tangents, and where units sit on them."""

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="Matplotlib is not installed")

from syn0 import Network
from syn0.explain import curve
from syn0.plots import activation, one_weight
from syn0.program import ACTIVATIONS
from tests.explain.networks import EXCLUSIVE_OR, X
from tests.plots.conftest import points, texts, ticks


def test_the_tutorials_first_picture_is_what_comes_without_a_word():
    ax = activation()
    z = points(ax)[:, 0]
    np.testing.assert_array_equal(points(ax)[:, 1], curve("sigmoid", z[:, None])[0][:, 0])
    assert (z[0], z[-1]) == (-6, 6)
    for k, at in enumerate((2.0, 0.0, -1.0)):
        value = 1 / (1 + np.exp(-at))
        slope = value * (1 - value)
        (left, low), (right, high) = points(ax, 1 + 2 * k)
        assert (high - low) / (right - left) == pytest.approx(slope)
        assert points(ax, 2 + 2 * k)[0] == pytest.approx([at, value])
    said = [text.get_text() for text in ax.texts]
    assert said == ["at 2: slope 0.105", "at 0: slope 0.25", "at −1: slope 0.197"]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_is_drawn_with_its_own_slopes(name):
    ax = activation(name, at=[0.5])
    assert np.isfinite(points(ax)).all()
    (left, low), (right, high) = points(ax, 1)
    values = [points(activation(name, at=[0.5 + d]), 2)[0, 1] for d in (1e-6, -1e-6)]
    assert (high - low) / (right - left) == pytest.approx((values[0] - values[1]) / 2e-6, abs=1e-4)


def test_a_weight_of_nine_and_a_half_barely_moves():
    ax = one_weight()
    assert "weight 9.5 → 9.500000006" in texts(ax)[0]
    before, after = (np.ravel(line.get_data()) for line in (ax.lines[-1], ax.lines[-2]))
    assert before == pytest.approx([9.5, 1 / (1 + np.exp(-9.5))])
    assert after == pytest.approx(before)
    undecided = one_weight(-1.5)
    moved = [np.ravel(line.get_data())[0] for line in (undecided.lines[-1], undecided.lines[-2])]
    out = 1 / (1 + np.exp(1.5))
    assert moved == pytest.approx([-1.5, -1.5 + (1 - out) * out * (1 - out)])


def test_units_stand_below_their_curve_each_on_a_line_of_its_own(replay):
    found = replay.trace().slopes()
    ax = found.plot()
    (one, _) = found.layers
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    assert len(dots) == 4
    for k, line in enumerate(dots):
        np.testing.assert_array_equal(line.get_xdata(), one.sums[:, k])
        assert len(set(line.get_ydata())) == 1
    assert ticks(ax.yaxis)[:4] == [f"l1[{k}]" for k in range(4)]
    assert "25% of the values" in texts(ax)[0]
    grey = [patch.get_x() for patch in ax.patches]
    assert len(grey) == 2
    assert texts(found.plot("l2"))[0].startswith("l2, sigmoid")


def test_of_many_units_it_is_said_how_often_each_sum_occurs():
    found = Network([3, 40, 1]).trace(X, EXCLUSIVE_OR).slopes()
    (stairs,) = (p for p in found.plot().patches if hasattr(p, "get_data"))
    values, edges, _ = stairs.get_data()
    counts, _ = np.histogram(found.layers[0].sums, edges)
    heights = values - values.min()
    np.testing.assert_allclose(heights / heights.max(), counts / counts.max(), atol=1e-12)


def test_what_there_is_not_is_refused(replay):
    with pytest.raises(ValueError, match="unknown activation 'sigmod'; did you mean 'sigmoid'"):
        activation("sigmod")
    with pytest.raises(TypeError, match="at must be a number"):
        activation(at=["two"])
    with pytest.raises(ValueError, match="choose from: l1, l2"):
        replay.trace().slopes().plot("l3")
    straight = Network([3, 1], activation="identity").trace(X, EXCLUSIVE_OR).slopes()
    with pytest.raises(ValueError, match="all are identities"):
        straight.plot()
