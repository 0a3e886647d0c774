"""`syn0 train`: results on stdout, messages on stderr, models saved and resumed."""

import errno
import json

import numpy as np
import pytest

from syn0 import Network, load

SIX_ERRORS = [
    "0.496410031903",
    "0.00858452565325",
    "0.00578945986251",
    "0.00462917677677",
    "0.00395876528027",
    "0.00351012256786",
]


def test_reports_print_the_six_errors_of_the_tutorial(syn0):
    done = syn0(
        "train", "xor", "--net", "3-4-1", "--steps", 60000, "--seed", 1, "--report-every", 10000
    )
    assert done.code == 0
    reports = [line for line in done.out.splitlines() if line.startswith("step ")]
    assert [line.split("error ")[1] for line in reports] == SIX_ERRORS
    starts = [line.split(":")[0] for line in reports]
    assert starts == ["step 0", *(f"step {k}0000" for k in range(1, 6))]


def test_results_are_figures_of_held_out_rows_and_say_so(syn0):
    done = syn0("train", "digits", "--hidden", 16, "--epochs", 3)
    assert done.code == 0
    assert "359 held-out rows" in done.out
    for words in ("accuracy", "log loss", "precision", "recall", "F1", "Confusion"):
        assert words in done.out
    figures = done.out.split("Confusion")[1].splitlines()[2:]
    assert len([line for line in figures if line.strip()]) == 10
    assert "Data: digits, 1,797 rows; 'digit' holds 10 classes" in done.err
    assert "64-16-10" in done.err
    assert "1,438 rows to train on" in done.err
    assert "Next:" in done.err
    assert "Next:" not in done.out
    assert "\x1b" not in done.out + done.err


def test_json_is_all_there_is_on_stdout(syn0, tmp_path):
    done = syn0(
        "train", "digits", "--hidden", 16, "--epochs", 3, "--json", "--out", "m.safetensors"
    )
    data = json.loads(done.out)
    assert data["data"] == "digits"
    assert data["target"] == "digit"
    assert data["task"] == "classification"
    assert data["classes"] == list("0123456789")
    assert data["network"] == "64-16-10"
    assert (data["rows_trained"], data["rows_held_out"]) == (1438, 359)
    assert data["steps"] == 3 * 45
    assert data["stopped"] == "finished"
    assert len(data["reports"]) == 3
    assert data["saved"] == "m.safetensors"
    figures = data["figures"]
    assert figures["rows"] == 359 == sum(map(sum, figures["confusion"]))
    assert figures["accuracy"] == sum(figures["confusion"][k][k] for k in range(10)) / 359
    assert load(tmp_path / "m.safetensors").steps_taken == data["steps"]
    assert "Data: digits" in done.err


def test_json_with_reports_is_still_json(syn0):
    done = syn0("train", "xor", "--net", "3-4-1", "--steps", 20, "--report-every", 5, "--json")
    assert [report["step"] for report in json.loads(done.out)["reports"]] == [0, 5, 10, 15]


def test_regression_tells_its_figures_in_the_targets_units(syn0):
    done = syn0("train", "diabetes", "--hidden", 8, "--epochs", 20)
    assert done.code == 0
    for words in ("R²", "RMSE", "MAE", "88 held-out rows"):
        assert words in done.out
    assert "'progression' holds numbers" in done.err
    figures = json.loads(syn0("train", "diabetes", "--hidden", 8, "--epochs", 20, "--json").out)[
        "figures"
    ]
    assert 20 < figures["mae"] < figures["rmse"] < 200
    assert f"{figures['mae']:.6g}" in done.out


def test_two_classes_have_an_area_under_the_curve(syn0):
    done = syn0("train", "breast_cancer", "--hidden", 8, "--epochs", 5, "--json")
    assert json.loads(done.out)["figures"]["roc_auc"] > 0.9
    assert "ROC AUC" in syn0("train", "breast_cancer", "--hidden", 4, "--epochs", 5).out


