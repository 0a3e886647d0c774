"""The C printer: a standalone program in plain loops, each headed by the line that it runs.

It draws the same start weights and batches as NumPy does, and prints the same numbers.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from typing import Any

from numpy.typing import NDArray

from syn0.printers.base import Template, UnsupportedError
from syn0.printers.loops import LoopPrinter, has_reductions, loop
from syn0.printers.numpy import NumpyPrinter, indented
from syn0.printers.pretty import INDENT, Code, listed
from syn0.printers.pretty import fitted as broken
from syn0.printers.safe import c_note
from syn0.printers.script import CLOSING, Phase, Script, ScriptPrinter, digits
from syn0.program import Apply, Const, Expr, Line, Name, check, operations_in, substitute

WIDTH = 100
DECLARED = ("const ", "static ", "double ", "real ")
"""How a kernel's own names begin, for which it needs braces."""

FUNCTIONS = {
    "square": "static real square(real x) { return x * x; }",
    "maximum": "static real maximum(real a, real b) { return a > b || a != a ? a : b; }",
    "minimum": "static real minimum(real a, real b) { return a < b || a != a ? a : b; }",
    "sign": "static real sign(real x) { return x > 0 ? 1 : x < 0 ? -1 : x; }",
    "least": "static double least(double a, double b) { return b < a ? b : a; }",
}
"""Functions that C lacks, for the programs that call them."""

GENERATOR = """\
/* NumPy's legacy generator: the Mersenne Twister (Matsumoto & Nishimura, 1998). */
static uint32_t words[624];
static int used = 624;

static void start(uint32_t seed) {
    for (int i = 0; i < 624; i++) {
        words[i] = seed;
        seed = 1812433253u * (seed ^ seed >> 30) + i + 1;
    }
}

static uint32_t random_bits(void) {
    if (used == 624) {
        for (int i = 0; i < 624; i++) {
            uint32_t both = (words[i] & 0x80000000u) | (words[(i + 1) % 624] & 0x7fffffffu);
            words[i] = words[(i + 397) % 624] ^ both >> 1 ^ (both & 1 ? 0x9908b0dfu : 0);
        }
        used = 0;
    }
    uint32_t word = words[used++];
    word ^= word >> 11;
    word ^= word << 7 & 0x9d2c5680u;
    word ^= word << 15 & 0xefc60000u;
    return word ^ word >> 18;
}
"""

SAMPLE = """\
static double random_sample(void) {
    uint32_t high = random_bits() >> 5, low = random_bits() >> 6;
    return (high * 67108864.0 + low) / 9007199254740992.0;
}"""

NORMAL = """\
/* Two at a time (Marsaglia's polar method); the second one waits. */
static double standard_normal(void) {
    static double waiting;
    static int waits = 0;
    double x, y, square;
    if (waits) {
        waits = 0;
        return waiting;
    }
    do {
        x = 2 * random_sample() - 1;
        y = 2 * random_sample() - 1;
        square = x * x + y * y;
    } while (square >= 1 || square == 0);
    double scale = sqrt(-2 * log(square) / square);
    waiting = scale * x;
    waits = 1;
    return scale * y;
}"""

SHUFFLE = """\
static void shuffle(int *order, int count) {
    for (int i = count - 1; i > 0; i--) {
        uint32_t mask = i, other;
        for (int shift = 1; shift < 32; shift *= 2)
            mask |= mask >> shift;
        do
            other = random_bits() & mask;
        while (other > (uint32_t)i);
        int kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
}"""

KEYS = """\
/* Random numbers by their place, from a hash (C. Wellons, "lowbias32", 2018). */
static uint32_t scrambled(uint32_t bits) {
    bits = (bits ^ bits >> 16) * 0x7FEB352Du;
    bits = (bits ^ bits >> 15) * 0x846CA68Bu;
    return bits ^ bits >> 16;
}

static uint32_t key_of(uint32_t seed, uint32_t stream, uint32_t step) {
    return scrambled(scrambled(scrambled(seed) + stream) + step);
}

static double uniform_at(uint32_t key, uint32_t place) {
    return (scrambled(scrambled(place) + key) >> 8) / 16777216.0;
}"""

