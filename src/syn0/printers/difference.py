"""What differs between two printed programs."""

from __future__ import annotations

import difflib

CONTEXT = 2
"""Lines that stand around a difference."""


def difference(before: str, after: str, net: str) -> list[str]:
    """The lines of a unified diff of a network's plain program and the one as it is described, each
    with its end."""
    return list(
        difflib.unified_diff(
            before.splitlines(keepends=True),
            after.splitlines(keepends=True),
            f"{net}, plain",
            f"{net}, as described",
            n=CONTEXT,
        )
    )
