"""`syn0 explain` shows a step line by line."""

import json

import numpy as np
import pytest

from syn0 import Network, load
from syn0.printers import example_data
from tests.explain.networks import EXCLUSIVE_OR, X, part_2


def test_without_a_word_it_is_the_tutorials_network(syn0):
    done = syn0("explain")
    assert (done.code, done.err) == (0, "")
    trace = part_2().trace(X, EXCLUSIVE_OR)
    assert done.out.startswith(f"{trace}\n\ncorrelation with the targets over 4 rows")
    assert done.out == syn0("explain", "3-4-1").out


def test_a_line_and_a_weight_are_opened(syn0):
    trace = part_2().trace(X, EXCLUSIVE_OR, step=100)
    done = syn0("explain", "3-4-1", "--step", 100, "--line", "l1_delta")
    assert done.out == f"{trace.line('l1_delta')!r}\n"
    done = syn0("explain", "3-4-1", "--step", 100, "--weight", "syn0[2,1]")
    assert done.out == f"{trace.contributions('syn0', 2, 1)!r}\n"
    both = syn0("explain", "--step", 100, "--line", "l1_delta", "--weight", "syn0[2, 1]").out
    assert both == f"{trace.line('l1_delta')!r}\n\n{done.out}"


def test_options_describe_network_and_training_and_their_lines_are_there(syn0):
    words = ("--bias", "--optimizer", "adam", "--batch-size", 2, "--seed", 3)
    done = syn0("explain", "3-4-1", *words, "--step", 3)
    assert done.out.startswith("step 3: 2 rows")
    assert "syn0_m = beta1" in done.out
    assert "bias0[3]: " in syn0("explain", "3-4-1", *words, "--weight", "bias0[3]").out


def test_data_are_named_or_made_up(syn0, pets):
    done = syn0("explain", "4-3-3", "--data", "iris")
    assert "step 0: 150 rows" in done.out
    data = example_data(Network([5, 2]).spec)
    trace = Network([5, 2]).trace(data.X, data.y)
    assert syn0("explain", "5-2").out.startswith(repr(trace))


def test_a_model_takes_the_rows_that_it_was_trained_on_from_its_start(syn0, pets, tmp_path):
    words = ("--hidden", 4, "--epochs", 3, "--batch-size", 16, "--dtype", "float64")
    assert syn0("train", pets, *words, "--engine", "numpy", "--out", "m.safetensors").code == 0
    network = load(tmp_path / "m.safetensors")
    last = network.steps_taken - 1
    found = json.loads(syn0("explain", "m.safetensors", "--step", last, "--line", "syn0",
                            "--json").out)  # fmt: skip
    assert np.array_equal(found["line"]["value"], network.weights["syn0"])
    done = syn0("explain", "m.safetensors")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"step {last + 1}: 16 rows")
    for name in ("weight", "height", "house = A"):
        assert name in done.out
    assert syn0("explain", "m.safetensors", "--data", pets).out == done.out
    pets.unlink()
    done = syn0("explain", "m.safetensors")
    assert done.code == 2
    assert "name the rows that the step shall take with --data" in done.err
    done = syn0("explain", "m.safetensors", "--bias")
    assert "has its own settings: leave out --bias" in done.err


def test_numbers_that_go_bad_are_explained(syn0):
    words = ("5-8-2", "--activation", "identity", "--output-activation", "identity")
    done = syn0("explain", *words, "--step", 100)
    assert done.code == 0
    assert done.err == "Note: a number goes bad in step 5, so step 100 never comes\n"
    assert "likely cause: the learning rate of 1 is too high" in done.out
    assert "to try:\n  learning_rate=0.1" in done.out
    assert "to try" not in syn0("explain").out


def test_json_holds_the_same(syn0):
    trace = part_2().trace(X, EXCLUSIVE_OR)
    found = json.loads(syn0("explain", "--json").out)
    assert [line["target"] for line in found["lines"]] == [line.target for line in trace.lines]
    assert found["lines"][1]["greatest"] == trace["l1"].max()
    assert found["rows"] == [0, 1, 2, 3]
    assert found["correlations"][2] == {
        "values": "l0", "column": "l0[2]", "target": "y", "start": None, "now": None,
    }  # fmt: skip
    found = json.loads(syn0("explain", "--line", "l1", "--weight", "syn0[2,1]", "--json").out)
    assert np.array_equal(found["line"]["value"], trace["l1"])
    product = found["line"]["parts"]["parts"][0]
    assert product["text"] == "l0 @ syn0"
    assert np.array_equal(product["parts"][1]["value"], trace.start["syn0"])
    weight = found["weight"]
    assert sum([*weight["parts"], weight["rounding"]]) == weight["pull"]
    words = ("5-8-2", "--activation", "identity", "--output-activation", "identity")
    found = json.loads(syn0("explain", *words, "--step", 100, "--json").out)
    assert found["lines"][2]["greatest"] is None  # JSON has no infinity
    assert found["to_try"][0]["knob"] == "learning_rate"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--line", "l9"), "unknown line 'l9'; choose from: l0, l1, l2, l2_error"),
        (("--weight", "syn0"), "--weight 'syn0' is not understood: write a name and a place"),
        (("--weight", "l1[0,0]"), "unknown array 'l1'; "),
        (("--weight", "syn0[3,0]"), "there is no syn0[3,0]: syn0 has shape (3, 4)"),
        (("--weight", "syn0[1]"), "there is no syn0[1]: syn0 has shape (3, 4)"),
        (("--step", "-1"), "step must be at least 0"),
        (("4-x",), "4-x"),
    ],
)
def test_a_mistake_is_one_sentence_that_lists_what_there_is(syn0, words, said):
    done = syn0("explain", *words)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert done.err.count("\n") == 1
