"""The native engine: right for every size, the same every time, and never in the way."""

import re
import tracemalloc
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from syn0 import Network, NonFiniteError
from syn0.derive import prediction_program, training_program
from syn0.derive.layers import RANDOM
from syn0.engines.native import NativeRunner, native_source
from syn0.engines.numpy import NumpyRunner
from syn0.printers import UnsupportedError
from syn0.printers.numpy import NumpyPrinter
from syn0.program import Name, substitute
from syn0.program.expressions import mean_rows
from syn0.program.interpreter import start
from syn0.spec import LBFGS, SGD, BatchNorm, Dense, Dropout, NetworkSpec, Training
from tests.together import Together

from .conftest import examples
from .networks import REPRESENTATIVE, data, farthest, source, trained

TOLERANCE = {"float64": 1e-10, "float32": 1e-4}
WIDTHS = (1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 130)


def runner(spec: NetworkSpec, training: Training) -> NativeRunner:
    return NativeRunner(training_program(spec, training), prediction_program(spec))


# Right for every size

widths = st.sampled_from(WIDTHS) | st.integers(1, 130)


@st.composite
def trainings(draw: Any) -> tuple[NetworkSpec, Training, int]:
    """A network of smooth layers, a training of three steps at least, and a number of rows."""
    rows = draw(st.integers(1, 70))
    loss = draw(st.sampled_from(["squared_error", "binary_cross_entropy"]))
    layers = [
        Dense(
            draw(widths),
            draw(st.sampled_from(["sigmoid", "tanh", "softplus"])),
            draw(st.booleans()),
            "glorot_uniform",  # wide layers of large weights would only amplify roundings
        )
        for _ in range(draw(st.integers(0, 2)))
    ]
    spec = NetworkSpec(
        draw(widths),
        (*layers, Dense(draw(widths), "sigmoid", draw(st.booleans()), "glorot_uniform")),
        loss=loss,
        dtype=draw(st.sampled_from(["float64", "float32"])),
    )
    size = draw(st.none() | st.just(1) | st.integers(1, rows))
    training = Training(
        steps=draw(st.integers(3, 5)),
        batch_size=size,
        reduction="mean",
        optimizer=SGD(0.1, momentum=draw(st.sampled_from([0.0, 0.8]))),
        l2=draw(st.sampled_from([0, 0.01])),
    )
    return spec, training, rows


@pytest.mark.needs_compiler
def test_networks_of_any_size_learn_as_on_numpy(in_one_library) -> None:
    drawn = examples(trainings(), 25)
    in_one_library(source(spec, training, rows=rows) for spec, training, rows in drawn)
    with Together() as together:
        for spec, training, rows in drawn:
            with together((spec, training, rows)):
                found = trained(spec, training, "native", rows=rows)
                expected = trained(spec, training, "numpy", rows=rows)
                for name, value in expected.checkpoint.values.items():
                    limit = TOLERANCE[spec.dtype] * float(np.abs(value).max())
                    assert np.abs(found.checkpoint.values[name] - value).max() <= limit, name


# Going on

MASKED = {"optimizer": "adam", "learning_rate": 0.01, "engine": "native"}


def masked(dtype: str) -> Network:
    """A network with dropout and running statistics, wide enough for tiles."""
    layers = [Dense(17, "relu", True), BatchNorm(), Dropout(0.3), Dense(2)]
    return Network(5, layers, dtype=dtype)


@pytest.mark.needs_compiler
@pytest.mark.usefixtures("quick_compiler")
@pytest.mark.parametrize(("dtype", "batch_size"), [("float64", 4), ("float32", None)])
def test_ten_epochs_and_ten_more_equal_twenty(rows, assert_same, dtype, batch_size) -> None:
    parts, whole = masked(dtype), masked(dtype)
    for _ in range(2):
        parts.train(*rows, epochs=10, batch_size=batch_size, **MASKED)
    whole.train(*rows, epochs=20, batch_size=batch_size, **MASKED)
    assert whole.engine == "native"
    assert_same(parts, whole)


