"""Trained models as C++ headers answer as the definition does, clean under strict warnings."""

import subprocess

import numpy as np
import pandas as pd
import pytest

from syn0 import Dense, MLPClassifier, Network
from syn0.data import read_table
from syn0.models import prediction_script
from syn0.models.export import export
from syn0.program import ACTIVATIONS
from tests.printers.toolchains import TOOLCHAINS

from .test_c_module import HOSTILE
from .test_javascript import LAYERS
from .test_module import NEWS, fitted, passengers

COMPILER = TOOLCHAINS["cpp"].compiler
STRICT = ("-std=c++17", "-O0", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-pedantic")
pytestmark = pytest.mark.skipif(COMPILER is None, reason="there is no C++ compiler here")


@pytest.fixture
def tries(tmp_path):
    """What the self-test of a model's text prints."""

    def printed(text):
        (tmp_path / "model.hpp").write_text(text, encoding="utf-8")
        command = [COMPILER, *STRICT, "-DMODEL_TEST", "-x", "c++", "model.hpp", "-o", "test"]
        made = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stderr[:3000]
        return subprocess.run([tmp_path / "test"], capture_output=True, text=True).stdout.strip()

    return printed


def exported(network, folder):
    """The text of a network."""
    export(network, folder / "m.hpp", "cpp")
    return (folder / "m.hpp").read_text(encoding="utf-8")


@pytest.mark.parametrize("target", ["survived", "class", "age"])
def test_a_table_is_answered_as_the_definition_does(tries, target):
    network = fitted(passengers().dropna(subset=[target]), target).network
    news = pd.concat([
        passengers(20).assign(**{name: v for name, v in changes.items() if name != target})
        for changes in NEWS.values()
    ])  # fmt: skip
    text = prediction_script(network, read_table(news, for_prediction=True), language="cpp")
    assert tries(text) == "80 of 80 rows as expected"


def test_networks_of_plain_arrays(tries, tmp_path):
    X = np.random.RandomState(0).normal(size=(9, 4))
    every = [Dense(4, name) for name in ACTIVATIONS if name != "exp"]
    for layers in (every, LAYERS["normalized"]):
        network = Network(4, [*layers, Dense(2, "identity")])
        network.train(X, X[:, :2], steps=5, learning_rate=0.01, progress=False)
        assert tries(exported(network, tmp_path)) == "8 of 8 rows as expected"


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_an_estimators_yeses_and_noes(tries, tmp_path):
    X = np.random.RandomState(0).normal(size=(30, 3))
    model = MLPClassifier((4,), max_iter=9, random_state=0).fit(X, (X > 0).astype(int))
    model.export(tmp_path / "m.hpp", to="cpp")
    assert tries((tmp_path / "m.hpp").read_text()) == "8 of 8 rows as expected"


def test_hostile_names_stay_names(tries, tmp_path):
    frame = passengers().rename(columns={"fare": HOSTILE, "age": "class", "class": "template"})
    frame["survived"] = frame["survived"].map({"no": HOSTILE, "yes": 'R"(\0)"; evil'})
    network = fitted(frame, "survived").network
    assert tries(exported(network, tmp_path)) == "8 of 8 rows as expected"


def test_a_self_test_sees_another_answer(tries, tmp_path):
    text = exported(fitted(passengers(), "survived").network, tmp_path)
    wrong = text.replace("return 1 / (1 + std::exp(-z))", "return 1.1f / (1 + std::exp(-z))")
    assert wrong != text
    assert tries(wrong) != "8 of 8 rows as expected"
