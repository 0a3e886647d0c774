"""The tour on a terminal: code on one side and words on the other, or below each other where it is
narrow."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from syn0.spec.words import visible

if TYPE_CHECKING:
    from rich.text import Text

    from syn0.learn.tour import Chapter, Experiment, Figure, Lesson, Outcome, Question, Reply

WIDE = 100
"""Columns from which on code and words stand side by side."""

LONGEST = 88
"""Characters of a line of words, however wide the terminal is."""

LEAST_PROGRAM = 24

MOST_LINES = 26
"""Lines of a program that are shown; of a longer one those around what is spoken of."""

ASCII = str.maketrans(
    {"↑": "+", "↓": "-", "·": ".", "●": "o", "×": "*", "−": "-", "…": "~", "▸": ">", "─": "-",
     "░": ".", "▒": "+", "▓": "x", "█": "#", "“": '"', "”": '"'}
)  # fmt: skip
"""What stands for signs that a terminal lacks."""


class Screen:
    """Shows chapters on stdout, as wide as the terminal is."""

    def __init__(self) -> None:
        from rich.console import Console

        self.console = Console(highlight=False, soft_wrap=False)
        self.width = self.console.width
        self.coloured = self.console.color_system is not None and not self.console.no_color
        self.is_unicode = "utf" in self.console.encoding.lower()

    # Chapters

    def chapter(self, chapter: Chapter, number: int, count: int) -> None:
        """The title, the program, the words and the figures."""
        about = f"{chapter.net} on {chapter.data_name}"
        self.heading(f"{number} of {count} · {chapter.title}", about)
        program = self.program(chapter)
        if program is None:
            self.words(chapter.paragraphs)
            self.figures(chapter.figures)
        elif self.width >= WIDE:
            self.beside(program, chapter)
        else:
            self.words(chapter.paragraphs)
            self.console.print()
            self.whole(program)
            self.figures(chapter.figures)

    def beside(self, program: Text, chapter: Chapter) -> None:
        """Code to the left, words and values to the right."""
        from rich.table import Table

        longest = max(map(len, program.plain.splitlines()))
        left = max(LEAST_PROGRAM, min(longest, self.width * 45 // 100))
        right = min(LONGEST, self.width - left - 3)
        grid = Table.grid(padding=(0, 3, 0, 0))
        grid.add_column(width=left, no_wrap=True)
        grid.add_column(width=right)
        grid.add_row(program, self.grouped(chapter.paragraphs, chapter.figures))
        self.console.print()
        self.console.print(grid)

    def grouped(self, texts: Sequence[str], figures: Sequence[Figure]) -> Any:
        """Words and figures as one thing, an empty line between them."""
        from rich.console import Group

        parts: list[Any] = []
        for part in (*map(self.text, texts), *map(self.figure, figures)):
            parts += [part, ""]
        return Group(*parts[:-1])

    def program(self, chapter: Chapter) -> Text | None:
        """The lines of a step, those that are spoken of marked; None without any."""
        from rich.text import Text

        if not chapter.program:
            return None
        lit = [k for k, (target, _) in enumerate(chapter.program) if target in chapter.lines]
        first = max(0, min(lit, default=0) - MOST_LINES // 2)
        shown = range(first, min(len(chapter.program), first + MOST_LINES))
        text = Text(no_wrap=True, overflow="ellipsis" if self.is_unicode else "crop")
        for k in shown:
            mark, style = ("▸ ", "bold") if k in lit else ("  ", "dim")
            text.append(f"{self.fit(mark + chapter.program[k][1])}\n", style=style)
        if (left := len(chapter.program) - len(shown)) > 0:
            text.append(self.fit(f"  … {left:,} more lines\n"), style="dim")
        text.rstrip()
        return text

    def left_out(self, lesson: Lesson, why: str, number: int, count: int) -> None:
        """Why a chapter is not told."""
        self.heading(f"{number} of {count} · {lesson.title}", "")
        self.words([f"Left out: {why}."])

    # Questions

    def question(self, question: Question) -> None:
        """What is asked, with its options."""
        self.words([question.words], "bold")
        self.figures(question.figures)
        options = question.data().get("options", ())
        self.options(options)

    def options(self, options: Sequence[str]) -> None:
        """Numbered, a line each; many in rows."""
        if not options:
            return
        self.console.print()
        for place, option in enumerate(options, 1):
            self.console.print(self.text(f"  {place}  {option}"))

    def reply(self, reply: Reply) -> None:
        """What is said to a guess, and what was kept back."""
        style = {True: "green", False: "yellow", None: "cyan"}[reply.right]
        self.words([reply.words], style)
        self.figures(reply.figures)

    def experiment(self, experiment: Experiment) -> None:
        """What may be tried."""
        self.words([f"Try it. {experiment.words}"])
        self.options(experiment.data().get("options", ()))

    def outcome(self, outcome: Outcome) -> None:
        """What follows from a value."""
        self.words([outcome.words])
        self.figures(outcome.figures)

    # Parts

    def heading(self, title: str, about: str) -> None:
        """A line with a title to the left and a few words to the right."""
        from rich.text import Text

        width = min(self.width, LONGEST + LEAST_PROGRAM)
        title = self.fit(visible(title))
        about = self.fit(visible(about))
        line = self.fit("─")
        gap = width - len(title) - len(about) - 8
        if gap < 1:
            about, gap = "", max(1, width - len(title) - 8)
        end = f" {about} {line * 2}" if about else line * 4
        self.console.print()
        self.console.print(
            Text(f"{line * 2} {title} {line * gap}{end}"[:width], style="bold", no_wrap=True)
        )

    def words(self, texts: Iterable[str], style: str = "") -> None:
        """Paragraphs, each after an empty line."""
        for text in texts:
            self.console.print()
            self.console.print(self.text(text, style), width=min(self.width, LONGEST))

    def figures(self, figures: Iterable[Figure]) -> None:
        """Figures, each after an empty line."""
        for figure in figures:
            self.console.print()
            self.whole(self.figure(figure))

    def whole(self, text: Text) -> None:
        """Lines as they are; what is too wide loses its end."""
        self.console.print(text, no_wrap=True, overflow=text.overflow)

    def text(self, text: str, style: str = "") -> Text:
        """Words, the code in them coloured; between backticks where there are no colours."""
        from rich.text import Text

        shown = Text(style=style)
        for k, piece in enumerate(re.split("`", self.fit(text))):
            if k % 2 == 0:
                shown.append(piece)
            elif self.coloured:
                shown.append(piece, style="bold cyan")
            else:
                shown.append(f"`{piece}`")
        return shown

    def figure(self, figure: Figure) -> Text:
        """A figure below its title; what is too wide loses its end."""
        from rich.text import Text

        text = Text(no_wrap=True, overflow="ellipsis" if self.is_unicode else "crop")
        if figure.title:
            text.append(f"{self.fit(figure.title)}\n", style="italic")
        for line in self.fit(figure.text).splitlines():
            text.append(f"{line}\n", style=self.line_style(line))
        text.rstrip()
        return text

    def line_style(self, line: str) -> str:
        """Lines of a difference are coloured; others are not."""
        if re.match(r"@@ -\d", line):
            return "cyan"
        if re.match(r"[+-]( {4}|[a-z]\w+ [+*=]|#)", line):
            return "green" if line[0] == "+" else "red"
        return ""

    def fit(self, text: str) -> str:
        """A text in signs that the terminal has."""
        return text if self.is_unicode else text.translate(ASCII)

    def ask(self, prompt: str) -> str | None:
        """A line that is typed, or read from a file; None at the end of it."""
        from rich.text import Text

        self.console.print()
        self.console.print(Text(self.fit(f"{prompt} > ")), end="")
        self.console.file.flush()
        line = sys.stdin.readline(10_000)
        if not line:
            self.console.print()
            return None
        if not sys.stdin.isatty():  # so that what is printed reads like what was said
            self.console.print(Text(visible(line.strip())))
        return line.strip()
