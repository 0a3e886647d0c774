"""How many threads work at once."""

from __future__ import annotations

import os

FLOPS_OF_A_THREAD = 9e4
"""Multiplications and additions of a step that are worth a thread: threads meet in about 0.1 µs."""

FLOPS_OF_A_CALL = 1e8
"""Those of a call that are worth starting threads for: about a millisecond."""

CALLS = 30
"""After so many calls the number of threads that was slower is tried again."""


class ThreadCount:
    """How many threads to take for the next call: as many as find enough to do or, where other
    processes want the cores or these are far apart, one, if that has been faster of late. What a
    library computes does not depend on it.

    Args:
        threads: the most.
        flops: multiplications and additions of a step.
    """

    def __init__(self, threads: int, flops: float) -> None:
        self._threads, self._flops = threads, flops
        self._seconds: dict[int, float] = {}
        self._latest: dict[int, float] = {}
        self._calls = 0

    def threads(self, steps: int) -> int:
        """The number of threads for a call of so many steps."""
        if self._threads == 1 or steps * self._flops < FLOPS_OF_A_CALL:
            return 1
        self._calls += 1
        fast, *slow = sorted((self._threads, 1), key=lambda count: self._seconds.get(count, 0))
        return slow[0] if self._calls % CALLS == 0 else fast

    def took(self, threads: int, steps: int, seconds: float) -> None:
        """A call took so long. Short ones tell as well, of the first few steps: one thread takes at
        most so much, and need not be tried where more of them are faster."""
        took = seconds / steps
        # The better of two calls: a single slow one tells more of the machine than of threads.
        self._seconds[threads] = min(took, self._latest.get(threads, took))
        self._latest[threads] = took


def threads_worth(flops: float) -> int:
    """How many threads the native engine takes for steps of so many multiplications and additions:
    of those that there are, or that $OMP_NUM_THREADS allows, as many as find enough to do.

    Raises:
        ValueError: $OMP_NUM_THREADS is no number.
    """
    return max(1, min(threads_allowed(), int(flops / FLOPS_OF_A_THREAD)))


def threads_allowed() -> int:
    """The cores, or as many of them as $OMP_NUM_THREADS says (of a list, the first); ValueError
    where it is no number of at least 1."""
    given = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    if not given:
        return cores()
    if not given.isdecimal() or not given.strip("0"):
        raise ValueError(f"OMP_NUM_THREADS must be a number of at least 1, not {given[:20]!r}")
    # What has more digits than Python reads is more than there are cores.
    return cores() if len(given) > 9 else min(int(given), cores())


def at_most_cores(threads: int | None) -> tuple[int | None, str]:
    """As many threads as were asked for, of the cores that there are, and a note where these are
    fewer: threads wait for each other at work, and without a core each they wait for ever."""
    if threads is None or threads <= (most := cores()):
        return threads, ""
    words = "one thread works, as there is one core"
    if most > 1:
        words = f"{most} threads work at once, as there are {most} cores"
    return most, words


def cores() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
