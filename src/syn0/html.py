"""What notebooks show: some HTML with pictures in SVG. No scripts, and nothing from elsewhere: all
text of users is escaped, and no picture grows with what it shows."""

from __future__ import annotations

import html
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

ROWS, COLUMNS = 10, 12
"""Cells of a picture of an array, at most: of a larger one each is the mean of a block."""

LEVELS = 7
"""Shades of each colour."""

WIDTH, HEIGHT, LEFT, BOTTOM = 360, 120, 56, 18
"""Of a curve, and what its numbers take of that; pixels."""

POINTS = 120
"""Pieces of a curve, of which the least and the greatest are drawn."""

MOST_ARRAYS, MOST_CODE = 6, 4_000

STYLE = """<style>
.syn0 { --more: #1f5fa8; --less: #b35806; font-size: 13px; line-height: 1.5; }
[data-jp-theme-light="false"] .syn0, .vscode-dark .syn0, html[theme="dark"] .syn0, .dark .syn0,
[data-theme="dark"] .syn0 { --more: #6fb1ff; --less: #f0a45b; }
.syn0.syn0 table { border-collapse: collapse; margin: 6px 0 6px -12px; }
.syn0.syn0 table :is(th, td) { padding: 1px 12px; text-align: left; font-weight: normal; }
.syn0.syn0 table :is(th, td):last-child { text-align: right; }
.syn0 th, .syn0 figcaption span, .syn0 .quiet { opacity: .7; }
.syn0 :is(td, pre, figcaption, text) { font-variant-numeric: tabular-nums; }
.syn0 .arrays { display: flex; flex-wrap: wrap; gap: 8px 20px; align-items: flex-start; }
.syn0 figure { margin: 0; }
.syn0 svg { display: block; overflow: visible; font: 11px system-ui, sans-serif; }
.syn0 svg text { fill: currentColor; stroke: none; }
.syn0 pre { max-height: 24em; overflow: auto; margin: 4px 0; }
.syn0 summary { cursor: pointer; margin-top: 6px; }
.syn0 progress { width: 200px; vertical-align: middle; accent-color: var(--more); }
</style>"""


def whole(*parts: str) -> str:
    """A piece of a notebook, of parts that are HTML."""
    return f'<div class="syn0">{STYLE}{"".join(parts)}</div>'


def text(words: object) -> str:
    """Any words, as HTML that shows them."""
    return html.escape(str(words))


def network_html(
    title: str,
    notes: Iterable[str],
    layers: Sequence[Sequence[str]],
    arrays: Mapping[str, NDArray[np.floating]],
    program: str,
) -> str:
    """A network: its layers, their first row the names of the columns; its arrays; its program."""
    dearest = sorted(arrays, key=lambda name: arrays[name].ndim < 2)[:MOST_ARRAYS]  # matrices
    shown = [name for name in arrays if name in dearest]
    more = len(arrays) - len(shown)
    return whole(
        f"<b>{text(title)}</b>",
        *(f"<div>{text(note)}</div>" for note in notes),
        table(layers),
        '<div class="arrays">',
        *(figure(name, arrays[name]) for name in shown),
        f'<span class="quiet">and {more:,} arrays more</span>' if more else "",
        "</div>",
        code(program),
    )


def history_html(
    head: str, rows: Sequence[Sequence[str]], curves: Sequence[Curve], notes: Iterable[str] = ()
) -> str:
    """A training, or many: how it ended, the loss by step, some reports, and what else there is to
    say."""
    said = (f"<div>{text(note)}</div>" for note in notes)
    return whole(f"<b>{text(head)}</b>", curve(curves), table(rows), *said)


