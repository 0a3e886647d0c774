"""Threads: however many share the work of the native engine, the numbers are the same."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from syn0 import Network
from syn0.derive import prediction_program, training_program
from syn0.engines.native import NativeRunner
from syn0.engines.numpy import NumpyRunner
from syn0.engines.threads import CALLS, ThreadCount
from syn0.spec import SGD, BatchNorm, Dense, LayerNorm, NetworkSpec, Training
from tests.together import Together

from .conftest import examples
from .networks import REPRESENTATIVE, at_once, farthest, source, trained

pytestmark = pytest.mark.needs_compiler

TOLERANCE = {"float64": 1e-10, "float32": 1e-4}
ROUNDING = {"float64": 1e-12, "float32": 1e-5}
"""What the order of sums may make of numbers, which depends on how the threads share them."""


@pytest.fixture(autouse=True, scope="module")
def many_cores():
    """As many threads as are asked for, however few cores there are."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("syn0.engines.threads.cores", lambda: 64)
        yield


@pytest.mark.usefixtures("without_a_warning")
def test_any_number_of_threads_learns_the_same_and_repeats_itself_to_the_last_bit(
    in_one_library, assert_same
) -> None:
    counts = (1, 3, 5)
    cases = REPRESENTATIVE.items()
    in_one_library(source(*case, threads=count) for _, case in cases for count in counts)
    with Together() as together:
        for name, (spec, training, weighted) in cases:

            def train(count: int) -> Network:
                return trained(spec, training, "native", weighted, threads=count)  # noqa: B023

            with together(name):
                alone = train(1)
                first = Network.from_spec(spec).weights["syn0"]
                assert not np.array_equal(alone.weights["syn0"], first)
                assert_same(train(1), alone)
                for count in (5, 3):
                    shared = train(count)
                    assert farthest(shared, alone) <= ROUNDING[spec.dtype], count
                assert_same(train(3), shared)


@pytest.mark.usefixtures("without_a_warning")
@pytest.mark.parametrize("case", REPRESENTATIVE.values(), ids=REPRESENTATIVE)
def test_what_is_made_for_users_learns_as_on_numpy_and_to_the_last_bit_on_any_threads(case) -> None:
    """A run may change their number as it goes, and two runs are still the same."""
    spec, training, weighted = case
    program = training_program(spec, training, weighted=weighted is not None)
    programs = program, prediction_program(spec)
    expected, figures = at_once(NumpyRunner(*programs), *case)
    native = NativeRunner(*programs, threads=2)
    first, measured = at_once(native, *case)
    np.testing.assert_allclose(measured, figures, rtol=TOLERANCE[spec.dtype])
    for name, value in expected.items():
        limit = TOLERANCE[spec.dtype] * np.abs(value).max()
        np.testing.assert_allclose(first[name], value, rtol=0, atol=limit)
    for threads in (1, 3):
        native._threads = threads
        found, again = at_once(native, *case)
        np.testing.assert_array_equal(again, measured)
        for name, value in first.items():
            np.testing.assert_array_equal(found[name], value)
    assert native.name == "native"


# How many


def paced(seconds: dict[int, float], calls: int) -> list[int]:
    """The threads of so many calls of 1,000 steps that take so long."""
    pace, chosen = ThreadCount(2, 1e6), []
    for _ in range(calls):
        chosen.append(pace.threads(1000))
        pace.took(chosen[-1], 1000, seconds[chosen[-1]])
    return chosen


@pytest.mark.parametrize("fast", [1, 2])
def test_the_number_of_threads_that_is_faster_is_taken(fast: int) -> None:
    chosen = paced({fast: 0.1, 3 - fast: 0.2}, 2 * CALLS)
    assert set(chosen[:2]) == {1, 2}
    assert set(chosen[2 : CALLS - 1]) == {fast}
    assert chosen.count(3 - fast) <= 4


def test_a_machine_that_has_become_quiet_is_noticed() -> None:
    pace, seconds = ThreadCount(2, 1e6), {1: 0.1, 2: 0.3}
    for call in range(4 * CALLS + 1):
        if call == CALLS + 5:
            seconds[2] = 0.05
        threads = pace.threads(1000)
        pace.took(threads, 1000, seconds[threads])
    assert threads == 2


