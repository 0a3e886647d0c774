"""No array, whoever changed it behind the network's back, makes compiled code read or write beside
it: shapes and types are checked before each call (issue 13, 2 and 3)."""

import threading
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest

from syn0 import Network
from syn0.derive import prediction_program, training_program
from syn0.engines import Stretch, make_runner
from syn0.program.interpreter import start
from syn0.spec import Training

pytestmark = [pytest.mark.needs_compiler, pytest.mark.usefixtures("quick_compiler")]

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


# What is given, whoever gave it and however it lies


class Foreign:
    """An array of another library, whose memory is its own."""

    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        return self.array


def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def misaligned(array):
    place = np.zeros(array.nbytes + 1, np.uint8)[1:]
    place = place[: array.nbytes].view(array.dtype).reshape(array.shape)
    place[...] = array
    return place


LYING = {
    "as a list": lambda array: array.tolist(),
    "in another library": Foreign,
    "read-only in another library": lambda array: Foreign(read_only(array)),
    "read-only": read_only,
    "in bytes": lambda array: np.frombuffer(array.tobytes(), array.dtype).reshape(array.shape),
    "as a memoryview": lambda array: memoryview(array.copy()),
    "misaligned": misaligned,
    "by columns": np.asfortranarray,
    "among others": lambda array: np.repeat(np.repeat(array, 2, axis=0), 3, axis=1)[::2, ::3],
    "backwards": lambda array: array[::-1, ::-1].copy()[::-1, ::-1],
    "with other bytes first": lambda array: array.astype(array.dtype.newbyteorder()),
    "as longer numbers": lambda array: array.astype(np.longdouble),
    "as a matrix": lambda array: array.view(np.matrix),
    "masked": np.ma.array,
}


@pytest.mark.parametrize("lying", LYING.values(), ids=LYING)
def test_arrays_train_and_predict_the_same_however_they_lie(network, lying):
    """And those that were given stay as they were: a training writes into arrays of its own."""
    expected = Network([3, 4, 1])
    given = {name: lying(value) for name, value in expected.checkpoint.values.items()}
    before = {name: np.array(value).copy() for name, value in given.items()}
    network.checkpoint = replace(expected.checkpoint, values=dict(given))
    for rows in (X, X[:1]):
        np.testing.assert_allclose(network.predict(rows), expected.predict(rows), rtol=1e-12)
    for one in (network, expected):
        one.train(X, y, steps=9, batch_size=6, engine=network.engine, progress=False)
    for name, value in expected.weights.items():
        np.testing.assert_array_equal(network.weights[name], value)
        np.testing.assert_array_equal(np.array(given[name]), before[name])


@pytest.mark.parametrize("lying", LYING.values(), ids=LYING)
def test_rows_train_and_predict_the_same_however_they_lie(network, lying):
    one, other = Network([3, 4, 1]), Network([3, 4, 1])
    weight = np.linspace(0, 2, 20)[:, np.newaxis]
    how = {"steps": 9, "batch_size": 6, "engine": network.engine, "progress": False}
    one.train(X, y, sample_weight=weight[:, 0], validation=(X, y), **how)
    arrays = lying(X), lying(y)
    row_weight = np.asarray(lying(weight))[:, 0]
    other.train(*arrays, sample_weight=row_weight, validation=arrays, **how)
    np.testing.assert_array_equal(one.weights["syn0"], other.weights["syn0"])
    np.testing.assert_array_equal(one.predict(X), other.predict(arrays[0]))


@pytest.mark.parametrize("foreign", [False, True])
def test_a_runner_writes_into_no_array_that_it_may_not_write_to(runner, foreign):
    made, values = runner
    array = Foreign(read_only(np.ones((3, 4)))) if foreign else read_only(np.ones((3, 4)))
    before = np.array(array).copy()
    made.train(values | {"syn0": array}, {"X": X, "y": y}, [None], measure=True)
    np.testing.assert_array_equal(np.array(array), before)


def test_rows_are_not_resized_while_compiled_code_reads_them():
    rows, targets = np.ones((200_000, 30)), np.ones((200_000, 1))
    network, refused = Network([30, 8, 1]), []
    over = threading.Event()

    def resize():
        while not over.is_set():
            try:
                rows.resize((1, 1), refcheck=False)
            except ValueError:
                refused.append(True)

    started = threading.Event()
    thread = threading.Thread(target=resize)

    def begin(report):
        if not started.is_set():
            started.set()
            thread.start()

    try:
        with suppress(ValueError):  # between two calls it may be done, and is noticed
            network.train(rows, targets, steps=30, report_every=1, callbacks=[begin],
                          learning_rate=1e-9, engine="native", progress=False)  # fmt: skip
    finally:
        over.set()
        thread.join()
    assert refused or rows.shape == (1, 1)


@pytest.mark.parametrize("position", [-1, 625, 10**6, 2**31, 10**30, "a", None])
def test_a_generators_position_that_is_none_is_refused(network, position):
    """NumPy would read beside its numbers."""
    kind, words, _, *rest = network.checkpoint.generator
    network.checkpoint = replace(network.checkpoint, generator=(kind, words, position, *rest))
    before = network.predict(X)
    with pytest.raises(ValueError, match="the state of the random generator is damaged"):
        network.train(X, y, steps=2, batch_size=5, engine=network.engine, progress=False)
    np.testing.assert_array_equal(network.predict(X), before)


@pytest.mark.parametrize("words", [np.zeros(5, np.uint32), np.zeros((624, 2)), None, "text"])
def test_a_generators_words_that_are_none_are_refused(network, words):
    kind, _, *rest = network.checkpoint.generator
    network.checkpoint = replace(network.checkpoint, generator=(kind, words, *rest))
    with pytest.raises(ValueError, match="the state of the random generator is damaged"):
        network.train(X, y, steps=2, batch_size=5, engine=network.engine, progress=False)


@pytest.mark.parametrize("taken", [-1, 4, 10**9])
def test_an_epoch_that_cannot_have_been_begun_is_begun_anew(network, taken):
    network.checkpoint = replace(network.checkpoint, epoch=(20, 5, taken))
    network.train(X, y, steps=8, batch_size=5, engine=network.engine, progress=False)
    assert network.steps_taken == 13


@pytest.mark.parametrize("batch_size", [None, 5])
def test_steps_that_do_not_take_rows_as_the_program_does_are_refused(batch_size):
    spec, training = Network([3, 4, 1]).spec, Training(steps=1, batch_size=batch_size)
    program = training_program(spec, training)
    made = make_runner("native", program, prediction_program(spec), rows=batch_size or 20)
    values = start(program, np.random.RandomState(0)) | {"rate": 1.0}
    order = None if batch_size else np.zeros(40, np.int32)
    steps = Stretch(np.array([20 if batch_size else 40]), order)
    with pytest.raises(ValueError, match="not among the 20"):
        made.train(values, {"X": X, "y": y}, steps, measure=True)


def test_row_numbers_of_another_type_are_converted(runner):
    spec, training = Network([3, 4, 1]).spec, Training(steps=1, batch_size=5)
    program = training_program(spec, training)
    made = make_runner("native", program, prediction_program(spec), rows=5)
    ends = []
    for sizes, order in (("int64", "int32"), ("int32", "int64"), (">i2", ">i8")):
        values = start(program, np.random.RandomState(0)) | {"rate": 1.0}
        steps = Stretch(np.full(4, 5).astype(sizes), np.arange(20).astype(order))
        ends.append(made.train(values, {"X": X, "y": y}, steps, measure=True)[1].tolist())
    assert ends[0] == ends[1] == ends[2]
