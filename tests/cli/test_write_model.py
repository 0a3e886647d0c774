"""`syn0 write MODEL` prints the program of this model: what trained it, on its own data where they
are still to be had, and with --predict what it predicts."""

import ast
import contextlib
import io
import json
import random
import shutil
import sqlite3
import subprocess
import warnings
from pathlib import Path

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from syn0 import Adam, MLPClassifier, Network, load, save
from syn0.data import read_table

PORTS = ["S", "Q, 'x'", "Ü", ""]


def run(text):
    """The names that a program, or its tree, binds, and what it prints."""
    names = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(text, "net.py", "exec"), names)  # noqa: S102  (this is what the text is for)
    return names, printed.getvalue()


@pytest.fixture
def passengers(csv):
    """A table with texts, missing values and a constant column."""
    draw = random.Random(1)  # noqa: S311
    lines = ["age,sex,\"port, of 'call'\",deck,fare,survived"]
    for _ in range(90):
        sex, port = draw.choice(["female", "male"]), draw.choice(PORTS).replace('"', '""')
        age = draw.choice(["", str(draw.randint(1, 80))])
        answer = "yes" if (sex == "female") != (draw.random() < 0.2) else "no"
        lines.append(f'{age},{sex},"{port}",A,{draw.expovariate(0.05):.2f},{answer}')
    return csv("\n".join([*lines, ""]), "passengers.csv")


TABLES = {
    "xor": ("xor", "--net", "3-4-1", "--steps", 50),
    "iris": ("iris", "--hidden", 4, "--epochs", 3, "--dtype", "float64"),
    "numbers": ("diabetes", "--hidden", 4, "--epochs", 3, "--dtype", "float64"),
    "sides": ("breast_cancer", "--hidden", 3, "--epochs", 2, "--dtype", "float64",
              "--loss", "hinge", "--batch-norm"),
    "quantiles": ("diabetes", "--hidden", 3, "--epochs", 2, "--dtype", "float64",
                  "--loss", "quantile:0.1,0.9"),
    "images": ("digits", "--hidden", 3, "--epochs", 1, "--dtype", "float64"),
}  # fmt: skip


@pytest.mark.parametrize("words", TABLES.values(), ids=TABLES)
def test_a_prediction_program_predicts_as_the_model_does(syn0, words):
    assert syn0("train", *words, "--out", "m.safetensors").code == 0
    done = syn0("write", "m.safetensors", "--predict", "--data", words[0])
    assert (done.code, done.err) == (0, "")
    tree = ast.parse(done.out)
    imports = [n for n in ast.walk(tree) if "Import" in type(n).__name__]
    assert [ast.unparse(n) for n in imports] == ["import numpy as np"]
    names, printed = run(tree)
    network, table = load("m.safetensors"), read_table(words[0])
    np.testing.assert_allclose(names["outputs"], network.predict(table), rtol=1e-12)
    if network.schema.classes:
        assert printed.endswith(f"{list(network.labels(table))}\n")


def by_node(text):
    Path("m.mjs").write_text(text, encoding="utf-8")
    lines = subprocess.check_output(["node", "m.mjs"], text=True).splitlines()
    return [json.loads(line)["label"] for line in lines]


def by_sqlite(text):
    with sqlite3.connect(":memory:") as database:
        done = database.execute(text)
        place = [name for name, *_ in done.description].index("prediction")
        return [row[place] for row in done]


SHOWN = {
    "python": lambda text: [ast.literal_eval(line)["label"] for line in run(text)[1].splitlines()],
    "javascript": by_node,
    "sql": by_sqlite,
}


@pytest.mark.parametrize("language", SHOWN)
def test_in_other_languages_the_rows_that_are_named_are_predicted(syn0, passengers, language):
    if language == "javascript" and shutil.which("node") is None:
        pytest.skip("there is no Node here")
    words = ("--target", "survived", "--hidden", 4, "--epochs", 3, "--out", "m.safetensors")
    assert syn0("train", passengers, *words).code == 0
    text = syn0("write", "m.safetensors", "--predict", "--data", passengers, "--to", language).out
    assert SHOWN[language](text) == list(load("m.safetensors").labels(str(passengers)))
    assert "tries itself" not in text


@pytest.mark.parametrize("language", ["torch", "keras"])
def test_a_class_of_a_framework_prints_predictions_too(syn0, language):
    of_arrays()
    text = syn0("write", "m.safetensors", "--predict", "--to", language).out
    assert text.endswith("\nprint(outputs)\n")
    assert "expected" not in text


