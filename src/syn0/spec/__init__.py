"""What you ask for: descriptions, frozen and validated, without arrays."""

from syn0.spec import layers, optimizers
from syn0.spec.checkpoints import Checkpoints
from syn0.spec.layers import *  # noqa: F403  (a layer says its name there)
from syn0.spec.network import DenseSettings, Extras, NetworkSpec, dense_layers, parse_sizes
from syn0.spec.optimizers import *  # noqa: F403  (likewise an optimizer)
from syn0.spec.training import Training, TrainingSettings

__all__ = [
    "Checkpoints",
    "DenseSettings",
    "Extras",
    "NetworkSpec",
    "Training",
    "TrainingSettings",
    "dense_layers",
    "parse_sizes",
]
__all__ += layers.__all__
__all__ += optimizers.__all__
