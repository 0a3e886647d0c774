"""`syn0 bench`: tables, JSON and plots of small works; no test asserts a time."""

import json
import re
import signal
from dataclasses import replace
from importlib.util import find_spec

import pytest

import syn0.bench
from syn0.bench import Pace, default_works
from syn0.bench.contestants import Engine
from syn0.bench.figures import Machine
from syn0.bench.peak import Peak
from syn0.bench.works import tutorial_work
from tests.cli.forks import SECONDS, measure_briefly

PEAKS = {"float32": Peak(1e11, 2e11), "float64": Peak(5e10, 1e11)}
MACHINE = Machine("some processor", 2, PEAKS, "some compiler")


@pytest.fixture
def quick(monkeypatch):
    """Short stretches, two small works, a machine whose limit is known, and no compiling."""
    monkeypatch.setattr(syn0.bench, "engines", lambda threads: [Engine("numpy", threads)])
    for name in ("STEADY", "BRISK"):
        monkeypatch.setattr(syn0.bench, name, Pace(0.0005, 2))
    monkeypatch.setattr(syn0.bench, "this_machine", lambda: MACHINE)
    works = [tutorial_work(20), default_works()[1]]
    monkeypatch.setattr(syn0.bench, "default_works", lambda: works)
    curve = replace(syn0.bench.CURVES[3], points=(1, 4))
    monkeypatch.setattr(syn0.bench, "CURVES", (curve,))


@pytest.fixture
def ctrl_c(monkeypatch):
    """Ctrl-C comes while the second thing is measured."""
    original, count = syn0.bench.measured, iter(range(9))

    def measured(*words):
        if next(count):
            raise KeyboardInterrupt
        return original(*words)

    monkeypatch.setattr(syn0.bench, "measured", measured)


def test_each_work_has_a_table_with_a_row_for_each_contestant(syn0, quick):
    done = syn0("bench", "--peers", "numpy,sklearn")
    assert (done.code, done.err) == (0, "")
    machine, tutorial, predicting, notes = done.out.split("\n\n")
    assert machine.startswith("some processor, 2 cores\n")
    assert "float32: 100 GFLOP/s on one, 200 on all, measured" in machine
    title, header, *rows = tutorial.splitlines()
    assert title == "the tutorial's 20 steps of 3-4-1"
    assert re.split(r"\s{2,}", header.strip()) == [
        "ms in all", "times", "GFLOP/s", "1 core", "2 cores", "first", "cached",
    ]  # fmt: skip
    found = [re.split(r"\s{2,}", row.strip())[0] for row in rows]
    assert found == ["syn0 numpy", "NumPy by hand", "scikit-learn"]
    assert predicting.startswith("predicting one row of 20-64-2\n")
    assert "µs a row" in predicting
    assert "scikit-learn: draws its own start and order" in notes
    assert max(map(len, f"{tutorial}\n{predicting}".splitlines())) <= 80


def test_peers_may_be_left_out(syn0, quick):
    done = syn0("bench", "--peers", "none")
    assert done.code == 0
    assert set(re.findall(r"^ (\w+ \w+)  ", done.out, re.MULTILINE)) == {"syn0 numpy"}


def test_the_figures_are_told_as_json_alone(syn0, quick):
    done = syn0("bench", "--peers", "none", "--json")
    assert (done.code, done.err) == (0, "")
    told = json.loads(done.out)
    assert told["machine"]["processor"] == "some processor"
    assert [work["network"] for work in told["works"]] == ["3-4-1", "20-64-2"]
    assert list(told["works"][0]["contestants"]) == ["syn0 numpy"]
    assert told["interrupted"] is False


def test_a_network_of_ones_own_is_trained_and_predicts(syn0, quick):
    words = ("--batch-size", 4, "--optimizer", "adam", "--peers", "numpy", "--json")
    told = json.loads(syn0("bench", "5-6-3", *words).out)
    training, predicting = told["works"]
    assert training["name"] == "5-6-3, batches of 4, Adam"
    assert (training["dtype"], training["batch_size"]) == ("float32", 4)
    assert predicting["name"] == "predicting one row of 5-6-3"
    assert list(training["contestants"]) == ["syn0 numpy", "NumPy by hand"]


