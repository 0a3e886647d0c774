"""docs/languages.md says what each language can say, and shows code that is there.

`UPDATE_GOLDEN=1 pytest tests/project/test_languages.py` writes its table anew.
"""

import os
import re
from pathlib import Path

import pytest

from syn0.models.export import FORMATS, ending_of
from syn0.printers import MODULES, PRINTERS
from tests.derive.cases import FACTORS, described

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "languages.md"
TEXT = PAGE.read_text(encoding="utf-8")
MARK = "<!-- written by tests/project/test_languages.py -->"
PLACE = re.compile(rf"({MARK}\n)(.*?)(<!-- end -->)", re.DOTALL)

WORDS = {"hidden": "activation", "output": "activation of the output", "standing": "layer"}


def choices() -> dict[str, list[str]]:
    """What can be chosen, each with the languages that cannot say it."""
    found = {}
    for factor, values in FACTORS.items():
        for value in values:
            try:
                program = described({factor: value}).program
            except ValueError:  # it goes with other choices only
                continue
            lacking = [name for name, printer in PRINTERS.items() if printer.cannot_say(program)]
            found[f"{WORDS.get(factor, factor).replace('_', ' ')} {value}"] = lacking
    return found


def table() -> str:
    """A row for each choice that some language cannot say, and how many others there are."""
    every = choices()
    odd = {choice: lacking for choice, lacking in every.items() if lacking}
    rows = [["", *(f"`{name}`" for name in PRINTERS)], ["---"] * (len(PRINTERS) + 1)]
    rows += [[f"all {len(every) - len(odd)} others", *["yes"] * len(PRINTERS)]]
    rows += [
        [choice, *("no" if name in lacking else "yes" for name in PRINTERS)]
        for choice, lacking in odd.items()
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def test_the_table_of_who_can_say_what_is_as_the_printers_have_it() -> None:
    written = PLACE.sub(lambda found: f"{found[1]}\n{table()}\n{found[3]}", TEXT)
    if os.environ.get("UPDATE_GOLDEN") == "1":
        PAGE.write_text(written, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == written


@pytest.mark.parametrize("language", PRINTERS)
def test_every_language_is_on_the_page(language: str) -> None:
    assert f"| `{language}` |" in TEXT


@pytest.mark.parametrize("to", FORMATS)
def test_every_format_is_on_the_page_with_its_ending(to: str) -> None:
    assert f"| `{to}` | `{ending_of(to)}` |" in TEXT


def test_the_code_that_the_page_shows_is_there() -> None:
    printers = ROOT / "src" / "syn0" / "printers"
    code = (printers / "d.py").read_text() + (printers / "runtime" / "random.d").read_text()
    shown = re.findall(r"```(?:python|d)\n(.*?)```", TEXT, re.S)
    assert len(shown) == 4
    assert [block for block in shown if block not in code] == []


MOST_LINES = 120


def test_the_page_says_why_a_printer_is_long() -> None:
    modules = {type(one).__module__ for one in (*PRINTERS.values(), *MODULES.values())}
    files = {f"{module.rpartition('.')[2]}.py" for module in modules} | {"onnx.py"}
    printers = ROOT / "src" / "syn0" / "printers"
    long = {name for name in files if len((printers / name).read_text().splitlines()) > MOST_LINES}
    section = TEXT.partition("### Why some are long")[2]
    assert {*re.findall(r"^\| `(\w+\.py)` \|", section, re.M)} == long
