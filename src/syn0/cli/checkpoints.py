"""Checkpoints of `syn0 train`: where they are kept, and going on from one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syn0.cli.command import message
from syn0.cli.options import OPTION_NAMES, flags_given
from syn0.spec import Checkpoints
from syn0.spec.defaults import CHECKPOINT_EVERY, CHECKPOINTS_KEPT

if TYPE_CHECKING:
    from syn0.data import Schema
    from syn0.models.checkpoints import Found

WEIGHTS = ("sample_weight", "class_weight")
"""What no file holds, and must be said again."""

SETTLED_BY_A_RUN = (
    "net", "hidden", "layers", "task", "holdout", "seed", "resize",
    *(name for name in OPTION_NAMES if name not in WEIGHTS), "checkpoint",
)  # fmt: skip
"""Options that a run which is to go on has settled."""


def is_run(options: Mapping[str, Any]) -> bool:
    """Whether --resume names a folder of checkpoints, not a model."""
    return options["resume"] is not None and Path(options["resume"]).is_dir()


def checkpoints_of(options: Mapping[str, Any]) -> Checkpoints | None:
    """Where checkpoints are kept; None where they are not wanted."""
    folder = options["resume"] if is_run(options) else options["checkpoint"]
    if folder is None:
        if flags := flags_given(options, ("checkpoint_every", "keep")):
            raise ValueError(f"{flags} is about checkpoints: give --checkpoint FOLDER")
        return None
    every, keep = options["checkpoint_every"], options["keep"]
    return Checkpoints(folder, every or CHECKPOINT_EVERY, keep or CHECKPOINTS_KEPT)


def found_in(options: Mapping[str, Any]) -> Found:
    """The checkpoint from which a run goes on."""
    from syn0.models import latest_checkpoint

    folder = options["resume"]
    if flags := flags_given(options, SETTLED_BY_A_RUN):
        raise ValueError(f"{folder} holds a run that goes on as it began: leave out {flags}")
    found = latest_checkpoint(Path(folder))
    for words in found.damaged:
        message(f"Note: {words}; the checkpoint before it is taken")
    schema = found.record.schema
    if schema is None:
        raise ValueError(
            f"{folder} holds a run of Network.train: go on with the same call and resume=True"
        )
    check_run(options, found, schema)
    return found


def check_run(options: Mapping[str, Any], found: Found, schema: Schema) -> None:
    """ValueError unless what is said again is what the run began with."""
    run = found.record.run
    assert run is not None  # noqa: S101  (a checkpoint has one)
    if options["target"] not in (None, schema.target):
        raise ValueError(f"{found.path} predicts {schema.target!r}: leave out --target")
    given = flags_given(options, WEIGHTS)
    if run.weighted and not given:
        raise ValueError(
            "the rows of this run had weights, which no file holds: give --sample-weight or "
            "--class-weight again"
        )
    if given and not run.weighted:
        raise ValueError(f"the rows of this run had no weights: leave out {given}")


def tell_resumed(found: Found) -> None:
    """Say where a run goes on."""
    run, step = found.record.run, found.record.checkpoint.step
    assert run is not None  # noqa: S101  (a checkpoint has one)
    where = f"step {step:,} of {run.end:,}, from {found.path}"
    ended = run.stopped != "finished" or step == run.end
    message(f"Resumed: {where}{'; this run has ended' if ended else ''}")
