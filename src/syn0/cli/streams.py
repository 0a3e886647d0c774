"""Data that do not fit into memory: when they stream from disk instead, and what is said of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syn0.cli.command import message
from syn0.cli.options import FILE, data_option, tell_unknown_texts
from syn0.cli.reading import tell_notes, tell_rows

if TYPE_CHECKING:
    from syn0.data import Reading, Schema
    from syn0.data.passes import Passes
    from syn0.engines.cluster import Cluster
    from syn0.models import Plan, TableOptions
    from syn0.models.network import Network
    from syn0.models.record import Record
    from syn0.models.streamed import Counted, StreamedPlan


memory_option = data_option("--max-memory", metavar="SIZE",
                            help="What DATA may take, such as 2GB; a larger CSV or Parquet file is "
                            "read in blocks. Default a quarter of what is free.")  # fmt: skip

scratch_option = data_option("--scratch", type=FILE, metavar="FOLDER",
                             help="Where the prepared rows of a larger file are written, and "
                             "removed at the end; default beside it.")  # fmt: skip


def passes_over(
    data: str,
    options: Mapping[str, Any],
    reading: Reading,
    *,
    target: str | None,
    cluster: Cluster | None = None,
    **how: Any,
) -> Passes | None:
    """What reads a file in blocks, where it takes more memory than it may; None for other data. On
    a `cluster` the first process decides that."""
    from syn0.data import BUILT_IN
    from syn0.data.memory import memory_for_rows
    from syn0.data.passes import passes, size_in_memory

    most = memory_for_rows(options["max_memory"])
    if data in BUILT_IN:
        return None
    found = passes(Path(data), reading, target=target, **how)
    larger = found is not None and size_in_memory(found.path) > most
    if cluster is not None:  # what is free differs, and other rows are held out in blocks
        larger = bool(cluster.agreed(larger))
    return found if larger else None


def plan_of(
    passes: Passes,
    options: Mapping[str, Any],
    wanted: TableOptions,
    before: Network | Record | None,
    cluster: Cluster | None,
) -> tuple[Counted, StreamedPlan]:
    """What is known of a file that is read in blocks, and how a network is trained on it or the
    network or the run that was `before` goes on; by one process, or by those of a cluster."""
    from syn0.data.memory import memory_for_rows
    from syn0.models.spread import spread_over
    from syn0.models.streamed import plan_streamed, resume_streamed

    memory = None if options["max_memory"] is None else memory_for_rows(options["max_memory"])
    folder = scratch_folder(passes.path, options["scratch"])
    if before is None:
        plan = plan_streamed(passes, wanted, memory, folder)
    else:
        plan = resume_streamed(before, passes, wanted, memory, folder)
    if cluster is not None:
        plan = spread_over(plan, cluster)
    found = plan.counted
    tell_rows(found.has_names, found.notes, found.rows_without_target, found.missing_words)
    return found, plan


def scratch_folder(data: Path, given: str | None) -> Path:
    """The folder for prepared rows: as given, or the data's, or that for temporary files."""
    if given is None:
        beside = data.resolve().parent
        return beside if os.access(beside, os.W_OK) else Path(tempfile.gettempdir())
    folder = Path(given)
    if not folder.is_dir():
        raise NotADirectoryError(f"--scratch {given} is no folder")
    return folder


def tell_blocks(schema: Schema, passes: Passes, unknown: Mapping[str, int]) -> None:
    """Say what there is to say of a file that was read in blocks."""
    tell_notes(passes.notes)
    tell_unknown_texts(schema.unknown_in(unknown))


def tell_stream(plan: Plan | StreamedPlan) -> None:
    """Say what is done with rows that do not fit into memory."""
    from syn0.models.streamed import StreamedPlan

    if isinstance(plan, StreamedPlan):
        message(f"Memory: {plan.examples}")
