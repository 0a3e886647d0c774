"""What you ask for: descriptions, frozen and validated, without arrays."""

from syn0.spec.network import Dense, NetworkSpec, dense_layers, parse_sizes
from syn0.spec.serial import from_data, to_data
from syn0.spec.training import OPTIMIZERS, SGD, Adam, Optimizer, Training

__all__ = [
    "OPTIMIZERS",
    "SGD",
    "Adam",
    "Dense",
    "NetworkSpec",
    "Optimizer",
    "Training",
    "dense_layers",
    "from_data",
    "parse_sizes",
    "to_data",
]
