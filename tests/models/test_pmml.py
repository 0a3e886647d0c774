"""Trained models as PMML answer in readers of Java's and Scala's as the network does."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from syn0 import BatchNorm, Dense, LayerNorm, MLPClassifier, MLPRegressor, Network, Skip
from syn0.data import read_table
from syn0.models import plan_table, table_options
from syn0.program import ACTIVATIONS

from . import pmml_reader
from .exported import cells_of, check_hostile_names, check_tables, column
from .test_module import fitted, passengers

NAMES = "{http://www.dmg.org/PMML-4_4}"
Reader = Callable[[Path, list[dict[str, Any]]], Any]

SAID = [name for name in ACTIVATIONS if name not in ("gelu", "silu", "mish", "softplus")]
"""Activations that are bends that PMML knows, or sums of some."""


@pytest.fixture(scope="session", params=[*pmml_reader.READERS])
def reader(request: Any) -> Iterator[Reader]:
    """What a reader gives for the rows of a file; a text where it refuses them."""
    if shutil.which("java") is None:
        pytest.skip("there is no Java")
    if find_spec(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    words = [sys.executable, pmml_reader.__file__, request.param]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True) as child:  # fmt: skip

        def ask(path: Path, rows: list[dict[str, Any]]) -> Any:
            child.stdin.write(json.dumps([str(path), rows]) + "\n")
            child.stdin.flush()
            for line in child.stdout:
                if line.startswith("answer "):
                    return json.loads(line.removeprefix("answer "))
            raise AssertionError(f"{request.param} ended")

        yield ask
        child.stdin.close()
        child.wait(60)


@pytest.fixture
def ask(reader: Reader, tmp_path: Path) -> Any:
    """What a model answers to rows, in a reader."""

    def answers(model: Any, rows: Any) -> list[dict[str, Any]]:
        model.export(tmp_path / "model.pmml", to="pmml")
        if isinstance(rows, pd.DataFrame):
            rows = cells_of(rows)
        else:
            rows = [{f"x{k + 1}": x for k, x in enumerate(row)} for row in rows]
        found = reader(tmp_path / "model.pmml", rows)
        assert isinstance(found, list), found
        names = [
            one.get("name")
            for one in ElementTree.parse(tmp_path / "model.pmml").iter(f"{NAMES}OutputField")
        ]
        return [answer_of({name: row[name] for name in names}) for row in found]

    return answers


def answer_of(row: dict[str, Any]) -> dict[str, Any]:
    """An answer as other formats give it."""
    several = [row[name] for name in row if name.startswith("prediction ")]
    likely = [row[name] for name in row if name.startswith("probability of ")]
    if several:
        return {"variable": several}
    if likely:
        return {"label": row["prediction"], "probabilities": likely}
    return {"label": row["prediction"], "variable": row["prediction"]}


@pytest.mark.parametrize("target", ["survived", "age"])
def test_a_table_is_answered_as_by_the_network(ask: Any, target: str) -> None:
    check_tables(ask, target)


@pytest.mark.parametrize("activation", SAID)
def test_activations_are_neurons_or_sums_of_some(ask: Any, activation: str) -> None:
    X = np.random.RandomState(0).normal(size=(9, 4)) * 3
    network = Network(4, [Dense(5, activation, bias=True), Dense(2, "identity")])
    found = column(ask(network, X.tolist()), "variable")
    np.testing.assert_allclose(found, network.predict(X), rtol=1e-9, atol=1e-12)


def test_what_only_scales_and_adds_becomes_part_of_the_sums(ask: Any) -> None:
    X = np.random.RandomState(0).normal(size=(9, 4))
    layers = [Dense(4, "tanh"), BatchNorm(), Skip(), Dense(4, "relu", bias=True), Dense(2)]
    network = Network(4, layers)
    network.train(X, X[:, :2] > 0, steps=5, learning_rate=0.1, progress=False)
    found = column(ask(network, X.tolist()), "variable")
    np.testing.assert_allclose(found, network.predict(X), rtol=1e-9, atol=1e-12)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_estimators_classes_and_numbers(ask: Any) -> None:
    X = np.random.RandomState(0).normal(size=(30, 3))
    classes = np.where(X[:, 0] > 0, 7, -1) + (X[:, 1] > 1)
    model = MLPClassifier((4,), max_iter=9, random_state=0).fit(X, classes)
    found = ask(model, X.tolist())
    assert column(found, "label").tolist() == model.predict(X).tolist()
    np.testing.assert_allclose(column(found, "probabilities"), model.predict_proba(X), rtol=1e-9)
    model = MLPRegressor(hidden_layer_sizes=(4,), max_iter=9, random_state=0).fit(X, X[:, 0])
    found = column(ask(model, X.tolist()), "variable")
    np.testing.assert_allclose(found, model.predict(X), rtol=1e-9)


@pytest.mark.parametrize("outputs", [1, 3])
def test_classes_told_without_probabilities(ask: Any, outputs: int) -> None:
    frame = read_table("iris")
    if outputs == 1:
        frame = frame.take(np.arange(100))
    choices = {1: {"loss": "hinge", "output_activation": "tanh"}, 3: {"loss": "squared_error"}}
    options = table_options(hidden=(3,), epochs=5, **choices[outputs])
    network = plan_table(frame, options).fit(progress=False).network
    rows = [{c.name: float(c.values[k]) for c in frame.inputs} for k in range(0, len(frame), 9)]
    found = ask(network, pd.DataFrame(rows))
    assert column(found, "label").tolist() == network.labels(rows).tolist()


def test_quantiles_are_numbers_too(ask: Any) -> None:
    frame = passengers().dropna(subset=["age"])
    network = fitted(frame, "age", dtype="float64", loss="quantile:0.1,0.5,0.9").network
    found = column(ask(network, frame), "variable")
    np.testing.assert_allclose(found, network.predict(frame), rtol=1e-9)


def test_rows_of_pictures(ask: Any) -> None:
    table = read_table("digits")
    options = table_options(hidden=(16,), epochs=1)
    network = plan_table(table, options).fit(progress=False).network
    few = table.take(np.arange(20))
    found = ask(network, np.stack([c.values for c in few.inputs], axis=1).tolist())
    assert column(found, "label").tolist() == network.labels(few).tolist()
    np.testing.assert_allclose(column(found, "probabilities"), network.predict(few), atol=1e-6)


def test_hostile_names_stay_names(ask: Any) -> None:
    check_hostile_names(ask)


def test_columns_may_be_called_as_the_fields_are(reader: Reader, tmp_path: Path) -> None:
    called = {"fare": "prediction", "age": "label", "when": "filled prediction"}
    frame = passengers().rename(columns=called)
    network = fitted(frame, "survived", dtype="float64").network
    network.export(tmp_path / "model.pmml", to="pmml")
    found = [row["prediction_"] for row in reader(tmp_path / "model.pmml", cells_of(frame))]
    assert found == network.labels(frame).tolist()


def test_a_file_holds_rows_to_be_verified(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "model.pmml"
    fitted(passengers(), "survived").network.export(path, to="pmml")
    verified = ElementTree.parse(path).find(f".//{NAMES}ModelVerification")
    fields = {one.get("column"): one.get("field") for one in verified[0]}
    rows = [{fields[cell.tag.removeprefix(NAMES)]: cell.text for cell in row}
            for row in verified[1]]  # fmt: skip
    expected = [{name: row.pop(name) for name in ("prediction", "probability of yes")}
                for row in rows]  # fmt: skip
    found = reader(path, rows)
    assert len(rows) == 8
    assert [row["prediction"] for row in found] == [row["prediction"] for row in expected]
    likely = [[row["probability of yes"], float(wanted["probability of yes"])]
              for row, wanted in zip(found, expected, strict=True)]  # fmt: skip
    np.testing.assert_allclose(*np.transpose(likely), rtol=1e-5)


def test_jpmml_refuses_a_file_whose_rows_are_answered_otherwise(
    reader: Reader, request: Any, tmp_path: Path
) -> None:
    if request.node.callspec.params["reader"] != "jpmml_evaluator":
        pytest.skip("PMML4S verifies nothing")
    path = tmp_path / "model.pmml"
    fitted(passengers(), "survived").network.export(path, to="pmml")
    text = path.read_text(encoding="ascii")
    path.write_text(text.replace('"logistic"', '"tanh"'), encoding="ascii")
    assert "do not match" in reader(path, [{}])


@pytest.mark.parametrize(("layers", "what"), [
    ([Dense(3, "gelu")], "'gelu' with neurons (l1: "),
    ([Dense(3), LayerNorm()], "with neurons (l1_"),
])  # fmt: skip
def test_what_neurons_cannot_do_is_refused_by_name(
    layers: list[Any], what: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="the pmml printer cannot write the operation") as refused:
        Network(4, [*layers, Dense(1)]).export(tmp_path / "model.pmml", to="pmml")
    assert what in str(refused.value)
    assert not (tmp_path / "model.pmml").exists()


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_several_labels_a_row_are_refused(tmp_path: Path) -> None:
    X = np.random.RandomState(0).normal(size=(30, 3))
    several = MLPClassifier((4,), max_iter=9, random_state=0).fit(X, (X > 0).astype(int))
    with pytest.raises(ValueError, match="the pmml printer cannot write several labels a row"):
        several.export(tmp_path / "model.pmml", to="pmml")


def test_what_xml_cannot_hold_is_refused_in_one_sentence(tmp_path: Path) -> None:
    network = fitted(passengers().rename(columns={"age": "a\0ge"}), "survived").network
    with pytest.raises(ValueError, match=r"holds a character that no text of XML does") as refused:
        network.export(tmp_path / "model.pmml", to="pmml")
    assert "\0" not in str(refused.value)
    assert not (tmp_path / "model.pmml").exists()
