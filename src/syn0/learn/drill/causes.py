"""Finds what mistake gives a wrong array: the exercise's own line is changed in the ways in which
people get it wrong, and the change that gives just what the learner's program computed is it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from syn0.learn.drill.matching import Array, Finder, Found, oriented
from syn0.learn.drill.mutations import Mutation, Setting, mutations
from syn0.learn.drill.sandbox import Event
from syn0.program import Apply, Expr, Name, evaluate, names_in, substitute

if TYPE_CHECKING:
    from syn0.learn.drill.comparison import Comparison
    from syn0.learn.drill.exercise import Exercise
    from syn0.learn.drill.reference import Seen, Step

LOOKS, KNOWN, STRANGE, CONFIRMED = 0, 1, 2, 3
"""How well a mutation is borne out: its value is there, but it belongs there; it is there under
the line's name; it is there and is no part of the exercise; and what follows was made of it."""


@dataclass(frozen=True)
class Cause:
    """A mistake: its short name, and a sentence."""

    name: str
    words: str


def cause_of(
    exercise: Exercise, compared: Comparison, step: Step, seen: Seen, *, failure: str = ""
) -> tuple[Cause | None, Found | Event | None]:
    """The mistake in a line, if just one explains what was computed, and what was computed there.

    Args:
        failure: the words of the error with which the program ended, if it did: a mutation that
            fails with the same ones explains it too.
    """
    setting = setting_of(exercise, step, seen)
    tried = list(values_of(mutations(setting), setting))
    search = Search(step, seen, setting, yours(compared, seen))
    if (cause := search.best(tried)) is not None:
        return cause
    event = likeliest(compared, step, seen)
    if event is not None and not failure and search.unchanged(event.value):
        words = f"{seen.line.target} is as it was before the step: it is not updated"
        return Cause("missing", words), event
    alike = [m for m, value in tried if failure and isinstance(value, str) and value == failure]
    if alike:
        return Cause(alike[0].cause, alike[0].words), event
    return None, event


def yours(compared: Comparison, seen: Seen) -> set[str]:
    """The names under which the learner may keep a line."""
    return {seen.line.target, compared.names.get(seen.line.target, seen.line.target)}


def setting_of(exercise: Exercise, step: Step, seen: Seen) -> Setting:
    """What a line is computed from: the learner's own values, as far as they differ by a sign or a
    factor from the exercise's."""
    values = step.before(seen)
    place = step.seen.index(seen)
    factor = 1.0
    for s in step.seen[:place]:
        if s.found is not None and s.found.factor != 1:
            values[s.line.target] = s.value * s.found.factor
            if s.line.target in names_in(seen.line.expression):
                factor = s.found.factor
    rows = len(values["l0"]) if "l0" in values else len(values["X"])
    return Setting(
        line=seen.line,
        expression=written_out(step, seen),
        values=values,
        after=step.values,
        last=step.last,
        rows=rows,
        outputs=exercise.shaped()[1].shape[1],
        factor=factor,
        program=exercise.program,
    )


def written_out(step: Step, seen: Seen) -> Expr:
    """The line with the plain numbers that the step computes, such as alpha_t, written out."""
    meanings: dict[str, Expr] = {}
    for s in step.seen[: step.seen.index(seen)]:
        if s.value.ndim == 0 and s.line.target != "t":
            meanings[s.line.target] = substitute(s.line.expression, meanings)
    return substitute(seen.line.expression, meanings)


def values_of(
    tried: Iterator[Mutation], setting: Setting
) -> Iterator[tuple[Mutation, Array | str]]:
    """Each mutation with what it gives; the words of the error where it cannot be computed."""
    with np.errstate(all="ignore"):
        for mutation in tried:
            try:
                value = np.asarray(evaluate(mutation.expression, mutation.values), float)
            except (ValueError, IndexError, TypeError, ZeroDivisionError) as error:
                yield mutation, str(error)
                yield from change_alone(mutation, setting)
                continue
            yield mutation, mutation.then(value) if mutation.then else value


def change_alone(mutation: Mutation, setting: Setting) -> Iterator[tuple[Mutation, Array]]:
    """The change of a mutated update, which can be computed where its shape does not fit the
    weights."""
    match mutation.expression:
        case Apply("add" | "subtract", (Name(name), change)) if name == setting.line.target:
            with suppress(ValueError, IndexError, TypeError):
                yield mutation, np.asarray(evaluate(change, mutation.values), float)


