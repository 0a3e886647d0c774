"""One weight's update, split over the examples: input times delta, each.

The tutorial's central picture. A product `l0.T @ l1_delta` sums, for each weight, what every
example asks of it. BLAS sums in an order of its own, so what the parts come to differs by a little
*rounding*, which is shown: parts and rounding, added up from left to right, are the pull, bit for
bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from syn0.explain.text import MORE_DIGITS, frame, number, shortened, table
from syn0.program import Apply, Expr, Program, names_in
from syn0.spec.checks import choice, whole
from syn0.spec.pictures import drawn_by

if TYPE_CHECKING:
    from syn0.explain.trace import Part, Trace, TracedLine

MOST_ROWS = 12
"""Examples of a split that are shown one by one; of more, those with the largest parts."""

LONGEST_TEXT = 52
"""Characters of a stage's text in a table."""


@dataclass(frozen=True, eq=False)
class Stage:
    """What the update of a weight comes to on its way from the pull to the change.

    Attributes:
        text: of the program: "syn0_velocity = momentum * syn0_velocity + ...", or a part of a line.
        value: at the weight's place; of what all weights share, such as `alpha_t`, itself.
        before: what the line's target held before; None where it held nothing.
        note: what the line does; "" for a part of one.
    """

    text: str
    value: float
    before: float | None = None
    note: str = ""


@dataclass(frozen=True, eq=False)
class Contributions:
    """How each example of a step pulls at one weight.

    `parts[0] + parts[1] + … + rounding`, added in this order, is `pull` to the bit.

    Attributes:
        name: of the array.
        place: of the weight in it.
        rows: (examples,) the numbers of the data's rows.
        inputs: (examples,) what each example puts into the weight; 1 for a bias.
        deltas: (examples,) what each asks of what comes out.
        parts: (examples,) the products of the two.
        rounding: what the order of summing left.
        pull: the sum, as the program's line has it.
        stages: from the pull to the change: what penalties, limits, memory and rate make of it.
        old, new: the weight before and after the step; `new` is None where a solver steps.
        change: what the step adds to it; None likewise.
    """

    name: str
    place: tuple[int, ...]
    rows: NDArray[np.intp]
    inputs: NDArray[Any]
    deltas: NDArray[Any]
    parts: NDArray[Any]
    rounding: Any
    pull: Any
    stages: tuple[Stage, ...]
    old: Any
    new: Any
    change: Any

    @property
    def label(self) -> str:
        """ "syn0[2,1]"."""
        return f"{self.name}[{','.join(map(str, self.place))}]"

    @property
    def largest(self) -> NDArray[np.intp]:
        """The places of the examples with the largest parts, at most 12, in the data's order."""
        sizes = np.argsort(-np.abs(self.parts), kind="stable")[:MOST_ROWS]
        return np.sort(sizes)

    plot = drawn_by("contributions", "a bar for each example's push")

    def __repr__(self) -> str:
        shown = self.largest
        columns = (self.rows, self.inputs, self.deltas, self.parts)
        body = [[number(c[k]) for c in columns] for k in shown]
        if others := len(self.rows) - len(shown):
            kept = np.isin(np.arange(len(self.rows)), shown)
            rest = np.sum(self.parts[~kept])
            body.append([f"{others:,} others", "", "", number(rest)])
        body += [["rounding", "", "", number(self.rounding)], ["pull", "", "", number(self.pull)]]
        lines = [f"{self.label}: {self.movement}", *table(["row", "input", "delta", "part"], body)]
        if self.stages:
            stages = [
                [
                    shortened(stage.text, LONGEST_TEXT),
                    "" if stage.before is None else number(stage.before, MORE_DIGITS),
                    number(stage.value, MORE_DIGITS),
                ]
                for stage in self.stages
            ]
            lines += ["", *table(["from the pull to the change", "before", "here"], stages)]
        return "\n".join(lines)

    @property
    def movement(self) -> str:
        """Where the weight stood and where it goes, in words."""
        if self.new is None:
            return f"{number(self.old)}, and a solver decides how far it goes"
        old, new = number(self.old, MORE_DIGITS), number(self.new, MORE_DIGITS)
        return f"{old} -> {new}, change {number(self.change)}"

    def to_frame(self) -> Any:
        """A pandas DataFrame with a row for each example."""
        return frame(
            {"row": self.rows, "input": self.inputs, "delta": self.deltas, "part": self.parts}
        )


def contributions(trace: Trace, name: str, place: Sequence[int]) -> Contributions:
    """See `Trace.contributions`."""
    learned = learned_in(trace)
    name = choice("array", name, learned)
    old = trace.start[name]
    where = place_in(name, np.shape(old), place)
    own = [line for line in trace.phase("update") if belongs(line.target, name)]
    line = next(line for line in own if pull_within(line.line.expression))
    path = way_to_pull(line.part)
    pull = path[-1]
    inputs, deltas = split(pull, where)
    parts, total = inputs * deltas, pull.value[where]
    changes = [line for line in own if line.target == name]
    return Contributions(
        name,
        where,
        trace.rows,
        inputs,
        deltas,
        parts,
        left_over(parts, total),
        total,
        tuple(stages(trace, own, line, path, where)),
        old[where],
        changes[-1].value[where] if changes else None,
        change_at(name, changes, where),
    )


