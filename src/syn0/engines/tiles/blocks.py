"""C loops and blocks as lists of lines, for the kernels of the native engine."""

from __future__ import annotations

import re

from syn0.printers.numpy import indented


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


def panel(inner: list[str]) -> list[str]:
    """A loop over the columns of a panel."""
    return simd("l", "0", "PANEL", with_column(inner))


def with_column(inner: list[str]) -> list[str]:
    """Statements in panel p, with the number of the column where they use it."""
    return with_place("j", "p * PANEL + l", inner)


def with_place(name: str, value: str, inner: list[str]) -> list[str]:
    """Statements after the row or column that they use, if they do."""
    used = any(re.search(rf"\b{name}\b", line) for line in inner)
    return [*([f"const int {name} = {value};"] if used else []), *inner]
