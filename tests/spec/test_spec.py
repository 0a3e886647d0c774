"""Descriptions refuse what they cannot mean, in one sentence that says what is allowed."""

import math
import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syn0.derive import (
    INITIALIZERS,
    LOSSES,
    SCHEDULES,
    check_names,
    check_training,
    gradient_program,
    prediction_program,
    training_program,
)
from syn0.program import ACTIVATIONS
from syn0.spec import (
    LBFGS,
    SGD,
    Activation,
    AdaGrad,
    Adam,
    BatchNorm,
    Dense,
    Dropout,
    Extras,
    LayerNorm,
    NetworkSpec,
    Noise,
    RMSprop,
    Skip,
    Training,
    dense_layers,
)
from syn0.spec.choices import chosen, listed
from syn0.spec.network import DTYPES
from syn0.spec.training import MONITORS, REDUCTIONS
from tests.together import Together

ONE = (Dense(1),)

REFUSED: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "no units": (lambda: Dense(0), ValueError, "units must be at least 1, not 0"),
    "units and a half": (lambda: Dense(1.5), TypeError, "units must be a whole number, not 1.5"),
    "units in words": (lambda: Dense("4"), TypeError, "units must be a whole number, not '4'"),
    "true units": (lambda: Dense(True), TypeError, "units must be a whole number, not True"),
    "bias 1": (lambda: Dense(1, bias=1), TypeError, "bias must be True or False, not 1"),
    "activation 3": (lambda: Dense(1, 3), TypeError, "activation must be a name, not 3"),
    "init None": (lambda: Dense(1, init=None), TypeError, "init must be a name, not None"),
    "no inputs": (lambda: NetworkSpec(0, ONE), ValueError, "inputs must be at least 1, not 0"),
    "no layers": (lambda: NetworkSpec(3, ()), ValueError, "at least one layer after its inputs"),
    "layers of numbers": (lambda: NetworkSpec(3, (4,)), TypeError, "must be Dense(...) and the"),
    "an end that is no Dense": (
        lambda: NetworkSpec(3, (Dense(4), Dropout())),
        ValueError,
        "the last layer gives the prediction and must be Dense(...), not Dropout(rate=0.5)",
    ),
    "a layer twice": (
        lambda: NetworkSpec(3, (Dense(4), Dropout(), Dropout(0.1), *ONE)),
        ValueError,
        "Dropout stands twice after layer 1: once is enough",
    ),
    "a layer twice on the inputs": (
        lambda: NetworkSpec(3, (Noise(), Noise(), *ONE)),
        ValueError,
        "Noise stands twice after the inputs",
    ),
    "two normalizations": (
        lambda: NetworkSpec(3, (Dense(4), BatchNorm(), LayerNorm(), *ONE)),
        ValueError,
        "BatchNorm and LayerNorm both stand after layer 1: choose one of them",
    ),
    "a skip from nowhere": (
        lambda: NetworkSpec(3, (Dense(3), Skip(2), *ONE)),
        ValueError,
        "Skip(over=2) after layer 1 leads below the inputs",
    ),
    "a skip on the inputs": (
        lambda: NetworkSpec(3, (Skip(), *ONE)),
        ValueError,
        "Skip(over=1) after the inputs leads below the inputs",
    ),
    "a skip between unequal widths": (
        lambda: NetworkSpec(3, (Dense(4), Skip(), *ONE)),
        ValueError,
        "adds 3 values to 4: both layers must be equally wide",
    ),
    "loss 3": (lambda: NetworkSpec(3, ONE, loss=3), TypeError, "loss must be a name, not 3"),
    "dropout of all": (lambda: Dropout(1), ValueError, "rate must be a finite number at least 0 a"),
    "dropout of less than none": (lambda: Dropout(-0.1), ValueError, "and below 1, not -0.1"),
    "dropout in words": (lambda: Dropout("half"), TypeError, "rate must be a number, not 'half'"),
    "noise below 0": (lambda: Noise(-1), ValueError, "deviation must be a finite number at least"),
    "update_rate 0": (
        lambda: BatchNorm(0),
        ValueError,
        "update_rate must be a finite number above",
    ),
    "update_rate 2": (lambda: BatchNorm(2), ValueError, "above 0 and at most 1, not 2.0"),
    "no epsilon": (lambda: LayerNorm(0), ValueError, "epsilon must be a finite number above 0"),
    "over 0": (lambda: Skip(0), ValueError, "over must be at least 1, not 0"),
    "over a half": (lambda: Skip(0.5), TypeError, "over must be a whole number, not 0.5"),
    "activation 4": (lambda: Activation(4), TypeError, "activation must be a name, not 4"),
    "seed -1": (lambda: NetworkSpec(3, ONE, seed=-1), ValueError, "seed must be at least 0"),
    "seed 2**32": (lambda: NetworkSpec(3, ONE, seed=2**32), ValueError, "below 2**32"),
    "seed 1.0": (lambda: NetworkSpec(3, ONE, seed=1.0), TypeError, "seed must be a whole number"),
    "rate 0": (lambda: SGD(0), ValueError, "learning_rate must be a finite number above 0, not 0"),
    "rate infinite": (lambda: SGD(math.inf), ValueError, "finite number above 0, not inf"),
    "rate nan": (lambda: SGD(math.nan), ValueError, "finite number above 0, not nan"),
    "rate huge": (lambda: SGD(10**400), ValueError, "learning_rate must be a finite number above"),
    "rate in words": (lambda: SGD("0.1"), TypeError, "learning_rate must be a number, not '0.1'"),
    "rate True": (lambda: SGD(True), TypeError, "learning_rate must be a number, not True"),
    "rate None": (lambda: Adam(None), TypeError, "learning_rate must be a number, not None"),
    "beta1 1": (lambda: Adam(beta1=1), ValueError, "beta1 must be a finite number at least 0 and"),
    "beta2 -1": (lambda: Adam(beta2=-1), ValueError, "at least 0 and below 1, not -1"),
    "momentum 1.1": (
        lambda: SGD(momentum=1.1),
        ValueError,
        "momentum must be a finite number at least",
    ),
    "nesterov alone": (lambda: SGD(nesterov=True), ValueError, "nesterov needs momentum above 0"),
    "nesterov 1": (lambda: SGD(momentum=0.9, nesterov=1), TypeError, "nesterov must be True or"),
    "decay below 0": (lambda: SGD(weight_decay=-1), ValueError, "weight_decay must be a finite"),
    "adagrad epsilon 0": (
        lambda: AdaGrad(epsilon=0),
        ValueError,
        "epsilon must be a finite number",
    ),
    "rmsprop decay 1": (lambda: RMSprop(decay=1), ValueError, "decay must be a finite number at"),
    "no memory": (lambda: LBFGS(memory=0), ValueError, "memory must be at least 1, not 0"),
    "tolerance -1": (lambda: LBFGS(tolerance=-1), ValueError, "tolerance must be a finite number"),
    "epsilon 0": (lambda: Adam(epsilon=0), ValueError, "epsilon must be a finite number above 0"),
    "no length": (Training, ValueError, "either steps or epochs"),
    "two lengths": (lambda: Training(steps=1, epochs=1), ValueError, "either steps or epochs"),
    "steps 0": (lambda: Training(steps=0), ValueError, "steps must be at least 1, not 0"),
    "epochs 1.5": (lambda: Training(epochs=1.5), TypeError, "epochs must be a whole number"),
    "batch_size 0": (lambda: Training(steps=1, batch_size=0), ValueError, "batch_size must be at"),
    "patience 0": (lambda: Training(steps=1, patience=0), ValueError, "patience must be at least"),
    "report_every 0": (lambda: Training(steps=1, report_every=0), ValueError, "report_every must"),
    "shuffle 'no'": (lambda: Training(steps=1, shuffle="no"), TypeError, "shuffle must be True or"),
    "optimizer by name": (
        lambda: Training(steps=1, optimizer="adam"),
        TypeError,
        "or LBFGS(...), not 'adam'",
    ),
    "schedule 3": (
        lambda: Training(steps=1, schedule=3),
        TypeError,
        "schedule must be a name, not",
    ),
    "warm_up -1": (lambda: Training(steps=1, warm_up=-1), ValueError, "warm_up must be at least 0"),
    "l1 -1": (
        lambda: Training(steps=1, l1=-1),
        ValueError,
        "l1 must be a finite number at least 0",
    ),
    "l2 None": (lambda: Training(steps=1, l2=None), TypeError, "l2 must be a number, not None"),
    "max_norm 0": (lambda: Training(steps=1, max_norm=0), ValueError, "max_norm must be a finite"),
    "smoothing 1": (
        lambda: Training(steps=1, label_smoothing=1),
        ValueError,
        "label_smoothing must",
    ),
    "clip_deltas 0": (
        lambda: Training(steps=1, clip_deltas=0),
        ValueError,
        "clip_deltas must be a",
    ),
    "clip_value 0": (
        lambda: Training(steps=1, clip_value=0),
        ValueError,
        "clip_value must be a fi",
    ),
    "clip_norm 0": (
        lambda: Training(steps=1, clip_norm=0),
        ValueError,
        "clip_norm must be a finite",
    ),
    "trim_deltas 0": (
        lambda: Training(steps=1, trim_deltas=0),
        ValueError,
        "trim_deltas must be a",
    ),
    "dropout of all, by name": (lambda: Extras(dropout=1), ValueError, "dropout must be a finite"),
    "noise below 0, by name": (lambda: Extras(input_noise=-1), ValueError, "input_noise must be a"),
    "skip 1": (lambda: Extras(skip=1), TypeError, "skip must be True or False, not 1"),
    "reports of epochs": (
        lambda: Training(epochs=9, report_every=5),
        ValueError,
        "report_every goes with steps",
    ),
    "too few activations": (
        lambda: dense_layers([4, 1], ["relu"], "sigmoid", bias=False, init="uniform"),
        ValueError,
        "1 activations were given for 2 layers",
    ),
}


