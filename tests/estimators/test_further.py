"""What the estimators can beyond scikit-learn's: each parameter does what its name says."""

import contextlib
import io
import os
import signal
import threading
import warnings
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import make_classification, make_regression
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import balanced_accuracy_score, log_loss, make_scorer, r2_score

import syn0
from syn0 import MLPClassifier, MLPRegressor
from syn0.engines import ENGINES

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.fixture(scope="module")
def classes():
    """(120, 6) inputs, and which of three classes each row is."""
    return make_classification(120, 6, n_informative=5, n_redundant=0, n_classes=3, random_state=0)


@pytest.fixture(scope="module")
def numbers():
    """(120, 6) inputs and targets."""
    X, y = make_regression(120, 6, noise=1, random_state=0)
    return X, y / y.std()


def small(**parameters: Any) -> MLPClassifier:
    how = {"hidden_layer_sizes": (8, 8), "max_iter": 20, "learning_rate_init": 0.01}
    return MLPClassifier(**how | {"random_state": 0} | parameters)


def small_regressor(**parameters: Any) -> MLPRegressor:
    how = {"hidden_layer_sizes": (8, 8), "max_iter": 20, "learning_rate_init": 0.01}
    return MLPRegressor(**how | {"random_state": 0} | parameters)


# Each further parameter.

KNOBS: dict[str, dict[str, Any]] = {
    "an activation for each layer": {"activation": ["gelu", "tanh"]},
    "an activation of syn0's": {"activation": "silu"},
    "adamw": {"solver": "adamw"},
    "rmsprop": {"solver": "rmsprop"},
    "adagrad": {"solver": "adagrad"},
    "cosine": {"learning_rate": "cosine"},
    "one cycle": {"learning_rate": "one_cycle"},
    "steps": {"learning_rate": "step:10,0.1"},
    "exponential": {"learning_rate": "exponential:0.9"},
    "plateau": {"learning_rate": "plateau:3", "learning_rate_init": 0.3},
    "cosine with sgd": {"learning_rate": "cosine", "solver": "sgd"},
    "init": {"init": "he_normal"},
    "dropout": {"dropout": 0.3},
    "input_dropout": {"input_dropout": 0.3},
    "input_noise": {"input_noise": 0.3},
    "batch_norm": {"batch_norm": True},
    "layer_norm": {"layer_norm": True},
    "skip": {"skip": True},
    "l1": {"l1": 3.0},
    "weight_decay": {"weight_decay": 0.5},
    "max_norm": {"max_norm": 0.5},
    "clip_norm": {"clip_norm": 0.01},
    "warm_up": {"warm_up": 10},
}


BATCHES = {"batch_size": 20, "max_iter": 8}


@pytest.fixture(scope="module")
def plain(classes, numbers):
    """What is learned where no further parameter is set, by what makes the estimator."""
    made = {small: classes, small_regressor: numbers}
    return {make: make(**BATCHES).fit(*rows) for make, rows in made.items()}


@pytest.mark.parametrize("knob", KNOBS.values(), ids=KNOBS)
@pytest.mark.parametrize("make", [small, small_regressor], ids=["classifier", "regressor"])
def test_every_further_parameter_changes_what_is_learned_and_still_learns(
    classes, numbers, plain, knob, make
):
    X, y = classes if make is small else numbers
    other = make(**BATCHES | knob).fit(X, y)
    answers = [getattr(est, "predict_proba", est.predict)(X) for est in (plain[make], other)]
    assert not np.allclose(*answers, rtol=1e-3)
    assert other.loss_curve_[-1] < other.loss_curve_[0]
    again = make(**BATCHES | knob).fit(X, y)
    assert np.array_equal(again.predict(X), other.predict(X))


@pytest.mark.parametrize("make", [small, small_regressor], ids=["classifier", "regressor"])
def test_the_further_parameters_tested_here_are_all_there_are(make):
    tested = {name for knob in KNOBS.values() for name in knob} | {
        "scoring", "callbacks", "progress", "dtype", "engine", "threads",  # below
        "device", "matmul_precision",  # of the jax engine: see tests/engines
        "class_weight", "label_smoothing", "scale_target",
    }  # fmt: skip
    further = list(make().get_params(deep=False))
    names = list(vars(make()))
    assert set(names[names.index("max_fun") + 1 :]) <= tested
    assert set(further) == set(names)


