"""What every peer stands on: the works that all of them can do, in words that they share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, ClassVar

from numpy.typing import NDArray

from syn0.bench.works import Data, Work
from syn0.spec import SGD, Adam, NetworkSpec, Training

Call = Callable[[], object]
"""What is timed."""

FEW_STEPS, MANY_STEPS = 500, 10**9
"""The most steps of a call, where each of them comes from Python and where none does."""

HIDDEN = ("relu", "sigmoid", "tanh")
ENDS = (
    ("softmax", "cross_entropy"),
    ("sigmoid", "binary_cross_entropy"),
    ("sigmoid", "squared_error"),
    ("identity", "squared_error"),
)
"""The hidden activations, and the last ones with their losses, that peers' loops know."""


class UnfitError(Exception):
    """A contestant cannot do a work; the message says why."""


@dataclass(frozen=True)
class Job:
    """A work as peers do it.

    Attributes:
        hidden, end: the activations of the hidden layers and of the last one.
        loss: its name; a sum over a step's rows, or with `mean` their mean.
        optimizer: "sgd" without momentum, or "adam" with the usual settings.
        rate: the learning rate.
        steps: number of steps of a call.
        X, y: (rows, inputs) and (rows, outputs).
        order: (steps, batch) the rows of each step; None where each takes all rows.
        layers: the weights (below, units) and constants (units,) of each layer at the start, which
            a peer copies; None for no constants.
    """

    hidden: str
    end: str
    loss: str
    mean: bool
    optimizer: str
    rate: float
    steps: int
    X: NDArray[Any]
    y: NDArray[Any]
    order: NDArray[Any] | None
    layers: list[tuple[NDArray[Any], NDArray[Any] | None]]

    @property
    def classes(self) -> NDArray[Any]:
        """(rows,) the number of the class that y asks for."""
        numbers: NDArray[Any] = self.y.argmax(axis=1)
        return numbers


class Peer(ABC):
    """A peer: see `syn0.bench.contestants.Contestant`. It imports its packages when it gets ready.

    Attributes:
        name: what --peers calls it.
        packages: what has to be installed.
    """

    name: ClassVar[str]
    packages: ClassVar[tuple[str, ...]]
    title: str
    note = ""
    # What goes wrong in somebody else's package ends no run of ours.
    failures: tuple[type[Exception], ...] = (Exception,)
    keeps_compiled = False
    most_steps = FEW_STEPS

    def ready(self, work: Work, data: Data) -> Call:
        """See `Contestant`."""
        job = job_of(work, data)
        return self.prediction(job) if work.predicts else self.training(job)

    def missing(self) -> list[str]:
        """The packages that it needs and that are not installed."""
        return [name for name in self.packages if find_spec(name) is None]

    @abstractmethod
    def training(self, job: Job) -> Call:
        """A function that takes the job's steps and returns the layers, or what holds them."""

    @abstractmethod
    def prediction(self, job: Job) -> Call:
        """A function that predicts the first row, (1, outputs), as an array of NumPy's."""


def job_of(work: Work, data: Data) -> Job:
    """A work as peers do it.

    Raises:
        UnfitError: it has something that their loops have not.
    """
    network, training = work.network, work.training
    if lacking := what_peers_lack(network, training):
        raise UnfitError(f"its loop here has no {lacking}")
    optimizer = training.optimizer
    assert isinstance(optimizer, SGD | Adam)  # noqa: S101  (it is one that peers have)
    return Job(
        hidden=network.dense[0].activation,
        end=network.dense[-1].activation,
        loss=network.loss,
        mean=training.reduction == "mean",
        optimizer=type(optimizer).__name__.lower(),
        rate=optimizer.learning_rate,
        steps=work.steps,
        X=data.X,
        y=data.y,
        order=data.order,
        layers=[
            (data.values[f"syn{n}"], data.values.get(f"bias{n}")) for n in range(len(network.dense))
        ],
    )


def what_peers_lack(network: NetworkSpec, training: Training) -> str:
    """What a network or its training has and peers' loops have not; "" for nothing."""
    *hidden, last = network.dense
    activations = {layer.activation for layer in hidden}
    optimizer = training.optimizer
    if len(network.layers) > len(network.dense):
        return "layers that are not dense"
    if len(activations) > 1 or not activations <= {*HIDDEN}:
        return f"hidden {' and '.join(sorted(activations))}"
    if (last.activation, network.loss) not in ENDS:
        return f"{network.loss} of {last.activation}"
    rate = getattr(optimizer, "learning_rate", 1.0)
    if optimizer not in (SGD(rate), Adam(rate)):
        return f"such {type(optimizer).__name__}"
    plain = Training(
        steps=training.steps,
        epochs=training.epochs,
        batch_size=training.batch_size,
        shuffle=training.shuffle,
        optimizer=optimizer,
        reduction=training.reduction,
        report_every=training.report_every,
    )
    return "" if training == plain else "penalties, limits or schedules"
