"""Lines in groups, each made by one kernel, and where threads meet between them.

Lines of one shape that need each other's entries only at the same place become one kernel. Threads
run all kernels, each on its part; they meet before a kernel that reads what another one wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources import files

from syn0.engines.tiles.blocks import block, own
from syn0.engines.tiles.tiles import Tiles
from syn0.lower.bindings import (
    OVER_ALL,
    OVER_COLUMNS,
    OVER_ROWS,
    has_reductions,
)
from syn0.printers.numpy import NumpyPrinter, indented
from syn0.program import Apply, Expr, Line, Name, Program, check, names_in, substitute
from syn0.program.expressions import products
from syn0.program.operations import Shape


@dataclass
class Group:
    """Lines of one shape that one kernel runs."""

    lines: list[Line]
    shape: Shape

    @property
    def targets(self) -> list[str]:
        """The names that they bind."""
        return list(dict.fromkeys(line.target for line in self.lines))

    def takes(self, line: Line, shape: Shape) -> bool:
        """Whether a line can join: it and the others need each other's entries at the same place
        only."""
        return (
            shape == self.shape != ()
            and set(self.targets).isdisjoint(names_elsewhere(line.expression))
            and all(line.target not in names_elsewhere(x.expression) for x in self.lines)
        )


@dataclass
class Traffic:
    """The arrays written, and those read across the threads' parts, since threads last met."""

    written: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)


