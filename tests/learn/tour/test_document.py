"""The tour as a document, and the page that says where each point is reached.

`UPDATE_GOLDEN=1 pytest tests/learn/tour/test_document.py` writes both anew.
"""

import os
import re
from pathlib import Path

from syn0.learn.tour import POINTS, LeftOut
from syn0.learn.tour.document import document

GOLDEN = Path(__file__).parent / "golden" / "tour.md"
PAGE = Path(__file__).parents[3] / "docs" / "tour.md"
MARK = "<!-- written by tests/learn/tour/test_document.py from syn0/learn/tour -->\n"


def agrees(path: Path, text: str) -> bool:
    """Whether a file holds a text; written where that is asked for."""
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    return path.read_text(encoding="utf-8") == text


def test_the_document_is_computed_to_the_letter(usual):
    assert agrees(GOLDEN, document(usual))


def test_the_document_is_sound_markdown(usual):
    chapters = ["shapes", "languages", "momentum"]
    text = document(usual, chapters)
    assert text == document(usual, chapters)
    assert text.count("```") % 2 == 0
    assert text.count("<details>") == text.count("</details>")
    headings = re.findall(r"^## (\d+)\. (.+)$", text, re.MULTILINE)
    assert [title for _, title in headings] == ["Shapes", "Momentum", "Other languages"]


def test_a_chapter_that_does_not_apply_is_told_of(tour_of):
    text = document(tour_of([3, 1]), ["backpropagation"])
    assert "Left out: 3-1 has no hidden layer." in text


def table(tour) -> str:
    """For each point its words, and the chapters that reach it."""
    lines = ["| point | | chapters |", "|---|---|---|"]
    for point, words in POINTS.items():
        reached = [
            f"{place} `{lesson.name}`"
            for place, lesson in enumerate(tour.lessons, 1)
            if point in lesson.points
        ]
        lines.append(f"| {point} | {words} | {', '.join(reached)} |")
    return "\n".join(lines) + "\n"


def test_the_page_says_where_each_point_is_reached(usual):
    before, _, _ = PAGE.read_text(encoding="utf-8").partition(MARK)
    assert agrees(PAGE, before + MARK + table(usual))


def test_following_the_page_reaches_every_point(usual):
    """Each chapter that the table names is there, applies, and says that it reaches the point."""
    rows = re.findall(r"^\| (\d+) \| .+ \| (.+) \|$", PAGE.read_text(), re.MULTILINE)
    assert [int(point) for point, _ in rows] == list(range(1, 18))
    for point, chapters in rows:
        names = re.findall(r"`([\w-]+)`", chapters)
        assert names, point
        for name in names:
            chapter = usual.chapter(name)
            assert int(point) in chapter.points
            assert chapter.questions, name


def test_the_pages_python_runs(usual, capsys):
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    exec(code, {})  # noqa: S102
    words = capsys.readouterr().out
    assert "Right: ↑ ↓ ↑ ↓" in words


def test_left_out_chapters_are_few_in_the_usual_tour(usual):
    assert not [lesson.name for lesson, made in usual.chapters() if isinstance(made, LeftOut)]
