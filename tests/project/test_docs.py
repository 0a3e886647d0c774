"""What the documents show is run, so that it stays true."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import syn0

__all__ = ["syn0"]  # a fixture

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def shell_commands() -> list[str]:
    """The README's commands that use syn0 as installed."""
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    return [line for line in lines if line.startswith("syn0 ")]


SHORTER = ("--steps", 10_000)
"""A sixth of the steps of a program is enough to see it learn."""

ENOUGH = {"--bias": SHORTER, "adam": ("--steps", 30_000)}
"""What is added to a command that takes longer than need be, by a word of it."""


def test_the_program_for_irises_learns_them(syn0):
    (command,) = (c for c in shell_commands() if "iris" in c)
    done = syn0(*command.split()[1:], *SHORTER)
    assert done.code == 0
    exec(done.out, names := {})  # noqa: S102
    right = names["l2"].argmax(axis=1) == names["y"].argmax(axis=1)
    assert right.mean() > 0.95


def showpieces() -> list[str]:
    """The README's commands that show what options add to the tutorial's program."""
    return [x for x in shell_commands() if x.startswith("syn0 write 3-") and " > " not in x]


@pytest.mark.parametrize("command", showpieces())
def test_the_programs_of_the_readme_learn_the_tutorials_tables(syn0, command):
    words = [word for word in command.split()[1:] if word != "--diff"]
    done = syn0(*words, *next((ENOUGH[word] for word in words if word in ENOUGH), ()))
    assert (done.code, done.err) == (0, "")  # nothing that may keep it from learning
    exec(done.out, names := {})  # noqa: S102
    output = names[f"l{words[1].count('-')}"]
    assert output == pytest.approx(names["y"], abs=0.05)


def test_the_commands_of_the_readme_run_and_their_programs_print_its_numbers(
    tmp_path, monkeypatch, syn0
):
    """One after another in one folder, as they build on each other for a reader: in this process,
    or in a shell where a line is more than a command and its file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")
    printed = {}
    for command in shell_commands():
        words = shlex.split(command, comments=True)
        if "&&" not in words:
            *words, into, file = words if ">" in words else [*words, "", ""]
            done = syn0(*words[1:])
            assert done.code == 0, f"{command}: {done.err}"
            if into:
                (tmp_path / file).write_text(done.out)
        elif " cc " not in command or shutil.which("cc"):
            shell = ["bash", "-euc", command]
            done = subprocess.run(shell, capture_output=True, text=True, timeout=600)
            assert done.returncode == 0, f"{command}: {done.stderr}"
            numbers = done.stdout.partition("Output after training:")[2]
            printed[command.partition(" > ")[0]] = re.findall(r"0\.\d{8}", numbers)
    assert next(iter(printed)) == "syn0 write 3-1 --data correlated"
    one, xor, *in_c = printed.values()
    assert one == ["0.00966449", "0.00786506", "0.99358898", "0.99211957"]
    assert [*map(float, xor)] == pytest.approx([0, 1, 1, 0], abs=0.05)
    assert in_c in ([], [xor])  # without a compiler it is not there


def assert_good(names):
    """What an example trains has learned what it was shown, as readers will look."""
    scores = [names[name].score(names["X_new"], names["y_new"]) for name in ("mlp", "table")
              if name in names]  # fmt: skip
    outputs = [names[name].predict(names["X"])[:, 0] for name in ("net", "deep") if name in names]
    assert scores or outputs
    assert all(score > 0.95 for score in scores)
    for output in outputs:
        assert output == pytest.approx(names["y"], abs=0.05)


def test_the_python_of_the_readme_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for block in blocks("python"):
        exec(block, names := {})  # noqa: S102
        assert_good(names)
    errors = re.findall(r"0\.\d{12,}", capsys.readouterr().out)[:2]  # digits depend on the engine
    assert list(map(float, errors)) == pytest.approx(
        [0.4964100319027255, 0.008584525653247152], rel=1e-12
    )


def test_the_program_on_top_of_the_readme_is_what_the_command_prints(syn0):
    program = re.search(r"\$ syn0 write 3-4-1 --to terse\n(.*?)```", README, flags=re.DOTALL)
    assert program is not None
    assert syn0("write", "3-4-1", "--to", "terse").out == program[1]


def test_ci_finds_the_two_commands_of_the_readme():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for marker in ("main-job", "tests"):
        assert f"readme_command {marker}" in script
        assert re.search(rf"<!-- {marker} -->\n\n```sh\npython3 -m venv .*\n```\n", README)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document):
    text = document.read_text(encoding="utf-8")
    targets = [t for t in re.findall(r"\]\(([^)#]+)\)", text) if not t.startswith("http")]
    assert [t for t in targets if not (document.parent / t).exists()] == []


def test_the_architecture_page_names_every_room_and_no_other():
    page = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rooms = {path.parent.name for path in (ROOT / "src" / "syn0").glob("*/__init__.py")}
    assert set(re.findall(r"^\| `(\w+)/`", page, flags=re.MULTILINE)) == rooms
