"""One safetensors file a model: arrays named as in the program, and a description in JSON.

Nothing in a file is ever executed: its description is checked against closed vocabularies.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0 import __version__
from syn0.data import Schema
from syn0.derive import training_program
from syn0.models.network import Network, Origin
from syn0.program import check
from syn0.spec import NetworkSpec, Training, from_data, to_data
from syn0.training import Checkpoint

FORMAT = 1
GENERATOR = "generator"
"""Name of the array that holds the random generator's 624 words."""


def save(network: Network, path: str | os.PathLike[str]) -> None:
    """Write `network` to `path`; OSError if that cannot be done, with nothing changed there."""
    from safetensors.numpy import save as to_bytes

    checkpoint = network.checkpoint
    _, words, position, *_ = checkpoint.generator
    arrays = {name: np.asarray(value, order="C") for name, value in checkpoint.values.items()}
    arrays[GENERATOR] = np.asarray(words, dtype=np.uint32)
    description = {
        "format": FORMAT,
        "versions": {"syn0": __version__, "numpy": np.__version__},
        "engine": network.engine,
        "network": to_data(network.spec),
        "training": to_data(network.training),
        "step": checkpoint.step,
        "epoch": checkpoint.epoch,
        "generator_position": int(position),
        "schema": network.schema.to_dict() if network.schema else None,
        "origin": asdict(network.origin) if network.origin else None,
    }
    text = json.dumps(description, ensure_ascii=False, allow_nan=False)
    metadata = {"syn0": text, "digest": digest(text, arrays)}
    write_whole(Path(path), to_bytes(arrays, metadata))


def load(path: str | os.PathLike[str]) -> Network:
    """Read a network that `Network.save` or `syn0 train --out` wrote.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is not a model of syn0's, is damaged or was edited.
    """
    text, arrays, recorded = read(Path(path))
    if recorded != digest(text, arrays):
        raise ValueError(f"{path} was edited or damaged: its content does not match its digest")
    try:
        return restore(json.loads(text), arrays)
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{path} is not a model that this version can read: {error}") from None


def read(path: Path) -> tuple[str, dict[str, NDArray[Any]], str]:
    """The description, the arrays and the digest in a file."""
    from safetensors import SafetensorError, safe_open

    if not path.exists():
        raise FileNotFoundError(f"there is no model file {path}")
    if path.is_dir():
        raise ValueError(f"{path} is a folder, not a model file")
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"{path} is not a whole safetensors file: {error}") from None
    if not {"syn0", "digest"} <= set(metadata):
        raise ValueError(f"{path} is a safetensors file, but not a model of syn0's")
    return metadata["syn0"], arrays, metadata["digest"]


def restore(description: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Network:
    """The network of a checked description; ValueError where it does not hold together."""
    if description["format"] != FORMAT:
        raise ValueError(f"its format is {description['format']!r}, not {FORMAT}")
    spec, training = from_data(description["network"]), from_data(description["training"])
    if not isinstance(spec, NetworkSpec) or not isinstance(training, Training | None):
        raise ValueError("it does not describe a network")
    network = Network.from_spec(spec)
    words = arrays.pop(GENERATOR)
    position, step = description["generator_position"], description["step"]
    if words.shape != (624,) or words.dtype != np.uint32 or not 0 <= position <= 624:
        raise ValueError("the state of its random generator is damaged")
    generator = ("MT19937", words, position, 0, 0.0)
    epoch = None if description["epoch"] is None else tuple(map(int, description["epoch"]))
    check_state(spec, training, arrays)
    values = {name: a if a.ndim else a.item() for name, a in arrays.items()}
    network.checkpoint = Checkpoint(values, generator, epoch, int(step))  # type: ignore[arg-type]
    network.training = training
    if description["schema"] is not None:
        network.schema = Schema.from_dict(description["schema"])
    if description["origin"] is not None:
        network.origin = Origin(**description["origin"])
    return network


def check_state(
    spec: NetworkSpec, training: Training | None, arrays: Mapping[str, NDArray[Any]]
) -> None:
    """ValueError unless the arrays are just those that the program keeps, in shape and number."""
    program = training_program(spec, training or Training(steps=1))
    shapes = check(program)
    if set(arrays) != set(program.state):
        odd = ", ".join(sorted(set(arrays) ^ set(program.state)))
        raise ValueError(f"its arrays are not those of the network {spec}: {odd}")
    for name, array in arrays.items():
        if array.shape != shapes[name]:
            raise ValueError(f"array {name} has shape {array.shape}, not {shapes[name]}")
        if array.ndim and array.dtype != spec.dtype:
            raise ValueError(f"array {name} holds {array.dtype}, not {spec.dtype}")
        if not np.isfinite(array).all():
            raise ValueError(f"array {name} holds NaN or infinity")


def digest(text: str, arrays: Mapping[str, NDArray[Any]]) -> str:
    """SHA-256 of a model's content, to tell when a file was edited or damaged."""
    total = hashlib.sha256(text.encode())
    for name in sorted(arrays):
        array = arrays[name]
        total.update(f"{name} {array.dtype} {array.shape}".encode())
        total.update(array.tobytes())
    return total.hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a crash leaves the old one or the new one, never a part.

    Raises:
        OSError: naming `path`, with nothing changed there.
    """
    try:
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o666 & ~current_umask())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        what = f"the model cannot be written: {error.strerror}"
        raise OSError(error.errno, what, str(path)) from None


def current_umask() -> int:
    """The permissions that new files go without; mkstemp's own files are private."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
