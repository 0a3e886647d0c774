"""What a file holds of a network: everything that its training and its predictions hang on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from syn0.data import Schema
from syn0.derive import target_columns, training_program
from syn0.derive.layers import SEED
from syn0.engines import ENGINES
from syn0.files.container import Arrays, Description, Parts
from syn0.files.records import fields_to_data, from_data, from_fields, to_data
from syn0.models.frames import Names
from syn0.program import Const, Program, check
from syn0.program.signs import never_negative
from syn0.spec import NetworkSpec, Training
from syn0.spec.checks import choice, real, seed_number
from syn0.training import Checkpoint
from syn0.training.checkpoint import GENERATOR, MOST_STEPS, restored_count
from syn0.training.standing import BEST, RUN, Standing, best_arrays

MOST_MASKS = 2**32
"""What steps are counted below where masks are hashed of them."""

ENTRIES = {
    "engine", "network", "training", "step", "epoch", "generator_position", "schema", "origin",
}  # fmt: skip
"""What describes a network, beside what every model's description has: see `container.write`."""


@dataclass(frozen=True)
class Origin:
    """The data that a network was trained on, so that they are known again.

    Attributes:
        data: what the user called them.
        fingerprint: of their content.
        holdout: the fraction of rows that was held out.
        validation: the fraction of the other rows that was set apart to say when to stop.
        seed: of the split.
        by_hash: whether rows were held out by the hash of their number, as of data that stream.
    """

    data: str
    fingerprint: str
    holdout: float
    validation: float
    seed: int
    by_hash: bool = False

    def __post_init__(self) -> None:
        real("holdout", self.holdout, least=0, below=1)
        real("validation", self.validation, least=0, below=1)
        seed_number(self.seed)

    def to_data(self) -> dict[str, Any]:
        """The record's fields; `by_hash` only where it is set, as earlier versions know nothing of
        it."""
        fields: dict[str, Any] = fields_to_data(self)
        return fields if self.by_hash else {n: v for n, v in fields.items() if n != "by_hash"}

    @classmethod
    def from_data(cls, data: Any) -> Origin:
        """The record that `to_data` gave. Raises ValueError for all else."""
        whole = {"by_hash": False, **data} if isinstance(data, dict) else data
        origin: Origin = from_fields(cls, whole, "origin")
        return origin


@dataclass(frozen=True)
class Record:
    """A network as it stands: see `Network` for what each is.

    Attributes:
        run: of a checkpoint that was kept during a training, where that stands.
    """

    spec: NetworkSpec
    checkpoint: Checkpoint
    training: Training | None = None
    engine: str | None = None
    schema: Schema | None = None
    origin: Origin | None = None
    columns: dict[str, Names] = field(default_factory=dict)
    run: Standing | None = None

    def parts(self) -> Parts:
        """The description and the arrays of a file."""
        place, arrays = self.checkpoint.parts()
        description = {
            "engine": self.engine,
            "network": to_data(self.spec),
            "training": to_data(self.training),
            **place,
            "schema": None if self.schema is None else self.schema.to_data(),
            "origin": None if self.origin is None else self.origin.to_data(),
        }
        if self.columns:
            description["columns"] = self.columns
        if self.run is not None:
            description["run"], more = self.run.parts()
            arrays |= more
        return description, arrays

    @classmethod
    def from_parts(cls, description: Description, arrays: Arrays) -> Record:
        """The record of a description; ValueError, TypeError or LookupError where it does not hold
        together."""
        if set(description) - {"versions", "columns", "run"} != ENTRIES:
            raise ValueError("it does not have the entries of a network")
        of_run = "run" in description
        own = {n: a for n, a in arrays.items() if not (of_run and n.startswith((RUN, BEST)))}
        spec = from_data(NetworkSpec, description["network"], "network")
        training = from_data(Training | None, description["training"], "training")
        # The arrays first: a network is only made in the size that the file really holds.
        check_arrays(spec, training, own)
        if of_run and description["run"]["best"] is not None:
            check_arrays(spec, training, best_arrays(arrays))
        engine, schema, origin = (description[name] for name in ("engine", "schema", "origin"))
        record = cls(
            spec,
            Checkpoint.from_parts(description, own),
            training,
            None if engine is None else choice("engine", engine, ENGINES),
            None if schema is None else Schema.from_data(schema),
            None if origin is None else Origin.from_data(origin),
            restored_columns(description.get("columns", {}), spec),
            Standing.from_parts(description["run"], arrays) if of_run else None,
        )
        known = record.schema
        if known and (known.n_inputs, known.n_outputs) != (spec.inputs, target_columns(spec)):
            raise ValueError(f"its columns do not fit the network {spec}")
        return record


def restored_columns(columns: object, spec: NetworkSpec) -> dict[str, Names]:
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


def state_of(spec: NetworkSpec, training: Training | None) -> tuple[Program, tuple[str, ...]]:
    """The program that trained a network, and what it keeps: before any training the weights."""
    program = training_program(spec, training or Training(steps=1))
    return program, program.weights if training is None else program.state


def check_arrays(spec: NetworkSpec, training: Training | None, arrays: Arrays) -> None:
    """ValueError unless these are the arrays of a checkpoint of the network: beside the generator's
    just those that the program keeps, in shape and number."""
    arrays = {name: array for name, array in arrays.items() if name != GENERATOR}
    program, kept = state_of(spec, training)
    shapes = check(program)
    if set(arrays) != set(kept):
        odd = ", ".join(sorted(set(arrays) ^ set(kept)))
        raise ValueError(f"its arrays are not those of the network {spec}: {odd}")
    counts, positive = counted(program), never_negative(program)
    for name, array in arrays.items():
        if array.shape != shapes[name]:
            raise ValueError(f"array {name} has shape {array.shape}, not {shapes[name]}")
        if array.ndim and array.dtype != spec.dtype:
            raise ValueError(f"array {name} holds {array.dtype}, not {spec.dtype}")
        if not np.isfinite(array).all():
            raise ValueError(f"array {name} holds NaN or infinity")
        if name in positive and (array < 0).any():
            raise ValueError(f"array {name} holds numbers below 0")
        if name in counts:
            most = MOST_MASKS if SEED.name in program.constants else MOST_STEPS
            restored_count(name, array.item(), most)


def counted(program: Program) -> set[str]:
    """The names of a program's state that count steps: they start from a whole number."""
    starts = {line.target: line.expression for line in program.phase("init")}
    return {
        name
        for name in program.state
        if isinstance(start := starts[name], Const) and type(start.value) is int
    }
