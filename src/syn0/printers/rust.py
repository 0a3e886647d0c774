"""The Rust printer: a standalone program that needs no crate and nothing unsafe.

It draws the same start weights and batches as NumPy does, and prints the same numbers. Rust
converts no number by itself: `lower/types.py` says where one is to be converted.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from syn0.lower import Array, Kernel, Loop, Statement, names_asked
from syn0.lower.types import Types
from syn0.printers.base import ATOM, NEGATIVE, Template, infix
from syn0.printers.c import C_TEMPLATES
from syn0.printers.loops import (
    WIDTH,
    LoopPrinter,
    Parts,
    all_rows_of,
    block,
    inside,
)
from syn0.printers.pretty import INDENT, Code, fitted, listed
from syn0.printers.script import Script, digits
from syn0.program import Const, Expr, Program

METHODS = {
    "absolute": "abs", "cos": "cos", "exp": "exp", "expm1": "exp_m1", "log": "ln",
    "log1p": "ln_1p", "sqrt": "sqrt", "tanh": "tanh",
}  # fmt: skip
CAST = 13
"""How tightly `as` binds, for our purposes: the text after it must not begin with `<`."""

RUST_TEMPLATES = C_TEMPLATES | {
    **{name: Template(f"{{0}}.{method}()", needs=(ATOM,)) for name, method in METHODS.items()},
    "choose": Template("choose({0}, {1}, {2})"),
    "where": Template("choose({0}, {1}, {2})"),
    "floor_divide": Template("({0} / {1}).floor()", needs=(13, 14)),
    "least": Template("{0}.min({1})", needs=(ATOM, 0)),
    "less": Template("{0} < {1}", 10, (CAST + 1, 11)),
    "modulo": infix("%", 13),
    "normal": Template("random.normal()"),
    "power": Template("{0}.powf({1})", needs=(ATOM, 0)),
    "random": Template("random.sample()"),
    "random_seed": Template("random.bits()"),
    "square": Template("{0}.powi(2)", needs=(ATOM,)),
    "entry_from_index": Template("{0} as Real", CAST, (NEGATIVE,)),
    "entry_from_number": Template("{0} as Real", CAST, (NEGATIVE,)),
    "entry_from_truth": Template("Real::from({0})"),
    "number_from_entry": Template("f64::from({0})"),
    "number_from_index": Template("{0} as f64", CAST, (NEGATIVE,)),
    "number_from_key": Template("f64::from({0})"),
    "number_from_truth": Template("f64::from({0})"),
    "truth_from_entry": Template("{0} != 0.0", 9, (10,)),
    "truth_from_number": Template("{0} != 0.0", 9, (10,)),
}


class RustPrinter(LoopPrinter):
    """Prints a program as Rust for `rustc -O net.rs`."""

    language, ending, suffix = "rust", ".rs", "rs"
    templates = RUST_TEMPLATES
    head, when = "for {index} in 0..{length}", "if step % {interval} == 0"
    kinds = {"number": "let", "key": "let", "total": "let mut", "entry": "let mut"}  # noqa: RUF012
    types = {"number": ": f64", "total": ": f64", "entry": ": Real"}  # noqa: RUF012
    infinity = "Real::INFINITY"
    needed: tuple[str, ...] = ("figure",)
    indent, all_rows = 4, "let rows = ROWS;"

    def lowered(self, program: Program) -> list[Kernel]:
        """The kernels, each conversion written out."""
        kernels = super().lowered(program)
        return [Types(program.dtype, {"batch": "index"}).kernel(kernel) for kernel in kernels]

    def formula(self, name: str, program: Program) -> Expr:
        """An activation, each conversion written out."""
        return Types(program.dtype).to("entry", super().formula(name, program))

    def number(self, value: float) -> str:
        """Whole numbers are indices; others have a point or an exponent."""
        text = super().number(value)
        return text if isinstance(value, int) or {*text} & {*".eI"} else f"{text}.0"

    def expression(self, expr: Expr, need: int = 0) -> str:
        """As in every language with loops; a number whose method is called names its type."""
        text = super().expression(expr, need)
        return f"{text}_f64" if need == ATOM and isinstance(expr, Const) else text

    def spelled(self, statement: Statement, width: int) -> list[str]:
        """As in every language with loops; none where there is one round, whose number nobody asks
        for."""
        match statement:
            case Loop(index, 1, body) if index not in names_asked(body):
                return self.code(body, width - INDENT)
        return super().spelled(statement, width)

    def loop(self, index: str, length: str, body: list[str], *, braces: bool = True) -> list[str]:
        """A loop around statements."""
        return block(self.head.format(index=index, length=length), body)

    def assigned(self, start: str, value: str, width: int) -> str:
        """A statement that gives something a value; Rust warns of brackets around it."""
        return fitted(Code(start, value, ";"), width, hang=INDENT)

    def array(self, array: Array) -> str:
        """Room for a matrix, or for a row, of 0s."""
        *rows, columns = map(all_rows_of, array.shape)
        row = f"[0.0 as Real; {columns}]"
        return f"let mut {array.name} = {f'vec![{row}; {rows[0]}]' if rows else row};"

    def function(self, name: str, value: Expr) -> str:
        """A function of an entry `z`."""
        body = fitted(Code(self.expression(value)), WIDTH - INDENT, hang=INDENT)
        return "\n".join(block(f"fn {name}(z: Real) -> Real", [body]))

    def frame(self, parts: Parts) -> list[str]:
        """Functions and `main`."""
        plan, names = parts.plan, [f"mut {name}" for name in parts.numbers]
        size = f"const BATCH: usize = {plan.batch_size};"
        zeros = f"] = [0.0_f64; {len(names)}];"
        main = [
            *self.data(plan),
            "",
            *(self.array(Array(name, shape)) for name, shape in parts.arrays.items()),
            *([inside("let [", listed(names), zeros)] if names else []),
            "",
            *self.seed(parts),
            *parts.start(),
            "",
            *self.before(plan),
            *self.loop("step", str(plan.steps), [*self.rows(plan), *parts.step()]),
            *parts.closing(),
            'println!("Output after training:");',
            *block(f"for row in &{plan.program.output}", [
                *block("for value in row", ['print!(" {value:.8}");']),
                "println!();",
            ]),
        ]  # fmt: skip
        return [
            *self.comment(plan.title),
            "// rustc -O net.rs && ./net",
            "#![allow(dead_code, non_snake_case, unused_assignments, clippy::all)]",
            "",
            f"type Real = {'f32' if plan.program.dtype == 'float32' else 'f64'};",
            f"const ROWS: usize = {plan.rows};",
            *([size] if plan.batch_size else []),
            "",
            *parts.functions("functions", "random"),
            *block("fn main()", main),
            "",
        ]

    def table(self, name: str, values: NDArray[Any]) -> str:
        """An array of the data."""
        start = f"let {name}: [[Real; {values.shape[1]}]; ROWS] = "
        rows = (listed(map(str, row), "[", "]") for row in values)
        return inside(start, listed(rows, "[", "]"), ";")

    def seed(self, parts: Parts) -> list[str]:
        """The generator, with its seed."""
        seed, now = parts.plan.program.seed, "std::time::UNIX_EPOCH.elapsed().unwrap()"
        start = f"{now}.subsec_nanos()" if seed is None else str(seed)
        return [f"let mut random = Generator::new({start});"] if parts.draws else []

    def before(self, plan: Script) -> list[str]:
        """What the steps ask for."""
        steps = [f"let steps = {plan.steps}_f64;"] if "steps" in plan.program.numbers else []
        order = f"let {'mut ' * plan.shuffles}order: Vec<usize> = (0..ROWS).collect();"
        return [*steps, *([order] if plan.batch_size else [])]

    def rows(self, plan: Script) -> list[str]:
        """The rows of a step."""
        if plan.batch_size is None:
            return [self.all_rows]
        sort = [] if plan.training.reshuffle else ["order.sort_unstable();"]
        place, shuffled = f"step % {plan.batches}", [*sort, "random.shuffle(&mut order);"]
        return [
            *(block(f"if {place} == 0", shuffled) if plan.shuffles else []),
            f"let first = {place} * BATCH;",
            "let batch = &order[first..ROWS.min(first + BATCH)];",
            "let rows = batch.len();",
        ]

    def report(self, plan: Script) -> list[str]:
        """The statement that prints a step's figures."""
        forms = [f"{name} {{}}" for name in plan.program.reports]
        forms += ["of {rows} rows"] if plan.batch_size else []
        figures = listed(f"figure({name}, {digits(name)})" for name in plan.program.reports)
        start = f'println!("step {{step}}: {", ".join(forms)}", '
        return [fitted(Code(start, figures, ");"), WIDTH - 4 * INDENT, hang=INDENT)]

    def last_report(self) -> str:
        """The statement that prints how good the closing prediction is."""
        figures = "figure(loss, 12), figure(error, 12)"
        return f'println!("all rows: loss {{}}, error {{}}", {figures});'
