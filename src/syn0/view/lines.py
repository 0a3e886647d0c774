"""The lines of a program as the page shows them: exactly as printed, in tokens that know what they
are of, with what the last knob changed."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any, cast
from xml.etree.ElementTree import Element, fromstring

from syn0.printers.mathml import MathmlPrinter
from syn0.printers.notes import heading, with_shapes
from syn0.printers.numpy import STEP_INDENT, WIDTH, NumpyPrinter
from syn0.printers.pretty import fitted
from syn0.program import Apply, Const, Expr, Name, Program, check, names_in
from syn0.program import Line as ProgramLine
from syn0.program.checker import shape_of
from syn0.program.operations import Shape
from syn0.view.protocol import (
    Difference,
    Line,
    Markup,
    Operand,
    Part,
    Phase,
    Removed,
    Section,
    Token,
)

STEP = ("forward", "loss", "backward", "update")

START, AFTER, END = "\ue000", "\ue001", "\ue002"
"""Around the parts of a line while it is read: its number stands between the first two."""

PIECE = re.compile(
    rf"{START}(\d+){AFTER}|({END})|(\s+)|([A-Za-z_][\w.]*)|(\d[\d.]*(?:e-?\d+)?)|([()\[\]])|(\*\*|//|[<>=!+*]=|.)"
)
KINDS = ("space", "name", "number", "bracket", "operation")


class PartPrinter(NumpyPrinter):
    """Prints a line with marks around its parts."""

    def __init__(self, parts: Sequence[Apply]) -> None:
        self.left = list(enumerate(parts))

    def expression(self, expr: Expr, need: int = 0) -> str:
        """As every printer's, between marks."""
        number = None
        if isinstance(expr, Apply):
            for k, (found, part) in enumerate(self.left):
                if part is expr:
                    number = found
                    del self.left[k]
                    break
        text = super().expression(expr, need)
        return text if number is None else f"{START}{number}{AFTER}{text}{END}"


PRINTER, EQUATIONS = NumpyPrinter(), MathmlPrinter()


def markup(xml: str) -> Markup:
    """An element of MathML as plain data, of which the page makes elements of its own."""

    def plain(found: Element) -> Markup:
        holds: list[str | Markup] = [found.text] if found.text else []
        for child in found:
            holds += [plain(child), *([child.tail] if child.tail else [])]
        return {"name": found.tag.rpartition("}")[2], "holds": holds}

    return plain(fromstring(xml))  # noqa: S314 -- our own printer's, whose names are escaped


def parts_of(expr: Expr) -> list[Apply]:
    """The operations in an expression, the outermost first."""
    if not isinstance(expr, Apply):
        return []
    return [expr, *(part for arg in expr.args for part in parts_of(arg))]


def text_of(line: ProgramLine) -> str:
    """A line as printed, broken where it is long."""
    return fitted(PRINTER.statement(line), WIDTH - STEP_INDENT)


def tokens_of(line: ProgramLine) -> list[Token]:
    """A line as tokens: joined they are its text to the letter."""
    parts = parts_of(line.expression)
    marked = PartPrinter(parts).statement(line)
    inside = list(pieces(marked))
    names = {line.target, *names_in(line.expression)}
    tokens: list[Token] = []
    at = 0
    for text, kind, _ in pieces(text_of(line)):
        token: Token = {"text": text, "kind": kind}
        if kind != "space":
            # Brackets that only hold a broken line together are no part's.
            while at < len(inside) and inside[at][1] == "space":
                at += 1
            if at < len(inside) and inside[at][0] == text:
                if (part := inside[at][2]) is not None:
                    token["part"] = part
                at += 1
        name = text.removesuffix(".T").removesuffix(".astype")
        if kind == "name" and name in names:
            token["name"] = name
        tokens.append(token)
    return tokens


def pieces(text: str) -> Iterator[tuple[str, Any, int | None]]:
    """The pieces of a text: each with its kind, and the part that it stands in."""
    within: list[int] = []
    for found in PIECE.finditer(text):
        if found[1]:
            within.append(int(found[1]))
        elif found[2]:
            within.pop()
        else:
            kind = next(k for k, group in enumerate(found.groups()[2:]) if group is not None)
            yield found[0], KINDS[kind], within[-1] if within else None


