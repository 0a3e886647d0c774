"""Pipelines that end in an estimator of syn0's are saved whole, if their steps are known ones."""

import json
import warnings

import numpy as np
import pandas as pd
import pytest
import sklearn
from safetensors import safe_open
from safetensors.numpy import save_file
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector
from sklearn.datasets import load_diabetes, load_wine
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.feature_selection import SelectKBest, VarianceThreshold
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    OneHotEncoder,
    OrdinalEncoder,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from syn0 import MLPClassifier, MLPRegressor, load, save
from syn0.estimators.tabular import TabularClassifier
from syn0.files.container import digest

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = load_wine(return_X_y=True)
SMALL = {"hidden_layer_sizes": (5,), "max_iter": 3, "random_state": 0, "engine": "numpy"}

GAPS = X.copy()
GAPS[::7, 3] = np.nan


def people() -> pd.DataFrame:
    """A table of numbers with gaps and of texts with gaps."""
    return pd.DataFrame(
        {
            "age": [31.0, np.nan, 45, 27, 60, 33] * 20,
            "rooms": [1, 2, 3, 4, 2, 2] * 20,
            "town": ["Ulm", "Bonn", None, "Ulm", "Köln", "Ulm"] * 20,
            "grade": ["low", "high", "mid", "mid", "low", "high"] * 20,
            "fee": np.linspace(1, 9, 120),
        }
    )


def round_trip(model, folder):
    save(model, folder / "m.safetensors")
    return load(folder / "m.safetensors")


STEPS = {
    "StandardScaler": StandardScaler(),
    "StandardScaler without mean": StandardScaler(with_mean=False),
    "MinMaxScaler": MinMaxScaler((-1, 1), clip=True),
    "MaxAbsScaler": MaxAbsScaler(),
    "RobustScaler": RobustScaler(quantile_range=(10.0, 90.0)),
    "Normalizer": Normalizer("l1"),
    "QuantileTransformer": QuantileTransformer(n_quantiles=30, output_distribution="normal"),
    "PowerTransformer": PowerTransformer(),
    "PCA": PCA(4, whiten=True),
    "PCA by share": PCA(0.95),
    "PCA by a generator": PCA(3, svd_solver="randomized", random_state=np.random.RandomState(1)),
    "PCA by ARPACK": PCA(3, svd_solver="arpack", random_state=0),
    "VarianceThreshold": VarianceThreshold(0.1),
    "SelectKBest": SelectKBest(k=4),
    "FunctionTransformer": FunctionTransformer(np.log1p, inverse_func=np.expm1),
    "a pipeline": make_pipeline(StandardScaler(), "passthrough", PCA(3)),
    "a network as a step": MLPClassifier(**SMALL),
    "passthrough": "passthrough",
}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_a_step_does_the_same_again(tmp_path, step):
    model = make_pipeline(step, MLPClassifier(**SMALL)).fit(X, Y)
    again = round_trip(model, tmp_path)
    assert np.array_equal(again.predict_proba(X), model.predict_proba(X))
    assert repr(again).split(" at 0x")[0] == repr(model).split(" at 0x")[0]
    assert np.array_equal(again[:-1].transform(X), model[:-1].transform(X))


@pytest.mark.parametrize("given", [{}, {"add_indicator": True, "strategy": "median"}])
def test_an_imputer_does_the_same_again(tmp_path, given):
    model = make_pipeline(SimpleImputer(**given), StandardScaler(), MLPClassifier(**SMALL))
    again = round_trip(model.fit(GAPS, Y), tmp_path)
    assert np.array_equal(again.predict_proba(GAPS), model.predict_proba(GAPS))


ENCODERS = {
    "one-hot": OneHotEncoder(handle_unknown="ignore"),
    "one-hot, rare together": OneHotEncoder(max_categories=2, handle_unknown="infrequent_if_exist"),
    "one-hot, first dropped": OneHotEncoder(drop="first", dtype=np.float32),
    "ordinal": OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-2
    ),
    "ordinal, rare together": OrdinalEncoder(max_categories=2, encoded_missing_value=-9),
    "filled": make_pipeline(
        SimpleImputer(strategy="most_frequent"), OneHotEncoder(sparse_output=False)
    ),
}


@pytest.mark.parametrize("encoder", ENCODERS.values(), ids=ENCODERS)
@pytest.mark.parametrize("remainder", ["drop", StandardScaler()])
def test_columns_of_a_table_are_the_same_again(tmp_path, encoder, remainder):
    frame = people()
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    columns = ColumnTransformer(
        [("numbers", numbers, ["age", "rooms"]), ("texts", encoder, ["town", "grade"])],
        remainder=remainder,
    )
    model = make_pipeline(columns, MLPClassifier(**SMALL)).fit(frame, frame["grade"])
    again = round_trip(model, tmp_path)
    assert np.array_equal(again.predict_proba(frame), model.predict_proba(frame))
    assert np.array_equal(again.predict(frame), model.predict(frame))
    names = again[:-1].get_feature_names_out()
    assert list(names) == list(model[:-1].get_feature_names_out())


