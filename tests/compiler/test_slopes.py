"""Every hand-written slope agrees with central differences and with JAX."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from syn0.program import ACTIVATIONS, Activation, Name, evaluate

# Both signs, small and large; none within 0.05 of 0, where relu has its kink.
Z = np.array([[0.05, -0.3, 1.5], [-2.0, 0.7, 2.5], [3.0, -4.0, -1.1], [-0.05, -0.06, -0.5]])
ERROR = np.array([[1.0, -0.5, 0.3], [-1.2, 0.4, 2.0], [0.8, 0.9, -0.1], [-0.6, 1.0, 0.2]])


def value(row: Activation, z: NDArray[Any]) -> NDArray[Any]:
    result: NDArray[Any] = evaluate(row.formula(Name("z")), {"z": z})
    return result


def delta(row: Activation) -> NDArray[Any]:
    """What the row's slope or pull makes of `ERROR` at the outputs for `Z`."""
    values = {"error": ERROR, "out": value(row, Z)}
    result: NDArray[Any] = evaluate(row.delta(Name("error"), Name("out")), values)
    return result


def by_differences(row: Activation) -> NDArray[Any]:
    """The slope of sum(ERROR * out) in every entry of `Z`, by central differences."""
    h, slopes = 1e-5, np.empty_like(Z)
    for place in np.ndindex(Z.shape):
        nudge = np.zeros_like(Z)
        nudge[place] = h
        rise = value(row, Z + nudge) - value(row, Z - nudge)
        slopes[place] = np.sum(ERROR * rise) / (2 * h)
    return slopes


def by_jax(function: Callable[[Any], Any]) -> NDArray[Any]:
    """JAX's own pull of `ERROR` back through `function` at `Z`."""
    import jax

    return np.asarray(jax.vjp(function, Z)[1](ERROR)[0])


def distance(a: NDArray[Any], b: NDArray[Any]) -> float:
    """The largest difference, relative to the largest entry."""
    return float(np.abs(a - b).max() / np.abs(b).max())


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_slope_agrees_with_central_differences(name: str) -> None:
    row = ACTIVATIONS[name]
    assert distance(delta(row), by_differences(row)) < 1e-6


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_slope_agrees_with_jax(name: str, jax_activations: dict[str, Any]) -> None:
    assert distance(delta(ACTIVATIONS[name]), by_jax(jax_activations[name])) < 1e-9


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_formula_agrees_with_jax(name: str, jax_activations: dict[str, Any]) -> None:
    out = value(ACTIVATIONS[name], Z)
    assert distance(out, np.asarray(jax_activations[name](Z))) < 1e-12


def test_the_reference_in_jax_covers_every_row(jax_activations: dict[str, Any]) -> None:
    assert set(jax_activations) == set(ACTIVATIONS)


def planted(name: str) -> Activation:
    """The row with its slope, or its pull, off by one part in two thousand."""
    row = ACTIVATIONS[name]
    if row.pull is not None:
        right = row.pull
        return replace(row, pull=lambda error, out: 1.0005 * right(error, out))
    slope = row.slope
    assert slope is not None
    return replace(row, slope=lambda out: 1.0005 * slope(out))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_planted_wrong_slope_is_caught(name: str, jax_activations: dict[str, Any]) -> None:
    wrong = planted(name)
    assert distance(delta(wrong), by_differences(wrong)) > 1e-4
    assert distance(delta(wrong), by_jax(jax_activations[name])) > 1e-4


def test_a_slope_that_is_wrong_in_kind_is_caught() -> None:
    wrong = replace(ACTIVATIONS["sigmoid"], slope=lambda out: 2.001 * out * (1 - out))
    assert distance(delta(wrong), by_differences(wrong)) > 1e-4
    forgotten = replace(ACTIVATIONS["softmax"], pull=lambda error, out: error * out * (1 - out))
    assert distance(delta(forgotten), by_differences(forgotten)) > 1e-4


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_row_has_a_slope_or_a_pull_and_not_both(name: str) -> None:
    row = ACTIVATIONS[name]
    assert (row.slope is None) != (row.pull is None)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_outputs_come_near_the_ends_of_the_range_and_stay_inside(name: str) -> None:
    least, greatest = ACTIVATIONS[name].range
    out = value(ACTIVATIONS[name], np.array([[-30.0, 0.0, 30.0], [30.0, -30.0, 5.0]]))
    assert least <= out.min() <= (least + 1e-9 if np.isfinite(least) else -30)
    assert (greatest - 1e-9 if np.isfinite(greatest) else 30) <= out.max() <= greatest


def test_softmax_stays_finite_for_huge_sums() -> None:
    out = value(ACTIVATIONS["softmax"], np.array([[1e4, 0.0, -1e4]]))
    assert out.tolist() == [[1, 0, 0]]
