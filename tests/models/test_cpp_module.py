"""Trained models as C++ headers answer as the definition does, clean under strict warnings."""

import re
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


def tried(texts, folder):
    """What the self-tests of models print, which stand in one program: each in a namespace of its
    own, below what they include, as the compiler reads that longest."""
    included = dict.fromkeys(re.findall("^#include .*", "\n".join(texts), re.MULTILINE))
    parts = ["#define MODEL_TEST", *included]
    for number, text in enumerate(texts):
        parts += [f"#define main main{number}", f"namespace one{number} {{", text, "}"]
        parts += ["#undef main", "#undef MODEL_HPP"]
    calls = " ".join(f"one{number}::main{number}();" for number in range(len(texts)))
    (folder / "all.cpp").write_text(
        "\n".join([*parts, f"int main() {{ {calls} }}"]), encoding="utf-8"
    )
    return run_of(folder, "all.cpp").splitlines()


def run_of(folder, *words):
    """What a program prints that is compiled from a file in the folder."""
    command = [COMPILER, *STRICT, *words, "-o", "test"]
    made = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr[:3000]
    return subprocess.run([folder / "test"], capture_output=True, text=True, check=False).stdout


def exported(model, path):
    """The text of a model."""
    if isinstance(model, Network):
        export(model, path, "cpp")
    else:
        model.export(path, to="cpp")
    return path.read_text(encoding="utf-8")


def table_models():
    """Networks of tables, which try themselves on the rows of all `NEWS`."""
    for target in ("survived", "class", "age"):
        network = fitted(passengers().dropna(subset=[target]), target).network
        news = pd.concat([
            passengers(20).assign(**{name: v for name, v in changes.items() if name != target})
            for changes in NEWS.values()
        ])  # fmt: skip
        yield prediction_script(network, read_table(news, for_prediction=True), language="cpp")


def array_models():
    """Of plain arrays, with all layers and activations, and an estimator of yeses and noes."""
    X = np.random.RandomState(0).normal(size=(9, 4))
    every = [Dense(4, name) for name in ACTIVATIONS if name != "exp"]
    for layers in (every, LAYERS["normalized"]):
        network = Network(4, [*layers, Dense(2, "identity")])
        network.train(X, X[:, :2], steps=5, learning_rate=0.01, progress=False)
        yield network
    X = np.random.RandomState(0).normal(size=(30, 3))
    yield MLPClassifier((4,), max_iter=9, random_state=0).fit(X, (X > 0).astype(int))


def hostile_model():
    """Its columns and classes are called so as to do harm."""
    frame = passengers().rename(columns={"fare": HOSTILE, "age": "class", "class": "template"})
    frame["survived"] = frame["survived"].map({"no": HOSTILE, "yes": 'R"(\0)"; evil'})
    return fitted(frame, "survived").network


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_models_answer_as_the_definition_does_and_hostile_names_stay_names(tmp_path):
    tables = [*table_models()]
    others = [exported(model, tmp_path / "m.hpp") for model in (*array_models(), hostile_model())]
    expected = ["80 of 80 rows as expected"] * 3 + ["8 of 8 rows as expected"] * 4
    assert tried([*tables, *others], tmp_path) == expected


def test_a_header_tries_itself_and_sees_another_answer(tmp_path):
    text = exported(fitted(passengers(), "survived").network, tmp_path / "model.hpp")
    wrong = text.replace("return 1 / (1 + std::exp(-z))", "return 1.1f / (1 + std::exp(-z))")
    assert wrong != text
    (tmp_path / "model.hpp").write_text(wrong, encoding="utf-8")
    said = run_of(tmp_path, "-DMODEL_TEST", "-x", "c++", "model.hpp")
    assert re.fullmatch("[0-7] of 8 rows as expected\n", said)
