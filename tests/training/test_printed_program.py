"""The code that is read is the code that runs: the printed text gives the trained weights."""

import contextlib
import io
from typing import Any

import numpy as np
import pytest

from syn0 import SGD, Adam, Network

RUNS: dict[str, dict[str, Any]] = {
    "full batch": {"steps": 40},
    "shuffled mini-batches": {"epochs": 7, "batch_size": 4},
    "mini-batches that stop inside an epoch": {"steps": 9, "batch_size": 4},
    "mini-batches in order": {"epochs": 5, "batch_size": 6, "shuffle": False},
    "adam": {"epochs": 6, "batch_size": 5, "optimizer": Adam(0.02)},
    "a learning rate": {"steps": 30, "optimizer": SGD(0.3)},
    "mean": {"epochs": 5, "batch_size": 4, "reduction": "mean"},
}


def run(text: str) -> tuple[dict[str, Any], str]:
    """The names that a program's text binds, and what it prints."""
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(text, "net.py", "exec"), names)  # noqa: S102  (this is what the text is for)
    return names, printed.getvalue()


@pytest.mark.parametrize("how", RUNS.values(), ids=RUNS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_printed_program_takes_the_same_batches_to_the_same_weights(rows, how, dtype):
    network = Network([5, 4, 2], bias=True, seed=3, dtype=dtype)
    network.train(*rows, **how)
    names, _ = run(network.program("numpy", data=rows))
    for name, weights in network.weights.items():
        assert names[name].dtype == weights.dtype
        assert np.array_equal(names[name], weights), name


@pytest.mark.parametrize("how", RUNS.values(), ids=RUNS)
def test_the_terse_program_trains_to_the_same_weights_but_for_rounding(rows, how):
    network = Network([5, 4, 2], seed=3)
    network.train(*rows, **how)
    names, printed = run(network.program("terse", data=rows))
    assert printed == ""
    for name, weights in network.weights.items():
        np.testing.assert_allclose(names[name], weights, rtol=1e-10)


def test_the_printed_program_reports_what_the_history_holds(rows):
    network = Network([5, 4, 2])
    history = network.train(*rows, steps=60)
    _, printed = run(network.program("numpy", data=rows))
    reported = [f"step {r.step}: loss {r.loss:.12g}, error {r.error:.12g}" for r in history.reports]
    assert printed.splitlines()[: len(reported)] == reported
    assert len(reported) == 6


@pytest.mark.parametrize("loss", ["binary_cross_entropy", "cross_entropy"])
def test_the_printed_program_trains_alike_for_cross_entropy(rows, loss):
    X, y = rows
    targets = np.eye(2)[y.argmax(axis=1)]
    network = Network([5, 4, 2], loss=loss)
    network.train(X, targets, epochs=5, batch_size=4, learning_rate=0.1)
    names, _ = run(network.program("numpy", data=(X, targets)))
    assert np.array_equal(names["syn0"], network.weights["syn0"])
