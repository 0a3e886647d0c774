"""Threads, signals and forked processes meet in no memory and wait for no lock, and what a network
holds is one of the states that it was in (issue 13, 2 and 7)."""

import copy
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from syn0 import Network
from syn0.engines.blas import LIMITS, thread_pools
from syn0.spec.once import once
from syn0.training.interrupt import catching_interrupt
from syn0.training.progress import Progress

from .conftest import SECONDS, ended, forked

pytestmark = [
    pytest.mark.needs_compiler,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here"),
]

X = np.random.default_rng(0).normal(size=(400, 3))
y = (X[:, :1] > 0).astype(float)


@contextmanager
def threads(*works: Callable[[], Any]) -> Iterator[list[BaseException]]:
    """Threads that do some work again and again meanwhile; what they raised."""
    over, raised = threading.Event(), []

    def again(work: Callable[[], Any]) -> None:
        try:
            while not over.is_set():
                work()
        except BaseException as error:
            raised.append(error)

    started = [threading.Thread(target=again, args=[work]) for work in works]
    for thread in started:
        thread.start()
    try:
        yield raised
    finally:
        over.set()
        for thread in started:
            thread.join(SECONDS)


def in_child(work: Callable[[], Any]) -> int:
    """The exit status of a forked process that does some work."""
    return ended(forked(work))


def train(network: Network, **settings: Any) -> None:
    settings = {"steps": 20, "engine": "native", "progress": False, "threads": 1} | settings
    network.train(X, y, **settings)


@pytest.fixture
def network() -> Network:
    made = Network([3, 16, 1])
    train(made)
    for rows in (X, X[:1]):
        made.predict(rows)
    return made


@pytest.fixture
def switching() -> Iterator[None]:
    """Python changes threads as often as it can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


# Forks


@pytest.mark.parametrize("rows", [X, X[:1]], ids=["many rows", "a row"])
def test_a_process_that_is_forked_while_threads_predict_predicts(network, rows) -> None:
    expected = network.predict(rows)
    with threads(*[lambda: network.predict(np.tile(rows, (50, 1)))] * 2) as raised:
        for _ in range(5):
            assert (
                in_child(lambda: np.testing.assert_array_equal(network.predict(rows), expected))
                == 0
            )
    assert raised == []


@pytest.mark.parametrize("engine", ["native", "numpy"])
def test_a_process_that_is_forked_while_threads_train_trains(network, engine) -> None:
    with threads(*[lambda: train(network, engine=engine, steps=200)] * 2) as raised:
        for _ in range(3):
            assert in_child(lambda: train(network, engine=engine)) == 0
            assert in_child(lambda: train(Network([3, 16, 1]), engine=engine)) == 0
    assert raised == []


def test_what_is_worked_out_once_is_waited_for_by_no_fork() -> None:
    begun, over = threading.Event(), threading.Event()

    class Thing:
        def __init__(self, *, slow: bool) -> None:
            self.slow = slow

        @once
        def value(self) -> int:
            """A number."""
            if self.slow:
                begun.set()
                over.wait(SECONDS)
            return 42

    slow = Thing(slow=True)
    thread = threading.Thread(target=lambda: slow.value)
    thread.start()
    begun.wait(SECONDS)
    assert in_child(lambda: Thing(slow=False).value) == 0
    over.set()
    thread.join()
    assert vars(slow)["value"] == slow.value == 42
    assert Thing.value.__doc__ == "A number."


def test_signals_reach_a_process_that_is_forked_while_another_thread_trains() -> None:
    """There nobody would look at what was noted."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    statuses = []

    def ctrl_c() -> None:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)

    try:
        with catching_interrupt(), catching_interrupt() as interrupt:
            thread = threading.Thread(target=lambda: statuses.append(in_child(ctrl_c)))
            thread.start()
            thread.join()
            # One that the training thread itself forks trains on, as far as anybody knows.
            statuses.append(in_child(lambda: signal.raise_signal(signal.SIGINT)))
        assert statuses == [0, 0]
        assert not interrupt.requested
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_bar_belongs_to_the_process_that_began_it() -> None:
    """The thread that draws it may hold a lock of its own when the process forks."""
    progress, held = Progress(10), threading.Lock()
    progress._bar = SimpleNamespace(stop=held.acquire)
    held.acquire()
    assert in_child(progress.close) == 0
    held.release()
    progress.close()
    assert held.locked()


# Threads


def test_what_others_do_to_a_network_meanwhile_harms_no_training_and_no_prediction(
    network, switching
) -> None:
    """Trainings of different kinds, copies, predictions, and weights that are set or replaced."""
    kinds = [{"optimizer": "adam"}, {"batch_size": 7}, {"engine": "numpy", "optimizer": "rmsprop"}]
    works = [lambda kind=kind: train(network, **{"steps": 3} | kind) for kind in kinds]

    def replaced() -> None:
        for name, value in [*network.checkpoint.values.items()]:
            network.checkpoint.values[name] = np.array(value)

    def copied() -> None:
        copy.deepcopy(network).predict(X)
        pickle.loads(pickle.dumps(network)).predict(X[:1])  # noqa: S301

    def predicted() -> None:
        for rows in (X, X[:1]):
            assert np.isfinite(network.predict(rows)).all()

    def written() -> None:
        network.weights["syn0"] = np.zeros((3, 16))

    with threads(*works, replaced, copied, predicted, predicted, written) as raised:
        time.sleep(0.5)
    assert raised == []


