"""Trained models as one Python file answer, without any package, as the network does."""

import json
import subprocess
import sys

import pytest

from .exported import (
    LAYERS,
    Ask,
    cells_of,
    check_arrays,
    check_estimators,
    check_hostile_names,
    check_tables,
    check_that_it_tries_itself,
)
from .test_javascript import ROW
from .test_module import fitted, passengers

ASK = """
import json, sys
from model import predict
try:
    print(json.dumps(predict(json.load(sys.stdin))))
except ValueError as error:
    print(json.dumps(str(error)))
"""


@pytest.fixture
def ask(tmp_path) -> Ask:
    """What a model answers, in a Python that has its standard library alone."""

    def answers(model, rows):
        model.export(tmp_path / "model.py", to="python")
        (tmp_path / "ask.py").write_text(ASK, encoding="utf-8")
        rows = rows if isinstance(rows, list) else cells_of(rows)
        words = [sys.executable, "-S", "-W", "error", "ask.py"]
        done = subprocess.run(words, cwd=tmp_path, input=json.dumps(rows), capture_output=True,
                              text=True, check=False, timeout=60)  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return answers


@pytest.mark.parametrize("target", ["survived", "class", "age"])
def test_a_table_is_answered_as_by_the_network(ask: Ask, target: str) -> None:
    check_tables(ask, target)


@pytest.mark.parametrize("layers", LAYERS)
def test_networks_of_plain_arrays(ask: Ask, layers: str) -> None:
    check_arrays(ask, layers)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_several_yeses_a_row_and_the_estimators_classes(ask: Ask) -> None:
    check_estimators(ask)


def test_hostile_names_stay_names(ask: Ask) -> None:
    check_hostile_names(ask)


def test_a_file_tries_itself_and_sees_a_wrong_number(tmp_path) -> None:
    path = tmp_path / "model.py"
    fitted(passengers(), "survived").network.export(path, to="python")
    program = [sys.executable, "-S", "-W", "error"]
    check_that_it_tries_itself(program, path, "return 1 / (1 +", "return 0.3 / (1 +")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"age": "old"}, "column 'age' holds no number in row 1, but 'old'"),
        ({"age": "1e999"}, "column 'age' holds no number in row 1, but '1e999'"),
    ],
)
def test_what_is_no_number_is_refused(ask: Ask, change, says) -> None:
    assert ask(fitted(passengers(), "survived").network, [ROW | change]) == says
