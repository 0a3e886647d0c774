"""A run by several processes on this machine, one of which is killed at a random moment.

All end, and a sentence says which one was killed and how to go on; no more is lost than since the
last checkpoint. The run goes on with another number of processes, also with one and by another
engine, to the weights of one that nobody disturbed. A case takes some twenty seconds of a core;
what clusters compute is tried by tests/engines/test_cluster.py.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from syn0 import Network, load
from syn0.training.keeper import steps_in
from tests.campaigns import Outcome

SHORT = 0
"""None: the suite has no seconds for it."""

HOME = str(Path(__file__).parents[2])
RUN = "train digits --hidden 16 --epochs 12 --dtype float64 --out model"
KEEPS = "--checkpoint run --checkpoint-every 1s"


def run(seed: int, count: int) -> Outcome:
    """Kill so many runs, of two to four processes."""
    outcome, chance = Outcome(), random.Random(seed)  # noqa: S311
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if count:
            assert syn0(folder, f"{RUN} --engine numpy").wait() == 0
            (folder / "model").rename(folder / "whole")
        for number in range(count):
            try:
                case(folder, chance, outcome)
            except AssertionError as fault:
                outcome.faults.append(f"case {number} of seed {seed}: {fault}")
            for path in [*folder.glob("run/*"), folder / "model"]:
                path.unlink(missing_ok=True)
            if (folder / "run").exists():
                (folder / "run").rmdir()
    return outcome


def case(folder: Path, chance: random.Random, outcome: Outcome) -> None:
    """Kill one of the processes after the first checkpoint, and go on."""
    size, again = chance.choice((2, 3, 4)), chance.choice((1, 2, 3))
    started = syn0(folder, f"{RUN} {KEEPS} --processes {size}")
    until(lambda: steps_in(folder / "run") or started.poll() is not None)
    time.sleep(chance.random() * 2)
    victim = chance.choice(children_of(started.pid) or [0])
    before = steps_in(folder / "run")
    if not victim or started.poll() is not None:
        outcome.counts["it had ended"] += 1
        return
    os.kill(victim, signal.SIGKILL)
    began = time.monotonic()
    assert started.wait(timeout=120) == 1, "its status is not 1"
    took = time.monotonic() - began
    told = (folder / "err").read_text()
    assert "was ended by SIGKILL; go on from the last checkpoint" in told, told
    assert "Traceback" not in told, told
    assert took < 30, f"it took {took:.0f} s to end"
    assert steps_in(folder / "run")[-1] >= before[-1], "a checkpoint was lost"
    how = f"--processes {again}" if again > 1 else "--engine numpy"
    words = f"train digits --resume run --out model --force {how}"
    assert syn0(folder, words).wait() == 0, (folder / "err").read_text()
    one, other = (load(folder / name, Network).checkpoint for name in ("model", "whole"))
    assert one.step == other.step, "it did not go on to its end"
    far = max(np.max(np.abs(one.values[n] - other.values[n])) for n in other.values)
    assert far < 1e-9, f"its weights are {far:.2g} from those of one process"
    outcome.counts[f"{size} processes, then {again}"] += 1


def syn0(folder: Path, words: str) -> "subprocess.Popen[bytes]":
    """Start a command, whose errors go to a file."""
    return subprocess.Popen(
        [sys.executable, "-m", "syn0", *words.split()], cwd=folder, stdout=subprocess.DEVNULL,
        stderr=(folder / "err").open("w"), stdin=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([HOME, *sys.path])},
    )  # fmt: skip


def children_of(process: int) -> list[int]:
    """The processes that a process has started, in their order."""
    found = Path(f"/proc/{process}/task/{process}/children")
    return list(map(int, found.read_text().split())) if found.exists() else []


def until(done: object) -> None:
    """Wait until something holds, for two minutes at most."""
    for _ in range(1200):
        if done():  # type: ignore[operator]
            return
        time.sleep(0.1)
