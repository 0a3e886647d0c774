"""The C of the covering table under gcc's sanitizers: no read or write beside an array, nothing
undefined, and no thread that touches what another is writing.

A case is a row of the table of tests/derive/cases.py. Its program as `syn0 write --to c` prints
it, and the libraries that the native engine loads for its training (on three threads) and for its
predictions, run under AddressSanitizer and UndefinedBehaviorSanitizer; the training once more under
ThreadSanitizer. The libraries run within Python, which the sanitizer's own library is loaded into
(`_guarded.py`).
"""

import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random

import numpy as np

from syn0.derive import target_columns
from syn0.models import Examples
from syn0.printers import PRINTERS, Data, UnsupportedError
from tests.campaigns import Outcome
from tests.derive.cases import ROWS, Case, covering_rows, described, leaves_steps_to_scipy
from tests.derive.problems import targets

SHORT = 1
TOGETHER = 10
"""Rows whose libraries run in one process."""

UNDEFINED = ("-fsanitize=address,undefined", "-fno-sanitize-recover=undefined")
GUARDS = {
    "AddressSanitizer and UBSan": ("libasan", UNDEFINED, True),
    "ThreadSanitizer": ("libtsan", ("-fsanitize=thread",), False),
}
"""What guards libraries: what Python loads for it, flags, and whether predictions are tried."""

SETTINGS = {"ASAN_OPTIONS": "detect_leaks=0", "TSAN_OPTIONS": "halt_on_error=1"}
"""Python does not free all that it has when it ends."""


def run(seed: int, count: int) -> Outcome:
    """Try so many rows of the table: other ones by another seed, and all where it is as many."""
    outcome = Outcome()
    gcc = shutil.which("gcc")
    if gcc is None:
        outcome.counts["skipped, as gcc is not installed"] += count
        return outcome
    rows = covering_rows()
    drawn = Random(seed).sample(range(len(rows)), len(rows))  # noqa: S311
    drawn.sort(key=lambda number: leaves_steps_to_scipy(rows[number]))  # C cannot say those
    chosen = drawn[:count]
    with tempfile.TemporaryDirectory() as folder:
        for number in chosen:
            print_guarded(gcc, number, Path(folder), outcome)
        for guard in GUARDS:
            for start in range(0, len(chosen), TOGETHER):
                load_guarded(gcc, guard, chosen[start : start + TOGETHER], folder, outcome)
    return outcome


def examples(case: Case) -> Examples:
    """Rows such as the case's loss takes."""
    chance = np.random.RandomState(3)
    dtype = case.network.dtype
    X = chance.uniform(-1, 1, (ROWS, case.network.inputs)).astype(dtype)
    y = targets(case.network, ROWS, chance).astype(dtype)
    assert y.shape == (ROWS, target_columns(case.network))
    weight = np.array([[0.5, 2, 1, 0, 1.25, 1, 3, 0.75]], dtype).T
    return Examples(X, y, weight if case.weighted else None)


def print_guarded(gcc: str, number: int, folder: Path, outcome: Outcome) -> None:
    """Run the printed program of a row."""
    case = described(covering_rows()[number])
    rows = examples(case)
    data = Data(rows.X, rows.y, "made up", sample_weight=rows.sample_weight)
    try:
        text = PRINTERS["c"].script(case.program, case.network, case.training, data)
    except UnsupportedError:
        outcome.counts["a row that C cannot say"] += 1
        return
    source, program = folder / "program.c", folder / "program"
    source.write_text(text, encoding="utf-8")
    flags = ["-O0", "-g1", *UNDEFINED]
    subprocess.run([gcc, *flags, "-o", program, source, "-lm"], check=True)
    done = subprocess.run([program], capture_output=True, text=True, check=False)
    if "error: while loading" in done.stderr:
        outcome.counts["skipped, as gcc's sanitizers are not installed"] += 1
    elif done.returncode or done.stderr:
        outcome.faults.append(f"row {number + 1}, printed: {done.stderr}")
    else:
        outcome.counts["a printed program under AddressSanitizer and UBSan"] += 1


def load_guarded(gcc: str, guard: str, numbers: list[int], folder: str, outcome: Outcome) -> None:
    """Load and call the libraries of some rows, in one process."""
    runtime, flags, predicts = GUARDS[guard]
    command = [gcc, f"-print-file-name={runtime}.so"]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    if not Path(found).is_absolute():
        outcome.counts[f"skipped, as gcc's {runtime} is not installed"] += len(numbers)
        return
    surroundings = {"LD_PRELOAD": found, "CC": gcc, "XDG_CACHE_HOME": folder} | SETTINGS
    cases = [(number, described(covering_rows()[number])) for number in numbers]
    given = [(number, case.network, case.training, examples(case)) for number, case in cases]
    done = subprocess.run(
        [sys.executable, "-m", "tests.campaigns._guarded"],
        input=pickle.dumps((flags, predicts, given)),
        env=os.environ | surroundings, capture_output=True, check=False,
    )  # fmt: skip
    said = done.stderr.decode(errors="replace")
    if "unexpected memory mapping" in said:
        outcome.counts[f"skipped, as {runtime} cannot place its memory here"] += len(numbers)
        return
    passed = done.stdout.split()
    outcome.counts[f"a row's libraries under {guard}"] += len(passed)
    if done.returncode or said:
        last = numbers[min(len(passed), len(numbers) - 1)] + 1
        outcome.faults.append(f"row {last}, loaded under {guard}: {said}")
