"""Lines of code that know what they were made of, and so where they may be broken.

Each is its own text, a `str`; `fitted` lays it out over several lines where it is too long for one
(Oppen, "Prettyprinting", 1980). Lists, sums and choices are broken between their parts, as few
times as will do; calls and products with brackets inside the widest of them.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from syn0.spec.once import once

INDENT = 4
SUM, PRODUCT = ("+", "-"), ("*", "/", "//", "%", "@")
"""Operators of which several make one row: `a + b - c`."""

BRACKETS = {"(": ")", "[": "]"}
MARK = re.compile(r"\{\d+\}|[()\[\] ]|[^()\[\]{} ]+")
"""Of a form: a place, a bracket, a space or plain text."""


def fitted(code: str, width: int, hang: int = 0) -> str:
    """A line, broken where it is too long; its other lines begin `hang` further in."""
    if len(code) <= width:
        return code
    page = Page(width)
    page.put(code, len(code) - len(code.lstrip()) + hang, 0)
    return "\n".join(page.lines)


def commented(note: str, width: int, sign: str = "// ", hang: str | None = None) -> list[str]:
    """A note in lines that begin with the sign of a comment, all but the first with `hang` if that
    is given; most notes are one line."""
    if len(sign) + len(note) <= width and note.isprintable() and note == note.strip() != "":
        return [sign + note]
    rest = sign if hang is None else hang
    return textwrap.wrap(note, width, initial_indent=sign, subsequent_indent=rest)


class Page:
    """Lines of some width, as they grow."""

    def __init__(self, width: int) -> None:
        self.width, self.lines = width, [""]

    def fits(self, text: str, after: int) -> bool:
        """Whether a text, and so many columns after it, fit on the last line."""
        return len(self.lines[-1]) + len(text) + after <= self.width

    def put(self, text: str, indent: int, after: int) -> None:
        """Go on with a text, broken if it does not fit: its other lines begin at `indent`."""
        if isinstance(text, Code) and not self.fits(text, after):
            text.lay(self, indent, after)
        else:
            self.lines[-1] += text


class Code(str):
    """Texts side by side, some of which may be broken."""

    parts: tuple[str, ...]

    def __new__(cls, *parts: str) -> Code:
        self = super().__new__(cls, "".join(parts))
        self.parts = parts
        return self

    @once
    def pieces(self) -> list[str]:
        """The plain texts and groups that it is made of."""
        return [piece for part in self.parts for piece in pieces_of(part)]

    def lay(self, page: Page, indent: int, after: int) -> None:
        """Write it broken, in its widest group and in others only where that is not enough; so
        many columns follow on the last line."""
        pieces = self.pieces
        widest = max((x for x in pieces if isinstance(x, Group)), key=len, default=None)
        left, passed = after + sum(map(len, pieces)), False
        for place, piece in enumerate(pieces, 1):
            left -= len(piece)
            if widest is not None and piece is widest:
                widest.lay(page, indent, left)
                passed = True
            else:
                page.put(piece, indent, left if passed else opening(pieces[place:]))


def opening(pieces: list[str]) -> int:
    """The columns of what must follow on the same line: plain texts and an opening bracket."""
    columns = 0
    for piece in pieces:
        if isinstance(piece, Group):
            return columns + len(piece.left)
        columns += len(piece)
    return columns


class Group(Code):
    """Parts with spaces between them, where it may be broken; then the brackets around them, if it
    has some, stand on lines of their own.

    Attributes:
        signs: the operators between the parts, if they are such as make one row.
    """

    left: str
    right: str
    signs: tuple[str, ...]

    def __new__(
        cls, *parts: str, left: str = "", right: str = "", signs: tuple[str, ...] = ()
    ) -> Group:
        self = str.__new__(cls, f"{left}{' '.join(parts)}{right}")
        self.parts, self.left, self.right, self.signs = parts, left, right, signs
        return self

    @property
    def pieces(self) -> list[str]:
        """The group itself."""
        return [self]

    def lay(self, page: Page, indent: int, after: int) -> None:
        """As many parts on a line as fit; a term after one that is broken has its own."""
        inner = indent + INDENT if self.left else indent
        if self.left:
            page.lines[-1] += self.left
            page.lines.append(" " * inner)
        broken = False
        for k, part in enumerate(self.parts, 1):
            behind = after if k == len(self.parts) and not self.right else 0
            if k > 1 and page.fits(f" {part}", behind) and not broken:
                page.lines[-1] += " "
            elif k > 1:
                page.lines.append(" " * inner)
            lines = len(page.lines)
            page.put(part, inner, behind)
            broken = bool(self.signs) and len(page.lines) > lines
        if self.right:
            page.lines.append(" " * indent + self.right)


class Assigned(Code):
    """A statement such as `x = value;` of its three parts; the value gets brackets where it is
    broken, unless its own hold all breaks."""

    @once
    def pieces(self) -> list[str]:
        """The pieces, with brackets around the value where it has none of its own."""
        head, value, tail = self.parts
        return [head, *(pieces_of(value) if hugs(value) else [bracketed("(", value, ")")]), tail]


class Made(Code):
    """A form with parts in their places, as `np.clip({0}, 0, {1})` with two. It is read only where
    it is too long, which few lines are."""

    form: str

    def __new__(cls, form: str, *parts: str) -> Made:
        self = str.__new__(cls, form.format(*parts))
        self.form, self.parts = form, parts
        return self

    @once
    def pieces(self) -> list[str]:
        """The pieces of the text that the form makes of its parts."""
        return pieces_of(read(iter(MARK.findall(self.form)), self.parts)[0])


def listed(parts: Iterable[str], left: str = "", right: str = "") -> Group:
    """Parts with commas between them, and brackets around them if some are given."""
    texts = list(parts)
    return Group(*(Code(x, ",") for x in texts[:-1]), *texts[-1:], left=left, right=right)


def pieces_of(text: str) -> list[str]:
    """The pieces of any text."""
    return text.pieces if isinstance(text, Code) else [text]


def hugs(text: str) -> bool:
    """Whether it may be broken inside brackets of its own, and nowhere else."""
    groups = [piece for piece in pieces_of(text) if isinstance(piece, Group)]
    return bool(groups) and all(group.left for group in groups)


def bracketed(left: str, text: str, right: str) -> Group:
    """A text in brackets; those right inside others count as one with them."""
    match pieces_of(text):
        case [Group() as only]:
            left, right = left + only.left, only.right + right
            return Group(*only.parts, left=left, right=right, signs=only.signs)
    return Group(text, left=left, right=right)


def read(form: Iterator[str], parts: Sequence[str]) -> tuple[str, str]:
    """The code of a form up to a closing bracket, and that; what no part stands in is plain."""
    words: list[list[str]] = [[]]
    close = ""
    for mark in form:
        if mark == " ":
            words.append([])
        elif mark in BRACKETS:
            inner, right = read(form, parts)
            plain = not any(isinstance(piece, Group) for piece in pieces_of(inner))
            words[-1].append(mark + inner + right if plain else bracketed(mark, inner, right))
        elif mark in BRACKETS.values():
            close = mark
            break
        else:
            words[-1].append(parts[int(mark[1:-1])] if mark[0] == "{" else mark)
    return row_of([Code(*word) for word in words]), close


def row_of(words: list[str]) -> Code:
    """What words with spaces between them are: a list, terms with their signs, or a single one."""
    first, *others = words
    if first.endswith(",") and others:
        return Group(*words)
    if not others or len(others) % 2 or others[0] == "**":
        return side_by_side(words)
    signs = next((row for row in (SUM, PRODUCT) if others[0] in row), ())
    terms: list[str] = [
        Code(sign, " ", part) for sign, part in zip(others[::2], others[1::2], strict=True)
    ]
    match pieces_of(first):
        case [Group(left="", signs=same) as row] if signs and same == signs:
            terms = [*row.parts, *terms]
        case _:
            terms = [first, *terms]
    whole = side_by_side(terms)
    return whole if signs == PRODUCT and hugs(whole) else Group(*terms, signs=signs)


def side_by_side(words: Sequence[str]) -> Code:
    """Words with spaces between them, at which they are not broken."""
    first, *others = words
    return Code(first, *(x for word in others for x in (" ", word)))
