"""The gradient check finds what is wrong, and takes nothing else for wrong."""

from dataclasses import replace

import numpy as np
import pytest

from syn0 import Activation, BatchNorm, Dense, Dropout, LayerNorm, Network, Noise, Skip, Training
from syn0.derive import LOSSES
from syn0.derive.layers import SkipRule
from syn0.explain import check_gradients
from syn0.explain.gradients import ENTRIES
from syn0.program import ACTIVATIONS

PLAIN = Training(steps=1)


def rows_of(network: Network, training: Training = PLAIN, **how):
    """The check of a network from its random weights."""
    return check_gradients(network.spec, training, **how)


def all_right(rows) -> bool:
    return all(row.right and row.checked for row in rows)


def outputs_for(loss: str) -> list[str]:
    """The last layer's activations that go with a loss."""
    return [
        name for name in LOSSES[loss].activations if name in ("identity", "exp", "sigmoid")
    ] or [LOSSES[loss].output]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_is_right_in_hidden_and_output_layers(name):
    for seed in range(3):
        network = Network([4, 6, 6, 3], activation=[name, "tanh", name], bias=True)
        assert all_right(rows_of(network, seed=seed)), seed


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_is_right_under_both_reductions_and_kinks_are_no_errors(name):
    loss = "quantile:0.1,0.5,0.9" if name == "quantile" else name
    for seed in range(10):
        for output in outputs_for(name):
            network = Network([4, 6, 3], loss=loss, output_activation=output, activation="relu")
            training = Training(steps=1, reduction=("sum", "mean")[seed % 2])
            assert all_right(rows_of(network, training, seed=seed)), (seed, output)


LAYERS = {
    "dropout": [Dropout(0.3), Dense(6), Dropout(0.3), Dense(2)],
    "noise": [Noise(0.3), Dense(6), Dense(2)],
    "batch norm": [Dense(6, "identity"), BatchNorm(), Activation("relu"), Dense(2)],
    "layer norm": [LayerNorm(), Dense(6), LayerNorm(), Dense(2)],
    "skip": [Dense(6), Dense(6), Skip(), Dense(6), Skip(over=2), Dense(2)],
    "all": [
        Noise(0.1), Dense(6, "gelu", bias=True), BatchNorm(), Dropout(0.3), Dense(6, "elu"),
        LayerNorm(), Activation("mish"), Skip(), Dense(2),
    ],
}  # fmt: skip


@pytest.mark.parametrize("layers", LAYERS.values(), ids=LAYERS)
def test_every_kind_of_layer_is_right(layers):
    rows = rows_of(Network(5, layers))
    assert all_right(rows)
    learned = [name for name in Network(5, layers).weights if name not in ("mean1", "variance1")]
    assert [row.name for row in rows] == learned


TRAININGS = {
    "penalties": {"l1": 0.1, "l2": 0.3},
    "a mean with penalties": {"l1": 0.1, "l2": 0.3, "reduction": "mean"},
    "limits, which are no gradient": {"clip_deltas": 1e-3, "clip_norm": 1e-3, "trim_deltas": 1.0},
    "mini-batches": {"batch_size": 2},
}


@pytest.mark.parametrize("how", TRAININGS.values(), ids=TRAININGS)
def test_penalties_take_part_and_limits_do_not(how):
    network = Network([4, 6, 2], bias=True)
    rows = rows_of(network, Training(steps=1, **how))
    assert all_right(rows)
    assert min(row.largest for row in rows) > 0.01
    unpenalized = rows_of(network, Training(steps=1, reduction=how.get("reduction", "sum")))
    assert ([row.largest for row in rows] != [row.largest for row in unpenalized]) == ("l2" in how)


@pytest.mark.parametrize("loss", ["cross_entropy", "binary_cross_entropy"])
def test_smoothed_labels_are_right(loss):
    network = Network([4, 6, 3], loss=loss)
    assert all_right(rows_of(network, Training(steps=1, label_smoothing=0.2)))


def planted(name: str):
    """A row of the activations whose slope is 1 % too steep."""
    row = ACTIVATIONS[name]
    if row.slope is not None:
        return replace(row, slope=lambda out: row.slope(out) * 1.01)
    if row.slope_at is not None:
        return replace(row, slope_at=lambda z: row.slope_at(z) * 1.01)
    return replace(row, pull=lambda error, out: row.pull(error, out) * 1.01)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_slope_one_percent_too_steep_is_found_where_it_is(monkeypatch, name):
    monkeypatch.setitem(ACTIVATIONS, name, planted(name))
    other = "tanh" if name == "sigmoid" else "sigmoid"
    first, second = rows_of(Network([4, 6, 3], activation=[name, other]))
    assert not first.right
    assert first.difference > 1e-4
    assert second.right