def test_what_peers_cannot_do_is_told(syn0, quick):
    done = syn0("bench", "5-6-1", "--dropout", 0.2, "--peers", "numpy")
    assert done.code == 0
    assert "5-6-1, batches of 32, SGD" in done.out
    assert "not here: NumPy by hand (its loop here has no layers that are not dense)" in done.out


def test_a_described_network_is_taken_from_its_file(syn0, quick, csv):
    text = 'inputs = 5\n[[layers]]\nkind = "Dense"\nunits = 2\nactivation = "tanh"\n'
    done = syn0("bench", csv(text, "net.toml"), "--peers", "none")
    assert (done.code, done.err) == (0, "")
    assert "5-2, batches of 32, SGD" in done.out


def test_growth_is_a_table_of_sizes(syn0, quick):
    done = syn0("bench", "--growth", "--peers", "none")
    assert (done.code, done.err) == (0, "")
    table = done.out.split("\n\n")[1].splitlines()
    assert table[0] == "steps: µs for all steps of 20-64-2, batches of 32"
    assert table[1].split() == ["1", "4", "power"]
    assert [len(row.split()) for row in table[2:]] == [5]
    assert "power: time grows" in done.out


@pytest.mark.parametrize("words", [(), ("--growth",)])
def test_what_was_measured_is_drawn(syn0, quick, words, tmp_path):
    if not find_spec("matplotlib"):
        pytest.skip("Matplotlib is not installed")
    done = syn0("bench", "--peers", "none", "--plot", "run.png", *words)
    assert (done.code, done.err) == (0, "Drawn: run.png\n")
    assert (tmp_path / "run.png").read_bytes().startswith(b"\x89PNG")


def test_ctrl_c_keeps_what_was_measured(syn0, quick, ctrl_c):
    done = syn0("bench", "--peers", "none")
    assert done.code == 130
    assert done.err == "interrupted: what was measured until then is kept\n"
    assert "the tutorial's 20 steps" in done.out
    assert "predicting" not in done.out


def test_ctrl_c_keeps_what_was_measured_for_machines(syn0, quick, ctrl_c):
    done = syn0("bench", "--peers", "none", "--json")
    assert done.code == 130
    told = json.loads(done.out)
    assert told["interrupted"] is True
    assert [work["network"] for work in told["works"]] == ["3-4-1"]


def test_ctrl_c_keeps_the_part_of_a_curve(syn0, quick, ctrl_c):
    done = syn0("bench", "--peers", "none", "--growth")
    assert done.code == 130
    table = done.out.split("\n\n")[1].splitlines()
    assert table[1].split() == ["1", "power"]
    assert all(row.endswith("· ") for row in table[2:])


def test_a_real_ctrl_c_ends_a_process_without_a_traceback(fork):
    process = fork("bench", "3-2", "--peers", "none", first=measure_briefly)
    assert "cores" in process.stdout.readline()  # the machine is measured, and the first work begun
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 130
    assert err == "interrupted: what was measured until then is kept\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("3",), "sizes '3' are not a network"),
        (("none.toml",), "there is no configuration file none.toml"),
        (("3-4-1", "--optimizer", "adm"), "did you mean 'adam'?"),
        (("3-4-1", "--optimizer", "lbfgs"), "L-BFGS's steps are SciPy's"),
        (("3-4-1", "--steps", 5), "--steps changes nothing in what a step takes"),
        (("3-4-1", "--class-weight", "balanced"), "--class-weight changes nothing"),
        (("3-4-1", "--batch-size", 0), "batch_size must be at least 1"),
        (("3-4-1", "--growth"), "--growth has networks of its own"),
        (("--batch-size", 5), "--batch-size belongs to a network of your own"),
        (("--peers", "keras"), "unknown peer 'keras'"),
        (("--plot", "run.doc"), "run.doc is no name of a picture"),
    ],
)
def test_bad_input_gets_one_sentence(syn0, quick, words, message):
    if "--plot" in words and not find_spec("matplotlib"):
        pytest.skip("Matplotlib is not installed")
    done = syn0("bench", *words)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert done.err.startswith("Error: ")
    assert done.err.count("\n") == 1
