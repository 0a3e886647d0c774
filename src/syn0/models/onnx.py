"""Export to ONNX: a network as a graph that other runtimes read, its preprocessing inside.

What comes out is called as other exporters call it: `label` and `probabilities` of classes,
`variable` of numbers.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from syn0.data.targets import NumberTarget
from syn0.derive import loss_of, prediction_program
from syn0.files.atomic import write_whole
from syn0.models.network import Network
from syn0.models.onnx_columns import COARSE, table_inputs
from syn0.models.onnx_graph import TEXT, Graph, Tensor, forward
from syn0.spec import NetworkSpec

LABEL, PROBABILITIES, SCORES, VARIABLE = "label", "probabilities", "scores", "variable"


def export(network: Network, path: str | os.PathLike[str]) -> Any:
    """Write a network to an ONNX file, whole or not at all, and return the `onnx.ModelProto`.

    Raises:
        ModuleNotFoundError: the package onnx is not installed.
        OSError: the file cannot be written.
        ValueError: ONNX has no way to say what the network does.
    """
    model = network_model(network)
    write_whole(Path(path), model.SerializeToString())
    return model


def network_model(network: Network) -> Any:
    """The checked `onnx.ModelProto` of a network: from the columns of its table, prepared as
    `Schema.inputs` prepares them, to its answers in the target's own words or units.

    A network of plain arrays takes `X`, and calls classes 0, 1, … where its loss is one of classes.
    """
    spec, schema = network.spec, network.schema
    if schema is None:
        return array_model(spec, network.weights, **plain_answers(spec))
    graph = new_graph(spec)
    inputs = table_inputs(graph, schema)
    outputs = forward(graph, prediction_program(spec), network.weights, inputs)
    if isinstance(target := schema.target_column, NumberTarget):
        add_numbers(graph, spec, *restored(graph, outputs, target.mean, target.scale))
    else:
        add_classes(graph, spec, outputs, np.array(schema.classes, TEXT))
    return graph.model(str(spec))


def array_model(
    spec: NetworkSpec,
    weights: Mapping[str, NDArray[Any]],
    *,
    classes: ArrayLike | None = None,
    multilabel: bool = False,
) -> Any:
    """The checked `onnx.ModelProto` of a network whose input is one matrix `X`, (N, inputs) of the
    network's dtype.

    Args:
        spec: its description.
        weights: its arrays by name, as `Network.weights` gives them.
        classes: (n,) numbers or texts that the outputs stand for, in their order: two for a single
            output, else one an output. None where the outputs are numbers.
        multilabel: each output tells on its own whether a row belongs to its class, and `label` is
            a row of 0 and 1; `classes` then are not read.

    Raises:
        ModuleNotFoundError: the package onnx is not installed.
        ValueError: the number of classes does not fit the outputs, or ONNX has no way to say what
            the network does.
    """
    graph = new_graph(spec)
    X = graph.input("X", spec.dtype, spec.inputs)
    outputs = forward(graph, prediction_program(spec), weights, X)
    if multilabel:
        add_labels(graph, spec, outputs)
    elif classes is None:
        add_numbers(graph, spec, outputs, spec.dtype)
    else:
        add_classes(graph, spec, outputs, class_array(classes, spec))
    return graph.model(str(spec))


def new_graph(spec: NetworkSpec) -> Graph:
    """An empty graph, in which the names of the answers are kept for these."""
    return Graph(spec.dtype, reserved=(LABEL, PROBABILITIES, SCORES, VARIABLE))


def plain_answers(spec: NetworkSpec) -> dict[str, Any]:
    """What the outputs of a network of plain arrays mean, by its loss: see `array_model`."""
    kind = loss_of(spec).row.targets
    if kind == "shares" and spec.outputs > 1:
        return {"multilabel": True}
    return {"classes": range(max(2, spec.outputs)) if kind in ("shares", "classes") else None}


def class_array(classes: ArrayLike, spec: NetworkSpec) -> NDArray[Any]:
    """The classes as an array of a type that ONNX has; ValueError if there are not as many as the
    outputs tell apart."""
    array, expected = np.asarray(classes), max(2, spec.outputs)
    if array.shape != (expected,):
        raise ValueError(f"the outputs of {spec} tell {expected} classes apart, not {array.size}")
    if array.dtype.kind in "biu":
        return array.astype(np.int64)
    return array if array.dtype.kind == "f" else np.array([str(c) for c in array], TEXT)


def restored(
    graph: Graph, outputs: Tensor, mean: ArrayLike, scale: ArrayLike
) -> tuple[Tensor, np.dtype[Any]]:
    """Outputs in the target's own units, scale * output + mean as `predict` computes it in float64,
    and the type in which they are handed out: see `type_of_answers`."""
    if not np.any(mean) and np.all(np.equal(scale, 1)):
        return outputs, graph.dtype
    wide = graph.cast(outputs, np.float64)
    wide = graph.node("Mul", wide, graph.constant(scale, np.float64))
    wide = graph.node("Add", wide, graph.constant(mean, np.float64))
    dtype = type_of_answers(graph.dtype, mean, scale)
    return graph.cast(wide, dtype), dtype


def type_of_answers(dtype: DTypeLike, mean: ArrayLike, scale: ArrayLike) -> np.dtype[Any]:
    """The network's own type; float64 where float32 is too coarse for numbers so far from 0."""
    coarse = np.abs(mean) > COARSE * np.asarray(scale)
    return np.dtype(np.float64 if coarse.any() else dtype)


