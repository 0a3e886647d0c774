"""Which engine "auto" picks: the one that has done a few trainings first, compiling included."""

from __future__ import annotations

from dataclasses import dataclass

from syn0.engines.base import Cost
from syn0.engines.table import ENGINES
from syn0.engines.work import Work
from syn0.program import Program

TRAININGS, SHORT = 3, 0.75
"""What is compiled is kept: where that takes at most so many seconds it has to pay for itself in so
many trainings, as a network of one kind is seldom trained once. Where it takes longer, as with slow
compilers, the first training has to be done no later than by NumPy alone."""


@dataclass(frozen=True)
class Choice:
    """An engine, and why it was picked, in a sentence; `notice` says what a better one lacks."""

    engine: str
    reason: str
    notice: str = ""


def choose(
    program: Program, rows: int, steps: int, threads: int | None = None, networks: int = 1
) -> Choice:
    """The engine for so many steps of so many rows, on so many threads, of so many networks at
    once."""
    work = Work.of(program, rows, steps, networks)
    costs = {name: engine.cost(work, threads) for name, engine in ENGINES.items()}
    best, *others = sorted(costs, key=lambda name: seconds(costs[name]))
    if lacking := ENGINES[best].missing():
        here = next(name for name in others if not ENGINES[name].missing())
        return Choice(here, lacking, f"the {best} engine would be done sooner, but {lacking}")
    return Choice(best, reason(costs[best], costs[others[0]]))


def seconds(cost: Cost) -> float:
    """What a training counts, with its share of the compiling."""
    return cost.steps + cost.compiling / (TRAININGS if cost.compiling <= SHORT else 1)


def reason(best: Cost, second: Cost) -> str:
    """What two engines would take, the better one first."""
    if not best.compiling:
        return f"about {best}, or {second}"
    return "; ".join(filter(None, [f"about {best}, once, not {second.steps:.2g} s", best.note]))
