"""`syn0 drill`: from the first command to a program that is right."""

import json
import os
import pty
import re
import select
from codecs import getincrementaldecoder

import pytest

from syn0.learn.drill import sandbox
from tests.cli.forks import SECONDS, Forked

RIGHT = """
import numpy as np
X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
y = np.array([[0, 1, 1, 0]]).T
random = np.random.RandomState(1)
syn0, syn1 = 2 * random.random_sample((3, 4)) - 1, 2 * random.random_sample((4, 1)) - 1
for step in range(60000):
    l1 = 1 / (1 + np.exp(-X @ syn0))
    l2 = 1 / (1 + np.exp(-l1 @ syn1))
    l2_delta = (y - l2) * (l2 * (1 - l2))
    l1_delta = l2_delta @ syn1.T * (l1 * (1 - l1))
    syn1 += l1.T @ l2_delta
    syn0 += X.T @ l1_delta
"""
WRONG = RIGHT.replace(" * (l1 * (1 - l1))", "")


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    """No test touches the tester's own progress, nor hangs on how busy the machine is."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 120)  # a busy machine may take its time


@pytest.fixture
def mine(tmp_path):
    """Writes a program."""

    def write(text):
        (tmp_path / "mine.py").write_text(text)
        return "mine.py"

    return write


def test_a_program_is_graded_by_the_exit_status(syn0, mine):
    right = syn0("drill", "3-4-1", "--check", mine(RIGHT))
    assert (right.code, right.err) == (0, "")
    assert "Right:" in right.out
    wrong = syn0("drill", "--check", mine(WRONG))
    assert (wrong.code, wrong.err) == (1, "")
    assert "l1_delta" in wrong.out
    assert "slope is missing" in wrong.out


def test_the_verdict_as_json_is_for_scripts(syn0, mine):
    done = syn0("drill", "3-4-1", "--check", mine(WRONG), "--json")
    verdict = json.loads(done.out)
    assert done.code == 1
    assert verdict["outcome"] == "wrong"
    assert (verdict["wrong"]["name"], verdict["wrong"]["cause"]) == ("l1_delta", "slope")


def test_a_drill_file_is_made_and_drilled(syn0, mine, tmp_path):
    done = syn0("drill", "--make", "lesson.toml", "3-4-1", "--bias", "--level", 2)
    assert (done.code, done.err) == (0, "Saved lesson.toml\n")
    with (tmp_path / "lesson.toml").open("a") as file:
        file.write('[[hints]]\nline = "l2_delta"\nsay = "How steep is it there?"\n')
    done = syn0("drill", "lesson.toml")
    assert done.code == 0
    assert "the backward lines missing" in done.out
    text = (tmp_path / "drill.py").read_text()
    assert "bias0" in text
    assert text.count("# Write here") == 3
    assert syn0("drill", "lesson.toml", "--check", mine(RIGHT)).code == 1  # it has no bias


def test_without_a_terminal_the_file_is_written_and_then_checked_once(syn0, tmp_path):
    first = syn0("drill", "3-4-1")
    assert first.code == 0
    assert "Wrote drill.py" in first.out
    assert syn0("drill", "3-4-1").code == 1
    (tmp_path / "drill.py").write_text(RIGHT)
    assert syn0("drill", "3-4-1").code == 0
    assert (tmp_path / "drill.py").read_text() == RIGHT


def test_the_mark_that_windows_editors_put_in_front_is_no_mistake(syn0, tmp_path):
    (tmp_path / "mine.py").write_text(RIGHT.replace("\n", "\r\n"), "utf-8-sig", newline="")
    assert syn0("drill", "3-4-1", "--check", "mine.py").code == 0


def test_the_ladder_begins_with_one_line_of_the_smallest_network(syn0, tmp_path):
    done = syn0("drill")
    assert "3-1 network (sigmoid), one line missing" in done.out
    text = (tmp_path / "drill.py").read_text()
    (tmp_path / "drill.py").write_text(
        text.replace("# Write here: l1_delta = ...", "l1_delta = l1_error * l1 * (1 - l1)")
    )
    assert syn0("drill").code == 0
    (tmp_path / "drill.py").unlink()
    assert "the whole step missing" in syn0("drill").out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--json",), "--json belongs to --check"),
        (("3-4-1", "--check", "absent.py"), "absent.py"),
        (("3-4-1", "--level", "9"), "level must be one of"),
        (("--bias",), "name the network too"),
        (("3-x-1",), "3-x-1"),
        (("3-4-1", "--dropout", "0.5"), "dropout and noise"),
        (("3-4-1", "--optimizer", "lbfgs"), "L-BFGS"),
        (("--make", "lesson.toml"), "name them"),
        (("--make", "lesson.json", "3-4-1"), "call it lesson.json.toml"),
        (("absent.toml",), "absent.toml"),
        (("bad.toml",), "unknown setting 'code'"),
        (("hints.toml",), "each of [[hints]] must hold"),
        (("line.toml",), "l9"),
    ],
)
def test_misuse_gets_one_sentence(syn0, tmp_path, words, sentence):
    (tmp_path / "bad.toml").write_text('net = "3-4-1"\ncode = "import os"\n')
    (tmp_path / "hints.toml").write_text('net = "3-4-1"\n[[hints]]\nline = 3\n')
    (tmp_path / "line.toml").write_text('net = "3-4-1"\n[[hints]]\nline = "l9"\nsay = "x"\n')
    done = syn0("drill", *words)
    assert (done.code, done.out) == (2, "")
    assert sentence in done.err
    assert done.err.count("\n") == 1


def test_damaged_progress_and_files_of_others_are_left_alone(syn0, tmp_path):
    (tmp_path / "lesson.toml").write_text("mine = 1\n")
    done = syn0("drill", "--make", "lesson.toml", "3-4-1")
    assert done.code == 2
    assert (tmp_path / "lesson.toml").read_text() == "mine = 1\n"
    (tmp_path / "state" / "syn0").mkdir(parents=True)
    (tmp_path / "state" / "syn0" / "drill.json").write_text("{")
    done = syn0("drill", "3-4-1")
    assert done.code == 2
    assert "is damaged: delete it to begin anew" in done.err


class Terminal:
    """A command at a terminal of 80 columns."""

    def __init__(self, *words, **environment):
        self.master, slave = pty.openpty()
        self.seen = ""
        self.decode = getincrementaldecoder("utf-8")().decode  # a letter may come in two parts
        self.process = Forked(
            *words, stdin=slave, stdout=slave, stderr=slave, env={"COLUMNS": "80", **environment}
        )
        os.close(slave)

    def press(self, keys):
        os.write(self.master, keys.encode())

    def wait_for(self, pattern):
        """Read until this is there, and give all before it."""
        while not (found := re.search(pattern, self.seen)):
            ready, _, _ = select.select([self.master], [], [], SECONDS)
            assert ready, self.seen
            self.seen += self.decode(os.read(self.master, 4096))
        before, self.seen = self.seen[: found.end()], self.seen[found.end() :]
        return before

    def end(self):
        self.process.close()
        os.close(self.master)


def saved(folder, text):
    """Put a new file in the place of the old one, as editors do."""
    (folder / "new.py").write_text(text)
    (folder / "new.py").replace(folder / "drill.py")


@pytest.fixture
def terminal():
    """Opens terminals, and closes them."""
    opened = []

    def begin(*words, **environment):
        opened.append(Terminal(*words, **environment))
        return opened[-1]

    yield begin
    for each in opened:
        each.end()


def test_at_a_terminal_each_save_is_checked_and_keys_are_answered(terminal, tmp_path):
    screen = terminal("drill", "3-4-1", NO_COLOR="1")
    screen.wait_for("q quit")
    saved(tmp_path, WRONG)
    told = screen.wait_for("q quit")
    assert "l1_delta ✗" in told
    assert "slope is missing" in told
    assert "\x1b" not in told
    assert all(len(line) <= 80 for line in told.splitlines())
    screen.press("h")
    assert "Hint, question" in screen.wait_for(r"\(h: shapes\)")
    saved(tmp_path, RIGHT)
    assert "Right:" in screen.wait_for("q quit")
    screen.press("q")
    assert screen.process.wait() == 0


def test_ctrl_c_ends_it_quietly(terminal):
    screen = terminal("drill", "3-4-1")
    screen.wait_for("q quit")
    screen.process.send_signal(2)
    assert screen.process.wait() == 0
