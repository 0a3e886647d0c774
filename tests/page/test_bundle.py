"""What is shipped is what the sources build, to the byte, and within its budget."""

import shutil
import subprocess

import pytest

from tests.page.conftest import WEB


def test_the_bundle_is_what_the_sources_build() -> None:
    node = shutil.which("node")
    if node is None or not (WEB / "node_modules" / "esbuild").exists():
        pytest.skip("node, or web/node_modules, is not there: npm ci in web/")
    done = subprocess.run([node, "build.mjs", "--check"], cwd=WEB, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
