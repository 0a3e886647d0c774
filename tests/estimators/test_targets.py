"""Any y that a user may have is learned, with classes in the user's own type, or one sentence says
what is wrong with it: each type of values by each estimator (issue 12, B19 and A13)."""

import datetime as dt
import enum
import re
import warnings
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest

from syn0 import MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor, load
from tests.together import Together

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore:X has feature names"),
]

CLASSIFIERS = {"MLP": MLPClassifier, "Tabular": TabularClassifier}
REGRESSORS = {"MLP": MLPRegressor, "Tabular": TabularRegressor}
by_each_classifier = pytest.mark.parametrize("kind", CLASSIFIERS.values(), ids=CLASSIFIERS)
by_each_regressor = pytest.mark.parametrize("kind", REGRESSORS.values(), ids=REGRESSORS)

X = np.random.default_rng(0).normal(size=(40, 3))
YES = X[:, 0] > 0
OLD, NEW = dt.date(2020, 1, 2), dt.date(2021, 3, 4)


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


def objects(yes, no, first=None):
    """Python's own objects, one a row."""
    made = np.empty(len(X), object)
    made[:] = [yes if row else no for row in YES]
    if first is not None:
        made[0] = first[0]
    return made


def texts():
    return np.where(YES, "x", "y")


def missing(values):
    return [None, *list(values)[1:]]


def fitted(kind, y, X=X, **parameters):
    return kind(random_state=0, max_iter=2, **parameters).fit(X, y)


LABELS = {
    "objects of bools": (objects(True, False), [False, True]),
    "NumPy's bools as objects": (objects(np.True_, np.False_), [False, True]),
    "a list of bools": (YES.tolist(), [False, True]),
    "boolean": (pd.Series(YES, dtype="boolean"), [False, True]),
    "a category of bools": (pd.Series(YES).astype("category"), [False, True]),
    "polars' bools": (pl.Series(YES), [False, True]),
    "objects of ints": (objects(1, 0), [0, 1]),
    "ints and floats": (objects(1, 2.0), [1.0, 2.0]),
    "Int64": (pd.Series(YES.astype(int), dtype="Int64"), [0, 1]),
    "a category of ints": (pd.Series(YES + 3).astype("category"), [3, 4]),
    "decimals": (objects(Decimal(1), Decimal(0)), [Decimal(0), Decimal(1)]),
    "dates": (objects(NEW, OLD), [OLD, NEW]),
    "times of day": (objects(dt.time(1), dt.time(2)), [dt.time(1), dt.time(2)]),
    "spans of time": (
        objects(dt.timedelta(1), dt.timedelta(2)), [dt.timedelta(1), dt.timedelta(2)],
    ),
    "datetime64": (objects(NEW, OLD).astype("M8[D]"), [OLD, NEW]),
    "timedelta64": (
        np.where(YES, 3, 5).astype("m8[D]"), [dt.timedelta(3), dt.timedelta(5)],
    ),
    "pandas' times": (
        pd.Series(pd.to_datetime(objects(NEW, OLD))), [pd.Timestamp(OLD), pd.Timestamp(NEW)],
    ),
    "polars' dates": (pl.Series(list(objects(NEW, OLD))), [OLD, NEW]),
    "periods": (
        pd.Series(pd.to_datetime(objects(NEW, OLD))).dt.to_period("M"),
        [pd.Period("2020-01"), pd.Period("2021-03")],
    ),
    "texts": (texts(), ["x", "y"]),
    "StringDtype": (pd.Series(texts(), dtype="string"), ["x", "y"]),
    "a category": (pd.Series(texts()).astype("category"), ["x", "y"]),
    "polars' texts": (pl.Series(texts()), ["x", "y"]),
    "polars' categories": (pl.Series(texts().tolist(), dtype=pl.Categorical), ["x", "y"]),
    "a frame of one column": (pd.DataFrame({"y": texts()}), ["x", "y"]),
}  # fmt: skip


@by_each_classifier
def test_labels_come_back_in_their_own_type(kind):
    with Together() as together:
        for what, (y, classes) in LABELS.items():
            with together(what):
                with warnings.catch_warnings():
                    warnings.filterwarnings("ignore", "A column-vector y was passed")
                    model = fitted(kind, y)
                found = list(model.classes_)
                assert found == classes
                assert [isinstance(f, bool | np.bool_) for f in found] == [
                    type(c) is bool for c in classes
                ]
                predicted = model.predict(X)
                assert predicted.dtype == model.classes_.dtype
                right = [a == b for a, b in zip(np.asarray(y).ravel(), predicted, strict=True)]
                assert model.score(X, y) == pytest.approx(np.mean(right))


