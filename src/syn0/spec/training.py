"""The description of a training run: how far, in what batches, by which optimizer and limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from syn0.spec.checks import Bounds, checked_numbers, choice, truth, whole
from syn0.spec.doors import doors
from syn0.spec.optimizers import OPTIMIZERS, SGD, Optimizer, Solver

REDUCTIONS = ("sum", "mean")
MONITORS = ("loss", "error")


@doors
@dataclass(frozen=True)
class Training:
    """How a network is trained.

    Args:
        steps: number of updates; or
        epochs: number of passes over all rows. Give one of the two.
        batch_size: rows in a step; None (default) takes all rows in every step.
        shuffle: whether the rows are put in a new order for every epoch of mini-batches.
        reshuffle: whether that order is the last epoch's, shuffled on, as scikit-learn has it,
            instead of the rows' own, shuffled (default).
        optimizer: `SGD(...)` (default, learning rate 1), `AdaGrad`, `RMSprop`, `Adam`, `AdamW` or
            `LBFGS`.
        schedule: how the learning rate changes from step to step: "constant" (default), "step",
            "exponential", "inverse_scaling", "cosine", "one_cycle" or "plateau", with numbers
            after a colon, such as "step:1000,0.5".
        warm_up: number of steps over which the learning rate first rises from 0; default 0.
        reduction: "sum" (default) or "mean" of the gradient over the rows of a step; weighted
            rows count by their weights.
        l1: strength of the sum of the weights' sizes in the loss, at least 0; default 0.
        l2: strength of half the sum of their squares; default 0. Neither touches the units'
            constants, nor the scales and shifts of normalizations.
        penalty_per_row: whether l1 and l2 are divided by the number of rows of a step, or by their
            weights, as scikit-learn has it; default False.
        max_norm: greatest length of the weights that lead to a unit; default None, no limit.
        label_smoothing: share of each target that goes to all classes alike, in [0, 1), for
            cross-entropies; default 0.
        clip_deltas: greatest size of a delta; None for no limit, as in the next two.
        clip_value: greatest size of an entry of a parameter's update (minus its gradient).
        clip_norm: greatest length of all parameters' updates together.
        trim_deltas: deltas smaller than this become 0, and reports say what share did; None
            (default) keeps all.
        report_every: steps between two entries of the history. By default a round number that
            gives two to twenty entries; training counted in epochs reports every epoch.
        patience: reports without a better validation figure after which training stops and the
            best weights come back; None (default) never stops early.
        monitor: the figure that patience watches: "loss" (default) or "error".
    """

    BOUNDS: ClassVar[Bounds] = {
        "l1": {"least": 0},
        "l2": {"least": 0},
        "max_norm": {"above": 0},
        "label_smoothing": {"least": 0, "below": 1},
        "clip_deltas": {"above": 0},
        "clip_value": {"above": 0},
        "clip_norm": {"above": 0},
        "trim_deltas": {"above": 0},
    }

    steps: int | None = None
    epochs: int | None = None
    batch_size: int | None = None
    shuffle: bool = True
    reshuffle: bool = False
    optimizer: Optimizer | Solver = field(default_factory=SGD)
    schedule: str = "constant"
    warm_up: int = 0
    reduction: str = "sum"
    l1: float = 0.0
    l2: float = 0.0
    penalty_per_row: bool = False
    max_norm: float | None = None
    label_smoothing: float = 0.0
    clip_deltas: float | None = None
    clip_value: float | None = None
    clip_norm: float | None = None
    trim_deltas: float | None = None
    report_every: int | None = None
    patience: int | None = None
    monitor: str = "loss"

    def __post_init__(self) -> None:
        if (self.steps is None) == (self.epochs is None):
            raise ValueError("say how long to train: either steps or epochs, one of the two")
        for name in ("steps", "epochs", "batch_size", "report_every", "patience"):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, whole(name, value))
        object.__setattr__(self, "warm_up", whole("warm_up", self.warm_up, least=0))
        for name in ("shuffle", "reshuffle", "penalty_per_row"):
            truth(name, getattr(self, name))
        choice("reduction", self.reduction, REDUCTIONS)
        choice("monitor", self.monitor, MONITORS)
        checked_numbers(self)
        if not isinstance(self.schedule, str):
            raise TypeError(f"schedule must be a name, not {self.schedule!r}")
        if not isinstance(self.optimizer, Optimizer | Solver):
            known = " or ".join(f"{kind.__name__}(...)" for kind in OPTIMIZERS.values())
            raise TypeError(f"optimizer must be {known}, not {self.optimizer!r}")
        if self.solver is not None:
            self._refuse_what_no_solver_can_do()
        if self.counts_epochs and self.report_every is not None:
            raise ValueError(
                "report_every goes with steps: training counted in epochs reports every epoch, "
                "so give steps or leave it out"
            )

    def _refuse_what_no_solver_can_do(self) -> None:
        """A solver needs a loss and its true gradient, the same in every step."""
        unfit = (
            "batch_size", "warm_up", "max_norm", "clip_deltas", "clip_value", "clip_norm",
            "trim_deltas",
        )  # fmt: skip
        given = [name for name in unfit if getattr(self, name)]
        given += ["schedule"] if self.schedule != "constant" else []
        if given:
            raise ValueError(
                "L-BFGS takes full batches, their true gradient and steps of its own length: "
                f"leave out {', '.join(given)}, or choose another optimizer"
            )

    @property
    def solver(self) -> Solver | None:
        """What searches for the lowest loss; None where an optimizer's lines take the steps."""
        return self.optimizer if isinstance(self.optimizer, Solver) else None

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


def round_interval(steps: int) -> int:
    """The largest power of ten that gives at least two reports: 10,000 for 60,000 steps."""
    interval = 1
    while interval * 20 <= steps:
        interval *= 10
    return interval
