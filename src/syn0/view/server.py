"""The page's server: it gives out four files and holds a socket for each page.

It serves this machine alone, unless told otherwise. Whoever knows the address with its token may
ask; a page of another site may not, whatever name it gave to this machine: the token, the Host and,
on the socket, the Origin must all be right.
"""

from __future__ import annotations

import asyncio
import hmac
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from syn0.view import STATIC
from syn0.view.protocol import Message, Recipe, packed, unpacked
from syn0.view.session import Session
from syn0.view.shelf import MOST_UPLOAD, Shelf

FILES = {
    "/": ("index.html", "text/html"),
    "/page.js": ("page.js", "text/javascript"),
    "/editor.js": ("editor.js", "text/javascript"),
    "/page.css": ("page.css", "text/css"),
}
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
"""The names of this machine; no name that another site could choose is among them."""

MOST_MESSAGE = MOST_UPLOAD + 2**16
MOST_HEADER = 2**20
MOST_SOCKETS = 16
MOST_WAITING = 256
"""Messages of a page that may wait to be answered."""

OPEN_SECONDS = 10
TURN_SECONDS, STRETCH_SECONDS = 0.02, 0.005
"""How long a page trains before another one may, and before it looks whether somebody waits."""

PAINT_SECONDS = 0.25
"""How long all pages' training rests, at most, while a browser paints an answer."""

PATIENCE_SECONDS = 0.5
"""How long a page may wait for a core before it is told so."""

REFUSED, FULL = 1008, 1013
"""Why sockets are closed, in the numbers of RFC 6455."""

HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

WHERE = "open the address that syn0 play has printed: it ends with a token"


@dataclass
class House:
    """What all pages share.

    Attributes:
        port: that the server listens at.
        names: of the machine, as addresses may have them.
        token: without which nobody is answered.
        recipe: with which a page begins; None for exclusive-or.
        shelf: the files that recipes may speak of.
    """

    port: int
    names: tuple[str, ...] = LOOPBACK
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    recipe: Recipe | None = None
    shelf: Shelf = field(default_factory=Shelf)
    sockets: int = 0

    def __post_init__(self) -> None:
        # One core is left to answers, and to the browser.
        self.turns = asyncio.Semaphore(max(1, (os.cpu_count() or 1) - 1))
        self.waiting = 0
        self.calm = asyncio.Event()
        self.calm.set()

    async def turn(self) -> None:
        """Wait until a page may train; it gives its turn back with `turns.release`."""
        while True:
            await self.calm.wait()
            await self.turns.acquire()
            if self.calm.is_set():
                return
            self.turns.release()  # somebody has asked for something while this page queued

    @contextmanager
    def answering(self) -> Iterator[None]:
        """While somebody waits for an answer, or for its painting, no page trains."""
        self.waiting += 1
        self.calm.clear()
        try:
            yield
        finally:
            self.waiting -= 1
            if not self.waiting:
                self.calm.set()

    @property
    def hosts(self) -> set[str]:
        """What the Host of a request may say."""
        return {f"{name}:{self.port}" for name in self.names}

    def is_from_here(self, headers: Headers, *, is_socket: bool) -> bool:
        """Whether a request names this machine and comes from its own page. A page that is asked
        for has no origin; a socket always has one."""
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self.hosts:
            return False
        origins = headers.getlist("origin")
        if not origins:
            return not is_socket
        origin = urlsplit(origins[0])
        return len(origins) == 1 and origin.scheme == "http" and origin.netloc == hosts[0].lower()

    def knows(self, token: object) -> bool:
        """Whether a token is the right one."""
        return isinstance(token, str) and hmac.compare_digest(token.encode(), self.token.encode())


def policy(host: str) -> str:
    """What a page may load, and whom it may speak to."""
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            f"connect-src 'self' ws://{host}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    )


