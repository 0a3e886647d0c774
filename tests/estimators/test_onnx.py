"""What ONNX Runtime makes of an exported estimator is what the estimator says."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from syn0 import MLPClassifier, MLPRegressor
from syn0.estimators.onnx import register_converters
from syn0.estimators.tabular import TabularClassifier, TabularRegressor

onnxruntime = pytest.importorskip("onnxruntime")
skl2onnx = pytest.importorskip("skl2onnx")

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, NUMBERS = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])[NUMBERS]
SMALL = {"hidden_layer_sizes": (6,), "max_iter": 15, "random_state": 0, "engine": "numpy"}

CLASSES = {
    "texts": NAMES,
    "texts as objects": NAMES.astype(object),
    "two texts": np.where(NUMBERS > 0, "ja", "nein"),
    "whole numbers": NUMBERS * 5,
    "two numbers": NUMBERS % 2,
    "fractions": NUMBERS.astype(float),
    "truths": NUMBERS > 0,
    "a single class": NUMBERS * 0 + 7,
    "several labels": np.eye(3, dtype=int)[NUMBERS],
}


def answers(model: bytes, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """All that a model says, by name."""
    session = onnxruntime.InferenceSession(model)
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs), strict=True))


def exported(model, inputs, folder) -> dict[str, np.ndarray]:
    model.export(folder / "m.onnx")
    return answers((folder / "m.onnx").read_bytes(), inputs)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("y", CLASSES.values(), ids=CLASSES)
def test_a_classifier_says_the_same(tmp_path, y, dtype):
    rows = X.astype(dtype)
    model = MLPClassifier(**SMALL).fit(rows, y)
    said = exported(model, {"X": rows}, tmp_path)
    close = 1e-14 if dtype == "float64" else 1e-6
    assert np.allclose(said["probabilities"], model.predict_proba(rows), rtol=0, atol=close)
    assert said["probabilities"].dtype == dtype
    assert np.array_equal(said["label"], model.predict(rows))


@pytest.mark.parametrize("loss", ["squared_error", "poisson", "huber"])
def test_a_regressor_says_the_same_in_its_own_units(tmp_path, loss):
    rows, y = load_diabetes(return_X_y=True)
    model = MLPRegressor(loss, **SMALL).fit(rows, y * 1e5)
    assert loss == "poisson" or model._scaling.changes
    said = exported(model, {"X": rows}, tmp_path)
    assert list(said) == ["variable"]
    assert np.allclose(said["variable"][:, 0], model.predict(rows), rtol=1e-12)


def test_several_targets_are_several_columns(tmp_path):
    y = X[:, :2] * [1, 1e4]
    model = MLPRegressor(**SMALL).fit(X, y)
    assert np.allclose(exported(model, {"X": X}, tmp_path)["variable"], model.predict(X))


def test_quantiles_come_out_beside_the_middle_one(tmp_path):
    model = MLPRegressor("quantile:0.1,0.6,0.9", **SMALL).fit(X, X[:, 0] * 1e4)
    said = exported(model, {"X": X}, tmp_path)
    assert np.allclose(said["variable"][:, 0], model.predict(X))
    assert np.allclose(said["quantiles"], model.predict_quantiles(X))


def test_weights_in_attributes_are_those_that_are_exported(tmp_path):
    model = MLPClassifier(**SMALL).fit(X, NAMES)
    model.coefs_[1] = model.coefs_[1] * 3
    said = exported(model, {"X": X}, tmp_path)
    assert np.allclose(said["probabilities"], model.predict_proba(X))


# Tables.


def table() -> pd.DataFrame:
    frame = pd.DataFrame(X, columns=["length", "width", "label", "variable"])
    frame["soil"] = ["clay", "sand", None] * 50
    frame.loc[[3, 70], "width"] = np.nan
    return frame


def columns(frame: pd.DataFrame, dtype: str) -> dict[str, np.ndarray]:
    given = {name: frame[[name]].to_numpy(dtype) for name in frame.columns.drop("soil")} | {
        "soil": frame[["soil"]].fillna("").to_numpy(object)
    }
    return {{"label": "label_2", "variable": "variable_2"}.get(n, n): v for n, v in given.items()}


@pytest.mark.parametrize(
    "y",
    [
        NAMES,
        NUMBERS,
        NUMBERS > 0,
        np.array(["10", "9", "8"])[NUMBERS],
        np.array(["10", "9"])[NUMBERS % 2],
    ],
    ids=["texts", "numbers", "truths", "texts of numbers", "two texts of numbers"],
)
def test_a_classifier_of_tables_takes_columns_and_says_its_own_classes(tmp_path, y):
    frame = table()
    model = TabularClassifier(max_iter=4, random_state=0, dtype="float32").fit(frame, y)
    said = exported(model, columns(frame, "float32"), tmp_path)
    assert np.array_equal(said["label"], model.predict(frame))
    assert np.allclose(said["probabilities"], model.predict_proba(frame), atol=1e-5)


def test_a_regressor_of_tables_says_the_same(tmp_path):
    frame, y = table(), X[:, 0] * 1e3
    model = TabularRegressor(max_iter=4, random_state=0, dtype="float64").fit(frame, y)
    said = exported(model, columns(frame, "float64"), tmp_path)
    assert np.allclose(said["variable"][:, 0], model.predict(frame))
    many = TabularRegressor("quantile:0.1,0.5,0.9", max_iter=2, dtype="float64").fit(frame, y)
    said = exported(many, columns(frame, "float64"), tmp_path)
    assert np.allclose(said["variable"][:, 0], many.predict(frame))
    assert said["quantiles"].shape == (150, 3)


# What cannot be exported.


def test_what_cannot_be_exported_is_told(tmp_path):
    for model in (MLPClassifier(), MLPRegressor(), TabularClassifier(), TabularRegressor()):
        with pytest.raises(NotFittedError):
            model.export(tmp_path / "m.onnx")
    with pytest.raises(ValueError, match="unknown format 'onyx'; did you mean 'onnx'"):
        MLPClassifier(**SMALL).fit(X, NAMES).export(tmp_path / "m.onnx", to="onyx")
    assert list(tmp_path.iterdir()) == []


# Pipelines, by skl2onnx.


@pytest.fixture(autouse=True, scope="module")
def registered() -> None:
    register_converters()


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
@pytest.mark.parametrize("y", CLASSES.values(), ids=CLASSES)
def test_a_pipeline_with_a_classifier_is_converted(y, dtype):
    model = make_pipeline(StandardScaler(), MLPClassifier(**SMALL)).fit(X, y)
    rows = np.round(X * 10).astype(dtype) if dtype == "int64" else X.astype(dtype)
    converted = skl2onnx.to_onnx(model, rows[:1], options={"zipmap": False})
    said = answers(converted.SerializeToString(), {"X": rows})
    close = 1e-14 if dtype == "float64" else 1e-5
    assert np.allclose(said["probabilities"], model.predict_proba(rows), rtol=0, atol=close)
    assert np.array_equal(said["label"], model.predict(rows))


def test_probabilities_come_by_class_as_skl2onnx_has_it():
    model = make_pipeline(StandardScaler(), MLPClassifier(**SMALL)).fit(X, NAMES)
    rows = X.astype("float32")
    said = answers(skl2onnx.to_onnx(model, rows[:1]).SerializeToString(), {"X": rows})
    first = said["output_probability"][0]
    assert first == pytest.approx(
        dict(zip(model.classes_, model.predict_proba(rows)[0], strict=True)), abs=1e-5
    )
    places = skl2onnx.to_onnx(model, rows[:1], options={"zipmap": False, "nocl": True})
    assert np.array_equal(
        answers(places.SerializeToString(), {"X": rows})["label"],
        np.searchsorted(model.classes_, model.predict(rows)),
    )


@pytest.mark.parametrize("loss", ["squared_error", "quantile:0.1,0.5,0.9"])
def test_a_pipeline_with_a_regressor_is_converted(loss):
    rows, y = load_diabetes(return_X_y=True)
    model = make_pipeline(StandardScaler(), MLPRegressor(loss, **SMALL)).fit(rows, y * 1e3)
    for dtype, close in (("float64", 1e-12), ("float32", 1e-4)):
        given = rows.astype(dtype)
        said = answers(skl2onnx.to_onnx(model, given[:1]).SerializeToString(), {"X": given})
        assert said["variable"].shape == (len(rows), 1)
        assert np.allclose(said["variable"][:, 0], model.predict(given), rtol=close)


def test_classes_that_skl2onnx_lacks_are_refused():
    model = MLPClassifier(**SMALL).fit(X, NUMBERS.astype(float))
    model.classes_ = model.classes_ + 0.5
    with pytest.raises(ValueError, match=r"no classes such as 0\.5: make them texts"):
        skl2onnx.to_onnx(model, X[:1], options={"zipmap": False})
