"""Checkpoints: whatever ends a training, it goes on from the latest as if nothing had happened."""

import shutil
from itertools import count

import numpy as np
import pytest

from syn0 import Activation, BatchNorm, Checkpoints, Dense, Dropout, Network, load
from syn0.files import container
from syn0.models import latest_checkpoint
from tests.together import Together

PLAIN = [Dense(6), Dense(2)]
DROPPING = [Dropout(0.2), Dense(6), BatchNorm(), Activation("relu"), Dropout(0.3), Dense(2)]
EPOCHS = {"epochs": 3, "batch_size": 8}

CASES = {
    "dropout, batch norm and Adam": (DROPPING, EPOCHS | {"optimizer": "adam"}),
    "a cycle that ends with the run": (PLAIN, EPOCHS | {"schedule": "one_cycle", "warm_up": 3}),
    "a plateau": (PLAIN, EPOCHS | {"schedule": "plateau:2,0.5"}),
    "an order shuffled on": (PLAIN, EPOCHS | {"reshuffle": True}),
    "rows with weights": (PLAIN, EPOCHS | {"sample_weight": np.arange(23) % 4}),
    "steps and full batches": (PLAIN, {"steps": 9, "report_every": 4}),
    "steps and batches": (PLAIN, {"steps": 9, "report_every": 4, "batch_size": 8}),
    "early stopping": (
        PLAIN, {"epochs": 6, "batch_size": 8, "validation": 0.3, "patience": 2,
                "learning_rate": 9.0, "trim_deltas": 0.01},
    ),
}  # fmt: skip


def every_step(folder, keep=1000):
    """A checkpoint whenever the loop looks, and so also amid an epoch."""
    return Checkpoints(folder, every=1, keep=keep, clock=count().__next__)


def learn(rows, layers=PLAIN, **how):
    network = Network(5, layers)
    how = {"learning_rate": 0.05, "engine": "numpy", "progress": False, **how}
    return network, network.train(*rows, **how)


class PowerCutError(Exception):
    """What ends a training at once."""


def cut_at(step):
    """A callback that ends everything at some report."""

    def cut(report):
        if report.step >= step:
            raise PowerCutError

    return [cut]


def steps_in(folder):
    return sorted(int(path.stem.removeprefix("step-")) for path in folder.iterdir())


@pytest.mark.parametrize(("layers", "how"), CASES.values(), ids=CASES)
def test_a_run_that_goes_on_from_any_checkpoint_ends_to_the_bit_as_one_never_broken_off(
    rows, tmp_path, assert_same, layers, how, monkeypatch
):
    monkeypatch.setattr("syn0.training.loop.STRETCH_SECONDS", 0)  # a look after every step
    whole, history = learn(rows, layers, **how)
    learn(rows, layers, **how, checkpoints=every_step(tmp_path / "all"))
    steps = steps_in(tmp_path / "all")
    amid_epochs = {step for step in steps if step % 3}
    assert len(steps) >= 6
    assert amid_epochs
    with Together() as together:
        for step in steps:
            with together(step):
                folder = tmp_path / f"from-{step}"
                folder.mkdir()
                shutil.copy(tmp_path / "all" / f"step-{step}.safetensors", folder)
                resumed, again = learn(rows, layers, **how, checkpoints=folder, resume=True)
                assert_same(resumed, whole)
                assert again == history


def test_l_bfgs_searches_on_from_where_it_stood(rows, tmp_path):
    how = {"optimizer": "lbfgs", "learning_rate": None, "steps": 6, "report_every": 1}
    with pytest.raises(PowerCutError):
        learn(rows, **how, callbacks=cut_at(3), checkpoints=every_step(tmp_path))
    stood = latest_checkpoint(tmp_path).record.checkpoint
    resumed, history = learn(rows, **how, checkpoints=tmp_path, resume=True)
    assert 0 < stood.step < resumed.steps_taken == 6
    assert history.loss == sorted(history.loss, reverse=True)


