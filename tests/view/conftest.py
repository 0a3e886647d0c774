"""What the tests of the page's session share."""

import pytest

from syn0.view import session


@pytest.fixture(autouse=True)
def _places_are_reached_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a session go to a place in one answer, however busy the machine is."""
    monkeypatch.setattr(session, "AT_ONCE", 60.0)
