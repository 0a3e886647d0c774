"""From a file that is larger than memory to a trained network: its columns are summarised in one
pass, its rows prepared and written to a scratch file in another, from which training streams."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from syn0.data.memory import in_words
from syn0.data.passes import MOST_PASSES, Passes, held_out_by_hash
from syn0.data.schema import Schema
from syn0.data.summaries import Summary, TargetSummary, schema_of
from syn0.data.table import Column, Table
from syn0.derive import target_columns
from syn0.models.answers import shares_of
from syn0.models.evaluation import Evaluation, compared, truth_and_answers
from syn0.models.examples import Examples
from syn0.models.network import Network
from syn0.models.options import TableOptions
from syn0.models.record import Origin, Record
from syn0.models.stored import (
    AT_ONCE,
    RawFile,
    StoredExamples,
    StoredRows,
    drawn_apart,
    rows_at,
    shards_for,
)
from syn0.models.tables import (
    arrays_of,
    beyond_reach,
    check_resumable,
    is_for_numbers,
    places_by_weight,
    resumed_training,
    scaling_for,
    settled,
    table_of,
    weights_in,
    without_weights,
    words_for,
)
from syn0.models.tally import tally_for
from syn0.models.weighting import BALANCED, class_weights, row_weights
from syn0.spec import Training
from syn0.spec.checks import real, seed_number
from syn0.spec.defaults import HOLDOUT
from syn0.spec.doors import door
from syn0.spec.once import once
from syn0.training import History
from syn0.training.loop import Callback


@dataclass(frozen=True)
class StreamedFitted:
    """A network trained on rows that streamed: as `tables.Fitted`."""

    network: Network
    history: History
    trained: range
    held_out: range
    plan: StreamedPlan

    def figures(self) -> tuple[Evaluation, str]:
        """How good it is on the rows held out, or where there are none on those trained on; and
        words for them."""
        return judge(self.network, self.plan.judged), words_for(self.held_out)


class Scratch:
    """Prepared rows in files without a name, which are gone when they are closed, or when the
    process ends in whatever way.

    Args:
        folder: where the files are.
        widths: of the program's arrays, by name.
        dtype: the program's.
    """

    def __init__(self, folder: Path, widths: dict[str, int], dtype: str) -> None:
        self._widths, self._dtype, self._folder = widths, dtype, folder
        self._stack = ExitStack()
        self._files: dict[str, IO[bytes]] = {}
        self.rows = 0
        for name in widths:
            opened = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115  (see close)
            self._files[name] = self._stack.enter_context(opened)

    def add(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Write some rows at the end; OSError where there is no room."""
        self.rows += len(arrays["X"])
        try:
            for name, file in self._files.items() if len(arrays["X"]) else ():
                rest = memoryview(np.ascontiguousarray(arrays[name], self._dtype).data)
                rest = rest.cast("B")
                while rest:
                    rest = rest[file.write(rest) :]
        except OSError as error:
            what = f"the prepared rows cannot be written: {error.strerror}"
            raise OSError(error.errno or errno.EIO, what, str(self._folder)) from None

    def stored(self) -> StoredRows:
        """The rows that were written."""
        dtype = np.dtype(self._dtype)
        files = {n: RawFile(f, 0, dtype, self._widths[n]) for n, f in self._files.items()}
        return StoredRows(files, self._widths, self._dtype, self.rows, np.empty(0, np.int64))

    def close(self) -> None:
        """Remove the files."""
        self._stack.close()


