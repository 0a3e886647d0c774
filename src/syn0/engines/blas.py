"""How many threads NumPy's matrix products may use, which is the whole process's."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any


@dataclass(eq=False)
class Limit:
    """A limit that a thread has set.

    Attributes:
        limiter: knows the numbers from before it.
        over: the work that it was for is done.
    """

    limiter: Any
    thread: int
    over: bool = False


class Limits:
    """Limits that stand, the latest last. What was there before the first one comes back when all
    are over, in whatever order they end: two trainings at once end as they like."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._stack: list[Limit] = []
        if hasattr(os, "register_at_fork"):
            # No process is forked while a limit is set: it would wait for the lock for ever.
            os.register_at_fork(
                before=self._lock.acquire,
                after_in_parent=self._lock.release,
                after_in_child=self._alone,
            )

    @contextmanager
    def at_most(self, threads: int) -> Iterator[None]:
        """Products use so many threads at most."""
        with self._lock:
            limiter = thread_pools().limit(limits=threads, user_api="blas")
            limit = Limit(limiter, threading.get_ident())
            self._stack.append(limit)
        try:
            yield
        finally:
            with self._lock:
                limit.over = True
                while self._stack and self._stack[-1].over:
                    self._stack.pop().limiter.restore_original_limits()

    def _alone(self) -> None:
        """Forget, in a forked process, the other threads: they are not there to end their
        limits."""
        for limit in self._stack:
            limit.over |= limit.thread != threading.get_ident()
        self._lock.release()


@cache
def thread_pools() -> Any:
    """The thread pools of this process, looked up once."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


LIMITS = Limits()
