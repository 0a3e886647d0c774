"""The C++ printer: a standalone program of C++17, in the loops of the C printer.

It draws the same start weights and batches as NumPy does, and prints the same numbers.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from syn0.lower import Array
from syn0.printers.base import Template
from syn0.printers.c import C_TEMPLATES, CPrinter
from syn0.printers.loops import (
    NOTES,
    Parts,
    all_rows_of,
    declared,
    number_rows,
    together,
)
from syn0.printers.numpy import indented
from syn0.printers.pretty import commented
from syn0.printers.safe import c_note, cpp_line
from syn0.printers.script import Script
from syn0.program.operations import Shape

CPP_TEMPLATES = C_TEMPLATES | {
    **{name: Template(f"std::{name}({{0}})")
       for name in ("exp", "expm1", "log", "log1p", "sqrt", "cos", "tanh")},
    "absolute": Template("std::abs({0})"),
    "as_entry": Template("real({0})"),
    "floor_divide": Template("std::floor({0} / {1})", needs=(13, 14)),
    "least": Template("std::min<double>({0}, {1})"),
    "modulo": Template("std::fmod({0}, {1})"),
    "power": Template("std::pow({0}, {1})"),
}  # fmt: skip


MATHS = (
    "abs", "cos", "exp", "expm1", "floor", "fmod", "isnan", "log", "log1p", "pow", "sqrt", "tanh",
)  # fmt: skip

HEADERS = {
    "algorithm": ("std::min",),
    "array": ("std::array",),
    "cmath": ("INFINITY", *(f"std::{name}(" for name in MATHS)),
    "cstdint": ("std::uint32_t",),
    "cstdio": ("std::printf",),
    "numeric": ("std::iota",),
    "optional": ("std::optional",),
    "random": ("std::mt19937",),
    "utility": ("std::swap",),
    "vector": ("std::vector",),
}
"""The headers, and what of theirs a program uses."""


class InCpp(CPrinter):
    """C's loops in C++, whose comments end with their line."""

    def comment(self, text: str, width: int = NOTES) -> list[str]:
        """A comment of one line, or of several."""
        return [cpp_line(line) for line in commented(c_note(text), width)]


class CppPrinter(InCpp):
    """Prints a program as C++ for `c++ -std=c++17 net.cpp`."""

    language, ending, suffix = "cpp", ".cpp", "cpp"
    templates = CPP_TEMPLATES
    head = "for (int {index} = 0; {index} < {length}; ++{index})"
    kinds = CPrinter.kinds | {"key": "const std::uint32_t"}
    needed = ("matrix",)
    result, printing = "real", "std::printf"
    order, shuffled = "std::vector<int> order(ROWS);", "shuffle(order);"
    seeded, unseeded = "random_bits.seed({});", "random_bits.seed(std::random_device{}());"

    def frame(self, parts: Parts) -> list[str]:
        """Data, functions and arrays in a namespace without a name, and `main`."""
        plan = parts.plan
        body = [
            "namespace {",
            "",
            *self.sizes(plan),
            "",
            *parts.functions("functions", "random"),
            *self.data(plan),
            "",
            *self.names(parts),
            "",
            "} // namespace",
            "",
            "int main() {",
            *indented([*self.training(parts), *self.end(plan)]),
            "}",
            "",
        ]
        return [*self.headers(plan, "\n".join(body)), "", *body]

    def array(self, array: Array) -> str:
        """A small array of 0s on the stack, or one that stays."""
        room = f"{self.room(array.shape)} {array.name}"
        return f"{room}{{}};" if array.starts_at_0 else f"static {room};"

    def room(self, shape: Shape) -> str:
        """The type of an array, with room for all rows."""
        sizes = ", ".join(map(all_rows_of, shape))
        return f"Matrix<{sizes}>" if len(shape) == 2 else f"std::array<real, {sizes}>"

    # The frame

    def headers(self, plan: Script, body: str) -> list[str]:
        """What it is, and the headers of what stands in the program."""
        asked = [name for name, words in HEADERS.items() if any(word in body for word in words)]
        return [
            *self.comment(plan.title),
            "// c++ -std=c++17 -O2 net.cpp -o net && ./net",
            *(f"#include <{name}>" for name in asked),
        ]

    def sizes(self, plan: Script) -> list[str]:
        """The type of numbers, and the sizes of the data."""
        batch = [f"constexpr int BATCH = {plan.batch_size};"] if plan.batch_size else []
        kind = "float" if plan.program.dtype == "float32" else "double"
        return [f"using real = {kind};", f"constexpr int ROWS = {plan.rows};", *batch]

    def table(self, name: str, values: NDArray[Any]) -> str:
        """An array of the data."""
        start = f"const Matrix<ROWS, {values.shape[1]}> {name} = {{{{"
        return declared(start, number_rows(values, "{", "}"), "}};")

    def names(self, parts: Parts) -> list[str]:
        """The names of the program."""
        return together(parts, self.room, "double")

    def ordered(self) -> list[str]:
        """The statements that put the rows in their own order."""
        return ["std::iota(order.begin(), order.end(), 0);"]

    def taken(self, first: str) -> list[str]:
        """The statements that take the rows of a step, from a place in the order on."""
        return [
            f"const int *batch = &order[{first}];",
            f"const int rows = std::min(BATCH, ROWS - {first});",
        ]
