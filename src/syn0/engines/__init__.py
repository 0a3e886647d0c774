"""What runs a program on arrays."""

from syn0.engines.base import Arrays, Figures, Runner, Values
from syn0.engines.choice import Choice, choose
from syn0.engines.prediction import Predictor
from syn0.engines.stretch import Batch, Batches, Stretch
from syn0.engines.table import ENGINES
from syn0.engines.threads import at_most_cores
from syn0.program import Program
from syn0.spec import checks


def make_runner(
    engine: str,
    training: Program,
    prediction: Program,
    *,
    rows: int = 0,
    steps: int = 0,
    threads: int | None = None,
    networks: int = 1,
) -> Runner:
    """A runner for a network's two programs; "auto" picks by the work: so many steps of so many
    rows. An engine that cannot run them lets numpy do it, and its `notice` says why. So many
    `threads` work at once, of the cores that there are; by default as many as the work is worth.
    Of several `networks` that take these steps side by side, each has one thread.

    Raises:
        ValueError: an engine that does not exist; the message lists those that do.
    """
    name = checks.choice("engine", engine, ["auto", *ENGINES])
    threads, notice = at_most_cores(threads)
    notices = [notice]
    if name == "auto":
        chosen = choose(training, rows, steps * networks, threads)
        name = chosen.engine
        notices.append(chosen.notice)
    if networks > 1 and ENGINES[name].side_by_side:
        threads = 1
    runner = ENGINES[name](training, prediction, rows, threads)
    runner.notice = "; ".join(filter(None, [runner.notice, *notices]))
    return runner


__all__ = [
    "ENGINES",
    "Arrays",
    "Batch",
    "Batches",
    "Choice",
    "Figures",
    "Predictor",
    "Runner",
    "Stretch",
    "Values",
    "at_most_cores",
    "choose",
    "make_runner",
]
