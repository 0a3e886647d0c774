"""What a printed program tells a learner: true, once, in the terms of the field."""

import re
from typing import Any

import numpy as np
import pytest

from syn0.derive import training_program
from syn0.printers import PRINTERS, Data, example_data
from syn0.program import ACTIVATIONS
from syn0.spec import LBFGS, Adam, Dense, NetworkSpec, Training


def script(*layers: Dense, language: str = "numpy", rows: int = 4, **settings: Any) -> str:
    network = NetworkSpec(3, layers or (Dense(4), Dense(1)))
    training = Training(**{"steps": 2000} | settings)
    data = example_data(network)
    data = Data(np.resize(data.X, (rows, 3)), np.resize(data.y, (rows, 1)), "rows")
    return PRINTERS[language].script(training_program(network, training), network, training, data)


def note_of(line: str, text: str) -> str:
    """The note of a line: beside it, or above."""
    lines = text.splitlines()
    place = next(k for k, found in enumerate(lines) if found.strip().startswith(line))
    beside = lines[place].partition("  # ")[2]
    return beside or lines[place - 1].strip().removeprefix("# ")


@pytest.mark.parametrize("language", ["numpy", "c"])
def test_the_central_line_is_the_error_times_the_slope(language: str) -> None:
    text = " ".join(script(language=language).split())
    assert "the derivative" in text
    assert text.count("error times sigmoid's slope: undecided values move most") == 2
    assert "confidence" not in text


def test_the_sigmoid_tells_its_slope_from_its_output() -> None:
    assert "slope (derivative): out * (1 - out)" in script()


@pytest.mark.parametrize("activation", [name for name, row in ACTIVATIONS.items() if row.moves])
def test_every_delta_names_the_slope_that_it_is_scaled_by(activation: str) -> None:
    text = script(Dense(4, activation), Dense(4, activation, bias=True), Dense(1))
    for k in (1, 2):
        assert f"error times {activation}'s slope: " in note_of(f"l{k}_delta = ", text)


def test_the_addition_and_its_sign_are_explained() -> None:
    text = script()
    assert note_of("l2_error = ", text) == "target - output: positive where l2 is below y"
    words = " ".join(text.replace("#", " ").split())
    assert "so adding (+=) moves the output towards the target" in words
    assert "the minus of gradient descent is in the error" in words


def test_what_a_solver_takes_is_minus_the_gradient() -> None:
    text = script(optimizer=LBFGS())
    assert "# Minus the gradient of the loss, for each parameter." in text
    assert "+=" not in text


SHAPES = {
    "l1 = ": "(4x3) @ (3x4) = (4x4)",
    "l2 = ": "(4x4) @ (4x1) = (4x1)",
    "l1_error = ": "(4x1) @ (1x4) = (4x4)",
    "syn1 += ": "(4x4) @ (4x1) = (4x1)",
    "syn0 += ": "(3x4) @ (4x4) = (3x4)",
}


@pytest.mark.parametrize(("line", "shapes"), SHAPES.items(), ids=SHAPES)
def test_products_tell_their_shapes(line: str, shapes: str) -> None:
    assert note_of(line, script()).endswith(f": {shapes}")
    assert f": {shapes} */" in script(language="c")


def test_the_shapes_are_those_of_the_rows_of_a_step() -> None:
    assert note_of("l1 = ", script(rows=7)).endswith(": (7x3) @ (3x4) = (7x4)")
    assert note_of("l1 = ", script(rows=7, batch_size=5)).endswith(": (5x3) @ (3x4) = (5x4)")
    assert note_of("l1 = ", script(rows=7, batch_size=7)).endswith(": (7x3) @ (3x4) = (7x4)")


def test_the_loop_counts_the_steps() -> None:
    """No second count stands beside `step`, but for the number from 1 that Adam takes."""
    for settings in ({"schedule": "exponential"}, {"schedule": "one_cycle"}, {"warm_up": 9}):
        text = script(**settings)
        assert not re.search(r"\bt\b = ", text)
        assert re.search(r"\bstep\b", text.partition("# Update")[2])
    text = script(optimizer=Adam())
    assert "\n    t = step + 1 " in text
    assert "t = 0" not in text
    assert "t += 1" not in text


@pytest.mark.parametrize("optimizer", [Adam(), Adam(epsilon_hat=True)])
def test_adam_takes_three_lines_a_parameter_beside_its_update(optimizer: Adam) -> None:
    """And one before the loop: what all parameters share is computed once."""
    text = script(Dense(8, bias=True), Dense(8, bias=True), Dense(1), optimizer=optimizer)
    lines = [x for x in text.splitlines() if not x.strip().startswith("#")]
    for name in ("syn0", "bias0", "syn1", "bias1", "syn2"):
        about = [x for x in lines if re.match(rf" *{name}(_\w+)?\b", x)]
        assert [x.split()[0].strip(",") for x in about] == [
            name, f"{name}_m", f"{name}_update", f"{name}_m", f"{name}_v", name,
        ]  # fmt: skip
    assert sum("beta2 **" in x for x in lines) == (1 if optimizer.epsilon_hat else 2)
