"""Who takes part: syn0's engines, and the peers that are installed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from syn0.bench.peers import FEW_STEPS, MANY_STEPS, PEERS, Call, UnfitError
from syn0.bench.works import Data, Work
from syn0.derive import prediction_program, training_program
from syn0.engines import ENGINES, Predictor, Runner, Stretch, make_runner
from syn0.spec.checks import choice

INSTALLED, NONE = "installed", "none"


class Contestant(Protocol):
    """Somebody who can do a work.

    Attributes:
        title: how tables call it.
        note: what a reader of its figures has to know; "" for nothing.
        failures: the exceptions that put it out of a work; others are faults of syn0's own.
        keeps_compiled: whether the next process finds again what it compiled.
        most_steps: of a call: where every step comes from Python, more of them tell nothing new.
    """

    title: str
    note: str
    failures: tuple[type[Exception], ...]
    keeps_compiled: bool
    most_steps: int

    def ready(self, work: Work, data: Data) -> Call:
        """A function that takes the work's steps, each call going on where the last one ended, or
        that predicts the first row. It compiles, if at all, when it is first called.

        Raises:
            UnfitError: it cannot do this work; the message says why.
        """


class Engine:
    """An engine of syn0's, called as training and models call it."""

    note = ""
    failures: tuple[type[Exception], ...] = (UnfitError,)

    def __init__(self, name: str, threads: int | None = None) -> None:
        self.name, self.title, self.threads = name, f"syn0 {name}", threads
        self.keeps_compiled = ENGINES[name].keeps
        self.most_steps = MANY_STEPS if ENGINES[name].compiles else FEW_STEPS

    def ready(self, work: Work, data: Data) -> Call:
        """See `Contestant`."""
        network, training = work.network, work.training
        runner = make_runner(
            self.name,
            training_program(network, training),
            prediction_program(network, training.reduction),
            rows=work.rows,
            threads=self.threads,
        )
        # Copies, as runners change arrays in place.
        values = {k: v.copy() if hasattr(v, "copy") else v for k, v in data.values.items()}
        if work.predicts:
            return self.predicting(work, values, data.X[:1], runner)
        arrays, batches = {"X": data.X, "y": data.y}, batches_of(work, data)

        def train() -> dict[str, Any]:
            values.update(runner.train(values, arrays, batches, measure=False)[0])
            if runner.name != self.name:
                raise UnfitError(runner.notice)
            return values

        return train

    def predicting(self, work: Work, values: Any, row: Any, runner: Runner) -> Call:
        """A function that predicts a row."""
        if not ENGINES[self.name].compiles:
            return lambda: runner.predict(values, row)
        if not self.keeps_compiled:
            raise UnfitError("single rows are for the other engines")
        predictor = Predictor(prediction_program(work.network), values, runner.predict, eager=True)

        def predict() -> Any:
            quick = predictor.quick(values, row)
            return predictor(values, row) if quick is None else quick

        return predict


def batches_of(work: Work, data: Data) -> Stretch:
    """The rows of the steps of a call, as training hands them out."""
    sizes = np.full(work.steps, work.rows)
    return Stretch(sizes, None if data.order is None else data.order.reshape(-1).astype(np.int32))


def engines(threads: int | None = None) -> list[Contestant]:
    """All engines of syn0's, numpy last, on so many threads; by default what they choose."""
    return [Engine(name, threads) for name in reversed([*ENGINES])]


def chosen_peers(names: str) -> Sequence[Contestant]:
    """The peers of a text: "installed", "none", or names joined by commas.

    Raises:
        ValueError: a name that is no peer, or a peer that is not installed.
    """
    if names == NONE:
        return []
    if names == INSTALLED:
        return [peer for peer in PEERS if not peer.missing()]
    known = [*dict.fromkeys(peer.name for peer in PEERS), INSTALLED, NONE]
    wanted = [choice("peer", name.strip(), known) for name in names.split(",")]
    if {INSTALLED, NONE} & {*wanted}:
        raise ValueError(f"peers {names!r}: {INSTALLED} stands alone, and so does {NONE}")
    chosen = [peer for peer in PEERS if peer.name in wanted]
    for peer in chosen:
        if lacking := peer.missing():
            what = " and ".join(lacking)
            raise ValueError(f"the peer {peer.name} needs {what}, which is not installed")
    return chosen