class Guard:
    """Lets nobody in who does not name this machine, or comes from another site's page."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self.app, self.house = app, house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at a request before anything else does."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        is_socket = scope["type"] == "websocket"
        if self.house.is_from_here(Headers(scope=scope), is_socket=is_socket):
            await self.app(scope, receive, send)
        elif is_socket:
            await WebSocket(scope, receive, send).close(REFUSED)
        else:
            response = PlainTextResponse("this is not a page of yours", 403, HEADERS)
            await response(scope, receive, send)


def application(house: House) -> Starlette:
    """The server's two doors: files, and the socket."""

    async def file(request: Request) -> Response:
        name, kind = FILES[request.url.path]
        headers = {**HEADERS, "Content-Security-Policy": policy(request.headers["host"])}
        if name == "index.html" and not house.knows(request.query_params.get("token")):
            return PlainTextResponse(WHERE, 403, headers)
        return Response((STATIC / name).read_bytes(), media_type=kind, headers=headers)

    async def socket(websocket: WebSocket) -> None:
        await serve(websocket, house)

    app = Starlette(
        routes=[*(Route(path, file) for path in FILES), WebSocketRoute("/socket", socket)]
    )
    app.add_middleware(Guard, house=house)
    return app


async def serve(websocket: WebSocket, house: House) -> None:
    """A page's socket: its first message holds the token, and its session ends with it."""
    await websocket.accept()
    if house.sockets >= MOST_SOCKETS:
        await websocket.close(FULL, f"{MOST_SOCKETS} pages are open: close one")
        return
    house.sockets += 1
    worker = ThreadPoolExecutor(1, "syn0-page")
    try:
        first = await asyncio.wait_for(websocket.receive_bytes(), OPEN_SECONDS)
        header, arrays = read(first)
        if header.get("type") != "open" or not house.knows(header.get("token")):
            await websocket.close(REFUSED, WHERE)
            return
        await Page(websocket, house, worker).go(header, arrays)
    except (TimeoutError, ValueError, KeyError):
        await closed(websocket, REFUSED)
    except WebSocketDisconnect:
        pass
    finally:
        house.sockets -= 1
        worker.shutdown(wait=False, cancel_futures=True)


async def closed(websocket: WebSocket, code: int) -> None:
    """Close a socket that may be closed already."""
    try:
        await websocket.close(code)
    except (RuntimeError, WebSocketDisconnect):
        return


def read(content: bytes) -> Message:
    """A message of a page; ValueError where it is none."""
    if int.from_bytes(content[:4], "little") > MOST_HEADER:
        raise ValueError("the message's header is too long")
    return unpacked(content)


