"""What training reports, and when."""

import numpy as np
import pytest

from syn0 import History, Network, Report, Training


def figures(network: Network, X: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Summed squared-error loss and mean absolute error, by hand."""
    miss = y - network.predict(X)
    return float((miss**2).sum() / 2), float(np.abs(miss).mean())


def test_a_report_holds_loss_and_error_from_before_its_step(rows):
    network = Network([5, 4, 2])
    before = figures(network, *rows)
    history = network.train(*rows, steps=20, report_every=10, learning_rate=0.1)
    assert history.step == [0, 10]
    assert (history.loss[0], history.error[0]) == pytest.approx(before, rel=1e-12)
    after_ten = Network([5, 4, 2])
    after_ten.train(*rows, steps=10, learning_rate=0.1)
    assert (history.loss[1], history.error[1]) == pytest.approx(
        figures(after_ten, *rows), rel=1e-12
    )


def test_a_history_shows_its_engine_how_it_ended_and_its_reports(rows):
    history = Network([5, 4, 2]).train(
        *rows, steps=20, report_every=10, learning_rate=0.1, engine="numpy"
    )
    head, names, *reports = repr(history).splitlines()
    assert head == "History: finished; engine numpy; reports: 2"
    assert names.split() == ["step", "loss", "error"]
    assert [line.split() for line in reports] == [
        [str(step), f"{loss:.4g}", f"{error:.4g}"]
        for step, loss, error in zip(history.step, history.loss, history.error, strict=True)
    ]
    assert len({len(line) for line in (names, *reports)}) == 1


def test_a_long_history_shows_its_first_and_last_reports(rows):
    history = Network([5, 4, 2]).train(
        *rows, steps=1000, report_every=10, learning_rate=0.01, validation=0.2, engine="numpy"
    )
    lines = repr(history).splitlines()
    assert len(lines) == 11
    assert "validation loss" in lines[1]
    assert lines[6] == "… 92 more"
    assert [line.split()[0] for line in lines[7:]] == ["960", "970", "980", "990"]


@pytest.mark.parametrize(
    ("history", "words"),
    [
        (History(), "finished; reports: 0"),
        (History([Report(0, 0.5, float("nan"))], "interrupted"), "interrupted; reports: 1"),
        (History(stopped="early", best_step=1200), "stopped early, kept as after 1,200 steps"),
    ],
)
def test_any_history_can_be_shown(history, words):
    assert words in repr(history)


def test_sixty_thousand_steps_give_six_reports():
    assert Training(steps=60_000).interval(rows=4) == 10_000


@pytest.mark.parametrize(
    ("steps", "reports"), [(1, 1), (2, 2), (19, 19), (20, 2), (60, 6), (199, 20), (600, 6)]
)
def test_by_default_two_to_twenty_reports_come_at_round_steps(rows, steps, reports):
    history = Network([5, 2]).train(*rows, steps=steps, learning_rate=0.01)
    assert len(history.reports) == reports
    apart = set(np.diff(history.step))
    assert apart <= {1, 10, 100}
    assert history.step[0] == 0


def test_report_every_sets_the_steps_between_reports(rows):
    history = Network([5, 2]).train(*rows, steps=25, report_every=7, learning_rate=0.01)
    assert history.step == [0, 7, 14, 21]


def test_later_training_counts_its_steps_on(rows):
    network = Network([5, 2])
    network.train(*rows, steps=10, learning_rate=0.01)
    history = network.train(*rows, steps=10, report_every=5, learning_rate=0.01)
    assert history.step == [10, 15]
    assert network.steps_taken == 20


def test_epochs_of_mini_batches_are_reported_each_at_their_end(rows):
    history = Network([5, 2]).train(*rows, epochs=3, batch_size=4, learning_rate=0.01)
    assert history.step == [6, 12, 18]


def batches_by_hand(rows, size: int) -> list[tuple[int, float, float]]:
    """(rows, mean loss, mean error) of each batch of one epoch in order, learning rate 0.1."""
    X, y = rows
    network = Network([5, 2])
    results = []
    for start in range(0, len(X), size):
        batch = X[start : start + size], y[start : start + size]
        loss, error = figures(network, *batch)
        results.append((len(batch[0]), loss / len(batch[0]), error))
        network.train(*batch, steps=1, reduction="mean", learning_rate=0.1)
    return results


def test_the_mean_loss_of_an_epoch_counts_the_smaller_last_batch_by_its_rows(rows):
    batches = batches_by_hand(rows, size=10)
    counts, losses, errors = zip(*batches, strict=True)
    assert counts == (10, 10, 3)
    history = Network([5, 2]).train(
        *rows, epochs=1, batch_size=10, shuffle=False, reduction="mean", learning_rate=0.1
    )
    assert history.loss[0] == pytest.approx(np.average(losses, weights=counts), rel=1e-12)
    assert history.error[0] == pytest.approx(np.average(errors, weights=counts), rel=1e-12)
    assert history.loss[0] != pytest.approx(np.mean(losses), rel=1e-4)


def test_the_last_batch_of_three_rows_moves_the_weights_by_the_mean_of_three(rows):
    X, y = rows
    network, by_hand = Network([5, 2]), Network([5, 2])
    network.train(X, y, epochs=1, batch_size=20, shuffle=False, reduction="mean")
    by_hand.train(X[:20], y[:20], steps=1, reduction="mean")
    before = by_hand.weights["syn0"].copy()
    out = by_hand.predict(X[20:])
    step = X[20:].T @ ((y[20:] - out) * out * (1 - out)) / 3
    np.testing.assert_allclose(network.weights["syn0"], before + step, rtol=1e-12)


def test_the_summed_loss_of_an_epoch_is_the_sum_over_its_batches(rows):
    X, y = rows
    tiny = 1e-12  # the weights stand still, so that the epoch's loss is that of all rows
    history = Network([5, 2]).train(X, y, epochs=1, batch_size=10, learning_rate=tiny)
    loss, error = figures(Network([5, 2]), X, y)
    assert history.loss[0] == pytest.approx(loss, rel=1e-9)
    assert history.error[0] == pytest.approx(error, rel=1e-9)


def test_a_history_says_how_training_went(rows):
    history = Network([5, 2]).train(*rows, steps=10, learning_rate=0.01)
    assert isinstance(history, History)
    assert history.stopped == "finished"
    assert history.best_step is None
    assert history.engine == "numpy"
    assert [r.loss for r in history.reports] == history.loss
    assert history.validation_loss == []
    assert history.validation_error == []
    assert history.reports[0].validation_loss is None


def test_epochs_of_full_batches_are_steps(rows, assert_same):
    by_epochs, by_steps = Network([5, 2]), Network([5, 2])
    by_epochs.train(*rows, epochs=12)
    by_steps.train(*rows, steps=12)
    assert_same(by_epochs, by_steps)


def test_training_counted_in_epochs_reports_every_epoch_of_full_batches_too(rows):
    history = Network([5, 2]).train(*rows, epochs=30, learning_rate=0.01)
    assert len(history.reports) == 30