NORMAL_AT = """\
static double normal_at(uint32_t key, uint32_t other, uint32_t place) {
    double even = uniform_at(key, place), angle = uniform_at(other, place);
    return sqrt(-2 * log(1 - even)) * cos(2 * 3.141592653589793 * angle);
}"""


class CPrinter(ScriptPrinter):
    """Prints a program as C for `cc net.c -lm`."""

    language = "c"

    def text(self, script: Script) -> str:
        """The whole program.

        Raises:
            UnsupportedError: an operation that plain C has no word for, named.
        """
        if script.program.pulls:
            raise UnsupportedError("the c printer cannot write L-BFGS, whose search is SciPy's")
        return CScript(script).text()


class CScript(LoopPrinter):
    """One program, its data and its names."""

    templates = LoopPrinter.templates | {
        "zeros": Template("0"),
        "ones": Template("1"),
        "random": Template("random_sample()"),
        "normal": Template("standard_normal()"),
        "random_seed": Template("random_bits()"),
    }

    def __init__(self, script: Script) -> None:
        super().__init__(script.program, check(script.program))
        self.plan = script
        self.alias: dict[str, Expr] = {}
        self.called = {op for line in self.program.lines for op in operations_in(line.expression)}

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
        batch = f", BATCH = {self.plan.batch_size}" if self.plan.batch_size else ""
        return [
            f"/* {self.plan.title}",
            "   cc -O2 net.c -lm -o net && ./net */",
            "#include <stdint.h>",
            "#include <stdio.h>",
            "#include <time.h>" if self.program.seed is None else "",
            "#include <tgmath.h>",
            "",
            f"typedef {'float' if self.single else 'double'} real;",
            f"enum {{ ROWS = {self.plan.rows}{batch} }};",
        ]

    def data_lines(self) -> list[str]:
        """X, y and weights of rows, written out."""
        lines = comment(f"The data, one example a row: {self.plan.data.note}.")
        for name, values in self.plan.arrays.items():
            lines += array_lines(name, values)
        return lines

    def functions(self) -> list[str]:
        """The functions that the program calls."""
        helpers = self.helpers(self.program.lines)
        words = " ".join(self.kernels(self.program.lines)) + " ".join(
            self.helper_code(name) for name in helpers if not has_reductions(name)
        )
        parts = [code for name, code in FUNCTIONS.items() if re.search(rf"\b{name}\(", words)]
        parts += [
            self.helper_code(name).replace("static inline", "static")
            for name in helpers
            if not has_reductions(name)
        ]
        parts += [GENERATOR.rstrip()] if self.draws() else []
        parts += [SAMPLE] if {"random", "normal"} & self.called else []
        parts += [NORMAL] if "normal" in self.called else []
        parts += [SHUFFLE] if self.plan.shuffles else []
        parts += [KEYS] if {"uniform_like", "normal_like"} & self.called else []
        parts += [NORMAL_AT] if "normal_like" in self.called else []
        return [line for part in parts for line in (part, "")]

    def arrays(self) -> list[str]:
        """The names of the program: arrays and plain numbers."""
        skipped = {*self.program.inputs, *self.alias}
        lines = dict.fromkeys(x.target for x in self.program.lines if x.target not in skipped)
        arrays = [f"{n}{self.dimensions(self.shapes[n])}" for n in lines if self.shapes[n] != ()]
        numbers = [name for name in lines if self.shapes[name] == ()]
        texts = [Code("static real ", listed(arrays), ";")]
        texts += [Code("static double ", listed(numbers), ";")] if numbers else []
        return [broken(text, WIDTH, hang=INDENT) for text in texts]

    def kernels(self, lines: Iterable[Line]) -> list[str]:
        """The kernels of lines, each headed by its line and its note."""
        return [text for line in lines for text in self.headed(line)]

    def headed(self, line: Line) -> list[str]:
        """A kernel under its line; a copy of a whole array is read in its place instead."""
        expr = substitute(line.expression, self.alias)
        head = comment(f"{NumpyPrinter().statement(line)}: {line.note}")
        if isinstance(expr, Name) and self.shapes[line.target] != () and line.phase != "update":
            self.alias[line.target] = expr
            return [*head, f"/* ({expr.name} itself is read) */"]
        if isinstance(expr, Const) and isinstance(expr.value, tuple):
            values = enumerate(map(self.number, map(float, expr.value)))
            return [*head, *(f"{line.target}[{j}] = {value};" for j, value in values)]
        body = self.kernel(Line(line.target, expr, line.phase, line.layer, line.note))
        has_names = any(text.startswith(DECLARED) for text in body)
        return [*head, *(["{", *indented(body), "}"] if has_names else body)]

    def kernel(self, line: Line) -> list[str]:
        """As any kernel; a row of numbers that is cast is set one by one."""
        match line.expression:
            case Apply("float32", (Const(tuple() as values),)):
                return [f"{line.target}[{j}] = {self.number(v)};" for j, v in enumerate(values)]
        return super().kernel(line)

    def draws(self) -> bool:
        """Whether anything is drawn from the generator."""
        return bool({"random", "normal", "random_seed"} & self.called) or self.plan.shuffles

    def begin(self) -> list[str]:
        """The generator's seed."""
        if not self.draws():
            return []
        seed = "(uint32_t)time(NULL)" if self.program.seed is None else f"{self.program.seed}u"
        return [f"start({seed});"]

    def loop_head(self) -> list[str]:
        """The loop over the steps, up to the rows of each."""
        plan, batches = self.plan, self.plan.batches
        before = [f"const double steps = {plan.steps};"] if "steps" in self.program.numbers else []
        loop_line = f"for (int step = 0; step < {plan.steps}; step++) {{"
        if plan.batch_size is None:
            return [*before, loop_line, "    const int rows = ROWS;"]
        begin = loop("i", "ROWS", ["order[i] = i;"])
        if plan.shuffles:
            anew = [] if plan.training.reshuffle else ["        " + line for line in begin]
            head = [
                f"    if (step % {batches} == 0) {{",
                *anew,
                "        shuffle(order, ROWS);",
                "    }",
            ]
        else:
            head = []
        before += begin if plan.training.reshuffle or not plan.shuffles else []
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
        body: list[str] = []
        for phase in self.plan.phases:
            body += ["", *comment(phase.heading), *self.kernels(phase.lines)]
            body += self.report_lines(phase)
        return body

    def report_lines(self, phase: Phase) -> list[str]:
        """What a phase only reports, and the figures where all are known."""
        body = self.kernels(phase.measured)
        if phase.reports:
            names = self.program.reports
            forms = [f"{name} %.{digits(name)}g" for name in names]
            figures = [f"(double){name}" for name in names]
            if self.plan.batch_size is not None:
                forms, figures = [*forms, "of %d rows"], [*figures, "rows"]
            body += [
                f'printf("step %d: {", ".join(forms)}\\n",',
                f"       step, {', '.join(figures)});",
            ]
        return [f"if (step % {self.plan.interval} == 0) {{", *indented(body), "}"] if body else []

    def closing_lines(self) -> list[str]:
        """A prediction of all rows, and how good it is, where the last step leaves none."""
        if self.plan.closing is None:
            return []
        lines = self.plan.closing.phase("forward", "loss")
        return [
            "",
            f"/* {CLOSING} */",
            "{",
            "    const int rows = ROWS;",
            *indented(CScript(self.plan.running(self.plan.closing)).kernels(lines)),
            "}",
            'printf("all rows: loss %.12g, error %.12g\\n", (double)loss, (double)error);',
        ]

    def end(self) -> list[str]:
        """The last output."""
        out, columns = self.program.output, self.plan.network.outputs
        print_row = [
            *loop("j", str(columns), [f'printf(" %.8f", (double){out}[i][j]);']),
            'printf("\\n");',
        ]
        return ['printf("Output after training:\\n");', *loop("i", "ROWS", print_row)]


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


def array_lines(name: str, values: NDArray[Any]) -> list[str]:
    """An array's declaration with its numbers."""
    rows, columns = values.shape
    if (values == values.round()).all() and (abs(values) < 2**31).all():
        values = values.astype(int)
    texts = listed(Code("{", listed(map(str, row)), "}") for row in values)
    array = Code(f"static const real {name}[{rows}][{columns}] = {{ ", texts, " };")
    return [broken(array, WIDTH, hang=INDENT)]
