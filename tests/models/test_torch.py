"""Trained models as PyTorch modules compute what the network does, and can be trained further."""

import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location

import numpy as np
import pytest

from syn0 import Dense, Network

from .exported import LAYERS, hostile_frame, tables
from .test_module import fitted, passengers

torch = pytest.importorskip("torch", reason="PyTorch is not installed")


@pytest.fixture
def exported(tmp_path):
    """The Python module of an exported model."""

    def module(model):
        path = tmp_path / "exported_model.py"
        model.export(path, to="torch")
        spec = spec_from_file_location("exported_model", path)
        made = module_from_spec(spec)
        spec.loader.exec_module(made)
        return made

    return module


def outputs_of(module, X):
    with torch.no_grad():
        return module.Net().eval()(torch.from_numpy(X)).numpy()


def table_of(frame):
    return {name: frame[name].astype(object).where(frame[name].notna(), None) for name in frame}


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


def test_a_file_tries_itself(tmp_path):
    path = tmp_path / "model.py"
    fitted(passengers(), "survived").network.export(path, to="torch")
    words = [sys.executable, path]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, "8 rows are predicted as expected\n"), done.stderr
