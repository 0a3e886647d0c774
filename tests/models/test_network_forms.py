"""The ways in which a network is described, and what is refused."""

import copy
import pickle

import numpy as np
import pytest

from syn0 import SGD, Adam, Dense, Network, Training
from syn0.data import memory, read_table
from syn0.models import plan_table, table_options
from syn0.spec import OPTIMIZERS


@pytest.mark.parametrize("sizes", [[3, 4, 1], (3, 4, 1), "3-4-1", np.array([3, 4, 1]), " 3-4-1\n"])
def test_sizes_may_come_in_any_common_form(sizes):
    assert Network(sizes).spec == Network([3, 4, 1]).spec


def test_inputs_and_layers_say_the_same_as_sizes():
    layers = [Dense(4, "tanh", bias=True), Dense(1, bias=True)]
    assert Network(3, layers).spec == Network([3, 4, 1], activation="tanh", bias=True).spec
    assert Network(3, layers, seed=5, dtype="float32").spec.dtype == "float32"


def test_the_number_of_inputs_may_be_one_of_numpys(trained):
    assert Network(np.int64(3), [Dense(2)]).spec == Network([3, 2]).spec


def activations(network: Network) -> list[str]:
    return [layer.activation for layer in network.spec.layers]


def test_one_activation_is_for_the_hidden_layers():
    assert activations(Network([3, 4, 5, 1], activation="relu")) == ["relu", "relu", "sigmoid"]


def test_several_activations_are_for_a_layer_each():
    names = ["relu", "tanh", "identity"]
    assert activations(Network([3, 4, 5, 1], activation=names)) == names


def test_the_output_activation_is_for_the_last_layer():
    network = Network([3, 4, 1], activation="relu", output_activation="identity")
    assert activations(network) == ["relu", "identity"]


def test_the_output_activation_is_heeded_where_the_last_layer_is_the_only_one():
    assert activations(Network([3, 1], output_activation="identity")) == ["identity"]


@pytest.mark.parametrize("sizes", [[4, 3], [4, 5, 3]])
def test_the_loss_chooses_the_output_activation_that_fits_it(sizes):
    assert activations(Network(sizes, loss="cross_entropy"))[-1] == "softmax"
    assert activations(Network(sizes, loss="binary_cross_entropy"))[-1] == "sigmoid"


def test_two_words_for_the_last_activation_are_refused():
    with pytest.raises((TypeError, ValueError), match="activation"):
        Network([3, 4, 1], activation=["relu", "tanh"], output_activation="identity")


REFUSED_NETWORKS = {
    "a network of one size": (lambda: Network([3]), r"give inputs, hidden layers and outputs"),
    "no sizes": (lambda: Network([]), r"such as \[3, 4, 1\]"),
    "inputs without layers": (lambda: Network(3), r"Network\(3, \[Dense\(4\)\]\)"),
    "no layers": (lambda: Network(3, []), "at least one layer"),
    "a double hyphen": (lambda: Network("3--1"), "joined by single hyphens, such as 3-4-1"),
    "a text of one size": (lambda: Network("3"), "such as 3-4-1 or 3-1"),
    "words": (lambda: Network("three-one"), "whole numbers"),
    "a zero in a text": (lambda: Network("0-4"), "every layer needs at least one unit"),
    "a zero in the middle": (lambda: Network("3-0-1"), "at least one unit"),
    "a zero": (lambda: Network([3, 0, 1]), "units must be at least 1, not 0"),
    "no inputs": (lambda: Network([0, 1]), "inputs must be at least 1, not 0"),
    "a negative size": (lambda: Network([3, -4, 1]), "at least 1, not -4"),
    "layers after sizes": (lambda: Network([3, 4], [Dense(1)]), "number of inputs first"),
    "an activation besides layers": (
        lambda: Network(3, [Dense(1)], activation="relu"), "bias and the like to the layers"),
    "too few activations": (
        lambda: Network([3, 4, 1], activation=["relu"]), "one for each layer after the inputs"),
    "an unknown activation": (
        lambda: Network([3, 4, 1], activation="sigmoyd"),
        r"'sigmoyd'.*did you mean 'sigmoid'\?.*choose from: .*tanh"),
    "an unknown activation of a layer": (
        lambda: Network(3, [Dense(1, "os.system")]), "choose from: .*sigmoid.*softmax"),
    "an unknown init": (lambda: Network([3, 1], init="random"), "choose from: uniform"),
    "an unknown loss": (
        lambda: Network([3, 1], loss="mse"),
        "choose from: squared_error, absolute_error, .*cross_entropy, hinge"),
    "an unknown dtype": (
        lambda: Network([3, 1], dtype="float16"), "choose from: float64, float32"),
    "a negative seed": (lambda: Network([3, 1], seed=-1), "seed must be at least 0, not -1"),
    "a seed too large": (lambda: Network([3, 1], seed=2**32), r"below 2\*\*32"),
    "an output that does not go with the loss": (
        lambda: Network([3, 1], loss="binary_cross_entropy", activation="relu"),
        "needs an output layer with activation 'sigmoid', not 'relu'"),
    "cross-entropy with one output": (
        lambda: Network([3, 4, 1], loss="cross_entropy"), "use 'binary_cross_entropy'"),
    "softmax over one output": (
        lambda: Network([3, 1], activation="softmax"), "always 1; use 'sigmoid'"),
}  # fmt: skip


