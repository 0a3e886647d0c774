"""A trace is one step of training: its values, its parts, and where it stands."""

import sys

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from syn0 import LBFGS, MLPClassifier, Network, Training
from syn0.explain import trace_step
from syn0.explain.replay import advance, trace_next
from syn0.models import make_training
from syn0.program import evaluate
from syn0.training import Run
from tests.explain.networks import EXCLUSIVE_OR, KINDS, X, made_up, part_2


def test_the_first_step_on_exclusive_or_is_what_a_hand_works_out():
    network = part_2()
    trace = network.trace(X, EXCLUSIVE_OR)
    random = np.random.RandomState(1)
    syn0, syn1 = 2 * random.random_sample((3, 4)) - 1, 2 * random.random_sample((4, 1)) - 1
    l1 = 1 / (1 + np.exp(-(X @ syn0)))
    l2 = 1 / (1 + np.exp(-(l1 @ syn1)))
    y = EXCLUSIVE_OR[:, np.newaxis]
    l2_delta = (y - l2) * (l2 * (1 - l2))
    l1_delta = (l2_delta @ syn1.T) * (l1 * (1 - l1))
    for name, value in {
        "l1": l1, "l2": l2, "l2_error": y - l2, "l2_delta": l2_delta, "l1_delta": l1_delta,
        "syn1": syn1 + l1.T @ l2_delta, "syn0": syn0 + X.T @ l1_delta,
    }.items():  # fmt: skip
        assert np.array_equal(trace[name], value), name
    assert f"{trace['error']:.12g}" == "0.496410031903"
    assert np.array_equal(trace.start["syn0"], syn0)
    assert (trace.step, trace.rows.tolist()) == (0, [0, 1, 2, 3])
    assert np.array_equal(network.weights["syn0"], syn0)  # which has not moved


def test_lines_come_in_order_with_what_they_say_and_are():
    trace = part_2().trace(X, EXCLUSIVE_OR)
    assert [line.target for line in trace.lines] == [
        "l0", "l1", "l2", "l2_error", "loss", "error", "l2_delta", "l1_error", "l1_delta", "syn1",
        "syn0",
    ]  # fmt: skip
    assert [line.number for line in trace.lines] == [*range(1, 12)]
    line = trace.line("l1")
    assert (line.text, line.shape, line.dtype) == ("l1 = sigmoid(l0 @ syn0)", (4, 4), "float64")
    assert (line.phase, line.layer, line.note) == (
        "forward", 1, "hidden layer 1, of weighted sums",
    )  # fmt: skip
    assert trace.line("loss").shape == ()
    assert trace.line("syn1").before is trace.start["syn1"]
    assert line.before is None
    assert [line.target for line in trace.phase("backward")] == ["l2_delta", "l1_error", "l1_delta"]


def test_a_line_opens_into_its_parts_and_products_into_their_operands():
    trace = part_2().trace(X, EXCLUSIVE_OR)
    part = trace.line("l1").part
    assert [(depth, p.text, p.operation) for depth, p in part.walk()] == [
        (0, "sigmoid(l0 @ syn0)", "sigmoid"),
        (1, "l0 @ syn0", "matmul"),
        (2, "l0", "name"),
        (2, "syn0", "name"),
    ]
    (product,) = trace.line("l1").products
    left, right = product.children
    assert np.array_equal(left.value, X)
    assert right.value is trace.start["syn0"]  # not as it is after the step
    assert np.array_equal(product.value, X @ trace.start["syn0"])
    (back,) = trace.line("l1_error").products
    assert [child.text for child in back.children] == ["l2_delta", "syn1.T"]


