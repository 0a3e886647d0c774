"""The widget in a real JupyterLab: it steps, trains, is saved, and steps again without a kernel.

Skipped without JupyterLab, which JUPYTER_LAB may name: `python -m venv DIR`, and there
`pip install jupyterlab anywidget`.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from syn0 import Network
from tests.page.conftest import Reader, reading
from tests.page.test_scenario import SIX_ERRORS, texts

LAB = os.environ.get("JUPYTER_LAB") or shutil.which("jupyter-lab", path=Path(sys.executable).parent)
CODE = """import numpy as np
from syn0 import Network
X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
net = Network([3, 4, 1], seed=1)
net.watch(X, np.array([[0, 1, 1, 0]]).T)"""
STARTING = 90_000
"""Milliseconds that a lab, or its kernel, may take to begin."""


@contextmanager
def lab(folder: Path) -> Iterator[str]:
    """The address of the notebook in a lab that saves what widgets hold."""
    if LAB is None:
        pytest.skip("JupyterLab is not installed")
    settings = folder / "settings"
    own = settings / "@jupyter-widgets" / "jupyterlab-manager" / "plugin.jupyterlab-settings"
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_text('{"saveState": true}', encoding="utf-8")
    paths = os.pathsep.join(path for path in sys.path if path)
    command = [
        LAB, "--no-browser", "--allow-root", "--port=0", "--IdentityProvider.token=page",
        f"--ServerApp.root_dir={folder}", f"--LabApp.user_settings_dir={settings}",
        f"--LabApp.workspaces_dir={folder / 'workspaces'}",
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": paths, "HOME": str(folder)}
    log = folder / "lab.log"
    with (
        log.open("w", encoding="utf-8") as said,
        subprocess.Popen(command, env=environment, stdout=said, stderr=said) as process,
    ):
        try:
            end = time.monotonic() + STARTING / 1000
            while not (found := re.search(r"http://127\.0\.0\.1:(\d+)/lab", log.read_text())):
                assert time.monotonic() < end, log.read_text()
                time.sleep(0.2)
            yield f"http://127.0.0.1:{found[1]}/lab/tree/notebook.ipynb?token=page&reset"
        finally:
            process.terminate()


def notebook(folder: Path) -> Path:
    """A notebook of one cell."""
    cell = {
        "cell_type": "code", "id": "one", "metadata": {}, "outputs": [],
        "execution_count": None, "source": CODE,
    }  # fmt: skip
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / "notebook.ipynb"
    content = {
        "cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5,
    }  # fmt: skip
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def begin(reader: Reader, address: str) -> None:
    """Open the notebook, and wait until it stands there."""
    reader.page.goto(address)
    reader.page.wait_for_selector(".jp-CodeCell .cm-content", timeout=STARTING)


def step(reader: Reader) -> None:
    """Take the first step, line by line: each value is the trace's, by `repr`."""
    X, y = [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], [0, 1, 1, 0]
    for number, line in enumerate(Network([3, 4, 1], seed=1).trace(X, y).lines):
        reader.button("Next line ▶")
        reader.stands(0, number)
        if line.shape:
            assert reader.written(line.target) == texts(line.value)
        else:
            exact = reader.page.locator(f"[data-exact='{line.target}']")
            exact.filter(has_text=f"= {float(line.value)!r}").wait_for()


def saved(path: Path) -> dict[str, Any]:
    """The widget's state in a saved notebook, and the bytes of its recording."""
    widgets = json.loads(path.read_text(encoding="utf-8"))["metadata"]["widgets"]
    states = widgets["application/vnd.jupyter.widget-state+json"]["state"].values()
    (found,) = (state for state in states if state["model_module"] == "anywidget")
    (recording,) = found["buffers"]
    return {**found["state"], "recording": recording["data"]}


def test_the_scenario_in_a_notebook(browser: Any, tmp_path: Path) -> None:
    path = notebook(tmp_path)
    with lab(tmp_path) as address, reading(browser) as reader:
        page = reader.page
        begin(reader, address)
        page.get_by_text("| Idle").wait_for(timeout=STARTING)
        page.wait_for_timeout(1000)
        page.locator(".jp-CodeCell .cm-content").first.click()
        reader.press("Shift+Enter")
        page.wait_for_selector("[data-where='0,-1']", timeout=STARTING)
        step(reader)
        reader.press("ArrowLeft")
        reader.stands(0, 9)
        reader.tab("Curves")
        reader.press("Space")
        reader.state("finished")
        printed = page.locator("pre.printed").inner_text()
        assert all(error in printed for error in SIX_ERRORS), printed
        reader.press("Home")
        reader.stands(0, -1)
        page.wait_for_timeout(3000)  # a recording is made once nobody has asked for a second
        page.locator(".jp-CodeCell .cm-content").first.click()
        reader.press("Control+s")
        reader.until("() => !document.title.startsWith('●')")
        page.wait_for_timeout(2000)
    assert saved(path)["recipe"]["step"] == 0
    assert len(saved(path)["recording"]) <= 200_000
    with lab(tmp_path) as address, reading(browser) as reader:
        begin(reader, address)
        reader.page.wait_for_selector("[data-where='0,-1']", timeout=STARTING)
        status = reader.page.locator("[data-region=status]")
        assert "a recording" in status.inner_text()
        step(reader)
