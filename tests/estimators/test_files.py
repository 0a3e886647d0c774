"""An estimator that was saved is the same one again, and nothing else is taken for one."""

import json
import os
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.exceptions import NotFittedError
from sklearn.preprocessing import StandardScaler

import syn0
from syn0 import MLPClassifier, MLPRegressor, Network, load
from syn0.estimators.tabular import TabularClassifier, TabularRegressor
from syn0.files.container import digest
from tests.together import Together

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

IRIS_X, IRIS_Y = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])[IRIS_Y]
FIGURES = load_diabetes(return_X_y=True)
SMALL = {"hidden_layer_sizes": (6,), "max_iter": 4, "random_state": 0, "engine": "numpy"}


def table() -> pd.DataFrame:
    """Irises with a column of texts, one of categories and gaps."""
    frame = pd.DataFrame(IRIS_X, columns=["sepal length", "sepal width", "petal length", "x"])
    frame["soil"] = pd.Categorical(["clay", "sand", "loam"] * 50)
    frame["by"] = ["Ann", "Bob"] * 75
    frame.loc[[3, 70], "sepal width"] = np.nan
    frame.loc[5, "by"] = None
    return frame


def same(one, other) -> None:
    """Fail unless two estimators are one: parameters, attributes, and the network's state."""
    assert type(one) is type(other)
    if not isinstance(one.random_state, np.random.RandomState):
        assert repr(one) == repr(other)
    passing = {"_random_state", "network_", "_label_binarizer", "_scaling"}
    assert vars(one).keys() - passing <= vars(other).keys()
    for name in vars(one).keys() - passing - {"random_state"}:
        np.testing.assert_equal(getattr(other, name), getattr(one, name), err_msg=name)
    mine, yours = one.network_.checkpoint, other.network_.checkpoint
    assert mine.step == yours.step
    assert mine.values.keys() == yours.values.keys()
    for name, value in mine.values.items():
        assert np.array_equal(value, yours.values[name]), name
    assert one.network_.training == other.network_.training


def round_trip(model, folder: Path):
    path = folder / "model.safetensors"
    model.save(path)
    return load(path)


CLASSES = {
    "texts": NAMES,
    "texts as objects": NAMES.astype(object),
    "whole numbers": IRIS_Y * 10,
    "bytes of numbers": IRIS_Y.astype(np.uint8),
    "fractions": IRIS_Y.astype(float),
    "two texts": np.where(IRIS_Y > 0, "ja", "nein"),
    "truths": IRIS_Y > 0,
    "a single class": IRIS_Y * 0,
    "several labels": np.eye(3, dtype=int)[IRIS_Y],
}


@pytest.mark.parametrize("y", CLASSES.values(), ids=CLASSES)
def test_a_classifier_is_the_same_again(tmp_path, y):
    model = MLPClassifier(**SMALL).fit(IRIS_X, y)
    again = round_trip(model, tmp_path)
    same(model, again)
    assert np.array_equal(again.predict_proba(IRIS_X), model.predict_proba(IRIS_X))
    found, expected = again.predict(IRIS_X), model.predict(IRIS_X)
    assert np.array_equal(found, expected)
    assert found.dtype == expected.dtype


SETTINGS = {
    "early stopping": {"early_stopping": True, "solver": "sgd", "learning_rate": "adaptive"},
    "L-BFGS": {"solver": "lbfgs"},
    "much between": {
        "dropout": 0.2,
        "batch_norm": True,
        "skip": True,
        "hidden_layer_sizes": [5] * 2,
    },
    "several activations": {"activation": ["tanh", "gelu"], "hidden_layer_sizes": np.array([4, 3])},
    "class weights": {"class_weight": {"setosa": 1, "versicolor": 2.5, "virginica": np.float64(1)}},
    "never stopping": {"n_iter_no_change": np.inf},
    "float32": {"dtype": "float32"},
    "a fresh generator": {"random_state": None, "dropout": 0.1},
}


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_whatever_its_parameters_are(tmp_path, settings):
    model = MLPClassifier(**SMALL | settings).fit(IRIS_X, NAMES)
    again = round_trip(model, tmp_path)
    same(model, again)
    assert np.array_equal(again.predict_proba(IRIS_X), model.predict_proba(IRIS_X))


