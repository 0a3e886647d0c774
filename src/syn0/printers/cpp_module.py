"""A trained model as one C++ header: C++17, no heap. One row a call; its self-test is in it."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from syn0.printers.base import Template
from syn0.printers.c_module import C_MODULE_TEMPLATES, MATHEMATICS, CHeader
from syn0.printers.cpp import CppPrinter, InCpp
from syn0.printers.loops import block
from syn0.printers.one_row import OneRowModulePrinter
from syn0.printers.pretty import Group, listed
from syn0.printers.safe import c_note, cpp_line, cpp_text
from syn0.program.operations import Shape

CAST = Template("float({0})")
CPP_MODULE_TEMPLATES = C_MODULE_TEMPLATES | {
    **{name: Template(f"std::{name}({{0}})") for name in MATHEMATICS},
    **{f"entry_from_{kind}": CAST for kind in ("index", "number", "small", "truth")},
    **{f"number_from_{kind}": Template("double({0})") for kind in ("entry", "index", "truth")},
    "absolute": Template("std::abs({0})"),
    "index_from_entry": Template("int({0})"),
    "is_missing": Template("std::isnan({0})"),
    "same_text": Template("{0} == {1}", 9, (10, 10)),
}


class CppHeader(InCpp, CHeader):
    """One model as a C++ header."""

    suffix, behind = "hpp", ("} // namespace model", "")
    templates = CPP_MODULE_TEMPLATES
    head = CppPrinter.head
    result = "inline float"
    row_type, answer_type, input = "Row", "Answer", "const Row &input"
    predicts, call = "inline Answer predict", "model::predict"
    member, address, lasting = "input.", "", "inline"
    whole_number, no_text, alike = "(int)", '""sv', "{} == {}"
    main, magnitude, printing = "int main()", "std::abs", "std::printf"
    test_headers = (
        "#include <cstdio>",
        "",
        "using namespace std::literals;",
        "using namespace model;",
    )
    element = {  # noqa: RUF012  (a table, as in every printer)
        "entry": "float", "number": "double", "text": "std::string_view", "index": "int",
        "whole": "int", "small": "std::int8_t",
    }  # fmt: skip

    def heading(self) -> list[str]:
        """What it is, how it is used, and what it stands on."""
        headers = "algorithm array cmath cstddef cstdint string_view"
        return [
            *self.comment(f"{self.module.title} It holds {self.bytes:,} bytes of weights."),
            *self.comment("Use: model::predict of a row. Its self-test: c++ -std=c++17 "
                          "-DMODEL_TEST -x c++ model.hpp -o model_test && ./model_test"),
            "#ifndef MODEL_HPP",
            "#define MODEL_HPP",
            "",
            *(f"#include <{header}>" for header in headers.split()),
            "",
            "namespace model {",
            "",
            "using namespace std::string_view_literals;",
        ]  # fmt: skip

    def beside(self, column: str) -> str:
        """The comment that says what a column is called."""
        return cpp_line(f"// {c_note(column)}")

    def text_code(self, text: str) -> str:
        """A text, written out."""
        return cpp_text(text)

    def variable(self, kind: str, name: str, shape: Shape = ()) -> str:
        """The declaration of a variable."""
        made = self.element[kind]
        for size in reversed(shape):
            made = f"std::array<{made}, {size}>"
        return f"{made} {name}"

    def fixed(self, kind: str, name: str, shape: Shape) -> str:
        """The declaration of something constant."""
        return f"const {self.variable(kind, name, shape)}"

    def taken_row(self, kind: str, name: str, shape: Shape) -> str:
        """The declaration of a row that the function takes."""
        return self.fixed(kind, f"&{name}", shape)

    def structure(self, name: str, rows: list[str]) -> list[str]:
        """A type of several values."""
        return [*block(f"struct {name}", rows)[:-1], "};"]

    def numbers(self, array: NDArray[Any]) -> Group:
        """A row of numbers, or several."""
        if array.ndim > 1:
            return listed(map(self.numbers, array), "{{", "}}")
        return super().numbers(array)

    def known(self, text: str, missing: str, count: int) -> str:
        """A text that is handed in, "" where it stands for a missing one."""
        return f"text_of({text}, {missing})"


class CppModule(OneRowModulePrinter):
    """Prints trained models as a header for `#include "model.hpp"`, their weights in float32."""

    language, ending, printer = "cpp", ".hpp", CppHeader
