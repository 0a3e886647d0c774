"""A trained model as one C header: C99, no heap, nothing but the standard library's mathematics, so
that a microcontroller runs it. One row a call; its self-test is in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.lower import Array, Let, Statement
from syn0.printers.base import Template
from syn0.printers.c import C_TEMPLATES, CPrinter
from syn0.printers.loops import WIDTH, block, declared
from syn0.printers.module import LABEL, Answer, Module
from syn0.printers.one_row import Field, OneRowModulePrinter, OneRowPrinter, floated, in_eight_bits
from syn0.printers.pretty import INDENT, Code, Group, fitted, listed
from syn0.printers.safe import c_note, c_text
from syn0.program import Const
from syn0.program.operations import Shape

MATHEMATICS = ("exp", "expm1", "log", "log1p", "sqrt", "tanh", "cos")

CAST = Template("(float){0}", 14, (15,))
C_MODULE_TEMPLATES = C_TEMPLATES | {
    **{name: Template(f"{name}f({{0}})") for name in MATHEMATICS},
    "absolute": Template("fabsf({0})"),
    "is_missing": Template("isnan({0}) != 0", 9, (0,)),
    "same_text": Template("same_text({0}, {1})"),
    "smoothly_clipped": Template("smoothly_clipped({0}, {1})"),
    "entry_from_index": CAST,
    "entry_from_number": CAST,
    "entry_from_small": CAST,
    "entry_from_truth": CAST,
    "index_from_entry": Template("(int){0}", 14, (15,)),
    "index_from_truth": Template("{0}", 0),
    "number_from_entry": Template("(double){0}", 14, (15,)),
    "number_from_index": Template("(double){0}", 14, (15,)),
    "number_from_truth": Template("(double){0}", 14, (15,)),
    "truth_from_entry": Template("{0} != 0", 9, (10,)),
    "truth_from_number": Template("{0} != 0", 9, (10,)),
}


class CHeader(OneRowPrinter, CPrinter):
    """One model as a C header."""

    suffix, infinity, indent = "h", "INFINITY", 4
    templates = C_MODULE_TEMPLATES
    kinds = CPrinter.kinds | {"entry": "float", "index": "int"}
    result = "static inline float"
    element = {  # noqa: RUF012  (a table, as in every printer)
        "entry": "float ", "number": "double ", "text": "const char *", "index": "int ",
        "whole": "int ", "small": "int8_t ",
    }  # fmt: skip

    row_type, answer_type, input = "model_row", "model_answer", "const model_row *input"
    predicts, call = "static inline model_answer model_predict", "model_predict"
    member, address, lasting = "input->", "&", "static"
    whole_number, no_text, alike = "(int)", "NULL", "strcmp({}, {}) == 0"
    main, magnitude = "int main(void)", "fabs"
    test_headers: tuple[str, ...] = ("#include <stdio.h>", "#include <string.h>")

    def text_code(self, text: str) -> str:
        """A text, written out."""
        return c_text(text)

    # The frame

    def heading(self) -> list[str]:
        """What it is, how it is used, and what it stands on."""
        module = self.module
        texts = any(given.texts for given in module.given)
        return [
            *self.comment(f"{module.title} It holds {self.bytes:,} bytes of weights."),
            *self.comment("Use: model_predict of a row. Its self-test: cc -std=c99 -DMODEL_TEST "
                          "-x c model.h -lm -o model_test && ./model_test"),
            "#ifndef MODEL_H",
            "#define MODEL_H",
            "",
            "#include <math.h>",
            *(["#include <stdint.h>"] if self.small else []),
            *(["#include <string.h>"] if texts else []),
        ]  # fmt: skip

    def variable(self, kind: str, name: str, shape: Shape = ()) -> str:
        """The declaration of a variable."""
        return f"{self.element[kind]}{name}{self.dimensions(shape)}"

    def structure(self, name: str, rows: list[str]) -> list[str]:
        """A type of several values."""
        return [*block("typedef struct", rows)[:-1], f"}} {name};"]

    def takes(self) -> list[str]:
        """The type of a row."""
        if not self.fields:
            return []
        note = self.comment("A row of the table. A missing number is NAN, a missing text NULL.")
        rows = [f"{self.variable(self.given_kind(x), x.name)}; {self.beside(x.column)}"
                for x in self.fields]  # fmt: skip
        return [*note, *self.structure(self.row_type, rows), ""]

    def beside(self, column: str) -> str:
        """The comment that says what a column is called."""
        return f"/* {c_note(column)} */"

    def given_kind(self, field: Field) -> str:
        """The type of what is handed in of a column."""
        return "text" if field.given.texts else self.kind(field.given.name)

    def fixed(self, kind: str, name: str, shape: Shape) -> str:
        """The declaration of something constant."""
        start = f"{self.element[kind]}const " if kind == "text" else f"const {self.element[kind]}"
        return f"{start}{name}{self.dimensions(shape)}"

    def gives(self) -> list[str]:
        """The type of an answer."""
        rows = [f"{self.variable(self.answer_kind(x), x.role, self.width(x))};"
                for x in self.module.answers]  # fmt: skip
        return self.structure(self.answer_type, rows)

    def width(self, answer: Answer) -> Shape:
        """The shape of an answer."""
        return () if self.single(answer) else (answer.width,)

    def weight(self, name: str, array: NDArray[Any]) -> str:
        """The definition of an array that the model learned."""
        start = f"{self.lasting} {self.fixed(self.kind(name), name, array.shape)}"
        return declared(f"{start} = ", self.numbers(array), ";", hang=0)

    # The function

    def predict(self) -> list[str]:
        """The function that predicts."""
        given = self.input
        if not self.fields:
            [one] = self.module.given
            given = self.taken_row(self.kind(one.name), one.name, (one.width,))
        return block(f"{self.predicts}({given})", [
            *self.given(),
            *self.rooms(),
            *self.parts.code(self.lines, WIDTH - INDENT),
            f"{self.answer_type} answer;",
            *(line for answer in self.module.answers for line in self.answered(answer)),
            "return answer;",
        ])  # fmt: skip

    def given(self) -> Iterator[str]:
        """What the lines read, taken from the row."""
        missing: dict[tuple[str, ...], str] = {}
        names = {field.column: field.name for field in self.fields}
        for one in self.module.given if self.fields else ():
            values = [f"{self.member}{names[column]}" for column in one.columns]
            if one.texts and one.missing not in missing:
                missing[one.missing] = f"missing{len(missing) + 1 if missing else ''}"
                start = self.fixed("text", missing[one.missing], (len(one.missing),))
                words = listed(map(self.text_code, one.missing), "{", "}")
                yield fitted(Code(f"static {start} = ", words, ";"), WIDTH - INDENT)
            if one.texts:
                values = [self.known(values[0], missing[one.missing], len(one.missing))]
            start = self.fixed(self.kind(one.name), one.name, (one.width,))
            yield fitted(Code(f"{start} = ", listed(values, "{", "}"), ";"), WIDTH - INDENT)

    def known(self, text: str, missing: str, count: int) -> str:
        """A text that is handed in, "" where it stands for a missing one."""
        return f"text_of({text}, {missing}, {count})"

    def taken_row(self, kind: str, name: str, shape: Shape) -> str:
        """The declaration of a row that the function takes."""
        return self.fixed(kind, name, shape)

    def array(self, array: Array) -> str:
        """An array on the stack."""
        return f"{self.variable(self.kind(array.name), array.name, array.shape)};"

    def spelled(self, statement: Statement, width: int) -> list[str]:
        """As in C; a row of numbers or texts is a table of its own."""
        match statement:
            case Let(name, "row", Const(tuple() as row)):
                kind = self.row_kind(row)
                texts = [self.constant(kind, value) for value in row]
                start = f"static {self.fixed(kind, name, (len(row),))} = "
                return [fitted(Code(start, listed(texts, "{", "}"), ";"), width)]
        return super().spelled(statement, width)

    def constant(self, kind: str, value: float | str) -> str:
        """A value of a row that is written out."""
        if isinstance(value, str):
            return self.text_code(value)
        return floated(value) if kind == "entry" else self.number(value)

    def answered(self, answer: Answer) -> list[str]:
        """The statements that give an answer."""
        cast = self.whole_number * (answer.role == LABEL and self.kind(answer.name) == "entry")
        if self.single(answer):
            return [f"answer.{answer.role} = {cast}{answer.name}[0];"]
        number = f"answer.{answer.role}[j] = {cast}{answer.name}[j];"
        return self.loop("j", str(answer.width), [number])

    # The self-test

    def self_test(self) -> list[str]:
        """A program that predicts a few rows, and compares."""
        count, name = self.count, f"test_rows[{self.count}]"
        given = f"const {self.row_type} {name}"
        if not self.fields:
            given = self.test_row(name, (self.module.given[0].width,))
        rows = listed(map(self.row_given, range(count)), "{", "}")
        answers = listed(map(self.row_answered, range(count)), "{", "}")
        wanted = f"static const {self.answer_type} test_answers[{count}] = "
        address = self.address * bool(self.fields)
        return [
            "#ifdef MODEL_TEST",
            *self.test_headers,
            "",
            *self.comment(self.sample.note),
            declared(f"static {given} = ", rows, ";", hang=0),
            "",
            *self.comment("What they are answered, as the definition has it."),
            declared(wanted, answers, ";", hang=0),
            "",
            "static double far(double one, double other) {",
            f"    return {self.magnitude}(one - other) / (1 + {self.magnitude}(other));",
            "}",
            "",
            *block(self.main, [
                "int right = 0;",
                *block(f"for (int i = 0; i < {count}; i++)", [
                    f"const {self.answer_type} wanted = test_answers[i];",
                    f"const {self.answer_type} found = {self.call}({address}test_rows[i]);",
                    "int same = 1;",
                    *(line for answer in self.module.answers for line in self.compared(answer)),
                    "right += same;",
                ]),
                f'{self.printing}("%d of {count} rows as expected\\n", right);',
                f"return right != {count};",
            ]),
            "#endif",
        ]  # fmt: skip

    def test_row(self, name: str, shape: Shape) -> str:
        """The declaration of the self-test's rows, where they are plain."""
        return self.fixed(self.kind(self.module.given[0].name), name, shape)

    def row_given(self, i: int) -> Group:
        """A row of the self-test."""
        if self.sample.matrix is not None:
            return self.numbers(np.asarray(self.sample.matrix[i], np.float32))
        cells = ((field, self.sample.cells[field.column][i]) for field in self.fields)
        return listed((self.cell(field, value) for field, value in cells), "{", "}")

    def cell(self, field: Field, value: Any) -> str:
        """A cell of a row."""
        if field.given.texts:
            return self.no_text if value is None else self.text_code(str(value))
        if value is None:
            return "NAN"
        return floated(value) if self.kind(field.given.name) == "entry" else repr(float(value))

    def row_answered(self, i: int) -> Group:
        """What a row of the self-test is answered."""
        answers = self.module.answers
        return listed((self.answer_text(x, self.expected[x.name][i]) for x in answers), "{", "}")

    def answer_text(self, answer: Answer, values: NDArray[Any]) -> str:
        """An answer, written out."""
        kind = self.answer_kind(answer)
        if kind == "text":
            texts = map(self.text_code, map(str, values))
        elif kind in ("index", "whole"):
            texts = map(str, values.astype(int))
        else:
            texts = map(floated if kind == "entry" else repr, values.tolist())
        return "".join(texts) if self.single(answer) else self.several(texts)

    def several(self, texts: Iterable[str]) -> str:
        """An answer of several values, written out."""
        return listed(texts, "{", "}")

    def compared(self, answer: Answer) -> list[str]:
        """The statements that compare an answer."""
        place = "" if self.single(answer) else "[j]"
        one, other = f"found.{answer.role}{place}", f"wanted.{answer.role}{place}"
        if self.answer_kind(answer) == "text":
            return [f"same = same && {self.alike.format(one, other)};"]
        compare = f"same = same && far({one}, {other}) < 1e-4;"
        return [compare] if self.single(answer) else self.loop("j", str(answer.width), [compare])


class CModule(OneRowModulePrinter):
    """Prints trained models as a header for `#include "model.h"`, their weights in float32."""

    language, ending, printer = "c", ".h", CHeader


class CModuleInEightBits(CModule):
    """As these, the matrices of weights in whole numbers of 8 bits."""

    language = "c-int8"

    def narrow(self, module: Module) -> Module:
        """The module with its weights as they are written."""
        return in_eight_bits(module)