@pytest.mark.parametrize("loss", ["squared_error", "poisson", "quantile:0.1,0.5,0.9"])
def test_a_regressor_is_the_same_again(tmp_path, loss):
    X, y = FIGURES
    model = MLPRegressor(loss, **SMALL).fit(X, y * 1000)
    again = round_trip(model, tmp_path)
    same(model, again)
    assert np.array_equal(again.predict(X), model.predict(X))
    if "quantile" in loss:
        assert np.array_equal(again.predict_quantiles(X), model.predict_quantiles(X))


def test_names_of_columns_are_kept(tmp_path):
    frame = pd.DataFrame(IRIS_X, columns=["a", "b", "ç", "d"])
    model = MLPClassifier(**SMALL).set_output(transform="pandas").fit(frame, NAMES)
    again = round_trip(model, tmp_path)
    pd.testing.assert_frame_equal(again.transform(frame), model.transform(frame))
    with pytest.raises(ValueError, match="feature names"):
        again.predict(frame.rename(columns={"a": "z"}))


@pytest.mark.parametrize("y", [NAMES, IRIS_Y, IRIS_Y > 1, np.array(["10", "9"])[IRIS_Y % 2]])
def test_a_classifier_of_tables_is_the_same_again(tmp_path, y):
    frame = table()
    model = TabularClassifier(max_iter=3, random_state=0).fit(frame, y)
    again = round_trip(model, tmp_path)
    same(model, again)
    assert np.array_equal(again.predict_proba(frame), model.predict_proba(frame))
    assert np.array_equal(again.predict(frame), model.predict(frame))


def test_a_regressor_of_tables_is_the_same_again(tmp_path):
    frame = table()
    model = TabularRegressor(max_iter=3, random_state=0).fit(frame, IRIS_X[:, 0] * 1e6)
    again = round_trip(model, tmp_path)
    same(model, again)
    assert np.array_equal(again.predict(frame), model.predict(frame))


# Going on.


@pytest.mark.parametrize("solver", ["adam", "sgd", "adagrad"])
def test_partial_fit_goes_on_as_if_nothing_had_happened(tmp_path, solver):
    model = MLPClassifier(**SMALL | {"solver": solver})
    for _ in range(2):
        model.partial_fit(IRIS_X, NAMES, classes=np.unique(NAMES))
    again = round_trip(model, tmp_path)
    for each in (model, again):
        each.partial_fit(IRIS_X[::2], NAMES[::2])
    same(model, again)


def test_a_slowed_learning_rate_is_kept(tmp_path):
    given = {"solver": "sgd", "learning_rate": "adaptive", "tol": 1e9, "n_iter_no_change": 1}
    model = MLPRegressor(**SMALL | given | {"max_iter": 6}).fit(*FIGURES)
    assert model._optimizer.learning_rate < model.learning_rate_init
    again = round_trip(model, tmp_path)
    for each in (model, again):
        each.partial_fit(*FIGURES)
    same(model, again)


def test_warm_start_goes_on_as_if_nothing_had_happened(tmp_path):
    model = MLPRegressor(**SMALL, warm_start=True).fit(*FIGURES)
    again = round_trip(model, tmp_path)
    same(model.fit(*FIGURES), again.fit(*FIGURES))


def test_a_generator_goes_on_where_it_stood(tmp_path):
    state = np.random.RandomState(5)
    state.normal()  # one is drawn ahead
    model = MLPRegressor(**SMALL | {"random_state": state}).fit(*FIGURES)
    again = round_trip(model, tmp_path)
    for each in (model, again):
        each.partial_fit(*FIGURES)
    same(model, again)
    assert again.random_state.normal() == state.normal()


def test_weights_that_were_put_into_attributes_are_saved(tmp_path):
    model = MLPClassifier(**SMALL).fit(IRIS_X, NAMES)
    model.coefs_[0] = np.asfortranarray(model.coefs_[0] * 2)
    again = round_trip(model, tmp_path)
    assert np.array_equal(again.coefs_[0], model.coefs_[0])
    assert np.array_equal(again.predict_proba(IRIS_X), model.predict_proba(IRIS_X))


def test_one_that_a_failed_fit_left_can_be_saved(tmp_path):
    model = MLPClassifier(**SMALL, warm_start=True).fit(IRIS_X, NAMES)
    with pytest.raises(ValueError, match="y_val has"):
        model.fit(IRIS_X, NAMES, X_val=IRIS_X, y_val=NAMES[:2])
    again = round_trip(model, tmp_path)
    assert np.array_equal(again.predict_proba(IRIS_X), model.predict_proba(IRIS_X))


