"""A trained model as an ONNX graph, which other runtimes read, its preprocessing inside.

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
from syn0.printers.base import UnsupportedError
from syn0.printers.module import (
    LABEL,
    PROBABILITIES,
    QUANTILES,
    SCORES,
    VARIABLE,
    Answer,
    Given,
    Module,
)
from syn0.program import Apply, Const, Expr, Line, Name, formula, is_helper
from syn0.spec.words import visible

Tensor = str
"""The name of a value in the graph."""

OPSETS = {"": 18, "ai.onnx.ml": 3}
"""The versions of the operators: of December 2022, so that older runtimes read them too."""

IR_VERSION = 8
"""The version of the file format that came with them."""

TEXT = np.dtype(object)
"""The NumPy type that stands for ONNX's strings."""

MOST = 1e150
"""What larger numbers count as, as ONNX has no hypot, and squares of larger ones overflow."""


def onnx_model(module: Module, given: DTypeLike | None = None) -> Any:
    """The checked `onnx.ModelProto` of a trained model.

    Inputs are the columns of the table, (N, 1) each, or one matrix `X`. Texts are strings; numbers
    have the network's dtype, or float64 where float32 is too coarse; a missing one is NaN, which
    passes through where columns go in as they are.

    Args:
        module: the plan.
        given: the type of `X`; by default that of the computations.

    Raises:
        ModuleNotFoundError: the package onnx is not installed.
        UnsupportedError: naming an operation that ONNX has no way to say.
    """
    graph = Graph(module.program.dtype, (LABEL, PROBABILITIES, SCORES, VARIABLE, QUANTILES))
    scope = given_tensors(graph, module, given)
    scope |= {name: graph.array(name, array) for name, array in module.weights.items()}
    for line in module.program.phase("prepare", "forward", "answer"):
        graph.bind(line, scope)
    for answer in module.answers:
        give(graph, answer, scope[answer.name])
    return graph.model(str(module.network))


def given_tensors(graph: Graph, module: Module, X: DTypeLike | None) -> dict[str, Tensor]:
    """What the lines are given, by name, from inputs of the graph in the order of the table."""
    inputs = {
        column: graph.input(column, column_type(graph, one, place), 1)
        for column, one, place in module.columns
    }
    found = {}
    for one in module.given:
        if not one.columns:
            wanted = np.float64 if module.program.phase("prepare") else graph.dtype
            found[one.name] = graph.cast(graph.input("X", X or graph.dtype, one.width), wanted)
        elif one.texts:
            found[one.name] = inputs[one.columns[0]]
            graph.missing[found[one.name]] = one.missing
        else:  # in float64, in which numbers are prepared
            parts = [graph.cast(inputs[column], np.float64) for column in one.columns]
            found[one.name] = graph.joined(parts)
    return found


def column_type(graph: Graph, one: Given, place: int) -> np.dtype[Any]:
    """The type of a column's input: texts, or numbers of the graph's type, or of float64 where that
    is too coarse."""
    if one.texts:
        return TEXT
    return np.dtype(np.float64) if one.coarse[place] else graph.dtype


def give(graph: Graph, answer: Answer, tensor: Tensor) -> None:
    """Hand an answer out: a single label as (N,), numbers in the network's type."""
    if answer.role != LABEL:
        dtype = graph.dtype if not answer.wide else np.dtype(np.float64)
        graph.output(answer.role, graph.cast(tensor, dtype), dtype, answer.width)
    elif graph.types[tensor] == np.bool_:
        graph.output(LABEL, graph.cast(tensor, np.int64), np.int64, answer.width)
    else:
        only = graph.node("Squeeze", tensor, graph.constant([1], np.int64))
        graph.output(LABEL, only, graph.types[tensor])


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

    Attributes:
        types: the NumPy type of each tensor.
        missing: for inputs of texts, those that stand for a missing one.
    """

    def __init__(self, dtype: str, reserved: Iterable[str] = ()) -> None:
        self.onnx = onnx_package()
        self.dtype = np.dtype(dtype)
        self.inputs: list[Any] = []
        self.outputs: list[Any] = []
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []
        self.types: dict[Tensor, np.dtype[Any]] = {}
        self.missing: dict[Tensor, tuple[str, ...]] = {}
        self._taken = set(reserved)
        self._constants: dict[str, Tensor] = {}

    def input(self, name: str, dtype: DTypeLike, width: int) -> Tensor:
        """A new (N, width) input, called `name` unless that is taken."""
        tensor = self._fresh(name)
        self.types[tensor] = np.dtype(dtype)
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
        self.types[tensor] = whole.dtype
        return tensor

    def node(
        self,
        operator: str,
        *inputs: Tensor,
        domain: str = "",
        dtype: DTypeLike | None = None,
        **attributes: Any,
    ) -> Tensor:
        """A new node with a single output, of `dtype` or else of the type of its first input."""
        output = self._fresh(operator.lower())
        made = self.onnx.helper.make_node(
            operator, list(inputs), [output], name=output, domain=domain, **attributes
        )
        self.nodes.append(made)
        self.types[output] = self.types[inputs[0]] if dtype is None else np.dtype(dtype)
        return output

    def cast(self, tensor: Tensor, dtype: DTypeLike) -> Tensor:
        """The same values as another type."""
        if self.types[tensor] == np.dtype(dtype):
            return tensor
        return self.node("Cast", tensor, dtype=dtype, to=self._element(dtype))

    def joined(self, tensors: list[Tensor]) -> Tensor:
        """Matrices of one type side by side."""
        return tensors[0] if len(tensors) == 1 else self.node("Concat", *tensors, axis=1)

    def value(self, expr: Expr, scope: Mapping[str, Tensor]) -> Tensor:
        """The nodes of an expression, whose names mean what `scope` says.

        Raises:
            UnsupportedError: naming an operation that has no row in `NODES` and is no activation.
        """
        match expr:
            case Const(value):
                return self.constant(value)
            case Name(name):
                return scope[name]
            case Apply(operation, (arg, Const(tuple(row)))) if operation in OF_ROWS:
                return OF_ROWS[operation](self, self.value(arg, scope), row)
            case Apply(operation, args) if operation in NODES:
                return NODES[operation](self, *self.arguments(args, scope))
            case Apply(operation, (arg,)) if is_helper(operation):
                return self.value(formula(operation), {"z": self.value(arg, scope)})
            case Apply(operation):
                raise UnsupportedError(f"the operation {operation!r} cannot be written as ONNX")
        raise TypeError(f"{expr!r} is not an expression")

    def arguments(self, args: Iterable[Expr], scope: Mapping[str, Tensor]) -> list[Tensor]:
        """The arguments of an operation; constants are of the type of the numbers beside them."""
        found = [None if isinstance(arg, Const) else self.value(arg, scope) for arg in args]
        types = [self.types[tensor] for tensor in found if tensor]
        dtype = next((kind for kind in reversed(types) if kind.kind == "f"), self.dtype)
        return [
            self.constant(arg.value, dtype) if isinstance(arg, Const) else tensor or ""
            for arg, tensor in zip(args, found, strict=True)
        ]

    def bind(self, line: Line, scope: dict[str, Tensor]) -> None:
        """The nodes of a line; the last one takes the line's name and note."""
        nodes = len(self.nodes)
        tensor = self.value(line.expression, scope)
        if len(self.nodes) > nodes and self.nodes[-1].output[0] == tensor:
            last, dtype = self.nodes[-1], self.types[tensor]
            tensor = self._fresh(line.target)
            last.name = last.output[0] = tensor
            last.doc_string = visible(line.note)
            self.types[tensor] = dtype
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


