"""Descriptions as JSON: they come back equal, and nothing unknown comes in."""

import json
from functools import reduce
from operator import or_
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syn0.derive import INITIALIZERS, LOSSES, SCHEDULES
from syn0.files import records
from syn0.files.records import to_data
from syn0.program import ACTIVATIONS
from syn0.spec import (
    LAYER_KINDS,
    LBFGS,
    OPTIMIZERS,
    SGD,
    Activation,
    AdaGrad,
    Adam,
    AdamW,
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
)
from syn0.spec.network import DTYPES
from syn0.spec.training import MONITORS, REDUCTIONS

KINDS = (NetworkSpec, Training, *LAYER_KINDS.values(), *OPTIMIZERS.values())


def from_data(data: Any) -> Any:
    """The description, of any kind, that `to_data` made the data of."""
    return records.from_data(reduce(or_, KINDS), data, "it")


positive = st.floats(1e-12, 1e6)
fractions = st.floats(0, 1, exclude_max=True)
counts = st.integers(1, 10**6)
not_negative = st.just(0.0) | positive
optional = st.none() | positive
optimizers = (
    st.builds(SGD, positive, weight_decay=not_negative)
    | st.builds(SGD, positive, st.floats(0.1, 0.9), st.booleans())
    | st.builds(AdaGrad, positive, positive, not_negative)
    | st.builds(RMSprop, positive, fractions, positive, not_negative)
    | st.builds(Adam, positive, fractions, fractions, positive, not_negative)
    | st.builds(AdamW, positive, fractions, fractions, positive, not_negative)
)
dense = st.builds(
    Dense,
    counts,
    st.sampled_from(list(ACTIVATIONS)),
    st.booleans(),
    st.sampled_from(list(INITIALIZERS)),
)
extras = st.fixed_dictionaries(
    {
        "dropout": fractions,
        "input_dropout": fractions,
        "input_noise": not_negative,
        "batch_norm": st.booleans(),
        "skip": st.booleans(),
    }
)
between = (
    st.builds(Activation, st.sampled_from(list(ACTIVATIONS)))
    | st.builds(Dropout, fractions)
    | st.builds(Noise, not_negative)
    | st.builds(BatchNorm, st.floats(1e-9, 1), positive)
    | st.builds(LayerNorm, positive)
    | st.builds(Skip, counts)
)
layers = dense | between


def in_places(inputs: int, layers: list[Dense], extras: dict[str, Any]) -> NetworkSpec:
    return NetworkSpec(inputs, Extras(**extras).between(inputs, layers))


networks = st.builds(
    NetworkSpec,
    counts,
    st.lists(dense, min_size=1, max_size=4).map(tuple),
    st.sampled_from([*LOSSES, "huber:0.3", "quantile:0.1,0.9"]),
    st.none() | st.integers(0, 2**32 - 1),
    st.sampled_from(DTYPES),
) | st.builds(in_places, counts, st.lists(dense, min_size=2, max_size=4), extras)
trainings = st.builds(
    Training,
    steps=counts,
    batch_size=st.none() | counts,
    shuffle=st.booleans(),
    optimizer=optimizers,
    schedule=st.sampled_from([*SCHEDULES, "step:9,0.1"]),
    warm_up=st.integers(0, 10**6),
    reduction=st.sampled_from(REDUCTIONS),
    l1=not_negative,
    l2=not_negative,
    max_norm=optional,
    label_smoothing=fractions,
    clip_deltas=optional,
    clip_value=optional,
    clip_norm=optional,
    trim_deltas=optional,
    report_every=st.none() | counts,
    patience=st.none() | counts,
    monitor=st.sampled_from(MONITORS),
) | st.builds(Training, epochs=counts, optimizer=st.builds(LBFGS, counts, not_negative))
descriptions = networks | trainings | layers | optimizers


@given(descriptions)
def test_a_description_comes_back_equal_through_json(value: Any) -> None:
    again = from_data(json.loads(json.dumps(to_data(value))))
    assert again == value
    assert type(again) is type(value)
    assert hash(again) == hash(value)


def test_every_kind_is_tried() -> None:
    tried = {"Dense", "Activation", "Dropout", "Noise", "BatchNorm", "LayerNorm", "Skip"}
    tried |= {"SGD", "AdaGrad", "RMSprop", "Adam", "AdamW", "LBFGS"}
    assert {kind.__name__ for kind in KINDS} == tried | {"NetworkSpec", "Training"}


def test_the_data_say_their_kind_and_hold_nothing_but_plain_values() -> None:
    assert to_data(NetworkSpec(3, (Dense(4),))) == {
        "kind": "NetworkSpec",
        "inputs": 3,
        "layers": [
            {
                "kind": "Dense",
                "units": 4,
                "activation": "sigmoid",
                "bias": False,
                "init": "uniform",
                "bias_init": "constant",
            }
        ],
        "loss": "squared_error",
        "seed": 1,
        "dtype": "float64",
    }


DENSE = to_data(Dense(4))

REFUSED = {
    "an unknown kind": {"kind": "os.system", "command": "true"},
    "no kind": {"units": 4},
    "a kind that is a list": {"kind": []},
    "a kind that is no text": {"kind": 7},
    "an unknown field": DENSE | {"color": "red"},
    "a missing field": {k: v for k, v in DENSE.items() if k != "bias"},
    "a value of the wrong type": DENSE | {"units": "4"},
    "a value out of bounds": DENSE | {"units": 0},
    "a description where a number belongs": DENSE | {"units": to_data(SGD())},
    "a list where a name belongs": DENSE | {"activation": ["sigmoid"]},
    "layers that are no list": to_data(NetworkSpec(3, (Dense(4),))) | {"layers": 5},
    "layers of another kind": to_data(NetworkSpec(3, (Dense(4),))) | {"layers": [to_data(SGD())]},
    "an optimizer among the layers": to_data(NetworkSpec(3, (Dense(4),)))
    | {"layers": [to_data(LBFGS()), DENSE]},
    "a skip that leads nowhere": to_data(NetworkSpec(3, (Dense(4),)))
    | {"layers": [to_data(Skip(5)), DENSE]},
    "a share above 1": to_data(Dropout()) | {"rate": 1.5},
    "a schedule that is no text": to_data(Training(steps=1)) | {"schedule": ["cosine"]},
    "L-BFGS on mini-batches": to_data(Training(steps=1, optimizer=LBFGS())) | {"batch_size": 4},
    "an unknown number type": to_data(NetworkSpec(3, (Dense(4),))) | {"dtype": "float8"},
    "a layer for an optimizer": to_data(Training(steps=1)) | {"optimizer": DENSE},
    "a learning rate too large to be a number": {"kind": "SGD", "learning_rate": 10**400},
    "an unknown kind deep inside": to_data(NetworkSpec(3, (Dense(4),)))
    | {"layers": [{"kind": "Lambda"}]},
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_data_that_no_description_gives_are_refused(data: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        from_data(data)


def test_the_message_names_the_kind_and_the_field() -> None:
    with pytest.raises(ValueError, match=r"it: 'kind' must be one of .*, found 'os\.system'"):
        from_data(REFUSED["an unknown kind"])
    with pytest.raises(ValueError, match=r"it: expected the keys .*, found .*'color'"):
        from_data(REFUSED["an unknown field"])
    with pytest.raises(ValueError, match=r"it: expected the keys .*'bias'"):
        from_data(REFUSED["a missing field"])
