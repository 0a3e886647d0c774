"""The C printer: a standalone program in plain loops, each headed by the line that it runs.

It draws the same start weights and batches as NumPy does, and prints the same numbers.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable
from typing import Any

from numpy.typing import NDArray

from syn0.lower import Array, Kernel, function_of_entry, kernels, values_in
from syn0.printers import runtime
from syn0.printers.base import NEGATIVE, Template, UnsupportedError, closing_program, infix
from syn0.printers.data import Data
from syn0.printers.loops import LoopPrinter, block
from syn0.printers.notes import heading, with_shapes
from syn0.printers.numpy import CLOSING, EXACT, NumpyPrinter, indented, title
from syn0.printers.safe import c_note
from syn0.program import OPERATIONS, Apply, Const, Expr, Line, Program, check, operations_in
from syn0.program.operations import Shape
from syn0.spec import NetworkSpec, Training
from syn0.spec.training import round_interval

WIDTH = 100

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
    "zeros": Template("0"),
    "ones": Template("1"),
    "random": Template("random_sample()"),
    "normal": Template("standard_normal()"),
    "random_seed": Template("random_bits()"),
    "key_of": Template("key_of({0}, {1}, {2})"),
    "uniform_at": Template("uniform_at({0}, {1})"),
    "normal_at": Template("normal_at({0}, {1}, {2})"),
}  # fmt: skip


class CPrinter(LoopPrinter):
    """Prints a program as C for `cc net.c -lm`."""

    language = "c"
    templates = C_TEMPLATES
    head = "for (int {index} = 0; {index} < {length}; {index}++)"
    kinds = {  # noqa: RUF012  (a table, as in every printer)
        "number": "const double",
        "key": "const uint32_t",
        "total": "double",
        "entry": "real",
    }

    def script(self, program: Program, network: NetworkSpec, training: Training, data: Data) -> str:
        """The whole program.

        Raises:
            UnsupportedError: an operation that plain C has no word for, named.
        """
        if program.pulls:
            raise UnsupportedError("the c printer cannot write L-BFGS, whose search is SciPy's")
        program = with_shapes(program, len(data.X), training.batch_size)
        return CScript(self, program, network, training, data).text()

    def number(self, value: float) -> str:
        """Whole numbers go with every number type."""
        if math.isinf(value):
            return "INFINITY" if value > 0 else "-INFINITY"
        if value == int(value):
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
        return "".join(f"[{'ROWS' if isinstance(dim, str) else dim}]" for dim in shape)

    def function(self, name: str, program: Program) -> str:
        """An activation, or the slope of one, as a function of one number."""
        code = self.expression(function_of_entry(name, program))
        return f"static real {name}(real z) {{ return {code}; }}"


class CScript:
    """One program, its data and its names."""

    def __init__(
        self,
        printer: CPrinter,
        program: Program,
        network: NetworkSpec,
        training: Training,
        data: Data,
    ) -> None:
        self.printer, self.program, self.shapes = printer, program, check(program)
        self.network, self.training, self.data = network, training, data
        self.single = program.dtype == "float32"
        self.alias: dict[str, Expr] = {}
        lowered = kernels(program.lines, program, self.shapes, self.alias)
        self.lowered = {kernel.line: kernel for kernel in lowered}
        self.batched = training.batch_size is not None
        self.shuffles = self.batched and training.shuffle
        values = [value for x in lowered for value in values_in(x.statements)]
        self.helpers = printer.helpers(values)
        values += [function_of_entry(name, program) for name in self.helpers]
        self.called = {operation for value in values for operation in operations_in(value)}

    def text(self) -> str:
        """The whole file."""
        start = self.kernels(self.program.phase("init"))
        steps, closing = self.step_lines(), self.closing_lines()
        return "\n".join(
            line
            for long in [
                *self.head(),
                "",
                *self.data_lines(),
                "",
                *self.functions(),
                *self.arrays(),
                "",
                "int main(void) {",
                *indented([*self.begin(), *start, "", *self.loop_head(), *indented(steps), "}"]),
                *indented([*closing, *self.end()]),
                "    return 0;",
                "}",
                "",
            ]
            for text in long.split("\n")
            for line in fitted(text)
        )

    def head(self) -> list[str]:
        """What it is, and what it stands on."""
        batch = f", BATCH = {self.training.batch_size}" if self.batched else ""
        return [
            f"/* {title(self.network, self.training)}",
            "   cc -O2 net.c -lm -o net && ./net */",
            "#include <stdint.h>",
            "#include <stdio.h>",
            "#include <time.h>" if self.program.seed is None else "",
            "#include <tgmath.h>",
            "",
            f"typedef {'float' if self.single else 'double'} real;",
            f"enum {{ ROWS = {len(self.data.X)}{batch} }};",
        ]

    def data_lines(self) -> list[str]:
        """X, y and weights of rows, written out."""
        arrays = {"X": self.data.X, "y": self.data.y}
        if "sample_weight" in self.program.inputs and self.data.sample_weight is not None:
            arrays["sample_weight"] = self.data.sample_weight
        lines = comment(f"The data, one example a row: {self.data.note}.")
        for name, values in arrays.items():
            lines += array_lines(name, values.astype(self.program.dtype))
        return lines

    def functions(self) -> list[str]:
        """The functions that the program calls."""
        drawn = [("generator", self.draws()), ("shuffle", self.shuffles)]
        random = {*self.called, *(name for name, needed in drawn if needed)}
        parts = [
            *runtime.called("functions.c", self.called),
            *(self.printer.function(name, self.program) for name in self.helpers),
            *runtime.called("random.c", random),
        ]
        return [line for part in parts for line in (part, "")]

    def arrays(self) -> list[str]:
        """The names of the program: arrays and plain numbers."""
        skipped = {*self.program.inputs, *self.alias}
        lines = dict.fromkeys(x.target for x in self.program.lines if x.target not in skipped)
        arrays = [
            f"{n}{self.printer.dimensions(self.shapes[n])}" for n in lines if self.shapes[n] != ()
        ]
        numbers = [name for name in lines if self.shapes[name] == ()]
        texts = [f"static real {', '.join(arrays)};"]
        texts += [f"static double {', '.join(numbers)};"] if numbers else []
        return [line for text in texts for line in wrapped(text)]

    def kernels(self, lines: Iterable[Line]) -> list[str]:
        """The kernels of lines, each headed by its line and its note."""
        return [text for line in lines for text in self.headed(self.lowered[line])]

    def headed(self, kernel: Kernel) -> list[str]:
        """A kernel under its line; a copy of a whole array is read in its place instead."""
        head = comment(f"{NumpyPrinter().statement(kernel.line)}: {kernel.line.note}")
        if kernel.copied:
            return [*head, f"/* ({kernel.copied} itself is read) */"]
        body = self.printer.code(kernel.statements)
        return [*head, *(["{", *indented(body), "}"] if kernel.has_names else body)]

    def draws(self) -> bool:
        """Whether anything is drawn from the generator."""
        drawn = any(name in OPERATIONS and OPERATIONS[name].drawn for name in self.called)
        return drawn or self.shuffles

    def begin(self) -> list[str]:
        """The generator's seed."""
        if not self.draws():
            return []
        seed = "(uint32_t)time(NULL)" if self.program.seed is None else f"{self.program.seed}u"
        return [f"start({seed});"]

    def loop_head(self) -> list[str]:
        """The loop over the steps, up to the rows of each."""
        training, rows = self.training, len(self.data.X)
        steps = training.total_steps(rows)
        before = [f"const double steps = {steps};"] if "steps" in self.program.numbers else []
        loop_line = f"for (int step = 0; step < {steps}; step++) {{"
        if not self.batched:
            return [*before, loop_line, "    const int rows = ROWS;"]
        batches = training.batches(rows)
        all_rows = self.printer.head.format(index="i", length="ROWS")
        begin = block(all_rows, ["order[i] = i;"], braces=False)
        if training.shuffle:
            anew = [] if training.reshuffle else ["        " + line for line in begin]
            head = [
                f"    if (step % {batches} == 0) {{",
                *anew,
                "        shuffle(order, ROWS);",
                "    }",
            ]
        else:
            head = []
        before += begin if training.reshuffle or not training.shuffle else []
        return [
            "static int order[ROWS];",
            *before,
            loop_line,
            *head,
            f"    const int *batch = order + step % {batches} * BATCH;",
            f"    const int left = ROWS - step % {batches} * BATCH;",
            "    const int rows = left < BATCH ? left : BATCH;",
        ]

    def step_lines(self) -> list[str]:
        """The kernels of a step under their headings; the reports once an interval."""
        idle = set(self.program.measured)
        late = any(line.phase == "backward" for line in idle)
        body: list[str] = []
        for phase in ("forward", "loss", "backward", "update"):
            lines = [line for line in self.program.phase(phase) if line not in idle]
            body += ["", *comment(heading(self.program, phase)), *self.kernels(lines)]
            if phase == ("backward" if late else "loss"):
                body += self.report_lines()
        return body

    def report_lines(self) -> list[str]:
        """What only reports, and the line that prints it."""
        names = self.program.reports
        forms = [f"{name} {'%.12g' if name in EXACT else '%.4g'}" for name in names]
        figures = [f"(double){name}" for name in names]
        if self.batched:
            forms, figures = [*forms, "of %d rows"], [*figures, "rows"]
        every = self.training.report_every
        if self.training.counts_epochs and self.batched:
            every = self.training.batches(len(self.data.X))
        every = every or round_interval(self.training.total_steps(len(self.data.X)))
        return [
            f"if (step % {every} == 0) {{",
            *indented(self.kernels(self.program.measured)),
            f'    printf("step %d: {", ".join(forms)}\\n",',
            f"           step, {', '.join(figures)});",
            "}",
        ]

    def closing_lines(self) -> list[str]:
        """A prediction of all rows, and how good it is, where the last step leaves none."""
        prediction = closing_program(self.program, self.network, self.training)
        if prediction is None:
            return []
        lines = prediction.phase("forward", "loss")
        closing = CScript(self.printer, prediction, self.network, self.training, self.data)
        return [
            "",
            f"/* {CLOSING} */",
            "{",
            "    const int rows = ROWS;",
            *indented(closing.kernels(lines)),
            "}",
            'printf("all rows: loss %.12g, error %.12g\\n", (double)loss, (double)error);',
        ]

    def end(self) -> list[str]:
        """The last output."""
        out, head = self.program.output, self.printer.head
        columns = head.format(index="j", length=self.network.outputs)
        print_row = [
            *block(columns, [f'printf(" %.8f", (double){out}[i][j]);'], braces=False),
            'printf("\\n");',
        ]
        rows = block(head.format(index="i", length="ROWS"), print_row)
        return ['printf("Output after training:\\n");', *rows]


def comment(text: str) -> list[str]:
    """A comment of one line, or of several."""
    return textwrap.wrap(f"/* {c_note(text)} */", WIDTH - 8, subsequent_indent="   ")


def fitted(line: str) -> list[str]:
    """A line as it is, or broken at its spaces where it is too long; texts stay whole."""
    if len(line) <= WIDTH or '"' in line:
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.wrap(
        line,
        WIDTH,
        subsequent_indent=f"{indent}    ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def wrapped(text: str) -> list[str]:
    """A declaration in lines of a readable width."""
    return textwrap.wrap(text, WIDTH, subsequent_indent="    ", break_long_words=False)


def array_lines(name: str, values: NDArray[Any]) -> list[str]:
    """An array's declaration with its numbers."""
    rows, columns = values.shape
    if (values == values.round()).all() and (abs(values) < 2**31).all():
        values = values.astype(int)
    texts = ["{" + ", ".join(map(str, row)) + "}" for row in values]
    return wrapped(f"static const real {name}[{rows}][{columns}] = {{ {', '.join(texts)} }};")
