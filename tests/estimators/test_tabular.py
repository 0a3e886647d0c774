"""The estimators for tables: scikit-learn's contract, and tables as they come."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_diabetes, load_iris
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from syn0 import load
from syn0.data import read_table
from syn0.estimators.tabular import TabularClassifier, TabularRegressor
from syn0.models import plan_table, table_options

QUICK = {"max_iter": 40, "random_state": 0, "engine": "numpy"}
SOON = {"max_iter": 10, "learning_rate_init": 0.04, "engine": "numpy"}


@parametrize_with_checks(
    [TabularClassifier(**SOON), TabularRegressor(**SOON)],
)
def test_scikit_learns_checks(estimator, check):
    check(estimator)


@pytest.fixture
def frame():
    """90 rows of all kinds of columns, most with missing values; the kind decides the answer."""
    generator = np.random.RandomState(0)
    kind = generator.choice(["ash", "oak", "elm"], 90)
    X = pd.DataFrame({
        "height": generator.normal(10, 3, 90),
        "count": generator.randint(0, 9, 90),
        "kind": kind,
        "old": generator.rand(90) > 0.5,
        "site": pd.Categorical(generator.choice(["north", "south"], 90)),
    })  # fmt: skip
    X.loc[::7, "height"] = np.nan
    X.loc[::11, "site"] = None
    return X


@pytest.fixture
def answers(frame):
    """The class of each row, in words."""
    return np.where(frame["kind"] == "oak", "yes", "no")


@pytest.fixture
def numbers(frame):
    """A number for each row, in thousands."""
    return 5000 + 900.0 * (frame["kind"] == "oak") + 100.0 * frame["old"]


def test_texts_categories_truth_values_and_gaps_are_learned(frame, answers, numbers):
    classifier = TabularClassifier(**QUICK).fit(frame, answers)
    assert classifier.score(frame, answers) == 1
    assert classifier.classes_.tolist() == ["no", "yes"]
    assert classifier.feature_names_in_.tolist() == list(frame.columns)
    assert "kind = oak" in classifier.network_.schema.input_names
    assert "height is missing" in classifier.network_.schema.input_names
    regressor = TabularRegressor(**QUICK).fit(frame, numbers)
    assert regressor.score(frame, numbers) > 0.9


def test_pandas_polars_and_arrays_give_the_same(frame, answers):
    of_pandas = TabularClassifier(**QUICK).fit(frame, answers)
    polars = pl.DataFrame({name: frame[name].tolist() for name in frame.columns}, strict=False)
    polars = polars.with_columns(pl.col("site").cast(pl.Categorical))
    of_polars = TabularClassifier(**QUICK).fit(polars, pl.Series(answers))
    array = frame.astype(object).to_numpy()
    of_array = TabularClassifier(**QUICK).fit(array, answers.tolist())
    expected = of_pandas.predict_proba(frame)
    assert np.array_equal(of_polars.predict_proba(polars), expected)
    assert np.array_equal(of_array.predict_proba(array), expected)


def test_the_order_of_the_rows_does_not_matter(frame, answers):
    order = np.random.RandomState(1).permutation(len(frame))
    one = TabularClassifier(**QUICK).fit(frame, answers)
    other = TabularClassifier(**QUICK).fit(frame.iloc[order], answers[order])
    assert np.array_equal(one.predict_proba(frame), other.predict_proba(frame))


def test_an_unseen_category_is_none_of_those_seen(frame, answers):
    classifier = TabularClassifier(**QUICK).fit(frame, answers)
    others = frame.astype({"site": object}).assign(kind="yew", site="west")
    assert np.isfinite(classifier.predict_proba(others)).all()


def test_columns_must_come_in_the_order_of_training(frame, answers):
    classifier = TabularClassifier(**QUICK).fit(frame, answers)
    with pytest.raises(ValueError, match="Feature names must be in the same order"):
        classifier.predict(frame[frame.columns[::-1]])
    with pytest.raises(ValueError, match="seen at fit time, yet now missing"):
        classifier.predict(frame.drop(columns="kind"))


def test_a_column_may_be_called_as_the_target_or_the_weights_are(frame, answers):
    named = frame.rename(columns={"height": "y", "count": "sample_weight"})
    weights = np.full(len(named), 0.5)
    classifier = TabularClassifier(**QUICK).fit(named, answers, sample_weight=weights)
    assert classifier.score(named, answers) == 1


@pytest.mark.parametrize(
    "labels", [[0, 1, 2], [3.0, 10.0, 9.0], ["10", "9", "NA"], [" a", "a", "b"], [True, False]]
)
def test_labels_of_any_kind_come_back_as_they_were(labels):
    generator = np.random.RandomState(0)
    y = np.array(labels)[generator.randint(0, len(labels), 120)]
    X = pd.DataFrame({"which": [f"class {label}!" for label in y], "noise": generator.rand(120)})
    if labels[0] == " a":  # texts of cells are stripped: tell them apart
        X["which"] = X["which"].replace({"class  a!": "first"})
    classifier = TabularClassifier(**QUICK).fit(X, y)
    assert classifier.classes_.tolist() == sorted(labels)
    assert classifier.predict(X).dtype == y.dtype
    assert np.array_equal(classifier.predict(X), y)
    best = classifier.classes_[classifier.predict_proba(X).argmax(axis=1)]
    assert np.array_equal(best, y)


def test_whole_weights_repeat_rows_and_others_count_in_the_loss(frame, numbers):
    weights = np.arange(90) % 3
    by_weight = TabularRegressor(**QUICK).fit(frame, numbers, sample_weight=weights)
    repeated = frame.loc[frame.index.repeat(weights)], numbers.repeat(weights)
    by_hand = TabularRegressor(**QUICK).fit(*repeated)
    assert np.array_equal(by_weight.predict(frame), by_hand.predict(frame))
    heavy = np.where(frame["old"], 100.5, 0.001)
    y = np.where(frame["old"], 7.0, -7.0) + np.linspace(0, 1, 90)
    blind = frame.drop(columns="old")
    weighed = TabularRegressor(**QUICK).fit(blind, y, sample_weight=heavy)
    assert weighed.predict(blind).mean() > 5


def test_class_weights_move_the_border():
    X, y = np.zeros((100, 1)), np.repeat(["few", "many"], [20, 80])
    X[:, 0] = np.random.RandomState(0).normal(size=100)
    settings = {**QUICK, "weight_decay": 10.0}
    for weight, least in ((None, 0.0), ("balanced", 0.35), ({"few": 40}, 0.7)):
        classifier = TabularClassifier(**settings, class_weight=weight).fit(X, y)
        assert classifier.predict_proba(X)[:, 0].mean() > least
    assert TabularClassifier(**settings).fit(X, y).predict_proba(X)[:, 0].mean() < 0.3


def test_given_rows_say_which_epoch_is_best():
    X, y = load_iris(return_X_y=True)
    kept, apart = np.arange(150) % 3 != 0, np.arange(150) % 3 == 0
    classifier = TabularClassifier(**QUICK).fit(X[kept], y[kept], X_val=X[apart], y_val=y[apart])
    assert len(classifier.validation_loss_curve_) == classifier.n_iter_ == 40
    assert len(classifier.loss_curve_) == 40
    assert TabularClassifier(**QUICK).fit(X, y).validation_loss_curve_ is None


def test_training_stops_where_validation_rows_find_nothing_better():
    X, y = load_diabetes(return_X_y=True)
    how = QUICK | {"max_iter": 300, "n_iter_no_change": 3, "validation_fraction": 0.2}
    regressor = TabularRegressor(**how).fit(X, y)
    assert regressor.n_iter_ < 300
    assert regressor.network_.origin.validation == 0.2


@pytest.mark.parametrize(
    ("loss", "share"), [("quantile:0.9", 0.9), ("quantile:0.1,0.2", 0.2), ("absolute_error", 0.5)]
)
def test_a_loss_says_what_of_the_target_is_predicted(loss, share):
    X = np.random.RandomState(0).normal(size=(300, 2))
    y = np.random.RandomState(1).exponential(1000, 300)
    regressor = TabularRegressor(loss, 4, weight_decay=10.0, **QUICK).fit(X, y)
    assert np.mean(y < regressor.predict(X)) == pytest.approx(share, abs=0.1)


def test_counts_are_learned_by_poissons_loss(frame):
    y = frame["count"].to_numpy() + 1
    regressor = TabularRegressor("poisson", **QUICK).fit(frame, y)
    assert regressor.predict(frame).min() > 0
    with pytest.raises(ValueError, match="targets that are at least 0, but y holds -"):
        TabularRegressor("poisson", **QUICK).fit(frame, y - 4)


def test_the_defaults_are_those_of_tables():
    X, y = load_iris(return_X_y=True)
    network = TabularClassifier(random_state=3, engine="numpy").fit(X, y).network_
    plan = plan_table(read_table("iris"), table_options(holdout=0.0, seed=3, dtype="float64"))
    assert network.spec == plan.network.spec
    assert network.training == plan.training
    assert "syn0" in network.program()


def test_every_parameter_reaches_the_network():
    X, y = load_iris(return_X_y=True)
    classifier = TabularClassifier(
        (8, 4), "logistic", dropout=0.3, learning_rate_init=0.02, weight_decay=0.2, batch_size=10,
        max_iter=3, label_smoothing=0.1, n_iter_no_change=2, validation_fraction=0.3,
        random_state=7, dtype="float64", engine="numpy",
    ).fit(X, y)  # fmt: skip
    network, training = classifier.network_, classifier.network_.training
    assert network.spec.sizes == (4, 8, 4, 3)
    assert [layer.activation for layer in network.spec.dense] == ["sigmoid", "sigmoid", "softmax"]
    assert [layer.rate for layer in network.spec.layers if hasattr(layer, "rate")] == [0.3, 0.3]
    assert (network.spec.seed, network.spec.dtype, network.engine) == (7, "float64", "numpy")
    assert (training.optimizer.learning_rate, training.optimizer.weight_decay) == (0.02, 0.2)
    assert (training.batch_size, training.epochs, training.patience) == (10, 3, 2)
    assert (training.label_smoothing, network.origin.validation) == (0.1, 0.3)


REFUSED = {
    "one class": ({}, ["a"] * 90, {}, ValueError, "at least two classes, but 'a' is the only"),
    "a missing class": ({}, ["a", None] * 45, {}, ValueError, "y contains NaN or None"),
    "rows and targets": ({}, ["a", "b"], {}, ValueError, "inconsistent numbers of samples"),
    "half the rows for validation": (
        {}, ["a", "b"] * 45, {"y_val": ["a"]}, ValueError, "y_val was given without X_val"),
    "a weight below 0": (
        {}, ["a", "b"] * 45, {"sample_weight": [-1.0] * 90}, ValueError, "no weight is below 0"),
    "no weight": (
        {}, ["a", "b"] * 45, {"sample_weight": [0] * 90}, ValueError, "weights are 0|non-zero"),
    "a class without rows": (
        {"class_weight": {"c": 2}}, ["a", "b"] * 45, {}, ValueError, "the classes are: a, b"),
    "a parameter": ({"dropout": 1.5}, ["a", "b"] * 45, {}, ValueError, "'dropout' parameter"),
    "an activation": ({"activation": "rely"}, ["a", "b"] * 45, {}, ValueError, "relu"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_does_not_fit_is_refused_in_a_sentence(frame, what):
    settings, y, more, error, words = REFUSED[what]
    with pytest.raises(error, match=words):
        TabularClassifier(**{**QUICK, **settings}).fit(frame, y, **more)


def test_unknown_classes_and_infinite_cells_are_named(frame, answers):
    with pytest.raises(ValueError, match="y_val holds 'maybe', but the classes are: no, yes"):
        TabularClassifier(**QUICK).fit(frame, answers, X_val=frame[:2], y_val=["yes", "maybe"])
    with pytest.raises(ValueError, match="column 'height' holds an infinite number"):
        TabularClassifier(**QUICK).fit(frame.assign(height=np.inf), answers)
    with pytest.raises(ValueError, match="finds nothing to learn: y is 3 in every row"):
        TabularRegressor(**QUICK).fit(frame, np.full(90, 3.0))


def test_an_estimator_that_was_not_fitted_says_so(frame):
    with pytest.raises(NotFittedError):
        TabularRegressor().predict(frame)


def test_clones_pickles_and_files_keep_what_they_should(frame, answers, tmp_path):
    classifier = TabularClassifier(**QUICK).fit(frame, answers)
    assert clone(classifier).get_params() == classifier.get_params()
    assert not hasattr(clone(classifier), "network_")
    expected = classifier.predict_proba(frame)
    again = pickle.loads(pickle.dumps(classifier))  # noqa: S301  (our own)
    assert np.array_equal(again.predict_proba(frame), expected)
    classifier.network_.save(tmp_path / "model.safetensors")
    assert load(tmp_path / "model.safetensors").labels(frame).tolist() == answers.tolist()


def test_it_works_within_scikit_learn(frame, answers, numbers):
    grid = GridSearchCV(TabularClassifier(**QUICK), {"hidden_layer_sizes": [64, (32, 32)]}, cv=2)
    assert grid.fit(frame, answers).best_score_ > 0.8
    lower = FunctionTransformer(lambda X: X.rename(columns=str.lower))
    pipeline = make_pipeline(lower, TabularRegressor(**QUICK))
    assert cross_val_score(pipeline, frame, numbers, cv=3).min() > 0.5
    scaled = TransformedTargetRegressor(TabularRegressor(**QUICK), transformer=StandardScaler())
    assert scaled.fit(frame, numbers).score(frame, numbers) > 0.9


@pytest.mark.parametrize(
    ("kinds", "dtype"),
    [
        (("u1",), "float32"),
        (("f4", "i2"), "float32"),
        (("f8",), "float64"),
        (("f4", "i4"), "float64"),
    ],
)
def test_the_precision_is_that_of_the_numbers(kinds, dtype):
    X = pd.DataFrame({kind: np.arange(40).astype(kind) for kind in kinds})
    y = np.arange(40) > 20
    how = {"max_iter": 2, "engine": "numpy"}
    assert TabularClassifier(**how).fit(X, y).network_.spec.dtype == dtype
    assert TabularClassifier(**how, dtype="float32").fit(X, y).network_.spec.dtype == "float32"
