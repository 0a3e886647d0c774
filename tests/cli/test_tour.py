"""`syn0 tour` by keystrokes in real terminals, narrow and wide, and by lines from elsewhere."""

import io
import json
import os
import pty
import re
import select
import sys
import termios
import time
from codecs import getincrementaldecoder

import pytest

from tests.cli.forks import SECONDS, Forked

STYLE = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
PROMPT = re.compile(r"\S > \Z")


@pytest.fixture(autouse=True)
def state(monkeypatch, tmp_path):
    """A state folder of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "syn0" / "tour.json"


class Terminal:
    """A command in a terminal of its own."""

    def __init__(self, columns: int, *words: str, **variables: str) -> None:
        self.here, there = pty.openpty()
        termios.tcsetwinsize(there, (50, columns))
        self.process = Forked(
            "tour", *words, stdin=there, stdout=there, stderr=there,
            env={"TERM": "xterm-256color", **variables},
        )  # fmt: skip
        os.close(there)
        self.raw = ""
        self.decode = getincrementaldecoder("utf-8")().decode  # a letter may come in two parts

    @property
    def shown(self) -> str:
        """All that was printed, without colours."""
        return STYLE.sub("", self.raw).replace("\r", "")

    def read(self, *, to_the_end: bool = False) -> str:
        """What is printed up to the next prompt."""
        before, end = len(self.shown), time.monotonic() + SECONDS
        while time.monotonic() < end:
            ready, _, _ = select.select([self.here], [], [], 1)
            if ready:
                try:
                    data = os.read(self.here, 65536)
                except OSError:  # the process has ended
                    data = b""
                if not data:
                    return self.shown[before:]
                self.raw += self.decode(data)
            said = self.shown[before:]
            if not to_the_end and PROMPT.search(said):
                return said
        raise TimeoutError(self.shown[-2000:])

    def type(self, text: str) -> str:
        """Type a line; what comes of it."""
        os.write(self.here, f"{text}\n".encode())
        return self.read()

    def leave(self, text: str = "q") -> int:
        """Type a last line; the exit code."""
        os.write(self.here, f"{text}\n".encode() if text else b"\x04")
        self.read(to_the_end=True)
        return self.process.wait(SECONDS)

    def close(self) -> None:
        """End it."""
        self.process.close()
        os.close(self.here)


@pytest.fixture
def terminal():
    """Starts the tour in a terminal of so many columns, and waits for its first question."""
    started = []

    def start(columns, *words, **variables):
        one = Terminal(columns, *words, **variables)
        started.append(one)
        one.read()
        return one

    yield start
    for one in started:
        one.close()


def test_a_chapter_in_eighty_columns_without_colour(terminal):
    tour = terminal(80, NO_COLOR="1")
    assert "1 of" in tour.shown
    assert "One column tells" in tour.shown
    assert "Type a name or its number from 1 to 3" in tour.type("")
    assert "Type a name or its number from 1 to 3" in tour.type("")  # Enter never skips
    assert "no answer here" in tour.type("x9")
    said = tour.type("x2")
    assert "You said x2; the answer is x1" in said
    assert "`x2` has a correlation of 0.000 with `y`" in said
    assert "`x2` changes most" in tour.type("3")
    assert "Type a whole number from 0 to 3, or n for" in tour.type("")
    assert "2 of" in tour.type("n")
    assert "The answer is (4 x 1)" in tour.type("?")
    assert tour.leave() == 0
    assert "Your place is kept, at chapter 2" in tour.shown
    assert "1 not yet, 1 don't know" in " ".join(tour.shown.split())
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", tour.raw), "a colour"
    assert all(len(line) <= 80 for line in tour.shown.splitlines())


def test_code_and_words_stand_side_by_side_in_two_hundred_columns(terminal):
    tour = terminal(200, "--chapter", "central-line")
    line = next(x for x in tour.shown.splitlines() if "This is the central line" in x)
    assert line.startswith("  l0 = X ")
    assert "▸ l1_delta = l1_error * (l1 * (1 - l1))" in tour.shown
    assert "\x1b[" in tour.raw
    assert "the answer is the one that says 0.5" in tour.type("2")
    assert "Right: 0.138" in tour.type("0.138")
    assert "becomes a delta of" in tour.type("5")
    assert "One weight, one example" in tour.type("n")
    assert "The central line" in tour.type("b")
    assert tour.leave("quit") == 0
    assert max(map(len, tour.shown.splitlines())) <= 200


def test_a_tour_goes_on_where_it_was_left(terminal):
    first = terminal(80)
    first.type("x1")
    first.type("n")
    first.type("3 1")
    first.leave()
    second = terminal(80)
    assert "2 of" in second.shown
    assert "You said (3 x 1); the answer is (4 x 1)" in second.shown  # as it was answered
    assert "And with 10,000 examples" in second.shown
    assert second.leave() == 0
    again = terminal(80, "--restart")
    assert "1 of" in again.shown
    assert again.leave() == 0
    assert "Your guesses" not in again.shown


def test_ctrl_c_leaves_and_keeps_the_place(terminal, state):
    tour = terminal(80)
    tour.type("?")
    os.write(tour.here, b"\x03")
    os.killpg(tour.process.pid, 2)  # this terminal is not the process's own
    tour.read(to_the_end=True)
    assert tour.process.wait(SECONDS) == 130
    assert "Your place is kept" in tour.shown
    assert "Traceback" not in tour.shown
    assert json.loads(state.read_text())


def test_the_end_of_the_typing_leaves_politely(terminal):
    assert terminal(80).leave("") == 0


@pytest.fixture
def piped(syn0, monkeypatch):
    """The tour in this process, with its answers from elsewhere."""

    def run(*words, typed=()):
        answers = io.BytesIO("".join(f"{line}\n" for line in typed).encode())
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(answers, encoding="utf-8"))
        monkeypatch.setenv("COLUMNS", "80")
        return syn0("tour", *words)

    return run


def test_answers_may_come_from_a_file(fork, finish, state, tmp_path):
    (tmp_path / "answers").write_text("\nx1\n0\nn\n")
    with (tmp_path / "answers").open() as answers:
        done = finish(fork("tour", stdin=answers, env={"COLUMNS": "80"}))
    assert (done.code, done.err) == (0, "")
    assert "> x1\n" in done.out
    assert "2 of" in done.out
    assert "Your place is kept, at chapter 2" in done.out
    assert "\x1b" not in done.out
    (kept,) = json.loads(state.read_text()).values()
    assert kept["guesses"] == {"one-column": [[0, "x1", True]]}


def test_the_last_chapter_ends_with_a_tally(piped):
    done = piped("--chapter", "from-memory", typed=("?", "", "n"))
    assert done.code == 0
    assert "That was the tour. Your guesses so far: 1 don't know." in " ".join(done.out.split())
    assert "You have been through all chapters" in piped().out


def test_a_terminal_without_unicode_gets_plain_signs(terminal):
    tour = terminal(80, "--chapter", "all-rows", PYTHONIOENCODING="ascii")
    assert "> syn0 += l0.T @ l1_delta" in tour.shown
    assert "Right: + + +." in tour.type("+++")
    assert tour.leave() == 0


@pytest.mark.parametrize("content", ["", "[]", "{", '{"%s": 3}', '{"%s": {"chapter": "no"}}',
                                     '{"%s": {"chapter": "", "question": -1, "guesses": {}}}',
                                     "\0" * 2**21])  # fmt: skip
def test_a_damaged_file_begins_again_with_a_sentence(syn0, state, usual_key, content):
    state.parent.mkdir(parents=True)
    state.write_text(content.replace("%s", usual_key))
    done = syn0("tour", "--list")
    assert done.code == 0
    assert done.err.count("\n") == 1
    assert "the tour begins again" in done.err
    assert "One column tells <- you are here" in done.out


@pytest.fixture(scope="module")
def usual_key():
    """By what the usual tour is known."""
    from syn0.learn.tour import Tour
    from syn0.learn.tour.visit import key_of

    return key_of(Tour.usual())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_place_that_cannot_be_kept_is_said(piped, state):
    state.parent.parent.mkdir()
    state.parent.parent.chmod(0o500)
    done = piped(typed=("x1", "q"))
    assert done.code == 0
    assert "Note: " in done.err
    assert "Traceback" not in done.err


def test_chapters_are_listed(syn0):
    done = syn0("tour", "--list")
    assert done.code == 0
    assert re.search(r"^ +1  one-column +One column tells <- you are here$", done.out, re.MULTILINE)
    assert " from-memory " in done.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--chapter", "99"), "no chapter '99'"),
        (("--chapter", "shape"), "did you mean"),
        (("--list", "--print"), "give one of them"),
        (("3-x-1",), "3-x-1"),
        (("3-4-1", "--data", "iris"), "takes 3 inputs"),
        (("--data", "nothing.csv"), "nothing.csv"),
        (("3-4-1", "--optimizer", "lbfgs"), "choose another optimizer"),
    ],
)
def test_misuse_gets_one_sentence(syn0, words, said):
    done = syn0("tour", *words)
    assert done.code == 2
    assert said in done.err
    assert done.err.count("\n") == 1


def test_any_data_have_a_tour(syn0, pets):
    done = syn0("tour", "--data", pets, "--print", "--chapter", "one-column")
    assert (done.code, done.err) == (0, "")
    assert "examples of " in done.out
    assert "weight" in done.out


def test_a_saved_model_has_a_tour(syn0, model):
    done = syn0("tour", model, "--print", "--chapter", "backpropagation")
    assert done.code == 0, done.err
    assert "## 11. Backpropagation" in done.out


def test_the_whole_tour_by_typing(syn0, piped):
    """? where something is asked, n where something may be tried; each is refused at the other."""
    done = piped(typed=("?", "n") * 200)
    assert (done.code, done.err) == (0, "")
    reached = re.findall(r"^── (\d+) of (\d+) ·", done.out, re.MULTILINE)
    count = int(reached[0][1])
    assert [int(number) for number, _ in reached] == list(range(1, count + 1))
    words = " ".join(done.out.split())
    asked = int(re.search(r"That was the tour. Your guesses so far: (\d+) don't know\.", words)[1])
    assert asked >= count
    assert syn0("tour", "--list").out.count("not yet)") == count
