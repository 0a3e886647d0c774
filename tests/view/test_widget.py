"""The notebook's widget, with a comm that keeps what is said."""

from __future__ import annotations

import asyncio
import builtins
import json
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from syn0 import LBFGS, MLPClassifier, Network, Training
from syn0.view.protocol import Message, packed, unpacked
from tests.view.pages import apart, run

pytest.importorskip("anywidget", reason="anywidget is not installed")

from comm.base_comm import BaseComm

from syn0.view import widget as room

X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], float)
Y = np.array([0, 1, 1, 0.0])
SECONDS = 120
"""After which what was to happen hangs."""


class Comm(BaseComm):
    """A comm without a browser."""

    said: list[Message]
    states: list[list[str]]

    def publish_msg(self, msg_type: str, data: Any = None, **how: Any) -> None:
        """Keep what is said."""
        if not hasattr(self, "said"):
            self.said, self.states = [], []
        data = data or {}
        if data.get("method") == "custom":
            self.said += [unpacked(bytes(buffer)) for buffer in how["buffers"]]
        elif "state" in data:
            self.states.append([*data["state"], *(path[0] for path in data["buffer_paths"])])


@pytest.fixture(autouse=True)
def comms(monkeypatch: pytest.MonkeyPatch) -> None:
    import comm

    monkeypatch.setattr(comm, "create_comm", Comm)


@pytest.fixture
def widget() -> Iterator[Any]:
    widget = Network([3, 4, 1]).watch(X, Y)
    yield widget
    widget.close()


def say(widget: Any, kind: str, **how: Any) -> list[Message]:
    """What the widget says at once to a message of the browser."""
    before = len(widget.comm.said)
    content = {"method": "custom", "content": {"kind": "syn0"}}
    message = {"content": {"data": content}, "buffers": [memoryview(packed({"type": kind, **how}))]}
    widget.comm.handle_msg(message)
    return widget.comm.said[before:]


def only(messages: list[Message], kind: str) -> Message:
    """The message of a kind."""
    (found,) = [message for message in messages if message[0]["type"] == kind]
    return found


def tape(recording: bytes) -> list[Message]:
    """The messages of a recording."""
    content, messages = zlib.decompress(recording), []
    while content:
        end = 4 + int.from_bytes(content[:4], "little")
        messages.append(unpacked(content[4:end]))
        content = content[end:]
    return messages


async def paint(widget: Any, until: Any, seconds: float = SECONDS) -> None:
    """Acknowledge frames, as a browser does, until something holds."""
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end
        for header, _ in list(widget.comm.said):
            if header["type"] == "frame" and header["sequence"] == widget.session.in_flight:
                say(widget, "ack", sequence=header["sequence"])
        await asyncio.sleep(0.01)


def test_each_value_of_a_step_is_the_trace_s(widget: Any) -> None:
    trace = Network([3, 4, 1]).trace(X, Y)
    say(widget, "open")
    lines = [line["target"] for line in widget.session.run.lines]
    say(widget, "watch", arrays=lines)
    for number, traced in enumerate(trace.lines):
        while widget.session.in_flight is not None:
            say(widget, "ack", sequence=widget.session.in_flight)
        header, arrays = only(say(widget, "move", unit="line", count=1), "frame")
        assert (header["step"], header["line"]) == (0, number)
        (shown,) = [one for one in header["arrays"] if one["name"] == traced.target]
        np.testing.assert_array_equal(arrays[shown["values"]], traced.value, strict=False)


def test_a_second_view_finds_the_run_where_it_stands(widget: Any) -> None:
    assert only(say(widget, "open"), "frame")[0]["line"] == -1
    say(widget, "go", step=5, line=3)
    again = say(widget, "open")
    assert [header["type"] for header, _ in again] == ["program", "curve", "printed", "frame"]
    assert (again[-1][0]["step"], again[-1][0]["line"]) == (5, 3)


def test_what_is_no_message_is_told(widget: Any) -> None:
    content = {"method": "custom", "content": {}}
    widget.comm.handle_msg({"content": {"data": content}, "buffers": [memoryview(b"nonsense")]})
    only(widget.comm.said, "error")
    widget.comm.handle_msg({"content": {"data": content}})
    assert len(widget.comm.said) == 1


def test_playing_leaves_the_kernel_to_others(widget: Any) -> None:
    async def notebook() -> int:
        say(widget, "open")
        say(widget, "play")
        ticks = 0

        async def others() -> None:
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0.01)

        task = asyncio.create_task(others())
        await paint(widget, lambda: widget.session.run.step > 20_000)
        task.cancel()
        return ticks

    assert run(notebook()) > 3


