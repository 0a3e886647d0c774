"""Which exercises are solved, kept from one sitting to the next."""

from __future__ import annotations

from collections.abc import Mapping

from syn0.learn.state import DamagedError, read_state, state_file, write_state

NAME = "drill"


def read_progress() -> dict[str, int]:
    """The level at which each exercise is solved, by its key.

    Raises:
        ValueError: the file is damaged; the message says what to do.
    """
    try:
        solved = read_state(NAME).get("solved", {})
        if not isinstance(solved, dict) or not all(type(v) is int for v in solved.values()):
            raise DamagedError
    except DamagedError:
        raise ValueError(
            f"{state_file(NAME)}, which keeps your progress, is damaged: delete it to begin anew"
        ) from None
    return dict(solved)


def keep_progress(solved: Mapping[str, int]) -> None:
    """Write down what is solved, whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    write_state(NAME, {"solved": dict(solved)})
