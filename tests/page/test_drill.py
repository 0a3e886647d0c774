"""The drill on the page, by keyboard: a mistake found, mended, and the solution read."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from syn0.learn.drill.ladder import LADDER, exercise_of
from tests.page.conftest import Reader, playing
from tests.page.test_access import NO_COLOURS, axe, findings

__all__ = ["axe"]  # a fixture

START = exercise_of(LADDER[0], 1).start_text()
GAP = "# Write here: l1_delta = ..."
WRONG = START.replace(GAP, "l1_delta = l1_error * (1 - l1)")
RIGHT = START.replace(GAP, "l1_delta = l1_error * (l1 * (1 - l1))")


@pytest.fixture(scope="module")
def progress(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which it is kept."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def address(progress: Path) -> Iterator[str]:
    """Of a page whose progress is kept in a folder of the tests'."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(progress))
        with playing() as address:
            yield address


@pytest.fixture(autouse=True)
def nothing_is_solved(progress: Path) -> None:
    """Whatever other tests have solved before."""
    for folder in progress.iterdir():
        shutil.rmtree(folder)


def focused(reader: Reader) -> str:
    """The words of what has the focus, also within the editor."""
    words: str = reader.page.evaluate(
        """() => {
          let one = document.activeElement;
          if (one.shadowRoot) one = one.shadowRoot.activeElement;
          return one.getAttribute("aria-label") ?? one.textContent;
        }"""
    )
    return words


def begin(reader: Reader, address: str) -> None:
    """Open the drill at its first exercise."""
    reader.open(address)
    reader.press("m")
    reader.page.wait_for_selector(".cm-focused")
    reader.page.locator("select[name=rung]").select_option("0")
    reader.page.locator("select[name=level]").select_option("1")
    reader.page.get_by_text(
        "Level 1 of 5: one line missing"
    ).wait_for()  # the editor is a new one now
    reader.page.get_by_text(GAP).wait_for()
    reader.page.locator(".cm-content").focus()


def check(reader: Reader, program: str, outcome: str) -> None:
    """Write a program and check it."""
    reader.press("Control+a")
    reader.page.keyboard.insert_text(program)
    reader.press("Control+Enter")
    reader.page.wait_for_selector(f"[data-outcome={outcome}]")


def test_a_mistake_is_found_mended_and_the_solution_read(reader: Reader, address: str) -> None:
    page = reader.page
    begin(reader, address)
    check(reader, WRONG, "wrong")
    verdict = page.locator("[data-outcome]")
    line = WRONG.splitlines().index("    l1_delta = l1_error * (1 - l1)") + 1
    assert f"First wrong: l1_delta in line {line}." in verdict.inner_text()
    assert verdict.get_attribute("data-cause") == "slope"
    assert "take l1 * (1 - l1)" in verdict.inner_text()
    assert page.locator(".blamed").inner_text().strip() == "l1_delta = l1_error * (1 - l1)"
    assert "wrong" in page.locator("[data-mark='l1_delta wrong']").inner_text()
    assert page.locator(".cell.differs").count() == 8
    for hint in ("question", "shapes"):
        reader.button(f"Hint for l1_delta: {hint}")
        page.get_by_text(f"Hint, {hint}:").wait_for()
    assert focused(reader) == "Your program"
    check(reader, RIGHT, "right")
    assert "l1_delta = l1_error * (l1 * (1 - l1))" in page.locator("[data-solution]").inner_text()
    assert "(level 1 solved)" not in page.locator("select[name=rung]").inner_text()
    page.get_by_role("button", name="Next: 3-1").click()
    page.get_by_text("Write here: syn0").wait_for()
    assert "(level 1 solved)" in page.locator("select[name=rung]").inner_text()


def test_tab_leaves_the_editor_and_esc_the_drill(reader: Reader, address: str) -> None:
    begin(reader, address)
    reader.press("g", "Escape", "Tab")
    assert focused(reader) == "Check (Ctrl+Enter)"
    reader.page.get_by_label("Tab indents").check()
    reader.page.locator(".cm-content").focus()
    reader.press("Control+Home", "Tab")
    assert focused(reader) == "Your program"
    assert reader.page.locator(".cm-line").first.inner_text().startswith("    ")
    reader.press("Escape", "Tab")
    assert focused(reader) == "Check (Ctrl+Enter)"
    reader.press("Escape")
    reader.stands(0, -1)  # no key reached the page behind


def test_what_was_written_stays_until_it_is_twice_reset(reader: Reader, address: str) -> None:
    page = reader.page
    begin(reader, address)
    reader.press("Control+a")
    page.keyboard.insert_text("mine")
    reader.button("Leave (Esc)")
    reader.press("m")
    page.get_by_text("mine", exact=True).wait_for()
    reader.button("Start anew")
    assert page.get_by_text("mine", exact=True).count() == 1
    reader.button("Press again: what you wrote is lost")
    page.get_by_text(GAP).wait_for()


def test_axe_finds_nothing_in_the_drill(reader: Reader, address: str, axe: str) -> None:
    def look() -> None:
        for theme, size, rules in (
            ("dark", (1440, 900), {}),
            ("light", (390, 844), {}),
            ("light", (1024, 768), NO_COLOURS),  # which have no size
        ):
            reader.theme(theme)
            reader.resize(*size)
            reader.page.evaluate("window.changed?.add(document.documentElement)")
            assert findings(reader, axe, **rules) == [], (theme, size)
            assert reader.page.evaluate("document.documentElement.scrollWidth") <= size[0]

    begin(reader, address)
    look()
    check(reader, WRONG, "wrong")
    look()
    check(reader, RIGHT, "right")
    look()
