"""The derivation: a network's description becomes the lines that train it.

What each kind of layer, loss and optimizer adds stands in its own table; here it is put together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from syn0.derive.initializers import INITIALIZERS
from syn0.derive.layers import Parameter, Place, layers_in_place
from syn0.derive.losses import LOSSES
from syn0.derive.optimizers import OPTIMIZERS
from syn0.program import ACTIVATIONS, Const, Line, Name, Program
from syn0.program.expressions import absolute, apply, mean, row_count
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
    for rule, layer, place in layers_in_place(network):
        yield from rule.start(layer, place)
    if LOSSES[network.loss].uses_tiny:
        tiny = Const(MACHINE_EPSILON[network.dtype])
        yield Line("tiny", tiny, "init", 0, "keeps the logarithms finite")


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
    for rule, layer, place in layers_in_place(network):
        yield from rule.forward(layer, place)


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
    """From the error back to the first layer; and each parameter and its pull, last layer first."""
    lines: list[Line] = []
    parameters: list[Parameter] = []
    for rule, layer, place in reversed(layers_in_place(network)):
        if place.last:
            lines.append(loss_delta(network, place, reduction))
        else:
            lines.append(rule.delta(layer, place))
        parameters += rule.parameters(layer, place)
        if place.number > 1:
            lines.append(rule.error_below(layer, place))
    return lines, parameters


def loss_delta(network: NetworkSpec, place: Place, reduction: str) -> Line:
    """The delta of the last layer, with which backpropagation starts."""
    activation = ACTIVATIONS[network.layers[-1].activation]
    value = LOSSES[network.loss].delta(place.error, place.out, activation)
    note = "the error" if value == place.error else f"the error, {activation.scaled}"
    if reduction == "mean":
        value, note = value / row_count(place.out), f"{note}, per row"
    return Line(place.delta.name, value, "backward", place.number, note)
