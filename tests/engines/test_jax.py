"""The jax engine: the same steps, compiled by XLA, and nothing of the user's JAX changed."""

import pickle
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import syn0
from syn0 import Network
from syn0.derive import prediction_program, training_program
from syn0.engines import devices, make_runner
from syn0.engines import jax as engine
from syn0.engines.jax_program import JaxProgram, steps_of_a_call
from syn0.models.examples import Examples
from syn0.spec import Training

jax = pytest.importorskip("jax")

Pair = tuple[NDArray[Any], NDArray[Any]]


@pytest.fixture
def short() -> dict[str, Any]:
    """Seven rows a step of 23: an epoch is three full steps and one of two rows."""
    return {"epochs": 3, "batch_size": 7, "progress": False, "engine": "jax"}


@pytest.fixture
def everything_by_jax(monkeypatch: pytest.MonkeyPatch) -> None:
    """Predictions are compiled however small they are."""
    monkeypatch.setattr(engine, "WORTH_COMPILING", 0)


def trained(rows: Pair, how: dict[str, Any], **network: Any) -> Network:
    """A small network after training."""
    made = Network([5, 4, 2], dropout=0.2, **network)
    made.train(*rows, **how)
    return made


def assert_close(one: Network, other: Network, tolerance: float) -> None:
    """Weights agree."""
    for name, value in one.weights.items():
        np.testing.assert_allclose(other.weights[name], value, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-12), ("float32", 1e-5)])
def test_it_takes_the_steps_of_numpy_where_jax_is_set_to_32_bits(
    rows: Pair, short: dict[str, Any], dtype: str, tolerance: float
) -> None:
    with jax.enable_x64(False):
        found = trained(rows, short, dtype=dtype)
        assert jax.numpy.zeros(1).dtype == np.float32
        assert not jax.config.jax_enable_x64
    assert found.engine == "jax"
    assert_close(trained(rows, short | {"engine": "numpy"}, dtype=dtype), found, tolerance)
    assert {value.dtype for value in found.weights.values()} == {np.dtype(dtype)}
    assert all(value.flags.writeable for value in found.weights.values())


def test_training_in_parts_is_training_in_one_go(
    rows: Pair, short: dict[str, Any], assert_same: Callable[[Network, Network], None]
) -> None:
    whole, parts = trained(rows, short), trained(rows, short | {"epochs": 1})
    parts = pickle.loads(pickle.dumps(parts))  # noqa: S301
    parts.train(*rows, **short | {"epochs": 2})
    assert_same(whole, parts)


def test_a_loop_is_compiled_once_for_each_size_of_batches(
    rows: Pair, short: dict[str, Any]
) -> None:
    network = Network([5, 3, 2], seed=11)
    training = Training(epochs=1, batch_size=7)
    program, prediction = training_program(network.spec, training), prediction_program(network.spec)
    steps = JaxProgram.of(program, prediction).functions.compiled_steps
    before = steps._cache_size()
    network.train(*rows, **short | {"epochs": 40})
    Network([5, 3, 2], seed=12).train(*rows, **short, learning_rate=0.3)
    assert steps._cache_size() - before == 2


