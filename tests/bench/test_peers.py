"""The peers do the same work as the engines: what they end with is compared, never their time."""

from dataclasses import replace

import numpy as np
import pytest

from syn0.bench.contestants import Engine, chosen_peers
from syn0.bench.peers import PEERS, UnfitError
from syn0.bench.peers.base import what_peers_lack
from syn0.bench.works import data_of, prediction_work, tutorial_work, works_of
from syn0.models import make_network
from syn0.spec import SGD, Adam, AdamW, Dense, Dropout, NetworkSpec, Training

BY_TITLE = {peer.title: peer for peer in PEERS}
EXACT = ("NumPy by hand", "PyTorch", "JAX")
"""Peers that take the start weights and the order of rows."""


@pytest.fixture(params=BY_TITLE)
def peer(request):
    """Each peer that is installed."""
    return installed(request.param)


@pytest.fixture(params=EXACT)
def exact(request):
    """Each of the exact ones that is installed."""
    return installed(request.param)


def installed(title):
    found = BY_TITLE[title]
    if lacking := found.missing():
        pytest.skip(f"{' and '.join(lacking)} is not installed")
    return found


def network(last="softmax", loss="cross_entropy", **more):
    settings = {"activation": "tanh", "output_activation": last, "loss": loss, "bias": True}
    return make_network((5, 6, 4, 3), settings | more)


WORKS = {
    "classes": (network(), SGD(0.1), "mean"),
    "float32": (network(dtype="float32"), Adam(0.01), "mean"),
    "relu": (network(activation="relu"), SGD(0.1), "sum"),
    "no constants": (network(bias=False), Adam(0.01), "sum"),
    "chances": (network("sigmoid", "binary_cross_entropy"), SGD(0.1), "mean"),
    "squares": (network("identity", "squared_error"), SGD(0.01), "sum"),
    "squares of sigmoids": (
        network("sigmoid", "squared_error", activation="sigmoid"), SGD(0.1), "mean",
    ),
    "no hidden layer": (make_network((5, 3), {"bias": True}), SGD(0.1), "sum"),
}  # fmt: skip


def work_of(name, steps=7):
    spec, optimizer, reduction = WORKS[name]
    training = Training(steps=1, batch_size=4, optimizer=optimizer, reduction=reduction)
    return replace(works_of(spec, training)[0], steps=steps)


def assert_equal_layers(found, values, **tolerance):
    for n, (W, b) in enumerate(found):
        np.testing.assert_allclose(np.asarray(W), values[f"syn{n}"], **tolerance)
        assert (b is None) == (f"bias{n}" not in values)
        if b is not None:
            np.testing.assert_allclose(np.asarray(b), values[f"bias{n}"], **tolerance)


@pytest.mark.parametrize("name", WORKS)
def test_two_calls_of_a_peer_end_with_the_weights_of_the_numpy_engine(exact, name):
    work = work_of(name)
    data = data_of(work)
    theirs, ours = exact.ready(work, data), Engine("numpy").ready(work, data)
    theirs(), ours()
    tolerance = 1e-4 if work.network.dtype == "float32" else 1e-9
    assert_equal_layers(theirs(), ours(), rtol=tolerance, atol=tolerance)


def test_peers_train_the_tutorials_network_as_the_tutorial_does(exact):
    work = tutorial_work(50)
    data = data_of(work)
    found, values = exact.ready(work, data)(), Engine("numpy").ready(work, data)()
    assert_equal_layers(found, values, rtol=1e-9)
    assert np.asarray(found[0][0]).dtype == np.float64


def test_getting_ready_changes_no_number_that_others_start_from(peer):
    work = work_of("classes")
    data = data_of(work)
    before = {name: np.copy(value) for name, value in data.values.items()}
    X = data.X.copy()
    try:
        peer.ready(work, data)()
    except UnfitError as error:
        assert str(error) == "it only predicts"  # noqa: PT017
    assert all(np.array_equal(before[name], value) for name, value in data.values.items())
    assert np.array_equal(X, data.X)


@pytest.mark.parametrize("name", ["classes", "squares", "float32"])
def test_scikit_learn_trains_such_a_network_in_such_batches(name):
    work = work_of(name)
    model = installed("scikit-learn").ready(work, data_of(work))()
    assert [W.shape for W in model.coefs_] == [(5, 6), (6, 4), (4, 3)]
    assert model.t_ == 7 * 4  # samples seen
    assert model.batch_size == 4
    assert model.coefs_[0].dtype == work.network.dtype


