"""What runs a program on arrays."""

from syn0.engines.base import Arrays, Batch, Figures, Runner
from syn0.engines.numpy import NumpyRunner
from syn0.program import Program
from syn0.spec.checks import choice

ENGINES = {"numpy": NumpyRunner}


def make_runner(engine: str, training: Program, prediction: Program) -> Runner:
    """A runner for a network's two programs; "auto" picks the fastest engine that is here.

    Raises:
        ValueError: an engine that does not exist; the message lists those that do.
    """
    name = choice("engine", engine, ["auto", *ENGINES])
    return ENGINES["numpy" if name == "auto" else name](training, prediction)


__all__ = ["ENGINES", "Arrays", "Batch", "Figures", "NumpyRunner", "Runner", "make_runner"]
