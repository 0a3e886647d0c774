"""Predictions: the same numbers from compiled C, never a compiler for little work."""

import copy
import threading
from itertools import product
from typing import Any

import numpy as np
import pytest

from syn0 import BatchNorm, Dense, Dropout, LayerNorm, Network, Skip
from syn0.derive import prediction_program
from syn0.engines import compiled, compiler, prediction
from syn0.engines.prediction import Predictor
from syn0.engines.tiles.source import prediction_source
from tests.together import Together

pytestmark = pytest.mark.needs_compiler

NETWORKS: dict[str, tuple[int, list[Any], dict[str, Any]]] = {
    "the tutorial's": (3, [Dense(4), Dense(1)], {}),
    "narrow": (5, [Dense(7, "tanh", True), Dense(3, "softmax", True)], {"loss": "cross_entropy"}),
    "wide": (20, [Dense(64, "relu", True), Dense(33, "gelu"), Dense(2, "identity", True)], {}),
    "many classes": (13, [Dense(17, "elu", True), Dense(26, "softmax")], {"loss": "cross_entropy"}),
    "normalized": (
        9,
        [Dense(16, "relu", True), BatchNorm(), Dropout(0.3), Dense(16, "softplus"), LayerNorm(),
         Skip(1), Dense(2)],
        {},
    ),
    "one input, one output": (1, [Dense(1)], {}),
}  # fmt: skip


def network(name: str, dtype: str, *, eager: bool = True) -> Network:
    """One of the networks, trained a little; an eager one has its predictions compiled at once, as
    after a training on the native engine."""
    inputs, layers, settings = NETWORKS[name]
    made = Network(inputs, layers, dtype=dtype, **settings)
    random = np.random.RandomState(4)
    X = random.normal(size=(40, inputs))
    y = np.eye(made.spec.outputs)[random.randint(made.spec.outputs, size=40)]
    made.train(X, y, steps=5, batch_size=8, learning_rate=1e-4, reduction="mean",
               engine="numpy", progress=False)  # fmt: skip
    made._eager = eager
    return made


def rows(made: Network, count: int) -> np.ndarray:
    X = np.random.RandomState(7).normal(size=(count, made.spec.inputs))
    return X.astype(made.spec.dtype)


def by_numpy(made: Network, X: np.ndarray) -> np.ndarray:
    values = made._constants | dict(made.checkpoint.values)
    return made._ready().predict(values, X)


def assert_predicts_as_numpy(made: Network) -> None:
    for count in (1, 2, 63, 64, 65, 200, 1):
        X = rows(made, count)
        found, expected = made.predict(X), by_numpy(made, X)
        assert found.dtype == expected.dtype
        assert found.shape == expected.shape
        limit = {"float64": 1e-12, "float32": 2e-5}[made.spec.dtype]
        assert np.abs(found - expected).max() <= limit * max(1, np.abs(expected).max())
    assert set(made._predictor._compiled) == {1, prediction.BATCH}


@pytest.mark.usefixtures("without_a_warning")
@pytest.mark.parametrize("name", NETWORKS)
def test_predictions_compiled_as_for_users_are_numpys(name: str) -> None:
    assert_predicts_as_numpy(network(name, "float32"))


def test_predictions_compiled_quickly_are_numpys(in_one_library) -> None:
    made = {name: network(name, "float64") for name in NETWORKS}
    in_one_library(
        prediction_source(prediction_program(one.spec), size)
        for one, size in product(made.values(), (1, prediction.BATCH))
    )
    with Together() as together:
        for name, one in made.items():
            with together(name):
                assert_predicts_as_numpy(one)


@pytest.mark.usefixtures("quick_compiler")
@pytest.mark.parametrize("count", [1, 70])
def test_weights_that_were_changed_in_place_count(count: int) -> None:
    made = network("wide", "float64")
    X = rows(made, count)
    made.predict(X)
    for name in made.weights:
        before = made.predict(X)
        made.weights[name][...] += 0.5
        after = made.predict(X)
        assert not np.allclose(before, after)
        np.testing.assert_allclose(after, by_numpy(made, X), rtol=1e-11)


@pytest.mark.usefixtures("quick_compiler")
def test_more_training_counts() -> None:
    made = network("wide", "float32")
    X = rows(made, 1)
    before = made.predict(X)
    made.train(X, [[3.0, -3.0]], steps=5, learning_rate=1e-4, engine="native", progress=False)
    after = made.predict(X)
    assert not np.allclose(before, after)
    np.testing.assert_allclose(after, by_numpy(made, X), rtol=1e-4)


