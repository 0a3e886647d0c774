"""The tour on the page, walked by keyboard: it asks before it tells, and operates the page."""

from typing import Any

import numpy as np

from syn0 import Network
from syn0.learn.tour import Tour
from tests.page.conftest import Reader
from tests.page.test_controls import breakable, come_back

ASKED = "[data-question=asked]"
FORM = f"{ASKED} :is(input, select)"
UNKNOWN = "[data-pass]"
MOST_TABS, NEAR = 60, 1

AWAY = """([selector, back]) => {
  const here = document.activeElement;
  if (here.matches(selector)) return 0;
  const isStop = (one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility()
    && (one.type !== "radio" || one.matches(selector));
  const all = document.querySelectorAll("a[href], button, input, select, summary, [tabindex]");
  const stops = [...all].filter(isStop);
  if (back) stops.reverse();
  const side = back ? Node.DOCUMENT_POSITION_PRECEDING : Node.DOCUMENT_POSITION_FOLLOWING;
  const ahead = stops.filter((one) => here.compareDocumentPosition(one) & side);
  return 1 + Math.max(0, ahead.findIndex((one) => one.matches(selector)));
}"""
"""How many stops away something is, at most. (Of radio buttons one stands for all: none counts.)"""


def tab_to(reader: Reader, selector: str, key: str = "Tab") -> None:
    """Press Tab until something has the focus; it is not asked at each stop whether it has."""
    pressed = 0
    while away := reader.page.evaluate(AWAY, [selector, key != "Tab"]):
        assert pressed < MOST_TABS, f"Tab does not reach {selector}"
        far = max(1, away - NEAR)
        reader.press(*[key] * far)
        pressed += far


def at_chapter(reader: Reader, number: int) -> None:
    """Wait until a chapter, counted from 1, is there and its title has the focus."""
    reader.until(
        "number => document.activeElement.matches('#tour-title')"
        " && document.activeElement.textContent.includes(`${number}. `)",
        number,
    )


def fill_in(reader: Reader) -> None:
    """Make a guess by keyboard, whatever is asked; it stands in its field."""
    kinds = "fields => fields.map(one => one.type)"
    fields = reader.page.locator(FORM).evaluate_all(kinds)
    tab_to(reader, FORM, "Shift+Tab")
    if fields[0] == "radio":
        reader.press("Space")
    elif fields[0] == "text":
        shape = "rows and columns" in reader.page.locator(f"{ASKED} .option").first.inner_text()
        reader.page.keyboard.type("7 x 7" if shape else "1")
    else:
        for k in range(len(fields)):
            reader.press(*(["Shift+Tab"] if k else []), "ArrowDown")


def count(reader: Reader, selector: str) -> int:
    number: int = reader.page.locator(selector).count()
    return number


def lit(reader: Reader) -> list[str]:
    """The regions that are outlined now."""
    found: list[str] = reader.page.evaluate(
        """() => [...document.querySelectorAll("[data-region]")]
          .filter((one) => getComputedStyle(one).outlineStyle === "solid")
          .map((one) => one.dataset.region)"""
    )
    return found


def answer(reader: Reader, replies: int) -> None:
    """Answer the question that is asked: with a guess, or every third time with "don't know"."""
    if replies % 3 == 2:
        tab_to(reader, UNKNOWN)
        reader.press("Enter")
    else:
        fill_in(reader)
        tab_to(reader, f"{ASKED} [type=submit]")
        reader.press("Enter")


def test_the_whole_tour_by_keyboard(reader: Reader, address: str) -> None:
    reader.open(address)
    reader.press("t")
    lessons = Tour.usual().lessons
    replies, regions = 0, set()
    for number in range(1, len(lessons) + 1):
        at_chapter(reader, number)
        regions |= set(lit(reader))
        before = 0
        while count(reader, ASKED):
            tab_to(reader, f"{ASKED} :is(input, [type=submit])")
            reader.press("Enter")  # alone, it skips nothing
            reader.page.locator(f"{ASKED} [role=alert]").wait_for()
            assert count(reader, "[data-reply]") == before
            assert reader.page.locator(".tour-foot button").last.is_disabled()
            answer(reader, replies)
            before, replies = before + 1, replies + 1
            reader.until(
                "replies => document.querySelectorAll('[data-reply]').length >= replies"
                " && document.activeElement.matches('[data-reply]')",
                before,
            )
        if number < len(lessons):
            tab_to(reader, "[data-next]")
            reader.press("Enter")
    assert replies > len(lessons)
    assert regions == {"program", "line", "tabs", "curves", "knobs", "transport"}
    reader.button("Show me on the page")  # of the last chapter: the drill
    reader.page.wait_for_selector(".cm-content")
    reader.button("Leave (Esc)")
    at_chapter(reader, len(lessons))
    reader.press("Escape")
    reader.page.wait_for_selector("[data-region=tour]", state="detached")
    assert lit(reader) == []


