"""What the tests of the drill share."""

import pytest

from syn0.learn.drill import sandbox


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """A busy machine may take its time over a program; what ends it is what it does."""
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 120)
