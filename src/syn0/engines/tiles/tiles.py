"""The native engine's dress of the kernels: fused tiles of products over arrays in panels.

A matrix product fills a tile of registers, and the rest of its lines (bias, activation, slope,
mask, optimizer) is applied to the tile before it is stored. Arrays lie as `kernels.h` says: in
panels of two vectors of columns, or upright where they have few columns. Rows of mini-batches are
read in place through their numbers. Each thread runs the kernels on its part: its own columns of
wide arrays and of weights or, in programs that go along whole rows, its rows and its share of the
tiles of a weight.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from syn0.engines.tiles.blocks import (
    block,
    own,
    own_height,
    own_tiles,
    panel,
    simd,
    summing,
    with_column,
)
from syn0.engines.tiles.products import Product
from syn0.printers.base import Template, UnsupportedError, replace_part
from syn0.printers.loops import Kernel, LoopPrinter, constant, simplified
from syn0.program import Apply, Const, Expr, Line, Name, Program, names_in
from syn0.program.expressions import products
from syn0.program.operations import Shape

UPRIGHT = 12
"""Arrays of at most so many columns stand upright."""

FAST = {
    **{n: Template(f"fast_{n}({{0}})") for n in ("exp", "expm1", "log", "log1p", "tanh")},
    "sqrt": Template("ROOT({0})"),
    "absolute": Template("ABSOLUTE({0})"),
}
"""Functions of entries, which vectors can take; plain numbers take C's own."""


