"""scikit-learn's own tests of `MLPClassifier` and `MLPRegressor` pass on syn0's."""

import os
import re
import subprocess
import sys
from pathlib import Path

SURROUNDINGS = {"OPENBLAS_NUM_THREADS": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""Threads only slow down products of a few rows; and no plugin is needed."""

QUICK = """
from syn0.engines import compiler
compiler.FLAGS = ("-O1", *compiler.FLAGS[1:])
"""
"""Compiling takes half the time; without any optimization one of the trainings takes seconds."""

SCRIPT = Path(__file__).parents[2] / "scripts" / "sklearn_tests.py"


def run(folder: Path, plugin: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """The script, where pytest has read a plugin of this text first."""
    (folder / "plugin.py").write_text(plugin)
    path = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, SCRIPT, "-p", "plugin", *arguments],
        env=os.environ | SURROUNDINGS | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=900,
    )


def test_scikit_learns_own_tests_pass_all_of_them(tmp_path):
    ran = run(tmp_path, QUICK)
    assert ran.returncode == 0, ran.stdout
    assert (closing := re.fullmatch(r"(\d+) passed in \S+s.*", ran.stdout.strip())), ran.stdout
    assert int(closing[1]) > 50


def test_the_script_tells_of_an_estimator_that_is_wrong(tmp_path):
    """That is: the classes under test are syn0's, and a failure becomes the script's own."""
    fault = "import syn0\nsyn0.MLPRegressor.score = lambda *_: 0.5\n"
    ran = run(tmp_path, fault, "-k", "lbfgs_regression")
    assert ran.returncode == 1
    assert re.search(r"\d+ failed", ran.stdout.splitlines()[-1])
