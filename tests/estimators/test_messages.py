"""A mistake of the user's is told in one sentence that names what is wrong and what to do."""

import re
from typing import Any

import numpy as np
import pandas as pd
import polars
import pytest
from scipy import sparse

from syn0 import MLPClassifier, MLPRegressor
from tests.together import Together

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

ROWS = 60
X = np.random.RandomState(0).normal(size=(ROWS, 3))
Y = (X[:, 0] > 0).astype(int)
NUMBERS = X[:, 0]


def classifier(**parameters: Any) -> MLPClassifier:
    return MLPClassifier(**{"hidden_layer_sizes": (5,), "max_iter": 2} | parameters)


def regressor(**parameters: Any) -> MLPRegressor:
    return MLPRegressor(**{"hidden_layer_sizes": (5,), "max_iter": 2} | parameters)


def message(call: Any, *arguments: Any, **named: Any) -> str:
    """What a call is refused with, which is one sentence in one line."""
    with pytest.raises((ValueError, TypeError)) as raised:
        call(*arguments, **named)
    text = str(raised.value)
    assert "\n" not in text
    assert not text.endswith(".")
    assert len(text) < 400
    return text


# Text among the inputs.


def with_text(kind: str) -> Any:
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    town = ["Rome", "Oslo"] * (ROWS // 2)
    if kind == "pandas":
        return frame.assign(town=town)
    if kind == "categories":
        return frame.assign(town=pd.Categorical(town))
    if kind == "polars":
        return polars.DataFrame({**{name: frame[name].to_numpy() for name in frame}, "town": town})
    array = np.column_stack([X.astype(object), town])
    return array.tolist() if kind == "lists" else array


FRAMES = ("pandas", "categories", "polars")
FORMS = (*FRAMES, "array", "lists")


@pytest.mark.parametrize("kind", FORMS)
@pytest.mark.parametrize(
    ("make", "encoding"), [(classifier, "TabularClassifier"), (regressor, "TabularRegressor")]
)
def test_text_in_inputs_names_its_columns_and_what_takes_it(kind, make, encoding):
    text = message(make().fit, with_text(kind), Y)
    column = "'town'" if kind in FRAMES else "3"
    assert f"X holds text in column {column} (such as 'Rome')" in text
    assert "OneHotEncoder" in text
    assert encoding in text


@pytest.mark.parametrize("method", ["predict", "predict_proba", "transform", "score"])
@pytest.mark.parametrize("kind", ["pandas", "array"])
def test_text_is_named_after_training_too(kind, method):
    known = with_text(kind)
    numbers = known.assign(town=1.0) if kind == "pandas" else np.column_stack([X, X[:, 0]])
    estimator = classifier().fit(numbers, Y)
    arguments = (known, Y) if method == "score" else (known,)
    assert "X holds text in column" in message(getattr(estimator, method), *arguments)


def test_text_is_named_in_partial_fits_and_validation_rows():
    array = with_text("array")
    assert "text in column 3" in message(classifier().partial_fit, array, Y, classes=[0, 1])
    assert "text in column 0 (such as 'x')" in message(
        classifier().fit, X, Y, X_val=[["x", 1, 2]], y_val=[0]
    )


def test_many_columns_of_text_are_not_all_listed():
    frame = with_text("pandas").assign(u="x", v="y", w="z")
    assert "columns 'town' (such as 'Rome'), 'u' (such as 'x'), 'v' (such as 'y') and 1 more" in (
        message(regressor().fit, frame, Y)
    )


def test_numbers_written_as_text_are_numbers():
    written = classifier(random_state=0).fit(X.astype(str), Y)
    assert np.array_equal(written.coefs_[0], classifier(random_state=0).fit(X, Y).coefs_[0])


def test_other_faults_of_inputs_stay_in_scikit_learns_words():
    broken = X.copy()
    broken[3, 1] = np.nan
    for make in (classifier, regressor):
        with pytest.raises(ValueError, match="Input X contains NaN"):
            make().fit(broken, Y)
    with pytest.raises(ValueError, match="X has 2 features, but MLPClassifier is expecting 3"):
        classifier().fit(X, Y).predict(X[:, :2])
    with pytest.raises(ValueError, match="Expected 2D array, got 1D array"):
        classifier().fit(X, Y).predict(X[0])


# Targets.


@pytest.mark.parametrize("targets", [NUMBERS, X], ids=["one column", "several"])
@pytest.mark.parametrize("partial", [False, True])
def test_numbers_as_labels_are_shown_by_a_few_of_them(targets, partial):
    many = np.tile(targets, (20, 1) if targets.ndim > 1 else 20)
    estimator = classifier()
    if partial:
        estimator.partial_fit(np.tile(X, (20, 1)), np.tile(Y, 20), classes=[0, 1])
    text = message(estimator.partial_fit if partial else estimator.fit, np.tile(X, (20, 1)), many)
    assert re.search(r"y holds numbers such as -\d\.\d+, -\d\.\d+, -\d\.\d+, as", text)
    assert "use MLPRegressor, or bin y into classes" in text


@pytest.mark.parametrize("labels", [["a", "b"], np.array(["a", "b"], dtype=object)], ids=type)
def test_text_as_numbers_is_shown_and_sent_to_the_classifier(labels):
    text = message(regressor().fit, X, np.tile(labels, ROWS // 2))
    assert text.startswith("y holds text such as 'a', but MLPRegressor learns numbers: use")
    assert "MLPClassifier" in text


def test_numbers_written_as_text_are_targets():
    written = regressor(random_state=0).fit(X, Y.astype(str))
    assert np.array_equal(written.coefs_[0], regressor(random_state=0).fit(X, Y).coefs_[0])


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_poisson_refuses_numbers_below_0_and_shows_one(method):
    text = message(getattr(regressor(loss="poisson"), method), X, NUMBERS)
    assert re.search(r"loss 'poisson' needs targets that are at least 0, but y holds -\d", text)


@pytest.mark.parametrize("loss", ["quantile:0.1,0.9", "quantile:0.5"])
def test_quantiles_are_of_one_target(loss):
    text = message(regressor(loss=loss).fit, X, X[:, :2])
    assert text == f"loss {loss!r} learns a single target, but y has 2"


# Weights.


@pytest.mark.parametrize("make", [classifier, regressor])
def test_weights_that_are_all_0_or_of_another_number_are_refused(make):
    with pytest.raises(ValueError, match="must contain at least one non-zero"):
        make().fit(X, Y, sample_weight=np.zeros(ROWS))
    assert "(9,), expected (60,)" in message_of_scikit_learn(make().fit, X, Y, np.ones(9))


def message_of_scikit_learn(call: Any, *arguments: Any) -> str:
    with pytest.raises(ValueError) as raised:  # noqa: PT011  (the caller looks at it)
        call(*arguments)
    return str(raised.value)


def test_weights_of_classes_that_are_all_0_are_refused():
    text = message(classifier(class_weight={0: 0, 1: 0}).fit, X, Y)
    assert text == "no row counts: with class_weight all weights of rows are 0"


def test_a_class_without_a_weight_is_named():
    assert "[1]" in message(classifier(class_weight={0: 1, 7: 2}).fit, X, Y)


# Going on from where training stands.

OTHERS: dict[str, dict[str, Any]] = {
    "wider": {"hidden_layer_sizes": (6,)},
    "deeper": {"hidden_layer_sizes": (5, 5)},
    "none": {"hidden_layer_sizes": ()},
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_other_hidden_layers_are_refused_and_the_present_ones_stay(other, method):
    estimator = classifier(warm_start=True).fit(X, Y)
    before = estimator.predict_proba(X)
    estimator.set_params(**other)
    text = message(getattr(estimator, method), X, Y)
    assert re.search(r"present weights syn\d have shape .* parameters ask for", text)
    assert "warm_start=False" in text
    assert np.array_equal(estimator.predict_proba(X), before)
    estimator.set_params(hidden_layer_sizes=(5,)).fit(X, Y)
    estimator.set_params(warm_start=False, **other).fit(X, Y)


def test_another_number_of_targets_is_refused():
    estimator = regressor(warm_start=True).fit(X, Y)
    assert "present weights syn1 have shape (5, 1)" in message(estimator.fit, X, X[:, :2])


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_other_classes_are_refused_in_scikit_learns_words(method):
    estimator = classifier(warm_start=method == "fit").fit(X, Y)
    with pytest.raises(ValueError, match=r"\[5 6\]"):
        getattr(estimator, method)(X, Y + 5)


def test_weights_set_to_another_shape_are_refused():
    estimator = classifier().fit(X, Y)
    estimator.coefs_ = [np.ones((2, 2)), np.ones((2, 1))]
    text = message(estimator.predict, X)
    assert "present weights syn0 have shape (2, 2), but the parameters ask for (3, 5)" in text


# Validation rows.

GIVEN: dict[str, tuple[dict[str, Any], str]] = {
    "rows alone": ({"X_val": X}, "X_val was given without y_val: give both, or neither"),
    "targets alone": ({"y_val": Y}, "y_val was given without X_val: give both, or neither"),
    "of other lengths": ({"X_val": X, "y_val": Y[:9]}, "X_val has 60 rows, but y_val has 9"),
    "too many targets": ({"X_val": X, "y_val": X[:, :2]}, "y_val has 2 columns, but y has 1"),
}


@pytest.mark.parametrize(("given", "words"), GIVEN.values(), ids=GIVEN)
@pytest.mark.parametrize("make", [classifier, regressor])
def test_validation_rows_that_do_not_fit_are_refused(make, given, words):
    assert message(make().fit, X, Y, **given) == words


def test_validation_rows_of_other_classes_are_refused():
    for labels, shown in ((Y + 1, "[2]"), (np.where(Y, "a", "b"), "['a', 'b']")):
        text = message(classifier().fit, X, Y, X_val=X, y_val=labels)
        assert text == f"y_val holds classes that y does not: {shown}"


def test_validation_targets_that_are_no_numbers_are_refused_before_training():
    with pytest.raises(ValueError, match="Input y_val contains NaN"):
        regressor().fit(X, NUMBERS, X_val=X, y_val=np.full(ROWS, np.nan))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.DataConversionWarning")
@pytest.mark.parametrize("make", [classifier, regressor])
def test_a_column_of_validation_targets_is_as_good_as_a_row_of_them(make):
    flat, column = (make(random_state=0).fit(X, Y, X_val=X, y_val=y) for y in (Y, Y[:, None]))
    assert flat.validation_scores_ == column.validation_scores_


def test_l_bfgs_takes_no_validation_rows():
    text = message(classifier(solver="lbfgs").fit, X, Y, X_val=X, y_val=Y)
    assert text == "solver 'lbfgs' takes no validation rows: it stops by its gradient"


# Parameters.

ALLOWED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "activation": ({"activation": "rleu"}, ["did you mean 'relu'?", "logistic, sigmoid, tanh"]),
    "one of several activations": (
        {"hidden_layer_sizes": (4, 4), "activation": ["relu", "tnah"]},
        ["unknown activation 'tnah'; did you mean 'tanh'?", "gelu"],
    ),
    "schedule": (
        {"learning_rate": "cosin"},
        ["unknown learning_rate 'cosin'; did you mean 'cosine'?", "one_cycle", "invscaling"],
    ),
    "schedule of another solver": (
        {"learning_rate": "cosin", "solver": "lbfgs"}, ["unknown learning_rate 'cosin'"]
    ),
    "an inner schedule": ({"learning_rate": "by_epoch"}, ["unknown learning_rate", "adaptive"]),
    "a number of a schedule": ({"learning_rate": "step:0"}, ["step:0", "at least 1"]),
    "init": ({"init": "he"}, ["unknown init 'he'", "he_uniform", "orthogonal"]),
    "solver": ({"solver": "adm"}, ["'solver'", "'adamw'", "'lbfgs'", "'adm'"]),
    "dtype": ({"dtype": "float16"}, ["'dtype'", "'float32'", "'float16'"]),
    "engine": ({"engine": "gpu"}, ["'engine'", "'auto'", "'native'", "'numpy'", "'gpu'"]),
    "dropout": ({"dropout": 1.0}, ["'dropout'", "[0.0, 1.0)", "1.0"]),
    "both norms": ({"batch_norm": True, "layer_norm": True}, ["choose one of them"]),
    "what L-BFGS cannot": (
        {"solver": "lbfgs", "dropout": 0.5}, ["L-BFGS needs the same loss", "leave the layer out"]
    ),
    "too many activations": (
        {"activation": ["relu", "tanh"]},
        ["activation has 2 entries, but hidden_layer_sizes has 1", "or one for each"],
    ),
    "too few activations": (
        {"hidden_layer_sizes": (4, 4, 4), "activation": ["relu", "tanh"]},
        ["activation has 2 entries, but hidden_layer_sizes has 3"],
    ),
    "callbacks": ({"callbacks": [3]}, ["list of functions", "callback(estimator, report)", "[3]"]),
    "hidden layers": ({"hidden_layer_sizes": (4, 0)}, ["hidden_layer_sizes must be > 0", "[4, 0]"]),
    "halves of units": ({"hidden_layer_sizes": (4.5,)}, ["units must be a whole number, not 4.5"]),
}  # fmt: skip


@pytest.mark.parametrize("make", [classifier, regressor])
def test_a_parameter_that_is_not_allowed_says_what_is(make):
    with Together() as together:
        for what, (given, words) in ALLOWED.items():
            with together(what):
                with pytest.raises((ValueError, TypeError)) as raised:
                    make(**given).fit(X, Y)
                for word in words:
                    assert word in str(raised.value)
                assert "\n" not in str(raised.value)


@pytest.mark.parametrize("loss", ["squared", "cross_entropy", "hinge", "mean_squared_error:3"])
def test_a_regressors_losses_are_those_of_numbers(loss):
    text = message(regressor(loss=loss).fit, X, NUMBERS)
    assert f"unknown loss {loss.partition(':')[0]!r}" in text
    assert text.endswith(": squared_error, absolute_error, huber, quantile, poisson")


@pytest.mark.parametrize("make", [classifier, regressor])
def test_a_score_that_does_not_exist_is_named(make):
    with pytest.raises(ValueError, match="'acuracy' is not a valid scoring value"):
        make(scoring="acuracy", early_stopping=True).fit(X, Y)


def test_what_a_partial_fit_cannot_do_is_refused():
    text = message_of_scikit_learn(classifier(early_stopping=True).partial_fit, X, Y, None, [0, 1])
    assert text == "partial_fit does not support early_stopping=True"
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        classifier().partial_fit(X, Y)
    assert not hasattr(classifier(solver="lbfgs"), "partial_fit")


@pytest.mark.parametrize("zone", [None, "Europe/Rome"])
def test_dates_are_named_and_what_to_make_of_them(zone):
    days = pd.date_range("2020-01-05", periods=ROWS, tz=zone)
    text = message(classifier().fit, pd.DataFrame({"a": NUMBERS, "day": days}), Y)
    assert re.search(r"dates or times in column 'day' \(such as '2020-01-05", text)
    assert "days since the first one" in text


@pytest.mark.parametrize("layer", ["first", 1.0, True, None])
def test_a_layer_that_is_no_whole_number(layer):
    fitted = classifier().fit(X, Y)
    assert "layer must be a whole number" in message(fitted.transform, X, layer)


def test_sparse_text_is_not_looked_for():
    with pytest.raises(ValueError, match="Input X contains NaN"):
        classifier().fit(sparse.csr_array(np.full((ROWS, 2), np.nan)), Y)