def test_texts_and_missing_values_are_prepared_as_in_training(syn0, passengers):
    words = ("--hidden", 4, "--epochs", 9, "--dtype", "float64", "--out", "m.safetensors")
    assert syn0("train", passengers, *words).code == 0
    names, _ = run(syn0("write", "m.safetensors", "--predict", "--data", passengers).out)
    network = load("m.safetensors")
    np.testing.assert_allclose(names["outputs"], network.predict(str(passengers)), rtol=1e-12)
    of_its_own, _ = run(syn0("write", "m.safetensors", "--predict").out)
    assert len(of_its_own["outputs"]) == 5
    passengers.unlink()
    gone, _ = run(syn0("write", "m.safetensors", "--predict").out)
    assert gone["outputs"].shape == (1, 1)
    fresh = {
        "age": [None, 30],
        "sex": ["male", "x"],
        "port, of 'call'": ["Ü", None],
        "fare": [1, 9],
    }
    X = gone["prepared"](fresh)
    assert X.shape == (2, network.spec.inputs)
    assert X[0, 1] == X[1, -2] == 1  # no age; no port


def test_float32_stays_float32(syn0):
    assert syn0("train", "iris", "--hidden", 4, "--epochs", 3, "--out", "m.safetensors").code == 0
    names, _ = run(syn0("write", "m.safetensors", "--predict", "--data", "iris").out)
    network = load("m.safetensors")
    for name, learned in network.weights.items():
        assert names[name].dtype == learned.dtype
        assert np.array_equal(names[name], learned)
    assert names["outputs"].dtype == np.float32
    np.testing.assert_allclose(names["outputs"], network.predict(read_table("iris")), rtol=1e-5)


def test_numbers_come_in_their_own_units_from_float32_too(syn0):
    assert (
        syn0("train", "diabetes", "--hidden", 4, "--epochs", 3, "--out", "m.safetensors").code == 0
    )
    names, _ = run(syn0("write", "m.safetensors", "--predict", "--data", "diabetes").out)
    assert names["outputs"].dtype == np.float64
    predicted = load("m.safetensors").predict(read_table("diabetes"))
    np.testing.assert_allclose(names["outputs"], predicted, rtol=1e-5)


def of_arrays(path="m.safetensors", **settings):
    """A network trained on arrays and saved, and its inputs."""
    X = np.random.RandomState(2).normal(size=(20, 5))
    network = Network([5, 6, 6, 2], seed=4, **settings)
    network.train(X, X[:, :2] > 0, epochs=4, batch_size=6, optimizer=Adam(), progress=False)
    network.save(path)
    return network, X


def test_a_network_of_arrays_prints_its_forward_lines(syn0):
    network, X = of_arrays(batch_norm=True, dropout=0.2, input_noise=0.1, skip=True, bias=True)
    done = syn0("write", "m.safetensors", "--predict")
    assert "l2_joined = l2_scaled + l1_scaled" in done.out
    assert "random" not in done.out
    names, _ = run(done.out)
    np.testing.assert_allclose(names["predict"](X), network.predict(X), rtol=1e-12)


@pytest.mark.parametrize("scaled", [False, True], ids=["alone", "in a pipeline"])
def test_the_network_of_an_estimator_is_written_too(syn0, scaled):
    X = np.random.RandomState(2).normal(size=(20, 4))
    model = MLPClassifier((3,), max_iter=9, learning_rate_init=0.1, random_state=0, tol=0)
    model = make_pipeline(StandardScaler(), model) if scaled else model
    with warnings.catch_warnings(action="ignore"):
        model.fit(X, X[:, 0] > 0)
    save(model, "m.safetensors")
    done = syn0("write", "m.safetensors", "--predict")
    names, _ = run(done.out)
    taken = model[0].transform(X) if scaled else X
    expected = model.predict_proba(X)[:, 1:]
    np.testing.assert_allclose(names["predict"](taken), expected, rtol=1e-12)
    done = syn0("write", "m.safetensors")
    assert done.code == 0
    assert "trained on arrays" in done.err


