"""Threads, forks and signals that meet in one network: nothing crashes, hangs or raises but for the
sentences on arrays that do not fit.

Each case is a process of its own, in which some threads do what comes to one network meanwhile:
they train it in different ways, predict, copy it, write into its weights, replace them by others
that may not fit, resize its arrays, and fork processes that go on with it; a signal calls a
function that predicts, too. It ends by itself, or is killed and counted as hanging.
"""

import contextlib
import copy
import io
import json
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import weakref
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import numpy as np

from syn0 import Network, NonFiniteError
from syn0.engines import compiler
from tests.campaigns import Outcome
from tests.campaigns._warm import HOME

SHORT = 3
SECONDS, PATIENCE = 0.1, 120.0
"""How long the threads of a case go on, and how long it may take in all."""

SENTENCES = (
    "has shape", "cannot resize", "are not among", "resize only works", "does not own its data",
)  # fmt: skip
"""What may be said of arrays that were changed meanwhile."""


def run(seed: int, count: int) -> Outcome:
    """Try so many cases, each in a process of its own, forked from one that runs nothing else: none
    of JAX's threads is lost in a fork."""
    outcome = Outcome()
    if not hasattr(os, "fork"):
        outcome.counts["skipped, as there are no forks here"] += count
        return outcome
    words = [sys.executable, "-X", "faulthandler", "-m", __name__, str(seed), str(count)]
    paths = {"PYTHONPATH": os.pathsep.join([HOME, *sys.path])}
    done = subprocess.run(words, env=os.environ | paths, stdout=subprocess.PIPE, check=True)
    for case, fault in json.loads(done.stdout).items():
        outcome.counts["a fault" if fault else "no harm"] += 1
        if fault:
            outcome.faults.append(f"case {case}: {fault}")
    return outcome


def in_child(work: Callable[[], str], seconds: float) -> str:
    """What a forked process says of its work, with the stacks of its threads where it crashes or
    hangs: "" where all is well."""
    with tempfile.TemporaryFile() as file:
        child = os.fork()
        if not child:
            try:
                os.dup2(file.fileno(), 2)
                os.write(2, work().encode())
            except BaseException:
                os.write(2, traceback.format_exc().encode())
            finally:
                os._exit(0)
        end = how_it_ends(child, seconds)
        file.seek(0)
        return end + file.read().decode()


