"""The notebook's widget in a page that plays the notebook: with a kernel, and without."""

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from syn0.view import STATIC
from syn0.view.protocol import packed, unpacked
from syn0.view.recording import recording
from syn0.view.session import Session
from tests.page.conftest import Reader, reading
from tests.page.test_access import COLOURS, QUICKLY, axe

__all__ = ["axe"]  # a fixture

NOTEBOOK = """async ([source, saved, alive]) => {
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const letters = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));
  let listen = () => {};
  const model = {
    get: (name) => (name === "recording" ? new DataView(bytes(saved).buffer) : undefined),
    on: (event, callback) => { listen = callback; },
    off: () => { listen = () => {}; },
    send: async (content, callbacks, [buffer]) => {
      if (!alive) return;
      for (const answer of await window.kernel(letters(buffer))) {
        listen({}, [new DataView(bytes(answer).buffer)]);
      }
    },
  };
  const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const widget = (await import(address)).default;
  widget.initialize({ model });
  window.leave = widget.render({ model, el: document.querySelector("#cell") });
}"""


Window = tuple[Reader, list[Callable[[str], list[str]]]]
"""Somebody at a notebook, and the kernels that it had: the last one answers."""


@pytest.fixture(scope="module")
def window(browser: Any) -> Iterator[Window]:
    """A window in which notebooks are opened, one after the other."""
    kernels: list[Callable[[str], list[str]]] = []
    with reading(browser, reduced_motion="reduce") as reader:
        reader.page.expose_function("kernel", lambda letters: kernels[-1](letters))
        yield reader, kernels


@contextmanager
def notebook(
    window: Window, *, alive: bool, budget: int = 200 * 1024, asked: list[str] | None = None
) -> Iterator[Reader]:
    """A page with the widget in it, of a session that stands after two lines; `asked` gets what it
    is asked."""
    session = Session()
    session.answer({"type": "open"})
    session.answer({"type": "go", "step": 3, "line": 1})
    saved = recording(session, budget)
    assert len(saved) <= budget

    def kernel(letters: str) -> list[str]:
        header, arrays = unpacked(base64.b64decode(letters))
        if asked is not None:
            asked.append(header["type"])
        answers = session.answer(header, arrays)
        return [base64.b64encode(packed(*answer)).decode() for answer in answers]

    reader, kernels = window
    kernels.append(kernel)
    reader.page.goto("about:blank")
    reader.page.set_content('<input id="other"><div id="cell"></div>')
    source = (STATIC / "widget.js").read_text(encoding="utf-8")
    words = base64.b64encode(saved).decode()
    reader.page.evaluate(NOTEBOOK, [source, words, alive])
    reader.page.wait_for_selector("[data-where]")
    yield reader
    assert reader.mistakes == []


def test_without_a_kernel_the_recording_steps(window: Window) -> None:
    with notebook(window, alive=False) as reader:
        reader.stands(3, 1)
        reader.button("Next line ▶")
        reader.stands(3, 2)
        reader.button("Back to the start")
        reader.stands(0, -1)
        assert "a recording" in reader.page.locator("[data-region=status]").inner_text()


def test_with_a_kernel_it_is_alive(window: Window) -> None:
    with notebook(window, alive=True) as reader:
        reader.page.locator("[data-state=paused], [data-state=idle]").first.wait_for()
        field = reader.page.locator("input[name=momentum]")
        field.fill("0.9")
        field.press("Enter")
        reader.page.locator(".row.added").first.wait_for()
        assert reader.page.locator(".row.added").count() == 2


def test_what_leaves_the_notebook_pauses(window: Window) -> None:
    asked: list[str] = []
    with notebook(window, alive=True, asked=asked) as reader:
        reader.state("paused", "idle")
        reader.page.evaluate("window.leave()")
        reader.until(
            "() => document.querySelector('#cell').shadowRoot.querySelector('main') === null"
        )
        # What is asked last comes after the page has gone.
        reader.happens(lambda: "pause" in asked[-2:])


def test_it_has_the_notebook_s_theme_and_axe_finds_nothing_in_either(
    window: Window, axe: str
) -> None:
    with notebook(window, alive=False) as reader:
        reader.page.evaluate(axe)
        for theme, colour in (("light", "#111"), ("dark", "#ddd")):
            reader.page.evaluate("colour => { document.body.style.color = colour; }", colour)
            reader.page.wait_for_selector(f"main[data-theme={theme}]")
            rules = QUICKLY | (COLOURS if theme == "dark" else {})
            found = reader.page.evaluate("rules => axe.run('#cell', rules)", rules)
            assert [one["id"] for one in found["violations"]] == [], theme


def test_keys_stay_in_their_cell(window: Window) -> None:
    with notebook(window, alive=True) as reader:
        reader.stands(0, -1)
        reader.page.locator("#other").focus()
        reader.press("ArrowRight")
        reader.stands(0, -1)
        # Once the widget was clicked, keys are its own, and nobody's around it.
        reader.button("Next line ▶")
        reader.stands(0, 0)
        reader.page.evaluate(
            "document.addEventListener('keydown', (event) => { window.heard = event.key; })"
        )
        reader.press("ArrowRight")
        reader.stands(0, 1)
        assert reader.page.evaluate("window.heard ?? ''") == ""
        assert reader.page.locator("main").get_attribute("data-lm-suppress-shortcuts") == "true"
