"""The page in a notebook: the same session and front end, carried by anywidget."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from syn0.models import Examples, Network
from syn0.spec import Training
from syn0.view import STATIC
from syn0.view.protocol import Message, packed, unpacked
from syn0.view.recipes import usual_recipe
from syn0.view.recording import recording
from syn0.view.session import Session
from syn0.view.shelf import Kept, Lesson, Shelf

MOST_RECORDED = 200 * 1024
"""Bytes of the recording that a notebook keeps."""

STRETCH_SECONDS, QUIET_SECONDS = 0.02, 1.0
"""How long it trains before the kernel may do other things, and how long nobody asks until a
recording is made."""


def watch(network: Network, X: Any, y: Any, *, training: Training | None = None) -> Any:
    """The page of a network in a notebook, from where the network stands; it does not move.

    Args:
        X, y: as in `Network.train`.
        training: how it is trained; by default as it last was, or as the tutorial does.

    Returns:
        A widget. What it shows is kept in the notebook: reopened without a kernel, it still steps.

    Raises:
        TypeError, ValueError: arrays that do not fit.
        ModuleNotFoundError: anywidget is not installed.
    """
    return widget_class()(session_of(network, X, y, training))


def session_of(network: Network, X: Any, y: Any, training: Training | None = None) -> Session:
    """A session that begins with a network and its rows."""
    replay = network.replay(X, y, training=training)
    arrays = replay.job.arrays
    examples = Examples(arrays["X"], arrays["y"], arrays.get("sample_weight"))
    twin = Network.from_record(network.record())
    twin.training = replay.job.training
    digest = sha256(b"".join(array.tobytes() for array in examples.arrays().values())).hexdigest()
    shelf = Shelf()
    shelf.keep(Kept("arrays", digest, Lesson(twin, examples), 0))
    recipe = usual_recipe({"id": "file", "name": "arrays", "hash": digest})
    return Session({**recipe, "network": {}}, shelf)


def widget_class() -> type[Any]:
    """The widget, made where anywidget is."""
    try:
        import anywidget
        import traitlets
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"to watch a network in a notebook {error.name} is needed: pip install 'syn0[notebook]'"
        ) from None

    class Watch(anywidget.AnyWidget):
        """A network that is watched."""

        _esm = (STATIC / "widget.js").read_text(encoding="utf-8")
        recipe = traitlets.Dict().tag(sync=True)
        recording = traitlets.Bytes(b"").tag(sync=True)

        def __init__(self, session: Session) -> None:
            super().__init__()
            self.session = session
            self.host = Kernel(session, self.say)
            session.answer({"type": "open"})
            self.keep()
            self.on_msg(self.asked)

        def say(self, messages: list[Message]) -> None:
            """Send messages to the page."""
            if messages:
                self.send({"kind": "syn0"}, buffers=[packed(*message) for message in messages])

        def asked(self, _: Any, content: Any, buffers: list[Any]) -> None:
            """Answer what the page asks."""
            for buffer in buffers:
                self.host.answer(bytes(buffer))
            self.host.later(self.keep)

        def keep(self) -> None:
            """Keep in the notebook what is shown."""
            run = self.session.run
            self.recipe = {**run.recipe, "step": run.step, "line": run.line}
            self.recording = recording(self.session, MOST_RECORDED)

    return Watch


class Kernel:
    """What makes a session go on between a kernel's other work."""

    def __init__(self, session: Session, say: Callable[[list[Message]], None]) -> None:
        self.session, self.say = session, say
        self.task: asyncio.Task[None] | None = None
        self.timer: asyncio.TimerHandle | None = None

    def answer(self, content: bytes) -> None:
        """Answer a message, and train if it asks for that."""
        try:
            header, arrays = unpacked(content)
        except ValueError as error:
            self.say([self.session.stamped({"type": "error", "words": str(error), "about": ""})])
            return
        self.say(self.session.answer(header, arrays))
        if self.session.wants_time and (self.task is None or self.task.done()):
            self.task = asyncio.get_running_loop().create_task(self.go_on())

    async def go_on(self) -> None:
        """Train, a little at a time."""
        while self.session.wants_time:
            self.say(self.session.advance(STRETCH_SECONDS))
            await asyncio.sleep(0.001)

    def later(self, work: Callable[[], None]) -> None:
        """Do some work once nobody has asked for a while, and no training goes on."""

        def now() -> None:
            if self.session.wants_time:
                self.later(work)
            else:
                work()

        if self.timer is not None:
            self.timer.cancel()
        self.timer = asyncio.get_running_loop().call_later(QUIET_SECONDS, now)
