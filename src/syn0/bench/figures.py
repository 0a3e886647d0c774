"""What was measured, as figures: for tables, plots and machines."""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from syn0.bench.growth import Curve, exponent
from syn0.bench.measure import Result, Timing
from syn0.bench.peak import TYPES, Peak, measured_peak
from syn0.bench.peers import PEERS
from syn0.bench.works import Work
from syn0.engines.compiler import CompilerError, find_compiler
from syn0.engines.threads import cores


@dataclass(frozen=True)
class Machine:
    """What everything ran on.

    Attributes:
        processor: its name.
        cores: number of processors that this process may use.
        peaks: the measured limits, by number type; empty where no C compiler is there.
        compiler: its version, or why there is none.
    """

    processor: str
    cores: int
    peaks: Mapping[str, Peak]
    compiler: str


def this_machine() -> Machine:
    """The machine, its limits measured."""
    try:
        peaks, compiler = {name: measured_peak(name) for name in TYPES}, find_compiler().version
    except CompilerError as error:
        peaks, compiler = {}, str(error)
    return Machine(processor(), cores(), peaks, compiler)


def processor() -> str:
    """The processor's name, as far as the system tells it."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


@dataclass
class Report:
    """A run: what was measured so far.

    Attributes:
        machine: what it ran on.
        results: of works.
        curves: the results of the first sizes, or of all, by curve.
        interrupted: whether Ctrl-C ended it.
    """

    machine: Machine
    results: list[Result] = field(default_factory=list)
    curves: list[tuple[Curve, list[Result]]] = field(default_factory=list)
    interrupted: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing was measured."""
        return not (self.results or any(results for _, results in self.curves))


@dataclass(frozen=True)
class Speed:
    """How fast a contestant computes: multiplications and additions a second in matrix products,
    and their share of what one core and all of them can do; None where the limit is unknown."""

    flops: float
    of_one_core: float | None
    of_all_cores: float | None


def speed(work: Work, timing: Timing, machine: Machine) -> Speed:
    """The speed of a timing."""
    flops, peak = work.flops / timing.step, machine.peaks.get(work.network.dtype)
    if peak is None:
        return Speed(flops, None, None)
    return Speed(flops, flops / peak.one, flops / peak.all)


def report_data(report: Report) -> dict[str, Any]:
    """A run for machines; times are in seconds, speeds in operations a second."""
    machine = report.machine
    return {
        "machine": asdict(machine) | {"versions": versions()},
        "works": [result_data(result, machine) for result in report.results],
        "growth": [curve_data(curve, results) for curve, results in report.curves],
        "interrupted": report.interrupted,
    }


def result_data(result: Result, machine: Machine) -> dict[str, Any]:
    """A work's figures, by contestant."""
    work = result.work
    return {
        "name": work.name,
        "network": str(work.network),
        "dtype": work.network.dtype,
        "batch_size": work.training.batch_size,
        "optimizer": None if work.predicts else type(work.training.optimizer).__name__,
        "steps": work.steps,
        "flops": work.flops,
        "contestants": {
            timing.title: {
                "step": timing.step,
                "steps": timing.steps,
                "calls": timing.calls,
                **asdict(speed(work, timing, machine)),
                "first": timing.first,
                "cached": timing.cached,
            }
            for timing in result.timings
        },
        "absent": result.absent,
    }


def curve_data(curve: Curve, results: Sequence[Result]) -> dict[str, Any]:
    """A curve's points and the power with which time grows, by contestant."""
    return {
        "name": curve.name,
        "what": curve.what,
        "contestants": {
            title: {"seconds": seconds, "power": exponent(seconds)}
            for title, seconds in curve.seconds(results).items()
        },
    }


def versions() -> dict[str, str]:
    """The versions of Python and of those packages of peers that took part."""
    names = dict.fromkeys(name for peer in PEERS for name in peer.packages)
    loaded = {name: sys.modules[name] for name in names if name in sys.modules}
    return {"python": platform.python_version()} | {
        name: str(getattr(module, "__version__", "")) for name, module in loaded.items()
    }
