"""The container: one safetensors file a model, of named arrays and a description in JSON.

It knows no model, and nothing in it is ever executed. Its digest tells a file that was damaged; one
that somebody edited has a digest that is right again, so readers check what they are given.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from syn0 import __version__
from syn0.files.atomic import write_whole
from syn0.spec.words import MOST_SAID, visible

FORMAT = 1

MOST_TEXT, MOST_VALUES = 2**25, 2**21
"""Letters of a description, and values in it: JSON takes some hundred bytes for each."""

MOST_HEADER = 2 * MOST_TEXT
"""Bytes of a file's header: in it, each quotation mark of the description has a backslash."""

Description = dict[str, Any]
Arrays = dict[str, NDArray[Any]]
Parts = tuple[Description, Arrays]
Model = TypeVar("Model")


def write(path: Path, description: Description, arrays: Arrays, **versions: str) -> None:
    """Write a model, with its format, the versions that made it and a digest."""
    from safetensors.numpy import save as to_bytes

    made_by = {"syn0": __version__, "numpy": np.__version__, **versions}
    whole_of_it = {"format": FORMAT, "versions": made_by, **description}
    # One entry of metadata, as safetensors gives several no order of their own: the same network
    # is always saved as the same bytes.
    whole_of_it["digest"] = digest(whole_of_it, arrays)
    text = json.dumps(whole_of_it, allow_nan=False)
    refuse_endless(text)
    write_whole(path, to_bytes(arrays, {"syn0": text}))


def read_model(
    path: str | os.PathLike[str], restore: Callable[[Description, Arrays], Model]
) -> Model:
    """What `restore` makes of a file's description and arrays; its errors name the file.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is not a model of syn0's, is damaged or was edited.
    """
    text, arrays = read(Path(path))
    try:
        return restore(opened(text, arrays), arrays)
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError) as error:
        reason = visible(str(error), MOST_SAID)
        raise ValueError(f"{path} is not a model that this version can read: {reason}") from None


def opened(text: str, arrays: Arrays) -> Description:
    """The description that `write` was given, and "versions"; ValueError if it was changed."""
    refuse_endless(text)
    description = json.loads(text)
    if not isinstance(description, dict) or not {"format", "versions", "digest"} <= set(
        description
    ):
        raise ValueError("it is a safetensors file, but not a model of syn0's")
    rewritten = json.dumps(description) != text  # 1E-8 for 1e-08, say
    if rewritten or description.pop("digest") != digest(description, arrays):
        raise ValueError("it was edited or damaged: its content does not match its digest")
    if (found := description.pop("format")) != FORMAT:
        raise ValueError(f"its format is {found!r}, not {FORMAT}")
    if not are_versions(description["versions"]):
        raise ValueError("it does not say which versions made it")
    return description


def refuse_endless(text: str) -> None:
    """ValueError for a description that would fill the memory, before it is read."""
    if len(text) > MOST_TEXT or sum(map(text.count, "[{,")) > MOST_VALUES:
        raise ValueError(
            f"its description has more than {MOST_TEXT:,} letters or {MOST_VALUES:,} values"
        )


def are_versions(versions: object) -> bool:
    """Whether something says which versions of what made a model."""
    return (
        isinstance(versions, dict)
        and len(versions) < 10
        and all(isinstance(text, str) and len(text) < 50 for text in versions.values())
    )


def read(path: Path) -> tuple[str, Arrays]:
    """The description and the arrays in a file."""
    from safetensors import SafetensorError, safe_open

    if not path.exists():
        raise FileNotFoundError(f"there is no model file {path}")
    if path.is_dir():
        raise ValueError(f"{path} is a folder, not a model file")
    try:
        refuse_long_header(path)
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} is not a whole safetensors file: {error}") from None
    if set(metadata) != {"syn0"}:
        raise ValueError(f"{path} is a safetensors file, but not a model of syn0's")
    return metadata["syn0"], arrays


def refuse_long_header(path: Path) -> None:
    """ValueError for a file whose header is too large to be looked at."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
    if length > MOST_HEADER:
        raise ValueError(f"its header says that it has {length:,} bytes")


def digest(description: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> str:
    """SHA-256 of a model's content, to tell when a file was edited or damaged."""
    total = hashlib.sha256(json.dumps(description).encode())
    for name in sorted(arrays):
        array = arrays[name]
        total.update(f"{name} {array.dtype} {array.shape}".encode())
        total.update(array.tobytes())
    return total.hexdigest()


def is_model(path: Path) -> bool:
    """Whether a file is a model of syn0's by its head, whatever became of the rest."""
    from safetensors import SafetensorError, safe_open

    try:
        refuse_long_header(path)
        with safe_open(path, framework="numpy") as file:
            return set(file.metadata() or {}) == {"syn0"}
    except (SafetensorError, OSError, ValueError, TypeError):
        return False
