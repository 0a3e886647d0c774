"""Everybody can use it: axe finds nothing, the keyboard reaches everything, nothing overflows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.page.conftest import WEB, Reader

AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
SIZES = [(1440, 900), (1024, 768), (390, 844)]


@pytest.fixture(scope="module")
def axe() -> str:
    """The script that looks for what is hard to reach."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm ci in web/")
    return AXE.read_text(encoding="utf-8")


WATCH = """() => {
  const all = document.documentElement;
  window.changed = new Set([all]);
  new MutationObserver((records) => records.forEach(({ type, target, addedNodes }) => {
    const near = target instanceof Element ? target : target.parentElement;
    const region = near?.closest("[data-region], dialog");
    if (region) window.changed.add(region);
    else if (type === "childList") addedNodes.forEach((one) => window.changed.add(one));
    else window.changed.add(all);
  })).observe(document, { attributes: true, characterData: true, childList: true, subtree: true });
}"""

LOOK = """async (options) => {
  const all = document.documentElement;
  const there = [...window.changed].filter((one) => one.isConnected && one instanceof Element);
  const include = window.changed.has(all) ? [all] : there;
  window.changed.clear();
  if (include.length === 0) return [];
  const found = await axe.run({ include }, options);
  return found.violations.map((one) =>
    `${one.id} (${one.impact}): ${one.nodes[0].html.slice(0, 160)}`);
}"""

QUICKLY = {"resultTypes": ["violations"], "selectors": False, "preload": False}
"""What takes axe half of its time, and is read by nobody, it leaves."""

COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}
"""The rules that ask for colours."""

NO_COLOURS = {"rules": {rule: {"enabled": False} for rule in COLOURS["runOnly"]}}
"""All rules but those that ask for colours, which take most of axe's time."""


def findings(reader: Reader, axe: str, **rules: Any) -> list[str]:
    """What axe finds, as text, in the regions that have changed since it last looked at this page;
    in all of it the first time. `rules` are options of axe.run."""
    if not reader.page.evaluate("window.axe !== undefined"):
        reader.page.evaluate(axe)
        reader.page.evaluate(WATCH)
    found: list[str] = reader.page.evaluate(LOOK, QUICKLY | rules)
    return found


def states(reader: Reader, address: str) -> Iterator[str]:
    """The main states of the page, one after the other."""
    page = reader.page
    reader.open(address)
    yield "at the start"
    reader.press("ArrowRight", "ArrowRight")
    reader.stands(0, 1)
    yield "a product"
    reader.press("ArrowRight", "ArrowRight")
    reader.stands(0, 3)
    reader.button("Full precision")
    page.wait_for_selector("[data-full]")
    yield "to the last digit"
    for tab in ("Data", "Units", "Statistics", "Metrics"):
        reader.tab(tab)
        page.locator("[data-report]").first.wait_for()
        yield tab
    reader.press("w")
    reader.button("Who moved it?")
    page.wait_for_selector("[data-split]")
    yield "a split"
    page.locator("main").focus()
    reader.press("t")
    page.wait_for_selector("[data-question=asked]")
    yield "the tour"
    page.get_by_label("Chapter", exact=True).select_option("5")
    page.wait_for_selector("[data-question] input.number")
    reader.press("Enter")
    for count in (1, 2):
        page.locator("[data-pass]").click()
        page.wait_for_selector(f":nth-match([data-reply], {count})")
    reader.button("Show me on the page")
    page.locator("[data-split]", has_text="in step 0:").wait_for()
    yield "a chapter that was answered"
    reader.press("Escape")
    page.wait_for_selector("[data-region=tour]", state="detached")
    page.locator("main").focus()
    for key, name in (("?", "help"), ("Escape", "closed")):
        reader.press(key)
        yield name
    for name in ("Data:", "Save ▾", "Link"):
        page.get_by_role("button", name=name).first.click()
        page.wait_for_selector("dialog")
        yield name
        reader.press("Escape")
        page.wait_for_selector("dialog", state="detached")
    reader.press("k")
    page.locator("select[name=output_activation]").select_option("identity")
    page.locator(".row.changed").first.wait_for()
    field = page.locator("input[name=learning_rate]")
    field.fill("1e300")
    field.press("Enter")
    page.locator(".row.changed", has_text="alpha").first.wait_for()
    reader.press("Escape")
    page.get_by_role("button", name="Play").click()
    reader.state("diverged")
    yield "diverged"


