"""Run scikit-learn's own tests of its networks on syn0's: nothing but the import is replaced.

    python scripts/sklearn_tests.py [pytest's arguments]

Copies `sklearn/neural_network/tests/test_mlp.py` of the installed scikit-learn into a temporary
folder, imports the two classes from syn0 there, runs it with pytest, prints pytest's closing line
(and what failed, if anything did), and exits with pytest's code.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

THEIRS = "from sklearn.neural_network import MLPClassifier, MLPRegressor\n"
OURS = "from syn0 import MLPClassifier, MLPRegressor\n"

EXCEPTIONS: dict[str, str] = {}
"""Tests that are left out, by name, each with the reason. There are none."""

CONFTEST = '''\
"""What scikit-learn's own conftest gives to these tests."""

import pytest


@pytest.fixture
def global_random_seed():
    return 42
'''


def main() -> int:
    """pytest's exit code."""
    found = find_spec("sklearn")
    if found is None or found.origin is None:
        print("scikit-learn is not installed", file=sys.stderr)
        return 2
    tests = Path(found.origin).parent / "neural_network" / "tests" / "test_mlp.py"
    text = tests.read_text(encoding="utf-8")
    if text.count(THEIRS) != 1:
        print(f"{tests} does not import what it tests by the line {THEIRS!r}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_mlp.py").write_text(text.replace(THEIRS, OURS), encoding="utf-8")
        Path(folder, "conftest.py").write_text(CONFTEST, encoding="utf-8")
        Path(folder, "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        left_out = [f"--deselect=test_mlp.py::{name}" for name in EXCEPTIONS]
        own = ["-q", "--tb=short", "-p", "no:cacheprovider", *left_out]
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", *own, *sys.argv[1:]],
            cwd=folder,
            stdout=subprocess.PIPE,
            text=True,
        )
    lines = ran.stdout.splitlines()
    print("\n".join(lines[-1:] if ran.returncode == 0 else lines))
    return ran.returncode


if __name__ == "__main__":
    sys.exit(main())
