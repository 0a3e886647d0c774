"""Ways in from people's own code, where errors and warnings come out: whatever a file, a frame or a
user calls things, what is said of it is one text that can be shown, and is short."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from functools import wraps
from types import FunctionType
from typing import Any, TypeVar, cast

from syn0.spec.words import MOST_OF_A_NAME, MOST_SAID, visible

F = TypeVar("F", bound=Callable[..., Any])
C = TypeVar("C", bound=type)

CALLED_FROM_OUTSIDE = ("__init__", "__setitem__")
"""Methods that people call, although their names begin with an underscore."""


class Whole(str):
    """Words of an error that are long by themselves; what they quote was shortened already."""

    __slots__ = ()


NOT_THE_USERS = ("syn0", "sklearn")
"""The packages whose code stands between a line of the user's and a warning."""


def door(function: F) -> F:
    """The function, whose ValueErrors, TypeErrors and OSErrors say what can be shown."""

    @wraps(function)
    def through(*args: Any, **settings: Any) -> Any:
        try:
            return function(*args, **settings)
        except UnicodeEncodeError as error:  # of packages and files that take UTF-8 alone
            name = visible(str(error.object), MOST_OF_A_NAME)
            raise ValueError(f"'{name}' holds bytes that are not UTF-8, as it must be") from None
        except (ValueError, TypeError, OSError) as error:
            show(error)
            raise

    through.is_door = True  # type: ignore[attr-defined]
    return cast("F", through)


def doors(kind: C) -> C:
    """The class, each of whose public methods is a `door`."""
    for name, value in [*vars(kind).items()]:
        if name.startswith("_") and name not in CALLED_FROM_OUTSIDE:
            continue
        if isinstance(value, FunctionType):
            setattr(kind, name, door(value))
        elif isinstance(value, classmethod):
            setattr(kind, name, classmethod(door(value.__func__)))
    return kind


def show(error: Exception) -> None:
    """Make the words of an error such as can be shown. Those of other packages keep their lines."""
    text = error.args[0] if len(error.args) == 1 else None
    if isinstance(text, str) and not isinstance(text, Whole):
        error.args = (visible(text, MOST_SAID, lines=not is_ours(error)),)


def is_ours(error: Exception) -> bool:
    """Whether an error was raised by a line of this package."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return place is not None and package_of(place.tb_frame) == "syn0"


def warn(text: str, category: type[Warning] = UserWarning) -> None:
    """Warn of something, at the line of the user's own that led to it."""
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and package_of(frame) in NOT_THE_USERS:
        level, frame = level + 1, frame.f_back
    warnings.warn(visible(text, MOST_SAID), category, stacklevel=level)


def package_of(frame: Any) -> str:
    """The package whose code a frame runs."""
    return str(frame.f_globals.get("__name__", "")).partition(".")[0]
