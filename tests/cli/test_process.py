"""The command as a process: pipes, signals, terminals."""

import contextlib
import os
import pty
import re
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from syn0 import Network, load
from syn0.engines import ENGINES
from tests.cli.forks import SECONDS

LONG = ("train", "xor", "--net", "3-4-1", "--steps", 100_000_000, "--report-every", 10_000)


def test_python_m_syn0_is_the_command(start, finish):
    done = finish(start("write", "3-1", "--to", "terse"))
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("import numpy as np\n")


def test_the_installed_command_is_the_same(syn0):
    import shutil

    script = shutil.which("syn0", path=os.path.dirname(sys.executable))  # noqa: PTH120
    if script is None:
        pytest.skip("syn0 is not installed as a command")
    done = subprocess.run(
        [script, "--version"], capture_output=True, text=True, timeout=SECONDS, check=True
    )
    assert done.stdout == syn0("--version").out


@pytest.mark.parametrize("words", [("train", "-"), ("predict", "m.safetensors", "/dev/stdin")])
def test_a_stdin_that_is_closed_is_told_in_one_sentence(start, finish, words):
    Network([3, 1]).save("m.safetensors")
    done = finish(start(*words, first=lambda: os.close(0)))
    assert done.code == 2
    assert done.err.startswith("Error: ")
    assert done.err.count("\n") == 1


READERS_GONE = {
    "write": ("write", "3-4-1", "--data", "xor"),
    "predict": ("predict", "xor.safetensors", "xor"),
    "predict as JSON": ("predict", "xor.safetensors", "xor", "--json"),
    "evaluate": ("evaluate", "xor.safetensors", "xor"),
    "help": ("train", "--help"),
}


@pytest.mark.parametrize("words", READERS_GONE.values(), ids=READERS_GONE)
def test_a_reader_that_goes_away_is_no_error(fork, finish, syn0, words):
    if "xor.safetensors" in words:
        syn0("train", "xor", "--net", "3-4-1", "--steps", 1, "--out", "xor.safetensors")
    reading, writing = os.pipe()
    os.close(reading)
    process = fork(*words, stdout=writing)
    os.close(writing)
    done = finish(process)
    assert done.err == ""


def test_head_gets_its_line_and_syn0_is_silent(start, finish, csv):
    # Much more than a pipe holds.
    table = csv("x,y\n" + "".join(f"{row / 64:.6f},{row % 2}\n" for row in range(20_000)))
    process = start("write", "1-1", "--data", table, "--reduction", "mean")
    assert process.stdout.readline().startswith('"""')
    process.stdout.close()
    process.stdout = None
    assert finish(process).err == ""