def test_nonsense_is_refused_with_the_reason() -> None:
    with Together() as together:
        for what, (make, kind, words) in REFUSED.items():
            with together(what):
                with pytest.raises(kind) as caught:
                    make()
                assert words in str(caught.value)
                assert "\n" not in str(caught.value)


UNFIT = {
    "batch_size": 2, "schedule": "cosine", "warm_up": 5, "max_norm": 1, "clip_deltas": 1,
    "clip_value": 1, "clip_norm": 1, "trim_deltas": 0.1,
}  # fmt: skip


@pytest.mark.parametrize("name", UNFIT)
def test_lbfgs_refuses_what_would_change_its_steps(name: str) -> None:
    Training(steps=1, optimizer=LBFGS(), l1=0.1, l2=0.1, reduction="mean")
    with pytest.raises(ValueError, match="L-BFGS takes full batches") as caught:
        Training(steps=1, optimizer=LBFGS(), **{name: UNFIT[name]})
    assert f"leave out {name}, or choose another optimizer" in str(caught.value)


@pytest.mark.parametrize("layer", [Dropout(), Noise(), BatchNorm()], ids=str)
def test_lbfgs_refuses_layers_that_change_the_loss_from_step_to_step(layer: Any) -> None:
    spec, training = NetworkSpec(3, (layer, *ONE)), Training(steps=1, optimizer=LBFGS())
    with pytest.raises(ValueError, match=f"but {type(layer).__name__} changes it"):
        training_program(spec, training)
    with pytest.raises(ValueError, match=f"but {type(layer).__name__} changes it"):
        gradient_program(spec, training)


