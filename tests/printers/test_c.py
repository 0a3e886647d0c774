"""C programs, compiled and run alone, report what the interpreter does."""

import re
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from syn0 import SGD, Dense, Network, Training
from syn0.derive import prediction_program, training_program
from syn0.engines.compiler import find_compiler
from syn0.printers import PRINTERS, Data, UnsupportedError, example_data
from syn0.spec import NetworkSpec
from tests.derive.cases import Case, named_cases
from tests.engines.test_agreement import (
    ROUNDINGS,
    TOLERANCE,
    assert_unless_rounded,
    defined,
)
from tests.together import Together

from .covering import loop_rows
from .toolchains import renamed, written


def compiled(parts: Sequence[str], folder: Path, optimized: str) -> Path:
    """A program, of which the last text includes the others, compiled into an empty folder; every
    warning is an error."""
    source, program = folder / "net.c", folder / "net"
    written(parts, source)
    flags = [optimized, "-Wall", "-Wextra", "-Werror", "-Wno-unused-variable", "-ffp-contract=off"]
    command = [*find_compiler().command, *flags, "-o", program, source, "-lm"]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    return program


def printed_by(program: Path, *words: object) -> str:
    """What a program prints."""
    command = [program, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def run_c(tmp_path: Path) -> Callable[..., str]:
    """Compiles a program, and gives what it prints; without optimizations in a third of the time,
    with them warned of what is read before it is set."""
    return lambda text, optimized="-O1": printed_by(compiled([text], tmp_path, optimized))


def program_text(language: str, case: Any, arrays: dict[str, Any]) -> str:
    """The program of a case, its data inside."""
    data = Data(arrays["X"], arrays["y"], "made up", sample_weight=arrays.get("sample_weight"))
    return PRINTERS[language].script(case.program, case.network, case.training, data)


def reports(printed: str) -> list[list[float]]:
    """The number of the step and the figures of each line that reports."""
    lines = [line for line in printed.splitlines() if line.startswith("step ")]
    return [[float(x) for x in re.findall(r"[a-z] ([^ ,:]+)(?:[,:]|$)", line)] for line in lines]


GROUPS = 5
"""Rows of the table are compiled together in so many groups: most of a compilation of one is
starting and headers."""


@pytest.mark.needs_compiler
@pytest.mark.parametrize("group", range(GROUPS))
def test_c_programs_report_what_the_interpreter_does(
    group: int, made_up_arrays: Any, tmp_path: Path
) -> None:
    cases = [case for _, case in loop_rows()][group::GROUPS]
    texts = [program_text("c", case, made_up_arrays(case)) for case in cases]
    program = compiled(renamed(texts), tmp_path, "-O0")
    with Together() as together:
        for number, case in enumerate(cases):
            with together(f"{number}: {case.network} {case.network.loss}"):
                assert_reports(printed_by(program, number), case, made_up_arrays)


def assert_reports(printed: str, case: Case, made_up_arrays: Any) -> None:
    """What a program reports is what the interpreter does."""
    found = reports(printed)
    assert len(found) > 1
    every = defined(case, made_up_arrays).reports
    expected = [(number, *every[int(number)]) for number, *_ in found]
    limit = TOLERANCE[case.network.dtype]

    def check(_: Any, shaken: Any) -> None:
        for one, other in zip(found, expected, strict=True):
            moved = ROUNDINGS * shaken[int(one[0])]
            allowed = np.fmax(limit * np.maximum(1e-3, np.abs(other[1:])), moved)
            allowed[2:] = np.fmax(6e-4, moved[2:])  # printed to four digits
            assert one[0] == other[0]
            assert (np.abs(np.subtract(one[1:], other[1:])) <= allowed).all(), (one, other)

    assert_unless_rounded(check, case, made_up_arrays)


def test_every_row_is_tried_but_what_loops_cannot_say(made_up_arrays: Any) -> None:
    tried = [case for _, case in loop_rows()]
    left = [case for _, case in named_cases() if case not in tried]
    assert len(tried) + len(left) == len(list(named_cases()))
    for case in left:
        with pytest.raises(UnsupportedError, match=r"'orthogonal'|L-BFGS"):
            program_text("c", case, made_up_arrays(case))


@pytest.mark.needs_compiler
def test_the_tutorials_numbers_come_to_all_digits_in_c(run_c: Callable[..., str]) -> None:
    printed = run_c(Network([3, 4, 1]).program("c"))
    errors = [line.split("error ")[1] for line in printed.splitlines() if "error" in line]
    assert errors == [
        "0.496410031903",
        "0.00858452565325",
        "0.00578945986251",
        "0.00462917677677",
        "0.00395876528027",
        "0.00351012256786",
    ]
    shallow = run_c(Network([3, 1]).program("c"))
    assert shallow.splitlines()[-4:] == [" 0.00966449", " 0.00786506", " 0.99358898", " 0.99211957"]


@pytest.mark.needs_compiler
@pytest.mark.parametrize("loss", ["cross_entropy", "poisson", "hinge", "squared_error"])
def test_made_up_data_are_the_same_in_every_language(
    loss: str, run_c: Callable[..., str], numpy_only: Callable[[str], Any]
) -> None:
    output = {"cross_entropy": "softmax", "poisson": "exp"}.get(loss, "identity")
    spec = NetworkSpec(5, (Dense(4, "tanh"), Dense(3, output)), loss=loss)
    training = Training(steps=20, optimizer=SGD(0.01))
    program, data = training_program(spec, training), example_data(spec)
    assert prediction_program(spec).output == program.output
    in_c = reports(run_c(PRINTERS["c"].script(program, spec, training, data)))
    in_python = numpy_only(PRINTERS["numpy"].script(program, spec, training, data)).printed
    for one, other in zip(in_c, reports(in_python), strict=True):
        assert one == pytest.approx(other, rel=1e-10)