def test_two_threads_do_not_meet_in_a_session(widget: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """JupyterLab has messages of widgets answered beside the kernel's own loop."""
    inside, met = threading.Lock(), []

    def alone(function: Any) -> Any:
        def guarded(*given: Any) -> Any:
            if not inside.acquire(blocking=False):
                met.append(function)
                return []
            try:
                time.sleep(0.001)
                return function(*given)
            finally:
                inside.release()

        return guarded

    async def browser() -> None:
        for _ in range(20):
            say(widget, "ack", sequence=10**6)
            await asyncio.sleep(0.001)

    apart(lambda: say(widget, "open"))
    for name in ("answer", "advance"):
        monkeypatch.setattr(widget.session, name, alone(getattr(widget.session, name)))
    apart(lambda: say(widget, "play"))
    threads = [threading.Thread(target=lambda: asyncio.run(browser())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert met == []
    assert widget.session.run.step > 0


def test_a_closed_widget_trains_no_longer(widget: Any) -> None:
    async def notebook() -> None:
        say(widget, "open")
        say(widget, "play")
        await paint(widget, lambda: widget.session.run.step > 10)
        widget.close()
        await asyncio.wait_for(widget._turns, SECONDS)

    run(notebook())


def test_what_nobody_looks_at_pauses(widget: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "UNSEEN_SECONDS", 0.1)

    async def notebook() -> None:
        say(widget, "open")
        say(widget, "play")
        while widget.session.is_playing:
            await asyncio.sleep(0.01)

    run(asyncio.wait_for(notebook(), SECONDS))
    assert not widget.session.run.is_over


def test_after_a_rest_the_recording_is_of_where_it_stands(
    widget: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "REST_SECONDS", 0.02)
    widget._rest = 0.02
    first = widget.recording

    async def notebook() -> None:
        say(widget, "open")
        say(widget, "watch", arrays=["l1"])
        say(widget, "go", step=30, line=2)
        await asyncio.wait_for(widget._turns, SECONDS)

    run(notebook())
    assert widget.recording != first
    assert (widget.recipe["step"], widget.recipe["line"]) == (30, 2)
    assert (widget.session.run.step, widget.session.run.line) == (30, 2)
    assert widget.session.watched == ["l1"]
    frames = {(h["step"], h["line"]) for h, _ in tape(widget.recording) if h["type"] == "frame"}
    lines = len(widget.session.run.lines)
    assert {(step, line) for step in (0, 1, 29, 30) for line in range(lines)} <= frames
    assert {"recipe", "recording"} <= set(widget.comm.states[-1])


@pytest.mark.parametrize("sizes", [[3, 4, 1], [64, 64, 10], [784, 128, 10]])
def test_a_recording_is_small_and_holds_the_present_step(sizes: list[int]) -> None:
    rows = np.random.RandomState(1).rand(200, sizes[0])
    y = np.arange(200) % 2 if sizes[-1] == 1 else np.arange(200) % sizes[-1]
    loss = "squared_error" if sizes[-1] == 1 else "cross_entropy"
    widget = Network(sizes, loss=loss).watch(rows, y, training=Training(epochs=2, batch_size=32))
    assert len(widget.recording) * 4 / 3 <= 200_000
    lines = [h["line"] for h, _ in tape(widget.recording) if h["type"] == "frame"]
    assert lines == list(range(-1, len(widget.session.run.lines)))
    json.dumps(widget.recipe, allow_nan=False)
    widget.close()


def test_it_begins_where_the_network_stands_and_leaves_it_there() -> None:
    net = Network([3, 4, 1])
    net.train(X, Y, steps=70, learning_rate=2.0, engine="numpy", progress=False)
    before = net.weights["syn0"].copy()
    widget = net.watch(X, Y)
    assert widget.session.run.step == 70
    assert widget.session.run.trace.start["syn0"].tobytes() == before.tobytes()
    say(widget, "open")
    program = only(say(widget, "open"), "program")[0]
    assert program["data"]["title"] == "the notebook's rows"
    assert "learning_rate" not in program["recipe"]["training"]
    say(widget, "knob", name="momentum", value=0.9)
    say(widget, "move", unit="step", count=3)
    np.testing.assert_array_equal(net.weights["syn0"], before)
    assert net.training is not None
    assert net.training.optimizer.momentum == 0
    assert "3-4-1 at step 73" in repr(widget)
    widget.close()


def test_columns_keep_their_names_and_estimators_are_watched_too() -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    frame = pandas.DataFrame(X, columns=["left", "<b>right</b>", "always"])
    net = Network([3, 4, 1])
    net.train(frame, Y, steps=2, progress=False)
    widget = net.watch(frame, Y)
    program = only(say(widget, "open"), "program")[0]
    assert program["data"]["inputs"] == ["left", "<b>right</b>", "always"]
    model = MLPClassifier((4,), batch_size=2, tol=1.0).fit(X, ["a", "b", "b", "a"])
    other = model.network_.watch(X, Y)
    assert only(say(other, "open"), "program")[0]["net"] == "3-4-1"
    widget.close()
    other.close()


def test_what_cannot_be_shown_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="L-BFGS takes steps of its own length"):
        Network([3, 4, 1]).watch(X, Y, training=Training(steps=5, optimizer=LBFGS()))
    with pytest.raises(ValueError, match="X"):
        Network([3, 4, 1]).watch(X[:, :2], Y)


def test_without_anywidget_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = builtins.__import__

    def missing(name: str, *how: Any) -> Any:
        if name == "anywidget":
            raise ModuleNotFoundError("No module named 'anywidget'", name="anywidget")
        return real(name, *how)

    monkeypatch.delitem(sys.modules, "syn0.view.widget")
    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'syn0\[notebook\]'"):
        Network([3, 4, 1]).watch(X, Y)