def test_a_tiny_table_is_judged_on_the_rows_it_was_trained_on_and_says_so(syn0):
    done = syn0("train", "xor", "--net", "3-4-1", "--steps", 10)
    assert "4 rows it was trained on (none were held out)" in done.out


def test_what_was_guessed_or_left_out_is_told(syn0, csv):
    lines = "".join(f"{k},same,{'' if k == 3 else 'ab'[k % 2]}\n" for k in range(40))
    done = syn0("train", csv("n,constant,kind\n" + lines), "--hidden", 4, "--epochs", 2)
    assert "Target: 'kind', the last column (--target names another)" in done.err
    assert "Left out: 1 rows without a target" in done.err
    assert "column 'constant', 'same' in every row" in done.err


def test_the_same_seed_gives_the_same_results_and_another_one_others(syn0, pets):
    def results(seed):
        words = ("train", pets, "--hidden", 4, "--epochs", 3, "--seed", seed, "--json")
        data = json.loads(syn0(*words).out)
        return {name: value for name, value in data.items() if name != "seconds"}

    assert results(1) == results(1)
    assert results(1)["reports"] != results(2)["reports"]


OPTIONS = {
    "target": (["--target", "house"], ("target", "house")),
    "holdout": (["--holdout", "0.5"], ("rows_held_out", 30)),
    "no holdout": (["--holdout", "0"], ("rows_held_out", 0)),
    "hidden": (["--hidden", "5,6"], ("network", "5-5-6-3")),
    "drop": (["--drop", "house", "--drop", "height"], ("network", "1-4-3")),
    "steps": (["--steps", "7"], ("steps", 7)),
    "batch size": (["--batch-size", "10"], ("steps", 10)),
    "engine": (["--engine", "numpy"], ("engine", "numpy")),
    "task": (["--target", "weight", "--task", "regression"], ("task", "regression")),
}


@pytest.mark.parametrize(("options", "expected"), OPTIONS.values(), ids=OPTIONS)
def test_every_option_is_heeded(syn0, pets, options, expected):
    settings = [] if "--hidden" in options else ["--hidden", "4"]
    settings += [] if "--steps" in options else ["--epochs", "2"]
    done = syn0("train", pets, *settings, *options, "--json")
    assert done.code == 0, done.err
    name, value = expected
    assert json.loads(done.out)[name] == value


def test_options_of_the_network_reach_the_model(syn0, tmp_path):
    done = syn0(
        "train", "iris", "--net", "4-5-3", "--activation", "tanh", "--bias", "--loss",
        "cross_entropy", "--optimizer", "adam", "--learning-rate", 0.02, "--epochs", 3,
        "--batch-size", 20, "--seed", 4, "--out", "m.safetensors",
    )  # fmt: skip
    assert done.code == 0, done.err
    network = load(tmp_path / "m.safetensors")
    assert [layer.activation for layer in network.spec.layers] == ["tanh", "softmax"]
    assert all(layer.bias for layer in network.spec.layers)
    assert (network.spec.loss, network.spec.seed) == ("cross_entropy", 4)
    assert network.training is not None
    assert network.training.optimizer.learning_rate == 0.02
    assert (network.training.epochs, network.training.batch_size) == (3, 20)


def test_ten_epochs_and_ten_more_by_resume_equal_twenty(syn0, pets, tmp_path):
    words = ("train", pets, "--hidden", 4)
    syn0(*words, "--epochs", 10, "--out", "part.safetensors")
    done = syn0(
        "train", pets, "--resume", "part.safetensors", "--epochs", 10, "--out", "part.safetensors",
        "--json",
    )  # fmt: skip
    assert done.code == 0, done.err
    whole = syn0(*words, "--epochs", 20, "--out", "whole.safetensors", "--json")
    assert json.loads(done.out)["figures"] == json.loads(whole.out)["figures"]
    one, other = (load(tmp_path / f"{name}.safetensors") for name in ("part", "whole"))
    for name, value in one.checkpoint.values.items():
        assert np.array_equal(value, other.checkpoint.values[name])
    assert one.steps_taken == other.steps_taken


