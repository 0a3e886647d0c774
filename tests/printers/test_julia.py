"""Julia programs: where there is a `julia`, they report what the interpreter does."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from syn0 import LBFGS, SGD, Dense, Network, Training
from tests.together import Together

from .covering import few_cases
from .test_c import program_text
from .test_languages import TUTORIAL, assert_reports

JULIA = shutil.which("julia")


def printed(text: str, folder: Path) -> str:
    """What a program prints."""
    (folder / "net.jl").write_text(text, encoding="utf-8")
    done = subprocess.run([str(JULIA), "net.jl"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[:3000]
    return done.stdout


@pytest.mark.skipif(JULIA is None, reason="there is no Julia here")
def test_programs_report_what_the_interpreter_does(made_up_arrays: Any, tmp_path: Path) -> None:
    tutorial = printed(Network([3, 4, 1]).program("julia"), tmp_path)
    assert re.findall("error (.+)", tutorial) == [*TUTORIAL]
    with Together() as together:
        for name, case in few_cases().items():
            with together(name):
                text = program_text("julia", case, made_up_arrays(case))
                assert_reports(printed(text, tmp_path), case, made_up_arrays)


def test_dots_stand_where_arrays_meet_and_only_there() -> None:
    text = Network([3, 4, 1], bias=True).program("julia", training=Training(steps=5))
    assert "l1 = sigmoid.(l0 * syn0 .+ bias0)" in text
    assert "l1_error = l2_delta * syn1'" in text
    assert "loss = sum(l2_error .^ 2) / 2" in text
    assert "return 1 / (1 + exp(-z))" in text


def test_numbers_among_float32_entries_are_float32() -> None:
    text = Network([3, 4, 1], dtype="float32").program(
        "julia", training=Training(steps=5, optimizer=SGD(momentum=0.5))
    )
    assert "zeros(Float32, 3, 4)" in text
    assert "Float32(momentum) .* " in text


def test_what_julia_cannot_say_is_refused_in_one_sentence() -> None:
    with pytest.raises(ValueError, match=r"julia .* L-BFGS.*SciPy's: choose another"):
        Network([3, 4, 1]).program("julia", training=Training(steps=5, optimizer=LBFGS()))
    with pytest.raises(ValueError, match=r"julia .*'orthogonal'"):
        Network(3, [Dense(4, init="orthogonal"), Dense(1)]).program("julia")