def test_the_same_call_begins_where_there_is_no_checkpoint_and_goes_on_where_there_is(
    rows, tmp_path, assert_same
):
    how = {**EPOCHS, "checkpoints": Checkpoints(tmp_path / "new", every="1epoch"), "resume": True}
    with pytest.raises(PowerCutError):
        learn(rows, **how, callbacks=cut_at(6))
    assert steps_in(tmp_path / "new") == [3]
    assert_same(learn(rows, **how)[0], learn(rows, **EPOCHS)[0])


def test_a_run_that_has_ended_is_given_back_and_trains_no_further(rows, tmp_path, assert_same):
    ended, history = learn(rows, **EPOCHS, checkpoints=tmp_path)
    again, same = learn(rows, **EPOCHS, checkpoints=tmp_path, resume=True)
    assert_same(again, ended)
    assert same == history


def test_the_latest_are_kept_and_the_end_is_one_of_them(rows, tmp_path):
    learn(rows, **EPOCHS | {"epochs": 6}, checkpoints=Checkpoints(tmp_path, "1epoch", keep=2))
    assert steps_in(tmp_path) == [15, 18]


def test_every_other_epoch_has_one(rows, tmp_path):
    learn(rows, **EPOCHS | {"epochs": 7}, checkpoints=Checkpoints(tmp_path, "2epochs", keep=9))
    assert steps_in(tmp_path) == [6, 12, 18, 21]


def test_the_clock_says_when_one_is_due(rows, tmp_path):
    """It is asked after each report, and for when the next is due as the run begins and after each
    checkpoint."""
    clock = iter([0, 30, 59, 60, 61, 90, 121, 122, 140, 190, 191]).__next__
    how = {"steps": 7, "report_every": 1}
    learn(rows, **how, checkpoints=Checkpoints(tmp_path, every="1min", keep=9, clock=clock))
    assert steps_in(tmp_path) == [3, 5, 7]


@pytest.mark.parametrize("keep", [1, 3])
def test_where_the_newest_is_damaged_the_one_before_is_taken_and_not_lost(
    rows, tmp_path, assert_same, keep
):
    learn(rows, **EPOCHS, checkpoints=Checkpoints(tmp_path, "1epoch", keep=3))
    path = tmp_path / "step-9.safetensors"
    path.write_bytes(path.read_bytes()[:-9])
    found = latest_checkpoint(tmp_path)
    assert found.path.name == "step-6.safetensors"
    assert "step-9.safetensors is not a whole safetensors file" in found.damaged[0]
    how = {"checkpoints": every_step(tmp_path, keep), "resume": True}
    with pytest.raises(PowerCutError):  # before it comes to the damaged one's place
        learn(rows, **EPOCHS, **how, callbacks=cut_at(9))
    assert latest_checkpoint(tmp_path).record.checkpoint.step >= 6
    assert_same(learn(rows, **EPOCHS, **how)[0], learn(rows, **EPOCHS)[0])
    assert latest_checkpoint(tmp_path).damaged == ()


def test_a_checkpoint_is_a_model_that_stands_where_training_stood(rows, tmp_path):
    learn(rows, **EPOCHS, checkpoints=Checkpoints(tmp_path, "1epoch"))
    network = load(tmp_path / "step-3.safetensors", Network)
    expected, _ = learn(rows, **EPOCHS | {"epochs": 1})
    np.testing.assert_array_equal(network.predict(rows[0]), expected.predict(rows[0]))


def test_a_disk_that_is_full_does_not_end_a_training(rows, tmp_path, monkeypatch, capsys):
    real, calls = container.write_whole, count()

    def full(path, content):
        if next(calls) == 1:
            raise OSError(28, "the model cannot be written: No space left on device", str(path))
        real(path, content)

    monkeypatch.setattr(container, "write_whole", full)
    network, _ = learn(rows, **EPOCHS, checkpoints=Checkpoints(tmp_path, "1epoch"))
    assert network.steps_taken == 9
    assert steps_in(tmp_path) == [3, 9]
    assert "No space left on device; training goes on" in capsys.readouterr().err


