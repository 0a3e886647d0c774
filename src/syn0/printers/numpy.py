"""The NumPy printer: a standalone, commented Python program."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate, pairwise

from syn0.printers.base import Printer, Template, infix, repeated_part, replace_part
from syn0.printers.data import Data, array_text
from syn0.program import ACTIVATIONS, Apply, Expr, Line, Name, Program
from syn0.spec import NetworkSpec, Training
from syn0.spec.training import round_interval

COMMENT_COLUMN = 46
WIDTH = 100
STEP_INDENT, REPORT_INDENT = 4, 8

PYTHON_TEMPLATES = {
    # Python chains comparisons: (a > b) > c needs its brackets.
    "greater": Template("{0} > {1}", 10, (11, 11)),
    "add": infix("+", 11),
    "subtract": infix("-", 11),
    # Python gives @ the strength of *; a lower one brackets it there, which reads better.
    "matmul": Template("{0} @ {1}", 12, (14, 14)),
    "multiply": infix("*", 13),
    "divide": infix("/", 13),
    "negative": Template("-{0}", 14, (14,)),
    "power": Template("{0} ** {1}", 15, (16, 14)),
    "transpose": Template("{0}.T", ATTRIBUTE := 20, (ATTRIBUTE,)),
    "take": Template("{0}[{1}]", ATTRIBUTE, (ATTRIBUTE, 0)),
    "row_count": Template("len({0})"),
}

NUMPY_TEMPLATES = PYTHON_TEMPLATES | {
    "exp": Template("np.exp({0})"),
    "log": Template("np.log({0})"),
    "sqrt": Template("np.sqrt({0})"),
    "tanh": Template("np.tanh({0})"),
    "absolute": Template("np.abs({0})"),
    "maximum": Template("np.maximum({0}, {1})"),
    "sum": Template("np.sum({0})"),
    "mean": Template("np.mean({0})"),
    "sum_rows": Template("np.sum({0}, axis=0)"),
    "sum_columns": Template("np.sum({0}, axis=1, keepdims=True)"),
    "max_columns": Template("np.max({0}, axis=1, keepdims=True)"),
    "zeros": Template("np.zeros({fixed})"),
    "random": Template("random.random_sample({fixed})"),
    "float32": Template("{0}.astype(np.float32)", ATTRIBUTE, (ATTRIBUTE,)),
}

HEADINGS = {
    "forward": "Forward: from the inputs to the prediction.",
    "loss": "How much did it miss?",
    "backward": "Backward: how much did each value contribute to the miss?",
    "update": "Update: move every weight to make the miss smaller.",
}


class NumpyPrinter(Printer):
    """Prints a program line by line, each with its note, in the tutorial's names."""

    language = "numpy"
    templates = NUMPY_TEMPLATES

    def shape(self, fixed: tuple[int, ...]) -> str:
        """`np.zeros(4)` for a vector, `np.zeros((3, 4))` for a matrix."""
        return str(fixed[0]) if len(fixed) == 1 else str(fixed)

    def script(self, program: Program, network: NetworkSpec, training: Training, data: Data) -> str:
        """The whole program, ready for `python net.py`, in an environment holding only NumPy."""
        sections = [
            f'"""{title(network, training)}"""',
            "import numpy as np",
            *self.helper_functions(program.lines),
            "\n".join(self.data_lines(program, data)),
            "\n".join(self.start_lines(program)),
            "\n".join(self.loop_lines(program, training, len(data.X))),
        ]
        if training.batch_size is None:
            sections.append(f'print("Output after training:")\nprint({program.output})')
        return join_sections(sections)

    def statements(self, lines: Iterable[Line], indent: int = STEP_INDENT) -> list[str]:
        """The lines as text, each with its note, to stand `indent` columns further in."""
        width = WIDTH - indent
        return [commented(broken(self.statement(x), width), x.note, width) for x in lines]

    def expression(self, expr: Expr, need: int = 0) -> str:
        """As every printer's; zeros of float32 are made so, not turned into it."""
        match expr:
            case Apply("float32", (Apply("zeros", (), fixed),)):
                return f"np.zeros({self.shape(fixed)}, dtype=np.float32)"
        return super().expression(expr, need)

    def helper_functions(self, lines: Iterable[Line]) -> list[str]:
        """A function for each activation that the lines call, printed from its formula."""
        return [self.helper_function(name) for name in self.helpers(lines)]

    def helper_function(self, name: str) -> str:
        """One activation as a function of `z`; a part that occurs twice is computed once."""
        words, result = ACTIVATIONS[name].words, ACTIVATIONS[name].formula(Name("z"))
        body = [f'"""{words[0].upper()}{words[1:]}."""']
        if (part := repeated_part(result)) is not None:
            body.append(f"part = {self.expression(part)}")
            result = replace_part(result, part, Name("part"))
        body.append(f"return {self.expression(result)}")
        return f"def {name}(z):\n" + "\n".join(indented(body))

    def data_lines(self, program: Program, data: Data) -> list[str]:
        """X and y, written out."""
        heading = f"# The data, one example a row: {data.note}."
        if not data.code:
            arrays = {"X": data.X, "y": data.y}
            return [heading, *(array_text(n, v, program.dtype) for n, v in arrays.items())]
        return [heading, *data.code]

    def start_lines(self, program: Program) -> list[str]:
        """The generator and the lines of "init"."""
        seed = "" if program.seed is None else str(program.seed)
        note = "seeded, so that every run starts alike" if seed else "a new start in every run"
        return [
            commented(f"random = np.random.RandomState({seed})", note),
            *self.statements(program.phase("init"), 0),
        ]

    def loop_lines(self, program: Program, training: Training, rows: int) -> list[str]:
        """The loop over the steps."""
        before, head = batch_lines(training)
        body = [*head, f"# {HEADINGS['forward']}", *self.statements(program.phase("forward"))]
        body += ["", f"# {HEADINGS['loss']}", *self.loss_lines(program, training, rows)]
        for phase in ("backward", "update"):
            body += ["", f"# {HEADINGS[phase]}", *self.statements(program.phase(phase))]
        return [*before, f"for step in range({step_count(training)}):", *indented(body)]

    def loss_lines(self, program: Program, training: Training, rows: int) -> list[str]:
        """The error in every step; what only reports, once an interval."""
        needed = [line for line in program.phase("loss") if line not in program.measured]
        report = 'print(f"step {step}: loss {loss:.12g}, error {error:.12g}")'
        reporting = [*self.statements(program.measured, REPORT_INDENT), report]
        if training.counts_epochs and training.batch_size is not None:
            interval = "batches"
        else:
            interval = str(training.report_every or round_interval(training.total_steps(rows)))
        if interval != "1":
            reporting = [f"if step % {interval} == 0:", *indented(reporting)]
        return [*self.statements(needed), *reporting]


