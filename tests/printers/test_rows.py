"""What holds for the text of every program of the table: one test a row, each check by name."""

import ast
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from syn0.derive import prediction_program
from syn0.engines import make_runner
from syn0.files.records import from_data, to_data
from syn0.printers import PRINTERS, Data, example_data
from syn0.printers.notes import counted_by_loop
from syn0.printers.numpy import NumpyPrinter
from syn0.program import Line, Program, check, reads
from syn0.program.expressions import products
from syn0.program.interpreter import start, step
from syn0.program.operations import evaluate
from tests.derive.cases import Case
from tests.together import Together

from .neat import assert_neat, assert_plain

ALIKE = (("c", "cpp", "cuda", "d", "rust", "javascript"), ("math", "latex"))
"""Languages that dress the same statements, or the same equations, in their own words. (Every row
is a page of MathML, whose form is checked, and runs in C, in test_c.py.)"""


@dataclass(frozen=True)
class Row:
    """A case, its arrays, and what is derived from it and printed."""

    case: Case
    arrays: dict[str, Any]
    number: int

    @property
    def program(self) -> Program:
        return self.case.program

    @cached_property
    def prediction(self) -> Program:
        return prediction_program(self.case.network, self.case.training.reduction)

    @cached_property
    def texts(self) -> dict[str, str]:
        """The script in each language that can say it; of those that are alike, one in turn."""
        others = {name for alike in ALIKE for name in alike if name != self.in_turn(alike)}
        tried = {name: x for name, x in PRINTERS.items() if name not in others}
        said = [name for name, x in tried.items() if not x.cannot_say(self.program)]
        return {language: self.text(language) for language in said}

    @cached_property
    def tree(self) -> ast.Module:
        """What Python reads in the NumPy script."""
        return ast.parse(self.texts["numpy"])

    def in_turn(self, languages: tuple[str, ...]) -> str:
        """One of these, another for the next row."""
        return languages[self.number % len(languages)]

    def text(self, language: str) -> str:
        data = example_data(self.case.network)
        if self.case.weighted:
            data = replace(data, sample_weight=np.ones((8, 1)))
        return self.script(language, data)

    def script(self, language: str, data: Data) -> str:
        case = self.case
        return PRINTERS[language].script(case.program, case.network, case.training, data)


def the_checker_passes_it(row: Row) -> None:
    program, case = row.program, row.case
    shapes = check(program)
    rows = "rows" if case.training.batch_size is None else "batch"
    assert shapes[program.output] == (rows, case.network.outputs)
    assert all(shapes[name] == () for name in program.reports)
    assert all(shapes[pull] == shapes[name] for name, pull in program.pulls.items())
    shapes = check(row.prediction)
    assert shapes[row.prediction.output] == ("rows", case.network.outputs)
    assert all(shapes[name] == () for name in row.prediction.reports)


def no_line_is_idle(row: Row) -> None:
    """Each is read, or is what the program is for."""
    program = row.program
    for whole in (program, row.prediction):
        wanted = {whole.output, *whole.reports, *whole.pulls.values(), *program.state}
        read = set(reads(whole.lines))
        assert [line for line in whole.lines if line.target not in read | wanted] == []
    assert {x.target for x in program.measured if x.phase == "backward"} <= {"trimmed"}
    assert all(name in set(reads(program.lines)) for name in program.inputs)


def every_line_has_a_note_and_a_layer(row: Row) -> None:
    for line in row.program.lines:
        assert line.note
        assert 0 <= line.layer <= len(row.case.network.dense)
        assert line.note == line.note.strip(" ,;")


def no_note_says_what_no_textbook_would(row: Row) -> None:
    notes = " ".join(line.note for line in row.program.lines)
    odd = "evenly|normally|missed|contributed|asks|sizes|at right angles|confidence|surprised"
    assert not re.search(rf"\b({odd})\b", notes)


def the_description_comes_back_equal_through_json(row: Row) -> None:
    for value in (row.case.network, row.case.training):
        assert from_data(type(value), json.loads(json.dumps(to_data(value))), "it") == value


def every_text_is_neat(row: Row) -> None:
    assert {"numpy", "terse"} <= set(row.texts)
    for language, text in row.texts.items():
        if language not in ("latex", "mathml"):  # whose lines are broken where they are shown
            assert_neat(text)


def programs_are_plain_ascii(row: Row) -> None:
    """Whatever a terminal, a file or a compiler takes text for."""
    for language, text in row.texts.items():
        assert text.isascii() or language == "math"