@dataclass
class StreamedPlan:
    """Everything that is settled before training begins: as `tables.Plan`.

    Attributes:
        network, training, options: as there.
        passes: what reads the file.
        counted: what is known of its rows.
        memory: what a user allows, in bytes; None for as much as is usual.
        folder: where the prepared rows are written.
        found: of the checkpoint of a run that was broken off and is to go on.
        scratch: those to train on and those held out, once they are written.
        extremes: (2,) the least and the greatest target, likewise.
    """

    network: Network
    training: Training
    options: TableOptions
    passes: Passes
    counted: Counted
    memory: int | None
    folder: Path
    found: Record | None = None
    scratch: tuple[Scratch, ...] = ()
    extremes: NDArray[Any] = field(default_factory=lambda: np.zeros(2))

    @property
    def trained(self) -> range:
        """As many numbers as there are rows to train on."""
        return range(self.counted.trained)

    @property
    def held_out(self) -> range:
        """As many numbers as there are rows held out."""
        return range(self.counted.rows - self.counted.trained)

    @property
    def widths(self) -> dict[str, int]:
        """Columns of the program's arrays by name, without the weights of rows."""
        spec = self.network.spec
        return {"X": spec.inputs, "y": target_columns(spec)}

    @property
    def weighted(self) -> bool:
        """Whether rows count differently."""
        return bool(self.options.sample_weight) or self.options.class_weight is not None

    @property
    def judged(self) -> StoredRows:
        """The rows held out, or where there are none those to train on, once they are written."""
        return self.scratch[1 if len(self.held_out) else 0].stored()

    @once
    def examples(self) -> StoredExamples | Examples:
        """The rows to train on, prepared; which takes a pass over the file.

        Raises:
            OSError: there is no room for them.
            ValueError: cells that a network cannot take.
        """
        spec, (_, origin) = self.network.spec, table_of(self.network)
        self.check_room(self.counted.rows)
        widths = self.widths
        all_widths = widths | ({"sample_weight": 1} if self.weighted else {})
        self.scratch = (Scratch(self.folder, all_widths, spec.dtype),)
        self.scratch += (Scratch(self.folder, widths, spec.dtype),)
        for arrays, apart in self.prepared():
            for scratch, rows in zip(self.scratch, (~apart, apart), strict=True):
                scratch.add({name: array[rows] for name, array in arrays.items()})
        stored = self.scratch[0].stored()
        shards = shards_for(stored, self.training, self.memory)
        if not origin.validation:
            return StoredExamples(stored, None, shards)
        places = drawn_apart(stored.rows, origin.validation, origin.seed)
        watched = to_watch(rows_at(stored, places))
        return StoredExamples(stored.without(places), watched, shards)

    def prepared(self) -> Iterator[tuple[dict[str, NDArray[Any]], NDArray[np.bool_]]]:
        """All rows as the program takes them, some at a time, and which of them are held out.

        Raises:
            ValueError: cells that a network cannot take.
        """
        _, origin = table_of(self.network)
        for number, (table, apart) in enumerate(parts_of(self.passes, origin)):
            yield self._arrays(table, first=number == 0), apart

    def _arrays(self, table: Table, *, first: bool) -> dict[str, NDArray[Any]]:
        """Prepare some rows."""
        spec, (schema, _) = self.network.spec, table_of(self.network)
        X, y = arrays_of(self.network, table)
        arrays = {"X": X, "y": y}
        column, by_class = self.options.sample_weight, self.counted.class_weight
        if self.options.sample_weight or by_class is not None:
            given = None if column is None else weights_in(table, column)
            weights = row_weights(given, by_class, y, spec, schema.classes, some=True)
            arrays["sample_weight"] = np.ones_like(y[:, :1]) if weights is None else weights
        extremes = [y.min(), y.max(), *([] if first else self.extremes)]
        self.extremes = np.array([min(extremes), max(extremes)])
        return arrays

    def check_room(self, rows: int) -> None:
        """OSError where the disk has no room for so many prepared rows."""
        width = sum(self.widths.values()) + 1
        size = rows * width * np.dtype(self.network.spec.dtype).itemsize
        free = shutil.disk_usage(self.folder).free
        if size > free:
            raise OSError(
                errno.ENOSPC,
                f"the prepared rows take {in_words(size)}, but {in_words(free)} are free: name "
                "another folder with --scratch",
                str(self.folder),
            )

    @property
    def out_of_reach(self) -> str:
        """Words on a target that the network's output can never give; "" where it can."""
        _ = self.examples  # which tells the extremes
        return beyond_reach(self.network, self.extremes)

    def fit(self, *, callbacks: Sequence[Callback] = (), **how: Any) -> StreamedFitted:
        """Train the network as planned; `how` is that of `Network.run`."""
        history = self.network.run(
            self.training, self.examples, callbacks=callbacks, found=self.found, **how
        )
        return StreamedFitted(self.network, history, self.trained, self.held_out, self)

    def close(self) -> None:
        """Remove the scratch files."""
        for scratch in self.scratch:
            scratch.close()


