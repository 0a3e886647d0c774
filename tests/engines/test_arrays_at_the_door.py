"""No array, whoever changed it behind the network's back, makes compiled code read or write beside
it: shapes and types are checked before each call (issue 13, 2 and 3)."""

import threading

import numpy as np
import pytest

from syn0 import Network
from syn0.derive import prediction_program, training_program
from syn0.engines import Stretch, make_runner
from syn0.program.interpreter import start
from syn0.spec import Training

pytestmark = pytest.mark.needs_compiler

X = np.random.default_rng(0).normal(size=(20, 3))
y = (X[:, :1] > 0).astype(float)
ENGINES = ["native", "numpy"]

BAD = {
    "too small": np.zeros((1, 1)),
    "too large": np.zeros((30, 40)),
    "of another rank": np.zeros(12),
    "objects": np.full((3, 4), None),
    "texts": np.full((3, 4), "a"),
    "complex": np.zeros((3, 4), complex),
    "times": np.zeros((3, 4), "M8[s]"),
    "nothing": None,
}


@pytest.fixture(params=ENGINES)
def network(request):
    made = Network([3, 4, 1])
    made.train(X, y, steps=5, engine=request.param, progress=False)
    for rows in (X, X[:1]):
        made.predict(rows)
    return made


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_arrays_that_do_not_fit_are_named(network, bad):
    network.checkpoint.values["syn0"] = bad
    for what in (
        lambda: network.predict(X),
        lambda: network.predict(X[:1]),
        lambda: network.train(X, y, steps=5, engine=network.engine, progress=False),
    ):
        with pytest.raises(ValueError, match="array syn0 has shape"):
            what()


def test_an_array_that_is_gone_is_named(network):
    del network.checkpoint.values["syn0"]
    with pytest.raises(ValueError, match="array syn0"):
        network.predict(X)


@pytest.mark.parametrize("dtype", ["float32", "int64", "bool", ">f8"])
def test_other_numbers_are_converted(network, dtype):
    network.checkpoint.values["syn0"] = np.ones((3, 4), dtype)
    one = network.predict(X[:1])
    np.testing.assert_allclose(one, network.predict(X)[:1])
    network.train(X, y, steps=1, engine=network.engine, progress=False)
    assert network.weights["syn0"].dtype == np.float64


def test_an_array_that_lies_otherwise_still_changes_in_place(network):
    network.checkpoint.values["syn0"] = W = np.asfortranarray(np.ones((3, 4)))
    before = network.predict(X[:1])
    W += 1
    assert network.predict(X[:1]) != before
    np.testing.assert_allclose(network.predict(X[:1]), network.predict(X)[:1])


def test_an_array_in_use_is_not_resized(network):
    """NumPy may otherwise move its numbers elsewhere, and what compiled code knows is gone."""
    weights = network.checkpoint.values["syn0"]
    try:
        weights.resize((1, 1), refcheck=False)
    except ValueError:
        network.predict(X[:1])
    else:
        with pytest.raises(ValueError, match="array syn0 has shape"):
            network.predict(X[:1])


@pytest.fixture
def runner():
    spec, training = Network([3, 4, 1]).spec, Training(steps=1)
    program = training_program(spec, training)
    made = make_runner("native", program, prediction_program(spec), rows=20)
    return made, start(program, np.random.RandomState(0)) | {"rate": 1.0}


@pytest.mark.parametrize(("name", "array"), [
    ("X", X[:, :2]), ("X", X.astype(object)), ("y", y[:5]), ("y", np.ones((20, 2))), ("y", None),
])  # fmt: skip
def test_rows_that_do_not_fit_are_named(runner, name, array):
    made, values = runner
    with pytest.raises(ValueError, match=f"array {name} has shape"):
        made.train(values, {"X": X, "y": y} | {name: array}, [None], measure=True)


@pytest.mark.parametrize("rows", [[20], [-1], [0, 10**6]])
def test_rows_that_are_not_there_are_refused(runner, rows):
    made, values = runner
    batch = Stretch(np.array([len(rows)], np.int64), np.array(rows, np.int32))
    with pytest.raises(ValueError, match="not among the 20"):
        made.train(values, {"X": X, "y": y}, batch, measure=True)


def test_threads_train_one_network_each_in_memory_of_its_own():
    network, failed = Network([3, 8, 1]), []

    def train():
        try:
            network.train(X, y, steps=300, engine="native", progress=False)
        except Exception as error:
            failed.append(error)

    for _ in range(3):
        threads = [threading.Thread(target=train) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not failed
    assert np.isfinite(network.predict(X)).all()