def test_one_thread_is_not_tried_where_the_first_steps_told_enough() -> None:
    """As each call has costs of its own, they count for little in the longer ones that follow."""
    pace, chosen = ThreadCount(2, 3e7), []
    for steps in (1, 4, 16, *[64] * 20):
        threads = pace.threads(steps)
        pace.took(threads, steps, 0.01 + 0.02 * steps / threads)
        chosen.append(threads)
    assert chosen == [1] + [2] * 22


def test_short_calls_start_no_threads() -> None:
    pace = ThreadCount(8, 1e6)
    assert pace.threads(99) == 1
    pace.took(1, 99, 1e-9)
    assert pace.threads(1000) == 8
    assert ThreadCount(1, 1e9).threads(1000) == 1


def test_threads_that_find_nothing_to_do_are_no_harm(in_one_library) -> None:
    cases = [
        (NetworkSpec(5, (Dense(width, "tanh", True), Dense(2))), training, rows)
        for width, rows in product((2, 40), (1, 3))
        for training in (Training(steps=5), Training(steps=5, batch_size=1))
    ]
    in_one_library(
        source(spec, training, rows=rows, threads=threads)
        for (spec, training, rows), threads in product(cases, (1, 30))
    )
    with Together() as together:
        for spec, training, rows in cases:
            with together((spec.sizes, training.batch_size, rows)):
                alone = trained(spec, training, "native", rows=rows, threads=1)
                assert farthest(alone, trained(spec, training, "numpy", rows=rows)) <= 1e-12
                crowd = trained(spec, training, "native", rows=rows, threads=30)
                assert farthest(crowd, alone) <= 1e-12


def test_among_these_networks_threads_share_both_columns_and_rows() -> None:
    for threads in (2, 3):
        texts = [source(*case, threads=threads) for case in REPRESENTATIVE.values()]
        assert {"panel = LEFT(" in text for text in texts} == {True, False}


@st.composite
def shared(draw: Any) -> tuple[NetworkSpec, Training, int, int]:
    """A network of any widths, a training with or without mini-batches, the rows and threads."""
    rows, threads = draw(st.integers(1, 70)), draw(st.sampled_from([2, 3, 4, 5, 8]))
    by_columns = draw(st.booleans())
    some = [n for n in range(1, 131) if not by_columns or n <= 12 or -(-n // 32) % threads == 0]
    widths = st.sampled_from(some)
    layers: list[Any] = [
        Dense(draw(widths), draw(st.sampled_from(["sigmoid", "tanh"])), draw(st.booleans()),
              "glorot_uniform")
        for _ in range(draw(st.integers(0, 2)))
    ]  # fmt: skip
    between: list[list[Any]] = [[], [], [BatchNorm()]] + ([] if by_columns else [[LayerNorm()]])
    layers[1:1] = draw(st.sampled_from(between)) if layers else []
    ends = [("sigmoid", "squared_error"), ("softmax", "cross_entropy")]
    output, loss = draw(st.sampled_from(ends[: 1 if by_columns else 2]))
    spec = NetworkSpec(
        draw(widths),
        (*layers, Dense(draw(widths.filter(lambda n: n > 1)), output, True, "glorot_uniform")),
        loss=loss,
        dtype=draw(st.sampled_from(["float64", "float32"])),
    )
    training = Training(
        steps=draw(st.integers(3, 5)),
        batch_size=draw(st.none() | st.integers(1, rows)),
        reduction="mean",
        optimizer=SGD(0.1, momentum=draw(st.sampled_from([0.0, 0.8]))),
        clip_norm=draw(st.sampled_from([None, 0.5])),
        max_norm=draw(st.sampled_from([None, 0.5])),
    )
    return spec, training, rows, threads


def test_networks_of_any_size_are_shared_by_any_number_of_threads(in_one_library) -> None:
    drawn = examples(shared(), 20)
    in_one_library(
        source(spec, training, rows=rows, threads=threads)
        for spec, training, rows, threads in drawn
    )
    with Together() as together:
        for spec, training, rows, threads in drawn:
            with together((spec, training, rows, threads)):
                expected = trained(spec, training, "numpy", rows=rows)
                found = trained(spec, training, "native", rows=rows, threads=threads)
                assert farthest(found, expected) <= TOLERANCE[spec.dtype]
                again = trained(spec, training, "native", rows=rows, threads=threads)
                for name, value in found.checkpoint.values.items():
                    assert np.array_equal(value, again.checkpoint.values[name]), name
