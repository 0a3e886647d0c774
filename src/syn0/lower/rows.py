"""Statements for a single row: what languages on small machines predict, one row a call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from syn0.lower.loops import Kernel
from syn0.lower.statements import Array, Entry, Let, Loop, Set, Statement
from syn0.program import Apply, Expr, Name
from syn0.program.operations import Shape


def of_one_row(shape: Shape) -> Shape:
    """The shape of an array, without the rows."""
    return shape[1:] if shape[:1] == ("rows",) else shape


class OneRow:
    """Statements without their loops over the rows, arrays of rows as those of one.

    Args:
        arrays: the names of the program's arrays that have rows.
    """

    def __init__(self, arrays: Iterable[str]) -> None:
        self.arrays = {*arrays}
        self.called: dict[str, str] = {}

    def kernel(self, kernel: Kernel) -> Kernel:
        """A kernel for one row."""
        self.called = {}
        found = (one for each in kernel.statements for one in self.statements(each))
        return replace(kernel, statements=tuple(found))

    def statements(self, statement: Statement) -> Iterator[Statement]:
        """What becomes of a statement."""
        match statement:
            case Loop(_, "rows", body):
                for inner in body:
                    if isinstance(inner, Let):
                        self.name(inner.name)
                    yield from self.statements(inner)
            case Loop(index, length, body):
                inside = (one for each in body for one in self.statements(each))
                yield Loop(index, length, tuple(inside))
            case Array(name, ("rows", *_) as shape):
                self.arrays.add(name)
                yield replace(statement, shape=of_one_row(tuple(shape)))
            case Array():
                yield statement
            case Let(name, kind, value):
                yield Let(self.called.get(name, name), kind, self.expression(value))
            case Set(place, value):
                changed = self.expression(place)
                assert not isinstance(changed, Apply)  # noqa: S101  (a place stays one)
                yield Set(changed, self.expression(value))  # type: ignore[arg-type]

    def name(self, name: str) -> None:
        """Choose a name for a number that belonged to a loop: one that no loop before has used."""
        taken, number, own = {*self.called.values()}, 1, name
        while own in taken:
            number += 1
            own = f"{name}{number}"
        self.called[name] = own

    def expression(self, expr: Expr) -> Expr:
        """An expression whose entries are those of the row."""
        match expr:
            case Name(name):
                return Name(self.called.get(name, name))
            case Entry(name, indices):
                kept = indices[1:] if name in self.arrays else indices
                return Entry(name, tuple(map(self.expression, kept)))
            case Apply(operation, args, fixed):
                return Apply(operation, tuple(map(self.expression, args)), fixed)
        return expr
