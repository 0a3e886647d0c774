"""From description to program: one small rule a layer, loss and optimizer."""

from syn0.derive.initializers import INITIALIZERS
from syn0.derive.losses import LOSSES
from syn0.derive.network import check_names, prediction_program, training_program

__all__ = ["INITIALIZERS", "LOSSES", "check_names", "prediction_program", "training_program"]
