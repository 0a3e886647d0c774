"""The native engine's C: the same lines as fused kernels, sizes and batch size constant.

A matrix product fills a tile of registers, and the rest of its line (bias, activation, slope, mask,
optimizer) is applied to the tile before it is stored: there is an array for nothing but what a
later line reads. Rows of mini-batches are read in place through their numbers. Arrays of many
columns are padded to whole vectors; what stands in the padding is never read as a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib.resources import files

from syn0.printers.base import Template
from syn0.printers.loops import Kernel, LoopPrinter, has_reductions, loop, products
from syn0.printers.numpy import NumpyPrinter, indented
from syn0.program import Apply, Expr, Line, Name, Program, check, substitute
from syn0.program.operations import Shape

SMALL = 300
"""Products of fewer multiplications stay plain loops, which the compiler unrolls whole."""

TALLEST = 8
"""Rows of a tile: with two vectors a row, as many sums as hide the latency of a multiplication."""


class TilePrinter(LoopPrinter):
    """Prints a program's steps as one C function for batches of at most `batch` rows."""

    def __init__(self, program: Program, batch: int) -> None:
        super().__init__(program, check(program))
        self.templates = LoopPrinter.templates | {"exp": Template("fast_exp({0})")}
        self.batch = batch
        self.narrow = 4 if self.single else 2
        """Arrays of fewer columns fill no vector, and are not padded."""
        self.room: dict[str, Shape] = {}

    def source(self) -> str:
        """The whole C file: `train` takes steps from a state, which it changes in place."""
        program, shapes = self.program, self.shapes
        bodies = Bodies(self)
        state = [name for name in program.state + program.constants if shapes[name] != ()]
        numbers = plain_numbers(program, shapes)
        helpers = [name for name in self.helpers(program.lines) if not has_reductions(name)]
        for name in state:
            self.room.setdefault(name, shapes[name])
        local = [
            line.target
            for line in program.phase("forward", "loss", "backward", "update")
            if shapes[line.target] == () and line.target not in numbers
        ]
        given = ", ".join(f"const real (*{n})[{shapes[n][1]}]" for n in program.arrays)
        rows = "sizes[step]" if "batch" in program.inputs else str(self.batch)
        figures = [f"*figures++ = {name};" for name in program.reports]
        body = [
            "struct Room *room = aligned_alloc(64, (sizeof *room + 63) / 64 * 64);",
            "if (!room) return 1;",
            "memset(room, 0, sizeof *room);",
            *(self.pointer(name, shape) for name, shape in self.room.items()),
            *(f"const real *{name}[{self.batch}] = {{0}};" for name in bodies.gathered),
            *(f"double {name} = numbers[{k}];" for k, name in enumerate(numbers)),
            *(f"double {name} = 0;" for name in dict.fromkeys(local)),
            *(x for k, name in enumerate(state) for x in self.copied(name, k, into=True)),
            "for (int64_t step = 0; step < stretch; step++) {",
            f"    const int rows = {rows};",
            "    (void)batch, (void)sizes, (void)numbers;",
            *indented(bodies.before),
            "    if (measure) {",
            *indented(indented([*bodies.measured, *figures])),
            "    }",
            *indented(bodies.update),
            "    batch += rows;",
            "}",
            *(x for k, name in enumerate(state) for x in self.copied(name, k, into=False)),
            *(f"numbers[{k}] = {name};" for k, name in enumerate(numbers)),
            "free(room);",
            "return 0;",
        ]
        return "\n".join([
            f"typedef {'float' if self.single else 'double'} real;",
            files("syn0.printers").joinpath("kernels.h").read_text(encoding="utf-8"),
            *map(self.helper_code, helpers),
            "",
            "struct Room {",
            *(f"    ALIGNED real {n}{self.dimensions(shape)};" for n, shape in self.room.items()),
            "};",
            "",
            "int train(int64_t stretch, const int64_t *sizes, const int64_t *batch, int measure,",
            f"          double *figures, double *numbers, real **state, {given}) {{",
            *indented(body),
            "}",
            "",
        ])  # fmt: skip

    # Arrays

    def columns(self, count: object) -> str:
        """The columns of an array in memory."""
        return f"PADDED({count})" if int(str(count)) >= self.narrow else str(count)

    def dimensions(self, shape: Shape) -> str:
        """The dimensions of an array: room for a whole batch, columns in whole vectors."""
        rows = [f"[{self.count(dim)}]" for dim in shape[:-1]]
        return "".join(rows) + f"[{self.columns(shape[-1])}]"

    def count(self, dim: object) -> int:
        """A length: of rows, the most that a step has."""
        return self.batch if isinstance(dim, str) else int(str(dim))

    def pointer(self, name: str, shape: Shape) -> str:
        """An array's name, as its entries are written."""
        if len(shape) == 1:
            return f"real *{name} = room->{name};"
        return f"real (*{name})[{self.columns(shape[1])}] = room->{name};"

    def copied(self, name: str, number: int, *, into: bool) -> list[str]:
        """An array copied row by row from the caller's memory, or back."""
        shape = self.shapes[name]
        here = f"{name}[i]" if len(shape) == 2 else name
        there = f"state[{number}] + i * {shape[-1]}"
        if not into and name not in self.program.state:
            return []
        order = f"{here}, {there}" if into else f"{there}, {here}"
        rows = str(shape[0]) if len(shape) == 2 else "1"
        return loop("i", rows, [f"memcpy({order}, {shape[-1]} * sizeof(real));"])

    def declare(self, name: str, shape: Shape, at: Kernel) -> None:
        """Room for an array of a kernel's own; kernels of equal needs share it."""
        unique = name
        while self.room.get(unique, shape) != shape or unique in self.shapes:
            unique += "_"
        self.room[unique] = shape
        if unique != name:
            at.statements.append(self.pointer(unique, shape).replace(f"*{unique}", f"*{name}", 1))

    # Products

    def nest(
        self, shape: Shape, expr: Expr, at: Kernel, body: Callable[[], list[str]]
    ) -> list[str]:
        """As plain loops, or around tiles where a product is large enough."""
        found = products(expr)
        if len(shape) != 2 or len(found) != 1:
            return super().nest(shape, expr, at, body)
        (product,) = found
        left, right = product.args
        depth = at.shape(left)[1]
        if self.count(shape[0]) * self.count(shape[1]) * self.count(depth) <= SMALL:
            return super().nest(shape, expr, at, body)
        at.sums = {product: "sum"}
        inner = body()
        at.sums = {}
        if self.count(shape[1]) >= self.narrow:
            return self.wide(left, right, shape, depth, inner)
        if isinstance(left, Apply):
            return self.narrow_upright(left, right, shape, depth, inner)
        return self.narrow_dots(left, right, shape, depth, inner)

    def turned(self, name: str, shape: Shape) -> tuple[str, list[str]]:
        """A transposed copy of an array, which then has the given shape."""
        other = f"{name}_turned"
        self.room[other] = shape
        step = [f"{other}[i][j] = {name}[j][i];"]
        return other, loop("i", self.length(shape[0]), loop("j", str(shape[1]), step))

    def wide(
        self, left: Expr, right: Expr, shape: Shape, depth: object, inner: list[str]
    ) -> list[str]:
        """Tiles of some rows and one or two vectors of columns."""
        before: list[str] = []
        name = name_of(right)
        if isinstance(right, Apply):
            name, before = self.turned(name, (depth, shape[1]))  # type: ignore[arg-type]
        tile = Tile(left, name, self.length(depth), inner)
        columns = int(str(shape[1]))
        return [
            *before,
            f"for (int column = 0; column + LANES < PADDED({columns}); column += 2 * LANES) {{",
            *indented(self.down_the_rows(tile, shape[0], 2, columns)),
            "}",
            f"if (PADDED({columns}) / LANES % 2) {{",
            f"    const int column = PADDED({columns}) - LANES;",
            *indented(self.down_the_rows(tile, shape[0], 1, columns)),
            "}",
        ]

    def down_the_rows(self, tile: Tile, rows: object, vectors: int, columns: int) -> list[str]:
        """Tiles one below the other, the last ones as high as there are rows left."""
        height = best_height(self.count(rows))
        lines = [
            "int first = 0;",
            f"for (; first + {height} <= {self.length(rows)}; first += {height}) {{",
            *indented(tile.lines(height, vectors, columns)),
            "}",
        ]
        if isinstance(rows, str) and height > 1:
            lines += [
                "for (; first < rows; first++) {",
                *indented(tile.lines(1, vectors, columns)),
                "}",
            ]
        elif self.count(rows) % height:
            rest = self.count(rows) % height
            lines += ["{", *indented(tile.lines(rest, vectors, columns)), "}"]
        return lines

    def narrow_dots(
        self, left: Expr, right: Expr, shape: Shape, depth: object, inner: list[str]
    ) -> list[str]:
        """Few columns: sums along the depth, a vector at a time."""
        before: list[str] = []
        name = name_of(right)
        if not isinstance(right, Apply):
            name, before = self.turned(name, (shape[1], depth))  # type: ignore[arg-type]
        a, columns = name_of(left), range(int(str(shape[1])))
        return [
            *before,
            f"for (int i = 0; i < {self.length(shape[0])}; i++) {{",
            f"    vec sums[{len(columns)}] = {{{{0}}}};",
            "    int k = 0;",
            f"    for (; k + LANES <= {depth}; k += LANES) {{",
            f"        const vec along = at(&{a}[i][k]);",
            *(f"        sums[{j}] += along * at(&{name}[{j}][k]);" for j in columns),
            "    }",
            f"    real ends[{len(columns)}];",
            *(f"    ends[{j}] = lanes_sum(sums[{j}]);" for j in columns),
            f"    for (; k < {depth}; k++) {{",
            *(f"        ends[{j}] += {a}[i][k] * {name}[{j}][k];" for j in columns),
            "    }",
            f"    for (int j = 0; j < {len(columns)}; j++) {{",
            "        const real sum = ends[j];",
            *(f"        {line}" for line in inner),
            "    }",
            "}",
        ]

    def narrow_upright(
        self, left: Expr, right: Expr, shape: Shape, depth: object, inner: list[str]
    ) -> list[str]:
        """Few columns, many rows that lie side by side in the left operand: vectors of rows."""
        a, b, columns = name_of(left), name_of(right), range(int(str(shape[1])))
        store = [
            f"for (int j = 0; j < {len(columns)}; j++) {{",
            "    const real sum = sums[j][i - first];",
            *indented(inner),
            "}",
        ]
        return [
            "int first = 0;",
            f"for (; first + LANES <= {shape[0]}; first += LANES) {{",
            f"    vec sums[{len(columns)}] = {{{{0}}}};",
            f"    for (int k = 0; k < {self.length(depth)}; k++) {{",
            f"        const vec upright = at(&{a}[k][first]);",
            *(f"        sums[{j}] += upright * {b}[k][{j}];" for j in columns),
            "    }",
            "    for (int i = first; i < first + LANES; i++)",
            *indented(indented(store)),
            "}",
            f"for (int i = first; i < {shape[0]}; i++)",
            f"    for (int j = 0; j < {len(columns)}; j++) {{",
            "        real sum = 0;",
            f"        for (int k = 0; k < {self.length(depth)}; k++) sum += {a}[k][i] * {b}[k][j];",
            *indented(indented(inner)),
            "    }",
        ]