# What is not kept.


def test_code_is_left_out_with_a_warning(tmp_path):
    def stop(estimator, report):
        """Never."""

    given = {"callbacks": [stop], "scoring": lambda *args: 0.5, "early_stopping": True}
    model = MLPClassifier(**SMALL, **given).fit(IRIS_X, NAMES)
    with pytest.warns(UserWarning, match="scoring of MLPClassifier: code is not saved") as caught:
        model.save(tmp_path / "m.safetensors")
    assert len(caught) == 1
    again = load(tmp_path / "m.safetensors")
    assert again.callbacks is None
    assert again.scoring is None
    assert model.callbacks == [stop]
    assert np.array_equal(again.predict(IRIS_X), model.predict(IRIS_X))


def test_a_callback_can_save_each_epoch(tmp_path):
    def keep(estimator, report):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            estimator.save(tmp_path / f"{report.step}.safetensors")

    MLPClassifier(**SMALL, callbacks=[keep]).fit(IRIS_X, NAMES)
    kept = [load(path) for path in sorted(tmp_path.iterdir())]
    assert [len(model.loss_curve_) for model in kept] == [1, 2, 3, 4]


def test_what_was_not_fitted_is_not_saved(tmp_path):
    for model in (MLPClassifier(), MLPRegressor(), TabularClassifier(), TabularRegressor()):
        with pytest.raises(NotFittedError):
            model.save(tmp_path / "m.safetensors")
    assert list(tmp_path.iterdir()) == []


def test_what_a_file_cannot_hold_is_named(tmp_path):
    model = MLPClassifier(**SMALL).fit(IRIS_X, NAMES)
    model.note_ = object()
    with pytest.raises(ValueError, match="has attributes that a file does not hold: note_"):
        model.save(tmp_path / "m.safetensors")
    model = clone(model).fit(IRIS_X, NAMES)
    model.alpha = -1
    with pytest.raises(ValueError, match="cannot be saved: The 'alpha' parameter"):
        model.save(tmp_path / "m.safetensors")
    with pytest.raises(ValueError, match="a StandardScaler cannot be saved: a file holds"):
        syn0.save(StandardScaler().fit(IRIS_X), tmp_path / "m.safetensors")
    assert list(tmp_path.iterdir()) == []


# Files.


def test_networks_are_saved_and_loaded_by_the_same_names(tmp_path):
    syn0.save(Network([3, 1]), tmp_path / "m.safetensors")
    assert load(tmp_path / "m.safetensors").spec == Network([3, 1]).spec


def test_a_file_of_an_estimator_is_no_network(tmp_path):
    MLPClassifier(**SMALL).fit(IRIS_X, NAMES).save(tmp_path / "m.safetensors")
    with pytest.raises(ValueError, match=r"m\.safetensors holds a.* MLPClassifier, not a Network"):
        syn0.load(tmp_path / "m.safetensors", Network)


