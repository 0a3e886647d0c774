"""A run that was prepared can be taken bit by bit, looked at and stopped, and gives the same."""

from itertools import pairwise

import numpy as np
import pytest

from syn0 import LBFGS, Adam, Network, Training
from syn0.models import Examples

X = np.random.RandomState(3).uniform(-1, 1, (20, 3))
EXAMPLES = Examples(X, (X[:, :1] > 0).astype(float))
EPOCHS = Training(epochs=4, batch_size=6, optimizer=Adam(0.01))
STEPS = Training(steps=40, report_every=8)


def network() -> Network:
    return Network([3, 4, 1], seed=2)


def prepared(training: Training, examples: Examples = EXAMPLES):
    return network().prepare(training, examples, engine="numpy", progress=False)


def same(one, other) -> None:
    """Fail unless two checkpoints are one."""
    assert (one.step, one.epoch) == (other.step, other.epoch)
    for name, value in one.values.items():
        assert np.array_equal(value, other.values[name]), name


@pytest.mark.parametrize("training", [EPOCHS, STEPS])
def test_report_by_report_it_goes_where_it_goes_in_one(training):
    whole, bits = prepared(training), prepared(training)
    history = whole.go()
    reports = []
    while (report := bits.advance()) is not None:
        reports.append(report)
    assert reports == history.reports
    assert bits.history == history
    same(bits.checkpoint(), whole.checkpoint())
    assert bits.over


@pytest.mark.parametrize("training", [EPOCHS, STEPS])
def test_a_step_line_by_line_is_the_step_that_the_engine_takes(training):
    lines, whole = prepared(training), prepared(training)
    whole.go()
    while not lines.over:
        bound = {line.target: value for line, value in lines.walk()}
        assert np.isfinite(bound["loss"])
    for name, value in whole.checkpoint().values.items():
        np.testing.assert_allclose(lines.state[name], value, rtol=1e-9)
    assert lines.checkpoint().generator[2] == whole.checkpoint().generator[2]


def test_a_step_that_is_left_between_its_lines_was_not_taken():
    run = prepared(EPOCHS)
    before = run.current().copy()
    for line, _ in run.walk():
        if line.phase == "update":
            break
    same(run.current(), before)


def test_after_single_steps_it_advances_to_the_end_of_the_epoch():
    run = prepared(EPOCHS)
    for _ in run.walk():
        pass
    assert run.step == 1
    assert run.advance().step == 4
    assert run.advance().step == 8


def test_what_it_learned_is_kept_when_it_is_asked_for():
    model = network()
    start = model.predict(X)
    run = model.prepare(EPOCHS, EXAMPLES, progress=False)
    run.advance()
    assert np.array_equal(model.predict(X), start)
    model.keep(run)
    assert model.steps_taken == 4
    assert model.training == EPOCHS
    np.testing.assert_allclose(model.predict(X), run.predict(X), rtol=1e-12)
    once = network()
    once.run(EPOCHS, EXAMPLES, progress=False)
    run.go()
    model.keep(run)
    assert np.array_equal(model.predict(X), once.predict(X))


def test_it_stops_where_it_is_asked_to_and_says_why_first():
    run = prepared(EPOCHS)
    run.advance()
    run.stop()
    run.stop("early")
    assert run.over
    assert run.advance() is None
    assert run.go().stopped == "callback"
    assert run.step == 4


def test_many_epochs_in_one_go_end_where_a_callback_ends_them():
    training = Training(epochs=400, batch_size=6, reduction="mean")
    seen = []
    run = network().prepare(training, EXAMPLES, engine="numpy", progress=False, by_rows=True)
    run.go([lambda report: seen.append(report.step) or len(seen) == 123], ahead=True)
    assert len(seen) == 123
    assert all(b - a == 4 for a, b in pairwise(seen))
    other = network().prepare(training, EXAMPLES, engine="numpy", progress=False)
    for _ in range(123):
        other.advance()
    same(run.checkpoint(), other.checkpoint())


def test_of_a_patient_run_the_best_or_the_present_weights_are_kept():
    training = Training(epochs=6, batch_size=6, patience=6)
    worse = Examples(X, EXAMPLES.y, validation=(X, 1 - EXAMPLES.y))
    model = network()
    run = model.prepare(training, worse, progress=False)
    run.go()
    model.keep(run)
    assert model.steps_taken == run.history.best_step < run.step
    model.keep(run, best=False)
    assert model.steps_taken == run.step


def test_a_search_advances_to_its_end_and_its_lines_move_nothing():
    training = Training(steps=5, optimizer=LBFGS(), report_every=1)
    run = prepared(training)
    before = run.current().copy()
    assert [line.target for line, _ in run.walk()][-1].endswith("_update")
    same(run.current(), before)
    assert run.advance() == run.history.reports[-1]
    assert run.over
    assert run.advance() is None