def batch_lines(training: Training) -> tuple[list[str], list[str]]:
    """The lines before the loop and at its head that choose the rows of each step."""
    size = training.batch_size
    if size is None:
        return [], []
    before = [commented(f"batches = -(-len(X) // {size})", "in an epoch; the last may be smaller")]
    if training.shuffle:
        head = [
            "if step % batches == 0:",
            "    " + commented("order = random.permutation(len(X))", "a new order each epoch"),
        ]
    else:
        before.append(commented("order = np.arange(len(X))", "the rows as they stand"))
        head = []
    head.append(commented(f"place = step % batches * {size}", "where this batch begins"))
    head += [commented(f"batch = order[place : place + {size}]", "the rows of this step"), ""]
    return before, head


def step_count(training: Training) -> str:
    """The number of steps, as an expression."""
    if training.steps is not None:
        return str(training.steps)
    return str(training.epochs) if training.batch_size is None else f"{training.epochs} * batches"


def title(network: NetworkSpec, training: Training) -> str:
    """One sentence that says what the program is."""
    kinds = list(dict.fromkeys(layer.activation for layer in network.layers))
    return f"A {network} neural network ({', '.join(kinds)}), trained by backpropagation."


def commented(code: str, note: str, width: int = WIDTH - STEP_INDENT) -> str:
    """`code  # note`, the note at one column for all lines, or on a line above where it is long."""
    line = f"{code:<{COMMENT_COLUMN - 2}}  # {note}"
    return line if len(line) <= width and "\n" not in code else f"# {note}\n{code}"


def broken(code: str, width: int) -> str:
    """A line that is too long, broken before an operator in its outermost brackets, where Python
    reads on."""
    if len(code) <= width:
        return code
    depths = list(accumulate((c in "([") - (c in ")]") for c in code[:width]))
    places = [
        i for i in range(width - 1) if depths[i] and code[i] == " " and code[i + 1] in "+-*/@"
    ]
    if not places:
        return code
    place = min(places, key=lambda i: (depths[i], -i))
    return f"{code[:place]}\n    {broken(code[place + 1 :], width - 4)}"


def indented(lines: Iterable[str]) -> list[str]:
    """Each line (which may hold several) four spaces further in; empty ones stay empty."""
    split = "\n".join(lines).split("\n")
    return [f"    {line}" if line else "" for line in split]


def join_sections(sections: list[str]) -> str:
    """Sections with empty lines between them, two around functions."""
    text = sections[0]
    for above, below in pairwise(sections):
        function = above.startswith("def ") or below.startswith("def ")
        text += ("\n\n\n" if function else "\n\n") + below
    return text + "\n"
