"""TOML files describe networks and runs, under the names of the flags; flags override them."""

import ast
import contextlib
import io
import os
import threading
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from syn0 import Network, load
from syn0.spec import LAYER_KINDS
from tests.together import Together


@pytest.fixture
def toml(tmp_path) -> Callable[..., Path]:
    """Writes a TOML file."""

    def write(text: str | bytes, name: str = "net.toml") -> Path:
        content = text if isinstance(text, bytes) else text.encode()
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return write


def run(text: str) -> tuple[dict, str]:
    """The names that a program binds, and what it prints."""
    names: dict = {}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(text, "net.py", "exec"), names)  # noqa: S102  (this is what the text is for)
    return names, printed.getvalue()


LAYERS = """
inputs = 5
loss = "huber:0.5"

[[layers]]
kind = "Dropout"
rate = 0.1

[[layers]]
kind = "Dense"
units = 4
activation = "gelu"
bias = true

[[layers]]
kind = "LayerNorm"

[[layers]]
kind = "Dense"
units = 4

[[layers]]
kind = "Skip"

[[layers]]
kind = "Dense"
units = 2
activation = "identity"
init = "normal:0.1"
"""


# Networks.


@pytest.mark.parametrize("net", ['"3-4-1"', "[3, 4, 1]"])
def test_a_file_says_what_flags_say(syn0, toml, net):
    path = toml(f'net = {net}\nbias = true\nlearning_rate = 0.5\nactivation = ["relu", "tanh"]\n')
    flags = ("--bias", "--learning-rate", 0.5, "--activation", "relu,tanh")
    by_file, by_flags = syn0("write", path), syn0("write", "3-4-1", *flags)
    assert by_file.code == 0
    assert by_file.err == by_flags.err
    assert by_file.out == by_flags.out
    assert "relu" in by_file.out


def test_flags_override_the_file(syn0, toml):
    path = toml('net = "3-4-1"\nbias = true\nlearning_rate = 0.5\nseed = 7\n')
    by_file = syn0("write", path, "--no-bias", "--learning-rate", 0.25)
    assert by_file.out == syn0("write", "3-4-1", "--learning-rate", 0.25, "--seed", 7).out


@pytest.mark.parametrize(("flag", "other"), [("--steps", "epochs"), ("--epochs", "steps")])
def test_how_long_is_said_by_the_flag_alone_where_there_is_one(syn0, toml, flag, other):
    path = toml(f'net = "3-4-1"\n{other} = 1000\n')
    assert syn0("write", path, flag, 5).out == syn0("write", "3-4-1", flag, 5).out


def test_layers_are_described_one_by_one(syn0, toml):
    done = syn0("write", toml(LAYERS), "--steps", 5, "--learning-rate", 0.01)
    assert done.code == 0, done.err
    names, _ = run(done.out)
    assert names["l3"].shape[1] == 2
    for words in ("gelu(", "l0_kept = ", "l1_scaled = ", "l2_joined = ", "np.clip(l3_error, -0.5"):
        assert words in done.out, words


@pytest.mark.parametrize("kind", LAYER_KINDS)
def test_every_kind_of_layer_can_be_described(syn0, toml, kind):
    own = {"Dense": "units = 4", "Activation": 'activation = "relu"'}.get(kind, "")
    layer = f'{{kind = "{kind}", {own}}}'.replace(", }", "}")
    dense = '{kind = "Dense", units = 3}'
    text = f"inputs = 3\nlayers = [{dense}, {layer}, {dense}]\n"
    done = syn0("write", toml(text))
    assert done.code == 0, done.err
    skipped = {"Dense": "l3", "Dropout": "kept", "Noise": "noisy", "Skip": "joined"}
    assert skipped.get(kind, "l1_active" if kind == "Activation" else "l1_scaled") in done.out


