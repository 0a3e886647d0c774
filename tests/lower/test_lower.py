"""Lines become statements: few kinds, whose names are all known before they are read."""

from collections.abc import Iterable, Iterator
from typing import Any

from syn0.derive import training_program
from syn0.lower import Array, Entry, Kernel, Let, Loop, Set, Statement, kernels, values_in
from syn0.lower.loops import Lowering
from syn0.lower.statements import names_read
from syn0.program import Const, Expr, Line, Name, check
from syn0.program.expressions import function, normal, random
from syn0.spec import Dense, NetworkSpec, Training
from tests.derive.cases import cases


def kernel(target: str, *, dtype: str = "float64", **settings: Any) -> Kernel:
    """The kernel of a line in a program of a softmax on five columns."""
    layers = (Dense(4, "tanh", bias=True), Dense(3, "softmax"))
    network = NetworkSpec(5, layers, loss="cross_entropy", dtype=dtype)
    program = training_program(network, Training(**{"steps": 3} | settings))
    found = kernels(program)
    return next(kernel for kernel in found if kernel.line.target == target)


def kinds(statements: Iterable[Statement]) -> list[str]:
    """What statements are, those in loops behind the loops' index."""
    names = []
    for statement in statements:
        match statement:
            case Loop(index, _, body):
                names += [f"{index}:", *kinds(body)]
            case Let(name) | Array(name):
                names.append(f"{type(statement).__name__} {name}")
            case Set(place):
                names.append(f"Set {place.name}")
    return names


def test_a_product_is_a_sum_in_a_loop() -> None:
    found = kernel("l1")
    assert not found.has_names
    assert kinds(found.statements) == ["i:", "j:", "Let sum", "k:", "Set sum", "Set l1"]
    (rows,) = found.statements
    assert isinstance(rows, Loop)
    assert rows.length == "rows"


def test_what_entries_share_is_known_before_the_loops() -> None:
    found = kernel("l2")
    assert found.has_names
    assert kinds(found.statements) == [
        *["Array z", "i:", "j:", "Let sum", "k:", "Set sum", "Set z"],
        *["Array largest", "i:", "Let value", "j:", "Set value", "Set largest"],
        *["Array part", "i:", "j:", "Set part"],
        *["Array sums", "i:", "Let value", "j:", "Set value", "Set sums"],
        *["i:", "j:", "Set l2"],
    ]


def test_rows_of_a_batch_are_taken_and_other_copies_are_read_in_their_place() -> None:
    i, j = Name("i"), Name("j")
    taken = kernel("l0", batch_size=2)
    entry = Set(Entry("l0", (i, j)), Entry("X", (Entry("batch", (i,)), j)))
    assert taken.statements == (Loop("i", "batch", (Loop("j", 5, (entry,)),)),)
    copied = kernel("l0")
    assert (copied.copied, copied.statements) == ("X", ())


def test_arrays_that_are_drawn_in_one_line_are_drawn_one_after_the_other() -> None:
    """As NumPy does: entries that took turns would be other numbers."""

    def drawn(expression: Expr) -> list[str]:
        line = Line("syn0", expression, "init", 1, "")
        return kinds(Lowering({"syn0": (3, 4)}, cast=False).line(line))

    assert drawn(2 * random(3, 4) - 1) == ["i:", "j:", "Set syn0"]
    assert drawn(random(3, 4) - normal(3, 4)) == [
        *["Array drawn", "i:", "j:", "Set drawn"],
        *["Array drawn2", "i:", "j:", "Set drawn2"],
        *["i:", "j:", "Set syn0"],
    ]


def test_plain_numbers_among_entries_take_their_type() -> None:
    def value(dtype: str) -> Expr:
        *_, last = values_in(kernel("y_smooth", dtype=dtype, label_smoothing=0.1).statements)
        return last

    y, share = Entry("y", (Name("i"), Name("j"))), Const(0.1 / 3)
    assert value("float64") == 0.9 * y + share
    as_entry = function("as_entry")
    assert value("float32") == as_entry(0.9) * y + as_entry(share)


def unknown(statements: Iterable[Statement], known: set[str]) -> Iterator[str]:
    """The names that statements read and nothing has bound before."""
    for statement in statements:
        match statement:
            case Loop(index, _, body):
                yield from unknown(body, known | {index})
            case Array(name):
                known.add(name)
            case Let(name, _, value):
                yield from set(names_read(value)) - known
                known.add(name)
            case Set(place, value):
                yield from {*names_read(value), *names_read(place)} - known


def test_all_names_are_bound_before_they_are_read() -> None:
    for parameter in cases(lambda row: True):
        (case,) = parameter.values
        shapes = check(case.program)
        for found in kernels(case.program):
            assert not [*unknown(found.statements, {*shapes, "rows"})], found.line


def test_a_row_of_numbers_is_set_one_by_one() -> None:
    network = NetworkSpec(3, (Dense(2, "identity"),), loss="quantile:0.25,0.5")
    program = training_program(network, Training(steps=1))
    row = next(x for x in kernels(program) if "0.25" in str(x.line.expression))
    assert row.statements == tuple(
        Set(Entry(row.line.target, (Const(k),)), Const(value))
        for k, value in enumerate((0.25, 0.5))
    )
