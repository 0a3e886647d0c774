"""The machine's limit: the most multiplications and additions a second, measured."""

from __future__ import annotations

import ctypes
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from syn0.engines.compiler import library
from syn0.engines.threads import cores

TYPES = {"float32": "float", "float64": "double"}

SECONDS, TRIES = 0.05, 5
"""How long the kernel runs, and how often; the fastest run counts, as this is about a limit."""

SOURCE = """\
#include <stdint.h>

#if defined __AVX512F__
#define BYTES 64
#elif defined __AVX__
#define BYTES 32
#else
#define BYTES 16
#endif

/* So many sums at once as hide the time that each takes, and fit the registers. */
#if defined __AVX512F__ || defined __aarch64__
#define SUMS 24
#else
#define SUMS 12
#endif

typedef REAL vec __attribute__((vector_size(BYTES)));

/* Multiplications and additions that `rounds` rounds make; `sum` keeps them from being left out. */
double rounds_of_sums(int64_t rounds, double factor, double term, double *sum) {
    const vec by = (vec){} + (REAL)factor, more = (vec){} + (REAL)term;
    vec sums[SUMS];
    for (int i = 0; i < SUMS; i++) sums[i] = more * (REAL)i;
    for (int64_t round = 0; round < rounds; round++) {
#pragma GCC unroll 24
        for (int i = 0; i < SUMS; i++) sums[i] = sums[i] * by + more;
    }
    for (int i = 0; i < SUMS; i++) *sum += (double)sums[i][0];
    return 2.0 * (double)rounds * SUMS * (BYTES / sizeof(REAL));
}
"""


@dataclass(frozen=True)
class Peak:
    """Multiplications and additions a second, of a number type: on one core, and on all."""

    one: float
    all: float


def measured_peak(dtype: str) -> Peak:
    """The limit of this machine for "float64" or "float32".

    Raises:
        CompilerError: no C compiler, or one that failed.
    """
    function = library(SOURCE.replace("REAL", TYPES[dtype]), "rounds_of_sums").rounds_of_sums
    function.restype = ctypes.c_double
    rounds = 1000
    while speed(function, rounds, 1)[1] < SECONDS:
        rounds *= 2
    best = [max(speed(function, rounds, n)[0] for _ in range(TRIES)) for n in (1, cores())]
    return Peak(*best)


def speed(function: Any, rounds: int, threads: int) -> tuple[float, float]:
    """Multiplications and additions a second on so many threads, and the seconds that it took."""

    def run(_: int) -> float:
        made: float = function(
            ctypes.c_int64(rounds),
            ctypes.c_double(0.999),
            ctypes.c_double(0.001),
            ctypes.byref(ctypes.c_double()),
        )
        return made

    with ThreadPoolExecutor(threads) as pool:
        began = time.perf_counter()
        made = sum(pool.map(run, range(threads)))  # ctypes lets other threads run meanwhile
        seconds = time.perf_counter() - began
    return made / seconds, seconds
