"""Two runs side by side."""

import numpy as np
import pytest

from syn0 import SGD, Adam, Network, Training
from syn0.explain import compare
from tests.explain.networks import EXCLUSIVE_OR, X, made_up, part_2


def replayed(network=None, **how):
    """A recipe on exclusive-or."""
    training = Training(**{"steps": 200, **how})
    return (network or part_2()).replay(X, EXCLUSIVE_OR, training=training)


def test_momentum_parts_from_the_second_step_on_and_only_its_lines_differ():
    found = compare(replayed(), replayed(optimizer=SGD(momentum=0.5)))
    assert found.same_start
    assert found.first == 1
    assert [(x.target, x.a, x.b) for x in found.lines if x.phase == "update"] == [
        ("syn1_velocity", None, "syn1_velocity = momentum * syn1_velocity + l1.T @ l2_delta"),
        ("syn1", "syn1 += l1.T @ l2_delta", "syn1 += syn1_velocity"),
        ("syn0_velocity", None, "syn0_velocity = momentum * syn0_velocity + l0.T @ l1_delta"),
        ("syn0", "syn0 += l0.T @ l1_delta", "syn0 += syn0_velocity"),
    ]
    assert {x.target for x in found.lines if x.phase == "init"} == {
        "momentum", "syn0_velocity", "syn1_velocity",
    }  # fmt: skip
    step, *figures = found.figures[0]
    assert step == 0
    assert figures[0] == figures[1]
    one, other = part_2(), part_2()
    history = one.train(X, EXCLUSIVE_OR, steps=200, engine="numpy")
    other.train(X, EXCLUSIVE_OR, steps=200, momentum=0.5, engine="numpy")
    assert found.distances["syn0"] == np.linalg.norm(one.weights["syn0"] - other.weights["syn0"])
    assert found.a.reports == history.reports
    assert "5 added, 2 changed; the weights differ from step 1 on" in found.summary


def test_the_same_recipe_is_the_same_to_the_bit():
    found = compare(replayed(), replayed())
    assert (found.first, found.lines, found.same_start) == (None, (), True)
    assert set(found.distances.values()) == {0}
    assert found.summary == "no line differs; the weights stay the same to the bit"


def test_another_seed_is_another_start():
    found = compare(replayed(), replayed(Network([3, 4, 1], seed=2)))
    assert (found.first, found.same_start) == (0, False)
    assert "they start from different weights" in repr(found)


def test_networks_of_other_sizes_are_compared_by_what_both_have():
    rows = made_up()
    training = Training(epochs=2, batch_size=5, optimizer=Adam())
    a = Network([5, 4, 2]).replay(*rows, training=training)
    b = Network([5, 4, 4, 2], bias=True).replay(*rows, training=training)
    found = compare(a, b)
    assert [*found.distances] == ["syn0"]
    assert found.steps == (10, 10)
    assert len(found.to_frame()) == 2


def test_a_run_that_breaks_off_says_why():
    rows = made_up()
    how = {"activation": "identity", "output_activation": "identity"}
    a = Network([5, 8, 2], **how).replay(*rows, training=Training(steps=50))
    b = Network([5, 8, 2], **how).replay(
        *rows, training=Training(steps=50, optimizer=SGD(learning_rate=0.001))
    )
    found = compare(a, b)
    assert "training stopped at step" in found.trouble[0]
    assert found.trouble[1] == ""
    assert "a: training stopped" in repr(found)


def test_a_comparison_reads_well():
    assert repr(compare(replayed(), replayed(l2=0.01))).splitlines()[:3] == [
        "lines of b: 2 added, 3 changed; the weights differ from step 0 on",
        "+ ridge = 0.01",
        "+ penalty = ridge / 2 * (np.sum(syn0 ** 2) + np.sum(syn1 ** 2))",
    ]
    with pytest.raises(ValueError, match="give it a seed"):
        compare(replayed(), replayed(Network([3, 4, 1], seed=None)))
