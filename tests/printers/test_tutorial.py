"""The tutorial's own numbers, to every printed digit."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from syn0.derive import training_program
from syn0.printers import PRINTERS, example_data
from syn0.spec import Dense, NetworkSpec, Training

ERRORS = [
    "0.496410031903",
    "0.00858452565325",
    "0.00578945986251",
    "0.00462917677677",
    "0.00395876528027",
    "0.00351012256786",
]
OUTPUTS = ["0.00966449", "0.00786506", "0.99358898", "0.99211957"]


def text(language: str, *units: int, steps: int) -> str:
    network, training = NetworkSpec(3, tuple(map(Dense, units))), Training(steps=steps)
    program = training_program(network, training)
    return PRINTERS[language].script(program, network, training, example_data(network))


@pytest.fixture(scope="module")
def three_layers(numpy_only: Callable[[str], Any]) -> Any:
    return numpy_only(text("numpy", 4, 1, steps=60_000))


def test_the_two_layer_program_prints_the_four_outputs(numpy_only: Callable[[str], Any]) -> None:
    printed = numpy_only(text("numpy", 1, steps=10_000)).printed
    after = printed.partition("Output after training:\n")[2]
    assert re.findall(r"[\d.]+", after) == OUTPUTS


def test_the_three_layer_program_prints_the_six_errors(three_layers: Any) -> None:
    lines = re.findall(r"^step (\d+): .* error (\S+)$", three_layers.printed, re.MULTILINE)
    assert lines == [(str(10_000 * k), error) for k, error in enumerate(ERRORS)]


def test_the_eleven_line_form_has_eleven_lines_and_learns_the_same(
    three_layers: Any, numpy_only: Callable[[str], Any]
) -> None:
    terse = text("terse", 4, 1, steps=60_000)
    first, *lines = terse.splitlines()
    assert first == "import numpy as np"
    assert len(lines) <= 11
    ran = numpy_only(terse)
    assert ran.printed == ""
    left = ran.values
    for name in ("syn0", "syn1", "l2"):
        assert left[name].dtype == three_layers.values[name].dtype
        assert left[name].tolist() == three_layers.values[name].tolist()
    assert np.abs(left["l2"].ravel() - [0, 1, 1, 0]).max() < 0.01


def test_the_weights_are_drawn_layer_by_layer_from_the_legacy_generator(
    numpy_only: Callable[[str], Any],
) -> None:
    program = text("terse", 4, 1, steps=60_000).partition("for step")[0]
    drawn = 2 * np.random.RandomState(1).random_sample(16) - 1
    left = numpy_only(program).values
    assert left["syn0"].ravel().tolist() == drawn[:12].tolist()
    assert left["syn1"].ravel().tolist() == drawn[12:].tolist()


def test_the_data_are_the_tutorials(numpy_only: Callable[[str], Any]) -> None:
    rows = [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]
    for units, targets in (((1,), [0, 0, 1, 1]), ((4, 1), [0, 1, 1, 0])):
        left = numpy_only(text("terse", *units, steps=1)).values
        assert left["X"].tolist() == rows
        assert left["y"].ravel().tolist() == targets


@pytest.mark.parametrize("package", ["syn0", "sklearn", "scipy", "jax"])
def test_the_machine_that_runs_the_scripts_has_numpy_only(
    package: str, numpy_only: Callable[[str], Any]
) -> None:
    with pytest.raises(AssertionError, match=f"{package} is not there"):
        numpy_only(f"import {package}")
