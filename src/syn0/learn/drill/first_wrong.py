"""Which line of a learner's program is the first that is wrong."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from syn0.learn.drill.comparison import Comparison
from syn0.learn.drill.matching import Array, oriented
from syn0.learn.drill.reference import Seen, Step, dependents
from syn0.program import Name, names_in


def first_wrong(compared: Comparison) -> tuple[Step, Seen] | None:
    """The first line that is wrong, in the first step in which one is."""
    for step in compared.steps:
        if found := culprit(compared, step):
            return step, found
    return None


def culprit(compared: Comparison, step: Step) -> Seen | None:
    """The first line of a step that is neither found nor part of one that is. Where only
    updates are wrong, a line before them that is right but for its sign or a factor, which
    they keep."""
    lost = [s for s in step.seen if s.value.size > 1 or s.line.target in compared.names]
    lost = [s for s in lost if not isinstance(s.line.expression, Name)]
    lost = [s for s in lost if not explained(step, s, compared.names)]
    wrong = [s for s in compared.decisive(step) if not s.right]
    if lost and lost[0].line.phase != "update":
        return lost[0]
    lenient = [s for s in step.seen if s.found is not None and s.found.factor != 1]
    if not wrong:
        return None
    first = lost[0] if lost else wrong[0]
    kept = kept_factor(compared, step)
    upheld = [s for s in compared.decisive(step) if s.right]
    for suspect in lenient:
        read = set(names_in(suspect.line.expression))
        inherited = any(s.line.target in read for s in lenient if s is not suspect)
        if inherited or any(leads_to(step, suspect, s) for s in upheld):
            continue
        assert suspect.found is not None  # noqa: S101
        if kept is not None and np.isclose(suspect.found.factor, kept):
            return suspect
    return first


def kept_factor(compared: Comparison, step: Step) -> float | None:
    """The factor between the learner's change of a weight and the exercise's; None where they do
    not differ by a factor."""
    for s in compared.decisive(step):
        if s.right:
            continue
        theirs = theirs_of(compared, step, s)
        if theirs is None:
            continue
        start = np.asarray(step.given[s.line.target], float)
        mine, change = s.value - start, theirs - start
        place = np.unravel_index(np.argmax(np.abs(mine)), mine.shape)
        if not mine[place]:
            continue
        factor = float(change[place] / mine[place])
        if np.allclose(change, factor * mine, rtol=1e-5, atol=1e-9 * np.abs(mine).max()):
            return factor
    return None


def theirs_of(compared: Comparison, step: Step, seen: Seen) -> Array | None:
    """The learner's array of a line, by its name; of a weight by the name that it started
    with."""
    names = [compared.names.get(seen.line.target, ""), seen.line.target]
    event = step.finder.named(*filter(None, names))
    return None if event is None else oriented(event.value, seen.value)


def explained(step: Step, seen: Seen, weights: Collection[str]) -> bool:
    """Whether a line was found, or lines that are made of it were. A weight tells only of what its
    update reads itself: Adam's steps are the same for errors of any size."""
    direct = [s for s in made_of(step, seen) if s.line.target in weights]
    return any(s.found is not None for s in direct) or carried_on(step, seen, weights)


def carried_on(step: Step, seen: Seen, weights: Collection[str]) -> bool:
    """As `explained`, but that a weight which was found tells nothing of the lines before it."""
    if seen.found is not None:
        return True
    others = [s for s in made_of(step, seen) if s.line.target not in weights]
    return any(carried_on(step, s, weights) for s in others)


def leads_to(step: Step, seen: Seen, weight: Seen) -> bool:
    """Whether a line is part of what a weight is updated by."""
    return seen is weight or any(leads_to(step, s, weight) for s in made_of(step, seen))


def made_of(step: Step, seen: Seen) -> list[Seen]:
    """The lines of a step that read what one binds."""
    lines = [s.line for s in step.seen]
    return [step.seen[k] for k in dependents(lines, step.seen.index(seen))]
