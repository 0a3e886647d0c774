"""Progress on stderr: nothing for what is soon over, lines in a file, a bar on a terminal."""

import contextlib
import itertools
import os
import pty
import re
import sys
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from syn0 import Network
from syn0.training import loop, progress


@pytest.fixture
def fast_clock(quick_compiler, monkeypatch):
    """For progress, a tenth of a second passes from one look at the clock to the next, and as few
    looks are taken as may be, however busy the machine is."""
    monkeypatch.setattr(loop, "STRETCH_SECONDS", 600)
    looks = itertools.count()
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: next(looks) / 10))


@pytest.fixture
def terminal(monkeypatch):
    """`with terminal() as shown`: stderr is a pseudo-terminal; `shown` gets what is written."""

    @contextlib.contextmanager
    def open_terminal() -> Iterator[list[str]]:
        master, slave = pty.openpty()
        shown: list[str] = []

        def read() -> None:
            with contextlib.suppress(OSError):  # which tells that the other side was closed
                while chunk := os.read(master, 65536):
                    shown.append(chunk.decode(errors="replace"))

        reader = threading.Thread(target=read)
        reader.start()
        with monkeypatch.context() as patched, open(slave, "w") as stream:  # noqa: PTH123
            patched.setattr(sys, "stderr", stream)
            patched.setenv("TERM", "xterm")
            patched.setenv("COLUMNS", "120")
            yield shown
        reader.join(60)
        os.close(master)

    return open_terminal


def lasting(rows, reports=100, **how):
    """Train for so many reports: 20 s of the fast clock, which each looks at twice."""
    left = itertools.count(reports - 1, -1)
    network = Network([5, 4, 2])
    network.train(
        *rows,
        steps=10_000_000,
        report_every=100,
        callbacks=[lambda report: next(left) <= 0],
        learning_rate=0.1,
        **how,
    )
    return network


def test_short_training_shows_nothing(rows, capfd):
    Network([5, 4, 2]).train(*rows, steps=50)
    assert capfd.readouterr() == ("", "")


def test_training_that_lasts_writes_a_few_lines_to_stderr(rows, capsys, fast_clock):
    lasting(rows)
    out, err = capsys.readouterr()
    lines = err.splitlines()
    assert out == ""
    assert len(lines) >= 2
    steps = []
    for line in lines:
        found = re.match(r"step ([\d,]+) of 10,000,000\b.*\berror [\d.e-]+", line)
        assert found, line
        steps.append(int(found[1].replace(",", "")))
    assert steps == sorted(set(steps))
    assert "\x1b" not in err
    assert "\r" not in err


def test_lines_get_sparser_the_longer_training_lasts(rows, capsys, fast_clock):
    lasting(rows, 175)  # 35 s of the fast clock
    lines = capsys.readouterr().err.splitlines()
    assert 2 <= len(lines) <= 6


def test_lines_tell_validation_figures_where_there_are_some(rows, capsys, fast_clock):
    lasting(rows, 40, validation=rows)
    assert "validation" in capsys.readouterr().err.splitlines()[-1]


def test_progress_false_keeps_still(rows, capfd, fast_clock):
    lasting(rows, 40, progress=False)
    assert capfd.readouterr() == ("", "")


def test_a_terminal_shows_a_bar(rows, terminal, fast_clock):
    with terminal() as shown:
        lasting(rows)
    text = "".join(shown)
    assert "training" in text.lower()
    assert "10000000" in text.replace(",", "")
    assert "\x1b[" in text
    assert "step " not in text  # lines are for files


def test_a_terminal_shows_nothing_of_short_training(rows, terminal):
    with terminal() as shown:
        Network([5, 4, 2]).train(*rows, steps=50)
    assert shown == []


def test_a_bar_that_ends_with_an_error_gives_the_cursor_back(rows, terminal, fast_clock):
    left = itertools.count(40, -1)

    def fail(report):
        if not next(left):
            raise ZeroDivisionError

    with terminal() as shown:
        with pytest.raises(ZeroDivisionError):
            Network([5, 4, 2]).train(
                *rows, steps=10_000_000, report_every=100, callbacks=[fail], learning_rate=0.1
            )
        sys.stderr.flush()
    text = "".join(shown)
    assert text.rfind("\x1b[?25h") > text.rfind("\x1b[?25l") >= 0


def test_training_without_any_stderr_goes_on(rows, monkeypatch, fast_clock):
    monkeypatch.setattr(sys, "stderr", None)  # as under pythonw
    assert lasting(rows, 20).steps_taken > 0


class Notebook:
    """A kernel's shell, which keeps what is displayed."""

    def __init__(self, monkeypatch):
        self.kernel, self.shown = object(), []
        monkeypatch.setitem(sys.modules, "IPython", self)
        monkeypatch.setitem(sys.modules, "IPython.display", self)

    def get_ipython(self):
        return self

    @property
    def display(self):
        return SimpleNamespace(display=self.show)

    def show(self, content, raw, display_id):
        assert raw
        assert display_id
        self.update(content, raw)
        return self

    def update(self, content, raw):
        self.shown.append(content)


def test_a_notebook_shows_a_bar_below_its_cell(rows, monkeypatch, capsys, fast_clock):
    notebook = Notebook(monkeypatch)
    lasting(rows)
    assert capsys.readouterr() == ("", "")
    assert 2 <= len(notebook.shown) <= 90  # four a second, at most, for 20 s
    words = [content["text/plain"] for content in notebook.shown]
    assert all(re.match(r"[\d,]+ of 10,000,000 steps", text) for text in words)
    assert re.search(r"steps, error [\d.e-]+, about .* left$", words[-2])
    assert re.search(r"steps, error [\d.e-]+, [\d.]+ s$", words[-1])
    assert "<progress " in notebook.shown[-1]["text/html"]


def test_what_is_shown_last_is_the_last_report(rows, monkeypatch, fast_clock):
    notebook = Notebook(monkeypatch)
    history = Network([5, 4, 2]).train(*rows, steps=6_000, learning_rate=0.1, engine="numpy")
    assert f"error {history.error[-1]:.4g}" in notebook.shown[-1]["text/plain"]
    assert notebook.shown[-1]["text/plain"].startswith("6,000 of 6,000 steps")


def test_a_notebook_shows_nothing_of_short_training(rows, monkeypatch):
    notebook = Notebook(monkeypatch)
    Network([5, 4, 2]).train(*rows, steps=50)
    assert notebook.shown == []


def test_ipython_without_a_kernel_is_a_terminal(rows, monkeypatch, terminal, fast_clock):
    Notebook(monkeypatch).kernel = None
    assert not progress.in_notebook()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.04, "0.0 s"), (59.2, "59.2 s"), (61, "1 min 1 s"), (7300, "2 h 1 min")],
)
def test_durations_are_a_person_s(seconds, words):
    assert progress.duration(seconds) == words
