"""The printed texts, whole: a change of any printed line shows up as a difference in golden/.

UPDATE_GOLDEN=1 writes the texts anew; read the difference before you commit it.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from syn0.derive import training_program
from syn0.printers import PRINTERS, Data, example_data
from syn0.spec import SGD, Adam, Dense, NetworkSpec, Training

FOLDER = Path(__file__).parent / "golden"
SCRIPTS = ("numpy", "terse")
"""The languages whose scripts are Python with NumPy."""
UPDATE = os.environ.get("UPDATE_GOLDEN") == "1"


@dataclass(frozen=True)
class Golden:
    """A network, how it is trained, and the data if not the example's."""

    network: NetworkSpec
    training: Training
    data: Data | None = None

    def text(self, language: str) -> str:
        program = training_program(self.network, self.training)
        data = self.data or example_data(self.network)
        return PRINTERS[language].script(program, self.network, self.training, data)


def tutorial(hidden: str = "sigmoid", *, bias: bool = False, **options: Any) -> NetworkSpec:
    return NetworkSpec(3, (Dense(4, hidden, bias), Dense(1, "sigmoid", bias)), **options)


STEPS = Training(steps=2000)
FLOWERS = Data(
    np.array([[5.1, 3.5, 1.4, 0.2], [7, 3.2, 4.7, 1.4], [6.3, 3.3, 6, 2.5], [4.9, 3, 1.4, 0.2]]),
    np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]]),
    "four flowers, measured in cm",
)
TENTHS = np.arange(10).reshape(-1, 1) / 10
LINE = Data(TENTHS, (2 * TENTHS - 1).round(1), "y is 2 X - 1")

GOLDEN = {
    "tutorial-3-1": Golden(NetworkSpec(3, (Dense(1),)), Training(steps=10_000)),
    "tutorial-3-4-1": Golden(tutorial(), Training(steps=60_000)),
    "bias": Golden(tutorial(bias=True), STEPS),
    "tanh": Golden(tutorial("tanh"), Training(steps=2000, optimizer=SGD(0.1))),
    "deep-relu": Golden(
        NetworkSpec(
            5,
            (
                Dense(8, "relu", bias=True, init="he_uniform"),
                Dense(6, "relu", bias=True, init="he_uniform"),
                Dense(2, "sigmoid", bias=True, init="glorot_uniform"),
            ),
        ),
        Training(steps=500, optimizer=SGD(0.01)),
    ),
    "regression": Golden(
        NetworkSpec(1, (Dense(6, "tanh", bias=True), Dense(1, "identity", bias=True))),
        Training(steps=500, optimizer=SGD(0.02)),
        LINE,
    ),
    "softmax": Golden(
        NetworkSpec(4, (Dense(5, "tanh"), Dense(3, "softmax")), loss="cross_entropy"),
        Training(steps=500, optimizer=SGD(0.1)),
        FLOWERS,
    ),
    "softmax-below": Golden(tutorial("softmax"), STEPS),
    "binary-cross-entropy": Golden(tutorial(loss="binary_cross_entropy"), STEPS),
    "learning-rate": Golden(tutorial(), Training(steps=2000, optimizer=SGD(0.5))),
    "mini-batches": Golden(tutorial(), Training(steps=2000, batch_size=3)),
    "no-shuffle": Golden(tutorial(), Training(steps=2000, batch_size=3, shuffle=False)),
    "epochs": Golden(tutorial(), Training(epochs=50, batch_size=2)),
    "adam": Golden(tutorial(bias=True), Training(steps=500, optimizer=Adam(0.01))),
    "float32": Golden(tutorial(bias=True, dtype="float32"), STEPS),
    "no-seed": Golden(tutorial(seed=None), STEPS),
    "mean-reduction": Golden(tutorial(), Training(steps=2000, reduction="mean")),
    "one-step": Golden(tutorial(), Training(steps=1)),
}


@pytest.mark.skipif(UPDATE, reason="the texts are being written anew")
def test_the_folder_holds_these_texts_and_no_others() -> None:
    names = {f"{name}.{language}.txt" for name in GOLDEN for language in PRINTERS}
    assert {path.name for path in FOLDER.iterdir()} == names


@pytest.mark.parametrize("language", PRINTERS)
@pytest.mark.parametrize("name", GOLDEN)
def test_a_program_is_printed_word_for_word(name: str, language: str) -> None:
    path = FOLDER / f"{name}.{language}.txt"
    text = GOLDEN[name].text(language)
    if UPDATE:
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", PRINTERS)
@pytest.mark.parametrize("name", GOLDEN)
def test_a_printed_program_is_neat(name: str, language: str) -> None:
    text = GOLDEN[name].text(language)
    lines = text.splitlines()
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert max(map(len, lines)) <= 100
    assert all(line == line.rstrip() for line in lines)
    if language == "terse":
        assert "#" not in text
        assert "" not in lines


@pytest.mark.parametrize("name", GOLDEN)
def test_both_forms_run_alone_and_learn_the_same(
    name: str, numpy_only: Callable[[str], Any]
) -> None:
    golden = GOLDEN[name]
    long, short = (
        numpy_only((FOLDER / f"{name}.{language}.txt").read_text(encoding="utf-8"))
        for language in SCRIPTS
    )
    assert long.printed.startswith("step 0: loss ")
    assert short.printed == ""
    for array in training_program(golden.network, golden.training).state:
        assert np.isfinite(long.values[array]).all()
        assert long.values[array].dtype == short.values[array].dtype
        if golden.network.seed is not None:
            np.testing.assert_array_equal(long.values[array], short.values[array])


@pytest.mark.parametrize("name", GOLDEN)
def test_training_lowers_the_printed_error(name: str, numpy_only: Callable[[str], Any]) -> None:
    printed = numpy_only(GOLDEN[name].text("numpy")).printed
    errors = [float(line.split("error ")[1]) for line in printed.splitlines() if "error " in line]
    if name == "one-step":
        assert len(errors) == 1
    else:
        assert 2 <= len(errors) <= 50
        assert errors[-1] < errors[0]
