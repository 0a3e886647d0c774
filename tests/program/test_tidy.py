"""What is printed is spelled as a person would write it, and means the same to the last bit."""

import math
import random
from typing import Any

import numpy as np
import pytest

from syn0.derive import INITIALIZERS, LOSSES, SCHEDULES, training_program
from syn0.models.settings import NETWORK_SETTINGS, make_network, make_training
from syn0.printers import PRINTERS, example_data
from syn0.program import ACTIVATIONS, Const, Expr, Name, evaluate
from syn0.program.activations import SELU_SCALE
from syn0.program.expressions import apply, function, sqrt
from syn0.program.tidy import by_hand, rest, spelled, tidied
from syn0.spec import OPTIMIZERS
from syn0.spec.choices import listed
from tests.printers.neat import assert_plain
from tests.together import Together

A, B = Name("a"), Name("b")
negative = function("negative")

TIDY: dict[str, tuple[Expr, Expr]] = {
    "a factor of 1": (A * 1, A),
    "a factor of 1 in front": (1 * A, A),
    "a divisor of 1": (A / 1, A),
    "a power of 1": (A**1, A),
    "0 taken off": (A - 0, A),
    "a factor of -1": (A * -1, -A),
    "a double sign": (negative(negative(A)), A),
    "a negative number added": (A + -0.5, A - 0.5),
    "a negative number taken off": (A - -0.5, A + 0.5),
    "a negative value added": (A + -B, A - B),
    "a negative value taken off": (A - -B, A + B),
    "the root of a number over itself": (sqrt(Const(3) / Const(3)) * A, A),
    "deep inside": (1 - B * (1 * A) ** 1, 1 - B * A),
}


@pytest.mark.parametrize(("expr", "short"), TIDY.values(), ids=TIDY)
def test_what_changes_nothing_is_left_out(expr: Expr, short: Expr) -> None:
    assert tidied(expr) == short


def test_what_changes_something_stays() -> None:
    """A sum with 0 turns -0 into 0, and arithmetic turns truth values into numbers."""
    for expr in (
        A + 0,
        A - -0.0,
        (A > B) * 1,
        A * 2,
        A / 2,
        1 - A,
        1 / A,
        A**2,
        1**A,
        0 * A,
        0 - A,
    ):
        assert tidied(expr) == expr


def random_expression(rng: random.Random, depth: int) -> Expr:
    """One of floating-point numbers, full of what the rules look for."""
    if depth == 0 or rng.random() < 0.2:
        return rng.choice([A, B, *map(Const, (0.0, 1.0, -1.0, -0.0, 0.5, -0.5, 3.0))])
    if rng.random() < 0.25:
        return -random_expression(rng, depth - 1)
    names = ("add", "subtract", "multiply", "divide", "power")
    parts = (random_expression(rng, depth - 1) for _ in range(2))
    return apply(rng.choice(names), *parts)


def test_no_rule_changes_a_bit_of_any_value() -> None:
    """Of random expressions over arrays with NaN, infinities, zeros of both signs and tiny values;
    the sign of a NaN is no part of its value."""
    rng, changed = random.Random(7), 0  # noqa: S311  (nothing secret)
    special = [0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 5e-324, 1e308, 0.1, -3.7]
    a, b = (np.array(x) for x in zip(*((x, y) for x in special for y in special), strict=True))
    with np.errstate(all="ignore"):
        for _ in range(3000):
            expr = A * random_expression(rng, 4)
            short = tidied(expr)
            if short == expr:
                continue
            try:
                before = evaluate(expr, {"a": a, "b": b})
            except (TypeError, ValueError, ArithmeticError):
                continue  # such as minus a truth value, or 0 ** -1
            if np.iscomplexobj(before):
                continue  # a root of a negative number, by Python
            after = evaluate(short, {"a": a, "b": b})
            changed += 1
            np.testing.assert_array_equal(after, before)
            signs = [np.signbit(np.asarray(x, float)[~np.isnan(x)]) for x in (before, after)]
            np.testing.assert_array_equal(*signs)
    assert changed > 500


