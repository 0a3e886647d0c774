"""Trained models as NumPy files answer as the network does, and try themselves."""

import subprocess
import sys

import numpy as np
import pytest

from syn0 import MLPClassifier, Network

from .exported import check_that_it_tries_itself, hostile_frame, imported, table_of, tables
from .test_module import fitted, passengers


@pytest.mark.parametrize("target", ["survived", "class", "age"])
def test_a_file_is_imported_and_answers_as_the_network_does(tmp_path, capsys, target):
    for network, news in tables(target):
        module = imported(network, tmp_path / "model.py", "numpy")
        found = module.predict(module.prepared(table_of(news)))
        np.testing.assert_allclose(found, network.predict(news), rtol=1e-10)
        if target != "age":
            assert module.labels(found)[:, 0].tolist() == network.labels(news).tolist()
    assert capsys.readouterr().out == ""


def test_a_file_tries_itself_and_sees_a_wrong_number(tmp_path):
    path = tmp_path / "model.py"
    fitted(passengers(), "survived").network.export(path, to="numpy")
    program = [sys.executable, "-W", "error"]
    check_that_it_tries_itself(program, path, "return 1 / (1 +", "return 0.3 / (1 +")


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_all_kinds_of_files_try_themselves(tmp_path):
    X = np.random.RandomState(0).normal(size=(30, 3))
    several = MLPClassifier((4,), max_iter=9, random_state=0).fit(X, (X > 0).astype(int))
    numbers = fitted(passengers().dropna(subset=["age"]), "age").network
    hostile = fitted(hostile_frame(), "survived").network
    models = (several, numbers, hostile, Network([2, 3, 1]))
    paths = [tmp_path / f"model{number}.py" for number in range(len(models))]
    for model, path in zip(models, paths, strict=True):
        model.export(path, to="numpy")
    run = "import runpy, sys; [runpy.run_path(x, run_name='__main__') for x in sys.argv[1:]]"
    words = [sys.executable, "-c", run, *paths]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout == "8 rows are predicted as expected\n" * len(models), done.stderr
