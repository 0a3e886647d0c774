"""What is kept of a learner between two sittings: small JSON files in the user's state folder."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from syn0.files.atomic import write_whole

MOST_BYTES = 2**20
"""No file of ours is larger."""


class DamagedError(Exception):
    """A file of ours that cannot be read; the message says so in a sentence."""


def state_file(name: str) -> Path:
    """Where what is called so is kept: $XDG_STATE_HOME/syn0, ~/.local/state/syn0, or on Windows in
    the folder of local data.

    Raises:
        OSError: the user has no home.
    """
    base = Path(os.environ.get("XDG_STATE_HOME", ""))
    if not base.is_absolute() and sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", ""))
    if not base.is_absolute():
        try:
            base = Path.home() / ".local" / "state"
        except RuntimeError:
            raise OSError("there is no home folder to keep your place in") from None
    return base / "syn0" / f"{name}.json"


def read_state(name: str) -> dict[str, Any]:
    """What is kept; empty where nothing is.

    Raises:
        DamagedError: something is there that is not ours, or cannot be read.
    """
    path = state_file(name)
    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES + 1)
        value = json.loads(text) if len(text) <= MOST_BYTES else None
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise DamagedError(f"{path} cannot be read as what was kept")
    return value


def write_state(name: str, value: dict[str, Any]) -> None:
    """Keep this in place of what was kept.

    Raises:
        OSError: it cannot be written.
    """
    path = state_file(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(value, indent=1).encode(), "your place")