def test_a_file_may_hold_settings_that_have_no_flag(syn0, toml):
    done = syn0("write", toml('net = "3-4-1"\noptimizer = "adam"\nbeta1 = 0.625\n'))
    assert "beta1 = 0.625" in done.out


def test_a_file_may_name_its_data(syn0, toml, csv):
    path = csv("y,a,b,c\n" + "".join(f"{k % 2},{k},{k * k},{-k}\n" for k in range(6)))
    text = f'net = "2-1"\ndata = "{path}"\ntarget = "y"\ndrop = ["b"]\nsteps = 1\n'
    names, _ = run(syn0("write", toml(text)).out)
    assert names["X"].tolist() == [[k, -k] for k in range(6)]
    assert names["y"][:, 0].tolist() == [0, 1, 0, 1, 0, 1]


# Runs.


@pytest.fixture
def trained(syn0, tmp_path) -> Callable[..., Network]:
    """Trains by a command and loads the model."""

    def train(*words: object) -> Network:
        done = syn0("train", *words, "--out", "trained.safetensors")
        assert done.code == 0, done.err
        return load(tmp_path / "trained.safetensors")

    return train


RUNS = {
    "a plain pipeline": ("--hidden", "4", "--epochs", 2),
    "a pipeline of many settings": (
        "--hidden", "4,4", "--epochs", 2, "--activation", "gelu", "--dropout", 0.2, "--skip",
        "--layer-norm", "--optimizer", "sgd", "--momentum", 0.9, "--nesterov", "--l2", 0.01,
        "--schedule", "step:5,0.5", "--clip-norm", 1, "--class-weight", "cat=2,dog=1",
        "--sample-weight", "height", "--drop", "house", "--seed", 5, "--holdout", 0.3,
        "--dtype", "float64", "--batch-size", 7, "--no-shuffle", "--warm-up", 3,
    ),
    "activations of each layer": ("--hidden", "4", "--epochs", 2, "--activation", "tanh,softmax"),
    "quantiles": (
        "--hidden", "4", "--epochs", 2, "--target", "weight", "--loss", "quantile:0.1,0.5,0.9"),
    "L-BFGS": ("--hidden", "4", "--epochs", 3, "--optimizer", "lbfgs", "--dropout", 0),
    "balanced classes": ("--hidden", "4", "--epochs", 2, "--class-weight", "balanced"),
    "a whole network": (
        "--net", "2-4-3", "--drop", "height", "--drop", "house", "--steps", 50, "--bias"),
    "a whole network of one layer": (
        "--net", "2-3", "--drop", "height", "--drop", "house", "--steps", 50,
        "--loss", "cross_entropy"),
}  # fmt: skip


@pytest.fixture
def filled(pets, csv) -> Path:
    """The pets, without gaps and with another number, so that columns can go in as they are."""
    lines = pets.read_text().replace(",,", ",25,").splitlines()
    named = ["age," + lines[0], *(f"{k % 9},{line}" for k, line in enumerate(lines[1:]))]
    return csv("\n".join(named) + "\n", "filled.csv")


@pytest.mark.parametrize("words", RUNS.values(), ids=RUNS)
def test_the_printed_settings_give_the_same_plan_and_the_same_weights(
    syn0, toml, trained, filled, words
):
    printed = syn0("train", filled, *words, "--print-config")
    assert (printed.code, printed.err) == (0, "")
    config = toml(printed.out, "run.toml")
    assert syn0("train", filled, "--config", config, "--print-config").out == printed.out
    by_flags, by_file = trained(filled, *words), trained(filled, "--config", config)
    assert by_flags.spec == by_file.spec
    assert by_flags.training == by_file.training
    assert by_flags.schema == by_file.schema
    assert by_flags.origin == by_file.origin
    for name, weights in by_flags.weights.items():
        assert np.array_equal(weights, by_file.weights[name])


