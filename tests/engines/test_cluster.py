"""Training by many processes: the weights of one, whatever the network and the rows."""

import os
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from syn0 import Checkpoints, load
from syn0.cli.processes import free_port
from syn0.engines.cluster import Cluster, told_by_variables
from tests.engines import one_of_a_cluster as cases
from tests.together import Together

pytestmark = pytest.mark.skipif(not find_spec("jax"), reason="JAX is not installed")

SIZE = 2


class CutError(Exception):
    """What ends a training at once."""


def cut(report):
    raise CutError


def broken_off(folder):
    """A run by one process that ended amid its first epoch."""
    clock = iter(range(100)).__next__
    kept = Checkpoints(folder, every=1, clock=clock)
    how = {**cases.RESUMED, "checkpoints": kept, "callbacks": [cut], "engine": "numpy"}
    with pytest.raises(CutError):
        cases.trained(cases.RICH, **how)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What two processes have trained and said."""
    place = tmp_path_factory.mktemp("cluster")
    broken_off(place / "run")
    cases.write_table(place / "table.csv")
    home = str(Path(__file__).parents[2])
    where = {
        "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port()), "WORLD_SIZE": str(SIZE),
        "PYTHONPATH": os.pathsep.join([home, *sys.path]), "PYTHONWARNINGS": "error",
    }  # fmt: skip
    words = [sys.executable, cases.__file__, str(place)]
    running = subprocess.Popen(
        words, env=os.environ | where, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        told, _ = running.communicate(timeout=120)
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
    assert running.returncode == 0, told
    return place


def farthest(one, other):
    """The greatest difference between the states of two networks."""
    first, second = one.checkpoint.values, other.checkpoint.values
    assert set(first) == set(second)
    return max(np.max(np.abs(np.subtract(first[name], second[name]))) for name in first)


def test_two_processes_learn_the_weights_of_one(folder):
    with Together() as together:
        for number, (name, (layers, how)) in enumerate(cases.CASES.items()):
            with together(name):
                alone, _ = cases.trained(layers, engine="numpy", **how)
                both = load(folder / f"{number}.safetensors")
                assert both.steps_taken == alone.steps_taken
                assert farthest(both, alone) < (1e-5 if "dtype" in how else 1e-9)
                assert both.engine == "jax"


def test_numbers_that_count_steps_leave_float32_networks_float32():
    """Adam's step count is a number beside the weights."""
    how = {"epochs": 2, "batch_size": 50, "optimizer": "adam", "dtype": "float32"}
    together, _ = cases.trained(cases.PLAIN, cluster=Cluster(), **how)
    alone, _ = cases.trained(cases.PLAIN, engine="numpy", **how)
    assert together.weights["syn0"].dtype == np.float32
    assert farthest(together, alone) < 1e-5


def test_a_run_of_one_process_goes_on_with_two_and_keeps_its_history(folder):
    alone, history = cases.trained(cases.RICH, engine="numpy", **cases.RESUMED)
    assert farthest(load(folder / "resumed.safetensors"), alone) < 1e-9
    losses = list(map(float, (folder / "losses").read_text().split()))
    np.testing.assert_allclose(losses, history.loss, rtol=1e-9)


def test_a_file_read_in_blocks_teaches_two_processes_what_it_teaches_one(folder):
    plan = cases.planned_in_blocks(folder / "table.csv")
    alone = plan.fit(engine="numpy", progress=False)
    both = load(folder / "blocks.safetensors")
    assert both.steps_taken == alone.network.steps_taken
    assert farthest(both, alone.network) < 1e-9
    assert int((folder / "judged").read_text()) == alone.figures()[0].rows > 0
    plan.close()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("L-BFGS", "choose another optimizer on a cluster"),
        ("engine", "a cluster trains with engine='jax', not 'numpy'"),
        ("device", "leave out device"),
    ],
)
def test_what_a_cluster_cannot_do_is_refused_by_each(folder, name, words):
    for rank in range(SIZE):
        assert words in (folder / f"{name}-{rank}").read_text()


def test_processes_that_begin_with_other_weights_are_told(folder):
    for rank in range(SIZE):
        assert "give the network a seed" in (folder / f"seed-{rank}").read_text()


TORCHRUN = {"MASTER_ADDR": "10.0.0.1", "MASTER_PORT": "29500", "RANK": "1", "WORLD_SIZE": "2"}


def test_the_variables_say_where_the_others_are():
    told = told_by_variables(TORCHRUN)
    assert told["coordinator_address"] == "10.0.0.1:29500"
    assert (told["process_id"], told["num_processes"]) == (1, 2)
    assert told_by_variables({}) == {}
    assert told_by_variables({"SLURM_PROCID": "0", "RANK": "0"}) == {}
    beside = told_by_variables(TORCHRUN | {"TORCHELASTIC_RUN_ID": "x", "LOCAL_RANK": "1"})
    assert beside["coordinator_address"] == "10.0.0.1:29501"  # torchrun listens on its own
    assert beside["local_device_ids"] == 1


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"RANK": "2"}, "RANK must be from 0 to 1, not 2"),
        ({"RANK": "x"}, "must be whole numbers"),
        ({"WORLD_SIZE": "0"}, "WORLD_SIZE must be at least 1"),
    ],
)
def test_variables_that_say_nothing_are_refused(other, words):
    with pytest.raises(ValueError, match=words):
        told_by_variables(TORCHRUN | other)


def test_a_variable_that_lacks_is_named():
    with pytest.raises(ValueError, match="MASTER_ADDR, MASTER_PORT must be set too"):
        told_by_variables({"RANK": "0", "WORLD_SIZE": "2"})
