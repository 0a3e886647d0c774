"""Programs in compiled languages, compiled and run alone, report what the interpreter does."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings

from syn0 import LBFGS, Dense, Network, Training
from syn0.printers import PRINTERS
from syn0.printers.loops import LoopPrinter
from tests.derive.cases import Case
from tests.engines.test_agreement import (
    ROUNDINGS,
    assert_unless_rounded,
    defined,
    moved_by_rounding,
)
from tests.together import Together

from .covering import few_cases
from .test_c import program_text, reports
from .test_safe_notes import EVIL, NOTES, program
from .toolchains import TOOLCHAINS, Toolchain

LIMITS = {"float64": 1e-10, "float32": 1e-5}

TUTORIAL = (
    "0.496410031903",
    "0.00858452565325",
    "0.00578945986251",
    "0.00462917677677",
    "0.00395876528027",
    "0.00351012256786",
)
"""The mean absolute errors that the tutorial prints."""


@pytest.fixture(params=TOOLCHAINS)
def tool(request: pytest.FixtureRequest) -> Toolchain:
    """Each toolchain that is here."""
    found = TOOLCHAINS[request.param]
    if found.compiler is None:
        pytest.skip(f"none of the compilers is here: {', '.join(found.compilers)}")
    return found


def assert_reports(
    printed: str, case: Case, made_up_arrays: Any, moved_by: Any = moved_by_rounding
) -> None:
    """What a program reports is what the interpreter does, of every step that it reports."""
    found, every = reports(printed), defined(case, made_up_arrays).reports
    limit = LIMITS[case.network.dtype]
    assert len(found) > 1

    def check(_: Any, shaken: Any) -> None:
        for number, *figures in found:
            expected, moved = every[int(number)], ROUNDINGS * shaken[int(number)]
            allowed = np.fmax(limit * np.maximum(1, np.abs(expected)), moved)
            allowed[2:] = np.fmax(6e-4, moved[2:])  # printed to four digits
            assert (np.abs(np.subtract(figures[: len(expected)], expected)) <= allowed).all()

    assert_unless_rounded(check, case, made_up_arrays, moved_by)


def test_programs_report_what_the_interpreter_does(
    tool: Toolchain, made_up_arrays: Any, tmp_path: Path
) -> None:
    tutorial = Network([3, 4, 1]).program(tool.language)
    cases = few_cases()
    texts = [program_text(tool.language, x, made_up_arrays(x)) for x in cases.values()]
    program = tool.compiled([tutorial, *texts], tmp_path)
    with Together() as together:
        with together("the tutorial's numbers come to all digits"):
            assert re.findall("error (.+)", tool.printed(program)) == [*TUTORIAL]
        for number, (name, case) in enumerate(cases.items(), 1):
            with together(name):
                printed = tool.printed(program, number)
                assert_reports(printed, case, made_up_arrays)
                if tool.language == "cuda":
                    assert tool.printed(program, number, threads=3) == printed


LOOPS = {name: one for name, one in PRINTERS.items() if isinstance(one, LoopPrinter)}
"""The languages with loops."""

OF_THEIR_OWN = {"c", "javascript"}
"""Those whose programs are run by tests of their own."""

LANGUAGES = [*LOOPS]


def test_the_programs_of_every_language_with_loops_are_run() -> None:
    assert {*TOOLCHAINS} | OF_THEIR_OWN == {*LOOPS}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_language_cannot_say_is_refused_in_one_sentence(language: str) -> None:
    searched = Training(steps=5, optimizer=LBFGS())
    with pytest.raises(ValueError, match=rf"{language} .* L-BFGS.*SciPy's: choose another"):
        Network([3, 4, 1]).program(language, training=searched)
    with pytest.raises(ValueError, match=rf"{language} .*'orthogonal'"):
        Network(3, [Dense(4, init="orthogonal"), Dense(1)]).program(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kernel_is_headed_by_its_line(language: str) -> None:
    text = Network([3, 4, 1], bias=True).program(language)
    for line in ("l1 = sigmoid(l0 @ syn0 + bias0)", "syn1 += l1.T @ l2_delta"):
        assert re.search(rf"(//|/\*|#) {re.escape(line)}: ", text)
    assert max(map(len, text.splitlines())) <= 100
    assert PRINTERS[language].language == language


LINES = [name for name, one in LOOPS.items() if not one.comment("a note")[-1].endswith("*/")]
LINES += ["julia"]
"""Languages whose comments end with their line."""


def code(text: str) -> list[str]:
    """The lines that are no comments, as compilers of any age tell lines apart."""
    joined = re.sub(r"\\[ \t]*\n", "", text.replace("??/", "\\"))
    lines = re.split(r"[\n\r\v\f\x85\u2028\u2029]", joined)
    return [line for line in lines if not re.match(r"\s*(//|#)", line)]


@pytest.mark.parametrize("language", LINES)
@settings(max_examples=30)
@given(note=NOTES)
@example(note="\\")
@example(note="\\ " * 90)
@example(note="-\\" * 90)
@example(note=EVIL[0])
@example(note=EVIL[2])
@example(note=EVIL[10])
@example(note="\x1a\0")
def test_a_note_stays_a_comment(language: str, note: str) -> None:
    found = program(note, language)
    assert code(found) == code(program("plain", language))
    assert not {"\0", "\x1a", "\u202e", "\u2066"} & {*found}
