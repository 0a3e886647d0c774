"""The table of operations: what each one means in NumPy, and the shape it gives.

The meanings here are the definition; every printer and every engine must agree with them.
Each activation of `activations.py` is an operation too, and means what its formula says.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from syn0.program import randoms
from syn0.program.activations import ACTIVATIONS, SLOPE, helper
from syn0.program.expressions import Apply, Const, Expr, Name

Dim = int | str
"""A length: a number, or "rows" (of the whole data) or "batch" (of one step)."""

Shape = tuple[Dim, ...]


@dataclass(frozen=True)
class Operation:
    """One row: the NumPy meaning, the rule from the arguments' shapes to the result's, and the
    number of arguments, None for any. New arrays have none: their shape is fixed in the program,
    and those that are drawn take the program's generator behind it."""

    evaluate: Callable[..., Any]
    shape: Callable[..., Shape]
    arguments: int | None = 1
    drawn: bool = False


def broadcast(*shapes: Shape) -> Shape:
    """The common shape under NumPy's broadcasting; ValueError if there is none."""
    if len(set(shapes)) == 1:
        return shapes[0]
    length = max(map(len, shapes))
    result: list[Dim] = []
    for dims in zip(*((1,) * (length - len(shape)) + shape for shape in shapes), strict=True):
        wide = {dim for dim in dims if dim != 1} or {1}
        if len(wide) > 1:
            raise ValueError(f"shapes {' and '.join(map(str, shapes))} do not fit together")
        result.append(wide.pop())
    return tuple(result)


def matmul_shape(left: Shape, right: Shape) -> Shape:
    """(n, k) @ (k, m) gives (n, m)."""
    if len(left) != 2 or len(right) != 2 or left[1] != right[0]:
        raise ValueError(f"shapes {left} and {right} cannot be multiplied as matrices")
    return (left[0], right[1])


def matrix(rule: Callable[[Dim, Dim], Shape]) -> Callable[[Shape], Shape]:
    """A shape rule for an operation on matrices only."""

    def shape(of: Shape) -> Shape:
        if len(of) != 2:
            raise ValueError(f"a matrix is needed, not shape {of}")
        return rule(*of)

    return shape


def take_shape(values: Shape, rows: Shape) -> Shape:
    """The rows of a matrix that an index names."""
    if len(values) != 2 or len(rows) != 1:
        raise ValueError(f"rows {rows} cannot be taken from shape {values}")
    return (*rows, *values[1:])


def joined_shape(*parts: Shape) -> Shape:
    """Matrices of the same rows, side by side."""
    if any(len(part) != 2 or part[0] != parts[0][0] for part in parts):
        raise ValueError(f"shapes {' and '.join(map(str, parts))} do not fit side by side")
    return (parts[0][0], sum(int(part[1]) for part in parts))


def columns_shape(values: Shape, places: Shape) -> Shape:
    """The columns of a matrix that a row names, or a column a text for each that it lists."""
    if len(values) != 2 or len(places) != 1:
        raise ValueError(f"columns {places} cannot be taken from shape {values}")
    return (values[0], places[0])


def scalar_shape(_: Shape) -> Shape:
    """A single number."""
    return ()


def number_shape(*shapes: Shape) -> Shape:
    """A single number, from single numbers."""
    if any(shape != () for shape in shapes):
        raise ValueError(f"plain numbers are needed, not shapes {' and '.join(map(str, shapes))}")
    return ()


def shape_of_first(first: Shape, *_: Shape) -> Shape:
    """An array shaped like the first argument."""
    return first


def fixed_shape(*shape: int) -> Shape:
    """The shape written into the program."""
    return shape


def smoothly_clipped(z: Any, reach: Any) -> Any:
    """z / sqrt(1 + (z / reach)^2), which stays within the reach and hardly changes numbers near 0
    (Holzmueller et al., "Better by Default", 2024)."""
    return z / np.hypot(1, z / reach)


