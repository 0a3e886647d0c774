"""Printed expressions mean what the interpreter means, brackets and all."""

import ast
import math
from functools import reduce
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syn0.printers.numpy import NumpyPrinter
from syn0.printers.pretty import Assigned, Code, Made, fitted, listed
from syn0.program import (
    ACTIVATIONS,
    OPERATIONS,
    Apply,
    Const,
    Expr,
    Line,
    Name,
    evaluate,
    names_in,
    operations_in,
)
from syn0.program.checker import shape_of
from syn0.program.expressions import (
    apply,
    choose,
    clip,
    columns,
    cos,
    equal,
    exp,
    float64,
    is_missing,
    joined,
    label,
    largest,
    least,
    log,
    max_columns,
    maximum,
    mean,
    mean_columns,
    mean_rows,
    normal,
    one_of,
    ones,
    orthogonal,
    random,
    row_count,
    smoothly_clipped,
    sqrt,
    sum_columns,
    sum_rows,
    total,
    uniform_like,
    where,
    zeros,
)
from tests.together import Together

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

A, B = Name("A"), Name("B")
OF_MODELS = [
    float64(A) + 1,
    is_missing(A / 0 - A / 0),
    smoothly_clipped(A * 9, 5.0),
    smoothly_clipped(A, Const((0.5, 1.0, math.inf))),
    joined(A, B > 0, A.T),
    columns(joined(A, B), [5, 0, 3]),
    largest(A - B),
    label(largest(A), ("a", 'b "quoted"', "c\n")),
    label(largest(A), (1.5, -2.0, 0.0)),
    one_of(label(largest(A), ("a", "b", "c")), ("c", "x", "a")),
]
"""What stands in the programs of trained models alone."""

CONSTANTS = [0, 1, 2, 3, -1, -2, 0.5, -0.5, 2.0, 1e-8, 1e20, -1e16, 0.1, 123456789.125]
constants = st.sampled_from(CONSTANTS).map(Const)
keys = st.integers(0, 99).map(Const)
matrix_names = st.sampled_from([Name("A"), Name("B"), Name("C")])
ELEMENTWISE = ["add", "subtract", "multiply", "divide", "maximum", "minimum"]
WHOLE = ["floor_divide", "modulo"]
COMPARISONS = ["greater", "greater_equal", "less", "equal"]
UNARY = ["negative", "exp", "expm1", "log", "log1p", "sqrt", "tanh", "sign", "absolute"]
UNARY += ["transpose", "float32"]
SLOPES = [name for name in OPERATIONS if name.endswith("_slope")]
REDUCTIONS = ["sum", "mean", "row_count"]
STRIPS = ["sum_rows", "mean_rows", "sum_columns", "mean_columns", "max_columns"]
RANDOM_LIKE = ["uniform_like", "normal_like"]
PLAIN = ["float", "cos"]


