"""Checkpoints of a training: the files of a folder, and the one from which it goes on.

Each is a model's file, which `load` reads as the network that stood there, with where the run
itself stands beside it."""

from __future__ import annotations

import errno
from dataclasses import dataclass, fields, replace
from pathlib import Path

from syn0.files.atomic import check_writable
from syn0.files.container import Arrays, Description, read_model, write
from syn0.models.record import Record
from syn0.spec import Checkpoints, NetworkSpec, Training
from syn0.spec.doors import door
from syn0.training.keeper import Keeper, steps_in
from syn0.training.loop import Run


@dataclass(frozen=True)
class Found:
    """The latest checkpoint that can be read.

    Attributes:
        path: its file.
        record: what it holds.
        damaged: what was wrong with those after it, one sentence each.
    """

    path: Path
    record: Record
    damaged: tuple[str, ...] = ()


def keeper(checkpoints: Checkpoints, record: Record, found: Record | None) -> Keeper:
    """What writes the checkpoints of a network that begins to train, or goes on from one of them.

    Raises:
        ValueError: the folder holds checkpoints of another run.
        OSError: nothing can be written there.
    """
    folder = Path(checkpoints.folder)
    if found is None and steps_in(folder):
        raise ValueError(
            f"{folder} holds the checkpoints of a run: go on with it (resume), or name another "
            "folder"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        why = "checkpoints need a folder, and this is a file"
        raise NotADirectoryError(errno.ENOTDIR, why, str(folder)) from None
    check_writable(folder / "step-0.safetensors", "a checkpoint")

    def save(run: Run, path: Path) -> None:
        now = replace(
            record,
            checkpoint=run.current(),
            training=run.job.training,
            engine=run.job.runner.name,
            run=run.standing(),
        )
        write(path, *now.parts())

    return Keeper(checkpoints, save, None if found is None else found.checkpoint.step)


@door
def latest_checkpoint(folder: Path) -> Found:
    """The latest checkpoint in a folder that can be read.

    Raises:
        FileNotFoundError: there is none, or no folder.
        ValueError: none of them can be read.
    """
    steps = steps_in(folder)
    if not steps:
        raise FileNotFoundError(f"there is no checkpoint in {folder}")
    damaged: list[str] = []
    for step in reversed(steps):
        path = folder / f"step-{step}.safetensors"
        try:
            return Found(path, read_model(path, restored), tuple(damaged))
        except (ValueError, OSError) as error:
            damaged.append(str(error))
    raise ValueError(f"no checkpoint in {folder} can be read: {damaged[0]}")


def restored(description: Description, arrays: Arrays) -> Record:
    """The record of a checkpoint; ValueError for a model that was saved after its training."""
    if "run" not in description:
        raise ValueError("it holds a model, but no run that could go on")
    return Record.from_parts(description, arrays)


def going_on(checkpoints: Checkpoints, spec: NetworkSpec, training: Training) -> Record | None:
    """What the latest checkpoint of a training holds; None where it has not begun.

    Raises:
        ValueError: it is of another network or another training.
    """
    folder = Path(checkpoints.folder)
    if not steps_in(folder):
        return None
    record = latest_checkpoint(folder).record
    if record.spec != spec:
        raise ValueError(f"{folder} holds checkpoints of another network, {record.spec}")
    assert record.training is not None  # noqa: S101  (a checkpoint is of a training)
    others = [
        f.name
        for f in fields(Training)
        if getattr(record.training, f.name) != getattr(training, f.name)
    ]
    if others:
        raise ValueError(
            f"{folder} holds checkpoints of a training with another {' and '.join(others)}: "
            "resume goes on with the same"
        )
    return record