SELECTORS = {
    "a selector": make_column_selector(dtype_include="number"),
    "another selector": make_column_selector("^[rf]", dtype_exclude=["category", np.bool_]),
    "an index": pd.Index(["age", "fee"]),
    "a slice": slice("age", "rooms"),
    "places": [0, -1],
    "truths": np.array([True, True, False, False, True]),
}


@pytest.mark.parametrize("chosen", SELECTORS.values(), ids=SELECTORS)
def test_columns_are_chosen_as_before(tmp_path, chosen):
    frame = people().dropna()
    columns = ColumnTransformer([("some", StandardScaler(), chosen), ("none", "drop", ["town"])])
    columns.set_output(transform="pandas")
    model = make_pipeline(columns, MLPClassifier(**SMALL)).fit(frame, frame["grade"])
    again = round_trip(model, tmp_path)
    pd.testing.assert_frame_equal(again[:-1].transform(frame), model[:-1].transform(frame))
    assert np.array_equal(again.predict_proba(frame), model.predict_proba(frame))
    assert np.array_equal(
        again.fit(frame, frame["grade"]).predict(frame), model.predict(frame)
    )  # it can be fitted anew


@pytest.mark.parametrize(
    "given",
    [{}, {"func": np.log1p, "inverse_func": np.expm1}, {"transformer": StandardScaler()}],
    ids=["as they are", "by functions", "by a scaler"],
)
def test_targets_are_transformed_as_before(tmp_path, given):
    X, y = load_diabetes(return_X_y=True)
    inner = make_pipeline(StandardScaler(), MLPRegressor(**SMALL))
    model = TransformedTargetRegressor(inner, **given).fit(X, y)
    again = round_trip(model, tmp_path)
    assert np.array_equal(again.predict(X), model.predict(X))


def test_an_estimator_of_tables_may_come_last(tmp_path):
    frame = people()
    model = make_pipeline("passthrough", TabularClassifier(max_iter=2, random_state=0))
    model.fit(frame, frame["grade"])
    again = round_trip(model, tmp_path)
    assert np.array_equal(again.predict_proba(frame), model.predict_proba(frame))


def test_training_goes_on_at_the_end_of_a_pipeline(tmp_path):
    model = make_pipeline(StandardScaler(), MLPClassifier(**SMALL)).fit(X, Y)
    again = round_trip(model, tmp_path)
    for each in (model, again):
        each[-1].partial_fit(each[:-1].transform(X), Y)
    assert np.array_equal(again.predict_proba(X), model.predict_proba(X))


def test_names_of_steps_may_be_any(tmp_path):
    names = ["__metadata__", "a.b", "ä ö", "'; import os"]
    steps = [(name, StandardScaler()) for name in names if "__" not in name]
    model = Pipeline([*steps, ("network_", MLPClassifier(**SMALL))]).fit(X, Y)
    assert list(round_trip(model, tmp_path).named_steps) == list(model.named_steps)


def test_what_concerns_the_machine_is_not_kept(tmp_path):
    columns = ColumnTransformer([("all", StandardScaler(), [0, 1, 2])], n_jobs=1, verbose=True)
    steps = [("columns", columns), ("net", MLPClassifier(**SMALL))]
    model = Pipeline(steps, memory=str(tmp_path / "cache")).fit(X, Y)
    with pytest.warns(UserWarning, match="code is not saved, nor what concerns") as caught:
        again = round_trip(model, tmp_path)
    named = "memory of Pipeline, n_jobs of ColumnTransformer, verbose of ColumnTransformer: "
    assert str(caught[0].message).startswith(named)
    assert (again.memory, again[0].n_jobs, again[0].verbose) == (None, None, False)
    assert np.array_equal(again.predict(X), model.predict(X))


def test_arguments_of_a_function_are_refused(tmp_path):
    step = FunctionTransformer(np.log1p, kw_args={"where": True})
    model = make_pipeline(step, MLPClassifier(**SMALL)).fit(X, Y)
    with pytest.raises(ValueError, match="FunctionTransformer: a file does not hold kw_args"):
        save(model, tmp_path / "m.safetensors")


# What cannot be saved.

REFUSED = {
    "KNNImputer": (KNNImputer(), "steps.step: a file cannot hold a KNNImputer; it can hold: Col"),
    "lambda": (FunctionTransformer(lambda X: X), r"steps.step.func: .* is code"),
    "scores": (SelectKBest(lambda X, y: X[0]), r"steps.step.score_func: .* is code"),
    "nested": (
        ColumnTransformer([("first", make_pipeline(KNNImputer()), [0])]),
        "steps.step.transformers.first.steps.knnimputer: a file cannot hold a KNNImputer",
    ),
    "names": (
        ColumnTransformer([("c", StandardScaler(), lambda X: [0])]),
        "steps.step.transformers.c: .* is code",
    ),
}