def applied(names: list[str], *args: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    """One of the named operations on arguments from the given strategies."""
    return st.builds(
        lambda name, parts: apply(name, *parts), st.sampled_from(names), st.tuples(*args)
    )


def larger(matrices: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    """3 x 3 matrices made of 3 x 3 matrices."""
    numbers = constants | st.just(Name("s")) | applied(REDUCTIONS, matrices)
    numbers |= applied(PLAIN, numbers) | applied(["least"], numbers, numbers)
    numbers |= applied(["choose"], applied(COMPARISONS, numbers, numbers), numbers, numbers)
    strips = st.just(Name("v")) | applied(STRIPS, matrices)
    reals = st.just(Name("s")) | strips | matrices
    others = numbers | reals
    truths = applied(COMPARISONS, matrices, others) | applied(COMPARISONS, others, matrices)
    return st.one_of(
        applied(ELEMENTWISE, matrices, others),
        applied(ELEMENTWISE, others, matrices),
        applied(WHOLE, matrices, others),
        applied(["multiply"], matrices, truths | applied(["greater"], truths, constants)),
        # Of two whole numbers it would be whole, and has no whole negative power.
        applied(["where"], truths, reals, others),
        applied(["where"], truths, others, reals),
        applied(["clip"], matrices, constants, constants),
        applied(["power"], matrices, constants),
        applied(["power"], constants, matrices),
        applied(["matmul"], matrices, matrices),
        applied(UNARY, matrices),
        applied([*ACTIVATIONS, *SLOPES], matrices),
        applied(RANDOM_LIKE, matrices, keys, keys, keys),
        st.builds(lambda m: m[Name("rows")], matrices),
    )


new_arrays = st.sampled_from([zeros(3, 3), ones(3, 3)])
expressions = st.recursive(matrix_names | new_arrays, larger, max_leaves=8)


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


@settings(max_examples=400)
@given(expressions)
def test_the_text_gives_exactly_what_the_interpreter_gives(expr: Expr) -> None:
    expected = by_the_interpreter(expr)
    with np.errstate(all="ignore"):
        found = by_the_text(expr)
    np.testing.assert_array_equal(found, expected, err_msg=PRINTER.expression(expr))


@settings(max_examples=400)
@given(expressions)
def test_the_shape_that_the_checker_finds_is_the_shape_of_the_value(expr: Expr) -> None:
    value = by_the_interpreter(expr)
    assert np.shape(value) == shape_of(expr, dict(SHAPES))
    assert value.dtype.kind == "f"


def test_the_random_trees_hold_every_operation_but_the_generators() -> None:
    tried = {*ELEMENTWISE, *WHOLE, *COMPARISONS, *UNARY, *REDUCTIONS, *STRIPS, *RANDOM_LIKE}
    tried |= {*PLAIN, *ACTIVATIONS, *SLOPES, "least", "choose", "where", "clip", "power", "matmul"}
    tried |= {"take", "zeros", "ones"}
    tried |= {name for expr in OF_MODELS for name in operations_in(expr)}
    assert tried | {"random", "normal", "orthogonal", "random_seed"} == set(OPERATIONS)


@pytest.mark.parametrize("expr", OF_MODELS, ids=lambda expr: expr.operation)
def test_what_only_trained_models_do_is_printed_as_it_is_meant(expr: Apply) -> None:
    value = by_the_interpreter(expr)
    with np.errstate(all="ignore"):
        assert np.array_equal(value, by_the_text(expr))
    assert value.shape == shape_of(expr, dict(SHAPES))


@given(expressions, st.sampled_from([20, 40, 96]))
def test_a_broken_line_means_what_it_meant(expr: Expr, width: int) -> None:
    code = PRINTER.statement(Line("out", expr, "forward", 1, ""))
    assert ast.dump(ast.parse(fitted(code, width))) == ast.dump(ast.parse(code))


A, B, C, S = map(Name, ("A", "B", "C", "s"))

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
    "A < B": A < B,
    "(A >= B) * C": (A >= B) * C,
    "np.sum(A == 0) / 2": total(equal(A, 0)) / 2,
    "(A == B) == C": equal(equal(A, B), C),
    "s // 2 * 3": S // 2 * 3,
    "s // (2 * s)": S // (2 * S),
    "0.5 ** ((s - 1) // 9)": 0.5 ** ((S - 1) // 9),
    "s % 4 + 1": S % 4 + 1,
    "1 / s ** 0.5": 1 / S**0.5,
    "1 if s < 2 else s": choose(S < 2, 1, S),
    "(1 if s < 2 else s) * 3": choose(S < 2, 1, S) * 3,
    "1 if s < 2 else 2 if s < 3 else 3": choose(S < 2, 1, choose(S < 3, 2, 3)),
    "(1 if s < 1 else 2) if s < 2 else 3": choose(S < 2, choose(S < 1, 1, 2), 3),
    "s + 1 if s < 2 else -s": choose(S < 2, S + 1, -S),
    "min(s, 1 if s < 2 else 3)": least(S, choose(S < 2, 1, 3)),
    "float(np.cos(np.pi * s))": cos(math.pi * S),
    "float(s)": apply("float", S),
    "np.where(A > 0, A, 0.01 * A)": where(A > 0, A, 0.01 * A),
    "np.clip(A + B, -1, 1)": clip(A + B, -1, 1),
    "A - np.mean(A, axis=1, keepdims=True)": A - mean_columns(A),
    "np.mean(A ** 2, axis=0)": mean_rows(A**2),
    "uniform_like(A, 1, 0, s) >= 0.5": uniform_like(A, 1, 0, S) >= 0.5,
    "orthogonal((3, 4))": orthogonal(3, 4),
    "2 * random.standard_normal((3, 4))": 2 * normal(3, 4),
    "np.ones(4)": ones(4),
    "np.zeros(4, dtype=np.float32)": apply("float32", zeros(4)),
    "np.ones((3, 4), dtype=np.float32)": apply("float32", ones(3, 4)),
    "np.array([0.5, 1])": Const((0.5, 1.0)),
    "np.array([0.5, 1]).astype(np.float32)": apply("float32", Const((0.5, 1.0))),
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
    "1e-8 * A": 1e-8 * A,
    "softmax(A)": Apply("softmax", (A,)),
}


def test_brackets_stand_where_they_are_needed_and_nowhere_else() -> None:
    with Together() as together:
        for text, expr in BRACKETS.items():
            with together(text):
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
    assert statement(A * (B + C)) == "A *= B + C"
    assert statement(A * B * C) == "A = A * B * C"
    assert statement(B * A) == "A = B * A"


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


def test_rows_of_numbers_are_arrays() -> None:
    np.testing.assert_array_equal(by_the_text(Const((0.1, 2.0))), [0.1, 2])


FIRST, SECOND, THIRD = map(Name, ("first_value", "second_value", "third"))

BROKEN = {
    "a sum in brackets, at its signs": (
        FIRST + SECOND - Name("third_value"),
        ["out = (", "    first_value + second_value", "    - third_value", ")"],
    ),
    "a call inside its own brackets": (
        -total(FIRST + SECOND),
        ["out = -np.sum(", "    first_value + second_value", ")"],
    ),
    "a product inside its widest brackets": (
        (FIRST - SECOND) / sqrt(THIRD),
        ["out = (", "    first_value - second_value", ") / np.sqrt(third)"],
    ),
    "a product whose first factors have none": (
        FIRST / 2 * (1 + THIRD + Name("fourth")),
        ["out = first_value / 2 * (", "    1 + third + fourth", ")"],
    ),
    "a product without any at its signs": (
        FIRST * SECOND / THIRD / Name("fourth"),
        ["out = (", "    first_value * second_value", "    / third / fourth", ")"],
    ),
    "a product in each of its brackets where one is not enough": (
        (FIRST + SECOND) / maximum(1 + THIRD, FIRST),
        [
            "out = (",
            "    first_value + second_value",
            ") / np.maximum(",
            "    1 + third, first_value",
            ")",
        ],
    ),
    "a choice before its words": (
        choose(SECOND < 2, FIRST + 1, Name("third_value")),
        ["out = (", "    first_value + 1", "    if second_value < 2", "    else third_value", ")"],
    ),
    "a sum of calls at its signs": (
        total(FIRST) + total(Name("second")),
        ["out = (", "    np.sum(first_value)", "    + np.sum(second)", ")"],
    ),
    "a list at its commas": (
        clip(FIRST, SECOND, Name("third_value")),
        ["out = np.clip(", "    first_value, second_value,", "    third_value", ")"],
    ),
    "deep in brackets further in": (
        total(Name("first") * (SECOND + Name("third_value") + Name("fourth"))),
        [
            "out = np.sum(",
            "    first * (",
            "        second_value + third_value",
            "        + fourth",
            "    )",
            ")",
        ],
    ),
    "a term behind one that is broken on its own line": (
        total(FIRST + SECOND + THIRD) + A,
        [
            "out = (",
            "    np.sum(",
            "        first_value + second_value",
            "        + third",
            "    )",
            "    + A",
            ")",
        ],
    ),
}


@pytest.mark.parametrize(("expr", "lines"), BROKEN.values(), ids=BROKEN)
def test_a_line_that_is_too_long_is_broken_as_a_person_would(expr: Expr, lines: list[str]) -> None:
    code = PRINTER.statement(Line("out", expr, "forward", 1, ""))
    assert fitted(code, len(code)) == code
    assert fitted(code, 34).splitlines() == lines
    assert max(map(len, lines)) <= 34


LISTS = {
    "a call of a list inside both": (
        Assigned("out = ", listed(["first_value", "second_value", "third"], "join([", "])"), ""),
        0,
        ["out = join([", "    first_value, second_value,", "    third", "])"],
    ),
    "brackets right inside others as one": (
        Assigned(
            "", Made("f({0})", listed(["first_value", "second_value", "third"], "[", "]")), ";"
        ),
        0,
        ["f([", "    first_value, second_value,", "    third", "]);"],
    ),
    "a declaration further in": (
        Code("    double ", listed(["first_value", "second", "third"]), ";"),
        4,
        ["    double first_value, second,", "        third;"],
    ),
    "rows whole, where they fit": (
        Code("x = { ", listed(Code("{", listed(["1234", "456"]), "}") for _ in range(3)), " };"),
        4,
        ["x = { {1234, 456}, {1234, 456},", "    {1234, 456} };"],
    ),
    "a word before its operand, which is of no list": (
        Assigned(
            "out = ", Made("new {0}", Made("Row({0})", listed(["first", "second", "3"]))), ";"
        ),
        0,
        ["out = new Row(", "    first, second, 3", ");"],
    ),
    "nothing that has no place for it": (
        Code("an_assignment = ", "something_much_longer_than_a_line"),
        4,
        ["an_assignment = something_much_longer_than_a_line"],
    ),
}


@pytest.mark.parametrize(("code", "hang", "lines"), LISTS.values(), ids=LISTS)
def test_lists_and_statements_are_broken_likewise(code: Code, hang: int, lines: list[str]) -> None:
    assert fitted(code, len(code), hang) == code
    width = min(34, len(code) - 1)
    assert fitted(code, width, hang).splitlines() == lines