def test_l1_and_max_norm_hold_weights_down(classes):
    X, y = classes
    plain = small(max_iter=100).fit(X, y)
    sparse = small(max_iter=100, l1=5.0).fit(X, y)
    assert np.mean(np.abs(sparse.coefs_[0]) < 0.01) > np.mean(np.abs(plain.coefs_[0]) < 0.01) + 0.2
    limited = small(max_iter=100, max_norm=0.5).fit(X, y)
    for coefs in limited.coefs_:
        assert np.linalg.norm(coefs, axis=0).max() <= 0.5 + 1e-9


def test_l1_by_l_bfgs_is_in_the_loss(classes):
    X, y = classes
    plain, sparse = (small(solver="lbfgs", l1=l1).fit(X, y) for l1 in (0.0, 2.0))
    assert np.abs(sparse.coefs_[0]).sum() < np.abs(plain.coefs_[0]).sum()


def test_activations_stand_layer_by_layer_in_the_network(classes):
    estimator = small(activation=("gelu", "logistic")).fit(*classes)
    assert [d.activation for d in estimator.network_.spec.dense] == ["gelu", "sigmoid", "softmax"]


@pytest.mark.parametrize("noisy", [{"dropout": 0.5}, {"input_dropout": 0.5}, {"input_noise": 1.0}])
def test_noise_is_in_training_and_not_in_predictions(classes, noisy):
    X, y = classes
    estimator = small(**noisy).fit(X, y)
    assert np.array_equal(estimator.predict_proba(X), estimator.predict_proba(X))
    seeds = [small(random_state=seed, **noisy).fit(X, y).predict_proba(X) for seed in (0, 0, 1)]
    assert np.array_equal(seeds[0], seeds[1])
    assert not np.allclose(seeds[0], seeds[2])


def test_noise_without_a_seed_or_with_a_shared_generator_differs_from_fit_to_fit(classes):
    state = np.random.RandomState(0)
    curves = [small(dropout=0.3, random_state=s).fit(*classes).loss_curve_ for s in (None, None)]
    shared = [small(dropout=0.3, random_state=state).fit(*classes).loss_curve_ for _ in range(2)]
    assert curves[0] != curves[1]
    assert shared[0] != shared[1]


def test_running_means_of_batch_norm_go_along_in_partial_fits(classes):
    X, y = classes
    how = {"batch_norm": True, "batch_size": 30, "shuffle": False}
    whole = small(max_iter=4, **how).fit(X, y)
    parts = small(**how)
    for _ in range(4):
        parts.partial_fit(X, y, classes=np.unique(y))
    assert np.array_equal(whole.predict_proba(X), parts.predict_proba(X))


# Losses of numbers.


@pytest.fixture
def skewed():
    """(600, 1) inputs and targets around x whose noise is skewed and grows."""
    generator = np.random.RandomState(0)
    x = generator.uniform(0, 2, size=600)
    return x[:, None], x + generator.exponential(0.2 + x)


def test_absolute_error_finds_the_median_and_squared_error_the_mean(skewed):
    X, y = skewed
    grid = np.linspace(0.2, 1.8, 5)
    spread = 0.2 + grid
    how = {"hidden_layer_sizes": (20,), "max_iter": 400, "n_iter_no_change": 100, "batch_size": 100}
    for loss, share in (("absolute_error", np.log(2)), ("squared_error", 1.0)):
        found = small_regressor(loss=loss, **how).fit(X, y).predict(grid[:, None])
        assert found.shape == (5,)
        np.testing.assert_allclose(found, grid + share * spread, atol=0.35)
        np.testing.assert_allclose(found.mean(), (grid + share * spread).mean(), atol=0.12)


@pytest.mark.parametrize("loss", ["absolute_error", "huber", "huber:0.5"])
def test_robust_losses_are_moved_less_by_outliers(numbers, loss):
    X, y = numbers
    spoiled = y.copy()
    spoiled[::20] += 50
    far = {}
    for name in (loss, "squared_error"):
        how = {"loss": name, "max_iter": 200, "scale_target": False}
        estimator = small_regressor(**how).fit(X, spoiled)
        far[name] = np.abs(np.delete(estimator.predict(X) - y, slice(None, None, 20))).mean()
    assert far[loss] < far["squared_error"] / 2


