"""Words in a program's text: whatever they hold, they stay comments and texts there.

Names of files, columns and classes are a user's, or a file's. A note is made `visible`: so it keeps
to its line, with which most comments end, and to characters that a reader sees. Other languages add
what would end theirs.
"""

from __future__ import annotations

import base64
import re
import string
from hashlib import sha256

from syn0.printers.base import UnsupportedError
from syn0.spec.words import MOST_OF_A_NAME, visible


def c_note(text: str) -> str:
    """`text` for a comment of C, or of C++, which warns of the same: no star stands before a slash,
    which would end it, no slash before a star, and nothing that old compilers read as a
    backslash."""
    return visible(text).replace("*/", "* /").replace("/*", "/ *").replace("??/", "? ?/")


def cpp_line(line: str) -> str:
    """A line of a C++ comment: a backslash at its end would make the next line a comment too."""
    return f"{line}." if line.endswith("\\") else line


def c_text(text: str) -> str:
    """`text` as a C string.

    Raises:
        UnsupportedError: it holds NUL, with which texts end in C.
    """
    if "\0" in text:
        shown = visible(text, MOST_OF_A_NAME)
        raise UnsupportedError(f"texts end with NUL in C, and '{shown}' holds one")
    return c_literal(text)


def cpp_text(text: str) -> str:
    """`text` as a C++ string that knows its length."""
    return f"{c_literal(text)}sv"


def c_literal(text: str) -> str:
    """`text` as C has it, in ASCII whatever it holds: other bytes of its UTF-8 stand in octal, of
    always three digits."""
    plain = {ord(c) for c in string.ascii_letters + string.digits + string.punctuation + " "}
    plain -= {*b'"\\?'}
    code = text.encode("utf-8", "surrogatepass")
    return '"' + "".join(chr(b) if b in plain else f"\\{b:03o}" for b in code) + '"'


def rust_text(text: str) -> str:
    """`text` as a Rust string, in ASCII whatever it holds.

    Raises:
        UnsupportedError: it holds half of a pair of UTF-16, which no text of Rust's does.
    """
    if any("\ud800" <= c <= "\udfff" for c in text):
        shown = visible(text, MOST_OF_A_NAME)
        raise UnsupportedError(f"Rust's texts are valid UTF-8, and '{shown}' is not")
    plain = {*string.ascii_letters, *string.digits, *string.punctuation, " "} - {*'"\\'}
    return '"' + "".join(c if c in plain else f"\\u{{{ord(c):x}}}" for c in text) + '"'


def python_text(text: str) -> str:
    """`text` as a Python string, in ASCII whatever it holds."""
    return ascii(text)


LATEX_SIGNS = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "×": r"$\times$", **{sign: rf"\{sign}" for sign in "{}$&#%_"},
    **{sign: f"\\text{name}{{}}" for sign, name in (("<", "less"), (">", "greater"))},
}  # fmt: skip
"""Signs that mean something to LaTeX, alone or side by side."""


def latex_note(text: str) -> str:
    """`text` for a LaTeX document, in ASCII: its own signs are written out, and others named."""
    known = (c if c in LATEX_SIGNS else python_text(c)[1:-1] for c in visible(text))
    return "".join(LATEX_SIGNS.get(c, c) for part in known for c in part)


def sql_text(text: str) -> str:
    """`text` as an SQL string; UnsupportedError where it holds what no database can."""
    return f"'{held(text).replace(QUOTE, QUOTE * 2)}'"


def sql_name(name: str) -> str:
    """A column's name in SQL, whatever else it holds; UnsupportedError as `sql_text`."""
    return '"' + held(name).replace('"', '""') + '"'


def held(text: str) -> str:
    """`text`, if databases can hold it."""
    if "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
        shown = visible(text, MOST_OF_A_NAME)
        raise UnsupportedError(f"'{shown}' holds NUL or half of a pair, as no text of SQL does")
    return text


QUOTE = "'"

NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no text of XML 1.0 may hold."""


def xml_note(text: str) -> str:
    """`text` for a comment of XML, in ASCII: no two hyphens stand side by side, which end it."""
    return python_text(text)[1:-1].replace("--", "- - ")


def xml_text(text: str) -> str:
    """`text`, if XML can hold it; what writes XML escapes it. UnsupportedError if it cannot."""
    if NO_XML.search(text):
        shown = visible(text, MOST_OF_A_NAME)
        raise UnsupportedError(f"'{shown}' holds a character that no text of XML does")
    return text


def script_text(code: str) -> str:
    """JavaScript as it may stand in a page: nothing in it ends its element."""
    return code.replace("</", "<\\/").replace("<!--", "<\\!--")


def digest(text: str) -> str:
    """A text's hash, by which the policy of a page allows it."""
    return f"sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}"
