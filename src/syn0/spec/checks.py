"""The few checks that every description shares, each failing with one sentence."""

from __future__ import annotations

import difflib
import math
import operator
from collections.abc import Iterable

LIMITS = {"above": "above", "least": "at least", "below": "below", "most": "at most"}
"""The bounds that a number may have, by their names in `real`, in words."""

LONGEST_COMPARED = 200
"""Characters of a name that may be suggested: nobody mistypes longer ones, and comparing them takes
minutes."""


def whole(name: str, value: object, *, least: int = 1) -> int:
    """Return `value` as an int of at least `least`; TypeError or ValueError otherwise."""
    try:
        if isinstance(value, bool):
            raise TypeError
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"{name} must be a whole number, not {value!r}") from None
    if number < least:
        raise ValueError(f"{name} must be at least {least}, not {number}")
    return number


def real(
    name: str,
    value: object,
    *,
    above: float | None = None,
    least: float | None = None,
    below: float | None = None,
    most: float | None = None,
) -> float:
    """Return `value` as a finite float within the given bounds; TypeError or ValueError."""
    if isinstance(value, bool | str | bytes):
        raise TypeError(f"{name} must be a number, not {value!r}")
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a number, not {value!r}") from None
    except OverflowError:
        number = math.inf
    bounds = [
        (above, operator.gt, LIMITS["above"]),
        (least, operator.ge, LIMITS["least"]),
        (below, operator.lt, LIMITS["below"]),
        (most, operator.le, LIMITS["most"]),
    ]
    stated = [(limit, holds, words) for limit, holds, words in bounds if limit is not None]
    if not math.isfinite(number) or not all(holds(number, limit) for limit, holds, _ in stated):
        allowed = " and ".join(f"{words} {limit:g}" for limit, _, words in stated)
        raise ValueError(f"{name} must be a finite number {allowed}".rstrip() + f", not {number}")
    return number


def seed_number(value: object) -> int:
    """Return `value` if NumPy's legacy generator takes it as a seed: 0 to 2**32 - 1."""
    number = whole("seed", value, least=0)
    if number >= 2**32:
        raise ValueError(f"seed must be below 2**32, not {number}")
    return number


def truth(name: str, value: object) -> bool:
    """Return `value` if it is True or False; TypeError otherwise."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, not {value!r}")
    return value


def choice(name: str, value: object, choices: Iterable[str]) -> str:
    """Return `value` if it is one of `choices`; the error lists them and suggests a near one."""
    known = list(choices)
    if isinstance(value, str) and value in known:
        return value
    hint = did_you_mean(str(value), known)
    raise ValueError(f"unknown {name} {value!r}{hint}; choose from: {', '.join(known)}")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """ "; did you mean 'near'?" when a known name is near, otherwise the empty text."""
    near = nearest(name, known)
    return f"; did you mean {near!r}?" if near else ""


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that is nearest, capitals or not; "" where none is near."""
    small = {other.lower(): other for other in known if len(other) <= LONGEST_COMPARED}
    near = difflib.get_close_matches(name.lower(), small, n=1)
    return small[near[0]] if near else ""
