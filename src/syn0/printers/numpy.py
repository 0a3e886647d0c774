"""The NumPy printer: a standalone, commented Python program."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import groupby, pairwise

from syn0.printers import runtime
from syn0.printers.base import (
    Template,
    infix,
)
from syn0.printers.data import array_text
from syn0.printers.notes import counted_by_loop
from syn0.printers.pretty import Assigned, Code, Made, commented, fitted, listed
from syn0.printers.safe import python_text
from syn0.printers.script import CLOSING, Phase, Script, ScriptPrinter, digits
from syn0.program import (
    Apply,
    Const,
    Expr,
    Line,
    Name,
    Program,
    check,
    formula,
    helper,
)
from syn0.program.expressions import apply, repeated_part, replace_part, zeros
from syn0.spec import Solver
from syn0.spec.optimizers import MOST_EVALUATIONS
from syn0.spec.words import visible

COMMENT_COLUMN, STEP_COLUMN = 46, 39
"""Where notes begin, before the loop and in it."""

WIDTH = 100
STEP_INDENT, REPORT_INDENT = 4, 8

PYTHON_TEMPLATES = {
    "choose": Template("{1} if {0} else {2}", 1, (2, 2, 1)),
    # Python chains comparisons: (a > b) > c needs its brackets.
    "greater": Template("{0} > {1}", 10, (11, 11)),
    "greater_equal": Template("{0} >= {1}", 10, (11, 11)),
    "less": Template("{0} < {1}", 10, (11, 11)),
    "equal": Template("{0} == {1}", 10, (11, 11)),
    "add": infix("+", 11),
    "subtract": infix("-", 11),
    # Python gives @ the strength of *; a lower one brackets it there, which reads better.
    "matmul": Template("{0} @ {1}", 12, (14, 14)),
    "multiply": infix("*", 13),
    "divide": infix("/", 13),
    "floor_divide": infix("//", 13),
    "modulo": infix("%", 13),
    "negative": Template("-{0}", 14, (14,)),
    "power": Template("{0} ** {1}", 15, (16, 14)),
    "transpose": Template("{0}.T", ATTRIBUTE := 20, (ATTRIBUTE,)),
    "take": Template("{0}[{1}]", ATTRIBUTE, (ATTRIBUTE, 0)),
    "row_count": Template("len({0})"),
    "float": Template("float({0})"),
    "least": Template("min({0}, {1})"),
}

NUMPY_TEMPLATES = PYTHON_TEMPLATES | {
    "exp": Template("np.exp({0})"),
    "expm1": Template("np.expm1({0})"),
    "log": Template("np.log({0})"),
    "log1p": Template("np.log1p({0})"),
    "sqrt": Template("np.sqrt({0})"),
    "tanh": Template("np.tanh({0})"),
    "sign": Template("np.sign({0})"),
    "absolute": Template("np.abs({0})"),
    "maximum": Template("np.maximum({0}, {1})"),
    "minimum": Template("np.minimum({0}, {1})"),
    "clip": Template("np.clip({0}, {1}, {2})"),
    "where": Template("np.where({0}, {1}, {2})"),
    "cos": Template("float(np.cos({0}))"),
    "sum": Template("np.sum({0})"),
    "mean": Template("np.mean({0})"),
    "sum_rows": Template("np.sum({0}, axis=0)"),
    "mean_rows": Template("np.mean({0}, axis=0)"),
    "mean_columns": Template("np.mean({0}, axis=1, keepdims=True)"),
    "sum_columns": Template("np.sum({0}, axis=1, keepdims=True)"),
    "max_columns": Template("np.max({0}, axis=1, keepdims=True)"),
    "zeros": Template("np.zeros({fixed})"),
    "ones": Template("np.ones({fixed})"),
    "random": Template("random.random_sample({fixed})"),
    "normal": Template("random.standard_normal({fixed})"),
    "orthogonal": Template("orthogonal({fixed})"),
    "random_seed": Template("int(random.randint(2**32, dtype=np.uint32))"),
    "uniform_like": Template("uniform_like({0}, {1}, {2}, {3})"),
    "normal_like": Template("normal_like({0}, {1}, {2}, {3})"),
    "float32": Template("{0}.astype(np.float32)", ATTRIBUTE, (ATTRIBUTE,)),
    "float64": Template("{0}.astype(float)", ATTRIBUTE, (ATTRIBUTE,)),
    "is_missing": Template("np.isnan({0})"),
    "smoothly_clipped": Template("{0} / np.hypot(1, {0} / {1})", 13, (13, 14)),
    "one_of": Template("({0} == {1}).astype(float)", needs=(11, 11)),
    "joined": Template("np.hstack([{parts}])"),
    "largest": Template("np.argmax({0}, axis=1, keepdims=True)"),
    "label": Template("{1}[{0}.astype(int)]", ATTRIBUTE, (ATTRIBUTE, ATTRIBUTE)),
}


class NumpyPrinter(ScriptPrinter):
    """Prints a program line by line, each with its note, in the tutorial's names."""

    language, ending, searches = "numpy", ".py", True
    templates = NUMPY_TEMPLATES
    functions = "random.py"

    def imports(self, program: Program) -> list[str]:
        """What stands before all else."""
        return import_lines(program)

    def shape(self, fixed: tuple[int, ...]) -> str:
        """`np.zeros(4)` for a vector, `np.zeros((3, 4))` for a matrix."""
        return str(fixed[0]) if len(fixed) == 1 else str(fixed)

    def text(self, script: Script) -> str:
        """The whole program, ready for `python net.py`, in an environment holding only NumPy."""
        script = script.running(counted_by_loop(script.program))
        program = script.program
        sections = [
            f'"""{script.title}"""',
            "\n".join(self.imports(program)),
            *self.helper_functions(program.lines),
            "\n".join(self.data_lines(script)),
            "\n".join(self.start_lines(program)),
        ]
        sections += self.training_sections(script)
        if script.closing:
            sections.append("\n".join(self.closing_lines(script.closing)))
        sections.append(f'print("Output after training:")\nprint({program.output})')
        return join_sections(sections)

    def closing_lines(self, prediction: Program) -> list[str]:
        """A prediction of all rows, and how good it is."""
        return [
            f"# {CLOSING}",
            *self.statements(prediction.phase("forward", "loss"), 0),
            'print(f"all rows: loss {loss:.12g}, error {error:.12g}")',
        ]

    def statements(self, lines: Iterable[Line], indent: int = STEP_INDENT) -> list[str]:
        """The lines as text, each with its note, to stand `indent` columns further in."""
        width = WIDTH - indent
        column = STEP_COLUMN if indent else COMMENT_COLUMN
        return [self.noted(fitted(self.statement(x), width), x.note, width, column) for x in lines]

    def noted(
        self, code: str, note: str, width: int = WIDTH - STEP_INDENT, column: int = COMMENT_COLUMN
    ) -> str:
        """`code  # note`, the note at one column for all lines, or above where it is long."""
        note = visible(note)
        line = f"{code:<{column - 2}}  # {note}"
        if len(line) <= width and "\n" not in code:
            return line
        return "\n".join([*self.remark(note, width), code])

    def remark(self, text: str, width: int = WIDTH) -> list[str]:
        """A text as comment lines."""
        return commented(visible(text), width, "# ")

    def expression(self, expr: Expr, need: int = 0) -> str:
        """As every printer's; zeros and ones of float32 are made so, not turned into it, and the
        places of columns are listed."""
        match expr:
            case Apply("float32", (Apply("zeros" | "ones" as made, (), fixed),)):
                return f"np.{made}({self.shape(fixed)}, dtype=np.float32)"
            case Apply("columns", (matrix, Const(tuple(places)))):
                rows = self.expression(matrix, ATTRIBUTE)
                return Code(rows, listed(map(str, places), "[:, [", "]]"))
        return super().expression(expr, need)

    def number(self, value: float) -> str:
        """As every printer's; the ratio of a circle by its name."""
        names = {math.pi: "np.pi", math.inf: "np.inf"}
        return names.get(value) or super().number(value)

    def row(self, values: tuple[float, ...] | tuple[str, ...]) -> str:
        """A row of numbers or texts, as an array."""
        texts = (python_text(v) if isinstance(v, str) else self.number(v) for v in values)
        return listed(texts, "np.array([", "])")

    def helper_functions(self, lines: Iterable[Line]) -> list[str]:
        """A function for each activation or slope that the lines call, printed from its formula,
        and those that their random numbers need."""
        called = [operation for line in lines for operation in line.operations]
        functions = map(self.helper_function, self.helpers(called))
        return [*functions, *runtime.called(self.functions, {*called})]

    def helper_function(self, name: str) -> str:
        """One activation, or a slope, as a function of `z`; a part that occurs twice is computed
        once."""
        function, result = helper(name), formula(name)
        assert function is not None  # noqa: S101  (see `helpers`)
        words = f"{function.words[0].upper()}{function.words[1:]}"
        if function.slope is not None:
            words += f"; slope (derivative): {self.expression(function.slope)}"
        body = textwrap.wrap(f'"""{words}."""', WIDTH - STEP_INDENT)
        if (part := repeated_part(result)) is not None:
            body.append(f"part = {self.expression(part)}")
            result = replace_part(result, part, Name("part"))
        returned = Assigned("return ", self.expression(result), "")
        body.append(fitted(returned, WIDTH - STEP_INDENT))
        return f"def {name}(z):\n" + "\n".join(indented(body))

    def data_lines(self, script: Script) -> list[str]:
        """X and y, written out, or the code that makes them."""
        heading = visible(f"The data, one example a row: {script.data.note}.")
        arrays = (array_text(n, v, script.program.dtype) for n, v in script.arrays.items())
        whole = len(heading) + 2  # names of files are found where they are not broken
        return [*self.remark(heading, whole), *(script.data.code or arrays)]

    def start_lines(self, program: Program) -> list[str]:
        """The generator and the lines of "init"."""
        seed = "" if program.seed is None else str(program.seed)
        note = "seeded, so that every run starts alike" if seed else "a new start in every run"
        return [
            self.noted(f"random = np.random.RandomState({seed})", note),
            *self.statements(together(program.phase("init")), 0),
        ]

    def training_sections(self, script: Script) -> list[str]:
        """The loop over the steps, or a solver's search in its place."""
        if (solver := script.training.solver) is not None:
            return self.solver_sections(script, solver)
        return ["\n".join(self.loop_lines(script))]

    def loop_lines(self, script: Script) -> list[str]:
        """The loop over the steps."""
        before, count = self.order_lines(script), step_count(script)
        if "steps" in script.program.numbers:
            note = "number of the last step, to which alpha is tuned"
            before, count = [*before, self.noted(f"steps = {count}", note)], "steps"
        body = [*self.batch_lines(script), *self.step_lines(script)]
        return [*before, f"for step in range({count}):", *indented(body)]

    def order_lines(self, script: Script) -> list[str]:
        """What stands before the loop about the rows of each step."""
        size = script.batch_size
        if size is None:
            return []
        count = "len(X)" if size == 1 else f"-(-len(X) // {size})"
        lines = [self.noted(f"batches = {count}", "in an epoch; the last may be smaller")]
        if not script.shuffles or script.training.reshuffle:
            note = "the rows as they stand" + (", at first" if script.shuffles else "")
            lines.append(self.noted("order = np.arange(len(X))", note))
        return lines

    def batch_lines(self, script: Script) -> list[str]:
        """What chooses the rows of a step."""
        size, noted = script.batch_size, partial(self.noted, column=STEP_COLUMN)
        if size is None:
            return []
        new_order = noted("order = random.permutation(len(X))", "a new order each epoch")
        if script.training.reshuffle:
            new_order = noted("random.shuffle(order)", "shuffled on in each epoch")
        shuffled = ["if step % batches == 0:", *indented([new_order])]
        start = "step % batches" + ("" if size == 1 else f" * {size}")
        return [
            *(shuffled if script.shuffles else []),
            noted(f"place = {start}", "where this batch begins"),
            noted(f"batch = order[place : place + {size}]", "the rows of this step"),
            "",
        ]

    def step_lines(self, script: Script, *, reporting: bool = True) -> list[str]:
        """The lines of a step under their headings; each phase ends with its reports."""
        body: list[str] = []
        for phase in script.phases:
            body += [""] if body else []
            body += self.remark(phase.heading, WIDTH - STEP_INDENT)
            body += self.statements(phase.lines)
            body += self.report_lines(phase, script) if reporting else []
        return body

    def report_lines(self, phase: Phase, script: Script) -> list[str]:
        """What a phase only reports, once an interval, and the figures where all are known."""
        lines = self.statements(phase.measured, REPORT_INDENT)
        lines += [report_line(script)] if phase.reports else []
        interval = "batches" if script.by_epoch else str(script.interval)
        if not lines or interval == "1":
            return lines
        return [f"if step % {interval} == 0:", *indented(lines)]

    def solver_sections(self, script: Script, solver: Solver) -> list[str]:
        """A function of all weights in a row, and SciPy's search for its lowest value."""
        program, weights = script.program, list(script.program.pulls)
        unpack = unpacking(program, "theta")
        gradient = fitted(
            Assigned("gradient = ", Made("-{0}", end_to_end(program.pulls.values())), ""),
            WIDTH - STEP_INDENT,
        )
        body = [*unpack, "", *self.step_lines(script, reporting=False), "", gradient]
        options = (
            f'"{word}": {"10**9" if value == MOST_EVALUATIONS else self.number(value)}'
            for word, value in solver.options(script.steps).items()
        )
        function = [
            "def step(theta):",
            '    """The loss, and how it rises with each weight."""',
            *indented([*body, "return float(loss), gradient"]),
        ]
        search = [
            fitted(Assigned("theta = ", end_to_end(weights), ""), WIDTH),
            *self.solver_report("0", "step(theta)[0]"),
            *self.remark("SciPy chooses each step by the gradients of the last ones."),
            f"options = {{{', '.join(options)}}}",
            'found = minimize(step, theta, jac=True, method="L-BFGS-B", options=options)',
            *self.solver_report("{found.nit}", "found.fun"),
            *unpacking(program, "found.x"),
        ]
        return ["\n".join(function), "\n".join(search)]

    def solver_report(self, step: str, loss: str) -> list[str]:
        """The line that prints the loss before or after the search."""
        return [f'print(f"step {step}: loss {{{loss}:.12g}}")']


