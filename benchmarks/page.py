"""How fast the page of `syn0 play` is, in a real browser: measured beside its promises.

    python benchmarks/page.py [IMAGES]

IMAGES is an IDX or CSV file of images of 784 pixels, such as MNIST's; without it some are made up.
It needs Playwright, a Chromium ($CHROMIUM, or one on the path), and a machine that does nothing
else; it takes three and a half minutes.
"""

from __future__ import annotations

import argparse
import gzip
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from syn0.view import STATIC
from syn0.view.planes import PLANES
from syn0.view.shown import FRAME_BYTES

SIZE = {"width": 1440, "height": 900}
ERRORS = 6
"""Errors that the tutorial prints."""

SECONDS_A_SET, SECONDS_OF_HEAP = 3, 60
MOST_WAITING = 30
"""Seconds until something is wrong."""

SECONDS_OF_KEYS, REST = 15, 120
"""How long keys are pressed, and the milliseconds between two of them."""

KNOBS = {"batch_size": "64", "learning_rate": "0.01"}
"""Of the training on images."""

# Notes when each frame was painted, and of a key that was pressed: when it was sent, answered, and
# seen. It runs in each page before the page's own script does.
WATCH = """
  const seen = window.seen = { bytes: 0, key: null };
  const afterwards = (work) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = work;
    channel.port2.postMessage(null);
  };
  // What is changed while the browser makes a picture is painted with it, all else with the next.
  const ask = requestAnimationFrame;
  let isPainting = false;
  window.requestAnimationFrame = (work) => ask((time) => {
    isPainting = true;
    afterwards(() => { isPainting = false; });
    work(time);
  });
  const painted = (work) => isPainting ? afterwards(work) : ask(() => afterwards(work));
  const isAck = (data) => new TextDecoder().decode(data.subarray(4, 30)).includes('"ack"');
  const Real = WebSocket;
  window.WebSocket = class extends Real {
    constructor(...rest) {
      super(...rest);
      this.addEventListener("message", ({ data }) => {
        seen.bytes = Math.max(seen.bytes, data.byteLength);
        if (seen.key?.sent && !seen.key.seen) seen.key.came = performance.now();
      });
    }
    send(data) {
      const { key } = seen;
      if (key && !key.sent && !isAck(data)) key.sent = performance.now();
      super.send(data);
    }
  };
  addEventListener("keydown", (event) => {
    const place = document.querySelector("[data-where]")?.dataset.where;
    seen.key = { pressed: event.timeStamp, place };
  }, true);
  const look = () => {
    const state = document.querySelector("[data-state]")?.dataset.state;
    const place = document.querySelector("[data-where]")?.dataset.where;
    const { key } = seen;
    if (!key?.sent || key.seen || !seen.wants?.(state, place !== key.place)) return;
    key.seen = -1;
    painted(() => { key.seen = performance.now(); });
  };
  new MutationObserver(look).observe(document, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["data-where", "data-state"],
  });
"""

WATCH_ERRORS = """(count) => {
  const look = () => {
    const text = document.querySelector("pre.printed").textContent;
    if ((text.match(/error /g) ?? []).length >= count) window.six = performance.now();
    else requestAnimationFrame(look);
  };
  look();
}"""

FRAMES = """(seconds) => new Promise((done) => {
  let count = 0;
  const observer = new MutationObserver(() => count++);
  observer.observe(document, { subtree: true, attributeFilter: ["data-where"] });
  setTimeout(() => {
    observer.disconnect();
    done(count / seconds);
  }, 1000 * seconds);
})"""
"""Each frame is painted before the next one comes."""

