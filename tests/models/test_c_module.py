"""Trained models as C headers answer as the network does, from the raw columns on; they are clean
under strict warnings and sanitizers, and try themselves."""

import subprocess

import numpy as np
import pandas as pd
import pytest

from syn0 import Dense, MLPClassifier, Network
from syn0.data import read_table
from syn0.engines.compiler import find_compiler
from syn0.models import plan_table, prediction_script, table_options
from syn0.models.export import export

from .test_javascript import LAYERS
from .test_module import NEWS, fitted, passengers

pytestmark = pytest.mark.needs_compiler

STRICT = ("-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-pedantic", "-O0")
SANITIZED = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
PRINTS_ALL = """
#define MODEL_TEST
#define main self_test
#include "model.h"
#undef main
int main(void) {
    for (size_t i = 0; i < sizeof test_answers / sizeof test_answers[0]; i++) {
        const model_answer found = model_predict(%s);
%s
        printf("\\n");
    }
    return self_test();
}
"""


@pytest.fixture
def run(tmp_path):
    """Compiles a header, and gives what a program around it prints, line by line."""

    def lines(text, program="", *flags):
        (tmp_path / "model.h").write_text(text, encoding="utf-8")
        (tmp_path / "main.c").write_text(program or '#define MODEL_TEST\n#include "model.h"\n')
        command = [*find_compiler().command, *STRICT, *flags, "-o", "main", "main.c", "-lm"]
        made = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stderr[:3000]
        done = subprocess.run([tmp_path / "main"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-500:] + done.stderr
        return done.stdout.splitlines()

    return lines


def header(model, path, language="c"):
    """The text that is exported of a model."""
    if isinstance(model, Network):
        export(model, path, language)
    else:
        model.export(path, to=language)
    return path.read_text(encoding="utf-8")


def numbers(role, width):
    """Prints an answer of several numbers."""
    return f'        for (int j = 0; j < {width}; j++) printf("\\t%.9g", found.{role}[j]);'


@pytest.mark.parametrize("target", ["survived", "class", "age"])
@pytest.mark.parametrize("language", ["c", "c-int8"])
def test_a_table_is_answered_as_by_the_network(run, target, language):
    frame = passengers().dropna(subset=[target])
    network = fitted(frame, target).network
    news = pd.concat([
        passengers().assign(**{name: v for name, v in changes.items() if name != target})
        for changes in NEWS.values()
    ])  # fmt: skip
    text = prediction_script(network, read_table(news, for_prediction=True), language=language)
    limit = 1e-4 if language == "c" else 0.05
    if target == "age":
        printed = run(text, PRINTS_ALL % ("&test_rows[i]", 'printf("%.9g", found.variable);'))
        found, outputs = np.array(printed[:-1], float), network.predict(news)[:, 0]
        np.testing.assert_allclose(found, outputs, rtol=limit, atol=limit * outputs.std())
        return
    shown = 'printf("%s", found.label);' + numbers("probabilities", 2)
    printed = [line.split("\t") for line in run(text, PRINTS_ALL % ("&test_rows[i]", shown))[:-1]]
    outputs = network.predict(news)
    likely = np.array([row[1:] for row in printed], float)
    np.testing.assert_allclose(likely[:, -outputs.shape[1] :], outputs, atol=limit)
    alike = np.array([row[0] for row in printed]) == network.labels(news)
    assert alike.all() or (language == "c-int8" and alike.mean() > 0.97)


@pytest.mark.parametrize("layers", LAYERS.values(), ids=LAYERS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_networks_of_plain_arrays_try_themselves_under_sanitizers(run, layers, dtype, tmp_path):
    X = np.random.RandomState(0).normal(size=(9, 4)).astype(dtype)
    network = Network(4, [*layers, Dense(2, "identity")], dtype=dtype)
    network.train(X, X[:, :2], steps=5, learning_rate=0.01, progress=False)
    assert run(header(network, tmp_path / "m.h"), "", *SANITIZED) == ["8 of 8 rows as expected"]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_several_yeses_a_row_and_the_estimators_classes(run, tmp_path):
    X = np.random.RandomState(0).normal(size=(30, 3))
    for y in ((X > 0).astype(int), np.where(X[:, 0] > 0, 7, -1), np.where(X[:, 0] > 0, "a", "b")):
        model = MLPClassifier((4,), max_iter=9, random_state=0).fit(X, y)
        assert run(header(model, tmp_path / "m.h")) == ["8 of 8 rows as expected"]


def test_eight_bits_take_a_quarter_and_lose_little(run, tmp_path):
    table = read_table("digits")
    plan = plan_table(table, table_options(hidden=(24,), epochs=10, holdout=0.0))
    network = plan.fit(progress=False).network
    texts = {name: header(network, tmp_path / "m.h", name) for name in ("c", "c-int8")}
    rows = table.take(np.arange(0, len(table), 4))
    truth = rows.columns[table.target]
    wanted = [truth.categories[code] for code in truth.values] if truth.categories else (
        [str(int(value)) for value in truth.values]
    )  # fmt: skip
    right, size = {}, {}
    for name, text in texts.items():
        size[name] = int(text.split("It holds ")[1].split()[0].replace(",", ""))
        full = prediction_script(network, rows, language=name)
        shown = run(full, PRINTS_ALL % ("&test_rows[i]" if "input->" in full else "test_rows[i]",
                                        'printf("%s", found.label);'))[:-1]  # fmt: skip
        right[name] = np.mean([one == other for one, other in zip(shown, wanted, strict=True)])
    assert right["c"] > 0.9
    assert abs(right["c"] - right["c-int8"]) <= 0.005
    assert size["c-int8"] < 0.3 * size["c"]


HOSTILE = '*/ int evil; /* \\ "quoted" ??/ \n \u202e \u2028 é # {}'


def test_hostile_names_stay_names(run, tmp_path):
    frame = passengers().rename(columns={"fare": HOSTILE, "age": "int", "class": "_ %s"})
    frame["survived"] = frame["survived"].map({"no": HOSTILE, "yes": '"; evil'})
    frame["port, of 'call'"] = frame["port, of 'call'"].map({"S": HOSTILE, "C": "\\", "Q": "%d"})
    network = fitted(frame, "survived").network
    assert run(header(network, tmp_path / "m.h")) == ["8 of 8 rows as expected"]


def test_a_text_that_c_cannot_hold_is_refused(tmp_path):
    frame = passengers()
    frame["class"] = frame["class"].map({"First": "a\0b", "Second": "c"})
    with pytest.raises(ValueError, match=r"end with NUL in C, and 'a\\x00b' holds one: choose"):
        export(fitted(frame, "survived").network, tmp_path / "m.h", "c")
    assert not (tmp_path / "m.h").exists()
