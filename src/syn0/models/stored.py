"""Examples that stay on disk: a `Stored` of what people have, and in what shards it is read."""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from os import fspath
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from syn0.data.memory import in_words, memory_for_rows
from syn0.derive import target_columns
from syn0.models.arrays import finite, targets_array
from syn0.models.examples import Given, Intake, warn_of_reach
from syn0.models.weighting import class_numbers, class_weights, names_of, row_weights
from syn0.spec import NetworkSpec, Training
from syn0.spec.checks import real
from syn0.training.shards import Shards

if TYPE_CHECKING:
    from syn0.engines.cluster import Cluster

WINDOW_BYTES = 2**26
"""Of the rows that are held at once, and as much again of those that come next. It does not depend
on the memory there is, unless a user names less: the same data give the same order everywhere."""

SHARDS_HELD = 32
"""In a window, if there is room for so many batches: so neighbours of a sorted file come apart, and
of a usual window each is 2 MB, long enough that a disk reads it as fast as it can."""

MEMORY_OF_A_WINDOW = 8
"""A window is at most this part of the memory that a user allows: two windows, what reads them, and
what else there is must fit."""

MOST_APART = 2**15
"""Rows that are set apart to watch stay in memory, and are judged in one go."""

AT_ONCE = 2**16
"""Rows that are looked at together before training."""


class Source(Protocol):
    """An array on disk, a row an example."""

    def read(self, first: int, out: NDArray[Any]) -> None:
        """Fill `out` with the rows from `first` on."""


class RawFile:
    """Numbers in a file, row after row. It is read, not mapped: pages of a mapped file count as
    the process's own memory.

    Args:
        file: the file, which is opened when it is read, or one that is open.
        offset: where the rows begin, in bytes.
        dtype: of the numbers.
        width: numbers in a row.
    """

    def __init__(
        self, file: Path | IO[bytes], offset: int, dtype: np.dtype[Any], width: int
    ) -> None:
        self._file = file
        self._offset, self._dtype, self._width = offset, dtype, width

    def read(self, first: int, out: NDArray[Any]) -> None:
        """See `Source.read`."""
        same = out.dtype == self._dtype and out.flags.c_contiguous
        part = out if same else np.empty(out.shape, self._dtype)
        if isinstance(self._file, Path):
            with self._file.open("rb", buffering=0) as file:
                self._read(file, first, part)
        else:
            self._read(self._file, first, part)
        if not same:
            with np.errstate(over="ignore", invalid="ignore"):  # `Checked` finds what is infinite
                out[...] = part

    def _read(self, file: IO[bytes], first: int, part: NDArray[Any]) -> None:
        file.seek(self._offset + first * self._width * self._dtype.itemsize)
        rest = memoryview(part.data).cast("B") if part.size else memoryview(b"")
        while rest:
            if not (count := file.readinto(rest)):  # type: ignore[attr-defined]
                raise OSError("the rows on disk have become fewer while they were trained on")
            rest = rest[count:]


class Slices:
    """Anything that gives rows as `array[first:last]`."""

    def __init__(self, array: Any) -> None:
        self._array = array

    def read(self, first: int, out: NDArray[Any]) -> None:
        """See `Source.read`."""
        part = np.asarray(self._array[first : first + len(out)])
        with np.errstate(over="ignore", invalid="ignore"):
            out[...] = part.reshape(out.shape)