HIDE = """() => {
  Object.defineProperty(document, "hidden", { get: () => true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""

KEYS: Sequence[tuple[str, str]] = (
    ("Space", "(state) => state === 'playing'"),
    ("Space", "(state) => state !== 'playing'"),
    ("ArrowRight", "(state, moved) => moved"),
    ("ArrowRight", "(state, moved) => moved"),
    ("ArrowLeft", "(state, moved) => moved"),
    ("Space", "(state) => state === 'playing'"),
    ("ArrowRight", "(state) => state !== 'playing'"),
    ("Home", "(state, moved) => moved"),
)
"""What is pressed, again and again, and by what its answer is known: play, pause, lines on and
back, a line on out of playing, and back to the start."""


@contextmanager
def playing(*arguments: str) -> Iterator[str]:
    """The address of `syn0 play` while it runs."""
    command = [sys.executable, "-m", "syn0", "play", "--no-browser", "--port", "0", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout is not None  # noqa: S101  (a pipe)
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


@contextmanager
def opened(browser: Browser, *arguments: str, count: int = 1) -> Iterator[list[Page]]:
    """So many tabs of a fresh browser, each with a page of one server."""
    with playing(*arguments) as address, browser.new_context(viewport=SIZE) as context:
        context.add_init_script(WATCH)
        pages = [context.new_page() for _ in range(count)]
        for page in pages:
            page.goto(address)
            page.wait_for_selector("[data-where]")
        yield pages


def until(page: Page, question: str) -> None:
    """Wait until a function of JavaScript says yes; the page's policy forbids Playwright's way."""
    end = time.monotonic() + MOST_WAITING
    while not page.evaluate(question):
        if time.monotonic() > end:
            raise TimeoutError(question)
        page.wait_for_timeout(20)


# -------------------------------------------------------------------------------- what is measured


def sizes(browser: Browser, images: Path) -> None:
    """What a browser, and a notebook, load."""
    page = [(STATIC / name).read_bytes() for name in ("page.js", "page.css")]
    packed = sum(len(gzip.compress(content, 9)) for content in page)
    say("page, gzipped", f"{packed / 1024:.1f} KB", "70 KB")
    say("widget, raw", f"{(STATIC / 'widget.js').stat().st_size / 1024:.1f} KB", "200 KB")


def first(browser: Browser, images: Path) -> None:
    """From the address to the program on the screen."""
    started = time.perf_counter()
    with playing() as address, browser.new_context(viewport=SIZE) as context:
        server = time.perf_counter() - started
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector("[data-where]")
        shown = time.perf_counter() - started - server
        paint = page.evaluate(
            "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"
        )
    figures = f"{1000 * server:.0f}, {paint:.0f}, {1000 * shown:.0f} ms"
    say("server listens; first paint, program shown after it", figures)


def errors(browser: Browser, images: Path) -> None:
    """From Space to the tutorial's six errors."""
    with opened(browser) as (page,):
        page.evaluate(WATCH_ERRORS, ERRORS)
        page.keyboard.press("Space")
        until(page, "() => window.six !== undefined")
        seconds = page.evaluate("() => window.six - seen.key.pressed") / 1000
    say("exclusive-or: Space to six errors", f"{seconds:.2f} s", "2 s")


def frames(browser: Browser, images: Path) -> None:
    """Frames a second on each set of points, with the network and with regions beside."""
    for name in PLANES:
        found = []
        with opened(browser, name) as (page,):
            page.locator(".transport select").first.select_option("1000")  # so that it lasts
            for tab in ("Network", "Regions"):
                page.get_by_role("tab", name=tab, exact=True).click()
                page.keyboard.press("Home")
                page.keyboard.press("Space")
                until(page, "() => document.querySelector('[data-state=playing]') !== null")
                found.append(f"{page.evaluate(FRAMES, SECONDS_A_SET):.0f}")
                page.keyboard.press("Space")
        say(f"{name}: frames/s with network, with regions", ", ".join(found), "20")


def keys(browser: Browser, images: Path) -> None:
    """Answers to keys on exclusive-or."""
    with opened(browser) as (page,):
        answers(page, "exclusive-or")


def heap(browser: Browser, images: Path) -> None:
    """What a minute of playing adds to the browser's heap."""
    with opened(browser) as (page,):
        session = page.context.new_cdp_session(page)
        page.locator(".transport select").first.select_option("100")  # steps/s, so that it lasts
        page.locator("button.play").click()
        page.wait_for_timeout(3000)
        before = used(session)
        page.wait_for_timeout(1000 * SECONDS_OF_HEAP)
        growth = (used(session) - before) / 2**20
    say(f"heap growth in {SECONDS_OF_HEAP} s of playing", f"{growth:.2f} MB", "5 MB")