def progress_html(done: int, total: int, words: str) -> str:
    """How far training has come."""
    bar = f'<progress aria-label="training" value="{done}" max="{total}"></progress>'
    return whole(bar, f" {text(words)}")


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows of texts, the first one above the others."""
    if not rows:
        return ""
    head, *body = [[text(cell) for cell in row] for row in rows]
    lines = ["<tr><td>" + "</td><td>".join(row) + "</td></tr>" for row in body]
    return (
        f"<table><thead><tr><th>{'</th><th>'.join(head)}</th></tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table>"
    )


def code(program: str) -> str:
    """A program, folded; of a long one its beginning."""
    lines = program.splitlines()
    size, count = 0, 0
    while count < len(lines) and size + len(lines[count]) < MOST_CODE:
        size, count = size + len(lines[count]) + 1, count + 1
    rest = f"\n# … {len(lines) - count:,} lines more" if count < len(lines) else ""
    shown = html.escape("\n".join(lines[:count]) + rest, quote=False)
    return f"<details><summary>its program</summary><pre>{shown}</pre></details>"


# ----------------------------------------------------------------------------------------- arrays


def figure(name: str, array: NDArray[np.floating]) -> str:
    """An array: its name and shape, its limit, and a picture."""
    about = f"{array.shape} ±{limit(array):.3g}".replace(",)", ")")
    if (block := block_of(np.atleast_2d(array).shape)) != (1, 1):
        about += f", blocks of {block[0]}x{block[1]}"
    return (
        f"<figure><figcaption>{text(name)} <span>{about}</span></figcaption>"
        f"{picture(array)}</figure>"
    )


def limit(array: NDArray[np.floating]) -> float:
    """The largest size among the numbers that are finite."""
    finite = np.abs(array[np.isfinite(array)].astype(np.float64))
    return float(finite.max()) if finite.size else 0.0


def picture(array: NDArray[np.floating]) -> str:
    """An array's signs and sizes: blue above 0, orange and with a notch below, a cross where there
    is no number."""
    cells = blocks(np.atleast_2d(np.asarray(array, np.float64)))
    (rows, columns), most = cells.shape, limit(cells)
    pixels = 14 if columns <= COLUMNS // 2 and rows <= COLUMNS // 2 else 10
    strokes: dict[tuple[str, int], list[str]] = defaultdict(list)
    marks = []
    for row, column in np.ndindex(rows, columns):
        value = float(cells[row, column])
        if not np.isfinite(value):
            marks.append(f"M{column} {row}l1 1m-1 0l1-1")
        elif level := round(LEVELS * abs(value) / most) if most else 0:
            sign = "more" if value > 0 else "less"
            strokes[sign, level].append(f"M{column} {row}.5h1")
            if value < 0:
                marks.append(f"M{column} {row}h.3l-.3.3z")
    paths = [
        f'<path stroke="var(--{sign})" opacity="{level / LEVELS:.2g}" d="{"".join(parts)}"/>'
        for (sign, level), parts in sorted(strokes.items())
    ]
    return (
        f'<svg viewBox="0 0 {columns} {rows}" width="{columns * pixels}" height="{rows * pixels}" '
        'role="img" aria-label="signs and sizes">'
        f'{"".join(paths)}<path d="{"".join(marks)}" fill="currentColor" stroke="currentColor" '
        f'stroke-width=".03"/><rect width="{columns}" height="{rows}" fill="none" '
        'stroke="currentColor" stroke-width=".05" opacity=".5"/></svg>'
    )


def block_of(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Rows and columns of the blocks in which a matrix is shown."""
    return tuple(-(-n // most) for n, most in zip(shape, (ROWS, COLUMNS), strict=True))


def blocks(grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """The means of a matrix's blocks; the last ones may be smaller."""
    for axis, size in enumerate(block_of(grid.shape)):
        starts = np.arange(0, grid.shape[axis], size)
        counts = np.diff(np.append(starts, grid.shape[axis]))
        with np.errstate(invalid="ignore", over="ignore"):
            sums = np.add.reduceat(grid, starts, axis=axis)
        grid = sums / (counts if axis else counts[:, np.newaxis])
    return grid


# ----------------------------------------------------------------------------------------- curves

Curve = tuple[str, Sequence[int], Sequence[float]]
"""A name, steps, and a number at each of them."""


def curve(curves: Sequence[Curve]) -> str:
    """Curves over the same steps, the first drawn through, the others dashed; where they fall by
    much, on a scale of powers of ten."""
    drawn = [(name, thinned(steps, values)) for name, steps, values in curves]
    points = [point for _, some in drawn for point in some]
    if len({step for step, _ in points}) < 2:
        return ""
    (first, last), (low, high) = ((min(axis), max(axis)) for axis in zip(*points, strict=True))
    is_log = low > 0 and high > 10 * low
    scale = math.log if is_log else float
    bottom, top, axis = scale(low), scale(high), HEIGHT - BOTTOM

    def place(step: int, value: float) -> str:
        across = LEFT + (WIDTH - LEFT) * (step - first) / (last - first)
        down = axis * (top - scale(value)) / (top - bottom or 1.0)
        return f"{across:.4g},{down:.4g}"

    lines, names = [], []
    for number, (name, some) in enumerate(drawn):
        colour, dash = ("less", ' stroke-dasharray="5 3"') if number else ("more", "")
        lines.append(
            f'<polyline fill="none" stroke-width="1.5" stroke="var(--{colour})"{dash} '
            f'points="{" ".join(place(*point) for point in some)}"/>'
        )
        names.append(f'<tspan fill="var(--{colour})">{text(name)}</tspan>')
    middle = math.sqrt(low) * math.sqrt(high) if is_log else low / 2 + high / 2
    said = " and ".join(name for name, _ in drawn)
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" '
        f'aria-label="{text(said)}, from {low:.4g} to {high:.4g}">'
        f'<path d="M{LEFT} 0V{axis}H{WIDTH}" fill="none" stroke="currentColor" opacity=".4"/>'
        f"{label(LEFT - 6, 9, short(high))}"
        f"{label(LEFT - 6, axis // 2 + 4, short(middle))}"
        f"{label(LEFT - 6, axis, short(low))}"
        f"{label(LEFT, HEIGHT - 4, f'{first:,}', 'start')}{label(WIDTH, HEIGHT - 4, f'{last:,}')}"
        f"{label((LEFT + WIDTH) // 2, HEIGHT - 4, 'step', 'middle')}"
        f"{label(WIDTH, 10, ' · '.join(names))}{''.join(lines)}</svg>"
    )


def label(x: int, y: int, words: str, anchor: str = "end") -> str:
    """Words of a picture."""
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{words}</text>'


def short(value: float) -> str:
    """A number of an axis."""
    return f"{value:,.0f}" if 1_000 <= abs(value) < 1_000_000 else f"{value:.3g}"


def thinned(steps: Sequence[int], values: Sequence[float]) -> list[tuple[int, float]]:
    """The points of a curve; of many, the least and the greatest of each of equal pieces."""
    points = [(x, y) for x, y in zip(steps, values, strict=True) if math.isfinite(y)]
    if len(points) <= 2 * POINTS:
        return points
    edges = np.linspace(0, len(points), POINTS + 1, dtype=int)
    found: list[tuple[int, float]] = []
    for start, end in pairwise(edges):
        piece = points[start:end]
        ends = min(piece, key=lambda point: point[1]), max(piece, key=lambda point: point[1])
        found += sorted(set(ends))
    return found


__all__ = ["history_html", "network_html", "progress_html"]
