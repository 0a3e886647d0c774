"""Threads: however many share the work of the native engine, the numbers are the same."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syn0.derive import prediction_program, training_program
from syn0.engines.native import NativeRunner
from syn0.engines.threads import CALLS, ThreadCount
from syn0.program.interpreter import start
from syn0.spec import SGD, BatchNorm, Dense, LayerNorm, NetworkSpec, Training

from .conftest import compiled_examples
from .networks import REPRESENTATIVE, data, farthest, source, trained

pytestmark = pytest.mark.needs_compiler

ROUNDING = {"float64": 1e-12, "float32": 1e-5}
"""What the order of sums may make of numbers, which depends on how the threads share them."""


@pytest.fixture(autouse=True, scope="module")
def many_cores():
    """As many threads as are asked for, however few cores there are."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("syn0.engines.threads.cores", lambda: 64)
        yield


cases = pytest.mark.parametrize("case", REPRESENTATIVE.values(), ids=REPRESENTATIVE)


@cases
@pytest.mark.usefixtures("quick_compiler")
def test_any_number_of_threads_learns_the_same(case) -> None:
    spec, training, weighted = case
    alone = trained(spec, training, "native", weighted, threads=1)
    for threads in (2, 3, 5):
        together = trained(spec, training, "native", weighted, threads=threads)
        assert farthest(together, alone) <= ROUNDING[spec.dtype], threads


@cases
@pytest.mark.usefixtures("quick_compiler")
def test_the_same_number_of_threads_repeats_itself_to_the_last_bit(case, assert_same) -> None:
    spec, training, weighted = case
    first = trained(spec, training, "native", weighted, threads=3)
    for _ in range(2):
        assert_same(trained(spec, training, "native", weighted, threads=3), first)


@cases
def test_what_is_made_for_some_threads_is_the_same_to_the_last_bit_on_any_number(case) -> None:
    """So that a run may change their number as it goes, and two runs are still the same."""
    spec, training, weighted = case
    program = training_program(spec, training, weighted=weighted is not None)
    X, y = data(spec)
    arrays = {"X": X, "y": y, "sample_weight": np.linspace(0, 2, len(X), dtype=spec.dtype)[:, None]}
    size = training.batch_size or len(X)
    order = np.random.RandomState(0).permutation(len(X))
    batches = [order[i : i + size] for i in range(0, len(X), size)]
    ends = []
    for called in (1, 2, 3):
        runner = NativeRunner(program, prediction_program(spec), size, threads=2)
        assert runner._function(size) is not None
        runner._threads = called
        values = start(program, np.random.RandomState(1))
        given = batches if training.batch_size else [None] * 3
        state, figures = runner.train(values, arrays, given, measure=True)
        left = [np.asarray(state[name]).tolist() for name in program.state]
        ends.append([figures.tolist(), *left])
    assert ends[0] == ends[1] == ends[2]


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


@pytest.mark.usefixtures("quick_compiler")
@pytest.mark.parametrize("width", [2, 40])
@pytest.mark.parametrize("rows", [1, 3])
def test_threads_that_find_nothing_to_do_are_no_harm(rows, width, assert_same) -> None:
    spec = NetworkSpec(5, (Dense(width, "tanh", True), Dense(2)))
    for training in (Training(steps=5), Training(steps=5, batch_size=1)):
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


@compiled_examples(20)
@given(shared())
def test_networks_of_any_size_are_shared_by_any_number_of_threads(
    quick_compiler: None, drawn: tuple[NetworkSpec, Training, int, int]
) -> None:
    spec, training, rows, threads = drawn
    expected = trained(spec, training, "numpy", rows=rows)
    limit = {"float64": 1e-10, "float32": 1e-4}[spec.dtype]
    found = trained(spec, training, "native", rows=rows, threads=threads)
    assert farthest(found, expected) <= limit
    again = trained(spec, training, "native", rows=rows, threads=threads)
    for name, value in found.checkpoint.values.items():
        assert np.array_equal(value, again.checkpoint.values[name]), name