def learned_in(trace: Trace) -> list[str]:
    """The arrays that a step's deltas change: not running statistics, say."""
    pulled = [line.target for line in trace.program.phase("update") if pull_within(line.expression)]
    return [name for name in trace.program.weights if any(belongs(x, name) for x in pulled)]


def belongs(target: str, name: str) -> bool:
    """Whether a line of the update is about an array: "syn1_m" about "syn1"."""
    return target == name or target.startswith(f"{name}_")


def place_in(name: str, shape: tuple[int, ...], place: Sequence[int]) -> tuple[int, ...]:
    """The place, where it is one; TypeError or ValueError where it is none."""
    numbers = tuple(whole(f"the place in {name}", k, least=-max(shape)) for k in place)
    inside = len(numbers) == len(shape) and all(
        -n <= k < n for k, n in zip(numbers, shape, strict=True)
    )
    if not inside:
        last = ",".join(str(n - 1) for n in shape)
        asked = ",".join(map(str, numbers))
        first = ",".join("0" * len(shape))
        raise ValueError(
            f"there is no {name}[{asked}]: {name} has shape {shape}, from {name}[{first}] to "
            f"{name}[{last}]"
        )
    return tuple(k % n for k, n in zip(numbers, shape, strict=True))


def pull_within(expr: Expr) -> Apply | None:
    """The pull that stands in an expression, if one does."""
    if not isinstance(expr, Apply):
        return None
    return expr if is_pull(expr) else next(filter(None, map(pull_within, expr.args)), None)


def pull_in(program: Program, name: str) -> Apply:
    """The pull in the update of a learned array: `l0.T @ l1_delta`."""
    own = (line for line in program.phase("update") if belongs(line.target, name))
    return next(filter(None, (pull_within(line.expression) for line in own)))


def is_pull(expr: Expr) -> bool:
    """Whether an expression sums over the examples: `l0.T @ l1_delta`, or a delta's rows. The sum
    of squares by which lengths are limited is none."""
    match expr:
        case Apply("matmul", (Apply("transpose"), _)):
            return True
        case Apply("sum_rows", (summed,)):
            return not isinstance(summed, Apply) or summed.operation != "power"
    return False


def way_to_pull(part: Part) -> list[Part]:
    """The nested parts of a line, from its whole right side to its pull; empty without a pull."""
    if is_pull(part.expression):
        return [part]
    for child in part.children:
        if found := way_to_pull(child):
            return [part, *found]
    return []


def split(pull: Part, place: tuple[int, ...]) -> tuple[NDArray[Any], NDArray[Any]]:
    """The two factors of each example's part of the pull: its input, and its delta."""
    if pull.operation == "matmul":
        row, column = place
        left, right = pull.children
        return left.value[row], right.value[:, column]
    (column,) = place
    (summed,) = pull.children
    if summed.operation == "multiply":  # of a normalization's scale: error * normalized value
        error, values = summed.children
        return values.value[:, column], error.value[:, column]
    deltas = summed.value[:, column]
    return np.ones_like(deltas), deltas


def left_over(parts: NDArray[Any], total: Any) -> Any:
    """The total minus the parts' sum, added up from left to right: what rounding left."""
    with np.errstate(all="ignore"):
        return total - (np.add.accumulate(parts)[-1] if len(parts) else 0)


def stages(
    trace: Trace,
    own: Sequence[TracedLine],
    first: TracedLine,
    path: Sequence[Part],
    place: tuple[int, ...],
) -> Iterator[Stage]:
    """What becomes of the pull: the parts of its line, from within; then the lines that follow, and
    the numbers that these share with other weights."""
    yield from (Stage(part.text, at(part.value, place)) for part in path[-2:0:-1])
    after = [line for line in own if line.number >= first.number]
    needed = {name for line in after for name in names_in(line.line.expression)}
    for line in trace.phase("update"):
        shared = line.target in needed and not line.shape
        if line in after or shared:
            before = None if line.before is None else at(line.before, place)
            yield Stage(line.text, at(line.value, place), before, line.note)


def at(value: Any, place: tuple[int, ...]) -> Any:
    """A value at a place; of what has fewer dimensions, what is spread over it."""
    array = np.asarray(value)
    return array[place[len(place) - array.ndim :]] if array.ndim else value


def change_at(name: str, changes: Sequence[TracedLine], place: tuple[int, ...]) -> Any:
    """What the step adds to a weight: what its line adds, to the bit, where that is all that is
    done to it; else how far it moves."""
    if not changes:
        return None
    if len(changes) == 1:
        whole_line = changes[0].part
        if whole_line.operation == "add" and whole_line.children[0].text == name:
            return at(whole_line.children[1].value, place)
    return changes[-1].value[place] - changes[0].before[place]