class Kernels:
    """A program's kernels for batches of at most `batch` rows, of the given phases' lines.

    Attributes:
        alias: names for what the caller gives.
        wanted: what the caller wants of the arrays.
        kept, numbers: the arrays and the plain numbers that the caller keeps.
        gathered: arrays whose rows are read in place through their numbers.
        copied: given arrays of all rows that lines read otherwise than products can in place.
    """

    def __init__(
        self, program: Program, batch: int, *phases: str, by_columns: bool, alone: bool
    ) -> None:
        self.program, self.shapes = program, check(program)
        self.by_columns, self.alone = by_columns, alone
        self.tiles = Tiles(program, self.shapes, batch, by_columns=by_columns, alone=alone)
        self.traffic = Traffic()
        self.meet = self.tiles.meet
        self.gathered: list[str] = []
        self.alias: dict[str, Expr] = {
            line.target: line.expression
            for line in program.phase(*phases)
            if isinstance(line.expression, Name) and line.expression.name in program.arrays
        }
        self.lines = [
            replace(line, expression=substitute(line.expression, self.alias))
            for line in program.phase(*phases)
            if line.target not in self.alias
        ]
        self.wanted = {*program.state, *program.pulls.values()}
        self.readers: dict[str, set[str]] = {}
        for line in self.lines:
            for name in names_in(line.expression):
                self.readers.setdefault(name, set()).add(line.target)
        self.kept = kept_arrays(program, self.shapes)
        self.numbers = plain_numbers(program, self.shapes)
        self.turned = self.turned_weights()
        self.waiting = list(self.turned)
        self.copied = self.copied_arrays()

    # Arrays that are not where a kernel needs them

    def turned_weights(self) -> list[str]:
        """The weights of which blame needs a transposed copy: wide ones, for many inputs."""
        turned = [
            name
            for line in self.lines
            for product in products(line.expression)
            if not is_transposed(product.args[0]) and is_transposed(product.args[1])
            for name in names_in(product.args[1])
            if not self.tiles.is_upright(self.shapes[name])
            and not self.tiles.is_upright(self.shapes[name][::-1])
        ]
        return list(dict.fromkeys(turned))

    def turn(self, group: Group) -> list[str]:
        """The transposed copies of weights that a group is the first to need in a step."""
        read = {name for line in group.lines for name in names_in(line.expression)}
        names = [n for n in self.waiting if n in read and group.lines[0].phase == "backward"]
        lines = []
        for name in names:
            self.waiting.remove(name)
            rows, columns = self.shapes[name]
            turned = f"{name}_turned"
            self.tiles.room[turned] = (columns, rows)
            lines += [
                f"/* {name}.T, for the product below */",
                *self.meeting({name}, {turned}),
                f"turn(&{name}[0][0][0], {rows}, {columns}, &{turned}[0][0][0],"
                f" LEFT({rows}), RIGHT({rows}));",
            ]
        return lines

    def copied_arrays(self) -> list[str]:
        """The given arrays of all rows that lines read otherwise than products can in place."""
        read = {
            name for line in self.lines for name in names_in(line.expression) if not is_take(line)
        }
        copied = []
        for name in self.program.arrays:
            if name in read and self.can_stay(name):
                self.tiles.in_place[name] = f"given_{name}"
            elif name in read:
                self.tiles.room[name] = self.shapes[name]
                copied.append(name)
        return copied

    def can_stay(self, name: str) -> bool:
        """Whether an array is wide, and only products read it, on their left."""
        found = (use for line in self.lines for n, use in uses(line.expression) if n == name)
        left = all(use in ("left", "left.T") for use in found)
        return left and not self.tiles.is_upright(self.shapes[name])

    def take(self, line: Line) -> list[str]:
        """The rows of a mini-batch: read in place by products, or copied."""
        target, (given, _) = line.target, names_in(line.expression)
        row, text = f"given_{given}[batch[i]]", NumpyPrinter().statement(line)
        if self.can_stay(target):
            self.tiles.in_place[target] = target
            self.gathered.append(target)
            rows = block("for (int i = 0; i < rows; i++)", [f"{target}[i] = {row};"])
            ahead = block(
                "for (int i = begin; i < within(stop, next); i++)",
                [f"fetch(given_{given}[batch[rows + i]], {self.shapes[given][1]});"],
            )
            return [f"/* {text}: read in place */", *rows, *ahead]
        self.tiles.room[target] = self.shapes[target]
        meeting = self.meeting(set(), {target})
        place = self.tiles.entry_at(target, self.shapes[target])
        columns = self.shapes[target][1]
        high, wide = ("begin", "stop"), ("0", str(columns))
        if self.by_columns and not self.tiles.is_upright(self.shapes[target]):
            high, wide = ("0", "rows"), own(columns)
        inner = block(f"for (int j = {wide[0]}; j < {wide[1]}; j++)", [f"{place} = {row}[j];"])
        return [
            f"/* {text} */",
            *meeting,
            *block(f"for (int i = {high[0]}; i < {high[1]}; i++)", inner),
        ]

    # Kernels

    def kernels(self, lines: Sequence[Line], *, aside: bool = False) -> list[str]:
        """The kernels of some lines; those `aside` are not run in every step."""
        known, traffic = dict(self.tiles.known), self.traffic
        if aside:
            self.traffic = Traffic(set(traffic.written), set())
        statements = [x for group in groups(lines, self.shapes) for x in self.kernel(group)]
        if aside:
            self.tiles.known, self.traffic = known, traffic
            statements += self.meet
        return statements

    def kernel(self, group: Group) -> list[str]:
        """The statements of a group, headed by its lines."""
        first, *_ = group.lines
        if is_take(first):
            return self.take(first)
        turns = self.turn(group)
        head = [f"/* {NumpyPrinter().statement(line)} */" for line in group.lines]
        written = set(group.targets) if group.shape else set()
        across = set(self.read_across(group))
        summed = set(self.tiles.totals)
        stored = {name for name in group.targets if self.is_read_elsewhere(name, group)}
        if group.shape:
            self.tiles.room |= {n: group.shape for n in group.targets if n in stored}
        again = not across.isdisjoint(written)  # as where max-norm sums what it then divides
        statements = self.tiles.group(group.lines, stored, self.meet if again else [])
        totals = set(self.tiles.totals) - summed  # written, and read after another meeting
        meeting = self.meeting(across, written | totals)
        self.traffic.read |= totals
        if again:
            self.traffic = Traffic(written, across - written | totals)
        if not group.shape:
            self.tiles.forget(first.target)
        return [*turns, *head, *meeting, *self.tiles.numbers, "{", *indented(statements), "}"]

    def is_read_elsewhere(self, name: str, group: Group) -> bool:
        """Whether lines outside a group, or the caller, read a name."""
        return name in self.wanted or not self.readers.get(name, set()) <= set(group.targets)

    # Threads

    def meeting(self, across: set[str], written: set[str]) -> list[str]:
        """The call by which threads meet, where they must, before arrays are read across parts and
        written."""
        must = not (
            self.traffic.written.isdisjoint(across) and self.traffic.read.isdisjoint(written)
        )
        if must:
            self.traffic = Traffic()
        self.traffic.read |= across
        self.traffic.written |= written
        return self.meet if must else []

    def read_across(self, group: Group) -> Iterator[str]:
        """The arrays that a kernel reads where other threads may have written."""
        target = self.kind(group.shape)
        for line in group.lines:
            for name, use in uses(line.expression):
                shape = self.shapes.get(name, ())
                if self.by_columns:
                    upright = use == "right.T" or self.kind(shape) == "upright"
                    shared = shape[:1] if upright else shape[-1:]
                    fits = shared == (group.shape[:1] if target == "upright" else group.shape[-1:])
                    own = (self.kind(shape), use) in OWN_COLUMNS.get(target, ()) and (
                        fits or target == "few")  # fmt: skip
                elif is_of_rows(group.shape):
                    own = is_of_rows(shape) and use in ("entry", "left", "over_columns")
                else:
                    own = shape == group.shape and use == "entry"
                if not own:
                    yield name
                    if not self.by_columns:
                        yield f"{name}_turned"

    def kind(self, shape: Shape) -> str:
        """How an array lies, which says how threads share it."""
        if len(shape) < 2:
            return "row" if shape else "number"
        upright = self.tiles.is_upright(shape)
        if is_of_rows(shape):
            return "few" if upright else "wide"
        return "upright" if upright else "weights"

    # The parts of every frame

    def beginning(self) -> list[str]:
        """The number type, the header, and the functions of one number that the lines call."""
        called = (name for line in self.lines for name in line.operations)
        helpers = self.tiles.in_entries.helpers(called)
        return [
            *(["#define SINGLE"] if self.tiles.single else []),
            files("syn0.engines.tiles").joinpath("kernels.h").read_text(encoding="utf-8"),
            *(self.tiles.function(name) for name in helpers if not has_reductions(name)),
        ]

    def fields(self) -> str:
        """The arrays, as fields of a room."""
        fields = [
            f"ALIGNED real {name}{self.tiles.dimensions(shape)};"
            for name, shape in self.tiles.room.items()
        ]
        fields += [f"double {name}[{length}];" for name, length in self.tiles.totals.items()]
        return "\n".join(indented(fields))

    def pointers(self) -> list[str]:
        """The names of the arrays, for what lies in `room`."""
        return [self.tiles.pointer(name, shape, name) for name, shape in self.tiles.room.items()]

    def exchange(self, name: str, given: str, rows: str = "", *, into: bool) -> str:
        """The call that copies an array from the caller's rows (all, or so many), or back."""
        shape = self.shapes[name]
        if len(shape) == 1:
            order = f"{name}, {given}" if into else f"{given}, {name}"
            return f"memcpy({order}, {shape[0]} * sizeof(real));"
        count, columns = map(self.tiles.count, shape)
        high, rows = f"PADDED({count})", rows or str(count)
        if self.tiles.is_upright(shape):
            return f"upright(&{name}[0][0], {high}, {given}, {rows}, {columns}, {int(into)});"
        high = high if is_of_rows(shape) else str(count)
        return f"panels(&{name}[0][0][0], {high}, {given}, {rows}, {columns}, {int(into)});"


