"""ONNX Runtime, which only predicts."""

from __future__ import annotations

from typing import Any

import numpy as np

from syn0.bench.peers.base import Call, Job, Peer, UnfitError

OPSET, FORMAT = 13, 8
"""Versions that every ONNX Runtime of the last years reads."""


class OnnxRuntime(Peer):
    """The network as an ONNX model, which the package `onnx` writes."""

    name, title = "onnxruntime", "ONNX Runtime"
    packages = ("onnxruntime", "onnx")

    def training(self, job: Job) -> Call:
        """See `Peer`."""
        raise UnfitError("it only predicts")

    def prediction(self, job: Job) -> Call:
        """See `Peer`."""
        import onnxruntime

        session = onnxruntime.InferenceSession(
            model_of(job).SerializeToString(), providers=["CPUExecutionProvider"]
        )
        given = {"X": job.X[:1]}
        return lambda: session.run(None, given)[0]


def model_of(job: Job) -> Any:
    """The network as an ONNX model from X to out."""
    from onnx import helper, numpy_helper

    kinds = {"relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh", "softmax": "Softmax"}
    nodes, arrays, below = [], [], "X"
    for n, (W, b) in enumerate(job.layers):
        given = {f"W{n}": W} if b is None else {f"W{n}": W, f"b{n}": b}
        arrays += [numpy_helper.from_array(np.ascontiguousarray(a), k) for k, a in given.items()]
        nodes.append(helper.make_node("Gemm", [below, *given], [f"sum{n}"]))
        last = n == len(job.layers) - 1
        kind, below = kinds.get(job.end if last else job.hidden, "Identity"), f"value{n}"
        nodes.append(helper.make_node(kind, [f"sum{n}"], [below]))
    number = helper.np_dtype_to_tensor_dtype(job.X.dtype)
    ends = [
        helper.make_tensor_value_info(name, number, [1, columns])
        for name, columns in (("X", job.X.shape[1]), (below, job.y.shape[1]))
    ]
    graph = helper.make_graph(nodes, "network", ends[:1], ends[1:], arrays)
    versions = [helper.make_opsetid("", OPSET)]
    return helper.make_model(graph, opset_imports=versions, ir_version=FORMAT)
