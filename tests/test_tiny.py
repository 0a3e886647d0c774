"""The whole product in ten seconds, before anything else: what is described is derived, printed,
run, trained, saved, loaded, asked, shipped and typed as a command, and all of it agrees."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from syn0 import MLPClassifier, Network, TabularClassifier, Training, load, save
from syn0.derive import training_program
from syn0.engines import ENGINES
from syn0.engines.compiler import CompilerError, find_compiler
from syn0.explain import check_gradients
from syn0.printers import PRINTERS
from syn0.program import check
from syn0.program.interpreter import start, step
from tests.printers.toolchains import TOOLCHAINS

X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
Y = np.array([[0], [1], [1], [0]])
STEPS = 300


@pytest.fixture(scope="module")
def expected() -> dict[str, np.ndarray]:
    """The tutorial's network after its steps, by the definition: each line in turn."""
    network = Network([3, 4, 1])
    program = training_program(network.spec, Training(steps=STEPS))
    assert check(program)["l2"] == ("rows", 1)
    values = start(program, np.random.RandomState(network.spec.seed)) | {"X": X, "y": Y}
    for _ in range(STEPS):
        values = step(program, values)
    return values


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """A CSV file of forty animals with a missing number, and the model that the command trains."""
    folder = tmp_path_factory.mktemp("tiny")
    kinds = [("cat", 4, "B"), ("dog", 20, "A")]
    rows = [
        f"{kinds[k % 2][1] + k % 5},{kinds[k // 2 % 2][2]},{kinds[k % 2][0]}" for k in range(40)
    ]
    rows[7] = rows[7].replace(rows[7].split(",")[0], "", 1)
    pets = folder / "pets.csv"
    pets.write_text("weight,house,kind\n" + "\n".join(rows) + "\n")
    model = folder / "pets.safetensors"
    words = ["train", pets, "--hidden", 6, "--epochs", 80, "--out", model]
    done = subprocess.run(
        [sys.executable, "-m", "syn0", *map(str, words)], capture_output=True, text=True, check=True
    )
    return SimpleNamespace(pets=pets, model=model, said=done.stdout)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_learns_what_the_definition_does(engine: str, expected) -> None:
    network = Network([3, 4, 1])
    history = network.train(X, Y, steps=STEPS, engine=engine, progress=False)
    np.testing.assert_allclose(network.weights["syn0"], expected["syn0"], rtol=1e-10)
    assert history.reports[-1].loss < history.reports[0].loss
    assert network.predict(X).shape == (4, 1)


def in_python(text: str, folder: Path) -> np.ndarray:
    exec(compile(text, "program", "exec"), names := {})  # noqa: S102
    return names["l2"]


def in_framework(text: str, folder: Path) -> np.ndarray:
    """In a process of its own, as it settles how the framework computes."""
    framework = re.findall(r"^import (jax|torch)$", text, re.MULTILINE)[0]
    pytest.importorskip(framework, reason=f"{framework} is not installed")
    (folder / "net.py").write_text(text)
    return closing([sys.executable, str(folder / "net.py")])


def in_c(text: str, folder: Path) -> np.ndarray:
    try:
        compiler = find_compiler().command
    except CompilerError as error:
        pytest.skip(str(error))
    (folder / "net.c").write_text(text)
    flags = ["-O1", "-Wall", "-Werror", "-o", "net", "net.c", "-lm"]
    subprocess.run([*compiler, *flags], cwd=folder, check=True)
    return closing([str(folder / "net")])


def in_node(text: str, folder: Path) -> np.ndarray:
    node = shutil.which("node") or pytest.skip("there is no Node here")
    (folder / "net.js").write_text(text)
    return closing([node, str(folder / "net.js")])


def in_julia(text: str, folder: Path) -> np.ndarray:
    julia = shutil.which("julia") or pytest.skip("there is no Julia here")
    (folder / "net.jl").write_text(text)
    return closing([julia, str(folder / "net.jl")])


