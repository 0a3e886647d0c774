"""A trained model as a JavaScript module, for Node and for browsers: it needs nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from syn0.lower import Array
from syn0.printers.base import Template
from syn0.printers.javascript import JAVASCRIPT_TEMPLATES, JavaScriptPrinter
from syn0.printers.loops import WIDTH, Lowered, block, declared, exact_rows, inside, rows_of
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
from syn0.printers.pretty import INDENT, Group, listed
from syn0.program import Line

USE = "It needs nothing else, and tries itself on the rows at its end: node FILE."


class JavaScriptModule(JavaScriptPrinter, ModulePrinter):
    """Prints trained models for `import { predict } from "./model.mjs"`, and for `node model.mjs`.
    All numbers are computed in float64."""

    ending = ".mjs"
    shows = True
    templates = JAVASCRIPT_TEMPLATES | {
        "is_missing": Template("Number(Number.isNaN({0}))"),
        "same_text": Template("Number({0} === {1})"),
        "as_index": Template("Number({0})"),
        "smoothly_clipped": Template("smoothly_clipped({0}, {1})"),
    }
    kinds = JavaScriptPrinter.kinds | {"index": "let", "row": "const"}
    needed = ("rooms", "finite")

    def row(self, values: tuple[float, ...] | tuple[str, ...]) -> Group:
        """A row of numbers or texts."""
        texts = (json.dumps(v) if isinstance(v, str) else self.number(v) for v in values)
        return listed(texts, "[", "]")

    def array(self, array: Array) -> str:
        """Room for a matrix, or for a row, of 0s."""
        return f"const {array.name} = room({', '.join(map(rows_of, array.shape))});"

    def title(self, line: Line) -> str:
        """The line, as NumPy has it; its name alone where rows of numbers or texts stand in it."""
        of_rows = {"one_of", "columns", "label", "joined", "subtract", "divide"}
        short = line.phase != "forward" and of_rows & {*line.operations}
        return line.target if short else super().title(line)

    def predicting(self, module: Module, sample: Sample) -> str:
        """See `ModulePrinter.predicting`."""
        what, rows = rows_in(sample)
        expected = listed(map(object_of, answers_to(module, sample)), "[", "]")
        heads = [module.title, *([USE] if sample.trial else [])]
        show = f"for (const answer of predict({what})) console.log(JSON.stringify(answer));"
        return "\n".join([
            *(line for head in heads for line in self.comment(head)),
            "",
            *self.model(module, "export const predict", ["check"] if sample.trial else []),
            "",
            *self.comment(sample.note),
            declared(f"const {what} = ", rows, ";", hang=0),
            *([declared("const expected = ", expected, ";", hang=0)] if sample.trial else []),
            "const run = globalThis.process?.argv[1];",
            "if (run && import.meta.url === new URL(`file://${run}`).href)",
            f"    check(predict({what}), expected);" if sample.trial else f"    {show}",
            "",
        ])  # fmt: skip

    def model(self, module: Module, start: str, also: Iterable[str]) -> list[str]:
        """The function that predicts, whose definition begins with `start`, what it calls, and
        other functions for what comes after it."""
        lines = module.program.phase("prepare", "forward", "answer")
        program = replace(module.program, dtype="float64")
        parts = Lowered(self, program, [*(given.kind for given in module.given), *also])
        bound = {line.target for line in lines}
        rooms = (Array(name, shape) for name, shape in parts.arrays.items() if name in bound)
        what, words = "table" if module.order else "X", module.missing
        body = [
            f"const rows = {what}.length;",
            *([inside("const missing = ", self.row(words), ";")] if words else []),
            *(self.given(given, words) for given in module.given),
            *map(self.array, rooms),
            *parts.code(lines, WIDTH - INDENT),
            *answered(module),
        ]
        return [
            *parts.functions("functions", "columns"),
            *self.comment("What it learned."),
            *(declared(f"const {name} = ", exact_rows(array), ";", hang=0)
              for name, array in module.weights.items()),
            "",
            *self.comment(f"Rows of {'objects' if module.order else 'lists'} -> an answer each."),
            *block(f"{start} = ({what}) =>", body)[:-1],
            "};",
        ]  # fmt: skip

    def given(self, given: Given, missing: tuple[str, ...]) -> str:
        """What the lines read, taken from what the caller hands in."""
        name, names = given.name, self.row(given.columns)
        if given.texts:
            start = f"const {name} = texts_of(table, {json.dumps(given.columns[0])}, "
            words = "missing" if given.missing == missing else self.row(given.missing)
            return inside(start, words, ");")
        if given.columns:
            return inside(f"const {name} = numbers_of(table, ", names, f", {given.gaps:d});")
        return f"{'' if name == 'X' else 'const '}{name} = rows_of(X, {given.width});"


def rows_in(sample: Sample) -> tuple[str, Group]:
    """The name that the program gives to a sample's rows, and the rows."""
    if sample.matrix is not None:
        return "X", exact_rows(sample.matrix)
    return "table", listed(map(object_of, sample.rows), "[", "]")


def object_of(row: dict[str, Any]) -> str:
    """A row; the one name that is no plain key in JavaScript is written as one that is computed."""
    return json.dumps(row).replace('"__proto__":', '["__proto__"]:')


def answered(module: Module) -> Iterator[str]:
    """What `predict` gives: an object a row."""
    fields = ", ".join(f"{answer.role}: {entry_of(answer)}" for answer in module.answers)
    yield f"{module.numbers}.forEach(finite);"
    yield f"return {module.numbers}.map((_, i) => ({{ {fields} }}));"


def entry_of(answer: Answer) -> str:
    """A row of an answer: a value where there is one, else a list."""
    row = f"{answer.name}[i]"
    if answer.width == 1 and answer.role in (LABEL, VARIABLE):
        return f"{row}[0]"
    return f"{row}.map(Number)" if answer.role == LABEL else row
