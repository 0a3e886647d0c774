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
    AdaGrad,
    Adam,
    AdamW,
    Optimizer,
    RMSprop,
)
from syn0.spec.training import Training

__all__ = [
    "LAYER_KINDS",
    "LBFGS",
    "OPTIMIZERS",
    "SGD",
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
    "Training",
    "dense_layers",
    "parse_sizes",
]