@pytest.mark.parametrize(("step", "words"), REFUSED.values(), ids=REFUSED)
def test_a_step_that_a_file_cannot_hold_is_named(tmp_path, step, words):
    model = Pipeline([("step", step), ("net", MLPClassifier(**SMALL))]).fit(X, Y)
    with pytest.raises(ValueError, match=words) as caught:
        save(model, tmp_path / "m.safetensors")
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_what_does_not_end_in_an_estimator_of_ours_is_refused(tmp_path):
    forest = make_pipeline(StandardScaler(), RandomForestClassifier(2)).fit(X, Y)
    for model in (forest, StandardScaler().fit(X), Pipeline([]), 5):
        with pytest.raises(ValueError, match="a file holds a Network, or an estimator or"):
            save(model, tmp_path / "m.safetensors")
    with pytest.raises(NotFittedError):
        save(make_pipeline(StandardScaler(), MLPClassifier()), tmp_path / "m.safetensors")


# Files.


@pytest.fixture
def rewritten(tmp_path):
    """A file of a pipeline, changed by a function, with a digest that is right again."""

    def write(change):
        path = tmp_path / "m.safetensors"
        save(make_pipeline(StandardScaler(), MLPClassifier(**SMALL)).fit(X, Y), path)
        with safe_open(path, framework="numpy") as file:
            description = json.loads(file.metadata()["syn0"])
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        del description["digest"]
        change(description, arrays)
        description["digest"] = digest(description, arrays)
        save_file(arrays, path, {"syn0": json.dumps(description)})
        return path

    return write


def test_another_version_of_scikit_learn_is_told(rewritten):
    path = rewritten(lambda d, a: d["versions"].update({"scikit-learn": "1.2.3"}))
    with pytest.warns(UserWarning, match=r"saved with scikit-learn 1\.2\.3") as caught:
        model = load(path)
    assert len(caught) == 1
    assert model.score(X, Y) >= 0
    ours = ".".join([*sklearn.__version__.split(".")[:2], "99"])
    path = rewritten(lambda d, a: d["versions"].update({"scikit-learn": ours}))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load(path)


def scaler(description):
    step = description["estimator"]["estimator"]["parameters"]["steps"][0]["tuple"]
    return step[1]["estimator"]


def put(place, name, value):
    return lambda d, a: scaler(d)[place].update({name: value})


EDITS = {
    "a version that is code": lambda d, a: d["versions"].update({"scikit-learn": "1\n2"}),
    "a step of another class": lambda d, a: scaler(d).update({"class": "KNNImputer"}),
    "a step with other attributes": lambda d, a: scaler(d).update({"class": "PCA"}),
    "a step with an attribute too many": put("attributes", "transform", "os.system"),
    "a step with a parameter too many": put("parameters", "func", {"function": "numpy.log"}),
    "a step with a parameter of code": put("parameters", "copy", {"function": "numpy.log"}),
    "an attribute of another shape": lambda d, a: a.update(
        {"steps.standardscaler.mean_": np.zeros(2)}
    ),
    "an attribute that is a text": put("attributes", "n_samples_seen_", "many"),
    "a step that is no tuple": lambda d, a: d["estimator"]["estimator"]["parameters"].update(
        steps=["a", "b"]
    ),
    "no step": lambda d, a: d["estimator"]["estimator"]["parameters"].update(steps=[]),
    "no steps": lambda d, a: d["estimator"]["estimator"]["parameters"].pop("steps"),
    "only a scaler": lambda d, a: d["estimator"]["estimator"]["parameters"]["steps"].pop(),
    "a cache to unpickle from": lambda d, a: d["estimator"]["estimator"]["parameters"].update(
        memory="/tmp/cache"  # noqa: S108
    ),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_what_an_edited_file_says_is_checked(rewritten, edit):
    with pytest.raises(ValueError, match=r"m\.safetensors") as caught:
        load(rewritten(edit))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 1000


VALUES = [None, "x", [], {}, -1, 1.5, {"tuple": [1]}]


def test_whatever_stands_at_any_place_is_refused_or_harmless(rewritten):
    """Every node of the description, replaced by every kind of JSON: a ValueError or a model."""

    def places(node, path=()):
        yield path
        lists = enumerate(node) if isinstance(node, list) else ()
        for key, value in node.items() if isinstance(node, dict) else lists:
            yield from places(value, (*path, key))

    from syn0.saving import restore

    path = rewritten(lambda d, a: None)
    with safe_open(path, framework="numpy") as file:
        text = file.metadata()["syn0"]
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    refused = 0
    every = list(places(json.loads(text)["estimator"]))
    for number, place in enumerate(every):
        description = json.loads(text)
        del description["digest"], description["format"]
        node, (*way, last) = description, ("estimator", *place)
        for key in way:
            node = node[key]
        node[last] = VALUES[number % len(VALUES)]
        try:
            restore(description, dict(arrays))
        except (ValueError, TypeError, LookupError):  # as `read_model` catches them
            refused += 1
    assert refused > 0.7 * len(every)