def test_lbfgs_takes_layers_that_do_not() -> None:
    layers = (Dense(3), LayerNorm(), Activation("tanh"), Skip(), Dense(1))
    training_program(NetworkSpec(3, layers), Training(steps=1, optimizer=LBFGS()))


@pytest.mark.parametrize("loss", LOSSES)
def test_labels_are_smoothed_where_targets_are_shares_or_classes(loss: str) -> None:
    spec = NetworkSpec(3, (Dense(2, LOSSES[loss].output),), loss=with_numbers(loss, 2))
    training = Training(steps=1, label_smoothing=0.1)
    if LOSSES[loss].targets in ("shares", "classes"):
        assert "y_smooth" in {line.target for line in training_program(spec, training).lines}
    else:
        with pytest.raises(ValueError, match=f"not with '{loss}'") as caught:
            training_program(spec, training)
        assert "binary_cross_entropy and cross_entropy" in str(caught.value)


def with_numbers(loss: str, outputs: int) -> str:
    """The loss, with as many quantiles as outputs."""
    return "quantile:" + ",".join(["0.5"] * outputs) if loss == "quantile" else loss


def network(**options: Any) -> NetworkSpec:
    layer = {name: options.pop(name) for name in ("activation", "init") if name in options}
    return NetworkSpec(3, (Dense(2, **layer),), **options)


