"""Takes the picture of the page that the README shows: `python scripts/picture_of_page.py`.

It needs Playwright and a Chromium (named by $CHROMIUM, or found on the path).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

PICTURE = Path(__file__).parents[1] / "docs" / "page.png"
SIZE = {"width": 1280, "height": 800}
LINES = 8
"""How many lines have run: the last one sends the delta back through the weights."""


def main() -> None:
    """Start the page, take the steps, and save what it shows."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    command = [sys.executable, "-m", "syn0", "play", "--no-browser", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None  # noqa: S101  (a pipe)
        address = server.stdout.readline().strip()
        try:
            with sync_playwright() as running:
                browser = running.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
                take(browser.new_page(viewport=SIZE), address)
                browser.close()
        finally:
            server.terminate()
    print(f"Saved {PICTURE}")


def take(page: Page, address: str) -> None:
    """A picture in the middle of the first step after some training."""
    page.goto(address)
    page.get_by_role("button", name="Next line").wait_for()
    page.keyboard.press("Space")
    page.get_by_text("step 50000").wait_for()
    page.keyboard.press("Home")
    for _ in range(LINES):
        page.keyboard.press("ArrowRight")
    page.wait_for_timeout(800)
    page.screenshot(path=PICTURE)
    Image.open(PICTURE).quantize(64).save(PICTURE, optimize=True)  # a third of the size


if __name__ == "__main__":
    main()
