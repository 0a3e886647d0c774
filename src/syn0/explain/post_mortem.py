"""What went wrong in a step, or is about to: numbers that are none, units that learn nothing,
deltas that fade or grow from layer to layer; and which knobs to turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from syn0.explain.slopes import LayerSlopes
from syn0.explain.text import dtype_of, frame, number, shape_of, shortened, span, table
from syn0.explain.trace import Part, Trace, TracedLine, trace_step
from syn0.program import ACTIVATIONS
from syn0.spec import Training
from syn0.training import NonFiniteError
from syn0.training.trouble import likely_cause

if TYPE_CHECKING:
    from syn0.explain.replay import Replay

MOST_PLACES = 6
"""Entries of an operand that are listed."""

FADES, GROWS = 1e-3, 1e3
"""How small, or large, the deltas of a layer are beside the last one's where they fade or grow."""

MOST_ROWS = 2000
"""Rows that units are examined on, taken from all over the data, where steps take few."""

MANY = 0.5
"""The share of a layer's units, or of its values, from which on it is in trouble."""


@dataclass(frozen=True, eq=False)
class Operand:
    """What a failing part of a line was made of.

    Attributes:
        text: of the program.
        value: what it came to.
        places: the entries that made it fail, at most six: those that are not finite or, where all
            are, the largest.
        bad: how many are not finite.
    """

    text: str
    value: Any
    places: tuple[tuple[int, ...], ...]
    bad: int


@dataclass(frozen=True, eq=False)
class Health:
    """How a layer learns.

    Attributes:
        name: of its values: "l1".
        units: how many it has.
        dead: the units that are flat in every row and have the same value in all of them; instead
            of a mini-batch up to 2,000 rows from all over the data are looked at.
        flat: share of its values that hardly have a slope; 0 for an identity.
        saturated: the same where the curve has two ends, as a sigmoid has; else 0.
        delta: the root of the mean square of its deltas.
    """

    name: str
    units: int
    dead: tuple[int, ...]
    flat: float
    saturated: float
    delta: float


@dataclass(frozen=True)
class Turn:
    """A knob to try.

    Attributes:
        knob: its name, as of `Network` or `Network.train`.
        value: to try.
        why: what it does about it.
    """

    knob: str
    value: Any
    why: str

    def __str__(self) -> str:
        return f"{self.knob}={self.value!r}: {self.why}"


@dataclass(frozen=True, eq=False)
class PostMortem:
    """What is wrong with a step, if anything is.

    Attributes:
        step: counted from 0.
        line: the first line of it whose value is not finite; None where all are.
        part: the innermost part of it that is not finite while what it is made of is.
        operands: of that part, with the entries that made it fail.
        before: the step before; None where there is none or it is not known again.
        cause: the likely cause of numbers that are none; "" without.
        layers: how each layer learns, from the first to the last.
        findings: what is noteworthy, a sentence each.
        turns: two knobs to try; none where nothing is wrong.
    """

    step: int
    line: TracedLine | None
    part: Part | None
    operands: tuple[Operand, ...]
    before: Trace | None
    cause: str
    layers: tuple[Health, ...]
    findings: tuple[str, ...]
    turns: tuple[Turn, ...]

    def __repr__(self) -> str:
        lines = [*self.findings]
        if self.operands and self.part is not None:
            lines += ["", f"{shortened(self.part.text, 60)} was made of"]
            rows = [
                [shortened(x.text, 40), shape_of(x.value), span(x.value), entries(x)]
                for x in self.operands
            ]
            lines += table(["operand", "shape", "values", "look at"], rows, left=4)
        if self.before is not None:
            lines += ["", f"the step before, {self.before.step:,}"]
            names = [*self.before.program.reports, *self.before.program.weights]
            lines += table(
                ["", "values"], [[name, span(self.before[name])] for name in names], left=2
            )
        if self.layers and self.line is None:
            header = ["layer", "units", "dead", "flat values", "size of deltas"]
            rows = [
                [x.name, f"{x.units:,}", f"{len(x.dead):,}", f"{x.flat:.0%}", number(x.delta)]
                for x in self.layers
            ]
            lines += ["", *table(header, rows)]
        if self.cause:
            lines += ["", f"likely cause: {self.cause}"]
        if self.turns:
            lines += ["", "to try:", *(f"  {turn}" for turn in self.turns)]
        return "\n".join([f"step {self.step:,}", *lines])

    def to_frame(self) -> Any:
        """A pandas DataFrame with a row for each layer."""
        names = ("name", "units", "dead", "flat", "saturated", "delta")
        return frame({name: [getattr(layer, name) for layer in self.layers] for name in names})