def add_numbers(graph: Graph, spec: NetworkSpec, numbers: Tensor, dtype: DTypeLike) -> None:
    """Answers that are numbers: `variable`, (N, outputs)."""
    graph.output(VARIABLE, numbers, dtype, spec.outputs)


def add_labels(graph: Graph, spec: NetworkSpec, outputs: Tensor) -> None:
    """Several yeses or noes a row: `label`, (N, outputs) of 0 and 1, and `probabilities`."""
    yes = graph.cast(graph.node("Greater", outputs, graph.constant(0.5)), np.int64)
    graph.output(LABEL, yes, np.int64, spec.outputs)
    graph.output(PROBABILITIES, outputs, spec.dtype, spec.outputs)


def add_classes(graph: Graph, spec: NetworkSpec, outputs: Tensor, classes: NDArray[Any]) -> None:
    """One class a row: `label`, (N,), and `probabilities`, (N, classes); `scores`, the outputs
    themselves, where the last layer gives no probabilities."""
    number = class_number(graph, spec, outputs)
    label = graph.node("Gather", graph.constant(classes, classes.dtype), number)
    graph.output(LABEL, label, classes.dtype)
    last = spec.dense[-1].activation
    if last == "sigmoid" and spec.outputs == 1:
        other = graph.node("Sub", graph.constant(1), outputs)
        graph.output(PROBABILITIES, graph.joined([other, outputs]), spec.dtype, 2)
    else:
        name = PROBABILITIES if last == "softmax" else SCORES
        graph.output(name, outputs, spec.dtype, spec.outputs)


def class_number(graph: Graph, spec: NetworkSpec, outputs: Tensor) -> Tensor:
    """(N,): which output is the largest, or whether the only one is above the middle."""
    shares = outputs
    if loss_of(spec).row.targets == "sides":  # as `as_shares` does it, rounding and all
        shares = graph.node("Add", shares, graph.constant(1))
        shares = graph.node("Div", shares, graph.constant(2))
    if spec.outputs > 1:
        return graph.node("ArgMax", shares, axis=1, keepdims=0)
    only = graph.node("Squeeze", shares, graph.constant([1], np.int64))
    return graph.cast(graph.node("Greater", only, graph.constant(0.5)), np.int64)
