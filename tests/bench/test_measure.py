"""Measuring itself: warm-up, turns, medians. A clock that the test moves stands in for time."""

import os
from contextlib import suppress

import pytest

from syn0.bench import Pace, engines, measured
from syn0.bench import measure as measuring
from syn0.bench.contestants import Engine
from syn0.bench.peers import UnfitError


class Clock:
    """Time that passes only when somebody works."""

    now = 0.0

    def perf_counter(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr(measuring, "time", made)
    return made


class Worker:
    """Takes 2 seconds a step, and 5 more for the first call, or 1 if that was compiled before."""

    note, most_steps = "", 10
    failures = (UnfitError,)

    def __init__(self, clock, title, keeps=False, log=None):
        self.clock, self.title, self.keeps_compiled = clock, title, keeps
        self.log = [] if log is None else log
        self.readied = 0

    def ready(self, work, data):
        self.readied += 1
        waiting = [5 if self.readied == 1 else 1]
        assert len(data.order) == work.steps

        def call():
            self.log.append(self.title)
            self.clock.now += 2 * work.steps + (waiting.pop() if waiting else 0)

        return call


def silent(words):
    pass


def test_figures_are_of_a_step_and_first_calls_are_told_apart(clock, small):
    work = small(steps=3)
    plain, keeps = Worker(clock, "plain"), Worker(clock, "keeps", keeps=True)
    one, other = measured(work, [plain, keeps], Pace(60, 4), silent).timings
    assert (one.title, one.steps, one.step, one.first, one.cached) == ("plain", 3, 2, 5, None)
    assert (other.title, other.step, other.first, other.cached) == ("keeps", 2, 5, 1)
    assert one.calls == (6,) * 4
    assert one.spread == 0


def test_stretches_are_as_long_as_asked_and_in_turns(clock, small):
    log = []
    workers = [Worker(clock, "a", log=log), Worker(clock, "b", log=log)]
    measured(small(steps=3), workers, Pace(60, 2), silent)
    turn = ["a"] * 10 + ["b"] * 10  # ten calls of six seconds
    assert log[-40:] == turn * 2


def test_the_median_is_what_counts(clock, small):
    timing = measuring.timing("a", 2, [4.0, 100.0, 5.0], [9.0])
    assert (timing.step, timing.first, timing.spread) == (2.5, 4.0, 96 / 5)
    timing = measuring.timing("a", 2, [4.0, 100.0, 5.0, 6.0, 1.0], [9.0])
    assert (timing.step, timing.spread) == (2.5, 2 / 5)


def test_those_whose_steps_come_from_python_take_fewer_in_a_call(clock, small):
    (timing,) = measured(small(steps=25), [Worker(clock, "a")], Pace(60, 2), silent).timings
    assert (timing.steps, timing.step) == (10, 2)


def test_who_cannot_do_a_work_is_absent_with_the_reason(clock, small):
    class Unfit(Worker):
        def ready(self, work, data):
            raise UnfitError("it is too tired\nand hungry")

    result = measured(small(), [Unfit(clock, "a"), Worker(clock, "b")], Pace(9, 2), silent)
    assert result.absent == {"a": "it is too tired"}
    assert [timing.title for timing in result.timings] == ["b"]


def test_faults_of_ours_are_not_hidden(clock, small):
    class Faulty(Worker):
        def ready(self, work, data):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        measured(small(), [Faulty(clock, "a")], Pace(9, 2), silent)


def test_what_is_going_on_is_told(clock, small):
    told, work = [], small()
    measured(work, [Worker(clock, "a")], Pace(9, 2), told.append)
    assert told == [f"{work.name}: a warms up", *[f"{work.name}: a"] * 2]


@pytest.mark.needs_compiler
def test_engines_are_measured_in_a_cache_of_their_own(small, pace, cache):
    taking_part = [engine for engine in engines() if engine.title != "syn0 jax"]
    result = measured(small(), taking_part, pace, silent)
    assert [timing.title for timing in result.timings] == ["syn0 native", "syn0 numpy"]
    native, numpy = result.timings
    assert native.cached is not None
    assert numpy.cached is None
    assert all(t.step > 0 and t.first >= 0 and len(t.calls) == 2 for t in result.timings)
    assert os.environ["XDG_CACHE_HOME"] == str(cache)
    assert not cache.exists()


def test_the_cache_is_the_users_again_also_where_none_was_named(monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME")
    with suppress(KeyboardInterrupt), measuring.empty_cache():
        assert os.environ["XDG_CACHE_HOME"]
        raise KeyboardInterrupt
    assert "XDG_CACHE_HOME" not in os.environ


def test_without_a_compiler_the_native_engine_is_absent(small, pace, monkeypatch):
    from syn0.engines import compiler

    monkeypatch.setenv("CC", "/nowhere/cc")
    compiler.find.cache_clear()
    result = measured(small(), [Engine("native")], pace, silent)
    assert result.timings == ()
    assert "the numpy engine runs this" in result.absent["syn0 native"]
    compiler.find.cache_clear()
