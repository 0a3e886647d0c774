"""Every setting that can be given does something, under the name that the documents give it."""

from dataclasses import fields

import numpy as np
import pytest

from syn0 import (
    LBFGS,
    SGD,
    Activation,
    AdaGrad,
    Adam,
    AdamW,
    BatchNorm,
    Dense,
    Dropout,
    LayerNorm,
    Network,
    Noise,
    RMSprop,
    Skip,
    Training,
)
from syn0.derive import INITIALIZERS, LOSSES, SCHEDULES
from syn0.models import NETWORK_SETTINGS, TRAINING_SETTINGS, table_options
from syn0.program import ACTIVATIONS
from syn0.spec import LAYER_KINDS, OPTIMIZERS

NETWORK_KNOBS = {
    "activation": "tanh",
    "output_activation": "identity",
    "bias": True,
    "init": "glorot_normal",
    "dropout": 0.5,
    "input_dropout": 0.5,
    "input_noise": 0.3,
    "batch_norm": True,
    "layer_norm": True,
    "skip": True,
    "loss": "huber:0.1",
    "seed": 2,
    "dtype": "float32",
}


def test_the_settings_of_a_network_tested_here_are_all_there_are():
    assert set(NETWORK_KNOBS) == set(NETWORK_SETTINGS)


def learned(network: Network) -> np.ndarray:
    """All that a network has learned, end to end."""
    return np.concatenate([np.ravel(w) for w in network.weights.values()])


@pytest.mark.parametrize("name", NETWORK_KNOBS)
def test_every_setting_of_a_network_changes_what_it_learns(rows, name):
    plain, other = Network([5, 4, 4, 2]), Network([5, 4, 4, 2], **{name: NETWORK_KNOBS[name]})
    for network in (plain, other):
        network.train(*rows, steps=3, learning_rate=0.1)
    assert learned(other).dtype == other.spec.dtype
    assert not np.array_equal(learned(plain), learned(other))


SGD_, ADAM_, RMS_, LBFGS_ = ({"optimizer": name} for name in ("sgd", "adam", "rmsprop", "lbfgs"))
WATCHED = {"steps": 300, "report_every": 1, "learning_rate": 1.0, "validation": 0.4}

TRAINING_KNOBS = {
    # With what else is set, the setting's value.
    "steps": ({}, 4),
    "epochs": ({"steps": None, "epochs": 3}, 4),
    "batch_size": ({}, 5),
    "shuffle": ({"batch_size": 5}, False),
    "reshuffle": ({"batch_size": 5, "steps": 9}, True),
    "optimizer": ({}, "adam"),
    "schedule": ({}, "exponential:0.5"),
    "warm_up": ({}, 4),
    "reduction": ({}, "mean"),
    "l1": ({}, 0.1),
    "l2": ({}, 0.1),
    "penalty_per_row": ({"l2": 0.1, "reduction": "mean"}, True),
    "max_norm": ({}, 0.5),
    "label_smoothing": ({"loss": "binary_cross_entropy"}, 0.2),
    "clip_deltas": ({}, 0.01),
    "clip_value": ({}, 0.01),
    "clip_norm": ({}, 0.01),
    "trim_deltas": ({}, 0.05),
    "report_every": ({}, 2),
    "patience": (WATCHED, 1),
    "monitor": (WATCHED | {"patience": 300, "learning_rate": 2.0}, "error"),
    "learning_rate": ({}, 0.2),
    "momentum": (SGD_, 0.9),
    "nesterov": (SGD_ | {"momentum": 0.9}, True),
    "weight_decay": (SGD_, 0.1),
    "beta1": (ADAM_, 0.5),
    "beta2": (ADAM_, 0.5),
    "epsilon": (ADAM_, 0.5),
    "epsilon_hat": (ADAM_ | {"epsilon": 0.1}, True),
    "decay": (RMS_, 0.5),
    "memory": (LBFGS_ | {"steps": 30}, 1),
    "tolerance": (LBFGS_ | {"steps": 30}, 0.5),
    "evaluations": (LBFGS_ | {"steps": 30}, 3),
}