Rule = Callable[..., Tensor]
"""From a graph and the arguments to the result, whose node is the last that was added."""


def operator(name: str, dtype: DTypeLike | None = None, **attributes: Any) -> Rule:
    """An operation that ONNX has; what it gives is of a type of its own, or of its argument's."""

    def rule(graph: Graph, *args: Tensor) -> Tensor:
        return graph.node(name, *args, dtype=dtype, **attributes)

    return rule


def cast(dtype: DTypeLike) -> Rule:
    """A rule that casts to another type."""

    def rule(graph: Graph, x: Tensor) -> Tensor:
        return graph.cast(x, dtype)

    return rule


def where(graph: Graph, condition: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """x where a condition holds, else y."""
    return graph.node("Where", condition, x, y, dtype=graph.types[y])


def joined(graph: Graph, *parts: Tensor) -> Tensor:
    """Side by side, in the type of the computations."""
    return graph.joined([graph.cast(part, graph.dtype) for part in parts])


def smoothly_clipped(graph: Graph, z: Tensor, reach: Tensor) -> Tensor:
    """z / sqrt(1 + (z / reach)^2)."""
    dtype = graph.types[z]
    least, most, one = (graph.constant(number, dtype) for number in (-MOST, MOST, 1))
    z = graph.node("Clip", z, least, most)
    part = graph.node("Div", z, reach)
    square = graph.node("Mul", part, part)
    return graph.node("Div", z, graph.node("Sqrt", graph.node("Add", one, square)))


def one_of(graph: Graph, texts: Tensor, known: tuple[Any, ...]) -> Tensor:
    """Which of the known texts each is; "" is a missing one, however it is written."""
    codes = {text: code for code, text in enumerate(known)}
    absent = dict.fromkeys(graph.missing.get(texts, ()), codes[""]) if "" in codes else {}
    code = graph.node(
        "LabelEncoder",
        texts,
        domain="ai.onnx.ml",
        dtype=np.int64,
        keys_strings=[*absent, *codes],
        values_int64s=[*absent.values(), *codes.values()],
        default_int64=-1,
    )
    return graph.node("Equal", code, graph.constant(range(len(known)), np.int64), dtype=np.bool_)


def columns(graph: Graph, x: Tensor, places: tuple[Any, ...]) -> Tensor:
    """The columns in these places."""
    return graph.node("Gather", x, graph.constant(places, np.int64), axis=1)


def label(graph: Graph, number: Tensor, labels: tuple[Any, ...]) -> Tensor:
    """The label of each number."""
    array = np.asarray(labels)
    array = array.astype(object) if array.dtype.kind == "U" else array
    kept, place = graph.constant(array, array.dtype), graph.cast(number, np.int64)
    return graph.node("Gather", kept, place, dtype=array.dtype)


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


OF_ROWS: dict[str, Callable[[Graph, Tensor, tuple[Any, ...]], Tensor]] = {
    "one_of": one_of,
    "columns": columns,
    "label": label,
}
"""How operations are written that a row of numbers or texts in the program belongs to."""

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
    "greater": operator("Greater", np.bool_),
    "where": where,
    "float32": cast(np.float32),
    "float64": cast(np.float64),
    # from columns to inputs, and from outputs to answers
    "is_missing": operator("IsNaN", np.bool_),
    "smoothly_clipped": smoothly_clipped,
    "joined": joined,
    "largest": operator("ArgMax", np.int64, axis=1, keepdims=1),
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