def test_more_steps_than_a_call_holds_are_taken_in_several(
    rows: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    how = {"steps": 20, "progress": False}
    monkeypatch.setattr("syn0.engines.jax.MOST_STEPS", 3)
    found, expected = Network([5, 2]), Network([5, 2])
    history = found.train(*rows, **how, engine="jax", report_every=1)
    assert history.loss == pytest.approx(
        expected.train(*rows, **how, engine="numpy", report_every=1).loss
    )
    assert_close(expected, found, 1e-12)
    assert steps_of_a_call(65_536) == 2
    assert steps_of_a_call(10**9) == 1


def test_rows_are_sent_to_the_device_once_a_training(
    rows: Pair, short: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    send = jax.device_put

    def counted(arrays: Any, device: Any) -> Any:
        sent.extend(np.shape(array) for array in arrays if np.shape(array) == rows[0].shape)
        return send(arrays, device)

    monkeypatch.setattr(jax, "device_put", counted)
    trained(rows, short)
    assert sent == [rows[0].shape]
    trained(rows, short)
    assert len(sent) == 2


@pytest.mark.usefixtures("everything_by_jax")
def test_predictions_and_evaluations_are_numpys(rows: Pair, short: dict[str, Any]) -> None:
    made = Network([5, 4, 2], batch_norm=True)
    training = Training(epochs=1)
    programs = training_program(made.spec, training), prediction_program(made.spec)
    values = dict(made.checkpoint.values) | {"alpha": 1.0}
    values = made.prepare(training, Examples(*rows)).given | values
    mine, theirs = (make_runner(name, *programs) for name in ("jax", "numpy"))
    X, y = rows
    assert mine.evaluate(values, X, y) == pytest.approx(theirs.evaluate(values, X, y), rel=1e-13)
    for count in (23, 1, 3):
        expected = theirs.predict(values, X[:count])
        np.testing.assert_allclose(mine.predict(values, X[:count]), expected, rtol=1e-13)


def test_a_search_by_lbfgs_finds_what_it_finds_with_numpy(rows: Pair) -> None:
    how = {"steps": 20, "optimizer": "lbfgs", "progress": False}
    found, expected = Network([5, 3, 2]), Network([5, 3, 2])
    found.train(*rows, **how, engine="jax")
    expected.train(*rows, **how, engine="numpy")
    assert found.engine == "jax"
    assert_close(expected, found, 1e-6)


def test_a_number_that_is_not_finite_stops_it_at_the_step_where_numpy_stops(rows: Pair) -> None:
    messages = []
    for name in ("jax", "numpy"):
        network = Network([5, 2], activation="identity")
        with pytest.raises(syn0.NonFiniteError) as caught:
            network.train(*rows, steps=5000, learning_rate=1, engine=name, progress=False)
        messages.append(str(caught.value))
        assert all(np.isfinite(value).all() for value in network.weights.values())
    assert messages[0] == messages[1]


@pytest.mark.parametrize(
    ("dtype", "precision", "least", "most"),
    [("float32", "bfloat16", 1e-5, 0.02), ("float64", "bfloat16", 1e-5, 0.02),
     ("float64", "float32", 1e-10, 1e-5), ("float64", "float64", 0, 0)],
)  # fmt: skip
def test_the_factors_of_products_are_rounded_on_request(
    rows: Pair, dtype: str, precision: str, least: float, most: float
) -> None:
    how = {"steps": 3, "learning_rate": 0.1, "progress": False, "engine": "jax"}
    plain, rounded = (Network([5, 4, 2], dtype=dtype) for _ in range(2))
    plain.train(*rows, **how)
    rounded.train(*rows, **how, matmul_precision=precision)
    apart = [np.abs(value - rounded.weights[name]).max() for name, value in plain.weights.items()]
    assert least <= max(apart) <= most
    assert rounded.weights["syn0"].dtype == dtype


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        ({"device": "gpu"}, "there is no GPU that JAX can use .*jax\\[cuda12\\]"),
        ({"engine": "jax", "device": "tpu"}, "there is no TPU that JAX can use"),
        ({"device": "abacus"}, "unknown device 'abacus'; choose from: auto, cpu, gpu, tpu"),
        ({"engine": "native", "device": "gpu"}, "device='gpu' is for engine='jax'"),
        ({"engine": "numpy", "matmul_precision": "bfloat16"}, "matmul_precision='bfloat16' is for"),
        (
            {"matmul_precision": "float16"},
            "unknown matmul_precision 'float16'; did you mean 'bfloat16'",
        ),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(
    rows: Pair, wishes: dict[str, Any], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = jax.devices

    def found(kind: str | None = None) -> Any:  # as on a machine without any
        if kind in ("gpu", "tpu"):
            raise RuntimeError("Unknown backend")
        return find(kind)

    monkeypatch.setattr(jax, "devices", found)
    network = Network([5, 2])
    with pytest.raises(ValueError, match=words):
        network.train(*rows, steps=1, **wishes)
    assert network.steps_taken == 0


@pytest.fixture
def without_jax(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """JAX seems not to be installed."""
    monkeypatch.setattr(devices, "find_spec", lambda name: None)
    devices.accelerator_expected.cache_clear()
    yield
    devices.accelerator_expected.cache_clear()


@pytest.mark.usefixtures("without_jax")
def test_without_jax_numpy_takes_over_and_says_why(rows: Pair, told: Callable[[], str]) -> None:
    network = Network([5, 2])
    network.train(*rows, steps=3, engine="jax", progress=False)
    assert network.engine == "numpy"
    assert "JAX is not installed: pip install 'syn0[jax]'" in told()
    with pytest.raises(ValueError, match="device 'gpu' is JAX's: JAX is not installed"):
        network.train(*rows, steps=3, device="gpu")
    network.train(*rows, steps=3, progress=False)
    assert network.engine != "jax"


def test_auto_takes_it_for_large_work_where_there_is_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    from syn0.engines import choose

    training = Training(epochs=100, batch_size=4096)
    program = training_program(Network([784, 1024, 1024, 10], dtype="float32").spec, training)
    monkeypatch.setattr(engine, "accelerator_expected", lambda: False)
    assert choose(program, 4096, 1500).engine != "jax"
    monkeypatch.setattr(engine, "accelerator_expected", lambda: True)
    assert choose(program, 4096, 1500).engine == "jax"
    assert choose(program, 4096, 1).engine != "jax"
