"""What docs/explain.md shows is what commands and objects say."""

import contextlib
import doctest
import io
import re
import shlex
import sys
from pathlib import Path

import pytest

from syn0.cli import main

PAGE = (Path(__file__).parents[2] / "docs" / "explain.md").read_text(encoding="utf-8")


def words_of(text: str) -> str:
    """A text without what hangs on the last bits of numbers."""
    text = re.sub(r"NaN|infinite", "bad", text)
    return " ".join(re.sub(r"[-↑↓]?\d[\d.,e-]*", "#", text).split())


def commands() -> list[tuple[str, str]]:
    return re.findall(r"```console\n\$ ([^\n]*)\n(.*?)\n```", PAGE, flags=re.DOTALL)


@pytest.mark.parametrize(("command", "shown"), commands(), ids=[c for c, _ in commands()])
def test_commands_print_what_is_shown(command, shown, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", shlex.split(command))
    with pytest.raises(SystemExit):
        main()
    assert words_of(capsys.readouterr().out) == words_of(shown)


def test_python_gives_what_is_shown():
    text = "\n".join(re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL))
    names: dict[str, object] = {}
    examples = doctest.DocTestParser().get_examples(text)
    assert len(examples) > 10
    for example in examples:
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(compile(example.source, "page", "single"), names)  # noqa: S102
        shown = example.want.replace("<BLANKLINE>", "")
        assert words_of(printed.getvalue()) == words_of(shown), example.source


def test_the_page_keeps_to_a_terminals_width():
    assert all(len(line) <= 120 for line in PAGE.splitlines())
