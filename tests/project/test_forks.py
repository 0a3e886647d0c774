"""Nothing in src/ takes a lock that a forked process would wait for."""

import re
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "src"


def test_properties_that_are_worked_out_once_take_no_lock():
    """functools.cached_property does, before Python 3.12: `spec/once.py` takes its place."""
    found = [
        path.name
        for path in SOURCES.rglob("*.py")
        if re.search(r"import .*cached_property", path.read_text(encoding="utf-8"))
    ]
    assert found == []
