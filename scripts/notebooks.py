"""Writes the notebooks of examples/: the tour's chapters, and the stories of scripts/stories.

    python scripts/notebooks.py

Each is run as it is written, in this process, and what its cells print is kept. Cells bind a name
once, so that marimo takes them too (`marimo convert NOTEBOOK.ipynb -o NOTEBOOK.py`).
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from syn0.learn.tour import Chapter, Tour

ROOT = Path(__file__).parents[1]
EXAMPLES, STORIES = ROOT / "examples", Path(__file__).parent / "stories"

PARTS = {
    "tour_1_one_layer": ("One layer", "one-column", "push-table"),
    "tour_2_hidden_layer": ("A hidden layer", "failure", "watching"),
    "tour_3_knobs": ("The knobs", "alpha", "gpu"),
    "tour_4_beyond": ("Beyond", "languages", "from-memory"),
}
"""The notebooks of the tour: title, first and last chapter."""

BEGIN = """\
from syn0.learn.tour import Tour

tour = Tour.usual()"""

HOW = (
    "Predict before you run a cell: put your guess in place of `?`, which means that you don't "
    "know. Numbers and names of options, shapes such as `4 x 1`, and signs (`+` up, `-` down, `.` "
    "neither) are understood. Every number is computed."
)

Cell = tuple[str, str]
"""Its kind, "markdown" or "code", and its text."""


# ------------------------------------------------------------------------------------------ cells


def tour_cells(tour: Tour, title: str, first: str, last: str) -> Iterator[Cell]:
    """The cells of the chapters from one to another."""
    yield "markdown", f"# The tour: {title.lower()}\n\n{HOW}"
    yield "code", BEGIN
    for lesson in tour.lessons[tour.place(first) : tour.place(last) + 1]:
        yield from chapter_cells(tour.chapter(lesson.name), tour.place(lesson.name) + 1)


def chapter_cells(chapter: Chapter, number: int) -> Iterator[Cell]:
    """A chapter: words, figures, questions, something to try."""
    call = f'tour.chapter("{chapter.name}")'
    words = [f"## {number}. {chapter.title}", *chapter.paragraphs]
    if spoken := [text for target, text in chapter.program if target in chapter.lines]:
        words.append("```python\n" + "\n".join(spoken) + "\n```")
    yield "markdown", "\n\n".join(words)
    if chapter.figures:
        yield "code", f'print(*{call}.figures, sep="\\n\\n")'
    for place, question in enumerate(chapter.questions):
        asked = [f"**Question.** {question.words}"]
        asked += [f"```text\n{figure}\n```" for figure in question.figures]
        if options := question.data().get("options"):
            asked.append("\n".join(f"{k}. {option}" for k, option in enumerate(options, 1)))
        yield "markdown", "\n\n".join(asked)
        yield "code", f'print({call}.questions[{place}].respond("?"))'
    after = [*chapter.closing]
    if (experiment := chapter.experiment) is not None:
        after.append(f"**Try it.** {experiment.words}")
    yield "markdown", "\n\n".join(after)
    if experiment is not None:
        first, *others = experiment.tries
        note = f"  # or {', '.join(others)}" if others else ""
        yield "code", f'print({call}.experiment.respond("{first}")){note}'


def story_cells(path: Path) -> Iterator[Cell]:
    """The cells of a story: a Python file in which `# %%` begins each."""
    for part in path.read_text(encoding="utf-8").split("# %%")[1:]:
        head, _, body = part.partition("\n")
        if "markdown" in head:
            lines = [line.removeprefix("#").removeprefix(" ") for line in body.strip().split("\n")]
            yield "markdown", "\n".join(lines)
        else:
            yield "code", body.strip()


def all_cells() -> Iterator[tuple[str, list[Cell]]]:
    """The name of each notebook, and its cells."""
    tour = Tour.usual()
    for name, (title, first, last) in PARTS.items():
        yield name, [*tour_cells(tour, title, first, last)]
    for path in sorted(STORIES.glob("*.py")):
        yield path.stem, [*story_cells(path)]


# --------------------------------------------------------------------------------------- notebooks


def notebook(cells: list[Cell]) -> dict[str, Any]:
    """A notebook, its code run from top to bottom."""
    names: dict[str, Any] = {"__name__": "__main__"}
    found: list[dict[str, Any]] = []
    count = 0
    for place, (kind, text) in enumerate(cells):
        cell = {"cell_type": kind, "id": f"cell-{place}", "metadata": {}, "source": lines(text)}
        if kind == "code":
            count += 1
            cell |= {"execution_count": count, "outputs": printed(text, names)}
        found.append(cell)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": found, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def printed(code: str, names: dict[str, Any]) -> list[dict[str, Any]]:
    """What a cell prints, as a notebook keeps it."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, "<cell>", "exec"), names)  # noqa: S102
    text = out.getvalue()
    return [{"name": "stdout", "output_type": "stream", "text": lines(text)}] if text else []


def lines(text: str) -> list[str]:
    """A text as notebooks keep it."""
    return text.splitlines(keepends=True)


def main() -> None:
    """Write all of them."""
    EXAMPLES.mkdir(exist_ok=True)
    for name, cells in all_cells():
        content = json.dumps(notebook(cells), indent=1, ensure_ascii=False)
        (EXAMPLES / f"{name}.ipynb").write_text(f"{content}\n", encoding="utf-8")
        print(name, f"{len(content) / 1000:.0f} KB")


if __name__ == "__main__":
    main()
