"""A file that is larger than memory, trained on by many processes: each passes over all of it, and
holds only its own part of the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from syn0.models.examples import SharedExamples
from syn0.models.stored import StoredRows, drawn_apart
from syn0.models.streamed import Scratch, StreamedFitted, StreamedPlan, to_watch
from syn0.models.tables import table_of
from syn0.spec.once import once
from syn0.training.loop import Callback

if TYPE_CHECKING:
    from syn0.engines.cluster import Cluster


class OwnRows:
    """Takes all rows to train on, some at a time, and keeps those of one process.

    Args:
        rows: how many there are.
        apart: the numbers of those that are set apart to watch, in order; all processes keep them.
        cluster: which says what rows are whose.
        widths: of the program's arrays, by name; weights of rows are kept in full.
        dtype: the program's.
    """

    def __init__(
        self,
        rows: int,
        apart: NDArray[np.int64],
        cluster: Cluster,
        widths: dict[str, int],
        dtype: str,
    ) -> None:
        self._apart, self._rows, self._size = apart, rows - len(apart), cluster.size
        self._places = cluster.places(self._rows)
        # Where each array begins among the rows to learn from, and where it ends.
        self._spans = {
            name: slice(0, self._rows) if name == "sample_weight" else self._places
            for name in widths
        }
        self._kept = {
            name: np.empty((span.stop - span.start, widths[name]), dtype)
            for name, span in self._spans.items()
        }
        self._watched = {n: np.empty((len(apart), width), dtype) for n, width in widths.items()}
        self._seen = 0

    def add(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Take the next rows."""
        numbers = np.arange(self._seen, self._seen + len(arrays["X"]))
        self._seen += len(numbers)
        below = np.searchsorted(self._apart, numbers)  # of those set apart, how many come before
        is_apart = np.searchsorted(self._apart, numbers, side="right") > below
        places = numbers - below
        for name, span in self._spans.items():
            own = ~is_apart & (places >= span.start) & (places < span.stop)
            self._kept[name][places[own] - span.start] = arrays[name][own]
            self._watched[name][below[is_apart]] = arrays[name][is_apart]

    def examples(self) -> SharedExamples:
        """What was kept, once all rows were taken."""
        kept = self._kept
        return SharedExamples(
            kept["X"],
            kept["y"],
            kept.get("sample_weight"),
            to_watch(self._watched) if len(self._apart) else None,
            all_rows=self._rows,
            size=self._size,
        )


@dataclass
class SpreadPlan(StreamedPlan):
    """A plan of which this process holds its part of the rows; the first one writes those that it
    judges to a scratch file.

    Attributes:
        cluster: the processes that train together.
    """

    cluster: Cluster = field(kw_only=True)

    @property
    def judged(self) -> StoredRows:
        """See `StreamedPlan.judged`; none but in the first process."""
        return self.scratch[0].stored()

    @once
    def examples(self) -> SharedExamples:
        """See `StreamedPlan.examples`. All processes prepare all rows, block by block, so that what
        a network cannot take is told by each."""
        (_, origin), all_judged = table_of(self.network), not self.held_out
        spec, rows, widths = self.network.spec, self.counted.trained, self.widths
        if self.cluster.first:
            self.check_room(len(self.held_out) or rows)
            self.scratch = (Scratch(self.folder, widths, spec.dtype),)
        apart = np.empty(0, np.int64)
        if origin.validation:
            apart = drawn_apart(rows, origin.validation, origin.seed)
        all_widths = widths | ({"sample_weight": 1} if self.weighted else {})
        own = OwnRows(rows, apart, self.cluster, all_widths, spec.dtype)
        for arrays, held_out in self.prepared():
            own.add({name: array[~held_out] for name, array in arrays.items()})
            for scratch in self.scratch:
                scratch.add({n: arrays[n] if all_judged else arrays[n][held_out] for n in widths})
        return own.examples()

    def fit(self, *, callbacks: Sequence[Callback] = (), **how: Any) -> StreamedFitted:
        """See `StreamedPlan.fit`; together with the other processes, whatever `how` says."""
        return super().fit(callbacks=callbacks, **how | {"cluster": self.cluster})


def spread_over(plan: StreamedPlan, cluster: Cluster) -> SpreadPlan:
    """The plan, for one of the processes of a cluster."""
    known = {each.name: getattr(plan, each.name) for each in fields(plan)}
    return SpreadPlan(**known, cluster=cluster)
