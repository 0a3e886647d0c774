"""A real browser on a real server. Skipped, with the reason, where either is missing."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest

from tests.cli.forks import Forked

WEB = Path(__file__).parents[2] / "web"
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
"""Of Chromium; the first is the same browser without windows, which takes a fifth less."""
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
CHEAPLY = [
    "--no-sandbox",
    "--disable-features=ProactivelySwapBrowsingInstance,RenderDocument",
    "--js-flags=--no-opt",
]
"""A page is opened where the last one was, in its process; and no program runs long enough to be
worth optimizing."""
USUAL = {"width": 1440, "height": 900}
SECONDS = 30
"""The longest that a test waits for something to appear: on a busy machine, too."""

UNTIL = """async ([about, longest]) => {
  const [ask, end] = [%s, Date.now() + longest];
  while (!ask(about)) {
    if (Date.now() > end) return false;
    await new Promise((done) => setTimeout(done, 10));
  }
  return true;
}"""

THERE = """(selector) => {
  const within = (one) => one.shadowRoot?.querySelector(selector);
  if (document.querySelector("main.syn0")) return document.querySelector(selector);
  return [...document.querySelectorAll("*")].some(within);  // a notebook holds the page in a shadow
}"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no chromium")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=CHEAPLY)
        yield browser
        browser.close()


@contextmanager
def playing(*arguments: str) -> Iterator[str]:
    """The address of `syn0 play` while it runs."""
    for name in ("starlette", "uvicorn", "websockets"):
        pytest.importorskip(name, reason=f"{name} is not installed")
    process = Forked("play", "--no-browser", "--port", "0", *arguments)
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), address
        yield address
    finally:
        process.close()


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Of `syn0 play`, without arguments."""
    with playing() as address:
        yield address


@dataclass
class Reader:
    """Somebody at the page.

    Attributes:
        page: Playwright's.
        mistakes: what the browser's console complained of.
    """

    page: Any
    mistakes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(SECONDS * 1000)
        self.page.on("pageerror", lambda error: self.mistakes.append(str(error)))
        self.page.on("console", self.console)

    def console(self, message: Any) -> None:
        """Errors and warnings are mistakes; the icon that a browser may look for where somebody has
        left, which comes late, is none."""
        icon = message.location.get("url", "").endswith("/favicon.ico")
        if message.type in ("error", "warning") and not icon:
            self.mistakes.append(message.text)

    def open(self, address: str) -> None:
        """Go to a page, and wait until its program stands there."""
        if "#" in address:  # from the same page that would be a place in it
            self.page.goto(urljoin(address, "/page.css"))
        self.page.goto(address)
        self.page.wait_for_selector("[data-where]")

    def theme(self, name: str) -> None:
        """Have the system ask for a theme, light or dark, and wait until the page is painted so."""
        self.page.emulate_media(color_scheme=name)
        self.page.wait_for_selector(f"main[data-theme={name}]")
        self.page.evaluate(
            "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
        )

    def resize(self, width: int, height: int) -> None:
        """Give the window another size, and wait until the page is laid out for it."""
        self.page.set_viewport_size({"width": width, "height": height})
        layout = "wide" if width >= 1200 else "middle" if width >= 700 else "narrow"
        self.page.wait_for_selector(f"main.{layout}")

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def stands(self, step: int, line: int) -> None:
        """Wait until the page stands after a line (-1: before the first) of a step."""
        self.until(THERE, f'[data-where="{step},{line}"]')

    def state(self, *states: str) -> None:
        """Wait until the run is in one of these states."""
        self.until(THERE, ", ".join(f"[data-state={state}]" for state in states))

    def until(self, question: str, about: Any = None) -> None:
        """Wait until a function of JavaScript says yes. (Playwright's own way needs `eval`, which
        the page's policy forbids.) It is asked in the page, sooner than from here."""
        assert self.page.evaluate(UNTIL % question, [about, SECONDS * 1000]), question

    def happens(self, holds: Callable[[], bool]) -> None:
        """Wait for what happens between the page and Python."""
        for _ in range(SECONDS * 100):
            if holds():
                return
            self.page.wait_for_timeout(10)
        raise AssertionError("it does not happen")

    def tab(self, name: str) -> None:
        """Choose a picture."""
        self.page.get_by_role("tab", name=name, exact=True).click()

    def button(self, name: str) -> None:
        """Press a button."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def written(self, name: str) -> list[list[str]]:
        """The array that the line before us bound, to the last digit."""
        toggle = self.page.get_by_role("button", name="Full precision")
        if toggle.get_attribute("aria-pressed") != "true":
            toggle.click()
        table = self.page.wait_for_selector(f"[data-full='{name}']")
        rows = "rows => rows.map(row => [...row.children].map(cell => cell.textContent))"
        found: list[list[str]] = table.eval_on_selector_all("tr", rows)
        return found

    def entry(self, name: str) -> str:
        """The chosen entry of that array, to the last digit."""
        text = self.page.locator(f"[data-exact='{name}']").inner_text()
        return str(text.split(" = ")[1])


@pytest.fixture(scope="session")
def seat(browser: Any) -> Iterator[Reader]:
    """A browser's window, 1440 by 900, at which readers take turns; nothing moves in it but what is
    asked to, which saves pictures."""
    with reading(browser, reduced_motion="reduce") as reader:
        yield reader


@pytest.fixture
def reader(seat: Reader) -> Iterator[Reader]:
    """Somebody who was never here before, at a window that others had; the console must stay
    silent. A window of one's own takes half as long again as the page that opens in it."""
    seat.mistakes.clear()
    seat.page.emulate_media(color_scheme="light")
    seat.page.set_viewport_size(USUAL)
    yield seat
    seat.page.evaluate("localStorage.clear()")
    assert seat.mistakes == []


@pytest.fixture
def alone(browser: Any) -> Iterator[Reader]:
    """Somebody with a window of their own, for who holds up what it asks and is told; the console
    must stay silent."""
    with reading(browser) as reader:
        yield reader
        assert reader.mistakes == []


@contextmanager
def reading(
    browser: Any, width: int = USUAL["width"], height: int = USUAL["height"], **options: Any
) -> Iterator[Reader]:
    """Somebody with a fresh browser."""
    context = browser.new_context(viewport={"width": width, "height": height}, **options)
    yield Reader(context.new_page())
    context.close()