@pytest.mark.needs_compiler
@pytest.mark.usefixtures("quick_compiler")
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_going_on_at_the_short_last_batch_equals_the_whole(rows, assert_same, dtype) -> None:
    """The library for three rows would round otherwise than the one for ten."""
    parts, whole = (Network([5, 17, 2], dtype=dtype) for _ in range(2))
    how = {"batch_size": 10, "learning_rate": 0.1, "engine": "native"}
    for _ in range(8):
        parts.train(*rows, steps=2, **how)
        parts.train(*rows, steps=1, **how)
    whole.train(*rows, steps=24, **how)
    assert_same(parts, whole)


# Numbers that stop being numbers


@pytest.mark.needs_compiler
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("batch_size", [None, 4])
def test_numbers_that_go_bad_are_seen_and_named_as_on_numpy(rows, assert_same, dtype, batch_size):
    how = {"learning_rate": 3.0, "batch_size": batch_size}
    words, networks = [], []
    for engine in ("numpy", "native"):
        network = Network([5, 4, 2], activation=["identity", "identity"], dtype=dtype)
        with pytest.raises(NonFiniteError, match=r"at step [1-9]") as caught:
            network.train(*rows, steps=5000, engine=engine, **how)
        assert network.engine == engine
        words.append(re.sub(r"\d of \d+", "", str(caught.value)))
        networks.append(network)
    assert words[0] == words[1]
    numpy, native = networks
    assert all(np.isfinite(value).all() for value in native.checkpoint.values.values())
    assert native.steps_taken == numpy.steps_taken
    again = Network([5, 4, 2], activation=["identity", "identity"], dtype=dtype)
    again.train(*rows, steps=native.steps_taken, report_every=5000, engine="native", **how)
    for name in native.weights:
        np.testing.assert_allclose(native.weights[name], again.weights[name], rtol=1e-3)


@pytest.mark.needs_compiler
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("activation", ["sigmoid", "relu", "tanh", "softmax", "gelu"])
def test_nan_and_infinity_in_the_weights_stay_visible(rows, bad, activation) -> None:
    """On whatever path of a tile they lie: padding, maxima and e^x let them through."""
    spec = NetworkSpec(5, (Dense(17, activation, bias=True), Dense(2)))
    training = Training(steps=1)
    program, arrays = training_program(spec, training), dict(zip("Xy", data(spec), strict=True))
    weights = {n: v.copy() for n, v in Network.from_spec(spec).weights.items()}
    weights["syn0"][2, 16] = weights["syn0"][0, 3] = bad
    ends = []
    for engine in (NativeRunner, NumpyRunner):
        given = {name: value.copy() for name, value in weights.items()}
        state, _ = engine(program, prediction_program(spec)).train(
            given, arrays, [None], measure=True
        )
        ends.append({name: np.isfinite(value) for name, value in state.items()})
    for name in program.weights:
        np.testing.assert_array_equal(ends[0][name], ends[1][name])
    assert not ends[0]["syn0"].all()


# Memory


@pytest.mark.needs_compiler
@pytest.mark.usefixtures("quick_compiler")
@pytest.mark.parametrize("batch_size", [None, 256])
def test_a_large_array_is_read_in_place(batch_size) -> None:
    X = np.zeros((500_000, 100), np.float32)  # 200 MB
    y = np.zeros((len(X), 1), np.float32)
    network = Network([100, 1], dtype="float32")
    tracemalloc.start()
    try:
        history = network.train(
            X, y, steps=2, batch_size=batch_size, reduction="mean", engine="native"
        )
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert history.engine == "native"
    assert peak < X.nbytes / 10


# Gradients for L-BFGS

SEARCHED = {
    name: (spec, weighted)
    for name, (spec, _, weighted) in REPRESENTATIVE.items()
    if not any(isinstance(layer, RANDOM) for layer in spec.layers)
}


@pytest.mark.needs_compiler
def test_gradients_are_those_of_numpy_whatever_the_threads(in_one_library) -> None:
    training = Training(steps=1, optimizer=LBFGS(), l1=0.01, l2=0.02)
    cases = product(SEARCHED.items(), (1, 3))
    in_one_library(
        source(spec, training, weighted, threads=threads)
        for (spec, weighted), threads in product(SEARCHED.values(), (1, 3))
    )
    with Together() as together:
        for (name, (spec, weighted)), threads in cases:
            with together((name, threads)):
                assert_gradients(spec, training, weighted, threads)