class Tile:
    """A tile of a product: the sums in registers, then its line's entries."""

    def __init__(self, left: Expr, right: str, depth: str, inner: list[str]) -> None:
        self.upright = isinstance(left, Apply)
        self.left, self.right, self.depth, self.inner = name_of(left), right, depth, inner

    def lines(self, height: int, vectors: int, columns: int) -> list[str]:
        """The statements of a tile of so many rows and vectors, from `first` and `column` on."""
        entry = f"{self.left}[k][first + r]" if self.upright else "rows_of[r][k]"
        starts = [
            f"const real *rows_of[{height}];",
            f"for (int r = 0; r < {height}; r++) rows_of[r] = {self.left}[first + r];",
        ]
        each = range(vectors)
        return [
            *([] if self.upright else starts),
            f"vec sums[{height}][{vectors}] = {{{{{{0}}}}}};",
            f"for (int k = 0; k < {self.depth}; k++) {{",
            *(
                f"    const vec right{v} = at(&{self.right}[k][column + {v} * LANES]);"
                for v in each
            ),
            "    #pragma GCC unroll 16",
            f"    for (int r = 0; r < {height}; r++) {{",
            f"        const real left = {entry};",
            *(f"        sums[r][{v}] += left * right{v};" for v in each),
            "    }",
            "}",
            f"for (int r = 0; r < {height}; r++) {{",
            "    const int i = first + r;",
            f"    real tile[{vectors} * LANES];",
            *(f"    *(loose *)&tile[{v} * LANES] = sums[r][{v}];" for v in each),
            f"    for (int j = column; j < column + {vectors} * LANES; j++) {{",
            "        const real sum = tile[j - column];",
            *(f"        {line}" for line in self.inner),
            "    }",
            "}",
        ]


