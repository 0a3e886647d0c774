"""What went wrong, where, and what to try."""

import numpy as np
import pytest

from syn0 import Dense, Network, NonFiniteError, Training
from tests.explain.networks import EXCLUSIVE_OR, X, made_up, part_2

LINEAR = {"activation": "identity", "output_activation": "identity"}


def test_a_training_that_failed_is_opened_at_its_first_bad_line():
    rows = made_up()
    network = Network([5, 8, 8, 2], activation="tanh", output_activation="identity")
    with pytest.raises(NonFiniteError) as error:
        network.train(*rows, steps=100, learning_rate=3, engine="numpy")
    found = network.replay(*rows).post_mortem()
    assert found.line.target in str(error.value)
    assert f"step {found.step}" in str(error.value)
    assert found.cause in str(error.value)
    assert not np.isfinite(found.part.value).all()
    for operand in found.operands:
        assert operand.bad == 0
        sizes = np.abs(operand.value)
        assert sizes[operand.places[0]] == sizes.max()
    assert found.before.step == found.step - 1
    assert found.before.finite or not np.isfinite(found.before["loss"])
    assert [(turn.knob, turn.value) for turn in found.turns] == [
        ("learning_rate", 0.3), ("clip_norm", 1),
    ]  # fmt: skip
    text = repr(found)
    assert "the step before" in text
    assert "to try:\n  learning_rate=0.3: steps a tenth as long as 3" in text


def test_the_knobs_help():
    rows = made_up()
    found = Network([5, 8, 2], **LINEAR).replay(*rows, training=Training(steps=50)).post_mortem(49)
    assert found.step < 49
    assert found.line is not None
    settings = {turn.knob: turn.value for turn in found.turns}
    Network([5, 8, 2], **LINEAR).train(*rows, steps=50, **settings)  # raises nothing


def test_a_weight_that_is_nan_is_found_as_an_operand():
    network = part_2()
    network.checkpoint.values["syn0"][1, 2] = np.nan
    found = network.replay(X, EXCLUSIVE_OR).post_mortem()
    assert found.line.target == "l1"
    weights = found.operands[1]
    assert (weights.text, weights.bad, weights.places[0]) == ("syn0", 1, (1, 2))


def test_dead_units_are_named():
    network = Network(3, [Dense(3, "relu"), Dense(1)])
    network.weights["syn0"] = [[1, -1, -1], [1, -1, -1], [1, -1, 1]]
    found = network.replay(X, EXCLUSIVE_OR).post_mortem()
    assert found.line is None
    assert found.findings[0] == "1 of 3 units of l1 are dead (1): none of 4 rows can move them"
    assert found.layers[0].dead == (1,)
    assert found.turns[0].knob == "activation"


def test_units_that_rest_in_one_batch_are_not_dead():
    rows = made_up(200)
    network = Network([5, 30, 2], activation="relu", bias=True)
    training = Training(steps=5, batch_size=2)
    replay = network.replay(*rows, training=training)
    resting = replay.trace().slopes().layers[0].dead
    assert len(resting) > 5
    everywhere = network.trace(*rows).slopes().layers[0].dead
    assert replay.post_mortem().layers[0].dead == tuple(everywhere)


def test_saturated_layers_and_fading_deltas_are_told():
    rows = made_up()
    found = Network([5, 8, 8, 2], init="uniform:20").replay(*rows).post_mortem()
    assert "of the values of l1 are saturated" in found.findings[0]
    assert [turn.knob for turn in found.turns] == ["init", "batch_norm"]
    found = Network([5, 8, 8, 8, 8, 2], init="uniform:0.1").replay(*rows).post_mortem()
    assert found.findings[0].startswith("deltas fade on their way down: those of l1 are ")
    assert [turn.knob for turn in found.turns] == ["batch_norm", "skip"]
    found = Network([5, 8, 8, 8, 8, 2], init="uniform:40", **LINEAR).replay(*rows).post_mortem()
    assert found.findings[0].startswith("deltas grow on their way down: those of l1 are ")


def test_a_healthy_network_is_called_so():
    found = part_2().replay(X, EXCLUSIVE_OR).post_mortem()
    assert found.turns == ()
    assert (
        repr(found)
        == """\
step 0
every number is finite, no hidden unit is dead, and the deltas reach every layer

layer  units  dead  flat values  size of deltas
l1         4     0           0%         0.01852
l2         1     0           0%          0.1238"""
    )
    assert list(found.to_frame()["name"]) == ["l1", "l2"]