class TilePrinter(LoopPrinter):
    """Prints lines as kernels for batches of at most `batch` rows.

    Attributes:
        meet: the call by which threads meet, where there may be some.
        room: the arrays that the kernels need, by name, with their shapes.
        totals: the arrays of the sums of panels, by name, with their lengths.
        in_place: the arrays whose rows are read where the caller has them, with the name of what
            gives the place of a row.
        numbers: statements of plain numbers that the kernel just printed shares with later ones.
    """

    def __init__(
        self,
        program: Program,
        shapes: Mapping[str, Shape],
        batch: int,
        *,
        by_columns: bool,
        alone: bool,
    ) -> None:
        super().__init__(program, shapes)
        self.batch, self.by_columns, self.alone = batch, by_columns, alone
        self.meet = [] if alone else ["meet(meeting);"]
        self.all_rows = alone and "batch" not in program.inputs
        self.room: dict[str, Shape] = {}
        self.totals: dict[str, str] = {}
        self.in_place: dict[str, str] = {}
        self.numbers: list[str] = []
        self.known: dict[Expr, str] = {}
        self._count = 0
        self._entries: set[str] = set()
        self._own_columns: object = None

    def template(self, operation: str) -> Template:
        """How an operation is written."""
        if not self.plain and operation in FAST:
            return FAST[operation]
        return super().template(operation)

    def number(self, value: float) -> str:
        """Plain numbers are all double: 1 / rows is no division of whole numbers."""
        return repr(float(value)) if self.plain else super().number(value)

    # Kernels

    def group(self, lines: Sequence[Line], stored: set[str], meeting: list[str]) -> list[str]:
        """The statements of lines whose targets have one shape. The entries of the targets not in
        `stored` are needed only here, and have no array. Threads may have to meet between what must
        be known before the loops and these."""
        at, shape = Kernel(self.shapes), self.shapes[lines[0].target]
        self.numbers, self._entries = [], set()
        if shape == ():
            return [x for line in lines for x in self.kernel(line)]
        self._own_columns = self.own_columns(shape)
        changes = [(x.target, self.hoisted(simplified(x.expression), at)) for x in lines]
        found = dict.fromkeys(p for _, change in changes for p in products(change))
        for product in list(found)[1:]:  # a tile holds the sums of one product
            name = self.named(product, "z", at)
            changes = [(t, replace_part(change, product, name)) for t, change in changes]
        self._entries = {x.target for x in lines} - stored
        at.statements += meeting
        at.statements += self.around(
            shape, list(found)[:1], at, lambda: [self.assignment(t, c, at) for t, c in changes]
        )
        self._own_columns = None
        return at.statements

    def own_columns(self, shape: Shape) -> object:
        """The number of columns of an array that threads share by columns; else None."""
        if len(shape) == 1:
            return shape[0]
        return shape[1] if self.by_columns and not self.is_upright(shape) else None

    def ends(self, columns: object) -> tuple[str, str]:
        """The columns that a kernel needs of each row: the thread's own, or all."""
        return own(columns) if columns == self._own_columns else ("0", str(columns))

    def assignment(self, target: str, change: Expr, at: Kernel) -> str:
        """The statement that sets an entry."""
        if target in self._entries:
            return f"const real {target} = {self.entry(change, at)};"
        match change:
            case Apply("add", (Name(name), more)) if name == target:
                return f"{self.place(target, at)} += {self.entry(more, at)};"
        return f"{self.place(target, at)} = {self.entry(change, at)};"

    def hoisted(self, expr: Expr, at: Kernel) -> Expr:
        """See `LoopPrinter`. A division by a plain number becomes a product with its inverse."""
        match expr:
            case Apply("divide", (top, bottom)) if at.shape(bottom) == () != at.shape(top):
                inverse: Expr = Apply("divide", (Const(1.0), bottom))
                if constant(bottom):  # in double: 1 / 6 would be a division of whole numbers
                    inverse = self.named(inverse, "number", at)
                return self.hoisted(Apply("multiply", (top, inverse)), at)
        return super().hoisted(expr, at)

    def named(self, expr: Expr, what: str, at: Kernel) -> Name:
        """An expression under a name of its own; plain numbers serve the whole step."""
        if at.shape(expr) != () or isinstance(expr, Name) or set(names_in(expr)) & set(at.local):
            return super().named(expr, what, at)
        if expr not in self.known:
            self._count += 1
            self.known[expr] = f"number{self._count}"
            self.numbers.append(f"const double {self.known[expr]} = {self.number_code(expr, at)};")
        at.local[self.known[expr]] = ()
        return Name(self.known[expr])

    def forget(self, target: str) -> None:
        """A plain number is bound again: what was computed from it no longer holds."""
        self.known = {e: n for e, n in self.known.items() if target not in names_in(e)}

    # Arrays

    def count(self, dim: object) -> int:
        """A length: of rows, the most that a step has."""
        return self.batch if isinstance(dim, str) else int(str(dim))

    def is_upright(self, shape: Shape) -> bool:
        """Whether an array of this shape lies column by column."""
        return self.count(shape[1]) <= UPRIGHT

    def dimensions(self, shape: Shape) -> str:
        """The dimensions of an array in memory."""
        if len(shape) == 1:
            return f"[PADDED({self.count(shape[0])})]"
        rows = self.count(shape[0])
        if self.is_upright(shape):
            return f"[{shape[1]}][PADDED({rows})]"
        high = f"PADDED({rows})" if isinstance(shape[0], str) else str(rows)
        return f"[PANELS({shape[1]})][{high}][PANEL]"

    def declare(self, name: str, shape: Shape, at: Kernel) -> None:
        """Room for an array of a kernel's own; kernels of equal needs share it."""
        if len(shape) == 1:
            at.statements.append(f"real {name}{self.dimensions(shape)};")
            return
        unique = name
        while self.room.get(unique, shape) != shape or unique in self.shapes:
            unique += "_"
        self.room[unique] = shape
        if unique != name:
            at.statements.append(self.pointer(name, shape, unique))

    def pointer(self, name: str, shape: Shape, of: str) -> str:
        """An array's name, as its entries are written."""
        if len(shape) == 1:
            return f"real *restrict {name} = room->{of};"
        inner = self.dimensions(shape).partition("]")[2]
        return f"real (*restrict {name}){inner} = room->{of};"

    def place(self, name: str, at: Kernel) -> str:
        """The entry of a name at row i and column j, which is column l of panel p."""
        shape = at.shape(Name(name))
        if name in self._entries or shape == ():
            return name if name in self._entries else super().place(name, at)
        if len(shape) == 1:
            return f"{name}[j]"
        if self.is_upright(shape):
            return f"{name}[0][i]" if shape[1] == 1 else f"{name}[j][i]"
        return f"{name}[p][i][l]"

    def entry_at(self, name: str, shape: Shape) -> str:
        """The entry of an array at any row i and column j."""
        if self.is_upright(shape):
            return f"{name}[j][i]"
        return f"{name}[j / PANEL][i][j % PANEL]"

    # Loops

    def loops(self, target: str, shape: Shape, expr: Expr, at: Kernel) -> list[str]:
        """Loops that set each entry of an array."""
        return self.nest(shape, expr, at, lambda: [self.assignment(target, expr, at)])

    def nest(
        self, shape: Shape, expr: Expr, at: Kernel, body: Callable[[], list[str]]
    ) -> list[str]:
        """Loops over a thread's part of an array."""
        return self.around(shape, products(expr), at, body)

    def around(
        self, shape: Shape, found: list[Apply], at: Kernel, body: Callable[[], list[str]]
    ) -> list[str]:
        """Loops over a thread's part of an array, around tiles where there is a product."""
        if not found:
            return self.each(shape, body())
        if len(found) > 1 or len(shape) != 2:
            raise UnsupportedError("the native engine takes one product at a time")
        at.sums = {found[0]: "sum"}
        inner = body()
        at.sums = {}
        return Product(self, found[0], shape, at).lines(inner)

    def each(self, shape: Shape, inner: list[str]) -> list[str]:
        """Loops over a thread's part of an array, entry by entry."""
        if len(shape) == 1:
            return simd("j", *self.ends(shape[0]), inner)
        high, wide = shape
        if isinstance(high, str):
            if self.is_upright(shape) and self.all_rows:
                return block(f"for (int j = 0; j < {wide}; j++)", simd("i", "0", "rows", inner))
            if self.is_upright(shape):
                rows = block(
                    "for (int first = begin; first < stop; first += LANES)",
                    simd("i", "first", "first + LANES", inner),
                )
                return block(f"for (int j = 0; j < {wide}; j++)", rows)
            if self.by_columns:
                rows = block("for (int i = 0; i < rows; i++)", panel(inner))
                return block(f"for (int p = LEFT({wide}); p < RIGHT({wide}); p++)", rows)
            rows = block("for (int i = begin; i < stop; i++)", panel(inner))
            return block(f"for (int p = 0; p < PANELS({wide}); p++)", rows)
        if self.is_upright(shape):
            part = f"for (int p = LEFT({high}); p < RIGHT({high}); p++)"
            lanes = simd("i", "p * PANEL", "(p + 1) * PANEL", inner)
            return block(f"for (int j = 0; j < {wide}; j++)", block(part, lanes))
        if self.by_columns:
            rows = block(f"for (int i = 0; i < {high}; i++)", panel(inner))
            return block(f"for (int p = LEFT({wide}); p < RIGHT({wide}); p++)", rows)
        height = own_height(high)
        head = f"for (int i = tile * {height}; i < within((tile + 1) * {height}, {high}); i++)"
        tiles = own_tiles("p", high, wide, height, block(head, panel(inner)))
        return block(f"for (int p = 0; p < PANELS({wide}); p++)", tiles)

    def everywhere(self, shape: Shape, entry: str, total: str) -> list[str]:
        """Loops over a whole array, for every thread, that add to a total. Of an array that is
        shared by panels each thread sums its own: the rest would come from another processor, and
        had to be fetched back to be changed."""
        added, high = [f"{total} += {entry};"], self.length(shape[0])
        if len(shape) == 1:
            return summing("j", high, added, total)
        if self.is_upright(shape):
            rows = summing("i", high, added, total)
            return block(f"for (int j = 0; j < {shape[1]}; j++)", rows)
        panels = f"PANELS({shape[1]})"
        if self.alone or not self.by_columns:
            return self.panel_sums(shape, entry, ("0", panels), f"{total} += of_panel;")
        name = f"totals{len(self.totals) + 1}"
        self.totals[name] = panels
        own_panels = (f"LEFT({shape[1]})", f"RIGHT({shape[1]})")
        return [
            *self.panel_sums(shape, entry, own_panels, f"room->{name}[p] = of_panel;"),
            *self.meet,
            *block(f"for (int p = 0; p < {panels}; p++)", [f"{total} += room->{name}[p];"]),
        ]

    def panel_sums(self, shape: Shape, entry: str, panels: tuple[str, str], then: str) -> list[str]:
        """A loop over panels that sums the entries of each, by lanes that do not wait for each
        other: panels have room beyond the last column."""
        step = [f"lanes[l] += p * PANEL + l < {shape[1]} ? {entry} : 0;"]
        return block(f"for (int p = {panels[0]}; p < {panels[1]}; p++)", [
            "double lanes[PANEL] = {0}, of_panel = 0;",
            *block(f"for (int i = 0; i < {self.length(shape[0])}; i++)", panel(step)),
            *summing("l", "PANEL", ["of_panel += lanes[l];"], "of_panel"),
            then,
        ])  # fmt: skip

    def over_all(self, arg: Expr, what: str, at: Kernel) -> Name:
        """Over all entries."""
        shape, name = at.shape(arg), at.fresh("total", ())
        at.statements.append(f"double {name} = 0;")
        at.statements += self.everywhere(shape, self.entry(arg, at), name)
        if what == "mean":
            at.statements += [f"{name} /= {self.length(dim)};" for dim in shape if dim != 1]
        return Name(name)

    def over_rows(self, arg: Expr, what: str, at: Kernel) -> Name:
        """Down all rows: a number for each column, or for each of the thread's own columns."""
        shape = at.shape(arg)
        name, high = at.fresh("summed", shape[1:]), self.length(shape[0])
        self.declare(name, shape[1:], at)
        share = f" / {high}" if what == "mean" else ""
        step = self.entry(arg, at)
        if self.is_upright(shape):
            ends = self.ends(shape[1])
            at.statements += block(f"for (int j = {ends[0]}; j < {ends[1]}; j++)", [
                "real down = 0;",
                *summing("i", high, [f"down += {step};"], "down"),
                f"{name}[j] = down{share};",
            ])  # fmt: skip
            return Name(name)
        all_panels = ("0", f"PANELS({shape[1]})")
        own_panels = (f"LEFT({shape[1]})", f"RIGHT({shape[1]})")
        ends = own_panels if shape[1] == self._own_columns else all_panels
        at.statements += block(f"for (int p = {ends[0]}; p < {ends[1]}; p++)", [
            "real down[PANEL] = {0};",
            *block(f"for (int i = 0; i < {high}; i++)", panel([f"down[l] += {step};"])),
            f"for (int l = 0; l < PANEL; l++) {name}[p * PANEL + l] = down[l]{share};",
        ])  # fmt: skip
        return Name(name)

    def over_columns(self, arg: Expr, what: str, at: Kernel) -> Name:
        """Along the columns: a number for each row."""
        shape = at.shape(arg)
        if not isinstance(shape[0], str):
            raise UnsupportedError("the native engine cannot sum the columns of a weight")
        name = at.fresh("largest" if what == "max" else "summed", (shape[0], 1))
        self.declare(name, (shape[0], 1), at)
        entry, start = self.entry(arg, at), "-INFINITY" if what == "max" else "0"
        result = f"{name}[0][i]"
        share = [f"{result} /= {shape[1]};"] if what == "mean" else []
        if self.is_upright(shape):
            step = f"maximum({result}, {entry})" if what == "max" else f"{result} + {entry}"
            lanes = ("i", "first", "first + LANES")
            at.statements += block("for (int first = begin; first < stop; first += LANES)", [
                *simd(*lanes, [f"{result} = {start};"]),
                *block(f"for (int j = 0; j < {shape[1]}; j++)",
                       simd(*lanes, [f"{result} = {step};"])),
                *(simd(*lanes, share) if share else []),
            ])  # fmt: skip
            return Name(name)
        width = f"WIDTH(p, {shape[1]})"
        columns = (
            block(f"for (int l = 0; l < {width}; l++)",
                  with_column([f"value = maximum(value, {entry});"]))
            if what == "max"
            else summing("l", width, with_column([f"value += {entry};"]), "value")
        )  # fmt: skip
        at.statements += block("for (int i = begin; i < stop; i++)", [
            f"real value = {start};",
            *block(f"for (int p = 0; p < PANELS({shape[1]}); p++)", columns),
            f"{result} = value;",
            *share,
        ])  # fmt: skip
        return Name(name)
