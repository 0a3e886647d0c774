"""The C functions that kernels stand on, against NumPy, for each number type and processor."""

import ctypes
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from syn0.engines.compiler import library, place
from syn0.program import randoms
from tests.together import Together

pytestmark = pytest.mark.needs_compiler

FUNCTIONS = {
    "fast_exp": np.exp,
    "fast_expm1": np.expm1,
    "fast_log": np.log,
    "fast_log1p": np.log1p,
    "fast_tanh": np.tanh,
    "square": np.square,
    "sign": np.sign,
}
PAIRS = {"maximum": np.maximum, "minimum": np.minimum}

ULPS = 5
"""How many of the last places of a result may be wrong."""

WRAPPERS = """
#define OF_ONE(name) void each_##name(const real *x, real *result, int count) { \\
    VECTORIZED for (int i = 0; i < count; i++) result[i] = name(x[i]); }
#define OF_TWO(name) void each_##name(const real *x, const real *y, real *result, int count) { \\
    VECTORIZED for (int i = 0; i < count; i++) result[i] = name(x[i], y[i]); }

int lanes(void) { return LANES; }
int panel(void) { return PANEL; }

void sums(const real *vectors, real *result) {
    vec given[LANES];
    for (int r = 0; r < LANES; r++) given[r] = at(vectors + r * LANES);
    put(result, lane_sums(given));
}

void first_ones(const real *place, int count, real *result) { put(result, some(place, count)); }

/* Rows into panels, turned by each thread in its part, and out of panels. */
void turned(real *rows, int high, int wide, real *result, real *room, real *other, int threads) {
    panels(room, high, rows, high, wide, 1);
    for (int thread = 0; thread < threads; thread++)
        turn(room, high, wide, other, LEFT(high), RIGHT(high));
    panels(other, wide, result, wide, high, 0);
}

void there_and_back(real *rows, int high, int wide, real *room, real *result) {
    upright(room, PADDED(high), rows, high, wide, 1);
    upright(room, PADDED(high), result, high, wide, 0);
}

void even(double seed, double stream, double step, double *result, int count) {
    const uint32_t key = key_of(seed, stream, step);
    for (int i = 0; i < count; i++) result[i] = uniform_at(key, i);
}

void bell(double seed, double stream, double step, double *result, int count) {
    const uint32_t key = key_of(seed, stream, step), other = key_of(seed, stream + 1, step);
    for (int i = 0; i < count; i++) result[i] = normal_at(key, other, i);
}

double halves_of_a_small_one(double x) {
    volatile double small = x;
    const uint64_t before = small_numbers_as_zero();
    volatile double inside = small / 2;
    small_numbers_as_before(before);
    return inside + small / 2;
}
"""