def only_a_solvers_script_imports_more_than_numpy(row: Row) -> None:
    searched = ["from scipy.optimize import minimize"] if row.program.pulls else []
    for language in ("numpy", "terse"):
        lines = row.texts[language].splitlines()
        imports = [line for line in lines if re.match("(import|from) ", line)]
        assert imports == ["import numpy as np", *searched]


def each_function_is_defined_once_and_used(row: Row) -> None:
    nodes = list(ast.walk(row.tree))
    defined = [node.name for node in nodes if isinstance(node, ast.FunctionDef)]
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    assert len(defined) == len(set(defined))
    assert set(defined) <= used


def a_person_would_write_it_so(row: Row) -> None:
    assert_plain(row.texts["numpy"], row.tree)


def its_equations_are_well_formed_mathml(row: Row) -> None:
    """The page of a program holds elements of MathML, and a row for each line."""
    page = ElementTree.fromstring(row.texts["mathml"])
    known = {"mi", "mn", "mo", "mrow", "mfrac", "msup", "msub", "msqrt", "munder", "mtext",
             "mtable", "mtr", "mtd", "math"}  # fmt: skip
    assert {one.tag.partition("}")[2] for one in page.iter() if "}" in one.tag} <= known
    rows = list(page.iter("tr"))
    assert len(rows) >= len(row.program.lines)
    assert all(one[0][0].tag.endswith("}math") for one in rows)


def shapes_in_notes_are_those_that_arrays_have(row: Row) -> None:
    lines = row.texts["numpy"].splitlines()
    plain = " ".join(line.strip().removeprefix("# ") for line in lines)
    values = start(row.program, np.random.RandomState(1)) | row.arrays
    values = step(row.program, values | {"batch": np.arange(3), "steps": 21})
    for line in row.program.lines:
        for product in products(line.expression):
            arrays = [evaluate(x, values) for x in (*product.args, product)]
            left, right, result = ("({}x{})".format(*array.shape) for array in arrays)
            assert f"{left} @ {right} = {result}" in plain, line


def statements(tree: ast.Module) -> set[str]:
    """Every statement of a Python text that holds no others, however its lines are broken."""
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.stmt))
    return {ast.unparse(node) for node in nodes if not hasattr(node, "body")}


@cache
def unbroken(text: str) -> str:
    """A statement on one line."""
    return ast.unparse(ast.parse(text))


def the_engine_runs_the_very_lines_that_the_script_prints(row: Row) -> None:
    program, script = row.program, row.texts["numpy"]
    source = make_runner("numpy", program, row.prediction).source
    printer, counted = NumpyPrinter(), counted_by_loop(program)

    def printed(lines: Iterable[Line]) -> set[str]:
        return {unbroken(printer.statement(line)) for line in lines}

    steps = "forward", "loss", "backward", "update"
    idle = set(program.measured) if program.pulls else set()
    assert printed(program.phase(*steps)) <= statements(ast.parse(source))
    # The script's loop counts the steps; the engine's goes on from a model's count.
    assert printed(x for x in counted.phase(*steps) if x not in idle) <= statements(row.tree)
    for helper in printer.helper_functions(program.lines):
        assert helper in script
        assert helper in source


CHECKS: tuple[Callable[[Row], None], ...] = (
    the_checker_passes_it,
    no_line_is_idle,
    every_line_has_a_note_and_a_layer,
    no_note_says_what_no_textbook_would,
    the_description_comes_back_equal_through_json,
    every_text_is_neat,
    programs_are_plain_ascii,
    only_a_solvers_script_imports_more_than_numpy,
    each_function_is_defined_once_and_used,
    a_person_would_write_it_so,
    its_equations_are_well_formed_mathml,
    shapes_in_notes_are_those_that_arrays_have,
    the_engine_runs_the_very_lines_that_the_script_prints,
)


def test_the_program_of_a_row_and_its_texts_are_in_order(
    case: Case, made_up_arrays: Any, request: Any
) -> None:
    row = Row(case, made_up_arrays(case), request.node.callspec.indices["case"])
    with Together() as together:
        for one in CHECKS:
            with together(one.__name__):
                one(row)


def test_a_check_that_fails_is_named_and_the_others_run() -> None:
    ran: list[str] = []

    def several() -> None:
        with Together() as together:
            for name in ("first", "second", "third"):
                with together(name):
                    ran.append(name)
                    assert name == "second"

    with pytest.raises(ExceptionGroup, match=r"first.*third") as failed:
        several()
    assert ran == ["first", "second", "third"]
    assert len(failed.value.exceptions) == 2