def test_shares_are_worked_out_in_decimals() -> None:
    assert [rest(x) for x in (0.9, 0.3, 0.0, 1, 0.999)] == [0.1, 0.7, 1.0, 0.0, 0.001]
    assert by_hand(lambda high, low: (high - low) / 2, 0.01, 0.001) == 0.0045


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.0, "1"), (-2, "-2"), (1e-8, "1e-8"), (1e30, "1e30"), (-2.5e-10, "-2.5e-10"), (0.1, "0.1"),
     (1 / 3, "0.3333333333333333"), (5e-324, "5e-324"), (1.7e308, "1.7e308"), (1e16, "1e16")],
)  # fmt: skip
def test_a_number_is_spelled_short_and_exact(value: float, text: str) -> None:
    assert spelled(value) == text
    assert float(text) == value


EDGES: list[dict[str, Any]] = [
    {"optimizer": name, "learning_rate": rate, "weight_decay": decay, "schedule": schedule}
    for name in OPTIMIZERS
    if name != "lbfgs"
    for rate, decay, schedule in (
        (None, 0, "constant"),
        (1, 1, "constant"),
        (0.6, 0.9, "one_cycle:0.9"),
        (0.3, 1, "cosine:0.1"),
    )
]
EDGES += [{"schedule": f"{name}", "learning_rate": rate} for name in SCHEDULES for rate in (0.6, 1)]
EDGES += [{"schedule": text} for text in ("step:1,0.5", "inverse_scaling:1", "one_cycle:0.1")]
EDGES += [{"init": name, "bias": True} for name in listed(INITIALIZERS)]
EDGES += [{"init": "constant:-0.5"}, {"init": "orthogonal"}, {"init": "uniform:0.7"}]
EDGES += [{"activation": name} for name in ACTIVATIONS]
EDGES += [{"loss": name} for name in listed(LOSSES) if name != "cross_entropy"]
EDGES += [{"dropout": rate, "input_dropout": rate} for rate in (0.1, 0.4, 0.9)]
EDGES += [{"input_noise": deviation} for deviation in (0.1, 1)]
EDGES += [{"momentum": 1, "nesterov": True}, {"batch_norm": True}, {"layer_norm": True}]
EDGES += [{"loss": "binary_cross_entropy", "label_smoothing": share} for share in (0.1, 0.3, 0.9)]
EDGES += [{name: 1} for name in ("clip_deltas", "clip_value", "clip_norm", "trim_deltas")]
EDGES += [{name: 1} for name in ("l1", "l2", "max_norm", "warm_up", "batch_size")]
EDGES += [{"steps": None, "epochs": 1, "batch_size": 3}]


def edge_script(settings: dict[str, Any], dtype: str) -> str:
    """The NumPy program of a 4-3-1 network with these settings."""
    own = {name: value for name, value in settings.items() if name in NETWORK_SETTINGS}
    network = make_network((4, 3, 1), own | {"dtype": dtype})
    how = {"steps": 50} | {name: value for name, value in settings.items() if name not in own}
    training = make_training(how)
    program = training_program(network, training)
    return PRINTERS["numpy"].script(program, network, training, example_data(network))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_no_setting_gives_a_program_that_a_person_would_not_write(dtype: str) -> None:
    with Together() as together:
        for settings in EDGES:
            with together(settings):
                assert_plain(edge_script(settings, dtype))


def test_the_sweep_finds_what_it_looks_for() -> None:
    for text in ("a * 1", "1 * a", "a / 1", "a ** 1", "a + 0", "a - 0", "a - -b", "--a", "t - 1",
                 "0.0048000000000000004", "1e-08"):  # fmt: skip
        with pytest.raises(AssertionError):
            assert_plain(text)
    assert_plain("a ** 2 - 0.5 * b / 3")
    assert math.isclose(SELU_SCALE, 1.0507, rel_tol=1e-4)