def test_quantiles_cover_their_shares_and_stand_in_order(skewed):
    X, y = skewed
    quantiles = (0.1, 0.5, 0.9)
    estimator = small_regressor(
        loss="quantile:0.1,0.5,0.9", hidden_layer_sizes=(20,), max_iter=300, batch_size=100
    ).fit(X, y)
    found = estimator.predict_quantiles(X)
    assert found.shape == (600, 3)
    for column, quantile in zip(found.T, quantiles, strict=True):
        assert np.mean(y <= column) == pytest.approx(quantile, abs=0.05)
    assert (np.diff(found, axis=1) > 0).mean() > 0.99
    assert np.array_equal(estimator.predict(X), found[:, 1])
    assert estimator.n_outputs_ == 3


def test_the_median_is_predicted_wherever_it_stands_in_the_list(numbers):
    X, y = numbers
    estimator = small_regressor(loss="quantile:0.9,0.45,0.1").fit(X, y)
    assert np.array_equal(estimator.predict(X), estimator.predict_quantiles(X)[:, 1])


def test_only_quantile_losses_know_quantiles(numbers):
    estimator = small_regressor().fit(*numbers)
    with pytest.raises(AttributeError, match=r"loss 'squared_error' knows no quantiles: fit with"):
        estimator.predict_quantiles(numbers[0])


def test_quantiles_of_scaled_targets_are_in_their_own_units(skewed):
    X, y = skewed
    standard = small_regressor(loss="quantile:0.1,0.5,0.9").fit(X, (y - y.mean()) / y.std())
    far = small_regressor(loss="quantile:0.1,0.5,0.9").fit(X, 1e5 + 1e4 * y)
    expected = 1e5 + 1e4 * (standard.predict_quantiles(X) * y.std() + y.mean())
    np.testing.assert_allclose(far.predict_quantiles(X), expected, rtol=1e-6)


# Classes.

WEIGHTS = {
    "balanced": lambda y: len(y) / (3 * np.bincount(y)[y]),
    "by class": lambda y: np.array([1.0, 5.0, 0.5])[y],
}


@pytest.mark.parametrize("solver", ["lbfgs", "adam"])
@pytest.mark.parametrize("kind", WEIGHTS)
def test_weights_of_classes_are_weights_of_their_rows(classes, kind, solver):
    X, y = classes
    y = np.where(np.arange(len(y)) % 3, 0, y)  # rarer classes 1 and 2
    given = "balanced" if kind == "balanced" else {0: 1.0, 1: 5.0, 2: 0.5}
    by_row = small(solver=solver).fit(X, y, sample_weight=WEIGHTS[kind](y))
    by_class = small(solver=solver, class_weight=given).fit(X, y)
    plain = small(solver=solver).fit(X, y)
    assert np.array_equal(by_class.predict_proba(X), by_row.predict_proba(X))
    assert not np.allclose(by_class.predict_proba(X), plain.predict_proba(X), rtol=1e-3)


def test_weights_of_classes_multiply_those_of_rows_and_go_by_names(classes):
    X, y = classes
    names = np.array(["a", "b", "c"])[y]
    weight = np.random.RandomState(0).uniform(0.5, 2, len(y))
    both = small(class_weight={"a": 1, "b": 5, "c": 0.5}).fit(X, names, sample_weight=weight)
    alone = small().fit(X, names, sample_weight=weight * WEIGHTS["by class"](y))
    assert np.array_equal(both.predict_proba(X), alone.predict_proba(X))


def test_balanced_weights_find_rare_classes(classes):
    X, y = make_classification(600, 6, weights=[0.95], class_sep=0.5, flip_y=0, random_state=1)
    scores = [
        balanced_accuracy_score(y, small(class_weight=weight, max_iter=60).fit(X, y).predict(X))
        for weight in (None, "balanced")
    ]
    assert scores[1] > scores[0] + 0.05