@pytest.mark.parametrize("work", [copy.deepcopy, lambda network: network.checkpoint.copy()])
def test_an_array_that_another_thread_makes_smaller_meanwhile_harms_no_copy(work) -> None:
    """A training begins with one, too."""
    network = Network([1_500, 1_500], init="constant")

    def copies() -> None:
        for _ in range(20):
            array = network.checkpoint.values["syn0"] = np.zeros((1_500, 1_500))
            begun = threading.Event()
            other = threading.Thread(target=make_smaller, args=[array, begun])
            other.start()
            time.sleep(0.005)
            begun.set()
            with suppress(ValueError):
                work(network)
            other.join()

    def make_smaller(array: Any, begun: threading.Event) -> None:
        begun.wait()
        with suppress(ValueError):
            array.resize((1, 1), refcheck=False)

    assert in_child(copies) == 0


def test_each_training_goes_its_own_way_and_the_last_to_end_counts(assert_same) -> None:
    """As if each had begun alone where the network stood."""
    network, alone = Network([3, 16, 1]), [Network([3, 16, 1]) for _ in range(2)]
    ways = [{"steps": 50, "optimizer": "adam"}, {"steps": 80, "batch_size": 9}]
    for one, way in zip(alone, ways, strict=True):
        train(one, **way)
    ended, first = threading.Event(), network.checkpoint

    def other() -> None:
        train(network, **ways[1])
        ended.set()

    def begin(report: Any) -> None:
        if not ended.is_set():
            assert network.checkpoint is first
            thread = threading.Thread(target=other)
            thread.start()
            thread.join()
            assert_same(network, alone[1])

    train(network, callbacks=[begin], **ways[0])
    assert ended.is_set()
    assert_same(network, alone[0])


def test_a_function_that_a_signal_calls_amid_a_call_neither_waits_nor_harms(network) -> None:
    """Python calls it between any two of its own instructions."""
    other = X[1:2]
    expected = [network.predict(rows) for rows in (X[:1], X, other)]
    seen = []

    def interrupt(number: int, frame: Any) -> None:
        seen.append(network.predict(other))
        signal.setitimer(signal.ITIMER_REAL, 0.002)

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.002)
    try:
        while len(seen) < 100:
            np.testing.assert_array_equal(network.predict(X[:1]), expected[0])
            np.testing.assert_array_equal(network.predict(X), expected[1])
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert all(np.array_equal(one, expected[2]) for one in seen)


def test_a_training_that_a_signal_starts_amid_a_training_of_the_same_network(network) -> None:
    calls = []

    def interrupt(number: int, frame: Any) -> None:
        calls.append(number)
        signal.setitimer(signal.ITIMER_REAL, 0)
        train(network, steps=3)
        signal.setitimer(signal.ITIMER_REAL, 0.002)

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.002)
    try:
        for _ in range(10):
            train(network, steps=500)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert calls
    assert np.isfinite(network.predict(X)).all()


def test_a_process_ends_while_its_threads_predict(python) -> None:
    """Their memory goes with the process, not before."""
    script = """
import threading, time
import numpy as np
from syn0 import Network

network, X = Network([3, 16, 1]), np.ones((20_000, 3))
network.train(X, X[:, :1], steps=2, engine="native", progress=False)
def work():
    while True:
        network.predict(X)
for _ in range(3):
    threading.Thread(target=work, daemon=True).start()
time.sleep(0.2)
"""
    process = python(script)
    assert process.communicate(timeout=60) == ("", "")
    assert process.returncode == 0


# Threads of BLAS


def blas() -> list[int]:
    """How many threads matrix products use."""
    return [pool["num_threads"] for pool in thread_pools().select(user_api="blas").info()]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (1, 2, 0)])
def test_the_threads_of_products_come_back_in_whatever_order_trainings_end(order) -> None:
    with LIMITS.at_most(2):
        before, limits = blas(), [LIMITS.at_most(1) for _ in range(3)]
        for limit in limits:
            limit.__enter__()
        for place in order:
            assert blas() == [1] * len(before)
            limits[place].__exit__(None, None, None)
        assert blas() == before


def test_a_process_that_is_forked_amid_a_training_gets_the_threads_of_products_back() -> None:
    with LIMITS.at_most(2):
        before, begun, over = blas(), threading.Event(), threading.Event()

        def other() -> None:
            with LIMITS.at_most(1):
                begun.set()
                over.wait(SECONDS)

        def alone() -> None:
            with LIMITS.at_most(1):
                pass
            assert blas() == before

        thread = threading.Thread(target=other)
        thread.start()
        begun.wait(SECONDS)
        assert in_child(alone) == 0
        over.set()
        thread.join()
        assert blas() == before