@pytest.mark.usefixtures("without_a_warning")
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_row_that_is_not_finite_is_refused_as_ever(bad: float) -> None:
    made = network("wide", "float32")
    X = rows(made, 1)
    made.predict(X)
    X[0, 3] = bad
    with pytest.raises(ValueError, match="row 0, column 3"):
        made.predict(X)
    with pytest.raises(ValueError, match="row 0, column 3"):
        made.predict(np.full((1, 20), 1e300) * (np.arange(20) == 3))  # too large for float32
    X[0, 3] = 0
    np.testing.assert_allclose(made.predict(X), by_numpy(made, X), rtol=1e-4)


@pytest.mark.usefixtures("quick_compiler")
def test_rows_of_other_kinds_take_the_long_way() -> None:
    made = network("wide", "float64")
    X = rows(made, 1).round(1)
    expected = made.predict(X)
    whole = np.ones((1, 20), np.int64)
    np.testing.assert_array_equal(made.predict(whole), made.predict(whole.astype(float)))
    np.testing.assert_array_equal(made.predict(X.tolist()), expected)
    np.testing.assert_array_equal(made.predict(np.asfortranarray(X)), expected)
    np.testing.assert_array_equal(made.predict(np.repeat(X, 2, axis=1)[:, ::2]), expected)
    with pytest.raises(ValueError, match="20 inputs"):
        made.predict(X[:, :19])
    with pytest.raises(ValueError, match="20 inputs"):
        made.predict(X[0])


@pytest.mark.usefixtures("quick_compiler")
def test_what_is_returned_is_the_callers_own() -> None:
    made = network("wide", "float64")
    first = made.predict(rows(made, 1))
    kept = first.copy()
    made.predict(rows(made, 1) + 1)
    np.testing.assert_array_equal(first, kept)


@pytest.mark.usefixtures("quick_compiler")
def test_threads_do_not_meet() -> None:
    made = network("wide", "float64")
    X = rows(made, 50)
    expected = [made.predict(X[k : k + 1]) for k in range(50)]
    wrong: list[int] = []

    def ask() -> None:
        for _ in range(40):
            wrong.extend(
                k for k in range(50)
                if not np.array_equal(made.predict(X[k : k + 1]), expected[k])
            )  # fmt: skip

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.usefixtures("quick_compiler")
def test_a_copy_predicts_the_same() -> None:
    made = network("wide", "float64")
    X = rows(made, 1)
    expected = made.predict(X)
    np.testing.assert_allclose(copy.deepcopy(made).predict(X), expected, rtol=1e-12)


def test_little_work_never_waits_for_a_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "library", None)  # calling it would fail
    made = network("wide", "float64", eager=False)
    for _ in range(20):
        made.predict(rows(made, 3))
    assert made._predictor._compiled == {}


@pytest.mark.usefixtures("quick_compiler")
def test_work_that_has_cost_what_compiling_costs_is_compiled(monkeypatch) -> None:
    monkeypatch.setattr(prediction, "PATIENCE", 1e-9)
    made = network("wide", "float64", eager=False)
    first, second = made.predict(rows(made, 3)), made.predict(rows(made, 3))
    assert set(made._predictor._compiled) == {prediction.BATCH}
    np.testing.assert_allclose(first, second, rtol=1e-12)


@pytest.mark.usefixtures("quick_compiler")
def test_wide_networks_stay_with_blas() -> None:
    made = Network([300, 200, 2])
    X = np.ones((1, 300))
    made.train(X, [[0, 1]], steps=1, engine="native", progress=False)
    made.predict(X)
    assert made._predictor._compiled == {}


def test_without_a_compiler_numpy_predicts(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: Any) -> None:
        raise compiler.CompilerError("no C compiler was found")

    made = network("wide", "float64", eager=False)
    monkeypatch.setattr(compiled, "library", missing)
    values = made.checkpoint.values
    predictor = Predictor(
        prediction_program(made.spec), made._constants, made._ready().predict, eager=True
    )
    X = rows(made, 1)
    for _ in range(3):
        np.testing.assert_array_equal(predictor(values, X), by_numpy(made, X))
    assert predictor.quick(values, X) is None
