"""One run on the page: its program, where it stands, and what a frame shows of it."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.data import BUILT_IN, Schema, Table
from syn0.explain import Trace
from syn0.printers import PRINTERS
from syn0.printers.script import digits
from syn0.spec.words import visible
from syn0.training.trouble import NonFiniteError, likely_cause
from syn0.view.knobs import knobs
from syn0.view.lines import compare, program_lines, sections
from syn0.view.planes import PLANES
from syn0.view.planes import TITLES as PLANE_TITLES
from syn0.view.protocol import (
    DataInfo,
    DataSet,
    Difference,
    Edit,
    Opened,
    Recipe,
    Removed,
    Shown,
    Try,
    Window,
    protocol_hash,
)
from syn0.view.recipes import Made, make
from syn0.view.shelf import Shelf
from syn0.view.shown import Pack, Summary, window_of
from syn0.view.timeline import Hand, Timeline

MOST_BATCH = 1_024
"""Row numbers of a step that a frame tells."""

MOST_OUTPUT = 24
"""Lines of the output that are printed at the end."""

MOST_BAD_STEPS = 64
"""Steps back to which the first bad number is looked for."""

TITLES = {
    **BUILT_IN,
    "correlated": "the first input is the answer: 4 rows",
    "xor": "exclusive-or of two inputs: 4 rows",
    **PLANE_TITLES,
}
"""Of the data that may be chosen."""

UNCHANGED: Difference = {
    "knob": "", "added": 0, "removed": 0, "changed": 0, "init_added": [], "init_removed": [],
    "words": "",
}  # fmt: skip


class PageRun:
    """A run.

    Attributes:
        recipe: what it follows from; its step and line are those where it began.
        made: data, network and training.
        timeline: its steps.
        data: the arrays of data, by their identity, with what is shown of them.
        lines, init: the program.
        step, line: where it stands: so many steps were taken before, and this line has just run.
        at_start: how inputs and units go with the targets at the start weights, once it is asked.
        bad: the step and the line where a number went bad, once that is known.
    """

    def __init__(self, recipe: Recipe, shelf: Shelf, before: PageRun | None = None, knob: str = ""):
        self.recipe = recipe
        self.made: Made = make(recipe, shelf)
        run = self.made.network.prepare(
            self.made.training, self.made.examples, engine="numpy", progress=False
        )
        self.program = run.job.program
        rows, size = run.job.rows, self.made.training.batch_size
        self.init, self.lines = program_lines(self.program, rows, size)
        weights = {name: np.shape(run.state[name]) for name in self.program.weights}
        recipe["edits"] = [edit for edit in recipe["edits"] if has_place(edit, weights)]
        self.timeline = Timeline(run, [hand_of(edit, weights) for edit in recipe["edits"]])
        self.data = {id(array): Summary(array) for array in run.job.arrays.values()}
        self.step, self.line = self.timeline.first, -1
        self.bad: tuple[int, int] | None = None
        self.at_start: dict[str, NDArray[Any]] = {}
        self.removed: list[Removed] = []
        self.difference: Difference = UNCHANGED
        if before is not None and knob:
            both = before.init, self.init
            self.removed, self.difference = compare(before.lines, self.lines, both, knob)

    # -------------------------------------------------------------------------------------- places

    @property
    def standing(self) -> Recipe:
        """The recipe, with where it stands now."""
        return {**self.recipe, "step": self.step, "line": self.line}

    @property
    def first(self) -> int:
        """The step with which it begins: a saved model has taken some before."""
        return self.timeline.first

    @property
    def last(self) -> int:
        """The last step."""
        return self.timeline.end - 1

    @property
    def last_line(self) -> int:
        """The last line of a step."""
        return len(self.lines) - 1

    @property
    def is_over(self) -> bool:
        """Whether every line of every step has run."""
        return self.step >= self.last and self.line >= self.last_line

    def has_reached(self, step: int) -> bool:
        """Whether it stands at a step, or can go no further."""
        return self.bad is not None or self.step >= min(step, self.last)

    def place(self, step: int, line: int) -> tuple[int, int]:
        """A place that there is, nearest to the one that is asked for."""
        if step > self.last:
            return self.last, self.last_line
        if step < self.first:
            return self.first, -1
        if line == -2:
            line = self.last_line
        place = step, min(max(line, -1), self.last_line)
        return place if self.bad is None else min(place, self.bad)

    def moved(self, unit: str, count: int) -> tuple[int, int]:
        """The place so many lines, phases, steps or epochs from here."""
        if unit == "line":
            return self.by_lines(count)
        if unit == "phase":
            return self.by_phases(count)
        batches = self.made.training.batches(self.timeline.run.job.rows)
        steps = count * (batches if unit == "epoch" else 1)
        return self.place(self.step + steps, self.line)

    def by_lines(self, count: int) -> tuple[int, int]:
        """Lines on or back; a step begins where the one before has ended."""
        lines = len(self.lines)
        at = (self.step - self.first) * lines + self.line + count
        return self.place(self.first, -1) if at < 0 else self.place(
            self.first + at // lines, at % lines
        )  # fmt: skip

    def by_phases(self, count: int) -> tuple[int, int]:
        """The place so many ends of phases further on, or back."""
        ends = [section["end"] - 1 for section in sections(self.program)]
        step, line = self.step, self.line
        for _ in range(abs(count)):
            beyond = [k for k in ends if (k > line if count > 0 else k < line)]
            if beyond:
                line = beyond[0] if count > 0 else beyond[-1]
            elif count > 0:
                step, line = step + 1, ends[0]
            elif step == self.first:
                line = -1
            else:
                step, line = step - 1, ends[-1]
        return self.place(step, line)

    def next_run_of(self, line: int) -> tuple[int, int]:
        """Where a line runs next."""
        return self.place(self.step + (line <= self.line), line)

    def stand(self, step: int, line: int, seconds: float) -> bool:
        """Stand at a place; False where the time was not enough: ask again. Where a number goes bad
        before, the run stands after the first line that made one.

        Raises:
            NonFiniteError: it stands there now, and `bad` says where.
        """
        step, line = self.place(step, line)
        try:
            needed = step - 1 if line < self.last_line else step  # old values stay in sight
            if not self.timeline.go(max(needed, self.first), seconds):
                return False
            self.timeline.trace(max(needed, self.first))
            self.timeline.trace(step)
        except NonFiniteError:
            self.fall()
            raise
        self.step, self.line = step, line
        bad = self.timeline.bad_line(step)
        if bad is not None and line >= bad:
            self.line, self.bad = bad, (step, bad)
            raise NonFiniteError
        return True

    def fall(self) -> None:
        """Stand where a number went bad, once training has found one. It looks at the state alone:
        the loss may have been infinite for some steps."""
        self.step = self.timeline.run.step
        earliest = max(self.first, self.step - MOST_BAD_STEPS)
        while self.step > earliest and self.timeline.bad_line(self.step - 1) is not None:
            self.step -= 1
        self.line = self.timeline.bad_line(self.step) or 0
        self.bad = self.step, self.line

    def write(self, edit: Edit) -> None:
        """A hand writes a number into a weight; what came after is forgotten."""
        self.recipe["edits"].append(edit)
        origin = self.timeline.origin.values
        weights = {name: np.shape(origin[name]) for name in self.program.weights}
        self.timeline.write(hand_of(edit, weights))
        self.bad = None

    # -------------------------------------------------------------------------------------- values

    @property
    def trace(self) -> Trace:
        """The present step."""
        return self.timeline.trace(self.step)

    @property
    def earlier(self) -> Trace | None:
        """The step before; None for the first."""
        return None if self.step == self.first else self.timeline.trace(self.step - 1)

    def values(self) -> dict[str, tuple[Any, str]]:
        """The value of every name, as it stands, and whether it was computed in this step."""
        found: dict[str, tuple[Any, str]] = {}
        if self.line < self.last_line and (earlier := self.earlier) is not None:
            found = {line.target: (line.value, "last") for line in earlier.lines}
        trace = self.trace
        found |= {name: (value, "now") for name, value in trace.start.items()}
        found |= {x.target: (x.value, "now") for x in trace.lines[: self.line + 1]}
        return found

    def state(self) -> dict[str, Any]:
        """What the program keeps, as it stands, with its constants."""
        values = self.values()
        return {name: values[name][0] for name in self.program.state} | self.timeline.run.given

    def state_hash(self) -> str:
        """Eight letters that change with any bit of the state at the start of the step."""
        checksum = 0
        for name in sorted(self.program.state):
            checksum = zlib.crc32(np.asarray(self.trace.start[name]).tobytes(), checksum)
        return f"{checksum:08x}"

    def figure(self, name: str) -> float | None:
        """Loss or error as it stands; None where it is not known, or no number."""
        value = self.values().get(name)
        return None if value is None or not np.isfinite(value[0]) else float(value[0])

    def predict(self, X: NDArray[Any]) -> NDArray[Any]:
        """What the network says now."""
        return self.timeline.run.job.runner.predict(self.state(), X)

    def value_of(self, name: str) -> Any:
        """The value of a name or, as "part 0", of a part of the line that has just run."""
        if name.startswith("part "):
            if self.line < 0:
                raise ValueError("no line has run yet")
            parts = part_values(self.trace, self.line)
            number = name.removeprefix("part ")
            if not (number.isascii() and number.isdigit() and int(number) < len(parts)):
                raise ValueError(f"the line has no {visible(name, 40)}")
            return parts[int(number)]
        values = self.values()
        if name not in values:
            raise ValueError(f"{visible(name, 40)!r} has no value yet")
        return values[name][0]

    # --------------------------------------------------------------------------------------- frame

    def shown(self, pack: Pack, names: Sequence[str], detail: str | None) -> list[Shown]:
        """The watched arrays; the one of which most is asked comes first into the budget."""
        values = self.values()
        target = self.lines[self.line]["target"] if self.line >= 0 else None
        known = {line["target"] for line in (*self.init, *self.lines)} | set(self.program.inputs)
        found: dict[str, Shown] = {}
        for name in sorted(dict.fromkeys(names), key=lambda name: name != detail):
            if name in known and pack.left > 0:
                value, age = values.get(name, (None, "none"))
                found[name] = pack.shown(
                    name,
                    self.summary(value),
                    age=age,
                    changed=name == target,
                    detail=name == detail,
                )
        return [found[name] for name in dict.fromkeys(names) if name in found]

    def summary(self, value: Any) -> Any:
        """What is shown of the data, which stay as they are; other values as they are."""
        return self.data.get(id(value), value)

    def opened(self, pack: Pack) -> Opened | None:
        """The line that has just run, taken apart."""
        if self.line < 0:
            return None
        traced = self.trace.lines[self.line]
        reads = dict(traced.reads)
        return {
            "line": self.line,
            "operands": [
                pack.shown(name, self.summary(value), detail=True) for name, value in reads.items()
            ],
            "parts": [
                pack.shown(f"part {k}", value, detail=True)
                for k, value in enumerate(part_values(self.trace, self.line))
            ],
        }

    def window(self, pack: Pack, asked: tuple[str, int, int] | None) -> Window | None:
        """A piece of an array, whole."""
        if asked is None:
            return None
        name, row, column = asked
        try:
            value = self.value_of(name)
        except ValueError:
            return None
        return window_of(pack, name, value, row, column)

    def batch(self) -> list[int]:
        """The rows of the present step; empty for all."""
        rows = self.trace.rows
        whole = len(rows) == self.timeline.run.job.rows and self.made.training.batch_size is None
        return [] if whole or len(rows) > MOST_BATCH else rows.tolist()

    def epoch(self) -> float:
        """Passes over the rows before the present step."""
        return self.step / self.made.training.batches(self.timeline.run.job.rows)

    # ------------------------------------------------------------------------------------- program

    def described(self) -> dict[str, Any]:
        """What `program` says of this run."""
        made, job = self.made, self.timeline.run.job
        spec = made.network.spec
        has_hidden = not made.is_model and "net" not in self.recipe["network"]
        kinds = list(dict.fromkeys(layer.activation for layer in spec.dense))
        return {
            "type": "program",
            "protocol": protocol_hash(),
            "title": f"A {spec} neural network ({', '.join(kinds)})",
            "net": str(spec),
            "sizes": list(spec.sizes),
            "activations": [layer.activation for layer in spec.dense],
            "dtype": self.program.dtype,
            "rows": min(made.training.batch_size or job.rows, job.rows),
            "first": self.first,
            "steps": self.timeline.end,
            "batches": made.training.batches(job.rows),
            "sections": sections(self.program),
            "lines": self.lines,
            "init": self.init,
            "removed": self.removed,
            "difference": self.difference,
            "knobs": knobs(made.values, job.rows, has_hidden=has_hidden, is_model=made.is_model),
            "weights": list(self.program.weights),
            "state": list(self.program.state),
            "output": self.program.output,
            "data": data_info(self.recipe, made),
            "sets": data_sets(),
            "languages": [name for name, x in PRINTERS.items() if not x.cannot_say(self.program)],
            "recipe": self.standing,
            "engine": job.runner.name,
        }

    def printed(self) -> list[str]:
        """What the program prints on its way: loss and error, once an interval."""
        names = self.program.reports
        lines = []
        for step, figures in sorted(self.timeline.reports.items()):
            texts = [
                f"{name} {value:.{digits(name)}g}"
                for name, value in zip(names, figures, strict=True)
            ]
            lines.append(f"step {step}: {', '.join(texts)}")
        if self.is_over:
            output = str(self.value_of(self.program.output)).splitlines()
            if len(output) > MOST_OUTPUT:
                output = [*output[: MOST_OUTPUT - 2], "...", output[-1]]
            lines += ["Output after training:", *output]
        return lines

    # ------------------------------------------------------------------------------------- trouble

    def trouble(self, pack: Pack) -> dict[str, Any]:
        """Where a number went bad, the line's operands, the step before, and what may help."""
        line = self.trace.lines[self.line]
        value = np.asarray(line.value, np.float64)
        bad = int((~np.isfinite(value)).sum())
        kind = "NaN" if np.isnan(value).any() else "infinite"
        earlier = self.earlier
        before = {} if earlier is None else {**earlier.start, **earlier.values}
        job = self.timeline.run.job
        return {
            "type": "trouble",
            "step": self.step,
            "line": self.line,
            "words": f"step {self.step:,}: {line.target} became {kind} ({bad:,} of {value.size:,} "
            f"values): {line.note}",
            "cause": likely_cause(job.training, job.program, job.arrays),
            "operands": [pack.shown(name, x, detail=True) for name, x in line.reads.items()],
            "before": [
                pack.shown(name, before[name], age="last") for name in line.reads if name in before
            ],
            "tries": self.tries(),
        }

    def tries(self) -> list[Try]:
        """Two knobs that may help."""
        optimizer = self.made.training.optimizer
        rate = float(getattr(optimizer, "learning_rate", 1.0)) / 10
        slower: Try = {
            "name": "learning_rate", "value": rate, "words": f"a tenth of the rate: {rate:g}",
        }  # fmt: skip
        if self.made.training.clip_norm is None:
            second: Try = {
                "name": "clip_norm", "value": 1.0, "words": "no step is longer than 1",
            }  # fmt: skip
        else:
            second = {
                "name": "init", "value": "uniform:0.1", "words": "start with smaller weights",
            }  # fmt: skip
        return [slower, second]


