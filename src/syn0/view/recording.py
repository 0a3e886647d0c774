"""A recording: what the page would have been told, so that it can be stepped without Python.

It is zlib of messages, one after the other, each with four bytes before it that hold its length
(little-endian): the program, a frame for every line of every recorded step, and the rest.
"""

from __future__ import annotations

import zlib
from collections.abc import Generator, Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from syn0.training.trouble import NonFiniteError
from syn0.view.page_run import PageRun
from syn0.view.protocol import Message, packed
from syn0.view.reports import REPORTS
from syn0.view.shown import Pack
from syn0.view.votes import split

if TYPE_CHECKING:
    from syn0.view.session import Session

STEPS = 20
"""Steps that are recorded from the first on, around the present one, and up to the furthest."""

MOST_BYTES = 1_900_000
"""Of a recording, packed: in letters of base64, with the page around it, less than 3 MB."""

MOST_UNPACKED = 64 * 2**20
MOST_SPLITS = 64
"""Weights whose splits are recorded, of a step."""

DISTURBED = ("watched", "window", "detail", "in_flight", "is_due", "sequence")
"""What a recording uses of a session for itself."""


class Tape:
    """Messages, packed as they come, while there is room."""

    def __init__(self, budget: int) -> None:
        self.budget, self.size = budget, 0
        self.packer = zlib.compressobj(9)
        self.pieces: list[bytes] = []

    def record(self, messages: Iterable[Message]) -> Generator[None, None, bool]:
        """Put messages on the tape, one after the other, if there is room for all of them; whether
        there was."""
        before, count, size = self.packer.copy(), len(self.pieces), self.size
        for header, arrays in messages:
            content = packed(header, arrays)
            self.size += len(content)
            length = len(content).to_bytes(4, "little")
            self.pieces.append(self.packer.compress(length + content))
            if self.size > MOST_UNPACKED:
                break
            yield
        self.pieces.append(self.packer.flush(zlib.Z_SYNC_FLUSH))
        if sum(map(len, self.pieces)) <= self.budget and self.size <= MOST_UNPACKED:
            return True
        del self.pieces[count:]
        self.packer, self.size = before, size
        return False

    def content(self) -> bytes:
        """The whole tape."""
        return b"".join([*self.pieces, self.packer.flush()])


def recording(session: Session, budget: int = MOST_BYTES) -> bytes:
    """The session's present run as a recording."""
    tape = Tape(budget)
    for _ in taking(session, tape):
        pass
    return tape.content()


def taking(session: Session, tape: Tape) -> Generator[None, None, None]:
    """Record the session's present run, a message at a time: the present step first, then the
    others as long as there is room. Once this has ended, or is closed, the session is as it was."""
    run = session.run
    step, line = run.step, run.line
    before = {name: getattr(session, name) for name in DISTURBED}
    try:
        yield from tape.record(session.everything())
        is_small = not (yield from tape.record(frames(session, step)))
        for number in steps_of(run, step):
            if number != step or is_small:
                has_room = yield from tape.record(frames(session, number, is_small))
                if not has_room:
                    break
            stand(run, number, run.last_line)
            yield from tape.record(splits(session, run, number == step))
            if number == step:
                stand(run, step, line)
                for picture in session.pictures({kind: {} for kind in REPORTS}):
                    yield from tape.record([picture])
    finally:
        stand(run, step, line)
        run.timeline.taken_again = 0
        for name, value in before.items():
            setattr(session, name, value)


def steps_of(run: PageRun, step: int) -> list[int]:
    """The steps to record, the most important first: the present one, then those around it."""
    last = min(run.timeline.furthest, run.last)
    half = STEPS // 2
    around = range(step - half, step + half)
    ends = [*range(run.first, run.first + STEPS), *range(last - STEPS + 1, last + 1)]
    wanted = [step, *sorted(around, key=lambda k: abs(k - step)), *ends]
    return list(dict.fromkeys(k for k in wanted if run.first <= k <= max(last, step)))


def frames(session: Session, step: int, is_small: bool = False) -> Iterator[Message]:
    """A frame for every line of a step, with every array that is not too large. Small ones are
    less than what zlib looks back at, so that what is the same in two takes no room twice."""
    run = session.run
    session.watched = [*run.program.weights, *(line["target"] for line in run.lines)]
    session.window = None
    for line in range(-1 if step == run.first else 0, len(run.lines)):
        stand(run, step, line)
        if (run.step, run.line) != (step, line):
            return  # a number goes bad before
        session.detail = None if line < 0 else run.lines[line]["target"]
        yield session.frame(Pack(is_small=is_small), is_acknowledged=False)


def splits(session: Session, run: PageRun, is_present: bool) -> Iterator[Message]:
    """The splits of a step's weights; of large networks the first weights, of the present step."""
    trace = run.timeline.trace(run.step)
    count = sum(int(np.size(trace.start[name])) for name in run.program.weights)
    if count > MOST_SPLITS and not is_present:
        return
    done = 0
    for name in run.program.weights:
        for place in np.ndindex(np.shape(trace.start[name])):
            if done == MOST_SPLITS:
                return
            i, j = place if len(place) == 2 else (place[0], 0)
            try:
                yield session.stamped(*split(trace, name, i, j, place))
            except ValueError:  # running statistics are nobody's to pull at
                break
            done += 1


def stand(run: PageRun, step: int, line: int) -> None:
    """Stand at a place, or where a number goes bad before it."""
    try:
        run.stand(step, line, float("inf"))
    except NonFiniteError:
        return