def entries(operand: Operand) -> str:
    """The entries that made a part fail, as places and values."""
    return ", ".join(
        f"[{','.join(map(str, place))}] {number(np.asarray(operand.value)[place])}"
        if place
        else number(operand.value)
        for place in operand.places[:2]
    )


def post_mortem(replay: Replay, trace: Trace) -> PostMortem:
    """What is wrong with a step of a replay: see `Replay.post_mortem`."""
    training, program, arrays = replay.job.training, replay.job.program, replay.job.arrays
    line = first_bad(trace)
    seen = trace if line else on_more_rows(trace, replay.job.rows)
    layers = tuple(health(seen))
    if line is None:
        troubles = troubles_of(layers, len(seen.rows), replay)
        found = tuple(words for words, _ in troubles) or (
            "every number is finite, no hidden unit is dead, and the deltas reach every layer",
        )
        turns = dict.fromkeys(turn for _, some in troubles for turn in some)
        return PostMortem(trace.step, None, None, (), None, "", layers, found, (*turns,)[:2])
    part = innermost(line.part)
    made_of = tuple(map(operand, part.children))
    return PostMortem(
        trace.step,
        line,
        part,
        made_of,
        step_before(replay, trace),
        likely_cause(training, program, arrays),
        layers,
        (went_bad(line),),
        gentler(training, replay)[:2],
    )


def first_bad(trace: Trace) -> TracedLine | None:
    """The first line whose value is not finite; of those that only report, only where no other
    went bad, as training computes them now and then."""
    bad = [line for line in trace.lines if not np.isfinite(line.value).all()]
    needed = (line for line in bad if line.line not in trace.program.measured)
    return next(needed, bad[0] if bad else None)


def went_bad(line: TracedLine) -> str:
    """Which line went bad, and how many of its entries."""
    bad = int((~np.isfinite(line.value)).sum())
    kind = "NaN" if np.isnan(line.value).any() else "infinite"
    size = np.size(line.value)
    return f"{line.target} became {kind} ({bad:,} of {size:,} values): {line.text}, {line.note}"


def innermost(part: Part) -> Part:
    """The part within which numbers went bad: it is not finite, and what it is made of is."""
    worse = (child for child in part.children if not np.isfinite(child.value).all())
    child = next(worse, None)
    return part if child is None or not child.children else innermost(child)


def operand(part: Part) -> Operand:
    """A part as an operand, with the entries to look at."""
    array = np.asarray(part.value)
    bad = ~np.isfinite(array) if dtype_of(array) != "bool" else np.zeros(array.shape, bool)
    sizes = np.where(bad, np.inf, np.abs(np.where(bad, 0, array)))
    order = np.argsort(-sizes.ravel(), kind="stable")[:MOST_PLACES]
    places = tuple(
        tuple(int(k) for k in np.unravel_index(flat, array.shape)) if array.ndim else ()
        for flat in order
    )
    return Operand(part.text, part.value, places, int(bad.sum()))


def step_before(replay: Replay, trace: Trace) -> Trace | None:
    """The step before a step, where there is one and a way back to it."""
    known = trace.step > replay.now.step or replay.start is not None
    if not trace.step or not known:
        return None
    try:
        return replay.trace(trace.step - 1)
    except (NonFiniteError, ValueError):  # the network was not trained as is asked about
        return None


def on_more_rows(trace: Trace, rows: int) -> Trace:
    """A mini-batch's step taken on more rows, as units that one batch cannot move the next one may;
    a step that takes all rows is returned as it is."""
    if "batch" not in trace.program.inputs:
        return trace
    some = np.unique(np.linspace(0, rows - 1, min(rows, MOST_ROWS)).astype(np.int32))
    arrays = {name: trace.start[name] for name in trace.program.arrays}
    return trace_step(trace.program, trace.start, arrays, some, step=trace.step)


