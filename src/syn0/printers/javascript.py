"""The JavaScript printer: a standalone program for Node, in the loops of the C printer.

It draws the same start weights and batches as NumPy does, and prints the same numbers.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from syn0.lower import Array
from syn0.printers.base import Template, infix
from syn0.printers.c import C_TEMPLATES
from syn0.printers.loops import (
    WIDTH,
    LoopPrinter,
    Parts,
    all_rows_of,
    declared,
    number_rows,
)
from syn0.printers.pretty import Assigned, fitted, listed
from syn0.printers.script import Script, digits
from syn0.program import Expr

JAVASCRIPT_TEMPLATES = C_TEMPLATES | {
    **{name: Template(f"Math.{name}({{0}})")
       for name in ("cos", "exp", "expm1", "log", "log1p", "sign", "sqrt", "tanh")},
    "absolute": Template("Math.abs({0})"),
    "as_entry": Template("Math.fround({0})"),
    "equal": Template("{0} === {1}", 9, (10, 10)),
    "floor_divide": Template("Math.floor({0} / {1})", needs=(13, 14)),
    "maximum": Template("Math.max({0}, {1})"),
    "minimum": Template("Math.min({0}, {1})"),
    "modulo": infix("%", 13),
    "power": Template("Math.pow({0}, {1})"),
}  # fmt: skip


class JavaScriptPrinter(LoopPrinter):
    """Prints a program as JavaScript for `node net.mjs`."""

    language, ending, suffix = "javascript", ".mjs", "js"
    templates = JAVASCRIPT_TEMPLATES
    head = "for (let {index} = 0; {index} < {length}; {index}++)"
    kinds = {"number": "const", "key": "const", "total": "let", "entry": "let"}  # noqa: RUF012
    infinity = "Infinity"
    needed = ("matrix", "figure")
    all_rows = "const rows = ROWS;"

    def array(self, array: Array) -> str:
        """Room for an array, of 0s: of numbers, or of its rows."""
        made = "matrix({}, {})" if len(array.shape) == 2 else "new Real({})"
        return f"const {array.name} = {made.format(*map(all_rows_of, array.shape))};"

    def function(self, name: str, value: Expr) -> str:
        """A function of an entry `z`."""
        return fitted(Assigned(f"const {name} = (z) => ", self.expression(value), ";"), WIDTH)

    def frame(self, parts: Parts) -> list[str]:
        """Data, functions, arrays, and what runs."""
        plan, seed = parts.plan, parts.plan.program.seed
        return [
            *self.comment(plan.title),
            "// node net.mjs",
            f"const Real = {plan.program.dtype.capitalize()}Array;",
            "",
            *parts.functions("functions", "random"),
            *self.data(plan),
            f"const ROWS = {plan.rows};",
            "",
            *(self.array(Array(name, shape)) for name, shape in parts.arrays.items()),
            *([declared("let ", listed(parts.numbers), ";")] if parts.numbers else []),
            "",
            *([f"start({'Date.now()' if seed is None else seed});"] if parts.draws else []),
            *parts.start(),
            "",
            *self.before(plan),
            *self.loop("step", str(plan.steps), [*self.rows(plan), *parts.step()], braces=True),
            *parts.closing(),
            'console.log("Output after training:");',
            f"for (const row of {plan.program.output})",
            '    console.log(Array.from(row, (value) => ` ${value.toFixed(8)}`).join(""));',
            "",
        ]

    def table(self, name: str, values: NDArray[Any]) -> str:
        """An array of the data."""
        return declared(f"const {name} = table([", number_rows(values, "[", "]"), "]);")

    def before(self, plan: Script) -> list[str]:
        """What the steps ask for."""
        steps = [f"const steps = {plan.steps};"] if "steps" in plan.program.numbers else []
        order = ["const order = Array.from({ length: ROWS }, (_, i) => i);"]
        return [*steps, *(order if plan.batch_size else [])]

    def rows(self, plan: Script) -> list[str]:
        """The rows of a step."""
        if plan.batch_size is None:
            return [self.all_rows]
        size, place = plan.batch_size, f"step % {plan.batches}"
        order = "order" if plan.training.reshuffle else "order.sort((a, b) => a - b)"
        return [
            *([f"if ({place} == 0) shuffle({order});"] if plan.shuffles else []),
            f"const batch = order.slice({place} * {size}, ({place} + 1) * {size});",
            "const rows = batch.length;",
        ]

    def report(self, plan: Script) -> list[str]:
        """The statement that prints a step's figures."""
        names = plan.program.reports
        figures = [f"{name} ${{figure({name}, {digits(name)})}}" for name in names]
        *first, last = [*figures, *(["of ${rows} rows"] if plan.batch_size else [])]
        texts = ["step ${step}:", *(f"{figure}," for figure in first), last]
        return ["console.log(", *(f"    `{text}`," for text in texts), ");"]

    def last_report(self) -> str:
        """The statement that prints how good the closing prediction is."""
        return "console.log(`all rows: loss ${figure(loss, 12)}, error ${figure(error, 12)}`);"
