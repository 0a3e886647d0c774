"""One kind of file goes everywhere: what estimators and pipelines saved, commands read."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.impute import SimpleImputer
from sklearn.metrics import accuracy_score, r2_score, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from syn0 import (
    MLPClassifier,
    MLPRegressor,
    TabularClassifier,
    TabularRegressor,
    save,
)

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

ROWS = 90
SMALL = {"max_iter": 5, "random_state": 0, "engine": "numpy"}


def passengers() -> pd.DataFrame:
    """Made-up passengers: numbers with gaps, texts with gaps, truth values, and what became of
    them."""
    random = np.random.RandomState(4)
    frame = pd.DataFrame(
        {
            "survived": random.randint(0, 2, ROWS),
            "class": random.randint(1, 4, ROWS),
            "sex": random.choice(["male", "female"], ROWS),
            "age": random.uniform(1, 80, ROWS).round(1),
            "fare": random.exponential(30, ROWS).round(4),
            "port": random.choice(["S", "C", "Q"], ROWS),
            "alone": random.choice([True, False], ROWS),
        }
    )
    frame.loc[::7, "age"] = np.nan
    frame.loc[5, "port"] = None
    frame["survived"] = np.where(frame["sex"] == "female", 1, frame["survived"])
    return frame


FRAME = passengers()
X, SURVIVED = FRAME.drop(columns="survived"), FRAME["survived"]
NUMBERS = FRAME[["class", "fare"]]


@pytest.fixture
def data(tmp_path):
    """The passengers as a file, its columns in another order."""
    FRAME[FRAME.columns[::-1]].to_csv(tmp_path / "passengers.csv", index=False)
    return tmp_path / "passengers.csv"


def prepared() -> ColumnTransformer:
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    texts = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder())
    return ColumnTransformer(
        [("n", numbers, ["age", "fare", "class"]), ("t", texts, ["sex", "port", "alone"])]
    )


def of_numbers(kind, y, **how):
    return kind(**SMALL | how).fit(NUMBERS, y), NUMBERS


NAMED = np.where(SURVIVED, "saved", "lost")
PORTS = FRAME["port"].fillna("S")

CLASSIFIERS = {
    "TabularClassifier": lambda: (TabularClassifier(**SMALL).fit(X, SURVIVED), X, SURVIVED),
    "TabularClassifier of texts": lambda: (TabularClassifier(**SMALL).fit(X, NAMED), X, NAMED),
    "TabularClassifier of three": lambda: (
        TabularClassifier(**SMALL).fit(X.drop(columns="port"), PORTS),
        X.drop(columns="port"),
        PORTS,
    ),
    "MLPClassifier": lambda: (*of_numbers(MLPClassifier, SURVIVED), SURVIVED),
    "MLPClassifier of truths": lambda: (*of_numbers(MLPClassifier, SURVIVED > 0), SURVIVED > 0),
    "a pipeline": lambda: (
        make_pipeline(prepared(), MLPClassifier(**SMALL)).fit(X, SURVIVED),
        X,
        SURVIVED,
    ),
}

SCALED = make_pipeline(StandardScaler(), MLPRegressor(**SMALL))
FARES = FRAME["fare"]
TWO = FRAME[["class", "survived"]]

REGRESSORS = {
    "TabularRegressor": lambda: TabularRegressor(**SMALL).fit(X.drop(columns="fare"), FARES),
    "MLPRegressor": lambda: MLPRegressor(**SMALL).fit(TWO, FARES),
    "a pipeline": lambda: SCALED.fit(TWO, FARES),
    "transformed targets": lambda: TransformedTargetRegressor(
        SCALED, transformer=StandardScaler()
    ).fit(TWO, FARES),
}


def columns_of(model) -> pd.DataFrame:
    return TWO if model.n_features_in_ == 2 else X.drop(columns="fare")


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("fitted", CLASSIFIERS.values(), ids=CLASSIFIERS)
def test_predict_tells_labels_and_probabilities_as_the_estimator_does(syn0, data, fitted):
    model, given, _ = fitted()
    save(model, "m.safetensors")
    done = syn0("predict", "m.safetensors", data)
    assert (done.code, done.err) == (0, "")
    rows = rows_of(done.out)
    assert [row["prediction"] for row in rows] == list(map(str, model.predict(given)))
    for place, label in enumerate(model.classes_):
        told = [float(row[f"probability of {label}"]) for row in rows]
        np.testing.assert_allclose(told, model.predict_proba(given)[:, place], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("fitted", REGRESSORS.values(), ids=REGRESSORS)
def test_predict_tells_numbers_in_the_units_of_the_target(syn0, data, fitted):
    model = fitted()
    save(model, "m.safetensors")
    rows = json.loads(syn0("predict", "m.safetensors", data, "--json").out)
    told = [row["prediction"] for row in rows]
    np.testing.assert_allclose(told, model.predict(columns_of(model)), rtol=1e-6)


@pytest.mark.parametrize("fitted", CLASSIFIERS.values(), ids=CLASSIFIERS)
def test_evaluate_judges_classes_as_scikit_learn_does(syn0, data, fitted):
    model, given, truth = fitted()
    save(model, "m.safetensors")
    table = FRAME.assign(truth=np.asarray(truth)).drop(columns="survived")
    if "port" not in given:
        table = table.drop(columns="port")
    table.to_csv("judged.csv", index=False)
    done = syn0("evaluate", "m.safetensors", "judged.csv", "--target", "truth", "--json")
    figures = json.loads(done.out)["figures"]
    assert figures["rows"] == ROWS
    assert figures["accuracy"] == pytest.approx(accuracy_score(truth, model.predict(given)))
    if len(model.classes_) == 2:
        likely = model.predict_proba(given)[:, 1]
        assert figures["roc_auc"] == pytest.approx(roc_auc_score(truth, likely), abs=1e-6)


@pytest.mark.parametrize("fitted", REGRESSORS.values(), ids=REGRESSORS)
def test_evaluate_judges_numbers(syn0, data, fitted):
    model = fitted()
    save(model, "m.safetensors")
    done = syn0("evaluate", "m.safetensors", data, "--target", "fare", "--json")
    told = json.loads(done.out)["figures"]["r2"]
    assert told == pytest.approx(r2_score(FARES, model.predict(columns_of(model))), abs=1e-6)


def test_the_true_answers_are_where_the_model_was_not_fitted(syn0, data):
    save(TabularClassifier(**SMALL).fit(X, SURVIVED), "m.safetensors")
    done = syn0("evaluate", "m.safetensors", data)
    assert done.code == 0
    assert f"{ROWS} rows of {data}" in done.out
    X.to_csv("all.csv", index=False)
    done = syn0("evaluate", "m.safetensors", "all.csv")
    assert done.code == 2
    assert "name the one with the true answers with --target" in done.err


def test_an_estimator_of_arrays_takes_columns_by_their_places(syn0):
    values = NUMBERS.to_numpy()
    model = MLPClassifier(**SMALL).fit(values, SURVIVED)
    save(model, "m.safetensors")
    NUMBERS.to_csv("two.csv", index=False)
    done = syn0("predict", "m.safetensors", "two.csv")
    assert [row["prediction"] for row in rows_of(done.out)] == list(map(str, model.predict(values)))
    FRAME[["class", "fare", "survived"]].to_csv("three.csv", index=False)
    done = syn0("predict", "m.safetensors", "three.csv")
    assert done.code == 2
    assert "takes 2 columns by their places" in done.err
    done = syn0("evaluate", "m.safetensors", "three.csv", "--json")
    told = json.loads(done.out)["figures"]["accuracy"]
    assert told == pytest.approx(model.score(values, SURVIVED))


def test_quantiles_and_several_answers_have_a_column_each(syn0, data):
    model = MLPRegressor("quantile:0.1,0.5,0.9", **SMALL).fit(TWO, FARES)
    save(model, "m.safetensors")
    rows = rows_of(syn0("predict", "m.safetensors", data).out)
    assert list(rows[0]) == ["prediction", "quantile 0.1", "quantile 0.5", "quantile 0.9"]
    told = [[float(row[f"quantile {q}"]) for q in (0.1, 0.5, 0.9)] for row in rows]
    np.testing.assert_allclose(told, model.predict_quantiles(TWO), rtol=1e-9)
    save(MLPRegressor("quantile", **SMALL).fit(TWO, FARES), "m.safetensors")  # without a number
    rows = rows_of(syn0("predict", "m.safetensors", data).out)
    assert list(rows[0]) == ["prediction", "quantile 0.5"]
    labels = np.column_stack([SURVIVED, FRAME["alone"]]).astype(int)
    save(MLPClassifier(**SMALL).fit(NUMBERS, labels), "m.safetensors")
    for _ in range(2):  # the second time over what the first one wrote
        assert syn0("predict", "m.safetensors", data, "--out", "answers.csv").code == 0
    header = Path("answers.csv").read_text(encoding="utf-8").partition("\n")[0]
    assert header == "prediction of 0,prediction of 1,probability of 0,probability of 1"
    done = syn0("evaluate", "m.safetensors", data, "--target", "survived")
    assert done.code == 2
    assert "gives 2 answers a row" in done.err


SAYS = {
    "lacks a column": (X.drop(columns="fare"), "lacks columns that the network was trained on"),
    "lacks values": (
        FRAME.assign(fare=FRAME["age"]),
        "lacks a value in 13 rows, which MLPClassifier does not know",
    ),
    "holds text for numbers": (FRAME.assign(fare="much"), "must be numbers, but it holds 'much'"),
}


@pytest.mark.parametrize(("frame", "words"), SAYS.values(), ids=SAYS)
def test_data_that_do_not_fit_get_one_sentence(syn0, frame, words):
    model, _ = of_numbers(MLPClassifier, SURVIVED)
    save(model, "m.safetensors")
    frame.to_csv("odd.csv", index=False)
    done = syn0("predict", "m.safetensors", "odd.csv")
    assert done.code == 2
    assert words in done.err
    assert done.err.count("\n") == 1


def test_what_a_step_of_a_pipeline_refuses_is_one_sentence_too(syn0, data):
    model = make_pipeline(StandardScaler(), MLPClassifier(**SMALL)).fit(NUMBERS, SURVIVED)
    save(model, "m.safetensors")
    FRAME.assign(fare=FRAME["age"]).to_csv("odd.csv", index=False)
    done = syn0("predict", "m.safetensors", "odd.csv")
    assert done.code == 2
    assert done.err == "Error: m.safetensors does not take these rows: Input X contains NaN.\n"


def test_a_class_that_the_model_does_not_know_is_named(syn0, data):
    save(TabularClassifier(**SMALL).fit(X, NAMED), "m.safetensors")
    done = syn0("evaluate", "m.safetensors", data, "--target", "survived")
    assert done.code == 2
    assert "none of the model's classes: lost, saved" in done.err


@pytest.mark.parametrize("name", ["TabularClassifier of texts", "MLPClassifier", "a pipeline"])
def test_write_prints_the_program_that_trains_the_network(syn0, name):
    model, *_ = CLASSIFIERS[name]()
    save(model, "m.safetensors")
    done = syn0("write", "m.safetensors")
    assert done.code == 0
    assert "import numpy as np" in done.out


@pytest.mark.parametrize("name", ["TabularClassifier of texts", "MLPClassifier"])
def test_a_written_program_and_an_export_answer_in_the_estimators_words(syn0, name, tmp_path):
    model, *_ = CLASSIFIERS[name]()
    save(model, "m.safetensors")
    done = syn0("write", "m.safetensors", "--predict")
    assert done.code == 0
    (tmp_path / "predict.py").write_text(done.out)
    ran = subprocess.run([sys.executable, "predict.py"], capture_output=True, text=True, check=True)
    assert any(str(label) in ran.stdout for label in model.classes_)
    assert syn0("export", "m.safetensors", "--to", "numpy").code == 0
    assert "saved" in (tmp_path / "m.py").read_text() or name == "MLPClassifier"


def test_what_export_cannot_do_for_a_pipeline_is_said_with_what_to_do(syn0):
    model, *_ = CLASSIFIERS["a pipeline"]()
    save(model, "m.safetensors")
    done = syn0("export", "m.safetensors")
    assert done.code == 2
    assert "holds a Pipeline" in done.err
    assert "skl2onnx" in done.err
    assert done.err.count("\n") == 1


def test_training_goes_on_from_a_network_alone(syn0, data):
    save(TabularClassifier(**SMALL).fit(X, SURVIVED), "m.safetensors")
    done = syn0("train", data, "--resume", "m.safetensors", "--epochs", "1")
    assert done.code == 2
    assert "holds a TabularClassifier, not a Network" in done.err