def health(trace: Trace) -> Iterator[Health]:
    """How each layer of a step learns."""
    curves = {layer.name: layer for layer in trace.slopes().layers}
    deltas: dict[int, NDArray[Any]] = {
        line.layer: np.asarray(line.value)
        for line in trace.phase("backward")
        if line.target == f"l{line.layer}_delta"
    }
    last = max(deltas, default=0)
    for number_of, delta in sorted(deltas.items()):
        name = f"l{number_of}"
        own = [c for n, c in curves.items() if n == name or n.startswith(f"{name}_")]
        curve: LayerSlopes | None = own[-1] if own else None
        dead = () if curve is None or number_of == last else tuple(map(int, curve.dead))
        flat = 0.0 if curve is None else curve.flat_share
        ends = curve is not None and np.isfinite(ACTIVATIONS[curve.activation].range).all()
        with np.errstate(all="ignore"):
            size = float(np.sqrt(np.mean(np.square(delta, dtype=np.float64))))
        yield Health(name, delta.shape[1], dead, flat, flat if ends else 0.0, size)


Finding = tuple[str, tuple[Turn, ...]]
"""A sentence, with knobs to try."""


def troubles_of(layers: tuple[Health, ...], rows: int, replay: Replay) -> list[Finding]:
    """What keeps hidden layers from learning, the gravest first, as seen on so many rows."""
    *hidden, last = layers
    slower = gentler(replay.job.training, replay)
    dead = [dead_units(layer, rows, slower) for layer in hidden if layer.dead]
    # Where a whole layer is dead, no delta comes below it: that is said once.
    far = () if dead else (fading(hidden, last), growing(hidden, last, slower))
    stuck = [saturated(layer) for layer in hidden if not layer.dead and layer.saturated >= MANY]
    return [*dead, *filter(None, far), *stuck]


def dead_units(layer: Health, rows: int, slower: tuple[Turn, ...]) -> Finding:
    """That units are dead: no row changes their weights."""
    names = ", ".join(map(str, layer.dead[:MOST_PLACES]))
    more = ", …" * (len(layer.dead) > MOST_PLACES)
    words = f"{len(layer.dead):,} of {layer.units:,} units of {layer.name} are dead"
    leaky = Turn("activation", "leaky_relu", "has a slope everywhere, so units come back")
    return f"{words} ({names}{more}): none of {rows:,} rows can move them", (leaky, slower[0])


STEEP = Turn("init", "orthogonal", "starts where the curves are steep")
NORMAL = Turn("batch_norm", True, "keeps the weighted sums where the curves are steep")
PAST = Turn("skip", True, "sends the error past the layers in between")


def fading(hidden: list[Health], last: Health) -> Finding | None:
    """Deltas that hardly reach the lowest layers."""
    few = min(hidden, key=lambda layer: layer.delta, default=last)
    if few.delta >= FADES * last.delta:
        return None
    words = f"deltas fade on their way down: those of {few.name} are {number(few.delta)}"
    return f"{words} in size, of {last.name} {number(last.delta)}", (NORMAL, PAST)


def growing(hidden: list[Health], last: Health, slower: tuple[Turn, ...]) -> Finding | None:
    """Deltas that grow from layer to layer."""
    most = max(hidden, key=lambda layer: layer.delta, default=last)
    if most.delta <= GROWS * last.delta:
        return None
    words = f"deltas grow on their way down: those of {most.name} are {number(most.delta)}"
    return f"{words} in size, of {last.name} {number(last.delta)}", (STEEP, *slower)


def saturated(layer: Health) -> Finding:
    """Units at the ends of their curve."""
    words = f"{layer.saturated:.0%} of the values of {layer.name} are saturated"
    return f"{words}: at the ends of their curve, where its slope is next to 0", (STEEP, NORMAL)


def gentler(training: Training, replay: Replay) -> tuple[Turn, ...]:
    """Knobs that shorten steps, the surest first."""
    if (rate := training.learning_rate) is None:
        return (
            Turn("init", "uniform:0.1", "starts from smaller weights"),
            Turn("optimizer", "adam", "takes steps of bounded length"),
        )
    turns = [Turn("learning_rate", float(f"{rate / 10:g}"), f"steps a tenth as long as {rate:g}")]
    if training.clip_norm is None:
        turns.append(Turn("clip_norm", 1, "no step longer than 1"))
    if training.reduction == "sum":
        rows = training.batch_size or replay.job.rows
        turns.append(Turn("reduction", "mean", f"does not add up the pulls of {rows:,} rows"))
    return (*turns, Turn("warm_up", 100, "starts with short steps"))