def test_the_settings_of_a_training_tested_here_are_all_there_are():
    assert set(TRAINING_KNOBS) == set(TRAINING_SETTINGS)


@pytest.mark.parametrize("name", TRAINING_KNOBS)
def test_every_setting_of_a_training_changes_what_is_learned_or_reported(rows, name):
    besides, value = TRAINING_KNOBS[name]
    results = []
    for more in ({}, {name: value}):
        how = {"steps": 3, **besides, **more}
        network = Network([5, 4, 2], loss=how.pop("loss", "squared_error"))
        history = network.train(*rows, **how)
        results.append((history.step, history.best_step, learned(network).tolist()))
    assert results[0] != results[1]


LAYERS = {
    "Dense": [Dense(4), Dense(2)],
    "Activation": [Dense(4, "identity"), Activation("tanh"), Dense(2)],
    "Dropout": [Dense(4), Dropout(0.2), Dense(2)],
    "Noise": [Noise(0.01), Dense(4), Dense(2)],
    "BatchNorm": [Dense(4, "identity"), BatchNorm(), Activation("relu"), Dense(2)],
    "LayerNorm": [Dense(4), LayerNorm(), Dense(2)],
    "Skip": [Dense(4), Dense(4), Skip(), Dense(2)],
    "all": [
        Noise(0.01), Dropout(0.1), Dense(4, "gelu", bias=True), BatchNorm(), Dropout(0.1),
        Dense(4, "elu"), LayerNorm(), Activation("mish"), Skip(), Dense(4), Skip(over=2), Dense(2),
    ],
}  # fmt: skip


def test_the_kinds_of_layer_tested_here_are_all_there_are():
    assert set(LAYERS) == {*LAYER_KINDS, "all"}


def lowers(network: Network, X: np.ndarray, y: np.ndarray, **how) -> bool:
    """Whether a few hundred small steps lower the loss of the predictions themselves."""
    how = {"learning_rate": 0.005, "steps": 300, "report_every": 100, **how}
    history = network.train(X, y, validation=(X, y), **how)
    return history.validation_loss[-1] < history.validation_loss[0]


@pytest.mark.parametrize("name", LAYERS)
def test_every_kind_of_layer_learns(rows, name):
    assert lowers(Network(5, LAYERS[name]), *rows)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_learns(rows, name):
    assert lowers(Network([5, 4, 2], activation=name), *rows)


@pytest.mark.parametrize("name", INITIALIZERS)
def test_every_start_learns(rows, name):
    assert lowers(Network([5, 4, 2], init=name), *rows)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_learns(rows, name):
    own = {} if name == "lbfgs" else {"learning_rate": 0.005}
    network = Network([5, 4, 2])
    history = network.train(*rows, steps=50, optimizer=name, report_every=49, **own)
    assert history.loss[-1] < history.loss[0]


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_learns(rows, name):
    assert lowers(Network([5, 4, 2]), *rows, schedule=name)


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_learns_from_targets_such_as_it_takes(rows, name):
    X, y = rows
    one_of_two = (y[:, 0] > 0.5).astype(int)
    targets = {"cross_entropy": one_of_two, "hinge": one_of_two, "quantile": y[:, 0]}.get(name, y)
    loss = "quantile:0.3,0.7" if name == "quantile" else name
    assert lowers(Network([5, 4, 2], loss=loss), X, targets)


def test_settings_of_an_optimizer_may_stand_beside_its_description(rows):
    one, other = Network([5, 2]), Network([5, 2])
    one.train(*rows, steps=5, optimizer=SGD(momentum=0.5), learning_rate=0.1, nesterov=True)
    other.train(*rows, steps=5, optimizer=SGD(0.1, momentum=0.5, nesterov=True))
    assert np.array_equal(learned(one), learned(other))
    assert one.training == other.training


