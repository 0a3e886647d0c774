"""Frozen dataclasses as plain JSON data, and back.

The types of a class's fields say what may stand in a file: texts, truths, numbers, tuples of these,
None where it is allowed, and other records. What a type cannot say, a class refuses when it is made
(`__post_init__`), whoever makes it: a file's words are validated like a user's.

Where a field may hold one of several classes, the data say which: by the class's name under "kind",
unless the class has a `kind`, or a `task`, of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from syn0.spec.doors import door

MOST_QUOTED = 80


@door
def to_data(value: Any) -> Any:
    """A record as a dictionary that tells its class, a tuple as a list, and others as they are."""
    if is_record(value):
        kind: Any = type(value)
        key, name = tag_of(kind)
        return {key: name, **fields_to_data(value)}
    return [to_data(item) for item in value] if isinstance(value, tuple) else value


def fields_to_data(value: Any) -> dict[str, Any]:
    """The fields of a record, where there is no doubt of its class."""
    kind: Any = type(value)
    return {key: to_data(getattr(value, name)) for key, (name, _) in entries(kind).items()}


@door
def from_data(kind: Any, data: Any, where: str) -> Any:
    """The value that `to_data` made the data of.

    Args:
        kind: its type: a record's class, or several joined by `|`; or that of a field.
        data: of JSON's types.
        where: what they are called in errors: "schema, column 3".

    Raises:
        ValueError: it is none of that type; the message says where.
    """
    if get_origin(kind) in (Union, UnionType):
        return from_choice(get_args(kind), data, where)
    if is_record(kind):
        return from_choice((kind,), data, where)
    if get_origin(kind) is tuple:
        return from_list(item_of(kind), data, where)
    holds, words = PLAIN[kind]
    if not holds(data):
        raise ValueError(f"{where} must be {words}, found {short(data)}")
    return kind(data)


def from_choice(kinds: Collection[Any], data: Any, where: str) -> Any:
    """The value of one of several types: None, a plain one, or a record that says its class."""
    if data is None and NoneType in kinds:
        return None
    records: list[Any] = list(filter(is_record, kinds))
    if not records:
        (plain,) = (kind for kind in kinds if kind is not NoneType)
        return from_data(plain, data, where)
    known: dict[tuple[str, str], Any] = {tag_of(kind): kind for kind in records}
    (key,) = {key for key, _ in known}
    name = data.get(key) if isinstance(data, dict) else None
    if not isinstance(name, str) or (key, name) not in known:
        names = ", ".join(name for _, name in known)
        raise ValueError(f"{where}: '{key}' must be one of {names}, found {short(name)}")
    rest = {other: value for other, value in data.items() if other != key}
    return from_fields(known[key, name], rest, where)


def from_fields(kind: Any, data: Any, where: str) -> Any:
    """The record of a class that there is no doubt of, from its fields."""
    known = entries(kind)
    check_keys(data, known, where)
    given = {}
    for key, value in data.items():
        name, held = known[key]
        given[name] = from_data(held, value, place_of(where, key, held, value))
    try:
        return kind(**given)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{where}: {error}") from None


def check_keys(data: Any, known: Collection[str], where: str) -> None:
    """ValueError unless data are an object with just these keys."""
    if not isinstance(data, dict):
        raise ValueError(f"{where}: expected an object, found {short(data)}")
    if set(data) != set(known):
        found = short(sorted(map(str, data)))
        raise ValueError(f"{where}: expected the keys {sorted(known)}, found {found}")


def from_list(kind: Any, data: Any, where: str) -> tuple[Any, ...]:
    """A tuple of values of one type; texts differ from each other."""
    if not isinstance(data, list):
        raise ValueError(f"{where} must be a list, found {short(data)}")
    if kind is str:
        if not all(isinstance(item, str) for item in data):
            raise ValueError(f"{where} must hold texts only")
        if len({*data}) < len(data):
            raise ValueError(f"{where} must hold different texts")
        return tuple(data)
    return tuple(from_data(kind, item, f"{where} {n}") for n, item in enumerate(data, 1))


def place_of(where: str, name: str, kind: Any, value: Any) -> str:
    """What a field is called in errors: records by what they are, other values by their name."""
    holds_records = any(map(is_record, (kind, *get_args(kind), *get_args(item_of(kind)))))
    if holds_records and (get_origin(kind) is not tuple or isinstance(value, list)):
        return f"{where}, {name.removesuffix('s')}"
    return f"{where}: '{name}'"


def item_of(kind: Any) -> Any:
    """The type of a tuple's items; None of anything else."""
    return get_args(kind)[0] if get_origin(kind) is tuple else None


def is_record(kind: Any) -> bool:
    """Whether a type, or the value of one, is a dataclass."""
    return is_dataclass(kind)


@cache
def tag_of(kind: Any) -> tuple[str, str]:
    """What the data of a record tell its class by: a key, and a name."""
    own = (key for key in ("kind", "task") if isinstance(getattr(kind, key, None), str))
    key = next(own, None)
    return ("kind", kind.__name__) if key is None else (key, getattr(kind, key))


@cache
def entries(kind: Any) -> dict[str, tuple[str, Any]]:
    """The names and types of a record's fields, by what files call them: by their names, unless the
    class has others in `KEYS`."""
    hints, others = get_type_hints(kind), getattr(kind, "KEYS", {})
    return {others.get(f.name, f.name): (f.name, hints[f.name]) for f in fields(kind)}


def short(value: Any) -> str:
    """A value as errors quote it."""
    text = repr(value)
    return text if len(text) <= MOST_QUOTED else f"{text[: MOST_QUOTED - 3]}..."


PLAIN: dict[Any, tuple[Callable[[Any], bool], str]] = {
    str: (lambda value: isinstance(value, str), "a text"),
    bool: (lambda value: isinstance(value, bool), "true or false"),
    int: (lambda value: type(value) is int and 0 <= value < 2**63, "a whole number from 0"),
    float: (
        lambda value: type(value) in (int, float) and abs(value) <= sys.float_info.max,
        "a finite number",
    ),
}
"""What a plain value of a type looks like in JSON, and words for it."""
