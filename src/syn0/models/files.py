"""One safetensors file a model: arrays named as in the program, and a description in JSON.

Nothing in a file is ever executed: its description is checked against closed vocabularies.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from syn0 import __version__
from syn0.data import Schema
from syn0.derive import target_columns, training_program
from syn0.derive.layers import SEED
from syn0.engines import ENGINES
from syn0.models.atomic import write_whole
from syn0.models.frames import Names
from syn0.models.network import Network, Origin
from syn0.program import check
from syn0.spec import NetworkSpec, Training, from_data, to_data
from syn0.spec.checks import choice, real, seed_number, whole
from syn0.spec.doors import door
from syn0.spec.words import MOST_SAID, visible
from syn0.training import Checkpoint

FORMAT = 1
GENERATOR = "generator"
"""Name of the array that holds the random generator's 624 words."""

COUNTS = ("t", "waited")
"""The numbers among a program's state that count steps."""

MOST_STEPS, MOST_MASKS = 2**53, 2**32
"""What steps are counted below: what float64 tells apart, and what masks are hashed of."""

NEVER_NEGATIVE = re.compile(r"rate|variance\d+|\w+_(v|squares)")
"""The names of a program's state that it takes roots of, or steps by."""

MOST_TEXT, MOST_VALUES = 2**25, 2**21
"""Letters of a description, and values in it: JSON takes some hundred bytes for each."""

MOST_HEADER = 2 * MOST_TEXT
"""Bytes of a file's header: in it, each quotation mark of the description has a backslash."""

ENTRIES = {
    "engine", "network", "training", "step", "epoch", "generator_position", "schema", "origin",
}  # fmt: skip
"""What describes a network, beside what every model's description has: see `write`."""

Description = dict[str, Any]
Arrays = dict[str, NDArray[Any]]
Model = TypeVar("Model")


def save(network: Network, path: str | os.PathLike[str]) -> None:
    """Write `network` to `path`; OSError if that cannot be done, with nothing changed there."""
    write(Path(path), *parts(network))


@door
def load(path: str | os.PathLike[str]) -> Network:
    """Read a network that `Network.save` or `syn0 train --out` wrote.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is not a model of syn0's, is damaged or was edited.
    """
    return read_model(path, restore)


def parts(network: Network) -> tuple[Description, Arrays]:
    """What a file holds of a network."""
    checkpoint = network.checkpoint
    _, words, position, *_ = checkpoint.generator
    arrays = {name: np.asarray(value, order="C") for name, value in checkpoint.values.items()}
    arrays[GENERATOR] = np.asarray(words, dtype=np.uint32)
    description = {
        "engine": network.engine,
        "network": to_data(network.spec),
        "training": to_data(network.training),
        "step": checkpoint.step,
        "epoch": checkpoint.epoch,
        "generator_position": int(position),
        "schema": network.schema.to_dict() if network.schema else None,
        "origin": asdict(network.origin) if network.origin else None,
    }
    if network.columns:
        description["columns"] = network.columns
    return description, arrays


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


def restore(description: Description, arrays: Arrays) -> Network:
    """The network of a description; ValueError or TypeError where it does not hold together."""
    if "estimator" in description:
        raise ValueError("it holds an estimator, not a network alone: syn0.load reads it in Python")
    if set(description) - {"versions", "columns"} != ENTRIES:
        raise ValueError("it does not have the entries of a network")
    spec, training = from_data(description["network"]), from_data(description["training"])
    if not isinstance(spec, NetworkSpec) or not isinstance(training, Training | None):
        raise ValueError("it does not describe a network")
    # The arrays first: a network is only made in the size that the file really holds.
    generator = restore_generator(arrays.pop(GENERATOR), description["generator_position"])
    check_state(spec, training, arrays)
    checkpoint = Checkpoint(
        {name: a if a.ndim else a.item() for name, a in arrays.items()},
        generator,
        restore_epoch(description["epoch"]),
        restore_count("step", description["step"]),
    )
    network = Network.from_checkpoint(spec, checkpoint)
    network.training = training
    if description["engine"] is not None:
        network.engine = choice("engine", description["engine"], ENGINES)
    if (schema := description["schema"]) is not None:
        network.schema = Schema.from_dict(schema)
        sizes = (network.schema.n_inputs, network.schema.n_outputs)
        if sizes != (spec.inputs, target_columns(spec)):
            raise ValueError(f"its columns do not fit the network {spec}")
    if (origin := description["origin"]) is not None:
        network.origin = restore_origin(origin)
    network.columns = restore_columns(description.get("columns", {}), spec)
    return network


