"""Which engine "auto" picks: the one that has done a few trainings first, compiling included."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from functools import lru_cache

from syn0.engines.compiler import CompilerError, expected_seconds, find_compiler
from syn0.program import Apply, Expr, Program, check
from syn0.program.checker import shape_of
from syn0.program.operations import Shape

NUMPY_LINE, NATIVE_LINE = 1.2e-6, 1e-8
"""Seconds that a line costs by itself in each step, whatever its size."""

NUMPY_SPEED, NATIVE_SPEED = 1e11, 8e10
"""Multiplications and additions a second: BLAS on all cores of a small machine, one thread of C."""

NUMPY_ENTRY, NATIVE_ENTRY = 4e-10, 1e-10
"""Seconds that an elementwise operation takes for each entry of its result."""

COMPILE, COMPILE_LINE = 0.15, 0.009
"""Seconds in which gcc compiles a program, and each of its lines."""

TRAININGS, SHORT = 3, 0.75
"""What is compiled is kept: where that takes at most so many seconds it has to pay for itself in so
many trainings, as a network of one kind is seldom trained once. Where it takes longer, as with slow
compilers, the first training has to be done no later than by NumPy alone."""


@dataclass(frozen=True)
class Choice:
    """An engine, and why it was picked, in a sentence; `notice` says what a better one lacks."""

    engine: str
    reason: str
    notice: str = ""


def choose(program: Program, rows: int, steps: int, threads: int | None = None) -> Choice:
    """The engine for so many steps of so many rows, on so many threads."""
    lines = len(program.lines)
    products, entries = work_of_a_step(program, rows)
    numpy = steps * (lines * NUMPY_LINE + products / NUMPY_SPEED + entries * NUMPY_ENTRY)
    threads = threads or threads_worth(products)
    native = products / (NATIVE_SPEED * threads) + lines * NATIVE_LINE + entries * NATIVE_ENTRY
    native *= steps
    compiling = expected_seconds(COMPILE + lines * COMPILE_LINE)
    trainings = TRAININGS if compiling <= SHORT else 1
    if trainings * (numpy - native) < compiling:
        return Choice(
            "numpy",
            f"about {numpy:.2g} s of work, or {native:.2g} s after {compiling:.2g} s of compiling",
        )
    try:
        find_compiler()
    except CompilerError as error:
        return Choice("numpy", str(error), f"the native engine would be done sooner, but {error}")
    return Choice(
        "native",
        f"about {native:.2g} s after {compiling:.2g} s of compiling, once, not {numpy:.2g} s; "
        f"{threads} {'threads' if threads > 1 else 'thread'}",
    )


FLOPS_OF_A_THREAD = 9e4
"""Multiplications and additions of a step that are worth a thread: threads meet in about 0.1 µs."""

FLOPS_OF_A_CALL = 1e8
"""Those of a call that are worth starting threads for: about a millisecond."""

CALLS = 30
"""After so many calls the number of threads that was slower is tried again."""


class ThreadCount:
    """How many threads to take for the next call: as many as find enough to do or, where other
    processes want the cores or these are far apart, one, if that has been faster of late. What a
    library computes does not depend on it.

    Args:
        threads: the most.
        flops: multiplications and additions of a step.
    """

    def __init__(self, threads: int, flops: float) -> None:
        self._threads, self._flops = threads, flops
        self._seconds: dict[int, float] = {}
        self._latest: dict[int, float] = {}
        self._calls = 0

    def threads(self, steps: int) -> int:
        """The number of threads for a call of so many steps."""
        if self._threads == 1 or steps * self._flops < FLOPS_OF_A_CALL:
            return 1
        self._calls += 1
        fast, *slow = sorted((self._threads, 1), key=lambda count: self._seconds.get(count, 0))
        return slow[0] if self._calls % CALLS == 0 else fast

    def took(self, threads: int, steps: int, seconds: float) -> None:
        """A call took so long. Short ones tell as well, of the first few steps: one thread takes at
        most so much, and need not be tried where more of them are faster."""
        took = seconds / steps
        # The better of two calls: a single slow one tells more of the machine than of threads.
        self._seconds[threads] = min(took, self._latest.get(threads, took))
        self._latest[threads] = took


def threads_worth(flops: float) -> int:
    """How many threads the native engine takes for steps of so many multiplications and additions:
    of those that there are, or that $OMP_NUM_THREADS allows, as many as find enough to do.

    Raises:
        ValueError: $OMP_NUM_THREADS is no number.
    """
    return max(1, min(threads_allowed(), int(flops / FLOPS_OF_A_THREAD)))


def threads_allowed() -> int:
    """The cores, or as many of them as $OMP_NUM_THREADS says (of a list, the first); ValueError
    where it is no number of at least 1."""
    given = os.environ.get("OMP_NUM_THREADS", "").partition(",")[0].strip()
    if not given:
        return cores()
    if not given.isdecimal() or not given.strip("0"):
        raise ValueError(f"OMP_NUM_THREADS must be a number of at least 1, not {given[:20]!r}")
    # What has more digits than Python reads is more than there are cores.
    return cores() if len(given) > 9 else min(int(given), cores())


def at_most_cores(threads: int | None) -> tuple[int | None, str]:
    """As many threads as were asked for, of the cores that there are, and a note where these are
    fewer: threads wait for each other at work, and without a core each they wait for ever."""
    if threads is None or threads <= (most := cores()):
        return threads, ""
    words = "one thread works, as there is one core"
    if most > 1:
        words = f"{most} threads work at once, as there are {most} cores"
    return most, words


def cores() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


HASHES = 20
"""What an entry of a mask counts: the operations of its hash."""


@lru_cache(maxsize=256)
def work_of_a_step(program: Program, rows: int) -> tuple[float, float]:
    """Multiplications and additions of a step's matrix products, and the entries that all other
    operations compute."""
    shapes = check(program)
    products, entries = 0.0, 0.0

    def size(shape: Shape) -> int:
        return math.prod(rows if isinstance(dim, str) else dim for dim in shape)

    def visit(expr: Expr) -> None:
        nonlocal products, entries
        if not isinstance(expr, Apply):
            return
        for arg in expr.args:
            visit(arg)
        result = size(shape_of(expr, shapes))
        if expr.operation == "matmul":
            products += 2 * result * size(shape_of(expr.args[0], shapes)[1:])
        elif expr.operation != "transpose":
            entries += result * (HASHES if expr.operation.endswith("_like") else 1)

    for line in program.phase("forward", "loss", "backward", "update"):
        visit(line.expression)
    return products, entries