def test_the_same_estimator_is_always_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        MLPClassifier(**SMALL).fit(IRIS_X, NAMES).save(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("fails", ["fsync", "rename"])
def test_a_failure_leaves_the_old_file_whole(tmp_path, monkeypatch, fails):
    path = tmp_path / "m.safetensors"
    model = MLPClassifier(**SMALL).fit(IRIS_X, NAMES)
    model.save(path)
    before = path.read_bytes()

    def refuse(*args):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(*((os, "fsync") if fails == "fsync" else (Path, "replace")), refuse)
        with pytest.raises(OSError, match=r"m\.safetensors"):
            model.partial_fit(IRIS_X, NAMES).save(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_was_cut_or_flipped_anywhere_is_refused(tmp_path):
    path = tmp_path / "m.safetensors"
    MLPClassifier(hidden_layer_sizes=(2,), max_iter=1).fit(IRIS_X, NAMES).save(path)
    content = path.read_bytes()
    for place in range(0, len(content), 131):
        path.write_bytes(content[:place])
        check_refused(path)
        flipped = bytearray(content)
        flipped[place] ^= 1
        path.write_bytes(flipped)
        check_refused(path)


def check_refused(path: Path, match: str | None = None) -> None:
    with pytest.raises(ValueError, match=match) as caught:
        load(path)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    assert len(message) < 1000


# Edited by someone who can compute the digest.

EVIL = "__import__('os').system('true')"


def rewrite(path: Path, change) -> None:
    """Change a file's estimator and arrays, and make its digest right again."""
    with safe_open(path, framework="numpy") as file:
        description = json.loads(file.metadata()["syn0"])
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    del description["digest"]
    change(description, arrays)
    description["digest"] = digest(description, arrays)
    save_file(arrays, path, {"syn0": json.dumps(description)})


def parameter(name, value):
    return lambda d, a: d["estimator"]["estimator"]["parameters"].update({name: value})


def attribute(name, value):
    return lambda d, a: d["estimator"]["estimator"]["attributes"].update({name: value})


def without(name):
    return lambda d, a: d["estimator"]["estimator"]["attributes"].pop(name)


def of_network(name, value):
    def change(description, arrays):
        network = description["estimator"]["estimator"]["attributes"]["network_"]["network"][1]
        network.update({name: value})

    return change


EDITS = {
    "an unknown class": lambda d, a: d["estimator"]["estimator"].update({"class": "Popen"}),
    "a class with a path": lambda d, a: d["estimator"]["estimator"].update({"class": "os.system"}),
    "a class that is a list": lambda d, a: d["estimator"]["estimator"].update({"class": ["a"]}),
    "the other class": lambda d, a: d["estimator"]["estimator"].update({"class": "MLPRegressor"}),
    "a scaler alone": lambda d, a: d.update(
        estimator={"estimator": {"class": "Normalizer", "parameters": {}, "attributes": {}}}
    ),
    "nothing": lambda d, a: d.update(estimator=None),
    "a text": lambda d, a: d.update(estimator=EVIL),
    "an entry too many": lambda d, a: d.update(hook=EVIL),
    "no versions": lambda d, a: d.pop("versions"),
    "an unknown parameter": parameter("hook", EVIL),
    "a parameter below its bounds": parameter("alpha", -1),
    "a parameter of another type": parameter("solver", {"tuple": ["adam"]}),
    "an activation in a tuple of objects": parameter("hidden_layer_sizes", {"array": "nothing"}),
    "callbacks that are functions": parameter("callbacks", {"function": "os.system"}),
    "a scoring that is a function": parameter("scoring", {"function": EVIL}),
    "a type that is not listed": parameter("dtype", {"type": "subprocess.Popen"}),
    "a kind of value that is unknown": parameter("alpha", {"pickle": EVIL}),
    "two kinds of value at once": parameter("alpha", {"float": "nan", "type": "int"}),
    "a float that is code": parameter("alpha", {"float": EVIL}),
    "a number that does not fit": parameter("alpha", {"number": ["int8", 300]}),
    "a number of no type": parameter("alpha", {"number": ["O", 300]}),
    "a slice of code": parameter("alpha", {"slice": [[], 1, 1]}),
    "a generator without words": parameter("random_state", {"random_state": ["x", 0, 0, 0.0]}),
    "an unknown attribute": attribute("__class__", "os"),
    "a method as an attribute": attribute("predict", EVIL),
    "a missing attribute": without("n_layers_"),
    "no network": without("network_"),
    "a network that is a text": attribute("network_", EVIL),
    "a network of nothing": attribute("network_", {"network": ["network_", {}]}),
    "an activation that is code": lambda d, a: d["estimator"]["estimator"]["attributes"][
        "network_"]["network"][1]["network"]["layers"][0].update(activation=EVIL),
    "a network with an entry too many": of_network("hook", EVIL),
    "an engine that is none": of_network("engine", EVIL),
    "a schema in an array's network": of_network("schema", EVIL),
    "another number of inputs": attribute("n_features_in_", 5),
    "a number of inputs that is a text": attribute("n_features_in_", "4"),
    "another number of layers": attribute("n_layers_", 9),
    "names of other columns": attribute("feature_names_in_", {"objects": [[1], ["a"]]}),
    "objects that do not fill": attribute("classes_", {"objects": [[10**9], ["a"]]}),
    "objects that are lists": attribute("classes_", {"objects": [[3], [[], [], []]]}),
    "other classes": attribute("classes_", {"objects": [[3], ["a", "b", "c"]]}),
    "fewer classes": attribute("classes_", {"objects": [[2], ["a", "b"]]}),
    "a curve that is a text": attribute("loss_curve_", EVIL),
    "output for os": attribute("_sklearn_output_config", {"dict": [["transform", "os"]]}),
    "no label binarizer": attribute("_label_binarizer", None),
    "a rate below 0": lambda d, a: d["estimator"]["estimator"]["attributes"]["_optimizer"][
        "estimator"]["parameters"].update(learning_rate=-1.0),
    "a rate that is code": lambda d, a: d["estimator"]["estimator"]["attributes"]["_optimizer"][
        "estimator"]["parameters"].update(learning_rate=EVIL),
    "targets of another kind": lambda d, a: d["estimator"]["estimator"]["attributes"][
        "_label_binarizer"]["estimator"]["attributes"].update(y_type_="multilabel-indicator"),
    "an array too many": lambda d, a: a.update(more=np.ones(3)),
    "an array too few": lambda d, a: a.pop("network_.syn0"),
    "a weight that is NaN": lambda d, a: a.update({"network_.bias1": np.full(3, np.nan)}),
    "an array used twice": attribute("feature_names_in_", {"array": "classes_"}),
    "texts of other numbers": lambda d, a: a.update(classes_=np.ones((3, 10))),
    "texts of no letters": lambda d, a: a.update(classes_=np.full((3, 10), 2**31, np.uint32)),
    "half a letter": lambda d, a: a.update(classes_=np.ones((), np.uint32)),
    "vast layers": lambda d, a: d["estimator"]["estimator"]["attributes"]["network_"]["network"][1][
        "network"]["layers"][0].update(units=10**12),
    "endless depth": parameter("alpha", eval("[" * 90 + "]" * 90)),  # noqa: S307
}  # fmt: skip


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("saved") / "m.safetensors"
    MLPClassifier(**SMALL).fit(IRIS_X, NAMES).save(path)
    return path.read_bytes()


def test_a_rewritten_file_that_was_not_changed_is_loaded(tmp_path, saved):
    path = tmp_path / "m.safetensors"
    path.write_bytes(saved)
    rewrite(path, lambda d, a: None)
    same(MLPClassifier(**SMALL).fit(IRIS_X, NAMES), load(path))


def test_what_an_edited_file_says_is_checked(tmp_path, saved):
    with Together() as together:
        for what, edit in EDITS.items():
            with together(what):
                path = tmp_path / "m.safetensors"
                path.write_bytes(saved)
                rewrite(path, edit)
                check_refused(path)


OF_REGRESSORS = {
    "a scale of 0": lambda a: a.update({"_scaling.scale": np.zeros(1)}),
    "a scale of another shape": lambda a: a.update({"_scaling.scale": np.ones((1, 1))}),
    "a scale of whole numbers": lambda a: a.update({"_scaling.scale": np.ones(1, np.int64)}),
    "a mean that is NaN": lambda a: a.update({"_scaling.mean": np.full(1, np.nan)}),
    "more means": lambda a: a.update({"_scaling.mean": np.zeros(2)}),
}


@pytest.mark.parametrize("edit", OF_REGRESSORS.values(), ids=OF_REGRESSORS)
def test_how_targets_are_scaled_is_checked(tmp_path, edit):
    path = tmp_path / "m.safetensors"
    MLPRegressor(**SMALL).fit(*FIGURES).save(path)
    rewrite(path, lambda d, a: edit(a))
    check_refused(path, "targets must be scaled")


OF_TABLES = {
    "other names of columns": attribute("_names", list("abcdef")),
    "another target": attribute("_target_name", "z"),
    "texts of other classes": attribute("_texts", {"tuple": ["a", "b", "c"]}),
    "fewer texts": attribute("_texts", {"tuple": ["setosa", "versicolor"]}),
    "places of no class": attribute("_places", [0, 1, 9]),
    "places that are texts": attribute("_places", ["0", "1", "2"]),
    "a network without a table": of_network("schema", None),
}


@pytest.mark.parametrize("edit", OF_TABLES.values(), ids=OF_TABLES)
def test_what_a_file_says_of_its_table_is_checked(tmp_path, edit):
    path = tmp_path / "m.safetensors"
    TabularClassifier(max_iter=1, random_state=0).fit(table(), NAMES).save(path)
    rewrite(path, edit)
    check_refused(path)


def test_all_of_breast_cancer_is_told_the_same(tmp_path):
    X, y = load_breast_cancer(return_X_y=True)
    model = MLPClassifier(**SMALL).fit(X, y)
    assert np.array_equal(round_trip(model, tmp_path).predict_proba(X), model.predict_proba(X))