def import_lines(program: Program) -> list[str]:
    """NumPy alone, and SciPy's search where a program leaves its steps to that."""
    return [
        "import numpy as np",
        *(["from scipy.optimize import minimize"] if program.pulls else []),
    ]


def report_line(script: Script) -> str:
    """The line that prints loss, error and what else there is to report, and of how many rows
    where a step takes a batch."""
    names = script.program.reports
    figures = [f"{name} {{{name}:.{digits(name)}g}}" for name in names]
    *first, last = [*figures, *([] if script.batch_size is None else ["of {len(batch)} rows"])]
    start = f"step {{step}}: {', '.join(first)}, "
    line = f'print(f"{start}{last}")'
    if len(line) <= WIDTH - REPORT_INDENT:
        return line
    return "\n".join(["print(", *indented([f'f"{start}"', f'f"{last}"']), ")"])


def end_to_end(names: Iterable[str]) -> Code:
    """Arrays as one row of numbers."""
    return listed((f"{name}.ravel()" for name in names), "np.concatenate([", "])")


def unpacking(program: Program, theta: str) -> list[str]:
    """The weights, taken in turn from a row of numbers."""
    shapes, start, lines = check(program), 0, []
    cast = ".astype(np.float32)" if program.dtype == "float32" else ""
    for name in program.pulls:
        shape = tuple(int(dim) for dim in shapes[name])
        end = start + math.prod(shape)
        form = f".reshape{shape}" if len(shape) > 1 else ""
        lines.append(f"{name} = {theta}[{start}:{end}]{form}{cast}")
        start = end
    return lines


