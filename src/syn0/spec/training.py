"""The description of a training run: how far, in what batches, by which optimizer."""

from __future__ import annotations

from dataclasses import dataclass, field

from syn0.spec.checks import choice, real, truth, whole

REDUCTIONS = ("sum", "mean")
MONITORS = ("loss", "error")


@dataclass(frozen=True)
class SGD:
    """Gradient descent: `weights += learning_rate * update`.

    Args:
        learning_rate: the tutorial's alpha, above 0; default 1.0, which adds no line.
    """

    learning_rate: float = 1.0

    def __post_init__(self) -> None:
        rate = real("learning_rate", self.learning_rate, above=0)
        object.__setattr__(self, "learning_rate", rate)


@dataclass(frozen=True)
class Adam:
    """Adam, as in Kingma & Ba, "Adam: A Method for Stochastic Optimization" (2015), Algorithm 1.

    Args:
        learning_rate: step size alpha, above 0; default 0.001.
        beta1: decay of the mean of the updates, in [0, 1); default 0.9.
        beta2: decay of the mean of their squares, in [0, 1); default 0.999.
        epsilon: added to the root, above 0; default 1e-8.
    """

    learning_rate: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        for name in ("learning_rate", "epsilon"):
            object.__setattr__(self, name, real(name, getattr(self, name), above=0))
        for name in ("beta1", "beta2"):
            object.__setattr__(self, name, real(name, getattr(self, name), least=0, below=1))


Optimizer = SGD | Adam

OPTIMIZERS: dict[str, type[Optimizer]] = {"sgd": SGD, "adam": Adam}
"""The optimizers by the names that users may give."""


@dataclass(frozen=True)
class Training:
    """How a network is trained.

    Args:
        steps: number of updates; or
        epochs: number of passes over all rows. Give one of the two.
        batch_size: rows in a step; None (default) takes all rows in every step.
        shuffle: whether the rows are put in a new order for every epoch of mini-batches.
        optimizer: `SGD(...)` (default, learning rate 1) or `Adam(...)`.
        reduction: "sum" (default) or "mean" of the gradient over the rows of a step.
        report_every: steps between two entries of the history. By default a round number that
            gives two to twenty entries; training counted in epochs reports every epoch.
        patience: reports without a better validation figure after which training stops and the
            best weights come back; None (default) never stops early.
        monitor: the figure that patience watches: "loss" (default) or "error".
    """

    steps: int | None = None
    epochs: int | None = None
    batch_size: int | None = None
    shuffle: bool = True
    optimizer: Optimizer = field(default_factory=SGD)
    reduction: str = "sum"
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
        truth("shuffle", self.shuffle)
        choice("reduction", self.reduction, REDUCTIONS)
        choice("monitor", self.monitor, MONITORS)
        if not isinstance(self.optimizer, Optimizer):
            known = " or ".join(f"{kind.__name__}(...)" for kind in OPTIMIZERS.values())
            raise TypeError(f"optimizer must be {known}, not {self.optimizer!r}")
        if self.counts_epochs and self.report_every is not None:
            raise ValueError(
                "report_every goes with steps: training counted in epochs reports every epoch, "
                "so give steps or leave it out"
            )

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