# Python's own operators, not NumPy's functions: on plain numbers they give plain numbers, which
# leave a float32 array float32 (NEP 50), just as the printed text does.
OPERATIONS: dict[str, Operation] = {
    # elementwise
    "add": Operation(operator.add, broadcast, arguments=2),
    "subtract": Operation(operator.sub, broadcast, arguments=2),
    "multiply": Operation(operator.mul, broadcast, arguments=2),
    "divide": Operation(operator.truediv, broadcast, arguments=2),
    "power": Operation(operator.pow, broadcast, arguments=2),
    "floor_divide": Operation(operator.floordiv, broadcast, arguments=2),
    "modulo": Operation(operator.mod, broadcast, arguments=2),
    "negative": Operation(operator.neg, broadcast),
    "greater": Operation(operator.gt, broadcast, arguments=2),
    "greater_equal": Operation(operator.ge, broadcast, arguments=2),
    "less": Operation(operator.lt, broadcast, arguments=2),
    "equal": Operation(operator.eq, broadcast, arguments=2),
    "where": Operation(np.where, broadcast, arguments=3),
    "exp": Operation(np.exp, broadcast),
    "expm1": Operation(np.expm1, broadcast),
    "log": Operation(np.log, broadcast),
    "log1p": Operation(np.log1p, broadcast),
    "sqrt": Operation(np.sqrt, broadcast),
    "tanh": Operation(np.tanh, broadcast),
    "sign": Operation(np.sign, broadcast),
    "absolute": Operation(np.abs, broadcast),
    "maximum": Operation(np.maximum, broadcast, arguments=2),
    "minimum": Operation(np.minimum, broadcast, arguments=2),
    "clip": Operation(np.clip, broadcast, arguments=3),
    # plain numbers, which stay so and leave float32 arrays float32
    "float": Operation(float, number_shape),
    "cos": Operation(lambda x: float(np.cos(x)), number_shape),
    "least": Operation(min, number_shape, arguments=2),
    "choose": Operation(lambda condition, a, b: a if condition else b, number_shape, arguments=3),
    # matrices
    "matmul": Operation(operator.matmul, matmul_shape, arguments=2),
    "transpose": Operation(np.transpose, matrix(lambda n, m: (m, n))),
    # rows of the data
    "take": Operation(operator.getitem, take_shape, arguments=2),
    "row_count": Operation(len, scalar_shape),
    # reductions: over everything, down the rows, along the columns
    "sum": Operation(np.sum, scalar_shape),
    "mean": Operation(np.mean, scalar_shape),
    "sum_rows": Operation(lambda x: np.sum(x, axis=0), matrix(lambda n, m: (m,))),
    "mean_rows": Operation(lambda x: np.mean(x, axis=0), matrix(lambda n, m: (m,))),
    "sum_columns": Operation(
        lambda x: np.sum(x, axis=1, keepdims=True), matrix(lambda n, m: (n, 1))
    ),
    "mean_columns": Operation(
        lambda x: np.mean(x, axis=1, keepdims=True), matrix(lambda n, m: (n, 1))
    ),
    "max_columns": Operation(
        lambda x: np.max(x, axis=1, keepdims=True), matrix(lambda n, m: (n, 1))
    ),
    # new arrays of a fixed shape, and numbers that the program's generator draws
    "zeros": Operation(np.zeros, fixed_shape, arguments=0),
    "ones": Operation(np.ones, fixed_shape, arguments=0),
    "random": Operation(randoms.uniform, fixed_shape, arguments=0, drawn=True),
    "normal": Operation(randoms.normal, fixed_shape, arguments=0, drawn=True),
    "orthogonal": Operation(randoms.orthogonal, fixed_shape, arguments=0, drawn=True),
    "random_seed": Operation(randoms.seed, fixed_shape, arguments=0, drawn=True),
    "float32": Operation(np.float32, broadcast),
    "float64": Operation(np.float64, broadcast),
    # from the columns of a table to inputs, and from outputs to answers
    "is_missing": Operation(np.isnan, broadcast),
    "smoothly_clipped": Operation(smoothly_clipped, broadcast, arguments=2),
    "one_of": Operation(lambda x, known: (x == known).astype(float), columns_shape, arguments=2),
    "joined": Operation(lambda *parts: np.hstack(parts), joined_shape, arguments=None),
    "columns": Operation(lambda x, places: x[:, places], columns_shape, arguments=2),
    "largest": Operation(
        lambda x: np.argmax(x, axis=1, keepdims=True), matrix(lambda n, m: (n, 1))
    ),
    "label": Operation(
        lambda number, labels: labels[np.asarray(number, int)], shape_of_first, arguments=2
    ),
    # the same numbers on every machine, from (array, seed, stream, step): shaped like the array
    "uniform_like": Operation(randoms.uniform_like, shape_of_first, arguments=4),
    "normal_like": Operation(randoms.normal_like, shape_of_first, arguments=4),
}


def helper_operation(name: str) -> Operation:
    """An activation, or the slope of one, as an operation: it means what its formula says."""

    def value(z: Any) -> Any:
        function = helper(name)
        assert function is not None  # noqa: S101  (made for the names that have one)
        return evaluate(function.body, {"z": z})

    return Operation(value, broadcast)


def evaluate(
    expr: Expr, values: Mapping[str, Any], generator: np.random.RandomState | None = None
) -> Any:
    """The value of `expr`, its names taken from `values`; `random` draws from `generator`."""
    if isinstance(expr, Apply):
        row = OPERATIONS[expr.operation]
        if expr.args:
            return row.evaluate(*[evaluate(arg, values, generator) for arg in expr.args])
        return row.evaluate(expr.fixed, generator) if row.drawn else row.evaluate(expr.fixed)
    if isinstance(expr, Name):
        return values[expr.name]
    if isinstance(expr, Const):
        return np.array(expr.value) if isinstance(expr.value, tuple) else expr.value
    raise TypeError(f"{expr!r} is not an expression")


OPERATIONS |= {
    name: helper_operation(name)
    for name in (*ACTIVATIONS, *(f"{name}{SLOPE}" for name in ACTIVATIONS))
    if name not in OPERATIONS and helper(name) is not None
}
