"""`syn0 train`: results on stdout, messages on stderr, models saved and resumed."""

import errno
import json
import re
from pathlib import Path

import numpy as np
import pytest

from syn0 import Network, load
from tests.together import Together

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
    assert "Left out: 1 row without a target" in done.err
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
    words = ("train", pets, "--hidden", 4, "--schedule", "constant")
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


KEPT = ("--hidden", 4, "--epochs", 3, "--checkpoint", "run", "--checkpoint-every", "1epoch")


def test_a_run_goes_on_from_its_checkpoints_to_the_same_model(syn0, pets, tmp_path):
    whole = syn0("train", pets, *KEPT, "--out", "whole.safetensors", "--json")
    assert whole.code == 0, whole.err
    newest = max((tmp_path / "run").iterdir(), key=lambda path: int(path.stem[5:]))
    newest.write_bytes(newest.read_bytes()[:-1])
    done = syn0("train", pets, "--resume", "run", "--out", "part.safetensors", "--json")
    assert done.code == 0, done.err
    assert f"Note: {Path('run', newest.name)} is not a whole safetensors file" in done.err
    assert re.search(r"Resumed: step \d+ of \d+, from run", done.err)
    one, other = ((tmp_path / f"{name}.safetensors").read_bytes() for name in ("whole", "part"))
    assert one == other
    assert json.loads(done.out)["reports"] == json.loads(whole.out)["reports"]
    again = syn0("train", pets, "--resume", "run", "--out", "again.safetensors")
    assert "this run has ended" in again.err
    assert (tmp_path / "again.safetensors").read_bytes() == one


def test_a_run_that_goes_on_does_so_as_it_began(syn0, csv, pets, tmp_path):
    assert syn0("train", pets, *KEPT).code == 0
    other = csv(pets.read_text() + "4.0,25,A,cat\n", "other.csv")
    refused = {
        ("--resume", "run", "--epochs", 5): "goes on as it began: leave out --epochs",
        ("--resume", "run", "--hidden", 5): "leave out --hidden",
        ("--resume", "run", "--checkpoint", "run"): "leave out --checkpoint",
        ("--resume", "run", "--target", "house"): "leave out --target",
        ("--resume", "run", "--class-weight", "balanced"): "had no weights: leave out",
        ("--checkpoint", "run"): "holds the checkpoints of a run",
        ("--keep", 2): "--keep is about checkpoints: give --checkpoint FOLDER",
        ("--checkpoint", "new", "--checkpoint-every", "soon"): "'soon' is not understood",
        ("--resume", "."): "there is no checkpoint in .",
    }
    with Together() as together:
        for words, expected in refused.items():
            with together(words):
                done = syn0("train", pets, *words)
                assert done.code == 2
                assert expected in done.err
    done = syn0("train", other, "--resume", "run")
    assert "is not what the model was trained on" in done.err


def test_a_run_with_weights_goes_on_with_them_or_not_at_all(syn0, pets, tmp_path):
    weights = ("--class-weight", "balanced")
    assert syn0("train", pets, *KEPT, *weights).code == 0
    done = syn0("train", pets, "--resume", "run")
    assert done.code == 2
    assert "give --sample-weight or --class-weight again" in done.err
    assert syn0("train", pets, "--resume", "run", *weights).code == 0


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


# Weights of rows and classes.


@pytest.fixture
def learned(syn0, tmp_path):
    """The weights that a command learns."""

    def train(*words):
        done = syn0("train", *words, "--out", "learned.safetensors")
        assert done.code == 0, done.err
        network = load(tmp_path / "learned.safetensors")
        return network, np.concatenate([np.ravel(w) for w in network.weights.values()])

    return train


@pytest.fixture
def uneven(csv):
    """60 rows, of which 12 say yes; how much each counts is in a column."""
    answers = ["yes" if k % 5 == 0 else "no" for k in range(60)]
    lines = (f"{k % 7},{k % 3 + 1},{'AB'[k % 2]},{answers[k]}" for k in range(60))
    return csv("n,count,house,answer\n" + "\n".join(lines) + "\n", "uneven.csv")


SMALL = ("--hidden", 4, "--epochs", 3, "--holdout", 0)


def test_balanced_classes_count_alike_in_all(uneven, learned):
    _, plain = learned(uneven, *SMALL)
    _, balanced = learned(uneven, *SMALL, "--class-weight", "balanced")
    # 60 rows over 2 classes of 48 and 12: each counts 60 / (2 * 48), or 60 / (2 * 12)
    _, by_number = learned(uneven, *SMALL, "--class-weight", "no=0.625, yes=2.5")
    assert np.array_equal(balanced, by_number)
    assert not np.array_equal(balanced, plain)


def test_a_class_of_a_name_with_an_equals_sign_can_be_weighed(csv, learned):
    rows = "".join(f"{k},{'a=b' if k % 2 else 'c'}\n" for k in range(40))
    _, weighed = learned(csv("n,kind\n" + rows), *SMALL, "--class-weight", "a=b=3,c=1")
    _, plain = learned(csv("n,kind\n" + rows), *SMALL)
    assert not np.array_equal(weighed, plain)