class Checked:
    """Inputs, of which those that are read for the first time must be finite."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._seen: set[tuple[int, int]] = set()

    def read(self, first: int, out: NDArray[Any]) -> None:
        """See `Source.read`; ValueError for NaN or infinity."""
        self._source.read(first, out)
        if (place := (first, len(out))) not in self._seen:
            with np.errstate(over="ignore", invalid="ignore"):
                total = out.sum()  # a fraction of the work of looking at each
            if not np.isfinite(total):
                finite("X", out, first)
            self._seen.add(place)


@dataclass(frozen=True)
class Targets:
    """Targets as the program takes them, of an array that has them as people do."""

    source: Source
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    spec: NetworkSpec

    def read(self, first: int, out: NDArray[Any]) -> None:
        """See `Source.read`; ValueError for such as the loss cannot take."""
        given = np.empty((len(out), *self.shape[1:]), self.dtype)
        self.source.read(first, given)
        out[...] = targets_array(given, self.spec, len(out))


@dataclass(frozen=True)
class Weights:
    """How much rows count, by a number of each, by its class or both."""

    source: Source | None
    by_class: Mapping[int, float] | None
    targets: Source
    columns: int
    spec: NetworkSpec

    def read(self, first: int, out: NDArray[Any]) -> None:
        """See `Source.read`."""
        y = np.empty((len(out), self.columns), out.dtype)
        self.targets.read(first, y)
        given = None
        if self.source is not None:
            given = np.empty(len(out), out.dtype)
            self.source.read(first, given)
        weights = row_weights(given, self.by_class, y, self.spec, some=True)
        out[...] = 1 if weights is None else weights


@dataclass(frozen=True)
class StoredRows:
    """Rows on disk, without those that are set apart: see `training.shards.Stored`.

    Attributes:
        sources: the program's arrays by name.
        widths: their numbers of columns.
        dtype: the program's.
        whole: the number of rows on disk.
        apart: the rows, in order, that are none of these.
    """

    sources: Mapping[str, Source]
    widths: Mapping[str, int]
    dtype: str
    whole: int
    apart: NDArray[np.int64]

    @property
    def rows(self) -> int:
        """How many there are."""
        return self.whole - len(self.apart)

    @property
    def row_bytes(self) -> int:
        """What a row takes in memory."""
        return sum(self.widths.values()) * np.dtype(self.dtype).itemsize

    def empty(self, rows: int) -> dict[str, NDArray[Any]]:
        """Room for so many rows."""
        return {name: np.empty((rows, width), self.dtype) for name, width in self.widths.items()}

    def read(self, first: int, out: Mapping[str, NDArray[Any]]) -> None:
        """See `Stored.read`."""
        for name, source in self.sources.items():
            filled = 0
            for start, end in self._runs(first, first + len(out[name])):
                source.read(start, out[name][filled : filled + end - start])
                filled += end - start

    def without(self, apart: NDArray[np.int64]) -> StoredRows:
        """The same without some rows, which are given in order."""
        return replace(self, apart=apart)

    def _runs(self, first: int, end: int) -> Iterator[tuple[int, int]]:
        """Where these rows stand on disk: (first, end) of each stretch of neighbours."""
        below = self.apart - np.arange(len(self.apart))  # how many are kept before each
        cuts = np.searchsorted(below, [first, end - 1], side="right")
        start, last = first + int(cuts[0]), end - 1 + int(cuts[1])
        for gap in [*self.apart[cuts[0] : cuts[1]].tolist(), last + 1]:
            if gap > start:
                yield start, gap
            start = gap + 1


@dataclass(frozen=True)
class StoredExamples:
    """What `Examples` are, on disk.

    Attributes:
        stored: the rows to train on.
        validation: an X and a y that training does not learn from; None without.
        shards: in which they are read.
        extremes: (2,) the least and the greatest target.
    """

    stored: StoredRows
    validation: tuple[NDArray[Any], NDArray[Any]] | None = None
    shards: Shards = field(default_factory=lambda: Shards(1))
    extremes: NDArray[Any] = field(default_factory=lambda: np.zeros(2))

    @property
    def rows(self) -> int:
        """Number of rows to train on."""
        return self.stored.rows

    @property
    def weighted(self) -> bool:
        """Whether rows count differently."""
        return "sample_weight" in self.stored.widths

    def arrays(self) -> dict[str, NDArray[Any]]:
        """No arrays: all rows stay on disk."""
        return {}

    def shared(self, cluster: Cluster) -> dict[str, Any]:
        """ValueError: processes of a cluster hold their rows."""
        raise ValueError("rows do not stream from disk on a cluster: leave one of the two out")

    def __str__(self) -> str:
        """What will be done with them, as a sentence."""
        stored, shards = self.stored, self.shards
        size, count = in_words(stored.rows * stored.row_bytes), shards.count(stored.rows)
        held = min(shards.held, count)
        taken = in_words(min(shards.rows * held, stored.rows) * stored.row_bytes)
        return (
            f"{size} of rows stream from disk, shuffled in {count:,} shards; {held} at a time are "
            f"held ({taken}), and as many read ahead"
        )


def shards_for(stored: StoredRows, training: Training, memory: int | None) -> Shards:
    """The shards in which rows are read, two windows of which are held at once.

    Raises:
        ValueError: a training that needs all rows at once.
    """
    size = training.batch_size
    if size is None or training.reshuffle:
        what = "reshuffle takes" if size else "full batches take"
        raise ValueError(
            f"{what} all rows at once, and {in_words(stored.rows * stored.row_bytes)} of them "
            "stream from disk: give batch_size"
        )
    window = min(WINDOW_BYTES, (memory or WINDOW_BYTES * MEMORY_OF_A_WINDOW) // MEMORY_OF_A_WINDOW)
    in_window = max(1, window // (size * stored.row_bytes))  # batches
    in_shard = max(1, in_window // SHARDS_HELD)
    return Shards(in_shard * size, max(1, in_window // in_shard))


def check_shards(shards: Shards, training: Training, rows: int) -> None:
    """ValueError where the shards that a user gives do not go with the batches."""
    if training.batch_size is None or training.reshuffle:
        raise ValueError("shards go with batches in an order of their own: give batch_size")
    if shards.count(rows) > 1 and shards.rows % training.batch_size:
        raise ValueError(
            f"shards of {shards.rows:,} rows do not hold whole batches of {training.batch_size}"
        )


def drawn_apart(rows: int, fraction: float, seed: int | None) -> NDArray[np.int64]:
    """(apart,) the numbers of the rows that are set apart, in order: a fraction of them, but at
    most `MOST_APART`; those that the legacy generator of the seed names first.

    Raises:
        ValueError: the fraction leaves one part empty.
    """
    count = min(round(rows * real("validation", fraction, above=0, below=1)), MOST_APART)
    if not 0 < count < rows:
        raise ValueError(f"validation={fraction:g} of {rows} rows leaves one part empty")
    generator = np.random.RandomState(seed or 0)
    found: dict[int, None] = {}
    while len(found) < count:
        found.update(dict.fromkeys(generator.randint(0, rows, count, np.int64).tolist()))
    return np.sort(np.fromiter([*found][:count], np.int64, count))


def rows_at(stored: StoredRows, places: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """Some rows of all that are on disk, by the names of arrays."""
    arrays = stored.empty(len(places))
    for number, place in enumerate(places.tolist()):
        for name, source in stored.sources.items():
            source.read(place, arrays[name][number : number + 1])
    return arrays


def is_on_disk(X: Any) -> bool:
    """Whether something is an array that may stand on disk: a memory-mapped one, or one that gives
    its rows when asked, such as an HDF5 or Zarr dataset."""
    if isinstance(X, np.ndarray):
        return isinstance(X, np.memmap)
    try:
        return len(X.shape) == 2 and np.dtype(X.dtype).kind in "biuf" and hasattr(X, "__getitem__")
    except (AttributeError, TypeError):
        return False


def source_of(array: Any) -> Source:
    """What reads rows of an array: its file, where it is one that is mapped as it stands there."""
    if isinstance(array, np.memmap) and array.flags.c_contiguous:
        root = array
        while isinstance(root.base, np.memmap):
            root = root.base
        if isinstance(root.base, mmap.mmap) and root.filename and root.mode != "c":
            offset = root.offset + array.ctypes.data - root.ctypes.data
            path, width = Path(fspath(root.filename)), int(np.prod(array.shape[1:]))
            return RawFile(path, offset, array.dtype, width)
    return Slices(array)


def blocks_of(source: Source, rows: int, width: int, dtype: str) -> Iterator[NDArray[Any]]:
    """All rows of a source, some at a time, in the same memory."""
    room = np.empty((min(AT_ONCE, rows), width), dtype)
    for first in range(0, rows, AT_ONCE):
        part = room[: min(AT_ONCE, rows - first)]
        source.read(first, part)
        yield part


def examples_on_disk(
    intake: Intake,
    given: Given,
    training: Training,
    memory: int | str | None,
    shards: Shards | None,
) -> StoredExamples | None:
    """The examples, if they are to stay on disk: where X stands there and takes more memory than it
    may, or where shards are asked for. None where they are to be taken as arrays.

    Raises:
        TypeError, ValueError: arrays that do not fit the network, targets and weights that the loss
            cannot take, or a training that needs all rows at once.
    """
    X, spec = given.X, intake.spec
    most = memory_for_rows(memory)
    if shards is None:
        if not is_on_disk(X):
            return None
        size = len(X) * (spec.inputs + target_columns(spec)) * np.dtype(spec.dtype).itemsize
        whole = training.batch_size is None or training.reshuffle
        if size <= most or (memory is None and whole):
            return None
    stored, extremes = stored_rows(intake, given)
    warn_of_reach(extremes, spec)
    watched = None
    if isinstance(given.validation, Sequence) and len(given.validation) == 2:
        watched = intake.arrays(*given.validation)
    elif given.validation is not None:
        apart = drawn_apart(stored.rows, given.validation, spec.seed)
        arrays = rows_at(stored, apart)
        stored, watched = stored.without(apart), (arrays["X"], arrays["y"])
    if shards is None:
        shards = shards_for(stored, training, None if memory is None else most)
    check_shards(shards, training, stored.rows)
    return StoredExamples(stored, watched, shards, extremes)


def stored_rows(intake: Intake, given: Given) -> tuple[StoredRows, NDArray[Any]]:
    """The rows of arrays that people have, and (2,) the least and the greatest target.

    Targets and weights, which are narrow, are looked at first; inputs as they are read.
    """
    spec = intake.spec
    X = given.X if is_on_disk(given.X) else intake.inputs(given.X)
    if len(X.shape) != 2 or X.shape[1] != spec.inputs or not len(X) or X.dtype.kind not in "biuf":
        raise ValueError(
            f"X has shape {X.shape} and holds {X.dtype}, but the network {spec} takes numbers of "
            f"shape (rows, {spec.inputs})"
        )
    y = given.y if isinstance(given.y, np.memmap) else np.asarray(given.y)
    if y.ndim not in (1, 2) or len(y) != len(X) or y.dtype.kind not in "biuf":
        raise ValueError(f"y has shape {y.shape} and holds {y.dtype}, but X has {len(X)} rows")
    columns = target_columns(spec)
    targets = Targets(source_of(y), y.shape, y.dtype, spec)
    seen = [
        (part.min(), part.max(), class_counts(part, given.class_weight, spec))
        for part in blocks_of(targets, len(X), columns, spec.dtype)
    ]
    least, most, counts = zip(*seen, strict=True)
    sources: dict[str, Source] = {"X": Checked(source_of(X)), "y": targets}
    widths = {"X": spec.inputs, "y": columns}
    if given.sample_weight is not None or given.class_weight is not None:
        sources["sample_weight"] = weights_of(given, targets, len(X), sum(counts), spec)
        widths["sample_weight"] = 1
    stored = StoredRows(sources, widths, spec.dtype, len(X), np.empty(0, np.int64))
    return stored, np.array([min(least), max(most)])


def class_counts(y: NDArray[Any], class_weight: Any, spec: NetworkSpec) -> NDArray[np.intp]:
    """How many rows there are of each class, where that is asked for."""
    count = len(names_of(None, spec))
    if class_weight is None:
        return np.zeros(count, np.intp)
    return np.bincount(class_numbers(y, spec), minlength=count)


def weights_of(
    given: Given, targets: Source, rows: int, counts: NDArray[np.intp], spec: NetworkSpec
) -> Weights:
    """What tells how much rows count; ValueError for weights that do not fit, or are all 0."""
    source = None
    if given.sample_weight is not None:
        sample = given.sample_weight
        sample = sample if isinstance(sample, np.memmap) else np.asarray(sample)
        if sample.shape not in ((rows,), (rows, 1)) or sample.dtype.kind not in "biuf":
            raise ValueError(
                f"sample_weight has shape {sample.shape}, but {rows} rows need ({rows},)"
            )
        source = source_of(sample)
    by_class = None
    if given.class_weight is not None:
        names = names_of(None, spec)
        numbers = class_weights(given.class_weight, counts, names).tolist()
        by_class = dict(zip(names, numbers, strict=True))
    weights = Weights(source, by_class, targets, target_columns(spec), spec)
    # Every part is looked at, as each must hold what weights are.
    if not sum(int(part.any()) for part in blocks_of(weights, rows, 1, spec.dtype)):
        raise ValueError("all weights are 0: no row counts")
    return weights
