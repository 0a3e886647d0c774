"""What tests of exported models share: trained models, and the rows on which they must agree."""

import functools
import subprocess
from collections.abc import Callable, Sequence
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from syn0 import Activation, BatchNorm, Dense, LayerNorm, MLPClassifier, Network, Skip
from syn0.program import ACTIVATIONS

from .test_module import NEWS, fitted, passengers

LAYERS = {
    "activations": [Dense(4, name) for name in ACTIVATIONS if name not in ("exp", "softmax")],
    "softmax within": [Dense(4, "softmax", bias=True), Dense(3, "tanh")],
    "normalized": [
        Dense(4, "identity"), BatchNorm(), Activation("relu"), Skip(), Dense(4), LayerNorm(),
    ],
}  # fmt: skip

Ask = Callable[[Any, pd.DataFrame | list[list[float]]], list[dict[str, Any]]]
"""What an exported model answers to rows."""


def cells_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame, None where a cell is missing."""
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{name: getattr(x, "item", lambda x=x: x)() for name, x in row.items()} for row in rows]


def table_of(frame: pd.DataFrame) -> dict[str, Any]:
    """The columns of a frame, None where a cell is missing."""
    return {name: frame[name].astype(object).where(frame[name].notna(), None) for name in frame}


def imported(model: Any, path: Path, to: str) -> Any:
    """The Python module that a model is exported to."""
    model.export(path, to=to)
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def column(answers: list[dict[str, Any]], role: str) -> np.ndarray:
    return np.array([answer[role] for answer in answers])


def assert_answers_as(network: Network, news: pd.DataFrame, found: list[dict[str, Any]],
                      rtol: float = 1e-9) -> None:  # fmt: skip
    """The answers to a table are those of `predict` and `labels`."""
    outputs = network.predict(news)
    if network.schema.task == "regression":
        np.testing.assert_allclose(column(found, "variable"), outputs[:, 0], rtol=rtol)
        return
    assert column(found, "label").tolist() == network.labels(news).tolist()
    likely = column(found, "probabilities")
    np.testing.assert_allclose(likely[:, -outputs.shape[1] :], outputs, rtol=rtol, atol=1e-12)


@functools.cache
def tables(target: str) -> list[tuple[Network, pd.DataFrame]]:
    """A network of a table, and tables to ask it about: missing and unseen values among them."""
    frame = passengers().dropna(subset=[target])
    network = fitted(frame, target, dtype="float64").network
    news = [{name: v for name, v in change.items() if name != target} for change in NEWS.values()]
    return [(network, passengers().assign(**change)) for change in news]


def check_tables(ask: Ask, target: str) -> None:
    for network, news in tables(target):
        assert_answers_as(network, news, ask(network, news))


@functools.cache
def array_network(layers: str) -> tuple[Network, np.ndarray]:
    """A network of plain arrays, and rows to ask it about."""
    X = np.random.RandomState(0).normal(size=(9, 4))
    network = Network(4, [*LAYERS[layers], Dense(2, "identity")])
    network.train(X, X[:, :2], steps=5, learning_rate=0.01, progress=False)
    return network, X


def check_arrays(ask: Ask, layers: str) -> None:
    network, X = array_network(layers)
    found = column(ask(network, X.tolist()), "variable")
    np.testing.assert_allclose(found, network.predict(X), rtol=1e-9, atol=1e-12)


@functools.cache
def estimators() -> tuple[MLPClassifier, MLPClassifier, np.ndarray]:
    """One of several yeses a row and one of two classes, and rows to ask them about."""
    X = np.random.RandomState(0).normal(size=(30, 3))
    several = MLPClassifier((4,), max_iter=9, random_state=0).fit(X, (X > 0).astype(int))
    one = MLPClassifier((4,), max_iter=9, random_state=0).fit(X, np.where(X[:, 0] > 0, 7, -1))
    return several, one, X


def check_estimators(ask: Ask) -> None:
    several, one, X = estimators()
    assert column(ask(several, X.tolist()), "label").tolist() == several.predict(X).tolist()
    found = ask(one, X.tolist())
    assert column(found, "label").tolist() == one.predict(X).tolist()
    np.testing.assert_allclose(column(found, "probabilities"), one.predict_proba(X), rtol=1e-9)


HOSTILE = {
    "fare": "__proto__", "age": "*/ '); DROP TABLE t; --",
    "class": '`${1}` \u2028 \\" </script><b>\u202e"',
    "port, of 'call'": "Ünïcode\n'''\"\"\"\\",
}  # fmt: skip
TEXTS = {"S": "*/ \\' \"", "C": "</script><script>alert(1)</script>", "Q": "'; -- \u202e é 年"}


def hostile_frame() -> pd.DataFrame:
    """A table whose columns, texts and classes are called so as to do harm."""
    frame = passengers()
    frame["port, of 'call'"] = frame["port, of 'call'"].map(TEXTS)
    frame["survived"] = frame["survived"].map({"yes": "<img src=x> '\"\\", "no": "{}\n\u2029%s"})
    return frame.rename(columns=HOSTILE)


@functools.cache
def hostile_network() -> Network:
    return fitted(hostile_frame(), "survived", dtype="float64").network


def check_hostile_names(ask: Ask) -> None:
    network, frame = hostile_network(), hostile_frame()
    assert_answers_as(network, frame, ask(network, frame))


def check_that_it_tries_itself(program: Sequence[str], path: Path, right: str, wrong: str) -> None:
    """A file that `program` runs finds its rows predicted as expected; one with another formula in
    it does not, and says so."""

    def run() -> subprocess.CompletedProcess[str]:
        words = [*program, path.name]
        return subprocess.run(words, cwd=path.parent, capture_output=True, text=True, check=False,
                              timeout=60)  # fmt: skip

    done = run()
    assert (done.returncode, done.stdout) == (0, "8 rows are predicted as expected\n"), done.stderr
    text = path.read_text(encoding="utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong), encoding="utf-8")
    done = run()
    assert (done.returncode, done.stdout) == (1, "")
    assert "is not as expected" in done.stderr or "Not equal to tolerance" in done.stderr