def test_layers_of_a_run_are_printed_and_read_again(syn0, toml, trained, filled):
    text = LAYERS.replace("inputs = 5\n", "").replace("huber:0.5", "cross_entropy")
    text = text.replace("units = 2", "units = 3").replace('"identity"', '"softmax"')
    config = toml("epochs = 2\n" + text, "run.toml")
    printed = syn0("train", filled, "--config", config, "--print-config").out
    first = trained(filled, "--config", config)
    second = trained(filled, "--config", toml(printed, "printed.toml"))
    assert [type(layer).__name__ for layer in first.spec.layers] == [
        "Dropout", "Dense", "LayerNorm", "Dense", "Skip", "Dense",
    ]  # fmt: skip
    assert first.spec == second.spec
    for name, weights in first.weights.items():
        assert np.array_equal(weights, second.weights[name])


def test_all_settings_are_printed_given_and_chosen(syn0, pets):
    printed = syn0("train", pets, "--hidden", 4, "--l2", 0.5, "--print-config").out
    settings = tomllib.loads(printed)
    assert settings["target"] == "kind"
    assert settings["task"] == "classification"
    assert settings["hidden"] == [4]
    assert settings["l2"] == 0.5
    assert settings["loss"] == "cross_entropy"
    names = (
        "activation", "output_activation", "bias", "init", "dropout", "input_dropout",
        "input_noise", "batch_norm", "layer_norm", "skip", "seed", "dtype", "holdout", "epochs",
        "batch_size", "shuffle", "optimizer", "learning_rate", "weight_decay", "schedule",
        "warm_up", "reduction", "l1", "label_smoothing", "monitor",
    )  # fmt: skip
    assert [name for name in names if name not in settings] == []


def test_the_tutorials_own_settings_are_printed_too(syn0):
    settings = tomllib.loads(syn0("train", "xor", "--net", "3-4-1", "--print-config").out)
    assert settings["net"] == "3-4-1"
    assert settings["activation"] == ["sigmoid", "sigmoid"]
    assert settings["loss"] == "squared_error"
    assert settings["dtype"] == "float64"
    assert (settings["steps"], settings["learning_rate"]) == (60_000, 1.0)


def test_printing_the_settings_trains_and_writes_nothing(syn0, pets, tmp_path):
    before = sorted(tmp_path.iterdir())
    done = syn0("train", pets, "--print-config", "--out", "m.safetensors")
    assert done.code == 0
    assert sorted(tmp_path.iterdir()) == before
    tomllib.loads(done.out)


def test_flags_override_the_file_of_a_run(toml, trained, pets):
    config = toml("hidden = [4]\nepochs = 9\nseed = 3\nbatch_size = 10\n", "run.toml")
    network = trained(pets, "--config", config, "--seed", 4, "--steps", 7)
    assert (network.spec.seed, network.steps_taken) == (4, 7)
    assert network.training.batch_size == 10


def test_a_file_of_a_run_may_choose_the_network(toml, trained, filled):
    text = 'net = "2-3"\ndrop = ["height", "house"]\nsteps = 5\n'
    network = trained(filled, "--config", toml(text, "run.toml"))
    assert network.spec.sizes == (2, 3)


def test_a_run_that_goes_on_keeps_its_settings_and_prints_none(syn0, pets, model):
    done = syn0("train", pets, "--resume", model, "--epochs", 1, "--print-config")
    assert done.code == 2
    assert done.out == ""
    assert "leave out --print-config" in done.err


def test_a_file_may_be_a_pipe(syn0, pets, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=["hidden = [3]\n"])
    writer.start()
    printed = syn0("train", pets, "--config", "pipe", "--print-config")
    writer.join()
    assert tomllib.loads(printed.out)["hidden"] == [3]


# What is refused.

ONE_LAYER = '[[layers]]\nkind = "Dense"\nunits = 1\n'