@pytest.fixture(params=["float64", "float32"])
def dtype(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def kernels(dtype: str, compiled_for: str) -> ctypes.CDLL:
    """kernels.h with functions that can be called from here."""
    header = files("syn0.engines.tiles").joinpath("kernels.h").read_text(encoding="utf-8")
    wrapped = [f"OF_ONE({name})" for name in FUNCTIONS] + [f"OF_TWO({name})" for name in PAIRS]
    single = "#define SINGLE\n" if dtype == "float32" else ""
    return library("\n".join([single + header, WRAPPERS, *wrapped, ""]), "sums")


@cache
def numbers(dtype: str) -> NDArray[Any]:
    """Numbers of all sizes: any bits, and more of those that networks have."""
    random, count = np.random.RandomState(0), 20_000
    size = np.dtype(dtype).itemsize
    with np.errstate(all="ignore"):
        parts = [
            np.frombuffer(random.bytes(5 * count * size), dtype),
            random.uniform(-1, 1, count),
            random.uniform(-110, 110, 2 * count),
            random.uniform(-760, 760, count),
            random.standard_normal(2 * count) * 10.0 ** random.uniform(-10, 3, 2 * count),
            1 + random.standard_normal(count) * 10.0 ** random.uniform(-8, 0, count),
            [0.0, -0.0, np.inf, -np.inf, np.nan, 1, -1],
            np.finfo(dtype).tiny * np.array([1, -1, 0.999, 1.001, 2, 0.5, -0.5]),
            [np.finfo(dtype).max, np.finfo(dtype).min, np.finfo(dtype).smallest_subnormal],
        ]
        return np.concatenate([np.asarray(part, dtype) for part in parts])


@cache
def exact_values(name: str, dtype: str) -> NDArray[Any]:
    """What a function gives of these numbers, in digits to spare: the same for all processors."""
    wide = np.longdouble if dtype == "float64" else np.float64
    with np.errstate(all="ignore"):
        exact: NDArray[Any] = FUNCTIONS[name](numbers(dtype).astype(wide))
    return exact


def each(kernels: ctypes.CDLL, name: str, *given: NDArray[Any]) -> NDArray[Any]:
    result = np.full_like(given[0], 123)
    getattr(kernels, f"each_{name}")(*map(place, (*given, result)), len(result))
    return result


# Functions of one number


def test_a_function_is_right_to_a_few_of_its_last_places_everywhere(kernels, dtype) -> None:
    x = numbers(dtype)
    with Together() as together:
        for name in FUNCTIONS:
            with together(name):
                exact = exact_values(name, dtype)
                with np.errstate(all="ignore"):
                    expected = exact.astype(dtype)
                    found = each(kernels, name, x)
                    finite = np.isfinite(expected)
                    wrong = np.abs(found - exact) / np.spacing(np.abs(expected))
                np.testing.assert_array_equal(found[~finite], expected[~finite])
                # A result that is hardly normal may as well be nothing.
                least = 4 * np.finfo(dtype).tiny
                small = finite & (np.abs(expected) < least)
                worst = np.argmax(np.where(finite & ~small, wrong, 0))
                assert wrong[worst] <= ULPS, (x[worst], found[worst], expected[worst])
                assert (np.abs(found[small]) <= least).all()
                assert (found[expected == 0] == 0).all()
                assert finite.sum() > 1000


def test_a_function_that_is_nothing_at_nothing_is_there_exact(kernels, dtype) -> None:
    with Together() as together:
        for name in ["fast_expm1", "fast_log1p", "fast_tanh", "square", "sign"]:
            with together(name):
                x = np.array([0.0, -0.0], dtype)
                assert each(kernels, name, x).tolist() == [0, 0]


def test_a_function_gives_the_same_alone_as_among_others(kernels, dtype) -> None:
    """The end of a loop that vectors do not fill is computed one by one."""
    x = numbers(dtype)[-60:]
    with Together() as together:
        for name in FUNCTIONS:
            with together(name):
                among = each(kernels, name, np.repeat(x, 64)).reshape(len(x), 64)
                alone = [each(kernels, name, x[k : k + 1]) for k in range(len(x))]
                eps = float(np.finfo(dtype).eps)
                np.testing.assert_allclose(among, np.broadcast_to(alone, among.shape), 2 * eps, 0)


def test_the_larger_and_the_smaller_of_two_are_numpys_nan_among_them(kernels, dtype) -> None:
    with Together() as together:
        for name in PAIRS:
            with together(name):
                some = np.array(
                    [0, 1, -1, 2.5, np.inf, -np.inf, np.nan, np.finfo(dtype).tiny], dtype
                )
                x, y = np.repeat(some, len(some)), np.tile(some, len(some))
                with np.errstate(all="ignore"):
                    expected = PAIRS[name](x, y)
                np.testing.assert_array_equal(each(kernels, name, x, y), expected)


# Vectors and arrays


def test_the_sums_of_lanes_are_side_by_side(kernels, dtype) -> None:
    lanes = kernels.lanes()
    vectors = np.random.RandomState(1).randint(-99, 99, (lanes, lanes)).astype(dtype)
    result = np.zeros(lanes, dtype)
    kernels.sums(place(vectors), place(result))
    np.testing.assert_array_equal(result, vectors.sum(axis=1))


def test_some_numbers_are_followed_by_zeros(kernels, dtype) -> None:
    lanes = kernels.lanes()
    given = np.arange(1, lanes + 1).astype(dtype)
    for count in range(-1, lanes + 3):
        result = np.full(lanes, 7, dtype)
        kernels.first_ones(place(given), count, place(result))
        expected = np.where(np.arange(lanes) < count, given, 0)
        np.testing.assert_array_equal(result, expected)


SIZES = (1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17, 31, 32, 33, 47, 64, 65, 100)


def padded(kernels: ctypes.CDLL, columns: int) -> int:
    return -(-columns // kernels.panel()) * kernels.panel()


@pytest.mark.parametrize("threads", [1, 3])
def test_arrays_of_any_size_are_turned(kernels, dtype, threads) -> None:
    for high in SIZES:
        for wide in SIZES:
            rows = np.arange(1, high * wide + 1).reshape(high, wide).astype(dtype)
            result = np.zeros((wide, high), dtype)
            room = np.zeros(high * padded(kernels, wide), dtype)
            other = np.zeros(wide * padded(kernels, high) + 1, dtype)
            other[-1] = 7
            places = map(place, (result, room, other))
            kernels.turned(place(rows), high, wide, *places, threads)
            np.testing.assert_array_equal(result, rows.T)
            assert other[-1] == 7


def test_arrays_stand_upright_and_come_back(kernels, dtype) -> None:
    for high in SIZES:
        for wide in SIZES[:9]:
            rows = np.arange(1, high * wide + 1).reshape(high, wide).astype(dtype)
            room, result = np.zeros(wide * padded(kernels, high), dtype), np.zeros_like(rows)
            kernels.there_and_back(place(rows), high, wide, place(room), place(result))
            np.testing.assert_array_equal(result, rows)
            np.testing.assert_array_equal(room.reshape(wide, -1)[:, :high], rows.T)


# Random numbers


KEYS = [(0, 0, 0), (1, 2, 3), (7, 40, 10**6), (2**32 - 1, 6, 2**32 - 1)]


@pytest.mark.parametrize("key", KEYS)
def test_random_numbers_are_those_of_every_language(kernels, key) -> None:
    count = 5000
    found = {name: np.zeros(count) for name in ("even", "bell")}
    for name, result in found.items():
        getattr(kernels, name)(*map(ctypes.c_double, key), place(result), count)
    like = np.zeros(count)
    np.testing.assert_array_equal(found["even"], randoms.uniform_like(like, *key))
    np.testing.assert_allclose(
        found["bell"], randoms.normal_like(like, *key), rtol=1e-13, atol=1e-14
    )


def test_small_numbers_count_as_nothing_only_as_long_as_that_is_said(kernels) -> None:
    """Python's own arithmetic must not be left without them."""
    function = kernels.halves_of_a_small_one
    function.argtypes, function.restype = [ctypes.c_double], ctypes.c_double
    assert function(2e-310) == 1e-310
    assert 2e-310 / 2 > 0