@pytest.mark.parametrize(("network", "how"), KINDS.values(), ids=KINDS)
def test_every_step_is_the_numpy_engines_to_the_bit(network, how):
    rows = made_up()
    trained = Network([5, 8, 8, 2], **network)
    trained.train(*rows, steps=25, engine="numpy", **how)
    for step in (0, 1, 13, 24):
        apart = Network([5, 8, 8, 2], **network)
        if "schedule" in how:  # which ends with the run: so it cannot be taken in pieces
            if step != 24:
                continue
            apart = trained
        else:
            apart.train(*rows, steps=step + 1, engine="numpy", **how)
        trace = trained.trace(*rows, step=step)
        for name, value in apart.checkpoint.values.items():
            assert np.array_equal(trace[name], value), (step, name)


@pytest.mark.parametrize(("network", "how"), KINDS.values(), ids=KINDS)
def test_parts_add_up_to_their_lines(network, how):
    rows = made_up()
    for line in Network([5, 8, 8, 2], **network).trace(*rows, training=how_of(how)).lines:
        assert np.array_equal(line.part.value, line.value), line.text
        with np.errstate(all="ignore"):
            assert np.array_equal(evaluate(line.line.expression, line.reads), line.value)


def how_of(how, steps: int = 5) -> Training:
    """Settings as a `Training`."""
    return make_training({"steps": steps, **how})


def test_without_a_step_it_is_the_one_that_comes_next():
    rows = made_up()
    network = Network([5, 4, 2])
    network.train(*rows, epochs=2, batch_size=5, optimizer="adam", engine="numpy")
    trace = network.trace(*rows)
    assert trace.step == network.steps_taken == 10
    network.train(*rows, steps=1, batch_size=5, optimizer="adam", engine="numpy")
    assert np.array_equal(trace["syn0"], network.weights["syn0"])
    assert len(trace.rows) == 5
    assert np.array_equal(trace["l0"], rows[0][trace.rows])


def test_steps_ahead_are_those_that_training_would_take():
    rows = made_up()
    network = Network([5, 4, 2])
    network.train(*rows, steps=7, batch_size=5, engine="numpy")
    trace = network.trace(*rows, step=20)
    network.train(*rows, steps=14, batch_size=5, engine="numpy")
    assert np.array_equal(trace["syn1"], network.weights["syn1"])


