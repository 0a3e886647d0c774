"""Ctrl-C ends training whole, with what it has learned. The signals are real."""

import os
import signal
import threading
import time

import numpy as np
import pytest

from syn0 import Adam, Network
from syn0.engines import ENGINES

LONG = 10_000_000


@pytest.fixture
def ctrl_c_soon(ctrl_c):
    """Sends SIGINT to this process a moment after something has begun, however long that takes on
    a busy machine; by default a training, which notes Ctrl-C itself."""
    over = threading.Event()
    threads = []

    def send_after(begun=lambda: signal.getsignal(signal.SIGINT) is not signal.default_int_handler):
        def wait():
            while not begun():
                if over.wait(0.005):
                    return
            if not over.wait(0.1):
                os.kill(os.getpid(), signal.SIGINT)

        threads.append(threading.Thread(target=wait))
        threads[-1].start()

    yield send_after
    over.set()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("optimizer", ["sgd", Adam()], ids=["sgd", "adam"])
def test_ctrl_c_stops_training_between_steps_and_it_can_go_on(
    rows, assert_same, ctrl_c_soon, optimizer
):
    network, whole = Network([5, 4, 2]), Network([5, 4, 2])
    how = {"batch_size": 4, "optimizer": optimizer, "engine": "numpy"}  # "auto" goes by the length
    ctrl_c_soon()
    history = network.train(*rows, steps=LONG, **how)
    done = network.steps_taken
    assert history.stopped == "interrupted"
    assert 0 < done < LONG
    assert all(np.isfinite(weights).all() for weights in network.weights.values())
    network.train(*rows, steps=100, **how)
    whole.train(*rows, steps=done + 100, **how)
    assert_same(network, whole)


@pytest.mark.usefixtures("quick_compiler")
@pytest.mark.parametrize("engine", ENGINES)
def test_ctrl_c_stops_long_before_the_next_report(rows, ctrl_c_soon, engine):
    network = Network([5, 4, 2])
    how = {"learning_rate": 0.1, "engine": engine}
    network.train(*rows, steps=1, **how)  # what is to be compiled is compiled here
    ctrl_c_soon()
    history = network.train(*rows, steps=LONG, report_every=LONG, **how)
    assert history.stopped == "interrupted"
    assert history.reports == []


def test_ctrl_c_while_a_compiler_runs_gets_through_and_leaves_a_whole_network(
    rows, assert_same, ctrl_c_soon, monkeypatch, tmp_path
):
    """A compiler may hang: waiting for the end of the step would be of no use."""
    slow, started = tmp_path / "some-cc", tmp_path / "started"
    slow.write_text(f'#!/bin/sh\n[ "$1" = --version ] && exit\ntouch {started}; exec sleep 600\n')
    slow.chmod(0o700)
    monkeypatch.setenv("CC", str(slow))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    network, whole = Network([5, 4, 2]), Network([5, 4, 2])
    network.train(*rows, steps=10, engine="numpy")
    ctrl_c_soon(started.exists)
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        network.train(*rows, steps=LONG, engine="native")
    assert time.monotonic() - began < 300
    assert started.exists()
    assert network.steps_taken == 10
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    network.train(*rows, steps=5, engine="numpy")
    whole.train(*rows, steps=15, engine="numpy")
    assert_same(network, whole)


def test_an_interrupted_epoch_goes_on_where_it_was_left(rows, assert_same, ctrl_c):
    network, whole = Network([5, 4, 2]), Network([5, 4, 2])
    how = {"batch_size": 4, "learning_rate": 0.1}
    history = network.train(*rows, epochs=50, callbacks=[ctrl_c(3)], **how)
    assert history.stopped == "interrupted"
    assert history.step == [6, 12, 18]
    done = network.steps_taken
    assert 18 <= done < 50 * 6
    network.train(*rows, steps=50 * 6 - done, **how)
    whole.train(*rows, epochs=50, **how)
    assert_same(network, whole)


def test_ctrl_c_with_early_stopping_keeps_the_best_weights(rows, ctrl_c):
    X, y = rows
    network = Network([5, 4, 2])
    history = network.train(
        *rows, steps=1000, report_every=10, patience=100, validation=rows, callbacks=[ctrl_c(5)]
    )
    assert history.stopped == "interrupted"
    miss = y - network.predict(X)
    assert (miss**2).sum() / 2 == pytest.approx(min(history.validation_loss), rel=1e-12)


def test_a_second_ctrl_c_gets_through_and_leaves_a_whole_network(rows, assert_same, ctrl_c):
    def twice(report):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    network, until_there = Network([5, 4, 2]), Network([5, 4, 2])
    with pytest.raises(KeyboardInterrupt):
        network.train(*rows, steps=1000, batch_size=4, report_every=10, callbacks=[twice])
    until_there.train(*rows, steps=network.steps_taken, batch_size=4)
    assert network.steps_taken == 10
    assert_same(network, until_there)


@pytest.mark.usefixtures("quick_compiler")
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_an_interruption_in_the_midst_of_a_stretch_of_steps_leaves_a_whole_network(
    rows, assert_same, monkeypatch, optimizer, engine
):
    real, calls = ENGINES[engine].train, []

    def train(self, values, arrays, batches, *, measure):
        result = real(self, values, arrays, batches, measure=measure)  # it changes arrays in place
        calls.append(len(batches))
        if len(calls) >= 4 and calls[-1] > 1:  # later on a machine that is slow to begin with
            raise KeyboardInterrupt  # as a second Ctrl-C does
        return result

    how = {"batch_size": 4, "optimizer": optimizer, "learning_rate": 0.1, "engine": engine}
    network, until_there = Network([5, 4, 2]), Network([5, 4, 2])
    with monkeypatch.context() as patched:
        patched.setattr(ENGINES[engine], "train", train)
        with pytest.raises(KeyboardInterrupt):
            network.train(*rows, steps=LONG, **how)
    assert network.steps_taken > 0
    until_there.train(*rows, steps=network.steps_taken, **how)
    assert_same(network, until_there)


def test_an_interruption_while_new_numbers_are_looked_at_leaves_a_whole_network(
    rows, assert_same, monkeypatch
):
    looks = []

    def look(state):
        looks.append(state)
        if len(looks) == 3:
            raise KeyboardInterrupt
        return True

    network, until_there = Network([5, 4, 2]), Network([5, 4, 2])
    with monkeypatch.context() as patched:
        patched.setattr("syn0.training.loop.all_finite", look)
        with pytest.raises(KeyboardInterrupt):
            network.train(*rows, steps=LONG, batch_size=4, engine="numpy")
    assert network.steps_taken > 0
    until_there.train(*rows, steps=network.steps_taken, batch_size=4, engine="numpy")
    assert_same(network, until_there)


def test_after_training_ctrl_c_is_what_it_was_before(rows, ctrl_c):
    Network([5, 2]).train(*rows, steps=5)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_where_ctrl_c_was_ignored_it_stays_ignored(rows, ctrl_c, assert_same):
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # as for a job in a shell's background
    network, whole = Network([5, 2]), Network([5, 2])
    history = network.train(*rows, steps=50, report_every=10, callbacks=[ctrl_c(2)])
    whole.train(*rows, steps=50)
    assert history.stopped == "finished"
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    assert_same(network, whole)


def test_training_in_another_thread_leaves_signals_alone(rows, assert_same):
    network, here = Network([5, 2]), Network([5, 2])
    thread = threading.Thread(target=network.train, args=rows, kwargs={"steps": 20})
    thread.start()
    thread.join()
    here.train(*rows, steps=20)
    assert_same(network, here)