def test_smoothed_labels_keep_probabilities_from_their_ends(classes):
    X, y = classes
    plain, smooth = (
        small(label_smoothing=share, max_iter=600).fit(X, y).predict_proba(X) for share in (0, 0.3)
    )
    assert plain.max() > 0.99
    assert smooth.max() < 0.95
    assert np.mean(smooth.argmax(axis=1) == y) > 0.9


# Validation rows of one's own.


@pytest.mark.parametrize("make", [small, small_regressor], ids=["classifier", "regressor"])
def test_given_rows_judge_each_epoch_and_the_best_weights_stay(classes, numbers, make):
    X, y = classes if make is small else numbers
    estimator = make(n_iter_no_change=5, max_iter=300, learning_rate_init=0.05)
    estimator.fit(X[:60], y[:60], X_val=X[60:], y_val=y[60:])
    scores = estimator.validation_scores_
    assert len(scores) == estimator.n_iter_ < 300
    assert estimator.best_validation_score_ == max(scores)
    assert estimator.score(X[60:], y[60:]) == pytest.approx(max(scores), rel=1e-12)
    best = make(max_iter=int(np.argmax(scores)) + 1, learning_rate_init=0.05).fit(X[:60], y[:60])
    np.testing.assert_allclose(estimator.coefs_[0], best.coefs_[0], rtol=1e-12)


def test_given_rows_take_the_place_of_rows_set_apart(classes):
    X, y = classes
    given = small(early_stopping=True).fit(X[:60], y[:60], X_val=X[60:], y_val=y[60:])
    alone = small().fit(X[:60], y[:60], X_val=X[60:], y_val=y[60:])
    assert np.array_equal(given.coefs_[0], alone.coefs_[0])
    assert given.t_ == 60 * given.n_iter_


def test_given_rows_may_have_names_and_columns(classes):
    pandas = pytest.importorskip("pandas")
    X, y = pandas.DataFrame(classes[0]).rename(columns=str), np.array(["a", "b", "c"])[classes[1]]
    estimator = small().fit(X[:60], y[:60], X_val=X[60:], y_val=pandas.Series(y[60:]))
    assert estimator.best_validation_score_ > 0.4
    with pytest.raises(ValueError, match="feature names"):
        estimator.fit(X[:60], y[:60], X_val=X[60:].rename(columns={"0": "z"}), y_val=y[60:])


SCORINGS = {
    "a name": ("neg_log_loss", lambda y, shares: -log_loss(y, shares)),
    "a scorer": (
        make_scorer(log_loss, response_method="predict_proba", greater_is_better=False),
        lambda y, shares: -log_loss(y, shares),
    ),
    "a function": (
        lambda est, X, y: -log_loss(y, est.predict_proba(X)),
        lambda y, shares: -log_loss(y, shares),
    ),
}


@pytest.mark.parametrize(("scoring", "by_hand"), SCORINGS.values(), ids=SCORINGS)
def test_any_score_judges_the_rows_apart(classes, scoring, by_hand):
    X, y = classes
    how = {"scoring": scoring, "learning_rate_init": 0.05, "max_iter": 300}
    estimator = small(**how).fit(X[:60], y[:60], X_val=X[60:], y_val=y[60:])
    assert max(estimator.validation_scores_) == estimator.best_validation_score_
    found = by_hand(y[60:], estimator.predict_proba(X[60:]))
    assert found == pytest.approx(estimator.best_validation_score_, rel=1e-9)
    assert estimator.n_iter_ < 300


@pytest.mark.parametrize("scoring", ["neg_mean_absolute_error", "r2"])
def test_scores_of_numbers_are_taken_in_their_own_units(numbers, scoring):
    X, y = numbers[0], 1e5 + 1e4 * numbers[1]
    estimator = small_regressor(scoring=scoring, early_stopping=True, max_iter=100).fit(X, y)
    if scoring == "r2":
        assert 0.3 < estimator.best_validation_score_ < 1
    else:
        assert -1e4 < estimator.best_validation_score_ < -100


# Callbacks of one's own.


