"""Where pictures and answers are long in coming, nothing that a reader does meanwhile is lost."""

from typing import Any

from syn0.learn.drill.ladder import LADDER
from syn0.learn.tour import Tour
from syn0.view.protocol import packed
from tests.page.conftest import Reader, reading
from tests.page.test_scenario import table_of_passengers
from tests.page.test_tour import UNKNOWN, at_chapter, count

NO_PICTURES = "window.requestAnimationFrame = () => 0;"
NO_TIMERS = "window.setTimeout = () => 0;"


def has_focus(reader: Reader, selector: str) -> bool:
    """Whether what has the focus now is such an element."""
    answer: bool = reader.page.evaluate("what => document.activeElement.matches(what)", selector)
    return answer


def test_keys_are_heard_before_the_first_picture(browser: Any, address: str) -> None:
    with reading(browser) as reader:
        reader.page.add_init_script(NO_PICTURES + NO_TIMERS)
        reader.page.goto(address)
        reader.page.wait_for_selector("main")
        reader.press("?")
        reader.page.wait_for_selector("dialog[open]")
        assert reader.mistakes == []


def test_a_key_moves_the_focus_before_the_next_picture(reader: Reader, address: str) -> None:
    """What is typed next must reach the place that it is meant for."""
    reader.open(address)
    reader.page.evaluate(NO_PICTURES)
    reader.press("w")
    assert has_focus(reader, "[data-weight] select")
    reader.page.locator("#tab-weight").focus()
    reader.press("ArrowRight")
    assert has_focus(reader, "#tab-table")
    reader.press("k")
    assert has_focus(reader, "[data-region=knobs] :is(input, select)")


def test_what_could_not_be_done_is_told_until_the_next_wish(alone: Reader, address: str) -> None:
    """And not only until the page asks for what it shows of the line where it stands now."""
    told = "this machine rounds differently"
    texts = 0

    def between(socket: Any) -> None:
        def pass_on(message: bytes) -> None:
            nonlocal texts
            socket.send(message)
            if b'"type":"frame"' in message and b'"line":0' in message:
                socket.send(packed({"type": "error", "words": told, "about": "link"}))
            texts += b'"type":"text"' in message

        socket.connect_to_server().on_message(pass_on)

    reader = alone
    reader.page.route_web_socket("**/socket", between)
    reader.open(address)
    before = texts
    reader.press("ArrowRight")
    reader.stands(0, 0)
    reader.happens(lambda: texts > before)
    assert reader.page.locator(".refusal").inner_text() == told
    reader.press("ArrowRight")
    reader.stands(0, 1)
    assert count(reader, ".refusal") == 0


def test_what_the_page_asked_of_what_has_gone_is_told_nobody(alone: Reader, address: str) -> None:
    """As the exact text of an array, where another program came first."""

    def between(socket: Any) -> None:
        def pass_on(message: bytes) -> None:
            if b'"type":"frame"' in message and b'"line":0' in message:
                for about in ("text", "split"):
                    words = "'l1' has no value yet"
                    socket.send(packed({"type": "error", "words": words, "about": about}))
            socket.send(message)

        socket.connect_to_server().on_message(pass_on)

    reader = alone
    reader.page.route_web_socket("**/socket", between)
    reader.open(address)
    reader.press("ArrowRight")
    reader.stands(0, 0)
    assert count(reader, ".refusal") == 0


def test_an_answer_that_is_given_twice_answers_one_question(reader: Reader, address: str) -> None:
    reader.open(address)
    reader.press("t")
    at_chapter(reader, 1)
    chapters = reader.page.get_by_label("Chapter", exact=True)
    chapters.select_option("5")
    at_chapter(reader, 6)
    assert len(Tour.usual().chapter("one-weight").questions) == 2
    reader.page.locator(UNKNOWN).evaluate("one => { one.click(); one.click(); }")
    reader.page.wait_for_selector("[data-reply]")
    for number in (1, 6):  # whatever was asked is answered then
        chapters.select_option(str(number - 1))
        at_chapter(reader, number)
    assert count(reader, "[data-reply]") == 1


def test_who_goes_on_before_the_reply_finds_the_chapter_s_picture(
    reader: Reader, address: str
) -> None:
    reader.open(address)
    reader.press("t")
    at_chapter(reader, 1)
    number = [one.name for one in Tour.usual().lessons].index("hidden-units")
    reader.page.evaluate(
        """([pass, number]) => {
          document.querySelector(pass).click();
          const chapters = document.querySelector("select[name=chapter]");
          chapters.value = number;
          chapters.dispatchEvent(new Event("change", { bubbles: true }));
        }""",
        [UNKNOWN, str(number)],
    )
    at_chapter(reader, number + 1)
    assert reader.page.locator("#tab-units").get_attribute("aria-selected") == "true"


def test_two_choices_of_the_drill_made_at_once_both_count(reader: Reader, address: str) -> None:
    reader.open(address)
    reader.press("m")
    reader.page.wait_for_selector(".cm-focused")
    reader.page.evaluate(
        """() => {
          for (const [name, value] of [["rung", "1"], ["level", "2"]]) {
            const field = document.querySelector(`select[name=${name}]`);
            field.value = value;
            field.dispatchEvent(new Event("change", { bubbles: true }));
          }
        }"""
    )
    reader.page.get_by_text("Level 2 of 5").wait_for()
    reader.page.locator("h2", has_text=LADDER[1].net).wait_for()
    assert reader.page.locator("select[name=rung]").input_value() == "1"


def test_the_editor_leaves_the_focus_to_who_has_gone_on(alone: Reader, address: str) -> None:
    reader, held = alone, []
    reader.page.route("**/editor.js", lambda route: held.append(route))
    reader.open(address)
    reader.press("m")
    level = reader.page.locator("select[name=level]")
    level.focus()
    reader.happens(lambda: bool(held))
    held[0].continue_()
    reader.page.wait_for_selector(".cm-content")
    assert has_focus(reader, "select[name=level]")


def test_columns_chosen_one_right_after_the_other_all_count(
    reader: Reader, address: str, tmp_path: Any
) -> None:
    reader.open(address)
    reader.page.get_by_role("button", name="Data:").click()
    reader.page.locator("input[type=file]").set_input_files(table_of_passengers(tmp_path))
    present = reader.page.locator("[data-present]", has_text="passengers")
    present.locator("summary").click()
    present.evaluate(
        """async (one) => {
          const drawn = () => new Promise((done) => queueMicrotask(done)); // as between two clicks
          const target = one.querySelector("select[name=target]");
          target.value = "Age";
          target.dispatchEvent(new Event("change", { bubbles: true }));
          await drawn();
          for (const name of ["Survived", "Sex", "Fare"]) {
            [...one.querySelectorAll("label")].find((x) => x.textContent === name).click();
            await drawn();
          }
        }"""
    )
    reader.press("Escape")  # opened again, the window shows what Python says
    reader.page.wait_for_selector("dialog", state="detached")
    reader.page.get_by_role("button", name="Data:").click()
    present.locator("summary").filter(has_text="3 left out").wait_for()
    assert present.locator("select[name=target]").input_value() == "Age"
