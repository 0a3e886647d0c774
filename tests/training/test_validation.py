"""Validation rows, and early stopping by them."""

import numpy as np
import pytest

from syn0 import Network, Training


@pytest.fixture
def overfitting():
    """Few noisy training rows and other validation rows: validation gets better, then worse."""
    generator = np.random.RandomState(0)
    X = generator.normal(size=(40, 8))
    y = (X[:, :1] + generator.normal(size=(40, 1)) > 0).astype(float)
    return (X[:15], y[:15]), (X[15:], y[15:])


def test_a_validation_pair_is_judged_after_each_interval(rows):
    X, y = rows
    network = Network([5, 4, 2])
    history = network.train(
        X[:15], y[:15], steps=30, report_every=10, validation=(X[15:], y[15:]), learning_rate=0.1
    )
    miss = y[15:] - network.predict(X[15:])
    assert len(history.validation_loss) == len(history.validation_error) == 3
    assert history.validation_loss[-1] == pytest.approx((miss**2).sum() / 2, rel=1e-12)
    assert history.validation_error[-1] == pytest.approx(np.abs(miss).mean(), rel=1e-12)


def test_validation_rows_do_not_train(rows, assert_same):
    X, y = rows
    watched, alone = Network([5, 4, 2]), Network([5, 4, 2])
    watched.train(X[:15], y[:15], epochs=5, batch_size=4, validation=(X[15:], y[15:]))
    alone.train(X[:15], y[:15], epochs=5, batch_size=4)
    assert_same(watched, alone)


def test_the_mean_validation_loss_does_not_grow_with_the_rows(rows):
    X, y = rows
    twice = np.vstack([X, X]), np.vstack([y, y])
    once_loss, twice_loss = (
        Network([5, 2]).train(X, y, steps=1, reduction="mean", validation=pair).validation_loss
        for pair in (rows, twice)
    )
    assert once_loss == pytest.approx(twice_loss, rel=1e-12)


def test_a_validation_fraction_sets_that_share_of_the_rows_apart(rows):
    X, y = rows
    network = Network([5, 2])
    history = network.train(X, y, epochs=1, batch_size=1, validation=0.3)
    assert network.steps_taken == 16  # 23 rows less 7
    assert len(history.validation_loss) == 1


def test_rows_set_apart_by_a_fraction_do_not_train(rows):
    X, y = rows
    plain = Network([5, 2])
    plain.train(X, y, steps=1, validation=0.3)
    changed = 0
    for row in range(len(X)):
        other, moved = Network([5, 2]), y.copy()
        moved[row] = 1 - moved[row]
        other.train(X, moved, steps=1, validation=0.3)
        changed += not np.array_equal(other.weights["syn0"], plain.weights["syn0"])
    assert changed == 16


@pytest.mark.parametrize("monitor", ["loss", "error"])
@pytest.mark.parametrize(
    ("how", "best_length", "best"),
    [
        ({"steps": 3000, "report_every": 10}, {"steps": 80}, 80),
        ({"epochs": 400, "batch_size": 4}, {"epochs": 20, "batch_size": 4}, 80),
    ],
    ids=["steps", "epochs"],
)
def test_early_stopping_brings_back_the_best_weights(
    overfitting, assert_same, monitor, how, best_length, best
):
    (X, y), (validation_X, _) = overfitting
    network, reference = Network([8, 16, 1]), Network([8, 16, 1])
    reference.train(X, y, learning_rate=0.1, **best_length)
    ideal = reference.predict(validation_X)  # training passes by it and leaves it again
    history = network.train(
        X, y, learning_rate=0.1, patience=5, monitor=monitor, validation=(validation_X, ideal),
        **how,
    )  # fmt: skip
    assert history.stopped == "early"
    assert history.best_step == best
    figures = {"loss": history.validation_loss, "error": history.validation_error}[monitor]
    best_report = int(np.argmin(figures))
    assert figures[best_report] == 0
    assert len(figures) == best_report + 1 + 5
    assert np.array_equal(network.predict(validation_X), ideal)
    assert_same(network, reference)


def test_the_two_monitors_can_choose_different_weights(overfitting):
    (X, y), validation = overfitting
    best = {}
    for monitor in ("loss", "error"):
        history = Network([8, 16, 1]).train(
            X, y, steps=4000, report_every=10, learning_rate=0.5, patience=100,
            monitor=monitor, validation=validation,
        )  # fmt: skip
        best[monitor] = history.best_step
    assert best["loss"] != best["error"]


def test_training_that_ends_before_patience_does_still_has_the_best_weights(overfitting):
    (X, y), validation = overfitting
    network = Network([8, 16, 1])
    history = network.train(
        X, y, steps=600, report_every=10, learning_rate=0.5, patience=1000, validation=validation
    )
    miss = validation[1] - network.predict(validation[0])
    assert history.stopped == "finished"
    assert (miss**2).sum() / 2 == pytest.approx(min(history.validation_loss), rel=1e-12)
    assert history.validation_loss[-1] > min(history.validation_loss)


def test_patience_without_validation_rows_is_refused(rows):
    with pytest.raises(ValueError, match="patience needs validation"):
        Network([5, 2]).train(*rows, steps=5, patience=2)


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 1.5, float("nan")])
def test_a_validation_fraction_must_lie_between_0_and_1(rows, fraction):
    with pytest.raises(ValueError, match="validation must be a finite number above 0 and below 1"):
        Network([5, 2]).train(*rows, steps=5, validation=fraction)


def test_validation_arrays_must_fit_the_network(rows):
    X, y = rows
    with pytest.raises(ValueError, match="takes 5 inputs"):
        Network([5, 2]).train(X, y, steps=5, validation=(X[:, :3], y))


def test_an_unknown_monitor_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="choose from: loss, error"):
        Training(steps=1, monitor="accuracy")