@by_each_classifier
@pytest.mark.parametrize("name", ["objects of bools", "dates", "datetime64", "decimals"])
def test_labels_of_any_kind_go_through_every_door(kind, name):
    y, classes = LABELS[name]
    assert fitted(kind, y, class_weight="balanced").score(X, y) >= 0
    for weight in ({classes[0]: 2, classes[1]: 1}, dict.fromkeys(np.unique(y), 3)):
        assert fitted(kind, y, class_weight=weight).score(X, y) >= 0
    model = kind(random_state=0, max_iter=2).fit(X, y, X_val=X, y_val=y)
    with pytest.raises(ValueError, match="y_val holds"):
        kind(random_state=0, max_iter=2).fit(X, y, X_val=X, y_val=texts())
    stops = {"early_stopping": True} if kind is MLPClassifier else {"n_iter_no_change": 2}
    assert fitted(kind, y, **stops).score(X, y) >= 0
    assert model.predict_proba(X).shape == (40, 2)


@by_each_classifier
def test_truth_values_are_saved(kind, tmp_path):
    model = fitted(kind, objects(True, False))
    model.save(tmp_path / "m.safetensors")
    np.testing.assert_array_equal(load(tmp_path / "m.safetensors").predict(X), model.predict(X))


@by_each_classifier
def test_a_file_says_that_it_holds_no_dates(kind, tmp_path):
    with pytest.raises(ValueError, match="a file cannot hold a date"):
        fitted(kind, objects(OLD, NEW)).save(tmp_path / "m.safetensors")


@pytest.mark.parametrize("name", ["objects of bools", "dates", "datetime64", "texts"])
def test_labels_of_any_kind_come_in_parts(name):
    y, classes = LABELS[name]
    model = MLPClassifier(random_state=0)
    for _ in range(2):
        model.partial_fit(X, y, classes=np.unique(y))
    assert list(model.classes_) == classes
    with pytest.raises(ValueError, match="is not the same"):
        model.partial_fit(X, y, classes=np.unique(y)[:1])
    again = fitted(MLPClassifier, y, warm_start=True).fit(X, y)
    assert list(again.classes_) == classes


@by_each_classifier
@pytest.mark.parametrize(
    ("y", "words"),
    [
        (objects(1, "no"), "1 and 'no', which have no order"),
        (objects("no", 1), "'no' and 1, which have no order"),
        (objects(Colour.RED, Colour.BLUE), "RED.*no order"),
        (np.ones(40, complex), "complex|Complex"),
    ],
)
def test_labels_without_an_order_are_named(kind, y, words):
    with pytest.raises((TypeError, ValueError), match=words) as error:
        fitted(kind, y)
    assert "\n" not in str(error.value)


@by_each_classifier
def test_labels_without_an_order_are_named_wherever_they_come(kind):
    y, words = objects("no", 1), "such as 'no' and 1, which have no order"
    with pytest.raises(TypeError, match=f"^y_val holds labels {words}"):
        kind(max_iter=1).fit(X, texts(), X_val=X, y_val=y)
    if kind is MLPClassifier:
        with pytest.raises(TypeError, match=f"^y holds labels {words}"):
            MLPClassifier().partial_fit(X, y, classes=["no", "1"])
        with pytest.raises(TypeError, match=f"^classes holds labels {words}"):
            MLPClassifier().partial_fit(X, texts(), classes=y)


MISSING = {
    "None": objects("x", "y", [None]),
    "NaN": objects("x", "y", [np.nan]),
    "pandas' NA": objects("x", "y", [pd.NA]),
    "NaT among dates": objects(OLD, NEW, [pd.NaT]),
    "NaT": np.array(["NaT", *["2020-01-01"] * 39], "M8[D]"),
    "StringDtype": pd.Series(missing(texts()), dtype="string"),
    "a category": pd.Series(missing(texts())).astype("category"),
    "boolean": pd.Series(missing(YES), dtype="boolean"),
    "polars' null": pl.Series(missing(texts())),
}