@pytest.mark.parametrize(("network", "how"), KINDS.values(), ids=KINDS)
def test_jumps_by_snapshots_come_to_the_same_bits(network, how):
    rows = made_up()
    replay = Network([5, 8, 8, 2], **network).replay(*rows, training=how_of(how, steps=40))
    walked = replay.run(0)
    states, snapshots = [], {}
    for step in range(40):
        if step % 8 == 0:
            snapshots[step] = walked.current().copy()
        states.append(walked.current().copy().values)
        advance(walked, step + 1)
    for step in np.random.RandomState(0).randint(40, size=20):
        run = replay.resumed(snapshots[step // 8 * 8])
        advance(run, step)
        trace = trace_next(run)
        for name, value in states[step].items():
            assert np.array_equal(trace.start[name], value), (step, name)
        if step + 1 < 40:
            for name, value in states[step + 1].items():
                assert np.array_equal(trace[name], value), (step, name)


def test_rows_that_weigh_more_pull_more():
    rows = made_up()
    weight = np.linspace(0, 2, 23)
    network = Network([5, 4, 2])
    trace = network.trace(*rows, sample_weight=weight)
    network.train(*rows, steps=1, sample_weight=weight, engine="numpy")
    assert np.array_equal(trace["syn0"], network.weights["syn0"])


def test_a_search_by_lbfgs_leaves_its_pulls_to_be_seen():
    rows = made_up()
    network = Network([5, 4, 2])
    network.train(*rows, steps=6, optimizer=LBFGS(), engine="numpy")
    replay = network.replay(*rows)
    again = Run(replay.job, replay.start)
    advance(again, 6)
    assert np.array_equal(again.state["syn0"], network.weights["syn0"])
    assert network.trace(*rows, step=3)["syn0_update"].shape == (5, 4)


def test_a_step_from_anywhere_is_a_pure_function():
    network = part_2()
    replay = network.replay(X, EXCLUSIVE_OR)
    run = replay.run(5)
    trace = trace_step(run.job.program, run.state | run.given, run.job.arrays)
    assert np.array_equal(trace["syn0"], replay.trace(5)["syn0"])
    assert np.array_equal(run.state["syn0"], trace.start["syn0"])


def test_a_network_without_a_seed_has_no_way_back():
    network = Network([3, 4, 1], seed=None)
    network.train(X, EXCLUSIVE_OR, steps=5)
    assert network.trace(X, EXCLUSIVE_OR).step == 5
    with pytest.raises(ValueError, match="start weights are not known again"):
        network.trace(X, EXCLUSIVE_OR, step=2)


def test_an_estimators_network_is_replayed_too_unless_its_rate_was_turned_on_the_way():
    inputs, numbers = made_up(60)
    classes = (numbers[:, 0] > 0.5).astype(int)
    how = {"hidden_layer_sizes": (4,), "random_state": 3, "engine": "numpy", "tol": 0}
    with pytest.warns(ConvergenceWarning):
        network = MLPClassifier(max_iter=20, **how).fit(inputs, classes).network_
    trace = network.trace(inputs, classes, step=network.steps_taken - 1)
    assert np.array_equal(trace["syn0"], network.weights["syn0"])
    turned = MLPClassifier(solver="sgd", learning_rate="adaptive", n_iter_no_change=1, **how)
    with pytest.warns(ConvergenceWarning):
        network = turned.fit(inputs, classes).network_
    with pytest.raises(ValueError, match="learning rate was changed from outside"):
        network.trace(inputs, classes, step=0)


def test_names_that_are_not_there_are_answered_with_those_that_are():
    trace = part_2().trace(X, EXCLUSIVE_OR)
    with pytest.raises(ValueError, match=r"unknown line 'l3'.*l1_error"):
        trace.line("l3")
    with pytest.raises(ValueError, match=r"unknown name 'syn9'.*syn1"):
        trace["syn9"]
    with pytest.raises(ValueError, match="step must be at least 0"):
        part_2().trace(X, EXCLUSIVE_OR, step=-1)


def test_a_trace_reads_well():
    trace = part_2().trace(X, EXCLUSIVE_OR)
    assert repr(trace).splitlines()[:4] == [
        "step 0: 4 rows, 11 lines",
        "phase     line                                   shape   values",
        "forward   l0 = X                                 (4, 3)  0 to 1",
        "          l1 = sigmoid(l0 @ syn0)                (4, 4)  0.1432 to 0.6267",
    ]
    assert (
        repr(trace.line("l1_error"))
        == """\
l1_error = l2_delta @ syn1.T
  sent back through syn1 (backward, line 8)

l1_error: (4, 4) float64, -0.1207 to 0.1277
  [[ 0.0698 -0.0893  0.1116 -0.0403]
   [-0.0755  0.0966 -0.1207  0.0435]
   [-0.0669  0.0856 -0.107   0.0386]
   [ 0.0799 -0.1022  0.1277 -0.0461]]

part               shape   values
l2_delta @ syn1.T  (4, 4)  -0.1207 to 0.1277
  l2_delta         (4, 1)  -0.1351 to 0.1277
  syn1.T           (1, 4)  -0.9452 to 0.7562
    syn1           (4, 1)  -0.9452 to 0.7562"""
    )
    widest = Network([30, 40, 40, 3], batch_norm=True).trace(*made_up(500, 30, 3))
    assert all(len(row) <= 98 for row in repr(widest).splitlines())
    assert all(len(repr(line).splitlines()) < 60 for line in widest.lines)


def test_tables_of_pandas(monkeypatch):
    trace = part_2().trace(X, EXCLUSIVE_OR)
    table = trace.to_frame()
    assert list(table["target"]) == [line.target for line in trace.lines]
    assert np.array_equal(trace.line("l1").to_frame(), trace["l1"])
    assert list(trace.line("l1").part.to_frame()["operation"]) == [
        "sigmoid", "matmul", "name", "name",
    ]  # fmt: skip
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ModuleNotFoundError, match="pip install pandas"):
        trace.to_frame()
