"""A verdict as a few lines for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from syn0.learn.drill.verdict import RIGHT, Mark, Trouble, Verdict, Window, Wrong
from syn0.spec.words import visible

MOST_LINES = 12
MOST_RAIL, MOST_PRINTED = 3, 2
"""Lines of the rail, and of what the program printed."""

SIGNS = {"right": "✓", "lenient": "✓", "merged": "-", "wrong": "✗", "missing": "?", "open": "·"}
PLAIN_SIGNS = SIGNS | {"right": "ok", "lenient": "ok", "wrong": "WRONG", "open": "."}
COLOURS = {"right": "green", "lenient": "green", "wrong": "red", "missing": "red"}

Style = Callable[[str, str], str]
"""Gives a text a colour, by its name."""


def no_style(text: str, colour: str) -> str:
    """The text as it is."""
    return text


@dataclass(frozen=True)
class Report:
    """How verdicts are shown.

    Attributes:
        width: columns of the terminal.
        style: what colours texts.
        signs: of the rail, by the state of an array.
    """

    width: int = 80
    style: Style = no_style
    plain: bool = False

    def lines(self, verdict: Verdict) -> list[str]:
        """The report of a verdict, in at most twelve lines."""
        room = MOST_LINES - 1
        lines = [*self.printed(verdict.output), *self.rail(verdict.rail), *self.body(verdict)]
        return lines[:room]

    def body(self, verdict: Verdict) -> Iterator[str]:
        """What follows the rail."""
        if verdict.outcome == RIGHT:
            yield from self.wrapped(self.style(verdict.sentence, "green"))
            return
        if verdict.trouble is not None:
            yield from self.trouble(verdict.trouble)
        if verdict.wrong is not None:
            yield from self.wrong(verdict.wrong, seen=verdict.trouble is None)
        elif verdict.trouble is None:
            yield from self.wrapped(verdict.sentence)

    def rail(self, marks: tuple[Mark, ...]) -> list[str]:
        """The arrays in order, each with its sign, in few lines around the first wrong one."""
        signs = PLAIN_SIGNS if self.plain else SIGNS
        rows: list[list[tuple[str, str]]] = [[]]
        length = 0
        for mark in marks:
            word = f"{mark.name} {signs[mark.state]}"
            if length and length + len(word) + 2 > self.width:
                rows.append([])
                length = 0
            rows[-1].append((word, COLOURS.get(mark.state, "")))
            length += len(word) + 2
        texts = [
            "  ".join(self.style(word, colour) if colour else word for word, colour in row)
            for row in rows
            if row
        ]
        wrong = next((k for k, row in enumerate(rows) if any(c == "red" for _, c in row)), 0)
        start = max(0, min(wrong - 1, len(texts) - MOST_RAIL))
        return texts[start : start + MOST_RAIL]

    def trouble(self, trouble: Trouble) -> Iterator[str]:
        """What stopped the program, with the line that it stopped in."""
        where = f"Line {trouble.line}: " if trouble.line else ""
        yield from self.wrapped(f"{where}{trouble.sentence}")
        if trouble.text:
            text = trouble.text.partition("  #")[0].rstrip()
            cut = len(text) - len(text.lstrip())
            yield f"    {text[cut:]}"[: self.width]
            if trouble.end > trouble.column >= cut:
                count = min(trouble.end, len(text)) - trouble.column
                marks = " " * (4 + trouble.column - cut) + "^" * max(count, 1)
                yield self.style(marks[: self.width], "red")

    def wrong(self, wrong: Wrong, *, seen: bool) -> Iterator[str]:
        """The first line that is wrong: where, by how much, and why."""
        where = f" in line {wrong.line}" if wrong.line else ""
        step = f", in step {wrong.step}" if wrong.step > 1 else ""
        if wrong.found is None and not wrong.words:
            shape = shape_text(wrong.expected_shape)
            yield f"Not found yet: {wrong.name}{step}, whose shape is {shape}."
        elif seen or wrong.found is not None:
            found = (
                "nothing like it" if wrong.found_shape is None else shape_text(wrong.found_shape)
            )
            shapes = f"Shape expected {shape_text(wrong.expected_shape)}, found {found}."
            if wrong.found_shape == wrong.expected_shape:
                shapes = f"Its shape, {found}, is right."
            yield from self.wrapped(f"First wrong: {wrong.name}{where}{step}. {shapes}")
        if wrong.difference and wrong.place is not None and wrong.found is not None:
            expected = entry(wrong.expected, wrong.place)
            yield from self.wrapped(
                f"  Largest difference at {list(wrong.place)}: expected {expected}, "
                f"found {entry(wrong.found, wrong.place)}."
            )
        if wrong.other_data:
            yield from self.wrapped(
                "  With the file's X and y it agrees by chance; other numbers show it."
            )
        if wrong.words:
            yield from self.wrapped(f"  Likely: {wrong.words}.".replace("?.", "?"))

    def printed(self, output: str) -> list[str]:
        """The last lines that the program printed."""
        lines = [visible(line, self.width - 9) for line in output.splitlines() if line.strip()]
        return [f"printed: {line}" for line in lines[-MOST_PRINTED:]]

    def program(self, text: str) -> list[str]:
        """A program, with notes above the lines that they make too long."""
        lines: list[str] = []
        for line in text.rstrip().splitlines():
            indent = line[: len(line) - len(line.lstrip())]
            code, mark, note = line[len(indent) :].rpartition("# ")
            if len(line) <= self.width or not mark:
                lines.append(line)
                continue
            head = f"{indent}# "
            lines += textwrap.wrap(note, self.width, initial_indent=head, subsequent_indent=head)
            lines += [f"{indent}{code.rstrip()}"] if code else []
        return lines

    def wrapped(self, text: str) -> list[str]:
        """A sentence in lines that fit."""
        indent = " " * (len(text) - len(text.lstrip()))
        return textwrap.wrap(
            text, self.width, initial_indent="", subsequent_indent=indent, break_on_hyphens=False
        )


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape as one reads it: 4 x 3."""
    return " x ".join(map(str, shape)) if shape else "a number"


def entry(window: Window, place: tuple[int, ...]) -> str:
    """One number of a window, in six digits."""
    row, column = [0, 0, *place][-2:]
    value = window.rows[row - window.row][column - window.column]
    return "not finite" if value is None else f"{value:.6g}"
