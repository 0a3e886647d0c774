"""Says what the comparison of a program with the exercise's means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from syn0.learn.drill.causes import Cause, cause_of, likeliest
from syn0.learn.drill.comparison import Comparison, compare, other_data
from syn0.learn.drill.first_wrong import first_wrong
from syn0.learn.drill.matching import Array, Found, oriented
from syn0.learn.drill.reference import Seen, Step
from syn0.learn.drill.sandbox import Event, Record, Run, Stopper, run_program
from syn0.learn.drill.steps import STEPS
from syn0.learn.drill.verdict import RIGHT, STOPPED, WRONG, Mark, Trouble, Verdict, Wrong, window
from syn0.program import Name, check

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


def judged(exercise: Exercise, text: str, stopper: Stopper | None = None) -> Verdict:
    """The verdict on a program."""
    X, y = exercise.shaped()
    others = other_data(exercise)
    record = run_program(text, {"X": X, "y": y}, others, stopper=stopper)
    if record.trouble is not None or not record.runs:
        return stopped(record.trouble or Trouble("stopped", "The program did not run."), record)
    first = record.runs[0]
    if first.trouble is None and (missing := [k for k, v in first.data.items() if v is None]):
        words = (
            f"{' and '.join(missing)} of the exercise {'was' if len(missing) == 1 else 'were'} not "
            "found in the program: keep the lines at its top that make X and y."
        )
        return stopped(Trouble("incomplete", words), record)
    compared = [
        compare(exercise, run, data["X"], data["y"])
        for run, data in zip(record.runs, [first.data, *others], strict=False)
    ]
    return Judge(exercise, record, compared, text).verdict()


def stopped(trouble: Trouble, record: Record, rail: tuple[Mark, ...] = ()) -> Verdict:
    """The verdict on a program that could not be compared."""
    return Verdict(STOPPED, "", trouble.sentence, rail, None, trouble, record.output)


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
        if first.lacking or (len(first.steps) < STEPS and first_wrong(first) is None):
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
        rail = tuple(self.marks(self.compared[0].steps[0]))
        why = SINGLE if any(f.event.single for f in outputs) else OTHER_ORDER
        agreement, sentence = "approximate", APPROXIMATE.format(why=why)
        if all(f.exact for f in found):
            agreement, sentence = "exact", EXACT
        return Verdict(RIGHT, agreement, sentence, rail, output=self.record.output)

    def wrong(self) -> Verdict:
        """The verdict on a program with a line that is wrong: seen best on random data, shown on
        the learner's own where it is wrong there too."""
        own, *others = self.compared
        if name := self.uncentred():
            return self.told_uncentred(own, name)
        if self.same_rows():
            return self.told_same_rows(own)
        clear = next((c for c in others if not c.right), own)
        culprit = first_wrong(clear)
        if own.right and self.keeps_rows(clear, culprit):
            return self.counts_rows(clear)
        if culprit is None:
            return self.incomplete(clear)
        step, seen = culprit
        failure = error_words(clear.run)
        cause, found = cause_of(self.exercise, clear, step, seen, failure=failure)
        if clear is own:
            return self.told(step, seen, cause, found)
        shown = first_wrong(own)
        if shown is None or shown[1].line is not seen.line:
            return self.told(step, seen, cause, found, other_data=True)
        own_cause, own_found = cause_of(self.exercise, own, *shown)
        return self.told(*shown, cause or own_cause, found if own_found is None else own_found)

    def marks(
        self, step: Step, wrong: Seen | None = None, *, missing: bool = False
    ) -> Iterator[Mark]:
        """The rail: what became of each array; the first wrong one may be missing."""
        yield Mark("X", "right", "X")
        state = ""
        told: set[str] = set()
        for s in step.seen:
            name = s.line.target
            if isinstance(s.line.expression, Name) or s.value.ndim == 0:
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
        other_data: bool = False,
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
        value = None if found is None else found.value
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
        culprit = first_wrong(compared)
        if culprit is None:
            return stopped(trouble, self.record, tuple(self.marks(compared.steps[-1])))
        step, seen = culprit
        failure = error_words(compared.run)
        cause, found = cause_of(self.exercise, compared, step, seen, failure=failure)
        return self.told(step, seen, cause, found, trouble=trouble)

    def incomplete(self, compared: Comparison) -> Verdict:
        """The verdict on a program that takes too few steps, or has none of the weights."""
        if compared.lacking:
            shape = check(self.exercise.program)[compared.lacking[0]]
            words = (
                f"{compared.lacking[0]} was not found: no array of shape {shape} is made before "
                "the training begins."
            )
        elif not compared.steps:
            words = "No training step was found: write a loop that goes through the steps."
        else:
            count = len(compared.steps)
            words = (
                f"Right as far as it goes, but it takes {count} step{'s' * (count != 1)}: let the "
                f"loop take at least {STEPS}, so that each begins with what the last one learned."
            )
        begun = compared.steps and not compared.lacking
        rail = tuple(self.marks(compared.steps[0])) if begun else ()
        return stopped(Trouble("incomplete", words), self.record, rail)

    def counts_rows(self, compared: Comparison) -> Verdict:
        """The verdict on a program that is right for the rows of its table alone."""
        trouble = compared.run.trouble or Trouble("error", "")
        own, other = (len(c.steps[0].given["X"]) for c in (self.compared[0], compared))
        words = (
            f"Right for these {own} rows, but not for another table of {other}: does it count on "
            f"{own}? Take len(X) in its place."
        )
        told = replace(trouble, sentence=f"{words} {trouble.sentence}".rstrip())
        rail = tuple(self.marks(self.compared[0].steps[0]))
        return Verdict(WRONG, "", words, rail, None, told, self.record.output)

    def keeps_rows(self, compared: Comparison, culprit: tuple[Step, Seen] | None) -> bool:
        """Whether a run with another number of rows fails, or has an array of the old number."""
        if compared.run.trouble is not None or culprit is None:
            return bool(compared.steps)
        theirs = likeliest(compared, *culprit)
        own = len(self.compared[0].steps[0].given["X"])
        return theirs is not None and theirs.value.shape[:1] == (own,) != culprit[1].value.shape[:1]

    def uncentred(self) -> str:
        """The first weight matrix that starts without an entry below 0, although the exercise draws
        it around 0; "" if none does."""
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
        """Whether the line that makes a weight's start subtracts nothing, as far as its text
        tells."""
        first = self.compared[0]
        theirs, lines = first.names.get(weight), self.text.splitlines()
        made = (e for e in first.run.events if e.name == theirs and e.kind == "bound")
        line, column, *_ = next((event.place for event in made), (0, 0))
        if not 0 < line <= len(lines):
            return False
        code = lines[line - 1][column:].partition("#")[0]
        return not any(word in code for word in SHIFTS)

    def told_uncentred(self, own: Comparison, name: str) -> Verdict:
        """The verdict on start weights that are all above 0."""
        value = np.asarray(own.steps[0].given[name], float)
        words = (
            "no start weight is below 0: draw them evenly around 0, as 2 * random - 1 does, so "
            "that no unit starts out with all weights pushing one way"
        )
        return self.told_whole(name, 0, value, Cause("start", words))

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
        value = np.asarray(own.steps[0].values["l0"], float)
        words = "each step takes the same rows: go on to the next ones, until all had their turn"
        return self.told_whole("l0", 2, value, Cause("batch", words))

    def told_whole(self, name: str, step: int, value: Array, cause: Cause) -> Verdict:
        """The verdict on an array that is wrong as a whole, with no other beside it."""
        shown, words = window(value), cause.words
        wrong = Wrong(name, step, value.shape, value.shape, None, None, shown, shown, 0,
                      cause.name, words, False)  # fmt: skip
        rail = (Mark("X", "right", "X"), Mark(name, "wrong"))
        return Verdict(WRONG, "", f"{name}: {words}.", rail, wrong, None, self.record.output)


def error_words(run: Run) -> str:
    """The words of the error that ended a run, without its kind; "" if there was none."""
    return "" if run.trouble is None else run.trouble.sentence.partition(": ")[2]


def state_of(seen: Seen) -> str:
    """What became of a line before the first that is wrong."""
    if seen.found is None:
        return "merged"
    return "right" if seen.found.factor == 1 else "lenient"


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
