"""A trained model as one Rust file that needs `core` alone: no crate, no heap, nothing unsafe. One
row a call; its self-test is a test of the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.lower import Array, Let, Statement
from syn0.printers.base import Template
from syn0.printers.loops import WIDTH, block
from syn0.printers.module import LABEL, Answer
from syn0.printers.one_row import Field, OneRowModulePrinter, OneRowPrinter
from syn0.printers.pretty import INDENT, Code, Group, fitted, listed
from syn0.printers.rust import CAST, RUST_TEMPLATES, RustPrinter
from syn0.printers.safe import rust_text
from syn0.program import Const, Expr
from syn0.program.operations import Shape
from syn0.spec.words import visible

CALLED = ("absolute", "exp", "expm1", "log", "log1p", "sqrt", "square", "tanh")

RUST_MODULE_TEMPLATES = RUST_TEMPLATES | {
    **{name: Template(f"{name}({{0}})") for name in CALLED},
    "entry_from_index": Template("{0} as f32", CAST, (14,)),
    "entry_from_number": Template("{0} as f32", CAST, (14,)),
    "entry_from_small": Template("f32::from({0})"),
    "entry_from_truth": Template("f32::from({0})"),
    "index_from_entry": Template("{0} as usize", CAST, (14,)),
    "index_from_truth": Template("usize::from({0})"),
    "is_missing": Template("{0}.is_nan()"),
    "same_text": Template("{0} == {1}", 9, (10, 10)),
    "smoothly_clipped": Template("smoothly_clipped({0}, {1})"),
}


class RustModel(OneRowPrinter, RustPrinter):
    """One model as a Rust file."""

    suffix, needed, indent = "core.rs", (), 4
    templates = RUST_MODULE_TEMPLATES
    kinds = RustPrinter.kinds | {"index": "let mut"}
    types = {"entry": ": f32", "number": ": f64", "total": ": f64", "index": ": usize"}  # noqa: RUF012
    infinity = "f32::INFINITY"
    brackets, marked = ("[", "]"), False
    files, last = ("functions",), ()
    element = {  # noqa: RUF012  (a table, as in every printer)
        "entry": "f32", "number": "f64", "text": "&str", "index": "usize", "whole": "i32",
        "small": "i8",
    }  # fmt: skip
    nothing = {"text": '""', "index": "0", "whole": "0"}  # noqa: RUF012

    # The frame

    def heading(self) -> list[str]:
        """What it is, and how it is used."""
        module = self.module
        return [
            *self.comment(f"{module.title} It holds {self.bytes:,} bytes of weights."),
            *self.comment("Use: `mod model;` and `model::predict` of a row; it needs `core` alone. "
                          "Its self-test: rustc --edition 2021 --test model.rs && ./model"),
            "#![allow(dead_code, non_snake_case, non_upper_case_globals, clippy::all)]",
        ]  # fmt: skip

    def takes(self) -> list[str]:
        """The type of a row."""
        if not self.fields:
            return []
        life = "<'a>" if any(field.given.texts for field in self.fields) else ""
        note = self.comment('A row of the table. A missing number is NaN, a missing text "".')
        kinds = ((x, self.given_type(x)) for x in self.fields)
        rows = [f"pub {x.name}: {kind}, // {visible(x.column)}" for x, kind in kinds]
        return [*note, "#[derive(Clone, Copy)]", *block(f"pub struct Row{life}", rows), ""]

    def given_type(self, field: Field) -> str:
        """The type of what is handed in of a column."""
        return "&'a str" if field.given.texts else self.element[self.kind(field.given.name)]

    def gives(self) -> list[str]:
        """The type of an answer."""
        rows = [f"pub {x.role}: {self.answer_type(x)}," for x in self.module.answers]
        return ["#[derive(Clone, Copy)]", *block("pub struct Answer", rows)]

    def answer_type(self, answer: Answer) -> str:
        """The type of what is answered."""
        kind = self.answer_kind(answer)
        one = "&'static str" if kind == "text" else self.element[kind]
        return one if self.single(answer) else f"[{one}; {answer.width}]"

    def shaped(self, kind: str, shape: Shape) -> str:
        """The type of an array."""
        made = self.element[kind]
        for size in reversed(shape):
            made = f"[{made}; {size}]"
        return made

    def weight(self, name: str, array: NDArray[Any]) -> str:
        """The definition of an array that the model learned."""
        start = f"static {name}: {self.shaped(self.kind(name), array.shape)} = "
        return fitted(Code(start, self.numbers(array), ";"), WIDTH)

    def narrow(self, value: float) -> str:
        """A number of 32 bits."""
        with np.errstate(over="ignore"):
            text = str(np.float32(value))
        return {"inf": "f32::INFINITY", "-inf": "-f32::INFINITY", "nan": "f32::NAN"}.get(text, text)

    def function(self, name: str, value: Expr) -> str:
        """A function of an entry `z`."""
        return super().function(name, value).replace("Real", "f32")

    # The function

    def predict(self) -> list[str]:
        """The function that predicts."""
        given = "input: &Row"
        if not self.fields:
            [one] = self.module.given
            given = f"{one.name}: &{self.shaped(self.kind(one.name), (one.width,))}"
        answer = (f"{x.role}: {self.answered(x)}," for x in self.module.answers)
        return block(f"pub fn predict({given}) -> Answer", [
            *self.given(),
            *self.rooms(),
            *self.parts.code(self.lines, WIDTH - INDENT),
            *block("Answer", [*answer]),
        ])  # fmt: skip

    def given(self) -> Iterator[str]:
        """What the lines read, taken from the row."""
        names = {field.column: field.name for field in self.fields}
        missing: dict[tuple[str, ...], str] = {}
        for one in self.module.given if self.fields else ():
            values = [f"input.{names[column]}" for column in one.columns]
            if one.texts and one.missing not in missing:
                missing[one.missing] = f"missing{len(missing) + 1 if missing else ''}"
                words = listed(map(rust_text, one.missing), "[", "]")
                start = f"let {missing[one.missing]} = "
                yield fitted(Code(start, words, ";"), WIDTH - INDENT)
            if one.texts:
                values = [f"text_of({values[0]}, &{missing[one.missing]})"]
            yield fitted(Code(f"let {one.name} = ", listed(values, "[", "]"), ";"), WIDTH - INDENT)

    def array(self, array: Array) -> str:
        """An array on the stack."""
        kind = self.kind(array.name)
        [size] = array.shape
        zero = self.nothing.get(kind, f"0.0_{self.element[kind]}")
        return f"let mut {array.name} = [{zero}; {size}];"

    def spelled(self, statement: Statement, width: int) -> list[str]:
        """As in Rust; a row of numbers or texts is a table of its own."""
        match statement:
            case Let(name, "row", Const(tuple() as row)):
                kind = self.row_kind(row)
                texts = (self.constant(kind, value) for value in row)
                start = f"let {name}: [{self.element[kind]}; {len(row)}] = "
                return [fitted(Code(start, listed(texts, "[", "]"), ";"), width)]
        return super().spelled(statement, width)

    def constant(self, kind: str, value: float | str) -> str:
        """A value of a row that is written out."""
        if isinstance(value, str):
            return rust_text(value)
        if kind in ("index", "whole"):
            return str(int(value))
        return self.narrow(value) if kind == "entry" else wide(value)

    def answered(self, answer: Answer) -> str:
        """The expression of an answer."""
        number = answer.role == LABEL and self.kind(answer.name) == "entry"
        if self.single(answer):
            return f"{answer.name}[0]{' as usize' * number}"
        return f"{answer.name}{'.map(|x| x as usize)' * number}"

    # The self-test

    def self_test(self) -> list[str]:
        """A test that predicts a few rows, and compares."""
        kind = "Row" if self.fields else f"[f32; {self.module.given[0].width}]"
        rows = listed(map(self.row_given, range(self.count)), "[", "]")
        answers = listed(map(self.row_answered, range(self.count)), "[", "]")
        given = f"static ROWS: [{kind}; {self.count}] = "
        wanted = f"static ANSWERS: [Answer; {self.count}] = "
        return [
            "#[cfg(test)]",
            *block("mod tests", [
                "use super::*;",
                "",
                *self.comment(self.sample.note),
                fitted(Code(given, rows, ";"), WIDTH - INDENT),
                "",
                *self.comment("What they are answered, as the definition has it."),
                fitted(Code(wanted, answers, ";"), WIDTH - INDENT),
                "",
                *block("fn near(one: f64, other: f64) -> bool", [
                    "(one - other).abs() < 1e-4 * (1.0 + other.abs())",
                ]),
                "",
                "#[test]",
                *block("fn rows_are_answered_as_expected()", [
                    *block("for (row, wanted) in ROWS.iter().zip(&ANSWERS)", [
                        "let found = predict(row);",
                        *(line for answer in self.module.answers for line in self.compared(answer)),
                    ]),
                ]),
            ]),
        ]  # fmt: skip

    def row_given(self, i: int) -> Group:
        """A row of the self-test."""
        if self.sample.matrix is not None:
            return self.numbers(np.asarray(self.sample.matrix[i], np.float32))
        cells = (f"{x.name}: {self.cell(x, self.sample.cells[x.column][i])}" for x in self.fields)
        return listed(cells, "Row { ", " }")

    def cell(self, field: Field, value: Any) -> str:
        """A cell of a row."""
        if field.given.texts:
            return rust_text("" if value is None else str(value))
        kind = self.kind(field.given.name)
        if value is None:
            return f"{self.element[kind]}::NAN"
        return self.constant(kind, value)

    def row_answered(self, i: int) -> Group:
        """What a row of the self-test is answered."""
        answers = self.module.answers
        texts = (f"{x.role}: {self.answer_text(x, self.expected[x.name][i])}" for x in answers)
        return listed(texts, "Answer { ", " }")

    def answer_text(self, answer: Answer, values: NDArray[Any]) -> str:
        """An answer, written out."""
        kind = self.answer_kind(answer)
        texts = [self.constant(kind, str(x) if kind == "text" else float(x)) for x in values]
        return texts[0] if self.single(answer) else listed(texts, "[", "]")

    def compared(self, answer: Answer) -> list[str]:
        """The statements that compare an answer."""
        role, whole = answer.role, self.answer_kind(answer) in ("text", "index", "whole")
        if whole:
            return [f"assert_eq!(found.{role}, wanted.{role});"]
        if self.single(answer):
            return [f"assert!(near(found.{role} as f64, wanted.{role} as f64));"]
        return block(f"for (one, other) in found.{role}.iter().zip(&wanted.{role})", [
            "assert!(near(*one as f64, *other as f64));",
        ])  # fmt: skip


def wide(value: float) -> str:
    """A number of 64 bits."""
    text = repr(float(value))
    return {"inf": "f64::INFINITY", "-inf": "-f64::INFINITY", "nan": "f64::NAN"}.get(text, text)


class RustModule(OneRowModulePrinter):
    """Prints trained models for `mod model;`, their weights in float32."""

    language, ending, printer = "rust", ".rs", RustModel
