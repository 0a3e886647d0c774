"""syn0 writes the program of a neural network: read it, run it, ship it.

>>> from syn0 import Network
>>> net = Network([3, 4, 1])
>>> history = net.train([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], [0, 1, 1, 0])
>>> print(net.program("terse"))
"""

from importlib import import_module

TYPE_CHECKING = False  # as type checkers do not believe; `typing` would take longer than all else

if TYPE_CHECKING:
    from syn0.engines.cluster import distributed
    from syn0.estimators import (
        MLPClassifier,
        MLPRegressor,
        TabularClassifier,
        TabularRegressor,
    )
    from syn0.models import Many, Network, train_many
    from syn0.saving import load, save
    from syn0.spec import (
        LBFGS,
        SGD,
        Activation,
        AdaGrad,
        Adam,
        AdamW,
        BatchNorm,
        Checkpoints,
        Dense,
        Dropout,
        LayerNorm,
        Noise,
        RMSprop,
        Skip,
        Training,
    )
    from syn0.training import History, NonFiniteError, Report

__version__ = "0.1.0"

__all__ = [
    "LBFGS",
    "SGD",
    "Activation",
    "AdaGrad",
    "Adam",
    "AdamW",
    "BatchNorm",
    "Checkpoints",
    "Dense",
    "Dropout",
    "History",
    "LayerNorm",
    "MLPClassifier",
    "MLPRegressor",
    "Many",
    "Network",
    "Noise",
    "NonFiniteError",
    "RMSprop",
    "Report",
    "Skip",
    "TabularClassifier",
    "TabularRegressor",
    "Training",
    "__version__",
    "distributed",
    "load",
    "save",
    "train_many",
]

_HOMES = {
    "syn0.engines.cluster": ("distributed",),
    "syn0.estimators": (
        "MLPClassifier", "MLPRegressor", "TabularClassifier", "TabularRegressor",
    ),
    "syn0.saving": ("load", "save"),
    "syn0.models": ("Many", "Network", "train_many"),
    "syn0.spec": (
        "LBFGS", "SGD", "Activation", "AdaGrad", "Adam", "AdamW", "BatchNorm", "Checkpoints",
        "Dense", "Dropout", "LayerNorm", "Noise", "RMSprop", "Skip", "Training",
    ),
    "syn0.training": ("History", "NonFiniteError", "Report"),
}  # fmt: skip


if not TYPE_CHECKING:  # to a type checker it would say that every name is there

    def __getattr__(name: str) -> object:
        """Import a public name when it is first used: `import syn0` alone costs next to nothing."""
        for home, names in _HOMES.items():
            if name in names:
                return getattr(import_module(home), name)
        raise AttributeError(f"module 'syn0' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
