"""Figures agree with what a reader computes by hand."""

import math

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

from syn0.data import read_table
from syn0.models import class_probabilities, evaluate, plan_table, table_options
from syn0.models.evaluation import classification_figures, regression_figures


@pytest.fixture(scope="module")
def binary():
    """A network of two classes, and its rows held out."""
    return plan_table(read_table("breast_cancer"), table_options(hidden=(3,), epochs=1)).fit(
        progress=False
    )


@pytest.fixture(scope="module")
def numbers():
    """A network of a number, and its rows held out."""
    return plan_table(read_table("diabetes"), table_options(hidden=(3,), epochs=3)).fit(
        progress=False
    )


def texts(column):
    return np.array(column.categories)[column.values]


def test_figures_of_two_classes_are_those_computed_by_hand(binary):
    network, table = binary.network, binary.held_out
    figures = evaluate(network, table)
    truth = texts(table.columns["diagnosis"])
    first, second = network.schema.classes
    p = network.predict(table)[:, 0].astype(float)
    guess = np.where(p > 0.5, second, first)
    assert figures.rows == len(truth) == 114
    assert figures.accuracy == pytest.approx(np.mean(guess == truth))
    assert 0 < figures.accuracy < 1
    surprise = -np.log(np.where(truth == second, p, 1 - p))
    assert figures.log_loss == pytest.approx(surprise.mean(), rel=1e-6)
    pairs = p[truth == second][:, None] - p[truth == first][None, :]
    auc = (np.sum(pairs > 0) + np.sum(pairs == 0) / 2) / pairs.size
    assert figures.roc_auc == pytest.approx(auc)
    assert figures.confusion == tuple(
        tuple(int(np.sum((truth == t) & (guess == g))) for g in (first, second))
        for t in (first, second)
    )


def test_figures_of_each_class_are_those_computed_by_hand(of_table):
    table = read_table("iris")
    truth, guess = texts(table.columns["species"]), of_table.labels(table)
    figures = evaluate(of_table, table)
    assert [c.name for c in figures.classes] == ["setosa", "versicolor", "virginica"]
    for c in figures.classes:
        hits = np.sum((truth == c.name) & (guess == c.name))
        precision = hits / max(np.sum(guess == c.name), 1)
        recall = hits / np.sum(truth == c.name)
        assert c.precision == pytest.approx(precision)
        assert c.recall == pytest.approx(recall)
        both = precision + recall
        assert c.f1 == pytest.approx(2 * precision * recall / both if both else 0)
        assert c.rows == 50
    assert figures.roc_auc is None


def test_log_loss_of_many_classes_is_that_computed_by_hand(of_table):
    table = read_table("iris")
    p = of_table.predict(table).astype(float)
    p /= p.sum(axis=1, keepdims=True)
    truth = [of_table.schema.classes.index(t) for t in texts(table.columns["species"])]
    by_hand = -np.log(p[np.arange(150), truth]).mean()
    assert evaluate(of_table, table).log_loss == pytest.approx(by_hand, rel=1e-6)


def test_figures_of_numbers_are_in_the_targets_units(numbers):
    network, table = numbers.network, numbers.held_out
    figures = evaluate(network, table)
    truth = table.columns["progression"].values
    miss = truth - network.predict(table)[:, 0]
    assert np.abs(network.predict(table)).mean() > 50  # progression goes from 25 to 346
    assert figures.rmse == pytest.approx(math.sqrt(np.mean(miss**2)), rel=1e-5)
    assert figures.mae == pytest.approx(np.abs(miss).mean(), rel=1e-5)
    spread = np.sum((truth - truth.mean()) ** 2)
    assert figures.r2 == pytest.approx(1 - np.sum(miss**2) / spread, rel=1e-5)
    assert figures.rows == len(truth) == 88


def test_labels_of_numbers_are_the_predicted_numbers(numbers):
    network, table = numbers.network, numbers.held_out
    assert network.labels(table).tolist() == network.predict(table)[:, 0].tolist()


def test_labels_of_classes_are_the_predicted_names(binary):
    network, table = binary.network, binary.held_out
    first, second = network.schema.classes
    guess = np.where(network.predict(table)[:, 0] > 0.5, second, first)
    assert network.labels(table).tolist() == guess.tolist()


def test_one_row_has_no_r2(numbers):
    table = numbers.held_out.take(np.array([0]))
    figures = evaluate(numbers.network, table)
    assert figures.r2 is None
    assert figures.rows == 1


def test_rows_of_one_class_have_no_area_under_the_curve(binary):
    benign = texts(binary.held_out.columns["diagnosis"]) == "benign"
    figures = evaluate(binary.network, binary.held_out.take(benign))
    assert figures.roc_auc is None
    assert figures.log_loss is not None
    assert sum(map(sum, figures.confusion)) == benign.sum()


