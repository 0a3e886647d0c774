"""Trained models that predict one row a call without a heap: what their languages share.

Weights and the forward lines are float32, or weights are whole numbers of 8 bits, one scale a unit.
Columns are prepared, and answers restored, in float64 where float32 is too coarse for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.lower import Array
from syn0.lower.loops import Kernel, kernels
from syn0.lower.rows import OneRow, of_one_row
from syn0.lower.types import Types, type_of_row
from syn0.printers.loops import LoopPrinter, Lowered
from syn0.printers.module import (
    LABEL,
    VARIABLE,
    Answer,
    Given,
    Module,
    ModulePrinter,
    Sample,
    values_of,
)
from syn0.printers.pretty import Group, listed
from syn0.program import Apply, Const, Expr, Line, Name, Program, check
from syn0.spec.words import identifier

LARGEST = 127
"""The largest whole number of a weight in 8 bits."""


TAKEN = """\
abstract alignas alignof and as asm async auto await become bitand bitor bool box break case
catch char class compl concept const constexpr continue crate decltype default delete do
double dyn else enum explicit export extern false final float fn for friend gen goto if impl
import in inline int let long loop macro match mod module move mut mutable namespace near
new noexcept not nullptr operator or override priv private protected pub public ref register
requires restrict return self short signed sizeof static struct super switch template this
throw trait true try type typedef typeid typename typeof union unsafe unsigned unsized use
using virtual void volatile where while xor yield"""
WORDS = frozenset(TAKEN.split())
"""Names that one of the languages has for itself."""


@dataclass(frozen=True)
class Field:
    """What a caller hands in of one column.

    Attributes:
        name: in the program.
        column: what the table calls it.
        given: what it is part of.
    """

    name: str
    column: str
    given: Given


@dataclass(frozen=True)
class OneRowModule:
    """A plan for one row at a time."""

    module: Module

    @property
    def program(self) -> Program:
        """The module's program, with forward lines in float32."""
        return replace(self.module.program, dtype="float32")

    def types(self) -> dict[str, str]:
        """The types of arrays that do not hold plain entries."""
        module, found = self.module, dict[str, str]()
        if any(any(given.coarse) for given in module.given):
            prepared = {line.target for line in module.program.phase("prepare")} - {"X"}
            found |= dict.fromkeys(prepared | {g.name for g in module.given}, "number")
        found |= {given.name: "text" for given in module.given if given.texts}
        found |= {answer.name: "number" for answer in module.answers if answer.wide}
        found |= {n: "small" for n, array in module.weights.items() if array.dtype == np.int8}
        for line in module.program.lines:
            match line.expression:
                case Apply("label", (_, Const(tuple() as row))):
                    found[line.target] = type_of_row(row)
        return found

    def fields(self) -> list[Field]:
        """What a caller hands in, in the table's order; none where it is a plain row of numbers."""
        taken = {*WORDS}
        found = []
        for column, given, _ in self.module.columns:
            name = identifier(column, 24, taken.__contains__)
            taken.add(name)
            found.append(Field(name, column, given))
        return found


def one_row_kernels(program: Program, types: Mapping[str, str], *, marked: bool) -> list[Kernel]:
    """The kernels for one row, each conversion written out."""
    rows = OneRow(name for name, shape in check(program).items() if shape[:1] == ("rows",))
    made = map(rows.kernel, kernels(program))
    rows_of = "number" if "number" in types.values() else "entry"
    return [Types("float32", types, rows=rows_of, marked=marked).kernel(x) for x in made]


def expected(module: Module, sample: Sample) -> dict[str, NDArray[Any]]:
    """What the definition answers to a sample, by the names of the answers: (rows, width)."""
    found = values_of(module, sample)
    return {answer.name: found[answer.name] for answer in module.answers}


def in_eight_bits(module: Module) -> Module:
    """The module, its matrices of weights as whole numbers from -127 to 127, times one scale for
    each column; the lines that multiply by a matrix multiply by these too."""
    matrices = [name for name, array in module.weights.items() if array.ndim == 2]
    weights: dict[str, NDArray[Any]] = {}
    for name, array in module.weights.items():
        weights[name] = array.astype(np.float32)
        if name in matrices:
            scale = np.maximum(np.abs(array).max(axis=0), 1e-30) / LARGEST
            weights[name] = np.rint(array / scale).astype(np.int8)
            weights[f"{name}_scale"] = scale.astype(np.float32)

    def scaled(expr: Expr) -> Expr:
        match expr:
            case Apply("matmul", (left, Name(name))) if name in matrices:
                return Apply("matmul", (scaled(left), Name(name))) * Name(f"{name}_scale")
            case Apply(operation, args, fixed):
                return Apply(operation, tuple(map(scaled, args)), fixed)
        return expr

    scales = [
        Line(
            f"{name}_scale", Apply("ones", (), weights[f"{name}_scale"].shape), "init", 0, "scales"
        )
        for name in matrices
    ]
    lines = (replace(x, expression=scaled(x.expression)) for x in module.program.lines)
    program = replace(module.program, lines=(*scales, *lines), weights=tuple(weights))
    return replace(module, program=program, weights=weights)