@dataclass
class Counted:
    """What a pass over a file finds.

    Attributes:
        answers: the column of the target.
        columns: those that can become inputs.
        name, has_names, target_was_guessed, rows_without_target, missing_words: as of a `Table`
            (and of its target's `Column`).
        rows, trained: rows with a target, and those of them that are not held out.
        class_weight: as it was given, but numbers for "balanced".
    """

    answers: TargetSummary
    columns: dict[str, Summary]
    name: str
    has_names: bool
    target_was_guessed: bool
    missing_words: dict[str, int] = field(default_factory=dict)
    rows_without_target: int = 0
    rows: int = 0
    trained: int = 0
    class_weight: Any = None
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return self.rows

    @property
    def target(self) -> str:
        """The name of the target."""
        return self.answers.name

    def add(self, table: Table, origin: Origin, weights: str | None) -> None:
        """Take some rows into account."""
        target = table.columns[str(table.target)]
        known = ~target.missing
        apart = np.zeros(len(table), bool)
        count = int(known.sum())
        apart[known] = held_out_by_hash(self.rows, count, origin.holdout, origin.seed)
        self.rows, self.trained = self.rows + count, self.trained + int((known & ~apart).sum())
        self.rows_without_target += len(table) - count
        for word, times in target.missing_words.items():
            self.missing_words[word] = self.missing_words.get(word, 0) + times
        self.answers.add(target, known & ~apart)
        self.answers.watch(target, known)
        for column in without_weights(table, weights).inputs:
            self.columns[column.name].add(column, known & ~apart)


def counted(passes: Passes, origin: Origin, weights: str | None) -> Counted:
    """What a pass over a file finds, once what it gives is read as it will be later.

    Raises:
        ValueError: a file that cannot be read as a table, or is without a target.
    """
    for _ in range(MOST_PASSES):
        found: Counted | None = None
        for table in passes.tables():
            if found is None:
                found = nothing_yet(table, weights)
            found.add(table, origin, weights)
        if passes.settled:
            break
    if found is None or not found.rows:
        what = "has no rows" if found is None else f"lacks its target '{found.target}'"
        raise ValueError(f"{passes.path} {what}{' in every row' * (found is not None)}")
    found.notes = passes.notes
    return found


def nothing_yet(table: Table, weights: str | None) -> Counted:
    """What is known of a file before its first row."""
    columns = {c.name: Summary(c.name) for c in without_weights(table, weights).inputs}
    return Counted(
        TargetSummary(str(table.target)),
        columns,
        table.name,
        table.has_names,
        table.target_was_guessed,
    )


def parts_of(passes: Passes, origin: Origin) -> Iterator[tuple[Table, NDArray[np.bool_]]]:
    """The rows of a file that have a target, some at a time, and which of them are held out."""
    first = 0
    for whole in passes.tables():
        target: Column = whole.columns[str(whole.target)]
        table = whole.take(~target.missing) if target.missing.any() else whole
        yield table, held_out_by_hash(first, len(table), origin.holdout, origin.seed)
        first += len(table)


@door
def plan_streamed(
    passes: Passes, options: TableOptions, memory: int | None, folder: Path
) -> StreamedPlan:
    """Settle how a network is trained on a file that is read in passes.

    The columns are prepared as of a table in memory, but for this: rows are held out by the hash
    of their number (`data.passes.held_out_by_hash`); an index is known as one where its numbers
    rise; and of a column with more than 100,000 different texts, those met later count as rare.

    Args:
        passes: what reads the file.
        options: what the user says about it.
        memory: what the rows may take, in bytes; None for as much as is usual.
        folder: where the prepared rows are written.

    Raises:
        ValueError, TypeError: options that do not go together or with the file.
    """
    holdout = HOLDOUT if options.holdout is None else options.holdout
    holdout = real("holdout", holdout, least=0, below=1)
    name, seed = str(passes.path), seed_number(options.seed)
    print_of = passes.fingerprinted()
    origin = Origin(name, print_of, holdout, 0.0, seed, by_hash=True)
    found = counted(passes, origin, options.sample_weight)
    prepare = options.sizes is None
    schema = schema_of(
        [*found.columns.values()],
        found.answers,
        task=options.task or task_of(found.answers, options),
        prepare=prepare,
        scaling=scaling_for(options),
        missing=passes.missing,
        name=name,
    )
    network, training = settled(options, schema, origin, found.trained)
    found.class_weight = weights_of_classes(options, found.answers, schema)
    return StreamedPlan(network, training, options, passes, found, memory, folder)


