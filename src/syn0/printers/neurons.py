"""A model's lines as neurons: each sums what others give, each by a weight, and bends the sum.

That is all that some formats know. What only adds, scales or picks becomes part of the sums; a
formula made of bends that are known becomes several layers: |z| is the sum of two rectifiers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.printers.base import UnsupportedError
from syn0.program import Apply, Const, Expr, Line, Name, evaluate, formula, is_helper, names_in
from syn0.program.expressions import exp, function, maximum, minimum

Sums = NDArray[np.float64]
"""(1 + neurons, width): of each column the constant, then the weight of each neuron so far."""

relu = function("relu")

BENDS: dict[str, Callable[..., Expr]] = {
    "maximum": lambda x, y: y + relu(x - y),
    "minimum": lambda x, y: y - relu(y - x),
    "clip": lambda x, low, high: minimum(maximum(x, low), high),
    "absolute": lambda x: relu(x) + relu(-x),
    "expm1": lambda x: exp(x) - 1,
}
"""Operations that are sums of others."""


@dataclass(frozen=True)
class Layer:
    """Neurons that bend their sums alike.

    Attributes:
        names: of its neurons.
        bend: what each does to its sum: an operation of the program's, or "identity".
        sums: of each neuron, over those before it.
    """

    names: tuple[str, ...]
    bend: str
    sums: Sums


@dataclass
class Neurons:
    """The neurons of a model's lines, as they grow.

    Args:
        arrays: what the model learned, by name.
        inputs: the names of the inputs, the first neurons.
        given: what the lines call the inputs.
        known: the operations that neurons of the format do to a sum, or, as softmax, to those of
            their layer.
        language: the format's name.
    """

    arrays: Mapping[str, Any]
    inputs: list[str]
    given: str
    known: tuple[str, ...]
    language: str
    layers: list[Layer] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.names = [*self.inputs]
        self.scope = {self.given: self.alone(len(self.inputs))}

    def alone(self, width: int) -> Sums:
        """The last neurons, each by itself."""
        return np.eye(1 + len(self.names))[:, -width:]

    def add(self, line: Line) -> None:
        """One more line."""
        try:
            self.scope[line.target] = self.sums(line.expression, self.scope, line.target)
        except UnsupportedError as error:
            raise UnsupportedError(f"{error} ({line.target}: {line.note})") from None

    def neurons(self, name: str) -> list[str]:
        """The neurons that give what a line binds; sums that no neuron gives get a layer."""
        sums = self.scope[name]
        if not is_alone(sums):
            sums = self.scope[name] = self.bent("identity", sums, name)
        return [self.names[place] for place in sums[1:].argmax(axis=0)]

    def bent(self, bend: str, sums: Sums, target: str) -> Sums:
        """A layer more."""
        stem, number = target, 1
        while f"{stem}_0" in self.names:
            number += 1
            stem = f"{target}_part{number}"
        names = tuple(f"{stem}_{place}" for place in range(sums.shape[1]))
        self.layers.append(Layer(names, bend, sums))
        self.names += names
        return self.alone(len(names))

    def sums(self, expr: Expr, scope: Mapping[str, Sums], target: str) -> Sums:
        """The columns of an expression; its names mean what `scope` says."""
        names = [*names_in(expr)]
        if all(name in self.arrays for name in names):
            return np.atleast_2d(np.asarray(evaluate(expr, self.arrays), np.float64))
        match expr:
            case Name(name):
                return scope[name]
            case Apply("matmul", (left, right)) if {*names_in(right)} <= {*self.arrays}:
                return self.sums(left, scope, target) @ np.asarray(
                    evaluate(right, self.arrays), np.float64
                )
            case Apply("columns", (value, Const(tuple(places)))):
                return self.sums(value, scope, target)[:, [int(place) for place in places]]
            case Apply("float32" | "float64" | "float", (value,)):
                return self.sums(value, scope, target)
            case Apply(operation, (arg,)) if operation in self.known:
                return self.bent(operation, self.sums(arg, scope, target), target)
            case Apply(operation, (arg,)) if is_helper(operation):
                within = {"z": self.sums(arg, scope, target)}
                try:
                    return self.sums(formula(operation), within, target)
                except UnsupportedError:
                    raise self.lacks(operation) from None
            case Apply(operation, args) if operation in BENDS:
                parts = {f"x{k}": self.sums(arg, scope, target) for k, arg in enumerate(args)}
                return self.sums(BENDS[operation](*map(Name, parts)), parts, target)
            case Apply(operation, args):
                found = [self.sums(arg, scope, target) for arg in args]
                rows = 1 + len(self.names)  # with those that the arguments needed
                return self.linear(operation, [longer(part, rows) for part in found])
        raise TypeError(f"{expr!r} is not an expression")

    def linear(self, operation: str, parts: list[Sums]) -> Sums:
        """What adds, scales or gathers columns, of parts that know all neurons."""
        found: Sums
        match operation, parts:
            case "add", (x, y):
                found = x + y
            case "subtract", (x, y):
                found = x - y
            case "negative", (x,):
                found = -x
            case "multiply", (x, y) if is_constant(y):
                found = x * y[0]
            case "multiply", (x, y) if is_constant(x):
                found = x[0] * y
            case "divide", (x, y) if is_constant(y):
                found = x / y[0]
            case "joined", _:
                found = np.hstack(parts)
            case "sum_columns", (x,):
                found = x.sum(axis=1, keepdims=True)
            case "mean_columns", (x,):
                found = x.mean(axis=1, keepdims=True)
            case _:
                raise self.lacks(operation)
        return found

    def lacks(self, operation: str) -> UnsupportedError:
        """An error which says that neurons cannot do an operation."""
        return UnsupportedError(
            f"the {self.language} printer cannot write the operation {operation!r} with neurons"
        )


def longer(sums: Sums, rows: int) -> Sums:
    """The same sums, over so many neurons: the new ones have weights of 0."""
    return np.vstack([sums, np.zeros((rows - len(sums), sums.shape[1]))])


def is_constant(sums: Sums) -> bool:
    """Whether sums depend on no neuron."""
    return not sums[1:].any()


def is_alone(sums: Sums) -> bool:
    """Whether each column is one neuron as it is."""
    return not sums[0].any() and bool(((sums[1:] == 1).sum(axis=0) == 1).all()
                                      and (sums[1:] != 0).sum() == sums.shape[1])  # fmt: skip
