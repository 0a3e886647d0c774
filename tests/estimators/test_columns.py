"""What `TabularClassifier` and `TabularRegressor` say of columns, and take for the same."""

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest

from syn0.estimators.tabular import TabularClassifier, TabularRegressor

QUICK = {"max_iter": 40, "random_state": 0, "engine": "numpy"}


@pytest.fixture
def numbers():
    return pd.DataFrame(np.random.default_rng(0).normal(size=(120, 3)), columns=[*"abc"])


@pytest.fixture
def labels(numbers):
    return (numbers["a"] > 0).to_numpy().astype(int)


def test_numbers_may_come_as_texts(numbers, labels):
    classifier = TabularClassifier(**QUICK).fit(numbers, labels)
    expected = classifier.predict_proba(numbers)
    for kind in (str, "string", object, "category"):
        assert np.array_equal(classifier.predict_proba(numbers.astype(kind)), expected)
    polars = pl.DataFrame({name: numbers[name].tolist() for name in "abc"}).cast(pl.String)
    assert np.array_equal(classifier.predict_proba(polars), expected)
    stray = numbers.astype(str)
    stray.loc[6, "b"] = "tall"
    words = "column 'b' held numbers in training, but now it holds 'tall' in row 7"
    for predict in (classifier.predict, classifier.network_.predict):
        with pytest.raises(ValueError, match=words):
            predict(stray)


def test_texts_that_are_numbers_are_learned_as_such(numbers, labels):
    of_texts = TabularClassifier(**QUICK).fit(numbers.astype(str), labels)
    of_numbers = TabularClassifier(**QUICK, dtype="float32").fit(numbers, labels)
    assert of_texts.score(numbers, labels) == of_numbers.score(numbers, labels)


@pytest.mark.parametrize("trained", [bool, int, float, str, object, "boolean", "category"])
def test_truth_values_are_alike_as_inputs_and_as_labels(numbers, labels, trained):
    frame = pd.DataFrame({"f": labels.astype(bool), "b": numbers["b"]})
    classifier = TabularClassifier(**QUICK).fit(frame.astype({"f": trained}), labels)
    expected = classifier.predict_proba(frame.astype({"f": trained}))
    assert classifier.score(frame.astype({"f": trained}), labels) == 1
    for kind in (bool, int, float, str, object, "boolean", "category"):
        given = frame.astype({"f": kind})
        assert np.array_equal(classifier.predict_proba(given), expected)
        assert np.array_equal(classifier.predict_proba(given[:1]), expected[:1])
    for y in (labels, labels.astype(bool), labels.astype(float), labels.astype(bool).astype(str)):
        assert classifier.score(frame.astype({"f": trained}), y) == 1
        assert classifier.score(frame[:1].astype({"f": trained}), y[:1]) == 1


def test_one_label_in_several_spellings_is_one_class(numbers, labels):
    y = np.where(labels, "TRUE", "FALSE").astype(object)
    y[5:15] = np.where(labels, "true", "false")[5:15]
    classifier = TabularClassifier(**QUICK).fit(numbers, y)
    assert classifier.classes_.tolist() == ["FALSE", "TRUE"]
    assert set(classifier.predict(numbers)) == {"FALSE", "TRUE"}
    assert classifier.score(numbers, y) == classifier.score(numbers, labels) > 0.9


@pytest.mark.parametrize("kind", [bool, int, float, str])
def test_labels_to_watch_may_be_of_another_type(numbers, labels, kind):
    X, y = numbers, labels.astype(bool)
    classifier = TabularClassifier(**QUICK).fit(X, y, X_val=X, y_val=y.astype(kind))
    again = TabularClassifier(**QUICK).fit(X, y, X_val=X, y_val=y)
    assert classifier.validation_loss_curve_ == again.validation_loss_curve_
    with pytest.raises(ValueError, match="y_val holds 2, but the classes are: False, True"):
        TabularClassifier(**QUICK).fit(X, y, X_val=X, y_val=labels + 1)


def test_a_label_that_is_no_class_counts_as_wrong(numbers, labels):
    classifier = TabularClassifier(**QUICK).fit(numbers, labels)
    assert classifier.score(numbers, labels + 2) == 0
    assert classifier.score(numbers, np.where(labels, 1, 5)) == pytest.approx(
        labels.mean(), abs=0.1
    )


def test_a_categorical_of_numbers_is_categories(numbers):
    codes = np.arange(120) % 10
    heights = np.random.default_rng(1).normal(size=10)[codes] * 100
    frame = pd.DataFrame({"k": pd.Categorical(codes), "z": numbers["b"]})
    regressor = TabularRegressor(random_state=0, max_iter=120).fit(frame, heights)
    expected = regressor.predict(frame)
    assert regressor.score(frame, heights) > 0.95
    assert "k = 7" in regressor.network_.schema.input_names
    for kind in (int, float, str, object):
        assert np.array_equal(regressor.predict(frame.astype({"k": kind})), expected)


def test_what_is_left_out_or_merged_is_said_at_fit(numbers, labels):
    frame = numbers.assign(id=[f"id {n}" for n in range(120)], same="x")
    words = r"left out of X: 'id' \(120 different texts in 120 rows\), 'same' \('x' in every row\)"
    with pytest.warns(UserWarning, match=words) as told:
        TabularClassifier(**QUICK).fit(frame, labels)
    assert [warning.filename for warning in told] == [__file__]
    cities = pd.concat([numbers.assign(city=[f"city {n % 70}" for n in range(120)])] * 2)
    words = r"^in 'city' the 6 rarest of its 70 texts have no input of their own \(rows: 12\)$"
    with pytest.warns(UserWarning, match=words):
        TabularRegressor(**QUICK).fit(cities, cities["a"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        TabularClassifier(**QUICK).fit(numbers, labels).predict(frame[[*"abc"]])


def test_rows_may_name_their_cells(numbers, labels):
    frame = numbers.assign(kind=np.where(labels, "p", "q"), old=labels.astype(bool))
    frame.loc[::5, "kind"] = None
    classifier = TabularClassifier(**QUICK).fit(frame, labels)
    expected = classifier.predict_proba(frame)
    rows = frame.to_dict("records")
    assert np.array_equal(classifier.predict_proba(rows), expected)
    assert np.array_equal(classifier.predict(rows[0]), classifier.predict(frame)[:1])
    assert np.array_equal(classifier.predict_proba([rows[1]]), expected[1:2])
    assert classifier.score(rows, labels) == classifier.score(frame, labels)
    without = {name: cell for name, cell in rows[5].items() if name != "kind"}
    assert np.array_equal(classifier.predict_proba(without), classifier.predict_proba(rows[5]))
    with pytest.raises(ValueError, match="row 1 has no 'b', which the model takes"):
        classifier.predict([{"a": 1.0, "c": 2.0, "old": True}])
