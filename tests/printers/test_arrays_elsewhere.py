"""PyTorch and JAX programs, run where there is nothing of syn0's, compute what is defined."""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from syn0 import LBFGS, Network, Training
from syn0.printers import PRINTERS, Data
from tests.derive.cases import Case, described
from tests.engines.test_agreement import (
    ROUNDINGS,
    TOLERANCE,
    assert_agree,
    assert_unless_rounded,
    defined,
)
from tests.programs import Run, machine

from .test_javascript import NETWORKS
from .test_tutorial import ERRORS

PACKAGES = {
    "torch": ("numpy", "torch", "mpmath", "sympy", "networkx"),
    "jax": ("numpy", "scipy", "ml_dtypes", "opt_einsum", "jaxlib", "jax.numpy"),
}
"""What each needs, as Python imports it."""


@pytest.fixture(scope="module")
def torch_only() -> Iterator[Run]:
    """Runs scripts where there is PyTorch, and what comes with it."""
    pytest.importorskip("torch", reason="PyTorch is not installed")
    with machine(*PACKAGES["torch"]) as run:
        yield run


@pytest.fixture(scope="module")
def jax_only() -> Iterator[Run]:
    """Runs scripts where there is JAX, and what comes with it."""
    pytest.importorskip("jax", reason="JAX is not installed")
    with machine(*PACKAGES["jax"]) as run:
        yield run


def assert_trains_as_defined(language: str, case: Case, made_up_arrays: Any, run: Run) -> None:
    """Weights after all steps, and reports, are those of the reference interpreter."""
    arrays, definition = made_up_arrays(case), defined(case, made_up_arrays)
    data = Data(arrays["X"], arrays["y"], "made up", sample_weight=arrays.get("sample_weight"))
    text = PRINTERS[language].script(case.program, case.network, case.training, data)
    names = list(case.program.weights)
    if language == "jax":  # scripts have processes of their own; here they share one
        wide = case.network.dtype == "float64"
        text = f'import jax\njax.config.update("jax_enable_x64", {wide})\n{text}'
        (state,) = re.findall(r"^state = (\([^)]*\))", text, re.MULTILINE)
        text += f"{state} = state\n"
    left = run(text + "".join(f"{name} = np.asarray({name})\n" for name in names))
    said = re.findall(r"^step (\d+): loss (\S+), error ([^,\n]+)", left.printed, re.MULTILINE)
    assert len(said) > 1
    every, dtype = definition.reports, case.network.dtype

    def check(moved: Any, shaken: Any) -> None:
        for name in names:
            assert left.values[name].dtype == dtype
            assert_agree(left.values[name], definition.end[name], dtype, moved[name])
        for number, *found in said:
            expected, apart = every[int(number)], ROUNDINGS * shaken[int(number)]
            allowed = np.fmax(TOLERANCE[dtype] * np.maximum(1e-3, np.abs(expected)), apart)
            assert (np.abs(np.subtract([*map(float, found)], expected[:2])) <= allowed[:2]).all()

    assert_unless_rounded(check, case, made_up_arrays)


def test_a_torch_program_takes_the_interpreters_steps(
    stepped: Case, made_up_arrays: Any, torch_only: Run
) -> None:
    assert_trains_as_defined("torch", stepped, made_up_arrays, torch_only)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_jax_program_takes_the_interpreters_steps(
    name: str, made_up_arrays: Any, jax_only: Run
) -> None:
    assert_trains_as_defined("jax", described(NETWORKS[name]), made_up_arrays, jax_only)


@pytest.mark.parametrize("language", PACKAGES)
def test_the_six_errors_are_the_tutorials(language: str, request: Any) -> None:
    run = request.getfixturevalue(f"{language}_only")
    printed = run(Network([3, 4, 1]).program(language)).printed
    lines = re.findall(r"^step (\d+): .* error (\S+)$", printed, re.MULTILINE)
    assert lines == [(str(10_000 * k), error) for k, error in enumerate(ERRORS)]


@pytest.mark.parametrize("language", PACKAGES)
def test_a_solvers_program_is_refused_in_one_sentence(language: str) -> None:
    searched = Training(steps=5, optimizer=LBFGS())
    with pytest.raises(ValueError, match=rf"{language} .* L-BFGS.*SciPy's: choose another"):
        Network([3, 4, 1]).program(language, training=searched)


@pytest.mark.parametrize("language", PACKAGES)
def test_no_gradient_is_left_to_the_package(language: str) -> None:
    text = Network([3, 4, 1]).program(language)
    assert not re.search(r"autograd|requires_grad|backward\(|\.grad\b|optim", text)
