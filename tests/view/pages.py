"""A session as a page uses it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from syn0.view.protocol import Message, packed, unpacked
from syn0.view.session import Session

BRIEF: dict[str, Any] = {"network": {"net": "3-4-1"}, "training": {"steps": 2_000}}
"""The usual run, for who goes to its end."""


class Visitor:
    """Asks, and paints every frame at once."""

    def __init__(self, session: Session | None = None, **how: Any) -> None:
        self.session = session or Session()
        self.frame: Message = ({}, [])
        self.latest: dict[str, Message] = {}
        self.ask("open", **how)

    def ask(self, kind: str, content: bytes | None = None, /, **how: Any) -> list[Message]:
        """What is said to a message, through the framing."""
        arrays = [] if content is None else [np.frombuffer(content, np.uint8)]
        return self.take(self.session.answer({"type": kind, **how}, arrays))

    def take(self, messages: list[Message]) -> list[Message]:
        """Read messages, and paint."""
        found = [unpacked(packed(header, arrays)) for header, arrays in messages]
        for message in found:
            self.latest[message[0]["type"]] = message
            if message[0]["type"] == "frame":
                self.frame = message
                more = self.session.answer({"type": "ack", "sequence": message[0]["sequence"]})
                found += self.take(more)
        return found

    def wait(self) -> list[Message]:
        """Let the session work until it has nothing to do."""
        found: list[Message] = []
        while self.session.wants_time:
            found += self.take(self.session.advance(0.05))
        return found

    def one(self, kind: str, /, **how: Any) -> dict[str, Any]:
        """The header of the only answer."""
        ((header, _),) = self.ask(kind, **how)
        return header

    @property
    def at(self) -> tuple[int, int]:
        """Where the page stands."""
        return self.frame[0]["step"], self.frame[0]["line"]

    @property
    def words(self) -> str:
        """The last refusal."""
        words: str = self.latest["error"][0]["words"]
        return words


def apart(work: Callable[..., Any], *given: Any) -> Any:
    """What some work gives in a thread of its own: a browser's loop may run in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work, *given).result()


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine gives, on a loop of its own."""
    return apart(asyncio.run, coroutine)