REFUSED = {
    "another network": ({"layers": [Dense(7), Dense(2)]}, "checkpoints of another network, 5-6-2"),
    "another training": ({"learning_rate": 0.5, "epochs": 9}, "another epochs and optimizer"),
    "other rows": ({"cut": 18}, "had 23 rows, not 18"),
    "weights": ({"sample_weight": np.ones(23)}, "had rows with weights: False"),
    "validation": ({"validation": 0.2}, "had 23 rows, not 18"),
    "no folder": ({"checkpoints": None}, "give checkpoints=FOLDER"),
    "a beginning": ({"resume": False}, "holds the checkpoints of a run"),
}


def test_what_would_not_be_the_same_run_is_refused(rows, tmp_path):
    learn(rows, **EPOCHS, checkpoints=tmp_path)
    with Together() as together:
        for name, (other, words) in REFUSED.items():
            how = EPOCHS | {"checkpoints": tmp_path, "resume": True} | other
            cut = how.pop("cut", None)
            with together(name), pytest.raises(ValueError, match=words):
                learn([part[:cut] for part in rows], **how)
    assert steps_in(tmp_path) == [9]


@pytest.mark.parametrize("every", ["", "60", "0s", "1.5epochs", "-1s", "3 parsecs", 0, -1])
def test_how_often_is_a_time_or_a_number_of_epochs(every):
    with pytest.raises(ValueError, match="every"):
        Checkpoints("run", every)


def test_times_have_units():
    seconds = {"60s": 60, "1.5 min": 90, "2h": 7200, 30: 30, "5epochs": None, "1epoch": None}
    assert {every: Checkpoints("run", every).seconds for every in seconds} == seconds
    assert Checkpoints("run", "5epochs").epochs == 5


def test_a_file_in_the_folders_place_is_refused(rows, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError, match="checkpoints need a folder"):
        learn(rows, **EPOCHS, checkpoints=tmp_path / "file")


def in_run(name, value):
    return lambda description, arrays: description["run"].update({name: value})


def in_array(name, change):
    return lambda description, arrays: arrays.update({name: change(arrays[name])})


def bad(array, value=np.inf):
    array = array.copy()
    array.flat[0] = value
    return array


EDITS = {
    "another entry": in_run("more", 1),
    "an end before its beginning": in_run("end", 0),
    "a beginning that is code": in_run("first", "os.system"),
    "a beginning below 0": in_run("first", -1),
    "weights that are a text": in_run("weighted", "yes"),
    "an unknown end": in_run("stopped", "by magic"),
    "a best figure that is code": in_run("best_figure", "exit()"),
    "a best state of another step": in_run("best", {"step": -1, "epoch": None}),
    "a run that is a list": lambda description, arrays: description.update(run=[]),
    "infinite figures": in_array("run.figures", bad),
    "whole numbers as figures": in_array("run.figures", lambda a: a.astype(np.int64)),
    "more sizes than figures": in_array("run.sizes", lambda a: np.ones((9, 2))),
    "reports of fewer columns": in_array("run.reports", lambda a: a[:, :3].copy()),
    "reports without a loss": in_array("run.reports", lambda a: bad(a, np.nan)),
    "an order of other rows": in_array("run.order", lambda a: bad(a, 99)),
    "an order with rows twice": in_array("run.order", np.zeros_like),
    "a best state of other shapes": in_array("best.syn0", lambda a: a[:2].copy()),
    "a best state that is infinite": in_array("best.syn0", bad),
    "another array of the run": lambda description, arrays: arrays.update({"run.x": np.ones(1)}),
    "another array of the best": lambda description, arrays: arrays.update({"best.x": np.ones(1)}),
}


def test_a_checkpoint_that_was_edited_is_no_checkpoint(rows, tmp_path, edited_file, monkeypatch):
    monkeypatch.setattr("syn0.training.loop.STRETCH_SECONDS", 0)
    how = {"epochs": 3, "batch_size": 8, "validation": 0.3, "patience": 2, "reshuffle": True}
    learn(rows, **how, checkpoints=every_step(tmp_path))
    path = tmp_path / "step-5.safetensors"
    load(edited_file(path, lambda description, arrays: None))
    with Together() as together:
        for name, edit in EDITS.items():
            with together(name), pytest.raises(ValueError, match="not a model that this version"):
                load(edited_file(path, edit))