class OneRowPrinter(LoopPrinter):
    """Prints one model, one row at a time.

    Args:
        plan: the model.
        sample: the rows of its self-test.

    Attributes:
        brackets: around lists.
        marked: whether numbers that are written out say that they have 32 bits.
        files: of the functions that it calls, in `runtime`.
        behind, last: lines behind the function that predicts, and behind the self-test.
    """

    brackets: tuple[str, str] = ("{", "}")
    marked = True
    files: tuple[str, ...] = ("functions", "columns")
    behind: tuple[str, ...] = ()
    last: tuple[str, ...] = ("#endif", "")

    def __init__(self, plan: OneRowModule, sample: Sample) -> None:
        self.plan, self.module, self.sample = plan, plan.module, sample
        self.types, self.fields = plan.types(), plan.fields()
        self.expected = expected(plan.module, sample)
        self.count = len(next(iter(self.expected.values())))
        called = ["texts" for given in self.module.given if given.texts]
        self.parts = Lowered(self, plan.program, called)
        self.lines = plan.program.phase("prepare", "forward", "answer")

    def lowered(self, program: Program) -> list[Kernel]:
        """The kernels for one row, each conversion written out."""
        return one_row_kernels(program, self.types, marked=self.marked)

    def formula(self, name: str, program: Program) -> Expr:
        """An activation, each conversion written out."""
        return Types("float32", marked=self.marked).to("entry", super().formula(name, program))

    def whole(self) -> str:
        """The whole text."""
        return "\n".join([
            *self.heading(), "",
            *self.parts.functions(*self.files),
            *self.takes(),
            *self.gives(), "",
            *self.comment("What it learned."),
            *(self.weight(name, array) for name, array in self.module.weights.items()), "",
            *self.predict(), "",
            *self.behind,
            *self.self_test(), "",
            *self.last,
        ])  # fmt: skip

    def heading(self) -> list[str]:
        """What it is, how it is used, and what it stands on."""
        raise NotImplementedError

    def takes(self) -> list[str]:
        """The type of a row; nothing where that is plain numbers."""
        raise NotImplementedError

    def gives(self) -> list[str]:
        """The type of an answer."""
        raise NotImplementedError

    def weight(self, name: str, array: NDArray[Any]) -> str:
        """The definition of an array that the model learned."""
        raise NotImplementedError

    def predict(self) -> list[str]:
        """The function that predicts."""
        raise NotImplementedError

    def self_test(self) -> list[str]:
        """What predicts a few rows, and compares."""
        raise NotImplementedError

    def rooms(self) -> list[str]:
        """Room for the arrays that the function binds."""
        bound = {line.target for line in self.lines}
        arrays = ((name, shape) for name, shape in self.parts.arrays.items() if name in bound)
        return [self.array(Array(name, of_one_row(shape))) for name, shape in arrays]

    def answer_kind(self, answer: Answer) -> str:
        """The type of what is answered."""
        kind = self.kind(answer.name)
        return "index" if answer.role == LABEL and kind == "entry" else kind

    def kind(self, name: str) -> str:
        """The type of an array's entries."""
        return self.types.get(name, "entry")

    @property
    def bytes(self) -> int:
        """The size of the weights."""
        return sum(array.nbytes for array in self.module.weights.values())

    @property
    def small(self) -> bool:
        """Whether weights have 8 bits."""
        return "small" in self.types.values()

    def single(self, answer: Answer) -> bool:
        """Whether an answer is one value."""
        return answer.width == 1 and answer.role in (LABEL, VARIABLE)

    def title(self, line: Line) -> str:
        """A forward line as NumPy has it; of others the name: rows of values stand in them."""
        return super().title(line) if line.phase == "forward" else line.target

    def numbers(self, array: NDArray[Any]) -> Group:
        """A row of numbers, or several."""
        if array.ndim > 1:
            return listed(map(self.numbers, array), *self.brackets)
        if array.dtype == np.int8:
            return listed(map(str, array), *self.brackets)
        return listed(map(self.narrow, array.astype(np.float32)), *self.brackets)

    def row_kind(self, row: tuple[float, ...] | tuple[str, ...]) -> str:
        """The type of a row that is written out."""
        kind, wide = type_of_row(row), "number" in self.types.values()
        return "entry" if kind == "number" and not wide else kind

    def narrow(self, value: float) -> str:
        """A number of 32 bits."""
        return floated(value)


def floated(value: float) -> str:
    """A number of 32 bits, as short as it stays exact; one beyond them is infinite."""
    with np.errstate(over="ignore"):
        text = str(np.float32(value))
    return f"{'-' * (value < 0)}INFINITY" if "inf" in text else f"{text}f"


class OneRowModulePrinter(ModulePrinter):
    """Prints trained models, one row at a time.

    Attributes:
        printer: what prints one.
    """

    printer: type[OneRowPrinter]

    def predicting(self, module: Module, sample: Sample) -> str:
        """See `ModulePrinter.predicting`."""
        return self.printer(OneRowModule(self.narrow(module)), sample).whole()

    def narrow(self, module: Module) -> Module:
        """The module with its weights as they are written."""
        weights = {name: array.astype(np.float32) for name, array in module.weights.items()}
        return replace(module, weights=weights)