def test_more_of_the_rare_class_is_found_where_it_counts_more(syn0):
    words = ("train", "breast_cancer", "--hidden", 4, "--epochs", 40, "--json")
    light = ("--class-weight", "benign=0.001")
    plain, weighed = (json.loads(syn0(*words, *more).out)["figures"] for more in ((), light))
    recalls = [
        next(c["recall"] for c in figures["classes"] if c["name"] == "malignant")
        for figures in (plain, weighed)
    ]
    assert recalls[0] < recalls[1] == 1


def test_a_column_says_how_much_each_row_counts_and_is_no_input(uneven, learned):
    network, weighed = learned(uneven, *SMALL, "--sample-weight", "count")
    _, plain = learned(uneven, *SMALL, "--drop", "count")
    assert network.schema.input_names[0] == "n"
    assert not any("count" in name for name in network.schema.input_names)
    assert weighed.shape == plain.shape
    assert not np.array_equal(weighed, plain)


def test_a_run_that_goes_on_takes_weights_again(syn0, uneven, learned, tmp_path):
    weights = ("--sample-weight", "count", "--class-weight", "yes=3", "--schedule", "constant")
    syn0("train", uneven, *SMALL, *weights, "--out", "part.safetensors")
    again = weights[:4]
    _, parts = learned(uneven, "--resume", "part.safetensors", "--epochs", 3, *again)
    _, whole = learned(uneven, *SMALL, *weights, "--epochs", 6)
    assert np.array_equal(parts, whole)


# What is reported.


def test_reports_say_what_share_of_the_deltas_was_trimmed(syn0):
    words = ("train", "xor", "--net", "3-4-1", "--steps", 30, "--report-every", 10)
    done = syn0(*words, "--trim-deltas", 0.01)
    reports = [line for line in done.out.splitlines() if line.startswith("step ")]
    assert len(reports) == 3
    for line in reports:
        assert re.fullmatch(r"step \d+: loss [\d.]+, error [\d.]+, trimmed 0?\.?\d+", line), line
    data = json.loads(syn0(*words, "--trim-deltas", 0.01, "--json").out)
    shares = [report["trimmed"] for report in data["reports"]]
    assert [f"{share:.4g}" for share in shares] == [line.split()[-1] for line in reports]
    assert 0 < max(shares) <= 1
    assert f"; {shares[-1]:.1%} of the deltas were trimmed at last" in done.err
    assert "trimmed" not in syn0(*words).out + syn0(*words).err


def test_the_written_program_prints_the_same_reports(syn0, capsys):
    words = ("--steps", 30, "--report-every", 10, "--trim-deltas", 0.01)
    trained = syn0("train", "xor", "--net", "3-4-1", *words).out
    written = syn0("write", "3-4-1", "--data", "xor", *words).out
    exec(compile(written, "net.py", "exec"), {})  # noqa: S102
    printed = capsys.readouterr().out
    reports = [line for line in trained.splitlines() if line.startswith("step ")]
    assert len(reports) == 3
    assert [line for line in printed.splitlines() if line.startswith("step ")] == reports


def test_a_search_says_how_it_ended_and_finds_the_straight_line_of_least_squares(syn0):
    from sklearn.datasets import load_diabetes
    from sklearn.linear_model import LinearRegression

    words = ("--net", "10-1", "--activation", "identity", "--bias", "--holdout", 0)
    done = syn0("train", "diabetes", *words, "--optimizer", "lbfgs", "--steps", 1000, "--json")
    assert done.code == 0, done.err
    data = json.loads(done.out)
    assert data["stopped"] == "converged"
    assert "; converged" in done.err
    assert data["steps"] < 1000
    X, y = load_diabetes(return_X_y=True)
    assert data["figures"]["r2"] == pytest.approx(
        LinearRegression().fit(X, y).score(X, y), abs=1e-3
    )


# Losses.


@pytest.mark.parametrize("loss", ["absolute_error", "huber", "huber:0.5", "quantile"])
def test_every_loss_of_numbers_gives_sensible_figures(syn0, loss):
    words = ("train", "diabetes", "--hidden", 8, "--epochs", 30, "--learning-rate", 0.01)
    figures = json.loads(syn0(*words, "--loss", loss, "--json").out)["figures"]
    assert figures["r2"] > 0.2
    assert figures["mae"] < 60


def test_margins_give_sensible_figures_without_probabilities(syn0, pets):
    words = ("train", "iris", "--hidden", 8, "--epochs", 60, "--learning-rate", 0.01)
    done = syn0(*words, "--loss", "hinge", "--out", "m.safetensors")
    assert done.code == 0, done.err
    assert "log loss" not in done.out
    assert float(re.search(r"accuracy +([\d.]+)", done.out)[1]) > 0.8
    predicted = syn0("predict", "m.safetensors", "iris").out.splitlines()
    assert predicted[0] == "prediction"
    assert set(predicted[1:]) == {"setosa", "versicolor", "virginica"}