def used(session: CDPSession) -> int:
    """Bytes in use, rubbish aside."""
    session.send("HeapProfiler.collectGarbage")
    return int(session.send("Runtime.getHeapUsage")["usedSize"])


def tabs(browser: Browser, images: Path) -> None:
    """Answers to keys while three others train: in tabs behind the first, in windows in sight."""
    for where in ("tabs", "windows"):
        with opened(browser, str(images), "--net", "784-128-10", count=4) as (page, *others):
            for one in (page, *others):
                for name, value in KNOBS.items():
                    one.locator(f"input[name={name}]").fill(value)
                    one.locator(f"input[name={name}]").press("Enter")
                until(one, "() => document.querySelector('[data-difference]') !== null")
            for other in others:
                if where == "tabs":
                    other.evaluate(HIDE)
                other.keyboard.press("Space")
            page.bring_to_front()
            answers(page, f"784-128-10, three {where} train")
            most = max(one.evaluate("() => seen.bytes") for one in (page, *others))
    say("  largest message", f"{most / 1024:.0f} KB", f"{FRAME_BYTES // 1024} KB")


def answers(page: Page, title: str) -> None:
    """Press keys, and print how long their answers took, and where."""
    times: list[dict[str, float]] = []
    end = time.monotonic() + SECONDS_OF_KEYS
    while time.monotonic() < end:
        for key, wants in KEYS:
            page.evaluate(f"() => {{ seen.key = null; seen.wants = {wants}; }}")
            page.keyboard.press(key)
            until(page, "() => seen.key?.seen > 0")
            times.append(page.evaluate("() => seen.key"))
            page.wait_for_timeout(REST)
    total = [time["seen"] - time["pressed"] for time in times]
    stages = [
        statistics.median(time[end] - time[start] for time in times)
        for start, end in (("pressed", "sent"), ("sent", "came"), ("came", "seen"))
    ]
    figures = ", ".join(f"{x:.0f}" for x in (statistics.median(total), p95(total), max(total)))
    say(f"{title}: key to paint, median, p95, most", f"{figures} ms", "p95 100 ms")
    parts = ", ".join(f"{x:.0f}" for x in stages)
    say("  medians: key to socket, to answer, to paint", f"{parts} ms")


def p95(values: Sequence[float]) -> float:
    """The value that 95 of 100 do not exceed."""
    return float(np.quantile(values, 0.95, method="higher"))


# --------------------------------------------------------------------------------------- the rest


def made(folder: Path) -> Path:
    """Made-up images of MNIST's shape, with labels beside them."""
    random = np.random.RandomState(1)
    pixels = random.randint(0, 256, (10_000, 28, 28)).astype(np.uint8)
    labels = random.randint(0, 10, 10_000).astype(np.uint8)
    for name, array in (("images-idx3-ubyte", pixels), ("labels-idx1-ubyte", labels)):
        head = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">i4").tobytes()
        (folder / f"made-{name}").write_bytes(head + array.tobytes())
    return folder / "made-images-idx3-ubyte"


def say(what: str, figure: str, promise: str = "") -> None:
    """A row of the table."""
    print(f"{what:62} {figure:>18}   {promise and 'promised: ' + promise}", flush=True)


PARTS: dict[str, Callable[[Browser, Path], None]] = {
    part.__name__: part for part in (sizes, first, errors, frames, keys, heap, tabs)
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("images", nargs="?", type=Path)
    parser.add_argument("--only", choices=PARTS, help="one part of the table")
    asked = parser.parse_args()
    load = ", ".join(f"{x:.2f}" for x in os.getloadavg())
    print(f"{os.cpu_count()} cores, load {load} over 1, 5 and 15 minutes")
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name in [asked.only] if asked.only else PARTS:
            PARTS[name](browser, asked.images or made(Path(folder)))
        browser.close()


if __name__ == "__main__":
    main()
