"""Weights as maps, as images, and as lines."""

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="Matplotlib is not installed")

from syn0 import Network
from syn0.plots import images, network, weights
from tests.plots.conftest import texts, ticks


def test_a_map_holds_the_array_about_0_with_its_figures(tutorial):
    net, _ = tutorial
    ax = weights(net)
    (shown,) = ax.images
    np.testing.assert_array_equal(shown.get_array(), net.weights["syn0"])
    assert shown.get_clim() == pytest.approx((-6.61, 6.61), abs=0.01)
    written = [text.get_text().replace("−", "-") for text in ax.texts]
    assert written == [f"{w:.3g}" for w in net.weights["syn0"].ravel()]
    assert texts(ax)[:2] == ["syn0, 3 × 4", "unit"]
    assert ticks(ax.yaxis) == ["l0[0]", "l0[1]", "l0[2]"]
    assert ticks(weights(net, "syn1").yaxis) == [f"l1[{k}]" for k in range(4)]


def test_inputs_bear_their_names_and_biases_are_a_row(fitted):
    net = fitted["iris"].network
    assert ticks(weights(net).yaxis)[0] == "sepal length (cm)"
    ax = weights(net, "bias1")
    np.testing.assert_array_equal(ax.images[0].get_array(), net.weights["bias1"][None])


def test_negative_cells_of_larger_maps_have_a_notch():
    net = Network([20, 20, 1])
    (notches,) = weights(net).collections
    assert len(notches.get_offsets()) == (net.weights["syn0"] < 0).sum()


def test_units_are_images_of_their_weights(fitted):
    net = fitted["digits"].network
    array = net.weights["syn0"]
    ax = images(net)
    sheet = ax.images[0].get_array()
    assert sheet.shape == (2 * 9 - 1, 3 * 9 - 1)
    for unit in range(6):
        top, left = (unit // 3) * 9, (unit % 3) * 9
        tile = sheet[top : top + 8, left : left + 8]
        np.testing.assert_array_equal(tile, array[:, unit].reshape(8, 8))
    assert "6 units, each as 8 × 8 pixels" in texts(ax)[0]


def test_of_very_many_units_the_strongest_are_shown_and_shapes_may_be_said():
    net = Network([12, 150, 1])
    assert "100 of 150 units, each as 3 × 4" in texts(images(net, shape=(3, 4)))[0]
    with pytest.raises(ValueError, match="12 inputs are no square"):
        images(net)
    with pytest.raises(ValueError, match="no images of 5 × 2"):
        images(net, shape=(5, 2))
    with pytest.raises(ValueError, match="unknown array 'syn9'"):
        weights(net, "syn9")


def test_a_network_has_a_line_for_each_weight(tutorial):
    net, _ = tutorial
    ax = network(net)
    *lines, l0, l1, l2 = ax.collections
    for k, name in enumerate(("syn0", "syn1")):
        above, below = lines[2 * k : 2 * k + 2]
        assert len(above.get_segments()) == (net.weights[name] > 0).sum()
        assert len(below.get_segments()) == (net.weights[name] < 0).sum()
    assert [len(layer.get_offsets()) for layer in (l0, l1, l2)] == [3, 4, 1]
    widths = np.concatenate([line.get_linewidths() for line in lines[:2]])
    sizes = net.weights["syn0"]
    ordered = np.concatenate([sizes[sizes > 0], -sizes[sizes < 0]])
    assert np.argsort(widths).tolist() == np.argsort(ordered).tolist()


def test_of_wide_layers_the_first_units_are_drawn():
    assert "l1\n24 more" in texts(network(Network([3, 40, 1])))
