"""The notebook's host: the same session, between a kernel's other work."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import numpy as np
import pytest

from syn0 import Network
from syn0.view import widget
from syn0.view.protocol import Message, packed, unpacked
from syn0.view.widget import MOST_RECORDED, Kernel, session_of, watch, widget_class

X = [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]
Y = [0, 1, 1, 0]


def trained() -> Network:
    net = Network([3, 4, 1])
    net.train(X, Y, steps=40, learning_rate=0.5, momentum=0.9, engine="numpy", progress=False)
    return net


def test_a_network_is_watched_from_where_it_stands() -> None:
    net = trained()
    session = session_of(net, X, Y)
    before = {name: np.array(value) for name, value in net.weights.items()}
    session.answer({"type": "open"})
    assert session.run.step == 40
    assert session.run.trace.start["syn0"].tobytes() == before["syn0"].tobytes()
    assert session.run.made.training.optimizer == net.training.optimizer  # type: ignore[union-attr]
    session.answer({"type": "go", "step": 60, "line": 2})
    assert net.steps_taken == 40
    net.train(X, Y, steps=1, learning_rate=0.5, momentum=0.9, engine="numpy", progress=False)
    assert session.run.timeline.trace(41).start["syn0"].tobytes() == net.weights["syn0"].tobytes()


def test_a_kernel_trains_between_its_other_work() -> None:
    said: list[Message] = []
    session = session_of(Network([3, 4, 1]), X, Y)
    kernel = Kernel(session, said.extend)

    async def work() -> int:
        kernel.answer(packed({"type": "open"}))
        kernel.answer(packed({"type": "play", "rate": None, "until": 2_000}))
        others = 0
        while session.wants_time:
            others += 1
            await asyncio.sleep(0)
        kernel.answer(b"nonsense")
        done: list[int] = []
        kernel.later(lambda: done.append(1))
        kernel.later(lambda: done.append(2))
        await asyncio.sleep(0.05)
        assert done == [2]
        return others

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(widget, "QUIET_SECONDS", 0.01)
        assert asyncio.run(work()) > 3
    assert session.run.step == 2_000
    assert said[-1][0]["type"] == "error"


def test_the_notebook_keeps_what_is_shown() -> None:
    pytest.importorskip("anywidget", reason="anywidget is not installed")
    shown: Any = widget_class()(session_of(trained(), X, Y))
    assert 0 < len(shown.recording) <= MOST_RECORDED
    assert shown.recipe["step"] == 40
    sent: list[Any] = []
    shown.send = lambda content, buffers: sent.append(buffers)

    async def work() -> None:
        ask = packed({"type": "link"})
        shown.asked(shown, {"kind": "syn0"}, [memoryview(ask)])

    asyncio.run(work())
    ((buffer,),) = sent
    assert unpacked(buffer)[0]["type"] == "link"


def test_what_does_not_fit_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="shape"):
        watch(Network([2, 4, 1]), X, Y)
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'syn0\[notebook\]'"):
        watch(Network([3, 4, 1]), X, Y)
