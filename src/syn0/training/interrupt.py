"""Ctrl-C between steps: training ends whole, with what it has learned."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import Any

ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""The signals that ask a process to end, beside Ctrl-C: from `kill`, or a terminal that closes."""


class Interrupt:
    """Whether a signal has asked training to end, and the number of the latest one.

    It is the handler of these signals: it notes the first one of each and lets the second one end
    what is going on at once. Within another one, it tells that one too, and knows what that one
    was told before.

    Attributes:
        number: the latest signal's, or None.
        patient: whether no signal ends what is going on, as while a file is written.
    """

    def __init__(self) -> None:
        self.number: int | None = None
        self.patient = False
        self.thread = threading.get_ident()
        self.before: dict[int, Any] = {}
        self._noted: set[int] = set()
        self._around: set[Interrupt] = set()

    @property
    def requested(self) -> bool:
        """Whether any signal has come."""
        return self.number is not None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Note a signal; end what is going on where it is not the first one."""
        again = number in self._noted
        self.tell(number)
        if again and not self.patient:
            if number == signal.SIGINT:
                raise KeyboardInterrupt
            raise SystemExit(128 + number)  # the status that shells have for a signal

    def tell(self, number: int) -> None:
        """Note a signal here and in what is around."""
        self.number = number
        self._noted.add(number)
        for interrupt in self._around:
            interrupt.tell(number)

    @contextmanager
    def catching(self, number: int) -> Iterator[None]:
        """Be the handler of a signal, unless it is ignored, as Ctrl-C is in jobs of a shell's
        background and SIGHUP under nohup."""
        before = self.before[number] = signal.getsignal(number)
        if before in (signal.SIG_IGN, None):
            yield
            return
        if isinstance(before, Interrupt):
            self._around.add(before)
        signal.signal(number, self)
        try:
            if isinstance(before, Interrupt) and number in before._noted:  # it came earlier
                self.tell(number)
            yield
        finally:
            signal.signal(number, before)


@contextmanager
def catching_interrupt(*more: int) -> Iterator[Interrupt]:
    """Note the first Ctrl-C instead of raising KeyboardInterrupt; the second one raises it.

    So with `more` signals, the second of which ends the process with 128 and its number; and with
    those that are caught around this. Nothing changes in other threads than the main one, to which
    Python delivers signals.
    """
    interrupt = Interrupt()
    with ExitStack() as stack:
        if threading.current_thread() is threading.main_thread():
            around = {n for n in ENDING if isinstance(signal.getsignal(n), Interrupt)}
            for number in {signal.SIGINT, *more, *around}:
                stack.enter_context(interrupt.catching(number))
        yield interrupt


def forget_others() -> None:
    """Handle signals as before the trainings of other threads: a forked process lacks these, so
    that nobody would look at what was noted."""
    for number in (signal.SIGINT, *ENDING):
        handler = now = signal.getsignal(number)
        while isinstance(handler, Interrupt) and handler.thread != threading.get_ident():
            handler = handler.before[number]
        if handler is not now:
            signal.signal(number, handler)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=forget_others)
