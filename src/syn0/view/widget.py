"""The widget of notebooks: a session that takes turns with the cells of its kernel.

What it shows without a kernel is its recording, which the notebook saves with it.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Generator
from typing import Any

import anywidget
import traitlets

from syn0.models import Examples, Network
from syn0.view import STATIC
from syn0.view.protocol import Message, packed, unpacked
from syn0.view.recipes import check_cost, usual_recipe
from syn0.view.recording import Tape, recording, taking
from syn0.view.session import Session
from syn0.view.shelf import Kept, Lesson, Shelf

MOST_RECORDED = 150_000
"""Bytes of the recording: notebooks write them in base64, as 200 KB."""

TURN_SECONDS, BREATH_SECONDS = 0.02, 0.005
"""How long the widget keeps the kernel, and how long it leaves it to others."""

REST_SECONDS, RESTS_A_RECORDING = 1.0, 5
"""Without anything new, after which a recording is made of where the widget stands: at least so
long, and so many times as long as the last one took."""

UNSEEN_SECONDS = 60.0
"""Of training without a word from the browser, after which it pauses: nobody looks any more."""


class Widget(anywidget.AnyWidget):
    """A network that learns before one's eyes, line by line; `Network.watch` makes it.

    Attributes:
        recipe: what its run follows from, and where it stands.
        recording: the steps around there, which are shown where no kernel is.
        session: that answers the browser.
    """

    _esm = STATIC / "widget.js"
    recipe = traitlets.Dict().tag(sync=True)
    recording = traitlets.Bytes().tag(sync=True)

    def __init__(self, session: Session) -> None:
        session.open({}, [])
        self.session = session
        # JupyterLab may have messages answered in another thread than the kernel's first one.
        self._lock = threading.RLock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._turns: asyncio.Task[None] | None = None
        self._is_recorded = False
        self._changed = self._unseen = 0.0
        self._rest = REST_SECONDS
        self._taking: Generator[None, None, None] | None = None
        super().__init__(recipe=session.run.standing, recording=recording(session, MOST_RECORDED))
        self.on_msg(self._receive)

    def __repr__(self) -> str:
        run = self.session.run
        return f"{run.made.network.spec} at step {run.step:,}, to be looked at in a notebook"

    def _receive(self, _: object, content: object, buffers: list[Any]) -> None:
        """Answer the browser, and go on where it wants more than an answer."""
        with self._lock:
            self._changed, self._unseen, self._is_recorded = time.monotonic(), 0.0, False
            self._stop_recording()
            for buffer in buffers:
                self._say(self._answers(bytes(buffer)))
            self._take_turns()

    def _answers(self, content: bytes) -> list[Message]:
        """What is said to a message. The run that is open stays: another view of the widget, or a
        page that was loaded again, goes on with it."""
        try:
            header, arrays = unpacked(content)
        except ValueError as error:
            return [self.session.stamped({"type": "error", "words": str(error), "about": ""})]
        if header.get("type") != "open":
            return self.session.answer(header, arrays)
        self.session.in_flight = None
        is_bad = self.session.state() == "diverged"
        now = self.session.diverged() if is_bad else self.session.shown()
        return [*self.session.everything(), *now]

    def _say(self, messages: list[Message]) -> None:
        if messages and self.comm is not None:
            contents = [packed(header, arrays) for header, arrays in messages]
            self.send({"kind": "syn0"}, buffers=contents)

    def _take_turns(self) -> None:
        """See that an event loop comes back here, as long as there is something to do."""
        if self._loop is not None and self._loop.is_running():
            return
        try:
            self._loop = asyncio.get_running_loop()
        except RuntimeError:  # messages come from an event loop, but in tests
            return
        self._turns = self._loop.create_task(self._go_on())

    async def _go_on(self) -> None:
        """Take turns, as long as this loop is the one that does."""
        loop = asyncio.get_running_loop()
        while self._loop is loop:
            with self._lock:
                pause = self._turn()
                if pause is None:
                    self._loop = None
                    return
            await asyncio.sleep(pause)

    def _turn(self) -> float | None:
        """Train a little; once nothing happens any more, record where that has led. The seconds
        to wait before the next turn; None where there is nothing more to do."""
        if self.comm is None:
            return None
        if self.session.wants_time:
            self._advance()
            return BREATH_SECONDS
        if self._is_recorded:
            return None
        if time.monotonic() - self._changed < self._rest:
            return REST_SECONDS / 4
        self._record()
        return BREATH_SECONDS

    def _advance(self) -> None:
        self._changed, self._is_recorded = time.monotonic(), False
        self._unseen += TURN_SECONDS
        if self._unseen > UNSEEN_SECONDS and self.session.is_playing:
            self._say(self.session.answer({"type": "pause"}))
        else:
            self._say(self.session.advance(TURN_SECONDS))

    def _record(self) -> None:
        """Record a little of where the widget stands; once all is recorded, it is told."""
        started = time.monotonic()
        if self._taking is None:
            self._tape, self._spent = Tape(MOST_RECORDED), 0.0
            self._taking = taking(self.session, self._tape)
        for _ in self._taking:
            if time.monotonic() - started > TURN_SECONDS:
                self._spent += time.monotonic() - started
                return
        self._taking, self._is_recorded = None, True
        with self.hold_sync():
            self.recipe, self.recording = self.session.run.standing, self._tape.content()
        self._rest = max(REST_SECONDS, RESTS_A_RECORDING * self._spent)

    def _stop_recording(self) -> None:
        """Leave a recording that is not finished: the session is needed."""
        if self._taking is not None:
            self._taking.close()
            self._taking = None


def watch(network: Network, X: Any, y: Any, **how: Any) -> Widget:
    """The widget of a network on these rows; see `Network.watch`."""
    job = network.replay(X, y, **how).job
    check_cost(network, job.training, job.rows)
    examples = Examples(job.arrays["X"], job.arrays["y"], job.arrays.get("sample_weight"))
    twin = Network.from_record(network.record())
    twin.training = job.training
    shelf, name = Shelf(), "the notebook's rows"
    shelf.keep(Kept(name, "rows", Lesson(twin, examples), 0))
    recipe = usual_recipe({"id": "file", "name": name, "hash": "rows"})
    return Widget(Session({**recipe, "network": {}}, shelf))
