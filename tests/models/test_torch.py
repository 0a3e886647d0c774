"""Trained models as PyTorch modules compute what the network does, and can be trained further."""

import sys

import numpy as np
import pytest

from syn0 import Dense, Network

from .exported import LAYERS, check_that_it_tries_itself, hostile_frame, imported, table_of, tables
from .test_module import fitted, passengers

torch = pytest.importorskip("torch", reason="PyTorch is not installed")


@pytest.fixture
def exported(tmp_path):
    """The Python module of an exported model."""

    return lambda model: imported(model, tmp_path / "exported_model.py", "torch")


def outputs_of(module, X):
    with torch.no_grad():
        return module.Net().eval()(torch.from_numpy(X)).numpy()


@pytest.mark.parametrize("target", ["survived", "class", "age"])
def test_a_table_is_answered_as_by_the_network(exported, target):
    for network, news in tables(target):
        module = exported(network)
        found = outputs_of(module, module.prepared(table_of(news)))
        np.testing.assert_allclose(found, network.predict(news), rtol=1e-10)
        if target != "age":
            assert module.labels(found)[:, 0].tolist() == network.labels(news).tolist()


@pytest.mark.parametrize("layers", LAYERS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_networks_of_plain_arrays(exported, layers, dtype):
    X = np.random.RandomState(0).normal(size=(9, 4)).astype(dtype)
    network = Network(4, [*LAYERS[layers], Dense(2, "identity")], dtype=dtype)
    network.train(X, X[:, :2], steps=5, learning_rate=0.01, progress=False)
    found = outputs_of(exported(network), X)
    limit = 1e-10 if dtype == "float64" else 1e-4
    np.testing.assert_allclose(found, network.predict(X), rtol=limit, atol=limit)


def test_hostile_names_stay_names(exported):
    frame = hostile_frame()
    network = fitted(frame, "survived", dtype="float64").network
    module = exported(network)
    found = outputs_of(module, module.prepared(table_of(frame)))
    assert module.labels(found)[:, 0].tolist() == network.labels(frame).tolist()


def test_what_it_learned_is_its_state_and_learns_on(exported):
    net = exported(Network([3, 4, 1], batch_norm=True)).Net()
    assert {*dict(net.named_parameters())} == {"syn0", "syn1", "scale1", "shift1"}
    assert {*net.state_dict()} == {*dict(net.named_parameters()), "mean1", "variance1"}
    net(torch.zeros((2, 3), dtype=torch.float64)).sum().backward()
    assert net.syn1.grad.abs().sum() > 0


def test_a_file_tries_itself_and_sees_a_wrong_number(tmp_path):
    path = tmp_path / "model.py"
    fitted(passengers(), "survived").network.export(path, to="torch")
    check_that_it_tries_itself([sys.executable], path, "return 1 / (1 +", "return 0.3 / (1 +")
