"""A trained model as a Python file that needs nothing but Python: no NumPy, in plain loops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from syn0.lower import Array, Kernel, Let, Loop, Set, Statement
from syn0.printers import runtime
from syn0.printers.base import Template
from syn0.printers.loops import (
    NOTES,
    SIGNS,
    WIDTH,
    LoopPrinter,
    Lowered,
    declared,
    exact_rows,
    inside,
    rows_of,
)
from syn0.printers.module import (
    LABEL,
    VARIABLE,
    Answer,
    Given,
    Module,
    ModulePrinter,
    Sample,
    answers_to,
)
from syn0.printers.numpy import PYTHON_TEMPLATES, indented, join_sections
from syn0.printers.pretty import INDENT, Assigned, Group, fitted, listed
from syn0.printers.safe import python_text
from syn0.program import Apply, Expr, Line

TEMPLATES = PYTHON_TEMPLATES | {
    **{name: Template(f"math.{name}({{0}})")
       for name in ("cos", "expm1", "log", "log1p", "sqrt", "tanh")},
    "absolute": Template("abs({0})"),
    "as_index": Template("int({0})"),
    "exp": Template("exp({0})"),
    "is_missing": Template("float(math.isnan({0}))"),
    "maximum": Template("max({0}, {1})"),
    "minimum": Template("min({0}, {1})"),
    "same_text": Template("float({0} == {1})"),
    "sign": Template("float({0} > 0) - float({0} < 0)", 11, (12,)),
    "smoothly_clipped": Template("smoothly_clipped({0}, {1})"),
    "square": Template("{0} ** 2", 15, (16,)),
    "where": PYTHON_TEMPLATES["choose"],
}  # fmt: skip


USE = "It needs Python alone, and tries itself on the rows at its end: python FILE."


class PythonModule(LoopPrinter, ModulePrinter):
    """Prints trained models for `from model import predict`, and for `python model.py`. All numbers
    are computed in float64."""

    language, ending, suffix = "python", ".py", "py"
    shows = True
    templates = TEMPLATES
    infinity, sign = "math.inf", "# "

    def row(self, values: tuple[float, ...] | tuple[str, ...]) -> Group:
        """A row of numbers or texts."""
        texts = (python_text(v) if isinstance(v, str) else self.number(v) for v in values)
        return listed(texts, "[", "]")

    def title(self, line: Line) -> str:
        """The line, as NumPy has it; its name alone where rows of numbers or texts stand in it."""
        of_rows = {"one_of", "columns", "label", "joined", "subtract", "divide"}
        short = line.phase != "forward" and of_rows & {*line.operations}
        return line.target if short else super().title(line)

    def headed(self, kernel: Kernel, width: int) -> list[str]:
        """A kernel under its line."""
        head = self.comment(f"{self.title(kernel.line)}: {kernel.line.note}", min(width, NOTES))
        return [*head, *self.code(kernel.statements, width)]

    def spelled(self, statement: Statement, width: int) -> list[str]:
        """A statement as lines of text."""
        match statement:
            case Let(name, _, value):
                start = f"{name} ="
            case Set(place, Apply(sign, (first, value))) if sign in SIGNS and first == place:
                start = f"{self.expression(place)} {SIGNS[sign]}"
            case Set(place, value):
                start = f"{self.expression(place)} ="
            case Array(name, shape):
                return [f"{name} = room({', '.join(map(rows_of, shape))})"]
            case Loop(index, length, body):
                inner = self.code(body, width - INDENT)
                return [f"for {index} in range({rows_of(length)}):", *indented(inner)]
        return [fitted(Assigned(f"{start} ", self.expression(value), ""), width)]

    def function(self, name: str, value: Expr) -> str:
        """A function of an entry `z`."""
        returned = fitted(Assigned("return ", self.expression(value), ""), WIDTH - INDENT)
        return "\n".join([f"def {name}(z):", *indented([returned])])

    def predicting(self, module: Module, sample: Sample) -> str:
        """See `ModulePrinter.predicting`."""
        parts = Lowered(self, replace(module.program, dtype="float64"))
        asked = {*(given.kind for given in module.given), "room", "finite"}
        asked |= {"check"} if sample.trial else set()
        functions = runtime.called("columns_alone.py", parts.called | asked)
        what = "table" if sample.matrix is None else "X"
        given = listed(map(row_text, sample.rows), "[", "]")
        if sample.matrix is not None:
            given = exact_rows(sample.matrix)
        last = [f"for answer in predict({what}):", "    print(answer)"]
        if sample.trial:
            expected = listed(map(row_text, answers_to(module, sample)), "[", "]")
            last = [inside("expected = ", expected), f"check(predict({what}), expected)"]
        return join_sections([
            f'"""{module.title}\n\n{USE}"""' if sample.trial else f'"""{module.title}"""',
            "import math",
            *functions,
            *(self.function(name, value) for name, value in parts.helpers.items()),
            "\n".join([
                *self.comment("What it learned."),
                *(declared(f"{name} = ", exact_rows(array), hang=0)
                  for name, array in module.weights.items()),
            ]),
            "\n".join(self.predict(module, parts, what)),
            "\n".join([
                'if __name__ == "__main__":',
                *indented([
                    *self.comment(sample.note),
                    inside(f"{what} = ", given),
                    *last,
                ]),
            ]),
        ])  # fmt: skip

    def predict(self, module: Module, parts: Lowered, what: str) -> Iterator[str]:
        """The function that predicts."""
        lines = module.program.phase("prepare", "forward", "answer")
        bound = {line.target for line in lines}
        rooms = (Array(name, shape) for name, shape in parts.arrays.items() if name in bound)
        words = module.missing
        kind = "dictionaries, by the names of columns" if module.order else "lists of numbers"
        fields = ", ".join(f'"{answer.role}": {entry_of(answer)}' for answer in module.answers)
        yield f"def predict({what}):"
        yield from indented([
            f'"""The answers to rows, which are {kind}; each is a dictionary."""',
            f"rows = len({what})",
            *([inside("missing = ", self.row(words))] if words else []),
            *(self.given(given, words) for given in module.given),
            *(line for array in rooms for line in self.spelled(array, WIDTH - INDENT)),
            *parts.code(lines, WIDTH - INDENT),
            f"for row in {module.numbers}:", "    finite(row)",
            f"return [{{{fields}}} for i in range(rows)]",
        ])  # fmt: skip

    def given(self, given: Given, missing: tuple[str, ...]) -> str:
        """What the lines read, taken from what the caller hands in."""
        name, names = given.name, self.row(given.columns)
        if given.texts:
            words = "missing" if given.missing == missing else self.row(given.missing)
            start = f"{name} = texts_of(table, {python_text(given.columns[0])}, "
            return inside(start, words, ")")
        if given.columns:
            return inside(f"{name} = numbers_of(table, ", names, f", {given.gaps})")
        return f"{name} = rows_of(X, {given.width})"


def row_text(row: dict[str, object]) -> Group:
    """A row, or an answer, as a dictionary."""
    return listed((f"{python_text(name)}: {value!a}" for name, value in row.items()), "{", "}")


def entry_of(answer: Answer) -> str:
    """A row of an answer: a value where there is one, else a list."""
    row = f"{answer.name}[i]"
    if answer.width == 1 and answer.role in (LABEL, VARIABLE):
        return f"{row}[0]"
    return f"[int(x) for x in {row}]" if answer.role == LABEL else row
