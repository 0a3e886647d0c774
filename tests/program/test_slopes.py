"""Every hand-written slope agrees with central differences and with JAX."""

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from syn0.program import ACTIVATIONS, Activation, Name, delta, evaluate
from tests.together import Together

pytestmark = pytest.mark.usefixtures("derived_anew")

Array = NDArray[Any]

# Both signs, small and large, on either side of every kink and none within 0.05 of one.
Z = np.array([[0.05, -0.3, 1.5], [-2.0, 0.7, 2.5], [3.1, -4.0, -1.1], [-0.05, -0.06, -3.05]])
ERROR = np.array([[1.0, -0.5, 0.3], [-1.2, 0.4, 2.0], [0.8, 0.9, -0.1], [-0.6, 1.0, 0.2]])


def value(name: str, z: Array) -> Array:
    """The activation of `z`, by its formula."""
    return np.asarray(evaluate(ACTIVATIONS[name].formula(Name("z")), {"z": z}))


def asked(name: str) -> Array:
    """What the row's slope or pull makes of `ERROR` at the outputs for `Z`."""
    values = {"error": ERROR, "out": value(name, Z), "z": Z}
    return np.asarray(evaluate(delta(name, *map(Name, values)), values))


def by_differences(name: str) -> Array:
    """The slope of sum(ERROR * out) in every entry of `Z`, by central differences."""
    h, slopes = 1e-5, np.empty_like(Z)
    for place in np.ndindex(Z.shape):
        nudge = np.zeros_like(Z)
        nudge[place] = h
        rise = value(name, Z + nudge) - value(name, Z - nudge)
        slopes[place] = np.sum(ERROR * rise) / (2 * h)
    return slopes


def by_jax(function: Callable[[Any], Any], z: Array = Z, error: Array = ERROR) -> Array:
    """JAX's own pull of `error` back through `function` at `z`."""
    import jax

    return np.asarray(jax.vjp(function, z)[1](error)[0])


def distance(a: Array, b: Array) -> float:
    """The largest difference, relative to the largest entry."""
    return float(np.abs(a - b).max() / np.abs(b).max())


def test_a_slope_agrees_with_central_differences() -> None:
    with Together() as together:
        for name in ACTIVATIONS:
            with together(name):
                assert distance(asked(name), by_differences(name)) < 1e-6


def test_a_slope_agrees_with_jax(reference: ModuleType) -> None:
    with Together() as together:
        for name in ACTIVATIONS:
            with together(name):
                assert distance(asked(name), by_jax(reference.ACTIVATIONS[name])) < 1e-9


def test_a_formula_agrees_with_jax(reference: ModuleType) -> None:
    with Together() as together:
        for name in ACTIVATIONS:
            with together(name):
                assert distance(value(name, Z), np.asarray(reference.ACTIVATIONS[name](Z))) < 1e-12


FADING = [name for name, row in ACTIVATIONS.items() if row.range[0] == 0]


@pytest.mark.parametrize("name", FADING)
def test_where_an_output_fades_to_nothing_its_slope_keeps_its_digits(
    name: str, reference: ModuleType
) -> None:
    z = np.array([[-20.0, 2.0], [2.0, -15.0]])
    values = {"error": np.ones_like(z), "out": value(name, z), "z": z}
    found = evaluate(delta(name, *map(Name, values)), values)
    expected = by_jax(reference.ACTIVATIONS[name], z, np.ones_like(z))
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-18)


def test_the_reference_in_jax_covers_every_row(reference: ModuleType) -> None:
    assert set(reference.ACTIVATIONS) == set(ACTIVATIONS)


FORMS = ("slope", "slope_at", "pull")


def test_a_row_says_its_slope_in_one_form() -> None:
    with Together() as together:
        for name in ACTIVATIONS:
            with together(name):
                assert sum(getattr(ACTIVATIONS[name], form) is not None for form in FORMS) == 1