def how_it_ends(child: int, seconds: float) -> str:
    """Wait for the end of a process: how it ended, where that is not by itself."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return f"it ended with {status}: " if status else ""
        time.sleep(0.002)
    os.kill(child, signal.SIGABRT)  # at which Python says where it stands
    os.waitpid(child, 0)
    return "it hangs: "


def meeting(chance: Random) -> str:
    """Some threads do what comes to one network; what must not be, or ""."""
    sys.stderr = io.StringIO()
    compiler.FLAGS = ("-O0", *compiler.FLAGS[1:])  # in a process of this case's own
    inputs, rows = chance.choice([1, 3, 20]), chance.choice([1, 7, 300])
    network = Network(
        [inputs, *chance.choice([[], [4], [16, 33]]), 2],
        dtype=chance.choice(["float64", "float32"]),
        batch_norm=chance.random() < 0.3,
    )
    X, y = np.ones((rows, inputs)), np.zeros((rows, 2))
    network.train(X, y, steps=3, engine="native", progress=False)
    for part in (X, X[:1]):
        network.predict(part)
    over, faults = threading.Event(), []
    sys.setswitchinterval(chance.choice([1e-6, 1e-5, 5e-3]))

    def act(chance: Random) -> None:
        while not over.is_set():
            action = chance.choice(ACTIONS)
            try:
                action(network, X, y, chance)
            except NonFiniteError:
                pass
            except Exception as error:
                if not any(words in str(error) for words in SENTENCES):
                    faults.append(f"{action.__name__}: {traceback.format_exc()}")

    def interrupt(number: int, frame: Any) -> None:
        with contextlib.suppress(ValueError):
            network.predict(X)
        if not over.is_set():
            signal.setitimer(signal.ITIMER_REAL, 0.005)

    signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.005)
    own = [Random(chance.random()) for _ in range(chance.randint(2, 4))]  # noqa: S311
    threads = [threading.Thread(target=act, args=[one]) for one in own[1:]]
    timer = threading.Timer(SECONDS, over.set)
    for thread in (*threads, timer):
        thread.start()
    act(own[0])  # the main thread, which signals reach
    for thread in threads:
        thread.join()
    return faults[0] if faults else ""


def train(network: Network, X: Any, y: Any, chance: Random) -> None:
    """In one of several ways."""
    network.train(
        X, y, steps=chance.choice([1, 10, 200]),
        batch_size=chance.choice([None, 1]),
        optimizer=chance.choice(["sgd", "adam", "rmsprop"]),
        learning_rate=1e-4,
        engine=chance.choice(["native", "native", "numpy"]),
        threads=chance.choice([1, 2]),
        progress=False,
    )  # fmt: skip


def predict(network: Network, X: Any, y: Any, chance: Random) -> None:
    """All rows, many times as many, or one."""
    times = chance.choice([1, 50])
    network.predict(X[:1] if chance.random() < 0.5 else np.tile(X, (times, 1)))


def copied(network: Network, X: Any, y: Any, chance: Random) -> None:
    """A copy predicts and trains."""
    twin = (
        copy.deepcopy(network) if chance.random() < 0.5 else pickle.loads(pickle.dumps(network))  # noqa: S301
    )
    chance.choice([train, predict])(twin, X, y, chance)


def written(network: Network, X: Any, y: Any, chance: Random) -> None:
    """Numbers are set in place."""
    for array in network.weights.values():
        if array.dtype.kind == "f":  # another thread may have put anything there
            with held(array):
                array *= chance.choice([0.0, 0.5, 1.0])


def replaced(network: Network, X: Any, y: Any, chance: Random) -> None:
    """Another array, which may not fit, for a moment."""
    values = network.checkpoint.values
    name = chance.choice([*values])
    right = values[name]
    if np.shape(right):
        with held(right):
            values[name] = chance.choice([
                np.zeros((1, 1)), np.full((1, 1), None), np.asfortranarray(right),
                np.array(right).astype(">f8"), right.copy(), np.zeros((500, 500)),
            ])  # fmt: skip
        time.sleep(0.001)
        values[name] = right


def resized(network: Network, X: Any, y: Any, chance: Random) -> None:
    """Arrays are made smaller where NumPy lets that be, and are replaced then."""
    values = network.checkpoint.values
    name = chance.choice([*values])
    array = values[name]
    if np.shape(array):
        with held(array):
            right = array.copy()
        try:
            array.resize((1, 1), refcheck=False)
        finally:
            values[name] = right


@contextlib.contextmanager
def held(array: Any) -> Iterator[None]:
    """Keep NumPy from resizing an array: other threads run while it copies a large one, and it
    would go on reading what one of them has given back to the machine. It resizes nothing that is
    referred to weakly."""
    reference = weakref.ref(array)
    yield
    del reference


def forked(network: Network, X: Any, y: Any, chance: Random) -> None:
    """A process that is forked now goes on with the network."""

    def work() -> str:
        for action in (predict, train, predict):
            with contextlib.suppress(ValueError, NonFiniteError):
                action(network, X, y, chance)
        return ""

    said = in_child(work, PATIENCE / 2)
    if said:
        raise AssertionError(f"in a forked process: {said}")


ACTIONS = [train, train, predict, predict, predict, copied, written, replaced, resized, forked]


if __name__ == "__main__":
    SEED, COUNT = map(int, sys.argv[1:])
    CASES = [f"{SEED}:{number}" for number in range(COUNT)]
    json.dump(
        {case: in_child(lambda case=case: meeting(Random(case)), PATIENCE) for case in CASES},  # noqa: S311
        sys.stdout,
    )
