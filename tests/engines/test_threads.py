"""Threads: however many share the work of the native engine, the numbers are the same."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from syn0.spec import SGD, BatchNorm, Dense, LayerNorm, NetworkSpec, Training

from .networks import REPRESENTATIVE, farthest, source, trained

pytestmark = pytest.mark.needs_compiler

ROUNDING = {"float64": 1e-12, "float32": 1e-5}
"""What the order of sums may make of numbers, which hangs on how the threads share them."""

cases = pytest.mark.parametrize("case", REPRESENTATIVE.values(), ids=REPRESENTATIVE)


@cases
def test_any_number_of_threads_learns_the_same(case) -> None:
    spec, training, weighted = case
    alone = trained(spec, training, "native", weighted, threads=1)
    for threads in (2, 3, 5):
        together = trained(spec, training, "native", weighted, threads=threads)
        assert farthest(together, alone) <= ROUNDING[spec.dtype], threads


@cases
def test_the_same_number_of_threads_repeats_itself_to_the_last_bit(case, assert_same) -> None:
    spec, training, weighted = case
    first = trained(spec, training, "native", weighted, threads=3)
    for _ in range(5):
        assert_same(trained(spec, training, "native", weighted, threads=3), first)


@pytest.mark.parametrize("width", [2, 40])
@pytest.mark.parametrize("rows", [1, 3])
def test_threads_that_find_nothing_to_do_are_no_harm(rows, width, assert_same) -> None:
    spec = NetworkSpec(5, (Dense(width, "tanh", True), Dense(2)))
    for training in (Training(steps=20), Training(steps=20, batch_size=1)):
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


@settings(
    deadline=None,
    max_examples=35,
    derandomize=True,  # a compile takes its time: the same sizes each time, cached
    database=None,
    phases=[Phase.explicit, Phase.generate],  # each further size would be compiled
    suppress_health_check=list(HealthCheck),
)
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