def part_values(trace: Trace, line: int) -> list[Any]:
    """The values of a line's parts, the outermost first; the line's own value is the first."""
    return [part.value for _, part in trace.lines[line].part.walk() if part.operation not in PLAIN]


PLAIN = ("name", "number")


def place_of(i: int, j: int, shape: Sequence[int]) -> tuple[int, ...]:
    """The place of an entry: a row of numbers has one index."""
    return (i, j) if len(shape) == 2 else (i,)


def has_place(edit: Edit, weights: Mapping[str, Sequence[int]]) -> bool:
    """Whether a network has the entry that a hand wrote."""
    shape = weights.get(edit["array"])
    return shape is not None and fits(edit["i"], edit["j"], shape)


def hand_of(edit: Edit, weights: Mapping[str, Sequence[int]]) -> Hand:
    """What a hand wrote, as a run takes it."""
    place = place_of(edit["i"], edit["j"], weights[edit["array"]])
    return Hand(edit["step"], edit["array"], place, edit["value"])


def fits(i: int, j: int, shape: Sequence[int]) -> bool:
    """Whether an array has such an entry."""
    columns = shape[1] if len(shape) == 2 else 1
    return 0 <= i < shape[0] and 0 <= j < columns


def data_info(recipe: Recipe, made: Made) -> DataInfo:
    """What the page says of the data."""
    choice, schema, spec = recipe["data"], made.schema, made.network.spec
    name = choice.get("name") or choice["id"]
    title = TITLES.get(choice["id"], name)
    X, y = made.examples.X, made.examples.y
    names = made.network.columns
    inputs = schema.input_names if schema else names.get("X") or [
        f"x{k}" for k in range(1, spec.inputs + 1)
    ]  # fmt: skip
    targets = [schema.target] if schema else names.get("y") or [
        f"y{k}" for k in range(1, y.shape[1] + 1)
    ]  # fmt: skip
    shape = tuple(schema.image_shape or ()) if schema else ()
    image = [*shape, 1] if len(shape) == 2 else list(shape)
    classes = list(schema.classes or ()) if schema else []
    return {
        "id": choice["id"],
        "title": visible(title, 300),
        "rows": len(X),
        "inputs": [visible(str(x), 100) for x in list(inputs)[:200]],
        "targets": [visible(x, 100) for x in targets],
        "classes": [visible(str(x), 100) for x in classes[:200]],
        "task": "classes" if classes else "numbers",
        "image": [int(n) for n in image],
        "plane": spec.inputs == 2,
        "held_out": 0 if made.held_out is None else len(made.held_out),
        "columns": [] if image or made.whole is None else columns_of(made.whole, schema),
        "target": schema.target if schema else "",
        "dropped": list(choice.get("drop", ())),
        "notes": [visible(note, 300) for note in made.notes],
    }


def columns_of(table: Table, schema: Schema | None) -> list[str]:
    """The columns that may be predicted or left out: the first ones, and the target."""
    first = [*table.columns][:200]
    return first if schema is None or schema.target in first else [*first, schema.target]


def data_sets() -> list[DataSet]:
    """The data that may be chosen."""
    return [{"id": k, "title": words, "plane": k in PLANES} for k, words in TITLES.items()]
