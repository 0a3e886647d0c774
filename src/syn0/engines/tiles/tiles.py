"""The native engine's dress of the kernels: fused tiles of products over arrays in panels.

A matrix product fills a tile of registers, and the rest of its lines (bias, activation, slope,
mask, optimizer) is applied to the tile before it is stored. Arrays lie as `kernels.h` says: in
panels of two vectors of columns, or upright where they have few columns. Rows of mini-batches are
read in place through their numbers. Each thread runs the kernels on its part: its own columns of
wide arrays and of weights or, in programs that go along whole rows, its rows and its share of the
tiles of a weight.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from syn0.engines.tiles.blocks import (
    Inner,
    block,
    own,
    own_height,
    own_tiles,
    panel,
    simd,
    summing,
    with_column,
)
from syn0.engines.tiles.lowering import EntryPrinter, NumberPrinter, StepBindings, TileEntries
from syn0.engines.tiles.products import Product
from syn0.lower import function_of_entry
from syn0.lower.bindings import (
    OVER_ALL,
    OVER_COLUMNS,
    OVER_ROWS,
    REDUCTIONS,
    Binding,
    Bindings,
    simplified,
)
from syn0.lower.entries import Entries
from syn0.printers.base import UnsupportedError
from syn0.program import Apply, Expr, Line, Name, Program, names_in
from syn0.program.expressions import products, replace_part
from syn0.program.operations import Shape

UPRIGHT = 12
"""Arrays of at most so many columns stand upright."""


class Tiles:
    """Writes lines as kernels for batches of at most `batch` rows.

    Attributes:
        meet: the call by which threads meet, where there may be some.
        room: the arrays that the kernels need, by name, with their shapes.
        totals: the arrays of the sums of panels, by name, with their lengths.
        in_place: the arrays whose rows are read where the caller has them, with the name of what
            gives the place of a row.
        numbers: statements of plain numbers that the kernel just written shares with later ones.
        known: the names of plain numbers that hold, by what they are.
    """

    in_entries, in_numbers = EntryPrinter(), NumberPrinter()

    def __init__(
        self,
        program: Program,
        shapes: Mapping[str, Shape],
        batch: int,
        *,
        by_columns: bool,
        alone: bool,
    ) -> None:
        self.program, self.shapes = program, shapes
        self.single = program.dtype == "float32"
        self.batch, self.by_columns, self.alone = batch, by_columns, alone
        self.meet = [] if alone else ["meet(meeting);"]
        self.all_rows = alone and "batch" not in program.inputs
        self.room: dict[str, Shape] = {}
        self.totals: dict[str, str] = {}
        self.in_place: dict[str, str] = {}
        self.numbers: list[str] = []
        self.known: dict[Expr, str] = {}
        self._count = 0
        self._own_columns: object = None

    # Kernels

    def group(self, lines: Sequence[Line], stored: set[str], meeting: list[str]) -> list[str]:
        """The statements of lines whose targets have one shape. The entries of the targets not in
        `stored` are needed only here, and have no array. Threads may have to meet between what must
        be known before the loops and these."""
        self.numbers, shape = [], self.shapes[lines[0].target]
        if shape == ():
            return [text for line in lines for text in self.plain(line)]
        self._own_columns = self.own_columns(shape)
        at = self.bindings()
        changes = [(x.target, at.hoisted(simplified(x.expression))) for x in lines]
        found = dict.fromkeys(p for _, change in changes for p in products(change))
        for product in list(found)[1:]:  # a tile holds the sums of one product
            name = at.named(product, "z")
            changes = [(t, replace_part(change, product, name)) for t, change in changes]
        needed = [text for binding in at.found for text in self.bound(binding, at)]
        local = {x.target for x in lines} - stored
        loops = self.around(shape, list(found)[:1], changes, at, local)
        self._own_columns = None
        return [*needed, *meeting, *loops]

    def plain(self, line: Line) -> list[str]:
        """The statements of a plain number."""
        at = self.bindings()
        value = at.hoisted(simplified(line.expression))
        needed = [text for binding in at.found for text in self.bound(binding, at)]
        return [*needed, f"{line.target} = {self.number(value, at)};"]

    def bindings(self) -> StepBindings:
        """The bindings of a new kernel."""
        return StepBindings(self.shapes, self.shared)

    def shared(self, expr: Expr, at: Bindings) -> str:
        """The name of a plain number, which serves the whole step."""
        if expr not in self.known:
            self._count += 1
            self.known[expr] = f"number{self._count}"
            self.numbers.append(f"const double {self.known[expr]} = {self.number(expr, at)};")
        return self.known[expr]

    def forget(self, target: str) -> None:
        """A plain number is bound again: what was computed from it no longer holds."""
        self.known = {e: n for e, n in self.known.items() if target not in names_in(e)}

    def own_columns(self, shape: Shape) -> object:
        """The number of columns of an array that threads share by columns; else None."""
        if len(shape) == 1:
            return shape[0]
        return shape[1] if self.by_columns and not self.is_upright(shape) else None

    def ends(self, columns: object) -> tuple[str, str]:
        """The columns that a kernel needs of each row: the thread's own, or all."""
        return own(columns) if columns == self._own_columns else ("0", str(columns))

    def bound(self, binding: Binding, at: Bindings) -> list[str]:
        """The statements of what a kernel needs before its loops."""
        name, shape = binding.name, binding.shape
        match binding.value:
            case Apply("key_of", words):
                texts = ", ".join(self.number(word, at) for word in words)
                return [f"const uint32_t {name} = key_of({texts});"]
            case Apply(kind, (of,)) if kind in REDUCTIONS:
                return self.reduced(name, kind, of, at)
        if shape == ():
            return [f"const double {name} = {self.number(binding.value, at)};"]
        found, change = products(binding.value), (name, binding.value)
        return [*self.declare(name, shape), *self.around(shape, found, [change], at)]

    def reduced(self, name: str, kind: str, of: Expr, at: Bindings) -> list[str]:
        """The statements of a sum, a mean or a maximum."""
        if kind in OVER_ALL:
            return self.over_all(name, OVER_ALL[kind], of, at)
        if kind in OVER_ROWS:
            return self.over_rows(name, OVER_ROWS[kind], of, at)
        return self.over_columns(name, OVER_COLUMNS[kind], of, at)

    # Expressions

    def number(self, expr: Expr, at: Bindings) -> str:
        """A plain number, computed in double."""
        return self.in_numbers.expression(Entries(at.shape).entry(expr))

    def entries(self, at: Bindings, known: Mapping[Expr, Expr]) -> TileEntries:
        """The entries of a kernel's expressions."""
        return TileEntries(at, known, self.is_upright, cast=self.single)

    def step(self, form: str, of: Expr, at: Bindings) -> Inner:
        """A statement with an entry of an expression, as the form has it."""
        value = self.entries(at, {}).entry(of)
        return Inner.of([form.format(self.in_entries.expression(value))], [value])

    def function(self, name: str) -> str:
        """An activation, or the slope of one, as a function of one number."""
        code = self.in_entries.expression(function_of_entry(name, self.program))
        return f"static inline real {name}(real z) {{ return {code}; }}"

    # Arrays

    def count(self, dim: object) -> int:
        """A length: of rows, the most that a step has."""
        return self.batch if isinstance(dim, str) else int(str(dim))

    def is_upright(self, shape: Shape) -> bool:
        """Whether an array of this shape lies column by column."""
        return self.count(shape[1]) <= UPRIGHT

    def sizes(self, shape: Shape) -> list[str]:
        """The dimensions of an array in memory."""
        rows = self.count(shape[0])
        if len(shape) == 1:
            return [f"PADDED({rows})"]
        if self.is_upright(shape):
            return [str(shape[1]), f"PADDED({rows})"]
        high = f"PADDED({rows})" if isinstance(shape[0], str) else str(rows)
        return [f"PANELS({shape[1]})", high, "PANEL"]

    def dimensions(self, shape: Shape) -> str:
        """The dimensions of an array in memory as they stand behind its name."""
        return "".join(f"[{size}]" for size in self.sizes(shape))

    def declare(self, name: str, shape: Shape) -> list[str]:
        """Room for an array of a kernel's own; kernels of equal needs share it."""
        if len(shape) == 1:
            return [f"real {name}{self.dimensions(shape)};"]
        unique = name
        while self.room.get(unique, shape) != shape or unique in self.shapes:
            unique += "_"
        self.room[unique] = shape
        return [self.pointer(name, shape, unique)] if unique != name else []

    def pointer(self, name: str, shape: Shape, of: str) -> str:
        """An array's name, as its entries are written."""
        if len(shape) == 1:
            return f"real *restrict {name} = room->{of};"
        inner = "".join(f"[{size}]" for size in self.sizes(shape)[1:])
        return f"real (*restrict {name}){inner} = room->{of};"

    def length(self, dim: object) -> str:
        """A length: a number, or the rows of the step."""
        return "rows" if isinstance(dim, str) else str(dim)

    def entry_at(self, name: str, shape: Shape) -> str:
        """The entry of an array at any row i and column j."""
        if self.is_upright(shape):
            return f"{name}[j][i]"
        return f"{name}[j / PANEL][i][j % PANEL]"

    # Loops

    def around(
        self,
        shape: Shape,
        found: Sequence[Apply],
        changes: Sequence[tuple[str, Expr]],
        at: Bindings,
        local: Collection[str] = (),
    ) -> list[str]:
        """Loops that set the entries of arrays of one shape over a thread's part of them, around
        tiles where there is a product. The entries of the local ones have no array."""
        if len(found) > 1 or (found and len(shape) != 2):
            raise UnsupportedError("the native engine takes one product at a time")
        known: dict[Expr, Expr] = {product: Name("sum") for product in found}
        known |= {Name(name): Name(name) for name in local}
        entries = self.entries(at, known)
        values = [entries.entry(Name(name)) for name, _ in changes]
        lines = []
        for name, change in changes:
            place, value = entries.entry(Name(name)), entries.entry(change)
            values.append(value)
            lines.append(self.assignment(place, value, local=name in local))
        inner = Inner.of(lines, values)
        if found:
            return Product(self, found[0], shape, at).lines(inner)
        return self.each(shape, inner)

    def assignment(self, place: Expr, value: Expr, *, local: bool) -> str:
        """The statement that sets an entry, or adds to it."""
        text = self.in_entries.expression
        match value:
            case Apply("add", (first, change)) if first == place and not local:
                return f"{text(place)} += {text(change)};"
        return f"{'const real ' if local else ''}{text(place)} = {text(value)};"

    def each(self, shape: Shape, inner: Inner) -> list[str]:
        """Loops over a thread's part of an array, entry by entry."""
        if len(shape) == 1:
            return simd("j", *self.ends(shape[0]), inner.lines)
        high, wide = shape
        if self.is_upright(shape):
            if not isinstance(high, str):
                part = f"for (int p = LEFT({high}); p < RIGHT({high}); p++)"
                rows = block(part, simd("i", "p * PANEL", "(p + 1) * PANEL", inner.lines))
            elif self.all_rows:
                rows = simd("i", "0", "rows", inner.lines)
            else:
                part = "for (int first = begin; first < stop; first += LANES)"
                rows = block(part, simd("i", "first", "first + LANES", inner.lines))
            return block(f"for (int j = 0; j < {wide}; j++)", rows)
        if self.by_columns:
            rows = block(f"for (int i = 0; i < {self.length(high)}; i++)", panel(inner))
            return block(f"for (int p = LEFT({wide}); p < RIGHT({wide}); p++)", rows)
        if isinstance(high, str):
            rows = block("for (int i = begin; i < stop; i++)", panel(inner))
            return block(f"for (int p = 0; p < PANELS({wide}); p++)", rows)
        height = own_height(high)
        head = f"for (int i = tile * {height}; i < within((tile + 1) * {height}, {high}); i++)"
        tiles = own_tiles("p", high, wide, height, block(head, panel(inner)))
        return block(f"for (int p = 0; p < PANELS({wide}); p++)", tiles)

    def everywhere(self, of: Expr, total: str, at: Bindings) -> list[str]:
        """Loops over a whole array, for every thread, that add to a total. Of an array that is
        shared by panels each thread sums its own: the rest would come from another processor, and
        had to be fetched back to be changed."""
        shape = at.shape(of)
        added, high = self.step(f"{total} += {{}};", of, at).lines, self.length(shape[0])
        if len(shape) == 1:
            return summing("j", high, added, total)
        if self.is_upright(shape):
            rows = summing("i", high, added, total)
            return block(f"for (int j = 0; j < {shape[1]}; j++)", rows)
        panels = f"PANELS({shape[1]})"
        if self.alone or not self.by_columns:
            return self.panel_sums(of, at, ("0", panels), f"{total} += of_panel;")
        name = f"totals{len(self.totals) + 1}"
        self.totals[name] = panels
        own_panels = (f"LEFT({shape[1]})", f"RIGHT({shape[1]})")
        return [
            *self.panel_sums(of, at, own_panels, f"room->{name}[p] = of_panel;"),
            *self.meet,
            *block(f"for (int p = 0; p < {panels}; p++)", [f"{total} += room->{name}[p];"]),
        ]

    def panel_sums(self, of: Expr, at: Bindings, panels: tuple[str, str], then: str) -> list[str]:
        """A loop over panels that sums the entries of each, by lanes that do not wait for each
        other: panels have room beyond the last column."""
        rows, columns = at.shape(of)
        step = self.step(f"lanes[l] += p * PANEL + l < {columns} ? {{}} : 0;", of, at)
        return block(f"for (int p = {panels[0]}; p < {panels[1]}; p++)", [
            "double lanes[PANEL] = {0}, of_panel = 0;",
            *block(f"for (int i = 0; i < {self.length(rows)}; i++)", panel(step)),
            *summing("l", "PANEL", ["of_panel += lanes[l];"], "of_panel"),
            then,
        ])  # fmt: skip

    # What kernels need before their loops

    def over_all(self, name: str, what: str, of: Expr, at: Bindings) -> list[str]:
        """Over all entries: a number."""
        shares = [dim for dim in at.shape(of) if dim != 1] if what == "mean" else []
        return [
            f"double {name} = 0;",
            *self.everywhere(of, name, at),
            *(f"{name} /= {self.length(dim)};" for dim in shares),
        ]

    def over_rows(self, name: str, what: str, of: Expr, at: Bindings) -> list[str]:
        """Down all rows: a number for each column, or for each of the thread's own columns."""
        shape = at.shape(of)
        high, room = self.length(shape[0]), self.declare(name, shape[1:])
        share = f" / {high}" if what == "mean" else ""
        if self.is_upright(shape):
            ends = self.ends(shape[1])
            return [*room, *block(f"for (int j = {ends[0]}; j < {ends[1]}; j++)", [
                "real down = 0;",
                *summing("i", high, self.step("down += {};", of, at).lines, "down"),
                f"{name}[j] = down{share};",
            ])]  # fmt: skip
        all_panels = ("0", f"PANELS({shape[1]})")
        own_panels = (f"LEFT({shape[1]})", f"RIGHT({shape[1]})")
        ends = own_panels if shape[1] == self._own_columns else all_panels
        step = self.step("down[l] += {};", of, at)
        return [*room, *block(f"for (int p = {ends[0]}; p < {ends[1]}; p++)", [
            "real down[PANEL] = {0};",
            *block(f"for (int i = 0; i < {high}; i++)", panel(step)),
            f"for (int l = 0; l < PANEL; l++) {name}[p * PANEL + l] = down[l]{share};",
        ])]  # fmt: skip

    def over_columns(self, name: str, what: str, of: Expr, at: Bindings) -> list[str]:
        """Along the columns: a number for each row."""
        shape = at.shape(of)
        if not isinstance(shape[0], str):
            raise UnsupportedError("the native engine cannot sum the columns of a weight")
        room, start = self.declare(name, (shape[0], 1)), "-INFINITY" if what == "max" else "0"
        result = f"{name}[0][i]"
        share = [f"{result} /= {shape[1]};"] if what == "mean" else []
        if self.is_upright(shape):
            form = f"maximum({result}, {{}})" if what == "max" else f"{result} + {{}}"
            step = self.step(f"{result} = {form};", of, at).lines
            lanes = ("i", "first", "first + LANES")
            return [*room, *block("for (int first = begin; first < stop; first += LANES)", [
                *simd(*lanes, [f"{result} = {start};"]),
                *block(f"for (int j = 0; j < {shape[1]}; j++)", simd(*lanes, step)),
                *(simd(*lanes, share) if share else []),
            ])]  # fmt: skip
        width = f"WIDTH(p, {shape[1]})"
        form = "value = maximum(value, {});" if what == "max" else "value += {};"
        inner = with_column(self.step(form, of, at))
        columns = (
            block(f"for (int l = 0; l < {width}; l++)", inner)
            if what == "max"
            else summing("l", width, inner, "value")
        )
        return [*room, *block("for (int i = begin; i < stop; i++)", [
            f"real value = {start};",
            *block(f"for (int p = 0; p < PANELS({shape[1]}); p++)", columns),
            f"{result} = value;",
            *share,
        ])]  # fmt: skip