@pytest.mark.parametrize(("make", "words"), REFUSED_NETWORKS.values(), ids=REFUSED_NETWORKS)
def test_a_network_that_cannot_be_is_refused_with_what_is_allowed(make, words):
    with pytest.raises((TypeError, ValueError), match=words) as caught:
        make()
    assert "\n" not in str(caught.value)


WRONG_KINDS = {
    "a fraction of a unit": (lambda: Network([3, 4.5, 1]), "whole number, not 4.5"),
    "a truth value as a size": (lambda: Network([3, True, 1]), "whole number, not True"),
    "a text among sizes": (lambda: Network([3, "4", 1]), "whole number, not '4'"),
    "a fraction of an input": (lambda: Network(3.5, [Dense(1)]), "number"),
    "nothing": (lambda: Network(None), "sizes"),
    "a layer that is none": (lambda: Network(3, ["sigmoid"]), r"must be Dense\(\.\.\.\)"),
    "a bias that is no truth value": (lambda: Dense(3, bias="no"), "True or False, not 'no'"),
    "a network's bias that is no truth value": (
        lambda: Network([3, 1], bias="no"), "True or False, not 'no'"),
    "an activation that is no name": (lambda: Dense(3, activation=len), "must be a name"),
    "a seed that is no number": (lambda: Network([3, 1], seed="one"), "whole number, not 'one'"),
}  # fmt: skip


@pytest.mark.parametrize(("make", "words"), WRONG_KINDS.values(), ids=WRONG_KINDS)
def test_an_argument_of_the_wrong_kind_is_a_type_error(make, words):
    with pytest.raises(TypeError, match=words):
        make()


REFUSED_TRAINING = {
    "steps and epochs": ({"steps": 5, "epochs": 5}, "either steps or epochs"),
    "no steps": ({"steps": 0}, "steps must be at least 1, not 0"),
    "negative epochs": ({"epochs": -1}, "epochs must be at least 1, not -1"),
    "a batch of none": ({"steps": 1, "batch_size": 0}, "batch_size must be at least 1"),
    "a batch larger than the rows": ({"steps": 1, "batch_size": 24}, "the 23 rows"),
    "a batch larger than the rows less validation": (
        {"steps": 1, "batch_size": 20, "validation": 0.3}, "the 16 rows"),
    "a negative learning rate": (
        {"steps": 1, "learning_rate": -1}, "learning_rate must be a finite number above 0, not -1"),
    "a learning rate of 0": ({"steps": 1, "learning_rate": 0}, "above 0, not 0"),
    "a learning rate that is no number": (
        {"steps": 1, "learning_rate": float("nan")}, "finite number above 0, not nan"),
    "an endless learning rate": (
        {"steps": 1, "learning_rate": float("inf")}, "finite number above 0, not inf"),
    "a learning rate past all floats": (
        {"steps": 1, "learning_rate": 10**400}, "learning_rate must be a finite number"),
    "an unknown optimizer": (
        {"steps": 1, "optimizer": "tiger"},
        f"choose from: {', '.join(OPTIMIZERS)}"),
    "an unknown reduction": ({"steps": 1, "reduction": "avg"}, "choose from: sum, mean"),
    "an unknown engine": ({"steps": 1, "engine": "cuda"}, "choose from: auto, numpy"),
    "no patience at all": ({"steps": 1, "patience": 0, "validation": 0.3}, "patience must be at"),
    "reports every 0 steps": ({"steps": 1, "report_every": 0}, "report_every must be at least 1"),
}  # fmt: skip


