"""A drill at a terminal: saves, keys, progress, and reports of a few lines."""

import pytest

from syn0.learn.drill.drilling import Drilling
from syn0.learn.drill.progress import NAME, keep_progress, read_progress
from syn0.learn.drill.report import Report
from syn0.learn.state import state_file
from tests.learn.drill.mistakes import EXERCISES, MISTAKES, planted

PLAIN = EXERCISES["plain"]


@pytest.fixture
def drilling(tmp_path):
    """A drill that keeps its progress in a list."""
    kept = []
    made = Drilling(PLAIN, tmp_path / "drill.py", {}, Report(), lambda solved: kept.append(solved))
    made.kept = kept
    return made


def test_it_begins_with_a_file_and_goes_on_with_one_that_is_there(drilling):
    assert "Wrote" in " ".join(drilling.begin())
    drilling.path.write_text("mine")
    assert "Going on" in " ".join(drilling.begin())
    assert drilling.path.read_text() == "mine"


def test_reset_asks_twice(drilling):
    drilling.path.write_text("mine")
    assert "again" in " ".join(drilling.pressed("r"))
    drilling.pressed("h")
    drilling.pressed("r")
    assert drilling.path.read_text() == "mine"
    drilling.pressed("r")
    assert drilling.path.read_text() == PLAIN.start_text()


def test_hints_climb_from_a_question_to_the_line(drilling):
    drilling.saved(PLAIN.solution.replace("syn1.T", "syn1"))
    told = [" ".join(drilling.pressed("h")) for _ in range(5)]
    assert [hint.split(":")[0] for hint in told[:4]] == [
        "Hint, question", "Hint, shapes", "Hint, note", "Hint, line",
    ]  # fmt: skip
    assert told[3] == told[4] == "Hint, line: l1_error = l2_delta @ syn1.T"


def test_a_level_changes_no_file(drilling):
    drilling.path.write_text("mine")
    assert "Level 1 of 5" in drilling.pressed("l")[0]
    assert drilling.path.read_text() == "mine"


def test_success_is_kept_and_leads_on_with_the_program_kept_beside(drilling):
    drilling.begin()
    drilling.path.write_text(PLAIN.solution)
    assert "n next exercise" in drilling.saved(PLAIN.solution)[-1]
    assert drilling.kept == [{PLAIN.key: 5}]
    shown = drilling.pressed("s")
    assert any("syn1 += l1.T @ l2_delta" in line for line in shown)
    assert "syn0 write 3-4-1 --to LANGUAGE" in " ".join(shown)
    assert "c, cpp, cuda, d, javascript" in " ".join(shown)
    assert "drill-1.py" in " ".join(drilling.pressed("n"))
    assert drilling.path.with_name("drill-1.py").read_text() == PLAIN.solution
    assert drilling.path.read_text() == drilling.exercise.start_text()
    assert drilling.exercise.key != PLAIN.key


def test_what_was_right_before_one_began_does_not_count(drilling):
    told = " ".join(drilling.saved(PLAIN.solution, counts=False))
    assert "before you began" in told
    assert drilling.kept == []


def test_neither_solution_nor_next_before_it_is_right(drilling):
    drilling.saved("x = 1")
    assert "once yours is right" in drilling.pressed("s")[0]
    assert "This one first" in drilling.pressed("n")[0]


def test_progress_that_cannot_be_kept_is_told(drilling):
    def full(solved):
        raise OSError(28, "No space left on device")

    drilling.keep = full
    assert "No space left" in " ".join(drilling.saved(PLAIN.solution))


def test_q_ends_it(drilling):
    drilling.pressed("q")
    assert drilling.done


@pytest.mark.parametrize("width", [40, 80])
def test_a_report_has_at_most_twelve_lines_that_fit(width):
    for mistake in (MISTAKES[7], MISTAKES[20], MISTAKES[-1]):
        verdict = EXERCISES[mistake.network].check(planted(mistake))
        lines = Report(width).lines(verdict)
        assert len(lines) < 12
        assert all(len(line) <= width for line in lines)


def test_a_report_names_shapes_the_largest_difference_and_the_cause():
    text = PLAIN.solution.replace("l1_error * (l1 * (1 - l1))", "l1_error")
    told = " ".join(Report().lines(PLAIN.check(text)))
    for words in ("l1_delta ✗", "4 x 4", "Largest difference at [", "slope is missing"):
        assert words in told


def test_without_such_letters_the_rail_has_words():
    told = " ".join(Report(plain=True).lines(PLAIN.check(PLAIN.solution)))
    assert "l1 ok" in told
    assert told.isascii()


def test_progress_is_kept_for_another_day(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    assert read_progress() == {}
    keep_progress({"3-1 abc": 2})
    assert read_progress() == {"3-1 abc": 2}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"solved": [1]}', '{"solved": {"a": "b"}}'])
def test_damaged_progress_is_told_in_a_sentence(content, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    state_file(NAME).parent.mkdir(parents=True)
    state_file(NAME).write_text(content)
    with pytest.raises(ValueError, match="is damaged: delete it"):
        read_progress()
