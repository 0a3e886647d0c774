"""Signs and digits can be told apart without colours: in grey, and as a deuteranope sees them."""

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from syn0.view.protocol import Recipe
from syn0.view.recipes import Linked, link_of, usual_recipe
from syn0.view.session import Session
from tests.page.conftest import WEB, Reader
from tests.together import Together

SIZES = (0.1, 0.35, 0.606, 0.835, 0.964, 1.0)
"""Shares of the scale; where ink turns from black to white among them."""

DEUTERANOPIA = np.array(
    [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]
)
"""Of linear red, green and blue, at full severity: Machado, Oliveira and Fernandes, "A
physiologically-based model for simulation of color vision deficiency", IEEE Transactions on
Visualization and Computer Graphics 15 (2009)."""

GREY = np.tile([0.2126, 0.7152, 0.0722], (3, 1))
"""What is left is the luminance."""

READABLE, SEEN = 4.5, 3.0
"""Contrasts of WCAG 2.1: of text, and of the parts of a picture."""

READABLE_TO_A_DEUTERANOPE = 4.1
"""Where ink turns from white to black neither reaches 4.5 in both kinds of eyes."""


def luminance(colours: NDArray[Any], eyes: NDArray[Any]) -> NDArray[Any]:
    """(...,): of (..., 3) colours from 0 to 255, as such eyes see them."""
    shares = np.asarray(colours, float) / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    return np.asarray((linear @ eyes.T).clip(0, 1) @ GREY[0])


def contrast(one: NDArray[Any], other: NDArray[Any], eyes: NDArray[Any]) -> NDArray[Any]:
    """From 1, the same, to 21."""
    ratio = (luminance(one, eyes) + 0.05) / (luminance(other, eyes) + 0.05)
    return np.asarray(np.maximum(ratio, 1 / ratio))


def of_equal_sizes(net: str) -> Recipe:
    """Exclusive-or, with the first weights written by hand: each size above 0, and below."""
    recipe = usual_recipe({"id": "xor"}, net)
    columns = int(net.split("-")[1])
    values = [value for size in SIZES for value in (size, -size)]
    return {
        **recipe,
        "edits": [
            {"step": 0, "array": "syn0", "i": k // columns, "j": k % columns, "value": value}
            for k, value in enumerate(values)
        ],
        "line": 1,
    }


def linked(recipe: Recipe) -> str:
    """The recipe as a link."""
    session = Session(recipe)
    session.answer({"type": "open"})
    return link_of(Linked({"A": recipe}, "A", session.run.state_hash()))


def pixels(reader: Reader, selector: str) -> NDArray[Any]:
    """(height, width, 3): what stands there on the screen."""
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    taken = reader.page.locator(selector).first.screenshot(animations="disabled")
    return np.asarray(image.open(io.BytesIO(taken)).convert("RGB"))


EYES = {"in grey": GREY, "to a deuteranope": DEUTERANOPIA}


def in_both_themes(reader: Reader) -> Iterator[str]:
    """Have the page in one theme after the other."""
    for theme in ("light", "dark"):
        reader.theme(theme)
        yield theme


def tell_apart(entries: Callable[[int], NDArray[Any]], theme: str) -> None:
    """Of each size, the entry below 0 has a corner that is seen, and that above has none."""
    with Together() as together:
        for name, eyes in EYES.items():
            for k, size in enumerate(SIZES):
                above, below = entries(2 * k), entries(2 * k + 1)
                with together(f"{size} {name}, {theme}"):
                    assert contrast(below[:2, :2], below[-2, 2], eyes).max() >= SEEN
                    assert contrast(above[:2, :2], above[-2, 2], eyes).max() < 1.2


def test_signs_of_cells_differ(reader: Reader, address: str) -> None:
    reader.open(f"{address}#{linked(of_equal_sizes('3-4-1'))}")
    reader.stands(0, 1)
    inside = """all => all.map((one) => {
      const [own, table] = [one, one.closest("table")].map((x) => x.getBoundingClientRect());
      return [own.top - table.top, own.left - table.left, own.height, own.width].map(Math.round);
    })"""
    boxes = reader.page.locator(".right-operand .cell").evaluate_all(inside)
    for theme in in_both_themes(reader):
        table = pixels(reader, ".right-operand table")

        def cell(k: int, table: NDArray[Any] = table) -> NDArray[Any]:
            top, left, high, wide = boxes[k]
            return table[top + 2 : top + high - 2, left + 2 : left + wide - 2]  # in its outline

        tell_apart(cell, theme)


def test_signs_in_pictures_differ(reader: Reader, address: str) -> None:
    reader.open(f"{address}#{linked(of_equal_sizes('3-100-1'))}")
    reader.stands(0, 1)
    reader.page.locator(".right-operand .cursor").evaluate("one => one.remove()")
    for theme in in_both_themes(reader):
        picture = pixels(reader, ".right-operand canvas")
        high, wide = picture.shape[0] // 3, picture.shape[1] // 100
        first_row = [picture[:high, k * wide : (k + 1) * wide] for k in range(2 * len(SIZES))]
        tell_apart(first_row.__getitem__, theme)


def test_digits_are_read_on_every_colour(reader: Reader, address: str) -> None:
    reader.open(f"{address}#{linked(of_equal_sizes('3-4-1'))}")
    reader.stands(0, 1)
    colours = """all => all.map((one) => [getComputedStyle(one).color,
      getComputedStyle(one).backgroundColor].map((c) => c.match(/[\\d.]+/g).map(Number)))"""

    def check() -> None:
        for theme in in_both_themes(reader):
            cells = np.array(reader.page.locator(".cell").evaluate_all(colours))
            for eyes, least in ((GREY, READABLE), (DEUTERANOPIA, READABLE_TO_A_DEUTERANOPE)):
                assert contrast(cells[:, 0], cells[:, 1], eyes).min() >= least, theme

    check()
    goto = reader.page.locator("[data-goto]")  # before the next step's first line: faded cells
    goto.fill("1")
    goto.press("Enter")
    reader.stands(1, -1)
    reader.page.locator(".array.before .cell").first.wait_for()
    check()


def test_a_size_of_the_window_has_no_colours_of_its_own() -> None:
    """So what is read in one size is read in all of them."""
    style = re.sub(r"/\*.*?\*/", "", (WEB / "src" / "style.css").read_text("utf-8"), flags=re.S)
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", style)
    of_a_size = [body for selector, body in rules if re.search(r"\.(wide|middle|narrow)", selector)]
    assert len(of_a_size) > 40
    assert not re.search(r"color|background|opacity|filter", "".join(of_a_size))
