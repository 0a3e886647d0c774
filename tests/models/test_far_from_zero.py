"""Numbers far from 0, such as points in time in seconds, are prepared and restored in float64: the
digits that tell them apart stay (a bug report on a float32 round trip of targets; issue 12, A3)."""

import numpy as np
import pandas as pd
import pytest

from syn0 import MLPRegressor, TabularRegressor, load
from syn0.data import read_table
from syn0.models import answers, evaluate, plan_table, table_options

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

OFFSETS = [1.7e9, -1.7e9, 1.7e12]


@pytest.fixture(scope="module")
def frame():
    """200 rows of two numbers, and what they make."""
    rng = np.random.default_rng(0)
    made = pd.DataFrame({"a": rng.normal(size=200), "b": rng.normal(5, 2, 200)})
    return made.assign(when=100 * made.a + 50 * made.b)


def fitted(frame, **options):
    plan = plan_table(
        read_table(frame, target="when"), table_options(hidden=(16,), epochs=60, **options)
    )
    return plan.fit(progress=False)


def r2_of(done):
    return evaluate(done.network, done.held_out).r2


@pytest.fixture(scope="module")
def r2_near(frame):
    """How well the numbers near 0 are learned."""
    return r2_of(fitted(frame))


@pytest.mark.parametrize("offset", OFFSETS)
@pytest.mark.parametrize("kind", ["int64", "float64", "Int64"])
def test_a_target_far_from_0_is_learned_as_one_near_it(frame, r2_near, offset, kind):
    far = frame.assign(when=(frame.when + offset).round().astype(kind))
    done = fitted(far)
    assert done.network.spec.dtype == "float32"
    assert r2_of(done) == pytest.approx(r2_near, abs=1e-3)


def test_a_column_far_from_0_teaches_what_it_does_near_it(frame, r2_near):
    far = fitted(frame.assign(a=(frame.a * 1000).round().astype("int64") + 1_700_000_000))
    assert r2_of(far) == pytest.approx(r2_near, abs=1e-3)


def test_quantiles_and_answers_keep_their_digits(frame):
    far = frame.assign(when=frame.when + 1.7e9)
    network = fitted(far, loss="quantile:0.1,0.5,0.9").network
    outputs = network.predict(far)
    assert outputs.dtype == np.float64
    assert len(np.unique(outputs[:, 1])) == 200
    assert (np.diff(outputs, axis=1).mean(axis=0) > 1).all()
    np.testing.assert_array_equal(answers(network, outputs), outputs[:, 1])


def test_predictions_stay_the_same_when_saved(frame, tmp_path):
    far = frame.assign(when=frame.when + 1.7e9)
    network = fitted(far).network
    network.save(tmp_path / "m.safetensors")
    np.testing.assert_array_equal(
        load(tmp_path / "m.safetensors").predict(far), network.predict(far)
    )


def test_pixels_of_8_bits_tell_targets_far_from_0():
    A = np.abs(np.random.default_rng(0).normal(size=(300, 3)) * 50).astype("u1")
    s = 1.7e9 + A @ [0.1, 0.2, 0.3]
    regressor = TabularRegressor(random_state=0, max_iter=60).fit(A, s)
    assert regressor.network_.spec.dtype == "float32"
    assert regressor.score(A, s) > 0.98


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("offset", OFFSETS)
@pytest.mark.parametrize("early", [False, True])
def test_the_regressor_of_numbers_restores_in_float64(dtype, offset, early):
    X = np.random.default_rng(0).normal(size=(300, 3)).astype(dtype)
    y = offset + X.astype("f8") @ [10, 20, 30]
    regressor = MLPRegressor(
        hidden_layer_sizes=(16,),
        learning_rate_init=0.02,
        random_state=0,
        max_iter=60,
        early_stopping=early,
    ).fit(X, y)
    assert regressor.score(X, y) > 0.99
    if early:
        assert regressor.best_validation_score_ > 0.98


def test_several_targets_each_keep_their_digits():
    X = np.random.default_rng(0).normal(size=(300, 3)).astype("f4")
    y = np.column_stack([X.sum(axis=1), 1.7e9 + X[:, 0].astype("f8")])
    regressor = MLPRegressor(hidden_layer_sizes=(16,), learning_rate_init=0.02, random_state=0).fit(
        X, y
    )
    assert regressor.score(X, y) > 0.98


def test_targets_that_are_not_scaled_keep_the_type_of_the_inputs():
    X = np.random.default_rng(0).normal(size=(30, 3)).astype("f4")
    assert MLPRegressor(max_iter=2, random_state=0).fit(X, X[:, 0]).predict(X).dtype == np.float32


@pytest.mark.parametrize("loss", ["squared_error", "quantile:0.1,0.5,0.9"])
def test_onnx_restores_in_float64_too(frame, loss):
    runtime = pytest.importorskip("onnxruntime", reason="ONNX Runtime is not installed")
    from syn0.estimators.onnx import estimator_model
    from syn0.models.export import onnx_of
    from syn0.models.module import module_of

    far = frame.assign(when=frame.when + 1.7e9)
    network = fitted(far, loss=loss).network
    X = far[["a", "b"]].to_numpy("f4")
    alone = MLPRegressor(loss, (4,), max_iter=5, random_state=0).fit(X, far.when)
    columns = {name: far[[name]].to_numpy("f4") for name in "ab"}
    for model, given, expected in (
        (onnx_of(module_of(network)), columns, network.predict(far)),
        (estimator_model(alone), {"X": X}, alone.predict(X)[:, np.newaxis]),
    ):
        session = runtime.InferenceSession(model.SerializeToString())
        (found, *_) = session.run(None, given)
        assert found.dtype == np.float64
        np.testing.assert_allclose(found, expected, rtol=0, atol=0.01)


def test_a_graph_within_a_pipeline_restores_in_float64(frame):
    skl2onnx = pytest.importorskip("skl2onnx", reason="skl2onnx is not installed")
    runtime = pytest.importorskip("onnxruntime", reason="ONNX Runtime is not installed")
    from syn0.estimators.onnx import register_converters

    register_converters()
    X = frame[["a", "b"]].to_numpy("f4")
    regressor = MLPRegressor(hidden_layer_sizes=(4,), max_iter=5, random_state=0).fit(
        X, frame.when + 1.7e9
    )
    model = skl2onnx.to_onnx(regressor, X[:1])
    session = runtime.InferenceSession(model.SerializeToString())
    (found,) = session.run(None, {"X": X})
    np.testing.assert_allclose(found[:, 0], regressor.predict(X), rtol=0, atol=0.01)
