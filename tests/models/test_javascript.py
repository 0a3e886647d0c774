"""Trained models as JavaScript answer in Node as the network does, from the raw columns on."""

import json
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

from syn0 import Activation, BatchNorm, Dense, LayerNorm, MLPClassifier, Network, Skip
from syn0.models import prediction_script
from syn0.models.export import export
from syn0.program import ACTIVATIONS

from .exported import check_that_it_tries_itself
from .test_module import NEWS, fitted, passengers

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="there is no Node here")

ASK = """
import { createInterface } from "node:readline";
let asked = 0;
for await (const line of createInterface({ input: process.stdin })) {
    const [file, rows] = JSON.parse(line);
    try {
        const { predict } = await import(`${file}?${asked++}`);
        console.log(JSON.stringify(predict(rows)));
    } catch (error) {
        console.log(JSON.stringify(`${error.name}: ${error.message}`));
    }
}
"""


@pytest.fixture(scope="module")
def node():
    """A process that asks models, each a module of its own; Node takes long to start."""
    words = [NODE, "--input-type=module", "--eval", ASK]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(words, **pipes, text=True, encoding="utf-8") as process:
        yield process


@pytest.fixture
def ask(node, tmp_path):
    """What a model answers to rows, in Node; an error's text where it refuses them."""

    def answers(model, rows):
        export_of(model, tmp_path / "model.mjs")
        if isinstance(rows, pd.DataFrame):
            rows = json.loads(rows.to_json(orient="records"))
        node.stdin.write(json.dumps([(tmp_path / "model.mjs").as_uri(), rows]) + "\n")
        node.stdin.flush()
        return json.loads(node.stdout.readline())

    return answers


def export_of(model, path):
    if isinstance(model, Network):
        export(model, path, "javascript")
    else:
        model.export(path, to="javascript")


def column(answers, role):
    return np.array([answer[role] for answer in answers])


@pytest.mark.parametrize("changes", NEWS.values(), ids=NEWS)
@pytest.mark.parametrize("target", ["survived", "class", "age"])
def test_a_table_is_answered_as_by_the_network(ask, target, changes):
    frame = passengers().dropna(subset=[target])
    network = fitted(frame, target, dtype="float64").network
    news = passengers().assign(**{name: v for name, v in changes.items() if name != target})
    found = ask(network, news)
    if target == "age":
        np.testing.assert_allclose(
            column(found, "variable"), network.predict(news)[:, 0], rtol=1e-10
        )
        return
    assert column(found, "label").tolist() == network.labels(news).tolist()
    outputs = network.predict(news)
    likely = column(found, "probabilities")
    np.testing.assert_allclose(likely[:, -outputs.shape[1] :], outputs, rtol=1e-10)


LAYERS = {
    "activations": [Dense(4, name) for name in ACTIVATIONS if name not in ("exp", "softmax")],
    "softmax within": [Dense(4, "softmax", bias=True), Dense(3, "tanh")],
    "normalized": [
        Dense(4, "identity"),
        BatchNorm(),
        Activation("relu"),
        Skip(),
        Dense(4),
        LayerNorm(),
    ],
}


@pytest.mark.parametrize("layers", LAYERS.values(), ids=LAYERS)
def test_networks_of_plain_arrays(ask, layers):
    X = np.random.RandomState(0).normal(size=(9, 4))
    network = Network(4, [*layers, Dense(2, "identity")])
    network.train(X, X[:, :2], steps=5, learning_rate=0.01, progress=False)
    found = column(ask(network, X.tolist()), "variable")
    np.testing.assert_allclose(found, network.predict(X), rtol=1e-10, atol=1e-12)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_several_yeses_a_row_and_the_estimators_classes(ask):
    X = np.random.RandomState(0).normal(size=(30, 3))
    several = MLPClassifier((4,), max_iter=9, random_state=0).fit(X, (X > 0).astype(int))
    assert column(ask(several, X.tolist()), "label").tolist() == several.predict(X).tolist()
    one = MLPClassifier((4,), max_iter=9, random_state=0).fit(X, np.where(X[:, 0] > 0, 7, -1))
    found = ask(one, X.tolist())
    assert column(found, "label").tolist() == one.predict(X).tolist()
    np.testing.assert_allclose(column(found, "probabilities"), one.predict_proba(X), rtol=1e-9)


def test_hostile_names_stay_names(ask):
    names = {"fare": "__proto__", "age": "*/ process.exit(1) //", "class": "`${1}` \u2028 \\"}
    frame = passengers().rename(columns=names)
    network = fitted(frame, "survived", dtype="float64").network
    found = ask(network, frame)
    assert column(found, "label").tolist() == network.labels(frame).tolist()


def test_a_file_tries_itself_and_sees_a_wrong_number(tmp_path):
    path = tmp_path / "my model.mjs"
    export(fitted(passengers(), "survived").network, path, "javascript")
    check_that_it_tries_itself([NODE], path, "=> 1 / (1 +", "=> 0.3 / (1 +")


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_files_of_numbers_arrays_and_several_yeses_try_themselves(tmp_path):
    X = np.random.RandomState(0).normal(size=(30, 3))
    several = MLPClassifier((4,), max_iter=9, random_state=0).fit(X, (X > 0).astype(int))
    numbers = fitted(passengers().dropna(subset=["age"]), "age").network
    for model in (several, numbers, Network([2, 3, 1])):
        export_of(model, tmp_path / "model.mjs")
        words = [NODE, tmp_path / "model.mjs"]
        done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
        assert done.stdout == "8 rows are predicted as expected\n"


def test_rows_of_ones_own_are_printed(tmp_path):
    network = fitted(passengers(), "survived").network
    (tmp_path / "m.mjs").write_text(prediction_script(network, language="javascript"))
    words = [NODE, tmp_path / "m.mjs"]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
    assert set(json.loads(done.stdout)) == {"label", "probabilities"}


ROW = {"fare": 1, "port, of 'call'": "S", "age": 3, "Port of call": "x", "class": "First",
       "when": 1.7e9}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"age": "old"}, "Error: column 'age' holds no number in row 1, but old"),
        ({"age": "1e999"}, "Error: column 'age' holds no number in row 1, but 1e999"),
    ],
)
def test_what_is_no_number_is_refused(ask, change, says):
    network = fitted(passengers(), "survived").network
    assert ask(network, [ROW | change]) == says


def test_a_column_that_is_not_there_is_named(ask):
    network = fitted(passengers(), "survived").network
    row = {name: value for name, value in ROW.items() if name != "fare"}
    assert ask(network, [ROW, row]) == "Error: row 2 lacks the column 'fare'"


def test_plain_rows_must_fit(ask):
    network = Network([2, 1])
    assert ask(network, [[1, 2], [3]]) == "Error: row 2 holds 1 numbers, not 2"
    assert ask(network, [[1, None]]) == "Error: column '2' holds no number in row 1, but null"