def test_scikit_learn_takes_all_steps_of_the_tutorial():
    model = installed("scikit-learn").ready(tutorial_work(50), data_of(tutorial_work(50)))()
    assert model.t_ == 50 * 4


def test_jax_draws_another_order_in_every_call():
    peer, work = installed("JAX, shuffling"), work_of("classes")
    data = data_of(work)
    given = installed("JAX").ready(work, data)()
    drawn = peer.ready(work, data)()
    assert not np.array_equal(given[0][0], drawn[0][0])
    np.testing.assert_allclose(given[0][0], drawn[0][0], atol=0.1)  # on the same rows


def test_jax_computes_elsewhere_as_it_did():
    peer = installed("JAX")
    import jax

    before = jax.numpy.zeros(1, float).dtype
    work = tutorial_work(5)
    peer.ready(work, data_of(work))()
    assert jax.numpy.zeros(1, float).dtype == before == np.float32


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("last", ["softmax", "sigmoid", "identity"])
def test_peers_predict_what_the_engine_predicts(peer, last, dtype):
    loss = "cross_entropy" if last == "softmax" else "squared_error"
    work = prediction_work(network(last, loss, dtype=dtype))
    data = data_of(work)
    try:
        found = np.asarray(peer.ready(work, data)())
    except UnfitError as error:
        pytest.skip(f"{peer.title}: {error}")
    expected = Engine("numpy").ready(work, data)()
    assert found.shape == expected.shape == (1, 3)
    if peer.name != "sklearn":  # which draws its own start
        np.testing.assert_allclose(found, expected, rtol=1e-5)


PLAIN = Training(steps=1, batch_size=4)


@pytest.mark.parametrize(
    ("spec", "training", "lacking"),
    [
        (network(), PLAIN, ""),
        (network(activation=("tanh", "relu", "softmax"), output_activation=None), PLAIN,
         "hidden relu and tanh"),
        (network(activation="gelu"), PLAIN, "hidden gelu"),
        (network("tanh", "squared_error"), PLAIN, "squared_error of tanh"),
        (network("identity", "huber:1"), PLAIN, "huber:1 of identity"),
        (NetworkSpec(3, (Dense(4), Dropout(), Dense(1))), PLAIN, "layers that are not dense"),
        (network(), replace(PLAIN, optimizer=SGD(0.1, momentum=0.9)), "such SGD"),
        (network(), replace(PLAIN, optimizer=AdamW()), "such AdamW"),
        (network(), replace(PLAIN, optimizer=Adam(beta1=0.5)), "such Adam"),
        (network(), replace(PLAIN, l2=0.1), "penalties, limits or schedules"),
        (network(), replace(PLAIN, schedule="cosine"), "penalties, limits or schedules"),
    ],
)  # fmt: skip
def test_works_that_peers_cannot_do_are_refused_with_the_reason(spec, training, lacking):
    assert what_peers_lack(spec, training) == lacking
    if lacking:
        work = replace(works_of(spec, training)[0], steps=2)
        with pytest.raises(UnfitError, match=f"^its loop here has no {lacking}$"):
            BY_TITLE["NumPy by hand"].ready(work, data_of(work))


def test_peers_are_chosen_by_name():
    assert chosen_peers("none") == []
    assert chosen_peers("installed") == [peer for peer in PEERS if not peer.missing()]
    assert [peer.title for peer in chosen_peers("sklearn, numpy")] == [
        "NumPy by hand",
        "scikit-learn",
    ]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("pytorch", "unknown peer 'pytorch'; did you mean 'torch'?; choose from: numpy, sklearn, "),
        ("", "unknown peer ''"),
        ("numpy,none", "none"),
    ],
)
def test_what_is_no_peer_is_refused(names, message):
    with pytest.raises(ValueError, match=message.replace("?", r"\?")):
        chosen_peers(names)


def test_a_peer_that_is_not_installed_is_no_peer(monkeypatch):
    from syn0.bench.peers import base

    monkeypatch.setattr(base, "find_spec", lambda name: None if name == "sklearn" else name)
    assert "scikit-learn" not in [peer.title for peer in chosen_peers("installed")]
    with pytest.raises(ValueError, match="peer sklearn needs sklearn, which is not installed"):
        chosen_peers("sklearn")
