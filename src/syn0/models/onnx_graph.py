"""From a program's expressions to the nodes of an ONNX graph.

The graph's tensors carry the program's names, and a line's node its note. An activation that ONNX
lacks, or that runtimes compute less exactly than its formula, is written from its formula.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from syn0 import __version__
from syn0.program import Apply, Const, Expr, Line, Name, Program, formula, is_helper, reads
from syn0.spec.words import visible

Tensor = str
"""The name of a value in the graph."""

OPSETS = {"": 18, "ai.onnx.ml": 3}
"""The versions of the operators: of December 2022, so that older runtimes read them too."""

IR_VERSION = 8
"""The version of the file format that came with them."""

TEXT = np.dtype(object)
"""The NumPy type that stands for ONNX's strings."""


def onnx_package() -> ModuleType:
    """The package `onnx`; ModuleNotFoundError, naming the extra, where it is not installed."""
    try:
        import onnx
    except ImportError:
        message = "to write ONNX the package onnx is needed: pip install 'syn0[onnx]'"
        raise ModuleNotFoundError(message) from None
    package: ModuleType = onnx
    return package


class Graph:
    """A graph that grows node by node.

    Args:
        dtype: "float32" or "float64", in which the program computes.
        reserved: names that only `output` shall give.
    """

    def __init__(self, dtype: str, reserved: Iterable[str] = ()) -> None:
        self.onnx = onnx_package()
        self.dtype = np.dtype(dtype)
        self.inputs: list[Any] = []
        self.outputs: list[Any] = []
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []
        self._taken = set(reserved)
        self._constants: dict[str, Tensor] = {}

    def input(self, name: str, dtype: DTypeLike, width: int) -> Tensor:
        """A new (N, width) input, called `name` unless that is taken."""
        tensor = self._fresh(name)
        self.inputs.append(self._described(tensor, dtype, ("N", width)))
        return tensor

    def output(self, name: str, tensor: Tensor, dtype: DTypeLike, *shape: int) -> None:
        """Hand `tensor`, of shape (N, *shape), out as `name`."""
        self.nodes.append(self.onnx.helper.make_node("Identity", [tensor], [name], name=name))
        self.outputs.append(self._described(name, dtype, ("N", *shape)))

    def constant(self, value: Any, dtype: DTypeLike | None = None) -> Tensor:
        """Numbers or texts, by default of the graph's dtype; equal ones are kept once."""
        array = np.asarray(value, self.dtype if dtype is None else dtype)
        key = f"{array.dtype} {array.tolist()}"
        if key not in self._constants:
            self._constants[key] = self.array("constant", array)
        return self._constants[key]

    def array(self, name: str, array: NDArray[Any]) -> Tensor:
        """An array of the graph's own, called `name` unless that is taken."""
        tensor = self._fresh(name)
        whole = np.asarray(array, order="C")
        self.initializers.append(self.onnx.numpy_helper.from_array(whole, tensor))
        return tensor

    def node(self, operator: str, *inputs: Tensor, domain: str = "", **attributes: Any) -> Tensor:
        """A new node with a single output."""
        output = self._fresh(operator.lower())
        made = self.onnx.helper.make_node(
            operator, list(inputs), [output], name=output, domain=domain, **attributes
        )
        self.nodes.append(made)
        return output

    def cast(self, tensor: Tensor, dtype: DTypeLike) -> Tensor:
        """The same values as another type."""
        return self.node("Cast", tensor, to=self._element(dtype))

    def joined(self, tensors: list[Tensor]) -> Tensor:
        """Matrices side by side."""
        return tensors[0] if len(tensors) == 1 else self.node("Concat", *tensors, axis=1)

    def value(self, expr: Expr, scope: Mapping[str, Tensor]) -> Tensor:
        """The nodes of an expression, whose names mean what `scope` says.

        Raises:
            ValueError: naming an operation that has no row in `NODES` and is no activation.
        """
        match expr:
            case Const(value):
                return self.constant(value)
            case Name(name):
                return scope[name]
            case Apply(operation, args) if operation in NODES:
                return NODES[operation](self, *(self.value(arg, scope) for arg in args))
            case Apply(operation, (arg,)) if is_helper(operation):
                return self.value(formula(operation), {"z": self.value(arg, scope)})
            case Apply(operation):
                raise ValueError(f"the operation {operation!r} cannot be written as ONNX")
        raise TypeError(f"{expr!r} is not an expression")

    def bind(self, line: Line, scope: dict[str, Tensor]) -> None:
        """The nodes of a line; the last one takes the line's name and note."""
        tensor = self.value(line.expression, scope)
        if isinstance(line.expression, Apply):
            last, tensor = self.nodes[-1], self._fresh(line.target)
            last.name = last.output[0] = tensor
            last.doc_string = visible(line.note)
        scope[line.target] = tensor

    def model(self, name: str) -> Any:
        """The whole as an `onnx.ModelProto`, checked."""
        make = self.onnx.helper
        graph = make.make_graph(self.nodes, name, self.inputs, self.outputs, self.initializers)
        domains = sorted({"", *(node.domain for node in self.nodes)})
        model = make.make_model(
            graph,
            opset_imports=[make.make_opsetid(domain, OPSETS[domain]) for domain in domains],
            ir_version=IR_VERSION,
            producer_name="syn0",
            producer_version=__version__,
        )
        self.onnx.checker.check_model(model, full_check=True)
        return model

    def _fresh(self, name: str) -> Tensor:
        """`name`, with a number where it is taken."""
        tensor, number = name, 1
        while tensor in self._taken:
            number += 1
            tensor = f"{name}_{number}"
        self._taken.add(tensor)
        return tensor

    def _element(self, dtype: DTypeLike) -> int:
        """ONNX's number for a NumPy type."""
        number: int = self.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        return number

    def _described(self, name: str, dtype: DTypeLike, shape: tuple[int | str, ...]) -> Any:
        return self.onnx.helper.make_tensor_value_info(name, self._element(dtype), shape)


