"""The memory in which compiled functions work: a call has its own.

No lock is needed, and so none can be held for ever: threads never meet in a room, nor does a
function that a signal calls in the midst of another, and a forked process does not wait for the
threads that it lacks.
"""

from __future__ import annotations

import ctypes
import weakref
from collections.abc import Callable
from typing import Any, Generic, TypeVar


class Room:
    """Memory of a library, which is freed with this.

    Args:
        make, free: the library's functions for it.

    Raises:
        MemoryError: there is not enough.
    """

    def __init__(self, make: Any, free: Any) -> None:
        make.restype = ctypes.c_void_p
        self.place = ctypes.c_void_p(make())
        if not self.place:
            raise MemoryError("not enough memory for the network")
        # When the process ends, its other threads may still be at work there.
        weakref.finalize(self, free, self.place).atexit = False


Kind = TypeVar("Kind", bound=Room)


class Rooms(Generic[Kind]):
    """Rooms of one kind: `take` gives one that nobody else has until it comes back by `give_back`;
    what an exception keeps from coming back is freed."""

    def __init__(self, make: Callable[[], Kind]) -> None:
        self._make = make
        self._idle: list[Kind] = []

    def take(self) -> Kind:
        """One that is idle, the one used last; or a new one."""
        try:
            return self._idle.pop()
        except IndexError:
            return self._make()

    def give_back(self, room: Kind) -> None:
        """Take a room back, which is idle from now on."""
        self._idle.append(room)

    def empty(self) -> None:
        """Free those that are idle."""
        self._idle.clear()
