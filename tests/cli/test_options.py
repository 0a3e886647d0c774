"""Every option has the name of the setting that it gives, and does something wherever it stands."""

import json

import click
import pytest

from syn0.cli import cli
from syn0.cli.flags import FLAGLESS
from syn0.cli.options import OPTION_NAMES
from syn0.cli.train import IN_A_FILE
from syn0.models import NETWORK_SETTINGS, TRAINING_SETTINGS

CLASSES = ["--loss", "cross_entropy"]
BATCHES = ["--batch-size", "32"]
SHORT = ["--steps", "5"]

KNOBS = {
    # What has to be said besides, and the option itself.
    "bias": ([], ["--bias"]),
    "activation": ([], ["--activation", "gelu,hard_sigmoid,tanh"]),
    "output_activation": ([], ["--output-activation", "softplus"]),
    "init": ([], ["--init", "normal:0.1"]),
    "dropout": ([], ["--dropout", "0.3"]),
    "input_dropout": ([], ["--input-dropout", "0.3"]),
    "input_noise": ([], ["--input-noise", "0.5"]),
    "batch_norm": ([], ["--batch-norm"]),
    "layer_norm": ([], ["--layer-norm"]),
    "skip": ([], ["--skip"]),
    "loss": ([], ["--loss", "huber:0.1"]),
    "dtype": ([], ["--dtype", "float32"]),
    "steps": ([], ["--steps", "10"]),
    "epochs": (["--epochs", "9"], ["--epochs", "10"]),
    "batch_size": ([], ["--batch-size", "7"]),
    "shuffle": (BATCHES, ["--no-shuffle"]),
    "optimizer": ([], ["--optimizer", "rmsprop", "--learning-rate", "0.3"]),
    "learning_rate": ([], ["--learning-rate", "0.3"]),
    "momentum": ([], ["--momentum", "0.9"]),
    "nesterov": (["--momentum", "0.9"], ["--nesterov"]),
    "weight_decay": ([], ["--weight-decay", "0.1"]),
    "schedule": ([], ["--schedule", "one_cycle"]),
    "warm_up": ([], ["--warm-up", "10"]),
    "reduction": ([], ["--reduction", "mean"]),
    "l1": ([], ["--l1", "0.1"]),
    "l2": ([], ["--l2", "0.1"]),
    "max_norm": ([], ["--max-norm", "0.1"]),
    "label_smoothing": (CLASSES, ["--label-smoothing", "0.2"]),
    "clip_deltas": ([], ["--clip-deltas", "0.001"]),
    "clip_value": ([], ["--clip-value", "0.001"]),
    "clip_norm": ([], ["--clip-norm", "0.001"]),
    "trim_deltas": ([], ["--trim-deltas", "0.01"]),
    "report_every": ([], ["--report-every", "3"]),
    "class_weight": (CLASSES, ["--class-weight", "setosa=1,virginica=3"]),
}


def test_the_options_tested_here_are_all_there_are():
    assert list(KNOBS) == list(OPTION_NAMES)


def test_options_and_files_have_the_names_of_the_settings_and_leave_none_out():
    settings = {*NETWORK_SETTINGS, *TRAINING_SETTINGS}
    weights_and_seeds = {"class_weight", "seed"}  # of the rows; and of commands that have one
    assert {*OPTION_NAMES, *FLAGLESS} | weights_and_seeds == settings | weights_and_seeds
    assert not {*OPTION_NAMES} & {*FLAGLESS}


@pytest.mark.parametrize("command", ["write", "train", "check", "explain"])
def test_every_command_of_networks_has_them_all(command):
    options = [p for p in cli.commands[command].params if isinstance(p, click.Option)]
    assert {*OPTION_NAMES, "seed"} <= {option.name for option in options}
    for option in options:
        assert option.help, option.name
        if option.name in OPTION_NAMES:
            assert f"--{option.name.replace('_', '-')}" in option.opts


def test_whatever_describes_a_run_can_stand_in_its_file():
    options = {p.name for p in cli.commands["train"].params if isinstance(p, click.Option)}
    elsewhere = {
        "config", "print_config", "resume", "engine", "threads", "out", "force", "as_json", "plot",
        "checkpoint", "checkpoint_every", "keep", "device", "matmul_precision", "processes",
        "distributed", "max_memory", "scratch", "seeds", "learning_rates",
    }  # fmt: skip
    assert options - elsewhere <= set(IN_A_FILE)


@pytest.fixture(scope="module")
def known():
    """What commands did."""
    return {}


@pytest.fixture
def once(syn0, known):
    """Runs a command unless it is known what that does."""

    def run(*words):
        if words not in known:
            known[words] = syn0(*words)
        return known[words]

    return run


@pytest.mark.parametrize(("besides", "words"), KNOBS.values(), ids=KNOBS)
def test_every_option_changes_the_program_that_is_written(once, besides, words):
    start = ["write", "4-6-6-3", "--data", "iris", *(SHORT if "--epochs" not in words else ())]
    plain, other = once(*start, *besides), once(*start, *besides, *words)
    assert (plain.code, other.code) == (0, 0), other.err
    assert plain.out != other.out
    compile(other.out, "net.py", "exec")


@pytest.mark.parametrize(("besides", "words"), KNOBS.values(), ids=KNOBS)
def test_every_option_changes_the_network_that_is_trained(once, besides, words):
    start = ["train", "iris", "--net", "4-6-6-3", "--json"]
    start += ["--learning-rate", "0.01", *(SHORT if "--epochs" not in words else ())]
    results = []
    for given in (besides, [*besides, *words]):
        done = once(*start, *given)
        assert done.code == 0, done.err
        results.append(json.loads(done.out)["reports"])
    assert results[0] != results[1]


@pytest.mark.parametrize(("besides", "words"), KNOBS.values(), ids=KNOBS)
def test_with_every_option_the_gradient_is_right(syn0, besides, words):
    done = syn0("check", "4-6-6-3", *besides, *words, "--json")
    assert (done.code, done.err) == (0, "")
    rows = json.loads(done.out)
    assert all(row["right"] and row["checked"] for row in rows)
    assert {"syn0", "syn1", "syn2"} <= {row["name"] for row in rows}


def test_options_that_go_together_work_together(syn0):
    together = (
        "bias", "activation", "dropout", "input_dropout", "input_noise", "batch_norm", "skip",
        "momentum", "schedule", "batch_size", "reduction", "l1", "l2", "clip_norm", "trim_deltas",
    )  # fmt: skip
    words = [word for name in together for word in KNOBS[name][1]]
    checked = syn0("check", "4-6-6-3", *words)
    assert checked.code == 0, checked.err
    assert "10 of 10 gradients agree" in checked.out
    assert syn0("train", "iris", "--net", "4-6-6-3", *SHORT, *words).code == 0
    written = syn0("write", "4-6-6-3", "--data", "iris", *SHORT, *words)
    exec(compile(written.out, "net.py", "exec"), names := {})  # noqa: S102
    assert names["l3"].shape[1] == 3
