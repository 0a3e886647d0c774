"""A printed program ends with the prediction of all rows, as a trained network makes it."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from syn0 import LBFGS, Adam, Network
from syn0.engines.compiler import find_compiler

RANDOM = np.random.RandomState(5)
X = RANDOM.normal(size=(11, 3))
Y = (X[:, :1] * X[:, 1:2] > 0).astype(float)

NETWORKS: dict[str, dict[str, Any]] = {
    "plain": {},
    "dropout": {"dropout": 0.4},
    "input dropout": {"input_dropout": 0.3},
    "noise": {"input_noise": 0.5},
    "batch norm": {"batch_norm": True},
    "layer norm": {"layer_norm": True, "dropout": 0.1},
    "skip": {"skip": True, "dropout": 0.1},
    "all": {
        "dropout": 0.4, "input_dropout": 0.3, "input_noise": 0.5, "batch_norm": True, "skip": True,
        "bias": True, "loss": "binary_cross_entropy", "dtype": "float64",
    },
}  # fmt: skip
RUNS: dict[str, dict[str, Any]] = {
    "full": {"steps": 30, "learning_rate": 0.1},
    "batches": {"epochs": 9, "batch_size": 4, "optimizer": Adam(0.01), "reduction": "mean"},
    "ordered batches": {"steps": 17, "batch_size": 5, "shuffle": False, "learning_rate": 0.05},
}
SAME = [
    (network, how) for network in NETWORKS for how in RUNS if (network, how) != ("plain", "full")
]


def trained(network: str, how: str) -> Network:
    net = Network([3, 4, 4, 1], seed=3, **NETWORKS[network])
    net.train(X, Y, engine="numpy", progress=False, **RUNS[how])
    return net


def figures(net: Network) -> tuple[float, float]:
    """The loss of the data alone, of all rows, and the mean absolute error."""
    out = net.predict(X)
    losses = (Y - out) ** 2 / 2
    if net.spec.loss == "binary_cross_entropy":
        losses = -(Y * np.log(out) + (1 - Y) * np.log(1 - out))
    assert net.training is not None
    return losses.sum() / (len(X) if net.training.reduction == "mean" else 1), abs(Y - out).mean()


@pytest.mark.parametrize(("network", "how"), SAME)
@pytest.mark.parametrize("language", ["numpy", "terse"])
def test_the_last_output_is_the_networks_prediction(
    language: str, network: str, how: str, numpy_only: Callable[[str], Any]
) -> None:
    net = trained(network, how)
    left = numpy_only(net.program(language, data=(X, Y)))
    np.testing.assert_allclose(left.values["l3"], net.predict(X), rtol=1e-10)
    if language == "terse":
        return
    last = left.printed.partition("Output after training:\n")[2]
    assert last == f"{net.predict(X)}\n"
    (said,) = re.findall(r"^all rows: loss (\S+), error (\S+)$", left.printed, re.MULTILINE)
    assert [float(number) for number in said] == pytest.approx(figures(net), rel=1e-10)


def test_a_solvers_last_output_is_the_networks_prediction(run_alone: Callable[[str], Any]) -> None:
    net = Network([3, 4, 1])
    net.train(X, Y, steps=40, optimizer=LBFGS(), progress=False, engine="numpy")
    left = run_alone(net.program(data=(X, Y)))
    np.testing.assert_allclose(left.values["l2"], net.predict(X), rtol=1e-10)
    assert "Output after training:" in left.printed


@pytest.mark.needs_compiler
@pytest.mark.parametrize(
    ("network", "how"), [("all", "batches"), ("noise", "full"), ("plain", "ordered batches")]
)
def test_a_c_programs_last_output_is_the_networks_prediction(
    network: str, how: str, tmp_path: Path
) -> None:
    net = trained(network, how)
    (tmp_path / "net.c").write_text(net.program("c", data=(X, Y)), encoding="utf-8")
    compile_it = [*find_compiler().command, "-O1", "-Wall", "-Werror", "-o", "net", "net.c", "-lm"]
    subprocess.run(compile_it, cwd=tmp_path, check=True)
    printed = subprocess.run([tmp_path / "net"], capture_output=True, text=True, check=True).stdout
    last = printed.partition("Output after training:\n")[2]
    assert np.array(last.split(), float) == pytest.approx(net.predict(X)[:, 0], abs=6e-9)
    (said,) = re.findall(r"^all rows: loss (\S+), error (\S+)$", printed, re.MULTILINE)
    assert [float(number) for number in said] == pytest.approx(figures(net), rel=1e-10)


@pytest.mark.parametrize("language", ["numpy", "c"])
def test_figures_of_a_batch_say_so(language: str, numpy_only: Callable[[str], Any]) -> None:
    text = Network([3, 4, 1]).program(language, training=trained("plain", "batches").training)
    assert " rows" in text.partition("step %d" if language == "c" else "print(")[2].split("\n")[0]
    if language == "numpy":
        reported = [x for x in numpy_only(text).printed.splitlines() if x.startswith("step ")]
        assert all(re.search(r", of \d rows$", line) for line in reported)


def test_the_tutorials_programs_print_what_their_last_step_computed(
    numpy_only: Callable[[str], Any],
) -> None:
    left = numpy_only(Network([3, 1]).program())
    printed = re.findall(r"0\.\d{8}", left.printed.partition("Output after training:\n")[2])
    assert printed == ["0.00966449", "0.00786506", "0.99358898", "0.99211957"]
    assert "all rows" not in left.printed
