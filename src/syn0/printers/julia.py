"""The Julia printer: the lines as they are, in Julia's arrays. A dot makes an operation one of
entries; a vector of NumPy's is a matrix of one row, so that it meets matrices as it does there.
"""

from __future__ import annotations

from collections.abc import Iterable

from syn0.lower.bindings import has_reductions
from syn0.printers import runtime
from syn0.printers.base import ATOM, NEGATIVE, Template, infix
from syn0.printers.loops import WIDTH
from syn0.printers.numpy import NumpyPrinter, indented, join_sections
from syn0.printers.pretty import Assigned, Code, Made, fitted, listed
from syn0.printers.script import CLOSING, Phase, Script, digits
from syn0.program import (
    Apply,
    Const,
    Expr,
    Line,
    Name,
    Program,
    Shape,
    check,
    formula,
    operations_in,
)
from syn0.program.checker import shape_of
from syn0.program.expressions import repeated_part, replace_part

POWER = NEGATIVE + 1
SIGNS = {"add": ("+", 11), "subtract": ("-", 11), "multiply": ("*", 13), "divide": ("/", 13)}
COMPARED = {"equal": "==", "greater": ">", "greater_equal": ">=", "less": "<"}
CALLS = {
    "absolute": "abs", "clip": "clamp", "cos": "cos", "exp": "exp", "expm1": "expm1",
    "floor_divide": "fld", "least": "min", "log": "log", "log1p": "log1p", "maximum": "max",
    "minimum": "min", "modulo": "mod", "sign": "sign", "sqrt": "sqrt", "tanh": "tanh",
    "where": "ifelse",
}  # fmt: skip

ARGUMENTS = {
    "clip": 3, "floor_divide": 2, "least": 2, "maximum": 2, "minimum": 2, "modulo": 2, "where": 3,
}  # fmt: skip


def by_entry(dot: str) -> dict[str, Template]:
    """The operations of numbers, or with a dot of the entries of arrays."""

    def call(name: str) -> Template:
        places = ", ".join(f"{{{k}}}" for k in range(ARGUMENTS.get(name, 1)))
        return Template(f"{CALLS[name]}{dot}({places})")

    return {
        **{name: infix(f"{dot}{sign}", strength) for name, (sign, strength) in SIGNS.items()},
        **{name: Template(f"{{0}} {dot}{sign} {{1}}", 10, (11, 11))
           for name, sign in COMPARED.items()},
        **{name: call(name) for name in CALLS},
        "negative": Template("-{0}", NEGATIVE, (NEGATIVE,)),
        "power": Template(f"{{0}} {dot}^ {{1}}", POWER, (POWER + 1, POWER + 1)),
    }  # fmt: skip


OF_NUMBERS, OF_ENTRIES = by_entry(""), by_entry(".")

JULIA_TEMPLATES = OF_NUMBERS | {
    "choose": Template("{0} ? {1} : {2}", 3, (4, 4, 4)),
    "float": Template("Float64({0})"),
    "float32": Template("Float32.({0})"),
    "float64": Template("Float64.({0})"),
    "matmul": infix("*", 13),
    "max_columns": Template("maximum({0}, dims=2)"),
    "mean": Template("mean({0})"),
    "mean_columns": Template("mean({0}, dims=2)"),
    "mean_rows": Template("mean({0}, dims=1)"),
    "normal": Template("standard_normal({fixed})"),
    "normal_like": Template("normal_like({0}, {1}, {2}, {3})"),
    "ones": Template("ones({fixed})"),
    "random": Template("random_sample({fixed})"),
    "random_seed": Template("Int(random_bits())"),
    "row_count": Template("size({0}, 1)"),
    "sum": Template("sum({0})"),
    "sum_columns": Template("sum({0}, dims=2)"),
    "sum_rows": Template("sum({0}, dims=1)"),
    "take": Template("{0}[{1}, :]", ATOM, (ATOM, 0)),
    "transpose": Template("{0}'", ATOM, (ATOM,)),
    "uniform_like": Template("uniform_like({0}, {1}, {2}, {3})"),
    "zeros": Template("zeros({fixed})"),
}


