"""The C printer: a standalone program in plain loops, each headed by the line that it runs.

It draws the same start weights and batches as NumPy does, and prints the same numbers.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from syn0.lower import Array
from syn0.printers.base import NEGATIVE, Template, infix
from syn0.printers.loops import (
    NOTES,
    WIDTH,
    LoopPrinter,
    Parts,
    all_rows_of,
    block,
    declared,
    number_rows,
)
from syn0.printers.numpy import indented
from syn0.printers.pretty import INDENT, Assigned, commented, fitted, listed
from syn0.printers.safe import c_note
from syn0.printers.script import Script, digits
from syn0.program import Apply, Const, Expr
from syn0.program.operations import Shape

C_TEMPLATES = {
    "choose": Template("{0} ? {1} : {2}", 3, (4, 4, 3)),
    "where": Template("{0} ? {1} : {2}", 3, (4, 4, 3)),
    "equal": Template("{0} == {1}", 9, (10, 10)),
    "greater": Template("{0} > {1}", 10, (11, 11)),
    "greater_equal": Template("{0} >= {1}", 10, (11, 11)),
    "less": Template("{0} < {1}", 10, (11, 11)),
    "add": infix("+", 12),
    "subtract": infix("-", 12),
    "multiply": infix("*", 13),
    "divide": infix("/", 13),
    "negative": Template("-{0}", 14, (15,)),
    "power": Template("pow({0}, {1})"),
    "square": Template("square({0})"),
    "floor_divide": Template("floor({0} / {1})", needs=(13, 14)),
    "modulo": Template("fmod({0}, {1})"),
    "least": Template("least({0}, {1})"),
    "absolute": Template("fabs({0})"),
    "maximum": Template("maximum({0}, {1})"),
    "minimum": Template("minimum({0}, {1})"),
    **{name: Template(f"{name}({{0}})")
       for name in ("exp", "expm1", "log", "log1p", "sqrt", "cos", "tanh", "sign")},
    "as_entry": Template("(real){0}"),
    "random": Template("random_sample()"),
    "normal": Template("standard_normal()"),
    "random_seed": Template("random_bits()"),
    "key_of": Template("key_of({0}, {1}, {2})"),
    "uniform_at": Template("uniform_at({0}, {1})"),
    "normal_at": Template("normal_at({0}, {1}, {2})"),
}  # fmt: skip


class CPrinter(LoopPrinter):
    """Prints a program as C for `cc net.c -lm`.

    Attributes:
        result: what a function of an entry begins with.
        printing: the function that prints figures.
        newline: what ends a line that is printed.
        order, shuffled: the statements that make room for an order of the rows, and draw one.
        seeded, unseeded: those that start the generator, with a seed and by the clock.
    """

    language, ending, suffix = "c", ".c", "c"
    templates = C_TEMPLATES
    head = "for (int {index} = 0; {index} < {length}; {index}++)"
    kinds = {  # noqa: RUF012  (a table, as in every printer)
        "number": "const double",
        "key": "const uint32_t",
        "total": "double",
        "entry": "real",
    }
    infinity = "INFINITY"
    indent, all_rows = 4, "const int rows = ROWS;"
    result, printing, newline = "static real", "printf", "\\n"
    order, shuffled = "static int order[ROWS];", "shuffle(order, ROWS);"
    seeded, unseeded = "start({}u);", "start((uint32_t)time(NULL));"

    def frame(self, parts: Parts) -> list[str]:
        """Data, functions, arrays, and `main`."""
        plan = parts.plan
        return [
            *self.top(plan),
            "",
            *self.data(plan),
            "",
            *parts.functions("functions", "random"),
            *self.names(parts),
            "",
            "int main(void) {",
            *indented([*self.training(parts), *self.end(plan)]),
            "    return 0;",
            "}",
            "",
        ]

    def number(self, value: float) -> str:
        """Whole numbers go with every number type."""
        if float(value).is_integer():
            return str(int(value)) if abs(value) < 1e9 else repr(float(value))
        return super().number(value)

    def expression(self, expr: Expr, need: int = 0) -> str:
        """As in every language with loops; numbers among float entries are written as such."""
        match expr:
            case Apply("as_entry", (Const(float() | int() as value),)):
                text = f"{self.number(value)}f"
                return f"({text})" if value < 0 and need > NEGATIVE else text
        return super().expression(expr, need)

    def array(self, array: Array) -> str:
        """A small array of 0s on the stack, or one that stays."""
        room = f"real {array.name}{self.dimensions(array.shape)}"
        return f"{room} = {{0}};" if array.starts_at_0 else f"static {room};"

    def dimensions(self, shape: Shape) -> str:
        """The dimensions of an array, with room for all rows."""
        return "".join(f"[{all_rows_of(dim)}]" for dim in shape)

    def function(self, name: str, value: Expr) -> str:
        """A function of an entry `z`."""
        head, back = (
            f"{self.result} {name}({self.kinds['entry']} z)",
            Assigned("return ", self.expression(value), ";"),
        )
        line = f"{head} {{ {back} }}"
        long = block(head, [fitted(back, WIDTH - self.indent)])
        return line if len(line) <= WIDTH else "\n".join(long)

    def comment(self, text: str, width: int = NOTES) -> list[str]:
        """A comment of one line, or of several."""
        return commented(f"/* {c_note(text)} */", width, "", hang="   ")

    # The frame

    def top(self, plan: Script) -> list[str]:
        """What it is, and what it stands on."""
        batch = f", BATCH = {plan.batch_size}" if plan.batch_size else ""
        return [
            f"/* {plan.title}",
            "   cc -O2 net.c -lm -o net && ./net */",
            "#include <stdint.h>",
            "#include <stdio.h>",
            "#include <time.h>" if plan.program.seed is None else "",
            "#include <tgmath.h>",
            "",
            f"typedef {'float' if plan.program.dtype == 'float32' else 'double'} real;",
            f"enum {{ ROWS = {plan.rows}{batch} }};",
        ]

    def table(self, name: str, values: NDArray[Any]) -> str:
        """An array of the data."""
        rows, columns = values.shape
        start = f"static const real {name}[{rows}][{columns}] = {{ "
        return declared(start, number_rows(values, "{", "}"), " };")

    def names(self, parts: Parts) -> list[str]:
        """The names of the program: arrays and plain numbers."""
        arrays = (f"{name}{self.dimensions(shape)}" for name, shape in parts.arrays.items())
        numbers = [declared("static double ", listed(parts.numbers), ";")] if parts.numbers else []
        return [declared("static real ", listed(arrays), ";"), *numbers]

    def seed(self, parts: Parts) -> list[str]:
        """The generator's seed."""
        seed = parts.plan.program.seed
        start = self.unseeded if seed is None else self.seeded.format(seed)
        return [start] if parts.draws else []

    def training(self, parts: Parts) -> list[str]:
        """What trains: start values, the steps, and the closing prediction."""
        start = [*self.seed(parts), *parts.start(), "", *self.loop_head(parts.plan)]
        return [*start, *indented(parts.step()), "}", *parts.closing()]

    def loop_head(self, plan: Script) -> list[str]:
        """The loop over the steps, up to the rows of each."""
        steps = [f"const double steps = {plan.steps};"] if "steps" in plan.program.numbers else []
        head = f"{self.head.format(index='step', length=plan.steps)} {{"
        if plan.batch_size is None:
            return [*steps, head, f"    {self.all_rows}"]
        begin, place = self.ordered(), f"step % {plan.batches}"
        once = plan.training.reshuffle or not plan.shuffles
        shuffled = block(f"if ({place} == 0)", [*([] if once else begin), self.shuffled])
        return [
            self.order,
            *steps,
            *(begin if once else []),
            head,
            *indented(shuffled if plan.shuffles else []),
            *indented(self.taken(f"{place} * BATCH")),
        ]

    def ordered(self) -> list[str]:
        """The statements that put the rows in their own order."""
        return self.loop("i", "ROWS", ["order[i] = i;"])

    def taken(self, first: str) -> list[str]:
        """The statements that take the rows of a step, from a place in the order on."""
        return [
            f"const int *batch = order + {first};",
            f"const int left = ROWS - {first};",
            "const int rows = left < BATCH ? left : BATCH;",
        ]

    def report(self, plan: Script) -> list[str]:
        """The statement that prints a step's figures."""
        figures = [*plan.program.reports]
        forms = [f"{name} %.{digits(name)}g" for name in figures]
        if plan.batch_size is not None:
            forms, figures = [*forms, "of %d rows"], [*figures, "rows"]
        return self.printed(f"step %d: {', '.join(forms)}", "step", *figures)

    def last_report(self) -> str:
        """The statement that prints how good the closing prediction is."""
        return "\n".join(self.printed("all rows: loss %.12g, error %.12g", "loss", "error"))

    def printed(self, form: str, *figures: str) -> list[str]:
        """The statement that prints a line."""
        start, rest = f'{self.printing}("{form}{self.newline}",', f"{', '.join(figures)});"
        if len(start) + len(rest) < WIDTH - 4 * INDENT:
            return [f"{start} {rest}"]
        return [start, " " * (len(self.printing) + 1) + rest]

    def end(self, plan: Script) -> list[str]:
        """The last output."""
        number = f'{self.printing}(" %.8f", {plan.program.output}[i][j]);'
        row = [*self.loop("j", str(plan.network.outputs), [number]), f'{self.printing}("\\n");']
        return [
            f'{self.printing}("Output after training:\\n");',
            *self.loop("i", "ROWS", row, braces=True),
        ]