def test_quantiles_have_a_column_each_and_the_middle_one_is_judged(syn0, tmp_path):
    words = ("--hidden", 8, "--epochs", 30, "--learning-rate", 0.01)
    loss = ("--loss", "quantile:0.1,0.5,0.9", "--out", "q.safetensors", "--json")
    trained = json.loads(syn0("train", "diabetes", *words, *loss).out)
    lines = syn0("predict", "q.safetensors", "diabetes").out.splitlines()
    assert lines[0] == "prediction,quantile 0.1,quantile 0.5,quantile 0.9"
    prediction, low, middle, high = np.loadtxt(lines[1:], delimiter=",").T
    assert np.array_equal(prediction, middle)
    assert (low < middle).mean() > 0.9
    assert (middle < high).mean() > 0.9
    judged = json.loads(syn0("evaluate", "q.safetensors", "diabetes", "--json").out)
    assert judged["figures"] == trained["figures"]


# Early stopping.


def test_patience_and_monitor_are_flags_and_settings_alike(syn0, pets, csv, tmp_path):
    words = ("train", pets, "--hidden", 4, "--epochs", 40)
    flags = ("--patience", 2, "--monitor", "loss")
    config = csv('patience = 2\nmonitor = "loss"\n', "run.toml")
    by_flags = syn0(*words, *flags, "--out", "flags.safetensors")
    by_file = syn0(*words, "--config", config, "--out", "file.safetensors")
    assert (by_flags.code, by_file.code) == (0, 0), by_flags.err + by_file.err
    one, other = (load(tmp_path / f"{name}.safetensors") for name in ("flags", "file"))
    assert (one.training.patience, one.training.monitor) == (2, "loss")
    assert one.training == other.training
    assert np.array_equal(one.weights["syn0"], other.weights["syn0"])
    assert "(best by validation rows among" in by_flags.err
    assert "patience = 2" in syn0(*words, *flags, "--print-config").out


def test_a_flag_of_patience_overrides_the_file(syn0, pets, csv):
    config = csv("patience = 2\n", "run.toml")
    done = syn0("train", pets, "--config", config, "--patience", 7, "--print-config")
    assert "patience = 7" in done.out


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--patience", 0), "patience must be at least 1"),
        (("--monitor", "accuracy"), "choose from: loss, error"),
    ],
)
def test_what_is_no_patience_gets_one_sentence(syn0, pets, flags, words):
    done = syn0("train", pets, *flags)
    assert (done.code, done.out) == (2, "")
    assert words in done.err


def test_a_run_that_goes_on_watches_the_rows_that_were_set_apart(syn0, pets):
    words = ("train", pets, "--hidden", 4, "--epochs", 5)
    again = ("train", pets, "--epochs", 5, "--patience", 2, "--resume")
    assert syn0(*words, "--patience", 2, "--out", "some.safetensors").code == 0
    assert syn0(*words, "--out", "all.safetensors").code == 0
    assert syn0(*again, "some.safetensors").code == 0
    done = syn0(*again, "all.safetensors")
    assert (done.code, done.out) == (2, "")
    assert "all.safetensors was trained without --patience, on all of its rows" in done.err


def test_a_name_as_long_as_names_can_be_keeps_its_model(syn0, pets, tmp_path):
    name = "n" * 238 + ".safetensors"
    done = syn0("train", pets, "--hidden", 2, "--epochs", 1, "--out", name)
    assert done.code == 0, done.err
    assert load(tmp_path / name).steps_taken > 0


def test_links_in_a_circle_are_told_before_training(syn0, pets, tmp_path):
    (tmp_path / "m.safetensors").symlink_to("m.safetensors")
    done = syn0("train", pets, "--out", "m.safetensors")
    assert (done.code, done.out) == (2, "")
    assert "m.safetensors: the model cannot be written: Too many levels of symbolic" in done.err
    assert done.err.count("\n") == 1


def test_more_threads_than_cores_are_capped_with_a_note(syn0, pets):
    for asked in (10**6, 2**32 + 1):
        words = ("--hidden", 2, "--epochs", 1, "--threads", asked)
        done = syn0("train", pets, *words)
        assert done.code == 0
        assert re.search(r"^Note: .* work", done.err, re.MULTILINE)


def test_one_row_is_judged_as_one(syn0, csv):
    table = csv("a,y\n" + "".join(f"{k},{k * k}.5\n" for k in range(24)))
    done = syn0("train", table, "--holdout", 0.04, "--steps", 1, "--out", "m.safetensors")
    assert "Trained: 1 step, " in done.err
    assert "\nResults on 1 held-out row\n" in done.out
    judged = syn0("evaluate", "m.safetensors", csv("a,y\n1,2.5\n", "new.csv"))
    assert re.search(r"\nResults on 1 row of \S*new\.csv ", judged.out)
