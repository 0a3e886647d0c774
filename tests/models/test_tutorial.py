"""With nothing else said, a network is the tutorial's, and prints its numbers."""

import pytest

from syn0 import Network
from syn0.spec import NetworkSpec

SIX_ERRORS = [
    0.496410031903,
    0.00858452565325,
    0.00578945986251,
    0.00462917677677,
    0.00395876528027,
    0.00351012256786,
]
FOUR_OUTPUTS = [0.00966449, 0.00786506, 0.99358898, 0.99211957]


def test_three_lines_print_the_six_errors_of_part_2(truth_table):
    X, y = truth_table
    net = Network([3, 4, 1])
    history = net.train(X, y)
    assert [f"{error:.12g}" for error in history.error] == [f"{e:.12g}" for e in SIX_ERRORS]
    assert history.step == [0, 10_000, 20_000, 30_000, 40_000, 50_000]
    assert net.steps_taken == 60_000


def test_part_1s_network_prints_its_four_outputs(truth_table):
    X, _ = truth_table
    network = Network([3, 1])
    network.train(X, [0, 0, 1, 1], steps=9_999)  # the last step prints from before its update
    assert [f"{out:.8f}" for out in network.predict(X)[:, 0]] == [f"{o:.8f}" for o in FOUR_OUTPUTS]


def test_without_hidden_layers_training_takes_ten_thousand_steps(truth_table):
    X, y = truth_table
    network = Network([3, 1])
    network.train(X, y)
    assert network.steps_taken == 10_000


def test_the_default_network_is_the_tutorials():
    network = Network([3, 4, 1])
    assert network.spec.loss == "squared_error"
    assert network.spec.dtype == "float64"
    assert network.spec.seed == 1
    assert [(d.activation, d.bias, d.init) for d in network.spec.layers] == [
        ("sigmoid", False, "uniform")
    ] * 2
    assert isinstance(network.spec, NetworkSpec)
    assert network.steps_taken == 0


def test_the_start_weights_are_the_legacy_generators_first_draws():
    syn0 = Network([3, 4, 1]).weights["syn0"]
    assert syn0[0] == pytest.approx([-0.16595599, 0.44064899, -0.99977125, -0.39533485], abs=1e-8)