NETWORKS = {
    "broken TOML": ('net = "3-4-1', "net.toml is not a TOML file: Unterminated string"),
    "bytes that are no text": (b'net = "\xff"', "net.toml is not a TOML file"),
    "lists of endless depth": ("net = " + "[" * 100_000, "net.toml is not a TOML file"),
    "a number of endless length": ("steps = " + "9" * 5000, "net.toml is not a TOML file"),
    "an empty file": ("", 'must hold either net, such as "3-4-1", or inputs and [[layers]]'),
    "nothing but settings": ("bias = true", 'must hold either net, such as "3-4-1", or'),
    "inputs alone": ("inputs = 3", "or inputs and [[layers]]"),
    "layers without inputs": (ONE_LAYER, "or inputs and [[layers]]"),
    "net and layers": (f'net = "3-1"\ninputs = 3\n{ONE_LAYER}', "either net, such as"),
    "net and inputs": ('net = "3-1"\ninputs = 4', "either net, such as"),
    "an unknown setting": (
        'net = "3-1"\nlearning_rat = 1', "unknown setting 'learning_rat'; did you mean 'learning"),
    "a setting of train alone": ('net = "3-1"\nholdout = 0.5', "unknown setting 'holdout'"),
    "a net that is a number": ("net = 3", "net must be a text, not 3"),
    "a net that is a date": ("net = 2024-01-01", "net must be a text, not datetime.date"),
    "a net that is none": ('net = "three"', "sizes 'three' are not a network"),
    "a net of fractions": ("net = [3, 4.5, 1]", "sizes '3-4.5-1' are not a network"),
    "a net of texts": ('net = ["3", "os"]', "sizes '3-os' are not a network"),
    "a rate in words": ('net = "3-1"\nlearning_rate = "fast"', "learning_rate must be a number"),
    "a rate that is a truth value": ('net = "3-1"\nlearning_rate = true', "must be a number"),
    "an endless rate": ('net = "3-1"\nlearning_rate = inf', "finite number above 0, not inf"),
    "a bias in words": ('net = "3-1"\nbias = "yes"', "bias must be True or False, not 'yes'"),
    "steps that are a fraction": ('net = "3-1"\nsteps = 1.5', "steps must be a whole number"),
    "steps and epochs": ('net = "3-1"\nsteps = 1\nepochs = 1', "either steps or epochs"),
    "a seed in words": ('net = "3-1"\nseed = "one"', "seed must be a whole number, not 'one'"),
    "an activation by number": ('net = "3-4-1"\nactivation = 3', "must be a name, not 3"),
    "an activation that is code": (
        'net = "3-4-1"\nactivation = "__import__(\'os\').system"', "unknown activation"),
    "an activation of several lines": (
        'net = "3-4-1"\nactivation = "relu\\nboom()"', "unknown activation"),
    "a loss that is code": ('net = "3-1"\nloss = "huber:boom()"', "threshold must be a number"),
    "an init that is code": ('net = "3-1"\ninit = "\\"\\"\\"boom()"', "unknown init"),
    "a schedule that is code": ('net = "3-1"\nschedule = "step:1,boom()"', "factor must be a num"),
    "a dtype that is code": ('net = "3-1"\ndtype = "float64)#"', "unknown dtype"),
    "an optimizer that is a table": (
        'net = "3-1"\noptimizer = {kind = "SGD"}', "optimizer must be a single value, not a table"),
    "an optimizer that is none": ('net = "3-1"\noptimizer = "lion"', "unknown optimizer 'lion'"),
    "data that are a number": ('net = "3-1"\ndata = 7', "data must be a text, not 7"),
    "columns that are a text": ('net = "3-1"\ndrop = "name"', 'such as ["name"], not \'name\''),
    "columns that are numbers": ('net = "3-1"\ndrop = [1]', "drop must be a list of columns"),
    "layers that are a number": ("inputs = 3\nlayers = 4", "layers must be a list of tables"),
    "layers that are numbers": ("inputs = 3\nlayers = [4]", "each layer must be a table with its"),
    "no layers": ("inputs = 3\nlayers = []", "at least one layer"),
    "a layer of an unknown kind": (
        'inputs = 3\n[[layers]]\nkind = "Dens"\nunits = 1', "unknown kind of layer 'Dens'; did yo"),
    "a layer of no kind": ("inputs = 3\n[[layers]]\nunits = 1", "each layer must name its kind"),
    "a layer whose kind is code": (
        'inputs = 3\n[[layers]]\nkind = "os.system"\n', "unknown kind of layer 'os.system'"),
    "a layer without units": (
        'inputs = 3\n[[layers]]\nkind = "Dense"', "a Dense layer needs its number of units"),
    "an activation without a name": (
        f'inputs = 3\n[[layers]]\nkind = "Activation"\n{ONE_LAYER}', "needs the name of an activ"),
    "a layer with an unknown setting": (
        f"inputs = 3\n{ONE_LAYER}neurons = 4", "a Dense layer has no setting 'neurons'; it has: u"),
    "a layer with units in words": (
        'inputs = 3\n[[layers]]\nkind = "Dense"\nunits = "four"', "units must be a whole number"),
    "a dropout of all": (
        f'inputs = 3\n[[layers]]\nkind = "Dropout"\nrate = 1\n{ONE_LAYER}', "rate must be a finit"),
    "no layer that predicts": (
        'inputs = 3\n[[layers]]\nkind = "Dropout"', "the last layer gives the prediction"),
    "inputs in words": (f'inputs = "3"\n{ONE_LAYER}', "inputs must be a whole number, not '3'"),
    "layers and a setting of all": (
        f"inputs = 3\nbias = true\n{ONE_LAYER}", "have their own: leave out --bias"),
}  # fmt: skip


