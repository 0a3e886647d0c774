"""A trained model as one C header: C99, no heap, nothing but the standard library's mathematics, so
that a microcontroller runs it. One row a call; its self-test is in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.lower import Array, Kernel, Let, Statement
from syn0.lower.rows import of_one_row
from syn0.lower.types import Types, type_of_row
from syn0.printers.base import Template, UnsupportedError
from syn0.printers.c import C_TEMPLATES, CPrinter
from syn0.printers.loops import WIDTH, Lowered, block, declared
from syn0.printers.module import LABEL, VARIABLE, Answer, Module, ModulePrinter, Sample
from syn0.printers.one_row import Field, OneRowModule, expected, in_eight_bits, one_row_kernels
from syn0.printers.pretty import INDENT, Code, Group, fitted, listed
from syn0.printers.safe import c_note, c_text
from syn0.program import Const, Expr, Line, Program
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


class CHeader(CPrinter):
    """One model as a C header.

    Args:
        plan: the model, one row at a time.
        sample: the rows of its self-test.
    """

    suffix, infinity, indent = "h", "INFINITY", 4
    templates = C_MODULE_TEMPLATES
    kinds = CPrinter.kinds | {"entry": "float", "index": "int"}
    result = "static inline float"
    element = {  # noqa: RUF012  (a table, as in every printer)
        "entry": "float ", "number": "double ", "text": "const char *", "index": "int ",
        "small": "int8_t ",
    }  # fmt: skip

    def __init__(self, plan: OneRowModule, sample: Sample) -> None:
        self.plan, self.module, self.sample = plan, plan.module, sample
        self.types, self.fields = plan.types(), plan.fields()
        called = ["texts" for given in self.module.given if given.texts]
        self.parts = Lowered(self, plan.program, called)

    def lowered(self, program: Program, shapes: Mapping[str, Shape]) -> list[Kernel]:
        """The kernels for one row, each conversion written out."""
        return one_row_kernels(program, shapes, self.types, marked=True)

    def formula(self, name: str, program: Program) -> Expr:
        """An activation, each conversion written out."""
        return Types("float32", marked=True).to("entry", super().formula(name, program))

    def whole(self) -> str:
        """The whole header."""
        parts = [
            *self.heading(),
            "",
            *self.parts.functions("functions", "columns"),
            *self.takes(),
            *self.gives(),
            "",
            *self.comment("What it learned."),
            *(self.weight(name, array) for name, array in self.module.weights.items()),
            "",
            *self.predict(),
            "",
            *self.self_test(),
            "",
            "#endif",
            "",
        ]
        return "\n".join(parts)

    # The frame

    def heading(self) -> list[str]:
        """What it is, how it is used, and what it stands on."""
        module = self.module
        size = sum(array.nbytes for array in module.weights.values())
        texts = any(given.texts for given in module.given)
        return [
            *self.comment(f"{module.title} It holds {size:,} bytes of weights."),
            *self.comment("Use: model_predict of a row. Its self-test: cc -std=c99 -DMODEL_TEST "
                          "-x c model.h -lm -o model_test && ./model_test"),
            "#ifndef MODEL_H",
            "#define MODEL_H",
            "",
            "#include <math.h>",
            *(["#include <stdint.h>"] if self.small else []),
            *(["#include <string.h>"] if texts else []),
        ]  # fmt: skip

    @property
    def small(self) -> bool:
        """Whether weights have 8 bits."""
        return "small" in self.types.values()

    def takes(self) -> list[str]:
        """The type of a row."""
        if not self.fields:
            return []
        note = self.comment("A row of the table. A missing number is NAN, a missing text NULL.")
        rows = [f"{self.field_type(x)}{x.name}; /* {c_note(x.column)} */" for x in self.fields]
        return [*note, *block("typedef struct", rows)[:-1], "} model_row;", ""]

    def field_type(self, field: Field) -> str:
        """The type of what is handed in of a column."""
        return self.element["text" if field.given.texts else self.kind(field.given.name)]

    def kind(self, name: str) -> str:
        """The type of an array's entries."""
        return self.types.get(name, "entry")

    def fixed(self, kind: str) -> str:
        """What the declaration of something constant begins with."""
        return f"{self.element[kind]}const " if kind == "text" else f"const {self.element[kind]}"

    def gives(self) -> list[str]:
        """The type of an answer."""
        rows = [f"{self.answer_type(x)}{x.role}{self.width(x)};" for x in self.module.answers]
        return [*block("typedef struct", rows)[:-1], "} model_answer;"]

    def answer_type(self, answer: Answer) -> str:
        """The type of what is answered."""
        kind = self.kind(answer.name)
        return self.element["index" if answer.role == LABEL and kind == "entry" else kind]

    def width(self, answer: Answer) -> str:
        """The dimension of an answer; none of a single one."""
        return "" if self.single(answer) else f"[{answer.width}]"

    def single(self, answer: Answer) -> bool:
        """Whether an answer is one value."""
        return answer.width == 1 and answer.role in (LABEL, VARIABLE)

    def weight(self, name: str, array: NDArray[Any]) -> str:
        """What it learned, of one name."""
        start = f"static {self.fixed(self.kind(name))}{name}{self.dimensions(array.shape)}"
        return declared(f"{start} = ", self.numbers(array), ";", hang=0)

    def numbers(self, array: NDArray[Any]) -> Group:
        """A row of numbers, or several."""
        if array.ndim > 1:
            return listed(map(self.numbers, array), "{", "}")
        if array.dtype == np.int8:
            return listed(map(str, array), "{", "}")
        return listed(map(floated, array.astype(np.float32)), "{", "}")

    # The function

    def predict(self) -> list[str]:
        """The function that predicts."""
        module, lines = self.module, self.module.program.phase("prepare", "forward", "answer")
        given = "const model_row *input"
        if not self.fields:
            [one] = module.given
            given = f"{self.fixed(self.kind(one.name))}{one.name}[{one.width}]"
        bound = {line.target for line in lines}
        rooms = (Array(name, of_one_row(shape))
                 for name, shape in self.parts.arrays.items() if name in bound)  # fmt: skip
        return block(f"static inline model_answer model_predict({given})", [
            *self.given(),
            *map(self.array, rooms),
            *self.parts.code(lines, WIDTH - INDENT),
            "model_answer answer;",
            *(line for answer in module.answers for line in self.answered(answer)),
            "return answer;",
        ])  # fmt: skip

    def given(self) -> Iterator[str]:
        """What the lines read, taken from the row."""
        missing: dict[tuple[str, ...], str] = {}
        for one in self.module.given if self.fields else ():
            names = {field.column: field.name for field in self.fields}
            values = [f"input->{names[column]}" for column in one.columns]
            if one.texts and one.missing not in missing:
                missing[one.missing] = f"missing{len(missing) + 1 if missing else ''}"
                words = listed(map(c_text, one.missing), "{", "}")
                start = f"static const char *const {missing[one.missing]}[] = "
                yield fitted(Code(start, words, ";"), WIDTH - INDENT)
            if one.texts:
                values = [f"text_of({values[0]}, {missing[one.missing]}, {len(one.missing)})"]
            start = f"{self.fixed(self.kind(one.name))}{one.name}[{one.width}] = "
            yield fitted(Code(start, listed(values, "{", "}"), ";"), WIDTH - INDENT)

    def array(self, array: Array) -> str:
        """An array on the stack."""
        room = f"{self.element[self.kind(array.name)]}{array.name}{self.dimensions(array.shape)}"
        return f"{room} = {{0}};" if array.starts_at_0 else f"{room};"

    def spelled(self, statement: Statement, width: int) -> list[str]:
        """As in C; a row of numbers or texts is a table of its own."""
        match statement:
            case Let(name, "row", Const(tuple() as row)):
                kind = type_of_row(row)
                kind = "entry" if kind == "number" and "number" not in self.types.values() else kind
                texts = [self.constant(kind, value) for value in row]
                start = f"static {self.fixed(kind)}{name}[{len(row)}] = "
                return [fitted(Code(start, listed(texts, "{", "}"), ";"), width)]
        return super().spelled(statement, width)

    def constant(self, kind: str, value: float | str) -> str:
        """A value of a row that is written out."""
        if isinstance(value, str):
            return c_text(value)
        return floated(value) if kind == "entry" else self.number(value)

    def title(self, line: Line) -> str:
        """A forward line as NumPy has it; of others the name: rows of values stand in them."""
        return super().title(line) if line.phase == "forward" else line.target

    def answered(self, answer: Answer) -> list[str]:
        """The statements that give an answer."""
        cast = "(int)" * (answer.role == LABEL and self.kind(answer.name) == "entry")
        if self.single(answer):
            return [f"answer.{answer.role} = {cast}{answer.name}[0];"]
        number = f"answer.{answer.role}[j] = {cast}{answer.name}[j];"
        return self.loop("j", str(answer.width), [number])

    # The self-test

    def self_test(self) -> list[str]:
        """A program that predicts a few rows, and compares."""
        found = expected(self.module, self.sample)
        count = len(next(iter(found.values())))
        kind = "model_row" if self.fields else "float"
        rows = [self.row_given(i) for i in range(count)]
        width = "" if self.fields else f"[{self.module.given[0].width}]"
        row = "&test_rows[i]" if self.fields else "test_rows[i]"
        return [
            "#ifdef MODEL_TEST",
            "#include <stdio.h>",
            "#include <string.h>",
            "",
            *self.comment(self.sample.note),
            declared(
                f"static const {kind} test_rows[{count}]{width} = ",
                listed(rows, "{", "}"),
                ";",
                hang=0,
            ),
            "",
            *self.comment("What they are answered, as the definition has it."),
            declared(
                f"static const model_answer test_answers[{count}] = ",
                listed((self.row_answered(found, i) for i in range(count)), "{", "}"), ";",
            ),
            "",
            "static double far(double one, double other) {",
            "    return fabs(one - other) / (1 + fabs(other));",
            "}",
            "",
            *block("int main(void)", [
                "int right = 0;",
                *block(f"for (int i = 0; i < {count}; i++)", [
                    f"const model_answer found = model_predict({row});",
                    "const model_answer wanted = test_answers[i];",
                    "double worst = 0;",
                    *(line for answer in self.module.answers for line in self.compared(answer)),
                    "right += worst < 1e-4;",
                ]),
                f'printf("%d of {count} rows as expected\\n", right);',
                f"return right != {count};",
            ]),
            "#endif",
        ]  # fmt: skip

    def row_given(self, i: int) -> Group:
        """A row of the self-test."""
        if self.sample.matrix is not None:
            return listed(
                (f"{x}f" for x in np.asarray(self.sample.matrix[i], np.float32)), "{", "}"
            )
        cells = ((field, self.sample.cells[field.column][i]) for field in self.fields)
        return listed((self.cell(field, value) for field, value in cells), "{", "}")

    def cell(self, field: Field, value: Any) -> str:
        """A cell of a row."""
        if field.given.texts:
            return "NULL" if value is None else c_text(str(value))
        if value is None:
            return "NAN"
        return floated(value) if self.kind(field.given.name) == "entry" else repr(float(value))

    def row_answered(self, found: Mapping[str, NDArray[Any]], i: int) -> Group:
        """What a row of the self-test is answered."""
        return listed(
            (self.answer_text(x, found[x.name][i]) for x in self.module.answers), "{", "}"
        )

    def answer_text(self, answer: Answer, values: NDArray[Any]) -> str:
        """An answer, written out."""
        kind = self.answer_type(answer)
        if "char" in kind:
            texts = map(c_text, map(str, values))
        elif kind == "int ":
            texts = map(str, values.astype(int))
        else:
            texts = map(floated if kind == "float " else repr, values.astype(float))
        return "".join(texts) if self.single(answer) else listed(texts, "{", "}")

    def compared(self, answer: Answer) -> list[str]:
        """The statements that compare an answer."""
        role = answer.role
        if self.single(answer) and "char" in self.answer_type(answer):
            return [f"worst = strcmp(found.{role}, wanted.{role}) == 0 ? worst : 1;"]
        one, other = (
            f"{of}.{role}{'' if self.single(answer) else '[j]'}" for of in ("found", "wanted")
        )
        compare = f"worst = fmax(worst, far({one}, {other}));"
        return [compare] if self.single(answer) else self.loop("j", str(answer.width), [compare])


def floated(value: float) -> str:
    """A number of 32 bits, as short as it stays exact; one beyond them is infinite."""
    with np.errstate(over="ignore"):
        text = str(np.float32(value))
    return f"{'-' * (value < 0)}INFINITY" if "inf" in text else f"{text}f"


class CModule(ModulePrinter):
    """Prints trained models as a header for `#include "model.h"`, their weights in float32."""

    language, ending, tries = "c", ".h", True
    header = CHeader

    def program(self, module: Module, sample: Sample, weights_file: str | None = None) -> str:
        """See `ModulePrinter.program`."""
        if weights_file is not None:
            raise UnsupportedError(f"the {self.language} printer writes weights into the program")
        return self.header(OneRowModule(self.narrow(module)), sample).whole()

    def narrow(self, module: Module) -> Module:
        """The module with its weights as they are written."""
        weights = {name: array.astype(np.float32) for name, array in module.weights.items()}
        return replace(module, weights=weights)


class CModuleInEightBits(CModule):
    """As these, the matrices of weights in whole numbers of 8 bits."""

    language = "c-int8"

    def narrow(self, module: Module) -> Module:
        """The module with its weights as they are written."""
        return in_eight_bits(module)
