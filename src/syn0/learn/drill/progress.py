"""Which exercises are solved: a small file in the user's folder for such things."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from syn0.files.atomic import write_whole

MOST_BYTES = 200_000
NAME = "drill.json"


def state_folder() -> Path:
    """Where the system keeps what programs remember of a user.

    Raises:
        OSError: the user has no home.
    """
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library" / "Application Support")
    else:
        base = os.environ.get("XDG_STATE_HOME", "")
    if not base or not Path(base).is_absolute():
        try:
            base = str(Path.home() / ".local" / "state")
        except RuntimeError:
            raise OSError("there is no home folder to keep progress in") from None
    return Path(base) / "syn0"


def read_progress() -> dict[str, int]:
    """The level at which each exercise is solved, by its key.

    Raises:
        ValueError: the file is damaged; the message says what to do.
    """
    path = state_folder() / NAME
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return {}
    try:
        if len(content) > MOST_BYTES:
            raise ValueError("it is too long")
        held = json.loads(content)
        solved = held["solved"]
        if not isinstance(solved, dict) or not all(type(v) is int for v in solved.values()):
            raise ValueError("it holds something else")
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ValueError(
            f"{path}, which keeps your progress, is damaged: delete it to begin anew"
        ) from None
    return dict(solved)


def keep_progress(solved: Mapping[str, int]) -> None:
    """Write down what is solved, whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    folder = state_folder()
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"solved": dict(solved)}, indent=1)
    write_whole(folder / NAME, text.encode(), "your progress")
