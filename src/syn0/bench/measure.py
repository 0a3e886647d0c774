"""How long works take: everybody warms up, then goes in turns, so that noise hits all alike."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from syn0.bench.contestants import Contestant
from syn0.bench.peers import Call
from syn0.bench.works import Data, Work, data_of

Tell = Callable[[str], None]
"""Is told what is being measured."""


@dataclass(frozen=True)
class Pace:
    """How long is measured.

    Args:
        seconds: of a stretch, at least one call.
        stretches: how many each contestant has.
    """

    seconds: float
    stretches: int


STEADY, BRISK = Pace(0.2, 5), Pace(0.1, 3)


@dataclass(frozen=True)
class Timing:
    """What a work took a contestant.

    Attributes:
        title: the contestant's.
        steps: number of steps of a call.
        calls: seconds of a call, a median for each stretch.
        first: seconds by which its first call took longer than a usual one, as it compiled.
        cached: likewise, where what it compiled was found again; None if it keeps nothing.
    """

    title: str
    steps: int
    calls: tuple[float, ...]
    first: float
    cached: float | None

    @property
    def step(self) -> float:
        """Seconds of a step, the median of all stretches."""
        return statistics.median(self.calls) / self.steps

    @property
    def spread(self) -> float:
        """How far the stretches lie apart without their outer quarters, which move no median, as a
        share of it."""
        ordered, outer = sorted(self.calls), len(self.calls) // 4
        return (ordered[-1 - outer] - ordered[outer]) / statistics.median(ordered)


@dataclass(frozen=True)
class Result:
    """A work's timings, and why contestants are not among them, by their titles."""

    work: Work
    timings: tuple[Timing, ...]
    absent: Mapping[str, str]


def measured(work: Work, contestants: Sequence[Contestant], pace: Pace, tell: Tell) -> Result:
    """Let all contestants do a work."""
    data = data_of(work)
    absent: dict[str, str] = {}
    calls: dict[str, Call] = {}
    firsts: dict[str, list[float]] = {}
    steps = {c.title: min(work.steps, c.most_steps) for c in contestants}
    for contestant in contestants:
        title = contestant.title
        tell(f"{work.name}: {title} warms up")
        part = replace(work, steps=steps[title])
        try:
            calls[title], firsts[title] = warmed_up(contestant, part, data.part(part.steps))
        except contestant.failures as error:
            absent[title] = str(error).partition("\n")[0]
    times = in_turns(calls, pace, lambda title: tell(f"{work.name}: {title}"))
    timings = tuple(timing(name, steps[name], times[name], firsts[name]) for name in calls)
    return Result(work, timings, absent)


def timing(title: str, steps: int, calls: list[float], firsts: list[float]) -> Timing:
    """A contestant's timing from its calls, and its first ones without a cache and with it."""
    beyond = [max(0.0, first - statistics.median(calls)) for first in firsts]
    return Timing(title, steps, tuple(calls), beyond[0], beyond[1] if len(beyond) > 1 else None)


def warmed_up(contestant: Contestant, work: Work, data: Data) -> tuple[Call, list[float]]:
    """A function that is compiled and ready, and the seconds of first calls: without anything from
    before and, where something is kept, once more with it."""
    firsts = []
    with empty_cache():
        for _ in range(1 + contestant.keeps_compiled):
            call = contestant.ready(work, data)
            firsts.append(seconds_of(call, 1))
    return call, firsts


@contextmanager
def empty_cache() -> Iterator[None]:
    """A cache of compiled programs that holds nothing, and is gone afterwards."""
    name, before = "XDG_CACHE_HOME", os.environ.get("XDG_CACHE_HOME")
    with tempfile.TemporaryDirectory(prefix="syn0-") as folder:
        os.environ[name] = folder
        try:
            yield
        finally:
            del os.environ[name]
            if before is not None:
                os.environ[name] = before


def in_turns(calls: Mapping[str, Call], pace: Pace, tell: Tell) -> dict[str, list[float]]:
    """Seconds of a call in each stretch, by title."""
    times: dict[str, list[float]] = {title: [] for title in calls}
    counts = {title: calls_of_a_stretch(call, pace.seconds) for title, call in calls.items()}
    for _ in range(pace.stretches):
        for title, call in calls.items():
            tell(title)
            times[title].append(seconds_of(call, counts[title]) / counts[title])
    return times


def calls_of_a_stretch(call: Call, seconds: float) -> int:
    """Number of calls that take about so many seconds, at least one."""
    count = 1
    while (taken := seconds_of(call, count)) < seconds / 4:
        count *= 2
    return max(1, round(count * seconds / taken))


def seconds_of(call: Call, count: int) -> float:
    """Seconds of so many calls."""
    began = time.perf_counter()
    for _ in range(count):
        call()
    return time.perf_counter() - began