@pytest.mark.parametrize("kind", [*CLASSIFIERS.values(), *REGRESSORS.values()])
def test_a_target_that_is_missing_is_told_with_its_row(kind):
    with Together() as together:
        for what, y in MISSING.items():
            with (
                together(what),
                pytest.raises(ValueError, match=r"Input y contains NaN or None: 1 of 40 .* row 0"),
            ):
                fitted(kind, y)


@pytest.mark.parametrize("kind", [*CLASSIFIERS.values(), *REGRESSORS.values()])
@pytest.mark.parametrize("dtype", ["Int64", "Float64"])
def test_a_number_that_is_missing_is_told(kind, dtype):
    with pytest.raises(ValueError, match="Input y contains NaN"):
        fitted(kind, pd.Series(missing(YES.astype(int)), dtype=dtype))


NUMBERS = {
    "texts": objects("12.5", "3"),
    "texts of NumPy's": np.where(YES, "12.5", "3"),
    "StringDtype": pd.Series(np.where(YES, "12.5", "3"), dtype="string"),
    "polars' texts": pl.Series(np.where(YES, "12.5", "3")),
    "decimals": objects(Decimal("12.5"), Decimal(3)),
    "Float64": pd.Series(np.where(YES, 12.5, 3), dtype="Float64"),
    "a category": pd.Series(np.where(YES, 12.5, 3)).astype("category"),
    "a list": np.where(YES, 12.5, 3).tolist(),
}


@by_each_regressor
@pytest.mark.parametrize("y", NUMBERS.values(), ids=NUMBERS)
def test_numbers_are_learned_in_whatever_they_stand(kind, y):
    plain = np.where(YES, 12.5, 3)
    model = kind(random_state=0, max_iter=2).fit(X, y, X_val=X, y_val=y)
    expected = kind(random_state=0, max_iter=2).fit(X, plain, X_val=X, y_val=plain)
    np.testing.assert_array_equal(model.predict(X), expected.predict(X))


NO_NUMBERS = {
    "texts": (objects("abc", "3"), "text such as 'abc'"),
    "texts of NumPy's": (np.where(YES, "abc", "3"), "text such as 'abc'"),
    "StringDtype": (pd.Series(np.where(YES, "abc", "3"), dtype="string"), "text such as 'abc'"),
    "a category": (pd.Series(texts()).astype("category"), "text such as"),
    "bytes": (np.where(YES, b"x", b"y"), "text such as b'.'"),
    "dates": (objects(OLD, NEW), "dates or times such as 202"),
    "datetime64": (objects(OLD, NEW).astype("M8[ns]"), "dates or times such as 202"),
    "spans of time": (np.where(YES, 3, 5).astype("m8[D]"), "dates or times such as"),
    "polars' dates": (pl.Series(list(objects(OLD, NEW))), "dates or times such as 202"),
    "members of an enum": (objects(Colour.RED, Colour.BLUE), "learns numbers"),
    "complex numbers": (np.ones(40) + 1j, "Complex data not supported: y"),
}


@by_each_regressor
@pytest.mark.parametrize(("y", "words"), NO_NUMBERS.values(), ids=NO_NUMBERS)
def test_what_is_no_number_is_named(kind, y, words):
    for given in ({"y": y}, {"y": X[:, 0], "X_val": X, "y_val": y}):
        with pytest.raises(ValueError, match=words) as error:
            kind(random_state=0, max_iter=2).fit(X, **given)
        assert "\n" not in str(error.value)


# X that holds times alone: scikit-learn would take them as numbers, in whatever unit they have.

DAYS = np.array([["2020-01-01", "2021-01-01"]] * 40, "M8[D]") + np.arange(40)[:, np.newaxis]
FRAME = pd.DataFrame(DAYS.astype("M8[ns]"), columns=["s", "e"])
TIMES = {
    "days": DAYS,
    "nanoseconds": DAYS.astype("M8[ns]"),
    "spans": DAYS - DAYS[0],
    "pandas": FRAME,
    "with a zone": FRAME.apply(lambda column: column.dt.tz_localize("UTC")),
    "pandas' spans": FRAME - FRAME.iloc[0],
    "periods": FRAME.apply(lambda column: column.dt.to_period("M")),
    "polars": pl.from_pandas(FRAME),
    "polars' dates": pl.from_pandas(FRAME).cast(pl.Date),
    "polars' spans": pl.from_pandas(FRAME - FRAME.iloc[0]),
    "dates as objects": DAYS.astype(object),
    "a list": [list(row) for row in DAYS],
    "beside numbers": FRAME.assign(a=1.0),
}


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
@pytest.mark.parametrize("times", TIMES.values(), ids=TIMES)
def test_times_are_no_numbers(kind, times):
    with pytest.raises((TypeError, ValueError), match="X holds dates or times in column"):
        fitted(kind, YES, X=times)


