"""What may be handed in as X and y, and what is refused."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from syn0 import Network

NAN, INF = float("nan"), float("inf")

REFUSED_INPUTS = {
    "NaN": ([[1, 2, NAN], [1, 2, 3]], r"X holds NaN at row 0, column 2 .*1 of 6 values"),
    "infinity": ([[1, 2, 3], [-INF, INF, 3]], r"X holds infinity at row 1, column 0 .*2 of 6"),
    "too few columns": ([[1, 2], [3, 4]], r"X has shape \(2, 2\), .*3-2 takes 3 inputs"),
    "too many columns": (np.zeros((2, 4)), r"X has shape \(2, 4\)"),
    "one dimension": ([1, 2, 3], r"X has shape \(3,\).*shape \(rows, 3\)"),
    "three dimensions": (np.zeros((2, 3, 1)), r"X has shape \(2, 3, 1\)"),
    "no rows": (np.zeros((0, 3)), "X is empty: at least one row"),
    "an empty list": ([], "X is empty"),
    "no columns": (np.zeros((2, 0)), r"X has shape \(2, 0\)"),
    "a missing value": ([[1, 2, None], [1, 2, 3]], "X holds NaN at row 0, column 2"),
    "a masked value": (
        np.ma.masked_equal([[1, 2, 9], [1, 2, 3]], 9), "X holds NaN at row 0, column 2"),
    "masked complex numbers": (np.ma.masked_equal(np.eye(2, 3) * 1j, 0), "X must hold numbers"),
    "strings": ([["1", "2", "3"], ["4", "5", "6"]], "X must hold numbers"),
    "strings in a frame": (
        pd.DataFrame({"a": ["1", "2"], "b": ["3", "4"], "c": ["5", "6"]}), "X must hold numbers"),
    "ragged lists": ([[1, 2, 3], [4, 5]], "X must hold numbers in rows of equal length"),
    "complex numbers": (np.zeros((2, 3), complex), "X must hold numbers"),
    "dates": (np.zeros((2, 3), "M8[D]"), "X must hold numbers"),
    "a dictionary": ({"a": 1}, "X must hold numbers"),
}  # fmt: skip


@pytest.mark.parametrize(("X", "words"), REFUSED_INPUTS.values(), ids=REFUSED_INPUTS)
def test_inputs_that_cannot_be_are_refused_by_train_and_predict(X, words):
    network = Network([3, 2])
    with pytest.raises((TypeError, ValueError), match=words) as caught:
        network.train(X, np.zeros((2, 2)), steps=1)
    assert "\n" not in str(caught.value)
    with pytest.raises((TypeError, ValueError), match=words):
        network.predict(X)
    assert network.steps_taken == 0


def test_numbers_too_large_for_float32_are_refused_as_infinite():
    with pytest.raises(ValueError, match="X holds infinity at row 0, column 0"):
        Network([1, 1], dtype="float32").predict([[1e300]])


REFUSED_TARGETS = {
    "NaN": ("squared_error", [[0, NAN], [0, 0]], "y holds NaN at row 0, column 1"),
    "infinity": ("squared_error", [[0, 0], [INF, 0]], "y holds infinity at row 1, column 0"),
    "too few rows": ("squared_error", [[0, 1]], r"y has shape \(1, 2\).*need shape \(2, 2\)"),
    "too many rows": ("squared_error", np.zeros((3, 2)), r"need shape \(2, 2\)"),
    "too few columns": ("squared_error", [[0], [1]], r"y has shape \(2, 1\)"),
    "a flat list for two outputs": ("squared_error", [0, 1], r"y has shape \(2,\)"),
    "no rows": ("squared_error", [], "y is empty"),
    "strings": ("squared_error", [["0", "1"], ["1", "0"]], "y must hold numbers"),
    "ragged lists": ("squared_error", [[0, 1], [1]], "y must hold numbers"),
    "above 1": ("binary_cross_entropy", [[0, 1], [1, 1.5]], "targets from 0 to 1, but y holds 1.5"),
    "below 0": ("binary_cross_entropy", [[0, -1], [1, 1]], "targets from 0 to 1, but y holds -1"),
    "NaN among probabilities": ("binary_cross_entropy", [[0, NAN], [1, 1]], "y holds NaN"),
    "class rows above 1": ("cross_entropy", [[0, 2], [1, 0]], "from 0 to 1, but y holds 2"),
    "class rows that sum to 2": ("cross_entropy", [[1, 1], [1, 0]], "sum"),
    "class rows that sum to 0": ("cross_entropy", [[0, 0], [1, 0]], "sum"),
    "a class number too high": ("cross_entropy", [0, 2], "y holds 2, .*classes 0 to 1"),
    "a class number below 0": ("cross_entropy", [0, -1], "y holds -1, .*classes 0 to 1"),
    "half a class": ("cross_entropy", [0, 0.5], "y holds 0.5, .*classes 0 to 1"),
    "a class that is NaN": ("cross_entropy", [0, NAN], "y holds (nan|NaN)"),
    "class names": ("cross_entropy", ["cat", "dog"], "y must hold numbers"),
}


@pytest.mark.parametrize(("loss", "y", "words"), REFUSED_TARGETS.values(), ids=REFUSED_TARGETS)
def test_targets_that_cannot_be_are_refused(loss, y, words):
    network = Network([3, 4, 2], loss=loss)
    with pytest.raises((TypeError, ValueError), match=words) as caught:
        network.train(np.ones((2, 3)), y, steps=1)
    assert "\n" not in str(caught.value)
    assert network.steps_taken == 0


X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
Y = np.array([[0], [1], [1], [0]])
WIDE = np.full((8, 6), 9)
WIDE[::2, ::2] = X

FORMS = {
    "integers": (X, Y),
    "lists": (X.tolist(), Y.tolist()),
    "a flat list of targets": (X, Y[:, 0].tolist()),
    "truth values": (X.astype(bool), Y.astype(bool)),
    "small integers": (X.astype(np.uint8), Y.astype(np.int8)),
    "float32": (X.astype(np.float32), Y.astype(np.float32)),
    "float16": (X.astype(np.float16), Y.astype(np.float16)),
    "the other byte order": (X.astype(">f8"), Y.astype(">i4")),
    "Fortran order": (np.asfortranarray(X, dtype=float), np.asfortranarray(Y, dtype=float)),
    "every other entry of a larger array": (WIDE[::2, ::2], Y[::-1][::-1]),
    "read-only": (np.broadcast_to(X, X.shape), np.broadcast_to(Y, Y.shape)),
    "objects": (X.astype(object), Y.astype(object)),
    "pandas frames": (pd.DataFrame(X), pd.DataFrame(Y)),
    "a pandas frame and series": (pd.DataFrame(X, columns=list("abc")), pd.Series(Y[:, 0])),
    "pandas frames of mixed types": (
        pd.DataFrame({"a": X[:, 0].astype(bool), "b": X[:, 1] / 1, "c": X[:, 2]}), Y),
    "polars frames": (pl.DataFrame(X), pl.DataFrame(Y)),
}  # fmt: skip


@pytest.mark.parametrize(("inputs", "targets"), FORMS.values(), ids=FORMS)
def test_every_form_of_the_same_numbers_trains_the_same_network(inputs, targets):
    network, plain = Network([3, 4, 1]), Network([3, 4, 1])
    network.train(inputs, targets, steps=50)
    plain.train(X.astype(float), Y.astype(float), steps=50)
    for name, weights in plain.weights.items():
        assert np.array_equal(network.weights[name], weights)
    assert np.array_equal(network.predict(inputs), plain.predict(X))


def test_class_numbers_and_class_rows_train_the_same_network(rows):
    inputs, y = rows
    classes = y.argmax(axis=1)
    by_number, by_row = (Network([5, 4, 2], loss="cross_entropy") for _ in range(2))
    by_number.train(inputs, classes, steps=20, learning_rate=0.1)
    by_row.train(inputs, np.eye(2)[classes], steps=20, learning_rate=0.1)
    assert np.array_equal(by_number.weights["syn0"], by_row.weights["syn0"])


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("batch_size", [None, 3])
def test_training_changes_neither_inputs_nor_targets(rows, order, batch_size):
    inputs, targets = (np.array(a, order=order) for a in rows)
    Network([5, 4, 2]).train(
        inputs, targets, epochs=5, batch_size=batch_size, validation=(inputs, targets)
    )
    assert np.array_equal(inputs, rows[0])
    assert np.array_equal(targets, rows[1])
    network = Network([5, 4, 2])
    network.predict(inputs)
    assert np.array_equal(inputs, rows[0])


def test_a_prediction_is_the_callers_own(rows):
    network = Network([5, 2], activation="identity")
    first = network.predict(rows[0])
    kept = first.copy()
    first[:] = 0
    assert np.array_equal(network.predict(rows[0]), kept)