def forward(
    graph: Graph, program: Program, values: Mapping[str, NDArray[Any]], inputs: Tensor
) -> Tensor:
    """Add a program's forward lines to a graph.

    Args:
        graph: of the program's dtype.
        program: one that predicts: see `derive.prediction_program`.
        values: the program's weights, by name; others are passed over.
        inputs: (N, inputs), what the program calls X.

    Returns:
        (N, outputs), the prediction.

    Raises:
        ValueError: an operation cannot be written as ONNX.
    """
    lines = program.phase("forward")
    read = set(reads(lines))
    weights = [name for name in program.weights if name in read]
    scope = {name: graph.array(name, np.asarray(values[name], graph.dtype)) for name in weights}
    scope["X"] = inputs
    for line in lines:
        graph.bind(line, scope)
    return scope[program.output]


Rule = Callable[..., Tensor]
"""From a graph and the arguments to the result, whose node is the last that was added."""


def operator(name: str, **attributes: Any) -> Rule:
    """An operation that ONNX has."""

    def rule(graph: Graph, *args: Tensor) -> Tensor:
        return graph.node(name, *args, **attributes)

    return rule


def along_columns(name: str) -> Rule:
    """A reduction of each row to one number."""

    def rule(graph: Graph, x: Tensor) -> Tensor:
        return graph.node(name, x, graph.constant([1], np.int64), keepdims=1)

    return rule


def expm1(graph: Graph, x: Tensor) -> Tensor:
    """tanh(x / 2) (e^x + 1), which equals e^x - 1 and is as exact near 0."""
    half = graph.node("Tanh", graph.node("Div", x, graph.constant(2)))
    more = graph.node("Add", graph.node("Exp", x), graph.constant(1))
    return graph.node("Mul", half, more)


def log1p(graph: Graph, x: Tensor) -> Tensor:
    """With u = 1 + x, log(u) + (x - (u - 1)) / u: the second term is what rounding u cost. For
    finite x above -1."""
    one = graph.constant(1)
    u = graph.node("Add", x, one)
    lost = graph.node("Sub", x, graph.node("Sub", u, one))
    return graph.node("Add", graph.node("Log", u), graph.node("Div", lost, u))


NODES: dict[str, Rule] = {
    # elementwise
    "add": operator("Add"),
    "subtract": operator("Sub"),
    "multiply": operator("Mul"),
    "divide": operator("Div"),
    "power": operator("Pow"),
    "negative": operator("Neg"),
    "exp": operator("Exp"),
    "expm1": expm1,
    "log": operator("Log"),
    "log1p": log1p,
    "sqrt": operator("Sqrt"),
    "tanh": operator("Tanh"),
    "sign": operator("Sign"),
    "absolute": operator("Abs"),
    "maximum": operator("Max"),
    "minimum": operator("Min"),
    "clip": operator("Clip"),
    # matrices, and reductions along the columns; predictions do not mix rows
    "matmul": operator("MatMul"),
    "transpose": operator("Transpose"),
    "sum_columns": along_columns("ReduceSum"),
    "mean_columns": along_columns("ReduceMean"),
    "max_columns": along_columns("ReduceMax"),
    # activations; not Sigmoid and Softplus, of which runtimes lose small values
    "softmax": operator("Softmax", axis=1),
    "relu": operator("Relu"),
}
"""How operations are written; those of predictions, as an exporter needs no others."""
