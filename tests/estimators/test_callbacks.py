"""scikit-learn's callbacks are told of training as its own estimators tell them."""

import copy
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from syn0 import MLPClassifier, MLPRegressor

skcallback = pytest.importorskip("sklearn.callback", reason="before scikit-learn 1.9")

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


class Recorder:
    """Notes what it is told; asks to stop after so many epochs."""

    def __init__(self, stop_after: int | None = None) -> None:
        self.stop_after = stop_after
        self.told: list[tuple[str, str, int]] = []
        self.fitted: list[Any] = []
        self.losses: list[float] = []
        self.seen: dict[str, Any] = {}

    def tell(self, what: str, context: Any) -> None:
        self.told.append((what, context.task_name, context.task_id))

    def setup(self, estimator, context):
        self.tell("setup", context)

    def on_fit_task_begin(self, estimator, context):
        self.tell("begin", context)

    def on_fit_task_end(
        self, estimator, context, *, X=None, y=None, metadata=None, fitted_estimator=None
    ):
        self.tell("end", context)
        self.seen = {"X": X, "y": y, "metadata": metadata}
        if context.task_name == "epoch":
            self.losses.append(estimator.loss_)
            self.fitted.append(fitted_estimator)
            return len(self.fitted) == self.stop_after
        return None

    def teardown(self, estimator, context):
        self.tell("teardown", context)


@pytest.fixture
def rows():
    return make_classification(90, 5, n_informative=4, n_redundant=0, random_state=0)


def small(**parameters: Any) -> MLPClassifier:
    how = {"hidden_layer_sizes": (6,), "max_iter": 6, "learning_rate_init": 0.05}
    return MLPClassifier(**how | {"random_state": 0} | parameters)


def epochs(count: int) -> list[tuple[str, str, int]]:
    """What a training of so many epochs tells."""
    each = [(what, "epoch", k) for k in range(count) for what in ("begin", "end")]
    outer = ("setup", "begin"), ("end", "teardown")
    before, after = ([(what, "fit", 0) for what in part] for part in outer)
    return [*before, *each, *after]


@pytest.mark.parametrize("solver", ["lbfgs", "sgd", "adam", "adamw"])
def test_a_callback_is_told_of_the_whole_and_of_each_epoch(rows, solver):
    recorder = Recorder()
    estimator = small(solver=solver).set_callbacks(recorder).fit(*rows)
    assert recorder.told == epochs(estimator.n_iter_)
    assert recorder.losses == estimator.loss_curve_[: estimator.n_iter_]
    assert recorder.seen["X"] is rows[0]
    assert recorder.seen["y"] is rows[1]


ENDS = {
    "no better loss": {"tol": 10.0, "n_iter_no_change": 2},
    "no better score": {"early_stopping": True, "tol": 1.0, "n_iter_no_change": 2},
    "a callback of syn0's": {"callbacks": [lambda est, _: est.n_iter_ == 3]},
}


@pytest.mark.parametrize("how", ENDS.values(), ids=ENDS)
def test_each_epoch_that_begins_also_ends_whatever_ends_training(rows, how):
    recorder = Recorder()
    estimator = small(**how).set_callbacks(recorder).fit(*rows)
    assert 3 <= estimator.n_iter_ < 6
    assert recorder.told == epochs(estimator.n_iter_)


def test_a_partial_fit_is_one_epoch(rows):
    recorder = Recorder()
    small().set_callbacks(recorder).partial_fit(*rows, classes=[0, 1])
    assert recorder.told == epochs(1)


@pytest.mark.parametrize("solver", ["lbfgs", "adam"])
def test_a_callback_stops_training_and_the_weights_are_those_of_that_moment(rows, solver):
    recorder = Recorder(stop_after=3)
    estimator = small(solver=solver).set_callbacks(recorder).fit(*rows)
    assert estimator.n_iter_ == 3
    assert recorder.told == epochs(3)
    shorter = small(solver=solver, max_iter=3).fit(*rows)
    assert np.array_equal(estimator.coefs_[0], shorter.coefs_[0])


