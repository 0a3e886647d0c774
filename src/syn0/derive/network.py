"""The derivation: a network's description becomes the lines that train it.

Names are the tutorial's: layer k holds `l{k}`, and `syn{k}` (with `bias{k}`) leads from it to
layer k + 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

from syn0.derive.initializers import INITIALIZERS, start_weights
from syn0.derive.losses import LOSSES
from syn0.derive.optimizers import OPTIMIZERS, Parameter
from syn0.program import ACTIVATIONS, Const, Expr, Line, Name, Program, activate
from syn0.program.expressions import absolute, apply, mean, row_count, sum_rows, zeros
from syn0.program.operations import Shape
from syn0.spec import NetworkSpec, Training
from syn0.spec.checks import choice

MACHINE_EPSILON = {"float64": 2.0**-52, "float32": 2.0**-23}


def check_names(network: NetworkSpec) -> None:
    """ValueError if the description names something that no table holds, or a pair that does
    not go together; the message lists what is allowed."""
    loss = LOSSES[choice("loss", network.loss, LOSSES)]
    for layer in network.layers:
        choice("activation", layer.activation, ACTIVATIONS)
        choice("init", layer.init, INITIALIZERS)
    last = network.layers[-1].activation
    if last not in loss.activations:
        raise ValueError(
            f"loss {network.loss!r} needs an output layer with activation "
            f"{' or '.join(map(repr, loss.activations))}, not {last!r}"
        )
    if network.loss == "cross_entropy" and network.outputs == 1:
        raise ValueError(
            "loss 'cross_entropy' needs two or more outputs, one a class; "
            "for a single yes-or-no output use 'binary_cross_entropy'"
        )
    if last == "softmax" and network.outputs == 1:
        raise ValueError("a softmax over one output is always 1; use 'sigmoid'")


def training_program(network: NetworkSpec, training: Training) -> Program:
    """The program that trains `network`: init, forward, loss, backward and update lines.

    Inputs are X ("rows", inputs) and y ("rows", outputs); with mini-batches also `batch`, the
    row numbers of a step.
    """
    check_names(network)
    batched = training.batch_size is not None
    rows = "batch" if batched else "rows"
    backward, parameters = backward_lines(network, training.reduction)
    optimizer_init, update = OPTIMIZERS[type(training.optimizer)](training.optimizer, parameters)
    lines = [
        *in_dtype(network.dtype, [*start_lines(network), *optimizer_init]),
        *forward_lines(network, batched=batched),
        *loss_lines(network, training.reduction, batched=batched),
        *backward,
        *update,
    ]
    inputs: dict[str, Shape] = {"X": ("rows", network.inputs), "y": ("rows", network.outputs)}
    if batched:
        inputs["batch"] = (rows,)
    return Program(tuple(lines), inputs, f"l{len(network.layers)}", network.dtype, network.seed)


def prediction_program(network: NetworkSpec, reduction: str = "sum") -> Program:
    """The program that predicts: the start, the forward lines over all rows, and the loss."""
    check_names(network)
    lines = (
        *in_dtype(network.dtype, start_lines(network)),
        *forward_lines(network, batched=False),
        *loss_lines(network, reduction, batched=False),
    )
    inputs: dict[str, Shape] = {"X": ("rows", network.inputs), "y": ("rows", network.outputs)}
    return Program(lines, inputs, f"l{len(network.layers)}", network.dtype, network.seed)


def start_lines(network: NetworkSpec) -> Iterator[Line]:
    """Where the weights and the constants start."""
    for k, (layer, (inputs, units)) in enumerate(
        zip(network.layers, pairwise(network.sizes), strict=True)
    ):
        start = start_weights(layer.init, inputs, units)
        note = f"weights from l{k} to l{k + 1}, evenly around 0"
        yield Line(f"syn{k}", start, "init", k + 1, note)
        if layer.bias:
            yield Line(f"bias{k}", zeros(units), "init", k + 1,
                       f"one constant for each unit of l{k + 1}, from 0")  # fmt: skip
    if LOSSES[network.loss].uses_tiny:
        yield Line("tiny", Const(MACHINE_EPSILON[network.dtype]), "init", 0,
                   "keeps the logarithms finite")  # fmt: skip


def in_dtype(dtype: str, lines: Iterable[Line]) -> Iterator[Line]:
    """Draws are float64 on every engine; a float32 program rounds the arrays it starts with."""
    for line in lines:
        if dtype == "float32" and not isinstance(line.expression, Const):
            yield replace(line, expression=apply("float32", line.expression))
        else:
            yield line


def forward_lines(network: NetworkSpec, *, batched: bool) -> Iterator[Line]:
    """From the inputs to the prediction."""
    if batched:
        yield Line("l0", Name("X")[Name("batch")], "forward", 0, "the inputs of this batch")
        yield Line("y_batch", Name("y")[Name("batch")], "forward", 0, "and their targets")
    else:
        yield Line("l0", Name("X"), "forward", 0, "layer 0 is the inputs, one example a row")
    for k, layer in enumerate(network.layers):
        weighted: Expr = Name(f"l{k}") @ Name(f"syn{k}")
        if layer.bias:
            weighted = weighted + Name(f"bias{k}")
        what = "the prediction" if k + 1 == len(network.layers) else f"hidden layer {k + 1}"
        yield Line(f"l{k + 1}", activate(layer.activation, weighted), "forward", k + 1,
                   f"{what}, from weighted sums of l{k}")  # fmt: skip


def loss_lines(network: NetworkSpec, reduction: str, *, batched: bool) -> Iterator[Line]:
    """How far the prediction is off: the error that is sent back, and two numbers to report."""
    n = len(network.layers)
    target, out, error = Name("y_batch" if batched else "y"), Name(f"l{n}"), Name(f"l{n}_error")
    loss = LOSSES[network.loss]
    value, words = loss.value(target, out, error), loss.words
    if reduction == "mean":
        value, words = value / row_count(out), f"{words}, per row"
    yield Line(error.name, target - out, "loss", n, "how much the prediction missed")
    yield Line("loss", value, "loss", n, words)
    yield Line("error", mean(absolute(error)), "loss", n, "mean absolute error")


def backward_lines(network: NetworkSpec, reduction: str) -> tuple[list[Line], list[Parameter]]:
    """From the error back to the first layer; and each parameter with its pull, last layer first.

    The product of a layer's inputs and its delta sums "input value x delta" over the rows.
    """
    lines: list[Line] = []
    parameters: list[Parameter] = []
    n = len(network.layers)
    for k in range(n, 0, -1):
        layer, out = network.layers[k - 1], Name(f"l{k}")
        error, delta, below = Name(f"l{k}_error"), Name(f"l{k}_delta"), Name(f"l{k - 1}")
        activation = ACTIVATIONS[layer.activation]
        if k == n:
            value = LOSSES[network.loss].delta(error, out, activation)
            note = "the error" if value == error else f"the error, {activation.scaled}"
            if reduction == "mean":
                value, note = value / row_count(out), f"{note}, per row"
        else:
            above = f"syn{k}"
            lines.append(
                Line(error.name, Name(f"l{k + 1}_delta") @ Name(above).T, "backward", k,
                     f"what each l{k} contributed, through {above}")
            )  # fmt: skip
            value = activation.delta(error, out)
            note = ", ".join(filter(None, ["its share", activation.scaled]))
        lines.append(Line(delta.name, value, "backward", k, note))
        units, inputs = layer.units, network.sizes[k - 1]
        parameters.append(
            Parameter(f"syn{k - 1}", (inputs, units), k, below.T @ delta,
                      "input value times delta, summed over rows")
        )  # fmt: skip
        if layer.bias:
            parameters.append(
                Parameter(f"bias{k - 1}", (units,), k, sum_rows(delta), "delta, summed over rows")
            )
    return lines, parameters