def restore_columns(columns: object, spec: NetworkSpec) -> dict[str, Names]:
    """The names of the columns of frames that a network was trained on."""
    counts = {"X": spec.inputs, "y": target_columns(spec)}
    if not isinstance(columns, dict) or not set(columns) <= set(counts):
        raise ValueError("its columns are not those of X and y")
    for what, names in columns.items():
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise ValueError(f"the names of {what}'s columns must be texts")
        if len(names) != counts[what]:
            raise ValueError(f"{what} has {counts[what]} columns, but {len(names)} names")
    return {what: tuple(names) for what, names in columns.items()}


def restore_generator(words: NDArray[Any], position: object) -> tuple[Any, ...]:
    """The state of a legacy generator, as `RandomState.set_state` takes it."""
    if words.shape != (624,) or words.dtype != np.uint32:
        raise ValueError("the state of its random generator is damaged")
    place = whole("generator_position", position, least=0)
    if place > 624:
        raise ValueError(f"generator_position must be at most 624, not {place}")
    return ("MT19937", words, place, 0, 0.0)


def restore_epoch(epoch: object) -> tuple[int, int, int] | None:
    """Rows, batch size and batches taken of an epoch that was begun."""
    if epoch is None:
        return None
    if not isinstance(epoch, list) or len(epoch) != 3:
        raise ValueError(f"epoch must be three whole numbers, not {epoch!r}")
    rows, size = whole("rows", epoch[0]), whole("batch size", epoch[1])
    taken = whole("batches taken", epoch[2], least=0)
    if taken >= -(-rows // size):
        raise ValueError(f"{taken} batches of {size} are more than {rows} rows give")
    return rows, size, taken


def restore_count(name: str, value: object, most: int = MOST_STEPS) -> int:
    """A number of steps."""
    count = whole(name, value, least=0)
    if count >= most:
        raise ValueError(f"{name} must be below {most}, not {count}")
    return count


def restore_origin(origin: object) -> Origin:
    """What is known of the data that a model was trained on."""
    if not isinstance(origin, dict) or set(origin) != {field.name for field in fields(Origin)}:
        raise ValueError("its origin does not have the entries of one")
    for name in ("data", "fingerprint"):
        if not isinstance(origin[name], str):
            raise ValueError(f"{name} must be a text, not {origin[name]!r}")
    return Origin(
        origin["data"],
        origin["fingerprint"],
        holdout=real("holdout", origin["holdout"], least=0, below=1),
        validation=real("validation", origin["validation"], least=0, below=1),
        seed=seed_number(origin["seed"]),
    )


def check_state(
    spec: NetworkSpec, training: Training | None, arrays: Mapping[str, NDArray[Any]]
) -> None:
    """ValueError unless the arrays are just those that the program keeps, in shape and number."""
    program = training_program(spec, training or Training(steps=1))
    shapes = check(program)
    kept = program.weights if training is None else program.state
    if set(arrays) != set(kept):
        odd = ", ".join(sorted(set(arrays) ^ set(kept)))
        raise ValueError(f"its arrays are not those of the network {spec}: {odd}")
    for name, array in arrays.items():
        if array.shape != shapes[name]:
            raise ValueError(f"array {name} has shape {array.shape}, not {shapes[name]}")
        if array.ndim and array.dtype != spec.dtype:
            raise ValueError(f"array {name} holds {array.dtype}, not {spec.dtype}")
        if not np.isfinite(array).all():
            raise ValueError(f"array {name} holds NaN or infinity")
        if NEVER_NEGATIVE.fullmatch(name) and (array < 0).any():
            raise ValueError(f"array {name} holds numbers below 0")
        if name in COUNTS:
            most = MOST_MASKS if SEED.name in program.constants else MOST_STEPS
            restore_count(name, array.item(), most)


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
