"""The page: a program to step through, the session that answers it, and its hosts."""

from pathlib import Path

STATIC = Path(__file__).parent / "static"
"""The front end, as web/ builds it."""
