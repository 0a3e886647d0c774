"""`network.weights` can be set: the network obeys or says why not (issue 12, A12)."""

import copy
import pickle

import numpy as np
import pytest

from syn0 import Dense, MLPRegressor, Network
from syn0.spec import BatchNorm

X = np.random.default_rng(0).normal(size=(20, 3))
W = np.arange(12.0).reshape(3, 4) / 10


@pytest.fixture(params=["native", "numpy"])
def network(request, quick_compiler):
    made = Network([3, 4, 1])
    made.train(X, X[:, 0] > 0, steps=5, engine=request.param, progress=False)
    for rows in (X, X[:1]):
        made.predict(rows)  # whatever keeps weights has kept them
    return made


def expected(weights):
    below = 1 / (1 + np.exp(-X @ weights["syn0"]))
    return 1 / (1 + np.exp(-below @ weights["syn1"]))


def check(network, weights):
    """Fails unless the network has these weights, and predicts with them."""
    np.testing.assert_array_equal(network.weights["syn0"], weights)
    np.testing.assert_allclose(network.predict(X), expected(network.weights))
    np.testing.assert_allclose(network.predict(X[:1]), expected(network.weights)[:1])


@pytest.mark.parametrize("kind", ["float64", "float32", "int64", "list", "Fortran"])
def test_weights_that_are_set_are_the_networks(network, kind):
    given = {"list": W.tolist(), "Fortran": np.asfortranarray(W)}.get(kind)
    given = W.astype(kind) if given is None else given
    network.weights["syn0"] = given
    check(network, np.asarray(given, float))


def test_numbers_are_copied(network):
    mine = W.copy()
    network.weights["syn0"] = mine
    mine[:] = 9
    check(network, W)


def test_weights_change_in_place(network):
    network.weights["syn0"][0] = 1
    check(network, np.vstack([np.ones((1, 4)), network.weights["syn0"][1:]]))


def test_every_way_to_set_is_a_way(network):
    network.weights.update(syn0=W)
    check(network, W)
    network.weights |= {"syn0": W + 1}
    check(network, W + 1)
    network.weights = {"syn0": W + 2}
    check(network, W + 2)


def test_weights_that_were_asked_for_before_training_set_the_present_ones(network):
    weights = network.weights
    network.train(X, X[:, 0] > 0, steps=5, progress=False)
    weights["syn0"] = W
    check(network, W)


def test_training_goes_on_from_there(network):
    network.weights["syn0"] = np.zeros((3, 4))
    network.train(X, X[:, 0] > 0, steps=1, learning_rate=1e-9, progress=False)
    assert np.abs(network.weights["syn0"]).max() < 1e-6


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("syn9", W, "unknown array 'syn9'"),
        ("syn0", W.T, "shape"),
        ("syn0", 0.0, "shape"),
        ("syn0", W * np.nan, "finite"),
        ("syn0", W + np.inf, "finite"),
        ("syn0", [["a"]], "numbers"),
        ("syn0", W + 1j, "numbers"),
        ("syn0", [[1], [1, 2]], "numbers"),
        ("syn0", W.astype("M8[s]"), "numbers"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_changed(network, name, values, words):
    before = network.weights["syn0"].copy()
    with pytest.raises((ValueError, TypeError), match=words):
        network.weights[name] = values
    check(network, before)


@pytest.mark.parametrize("take", [
    lambda w: w.pop("syn0"), lambda w: w.popitem(), lambda w: w.clear(),
    lambda w: w.__delitem__("syn0"),
])  # fmt: skip
def test_no_array_is_taken_away(network, take):
    with pytest.raises(TypeError, match="belongs to the network"):
        take(network.weights)
    assert list(network.weights) == ["syn0", "syn1"]


@pytest.mark.parametrize("odd", [{"syn1": W}, {"syn2": W}, {"syn1": np.full((4, 1), np.nan)}])
def test_all_arrays_are_set_or_none(network, odd):
    before = {name: array.copy() for name, array in network.weights.items()}
    with pytest.raises(ValueError, match="array"):
        network.weights = {"syn0": W, **odd}
    for name, array in before.items():
        np.testing.assert_array_equal(network.weights[name], array)


@pytest.mark.parametrize("odd", [None, [W], "syn0"])
def test_what_are_no_arrays_by_name_is_said(network, odd):
    with pytest.raises(TypeError, match=r"^weights must be arrays by name, not "):
        network.weights = odd


def test_a_variance_is_not_below_0():
    network = Network(3, [Dense(4), BatchNorm(), Dense(1)])
    with pytest.raises(ValueError, match="variance"):
        network.weights["variance1"] = -np.ones(4)


def test_copies_are_plain_dicts(network):
    pickled = pickle.loads(pickle.dumps(network.weights))  # noqa: S301  (our own)
    for copied in (copy.copy(network.weights), copy.deepcopy(network.weights), pickled):
        assert type(copied) is dict
        np.testing.assert_array_equal(copied["syn0"], network.weights["syn0"])


def test_the_network_of_an_estimator_obeys():
    with pytest.warns(match="converged"):
        regressor = MLPRegressor(hidden_layer_sizes=(4,), max_iter=2).fit(X, X[:, 0])
    regressor.network_.weights["syn0"] = np.zeros((3, 4))
    assert len(np.unique(regressor.predict(X))) == 1


def test_arrays_of_one_shape_can_change_places():
    network = Network("4-4-4")
    first, second = (network.weights[name].copy() for name in ("syn0", "syn1"))
    network.weights = {"syn0": network.weights["syn1"], "syn1": network.weights["syn0"]}
    np.testing.assert_array_equal(network.weights["syn0"], second)
    np.testing.assert_array_equal(network.weights["syn1"], first)
