"""`syn0 train --processes`: what is started, and what becomes of them all when one ends."""

import io
import signal
import subprocess
import sys

import pytest

from syn0.cli import processes
from syn0.cli.processes import how_it_ended, watch, what_now, without


def child(program):
    """A process that runs a line of Python, and knows little else."""
    return subprocess.Popen([sys.executable, "-SIc", program])


ENDS, FAILS, WAITS = "", "raise SystemExit(2)", "import time; time.sleep(600)"
KILLED = f"import os; os.kill(os.getpid(), {int(signal.SIGTERM)})"


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(processes, "GRACE", 0.1)


def test_where_all_end_well_nobody_has_failed():
    assert watch([child(ENDS), child(ENDS)]) is None


@pytest.mark.parametrize("culprit", [0, 1])
@pytest.mark.parametrize("program", [FAILS, KILLED])
def test_one_that_fails_ends_the_others(culprit, program):
    others = [WAITS, WAITS]
    children = [child(words) for words in [*others[:culprit], program, *others[culprit:]]]
    assert watch(children) == culprit
    assert all(each.returncode for each in children)


def test_one_that_a_signal_ended_is_blamed_before_those_that_miss_it():
    assert watch([child(FAILS), child(KILLED), child(FAILS)]) == 1


def test_the_end_of_a_process_is_told_in_words():
    killed = child(KILLED)
    killed.wait()
    assert how_it_ended(1, killed, io.StringIO()) == "process 1 was ended by SIGTERM"
    failed = child(FAILS)
    failed.wait()
    said = io.StringIO("W1126 noise\nError: no file a.csv\nmore noise\n")
    assert how_it_ended(2, failed, said) == "process 2 ended with status 2 (no file a.csv)"


def test_how_to_go_on_is_a_command(tmp_path):
    folder = tmp_path / "my run"
    assert what_now(str(folder), "a.csv") == "without --checkpoint FOLDER nothing was kept"
    folder.mkdir()
    assert what_now(str(folder), "a.csv").endswith(f"syn0 train a.csv --resume '{folder}'")


def test_a_process_is_started_by_the_same_words_without_the_flag():
    words = ["train", "a.csv", "--processes", "4", "--epochs", "4", "--processes=4", "-q"]
    assert without(words, "--processes") == ["train", "a.csv", "--epochs", "4", "-q"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["xor", "--processes", 2, "--distributed"], "give one of them"),
        (["-", "--processes", 2], "cannot read one stdin"),
        (["xor", "--distributed"], "MASTER_PORT, WORLD_SIZE must be set too"),
    ],
)
def test_what_cannot_be_started_is_one_sentence(syn0, words, why, monkeypatch):
    for name in ("MASTER_PORT", "WORLD_SIZE", "SLURM_PROCID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MASTER_ADDR", "127.0.0.1")
    monkeypatch.setenv("RANK", "0")
    done = syn0("train", *words)
    assert done.code == 2
    assert why in done.err
