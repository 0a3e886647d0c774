"""Printed expressions mean what the interpreter means, brackets and all."""

from functools import reduce
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syn0.printers import NumpyPrinter
from syn0.program import ACTIVATIONS, OPERATIONS, Apply, Const, Expr, Line, Name, evaluate, names_in
from syn0.program.checker import shape_of
from syn0.program.expressions import (
    apply,
    exp,
    log,
    max_columns,
    maximum,
    mean,
    random,
    row_count,
    sum_columns,
    sum_rows,
    total,
    zeros,
)

RANDOM = np.random.RandomState(0)
VALUES: dict[str, Any] = {
    "A": RANDOM.uniform(-2, 2, (3, 3)),
    "B": RANDOM.uniform(-2, 2, (3, 3)),
    "C": RANDOM.uniform(-2, 2, (3, 3)),
    "v": RANDOM.uniform(-2, 2, 3),
    "s": np.float64(0.75),
    "rows": np.array([2, 0, 2]),
}
SHAPES = {name: value.shape for name, value in VALUES.items()}
PRINTER = NumpyPrinter()

CONSTANTS = [0, 1, 2, 3, -1, -2, 0.5, -0.5, 2.0, 1e-8, 1e20, -1e16, 0.1, 123456789.125]
constants = st.sampled_from(CONSTANTS).map(Const)
matrix_names = st.sampled_from([Name("A"), Name("B"), Name("C")])
ELEMENTWISE = ["add", "subtract", "multiply", "divide", "maximum"]
UNARY = ["negative", "exp", "log", "sqrt", "tanh", "absolute", "transpose", "float32"]
REDUCTIONS = ["sum", "mean", "row_count"]
STRIPS = ["sum_rows", "sum_columns", "max_columns"]