@pytest.mark.parametrize("solver", ["lbfgs", "sgd", "adam", "adamw"])
def test_a_callback_sees_an_estimator_that_predicts_and_stops_by_a_true_answer(classes, solver):
    X, y = classes
    shares, losses = [], []

    def look(estimator, report):
        shares.append(estimator.predict_proba(X))
        losses.append(report.loss)
        return len(shares) == 4

    estimator = small(solver=solver, callbacks=[look]).fit(X, y)
    assert estimator.n_iter_ == len(shares) == 4
    for number, seen in enumerate(shares, 1):
        shorter = small(solver=solver, max_iter=number).fit(X, y)
        np.testing.assert_allclose(seen, shorter.predict_proba(X), rtol=1e-12)
    assert losses == estimator.loss_curve_[:4]


def test_all_callbacks_are_asked_and_none_stops_by_nothing(classes):
    seen: list[str] = []
    callbacks = [lambda *_: seen.append("a"), lambda est, _: seen.append("b") or est.n_iter_ == 2]
    estimator = small(callbacks=callbacks).fit(*classes)
    assert estimator.n_iter_ == 2
    assert seen == ["a", "b"] * 2


def test_a_stop_by_a_callback_with_rows_apart_keeps_the_best_weights(classes):
    X, y = classes
    estimator = small(
        callbacks=[lambda est, _: est.n_iter_ == 7], early_stopping=True, learning_rate_init=0.1
    ).fit(X, y)
    assert estimator.n_iter_ == len(estimator.validation_scores_) == 7
    best = int(np.argmax(estimator.validation_scores_)) + 1
    how = {"early_stopping": True, "learning_rate_init": 0.1}
    assert np.array_equal(small(max_iter=best, **how).fit(X, y).coefs_[0], estimator.coefs_[0])


def test_what_a_callback_raises_gets_through_and_leaves_what_was_learned(classes):
    X, y = classes

    def fail(estimator, _):
        if estimator.n_iter_ == 3:
            raise RuntimeError("no disk")

    estimator = small(callbacks=[fail])
    with pytest.raises(RuntimeError, match="no disk"):
        estimator.fit(X, y)
    assert np.array_equal(estimator.coefs_[0], small(max_iter=3).fit(X, y).coefs_[0])


# Number types, engines, threads.