@dataclass(frozen=True)
class Search:
    """Looks for mutated values among those that the learner's program computed."""

    step: Step
    seen: Seen
    setting: Setting
    names: set[str]

    def best(self, tried: Sequence[tuple[Mutation, Array | str]]) -> tuple[Cause, Found] | None:
        """The mutation that is borne out best, if it is the only one so."""
        ranked: list[tuple[int, Mutation, Array, Found]] = []
        place = (0, 0, 0, 0)
        right = Finder([Event(place, "", "part", x, False, ()) for x in self.legitimate()])
        for mutation, value in tried:
            if isinstance(value, str) or is_plain(value) or self.unchanged(value):
                continue
            if same(value, self.expected()):
                continue
            found = self.step.finder.find(value, (1.0,), self.seen.line.target)
            if found is None or not (found.event.single or same(found.value, value)):
                continue
            if (rank := self.rank(value, found, right)) > LOOKS:
                ranked.append((rank, mutation, value, found))
        if not ranked:
            return None
        top = max(rank for rank, *_ in ranked)
        (_, mutation, value, found), *others = [entry for entry in ranked if entry[0] == top]
        if any(m.cause != mutation.cause and not same(v, value) for _, m, v, _ in others):
            return None  # of those that give the same, the first is the likeliest
        return Cause(mutation.cause, mutation.words), found

    def unchanged(self, value: Array) -> bool:
        """Whether this is what the line's name held before the step, which is there anyway."""
        target = self.seen.line.target
        return target in self.step.given and same(value, np.asarray(self.step.given[target]))

    def expected(self) -> Array:
        """What the line would come to, made of the learner's own values."""
        return self.seen.value * self.setting.factor

    def rank(self, value: Array, found: Found, right: Finder) -> int:
        """How well a mutated value is borne out."""
        if self.follows(value, right):
            return CONFIRMED
        if right.find(value) is None:
            return STRANGE
        return KNOWN if found.event.name in self.names else LOOKS

    def follows(self, value: Array, right: Finder) -> bool:
        """Whether a line that reads this one was computed with the mutated value."""
        target = self.seen.line.target
        place = self.step.seen.index(self.seen)
        values = {**self.setting.values, target: value}
        for later in self.step.seen[place + 1 :]:
            expr = later.line.expression
            if target not in names_in(expr) or later.value.size == 1:
                values[later.line.target] = later.value
                continue
            try:
                with np.errstate(all="ignore"):
                    made = np.asarray(evaluate(expr, values), float)
            except (ValueError, IndexError, TypeError):
                return False
            if self.step.finder.find(made, (1.0, -1.0)) and right.find(made) is None:
                return True
            values[later.line.target] = made
        return False

    def legitimate(self) -> Iterator[Array]:
        """Every value that a right program may compute in this step: all lines, and all parts."""
        values = dict(self.step.given)
        yield from (np.asarray(value, float) for value in values.values() if np.ndim(value))
        for seen in self.step.seen:
            for part in parts(seen.line.expression):
                with np.errstate(all="ignore"):
                    yield np.asarray(evaluate(part, values), float)
            values[seen.line.target] = seen.value


def parts(expr: Expr) -> Iterator[Expr]:
    """An expression and all within it, but for names and numbers."""
    if isinstance(expr, Apply) and expr.args:
        yield expr
        for arg in expr.args:
            yield from parts(arg)


def same(value: Array, other: Array) -> bool:
    """Whether two arrays agree, be one of them transposed or flat."""
    lying = oriented(value, other)
    return lying is not None and bool(np.allclose(lying, other, rtol=1e-9, atol=0))


def is_plain(value: Array) -> bool:
    """Whether an array holds nothing but zeros, or ones, as many expressions give by chance."""
    return bool(np.all(value == 0) or np.all(value == 1))


def likeliest(compared: Comparison, step: Step, seen: Seen) -> Event | None:
    """What the learner's program has in a line's place: what bears its name, else the first array
    of its shape that is nothing of the exercise's."""
    if (event := step.finder.named(*yours(compared, seen))) is not None:
        return event
    known = [id(s.found.event) for s in step.seen if s.found is not None]
    before = step.seen[: step.seen.index(seen)]
    places = [step.finder.events.index(s.found.event) for s in before
              if s.found is not None and s.found.event in step.finder.events]  # fmt: skip
    after = max(places, default=-1)
    for event in step.finder.events[after + 1 :]:
        fits = event.kind == "bound" and oriented(event.value, seen.value) is not None
        if fits and id(event) not in known:
            return event
    return None
