"""The machine's limit, growth, and what is handed to machines and drawn."""

import json
import math
from importlib.util import find_spec

import pytest

from syn0.bench import CURVES, Report, Result, Timing, exponent, report_data, speed
from syn0.bench import figures as figuring
from syn0.bench import peak as peaking
from syn0.bench.figures import Machine
from syn0.bench.peak import Peak, cores, measured_peak
from syn0.bench.works import tutorial_work
from syn0.engines import compiler

MACHINE = Machine("some processor", 2, {"float32": Peak(100.0, 150.0)}, "some compiler")


@pytest.fixture
def report(small):
    """A run of one small work, and of a part of a curve."""
    work = small()
    result = Result(
        work,
        (Timing("a", 2, (4.0, 6.0, 5.0), 1.5, 0.5), Timing("b", 2, (8.0, 8.0), 0.0, None)),
        {"c": "it is tired"},
    )
    return Report(MACHINE, [result])


@pytest.fixture
def grown(report):
    """A run of a part of a curve, and of one that was just begun."""
    rows, steps = CURVES[0], CURVES[3]
    results = [
        Result(rows.work(size), (Timing("a", 1, (size * 1.0,), 0.0, None),), {})
        for size in rows.points[:3]
    ]
    return Report(MACHINE, curves=[(rows, results), (steps, [])])


@pytest.mark.needs_compiler
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_limit_of_the_machine_is_a_number(dtype, monkeypatch):
    monkeypatch.setattr(peaking, "SECONDS", 0.001)
    monkeypatch.setattr(peaking, "TRIES", 2)
    peak = measured_peak(dtype)
    assert 0 < peak.one < math.inf
    assert 0 < peak.all < math.inf
    assert cores() >= 1


def test_without_a_compiler_the_limit_is_unknown(monkeypatch, report):
    monkeypatch.setenv("CC", "/nowhere/cc")
    compiler.find.cache_clear()
    machine = figuring.this_machine()
    compiler.find.cache_clear()
    assert machine.peaks == {}
    assert "/nowhere/cc" in machine.compiler
    (result,) = report.results
    fast = speed(result.work, result.timings[0], machine)
    assert (fast.of_one_core, fast.of_all_cores) == (None, None)
    assert fast.flops > 0


def test_speed_is_a_share_of_the_limit(report):
    (result,) = report.results
    fast = speed(result.work, result.timings[0], MACHINE)
    assert fast.flops == result.work.flops / 2.5
    assert fast.of_one_core == fast.flops / 100
    assert fast.of_all_cores == fast.flops / 150


def test_time_grows_with_a_power_of_the_size():
    assert exponent({8: 1.0, 16: 5.0, 32: 20.0, 64: 80.0}) == pytest.approx(2)
    assert exponent({8: 1.0}) is None


def test_a_curve_takes_a_step_or_all_steps_where_these_grow(grown):
    rows, results = grown.curves[0]
    assert rows.seconds(results) == {"a": {8: 8.0, 32: 32.0, 128: 128.0}}
    steps = CURVES[3]
    timed = [Result(steps.work(n), (Timing("a", 1, (3.0,), 0, None),), {}) for n in (1, 10)]
    assert steps.seconds(timed) == {"a": {1: 3.0, 10: 30.0}}


def test_a_run_is_told_to_machines(report, small):
    told = json.loads(json.dumps(report_data(report)))
    assert set(told) == {"machine", "works", "growth", "interrupted"}
    assert told["machine"]["peaks"] == {"float32": {"one": 100.0, "all": 150.0}}
    assert told["machine"]["versions"]["python"]
    assert (told["growth"], told["interrupted"]) == ([], False)
    (work,) = told["works"]
    assert work["name"] == small().name
    assert (work["network"], work["dtype"], work["batch_size"]) == ("5-6-3", "float32", 4)
    assert (work["optimizer"], work["steps"], work["flops"]) == ("SGD", 3, small().flops)
    assert work["absent"] == {"c": "it is tired"}
    assert list(work["contestants"]) == ["a", "b"]
    figures = work["contestants"]["a"]
    assert (figures["step"], figures["steps"], figures["calls"]) == (2.5, 2, [4.0, 6.0, 5.0])
    assert (figures["first"], figures["cached"]) == (1.5, 0.5)
    assert figures["of_one_core"] == figures["flops"] / 100


def test_growth_is_told_to_machines(grown):
    told = json.loads(json.dumps(report_data(grown)))["growth"]
    assert [curve["name"] for curve in told] == ["rows", "steps"]
    assert told[0]["contestants"]["a"]["seconds"] == {"8": 8.0, "32": 32.0, "128": 128.0}
    assert told[0]["contestants"]["a"]["power"] == pytest.approx(1)
    assert told[1]["contestants"] == {}


def test_a_run_may_be_empty(report, grown):
    assert Report(MACHINE).empty
    assert Report(MACHINE, curves=[(CURVES[0], [])]).empty
    assert not report.empty
    assert not grown.empty


@pytest.mark.parametrize("kind", ["report", "grown"])
@pytest.mark.parametrize("name", ["run.png", "run.svg"])
def test_a_run_is_drawn(kind, name, tmp_path, request):
    if not find_spec("matplotlib"):
        pytest.skip("Matplotlib is not installed")
    from syn0.bench.plot import draw
    from syn0.plots.files import check_picture

    check_picture(tmp_path / name)
    draw(request.getfixturevalue(kind), tmp_path / name)
    assert (tmp_path / name).stat().st_size > 5000


def test_a_run_without_a_limit_is_drawn(small, tmp_path):
    if not find_spec("matplotlib"):
        pytest.skip("Matplotlib is not installed")
    from syn0.bench.plot import draw

    machine = Machine("some processor", 2, {}, "none")
    result = Result(tutorial_work(5), (Timing("a", 5, (1.0,), 0, None),), {})
    draw(Report(machine, [result]), tmp_path / "run.png")
    assert (tmp_path / "run.png").exists()


@pytest.mark.parametrize(
    ("name", "message"),
    [("run", "no name of a picture"), ("run.xyz", "end it with .png"), ("no/run.png", "no folder")],
)
def test_what_could_not_be_drawn_is_refused_at_once(name, message, tmp_path):
    if not find_spec("matplotlib"):
        pytest.skip("Matplotlib is not installed")
    from syn0.plots.files import check_picture

    with pytest.raises((ValueError, OSError), match=message):
        check_picture(tmp_path / name)


def test_without_matplotlib_it_says_what_to_install(monkeypatch, tmp_path):
    from syn0.plots import files, style

    monkeypatch.setattr(style, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'syn0\[plot\]'"):
        files.check_picture(tmp_path / "run.png")
