"""Ctrl-C or SIGTERM at a random moment of `syn0 train --out`, from the start of Python to its end.

Whatever the moment, nobody sees a traceback, the exit status says how it ended, and what was said
to be saved is there and loads. Each case starts Python anew, about a second on one core.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from syn0 import load
from tests.campaigns import Outcome
from tests.campaigns._warm import HOME, ONE_THREAD

SHORT = 2

WORDS = "train xor --net 3-4-1 --steps 2000 --engine numpy --out m.safetensors"

STATUSES = {
    signal.SIGTERM: {-signal.SIGTERM, 128 + signal.SIGTERM, 0},
    signal.SIGINT: {-signal.SIGINT, 128 + signal.SIGINT, 0},
}
"""Killed, where Python or the command had not begun or nothing was to be saved any more; stopped,
with the status that shells have for it; or done already."""

OURS = ("/syn0/", "syn0.")
"""What stands in a traceback that comes from code of ours. Before the first line of it, Python
shows where a Ctrl-C came."""


def run(seed: int, count: int) -> Outcome:
    """Send a signal to `count` processes."""
    outcome, chance = Outcome(), random.Random(seed)  # noqa: S311
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "m.safetensors"
        started = time.perf_counter()
        process = begin(name)
        told = process.communicate()[1]
        takes = time.perf_counter() - started
        assert process.returncode == 0, told
        for case in range(count):
            file.unlink(missing_ok=True)
            number, moment = chance.choice([*STATUSES]), chance.random() * takes
            process = begin(name)
            time.sleep(moment)
            process.send_signal(number)
            told = process.communicate()[1]
            about = f"case {case} of seed {seed}, {number.name} at {moment:.3f} s of {takes:.3f}: "
            try:
                outcome.counts[ended(number, process.returncode, told, file)] += 1
            except (AssertionError, ValueError, OSError) as fault:
                outcome.faults.append(f"{about}{fault}")
    return outcome


def begin(folder: str) -> "subprocess.Popen[str]":
    """Start a training, with Ctrl-C as in a terminal's foreground."""
    return subprocess.Popen(
        [sys.executable, "-m", "syn0", *WORDS.split()], cwd=folder, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        env={**os.environ, **ONE_THREAD, "PYTHONPATH": os.pathsep.join([HOME, *sys.path])},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip


def ended(number: signal.Signals, status: int, told: str, file: Path) -> str:
    """How a training ended; AssertionError if it must not end so."""
    if "Traceback" in told and not any(word in told for word in OURS):
        assert not file.exists(), f"status {status}: {told}"
        return "ended before syn0 began"
    assert status in STATUSES[number], f"status {status}: {told}"
    assert "Traceback" not in told, f"status {status}: {told}"
    assert "Saved" not in told or load(file).steps_taken > 0, f"status {status}: {told}"
    if status == 0 or status > 128:
        return "stopped" if status else "done"
    return "killed"