def assert_gradients(
    spec: NetworkSpec, training: Training, weighted: str | None, threads: int
) -> None:
    """A search is given numpy's figures and pulls, also the second time in the same memory."""
    X, y = data(spec)
    arrays = {"X": X, "y": y}
    if weighted:
        arrays["sample_weight"] = np.linspace(0, 2, len(X), dtype=spec.dtype)[:, None]
    programs = training_program(spec, training, weighted=bool(weighted)), prediction_program(spec)
    values = start(programs[0], np.random.RandomState(1))
    expected, wanted = NumpyRunner(*programs).gradient(values, arrays)
    native = NativeRunner(*programs, threads=threads)
    with native.at_work(len(X)):
        for _ in range(2):
            figures, pulls = native.gradient(values, arrays)
            assert native.name == "native"
            np.testing.assert_allclose(figures, expected, rtol=TOLERANCE[spec.dtype])
            assert list(pulls) == list(wanted)
            for name, pull in pulls.items():
                assert pull.dtype == wanted[name].dtype
                limit = TOLERANCE[spec.dtype] * np.abs(wanted[name]).max()
                np.testing.assert_allclose(pull, wanted[name], rtol=0, atol=limit)


@pytest.mark.usefixtures("quick_compiler")
def test_a_search_on_compiled_gradients_ends_where_numpys_does(rows) -> None:
    networks = [Network([5, 4, 2]) for _ in range(2)]
    for network, engine in zip(networks, ("native", "numpy"), strict=True):
        history = network.train(*rows, steps=5, optimizer="lbfgs", engine=engine)
        assert history.engine == engine
    assert farthest(*networks) < 1e-10


@pytest.mark.usefixtures("quick_compiler")
def test_memory_is_kept_for_a_training_and_given_back_after_it(rows) -> None:
    network = Network([5, 4, 2])
    network.train(*rows, steps=5, optimizer="lbfgs", engine="native")
    made = next(iter(network._runner._made.values()))
    assert made.rooms._idle == []
    with network._runner.at_work(1):
        made.rooms.give_back(room := made.rooms.take())
        assert made.rooms.take() is room
        made.rooms.give_back(room)
    assert made.rooms._idle == []


# The printed C


@pytest.mark.parametrize("case", REPRESENTATIVE.values(), ids=REPRESENTATIVE)
def test_every_kernel_is_headed_by_its_lines(case) -> None:
    spec, training, weighted = case
    program = training_program(spec, training, weighted=weighted is not None)
    before, idle = program.phase("forward", "loss", "backward"), set(program.measured)
    other_names = {  # as in l0 = X: these have no kernel, and none reads them
        line.target: line.expression for line in before
        if isinstance(line.expression, Name) and line.expression.name in program.arrays
    }  # fmt: skip
    lines = [*(x for x in before if x not in idle), *program.measured, *program.phase("update")]
    text, place = source(*case), 0
    for line in lines:
        if line.target not in other_names:
            line = replace(line, expression=substitute(line.expression, other_names))
            place = text.index(f"/* {NumpyPrinter().statement(line)}", place) + 1


def test_a_line_that_the_engine_cannot_take_is_refused_by_name():
    """Rows that are taken within a line, which would be read in the wrong places; and a sum of a
    product of matrices, which has no sums of its own there."""
    program = training_program(NetworkSpec(3, (Dense(4), Dense(1))), Training(1, batch_size=2))
    rows, product = Name("X")[Name("batch")], Name("l1").T @ Name("l2_delta")
    lines = {
        ("l0", "forward"): (rows * 2, "takes rows in a line by themselves"),
        ("syn1", "update"): (Name("syn1") + mean_rows(product), "native engine .*'matmul'"),
    }
    for place, (expression, words) in lines.items():
        changed = tuple(
            replace(x, expression=expression) if (x.target, x.phase) == place else x
            for x in program.lines
        )
        with pytest.raises(UnsupportedError, match=words):
            native_source(replace(program, lines=changed), 2, 1)