def step_count(script: Script) -> str:
    """The number of steps, as an expression."""
    epochs = script.training.epochs
    if epochs is None or script.batch_size is None:
        return str(script.steps)
    return "batches" if epochs == 1 else f"{epochs} * batches"


def together(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines; zeros of one shape that are remembered of one parameter are made at once."""
    for (_, expr, note), group in groupby(lines, lambda x: (stem(x), x.expression, x.note)):
        first, *others = group
        if not others:
            yield first
            continue
        names = ", ".join(line.target for line in (first, *others))
        match expr:
            case Apply("zeros", (), shape):
                made = zeros(1 + len(others), *shape)
            case Apply("float32", (Apply("zeros", (), shape),)):
                made = apply("float32", zeros(1 + len(others), *shape))
        yield replace(first, target=names, expression=made, note=note)


def stem(line: Line) -> str:
    """The name of the parameter of which a line's target is remembered."""
    return line.target.rpartition("_")[0] or line.target


def indented(lines: Iterable[str]) -> list[str]:
    """Each line (which may hold several) four spaces further in; empty ones stay empty."""
    split = (line for text in lines for line in text.split("\n"))
    return [f"    {line}" if line else "" for line in split]


TWO_LINES = ("def ", "class ", "@")
"""What begins functions and classes, around which two empty lines stand."""


def join_sections(sections: list[str]) -> str:
    """Sections with empty lines between them, two around functions."""
    text = sections[0]
    for above, below in pairwise(sections):
        function = above.startswith(TWO_LINES) or below.startswith(TWO_LINES)
        text += ("\n\n\n" if function else "\n\n") + below
    return text + "\n"