@pytest.mark.parametrize("kind", [SGD, AdaGrad, RMSprop, Adam, AdamW, LBFGS])
def test_an_optimizers_name_is_its_description_with_what_it_has_by_itself(rows, kind):
    one, other = Network([5, 2]), Network([5, 2])
    (name,) = (name for name, k in OPTIMIZERS.items() if k is kind)
    one.train(*rows, steps=5, optimizer=name)
    other.train(*rows, steps=5, optimizer=kind())
    assert one.training == other.training == Training(steps=5, optimizer=kind())


def test_adamw_decays_weights_by_itself_and_adam_does_not():
    assert AdamW().weight_decay == 0.01
    assert Adam().weight_decay == 0


UNKNOWN = {
    "a training's": (
        lambda: Network([1, 1]).train([[1]], [1], steps=1, learning_rat=1),
        r"train has no setting 'learning_rat'; did you mean 'learning_rate'\?; it has: .*clip_norm",
    ),
    "one of scikit-learn's": (
        lambda: Network([1, 1]).train([[1]], [1], steps=1, alpha=1), "no setting 'alpha'"),
    "a table's": (lambda: table_options(learn_rate=1), r"did you mean 'learning_rate'\?"),
    "a name of nothing near": (lambda: table_options(xyz=1), "it has: sizes, hidden"),
}  # fmt: skip


@pytest.mark.parametrize(("make", "words"), UNKNOWN.values(), ids=UNKNOWN)
def test_an_unknown_setting_is_a_type_error_with_a_hint(make, words):
    with pytest.raises(TypeError, match=words):
        make()


REFUSED = {
    "a setting of another optimizer": (
        {"optimizer": "adam", "momentum": 0.9}, "momentum is no setting of Adam, but of SGD"),
    "nesterov alone": ({"nesterov": True}, "nesterov needs momentum above 0"),
    "a momentum above 1": ({"momentum": 1.1}, "momentum must be a finite number .*at most 1"),
    "a negative penalty": ({"l2": -1}, "l2 must be a finite number at least 0"),
    "a limit of nothing": ({"clip_norm": 0}, "clip_norm must be a finite number above 0"),
    "a limit that is NaN": ({"max_norm": float("nan")}, "max_norm must be a finite number above"),
    "a negative decay": ({"weight_decay": -0.1}, "weight_decay must be .*at least 0"),
    "a negative warm-up": ({"warm_up": -1}, "warm_up must be at least 0"),
    "smoothing of everything": ({"label_smoothing": 1}, "label_smoothing must be .*below 1"),
    "smoothing of numbers": ({"label_smoothing": 0.1}, "not with 'squared_error'"),
    "an unknown schedule": ({"schedule": "cosin"}, r"did you mean 'cosine'\?.*one_cycle, plateau"),
    "too many numbers": ({"schedule": "cosine:1,2"}, "too many numbers: 'cosine' takes end"),
    "numbers for none": ({"schedule": "constant:1"}, "'constant' takes no number"),
    "words for numbers": ({"schedule": "step:often"}, "every must be a number, not 'often'"),
    "a fraction of a step": ({"schedule": "step:1.5"}, "every must be a whole number, not 1.5"),
    "a factor that grows": ({"schedule": "exponential:1.5"}, "factor must be .*below 1, not 1.5"),
    "code for a number": ({"schedule": "cosine:__import__('os')"}, "end must be a number"),
}  # fmt: skip


@pytest.mark.parametrize(("how", "words"), REFUSED.values(), ids=REFUSED)
def test_training_settings_out_of_bounds_are_refused_and_change_nothing(rows, how, words):
    network = Network([5, 2])
    with pytest.raises(ValueError, match=words):
        network.train(*rows, steps=1, **how)
    assert network.training is None
    assert np.array_equal(learned(network), learned(Network([5, 2])))


