"""Where units sit on their curves."""

import numpy as np
import pytest

from syn0 import Dense, Network
from syn0.explain import curve
from syn0.program import ACTIVATIONS
from tests.explain.networks import EXCLUSIVE_OR, X, made_up, part_2


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_curve_is_as_steep_as_differences_say(name):
    z = np.array([-3.3, -1.2, -0.4, 0.3, 0.9, 2.5])
    near = np.eye(6) * 1e-6 if name == "softmax" else None
    value, slope = curve(name, z)
    if near is None:
        expected = (curve(name, z + 1e-6)[0] - curve(name, z - 1e-6)[0]) / 2e-6
    else:  # each by its own sum, the others as they are
        rise = curve(name, z + near)[0] - curve(name, z - near)[0]
        expected = np.diag(rise) / 2e-6
    assert slope == pytest.approx(expected, abs=1e-7)
    assert value.shape == z.shape


def test_the_tutorials_three_dots():
    value, slope = curve("sigmoid", [2.0, 0, -1])
    assert value == pytest.approx([0.8808, 0.5, 0.2689], abs=1e-4)
    assert slope == pytest.approx([0.105, 0.25, 0.1966], abs=1e-4)
    assert curve("sigmoid", 0.0)[1] == 0.25
    with pytest.raises(ValueError, match="unknown activation 'sigmod'"):
        curve("sigmod", 0)


def test_sums_values_and_slopes_are_those_of_the_step():
    trace = part_2().trace(X, EXCLUSIVE_OR)
    first, second = trace.slopes().layers
    assert (first.name, first.activation, second.name) == ("l1", "sigmoid", "l2")
    assert np.array_equal(first.sums, X @ trace.start["syn0"])
    assert np.array_equal(first.values, trace["l1"])
    assert np.array_equal(first.slopes, trace["l1"] * (1 - trace["l1"]))
    assert first.steepest == 0.25
    assert first.flat_share == 0


def test_flat_and_dead_units_are_counted():
    network = Network(3, [Dense(3, "relu"), Dense(2, "tanh"), Dense(1)])
    network.weights["syn0"] = [[1, -1, -1], [1, -1, -1], [1, -1, 1]]
    network.weights["syn1"] = [[50, 0.1], [0, 0], [0, 0]]
    relu, tanh, last = network.trace(X, EXCLUSIVE_OR).slopes().layers
    assert relu.flat.tolist() == [0, 1, 0.75]
    assert relu.dead.tolist() == [1]
    assert tanh.flat.tolist() == [1, 0]
    assert tanh.dead.tolist() == [0]  # flat, and says 1 to every row
    assert last.flat_share == 0


def test_units_that_have_made_up_their_mind_are_not_dead():
    network = part_2()
    network.train(X, EXCLUSIVE_OR)
    last = network.trace(X, EXCLUSIVE_OR).slopes().layers[-1]
    assert last.flat_share == 1
    assert last.dead.tolist() == []


def test_slopes_read_well():
    slopes = Network([5, 4, 2], output_activation="identity").trace(*made_up()).slopes()
    assert [layer.name for layer in slopes.layers] == ["l1"]
    lines = repr(slopes).splitlines()
    assert lines[0].split() == ["layer", "activation", "sums", "slopes", "flat", "dead", "units"]
    assert len(lines) == 3
    table = slopes.to_frame()
    assert len(table) == 23 * 4
    assert table["value"][5] == slopes.layers[0].values[1, 1]
    plain = Network([5, 2], activation="identity").trace(*made_up()).slopes()
    assert (plain.layers, len(plain.to_frame())) == ((), 0)