def refused(done, words: str) -> None:
    """Fails unless a command was refused with one sentence that holds the words."""
    assert done.code == 2
    assert done.out == ""
    assert len(done.err.splitlines()) == 1, done.err
    assert done.err.startswith("Error: ")
    assert words in done.err


def test_a_file_that_describes_no_network_gets_one_sentence(syn0, toml):
    with Together() as together:
        for what, (text, words) in NETWORKS.items():
            with together(what):
                refused(syn0("write", toml(text)), words)


RUNS_REFUSED = {
    "broken TOML": ("epochs = ", "run.toml is not a TOML file"),
    "an unknown setting": ("hiden = [4]", "unknown setting 'hiden'; did you mean 'hidden'?"),
    "the data": ('data = "iris"', "unknown setting 'data'"),
    "hidden sizes that are a number": ("hidden = 4", "such as [64, 64], not 4"),
    "no hidden sizes": ("hidden = []", "such as [64, 64], not []"),
    "hidden sizes in words": ('hidden = ["four"]', "such as [64, 64], not ['four']"),
    "an unknown task": ('task = "ranking"', "must be one of classification, regression"),
    "a column of weights by number": ("sample_weight = 3", "sample_weight must be a text, not 3"),
    "weights of classes in a list": ("class_weight = [1, 2]", "map classes to numbers, not"),
    "a weight in words": ('[class_weight]\ncat = "much"', "of 'cat' must be a number, not 'much'"),
    "an unknown class": ("[class_weight]\ncow = 2", "names 'cow', but the classes are: cat, dog"),
    "two networks": ('net = "2-3"\nhidden = [4]', "give one of them"),
    "layers and hidden sizes": (f"hidden = [4]\n{ONE_LAYER}", "hidden and layers both describe"),
    "layers and a setting of all": (f"bias = true\n{ONE_LAYER}", "leave out --bias"),
    "layers of other outputs": (f'loss = "huber"\n{ONE_LAYER}', "gives 1 output, but the target"),
    "a setting of another optimizer": (
        'optimizer = "sgd"\nbeta1 = 0.5', "beta1 is no setting of SGD, but of Adam"),
    "patience of no report": ("patience = 0", "patience must be at least 1"),
    "an unknown figure": ('monitor = "accuracy"', "choose from: loss, error"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "words"), RUNS_REFUSED.values(), ids=RUNS_REFUSED)