class JuliaProgram(NumpyPrinter):
    """One program as Julia, whose shapes say where dots belong.

    Args:
        program: whose names have shapes.
    """

    language = "julia"
    templates = JULIA_TEMPLATES

    def __init__(self, program: Program) -> None:
        self.shapes: dict[str, Shape] = check(program)
        self.single, self.within = program.dtype == "float32", False

    def expression(self, expr: Expr, need: int = 0) -> str:
        """With dots where arrays meet; among float32 entries, plain numbers are float32 too."""
        match expr:
            case Apply("float32", (Apply("zeros" | "ones" as made, (), fixed),)):
                return f"{made}(Float32, {self.shape(fixed)})"
            case Apply(operation, args) if operation in OF_ENTRIES and self.of(expr):
                masks = any("uniform_like" in operations_in(arg) for arg in args)
                cast = self.single and not (operation in COMPARED and masks)
                template = OF_ENTRIES[operation]
                needs = template.needs or (0,) * len(args)
                parts = [
                    self.entry(arg) if cast and not self.of(arg) else self.expression(arg, n)
                    for arg, n in zip(args, needs, strict=True)
                ]
                code = Made(template.text, *parts)
                return Made("({0})", code) if template.strength < need else code
            case Apply("power", (Const(2), Const(exponent))):  # whole numbers have no fractions
                return f"2.0 ^ {exponent}"
            case Apply(name, (arg,)) if self.calls(name) and not has_reductions(name):
                return f"{name}{'.' * bool(self.of(arg))}({self.expression(arg)})"
        return super().expression(expr, need)

    def of(self, expr: Expr) -> Shape:
        """The shape of an expression."""
        return shape_of(expr, self.shapes)

    def entry(self, number: Expr) -> str:
        """A plain number among float32 entries."""
        match number:
            case Const(float() | int() as value):
                return single(super().number(value))
        return f"Float32({self.expression(number)})"

    def number(self, value: float) -> str:
        """As every printer's; of float32 in functions of entries."""
        text = super().number(value).replace("np.pi", "pi").replace("np.inf", "Inf")
        return single(text) if self.within else text

    def row(self, values: tuple[float, ...] | tuple[str, ...]) -> str:
        """A matrix of one row."""
        return f"[{' '.join(self.number(float(value)) for value in values)}]"

    def shape(self, fixed: tuple[int, ...]) -> str:
        """The numbers of rows and columns."""
        return ", ".join(map(str, (1, *fixed)[-2:]))

    def statements(self, lines: Iterable[Line], indent: int = 4) -> list[str]:
        """As NumPy's, in a function."""
        return super().statements(lines, indent + 4)

    def remark(self, text: str, width: int = WIDTH) -> list[str]:
        """As NumPy's, in a function."""
        return super().remark(text, width - 4)

    def statement(self, line: Line) -> str:
        """As every printer's; an array changes in its place."""
        match line.expression:
            case Apply("add" | "multiply" as operation, (Name(name), change)) if (
                name == line.target and self.of(Name(name))
            ):
                sign = SIGNS[operation][0]
                return Assigned(f"{name} .{sign}= ", self.expression(change), "")
        return super().statement(line)

    def helper_function(self, name: str) -> str:
        """An activation or a slope of a number `z`; one that sums along rows, of a matrix."""
        result, rows = formula(name), has_reductions(name)
        self.shapes["z"] = ("rows", "columns") if rows else ()
        self.within = self.single and not rows
        body = []
        if (part := repeated_part(result)) is not None:
            self.shapes["part"] = self.of(part)
            body.append(f"part = {self.expression(part)}")
            result = replace_part(result, part, Name("part"))
        body.append(f"return {self.expression(result)}")
        self.within = False
        return "\n".join([f"function {name}(z)", *indented(body), "end"])

    # The frame

    def whole(self, script: Script) -> str:
        """The whole program."""
        program = script.program
        called = {*program.operations}
        called |= {"shuffle"} if script.shuffles else set()
        means = [name for name in called if name.startswith("mean")] or script.closing
        main = [
            *self.data_lines(script),
            "",
            *([self.seed(program.seed)] if self.draws(called) else []),
            *self.statements(program.phase("init")),
            "",
            *self.before(script),
            f"for step in 0:{script.steps - 1}",
            *indented([*self.batch_lines(script), *self.step_lines(script)]),
            "end",
            *self.closed(script),
            'println("Output after training:")',
            f"for row in eachrow({program.output})",
            '    println(join(@sprintf(" %.8f", value) for value in row))',
            "end",
        ]
        return join_sections([
            f"# {script.title}\n# julia net.jl",
            "using Printf" + ", Statistics" * bool(means),
            *self.helper_functions(program.lines),
            *runtime.called("random.jl", called),
            "\n".join(["function main()", *indented(main), "end"]),
            "main()",
        ])  # fmt: skip

    def draws(self, called: Iterable[str]) -> bool:
        """Whether it draws from the generator."""
        return bool({"random", "normal", "random_seed", "shuffle"} & {*called})

    def seed(self, seed: int | None) -> str:
        """The generator's seed."""
        return f"start({'time_ns()' if seed is None else seed})"

    def helper_functions(self, lines: Iterable[Line]) -> list[str]:
        """A function for each activation or slope that the lines call."""
        called = self.helpers(name for line in lines for name in line.operations)
        return [*map(self.helper_function, called)]

    def data_lines(self, script: Script) -> list[str]:
        """X and y, written out."""
        lines = self.remark(f"The data, one example a row: {script.data.note}.")
        kind = "Float32" if self.single else "Float64"
        for name, values in script.arrays.items():
            rows, columns = values.shape
            numbers = (str(x).removesuffix(".0") for x in values.ravel())
            if columns == 1:
                start, end = f"{name} = reshape({kind}[", "], :, 1)"
            else:
                start, end = f"{name} = permutedims(reshape({kind}[", f"], {columns}, {rows}))"
            lines.append(fitted(Code(start, listed(numbers), end), WIDTH - 4, hang=4))
        return lines

    def before(self, script: Script) -> list[str]:
        """What the steps ask for, and what stays after them."""
        steps = [f"steps = {script.steps}"] if "steps" in script.program.numbers else []
        order = ["order = collect(1:size(X, 1))"] if script.batch_size else []
        stays = [] if script.closing else [f"local {script.program.output}"]
        return [*steps, *order, *stays]

    def batch_lines(self, script: Script) -> list[str]:
        """What chooses the rows of a step."""
        size, place = script.batch_size, f"step % {script.batches}"
        if size is None:
            return []
        sort = [] if script.training.reshuffle else ["sort!(order)"]
        shuffled = [f"if {place} == 0", *indented([*sort, "shuffle!(order)"]), "end"]
        return [
            *(shuffled if script.shuffles else []),
            f"first = {place} * {size}",
            f"batch = order[(first + 1):min(first + {size}, end)]",
            "",
        ]

    def report_lines(self, phase: Phase, script: Script) -> list[str]:
        """What a phase only reports, once an interval, and the figures where all are known."""
        lines = self.statements(phase.measured, 8)
        if phase.reports:
            names = script.program.reports
            forms = [f"{name} %.{digits(name)}g" for name in names]
            figures = ["step", *names]
            if script.batch_size is not None:
                forms, figures = [*forms, "of %d rows"], [*figures, "length(batch)"]
            form = f'"step %d: {", ".join(forms)}\\n"'
            lines.append(fitted(listed([form, *figures], "@printf(", ")"), WIDTH - 12))
        return [f"if step % {script.interval} == 0", *indented(lines), "end"] if lines else []

    def closed(self, script: Script) -> list[str]:
        """A prediction of all rows, and how good it is, where the last step leaves none."""
        if script.closing is None:
            return []
        printer = JuliaProgram(script.closing)
        lines = printer.statements(script.closing.phase("forward", "loss"))
        report = '@printf("all rows: loss %.12g, error %.12g\\n", loss, error)'
        return ["", f"# {CLOSING}", *lines, report]


def single(text: str) -> str:
    """A number that is written out, as one of 32 bits; whole ones are of any type."""
    if "e" in text:
        return text.replace("e", "f")
    return f"{text}f0" if "." in text else text


class JuliaPrinter(NumpyPrinter):
    """Prints a program as Julia for `julia net.jl`."""

    language, ending, searches = "julia", ".jl", False
    templates = JULIA_TEMPLATES

    def text(self, script: Script) -> str:
        """The whole program."""
        return JuliaProgram(script.program).whole(script)

    def says(self, operation: str) -> bool:
        """Whether the language has a way to say an operation."""
        return operation in self.templates or self.calls(operation)
