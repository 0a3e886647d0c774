"""Numbers far from 0, columns by name and targets out of reach, on the command line (issue 12, A3,
A12 and B20)."""

import json
import random

import numpy as np
import pandas as pd
import pytest

from syn0 import Network, load

X = np.random.default_rng(0).normal(size=(40, 3))


@pytest.fixture
def times(tmp_path):
    """A file of 200 rows, of which each has its own point in time, in seconds."""
    drawn = random.Random(0)  # noqa: S311
    rows = [(drawn.gauss(0, 1), drawn.gauss(5, 2)) for _ in range(200)]
    lines = [f"{a:.2f},{b:.2f},{int(1.7e9 + 100 * a + 50 * b)}" for a, b in rows]
    path = tmp_path / "times.csv"
    path.write_text("\n".join(["a,b,when", *lines]), encoding="utf-8")
    return path


def test_points_in_time_are_learned_and_told_to_the_last_digit(syn0, times):
    done = syn0("train", times, "--seed", 1, "--json", "--out", "m.safetensors")
    assert json.loads(done.out)["figures"]["r2"] > 0.99
    again = syn0("evaluate", "m.safetensors", times, "--json")
    assert json.loads(again.out)["figures"]["r2"] > 0.99
    told = [float(line) for line in syn0("predict", "m.safetensors", times).out.split()[1:]]
    np.testing.assert_array_equal(told, load("m.safetensors").labels(str(times)))
    assert len(set(told)) > 190


def test_columns_of_a_network_that_was_trained_on_a_frame_are_found_by_name(syn0, tmp_path):
    frame = pd.DataFrame(X, columns=list("abc"))
    network = Network([3, 4, 1])
    network.train(frame, X[:, 0] > 0, steps=10, progress=False)
    network.save("m.safetensors")
    frame.to_csv("same.csv", index=False)
    frame.assign(z=1)[list("zcba")].to_csv("other.csv", index=False)
    frame.rename(columns={"a": "q"}).to_csv("lacks.csv", index=False)
    expected = syn0("predict", "m.safetensors", "same.csv")
    assert expected.code == 0
    assert syn0("predict", "m.safetensors", "other.csv") == expected
    lacking = syn0("predict", "m.safetensors", "lacks.csv")
    assert lacking.code == 2
    assert "lacks columns that the network was trained on: 'a'" in lacking.err


@pytest.mark.parametrize(("options", "words"), [
    (["--net", "2-4-1"], "output's sigmoid only gives numbers from 0 to 1: leave out --net"),
    (["--output-activation", "relu"], "target 'y', scaled, goes from -"),
    (["--net", "2-4-1", "--output-activation", "identity", "--learning-rate", "1e-6"], None),
    ([], None),
])  # fmt: skip
def test_a_target_that_the_output_cannot_give_is_told(syn0, options, words):
    pd.DataFrame(X[:, :2]).assign(y=np.linspace(10, 30, 40)).to_csv("t.csv", index=False)
    done = syn0("train", "t.csv", "--target", "y", "--epochs", 1, *options)
    assert done.code == 0
    notes = [line for line in done.err.splitlines() if line.startswith("Note: target")]
    assert len(notes) == (words is not None)
    assert (words or "") in done.err