@pytest.mark.parametrize(("how", "words"), REFUSED_TRAINING.values(), ids=REFUSED_TRAINING)
def test_training_that_cannot_be_is_refused_and_changes_nothing(rows, how, words):
    network = Network([5, 2])
    with pytest.raises(ValueError, match=words):
        network.train(*rows, **how)
    assert network.steps_taken == 0
    assert network.training is None
    assert np.array_equal(network.weights["syn0"], Network([5, 2]).weights["syn0"])


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"steps": 1.5}, "whole number, not 1.5"),
        ({"steps": True}, "whole number, not True"),
        ({"epochs": "ten"}, "whole number, not 'ten'"),
        ({"steps": 1, "learning_rate": "fast"}, "learning_rate must be a number, not 'fast'"),
        ({"steps": 1, "learning_rate": True}, "learning_rate must be a number, not True"),
        ({"steps": 1, "shuffle": 1}, "shuffle must be True or False, not 1"),
        ({"steps": 1, "validation": "some"}, "validation must be a number"),
        ({"steps": 1, "callbacks": print}, "callbacks"),
    ],
)
def test_a_training_argument_of_the_wrong_kind_is_a_type_error(rows, how, words):
    with pytest.raises(TypeError, match=words):
        Network([5, 2]).train(*rows, **how)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: SGD(0), "above 0"),
        (lambda: Adam(beta1=1), "at least 0 and below 1, not 1"),
        (lambda: Adam(beta2=-0.1), "at least 0 and below 1"),
        (lambda: Adam(epsilon=0), "epsilon must be a finite number above 0"),
        (lambda: Training(), "either steps or epochs"),
        (lambda: Training(epochs=2, batch_size=2, report_every=5), "reports every epoch"),
    ],
)
def test_optimizers_and_training_check_their_own_settings(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_an_optimizer_may_be_a_name_or_an_object(rows):
    by_name, by_object = Network([5, 2]), Network([5, 2])
    by_name.train(*rows, steps=5, optimizer="adam", learning_rate=0.5)
    by_object.train(*rows, steps=5, optimizer=Adam(learning_rate=0.5))
    assert np.array_equal(by_name.weights["syn0"], by_object.weights["syn0"])
    assert by_name.training == by_object.training


def test_weights_are_named_and_shaped_as_in_the_program():
    network = Network([3, 4, 5, 2], bias=True)
    assert {name: w.shape for name, w in network.weights.items()} == {
        "syn0": (3, 4),
        "bias0": (4,),
        "syn1": (4, 5),
        "bias1": (5,),
        "syn2": (5, 2),
        "bias2": (2,),
    }
    assert list(Network([3, 4, 1]).weights) == ["syn0", "syn1"]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_predictions_have_a_row_an_example_and_the_networks_dtype(rows, dtype):
    network = Network([5, 4, 2], dtype=dtype)
    prediction = network.predict(rows[0])
    assert prediction.shape == (23, 2)
    assert prediction.dtype == dtype
    network.train(*rows, steps=3)
    assert network.predict(rows[0][:1]).shape == (1, 2)
    assert all(weights.dtype == dtype for weights in network.weights.values())


def test_a_network_shows_its_layers_and_where_training_stands(rows):
    network = Network([5, 4, 2], bias=True, seed=7)
    shown = """\
Network 5-4-2
layer          gives      learns
inputs         (rows, 5)       0
Dense sigmoid  (rows, 4)      24
Dense sigmoid  (rows, 2)      10
all                           34
loss squared_error, float64, seed 7
"""
    assert repr(network) == f"{shown}not trained"
    network.train(*rows, steps=1234, learning_rate=0.01, optimizer="adam", engine="numpy")
    assert repr(network) == f"{shown}trained 1,234 steps by Adam, engine numpy"


def test_a_network_from_a_table_shows_what_it_was_trained_on():
    plan = plan_table(read_table("iris"), table_options(hidden=(4,), epochs=1))
    plan.fit(engine="numpy")
    assert repr(plan.network).endswith(" steps by AdamW on iris, engine numpy")


def test_a_deep_network_shows_its_first_and_last_layers():
    lines = repr(Network([20, *[8] * 30, 1], batch_norm=True)).splitlines()
    assert len(lines) == 12
    assert lines[5] == "… 56 layers more"
    assert lines[8].startswith("Dense sigmoid")
    assert Network([20, *[8] * 30, 1]).summary().count("Dense") == 31


def test_an_unknown_language_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"did you mean 'numpy'\?.*choose from: numpy, terse"):
        Network([3, 1]).program("numpi")


def test_weights_that_no_memory_holds_are_refused_before_they_are_drawn(monkeypatch):
    monkeypatch.setattr(memory, "free_memory", lambda: 3 * 10**9)
    words = "drawing the 400,000,000 weights of the network takes 6.4 GB of memory; 3.0 GB are free"
    with pytest.raises(MemoryError, match=words):
        Network("3-100000000-1")


def test_labels_need_a_table():
    with pytest.raises(ValueError, match="trained on plain arrays"):
        Network([3, 1]).labels([[0, 0, 1]])


@pytest.mark.parametrize("again", [copy.deepcopy, lambda n: pickle.loads(pickle.dumps(n))])  # noqa: S301
def test_a_trained_network_can_be_copied_and_the_copy_goes_on_alone(again):
    X, y = [[0, 0, 1], [0, 1, 1], [1, 0, 1]], [0, 1, 1]
    network = Network([3, 4, 1])
    network.train(X, y, steps=5)
    other = again(network)
    before = network.predict(X)
    np.testing.assert_array_equal(other.predict(X), before)
    other.train(X, y, steps=5)
    np.testing.assert_array_equal(network.predict(X), before)
