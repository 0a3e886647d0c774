"""Matrix products of the native engine: the loops that fill a tile of sums, in the shape that the
sizes and the layout of the arrays ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from syn0.engines.tiles.blocks import (
    Inner,
    block,
    own,
    own_height,
    own_tiles,
    simd,
    summing,
    with_column,
)
from syn0.lower.bindings import Bindings
from syn0.printers.base import UnsupportedError
from syn0.program import Apply, Expr, Name
from syn0.program.operations import Shape

if TYPE_CHECKING:
    from syn0.engines.tiles.tiles import Tiles


class Product:
    """The loops of a matrix product, whose sums the statements within use as `sum`."""

    def __init__(self, tiles: Tiles, product: Apply, shape: Shape, at: Bindings) -> None:
        left, right = product.args
        self.tiles, self.shape = tiles, shape
        self.left, self.right = name_of(left), name_of(right)
        self.left_turned, self.right_turned = isinstance(left, Apply), isinstance(right, Apply)
        self.depth = at.shape(left)[1]
        self.rows = tiles.in_place.get(self.left)
        self.left_upright = self.rows is None and tiles.is_upright(at.shape(Name(self.left)))
        self.right_upright = tiles.is_upright(at.shape(Name(self.right)))
        self.of_rows = isinstance(shape[0], str)

    def lines(self, inner: Inner) -> list[str]:
        """The loops around the statements."""
        if not self.tiles.is_upright(self.shape):
            return self.wide(inner)
        if self.left_turned:
            return self.few_by_few(inner) if self.left_upright else self.few_columns(inner)
        return self.short(inner) if self.left_upright else self.dots(inner)

    # Many columns: tiles of rows by two vectors

    def wide(self, inner: Inner) -> list[str]:
        """Tiles of some rows by two vectors; of odd ones the last tile has three, or is one."""
        columns = self.tiles.count(self.shape[1])
        of_columns = self.tiles.by_columns
        head = f"for (int panel = 0; panel < PAIRS({columns}); panel++)"
        if of_columns:
            head = f"for (int panel = LEFT({columns}); panel < OWN_PAIRS({columns}); panel++)"
        pairs = block(head, self.down("2", inner))
        longest = 64 // (4 if self.tiles.single else 8)
        if columns % (2 * longest) == 0:
            return pairs
        last = [f"const int panel = PAIRS({columns});"]
        last += self.down("1" if columns <= longest else "3", inner)
        return [*pairs, *block(f"if ({'OWN_LAST' if of_columns else 'LAST'}({columns}))", last)]

    def down(self, vectors: str, inner: Inner) -> list[str]:
        """The tiles of so many vectors that are a thread's own, one below the other."""
        height, (high, wide) = self.height(), self.shape
        if self.of_rows:
            tile = self.tile(height, vectors, "0", "", inner)
            ends = ("0", "rows") if self.tiles.by_columns else ("begin", "stop")
            return block(f"for (int first = {ends[0]}; first < {ends[1]}; first += {height})", tile)
        start, done = f"const int first = tile * {height};", "0"
        if self.left_upright or self.rows:  # no column there may be read beyond the last
            start = f"const int first = within(tile * {height}, {high} - {height});"
            done = f"tile * {height} - first"
        tile = self.tile(height, vectors, done, f" && first + r < {high}", inner)
        if self.tiles.by_columns:
            return block(
                f"for (int tile = 0; tile < TILES({high}, {height}); tile++)", [start, *tile]
            )
        return own_tiles("panel", high, wide, height, [start, *tile])

    def height(self) -> str:
        """The rows of a tile: eight, or fewer that leave less to do twice."""
        if self.of_rows:
            return f"HEIGHT({self.tiles.batch})"
        return own_height(self.shape[0])

    def tile(self, height: str, vectors: str, done: str, end: str, inner: Inner) -> list[str]:
        """The statements of a tile, from row `first` and `panel` on."""
        each = f"for (int v = 0; v < {vectors}; v++)"
        return [
            f"vec parts[{height}][{vectors}] = {{{{{{0}}}}}};",
            *self.sums(height, vectors),
            f"real tile_of[{height}][{vectors} * LANES];",
            "UNROLLED",
            f"for (int r = 0; r < {height}; r++)",
            "    UNROLLED",
            f"    {each} put(&tile_of[r][v * LANES], parts[r][v]);",
            *block(f"for (int r = {done}; r < {height}{end}; r++)", [
                *inner.row("first + r"),
                *block(each, [
                    "const int p = panel + v / 2, start = v % 2 * LANES;",
                    *simd("l", "start", "start + LANES", with_column(
                        inner.after("const real sum = tile_of[r][v * LANES + l - start];"))),
                ]),
            ]),
        ]  # fmt: skip

    def sums(self, height: str, vectors: str) -> list[str]:
        """The loop that fills a tile's sums."""
        depth = self.tiles.length(self.depth)
        setup, left = self.left_entry(height)
        step = [
            f"vec right[{vectors}];",
            "UNROLLED",
            f"for (int v = 0; v < {vectors}; v++) right[v] = at({self.right_entries()});",
            "UNROLLED",
            f"for (int r = 0; r < {height}; r++) {{",
            f"    const real left = {left};",
            "    UNROLLED",
            f"    for (int v = 0; v < {vectors}; v++) parts[r][v] += left * right[v];",
            "}",
        ]
        if self.left_turned or self.rows or self.left_upright:
            return [*setup, *block(f"for (int k = 0; k < {depth}; k++)", step)]
        step = ["const int k = q * PANEL + m;", *step]
        columns = block(f"for (int m = 0; m < WIDTH(q, {depth}); m++)", step)
        return [*setup, *block(f"for (int q = 0; q < PANELS({depth}); q++)", columns)]

    def left_entry(self, height: str) -> tuple[list[str], str]:
        """The left factor of the tile's row `r` at `k`; and what is bound before the loop."""
        rows, left = self.rows, self.left
        if self.left_turned and rows:
            return [], f"{rows}[k][first + r]"
        if self.left_turned and self.left_upright:
            return [], f"{left}[first + r][k]"
        if self.left_turned and height == "TALL":  # a tile does not reach beyond its panel
            setup = [f"const real (*left_of)[PANEL] = &{left}[first / PANEL][0];"]
            return setup, "left_of[k][first % PANEL + r]"
        if self.left_turned:
            return [], f"{left}[(first + r) / PANEL][k][(first + r) % PANEL]"
        if rows:
            setup = [f"const real *row_of[{height}];",
                     f"for (int r = 0; r < {height}; r++) row_of[r] = "
                     f"{rows}[first + r < rows ? first + r : rows - 1];"]  # fmt: skip
            return setup, "row_of[r][k]"
        return [], f"{left}[k][first + r]" if self.left_upright else f"{left}[q][first + r][m]"

    def right_entries(self) -> str:
        """The right factors of the tile's vector `v` at `k`."""
        if self.right_turned and self.right_upright:
            return f"{self.right}[k] + panel * PANEL + v * LANES"
        array = f"{self.right}_turned" if self.right_turned else self.right
        return f"{array}[panel + v / 2][k] + v % 2 * LANES"

    # Few columns

    def short(self, inner: Inner) -> list[str]:
        """Few products a sum: written out."""
        place = "[k][j]" if self.right_turned else "[j][k]"
        terms = [
            f"{self.left}[{k}][i] * {self.right}{place.replace('k', str(k))}"
            for k in range(self.tiles.count(self.depth))
        ]
        return self.tiles.each(self.shape, inner.after(f"const real sum = {' + '.join(terms)};"))

    def dots(self, inner: Inner) -> list[str]:
        """Sums along the depth, a vector at a time: LANES of them, for some columns and rows."""
        columns, depth = self.tiles.count(self.shape[1]), self.tiles.count(self.depth)
        size = 1 if columns == 1 else 4 if columns % 4 in (0, 3) else 2
        column = f"within(block + c, {columns - 1})"
        right = f"&{self.right}[{column}][q * LANES]"
        if self.right_turned:
            right = f"&{self.right}[q / 2][{column}][q % 2 * LANES]"
        left = f"&{self.left}[q / 2][first + r][q % 2 * LANES]"
        if self.rows:
            left = f"&{self.rows}[first + r < rows ? first + r : rows - 1][q * LANES]"
        down = f"DOWN({size})"
        return block(f"for (int first = begin; first < stop; first += {down})", block(
            f"for (int block = 0; block < {columns}; block += ACROSS({size}))", [
                "vec parts[LANES] = {{0}};",
                *block(f"for (int q = 0; q < {depth} / LANES; q++)",
                       dots_step(f"at({left})", f"at({right})", size)),
                *block(f"if ({depth} % LANES)", [
                    f"const int q = {depth} / LANES;",
                    *dots_step(f"some({left}, {depth} % LANES)",
                               f"some({right}, {depth} % LANES)", size)]),
                "real tile_of[LANES];",
                "put(tile_of, lane_sums(parts));",
                *block(f"for (int c = 0; c < ACROSS({size}) && block + c < {columns}; c++)", [
                    *inner.column("block + c"),
                    *simd("r", "0", down, [
                        *inner.row("first + r"),
                        f"const real sum = tile_of[c * {down} + r];",
                        *inner.lines,
                    ]),
                ]),
            ]))  # fmt: skip

    def few_columns(self, inner: Inner) -> list[str]:
        """The weights of few columns: vectors of their rows, over the rows of a step."""
        high, wide = map(self.tiles.count, self.shape)
        size = wide if wide <= 6 else (wide + 1) // 2
        if self.rows:
            places = [f"p * PANEL + {v} * LANES" for v in range(2)]
            left = [f"some(&{self.rows}[k][{at}], {high} - ({at}))" for at in places]
        else:
            left = [f"at(&{self.left}[p][k][{v} * LANES])" for v in range(2)]
        step = [
            *(f"const vec left{v} = {place};" for v, place in enumerate(left)),
            "UNROLLED",
            f"for (int c = 0; c < {size}; c++) {{",
            f"    const real right = {self.right}[block + c][k];",
            "    parts[c][0] += left0 * right;",
            "    parts[c][1] += left1 * right;",
            "}",
        ]
        tile = [
            f"const int block = within(done, {wide - size});",
            f"vec parts[{size}][2] = {{{{{{0}}}}}};",
            *block(f"for (int k = 0; k < {self.tiles.length(self.depth)}; k++)", step),
            f"real tile_of[{size}][PANEL];",
            "UNROLLED",
            f"for (int c = 0; c < {size}; c++) {{",
            "    put(&tile_of[c][0], parts[c][0]);",
            "    put(&tile_of[c][LANES], parts[c][1]);",
            "}",
            *block(f"for (int c = done - block; c < {size}; c++)", [
                *inner.column("block + c"),
                *simd("l", "0", "PANEL", [
                    *inner.row("p * PANEL + l"), "const real sum = tile_of[c][l];", *inner.lines]),
            ]),
        ]  # fmt: skip
        part = f"for (int p = LEFT({high}); p < RIGHT({high}); p++)"
        return block(part, block(f"for (int done = 0; done < {wide}; done += {size})", tile))

    def few_by_few(self, inner: Inner) -> list[str]:
        """The weights of few rows and columns: sums along the rows of a step."""
        high, wide = self.shape
        entry = [
            "real sum = 0;",
            *summing("k", self.tiles.length(self.depth),
                     [f"sum += {self.left}[i][k] * {self.right}[j][k];"], "sum"),
            *inner.lines,
        ]  # fmt: skip
        left, right = own(high)
        rows = block(f"for (int i = {left}; i < {right}; i++)", entry)
        return block(f"for (int j = 0; j < {wide}; j++)", rows)


def dots_step(left: str, right: str, size: int) -> list[str]:
    """Add a vector of each row times one of each column."""
    return [
        f"vec right[ACROSS({size})];",
        "UNROLLED",
        f"for (int c = 0; c < ACROSS({size}); c++) right[c] = {right};",
        "UNROLLED",
        f"for (int r = 0; r < DOWN({size}); r++) {{",
        f"    const vec left = {left};",
        "    UNROLLED",
        f"    for (int c = 0; c < ACROSS({size}); c++)",
        f"        parts[c * DOWN({size}) + r] += left * right[c];",
        "}",
    ]


def name_of(operand: Expr) -> str:
    """The array of a product's operand, transposed or not."""
    match operand:
        case Name(name) | Apply("transpose", (Name(name),)):
            return name
    raise UnsupportedError(f"the native engine cannot multiply by {operand!r}")
