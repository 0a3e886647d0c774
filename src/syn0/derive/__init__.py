"""From description to program: one small rule a layer, loss, schedule and optimizer."""

from syn0.derive.checks import check_names, check_training
from syn0.derive.initializers import INITIALIZERS
from syn0.derive.layers import inputs_of_layer
from syn0.derive.losses import LOSSES, loss_of, output_numbers, target_columns
from syn0.derive.network import gradient_program, prediction_program, training_program
from syn0.derive.schedules import SCHEDULES

__all__ = [
    "INITIALIZERS",
    "LOSSES",
    "SCHEDULES",
    "check_names",
    "check_training",
    "gradient_program",
    "inputs_of_layer",
    "loss_of",
    "output_numbers",
    "prediction_program",
    "target_columns",
    "training_program",
]
