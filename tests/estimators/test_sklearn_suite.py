"""scikit-learn's own tests of `MLPClassifier` and `MLPRegressor` pass on syn0's."""

import os
import re
import subprocess
import sys
from pathlib import Path

SURROUNDINGS = {"OPENBLAS_NUM_THREADS": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""Threads only slow down products of a few rows; and no plugin is needed but the one below."""

QUICKLY = ("--assert=plain", "-p", "no:unraisableexception")
"""What fails is told, not why."""

SCRIPT = Path(__file__).parents[2] / "scripts" / "sklearn_tests.py"

PLUGIN = '''
import pytest
import syn0
from syn0.engines import compiler

# Compiling takes half the time; without any optimization one of the trainings takes seconds.
compiler.FLAGS = ("-O1", *compiler.FLAGS[1:])


@pytest.fixture(autouse=True)
def fault(request, monkeypatch):
    """One test is run once more, with a regressor that is wrong."""
    if getattr(request, "param", False):
        monkeypatch.setattr(syn0.MLPRegressor, "score", lambda *_: 0.5)


def pytest_generate_tests(metafunc):
    if metafunc.function.__name__ == "test_lbfgs_regression":
        metafunc.parametrize("fault", [False, True], ids=["right", "wrong"], indirect=True)
'''


def test_scikit_learns_own_tests_pass_all_of_them_and_tell_of_an_estimator_that_is_wrong(tmp_path):
    """That is: the classes under test are syn0's, and a failure becomes the script's own."""
    (tmp_path / "plugin.py").write_text(PLUGIN)
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    ran = subprocess.run(
        [sys.executable, SCRIPT, "-p", "plugin", "-rfEsx", *QUICKLY],
        env=os.environ | SURROUNDINGS | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert ran.returncode == 1, ran.stdout
    told = re.findall(r"^(?:FAILED|ERROR|SKIPPED|XFAIL) (?:test_mlp\.py::)?(\S+)", ran.stdout, re.M)
    assert told, ran.stdout
    assert all(re.fullmatch(r"test_lbfgs_regression\[.*wrong.*\]", name) for name in told), told
    closing = re.fullmatch(r"(\d+) failed, (\d+) passed in \S+s.*", ran.stdout.splitlines()[-1])
    assert closing, ran.stdout
    assert int(closing[1]) == len(told)
    assert int(closing[2]) > 50


def test_where_all_is_well_the_script_says_so_in_a_line():
    ran = subprocess.run(
        [sys.executable, SCRIPT, "--version"],
        env=os.environ | SURROUNDINGS,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0
    assert len(ran.stdout.splitlines()) == 1
