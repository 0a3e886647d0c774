"""The checker passes every derived program, and fails programs planted to break its rules."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from syn0.derive import INITIALIZERS, training_program
from syn0.program import Const, Expr, Line, Name, Program, ProgramError, check
from syn0.program.expressions import apply, choose, cos, sum_rows, uniform_like, where, zeros
from syn0.spec import SGD, Dense, NetworkSpec, Training


@pytest.mark.parametrize("init", INITIALIZERS)
def test_every_initializer_gives_the_weights_their_shape(init: str) -> None:
    network = NetworkSpec(3, (Dense(4, init=init), Dense(2, init=init)))
    shapes = check(training_program(network, Training(steps=1)))
    assert (shapes["syn0"], shapes["syn1"]) == ((3, 4), (4, 2))


def tutorial(batch_size: int | None = None) -> Program:
    network = NetworkSpec(3, (Dense(4), Dense(1)))
    training = Training(steps=1, batch_size=batch_size, optimizer=SGD(0.5))
    return training_program(network, training)


def test_the_checker_gives_the_shape_of_every_name_in_order() -> None:
    shapes = check(tutorial())
    assert list(shapes)[:5] == ["X", "y", "syn0", "syn1", "alpha"]
    assert shapes["l1"] == shapes["l1_delta"] == ("rows", 4)
    assert shapes["syn1"] == (4, 1)
    assert shapes["alpha"] == ()


def with_expression(target: str, expression: Expr) -> Callable[[Program], Program]:
    """The program with another expression on the last line that binds `target`."""

    def plant(program: Program) -> Program:
        lines = list(program.lines)
        place = max(i for i, line in enumerate(lines) if line.target == target)
        lines[place] = replace(lines[place], expression=expression)
        return program.replaced(lines)

    return plant


def with_line(target: str, expression: Expr, phase: str) -> Callable[[Program], Program]:
    """The program with one more line at the end of a phase."""

    def plant(program: Program) -> Program:
        lines = list(program.lines)
        place = max(i for i, line in enumerate(lines) if line.phase == phase)
        lines.insert(place + 1, Line(target, expression, phase, 1, ""))
        return program.replaced(lines)

    return plant


def in_phase(target: str, phase: str) -> Callable[[Program], Program]:
    def plant(program: Program) -> Program:
        return program.replaced(
            replace(line, phase=phase) if line.target == target else line for line in program.lines
        )

    return plant


X, L1, SYN0 = Name("X"), Name("l1"), Name("syn0")

PLANTED = {
    "a name that nothing binds": (with_expression("l1", Name("l9")), "'l9' is read before"),
    "a name that is bound later": (with_expression("l1", Name("l2")), "'l2' is read before"),
    "a value bound twice": (with_line("l1", X, "forward"), "bound already"),
    "an input bound again": (with_line("X", X * 2, "forward"), "bound already"),
    "an input changed by an update": (with_line("X", X * 2, "update"), "bound already"),
    "a weight bound again before the updates": (with_line("syn0", SYN0, "forward"), "bound alr"),
    "a new name bound twice in the updates": (
        lambda program: with_line("new", X, "update")(with_line("new", X, "update")(program)),
        "bound already",
    ),
    "a constant bound again before the updates": (with_line("alpha", X, "loss"), "bound already"),
    "a weight started twice": (with_line("syn0", zeros(3, 4), "init"), "bound already"),
    "an unknown operation": (with_expression("l1", apply("cosine", X)), "'cosine' is not in"),
    "an unknown operation deep inside": (
        with_expression("l1", 1 + apply("cosine", X)),
        "'cosine' is not in",
    ),
    "a product of matrices that do not fit": (with_expression("l1", X @ X), "multiplied"),
    "a sum of shapes that do not fit": (with_expression("l1_delta", L1 + SYN0), "do not fit"),
    "a product with a vector": (with_expression("l1", X @ sum_rows(X)), "multiplied"),
    "a transposed vector": (with_expression("l1", sum_rows(X).T), "a matrix is needed"),
    "rows taken from a vector": (with_expression("l1", sum_rows(X)[sum_rows(X)]), "taken"),
    "rows taken by a matrix": (with_expression("l1", X[X]), "taken"),
    "an operation with too few arguments": (with_expression("l1_error", apply("add", L1)), "add"),
    "a product of one matrix": (with_expression("l1_error", apply("matmul", L1)), "matmul"),
    "a choice between arrays": (with_expression("l1_error", choose(X < 1, X, X)), "plain numbers"),
    "a plain cosine of an array": (with_expression("l1_error", cos(L1)), "plain numbers"),
    "random numbers without a key": (
        with_expression("l1_error", apply("uniform_like", L1)),
        "uniform_like",
    ),
    "a choice of entries that do not fit": (
        with_expression("l1_error", where(L1 > 0, L1, SYN0)),
        "do not fit",
    ),
    "an operation with too many arguments": (
        with_expression("l1_error", apply("exp", L1, L1)),
        "exp",
    ),
    "something that is no expression": (
        with_expression("l1", "X @ syn0"),  # type: ignore[arg-type]
        "is not an expression",
    ),
    "a start after the updates": (
        lambda program: program.replaced([*program.lines, Line("more", zeros(2), "init", 0, "")]),
        "out of order",
    ),
    "a loss before the forward lines": (in_phase("l1", "loss"), "out of order"),
    "an unknown phase": (in_phase("l1", "sideways"), "'sideways' is unknown"),
    "a weight that changes its shape": (with_expression("syn0", sum_rows(SYN0)), "would become"),
    "a weight that becomes a number": (with_expression("syn0", Const(0)), "would become"),
    "a number that becomes an array": (with_line("alpha", X, "update"), "would become"),
    "an output that nothing binds": (lambda program: replace(program, output="l7"), "'l7'"),
    "a weight that nothing binds": (lambda program: replace(program, weights=("syn7",)), "'syn7'"),
    "a report that nothing binds": (lambda program: replace(program, reports=("lost",)), "'lost'"),
}


@pytest.mark.parametrize(("plant", "words"), PLANTED.values(), ids=PLANTED)
def test_a_planted_fault_is_caught(plant: Callable[[Program], Program], words: str) -> None:
    program = tutorial()
    check(program)
    with pytest.raises(ProgramError, match=words):
        check(plant(program))


def test_state_may_be_bound_several_times_in_the_updates() -> None:
    program = with_line("syn0", SYN0 * 2, "update")(tutorial())
    program = with_line("alpha", Name("alpha") / 2, "update")(program)
    shapes = check(program)
    assert (shapes["syn0"], shapes["alpha"]) == ((3, 4), ())
    assert [line.target for line in program.phase("update")].count("syn0") == 2


def test_random_numbers_have_the_shape_of_their_array() -> None:
    program = with_expression("l1_error", uniform_like(L1, 1, 0, 0))(tutorial())
    assert check(program)["l1_error"] == ("rows", 4)


def test_rows_of_a_batch_do_not_fit_rows_of_the_whole_data() -> None:
    plant = with_expression("l2_error", Name("y") - Name("l2"))
    with pytest.raises(ProgramError, match=r"'rows', 1.*'batch', 1.*do not fit"):
        check(plant(tutorial(batch_size=2)))


def test_the_message_names_the_phase_and_the_target_of_the_line() -> None:
    with pytest.raises(ProgramError, match=r"^forward line 'l1': "):
        check(with_expression("l1", Name("l9"))(tutorial()))
