"""What you ask for: descriptions, frozen and validated, without arrays."""

from syn0.spec.layers import (
    LAYER_KINDS,
    Activation,
    BatchNorm,
    Dense,
    Dropout,
    Layer,
    LayerNorm,
    Noise,
    Skip,
)
from syn0.spec.network import Extras, NetworkSpec, dense_layers, parse_sizes
from syn0.spec.optimizers import (
    LBFGS,
    OPTIMIZERS,
    SGD,
    SOLVERS,
    AdaGrad,
    Adam,
    AdamW,
    Optimizer,
    RMSprop,
    Solver,
)
from syn0.spec.serial import from_data, to_data
from syn0.spec.training import Training

__all__ = [
    "LAYER_KINDS",
    "LBFGS",
    "OPTIMIZERS",
    "SGD",
    "SOLVERS",
    "Activation",
    "AdaGrad",
    "Adam",
    "AdamW",
    "BatchNorm",
    "Dense",
    "Dropout",
    "Extras",
    "Layer",
    "LayerNorm",
    "NetworkSpec",
    "Noise",
    "Optimizer",
    "RMSprop",
    "Skip",
    "Solver",
    "Training",
    "dense_layers",
    "from_data",
    "parse_sizes",
    "to_data",
]