def described(
    lines: Iterable[ProgramLine],
    shapes: dict[str, Shape],
    idle: Container[str],
    sizes: Mapping[str, int],
) -> list[Line]:
    """Lines as the page shows them: `idle` are the names that only report, and `sizes` are the
    numbers of rows and of those in a batch."""

    def settled(shape: Shape) -> list[int]:
        return [sizes.get(dim, 0) if isinstance(dim, str) else int(dim) for dim in shape]

    def part_of(part: Apply, numbers: Mapping[int, int]) -> Part:
        return {
            "operation": part.operation,
            "text": str(PRINTER.expression(part)),
            "takes": [operand(arg, numbers) for arg in part.args],
            "shape": settled(shape_of(part, shapes)),
        }

    found: list[Line] = []
    for line in lines:
        parts = parts_of(line.expression)
        numbers = {id(part): k for k, part in enumerate(parts)}
        found.append(
            {
                "target": line.target,
                "phase": cast(Phase, line.phase),
                "layer": line.layer,
                "note": line.note,
                "math": markup(EQUATIONS.math(line, shapes)),
                "tokens": tokens_of(line),
                "parts": [part_of(part, numbers) for part in parts],
                "reads": list(dict.fromkeys(names_in(line.expression))),
                "shape": settled(shapes[line.target]),
                "measured": line.target in idle and line.phase in ("loss", "backward"),
                "mark": "same",
            }
        )
    return found


def operand(arg: Expr, numbers: Mapping[int, int]) -> Operand:
    """What a part takes."""
    match arg:
        case Name(name):
            return {"name": name}
        case Const():
            return {"number": str(PRINTER.expression(arg))}
    return {"part": numbers[id(arg)]}


def program_lines(
    program: Program, rows: int, batch_size: int | None
) -> tuple[list[Line], list[Line]]:
    """The lines that run once, and those of a step; shapes of products stand in their notes."""
    noted = with_shapes(program, rows, batch_size)
    sizes = {"rows": rows, "batch": min(batch_size or rows, rows)}
    shapes, idle = check(noted), {line.target for line in noted.measured}
    once, step = noted.phase("init"), noted.phase(*STEP)
    return described(once, shapes, idle, sizes), described(step, shapes, idle, sizes)


def sections(program: Program) -> list[Section]:
    """The phases of a step, under the headings that are printed."""
    found: list[Section] = []
    lines = enumerate(program.phase(*STEP))
    for phase, group in groupby(lines, lambda pair: pair[1].phase):
        places = [k for k, _ in group]
        found.append(
            {
                "phase": cast(Phase, phase),
                "heading": heading(program, phase),
                "first": places[0],
                "end": places[-1] + 1,
            }
        )
    return found


# -------------------------------------------------------------------------------------- difference


def text(line: Line) -> str:
    """A line's text."""
    return "".join(token["text"] for token in line["tokens"])


def keys(lines: Sequence[Line]) -> list[tuple[str, str, int]]:
    """What identifies each line across two programs: its phase, its target, and how many lines
    before it have both the same."""
    seen: dict[tuple[str, str], int] = {}
    found: list[tuple[str, str, int]] = []
    for line in lines:
        key: tuple[str, str] = (line["phase"], line["target"])
        found.append((*key, seen.get(key, 0)))
        seen[key] = seen.get(key, 0) + 1
    return found


def compare(
    before: Sequence[Line], after: Sequence[Line], init: tuple[Sequence[Line], Sequence[Line]],
    knob: str,
) -> tuple[list[Removed], Difference]:  # fmt: skip
    """Mark in `after` what is new and what changed, token by token; what is gone, and words."""
    old, new = keys(before), keys(after)
    known = dict(zip(old, before, strict=True))
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    kept = {new[m.b + k] for m in matcher.get_matching_blocks() for k in range(m.size)}
    for key, line in zip(new, after, strict=True):
        if key not in kept:
            line["mark"] = "added"
        elif text(known[key]) != text(line):
            line["mark"] = "changed"
            mark_tokens(known[key]["tokens"], line["tokens"])
    removed: list[Removed] = []
    for tag, start, end, place, _ in matcher.get_opcodes():
        if tag in ("delete", "replace"):
            removed += [
                {"before": place, "tokens": line["tokens"], "target": line["target"]}
                for line in before[start:end]
            ]
    marks = [line["mark"] for line in after]
    texts_before, texts_after = ([text(line) for line in lines] for lines in init)
    difference: Difference = {
        "knob": knob,
        "added": marks.count("added"),
        "removed": len(removed),
        "changed": marks.count("changed"),
        "init_added": [x for x in texts_after if x not in texts_before],
        "init_removed": [x for x in texts_before if x not in texts_after],
        "words": "",
    }
    difference["words"] = words(difference)
    return removed, difference


def mark_tokens(before: Sequence[Token], after: Sequence[Token]) -> None:
    """Mark the tokens that changed."""
    old, new = ([token["text"] for token in tokens] for tokens in (before, after))
    for tag, _, _, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            for token in after[start:end]:
                token["changed"] = True


def words(difference: Difference) -> str:
    """ "3 added, 1 changed"; of the lines that run once, too."""
    counts = [(difference[name], name) for name in ("added", "removed", "changed")]
    parts = [f"{count} {name}" for count, name in counts if count]
    once = len(difference["init_added"]) + len(difference["init_removed"])
    if once:
        parts.append(f"{once} of the lines before the loop")
    return ", ".join(parts) or "no line changes"