@pytest.mark.parametrize("name", [name for name, row in LOSSES.items() if row.pull is not None])
def test_a_wrong_pull_of_a_loss_is_found(monkeypatch, name):
    row = LOSSES[name]
    wrong = replace(row, pull=lambda *known: row.pull(*known) * 1.01, matched=None)
    monkeypatch.setitem(LOSSES, name, wrong)
    loss = "quantile:0.1,0.5,0.9" if name == "quantile" else name
    assert not any(row.right for row in rows_of(Network([4, 6, 3], loss=loss)))


def test_a_forgotten_share_of_the_blame_is_found(monkeypatch):
    real = SkipRule.back

    def only_below(self, layer, place, error):
        yield next(iter(real(self, layer, place, error)))

    monkeypatch.setattr(SkipRule, "back", only_below)
    right = {row.name: row.right for row in rows_of(Network(5, LAYERS["skip"]))}
    assert right == {"syn0": False, "syn1": True, "syn2": True, "syn3": True}


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "selu"])
def test_entries_at_a_kink_are_passed_over_and_counted(name):
    network = Network([4, 30, 2], activation=name)
    weights = {"syn0": network.weights["syn0"] * 1e-4, "syn1": network.weights["syn1"]}
    first, second = check_gradients(network.spec, PLAIN, weights)
    assert first.kinks > 10
    assert first.checked > 10
    assert first.right
    assert second.right


def test_weights_that_are_exactly_0_are_at_a_kink_and_none_is_called_wrong():
    network = Network([4, 2], activation="relu", init="constant:0")
    (row,) = check_gradients(network.spec, PLAIN, network.weights)
    assert (row.checked, row.kinks, row.right) == (0, 8, True)


@pytest.mark.parametrize("loss", ["cross_entropy", "binary_cross_entropy"])
def test_predictions_that_are_all_but_sure_are_no_errors(loss):
    network = Network([50, 100, 3], activation="relu", loss=loss)
    for weights in network.weights.values():
        weights *= 10
    outputs = network.predict(np.random.RandomState(0).normal(size=(100, 50)))
    assert ((outputs < 1e-16) | (outputs == 1)).mean() > 0.9
    assert all_right(check_gradients(network.spec, PLAIN, network.weights))


def test_large_layers_are_sampled():
    rows = rows_of(Network([120, 110, 10], activation="relu", loss="cross_entropy", bias=True))
    assert all_right(rows)
    assert {row.name: row.checked for row in rows} == {
        "syn0": ENTRIES, "bias0": ENTRIES, "syn1": ENTRIES, "bias1": 10,
    }  # fmt: skip


def test_small_layers_are_checked_whole():
    rows = rows_of(Network([3, 4, 1], bias=True))
    assert [row.checked for row in rows] == [12, 4, 4, 1]
    assert [row.shape for row in rows] == [(3, 4), (4,), (4, 1), (1,)]


def test_the_same_seed_checks_the_same_and_another_one_other_inputs():
    network = Network([3, 4, 1])
    assert rows_of(network, seed=1) == rows_of(network, seed=1)
    assert rows_of(network, seed=1) != rows_of(network, seed=2)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_trained_network_is_checked_where_it_stands_and_stays_there(rows, dtype):
    network = Network([5, 4, 2], bias=True, batch_norm=True, dropout=0.2, dtype=dtype)
    network.train(*rows, epochs=3, batch_size=5, optimizer="adam")
    before = {name: w.copy() for name, w in network.weights.items()}
    assert all_right(check_gradients(network.spec, PLAIN, network.weights))
    for name, weights in network.weights.items():
        assert np.array_equal(weights, before[name])
        assert weights.dtype == dtype


def test_a_network_without_a_seed_can_be_checked():
    assert all_right(rows_of(Network([4, 6, 2], dropout=0.5, seed=None)))


def test_a_loss_that_is_not_finite_is_said_to_be_so():
    network = Network([3, 1], loss="poisson")
    weights = {"syn0": np.full((3, 1), 1e4)}
    with pytest.raises(ValueError, match="the loss or its gradient is not finite"):
        check_gradients(network.spec, PLAIN, weights)
