"""Trained models as Rust files answer as the definition does, without the standard library."""

import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

from syn0 import Dense, MLPClassifier, Network
from syn0.data import read_table
from syn0.models import prediction_script
from syn0.models.export import export
from syn0.program import ACTIVATIONS

from .test_c_module import HOSTILE
from .test_javascript import LAYERS
from .test_module import NEWS, fitted, passengers

RUSTC = shutil.which("rustc")
pytestmark = pytest.mark.skipif(RUSTC is None, reason="there is no Rust compiler here")


def compiled(text, folder, *flags):
    """What the compiler says of a text, and the program that it makes."""
    (folder / "models.rs").write_text(text, encoding="utf-8")
    command = [RUSTC, "--edition=2021", "-Dwarnings", "-Cdebuginfo=0", *flags, "models.rs"]
    made = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr[:3000]
    return folder / "models"


def tried(texts, folder):
    """What the self-tests of models print that are modules of one crate."""
    parts = [f"mod model{number} {{\n{text}\n}}" for number, text in enumerate(texts)]
    program = compiled("\n".join(parts), folder, "--test")
    done = subprocess.run([program], capture_output=True, text=True, check=False, timeout=60)
    return done.stdout


def exported(model, path):
    """The text of a model."""
    if isinstance(model, Network):
        export(model, path, "rust")
    else:
        model.export(path, to="rust")
    return path.read_text(encoding="utf-8")


def networks():
    """Of plain arrays, in both number types, with all layers and activations."""
    X = np.random.RandomState(0).normal(size=(9, 4))
    every = [Dense(4, name) for name in ACTIVATIONS if name != "exp"]
    for layers in [*LAYERS.values(), every]:
        for dtype in ("float32", "float64"):
            network = Network(4, [*layers, Dense(2, "identity")], dtype=dtype)
            network.train(X, X[:, :2], steps=5, learning_rate=0.01, progress=False)
            yield network


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_models_answer_as_the_definition_does(tmp_path):
    texts = [exported(network, tmp_path / "m.rs") for network in networks()]
    for target in ("survived", "class", "age"):
        frame = passengers().dropna(subset=[target])
        network = fitted(frame, target).network
        for changes in NEWS.values():
            own = {name: value for name, value in changes.items() if name != target}
            rows = read_table(passengers().assign(**own), for_prediction=True)
            texts.append(prediction_script(network, rows, language="rust"))
    X = np.random.RandomState(0).normal(size=(30, 3))
    for y in ((X > 0).astype(int), np.where(X[:, 0] > 0, 7, -1), np.where(X[:, 0] > 0, "a", "b")):
        model = MLPClassifier((4,), max_iter=9, random_state=0).fit(X, y)
        texts.append(exported(model, tmp_path / "m.rs"))
    assert f"{len(texts)} passed; 0 failed" in tried(texts, tmp_path)


def test_a_self_test_sees_another_answer(tmp_path):
    text = exported(fitted(passengers(), "survived").network, tmp_path / "m.rs")
    wrong = text.replace("1.0 / (1.0 + exp(-z))", "1.1 / (1.0 + exp(-z))")
    assert wrong != text
    assert "1 failed" in tried([wrong], tmp_path)


def test_hostile_names_stay_names_where_there_is_core_alone(tmp_path):
    frame = passengers().rename(columns={"fare": HOSTILE, "age": "self", "class": '"#; {}'})
    frame["survived"] = frame["survived"].map({"no": HOSTILE, "yes": 'r#"\0"#; evil'})
    text = exported(fitted(frame, "survived").network, tmp_path / "m.rs")
    (tmp_path / "model.rs").write_text(text, encoding="utf-8")
    alone = "#![no_std]\n#![forbid(unsafe_code)]\npub mod model;\n"
    compiled(alone, tmp_path, "--crate-type=lib", "--emit=metadata")
    assert "1 passed" in tried([text], tmp_path)


def test_a_text_that_rust_cannot_hold_is_refused(tmp_path):
    frame = pd.DataFrame({"a": range(6), "b": ["half \ud800", "c"] * 3})
    with pytest.raises(ValueError, match=r"valid UTF-8, and 'half \\ud800' is not: choose"):
        export(fitted(frame, "b").network, tmp_path / "m.rs", "rust")