@pytest.mark.parametrize("solver", ["lbfgs", "adam"])
def test_the_fitted_estimator_of_an_epoch_predicts_as_if_training_had_ended_there(rows, solver):
    """Also later, when training has gone on."""
    recorder = Recorder()
    estimator = small(solver=solver).set_callbacks(recorder).fit(*rows)
    assert len(recorder.fitted) == 6
    for number, fitted in enumerate(recorder.fitted, 1):
        shorter = small(solver=solver, max_iter=number).fit(*rows)
        assert np.array_equal(fitted.predict_proba(rows[0]), shorter.predict_proba(rows[0]))
        if solver == "adam":
            assert fitted.loss_curve_ == shorter.loss_curve_
            assert fitted.loss_ == shorter.loss_
    after = small(solver=solver).fit(*rows)
    assert np.array_equal(estimator.predict_proba(rows[0]), after.predict_proba(rows[0]))


def test_callbacks_change_nothing_in_what_is_learned(rows):
    watched, alone = small(batch_size=10).set_callbacks(Recorder()), small(batch_size=10)
    watched.fit(*rows)
    alone.fit(*rows)
    assert watched.loss_curve_ == pytest.approx(alone.loss_curve_, rel=1e-14)
    assert np.array_equal(watched.coefs_[0], alone.coefs_[0])


def test_weights_of_rows_are_told_as_metadata(rows):
    recorder = Recorder()
    weight = np.linspace(0.5, 1, 90)
    small().set_callbacks(recorder).fit(*rows, sample_weight=weight)
    assert np.array_equal(recorder.seen["metadata"]["sample_weight"], weight)


def test_a_callback_is_torn_down_where_training_fails(rows):
    recorder = Recorder()
    estimator = MLPRegressor(learning_rate_init=1e200, solver="sgd", max_iter=9)
    with pytest.raises(ValueError, match="non-finite"):
        estimator.set_callbacks(recorder).fit(rows[0], rows[1])
    assert recorder.told[-1] == ("teardown", "fit", 0)
    assert recorder.told.count(("teardown", "fit", 0)) == 1


def test_the_progress_bar_is_shown_to_its_end(rows, capsys):
    estimator = small().set_callbacks(skcallback.ProgressBar())
    estimator.fit(*rows)
    printed = capsys.readouterr().out
    assert "MLPClassifier - fit" in printed
    assert "100%" in printed


def test_the_scoring_monitor_logs_the_score_of_each_epoch(rows):
    monitor = skcallback.ScoringMonitor(scoring=["accuracy", "neg_log_loss"])
    estimator = small().set_callbacks(monitor).fit(*rows)
    log = [entry for entry in monitor.get_logs().data if entry["task_name"] == "epoch"]
    assert [entry["task_id"] for entry in log] == list(range(6))
    for number, entry in enumerate(log, 1):
        shorter = small(max_iter=number).fit(*rows)
        assert entry["accuracy"] == shorter.score(*rows)
    assert estimator.score(*rows) == log[-1]["accuracy"]


def test_the_scoring_monitor_works_inside_a_search_in_two_processes(rows):
    monitor = skcallback.ScoringMonitor(scoring="accuracy")
    pipeline = make_pipeline(StandardScaler(), small(max_iter=3).set_callbacks(monitor))
    search = GridSearchCV(pipeline, {"mlpclassifier__alpha": [0.1, 1.0]}, cv=2, n_jobs=2)
    search.fit(*rows)
    names = [entry["task_name"] for entry in monitor.get_logs().data]
    assert names.count("epoch") == 3 * (2 * 2 + 1)


class Keeper(Recorder):
    """Stores each epoch's estimator in a folder."""

    folder = Path()

    def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
        if context.task_name == "epoch":
            joblib.dump(fitted_estimator, self.folder / f"{context.task_id}.joblib")


def test_what_a_callback_is_given_can_be_stored_without_the_data(rows, tmp_path, monkeypatch):
    monkeypatch.setattr(Keeper, "folder", tmp_path)
    X, y = (np.repeat(array, 100, axis=0) for array in rows)
    estimator = small(max_iter=3).set_callbacks(Keeper()).fit(X, y)
    stored = joblib.load(tmp_path / "2.joblib")
    assert np.array_equal(stored.predict_proba(X), estimator.predict_proba(X))
    assert (tmp_path / "2.joblib").stat().st_size < X.nbytes / 4


def test_a_fitted_estimator_with_its_callbacks_can_be_copied(rows):
    estimator = small().set_callbacks(Recorder()).fit(*rows)
    copied = copy.deepcopy(estimator)
    assert np.array_equal(copied.predict(rows[0]), estimator.predict(rows[0]))