def test_every_form_of_a_slope_is_tried() -> None:
    for form in FORMS:
        assert any(getattr(row, form) is not None for row in ACTIVATIONS.values()), form


def planted(name: str) -> Activation:
    """The row with its slope, in whatever form, off by one part in a thousand."""
    row = ACTIVATIONS[name]
    (form,) = (form for form in FORMS if getattr(row, form) is not None)
    right = getattr(row, form)
    return replace(row, **{form: lambda *args: 1.001 * right(*args)})


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_planted_wrong_slope_is_caught(
    name: str, reference: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ACTIVATIONS, name, planted(name))
    assert distance(asked(name), by_differences(name)) > 1e-4
    assert distance(asked(name), by_jax(reference.ACTIVATIONS[name])) > 1e-4


WRONG_IN_KIND: dict[str, dict[str, Any]] = {
    "sigmoid": {"slope": lambda out: 1 - out},
    "softmax": {"pull": lambda error, out: error * out * (1 - out)},
    "leaky_relu": {"pull": lambda error, out: error * (out > 0)},
    "silu": {"slope_at": lambda z: z},
}


@pytest.mark.parametrize("name", WRONG_IN_KIND)
def test_a_slope_that_is_wrong_in_kind_is_caught(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ACTIVATIONS, name, replace(ACTIVATIONS[name], **WRONG_IN_KIND[name]))
    assert distance(asked(name), by_differences(name)) > 1e-4


def jumps(name: str, places: Array) -> Array:
    """By how much the slope of the first unit of a row differs on the two sides of places."""
    h = 1e-6
    rows = np.array([[z, 0.5] for z in places])
    here = value(name, rows)[:, 0]
    left, right = (value(name, rows + np.array([side, 0]))[:, 0] for side in (-h, h))
    return np.asarray(np.abs((right - here) - (here - left)) / h)


KINKS = {
    "relu": (0,),
    "leaky_relu": (0,),
    "selu": (0,),
    "hard_sigmoid": (-3, 3),
    "hard_tanh": (-1, 1),
}
"""Where slopes jump; `Z` stays away from there."""


def test_slopes_jump_at_the_known_kinks_alone() -> None:
    with Together() as together:
        for name in ACTIVATIONS:
            with together(name):
                kinks = np.array(KINKS.get(name, ()))
                if len(kinks):
                    assert jumps(name, kinks).min() > 0.1
                    assert np.abs(Z[..., None] - kinks).min() > 0.04
                places = np.linspace(-5, 5, 1001)
                smooth = [z for z in places if all(abs(z - kink) > 1e-3 for kink in kinks)]
                assert jumps(name, np.array(smooth)).max() < 1e-3


def test_outputs_come_near_the_ends_of_the_range_and_stay_inside() -> None:
    with Together() as together:
        for name in ACTIVATIONS:
            with together(name):
                least, greatest = ACTIVATIONS[name].range
                z = np.linspace(-300, 300, 60_001)
                out = value(name, np.stack([z, -z], axis=1))
                assert least <= out.min() <= (least + 0.004 if np.isfinite(least) else -3)
                assert (greatest - 0.004 if np.isfinite(greatest) else 300) <= out.max() <= greatest


def test_large_sums_leave_values_and_slopes_finite() -> None:
    with Together() as together:
        for name in ACTIVATIONS:
            with together(name):
                large = 80 if name == "exp" else 1e4
                z = np.array([[large, 0.0, -large]])
                values = {"error": np.ones_like(z), "out": np.zeros_like(z), "z": z}
                with np.errstate(over="ignore"):  # e^10000 is infinite, and 1 / (1 + it) is 0
                    values["out"] = value(name, z)
                    wanted = evaluate(delta(name, *map(Name, values)), values)
                assert np.isfinite(values["out"]).all()
                assert np.isfinite(wanted).all()


def test_softmax_of_huge_sums_is_certain() -> None:
    assert value("softmax", np.array([[1e4, 0.0, -1e4]])).tolist() == [[1, 0, 0]]
