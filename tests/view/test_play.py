"""`syn0 play` as a command: its address, its end, and what it says where something is wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from syn0.cli.play import play, recipe_of
from syn0.view.recipes import make
from syn0.view.shelf import Shelf


@pytest.fixture
def served() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "syn0", "play", "moons", "--no-browser", "--port", "0"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        yield process
        process.kill()


def address_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def answered(address: str) -> str:
    """What an address gives, once the server is there."""
    for _ in range(1_200):
        try:
            with urllib.request.urlopen(address) as response:  # noqa: S310
                return str(response.read().decode())
        except urllib.error.HTTPError as error:
            return str(error.code)
        except urllib.error.URLError:
            time.sleep(0.05)
    raise AssertionError("nobody answers")


def test_the_address_works_and_ctrl_c_ends_it(served: subprocess.Popen[str]) -> None:
    address = address_of(served)
    assert address.startswith("http://127.0.0.1:")
    assert 'id="syn0"' in answered(address)
    assert answered(address.split("?")[0]) == "403"
    assert answered(address.replace("127.0.0.1", "localhost")) != "403"
    served.send_signal(signal.SIGINT)
    _, said = served.communicate(timeout=60)
    assert served.returncode == 0
    assert said == "Ctrl-C ends it.\n"


def test_every_start_has_its_own_token(served: subprocess.Popen[str]) -> None:
    token = address_of(served).partition("token=")[2]
    assert len(token) == 32


def invoked(*words: str) -> Result:
    return CliRunner().invoke(play, [*words, "--no-browser"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing.csv"], "nothing.csv"),
        (["xor", "--net", "2-1"], "takes 2 inputs"),
        (["iris", "--target", "colour"], "colour"),
        (["--host", "no.such.host.invalid"], "no.such.host.invalid"),
    ],
)
def test_what_does_not_fit_is_told_before_anything_is_served(words: list[str], said: str) -> None:
    result = invoked(*words)
    assert result.exception is not None
    assert isinstance(result.exception, ValueError | OSError)
    assert said in str(result.exception)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    result = invoked()
    assert str(result.exception) == (
        "the page needs uvicorn, which is not installed: pip install 'syn0[play]'"
    )


def test_data_on_the_command_line(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("a,b,y\n" + "".join(f"{k},{k % 3},{k % 2}\n" for k in range(30)))
    shelf = Shelf()
    assert recipe_of(None, None, None, shelf) is None
    recipe = recipe_of(str(table), None, "b", shelf)
    assert recipe is not None
    assert make(recipe, shelf).network.schema.target == "b"  # type: ignore[union-attr]
    recipe = recipe_of(None, "3-8-1", None, shelf)
    assert recipe is not None
    assert make(recipe, shelf).network.spec.sizes == (3, 8, 1)
    recipe = recipe_of(str(table), "2-3-1", None, shelf)
    assert recipe is not None
    assert make(recipe, shelf).network.spec.sizes == (2, 3, 1)
