"""The notebooks of examples/: what they hold is what scripts/notebooks.py makes, and they run."""

import ast
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import notebooks
from syn0.learn.tour import Tour

ROOT = Path(__file__).parents[2]
COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
STORIES = sorted(path.stem for path in notebooks.STORIES.glob("*.py"))
NAMES = [*notebooks.PARTS, *STORIES]
ELSEWHERE = "taken_apart"
"""The notebook that is run in Jupyter and in marimo."""

CONVERT_AND_RUN = """\
import contextlib, runpy, sys
notebook, program = sys.argv[1:]
sys.argv = ["marimo", "convert", notebook, "-o", program]
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(sys.stderr):
    runpy.run_module("marimo", run_name="__main__")
runpy.run_path(program, run_name="__main__")
"""


def cells(name: str) -> list[dict]:
    return json.loads((notebooks.EXAMPLES / f"{name}.ipynb").read_text("utf-8"))["cells"]


def codes(name: str) -> list[str]:
    return ["".join(cell["source"]) for cell in cells(name) if cell["cell_type"] == "code"]


def without_numbers(outputs: list[dict]) -> list[str]:
    """What is printed, but for digits: other processors round otherwise."""
    text = "".join(line for output in outputs for line in output["text"])
    return ["".join(c for c in line if c.isalpha()) for line in text.splitlines()]


def test_the_documents_count_them_right():
    parts, stories = (COUNTS[len(names)] for names in (notebooks.PARTS, STORIES))
    tour = (ROOT / "docs" / "tour.md").read_text("utf-8")
    assert f"the tour as {parts} notebooks" in tour
    assert f"{stories.capitalize()} more tell short stories" in tour
    assert f"and {stories} stories of practice" in (ROOT / "README.md").read_text("utf-8")


def test_there_are_no_others_and_they_are_small():
    files = sorted(notebooks.EXAMPLES.glob("*"))
    assert [path.stem for path in files] == sorted(NAMES)
    for path in files:
        assert path.stat().st_size < 80_000, path.name


def test_the_chapters_notebooks_hold_what_the_chapters_say_and_print(usual, monkeypatch):
    """Run anew from the chapters, they are the same to the letter."""
    monkeypatch.setattr(Tour, "usual", classmethod(lambda cls: usual))
    found = dict(notebooks.all_cells())
    for name in notebooks.PARTS:
        assert notebooks.notebook(found[name])["cells"] == cells(name), name


@pytest.mark.parametrize("name", STORIES)
def test_a_story_runs(name):
    made = notebooks.notebook([*notebooks.story_cells(notebooks.STORIES / f"{name}.py")])
    for cell, kept in zip(made["cells"], cells(name), strict=True):
        assert cell["source"] == kept["source"]
        lines = [len(without_numbers(x.get("outputs", []))) for x in (cell, kept)]
        assert lines[0] == lines[1], cell["source"]


@pytest.mark.parametrize("name", NAMES)
def test_cells_bind_a_name_once_as_marimo_asks(name):
    bound: set[str] = set()
    for code in codes(name):
        new = set(bindings(ast.parse(code).body))
        assert not new & bound, (name, new & bound)
        bound |= new


def bindings(body):
    """The names that statements bind at the top of a cell."""
    for statement in body:
        match statement:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from (one.asname or one.name for one in names)
            case _:
                for node in ast.walk(statement):
                    inside = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
                    if inside and not in_comprehension(statement, node):
                        yield node.id


def in_comprehension(statement, name) -> bool:
    """Whether a name is bound within a comprehension alone."""
    scopes = (ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp)
    return any(name in ast.walk(node) for node in ast.walk(statement) if isinstance(node, scopes))


@pytest.mark.filterwarnings("default")  # of packages that are not ours
def test_a_notebook_runs_in_jupyter(tmp_path, monkeypatch):
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    notebook = nbformat.read(notebooks.EXAMPLES / f"{ELSEWHERE}.ipynb", as_version=4)
    nbformat.validate(notebook)
    kept = [without_numbers(cell.get("outputs", [])) for cell in notebook.cells]
    nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    assert [without_numbers(cell.get("outputs", [])) for cell in notebook.cells] == kept


@pytest.mark.skipif(not importlib.util.find_spec("marimo"), reason="marimo is not installed")
def test_a_notebook_runs_in_marimo(tmp_path):
    path, program = notebooks.EXAMPLES / f"{ELSEWHERE}.ipynb", tmp_path / "story.py"
    command = [sys.executable, "-c", CONVERT_AND_RUN, path, program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "marimo" in program.read_text()
    assert "mean error" in done.stdout