def walk(reader: Reader, address: str, axe: str, folder: Path, **rules: Any) -> None:
    """Let axe look at each state; what it finds something in is kept as a picture."""
    wide = reader.page.viewport_size["width"]
    for state in states(reader, address):
        found = findings(reader, axe, **rules)
        if found:
            name = "".join(letter for letter in state if letter.isalnum())
            reader.page.screenshot(path=folder / f"{name}.png")
        assert found == [], state
        width = reader.page.evaluate("document.documentElement.scrollWidth")
        assert width <= wide, f"{state}: it scrolls sideways"


@pytest.mark.parametrize(
    ("size", "theme", "rules"),
    [(SIZES[0], "light", {}), (SIZES[1], "light", NO_COLOURS), (SIZES[2], "dark", {})],
    ids=["wide", "middle", "narrow and dark"],
)
def test_axe_finds_nothing(
    reader: Reader, address: str, axe: str, size: Any, theme: Any, rules: Any, tmp_path: Path
) -> None:
    """Each size is asked all but colours, each theme its colours: those have no size, as
    test_colours.py holds, and what else axe asks for has no theme."""
    reader.page.emulate_media(color_scheme=theme)
    reader.page.set_viewport_size({"width": size[0], "height": size[1]})
    walk(reader, address, axe, tmp_path, **rules)
    if size == SIZES[2]:  # what a narrow page hides
        reader.resize(*SIZES[0])
        reader.page.locator(".larger").wait_for()
        assert findings(reader, axe, **COLOURS) == []


def test_all_regions_are_there_without_scrolling(reader: Reader, address: str) -> None:
    reader.open(address)
    high = reader.page.evaluate("document.documentElement.scrollHeight")
    assert high <= 900
    for line in reader.page.locator("[data-line]").all():
        box = line.bounding_box()
        assert box["y"] + box["height"] < 900
        assert box["height"] < 30, "it is broken over two lines"
    for region in ("line", "tabs", "transport", "knobs", "curves", "status"):
        assert reader.page.locator(f"[data-region={region}]").is_visible()


def test_targets_are_large_enough(reader: Reader, address: str) -> None:
    small = """() =>
      [...document.querySelectorAll("button, input, select, summary, [role=gridcell]")]
      .filter((one) => one.checkVisibility())
      .map((one) => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()])
      .filter(([, box]) => box.width > 0 && (box.width < 24 || box.height < 24))
      .map(([text, box]) => `${text} ${box.width}x${box.height}`)"""
    reader.open(address)
    reader.press("ArrowRight", "ArrowRight")
    reader.stands(0, 1)
    for size in reversed(SIZES):
        reader.resize(*size)
        assert reader.page.evaluate(small) == [], size


def test_single_letters_can_be_switched_off(reader: Reader, address: str) -> None:
    reader.open(address)
    reader.press("?")
    reader.page.get_by_label("single letters and signs are keys").uncheck()
    reader.press("Escape")
    reader.page.wait_for_selector("dialog", state="detached")
    reader.press("?")
    reader.press("ArrowRight")
    reader.stands(0, 0)
    assert reader.page.locator("dialog").count() == 0


def test_the_keyboard_reaches_every_control(reader: Reader, address: str) -> None:
    reader.open(address)
    marked = """() => {
      const all = "button:not(:disabled), input:not(:disabled), select:not(:disabled), summary";
      const seen = [...document.querySelectorAll(all)]
        .filter((one) => one.checkVisibility() && one.tabIndex >= 0);
      window.left = new Set(seen);
      addEventListener("focusin", (event) => window.left.delete(event.target));
      return seen.length;
    }"""
    count = reader.page.evaluate(marked)
    assert count > 60
    reader.press(*["Tab"] * (count + 40))
    left = reader.page.evaluate("[...window.left].map((one) => one.outerHTML.slice(0, 120))")
    assert left == []
