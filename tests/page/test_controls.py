"""Every knob, every set of data and every button does something, and nothing complains."""

import re
from pathlib import Path
from typing import Any

from syn0.view.recipes import usual_recipe
from syn0.view.session import Session
from tests.page.conftest import Reader
from tests.together import Together

KNOBS = """() => [...document.querySelectorAll("[data-region=knobs] [name]")]
  .filter((one) => !one.disabled).map((one) => one.name)"""

OFFERED = """(one) => [one.type, one.value,
  [...(one.options ?? one.list?.options ?? [])].map(({ value }) => value)]"""
"""Of a knob: its kind, its value, and those that it may have or that people try."""


def test_every_knob_can_be_turned_and_turned_back(reader: Reader, address: str) -> None:
    reader.open(address)
    page = reader.page
    names = page.evaluate(KNOBS)
    assert len(names) > 25
    for name in names:
        control = page.locator(f"[data-region=knobs] [name={name}]")
        kind, now, offered = control.evaluate(OFFERED)
        if kind == "checkbox":
            control.click()
        elif kind == "select-one":
            control.select_option(next(x for x in offered if x not in (now, "")))
        else:
            control.fill(next(x for x in [*offered, "2"] if x != now))
            control.press("Enter")
        shown = page.locator("[data-difference] code", has_text=re.compile(f"^{name}$"))
        refused = page.locator(".refusal")
        shown.or_(refused).first.wait_for()
        if refused.count():
            assert len(refused.inner_text()) > 10, name
            continue
        back = page.locator(f"button[aria-label='{name}: back to its default']")
        if back.count():
            back.click()
            back.wait_for(state="detached")


TITLES = ("irises", "handwritten", "wines", "tumours", "patients", "first input", "ring", "heaps")


def test_every_set_of_data_begins(reader: Reader, address: str) -> None:
    reader.open(address)
    page = reader.page
    data = page.get_by_role("button", name="Data:")
    with Together() as together:
        for title in TITLES:
            with together(title):
                before = data.inner_text()
                data.click()
                page.get_by_role("dialog").get_by_role("button").filter(
                    has_text=title
                ).first.click()
                reader.until(
                    "text => !document.querySelector('.toolbar button').textContent.includes(text)",
                    before.removesuffix(" ▾"),
                )
                reader.stands(0, -1)
                reader.press("]", "ArrowRight", "ArrowRight")
                reader.stands(1, 1)
                for tab in page.locator("[role=tab]").all():
                    tab.evaluate("one => one.click()")
                    reader.until(
                        "() => !document.querySelector('#pane').textContent.includes('On its way')"
                    )
                assert page.locator(".refusal").count() == 0


def test_downloads(reader: Reader, address: str, tmp_path: Path) -> None:
    reader.open(address)
    reader.button("Save ▾")
    for name, ending in (("numpy", ".py"), ("c", ".c"), ("model (.safetensors)", ".safetensors")):
        with reader.page.expect_download() as download:
            reader.button(name)
        assert download.value.suggested_filename.endswith(ending)


def breakable(reader: Reader) -> list[Any]:
    """The sockets of a page as they come; the first try to come back fails. Its clock can be put
    forward."""
    reader.page.clock.install()
    sockets: list[Any] = []

    def between(socket: Any) -> None:
        sockets.append(socket)
        if len(sockets) != 2:
            socket.connect_to_server()
        else:
            socket.close()

    reader.page.route_web_socket("**/socket", between)
    return sockets


def come_back(reader: Reader, sockets: list[Any]) -> None:
    """Spare a page whose socket broke the time that it waits before each of its two tries."""
    for tries in (2, 3):
        reader.page.clock.fast_forward(2_000)
        reader.happens(lambda tries=tries: len(sockets) >= tries)
        if tries == 2:
            reader.page.wait_for_timeout(100)  # it hears that the try has failed


def test_what_was_opened_leaves_with_its_program(alone: Reader, address: str) -> None:
    reader, kept = alone, []
    holds = False

    def between(socket: Any) -> None:
        def pass_on(message: bytes) -> None:
            if holds and b'"type":"frame"' in message:
                kept.append(message)
            else:
                socket.send(message)

        socket.connect_to_server().on_message(pass_on)

    reader.page.route_web_socket("**/socket", between)
    reader.open(address)
    reader.press("ArrowRight", "ArrowRight")
    reader.page.locator(".corner").wait_for()  # a product
    holds = True
    reader.page.locator("input[name=bias]").click()
    reader.page.locator("[data-difference] code", has_text="bias").wait_for()
    assert reader.page.locator(".corner").count() == 0
    reader.happens(lambda: len(kept) == 1)