def plain_numbers(program: Program, shapes: Mapping[str, Shape]) -> list[str]:
    """The names of the plain numbers that a step takes from outside."""
    names = (*program.state, *program.constants, *program.numbers)
    return [name for name in names if shapes[name] == ()]


def kept_arrays(program: Program, shapes: Mapping[str, Shape]) -> list[str]:
    """The names of the arrays that a step takes from outside and that are no rows of the data."""
    return [name for name in program.state + program.constants if shapes[name] != ()]


def groups(lines: Iterable[Line], shapes: Mapping[str, Shape]) -> Iterator[Group]:
    """Lines in groups, as far as they follow each other."""
    group: Group | None = None
    for line in lines:
        shape = shapes[line.target]
        if group and not is_take(line) and not is_take(group.lines[0]) and group.takes(line, shape):
            group.lines.append(line)
            continue
        if group:
            yield group
        group = Group([line], shape)
    if group:
        yield group


def is_take(line: Line) -> bool:
    """Whether a line takes rows of the data."""
    return isinstance(line.expression, Apply) and line.expression.operation == "take"


def is_transposed(expr: Expr) -> bool:
    """Whether an operand of a product is transposed."""
    return isinstance(expr, Apply)


def is_of_rows(shape: Shape) -> bool:
    """Whether an array has the rows of a step."""
    return bool(shape) and isinstance(shape[0], str)


def names_elsewhere(expr: Expr) -> set[str]:
    """The names of which an entry of `expr` needs more than the entry at its own place."""
    return {name for name, use in uses(expr) if use != "entry"}


def uses(expr: Expr) -> Iterator[tuple[str, str]]:
    """The names in `expr`, and what a kernel needs of each: its "entry" at the same place, what is
    "over_rows" or "over_columns" of it, or an operand of a product."""
    match expr:
        case Name(name):
            yield name, "entry"
        case Apply("matmul", operands):
            for operand, side in zip(operands, ("left", "right"), strict=True):
                for name in names_in(operand):
                    yield name, f"{side}.T" if is_transposed(operand) else side
        case Apply(kind, args) if kind in OVER_ROWS or kind in OVER_ALL:
            for name in (n for arg in args for n in names_in(arg)):
                yield name, "over_rows" if kind in OVER_ROWS else "over_all"
        case Apply(kind, args) if kind in OVER_COLUMNS or has_reductions(kind):
            for arg in args:
                for name, use in uses(arg):
                    yield name, "over_columns" if use == "entry" else use
        case Apply("row_count"):
            pass
        case Apply(_, args):
            for arg in args:
                yield from uses(arg)


OWN_COLUMNS = {
    "few": {("few", "entry"), ("few", "left"), ("few", "over_columns")},
    "wide": {("wide", "entry"), ("wide", "over_rows"), ("row", "entry"), ("weights", "right"),
             ("weights", "right.T"), ("upright", "right.T")},
    "weights": {("weights", "entry"), ("weights", "over_rows"), ("row", "entry"),
                ("wide", "right")},
    "upright": {("upright", "entry"), ("wide", "left.T")},
    "row": {("row", "entry"), ("wide", "over_rows"), ("weights", "over_rows")},
}  # fmt: skip
"""Where threads share wide arrays by columns: what the kernel of an array finds in its own part of
arrays that lie as named, if the columns are the same."""