@pytest.mark.parametrize("solver", ["lbfgs", "adam"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtype_says_what_is_computed_in_whatever_the_inputs_are(classes, dtype, solver):
    X, y = classes
    one, other = (
        small(dtype=dtype, solver=solver).fit(X.astype(given), y)
        for given in ("float32", "float64")
    )
    for estimator in (one, other):
        assert all(array.dtype == dtype for array in estimator.coefs_ + estimator.intercepts_)
        assert estimator.predict_proba(X).dtype == dtype
    if dtype == "float32":  # the same numbers came in
        assert np.array_equal(one.coefs_[0], other.coefs_[0])


@pytest.mark.needs_compiler
@pytest.mark.parametrize("how", [
    {"dropout": 0.2, "batch_norm": True, "class_weight": "balanced"},
    {"solver": "adamw", "learning_rate": "cosine", "early_stopping": True}, {"dtype": "float32"},
], ids=str)  # fmt: skip
def test_engines_learn_the_same_but_for_rounding(classes, quick_compiler, how):
    X, y = classes
    fitted = [small(engine=engine, batch_size=20, **how).fit(X, y) for engine in ENGINES]
    assert [estimator.network_.engine for estimator in fitted] == list(ENGINES)
    rtol = 1e-2 if "dtype" in how else 1e-7
    first = fitted[0].predict_proba(X)
    for estimator in fitted[1:]:
        np.testing.assert_allclose(estimator.predict_proba(X), first, rtol=rtol)


@pytest.mark.needs_compiler
def test_threads_change_nothing_but_rounding(classes, quick_compiler):
    X, y = classes
    one, two = (small(engine="native", threads=n).fit(X, y) for n in (1, 2))
    np.testing.assert_allclose(one.predict_proba(X), two.predict_proba(X), rtol=1e-9)


def test_progress_is_silent_unless_asked_for(classes, capsys):
    small().fit(*classes)
    printed = capsys.readouterr()
    assert printed.out == printed.err == ""


# Targets far from 0.

SPREADS = {
    "normal": lambda generator, n: generator.normal(size=(n, 1)),
    "-3 to 3": lambda generator, n: generator.uniform(-3, 3, size=(n, 1)),
    "log-normal": lambda generator, n: np.exp(generator.normal(size=(n, 1))),
    "0 and 1": lambda generator, n: generator.randint(2, size=(n, 3)).astype(float),
    "one column of five": lambda generator, n: generator.normal(size=(n, 5)),
}


@pytest.mark.parametrize("rows", [100, 150, 300, 1000])
@pytest.mark.parametrize("spread", SPREADS.values(), ids=SPREADS)
def test_a_target_far_from_0_is_learned_with_default_parameters(spread, rows):
    X = spread(np.random.RandomState(1), rows)
    y = 1e4 + 1e3 * X[:, 0]
    estimator = MLPRegressor(random_state=0).fit(X, y)
    assert r2_score(y, estimator.predict(X)) >= 0.99


def test_scaling_is_done_where_it_is_asked_for_and_where_targets_are_far(numbers):
    X, y = numbers
    near, far = y, 1e4 + 1e3 * y
    for asked, target, scaled in [
        ("auto", near, False), ("auto", far, True), ("auto", -far, True), (True, near, True),
        (False, far, False),
    ]:  # fmt: skip
        estimator = small_regressor(scale_target=asked).fit(X, target)
        standard = small_regressor(scale_target=False).fit(
            X, (target - target.mean()) / target.std()
        )
        same = np.allclose(estimator.coefs_[0], standard.coefs_[0], rtol=1e-9)
        assert same == scaled, (asked, scaled)
        if scaled:
            own = standard.predict(X) * target.std() + target.mean()
            np.testing.assert_allclose(estimator.predict(X), own, rtol=1e-9)


def test_scaling_is_one_for_each_column_and_stays_in_partial_fits(numbers):
    X, y = numbers
    both = np.column_stack([y, 1e5 + 1e4 * y])
    estimator = small_regressor(max_iter=200).fit(X, both)
    assert r2_score(both, estimator.predict(X), multioutput="raw_values").min() > 0.8
    estimator = small_regressor()
    estimator.partial_fit(X, 1e4 + 1e3 * y)
    before = estimator.predict(X)
    estimator.partial_fit(X[:5], 1e4 + 1e3 * y[:5])
    np.testing.assert_allclose(estimator.predict(X), before, rtol=0.02)


def test_a_target_that_does_not_vary_is_predicted(numbers):
    X, _ = numbers
    estimator = MLPRegressor(max_iter=50, random_state=0).fit(X, np.full(len(X), 12345.0))
    np.testing.assert_allclose(estimator.predict(X), 12345, atol=1)


def test_counts_are_never_scaled(numbers):
    X, _ = numbers
    y = np.random.RandomState(0).poisson(5000 * np.exp(0.1 * X[:, 0]))
    estimator = small_regressor(loss="poisson", max_iter=5).fit(X, y)
    assert (estimator.predict(X) > 0).all()
    assert estimator.out_activation_ == "exp"


# Reading the network.


def test_hidden_layers_are_features_from_the_first_or_the_last(classes):
    X, y = classes
    estimator = small(hidden_layer_sizes=(7, 4), activation="tanh").fit(X, y)
    first = np.tanh(X @ estimator.coefs_[0] + estimator.intercepts_[0])
    second = np.tanh(first @ estimator.coefs_[1] + estimator.intercepts_[1])
    for layer, expected in ((1, first), (2, second), (-1, second), (-2, first)):
        np.testing.assert_allclose(estimator.transform(X, layer=layer), expected, rtol=1e-12)
    assert np.array_equal(estimator.transform(X), estimator.transform(X, layer=-1))


@pytest.mark.parametrize("layer", [0, 3, -3])
def test_a_layer_that_is_not_there_says_which_are(classes, layer):
    estimator = small().fit(*classes)
    with pytest.raises(ValueError, match=rf"no hidden layer {layer}: .* has 2, 1 to 2, or -1 to"):
        estimator.transform(classes[0], layer=layer)


def test_the_summary_lists_layers_and_counts_what_is_learned(classes):
    estimator = small(batch_norm=True).fit(*classes)
    text = estimator.summary()
    learned = sum(a.size for a in estimator.coefs_ + estimator.intercepts_) + 4 * 8
    assert "relu" in text
    assert "softmax" in text
    assert str(learned) in text


def test_the_network_predicts_what_the_estimator_does(classes, tmp_path):
    X, y = classes
    estimator = small().fit(X, y)
    assert np.array_equal(estimator.network_.predict(X), estimator.predict_proba(X))
    estimator.network_.save(tmp_path / "net.syn0")
    assert np.array_equal(syn0.load(tmp_path / "net.syn0").predict(X), estimator.predict_proba(X))


def run(text: str) -> dict[str, Any]:
    """The names that a program's text binds."""
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(text, "net.py", "exec"), names)  # noqa: S102  (this is what the text is for)
    return names


PROGRAMS: dict[str, dict[str, Any]] = {
    "adam": {}, "sgd": {"solver": "sgd"}, "adamw": {"solver": "adamw"},
    "lbfgs": {"solver": "lbfgs", "max_iter": 5}, "in order": {"shuffle": False},
    "dropout": {"dropout": 0.2, "batch_norm": True}, "float32": {"dtype": "float32"},
    "cosine": {"learning_rate": "cosine"}, "smoothed labels": {"label_smoothing": 0.1},
}  # fmt: skip


@pytest.mark.parametrize(("name", "count"), [
    *((name, 3) for name in PROGRAMS), ("adam", 2), ("smoothed labels", 2)
])  # fmt: skip
def test_the_program_learns_what_the_estimator_learned(classes, name, count):
    (X, y), how = classes, PROGRAMS[name]
    targets = np.eye(3)[y] if count == 3 else (y[:, None] == 2).astype(float)
    estimator = small(batch_size=16, **how).fit(X, y if count == 3 else y == 2)
    names = run(estimator.network_.program(data=(X, targets)))
    for k, (coefs, intercepts) in enumerate(
        zip(estimator.coefs_, estimator.intercepts_, strict=True)
    ):
        assert np.array_equal(names[f"syn{k}"], coefs)
        assert np.array_equal(names[f"bias{k}"], intercepts)


def test_the_program_runs_as_it_is_and_comes_in_other_languages(classes):
    estimator = small().fit(*classes)
    assert run(estimator.program())["syn0"].shape == (6, 8)
    assert "int main(" in estimator.program("c")
    with pytest.raises(ValueError, match="unknown language 'fortran'; choose from: numpy"):
        estimator.program("fortran")


# What ends training early.


@pytest.mark.filterwarnings("ignore:Training interrupted")
@pytest.mark.parametrize("solver", ["lbfgs", "sgd", "adam"])
def test_ctrl_c_keeps_what_was_learned_and_warns(classes, ctrl_c, solver):
    X, y = classes
    estimator = small(solver=solver, callbacks=[ctrl_c(3)], max_iter=1000)
    with pytest.warns(UserWarning, match="Training interrupted by user"):
        estimator.fit(X, y)
    assert estimator.n_iter_ in (3, 4)  # an epoch that has begun may be finished
    assert len(estimator.loss_curve_) in (3, 4)
    shorter = small(solver=solver, max_iter=3).fit(X, y)
    gap = np.abs(estimator.coefs_[0] - shorter.coefs_[0]).max()
    assert (
        gap < np.abs(small(solver=solver, max_iter=9).fit(X, y).coefs_[0] - shorter.coefs_[0]).max()
    )
    estimator.set_params(callbacks=None, warm_start=True, max_iter=2).fit(X, y)


@pytest.mark.filterwarnings("ignore:Training interrupted")
def test_ctrl_c_in_the_midst_of_long_training_stops_it_soon(classes, ctrl_c):
    X, y = classes
    timer = threading.Timer(0.1, os.kill, [os.getpid(), signal.SIGINT])

    def begun(estimator, report):
        if len(estimator.loss_curve_) == 1:
            timer.start()

    estimator = small(max_iter=10**7, n_iter_no_change=np.inf, engine="numpy", callbacks=[begun])
    with pytest.warns(UserWarning, match="Training interrupted by user"):
        estimator.fit(X, y)
    timer.join()
    assert 0 < estimator.n_iter_ < 10**6
    assert len(estimator.loss_curve_) == estimator.n_iter_
    assert estimator.predict_proba(X).shape == (120, 3)


@pytest.mark.filterwarnings("ignore:Training interrupted")
def test_ctrl_c_with_rows_apart_keeps_the_best_weights(classes, ctrl_c):
    X, y = classes
    how = {"early_stopping": True, "learning_rate_init": 0.1, "n_iter_no_change": 100}
    estimator = small(callbacks=[ctrl_c(6)], max_iter=1000, **how).fit(X, y)
    best = int(np.argmax(estimator.validation_scores_)) + 1
    assert np.array_equal(small(max_iter=best, **how).fit(X, y).coefs_[0], estimator.coefs_[0])


@pytest.mark.parametrize("make", [small, small_regressor], ids=["classifier", "regressor"])
def test_training_that_diverges_says_where_why_and_what_to_do(classes, numbers, make):
    X, y = classes if make is small else numbers
    estimator = make(solver="sgd", learning_rate_init=1e30, activation="relu")
    with pytest.raises(ValueError, match="Solver produced non-finite parameter weights") as raised:
        estimator.fit(X, y)
    for words in ("training stopped at step", "learning rate of 1e+30 is too high: try"):
        assert words in str(raised.value)
    assert all(np.isfinite(coefs).all() for coefs in estimator.coefs_)


def test_training_that_diverges_with_rows_apart_warns_and_keeps_the_best(numbers):
    X, y = numbers
    estimator = small_regressor(solver="sgd", learning_rate_init=1e30, early_stopping=True)
    with pytest.warns(ConvergenceWarning, match=r"training stopped .* keeps its best") as caught:
        estimator.fit(X, y)
    assert caught[0].filename == __file__
    assert np.isnan(estimator.validation_scores_[-1])
    assert np.isfinite(estimator.predict(X)).all()


@pytest.mark.filterwarnings("default::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(("how", "words"), [
    ({"max_iter": 3}, r"Maximum iterations \(3\) reached"),
    ({"solver": "lbfgs", "max_iter": 3}, r"failed to converge .* reached max_iter=3"),
    ({"solver": "lbfgs", "max_fun": 4}, r"failed to converge .* reached max_fun=4"),
], ids=str)  # fmt: skip
def test_training_that_reaches_its_limit_warns(classes, how, words):
    with pytest.warns(ConvergenceWarning, match=words) as caught:
        small(**how).fit(*classes)
    assert len(caught) == 1
    assert caught[0].filename == __file__


