"""Say which branches of the readers of model files the tests do not take.

    python scripts/coverage_of_readers.py [pytest's arguments]

Runs the tests (by default those of the rooms that read files) under coverage, prints each file or
function with branches that nobody took, and exits with 1 if there are any. What has no lines of
its own to read files with is counted by its functions: `from_data` and the like.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "syn0"

FILES = (
    "estimators/files.py", "estimators/kept.py", "estimators/pipelines.py", "estimators/reading.py",
    "estimators/steps.py", "estimators/values.py", "files/container.py", "files/records.py",
    "models/record.py", "program/signs.py", "saving.py", "training/checkpoint.py",
)  # fmt: skip
"""The files that read models."""

OTHERS = ("data/inputs.py", "data/schema.py", "data/targets.py")
"""The files with functions that do: those called as in `READ`."""

READ = ("from_data", "_problem", "__post_init__")

TESTS = (
    "tests/models", "tests/estimators", "tests/data", "tests/files",
    "tests/program/test_signs.py",
)  # fmt: skip


def main() -> int:
    """1 if there is a branch that no test takes."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        coverage = [sys.executable, "-m", "coverage"]
        data = f"--data-file={folder}/data"
        chosen = ",".join(str(SOURCE / name) for name in (*FILES, *OTHERS))
        tests = sys.argv[1:] or TESTS
        run = ["run", "--branch", data, f"--include={chosen}", "-m", "pytest", "-q", *tests]
        subprocess.run([*coverage, *run], check=True)
        subprocess.run([*coverage, "json", data, "-q", "-o", str(report)], check=True)
        found = json.loads(report.read_text(encoding="utf-8"))["files"]
    left = 0
    for path, measured in sorted(found.items()):
        whole = path.endswith(FILES)
        parts = {"": measured} if whole else measured["functions"]
        for name, part in parts.items():
            if not whole and not name.endswith(READ):
                continue
            gaps = part["missing_lines"], part["missing_branches"]
            summary = part["summary"]
            branches = f"{summary['covered_branches']}/{summary['num_branches']} branches"
            print(f"{path} {name} {branches}", *(["not taken:", *gaps] if any(gaps) else []))
            left += any(map(len, gaps))
    return int(left > 0)


if __name__ == "__main__":
    sys.exit(main())
