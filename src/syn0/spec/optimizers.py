"""The descriptions of optimizers: how a parameter's pull becomes its change; and of solvers, which
search by the pulls for themselves.

To add an optimizer, add its description here, and to `Optimizer`; its rule goes into
`derive/optimizers.py`, and its public name into `syn0/__init__.py`. What users call it is its name
in small letters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict, get_args

from syn0.spec.knobs import TRAINING, Description, described, knob

__all__ = [
    "LBFGS",
    "OPTIMIZERS",
    "SGD",
    "SOLVERS",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Optimizer",
    "OptimizerSettings",
    "RMSprop",
    "Solver",
]  # fmt: skip

MOST_EVALUATIONS = 10**9
"""More than any search takes."""

# What several optimizers have.


def rate(default: float) -> float:
    """How far each step goes."""
    words = "how far each step goes: the tutorial's alpha"
    return knob(default, words, above=0, section=TRAINING)


def decaying(default: float = 0.0) -> float:
    """Decoupled, as in Loshchilov & Hutter (2019)."""
    words = "share of each weight, times the learning rate, that a step takes off"
    return knob(default, words, least=0, section=TRAINING)


def kept_above_0(default: float = 1e-8) -> float:
    """What keeps quotients finite."""
    return knob(default, "what is added to the root by which steps are divided", above=0)


@described
@dataclass(frozen=True)
class SGD(Description):
    """Gradient descent: `weights += learning_rate * update`, with momentum
    `velocity = momentum * velocity + learning_rate * update` and `weights += velocity`.

    The learning rate stands inside the velocity, as in Sutskever et al., "On the importance of
    initialization and momentum in deep learning" (2013), and in Keras and scikit-learn; while it
    is constant, PyTorch's form gives the same steps. A rate of 1 adds no line to the program.
    """

    learning_rate: float = rate(1.0)
    momentum: float = knob(
        0.0, "share of the last step that is taken again", least=0, most=1, section=TRAINING
    )
    nesterov: bool = knob(
        False, "whether the momentum's step looks ahead, as Nesterov's does", section=TRAINING
    )
    weight_decay: float = decaying()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.nesterov and not self.momentum:
            raise ValueError("nesterov needs momentum above 0, such as 0.9")


@described
@dataclass(frozen=True)
class AdaGrad(Description):
    """AdaGrad (Duchi, Hazan & Singer, 2011): each step divided by the root of the sum of all
    squares so far. As in PyTorch, epsilon stands outside the root and squares start from 0."""

    learning_rate: float = rate(0.01)
    epsilon: float = kept_above_0(1e-10)
    weight_decay: float = decaying()


@described
@dataclass(frozen=True)
class RMSprop(Description):
    """RMSprop (Hinton, "Neural Networks for Machine Learning", lecture 6e, 2012): each step over
    the root of the recent squares' mean. Epsilon stands outside the root."""

    learning_rate: float = rate(0.001)
    decay: float = knob(0.9, "decay of the mean of the squares", least=0, below=1)
    epsilon: float = kept_above_0()
    weight_decay: float = decaying()


@described
@dataclass(frozen=True)
class Adam(Description):
    """Adam, as in Kingma & Ba, "Adam: A Method for Stochastic Optimization" (2015), Algorithm 1.

    With `epsilon_hat`, in the order of section 2's last remark, as TensorFlow and scikit-learn
    have it.
    """

    learning_rate: float = rate(0.001)
    beta1: float = knob(0.9, "decay of the mean of the updates", least=0, below=1)
    beta2: float = knob(0.999, "decay of the mean of their squares", least=0, below=1)
    epsilon: float = kept_above_0()
    weight_decay: float = decaying()
    epsilon_hat: bool = knob(
        False, "whether epsilon is added before the means are corrected for their start from 0"
    )


@described
@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov & Hutter, "Decoupled Weight Decay
    Regularization", 2019, Algorithm 2): `Adam` with another default."""

    weight_decay: float = decaying(0.01)


@described
@dataclass(frozen=True)
class LBFGS(Description):
    """L-BFGS-B as SciPy has it (Byrd, Lu, Nocedal & Zhu, 1995), on the program's own loss and
    gradient lines: full batches, and no learning rate, as it searches for each step's length.
    A step is one of its iterations."""

    memory: int = knob(10, "number of past steps that it remembers")
    tolerance: float = knob(1e-5, "greatest entry of the gradient at which it stops", least=0)
    evaluations: int | None = knob(
        None, "number of losses and gradients after which it stops", none="no limit"
    )

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
    kind.__name__.lower(): kind for kind in get_args(Optimizer | Solver)
}
"""Optimizers and solvers by the names that users may give."""

SOLVERS = tuple(name for name, kind in OPTIMIZERS.items() if issubclass(kind, Solver))


class OptimizerSettings(TypedDict, total=False):
    """Their settings as keywords, for type checkers; a test holds them to the fields. The learning
    rate, which `Network.train` names itself, is not among them."""

    momentum: float | None
    nesterov: bool | None
    weight_decay: float | None
    epsilon: float | None
    decay: float | None
    beta1: float | None
    beta2: float | None
    epsilon_hat: bool | None
    memory: int | None
    tolerance: float | None
    evaluations: int | None
