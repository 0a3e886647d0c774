"""The statements that lines become: few kinds, which every language with loops can spell.

Their expressions are those of programs, but of single numbers: an array stands in them as an
`Entry`. Operations that only they have:

    as_entry    a plain number, as the type of an array's entries has it
    square      a number times itself
    key_of      a key of random numbers, of (seed, stream, step)
    same_text   whether two texts are alike
    as_index    a number or a truth as the place of an entry
    uniform_at  a random number from [0, 1), of (key, place)
    normal_at   one of the standard normal distribution, of (key, other key, place)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from syn0.program.expressions import Apply, Expr, Name
from syn0.program.operations import Dim, Shape


@dataclass(frozen=True, slots=True)
class Entry(Expr):
    """The entry of an array at some indices, which count from 0."""

    name: str
    indices: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Let:
    """A number under a name of the kernel's own.

    Its kind says what it holds: a plain "number"; a "key"; a "total", which is a plain number that
    changes; an "entry", which changes too and is of the type of an array's entries; an "index",
    which is a whole number that changes; or a "row" of numbers or texts.
    """

    name: str
    kind: str
    value: Expr


@dataclass(frozen=True, slots=True)
class Array:
    """Room for an array of the kernel's own; its entries are 0 where it `starts_at_0`."""

    name: str
    shape: Shape
    starts_at_0: bool = False


@dataclass(frozen=True, slots=True)
class Set:
    """A number or an entry of an array gets a value."""

    place: Name | Entry
    value: Expr


@dataclass(frozen=True, slots=True)
class Loop:
    """Statements for each index from 0 to below a length: a number, or the rows of the step."""

    index: str
    length: Dim
    body: tuple[Statement, ...]


Statement = Let | Array | Set | Loop


def values_in(statements: Iterable[Statement]) -> Iterator[Expr]:
    """Every value that statements compute, in order."""
    for statement in statements:
        match statement:
            case Loop(_, _, body):
                yield from values_in(body)
            case Let(_, _, value) | Set(_, value):
                yield value


def names_asked(statements: Iterable[Statement]) -> Iterator[str]:
    """Every name that statements read, or change."""
    for statement in statements:
        match statement:
            case Loop(_, _, body):
                yield from names_asked(body)
            case Let(_, _, value):
                yield from names_read(value)
            case Set(place, value):
                yield from names_read(place)
                yield from names_read(value)


def names_read(expr: Expr) -> Iterator[str]:
    """Every name that an expression of single numbers reads: arrays, numbers and indices."""
    match expr:
        case Name(name):
            yield name
        case Entry(name, parts):
            yield name
            for part in parts:
                yield from names_read(part)
        case Apply(_, parts):
            for part in parts:
                yield from names_read(part)