class Page:
    """A page's session, in a thread of its own, so that none waits for another's numbers."""

    def __init__(self, websocket: WebSocket, house: House, worker: ThreadPoolExecutor) -> None:
        self.websocket, self.house, self.worker = websocket, house, worker
        self.session = Session(house.recipe, house.shelf)
        self.session.runs_programs = {*house.names} == {*LOOPBACK}
        self.inbox: asyncio.Queue[Message | str | None] = asyncio.Queue(MOST_WAITING)
        self.session.hurries = lambda: not self.inbox.empty()
        self.post = asyncio.Event()
        self.claim: asyncio.Task[Any] | None = None
        self.painting = ExitStack()
        self.painted: int | None = None
        self.alarm: asyncio.TimerHandle | None = None

    async def go(self, header: dict[str, Any], arrays: list[Any]) -> None:
        """Answer, and train in between, until the page is gone."""
        await self.say(lambda: self.session.answer(header, arrays))
        reader = asyncio.create_task(self.listen())
        try:
            while True:
                if self.session.wants_time and self.inbox.empty():
                    await self.take_a_turn()
                    continue
                if not self.session.wants_time:
                    self.leave_the_queue()
                message = await self.inbox.get()
                if self.inbox.empty():
                    self.post.clear()
                if message is None:
                    return
                await self.respond(message)
        finally:
            self.wake()
            self.leave_the_queue()
            reader.cancel()

    async def respond(self, message: Message | str) -> None:
        """Answer a message; while a browser paints what somebody has asked for, all pages rest."""
        if is_a(message, "ack", "check"):
            await self.say(self.answering(message))
            if self.session.in_flight != self.painted:
                self.wake()
            return
        with self.house.answering():
            await self.say(self.answering(message))
            session = self.session
            if session.in_flight is not None and not session.is_hidden and not session.seeking:
                self.rest(session.in_flight)

    def rest(self, frame: int) -> None:
        """Let all pages rest until a frame is painted, but not for long."""
        self.wake()
        self.painted = frame
        self.painting.enter_context(self.house.answering())
        self.alarm = asyncio.get_running_loop().call_later(PAINT_SECONDS, self.wake)

    def wake(self) -> None:
        """Let them train again."""
        if self.alarm is not None:
            self.alarm.cancel()
        self.painting.close()

    async def take_a_turn(self) -> None:
        """Train a little, once a core is free; where that takes long, say that the page waits for
        one. It stays in the queue while it answers what comes meanwhile."""
        self.claim = self.claim or asyncio.create_task(self.house.turn())
        post = asyncio.create_task(self.post.wait())
        await asyncio.wait(
            [self.claim, post], timeout=PATIENCE_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        post.cancel()
        if self.claim.done():
            self.claim = None
            try:
                await self.say(self.turn)
            finally:
                self.house.turns.release()
        elif self.inbox.empty() and not self.session.is_queued:
            await self.say(self.session.wait)

    def turn(self) -> list[Message]:
        """Train until there is something to say, or somebody waits; for a short time at most."""
        end = time.perf_counter() + TURN_SECONDS
        found: list[Message] = []
        while self.session.wants_time and self.inbox.empty() and not found:
            found = self.session.advance(STRETCH_SECONDS)
            is_slow = self.session.rate is not None  # it may sleep between steps
            if is_slow or self.house.waiting or time.perf_counter() > end:
                break
        return found

    def leave_the_queue(self) -> None:
        """Give back a turn, or the place in the queue for one."""
        claim, self.claim, self.session.is_queued = self.claim, None, False
        if claim is not None and not claim.cancel():  # it is a turn already
            self.house.turns.release()

    def answering(self, message: Message | str) -> Callable[[], list[Message]]:
        """A function that answers a message, or tells what was wrong with one that could not be
        read."""
        if isinstance(message, str):
            words = {"type": "error", "words": message, "about": ""}
            return lambda: [self.session.stamped(words)]
        return lambda: self.session.answer(*message)

    async def listen(self) -> None:
        """Take what the page says; None at its end."""
        try:
            while True:
                content = await self.websocket.receive_bytes()
                try:
                    message: Message | str = read(content)
                except ValueError as error:
                    message = str(error)
                self.overtake(message)
                await self.inbox.put(message)
                self.post.set()
        except (WebSocketDisconnect, RuntimeError, KeyError):  # KeyError: a text, not bytes
            self.session.stopper.stop()
            while not self.inbox.empty():
                self.inbox.get_nowait()
            self.inbox.put_nowait(None)
            self.post.set()

    def overtake(self, message: Message | str) -> None:
        """Forget a place to go to that still waits, where the message names another."""
        waiting = self.inbox._queue  # type: ignore[attr-defined]
        if waiting and is_a(message, "go") and is_a(waiting[-1], "go"):
            waiting.pop()

    async def say(self, work: Callable[[], Iterable[Message]]) -> None:
        """Send what some work, done in the page's thread, has to say."""
        loop = asyncio.get_running_loop()
        contents = await loop.run_in_executor(
            self.worker, lambda: [packed(header, arrays) for header, arrays in work()]
        )
        for content in contents:
            await self.websocket.send_bytes(content)


def is_a(message: Message | str | None, *kinds: str) -> bool:
    """Whether a message is of one of some kinds."""
    return isinstance(message, tuple) and message[0].get("type") in kinds
