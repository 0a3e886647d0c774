"""Every row of the covering table in every compiled language, held to the definition.

A case is a row in a language: its program is printed, compiled and run, and what it reports is what
the reference interpreter does. The test suite takes the few rows in which all operations occur.
"""

import tempfile
from pathlib import Path
from random import Random
from typing import Any

from tests.campaigns import Outcome
from tests.campaigns.sanitizers import examples
from tests.derive.cases import Case
from tests.engines.test_agreement import moved_farthest
from tests.printers.covering import loop_rows
from tests.printers.test_c import program_text
from tests.printers.test_languages import assert_reports
from tests.printers.toolchains import TOOLCHAINS, Toolchain

SHORT = 1
TOGETHER = 40
"""Programs that are compiled at once."""


def run(seed: int, count: int) -> Outcome:
    """Try so many rows in a language each: others by another seed, all where it is as many."""
    outcome = Outcome()
    every = [(language, case) for _, case in loop_rows() for language in TOOLCHAINS]
    chosen = Random(seed).sample(every, min(count, len(every)))  # noqa: S311
    for language, tool in TOOLCHAINS.items():
        cases = [case for own, case in chosen if own == language]
        if cases and tool.compiler is None:
            outcome.counts[f"skipped, as no compiler of {language} is here"] += len(cases)
            continue
        for start in range(0, len(cases), TOGETHER):
            hold(tool, cases[start : start + TOGETHER], outcome)
    return outcome


def arrays(case: Case) -> dict[str, Any]:
    """The arrays that a case's program takes, by name."""
    rows = examples(case)
    weight = {} if rows.sample_weight is None else {"sample_weight": rows.sample_weight}
    return {"X": rows.X, "y": rows.y} | weight


def hold(tool: Toolchain, cases: list[Case], outcome: Outcome) -> None:
    """Compile the programs of some rows, and hold each to the definition."""
    texts = [program_text(tool.language, case, arrays(case)) for case in cases]
    with tempfile.TemporaryDirectory() as folder:
        program = tool.compiled(texts, Path(folder))
        for number, case in enumerate(cases):
            try:
                assert_reports(tool.printed(program, number), case, arrays, moved_farthest)
            except AssertionError as error:
                what = f"{case.network} in {tool.language}: {error}"
                outcome.faults.append(what[:1000])
            outcome.counts[f"a row in {tool.language}"] += 1