def test_weights_may_stand_in_a_file_beside_the_program(syn0, monkeypatch):
    network, X = of_arrays(bias=True)
    done = syn0("write", "m.safetensors", "--predict", "--weights", "w.npz")
    assert (done.code, done.err) == (0, "Saved w.npz\n")
    assert "with np.load('w.npz') as learned:" in done.out
    names, _ = run(done.out)
    np.testing.assert_allclose(names["predict"](X), network.predict(X), rtol=1e-12)
    monkeypatch.setattr("syn0.models.script.MOST_NUMBERS", 50)
    refused = syn0("write", "m.safetensors", "--predict")
    assert refused.code == 2
    assert "92 weights" in refused.err
    assert "--weights FILE.npz" in refused.err
    assert syn0("write", "m.safetensors", "--predict", "--weights", "w.npz").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("3-4-1", "--predict"), "saved model"),
        (("m.safetensors", "--weights", "w.npz"), "give both of them"),
        (("m.safetensors", "--predict", "--to", "terse"), "choose from: numpy"),
        (("m.safetensors", "--predict", "--to", "c"), "syn0 export m.safetensors --to c\n"),
        (("m.safetensors", "--predict", "--to", "html"), "is a file for other programs"),
        (("m.safetensors", "--predict", "--diff"), "--diff compares programs that train"),
        (("m.safetensors", "--predict", "--bias"), "leave out --bias"),
        (("m.safetensors", "--predict", "--weights", "m.safetensors"), "m.safetensors.npz"),
        (("m.safetensors", "--predict", "--data", "iris"), "plain arrays"),
        (("m.safetensors", "--predict", "--class-weight", "balanced"), "rows to train on"),
    ],
)
def test_what_does_not_go_together_is_said_in_one_sentence(syn0, words, said):
    of_arrays()
    before = load("m.safetensors").weights["syn0"]
    done = syn0("write", *words)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert np.array_equal(load("m.safetensors").weights["syn0"], before)


@pytest.mark.parametrize(
    "words",
    [
        ("xor", "--net", "3-4-1", "--steps", 50),
        ("iris", "--hidden", 4, "--epochs", 3, "--dtype", "float64"),
        ("PASSENGERS", "--hidden", 4, "--epochs", 3, "--dtype", "float64", "--holdout", 0.3),
    ],
    ids=lambda words: words[0],
)
def test_a_model_prints_the_program_that_trained_it_on_the_rows_that_it_saw(
    syn0, passengers, words
):
    words = [str(passengers) if word == "PASSENGERS" else word for word in words]
    assert syn0("train", *words, "--out", "m.safetensors").code == 0
    done = syn0("write", "m.safetensors")
    assert (done.code, done.err) == (0, "")
    names, _ = run(done.out)
    assert f"the {len(names['X'])} rows that the model was trained on" in done.out
    for name, learned in load("m.safetensors").weights.items():
        np.testing.assert_allclose(names[name], learned, rtol=1e-8)


def test_data_that_are_gone_or_others_are_said(syn0, csv, passengers):
    words = ("--hidden", 4, "--epochs", 3, "--out", "m.safetensors")
    assert syn0("train", passengers, *words).code == 0
    passengers.write_text(passengers.read_text().replace("male", "mole"))
    done = syn0("write", "m.safetensors")
    assert (done.code, done.err.count("\n")) == (0, 1)
    assert "which it was trained on, has another content by now" in done.err
    assert "made up" in done.out
    passengers.unlink()
    done = syn0("write", "m.safetensors")
    assert done.code == 0
    assert "is not here: the program trains on made-up rows" in done.err


def test_a_model_of_arrays_says_that_its_data_are_not_to_be_had(syn0):
    of_arrays()
    done = syn0("write", "m.safetensors")
    assert done.code == 0
    assert "trained on arrays, which it does not hold" in done.err
    assert "--predict" in done.err


def test_data_too_large_for_a_text_are_said(syn0, monkeypatch):
    small = ("--hidden", 2, "--epochs", 1)
    assert syn0("train", "digits", *small, "--out", "m.safetensors").code == 0
    monkeypatch.setattr("syn0.printers.MOST_NUMBERS", 1000)
    monkeypatch.setattr("syn0.models.script.MOST_NUMBERS", 1000)
    done = syn0("write", "m.safetensors")
    assert done.code == 0
    assert "too many for a program's text" in done.err
    assert syn0("write", "m.safetensors", "--predict").code == 0
    refused = syn0("write", "m.safetensors", "--predict", "--data", "digits")
    assert refused.code == 2
    assert "116,805 values" in refused.err


EVIL = "'''\n\"\"\"; evil = 42 #, \u2028\n"


def test_no_name_of_a_table_becomes_code_of_a_prediction_program(syn0, csv):
    name = EVIL.replace('"', '""')
    rows = [f'{k},"{name}{k % 2}","{name}{k % 3}"' for k in range(30)]
    path = csv("\n".join([f'"{name}","t{name}","y{name}"', *rows, ""]), "e.csv")
    words = ("--hidden", 2, "--epochs", 2, "--dtype", "float64", "--out", "m.safetensors")
    assert syn0("train", path, *words).code == 0
    done = syn0("write", "m.safetensors", "--predict", "--data", path)
    names, _ = run(done.out)
    assert "evil" not in {n.id for n in ast.walk(ast.parse(done.out)) if isinstance(n, ast.Name)}
    predicted = load("m.safetensors").predict(str(path))
    np.testing.assert_allclose(names["outputs"], predicted, rtol=1e-12)
