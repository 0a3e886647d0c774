"""`syn0 train --seeds --learning-rates`: many networks at once, of which the best is kept."""

import json

import pytest

from syn0 import load

SMALL = ("--hidden", 4, "--epochs", 3, "--engine", "numpy")


def test_the_best_of_many_is_judged_and_kept(syn0):
    how = ("--seeds", 3, "--learning-rates", "0.0001,0.05", "--seed", 5)
    done = syn0("train", "iris", *SMALL, *how, "--out", "m.safetensors", "--json")
    assert done.code == 0, done.err
    data = json.loads(done.out)
    assert [(n["seed"], n["learning_rate"]) for n in data["networks"]] == [
        (seed, rate) for rate in (0.0001, 0.05) for seed in (5, 6, 7)
    ]
    best = min(data["networks"], key=lambda network: network["loss"])
    kept = load(data["saved"])
    assert kept.spec.seed == best["seed"]
    assert kept.training.optimizer.learning_rate == best["learning_rate"] == 0.05
    again = syn0("evaluate", data["saved"], "iris", "--json")
    assert json.loads(again.out)["figures"] == data["figures"]


def test_a_table_says_how_well_each_rate_does(syn0):
    done = syn0(
        "train", "xor", "--net", "3-4-1", "--steps", 30, "--seeds", "4,9", "--engine", "numpy"
    )
    assert done.code == 0
    head, names, figures, best = done.out.splitlines()[:4]
    assert head == "2 networks 3-4-1, seeds 4, 9; 30 steps by SGD, engine numpy"
    assert names.startswith("learning rate  networks  learned  best loss")
    assert figures.split()[:3] == ["1", "2", "2"]
    assert best.startswith("best: seed ")
    assert "Results on 4 rows it was trained on" in done.out


def test_where_all_diverge_nothing_is_saved_and_the_error_says_why(syn0, tmp_path):
    how = ("--net", "3-4-1", "--output-activation", "identity", "--learning-rates", "1e9,1e10")
    done = syn0("train", "xor", *how, "--engine", "numpy", "--out", "m.safetensors")
    assert done.code == 1
    assert "none of the networks has learned: 2 diverged, seed 1: training stopped" in done.err
    assert not (tmp_path / "m.safetensors").exists()


WRONG = {
    "no seeds": (("--seeds", "few"), "--seeds 'few' is neither a number of networks"),
    "no rates": (("--learning-rates", "1,b"), "--learning-rates '1,b' is no list of numbers"),
    "a rate too": (
        ("--learning-rates", "1", "--learning-rate", 1),
        "--learning-rate or --learning",
    ),
    "a run": (("--seeds", 3, "--checkpoint", "run"), "at once, without --checkpoint"),
}


@pytest.mark.parametrize(("given", "words"), WRONG.values(), ids=WRONG)
def test_what_does_not_go_together_is_told_in_a_sentence(syn0, given, words):
    done = syn0("train", "xor", "--net", "3-4-1", *given)
    assert done.code == 2
    assert words in done.err
