"""Who is let in: only this machine's own page, with the token."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from syn0.view import server
from syn0.view.protocol import packed, unpacked
from syn0.view.server import House, application
from syn0.view.session import Session
from tests.view.pages import run

HERE = "http://127.0.0.1:7310"
OWN = {"origin": HERE, "host": "127.0.0.1:7310"}


@pytest.fixture
def house() -> House:
    return House(7310)


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with TestClient(application(house), base_url=HERE) as client:
        yield client


def test_the_page_is_given_to_who_knows_the_token(client: TestClient, house: House) -> None:
    page = client.get("/", params={"token": house.token})
    assert page.status_code == 200
    assert 'id="syn0"' in page.text
    assert house.token not in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert client.get("/page.js").status_code == 200
    assert client.get("/page.css").status_code == 200
    assert client.get("/editor.js").headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize("token", ["", "wrong", "é"])
def test_the_page_is_not_given_to_others(client: TestClient, token: str) -> None:
    refused = client.get("/", params={"token": token})
    assert refused.status_code == 403
    assert "token" in refused.text


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:7310", "127.0.0.1", "127.0.0.1:80", "localhost.evil:7310",
     "127.0.0.1:7310.evil", "", "0.0.0.0:7310"],
)  # fmt: skip
def test_other_hosts_are_refused_on_page_and_socket(
    client: TestClient, house: House, host: str
) -> None:
    page = client.get("/", params={"token": house.token}, headers={"host": host})
    assert page.status_code == 403
    assert house.token not in page.text
    headers = {"host": host, "origin": f"http://{host}"}  # what DNS rebinding makes equal
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/socket", headers=headers):
        pass


@pytest.mark.parametrize(
    "origin",
    [None, "null", "http://evil.example", "https://127.0.0.1:7310", "http://127.0.0.1:7311",
     "http://localhost:7310", "http://127.0.0.1:7310.evil.example"],
)  # fmt: skip
def test_other_origins_are_refused(client: TestClient, house: House, origin: str | None) -> None:
    headers = {"host": "127.0.0.1:7310"} | ({} if origin is None else {"origin": origin})
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/socket", headers=headers):
        pass
    if origin is not None:
        page = client.get("/", params={"token": house.token}, headers=headers)
        assert page.status_code == 403


@pytest.mark.parametrize("name", ["localhost", "[::1]"])
def test_this_machine_has_several_names(client: TestClient, house: House, name: str) -> None:
    headers = {"host": f"{name}:7310", "origin": f"http://{name}:7310"}
    assert client.get("/page.js", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/../server.py", "/static/page.js", "/%2e%2e/server.py", "/..%2fserver.py", "//etc/passwd",
     "/page.js/../../server.py", "/index.html", "/widget.js"],
)  # fmt: skip
def test_nothing_else_is_given_out(client: TestClient, house: House, path: str) -> None:
    assert client.get(path, params={"token": house.token}).status_code == 404


def said(socket: Any) -> dict[str, Any]:
    return unpacked(socket.receive_bytes())[0]


def opened(socket: Any, house: House) -> dict[str, Any]:
    """Open a session; its first frame."""
    socket.send_bytes(packed({"type": "open", "token": house.token}))
    return frame_of(socket)


def frame_of(socket: Any) -> dict[str, Any]:
    """The next frame."""
    while (header := said(socket))["type"] != "frame":
        pass
    return header


def test_a_page_is_answered(client: TestClient, house: House) -> None:
    with client.websocket_connect("/socket", headers=OWN) as socket:
        frame = opened(socket, house)
        socket.send_bytes(packed({"type": "ack", "sequence": frame["sequence"]}))
        socket.send_bytes(packed({"type": "move", "unit": "line", "count": 1}))
        assert (said(socket)["line"], house.sockets) == (0, 1)
    until(lambda: house.sockets == 0)


@pytest.mark.parametrize(
    "first",
    [
        packed({"type": "open"}),
        packed({"type": "open", "token": "wrong"}),
        packed({"type": "open", "token": None}),
        packed({"type": "play"}),
        b"",
        b"\xff" * 100,
        (2**30).to_bytes(4, "little") + b"{}",
    ],
)
def test_without_the_token_nobody_is_answered(
    client: TestClient, house: House, first: bytes
) -> None:
    with client.websocket_connect("/socket", headers=OWN) as socket:
        socket.send_bytes(first)
        with pytest.raises(WebSocketDisconnect):
            socket.receive_bytes()
    until(lambda: house.sockets == 0)


def test_what_is_no_message_is_told_and_the_page_goes_on(client: TestClient, house: House) -> None:
    with client.websocket_connect("/socket", headers=OWN) as socket:
        opened(socket, house)
        for junk in (b"", b"\x05\x00\x00\x00nojso", (2**28).to_bytes(4, "little") + b"{}"):
            socket.send_bytes(junk)
            assert said(socket)["type"] == "error"
        socket.send_bytes(packed({"type": "link"}))
        assert said(socket)["type"] == "link"


def test_a_closed_tab_stops_its_training(
    client: TestClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[float] = []
    advance = Session.advance

    def counted(self: Session, seconds: float) -> Any:
        calls.append(time.monotonic())
        return advance(self, seconds)

    monkeypatch.setattr(Session, "advance", counted)
    with client.websocket_connect("/socket", headers=OWN) as socket:
        opened(socket, house)
        socket.send_bytes(packed({"type": "play", "rate": 100.0}))
        until(lambda: len(calls) > 3)
    until(lambda: house.sockets == 0)
    count = len(calls)
    time.sleep(0.2)
    assert len(calls) == count


def test_who_waits_for_an_answer_goes_before_training(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    stretches: list[float] = []

    def advance(seconds: float) -> list[Any]:
        stretches.append(seconds)
        return []

    page = server.Page(None, house, None)  # type: ignore[arg-type]
    page.session.answer({"type": "open"})
    page.session.answer({"type": "play"})
    monkeypatch.setattr(page.session, "advance", advance)
    with house.answering():  # another page
        assert not house.calm.is_set()
        page.turn()
    assert (len(stretches), house.calm.is_set()) == (1, True)
    page.inbox.put_nowait(({"type": "pause"}, []))
    page.turn()
    assert len(stretches) == 1


def test_all_pages_rest_until_an_answer_is_painted(
    client: TestClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "PAINT_SECONDS", 60)
    with client.websocket_connect("/socket", headers=OWN) as socket:
        opened(socket, house)
        socket.send_bytes(packed({"type": "move", "unit": "line", "count": 1}))
        frame = frame_of(socket)
        time.sleep(0.05)  # the answer is given
        assert not house.calm.is_set()
        socket.send_bytes(packed({"type": "ack", "sequence": frame["sequence"]}))
        until(house.calm.is_set)
        socket.send_bytes(packed({"type": "move", "unit": "line", "count": 1}))
        frame_of(socket)
    until(house.calm.is_set)  # who is gone paints nothing


def test_who_never_paints_does_not_stop_the_others(
    client: TestClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "PAINT_SECONDS", 0)
    with client.websocket_connect("/socket", headers=OWN) as socket:
        opened(socket, house)
        socket.send_bytes(packed({"type": "move", "unit": "line", "count": 1}))
        frame_of(socket)
        until(house.calm.is_set)


def test_a_turn_is_not_begun_while_somebody_waits(house: House) -> None:
    async def scene() -> None:
        house.turns = asyncio.Semaphore(0)  # all cores are taken
        claim = asyncio.create_task(house.turn())
        await asyncio.sleep(0)
        with house.answering():
            house.turns.release()
            await asyncio.sleep(0.01)
            assert not claim.done()
        await claim

    run(scene())


def test_who_waits_for_a_core_is_told_so_and_can_stop_waiting(
    client: TestClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "PATIENCE_SECONDS", 0.05)

    def state(socket: Any, kind: str, **how: Any) -> str:
        socket.send_bytes(packed({"type": kind, **how}))
        header = frame_of(socket)
        socket.send_bytes(packed({"type": "ack", "sequence": header["sequence"]}))
        return str(header["state"])

    def next_state(socket: Any) -> str:
        return str(frame_of(socket)["state"])

    with client.websocket_connect("/socket", headers=OWN) as socket:
        frame = opened(socket, house)
        socket.send_bytes(packed({"type": "ack", "sequence": frame["sequence"]}))
        free, house.turns._value = house.turns._value, 0  # others have all of them
        assert state(socket, "play", rate=100.0) == "playing"
        assert next_state(socket) == "waiting"
        socket.send_bytes(packed({"type": "ack", "sequence": 10**6}))
        assert state(socket, "pause") == "paused"
        assert state(socket, "play", rate=100.0) == "playing"
        assert next_state(socket) == "waiting"
        socket.send_bytes(packed({"type": "ack", "sequence": 10**6}))
        client.portal.call(house.turns.release)  # type: ignore[union-attr]
        assert next_state(socket) == "playing"
    until(lambda: house.sockets == 0)
    assert house.turns._value == 1 <= free


def test_so_many_pages_are_enough(
    client: TestClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MOST_SOCKETS", 1)
    with client.websocket_connect("/socket", headers=OWN) as first:
        opened(first, house)
        with client.websocket_connect("/socket", headers=OWN) as second:
            with pytest.raises(WebSocketDisconnect) as refused:
                second.receive_bytes()
            assert refused.value.code == server.FULL


def test_who_says_nothing_is_sent_away(
    client: TestClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "OPEN_SECONDS", 0.05)
    connected = client.websocket_connect("/socket", headers=OWN)
    with connected as socket, pytest.raises(WebSocketDisconnect):
        socket.receive_bytes()
    until(lambda: house.sockets == 0)


def until(holds: Any, seconds: float = 60.0) -> None:
    """Wait for something to come true."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)