def test_a_model_is_saved_even_if_the_reader_of_the_results_is_gone(fork, finish, tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    process = fork(
        "train", "xor", "--net", "3-4-1", "--steps", 50, "--report-every", 10,
        "--out", "m.safetensors", stdout=writing,
    )  # fmt: skip
    os.close(writing)
    done = finish(process)
    assert "Traceback" not in done.err
    assert load(tmp_path / "m.safetensors").steps_taken > 0


def test_a_stdout_that_cannot_say_everything_still_gets_results(fork, finish, csv, tmp_path):
    table = csv("x,y\n" + "".join(f"{row / 64},{row / 7}\n" for row in range(60)))
    words = ("train", table, "--hidden", 4, "--epochs", 2, "--out", "m.safetensors")
    done = finish(fork(*words, env={"PYTHONIOENCODING": "ascii"}))
    assert load(tmp_path / "m.safetensors").steps_taken > 0
    assert done.code == 0
    assert "RMSE" in done.out


@pytest.mark.parametrize("engine", ENGINES)
def test_ctrl_c_keeps_what_was_learned_and_shows_results(fork, tmp_path, engine):
    process = fork(*LONG, "--engine", engine, "--out", "m.safetensors")
    assert process.stdout.readline().startswith("step 0")  # it trains
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 130
    assert "accuracy" in out
    assert "interrupted" in err
    assert "Traceback" not in err
    network = load(tmp_path / "m.safetensors")
    assert 0 < network.steps_taken < 100_000_000
    assert all(np.isfinite(w).all() for w in network.weights.values())
    reference = Network([3, 4, 1])
    X = [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]
    how = {"steps": network.steps_taken, "engine": engine}
    reference.train(X, [0, 1, 1, 0], progress=False, **how)
    assert np.array_equal(network.weights["syn0"], reference.weights["syn0"])


def test_impatient_ctrl_c_still_saves_and_shows_no_traceback(fork, tmp_path):
    process = fork(*LONG[:-1], 100, "--engine", "numpy", "--out", "m.safetensors")
    assert any(line.startswith("step 100:") for line in process.stdout)  # something is learned
    process.send_signal(signal.SIGINT)
    time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 130
    assert "Traceback" not in err
    network = load(tmp_path / "m.safetensors")
    reference = Network([3, 4, 1])
    X = [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]
    how = {"steps": network.steps_taken, "engine": "numpy"}
    reference.train(X, [0, 1, 1, 0], progress=False, **how)
    assert np.array_equal(network.weights["syn0"], reference.weights["syn0"])


def in_terminal(fork, *words, env=(), until=None) -> tuple[int, str]:
    """The exit code, and what the command writes on a terminal that is both stdout and stderr; it
    gets Ctrl-C when it has said `until`."""
    master, slave = pty.openpty()
    process = fork(
        *words, stdout=slave, stderr=slave, stdin=slave,
        env={"TERM": "xterm-256color", "COLUMNS": "120", **dict(env)},
    )  # fmt: skip
    os.close(slave)
    chunks = []

    def read() -> None:
        waits = until is not None
        with contextlib.suppress(OSError):
            while chunk := os.read(master, 65536):
                chunks.append(chunk)
                if waits and until in b"".join(chunks):
                    process.send_signal(signal.SIGINT)
                    waits = False

    reader = threading.Thread(target=read)
    reader.start()
    code = process.wait()
    reader.join(SECONDS)
    os.close(master)
    return code, b"".join(chunks).decode()


COLOUR = re.compile(r"\x1b\[[\d;]*(3[0-7]|9[0-7]|38)[\d;]*m")


def test_a_terminal_shows_errors_in_colour_unless_no_color_is_set(fork):
    code, shown = in_terminal(fork, "train", "nothing.csv")
    assert code == 2
    assert COLOUR.search(shown)
    code, shown = in_terminal(fork, "train", "nothing.csv", env={"NO_COLOR": "1"})
    assert code == 2
    assert "Error: no file" in shown
    assert "\x1b" not in shown


def test_a_terminal_shows_a_diff_in_colour_unless_no_color_is_set(fork):
    _, shown = in_terminal(fork, "write", "3-4-1", "--bias", "--diff")
    assert COLOUR.search(shown)
    _, shown = in_terminal(fork, "write", "3-4-1", "--bias", "--diff", env={"NO_COLOR": "1"})
    assert "+bias0" in shown
    assert "\x1b" not in shown


def test_a_terminal_shows_a_bar_and_results_without_colour_if_no_color_is_set(fork):
    words = ("train", "xor", "--net", "3-4-1", "--steps", 100_000_000, "--engine", "numpy")
    code, shown = in_terminal(fork, *words, until=b"Training")
    assert code == 130
    assert "accuracy" in shown
    assert COLOUR.search(shown)
    code, shown = in_terminal(fork, *words, until=b"Training", env={"NO_COLOR": "1"})
    assert code == 130
    assert "accuracy" in shown
    assert not COLOUR.search(shown)


def test_results_in_a_file_hold_no_codes_of_a_terminal(syn0, capsys):
    done = syn0("train", "xor", "--net", "3-4-1", "--steps", 10)
    assert "\x1b" not in done.out + done.err
