"""The description of a training run: how far, in what batches, by which optimizer and limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypedDict

from syn0.spec.knobs import OUTPUT, PENALTIES, TRAINING, Description, described, knob
from syn0.spec.optimizers import OPTIMIZERS, SGD, Optimizer, Solver

REDUCTIONS = ("sum", "mean")
MONITORS = ("loss", "error")


@described
@dataclass(frozen=True)
class Training(Description):
    """How a network is trained: for so many steps or epochs, one of the two.

    The penalties `l1` and `l2` touch neither the units' constants nor the scales and shifts of
    normalizations. A parameter's update is minus its gradient. In a mean, weighted rows count by
    their weights.
    """

    steps: int | None = knob(None, "number of updates", section=TRAINING)
    epochs: int | None = knob(
        None, "number of passes over all rows, in place of steps", section=TRAINING
    )
    batch_size: int | None = knob(
        None, "rows in a step", none="all rows", section=TRAINING, fits_solvers=False
    )
    shuffle: bool = knob(
        True, "whether each epoch of mini-batches takes the rows in a new order", section=TRAINING
    )
    reshuffle: bool = knob(
        False,
        "whether that order is the last epoch's, shuffled on, as scikit-learn has it, instead of "
        "the rows' own, shuffled",
    )
    optimizer: Optimizer | Solver = knob(
        SGD(), "how a parameter's gradient becomes its change", table="optimizer", section=TRAINING
    )
    schedule: str = knob(
        "constant",
        "how the learning rate changes from step to step",
        table="schedule",
        section=TRAINING,
        fits_solvers=False,
    )
    warm_up: int = knob(
        0,
        "steps over which the learning rate first rises from 0",
        least=0,
        section=TRAINING,
        fits_solvers=False,
    )
    reduction: str = knob(
        "sum", "how a step combines the gradients of its rows", choices=REDUCTIONS, section=TRAINING
    )
    l1: float = knob(
        0.0, "strength of the penalty on the sum of the weights' sizes", least=0, section=PENALTIES
    )
    l2: float = knob(
        0.0, "strength of the penalty on half the sum of their squares", least=0, section=PENALTIES
    )
    penalty_per_row: bool = knob(
        False,
        "whether l1 and l2 are divided by the number of rows of a step, or by their weights, as "
        "scikit-learn has it",
    )
    max_norm: float | None = knob(
        None,
        "greatest length of the weights that lead to a unit",
        none="no limit",
        above=0,
        section=PENALTIES,
        fits_solvers=False,
    )
    label_smoothing: float = knob(
        0.0,
        "share of each target that goes to all classes alike, for cross-entropies",
        least=0,
        below=1,
        section=PENALTIES,
    )
    clip_deltas: float | None = knob(
        None,
        "greatest size of a delta",
        none="no limit",
        above=0,
        section=PENALTIES,
        fits_solvers=False,
    )
    clip_value: float | None = knob(
        None,
        "greatest size of an entry of an update",
        none="no limit",
        above=0,
        section=PENALTIES,
        fits_solvers=False,
    )
    clip_norm: float | None = knob(
        None,
        "greatest length of all updates together",
        none="no limit",
        above=0,
        section=PENALTIES,
        fits_solvers=False,
    )
    trim_deltas: float | None = knob(
        None,
        "size below which deltas become 0; reports say what share did",
        none="no limit",
        above=0,
        section=PENALTIES,
        fits_solvers=False,
    )
    report_every: int | None = knob(
        None,
        "steps from one report to the next",
        none="a round number that gives two to twenty reports, or one each epoch",
        section=OUTPUT,
    )
    patience: int | None = knob(
        None,
        "reports without a better validation figure after which training stops and the best "
        "weights come back",
        none="no early end",
    )
    monitor: str = knob("loss", "the figure that patience watches", choices=MONITORS)

    def __post_init__(self) -> None:
        if (self.steps is None) == (self.epochs is None):
            raise ValueError("say how long to train: either steps or epochs, one of the two")
        super().__post_init__()
        if not isinstance(self.optimizer, Optimizer | Solver):
            known = " or ".join(f"{kind.__name__}(...)" for kind in OPTIMIZERS.values())
            raise TypeError(f"optimizer must be {known}, not {self.optimizer!r}")
        if self.solver is not None and (given := unfit_for_solvers(vars(self))):
            raise ValueError(
                "L-BFGS takes full batches, their true gradient and steps of its own length: "
                f"leave out {', '.join(given)}, or choose another optimizer"
            )
        if self.counts_epochs and self.report_every is not None:
            raise ValueError(
                "report_every goes with steps: training counted in epochs reports every epoch, "
                "so give steps or leave it out"
            )

    @property
    def solver(self) -> Solver | None:
        """What searches for the lowest loss; None where an optimizer's lines take the steps."""
        return self.optimizer if isinstance(self.optimizer, Solver) else None

    @property
    def learning_rate(self) -> float | None:
        """The first one; None where a solver finds the length of its steps."""
        return None if isinstance(self.optimizer, Solver) else self.optimizer.learning_rate

    def descended(self) -> Training:
        """What is descended, in one plain step of all rows: the loss and all that is added to it,
        without what limits or changes steps."""
        plain = {name: knob.default for name, knob in self.KNOBS.items() if not knob.fits_solvers}
        return replace(self, steps=1, epochs=None, report_every=None, optimizer=SGD(), **plain)

    @property
    def counts_epochs(self) -> bool:
        """Whether training goes by epochs, and so reports each."""
        return self.epochs is not None

    def batches(self, rows: int) -> int:
        """Number of steps in an epoch over `rows` rows; the last batch may be smaller."""
        return 1 if self.batch_size is None else -(-rows // self.batch_size)

    def total_steps(self, rows: int) -> int:
        """Number of updates of the whole run."""
        if self.steps is not None:
            return self.steps
        assert self.epochs is not None  # noqa: S101  (one of the two, see __post_init__)
        return self.epochs * self.batches(rows)

    def interval(self, rows: int) -> int:
        """Number of steps from one report to the next."""
        if self.counts_epochs:
            return self.batches(rows)
        return self.report_every or round_interval(self.total_steps(rows))


class TrainingSettings(TypedDict, total=False):
    """The fields of `Training` as keywords, for type checkers, but for those that `Network.train`
    names itself. A test holds them to the fields."""

    shuffle: bool | None
    reshuffle: bool | None
    schedule: str | None
    warm_up: int | None
    reduction: str | None
    l1: float | None
    l2: float | None
    penalty_per_row: bool | None
    max_norm: float | None
    label_smoothing: float | None
    clip_deltas: float | None
    clip_value: float | None
    clip_norm: float | None
    trim_deltas: float | None
    report_every: int | None
    patience: int | None
    monitor: str | None


def unfit_for_solvers(settings: Mapping[str, Any]) -> list[str]:
    """The settings with which no solver goes: it needs a loss and its true gradient, the same in
    every step."""
    return [
        name
        for name, knob in Training.KNOBS.items()
        if not knob.fits_solvers and settings.get(name, knob.default) != knob.default
    ]


def round_interval(steps: int) -> int:
    """The largest power of ten that gives at least two reports: 10,000 for 60,000 steps."""
    interval = 1
    while interval * 20 <= steps:
        interval *= 10
    return interval
