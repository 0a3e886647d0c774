"""The descriptions of optimizers: how a parameter's pull becomes its change; and of solvers, which
search by the pulls for themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from syn0.spec.checks import Bounds, checked_numbers, truth, whole
from syn0.spec.doors import doors

POSITIVE = {"above": 0.0}
NOT_NEGATIVE = {"least": 0.0}
FRACTION = {"least": 0.0, "below": 1.0}

MOST_EVALUATIONS = 10**9
"""More than any search takes."""


@doors
@dataclass(frozen=True)
class SGD:
    """Gradient descent: `weights += learning_rate * update`, with momentum
    `velocity = momentum * velocity + learning_rate * update` and `weights += velocity`.

    The learning rate stands inside the velocity, as in Sutskever et al., "On the importance of
    initialization and momentum in deep learning" (2013), and in Keras and scikit-learn; while it
    is constant, PyTorch's form gives the same steps.

    Args:
        learning_rate: the tutorial's alpha, above 0; default 1.0, which adds no line.
        momentum: share of the last step that is taken again, in [0, 1]; default 0.
        nesterov: whether the step looks ahead, as Nesterov's does; default False.
        weight_decay: share of each weight that every step takes off, times the learning rate
            (decoupled, as in Loshchilov & Hutter, 2019); default 0. Constants keep theirs.
    """

    BOUNDS: ClassVar[Bounds] = {
        "learning_rate": POSITIVE,
        "momentum": {"least": 0.0, "most": 1.0},
        "weight_decay": NOT_NEGATIVE,
    }

    learning_rate: float = 1.0
    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        checked_numbers(self)
        if truth("nesterov", self.nesterov) and not self.momentum:
            raise ValueError("nesterov needs momentum above 0, such as 0.9")


@doors
@dataclass(frozen=True)
class AdaGrad:
    """AdaGrad (Duchi, Hazan & Singer, 2011): each step divided by the root of all squares so far.

    Args:
        learning_rate: above 0; default 0.01.
        epsilon: added to the root, above 0; default 1e-10.
        weight_decay: as in `SGD`.
    """

    BOUNDS: ClassVar[Bounds] = {
        "learning_rate": POSITIVE,
        "epsilon": POSITIVE,
        "weight_decay": NOT_NEGATIVE,
    }

    learning_rate: float = 0.01
    epsilon: float = 1e-10
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        checked_numbers(self)


@doors
@dataclass(frozen=True)
class RMSprop:
    """RMSprop (Hinton, "Neural Networks for Machine Learning", lecture 6e, 2012): each step over
    the root of the recent squares' mean.

    Args:
        learning_rate: above 0; default 0.001.
        decay: how slowly squares are forgotten, in [0, 1); default 0.9.
        epsilon: added to the root, above 0; default 1e-8.
        weight_decay: as in `SGD`.
    """

    BOUNDS: ClassVar[Bounds] = {
        "learning_rate": POSITIVE,
        "decay": FRACTION,
        "epsilon": POSITIVE,
        "weight_decay": NOT_NEGATIVE,
    }

    learning_rate: float = 0.001
    decay: float = 0.9
    epsilon: float = 1e-8
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        checked_numbers(self)


@doors
@dataclass(frozen=True)
class Adam:
    """Adam, as in Kingma & Ba, "Adam: A Method for Stochastic Optimization" (2015), Algorithm 1.

    Args:
        learning_rate: step size alpha, above 0; default 0.001.
        beta1: decay of the mean of the updates, in [0, 1); default 0.9.
        beta2: decay of the mean of their squares, in [0, 1); default 0.999.
        epsilon: added to the root, above 0; default 1e-8.
        weight_decay: as in `SGD`.
        epsilon_hat: whether epsilon is added before the means are corrected for their start from
            0, in the order of section 2's last remark, as TensorFlow and scikit-learn have it;
            default False, Algorithm 1's order.
    """

    BOUNDS: ClassVar[Bounds] = {
        "learning_rate": POSITIVE,
        "beta1": FRACTION,
        "beta2": FRACTION,
        "epsilon": POSITIVE,
        "weight_decay": NOT_NEGATIVE,
    }

    learning_rate: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0
    epsilon_hat: bool = False

    def __post_init__(self) -> None:
        checked_numbers(self)
        truth("epsilon_hat", self.epsilon_hat)


@doors
@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov & Hutter, "Decoupled Weight Decay
    Regularization", 2019, Algorithm 2): `Adam` with a weight decay of 0.01 by default."""

    weight_decay: float = 0.01


@doors
@dataclass(frozen=True)
class LBFGS:
    """L-BFGS-B as SciPy has it (Byrd, Lu, Nocedal & Zhu, 1995), on the program's own loss and
    gradient lines: full batches, and no learning rate, as it searches for each step's length.
    A step is one of its iterations.

    Args:
        memory: number of past steps that it remembers (at least 1); default 10.
        tolerance: it stops where no entry of the gradient is larger, at least 0; default 1e-5.
        evaluations: of the loss and its gradient, after which it stops (at least 1); None
            (default) for no limit.
    """

    BOUNDS: ClassVar[Bounds] = {"tolerance": NOT_NEGATIVE}

    memory: int = 10
    tolerance: float = 1e-5
    evaluations: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "memory", whole("memory", self.memory))
        if self.evaluations is not None:
            object.__setattr__(self, "evaluations", whole("evaluations", self.evaluations))
        checked_numbers(self)

    def options(self, steps: int) -> dict[str, float]:
        """SciPy's words for a search of so many steps."""
        return {
            "maxiter": steps,
            "maxfun": self.evaluations or MOST_EVALUATIONS,
            "maxcor": self.memory,
            "gtol": self.tolerance,
        }


Optimizer = SGD | AdaGrad | RMSprop | Adam | AdamW
"""Rules, which turn a pull into a change."""

Solver = LBFGS
"""What searches for the lowest loss by losses and gradients, in steps of its own length."""

OPTIMIZERS: dict[str, type[Optimizer | Solver]] = {
    "sgd": SGD,
    "adagrad": AdaGrad,
    "rmsprop": RMSprop,
    "adam": Adam,
    "adamw": AdamW,
    "lbfgs": LBFGS,
}
"""Optimizers and solvers by the names that users may give."""

SOLVERS = tuple(name for name, kind in OPTIMIZERS.items() if issubclass(kind, Solver))