@door
def resume_streamed(
    before: Network | Record,
    passes: Passes,
    options: TableOptions,
    memory: int | None,
    folder: Path,
) -> StreamedPlan:
    """Settle how a network that was trained on a file goes on, on the same rows of it, or a run of
    which a checkpoint was found, to its end.

    Raises:
        ValueError, TypeError: options or a file that do not fit the network.
    """
    run = before if isinstance(before, Record) else None
    network = Network.from_record(before) if isinstance(before, Record) else before
    content, name = passes.fingerprinted(), str(passes.path)
    if run is None:
        training = resumed_training(network, content, name, options)
    else:
        check_resumable(network, content, name)
        assert run.training is not None  # noqa: S101  (see check_resumable)
        training = run.training
    schema, origin = table_of(network)
    if not origin.by_hash:
        raise ValueError(
            f"the model was trained on {origin.data} in memory, and goes on there: raise "
            "--max-memory"
        )
    found = counted(passes, origin, options.sample_weight)
    found.class_weight = weights_of_classes(options, found.answers, schema)
    return StreamedPlan(network, training, options, passes, found, memory, folder, run)


def to_watch(arrays: dict[str, NDArray[Any]]) -> tuple[NDArray[Any], NDArray[Any]]:
    """X and y of the rows set apart to watch, each as often as it weighs."""
    X, y = arrays["X"], arrays["y"]
    if "sample_weight" not in arrays:
        return X, y
    by_weight = places_by_weight(arrays["sample_weight"][:, 0], 1)
    return X[by_weight], y[by_weight]


def task_of(target: TargetSummary, options: TableOptions) -> str | None:
    """As `tables.task_for`, of a target that is not in memory."""
    if any(target.known.values()):
        return None
    one = options.sizes is not None and options.sizes[-1] == 1
    many = one and (target.too_many or len(target.values) > 2)
    return "regression" if many or is_for_numbers(options.network.get("loss")) else None


def weights_of_classes(options: TableOptions, target: TargetSummary, schema: Schema) -> Any:
    """The weights of classes as they were given, but numbers for "balanced": by how many rows of
    each there are, those held out included."""
    if options.class_weight != BALANCED or schema.classes is None:
        return options.class_weight
    counts = np.array(target.counts_of(schema.classes))
    return dict(zip(schema.classes, class_weights(BALANCED, counts, schema.classes), strict=True))


@door
def judge_streamed(
    network: Network, passes: Passes
) -> tuple[Evaluation, str, dict[str, int]] | None:
    """How good a network from a table is on a file that is read in blocks: as `judged_rows` has it,
    with words for the rows, and in how many of them columns hold unknown texts. None for the file
    that it was trained on in memory: which rows were held out is told there.

    Raises:
        ValueError: the file does not fit the network.
    """
    schema, origin = network.schema, network.origin
    assert schema is not None  # noqa: S101  (from a table)
    known = origin is not None and passes.fingerprinted() == origin.fingerprint
    if origin is None or not known:
        origin = Origin(str(passes.path), "", 0.0, 0.0, 0, by_hash=True)
        words = f"rows of {passes.path} (other data than it was trained on, by their content)"
    elif not origin.by_hash:
        return None
    else:
        words = "held-out rows" if origin.holdout else "rows it was trained on (none were held out)"
    tally, unknown = tally_for(schema.classes), Counter[str]()
    passes.settle()
    for whole, apart in parts_of(passes, origin):
        table = whole.take(apart) if origin.holdout else whole
        if len(table):
            unknown.update(schema.count_unknown(table))
            tally.add(*truth_and_answers(network, table))
    return tally.figures(), words, dict(unknown)


def judge(network: Network, stored: StoredRows) -> Evaluation:
    """How good a network is on prepared rows, which are read some at a time."""
    spec, (schema, _) = network.spec, table_of(network)
    tally = tally_for(schema.classes)
    room = stored.empty(min(AT_ONCE, stored.rows))
    for first in range(0, stored.rows, AT_ONCE):
        part = {n: array[: stored.rows - first] for n, array in room.items()}
        stored.read(first, part)
        outputs = schema.restore(network.outputs(part["X"]))
        targets = part["y"] if schema.classes is None else shares_of(spec, part["y"])
        tally.add(*compared(network, targets, outputs))
    return tally.figures()