CHOICES: dict[str, tuple[Callable[[str], Any], Any]] = {
    "dtype": (lambda name: network(dtype=name), DTYPES),
    "reduction": (lambda name: Training(steps=1, reduction=name), REDUCTIONS),
    "monitor": (lambda name: Training(steps=1, monitor=name), MONITORS),
    "activation": (lambda name: check_names(network(activation=name)), ACTIVATIONS),
    "init": (lambda name: check_names(network(init=name)), INITIALIZERS),
    "loss": (lambda name: check_names(network(loss=name)), listed(LOSSES)),
    "schedule": (
        lambda name: check_training(network(), Training(steps=1, schedule=name)),
        listed(SCHEDULES),
    ),
}


TEXTS = [
    ("loss", "huber:0", "loss 'huber:0': threshold must be a finite number above 0, not 0.0"),
    ("loss", "huber:nan", "threshold must be a finite number above 0, not nan"),
    ("loss", "huber:", "threshold must be a number, not ''"),
    ("loss", "huber:one", "loss 'huber:one': threshold must be a number, not 'one'"),
    ("loss", "huber:1,2", "'huber:1,2' holds too many numbers: 'huber' takes threshold"),
    ("loss", "hinge:1", "'hinge:1' holds too many numbers: 'hinge' takes no number"),
    ("loss", "quantile:0.5,1", "quantile must be a finite number above 0 and below 1, not 1.0"),
    ("loss", "quantile:0.1,", "quantile must be a number, not ''"),
    ("loss", "huber:1) or exec(", "threshold must be a number, not '1) or exec('"),
    ("schedule", "step:1.5", "every must be a whole number, not 1.5"),
    ("schedule", "step:0", "every must be a finite number at least 1, not 0.0"),
    ("schedule", "step:9,1", "factor must be a finite number above 0 and below 1, not 1.0"),
    ("schedule", "step:9,0.5,2", "'step' takes every and factor"),
    ("schedule", "cosine:-1", "end must be a finite number at least 0, not -1.0"),
    ("schedule", "one_cycle:1", "rising must be a finite number above 0 and below 1, not 1.0"),
    ("init", "uniform:-1", "init 'uniform:-1': bound must be a finite number above 0, not -1.0"),
    ("init", "normal:inf", "deviation must be a finite number above 0, not inf"),
    ("init", "he_normal:2", "'he_normal' takes no number"),
    ("init", "constant:x", "value must be a number, not 'x'"),
]


@pytest.mark.parametrize(("what", "text", "words"), TEXTS)
def test_numbers_after_a_name_are_checked(what: str, text: str, words: str) -> None:
    make, _ = CHOICES[what]
    with pytest.raises(ValueError, match=re.escape(words)):
        make(text)