def test_times_are_no_numbers_at_any_door():
    model = fitted(MLPClassifier, YES, X=X[:, :2])
    for door in (
        lambda: model.predict(DAYS),
        lambda: model.predict_proba(DAYS),
        lambda: model.transform(DAYS),
        lambda: model.partial_fit(DAYS, YES),
        lambda: MLPClassifier(max_iter=2).fit(X[:, :2], YES, X_val=DAYS, y_val=YES),
    ):
        with pytest.raises(TypeError, match="X holds dates or times in columns 0"):
            door()


@pytest.mark.parametrize("make", [
    lambda X: X > 0, lambda X: pd.DataFrame(X > 0), lambda X: pl.DataFrame(X),
    lambda X: np.array([[Decimal(repr(float(v))) for v in row] for row in X], object),
    lambda X: pd.DataFrame(X).convert_dtypes(), lambda X: X.tolist(),
])  # fmt: skip
def test_other_numbers_are_taken(make):
    assert fitted(MLPClassifier, YES, X=make(X)).predict(make(X)).shape == (40,)


def test_complex_inputs_are_refused_without_all_of_them():
    with pytest.raises(ValueError, match="Complex data not supported") as error:
        fitted(MLPClassifier, YES, X=X + 1j)
    assert "\n" not in str(error.value)


# Messages name classes as the user wrote them, not as the network numbers them.

LONE = {
    "texts": np.array(["dog"] * 39 + ["cat"]),
    "numbers": np.array([7] * 39 + [9]),
    "truth values": np.array([True] * 39 + [False]),
    "dates": np.array([*[NEW] * 39, OLD], object),
}


@pytest.mark.parametrize("y", LONE.values(), ids=LONE)
def test_early_stopping_names_a_class_of_one_row_as_it_is_called(y):
    with pytest.raises(ValueError, match=re.escape(f"class {y.tolist()[-1]!r} has only 1 row")):
        fitted(MLPClassifier, y, early_stopping=True)
    judged = MLPClassifier(early_stopping=True, max_iter=2, random_state=0)
    assert judged.fit(X, y, X_val=X, y_val=y).n_iter_ == 2


@by_each_classifier
@pytest.mark.parametrize("y", LONE.values(), ids=LONE)
def test_weights_of_classes_that_there_are_not_are_named(kind, y):
    with pytest.raises(ValueError, match="class_weight names 'wolf', but the classes are: ") as e:
        fitted(kind, y, class_weight={"wolf": 2})
    assert all(str(label) in str(e.value) for label in y if not isinstance(label, dt.date))
    with pytest.raises(ValueError, match=r"y_val holds.*'wolf'"):
        kind(max_iter=2).fit(X, y, X_val=X[:1], y_val=["wolf"])


# Hidden layers: those that are asked for, and none where none are.


@pytest.mark.parametrize("kind", [*CLASSIFIERS.values(), *REGRESSORS.values()])
@pytest.mark.parametrize("sizes", [(), [], np.array([], int), 5, (5, 4), np.array([5, 4])])
def test_hidden_layers_are_those_asked_for(kind, sizes):
    model = fitted(kind, YES.astype(int), hidden_layer_sizes=sizes)
    assert model.network_.spec.sizes == (3, *np.atleast_1d(sizes).astype(int), 1)
    assert model.predict(X).shape == (40,)


@pytest.mark.parametrize("kind", [*CLASSIFIERS.values(), *REGRESSORS.values()])
@pytest.mark.parametrize("sizes", [0, (0,), (5, 0), (-1,), (2.5,)])
def test_layers_without_units_are_refused(kind, sizes):
    with pytest.raises((ValueError, TypeError), match=r"at least 1|> 0|\[1, inf\)|whole number"):
        fitted(kind, YES.astype(int), hidden_layer_sizes=sizes)