def test_training_that_found_its_end_warns_of_nothing(classes):
    X, y = classes
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        small(tol=0.5, n_iter_no_change=2).fit(X, y)
        small().partial_fit(X, y, classes=[0, 1, 2])
        small(solver="lbfgs", max_iter=5000, alpha=1.0, engine="numpy").fit(X, y)
        small(callbacks=[lambda *_: True]).fit(X, y)


def test_a_batch_larger_than_the_rows_is_all_of_them_and_warned_of(classes):
    X, y = classes
    with pytest.warns(UserWarning, match="batch_size=500 is more than the 120 rows") as caught:
        estimator = small(batch_size=500).fit(X, y)
    assert caught[0].filename == __file__
    assert np.array_equal(estimator.coefs_[0], small(batch_size=120).fit(X, y).coefs_[0])


def test_a_batch_whose_rows_count_nothing_does_no_harm(classes):
    """scikit-learn divides by 0 there."""
    X, y = classes
    weight = np.repeat([1.0, 0.0, 2.0], 40)
    for solver in ("sgd", "adam"):
        estimator = small(solver=solver, shuffle=False, batch_size=40).fit(X, y, weight)
        assert estimator.loss_curve_[-1] < estimator.loss_curve_[0] < 10


def test_a_clone_of_every_parameter_fits(classes):
    everything = {name: value for knob in KNOBS.values() for name, value in knob.items()}
    everything |= {"solver": "adamw", "layer_norm": False}
    estimator = clone(small(**everything))
    assert np.isfinite(estimator.fit(*classes).loss_)
