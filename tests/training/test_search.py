"""L-BFGS: SciPy's search on the program's own loss and gradient, told like any other training."""

import numpy as np
import pytest
from scipy.optimize import minimize

from syn0 import LBFGS, Dense, Dropout, Network, NonFiniteError, load
from syn0.models import plan_table, table_options

LBFGS_ = {"optimizer": "lbfgs"}
L2 = 0.1


@pytest.fixture
def answers(rows):
    """23 rows of yes or no."""
    X, y = rows
    return X, (y[:, :1] > 0.5).astype(float)


def logistic(**how) -> Network:
    """A logistic regression, whose loss has one lowest point."""
    return Network([5, 1], loss="binary_cross_entropy", bias=True, **how)


def loss_and_gradient(theta: np.ndarray, X: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Those of the logistic regression with an L2 penalty, written down anew."""
    weights, bias = theta[:-1, np.newaxis], theta[-1]
    z = X @ weights + bias
    loss = np.sum(np.logaddexp(0, z) - y * z) + L2 / 2 * np.sum(weights**2)
    miss = 1 / (1 + np.exp(-z)) - y
    return loss, np.concatenate([(X.T @ miss + L2 * weights)[:, 0], [miss.sum()]])


def by_scipy(network: Network, X: np.ndarray, y: np.ndarray, **options) -> np.ndarray:
    """Where SciPy comes to from the network's start."""
    start = np.concatenate([network.weights["syn0"][:, 0], network.weights["bias0"]])
    found = minimize(
        loss_and_gradient, start, args=(X, y), jac=True, method="L-BFGS-B", options=options
    )
    return found.x


def learned(network: Network) -> np.ndarray:
    return np.concatenate([network.weights["syn0"][:, 0], network.weights["bias0"]])


def test_a_hundred_steps_find_less_than_a_thousand_of_gradient_descent(answers):
    X, y = answers
    X = X * [0.1, 0.3, 1, 3, 10]  # columns of different sizes, which slow down the descent
    by_search, by_descent = logistic(), logistic()
    found = by_search.train(X, y, steps=100, l2=L2, **LBFGS_)
    descended = by_descent.train(X, y, steps=1000, l2=L2, learning_rate=0.003, report_every=1)
    loss = loss_and_gradient(learned(by_search), X, y)[0]
    assert found.loss[-1] == pytest.approx(loss, rel=1e-9)
    assert descended.loss == sorted(descended.loss, reverse=True)
    assert loss + 0.01 < descended.loss[-1] < found.loss[0]


@pytest.mark.parametrize("steps", [1, 5, 100])
def test_it_goes_where_scipy_goes(answers, steps):
    network = logistic()
    expected = by_scipy(network, *answers, maxiter=steps, gtol=1e-7)
    network.train(*answers, steps=steps, l2=L2, optimizer=LBFGS(tolerance=1e-7))
    np.testing.assert_allclose(learned(network), expected, rtol=1e-6)


def test_its_memory_and_tolerance_are_scipys(answers):
    network, plain = logistic(), logistic()
    expected = by_scipy(network, *answers, maxiter=100, maxcor=1, gtol=0.1)
    network.train(*answers, steps=100, l2=L2, optimizer=LBFGS(memory=1, tolerance=0.1))
    plain.train(*answers, steps=100, l2=L2, **LBFGS_)
    np.testing.assert_allclose(learned(network), expected, rtol=1e-6)
    assert not np.allclose(learned(network), learned(plain), rtol=1e-6)


def test_straight_lines_are_those_of_least_squares(rows):
    X, y = rows
    network = Network([5, 2], activation="identity")
    history = network.train(X, y, steps=100, optimizer=LBFGS(tolerance=1e-9))
    expected = np.linalg.lstsq(X, y, rcond=None)[0]
    np.testing.assert_allclose(network.weights["syn0"], expected, rtol=1e-5, atol=1e-7)
    assert history.stopped == "converged"


def test_the_end_of_a_search_is_reported_with_its_loss(answers):
    network = logistic()
    history = network.train(*answers, steps=1000, l2=L2, report_every=10, **LBFGS_)
    assert history.stopped == "converged"
    assert history.step[-1] == network.steps_taken < 1000
    loss = loss_and_gradient(learned(network), *answers)[0]
    assert history.loss[-1] == pytest.approx(loss, rel=1e-12)
    assert history.loss == sorted(history.loss, reverse=True)


def test_a_search_that_stands_at_its_end_takes_no_step(answers):
    network = logistic()
    network.train(*answers, steps=1000, l2=L2, **LBFGS_)
    before, taken = learned(network), network.steps_taken
    history = network.train(*answers, steps=1000, l2=L2, **LBFGS_)
    assert history.stopped == "converged"
    assert network.steps_taken == taken
    assert len(history.reports) == 1
    assert np.array_equal(learned(network), before)


@pytest.mark.parametrize("every", [1, 3, 7])
def test_reports_come_at_their_steps_with_figures_from_before_them(rows, every):
    network = Network([5, 4, 2])
    history = network.train(*rows, steps=14, report_every=every, **LBFGS_)
    assert history.stopped == "finished"
    assert history.step == list(range(0, 14, every))
    assert network.steps_taken == 14
    part = Network([5, 4, 2])
    part.train(*rows, steps=every, **LBFGS_)
    miss = rows[1] - part.predict(rows[0])
    assert history.loss[1] == pytest.approx((miss**2).sum() / 2, rel=1e-12)
    assert history.error[1] == pytest.approx(np.abs(miss).mean(), rel=1e-12)


def test_epochs_are_its_steps_and_each_is_reported(rows):
    by_epochs, by_steps = Network([5, 4, 2]), Network([5, 4, 2])
    history = by_epochs.train(*rows, epochs=12, **LBFGS_)
    by_steps.train(*rows, steps=12, **LBFGS_)
    assert history.step == list(range(1, 13))
    assert np.array_equal(by_epochs.weights["syn0"], by_steps.weights["syn0"])


def test_how_often_it_reports_changes_nothing(rows, assert_same):
    often, seldom = Network([5, 4, 2]), Network([5, 4, 2])
    often.train(*rows, steps=20, report_every=1, validation=rows, **LBFGS_)
    seldom.train(*rows, steps=20, report_every=20, **LBFGS_)
    assert_same(often, seldom)


def test_early_stopping_brings_back_the_best_weights():
    random = np.random.RandomState(2)
    X, y = random.normal(size=(12, 8)), random.uniform(size=(12, 1))
    other = random.normal(size=(40, 8)), random.uniform(size=(40, 1))
    network = Network([8, 16, 1])
    history = network.train(X, y, steps=500, report_every=1, patience=5, validation=other, **LBFGS_)
    miss = other[1] - network.predict(other[0])
    assert history.stopped == "early"
    assert (miss**2).sum() / 2 == pytest.approx(min(history.validation_loss), rel=1e-12)
    assert network.steps_taken == history.best_step == history.step[-1] + 1 - 5


def test_a_callback_stops_it(rows):
    network = Network([5, 4, 2])
    history = network.train(
        *rows, steps=100, report_every=5, callbacks=[lambda r: r.step >= 10], **LBFGS_
    )
    assert history.stopped == "callback"
    assert (history.step, network.steps_taken) == ([0, 5, 10], 15)


class OutOfPaperError(Exception):
    pass


def test_a_callback_that_raises_leaves_what_was_learned(rows, assert_same):
    def fail(report):
        if report.step == 10:
            raise OutOfPaperError

    network, until_there = Network([5, 4, 2]), Network([5, 4, 2])
    with pytest.raises(OutOfPaperError):
        network.train(*rows, steps=100, report_every=5, callbacks=[fail], **LBFGS_)
    until_there.train(*rows, steps=15, **LBFGS_)
    assert_same(network, until_there)


def test_ctrl_c_ends_it_whole_with_what_it_has_found(rows, assert_same, ctrl_c):
    network, until_there = Network([5, 4, 2]), Network([5, 4, 2])
    history = network.train(*rows, steps=1000, report_every=1, callbacks=[ctrl_c(4)], **LBFGS_)
    assert history.stopped == "interrupted"
    assert 4 <= network.steps_taken < 1000
    until_there.train(*rows, steps=network.steps_taken, **LBFGS_)
    assert_same(network, until_there)


def test_it_goes_on_from_where_it_stands(tmp_path, rows):
    network = Network([5, 4, 2], layer_norm=True, bias=True)
    first = network.train(*rows, steps=10, **LBFGS_)
    network.save(tmp_path / "m.safetensors")
    loaded = load(tmp_path / "m.safetensors")
    second = loaded.train(*rows, steps=10, **LBFGS_)
    assert second.step[0] == 10
    assert loaded.steps_taken == 20
    assert max(second.loss) < first.loss[-1]
    again = load(tmp_path / "m.safetensors")
    again.train(*rows, steps=10, **LBFGS_)
    assert np.array_equal(again.weights["syn0"], loaded.weights["syn0"])


def test_another_optimizer_takes_over_and_gives_back(rows):
    network = Network([5, 4, 2])
    losses = []
    for optimizer in ("adam", "lbfgs", "sgd", "lbfgs"):
        rate = {} if optimizer == "lbfgs" else {"learning_rate": 0.001}
        losses += network.train(*rows, steps=5, optimizer=optimizer, **rate).loss
    assert losses == sorted(losses, reverse=True)
    assert network.steps_taken == 20
    assert set(network.checkpoint.values) == {"syn0", "syn1"}


def test_float32_stays_float32_and_finds_about_the_same(answers):
    single, double = logistic(dtype="float32"), logistic()
    for network in (single, double):
        network.train(*answers, steps=100, l2=L2, **LBFGS_)
    assert learned(single).dtype == np.float32
    np.testing.assert_allclose(learned(single), learned(double), rtol=0.01)


REFUSED = {
    "mini-batches": ({"batch_size": 5}, "leave out batch_size, or"),
    "limits of deltas": ({"clip_deltas": 1.0}, "leave out clip_deltas, or"),
    "limits of updates": ({"clip_norm": 1.0, "clip_value": 1.0}, "out clip_value, clip_norm, or"),
    "trimming": ({"trim_deltas": 0.1}, "leave out trim_deltas, or"),
    "limits of weights": ({"max_norm": 1.0}, "leave out max_norm, or"),
    "a schedule": ({"schedule": "cosine"}, "leave out schedule, or"),
    "a warm-up": ({"warm_up": 5}, "leave out warm_up, or"),
    "a learning rate": ({"learning_rate": 0.1}, "learning_rate is no setting of LBFGS"),
}


@pytest.mark.parametrize(("how", "words"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_go_with_it_is_named(rows, how, words):
    network = Network([5, 2])
    with pytest.raises(ValueError, match=words) as caught:
        network.train(*rows, steps=5, **LBFGS_, **how)
    assert "\n" not in str(caught.value)
    assert network.steps_taken == 0


@pytest.mark.parametrize("extra", ["dropout", "input_dropout", "input_noise", "batch_norm"])
def test_layers_that_change_the_loss_from_step_to_step_are_named(rows, extra):
    network = Network([5, 4, 2], **{extra: True if extra == "batch_norm" else 0.1})
    kind = {"batch_norm": "BatchNorm", "input_noise": "Noise"}.get(extra, "Dropout")
    with pytest.raises(ValueError, match=f"L-BFGS needs the same loss .* {kind} .*leave"):
        network.train(*rows, steps=5, **LBFGS_)


def test_layers_by_themselves_are_named_too(rows):
    network = Network(5, [Dropout(0.1), Dense(2)])
    with pytest.raises(ValueError, match="Dropout changes it: leave the layer out"):
        network.train(*rows, steps=5, **LBFGS_)


def test_numbers_that_overflow_end_it_and_the_last_good_weights_stay(named_step):
    X, y = np.array([[1.0], [400.0]]), np.array([[1.0], [0.0]])
    network = Network([1, 1], loss="poisson", init="constant:2")
    with pytest.raises(NonFiniteError, match=r"l1 became infinite \(1 of 2 values\)") as caught:
        network.train(X, y, steps=100, **LBFGS_)
    assert named_step(caught.value) == network.steps_taken == 0
    assert network.weights["syn0"].tolist() == [[2.0]]
    assert "clip_norm" not in str(caught.value)  # which it does not take


def test_tables_take_it_with_full_batches():
    from syn0.data import read_table

    options = table_options(hidden=(4,), dropout=0.0, optimizer="lbfgs", epochs=5)
    plan = plan_table(read_table("iris"), options)
    assert plan.training.batch_size is None
    fitted = plan.fit(progress=False)
    assert fitted.network.steps_taken == 5
    assert fitted.history.loss[-1] < fitted.history.loss[0]
