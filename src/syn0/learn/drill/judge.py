"""Compares a program with the exercise's and finds the first line that is wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from syn0.derive import loss_of
from syn0.learn.drill.causes import Cause, cause_of, likeliest
from syn0.learn.drill.matching import Array, Found, oriented
from syn0.learn.drill.reference import Follower, Seen, Step, dependents
from syn0.learn.drill.sandbox import Event, Record, Run, Stopper, run_program
from syn0.learn.drill.steps import STEPS, divisions
from syn0.learn.drill.verdict import RIGHT, STOPPED, WRONG, Mark, Trouble, Verdict, Wrong, window
from syn0.program import Name, names_in

if TYPE_CHECKING:
    from syn0.learn.drill.exercise import Exercise

SURELY = 24
"""Entries of which none is below 0 by chance, of numbers drawn around 0."""

SHIFTS = ("-", "normal", "randn", "uniform", "zeros", "orthogonal")
"""What stands in a line that draws numbers around 0."""

EXACT = "Right: the prediction and all weights agree to the last bit, after each of three steps."
APPROXIMATE = (
    "Right: the prediction and all weights agree after each of three steps, but for rounding: "
    "{why}. That is no mistake."
)
OTHER_ORDER = "sums that are added up in another order end in other last digits"
SINGLE = "float32 keeps about seven digits"


@dataclass(frozen=True)
class Comparison:
    """One run beside the exercise's.

    Attributes:
        steps: as far as they were taken.
        names: the learner's names of the weights.
        lacking: weights that were not found before the training.
        run: what was compared.
    """

    steps: Sequence[Step]
    names: Mapping[str, str]
    lacking: Sequence[str]
    run: Run

    @property
    def right(self) -> bool:
        """Whether all weights agree after each of three steps."""
        return (
            not self.lacking
            and len(self.steps) == STEPS
            and all(s.right for step in self.steps for s in self.decisive(step))
        )

    def decisive(self, step: Step) -> list[Seen]:
        """The last binding of each weight."""
        last = {s.line.target: s for s in step.seen if s.line.target in self.names}
        return list(last.values())

    @property
    def score(self) -> int:
        """How much was found: by it one way of dividing the run is preferred to another."""
        found = sum(s.right for step in self.steps for s in step.seen)
        return found + 1000 * self.right


def judged(exercise: Exercise, text: str, stopper: Stopper | None = None) -> Verdict:
    """The verdict on a program."""
    X, y = exercise.shaped()
    record = run_program(text, {"X": X, "y": y}, other_data(exercise), stopper=stopper)
    return verdict_of(exercise, record, text)


def other_data(exercise: Exercise) -> list[dict[str, Array]]:
    """Two tables of random unequal numbers, whose rows are as many as no layer has units."""
    sizes = {*exercise.network.sizes, len(exercise.data.X)}
    least = max(5, 2 * (exercise.training.batch_size or 1) + 1)
    counts = [n for n in range(least, least + 40) if n not in sizes][:2]
    random = np.random.RandomState(20)
    kind = loss_of(exercise.network).row.targets
    columns = exercise.shaped()[1].shape[1]
    return [
        {
            "X": random.uniform(-2, 2, (n, exercise.network.inputs)),
            "y": targets(kind, (n, columns), random),
        }
        for n in counts
    ]


def targets(kind: str, size: tuple[int, int], random: np.random.RandomState) -> Array:
    """Random targets such as a loss takes."""
    values = random.uniform(0.05, 0.95, size)
    if kind == "classes":
        return np.asarray(values / values.sum(axis=1, keepdims=True))
    if kind == "sides":
        return np.where(values < 0.5, -1.0, 1.0)
    return np.ceil(values * 5) if kind == "counts" else values


def verdict_of(exercise: Exercise, record: Record, text: str) -> Verdict:
    """The verdict on what a program computed."""
    if record.trouble is not None or not record.runs:
        return stopped(record.trouble or Trouble("stopped", "The program did not run."), record)
    first = record.runs[0]
    if first.trouble is None and (missing := [k for k, v in first.data.items() if v is None]):
        words = (
            f"{' and '.join(missing)} of the exercise {'was' if len(missing) == 1 else 'were'} not "
            "found in the program: keep the lines at its top that make X and y"
        )
        return stopped(Trouble("incomplete", words), record)
    others = [{name: other[name] for name in ("X", "y")} for other in other_data(exercise)]
    tables = [first.data, *others]
    compared = [
        compare(exercise, run, data["X"], data["y"])
        for run, data in zip(record.runs, tables, strict=False)
    ]
    return Judge(exercise, record, compared, text).verdict()


def stopped(trouble: Trouble, record: Record, rail: tuple[Mark, ...] = ()) -> Verdict:
    """The verdict on a program that could not be compared."""
    return Verdict(STOPPED, "", trouble.sentence, rail, None, trouble, record.output)


def compare(exercise: Exercise, run: Run, X: Array | None, y: Array | None) -> Comparison:
    """One run beside the exercise's, divided into steps as fits best."""
    if X is None or y is None:
        X, y = exercise.shaped()
    training = exercise.training
    follower = Follower(
        exercise.program,
        list(exercise.lines_of_a_step),
        X,
        y,
        training.batch_size,
        training.total_steps(len(X)),
    )
    found = [Comparison(*follower.follow(d), run) for d in divisions(run)]
    return max(found, key=lambda comparison: comparison.score)