def test_outputs_that_are_no_probabilities_have_no_log_loss():
    fitted = plan_table(
        read_table("iris"),
        table_options(sizes=(4, 3), activation="identity", steps=1, learning_rate=1e-9),
    ).fit(progress=False)
    outputs = fitted.network.predict(fitted.held_out)
    assert class_probabilities(fitted.network, outputs) is None
    assert evaluate(fitted.network, fitted.held_out).log_loss is None


def test_a_network_of_plain_arrays_has_no_columns_to_find(trained):
    with pytest.raises(ValueError, match="trained on plain arrays"):
        evaluate(trained, read_table("iris"))


def test_a_class_that_the_model_does_not_know_is_named(of_table):
    iris = read_table("iris")
    frame = pd.DataFrame({n: c.values for n, c in iris.columns.items() if n != "species"})
    frame["species"] = ["rose"] * 150
    with pytest.raises(ValueError, match=r"'rose', which is none of .*setosa, versicolor"):
        evaluate(of_table, read_table(frame, target="species"))


def test_tables_predict_by_column_name_in_any_order(of_table):
    iris = read_table("iris")
    frame = pd.DataFrame({n: c.values for n, c in iris.columns.items() if n != "species"})
    mixed = frame[frame.columns[::-1]].assign(more=1)
    assert np.array_equal(of_table.predict(mixed), of_table.predict(iris))
    with pytest.raises(ValueError, match=r"lacks columns .*'petal width \(cm\)'"):
        of_table.predict(frame.drop(columns="petal width (cm)"))


def made_up_answers(classes, rows=60):
    """True and predicted class numbers, and (rows, classes) probabilities, which are quarters: some
    are 0 or 1, and many the same. Of more than two classes the last is never predicted."""
    random = np.random.RandomState(classes)
    chances = np.ones(classes)
    if classes > 2:
        chances[-1] = 0
    shares = random.multinomial(4, chances / chances.sum(), rows) / 4
    return random.randint(classes, size=rows), shares.argmax(axis=1), shares


@pytest.mark.parametrize("classes", [2, 3, 7])
def test_figures_of_classes_are_scikit_learns(classes):
    truth, guess, shares = made_up_answers(classes)
    names = tuple("abcdefg"[:classes])
    numbers = range(classes)
    found = classification_figures(truth, guess, shares, names)
    assert found.accuracy == pytest.approx(metrics.accuracy_score(truth, guess))
    expected = metrics.log_loss(truth, shares, labels=numbers)
    assert found.log_loss == pytest.approx(expected, rel=1e-12)
    rows = zip(
        *metrics.precision_recall_fscore_support(truth, guess, labels=numbers, zero_division=0),
        strict=True,
    )
    for one, row in zip(found.classes, rows, strict=True):
        assert (one.precision, one.recall, one.f1, one.rows) == pytest.approx(row)
    assert np.array_equal(found.confusion, metrics.confusion_matrix(truth, guess, labels=numbers))
    if classes == 2:
        assert found.roc_auc == pytest.approx(metrics.roc_auc_score(truth, shares[:, 1]))
    else:
        assert found.roc_auc is None


TRUE_NUMBERS = {
    "all different": ([1.0, 4, 9, -3], [2.0, 4, 7, -3.5]),
    "all alike, all missed": ([2.0, 2, 2], [2.0, 3, 1]),
    "all alike, all right": ([2.0, 2, 2], [2.0, 2, 2]),
    "all right": ([1.0, 2], [1.0, 2]),
}


@pytest.mark.parametrize(("truth", "guess"), TRUE_NUMBERS.values(), ids=TRUE_NUMBERS)
def test_figures_of_numbers_are_scikit_learns(truth, guess):
    found = regression_figures(np.array(truth), np.array(guess))
    assert found.r2 == pytest.approx(metrics.r2_score(truth, guess))
    assert found.rmse == pytest.approx(metrics.mean_squared_error(truth, guess) ** 0.5)
    assert found.mae == pytest.approx(metrics.mean_absolute_error(truth, guess))


@pytest.mark.parametrize("odd", [np.nan, np.inf])
def test_answers_that_are_no_numbers_are_refused(odd):
    with pytest.raises(ValueError, match="answer to row 1 is not a finite number"):
        regression_figures(np.array([1.0, 2]), np.array([1.0, odd]))
    shares = np.array([[0.5, 0.5], [odd, 0.5]])
    with pytest.raises(ValueError, match="answer to row 1 is not a finite number"):
        classification_figures(np.array([0, 1]), np.array([0, 1]), shares, ("a", "b"))
