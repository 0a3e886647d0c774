"""The split of an update over the examples adds up, to the bit."""

import numpy as np
import pytest
from hypothesis import given, settings

from syn0 import BatchNorm, Dense, Network, Training
from syn0.spec import SGD
from tests.explain.networks import EXCLUSIVE_OR, FIRST_COLUMN, X, cases, made_up, part_1, part_2


def total(split):
    """Parts and rounding, added from left to right."""
    result = split.parts[0]
    for part in [*split.parts[1:], split.rounding]:
        result = result + part
    return result


def test_one_weight_of_exclusive_or_by_hand():
    trace = part_2().trace(X, EXCLUSIVE_OR)
    split = trace.contributions("syn0", 2, 1)
    assert np.array_equal(split.inputs, X[:, 2])
    assert np.array_equal(split.deltas, trace["l1_delta"][:, 1])
    assert np.array_equal(split.parts, X[:, 2] * trace["l1_delta"][:, 1])
    assert total(split) == split.pull == (X.T @ trace["l1_delta"])[2, 1]
    assert split.change == split.pull  # a rate of 1 and nothing between
    assert split.new == trace["syn0"][2, 1] == split.old + split.change
    assert split.label == "syn0[2,1]"
    assert [stage.text for stage in split.stages] == ["syn0 += l0.T @ l1_delta"]


def test_the_tutorials_weight_of_9_and_a_half_barely_moves():
    network = part_1()
    network.weights["syn0"] = [[9.5], [0], [0]]
    split = network.trace([[1, 0, 0]], [1]).contributions("syn0", 0, 0)
    assert split.inputs == [1]
    assert split.change == pytest.approx((1 - 1 / (1 + np.exp(-9.5))) ** 2, rel=1e-3)
    assert 0 < split.change < 1e-8


@settings(max_examples=60)
@given(cases())
def test_parts_and_rounding_are_the_pull_and_stages_end_at_the_change(case):
    network, training, rows, step = case
    trace = network.trace(*rows, training=training, step=step)
    generator = np.random.RandomState(0)
    for name in network.weights:
        if name.startswith(("mean", "variance")):
            continue
        for _ in range(4):
            place = tuple(generator.randint(n) for n in network.weights[name].shape)
            split = trace.contributions(name, *place)
            assert total(split) == split.pull
            assert split.new == trace[name][place]
            assert split.old == trace.start[name][place]
            assert split.stages[-1].value == split.new
            assert split.parts.dtype == network.spec.dtype


def test_every_weight_of_a_larger_network_adds_up():
    rows = made_up(300, 20, 3)
    trace = Network([20, 16, 3], bias=True).trace(*rows)
    splits = [trace.contributions("syn0", i, j) for i in range(20) for j in range(16)]
    splits += [trace.contributions("bias0", j) for j in range(16)]
    assert all(total(split) == split.pull for split in splits)
    assert any(split.rounding for split in splits)  # BLAS sums in another order


def test_biases_take_an_input_of_1_and_scales_the_normalized_value():
    rows = made_up()
    network = Network(5, [Dense(4, bias=True), BatchNorm(), Dense(2)])
    trace = network.trace(*rows)
    bias = trace.contributions("bias0", 3)
    assert np.array_equal(bias.inputs, np.ones(23))
    assert np.array_equal(bias.deltas, trace["l1_delta"][:, 3])
    scale = trace.contributions("scale1", 2)
    assert np.array_equal(scale.inputs, trace["l1_normal"][:, 2])
    assert total(scale) == scale.pull


def test_between_pull_and_change_stand_penalty_limit_memory_and_rate():
    training = Training(
        steps=9, optimizer=SGD(learning_rate=0.1, momentum=0.9), l2=0.1, clip_value=0.01,
        max_norm=1,
    )  # fmt: skip
    trace = part_2().trace(X, EXCLUSIVE_OR, training=training, step=3)
    split = trace.contributions("syn0", 0, 1)
    assert [stage.text.split(" ** ")[0] for stage in split.stages] == [
        "l0.T @ l1_delta - ridge * syn0",
        "np.clip(l0.T @ l1_delta - ridge * syn0, -0.01, 0.01)",
        "alpha * np.clip(l0.T @ l1_delta - ridge * syn0, -0.01, 0.01)",
        "syn0_velocity = momentum * syn0_velocity + alpha * np.clip(l0.T @ l1_delta - ridge * syn0,"
        " -0.01, 0.01)",
        "syn0 += syn0_velocity",
        "syn0 *= 1 / np.maximum(np.sqrt(np.sum(syn0",
    ]
    pulled, clipped, rated, velocity, moved, kept = split.stages
    assert pulled.value == split.pull - 0.1 * split.old
    assert clipped.value == np.clip(pulled.value, -0.01, 0.01)
    assert rated.value == 0.1 * clipped.value
    assert velocity.value == 0.9 * velocity.before + rated.value
    assert moved.value == split.old + velocity.value
    assert kept.value == split.new == trace["syn0"][0, 1]
    assert split.change == split.new - split.old


def test_of_many_examples_the_twelve_largest_are_shown():
    split = Network([5, 4, 2]).trace(*made_up(40)).contributions("syn0", 0, 0)
    lines = repr(split).splitlines()
    assert len(lines) == 2 + 12 + 3 + 3
    assert lines[14].startswith("28 others")
    shown = np.abs(split.parts[split.largest])
    assert shown.min() >= np.sort(np.abs(split.parts))[-12]
    assert len(split.to_frame()) == 40


def test_a_split_reads_well():
    split = part_1().trace(X, FIRST_COLUMN).contributions("syn0", 0, 0)
    assert (
        repr(split)
        == """\
syn0[0,0]: -0.165956 -> 0.1202541, change 0.2862
row       input     delta    part
0             0  -0.05289       0
1             0  -0.08419       0
2             1    0.1381  0.1381
3             1    0.1481  0.1481
rounding                        0
pull                       0.2862

from the pull to the change     before       here
syn0 += l0.T @ l1_delta      -0.165956  0.1202541"""
    )


def test_what_is_not_learned_or_not_there_is_said():
    network = Network(5, [Dense(4, bias=True), BatchNorm(), Dense(2)])
    trace = network.trace(*made_up())
    with pytest.raises(ValueError, match=r"unknown array 'mean1'.*syn0, bias0, scale1"):
        trace.contributions("mean1", 0)
    with pytest.raises(ValueError, match=r"no syn0\[5,0\].*from syn0\[0,0\] to syn0\[4,3\]"):
        trace.contributions("syn0", 5, 0)
    with pytest.raises(ValueError, match=r"there is no bias0\[1,2\]"):
        trace.contributions("bias0", 1, 2)
    with pytest.raises(TypeError, match="whole number"):
        trace.contributions("syn0", "1", 2)
    assert trace.contributions("syn0", -1, -1).place == (4, 3)
