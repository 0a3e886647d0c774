"""The widget in a real JupyterLab: stepped, saved, and reopened without being run."""

import json
import os
import re
import socket
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
from tests.page.test_scenario import texts

for package in ("jupyterlab", "ipykernel", "anywidget"):
    pytest.importorskip(package, reason=f"{package} is not installed")

CELL = """from syn0 import Network
X, y = [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], [0, 1, 1, 0]
net = Network([3, 4, 1])
net.watch(X, y)"""

OURS = {
    "@jupyter-widgets/jupyterlab-manager/plugin": {"saveState": True},
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false"},
}
"""Settings: widgets are saved with their notebook, and nobody asks about news."""


def notebook() -> dict[str, Any]:
    """A notebook of one cell that was never run."""
    cell = {
        "cell_type": "code", "id": "watch", "metadata": {}, "outputs": [],
        "execution_count": None, "source": CELL,
    }  # fmt: skip
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


@contextmanager
def jupyterlab(folder: Path) -> Iterator[str]:
    """The address of JupyterLab, in a folder, with nothing of the user's."""
    for name, setting in OURS.items():
        path = folder / "settings" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(setting))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
        f"--ServerApp.port={port}", "--ServerApp.token=", "--ServerApp.password=",
        f"--ServerApp.root_dir={folder / 'notebooks'}",
        f"--LabApp.user_settings_dir={folder / 'settings'}",
        f"--LabApp.workspaces_dir={folder / 'workspaces'}",
    ]  # fmt: skip
    home = {name: str(folder / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR")}
    environment = {**os.environ, **home, "JUPYTER_DATA_DIR": str(folder / "data")}
    with (folder / "log").open("a") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        end = time.monotonic() + 60
        while True:
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < end, (folder / "log").read_text()
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/lab/tree/watch.ipynb"
    finally:
        process.terminate()
        process.wait(30)


def stepped(reader: Reader) -> None:
    """Take a whole step, line by line; each value is the trace's, by `repr`."""
    trace = Network([3, 4, 1]).trace(
        [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], [0, 1, 1, 0], step=0
    )
    for number, line in enumerate(trace.lines):
        reader.button("Next line ▶")
        reader.stands(0, number)
        if line.shape:
            assert reader.written(line.target) == texts(line.value)
        else:
            exact = reader.page.locator(f"[data-exact='{line.target}']")
            exact.filter(has_text=f"= {float(line.value)!r}").wait_for()


def saved(path: Path) -> dict[str, Any]:
    """The state of the widget in a saved notebook."""
    found = json.loads(path.read_text()).get("metadata", {}).get("widgets", {})
    states = found.get("application/vnd.jupyter.widget-state+json", {}).get("state", {})
    for state in states.values():
        if state["model_module"] == "anywidget":
            return dict(state["state"], buffers=state["buffers"])
    return {}


def test_it_steps_is_saved_and_steps_again_without_being_run(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "notebooks" / "watch.ipynb"
    path.parent.mkdir()
    path.write_text(json.dumps(notebook()))
    with jupyterlab(tmp_path) as address, reading(browser, height=1200) as reader:
        reader.page.goto(address)
        reader.page.locator(".jp-Notebook .cm-content").first.click()
        reader.page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
        reader.press("Shift+Enter")
        reader.stands(0, -1)
        stepped(reader)
        reader.press("Space")  # which trains, and must not reach the notebook
        reader.state("playing", "finished")
        reader.press("Space")
        reader.state("paused", "finished")
        place = reader.page.locator("[data-where]").get_attribute("data-where")
        end = time.monotonic() + 60
        while (where := saved(path).get("recipe", {})).get("step") != int(place.split(",")[0]):
            assert time.monotonic() < end, where
            reader.press("Control+s")
            reader.page.wait_for_timeout(1000)
    (buffer,) = saved(path)["buffers"]
    assert len(buffer["data"]) <= 200_000
    with jupyterlab(tmp_path) as address, reading(browser, height=1200) as reader:
        reader.page.goto(address)
        reader.stands(*map(int, place.split(",")))
        assert "a recording" in reader.page.locator("[data-region=status]").inner_text()
        reader.button("Back to the start")
        reader.stands(0, -1)
        stepped(reader)
        assert not re.search("Error", reader.page.locator(".jp-OutputArea").first.inner_text())
