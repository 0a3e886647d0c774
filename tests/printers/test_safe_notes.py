"""No text of a user's ends a comment or a string of a printed program, in any language."""

import ast
import io
import re
import subprocess
import tokenize
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from syn0 import Network
from syn0.engines.compiler import find_compiler
from syn0.printers import Data
from syn0.printers.c import CPrinter
from syn0.printers.safe import c_note, python_text
from syn0.spec.words import visible

SIGNIFICANT = "*/\\?\"'#{}%\n\r\t\0\f\v\x1b\x85\u2028\u2029\u202e\ufeff\ud800\udcff ab"
NOTES = st.text(st.one_of(st.sampled_from(SIGNIFICANT), st.characters()))
EVIL = [
    "d*/int evil = 42; /*.csv",
    "*\\\n/int evil = 42; /*",
    "*??/\n/int evil = 42; /*",
    "*/*/int evil = 42;/**/",
    "/" * 120 + "*" * 120 + "/",
    "\\",
    "'''\nevil = 42\n'''",
    '"""; evil = 42; """',
    "\nevil = 42",
    "\revil = 42",
    "\u2028evil = 42",
    "\x0cevil = 42",
    "\0evil",
    "\ud800 \udcff",
    "-*- coding: utf-7 -*-",
]
X = np.array([[0.0], [1.0]])


def program(note: str, language: str) -> str:
    """A program whose data have a note."""
    return Network([1, 1]).program(language, data=Data(X, X, note))


def without_comments(text: str) -> str:
    """What a C compiler reads: trigraphs and joined lines replaced, then each comment a space."""
    text = re.sub(r"\\[ \t]*\n", "", text.replace("??/", "\\"))
    parts = re.finditer(r'"(?:\\.|[^"\\\n])*"|/\*.*?\*/|//[^\n]*|.', text, flags=re.DOTALL)
    return "".join(" " if p[0][:2] in ("/*", "//") else p[0] for p in parts)


@settings(max_examples=60)
@given(NOTES)
@example(EVIL[0])
@example(EVIL[8])
@example(EVIL[13])
def test_a_note_stays_a_comment_of_a_python_program(note: str) -> None:
    text = program(note, "numpy")
    read = io.BytesIO(text.encode()).readline
    comments = [t.string for t in tokenize.tokenize(read) if t.type == tokenize.COMMENT]
    plain = program("plain", "numpy")
    assert len(comments) == plain.count("# ")
    assert ast.dump(ast.parse(text.encode())) == ast.dump(ast.parse(plain))
    assert program(note, "terse") == program("plain", "terse")


@settings(max_examples=60)
@given(NOTES)
@example(EVIL[0])
@example(EVIL[1])
@example(EVIL[2])
@example(EVIL[3])
def test_a_note_stays_a_comment_of_a_c_program(note: str) -> None:
    found, plain = (without_comments(program(n, "c")).split() for n in (note, "plain"))
    assert found == plain


@given(NOTES)
def test_a_text_of_a_python_program_means_itself_and_is_ascii(text: str) -> None:
    written = python_text(text)
    assert ast.literal_eval(written) == text
    assert written.isascii()
    assert written.isprintable()


@given(NOTES)
def test_a_note_shows_all_that_it_holds_on_one_line(note: str) -> None:
    assert len(visible(note).splitlines()) <= 1
    assert visible(visible(note)) == visible(note)
    assert visible(note) == note or not note.isprintable()
    assert not re.search(r"\*/|/\*|\?\?/", c_note(note))


@pytest.mark.needs_compiler
def test_a_compiler_reads_no_note_as_code(tmp_path: Path) -> None:
    """Between the notes stand numbered declarations, and nothing else is declared."""
    pairs = [first + second for first in EVIL for second in ("", *EVIL)]
    lines = [line for n, e in enumerate(pairs) for line in (*CPrinter().comment(e), f"char v{n};")]
    source = tmp_path / "notes.c"
    source.write_text("\n".join([*lines, ""]), encoding="utf-8")
    made = subprocess.run(
        [*find_compiler().command, "-std=c11", "-Wall", "-Wextra", "-Werror", "-E", "-P", source],
        capture_output=True,
        text=True,
        check=True,
    )
    assert made.stdout.split("\n")[:-1] == [f"char v{n};" for n in range(len(pairs))]