def test_a_wrong_guess_is_answered_with_the_pages_numbers(reader: Reader, address: str) -> None:
    X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
    trace = Network([3, 1], seed=1).trace(X, X[:, :1], step=0)
    question = Tour.usual().chapter("one-weight").questions[0]
    reader.open(address)
    reader.button("Tour")
    reader.page.get_by_label("Chapter", exact=True).select_option("5")
    at_chapter(reader, 6)
    assert lit(reader) == ["line", "tabs"]
    assert "spoken" in reader.page.locator("[data-line='6']").get_attribute("class")
    field = reader.page.locator(f"{ASKED} input")
    field.fill("a lot")
    field.press("Enter")
    refusal = reader.page.locator("[data-refusal=guess]").inner_text()
    assert refusal.startswith("'a lot' is no answer here: type a number")
    field.fill("0.3")
    field.press("Enter")
    words = reader.page.locator("[data-reply=wrong] p").inner_text()
    assert words == question.respond("0.3").words
    reader.page.locator(UNKNOWN).click()
    reader.page.wait_for_selector("[data-reply=unknown]")
    reader.button("Show me on the page")
    reader.stands(0, 6)
    reader.page.wait_for_selector("[data-split='syn0[0,0]']")
    old = reader.page.locator("[data-movement] code").first.inner_text()
    assert old == repr(float(trace.start["syn0"][0, 0]))
    reader.page.locator("[data-experiment] input").fill("9.5")
    reader.press("Enter")
    reader.page.locator("[data-outcome='9.5'] pre").first.wait_for()


def test_a_knobs_chapter_turns_the_knob(reader: Reader, address: str) -> None:
    reader.open(address)
    reader.press("ArrowRight", "ArrowRight")
    reader.stands(0, 1)
    reader.press("t")
    at_chapter(reader, 1)
    names = [lesson.name for lesson in Tour.usual().lessons]
    reader.page.get_by_label("Chapter", exact=True).select_option(str(names.index("momentum")))
    at_chapter(reader, names.index("momentum") + 1)
    assert count(reader, "[data-show]") == 0  # it would tell the answer
    reader.page.locator(UNKNOWN).click()
    reader.button("Show me on the page")
    added = reader.page.locator(".row.added")
    added.first.wait_for()
    # Who leaves finds the own run where it was, and the tour where it was left.
    reader.press("Escape")
    reader.stands(0, 1)
    assert added.count() == 0
    reader.press("t")
    at_chapter(reader, names.index("momentum") + 1)
    assert count(reader, "[data-reply]") == 1


def test_hostile_names_are_text(reader: Reader, address: str) -> None:
    name = "<img src=x onerror=alert(1)>"
    rows = "".join(f"{k % 5},{k % 3},{k % 2}\n" for k in range(40))
    file: Any = {
        "name": "t.csv",
        "mimeType": "text/csv",
        "buffer": f"{name},`b`,y\n{rows}".encode(),
    }
    reader.open(address)
    reader.page.get_by_role("button", name="Data:").click()
    reader.page.locator("input[type=file]").set_input_files(file)
    reader.page.locator("[data-present]", has_text="t.csv").wait_for()
    reader.press("Escape")
    reader.press("t")
    at_chapter(reader, 1)
    assert name in reader.page.locator(".tour .option").all_inner_texts()
    assert count(reader, "img") == 0


def test_the_title_of_a_chapter_has_the_focus_as_it_appears(reader: Reader, address: str) -> None:
    """And not a moment later, when the reader may already be typing an answer."""
    reader.open(address)
    reader.press("t")
    at_chapter(reader, 1)
    chapters = reader.page.get_by_label("Chapter", exact=True)
    chapters.focus()
    reader.page.evaluate(
        """() => {
          const note = () => { window.focused = document.activeElement.id; watch.disconnect(); };
          const watch = new MutationObserver(note);
          const title = document.querySelector("#tour-title");
          watch.observe(title, { characterData: true, subtree: true });
        }"""
    )
    chapters.select_option("5")
    reader.until("() => window.focused !== undefined")
    assert reader.page.evaluate("window.focused") == "tour-title"


def test_the_tour_goes_on_after_a_lost_connection(alone: Reader, address: str) -> None:
    reader, sockets = alone, breakable(alone)
    reader.open(address)
    reader.press("ArrowRight", "ArrowRight")
    reader.stands(0, 1)
    reader.press("t")
    at_chapter(reader, 1)
    chapters = reader.page.get_by_label("Chapter", exact=True)
    chapters.focus()
    chapters.select_option("5")
    at_chapter(reader, 6)
    reader.page.locator(f"{ASKED} input").fill("0.3")
    reader.press("Enter")
    reader.page.wait_for_selector("[data-reply=wrong]")
    sockets[0].close()
    reader.until("() => document.querySelector('.status').textContent.includes('not connected')")
    come_back(reader, sockets)
    reader.until("() => !document.querySelector('.status').textContent.includes('not connected')")
    reader.page.wait_for_selector("[data-region=tour][aria-busy=false]")
    assert count(reader, "[data-reply=wrong]") == 1
    reader.page.locator(UNKNOWN).click()
    reader.page.wait_for_selector("[data-reply=unknown]")
    reader.press("Escape")
    reader.stands(0, 1)
    assert reader.page.locator("input[name=net]").input_value() == "3-4-1"
