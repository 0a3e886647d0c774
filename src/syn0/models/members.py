"""What came of many networks that were trained at once: how well they do, which is the best, and
what they predict together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import NDArray

from syn0.html import history_html
from syn0.models.answers import answers
from syn0.models.network import Network
from syn0.models.record import Record
from syn0.spec.doors import doors
from syn0.spec.words import counted
from syn0.training import History

MOST_SHOWN = 8
"""Learning rates, and networks that diverged, that are shown one by one."""


@dataclass(frozen=True)
class Member:
    """One of many networks.

    Attributes:
        seed, learning_rate: its own; the rate is None where a solver takes the steps.
        record: the network as it is kept.
        history: of its training.
        loss, error: of the weights that are kept, over the validation rows or, without these, all
            rows trained on; NaN where it diverged or was not begun.
    """

    seed: int
    learning_rate: float | None
    record: Record
    history: History
    loss: float
    error: float


@doors
@dataclass(frozen=True, eq=False, repr=False)
class Many(Sequence[Network]):
    """Networks that were trained together, in the order of their learning rates and, within each,
    of their seeds. `many[3]` is one of them, and every call gives a `Network` of its own.

    Attributes:
        members: what is known of each.
        monitor: the figure that says which is best, "loss" or "error".
    """

    members: tuple[Member, ...]
    monitor: str = "loss"

    def __len__(self) -> int:
        return len(self.members)

    @overload
    def __getitem__(self, place: int) -> Network: ...

    @overload
    def __getitem__(self, place: slice) -> list[Network]: ...

    def __getitem__(self, place: int | slice) -> Network | list[Network]:
        if isinstance(place, slice):
            return [network_of(member) for member in self.members[place]]
        return network_of(self.members[place])

    @property
    def seeds(self) -> NDArray[np.int64]:
        """(networks,): the seed of each."""
        return np.array([member.seed for member in self.members], np.int64)

    @property
    def learning_rates(self) -> NDArray[np.float64]:
        """(networks,); NaN where a solver takes the steps."""
        return np.array([member.learning_rate for member in self.members], np.float64)

    @property
    def histories(self) -> tuple[History, ...]:
        """That of each; `history.stopped` says how it ended and `history.trouble` why it diverged,
        if it did."""
        return tuple(member.history for member in self.members)

    @property
    def final_loss(self) -> NDArray[np.float64]:
        """(networks,): the loss of the weights that are kept, over the validation rows or, without
        these, all rows trained on; NaN where it diverged or was not begun."""
        return np.array([member.loss for member in self.members])

    @property
    def final_error(self) -> NDArray[np.float64]:
        """(networks,): the mean absolute error, likewise."""
        return np.array([member.error for member in self.members])

    @property
    def steps(self) -> NDArray[np.int64]:
        """(reports,): the step of each report, of the network that came to the most."""
        return np.array(max((h.step for h in self.histories), key=len), np.int64)

    @property
    def loss(self) -> NDArray[np.float64]:
        """(networks, reports): the losses of the histories; NaN where one has ended."""
        return self._figures("loss")

    @property
    def error(self) -> NDArray[np.float64]:
        """(networks, reports): the mean absolute errors, likewise."""
        return self._figures("error")

    @property
    def validation_loss(self) -> NDArray[np.float64]:
        """(networks, reports): the losses of the validation rows, likewise; NaN without these."""
        return self._figures("validation_loss")

    @property
    def validation_error(self) -> NDArray[np.float64]:
        """(networks, reports): the mean absolute errors of the validation rows, likewise."""
        return self._figures("validation_error")

    @property
    def diverged(self) -> NDArray[np.bool_]:
        """(networks,): whether a number of it became infinite or NaN."""
        return np.array([history.stopped == "diverged" for history in self.histories])

    @property
    def learned(self) -> NDArray[np.bool_]:
        """(networks,): whether it has learned, and not diverged: `best`, `predict` and the like
        leave the others out."""
        return np.isfinite(self._judged)

    @property
    def ranking(self) -> NDArray[np.intp]:
        """The places of those that learned, the best one first."""
        order = np.argsort(self._judged, kind="stable")
        return order[self.learned[order]]

    @property
    def what_went_wrong(self) -> str:
        """How many diverged, and why the first of them did, and how many were interrupted; "" where
        all came to their ends."""
        words = []
        bad = [member for member in self.members if member.history.stopped == "diverged"]
        if bad:
            words.append(f"{len(bad):,} diverged, seed {bad[0].seed}: {bad[0].history.trouble}")
        stopped = sum(history.stopped == "interrupted" for history in self.histories)
        if stopped:
            words.append(f"{stopped:,} were interrupted")
        return "; ".join(words)

    def best(self) -> Network:
        """The network whose figure is the lowest.

        Raises:
            ValueError: none has learned.
        """
        return self[int(self._some(self.ranking)[0])]

    def predict_each(self, X: Any) -> NDArray[Any]:
        """(networks, rows, outputs): the prediction of each that learned, for an X as
        `Network.predict` takes it.

        Raises:
            TypeError, ValueError: X does not fit, or none has learned.
        """
        return np.stack([*self._predictions(X)])

    @overload
    def predict(self, X: Any, *, spread: Literal[False] = False) -> NDArray[Any]: ...

    @overload
    def predict(self, X: Any, *, spread: Literal[True]) -> tuple[NDArray[Any], NDArray[Any]]: ...

    def predict(
        self, X: Any, *, spread: bool = False
    ) -> NDArray[Any] | tuple[NDArray[Any], NDArray[Any]]:
        """The mean of what the networks that learned predict, each counting alike.

        Args:
            X: as `Network.predict` takes it.
            spread: whether to give the standard deviation over the networks as well: how much
                they disagree about a row.

        Returns:
            (rows, outputs), or a pair of such.

        Raises:
            TypeError, ValueError: X does not fit, or none has learned.
        """
        mean: NDArray[Any] = np.zeros(())
        squares: NDArray[Any] = np.zeros(())
        for count, outputs in enumerate(self._predictions(X), 1):
            # Welford (1962): the predictions of all need not be kept.
            away = outputs - mean
            mean = mean + away / count
            squares = squares + away * (outputs - mean)
        return (mean, np.sqrt(squares / self.learned.sum())) if spread else mean

    def labels(self, X: Any) -> NDArray[Any]:
        """(rows,): the class names, or numbers, that the mean says, of networks from a table.

        Raises:
            ValueError: they were trained on plain arrays, which have no names; and as `predict`.
        """
        network = self[0]
        if network.schema is None:
            raise ValueError("labels come from a table: these networks were trained on arrays")
        return answers(network, self.predict(X))

    def to_frame(self) -> Any:
        """A pandas DataFrame with a row for each network.

        Raises:
            ModuleNotFoundError: pandas is not installed.
        """
        from syn0.explain.text import frame

        histories = self.histories
        return frame(
            {
                "seed": self.seeds,
                "learning_rate": self.learning_rates,
                "steps": [member.record.checkpoint.step for member in self.members],
                "loss": self.final_loss,
                "error": self.final_error,
                "stopped": [history.stopped for history in histories],
                "trouble": [history.trouble for history in histories],
            }
        )

    def __repr__(self) -> str:
        from syn0.explain.text import table

        header, *rows = self._rows
        return "\n".join([self._head, *table(header, rows, left=0), *self._tail])

    def _repr_html_(self) -> str:
        curves = []
        if len(ranking := self.ranking):
            wanted = {"best": ranking[0], "median": ranking[len(ranking) // 2]}
            curves = [(name, self.histories[k].step, self.histories[k].loss)
                      for name, k in wanted.items()]  # fmt: skip
        return history_html(self._head, self._rows, curves, self._tail)

    # What it is made of.

    @property
    def _judged(self) -> NDArray[np.float64]:
        """(networks,): by which they are compared."""
        return self.final_error if self.monitor == "error" else self.final_loss

    def _figures(self, name: str) -> NDArray[np.float64]:
        """(networks, reports): a figure of all reports."""
        figures = np.full((len(self), max(len(h.reports) for h in self.histories)), np.nan)
        for row, history in zip(figures, self.histories, strict=True):
            row[: len(history.reports)] = [getattr(report, name) for report in history.reports]
        return figures

    def _some(self, places: NDArray[np.intp]) -> NDArray[np.intp]:
        """The places, if there are any; ValueError otherwise."""
        if not len(places):
            raise ValueError(f"none of the networks has learned: {self.what_went_wrong}")
        return places

    def _predictions(self, X: Any) -> Iterator[NDArray[Any]]:
        """What each that learned predicts."""
        places = self._some(np.flatnonzero(self.learned)).tolist()
        values = [self.members[place].record.checkpoint.values for place in places]
        yield from self[places[0]].predict_each(X, values)

    @property
    def _head(self) -> str:
        """What they are, in a line."""
        first = self.members[0].record
        assert first.training is not None  # noqa: S101  (all were trained)
        seeds, by = dict.fromkeys(self.seeds.tolist()), type(first.training.optimizer).__name__
        said = f"seeds {span(list(seeds))}" if len(seeds) > 1 else f"seed {next(iter(seeds))}"
        steps = max(member.record.checkpoint.step for member in self.members)
        return (
            f"{counted(len(self), 'network')} {first.spec}, {said}; {counted(steps, 'step')} "
            f"by {by}, engine {first.engine}"
        )

    @property
    def _rows(self) -> list[list[str]]:
        """For each learning rate: how many networks, how many learned, and their figures."""
        from syn0.explain.text import number

        rates = self.learning_rates
        header = ["learning rate", "networks", "learned", "best loss", "median", "worst",
                  "mean error", "spread"]  # fmt: skip
        rows = []
        for rate in list(dict.fromkeys(member.learning_rate for member in self.members)):
            own = np.isnan(rates) if rate is None else rates == rate
            good = own & self.learned
            losses, errors = self.final_loss[good], self.final_error[good]
            figures = ["-"] * 5
            if len(losses):
                about_loss = losses.min(), np.median(losses), losses.max()
                figures = [number(x) for x in (*about_loss, errors.mean(), errors.std())]
            name = "-" if rate is None else f"{rate:g}"
            rows.append([name, f"{own.sum():,}", f"{good.sum():,}", *figures])
        if (more := len(rows) - MOST_SHOWN) > 0:
            half = MOST_SHOWN // 2
            rows[half:-half] = [[f"… {more:,} more", *[""] * (len(header) - 1)]]
        return [header, *rows]

    @property
    def _tail(self) -> list[str]:
        """Which is the best, and what went wrong, in a few lines."""
        lines = []
        if len(ranking := self.ranking):
            best = self.members[ranking[0]]
            rate = "" if best.learning_rate is None else f", learning rate {best.learning_rate:g}"
            lines.append(f"best: seed {best.seed}{rate} (number {ranking[0]})")
        return [*lines, *filter(None, [self.what_went_wrong])]


def network_of(member: Member) -> Network:
    """A network of its own, as a member stands."""
    record = member.record
    return Network.from_record(replace(record, checkpoint=record.checkpoint.copy()))


def span(numbers: list[int]) -> str:
    """ "1 to 100", or the numbers themselves, the first of many."""
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{numbers[0]} to {numbers[-1]}"
    shown = ", ".join(map(str, numbers[:MOST_SHOWN]))
    more = len(numbers) - MOST_SHOWN
    return f"{shown} and {more:,} more" if more > 0 else shown
