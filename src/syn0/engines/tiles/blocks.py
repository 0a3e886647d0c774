"""C loops and blocks as lists of lines, for the kernels of the native engine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from syn0.lower.statements import names_read
from syn0.printers.numpy import indented
from syn0.program import Expr


@dataclass(frozen=True)
class Inner:
    """Statements of an entry, and the names that they read."""

    lines: list[str]
    names: frozenset[str]

    @classmethod
    def of(cls, lines: list[str], values: Iterable[Expr]) -> Inner:
        """Statements that compute some values."""
        return cls(lines, frozenset(name for value in values for name in names_read(value)))

    def after(self, statement: str) -> Inner:
        """The same statements with one before them, which reads neither the row nor the column."""
        return replace(self, lines=[statement, *self.lines])

    def row(self, number: str) -> list[str]:
        """The statement that binds the row's number; none where they do not read it."""
        return [f"const int i = {number};"] if "i" in self.names else []

    def column(self, number: str) -> list[str]:
        """The statement that binds the column's number; none where they do not read it."""
        return [f"const int j = {number};"] if "j" in self.names else []


def own_height(rows: object) -> str:
    """The rows of a weight's tile: as many as registers hold, or fewer that fit it better."""
    count = int(str(rows))
    if count > 40 or count % 8 == 0:
        return "TALL"
    if count < 8:
        return f"HEIGHT({count})"
    return f"HEIGHT({min(range(5, 9), key=lambda high: (-(-count // high) * high, -high))})"


def own_tiles(p: str, high: object, wide: object, height: str, tile: list[str]) -> list[str]:
    """Loops over the tiles of a weight's panel that are a thread's own."""
    count = f"TILES({high}, {height})"
    all_tiles = f"PANELS({wide}) * {count}"
    return [
        f"const int top = within(FROM({all_tiles}) - {p} * {count}, {count});",
        f"const int bottom = within(TO({all_tiles}) - {p} * {count}, {count});",
        *block("for (int tile = top; tile < bottom; tile++)", tile),
    ]


def own(columns: object) -> tuple[str, str]:
    """The first of a thread's own columns, and the one after the last."""
    return tuple(f"within({end}({columns}) * PANEL, {columns})" for end in ("LEFT", "RIGHT"))  # type: ignore[return-value]


def block(head: str, body: list[str]) -> list[str]:
    """Statements under a head, in braces."""
    return [f"{head} {{", *indented(body), "}"]


def simd(index: str, start: str, end: str, body: list[str]) -> list[str]:
    """A loop whose turns do not depend on each other."""
    return [
        "VECTORIZED",
        *block(f"for (int {index} = {start}; {index} < {end}; {index}++)", body),
    ]


def summing(index: str, end: str, body: list[str], total: str) -> list[str]:
    """A loop that adds up in any order."""
    return [
        f"PRAGMA(omp simd reduction(+:{total}))",
        *block(f"for (int {index} = 0; {index} < {end}; {index}++)", body),
    ]


def panel(inner: Inner) -> list[str]:
    """A loop over the columns of a panel."""
    return simd("l", "0", "PANEL", with_column(inner))


def with_column(inner: Inner) -> list[str]:
    """Statements in panel p, with the number of the column where they use it."""
    return [*inner.column("p * PANEL + l"), *inner.lines]
