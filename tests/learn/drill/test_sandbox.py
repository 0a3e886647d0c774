"""Whatever a program does, it is stopped with a sentence, and nothing of it is left."""

import json

import pytest

from syn0.learn.drill import sandbox
from tests.learn.drill.hostile import HOSTILE
from tests.learn.drill.mistakes import EXERCISES

PLAIN = EXERCISES["plain"]


@pytest.fixture
def warm():
    """Every program here starts as a learner's does."""


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with a file of the user's; programs run in another beside it."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "kept.txt").write_text("kept")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    monkeypatch.setattr(sandbox, "CPU_SECONDS", 1)
    return tmp_path


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_program_is_stopped_with_a_sentence(kind, place):
    text, words = HOSTILE[kind]
    kept = place / "home" / "kept.txt"
    text = text.replace("PLACE", repr(str(kept))).replace("FOLDER", repr(str(kept.parent)))
    verdict = PLAIN.check(text)
    assert verdict.outcome == "stopped"
    assert words in verdict.sentence
    assert len(verdict.sentence) < 300
    assert kept.read_text() == "kept"
    assert list((place / "temporary").iterdir()) == []
    assert sorted(entry.name for entry in place.iterdir()) == ["home", "temporary"]


def test_a_program_that_waits_is_stopped_by_the_clock(place):
    X, y = PLAIN.shaped()
    record = sandbox.run_program("import time\ntime.sleep(600)", {"X": X, "y": y}, [], wall=0.5)
    assert "after 0.5 seconds" in record.trouble.sentence


def test_it_finds_nothing_of_the_users_environment(place, monkeypatch):
    monkeypatch.setenv("SECRET_OF_MINE", "1")
    verdict = PLAIN.check("import os\nprint('SECRET_OF_MINE' in os.environ, os.environ['HOME'])")
    seen, home = verdict.output.split()
    assert seen == "False"
    assert home.startswith(str(place / "temporary"))


def test_what_is_printed_comes_back_once():
    text = PLAIN.solution.replace("for step", "print('here I am')\nfor step")
    assert PLAIN.check(text).output.count("here I am") == 1


def test_errors_are_told_with_line_and_column_apart_from_what_is_wrong():
    text = PLAIN.solution.replace("l2_error = y - l2", "l2_error = y - l7")
    verdict = PLAIN.check(text)
    assert (verdict.outcome, verdict.trouble.kind) == ("stopped", "error")
    line = text.splitlines()[verdict.trouble.line - 1]
    assert line[verdict.trouble.column : verdict.trouble.end] == "l7"
    assert "NameError" in verdict.sentence


def test_a_syntax_error_is_told_with_line_and_column():
    verdict = PLAIN.check("import numpy as np\nx = = 2\n")
    assert verdict.trouble.kind == "syntax"
    assert (verdict.trouble.line, verdict.trouble.column, verdict.trouble.text) == (2, 4, "x = = 2")


@pytest.mark.parametrize(
    "index",
    ["", "[]", "{}", '{"runs": [], "trouble": null, "sites": 3}', "[" * 100_000,
     json.dumps({"trouble": None, "sites": [[1, 0, 1, 1]],
                 "runs": [{"events": [[0, "a", "bound", [-5, 3], False, []]], "data": {},
                           "trouble": None}]})],
)  # fmt: skip
def test_answers_that_are_none_are_not_believed(index, tmp_path):
    (tmp_path / "index.json").write_text(index)
    (tmp_path / "values.npy").write_bytes(b"\x93NUMPY\x01\x00nonsense")
    assert "ended before" in sandbox.read_answers(tmp_path, "").trouble.sentence
