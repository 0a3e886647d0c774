"""scikit-learn's own tests of `MLPClassifier` and `MLPRegressor` pass on syn0's."""

import os
import re
import subprocess
import sys
from pathlib import Path

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""Threads only slow down products of a few rows."""

SCRIPT = Path(__file__).parents[2] / "scripts" / "sklearn_tests.py"


def run(*arguments: str, **surroundings: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, SCRIPT, *arguments],
        env=os.environ | ONE_THREAD | surroundings,
        capture_output=True,
        text=True,
        timeout=900,
    )


def test_scikit_learns_own_tests_pass_all_of_them():
    ran = run()
    assert ran.returncode == 0, ran.stdout
    assert (closing := re.fullmatch(r"(\d+) passed in \S+s.*", ran.stdout.strip())), ran.stdout
    assert int(closing[1]) > 50


def test_the_script_tells_of_an_estimator_that_is_wrong(tmp_path):
    """That is: the classes under test are syn0's, and a failure becomes the script's own."""
    (tmp_path / "fault.py").write_text("import syn0\nsyn0.MLPRegressor.score = lambda *_: 0.5\n")
    ran = run("-p", "fault", "-k", "lbfgs_regression", PYTHONPATH=str(tmp_path))
    assert ran.returncode == 1
    assert re.search(r"\d+ failed", ran.stdout.splitlines()[-1])
