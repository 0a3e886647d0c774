"""What a description may not ask for: names that no table holds, and what does not go together."""

from __future__ import annotations

from syn0.derive.initializers import INITIALIZERS
from syn0.derive.losses import LOSSES, loss_of
from syn0.derive.schedules import SCHEDULES
from syn0.program import ACTIVATIONS
from syn0.spec import Activation, Dense, NetworkSpec, Training
from syn0.spec.checks import choice
from syn0.spec.choices import chosen

SMOOTHED = tuple(name for name, row in LOSSES.items() if row.targets in ("shares", "classes"))
"""The losses whose targets may be smoothed."""


def check_names(network: NetworkSpec) -> None:
    """ValueError if the description names something that no table holds, or a pair that does
    not go together; the message lists what is allowed."""
    loss = loss_of(network)
    for layer in network.layers:
        if isinstance(layer, Dense | Activation):
            choice("activation", layer.activation, ACTIVATIONS)
        if isinstance(layer, Dense):
            chosen("init", layer.init, INITIALIZERS)
            if not chosen("bias_init", layer.bias_init, INITIALIZERS).row.for_bias:
                raise ValueError(f"bias_init {layer.bias_init!r} is for weights only")
    last = network.dense[-1].activation
    if last not in loss.row.activations:
        raise ValueError(
            f"loss {loss.name!r} needs an output layer with activation "
            f"{' or '.join(map(repr, loss.row.activations))}, not {last!r}"
        )
    if loss.row.targets == "classes" and network.outputs == 1:
        raise ValueError(
            f"loss {loss.name!r} needs two or more outputs, one a class; "
            "for a single yes-or-no output use 'binary_cross_entropy'"
        )
    if last == "softmax" and network.outputs == 1:
        raise ValueError("a softmax over one output is always 1; use 'sigmoid'")
    if loss.row.per_output and network.outputs != len(loss.numbers):
        raise ValueError(
            f"loss {network.loss!r} needs an output for each {loss.name}, "
            f"{len(loss.numbers)} in all, not {network.outputs}"
        )


def check_training(network: NetworkSpec, training: Training) -> None:
    """ValueError if the training names something unknown or does not go with the network."""
    loss = loss_of(network)
    chosen("schedule", training.schedule, SCHEDULES)
    if training.penalty_per_row and training.reduction != "mean":
        raise ValueError("penalty_per_row goes with reduction='mean': a sum is not per row")
    if training.label_smoothing and loss.name not in SMOOTHED:
        raise ValueError(
            f"label_smoothing is for classes: it goes with the losses {' and '.join(SMOOTHED)}, "
            f"not with {loss.name!r}"
        )
    if training.solver is not None:
        for layer in network.layers:
            if layer.is_random or layer.shares_rows:
                raise ValueError(
                    f"L-BFGS needs the same loss in every step, but {type(layer).__name__} changes "
                    "it: leave the layer out, or choose another optimizer"
                )
