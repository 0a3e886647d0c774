"""What the tests of models share."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file
from threadpoolctl import threadpool_limits

from syn0 import Network
from syn0.data import read_table
from syn0.files.container import digest
from syn0.models import plan_table, table_options

Arrays = dict[str, np.ndarray]


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """Threads only slow down products of a few rows."""
    with threadpool_limits(1):
        yield


@pytest.fixture
def calls() -> Callable[[Callable[[], object]], int]:
    """How many functions of Python some work calls: what it costs, the same on each machine."""

    def count(work: Callable[[], object]) -> int:
        found = 0

        def seen(frame: object, event: str, argument: object) -> None:
            nonlocal found
            found += event == "call"

        before = sys.getprofile()
        sys.setprofile(seen)
        try:
            work()
        finally:
            sys.setprofile(before)
        return found

    return count


@pytest.fixture
def truth_table() -> tuple[list[list[int]], list[int]]:
    """Part 2's table."""
    return [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], [0, 1, 1, 0]


@pytest.fixture
def trained(rows) -> Network:
    """A 5-4-2 network in the midst of an epoch of Adam."""
    network = Network([5, 4, 2], bias=True, seed=11)
    network.train(*rows, steps=8, batch_size=5, optimizer="adam", learning_rate=0.01)
    return network


@pytest.fixture(scope="session")
def of_table() -> Network:
    """A network trained on the built-in irises, with schema and origin."""
    plan = plan_table(read_table("iris"), table_options(hidden=(4,), epochs=3, schedule="constant"))
    return plan.fit(progress=False).network


@pytest.fixture
def assert_same(assert_same) -> Callable[[Network, Network], None]:
    """Fails unless two networks are one, and stand at the same place to the last bit."""

    def check(one: Network, other: Network) -> None:
        assert_same(one, other)
        assert one.spec == other.spec
        assert one.training == other.training
        assert one.schema == other.schema
        assert one.origin == other.origin
        assert list(one.weights) == list(other.weights)

    return check


Change = Callable[[dict[str, Any], Arrays], object]


@pytest.fixture
def edited_file(tmp_path) -> Callable[..., Path]:
    """Lets a function change the description and arrays of a file, and writes them with a digest
    that is right again: as someone would who means harm."""

    def write(
        source: Path,
        change: Change | None = None,
        *,
        text: Callable[[str], str] = lambda text: text,
    ) -> Path:
        with safe_open(source, framework="numpy") as file:
            description = json.loads(file.metadata()["syn0"])
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        del description["digest"]
        if change is not None:
            change(description, arrays)
        whole = description | {"digest": digest(description, arrays)}
        path = tmp_path / "edited.safetensors"
        save_file(arrays, path, {"syn0": text(json.dumps(whole))})
        return path

    return write


@pytest.fixture
def edited(tmp_path, edited_file) -> Callable[..., Path]:
    """Saves a network, and edits the file."""

    def write(network: Network, change: Change | None = None, **how: Any) -> Path:
        network.save(tmp_path / "whole.safetensors")
        return edited_file(tmp_path / "whole.safetensors", change, **how)

    return write