def test_a_locked_scale_stays(reader: Reader, address: str) -> None:
    reader.open(address)
    reader.press("ArrowRight", "ArrowRight")
    reader.stands(0, 1)
    lock = reader.page.get_by_role("button", name="Lock the colours of l0 @ syn0:")
    before = lock.get_attribute("aria-label")
    lock.focus()
    reader.press("Enter")
    assert lock.get_attribute("aria-pressed") == "true"
    limit = float(lock.inner_text().strip().removeprefix("±"))
    goto = reader.page.locator("[data-goto]")
    goto.fill("2000")
    goto.press("Enter")
    reader.stands(2_000, -1)
    reader.page.locator("main").focus()
    reader.press("ArrowRight", "ArrowRight")
    reader.stands(2_000, 1)
    # The scale is the first step's, and what lies beyond it is marked and counted.
    assert float(lock.inner_text().strip().removeprefix("±")) == limit
    cells = reader.page.locator(".corner .cell")
    values = [float(text) for text in cells.all_text_contents()]
    beyond = sum(abs(value) > limit for value in values)
    assert beyond > 0
    assert reader.page.locator(".corner .cell.clipped").count() == beyond
    assert reader.page.locator(".corner [data-beyond]").inner_text().startswith(str(beyond))
    lock.click()
    assert lock.get_attribute("aria-pressed") == "false"
    assert lock.get_attribute("aria-label") != before
    assert reader.page.locator(".corner .cell.clipped").count() == 0


def test_a_lost_server_leaves_what_is_shown_and_runs_are_there_again(
    alone: Reader, address: str
) -> None:
    reader, sockets = alone, breakable(alone)
    reader.open(address)
    goto = reader.page.locator("[data-goto]")
    goto.fill("700")
    goto.press("Enter")
    reader.stands(700, -1)
    reader.button("Next line ▶")
    reader.button("Next line ▶")
    reader.stands(700, 1)
    first = reader.written("l1")
    reader.button("+ fork")
    choice = reader.page.locator(".toolbar select")
    choice.wait_for()
    field = reader.page.locator("input[name=learning_rate]")
    field.fill("0.1")
    field.press("Enter")
    reader.page.locator(".row.changed").first.wait_for()
    goto.fill("90")
    goto.press("Enter")
    reader.stands(90, -1)
    reader.button("Next line ▶")
    reader.button("Next line ▶")
    reader.stands(90, 1)
    second = reader.written("l1")
    sockets[0].close()
    reader.page.locator("[data-region=status]").filter(has_text="not connected").wait_for()
    # What is shown stays; what cannot be asked for is disabled.
    assert reader.page.locator("[data-line]").count() == 11
    assert reader.page.get_by_role("button", name="Next line").is_disabled()
    # It comes back by itself, to the same places.
    come_back(reader, sockets)
    reader.page.locator("button.primary:not(:disabled)").wait_for()
    assert len(sockets) == 3
    reader.stands(90, 1)
    assert choice.input_value() == "B"
    assert field.input_value() == "0.1"
    assert reader.written("l1") == second
    choice.select_option("A")
    reader.stands(700, 1)
    assert reader.written("l1") == first
    reader.button("Next line ▶")
    reader.stands(700, 2)


def test_of_a_large_network_some_units_are_drawn_and_others_can_be_chosen(
    reader: Reader, address: str
) -> None:
    reader.open(address)
    reader.page.get_by_role("button", name="Data:").click()
    reader.page.get_by_role("dialog").get_by_role("button").filter(has_text="handwritten").click()
    reader.until("() => document.querySelector('input[name=net]').value.startsWith('64-')")
    net = reader.page.locator("input[name=net]")
    net.fill("64-128-10")
    net.press("Enter")
    units = reader.page.locator("select[name=units-1]")
    units.locator("option", has_text="10 of 128 units: the strongest weights").wait_for(
        state="attached"
    )
    reader.until("() => document.querySelectorAll('[data-wire]').length === 200")
    units.focus()
    reader.press("4")  # as the keyboard chooses: 40 to 49
    reader.page.locator("[data-wire='syn0[0,40]']").or_(
        reader.page.locator("[data-unit='40']")
    ).first.wait_for(state="attached")
    wire = reader.page.locator("[data-wire^='syn1[4']").first
    assert wire.get_attribute("data-wire") == "syn1[40,0]"
    wire.dispatch_event("click")
    reader.page.wait_for_selector("[data-split='syn1[40,0]']")


def test_the_choices_say_why_l_bfgs_is_not_among_them(reader: Reader, address: str) -> None:
    reader.open(address)
    option = reader.page.locator("select[name=optimizer] option", has_text="lbfgs")
    assert option.is_disabled()
    assert "no line shows" in option.inner_text()


def test_a_block_of_a_large_array_opens_to_the_last_digit(reader: Reader, address: str) -> None:
    reader.open(address)
    reader.page.get_by_role("button", name="Data:").click()
    reader.page.get_by_role("dialog").get_by_role("button").filter(has_text="handwritten").click()
    reader.until("() => document.querySelector('input[name=net]').value.startsWith('64-')")
    reader.press("ArrowRight")
    reader.stands(0, 0)
    pictures = reader.page.locator("[data-region=line] .picture")
    pictures.last.focus()
    reader.press("ArrowDown", "Enter")
    opened = reader.page.locator("[data-opened]")
    opened.wait_for()
    pictures.last.focus()
    reader.press("ArrowDown", "ArrowRight", "ArrowRight")
    reader.page.wait_for_selector("[data-opened='2,2']")
    session = Session(usual_recipe({"id": "digits"}))
    session.answer({"type": "open"})
    pixel = session.run.trace["l0"][2, 2]
    words = f"l0[2,2] = {pixel}"
    reader.until("words => document.querySelector('[data-opened]').textContent === words", words)