def closing(command: list[str]) -> np.ndarray:
    """The output that a program prints at its end, a row a line."""
    return outputs(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def outputs(said: str) -> np.ndarray:
    """The output at the end of what a program prints."""
    numbers = re.findall(r"[-\d.e]+", said.partition("Output after training:")[2])
    return np.array(numbers, float)[:, np.newaxis]


def in_toolchain(language: str) -> Callable[[str, Path], np.ndarray]:
    """Compiles a program with what is here for its language."""
    tool = TOOLCHAINS[language]

    def run(text: str, folder: Path) -> np.ndarray:
        if tool.compiler is None:
            pytest.skip(f"none of the compilers is here: {', '.join(tool.compilers)}")
        return outputs(tool.printed(tool.compiled([text], folder)))

    return run


EQUATIONS = {"math", "latex", "mathml"}
"""What is printed to be read, not run."""

RUN = {"numpy": in_python, "terse": in_python, "c": in_c, "javascript": in_node}
RUN |= {"torch": in_framework, "jax": in_framework, "julia": in_julia}
RUN |= {language: in_toolchain(language) for language in TOOLCHAINS}


@pytest.mark.parametrize("language", [name for name in PRINTERS if name not in EQUATIONS])
def test_what_is_printed_learns_what_the_definition_does(
    language: str, expected, tmp_path: Path
) -> None:
    text = Network([3, 4, 1]).program(language, data=(X, Y), training=Training(steps=STEPS))
    assert RUN[language](text, tmp_path) == pytest.approx(expected["l2"], abs=1e-7)


def test_the_gradient_is_right() -> None:
    network = Network([3, 4, 1], activation="gelu", bias=True, dropout=0.1)
    assert all(row.right for row in check_gradients(network.spec, Training(steps=1)))


def test_a_command_learns_a_table_and_its_model_goes_everywhere(table, capsys) -> None:
    assert "accuracy" in table.said
    network = load(table.model, Network)
    assert (
        network.predict([{"weight": 21, "house": "A"}, {"weight": 4, "house": "A"}]).shape[0] == 2
    )
    words = [sys.executable, "-m", "syn0", "predict", str(table.model), str(table.pets)]
    printed = subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(printed) == 41
    right = [
        line.split(",")[0] == row.split(",")[2]
        for line, row in zip(printed[1:], table.pets.read_text().splitlines()[1:], strict=True)
    ]
    assert np.mean(right) > 0.9


def test_a_network_is_saved_loaded_and_goes_on_where_it_stood(tmp_path: Path) -> None:
    half, whole = Network([3, 4, 1]), Network([3, 4, 1])
    half.train(X, Y, steps=10, optimizer="adam", progress=False)
    half.save(tmp_path / "half.safetensors")
    again = load(tmp_path / "half.safetensors", Network)
    again.train(X, Y, steps=10, optimizer="adam", progress=False)
    whole.train(X, Y, steps=20, optimizer="adam", progress=False)
    np.testing.assert_array_equal(again.weights["syn1"], whole.weights["syn1"])


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("kind", [MLPClassifier, TabularClassifier])
def test_an_estimator_learns_and_comes_back_from_its_file(kind, tmp_path: Path) -> None:
    inputs = np.random.RandomState(0).normal(size=(60, 3))
    labels = np.where(inputs[:, 0] > 0, "yes", "no")
    model = kind(hidden_layer_sizes=(8,), max_iter=200, random_state=0).fit(inputs, labels)
    assert model.score(inputs, labels) > 0.8
    save(model, tmp_path / "model.safetensors")
    again = load(tmp_path / "model.safetensors", kind)
    np.testing.assert_array_equal(again.predict_proba(inputs), model.predict_proba(inputs))


def test_an_exported_model_says_what_the_network_does(table) -> None:
    pytest.importorskip("onnx", reason="the package onnx is not installed")
    runtime = pytest.importorskip("onnxruntime", reason="ONNX Runtime is not installed")
    path = table.model.with_suffix(".onnx")
    load(table.model, Network).export(path)
    session = runtime.InferenceSession(path, providers=["CPUExecutionProvider"])
    weights, houses = np.array([[21], [4]], "float32"), np.array([["A"], ["B"]], object)
    (label,) = session.run(["label"], {"weight": weights, "house": houses})
    assert label.tolist() == ["dog", "cat"]
