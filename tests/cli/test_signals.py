"""Signals that ask a process to end: what was learned is saved, and nobody sees a traceback."""

import os
import signal
import subprocess
import sys

import pytest

from syn0 import Network, load
from syn0.training.interrupt import ENDING, catching_interrupt
from tests.cli.forks import SECONDS, ignore_ctrl_c

LONG = ("train", "xor", "--net", "3-4-1", "--steps", 100_000_000, "--report-every", 10_000)
ENGINE = ("--engine", "numpy")


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_that_ends_a_process_keeps_what_was_learned(fork, tmp_path, number):
    process = fork(*LONG, *ENGINE, "--out", "m.safetensors")
    assert process.stdout.readline().startswith("step 0")  # it trains
    process.send_signal(number)
    out, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 128 + number
    assert "accuracy" in out
    assert f"interrupted by {number.name}" in err
    assert "Saved m.safetensors" in err
    assert "Traceback" not in err
    assert 0 < load(tmp_path / "m.safetensors").steps_taken < 100_000_000


def test_so_it_does_where_ctrl_c_is_ignored_as_in_a_scripts_background(fork, tmp_path):
    process = fork(*LONG, *ENGINE, "--out", "m.safetensors", first=ignore_ctrl_c)
    assert process.stdout.readline().startswith("step 0")
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=SECONDS)
    assert process.returncode == 128 + signal.SIGTERM
    assert load(tmp_path / "m.safetensors").steps_taken > 0


def test_a_second_signal_still_saves_and_ends_at_once(fork, tmp_path):
    process = fork(*LONG[:-1], 100, *ENGINE, "--out", "m.safetensors")
    assert any(line.startswith("step 100:") for line in process.stdout)  # something is learned
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=SECONDS)
    # Results or none: it may have been about to show them.
    assert process.returncode in (128 + signal.SIGTERM, -signal.SIGTERM)
    assert "Traceback" not in err
    assert load(tmp_path / "m.safetensors").steps_taken > 0


def test_where_nothing_is_to_be_saved_a_signal_ends_it_as_ever(fork):
    process = fork(*LONG, *ENGINE)
    assert process.stdout.readline().startswith("step 0")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=SECONDS)
    assert process.returncode == -signal.SIGTERM


# Within this process.


@pytest.fixture(autouse=True)
def as_before():
    """No test leaves a handler behind."""
    numbers = (signal.SIGINT, *ENDING)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.fixture
def rows():
    return [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], [0, 1, 1, 0]


@pytest.mark.parametrize("number", ENDING)
def test_a_training_stops_for_a_signal_that_is_caught_around_it(rows, number):
    network = Network([3, 4, 1])
    stop = lambda report: signal.raise_signal(number)  # noqa: E731
    with catching_interrupt(number) as interrupt:
        how = {"steps": 10_000, "report_every": 10, "callbacks": [stop], "engine": "numpy"}
        history = network.train(*rows, **how)
    assert history.stopped == "interrupted"
    assert (interrupt.number, interrupt.requested) == (number, True)
    assert 0 < network.steps_taken < 10_000


def test_a_training_of_a_programs_own_leaves_its_other_signals_alone(rows):
    seen = []
    signal.signal(signal.SIGTERM, lambda number, frame: seen.append(number))
    stop = lambda report: signal.raise_signal(signal.SIGTERM)  # noqa: E731
    network = Network([3, 4, 1])
    how = {"steps": 30, "report_every": 10, "callbacks": [stop], "engine": "numpy"}
    assert network.train(*rows, **how).stopped == "finished"
    assert len(seen) == 3


@pytest.mark.parametrize("number", [signal.SIGINT, *ENDING])
def test_a_signal_that_is_ignored_stays_ignored(number):
    signal.signal(number, signal.SIG_IGN)  # as SIGHUP is under nohup
    with catching_interrupt(number) as interrupt:
        signal.raise_signal(number)
    assert not interrupt.requested
    assert signal.getsignal(number) is signal.SIG_IGN


def test_the_second_of_a_signal_ends_what_is_going_on():
    def twice():
        with catching_interrupt(signal.SIGTERM):
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGTERM)

    with pytest.raises(SystemExit) as left:
        twice()
    assert left.value.code == 128 + signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_what_came_before_a_training_stops_it_too(rows):
    """As Ctrl-C does while data are made ready or a compiler runs."""
    network = Network([3, 4, 1])
    with catching_interrupt() as interrupt:
        signal.raise_signal(signal.SIGINT)
        assert interrupt.requested
        history = network.train(*rows, steps=10_000, engine="numpy")
    assert history.stopped == "interrupted"
    assert 0 < network.steps_taken < 10_000


@pytest.mark.parametrize("number", [signal.SIGINT, *ENDING])
def test_however_often_it_comes_while_the_model_is_saved_it_is_saved(
    syn0, tmp_path, monkeypatch, number
):
    real = os.fsync

    def fsync(descriptor):
        for _ in range(5):
            signal.raise_signal(number)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    words = ("train", "xor", "--net", "3-4-1", "--steps", 50, *ENGINE)
    done = syn0(*words, "--out", tmp_path / "m.safetensors")
    assert done.code == 128 + number
    assert load(tmp_path / "m.safetensors").steps_taken == 50


@pytest.mark.parametrize("error", [TypeError, SystemError, RuntimeError])
def test_ctrl_c_that_compiled_code_makes_another_error_of_is_ctrl_c(syn0, monkeypatch, error):
    """As NumPy may: "Cannot compare structured arrays …"."""

    def masked(*args, **how):
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            raise error("something else") from None

    monkeypatch.setattr(sys.modules["syn0.cli.train"], "show", masked)
    done = syn0("train", "xor", "--net", "3-1", "--steps", 5, *ENGINE)
    assert done.code == 130
    assert done.err.endswith("Error: interrupted\n")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


# The window after the run.

AT_THE_END = """
import os, signal, sys, threading
import syn0.cli
from syn0.__main__ import run
{when}
sys.argv = ["syn0", "write", "3-1", "--to", "terse"]
run()
"""

MOMENTS = {
    "as the process ends": "import atexit\natexit.register(signal.raise_signal, signal.SIGINT)",
    "as an error is told": (
        "syn0.cli.cli.commands['write'].callback = int\n"
        "def told(*words): signal.raise_signal(signal.SIGINT)\n"
        "syn0.cli.told = told"
    ),
    "as its code is told": (
        "def trace(frame, event, arg):\n"
        "    if frame.f_code.co_name == 'run' and event == 'exception':\n"
        "        raise KeyboardInterrupt\n"
        "    return trace\n"
        "sys.settrace(trace)"
    ),
    "as results are flushed": (
        "class Out(type(sys.stdout)):\n"
        "    def flush(self): signal.raise_signal(signal.SIGINT)\n"
        "sys.stdout = Out(sys.stdout.buffer)"
    ),
}


@pytest.mark.parametrize("when", MOMENTS.values(), ids=MOMENTS)
def test_ctrl_c_at_the_very_end_shows_no_traceback(when):
    done = subprocess.run(
        [sys.executable, "-c", AT_THE_END.format(when=when)],
        capture_output=True, text=True, timeout=SECONDS, check=False,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert "KeyboardInterrupt" not in done.stderr
    assert done.returncode in (0, 130, -signal.SIGINT)