@dataclass(frozen=True)
class Judge:
    """Says what a program's comparisons mean."""

    exercise: Exercise
    record: Record
    compared: Sequence[Comparison]
    text: str

    def verdict(self) -> Verdict:
        """Right, wrong, or stopped."""
        first = self.compared[0]
        if first.run.trouble is not None and not first.right:
            return self.broken(first)
        if first.lacking or (len(first.steps) < STEPS and self.first_wrong(first) is None):
            return self.incomplete(first)
        if all(c.right for c in self.compared) and not self.same_rows() and not self.uncentred():
            return self.right()
        return self.wrong()

    def right(self) -> Verdict:
        """The verdict on a program that is right."""
        found = [
            s.found for c in self.compared for step in c.steps for s in c.decisive(step) if s.found
        ]
        outputs = [s.found for c in self.compared for step in c.steps for s in step.seen if s.found]
        rail = tuple(self.marks(self.compared[0].steps[0], None))
        if all(f.exact for f in found):
            return Verdict(RIGHT, "exact", EXACT, rail, None, None, self.record.output)
        why = SINGLE if any(f.event.single for f in outputs) else OTHER_ORDER
        sentence = APPROXIMATE.format(why=why)
        return Verdict(RIGHT, "approximate", sentence, rail, None, None, self.record.output)

    def wrong(self) -> Verdict:
        """The verdict on a program with a line that is wrong: seen best on random data, shown on
        the learner's own where it is wrong there too."""
        own, *others = self.compared
        if self.uncentred():
            return self.told_uncentred(own)
        if self.same_rows():
            return self.told_same_rows(own)
        clear = next((c for c in others if not c.right), own)
        culprit = self.first_wrong(clear)
        if own.right and self.keeps_rows(clear, culprit):
            return self.counts_rows(clear)
        if culprit is None:
            return self.incomplete(clear)
        step, seen = culprit
        failure = error_words(clear.run)
        cause, found = cause_of(self.exercise, clear, step, seen, failure=failure)
        shown = self.first_wrong(own)
        other_data = True
        if shown is not None and shown[1].line is seen.line and clear is not own:
            own_cause, own_found = cause_of(self.exercise, own, *shown)
            step, seen = shown
            cause = cause or own_cause
            found = own_found if own_found is not None else found
            other_data = False
        elif clear is own:
            other_data = False
        return self.told(step, seen, cause, found, other_data=other_data)

    # ------------------------------------------------------------------ the first line

    def first_wrong(self, compared: Comparison) -> tuple[Step, Seen] | None:
        """The first line that is wrong, in the first step in which one is."""
        for step in compared.steps:
            if culprit := self.culprit(compared, step):
                return step, culprit
        return None

    def culprit(self, compared: Comparison, step: Step) -> Seen | None:
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
        if not wrong and not lost:
            return None
        if not wrong:
            return None
        first = lost[0] if lost else wrong[0]
        kept = self.kept_factor(compared, step, lost[-1] if lost else wrong[0])
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

    def kept_factor(self, compared: Comparison, step: Step, seen: Seen) -> float | None:
        """By what the learner's change of a weight differs from the exercise's, if by a factor."""
        for s in compared.decisive(step):
            if s.right:
                continue
            theirs = self.theirs(compared, step, s)
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

    def theirs(self, compared: Comparison, step: Step, seen: Seen) -> Array | None:
        """The learner's array of a line, by its name; of a weight by the name that it started
        with."""
        names = [compared.names.get(seen.line.target, ""), seen.line.target]
        event = step.finder.named(*filter(None, names))
        return None if event is None else oriented(event.value, seen.value)

    # ------------------------------------------------------------------ what is told

    def marks(
        self, step: Step | None, wrong: Seen | None, *, missing: bool = False
    ) -> Iterator[Mark]:
        """The rail: what became of each array; the first wrong one may be missing."""
        yield Mark("X", "right", "X")
        seen = step.seen if step is not None else ()
        state = ""
        told: set[str] = set()
        for s in seen:
            name = s.line.target
            if isinstance(s.line.expression, Name) or not is_shown(s, self.exercise):
                continue
            if wrong is not None and s.line is wrong.line:
                yield Mark(name, "missing" if missing else "wrong")
                state = "open"
            elif state:
                if name not in told:
                    yield Mark(name, "open")
            elif name not in told or s.line.phase == "update":
                yield Mark(name, state_of(s), "" if s.found is None else s.found.event.name)
            told.add(name)

    def told(
        self,
        step: Step,
        seen: Seen,
        cause: Cause | None,
        found: Found | Event | None,
        *,
        other_data: bool,
        trouble: Trouble | None = None,
    ) -> Verdict:
        """The verdict, with both arrays."""
        wrong = self.difference(step, seen, cause, found, other_data=other_data)
        missing = wrong.found is None and not wrong.cause
        rail = tuple(self.marks(step, seen, missing=missing))
        outcome = STOPPED if trouble else WRONG
        sentence = trouble.sentence if trouble else sentence_of(wrong)
        return Verdict(outcome, "", sentence, rail, wrong, trouble, self.record.output)

    def difference(
        self,
        step: Step,
        seen: Seen,
        cause: Cause | None,
        found: Found | Event | None,
        *,
        other_data: bool,
    ) -> Wrong:
        """What is wrong with a line, with both arrays."""
        event = found.event if isinstance(found, Found) else found
        value = found.value if isinstance(found, Found | Event) else None
        turned = None if value is None else oriented(value, seen.value)
        difference, place = None, None
        if turned is not None:
            apart = np.abs(turned - seen.value)
            if apart.size and not np.isnan(apart).all():
                where = np.unravel_index(np.nanargmax(apart), apart.shape)
                place = tuple(map(int, where))
                difference = float(apart[where])
        around = place or (0, 0)
        shown = value if turned is None else turned
        return Wrong(
            name=seen.line.target,
            step=step.number + 1,
            expected_shape=seen.value.shape,
            found_shape=None if shown is None else shown.shape,
            difference=difference if difference is None or np.isfinite(difference) else None,
            place=place,
            expected=window(seen.value, around),
            found=None if shown is None else window(shown, around),
            line=0 if event is None else event.place[0],
            cause=cause.name if cause else "",
            words=cause.words if cause else "",
            other_data=other_data,
        )

    def broken(self, compared: Comparison) -> Verdict:
        """The verdict on a program that ended with an error: how far it was right, and what the
        line that it failed in has wrong, if that can be told."""
        trouble = compared.run.trouble
        assert trouble is not None  # noqa: S101
        if not compared.steps or compared.lacking:
            return stopped(trouble, self.record)
        culprit = self.first_wrong(compared)
        if culprit is None:
            return stopped(trouble, self.record, tuple(self.marks(compared.steps[-1], None)))
        step, seen = culprit
        failure = error_words(compared.run)
        cause, found = cause_of(self.exercise, compared, step, seen, failure=failure)
        return self.told(step, seen, cause, found, other_data=False, trouble=trouble)

    def incomplete(self, compared: Comparison) -> Verdict:
        """The verdict on a program that takes too few steps, or has none of the weights."""
        if compared.lacking:
            shape = np.shape(compared_shape(self.exercise, compared.lacking[0]))
            words = (
                f"{compared.lacking[0]} was not found: no array of shape {shape} is made before "
                "the training begins"
            )
        elif not compared.steps:
            words = "No training step was found: write a loop that goes through the steps"
        else:
            count = len(compared.steps)
            words = (
                f"Right as far as it goes, but it takes {count} step{'s' * (count != 1)}: let the "
                f"loop take at least {STEPS}, so that each begins with what the last one learned"
            )
        step = compared.steps[0] if compared.steps and not compared.lacking else None
        rail = tuple(self.marks(step, None)) if step else ()
        trouble = Trouble("incomplete", words)
        return Verdict(STOPPED, "", words, rail, None, trouble, self.record.output)

    def counts_rows(self, compared: Comparison) -> Verdict:
        """The verdict on a program that is right for the rows of its table alone."""
        trouble = compared.run.trouble or Trouble("error", "")
        own, other = (len(c.steps[0].given["X"]) for c in (self.compared[0], compared))
        words = (
            f"Right for these {own} rows, but not for another table of {other}: does it count on "
            f"{own}? Take len(X) in its place."
        )
        told = replace(trouble, sentence=f"{words} {trouble.sentence}".rstrip())
        rail = tuple(self.marks(self.compared[0].steps[0], None))
        return Verdict(WRONG, "", words, rail, None, told, self.record.output)

    def keeps_rows(self, compared: Comparison, culprit: tuple[Step, Seen] | None) -> bool:
        """Whether a run with another number of rows fails, or has an array of the old number."""
        if compared.run.trouble is not None or culprit is None:
            return bool(compared.steps)
        theirs = likeliest(compared, *culprit)
        own = len(self.compared[0].steps[0].given["X"])
        return theirs is not None and theirs.value.shape[:1] == (own,) != culprit[1].value.shape[:1]

    # ------------------------------------------------------------------ start and batches

    def uncentred(self) -> str:
        """The first weight matrix of whose start no entry is below 0, where the exercise's are
        drawn around 0; "" if there is none."""
        first = self.compared[0]
        if not first.steps or first.lacking:
            return ""
        for name in self.exercise.program.weights:
            value = np.asarray(first.steps[0].given[name])
            drawn = name.startswith("syn") and value.ndim == 2
            if drawn and np.min(value) >= 0 and (value.size >= SURELY or self.unshifted(name)):
                return name
        return ""

    def unshifted(self, weight: str) -> bool:
        """Whether nothing in the line that makes a weight's start takes anything from it."""
        first = self.compared[0]
        theirs, lines = first.names.get(weight), self.text.splitlines()
        made = (e for e in first.run.events if e.name == theirs and e.kind == "bound")
        line, column, *_ = next((event.place for event in made), (0, 0))
        if not 0 < line <= len(lines):
            return False
        code = lines[line - 1][column:].partition("#")[0]
        return not any(word in code for word in SHIFTS)

    def told_uncentred(self, own: Comparison) -> Verdict:
        """The verdict on start weights that are all above 0."""
        step = own.steps[0]
        name = self.uncentred()
        value = np.asarray(step.given[name], float)
        words = (
            "no start weight is below 0: draw them evenly around 0, as 2 * random - 1 does, so "
            "that no unit starts out with all weights pushing one way"
        )
        shape = value.shape
        wrong = Wrong(
            name,
            0,
            shape,
            shape,
            None,
            None,
            window(value),
            window(value),
            0,
            "start",
            words,
            False,
        )
        rail = (Mark("X", "right", "X"), Mark(name, "wrong"))
        return Verdict(WRONG, "", f"{name}: {words}.", rail, wrong, None, self.record.output)

    def same_rows(self) -> bool:
        """Whether each step of mini-batches takes the same rows."""
        size = self.exercise.training.batch_size
        steps = self.compared[-1].steps
        if size is None or len(steps) < STEPS or not all(step.batch for step in steps):
            return False
        rows = [frozenset(step.given["batch"].tolist()) for step in steps]
        return len(set(rows)) == 1 and len(rows[0]) < len(steps[0].given["X"])

    def told_same_rows(self, own: Comparison) -> Verdict:
        """The verdict on mini-batches that are all one."""
        step = own.steps[0]
        value = np.asarray(step.values["l0"], float)
        words = "each step takes the same rows: go on to the next ones, until all had their turn"
        shape = value.shape
        wrong = Wrong(
            "l0",
            2,
            shape,
            shape,
            None,
            None,
            window(value),
            window(value),
            0,
            "batch",
            words,
            False,
        )
        rail = (Mark("X", "right", "X"), Mark("l0", "wrong"))
        return Verdict(WRONG, "", f"l0: {words}.", rail, wrong, None, self.record.output)