def test_numbers_that_are_not_given_have_defaults() -> None:
    chosen_ones = [
        chosen("schedule", text, SCHEDULES).numbers for text in ("step", "step:9", "step: 9, 0.25")
    ]
    assert chosen_ones == [(1000, 0.5), (9, 0.5), (9, 0.25)]
    assert type(chosen_ones[1][0]) is int
    assert chosen("loss", "quantile:0.1,0.5,0.9", LOSSES).numbers == (0.1, 0.5, 0.9)


@pytest.mark.parametrize("what", CHOICES)
def test_an_unknown_name_is_refused_with_all_that_are_known(what: str) -> None:
    make, known = CHOICES[what]
    with pytest.raises(ValueError, match=f"unknown {what} 'nonsense'") as caught:
        make("nonsense")
    assert all(name in str(caught.value) for name in known)


@pytest.mark.parametrize("what", CHOICES)
def test_a_slip_of_the_pen_is_answered_with_the_name_that_was_meant(what: str) -> None:
    make, known = CHOICES[what]
    for name in known:
        with pytest.raises(ValueError, match="did you mean ") as caught:
            make(name[:-1] + "_")
        assert any(f"did you mean {other!r}?" in str(caught.value) for other in known)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_takes_the_outputs_in_its_row_and_refuses_others(loss: str) -> None:
    allowed = LOSSES[loss].activations
    with Together() as together:
        for output in ACTIVATIONS:
            spec = network(activation=output, loss=with_numbers(loss, 2))
            with together(output):
                if output in allowed:
                    check_names(spec)
                    continue
                with pytest.raises(ValueError, match=f"loss '{loss}' needs an output") as caught:
                    check_names(spec)
                assert all(repr(name) in str(caught.value) for name in allowed)


@pytest.mark.parametrize("loss", [loss for loss in LOSSES if "softmax" in LOSSES[loss].activations])
def test_a_softmax_over_one_output_is_refused(loss: str) -> None:
    spec = NetworkSpec(3, (Dense(1, "softmax"),), loss=loss)
    with pytest.raises(ValueError, match=r"sigmoid|binary_cross_entropy"):
        check_names(spec)


@pytest.mark.parametrize(("outputs", "text"), [(2, "quantile"), (1, "quantile:0.1,0.9")])
def test_each_quantile_needs_an_output(outputs: int, text: str) -> None:
    with pytest.raises(ValueError, match="needs an output for each quantile"):
        check_names(NetworkSpec(3, (Dense(outputs, "identity"),), loss=text))


def test_a_single_class_is_refused() -> None:
    with pytest.raises(ValueError, match="two or more outputs, one a class"):
        check_names(NetworkSpec(3, (Dense(1, "softmax"),), loss="cross_entropy"))


def test_the_name_of_an_activation_by_itself_is_checked() -> None:
    with pytest.raises(ValueError, match="unknown activation 'reul'; did you mean 'relu'"):
        check_names(NetworkSpec(3, (Dense(4), Activation("reul"), Dense(1))))


def test_names_are_checked_before_a_program_is_derived() -> None:
    spec = network(activation="sigmod")
    for derive in (
        lambda: training_program(spec, Training(steps=1)),
        lambda: prediction_program(spec),
    ):
        with pytest.raises(ValueError, match="did you mean 'sigmoid'"):
            derive()


def test_numpy_numbers_become_plain_ones() -> None:
    layer, optimizer = Dense(np.int64(4)), SGD(np.float32(0.5))
    assert type(layer.units) is int
    assert type(optimizer.learning_rate) is float
    assert type(NetworkSpec(np.int32(3), (layer,), seed=np.uint32(5)).seed) is int


def test_descriptions_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Dense(4).units = 5  # type: ignore[misc]