def applied(names: list[str], *args: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    """One of the named operations on arguments from the given strategies."""
    return st.builds(
        lambda name, parts: apply(name, *parts), st.sampled_from(names), st.tuples(*args)
    )


def larger(matrices: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    """3 x 3 matrices made of 3 x 3 matrices."""
    numbers = constants | st.just(Name("s")) | applied(REDUCTIONS, matrices)
    strips = st.just(Name("v")) | applied(STRIPS, matrices)
    others = numbers | strips | matrices
    truths = applied(["greater"], matrices, others) | applied(["greater"], others, matrices)
    return st.one_of(
        applied(ELEMENTWISE, matrices, others),
        applied(ELEMENTWISE, others, matrices),
        applied(["multiply"], matrices, truths | applied(["greater"], truths, constants)),
        applied(["power"], matrices, constants),
        applied(["power"], constants, matrices),
        applied(["matmul"], matrices, matrices),
        applied(UNARY, matrices),
        applied(list(ACTIVATIONS), matrices),
        st.builds(lambda m: m[Name("rows")], matrices),
    )


expressions = st.recursive(matrix_names | st.just(zeros(3, 3)), larger, max_leaves=8)


def by_the_interpreter(expr: Expr) -> Any:
    with np.errstate(all="ignore"):
        return evaluate(expr, VALUES)


def by_the_text(expr: Expr) -> Any:
    """The value of the printed text, in a world that holds NumPy and the printed helpers."""
    world: dict[str, Any] = {"np": np, **VALUES}
    line = Line("out", expr, "forward", 1, "")
    for text in [*PRINTER.helper_functions([line]), PRINTER.statement(line)]:
        exec(text, world)  # noqa: S102
    return world["out"]


@settings(deadline=None, max_examples=400)
@given(expressions)
def test_the_text_gives_exactly_what_the_interpreter_gives(expr: Expr) -> None:
    expected = by_the_interpreter(expr)
    with np.errstate(all="ignore"):
        found = by_the_text(expr)
    np.testing.assert_array_equal(found, expected, err_msg=PRINTER.expression(expr))


@settings(deadline=None, max_examples=400)
@given(expressions)
def test_the_shape_that_the_checker_finds_is_the_shape_of_the_value(expr: Expr) -> None:
    assert np.shape(by_the_interpreter(expr)) == shape_of(expr, dict(SHAPES))


def test_the_random_trees_hold_every_operation_but_the_generators() -> None:
    tried = {*ELEMENTWISE, *UNARY, *REDUCTIONS, *STRIPS, *ACTIVATIONS}
    tried |= {"greater", "power", "matmul", "take"}
    assert tried | {"zeros", "random"} == set(OPERATIONS)


A, B, C, V = map(Name, ("A", "B", "C", "v"))

BRACKETS = {
    "A - (B - C)": A - (B - C),
    "A - B - C": (A - B) - C,
    "A + B - C": (A + B) - C,
    "A / (B * C)": A / (B * C),
    "A * (B / C)": A * (B / C),
    "A / B * C": A / B * C,
    "(A + B) * C": (A + B) * C,
    "A * B + C": A * B + C,
    "A + B @ C": A + B @ C,
    "(A @ B) * C": (A @ B) * C,
    "A * (B @ C)": A * (B @ C),
    "A @ (B * C)": A @ (B * C),
    "A @ (B / C)": A @ (B / C),
    "A @ (B @ C)": A @ (B @ C),
    "(A @ B) @ C": (A @ B) @ C,
    "A @ B.T": A @ B.T,
    "(A @ B).T": (A @ B).T,
    "(-A).T": (-A).T,
    "-A.T": -(A.T),
    "-(A @ B)": -(A @ B),
    "-(A + B)": -(A + B),
    "1 - A": 1 - A,
    "A ** 2": A**2,
    "-A ** 2": -(A**2),
    "(-A) ** 2": (-A) ** 2,
    "(A ** 2) ** 3": (A**2) ** 3,
    "A ** -1": A**-1,
    "(-2) ** A": (-2) ** A,
    "(A * B) ** 2": (A * B) ** 2,
    "(A + B)[rows]": (A + B)[Name("rows")],
    "A[rows].T": A[Name("rows")].T,
    "A * (B > 0)": A * (B > 0),
    "(A > B) > 0": (A > B) > 0,
    "A > B + C": A > B + C,
    "np.exp(A + B)": exp(A + B),
    "np.maximum(A, 0) * 2": maximum(A, 0) * 2,
    "np.log(np.sum(A))": log(total(A)),
    "A / len(A)": A / row_count(A),
    "A - np.mean(A)": A - mean(A),
    "np.sum(A, axis=0)": sum_rows(A),
    "A - np.sum(A, axis=1, keepdims=True)": A - sum_columns(A),
    "A - np.max(A, axis=1, keepdims=True)": A - max_columns(A),
    "(2 * A).astype(np.float32)": apply("float32", 2 * A),
    "np.zeros(4)": zeros(4),
    "np.zeros((4, 1))": zeros(4, 1),
    "random.random_sample((3, 4))": random(3, 4),
    "2 * A": Const(2.0) * A,
    "0.1 * A": 0.1 * A,
    "1e-08 * A": 1e-8 * A,
    "softmax(A)": Apply("softmax", (A,)),
}


@pytest.mark.parametrize(("text", "expr"), BRACKETS.items(), ids=BRACKETS)
def test_brackets_stand_where_they_are_needed_and_nowhere_else(text: str, expr: Expr) -> None:
    assert PRINTER.expression(expr) == text


@pytest.mark.parametrize("value", [*CONSTANTS, 1 / 3, 2**53 + 2.0, 5e-324, 1.7e308, -0.1])
def test_a_number_is_printed_exactly(value: float) -> None:
    assert float(PRINTER.number(value)) == value


def test_a_value_added_to_its_own_target_is_written_in_place() -> None:
    def statement(expr: Expr) -> str:
        return PRINTER.statement(Line("A", expr, "update", 1, ""))

    assert statement(A + B @ C) == "A += B @ C"
    assert statement(A + (B - C)) == "A += B - C"
    assert statement(B + A) == "A = B + A"
    assert statement(A - B) == "A = A - B"


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_helper_function_means_what_the_formula_means(name: str) -> None:
    np.testing.assert_array_equal(
        by_the_text(Apply(name, (A,))), evaluate(Apply(name, (A,)), VALUES)
    )


def test_a_helper_is_printed_once_however_often_it_is_called() -> None:
    line = Line("l1", Apply("relu", (Apply("relu", (A,)),)), "forward", 1, "")
    helpers = PRINTER.helper_functions([line, line])
    assert [text.splitlines()[0] for text in helpers] == ["def relu(z):"]


def test_what_numpy_has_itself_needs_no_helper() -> None:
    assert PRINTER.helper_functions([Line("l1", Apply("tanh", (A,)), "forward", 1, "")]) == []


def test_names_are_found_from_left_to_right() -> None:
    assert list(names_in(reduce(lambda x, y: x * y, [A, B @ C, A]))) == ["A", "B", "C", "A"]