@pytest.mark.parametrize(
    "settings",
    [
        ["--net", "3-4-1"],
        ["--hidden", "9"],
        ["--activation", "tanh"],
        ["--bias"],
        ["--loss", "squared_error"],
        ["--optimizer", "sgd"],
        ["--task", "regression"],
        ["--holdout", "0.5"],
        ["--holdout", "0"],
        ["--seed", "5"],
        ["--target", "house"],
    ],
    ids=" ".join,
)
def test_resuming_refuses_settings_that_it_would_pass_over(syn0, pets, model, settings):
    before = model.read_bytes()
    done = syn0("train", pets, "--resume", model, "--epochs", 1, "--out", model, *settings)
    assert done.code == 2
    assert settings[0].lstrip("-") in done.err
    assert model.read_bytes() == before


def test_resuming_on_other_data_is_refused(syn0, csv, pets, model):
    other = csv(pets.read_text() + "4.0,25,A,cat\n", "other.csv")
    done = syn0("train", other, "--resume", model, "--epochs", 1)
    assert done.code == 2
    assert "is not what the model was trained on" in done.err


def test_numbers_that_overflow_end_training_with_code_1_and_save_what_was_good(syn0, tmp_path):
    done = syn0(
        "train", "diabetes", "--net", "10-4-1", "--activation", "identity,identity",
        "--steps", 500, "--learning-rate", 5, "--out", "m.safetensors",
    )  # fmt: skip
    assert done.code == 1
    assert [line for line in done.err.splitlines() if line.startswith("Error: ")] == [
        done.err.splitlines()[-1]
    ]
    assert "training stopped at step" in done.err
    network = load(tmp_path / "m.safetensors")
    assert all(np.isfinite(w).all() for w in network.weights.values())
    assert network.steps_taken > 0


def test_a_model_is_saved_even_if_its_figures_cannot_be_shown(syn0, pets, tmp_path, monkeypatch):
    def fail(*args):
        raise ValueError("the terminal cannot show this")

    monkeypatch.setattr("syn0.cli.show.show_evaluation", fail)
    done = syn0("train", pets, "--hidden", 4, "--epochs", 2, "--out", "m.safetensors")
    assert done.code == 2
    assert load(tmp_path / "m.safetensors").steps_taken > 0


def test_a_class_with_the_name_of_a_markup_is_shown_as_it_is(syn0, csv):
    lines = "".join(f"{k},{['[red]', '[/bold]'][k % 2]}\n" for k in range(40))
    done = syn0("train", csv("n,kind\n" + lines), "--hidden", 4, "--epochs", 2)
    assert done.code == 0, done.err
    assert "[red]" in done.out
    assert "[/bold]" in done.out


def test_resuming_keeps_the_target(syn0, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    syn0("train", "iris", "--hidden", 4, "--epochs", 1, "--out", "m.safetensors")
    done = syn0(
        "train", "iris", "--resume", "m.safetensors", "--epochs", 1, "--target", "petal width (cm)"
    )
    assert done.code == 2
    assert "leave out --target" in done.err


def test_a_negative_seed_is_refused_in_words_of_our_own(syn0):
    done = syn0("train", "iris", "--seed", -1)
    assert done.code == 2
    assert "seed must be at least 0, not -1" in done.err


def test_a_model_that_cannot_be_saved_where_it_should_is_kept_elsewhere(
    syn0, tmp_path, monkeypatch
):
    (tmp_path / "refuge").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "refuge"))
    full, save = str(tmp_path / "full.safetensors"), Network.save

    def save_elsewhere_only(self, path):
        if str(path) == full:
            raise OSError(errno.ENOSPC, "No space left on device", full)
        save(self, path)

    monkeypatch.setattr(Network, "save", save_elsewhere_only)
    done = syn0("train", "iris", "--hidden", 4, "--epochs", 1, "--out", full)
    assert done.code == 2
    assert "No space left on device" in done.err
    (kept,) = (tmp_path / "refuge").rglob("full.safetensors")
    assert str(kept) in done.err
    assert load(kept).steps_taken > 0