def error_words(run: Run) -> str:
    """The words of the error that ended a run, without its kind; "" if there was none."""
    return "" if run.trouble is None else run.trouble.sentence.partition(": ")[2]


def explained(step: Step, seen: Seen, weights: Collection[str]) -> bool:
    """Whether a line was found, or lines that are made of it were. A weight tells only of what its
    update reads itself: Adam's steps are the same for errors of any size."""
    direct = [s for s in made_of(step, seen) if s.line.target in weights]
    return any(s.found is not None for s in direct) or carried_on(step, seen, weights)


def carried_on(step: Step, seen: Seen, weights: Collection[str]) -> bool:
    """The same, whatever weights tell."""
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


def state_of(seen: Seen) -> str:
    """What became of a line before the first that is wrong."""
    if seen.found is None:
        return "merged"
    return "right" if seen.found.factor == 1 else "lenient"


def is_shown(seen: Seen, exercise: Exercise) -> bool:
    """Whether the rail has a line: those of arrays."""
    return seen.value.ndim > 0


def compared_shape(exercise: Exercise, name: str) -> Any:
    """A weight as the exercise starts with it, whose shape the learner's must have."""
    line = next(x for x in exercise.program.phase("init") if x.target == name)
    from syn0.program import check

    return np.zeros([int(n) for n in check(exercise.program)[line.target]])


def sentence_of(wrong: Wrong) -> str:
    """What is wrong, in one sentence."""
    where = f" in step {wrong.step}" if wrong.step > 1 else ""
    where += " with other numbers in X and y" if wrong.other_data else ""
    if wrong.found is None:
        head = f"{wrong.name} was not found{where}: expected an array of {wrong.expected_shape}"
    elif wrong.found_shape != wrong.expected_shape:
        shapes = f"the shape {wrong.found_shape}{where}, expected {wrong.expected_shape}"
        head = f"{wrong.name} has {shapes}"
    else:
        head = f"{wrong.name} is wrong{where}"
    return f"{head}: {wrong.words}." if wrong.words else f"{head}."