REFUSED_NETWORKS = {
    "all values dropped": (lambda: Network([3, 4, 1], dropout=1), "dropout must be .*below 1"),
    "negative noise": (lambda: Network([3, 1], input_noise=-1), "input_noise must be .*at least 0"),
    "two normalizations": (
        lambda: Network([3, 4, 1], batch_norm=True, layer_norm=True),
        "BatchNorm and LayerNorm both stand after layer 1"),
    "a layer twice": (
        lambda: Network(3, [Dense(4), Dropout(), Dropout(), Dense(1)]), "Dropout stands twice"),
    "a skip between unequal layers": (
        lambda: Network(3, [Dense(4), Dense(5), Skip(), Dense(1)]), "must be equally wide"),
    "a skip to below the inputs": (
        lambda: Network(3, [Dense(3), Skip(over=2), Dense(1)]), "leads below the inputs"),
    "no layer that predicts": (lambda: Network(3, [Dense(4), Dropout()]), "the last layer gives"),
    "a number too large for a start": (
        lambda: Network([3, 1], init="constant:1e400"), "value must be a finite number"),
    "a threshold of 0": (lambda: Network([3, 1], loss="huber:0"), "threshold must be .*above 0"),
    "a quantile of 1": (lambda: Network([3, 1], loss="quantile:1"), "quantile must be .*below 1"),
    "quantiles for fewer outputs": (
        lambda: Network([3, 1], loss="quantile:0.1,0.9"), "an output for each quantile, 2 in all"),
    "softmax for quantiles": (
        lambda: Network([3, 2], loss="quantile:0.1,0.9", output_activation="softmax"),
        "needs an output layer with activation"),
    "a setting besides layers": (
        lambda: Network(3, [Dense(1)], dropout=0.5), "bias and the like to the layers"),
}  # fmt: skip


@pytest.mark.parametrize(("make", "words"), REFUSED_NETWORKS.values(), ids=REFUSED_NETWORKS)
def test_networks_with_settings_out_of_bounds_are_refused(make, words):
    with pytest.raises((TypeError, ValueError), match=words) as caught:
        make()
    assert "\n" not in str(caught.value)


def test_an_activation_that_is_no_name_is_a_type_error():
    with pytest.raises(TypeError, match="activation must be a name, not 3"):
        Network([3, 4, 1], activation=3)  # type: ignore[arg-type]


def test_dropout_and_noise_stay_out_of_predictions(rows):
    network = Network([5, 8, 2], dropout=0.5, input_noise=1.0)
    assert np.array_equal(network.predict(rows[0]), network.predict(rows[0]))
    assert np.array_equal(network.predict(rows[0]), Network([5, 8, 2]).predict(rows[0]))


def test_batch_norm_predicts_each_row_by_itself_with_running_statistics(rows):
    network = Network([5, 8, 2], batch_norm=True)
    network.train(*rows, steps=50, learning_rate=0.01)
    assert not np.array_equal(network.weights["mean1"], np.zeros(8))
    together = network.predict(rows[0])
    alone = np.vstack([network.predict(rows[0][k : k + 1]) for k in range(len(rows[0]))])
    np.testing.assert_allclose(together, alone, rtol=1e-12)


@pytest.mark.parametrize("kind", [*LAYER_KINDS.values(), *OPTIMIZERS.values(), Training])
def test_every_field_of_a_description_is_explained(kind):
    text = " ".join(base.__doc__ or "" for base in kind.__mro__)
    for field in fields(kind):
        assert f"{field.name}:" in text or f"{field.name}," in text, field.name


def test_every_argument_of_a_network_and_of_its_training_is_explained():
    for name in NETWORK_SETTINGS:
        assert f"{name}:" in (Network.__doc__ or "") or f"{name}," in (Network.__doc__ or ""), name
    described = Network.train.__doc__ or ""
    for name in (field.name for field in fields(Training)):
        assert name in described, name
