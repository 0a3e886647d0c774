"""`syn0 check` compares gradients with differences, and says WRONG where they are."""

import json
from dataclasses import replace

import numpy as np
import pytest

from syn0 import Network
from syn0.program import ACTIVATIONS


def test_a_table_shows_a_row_for_each_parameter(syn0):
    done = syn0("check", "3-4-1", "--bias")
    assert (done.code, done.err) == (0, "")
    header, *rows = done.out.split("\n\n")[0].splitlines()
    assert header.split() == [
        "parameter",
        "shape",
        "checked",
        "at",
        "kinks",
        "largest",
        "difference",
    ]
    assert [row.split()[0] for row in rows] == ["syn0", "bias0", "syn1", "bias1"]
    assert [row.split()[-1] for row in rows] == ["right"] * 4
    assert "3 x 4" in rows[0]
    assert "4 of 4 gradients agree with differences of the loss" in done.out


def plant(monkeypatch: pytest.MonkeyPatch, name: str, factor: float) -> None:
    """Make the slope of an activation too steep."""
    row = ACTIVATIONS[name]
    assert row.slope is not None
    monkeypatch.setitem(ACTIVATIONS, name, replace(row, slope=lambda out: row.slope(out) * factor))


def test_a_slope_that_is_planted_wrong_is_called_so_with_code_1(syn0, monkeypatch):
    assert syn0("check", "3-4-1", "--activation", "tanh").code == 0
    plant(monkeypatch, "tanh", 1.001)
    done = syn0("check", "3-4-1", "--activation", "tanh")
    assert done.code == 1
    first, second = done.out.splitlines()[1:3]
    assert first.split()[-1] == "WRONG"
    assert second.split()[-1] == "right"
    assert "1 of 2 gradients agree" in done.out
    as_json = syn0("check", "3-4-1", "--activation", "tanh", "--json")
    assert as_json.code == 1
    assert [row["right"] for row in json.loads(as_json.out)] == [False, True]


def test_a_saved_network_is_checked_where_it_stands(syn0, tmp_path, rows):
    network = Network([5, 4, 2], activation="relu", batch_norm=True, dropout=0.2)
    network.train(*rows, epochs=3, batch_size=5, optimizer="adam", l2=0.1)
    network.save(tmp_path / "m.safetensors")
    done = syn0("check", "m.safetensors", "--json")
    assert (done.code, done.err) == (0, "")
    checked = {row["name"]: row["largest"] for row in json.loads(done.out)}
    assert list(checked) == ["syn0", "scale1", "shift1", "syn1"]
    # Its own weights and penalty are in it.
    Network([5, 4, 2], activation="relu", batch_norm=True, dropout=0.2).save("n.safetensors")
    fresh = json.loads(syn0("check", "n.safetensors", "--json").out)
    assert {row["name"]: row["largest"] for row in fresh} != checked


def test_a_model_of_a_table_is_checked_too(syn0, model):
    done = syn0("check", model)
    assert (done.code, done.err) == (0, "")
    assert "4 of 4 gradients agree" in done.out


def test_a_wrong_slope_is_found_in_a_saved_model(syn0, model, monkeypatch):
    plant(monkeypatch, "relu", 1.01)
    done = syn0("check", model)
    assert done.code == 1
    assert "WRONG" in done.out


def test_a_described_network_is_checked(syn0, tmp_path):
    text = "\n".join(
        ["inputs = 3", "l2 = 0.1", 'layers = [{kind = "Dense", units = 4}, {kind = "BatchNorm"},',
         '{kind = "Activation", activation = "mish"}, {kind = "Dense", units = 1}]']
    )  # fmt: skip
    (tmp_path / "net.toml").write_text(text)
    done = syn0("check", "net.toml")
    assert (done.code, done.err) == (0, "")
    names = [line.split()[0] for line in done.out.splitlines()[1:5]]
    assert names == ["syn0", "scale1", "shift1", "syn1"]


def test_the_seed_chooses_the_inputs(syn0, model):
    one, same, other = (syn0("check", model, "--seed", seed).out for seed in (1, 1, 2))
    assert one == same
    assert one != other


@pytest.mark.parametrize("net", ["784-256-10", "60-40-20-3"])
def test_large_layers_are_sampled(syn0, net):
    done = syn0("check", net, "--activation", "relu", "--bias", "--loss", "cross_entropy", "--json")
    assert done.code == 0, done.err
    rows = json.loads(done.out)
    assert {row["checked"] for row in rows} <= {100, *map(int, net.split("-"))}
    assert rows[0]["checked"] == 100


def test_entries_at_kinks_are_told_and_are_no_errors(syn0, tmp_path):
    network = Network([4, 30, 2], activation="relu")
    network.weights["syn0"][:] *= 1e-4
    network.save(tmp_path / "m.safetensors")
    done = syn0("check", "m.safetensors")
    assert done.code == 0
    first = done.out.splitlines()[1].split()
    assert int(first[5]) > 10
    assert first[-1] == "right"


def test_what_could_not_be_checked_is_not_called_right(syn0, tmp_path):
    Network([4, 2], activation="relu", init="constant:0").save(tmp_path / "m.safetensors")
    done = syn0("check", "m.safetensors")
    assert done.code == 0
    assert done.out.splitlines()[1].split()[-1] == "unchecked"
    assert "0 of 1 gradients agree" in done.out


BAD = {
    "a single size": (["30"], "such as 3-4-1 or 3-1"),
    "words": (["three"], "sizes 'three' are not a network"),
    "a missing file of TOML": (["nothing.toml"], "there is no configuration file nothing.toml"),
    "a missing model": (["nothing.safetensors"], "there is no model file nothing.safetensors"),
    "a file that is no model": (["pets.csv"], "not a whole safetensors file"),
    "a folder": (["."], "are not a network"),
    "a setting out of bounds": (["3-4-1", "--dropout", "1"], "dropout must be a finite number"),
    "a setting of another optimizer": (["3-1", "--optimizer", "adam", "--momentum", "0.5"], "SGD"),
    "settings that a model has": (["pets.safetensors", "--l2", "1"], "leave out --l2"),
    "what does not go together": (
        ["3-4-1", "--optimizer", "lbfgs", "--dropout", "0.5"], "leave the layer out"),
    "an overflow": (["3-9-9-9-1", "--activation", "exp", "--init", "constant:9"], "not finite"),
}  # fmt: skip


@pytest.mark.parametrize(("words", "sentence"), BAD.values(), ids=BAD)
def test_what_cannot_be_checked_gets_one_sentence(syn0, model, words, sentence):
    done = syn0("check", *words)
    assert (done.code, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1, done.err
    assert sentence in done.err
    assert np.char.startswith(done.err, "Error: ")