def test_a_file_that_describes_no_run_gets_one_sentence_and_nothing_is_written(
    syn0, toml, pets, tmp_path, text, words
):
    config = toml(text, "run.toml")
    before = sorted(tmp_path.iterdir())
    done = syn0("train", pets, "--config", config, "--out", "m.safetensors")
    refused(done, words)
    assert sorted(tmp_path.iterdir()) == before


def test_a_file_that_is_not_there_is_named(syn0, pets):
    refused(syn0("write", "nothing.toml"), "nothing.toml")
    refused(syn0("train", pets, "--config", "nothing.toml"), "nothing.toml")
    refused(syn0("train", pets, "--config", "."), "no configuration file")


# Texts never become code.

EVIL = [
    "'''\nprint('injected')\n'''",
    '"""; print("injected"); """',
    "\\\nprint('injected')",
    "\u2028print('injected')",
]


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("language", ["numpy", "terse"])
def test_the_name_of_a_data_file_in_a_file_stays_a_comment(syn0, toml, csv, evil, language):
    import tomli_w

    path = csv("x,y\n0,0\n1,1\n2,0\n3,1\n", f"{evil.replace('/', '')}.csv")
    config = toml(tomli_w.dumps({"net": "1-1", "data": str(path), "steps": 3}))
    done = syn0("write", config, "--to", language)
    assert done.code == 0, done.err
    names, printed = run(done.out)
    assert "injected" not in printed
    assert names["X"].tolist() == [[0], [1], [2], [3]]
    ast.parse(done.out)


@pytest.mark.parametrize("evil", EVIL)
def test_columns_and_classes_of_any_name_are_printed_as_settings(syn0, toml, csv, evil):
    quoted = evil.replace('"', '""')
    rows = "".join(f'{k},"{quoted if k % 2 else "plain"}"\n' for k in range(40))
    data = csv(f'n,"y {quoted}"\n{rows}')
    weights = f"{evil}=2" if "=" not in evil and "," not in evil else "plain=2"
    words = ("train", data, "--hidden", 4, "--epochs", 1, "--class-weight", weights)
    printed = syn0(*words, "--print-config")
    assert printed.code == 0, printed.err
    settings = tomllib.loads(printed.out)
    assert settings["target"] == f"y {evil}"
    assert list(settings["class_weight"].values()) == [2.0]
    again = syn0("train", data, "--config", toml(printed.out, "run.toml"), "--print-config")
    assert again.out == printed.out


# Files that would take a parser much time or memory.


@pytest.mark.parametrize(
    "text",
    ["a" + ".a" * 40_000 + " = 1", "a = [" + "1," * 600_000 + "]", "[" + "a." * 40_000 + "a]"],
    ids=["a long name", "a long file", "a long title"],
)
def test_settings_that_are_too_long_are_refused_at_once(syn0, csv, text):
    started = time.process_time()
    done = syn0("train", "xor", "--config", csv(text, "run.toml"))
    assert time.process_time() - started < 2
    assert (done.code, done.out) == (2, "")
    assert "run.toml is not a TOML file: " in done.err
    assert len(done.err) < 300


def test_settings_without_an_end_are_refused(syn0):
    done = syn0("train", "xor", "--config", "/dev/zero")
    assert done.code == 2
    assert "/dev/zero is not a TOML file: it is longer than " in done.err


def test_settings_with_many_dots_in_values_are_read(syn0, csv):
    lists = f"hidden = [4, 4]\nlearning_rate = 0.5\n# {'.' * 300}\n"
    assert syn0("train", "xor", "--print-config", "--config", csv(lists, "run.toml")).code == 0