class Bodies:
    """The kernels of a step, in three parts: what comes before the reports, what only they need,
    and the updates. Copies of whole arrays are read in place."""

    def __init__(self, printer: TilePrinter) -> None:
        self.printer = printer
        self.alias: dict[str, Expr] = {}
        self.gathered: list[str] = []
        program = printer.program
        idle = set(program.measured)
        lines = program.phase("forward", "loss", "backward")
        self.before = self.kernels(line for line in lines if line not in idle)
        self.measured = self.kernels(program.measured)
        self.update = self.kernels(program.phase("update"))

    def kernels(self, lines: Iterable[Line]) -> list[str]:
        """The kernels of some lines, each headed by the line."""
        return [x for line in lines for x in self.kernel(line)]

    def kernel(self, line: Line) -> list[str]:
        """The kernel of a line, and room for what it sets."""
        printer = self.printer
        text = NumpyPrinter().statement(line)
        expr = substitute(line.expression, self.alias)
        shape = printer.shapes[line.target]
        match expr:
            case Name() if line.phase != "update" and shape != ():
                self.alias[line.target] = expr
                return [f"/* {text}: read in place */"]
            case Apply("take", (Name(name), Name("batch"))):
                self.gathered.append(line.target)
                places = loop("i", "rows", [f"{line.target}[i] = {name}[batch[i]];"])
                return [f"/* {text}: read in place */", *places]
        if shape != ():
            printer.room.setdefault(line.target, shape)
        statements = printer.kernel(Line(line.target, expr, line.phase, line.layer, line.note))
        return [f"/* {text} */", "{", *indented(statements), "}"]


def plain_numbers(program: Program, shapes: Mapping[str, Shape]) -> list[str]:
    """The names of the plain numbers that a step takes from outside."""
    names = (*program.state, *program.constants, *program.numbers)
    return [name for name in names if shapes[name] == ()]


def name_of(operand: Expr) -> str:
    """The array of a product's operand, transposed or not."""
    match operand:
        case Name(name) | Apply("transpose", (Name(name),)):
            return name
    raise TypeError(f"{operand!r} is no operand of a product")


def best_height(rows: int) -> int:
    """The height of tiles that leaves the fewest of them, and those the fullest."""
    if rows <= TALLEST:
        return rows
    return min(range(4, TALLEST + 1), key=lambda h: (-(-rows // h) + (rows % h > 0) / 4, -h))