def test_the_default_network_is_the_tutorials() -> None:
    spec, training = NetworkSpec(3, (Dense(4), Dense(1))), Training(steps=1)
    assert {(layer.activation, layer.bias, layer.init) for layer in spec.layers} == {
        ("sigmoid", False, "uniform")
    }
    assert (spec.loss, spec.seed, spec.dtype) == ("squared_error", 1, "float64")
    assert (training.optimizer, training.reduction) == (SGD(1.0), "sum")
    assert training.batch_size is None


def test_the_default_training_adds_nothing() -> None:
    training = Training(steps=1)
    off = ("l1", "l2", "max_norm", "label_smoothing", "warm_up")
    off += ("clip_deltas", "clip_value", "clip_norm", "trim_deltas")
    assert not any(getattr(training, name) for name in off)
    assert (training.schedule, training.optimizer.weight_decay) == ("constant", 0)


def test_layers_stand_in_groups_behind_what_they_follow() -> None:
    layers = (Noise(), Dense(3), BatchNorm(), Dropout(), Dense(2), Dense(1))
    spec = NetworkSpec(3, layers)
    assert list(spec.groups()) == [[Noise()], [BatchNorm(), Dropout()], [], []]
    assert spec.dense == (Dense(3), Dense(2), Dense(1))
    assert (str(spec), spec.sizes, spec.outputs) == ("3-3-2-1", (3, 3, 2, 1), 1)


def test_extras_stand_in_their_places() -> None:
    dense = (Dense(3), Dense(3), Dense(4), Dense(1))
    extras = Extras(dropout=0.5, input_dropout=0.2, input_noise=0.1, batch_norm=True, skip=True)
    norm, drop = BatchNorm(), Dropout(0.5)
    assert extras.between(3, dense) == (
        Noise(0.1), Dropout(0.2),
        Dense(3), norm, Skip(), drop, Dense(3), norm, Skip(), drop, Dense(4), norm, drop, Dense(1),
    )  # fmt: skip
    assert Extras(layer_norm=True).between(3, dense[2:]) == (Dense(4), LayerNorm(), Dense(1))
    assert Extras().between(3, dense) == dense


def test_a_network_knows_its_sizes() -> None:
    spec = NetworkSpec(3, [Dense(4), Dense(2)])  # type: ignore[arg-type]
    assert (str(spec), spec.sizes, spec.outputs) == ("3-4-2", (3, 4, 2), 2)


@pytest.mark.parametrize(
    ("units", "activation", "names"),
    [
        ([1], "tanh", ["sigmoid"]),
        ([4, 1], "tanh", ["tanh", "sigmoid"]),
        ([5, 4, 1], "relu", ["relu", "relu", "sigmoid"]),
        ([5, 4, 1], ["relu", "tanh", "identity"], ["relu", "tanh", "identity"]),
    ],
)
def test_one_activation_is_that_of_the_hidden_layers(
    units: list[int], activation: Any, names: list[str]
) -> None:
    layers = dense_layers(units, activation, "sigmoid", bias=True, init="he_uniform")
    assert [layer.activation for layer in layers] == names
    assert [layer.units for layer in layers] == units
    assert all(layer.bias and layer.init == "he_uniform" for layer in layers)


@given(st.integers(1, 10**7))
def test_reports_are_two_to_twenty_at_round_steps(steps: int) -> None:
    interval = Training(steps=steps).interval(rows=4)
    assert math.log10(interval) == int(math.log10(interval))
    assert (2 if steps > 1 else 1) <= math.ceil(steps / interval) <= 20


@given(st.integers(1, 500), st.integers(1, 100), st.integers(1, 9))
def test_an_epoch_takes_every_row_once(rows: int, batch_size: int, epochs: int) -> None:
    training = Training(epochs=epochs, batch_size=batch_size)
    full, rest = divmod(rows, batch_size)
    assert training.batches(rows) == full + (rest > 0)
    assert training.total_steps(rows) == epochs * training.batches(rows)
    assert training.interval(rows) == training.batches(rows)


def test_with_full_batches_an_epoch_is_a_step() -> None:
    training = Training(epochs=60_000)
    assert training.total_steps(4) == 60_000
    assert training.interval(4) == 1
