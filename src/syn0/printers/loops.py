"""From lines to loops: the C statements of each line, whatever their dress.

A line becomes a *kernel*: what must be known before its loops (sums over rows or columns, plain
numbers, what stands in it twice) under names of its own, then loops over rows `i` and columns `j`
that set each entry of its target.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from syn0.printers.base import (
    Printer,
    Template,
    UnsupportedError,
    formula,
    infix,
    is_helper,
    repeated_part,
    replace_part,
)
from syn0.printers.numpy import indented
from syn0.program import (
    OPERATIONS,
    Apply,
    Const,
    Expr,
    Line,
    Name,
    Program,
    evaluate,
    operations_in,
)
from syn0.program.expressions import products
from syn0.program.operations import Shape
from syn0.program.tidy import spelled

FUNCTIONS = ("exp", "expm1", "log", "log1p", "sqrt", "cos", "tanh", "sign", "maximum", "minimum")

C_TEMPLATES = {
    "choose": Template("{0} ? {1} : {2}", 3, (4, 4, 3)),
    "where": Template("{0} ? {1} : {2}", 3, (4, 4, 3)),
    "equal": Template("{0} == {1}", 9, (10, 10)),
    "greater": Template("{0} > {1}", 10, (11, 11)),
    "greater_equal": Template("{0} >= {1}", 10, (11, 11)),
    "less": Template("{0} < {1}", 10, (11, 11)),
    "add": infix("+", 12),
    "subtract": infix("-", 12),
    "multiply": infix("*", 13),
    "divide": infix("/", 13),
    "negative": Template("-{0}", 14, (15,)),
    "power": Template("pow({0}, {1})"),
    "square": Template("square({0})"),
    "floor_divide": Template("floor({0} / {1})", needs=(13, 14)),
    "modulo": Template("fmod({0}, {1})"),
    "least": Template("least({0}, {1})"),
    "absolute": Template("fabs({0})"),
    "clip": Template("minimum(maximum({0}, {1}), {2})"),
    **{name: Template(f"{name}({', '.join(['{0}', '{1}'][: OPERATIONS[name].arguments])})")
       for name in FUNCTIONS},
}  # fmt: skip

OVER_ALL = {"sum": "sum", "mean": "mean"}
OVER_ROWS = {"sum_rows": "sum", "mean_rows": "mean"}
OVER_COLUMNS = {"sum_columns": "sum", "mean_columns": "mean", "max_columns": "max"}
REDUCTIONS = {*OVER_ALL, *OVER_ROWS, *OVER_COLUMNS}


@dataclass
class Kernel:
    """The statements of one line as they grow, and the names that are its own."""

    shapes: Mapping[str, Shape]
    statements: list[str] = field(default_factory=list)
    local: dict[str, Shape] = field(default_factory=dict)
    sums: dict[Apply, str] = field(default_factory=dict)

    def fresh(self, what: str, shape: Shape) -> str:
        """A new name of its own."""
        number, name = 1, what
        while name in self.local or name in self.shapes:
            number += 1
            name = f"{what}{number}"
        self.local[name] = shape
        return name

    def shape(self, expr: Expr) -> Shape:
        """The shape of an expression's value."""
        match expr:
            case Const(value):
                return (len(value),) if isinstance(value, tuple) else ()
            case Name(name):
                return self.local[name] if name in self.local else self.shapes[name]
            case Apply("square" | "uniform_at" | "normal_at", (of, *_)):
                return self.shape(of)
            case Apply(operation, args, fixed):
                rule = OPERATIONS[operation].shape
                return rule(*map(self.shape, args)) if args else rule(*fixed)
        raise TypeError(f"{expr!r} is not an expression")


class LoopPrinter(Printer):
    """Prints lines as loops over the rows and columns of their targets."""

    language = "c"
    templates = C_TEMPLATES
    plain = False
    """Whether plain numbers are computed, always in double, rather than entries of arrays."""

    def __init__(self, program: Program, shapes: Mapping[str, Shape]) -> None:
        self.program, self.shapes = program, shapes
        self.single = program.dtype == "float32"

    def number(self, value: float) -> str:
        """Whole numbers go with every number type; others are of the program's."""
        if value == int(value):
            return str(int(value)) if abs(value) < 1e9 else repr(float(value))
        return spelled(value) + ("f" if self.single and not self.plain else "")

    # What a line needs before its loops

    def kernel(self, line: Line) -> list[str]:
        """The statements that run a line."""
        at = Kernel(self.shapes)
        expr = self.hoisted(simplified(line.expression), at)
        shape = self.shapes[line.target]
        if shape == ():
            at.statements.append(f"{line.target} = {self.number_code(expr, at)};")
        else:
            at.statements += self.loops(line.target, shape, expr, at)
        return at.statements

    def hoisted(self, expr: Expr, at: Kernel) -> Expr:
        """`expr`, what its entries share taken from names of their own."""
        if not isinstance(expr, Apply):
            return expr
        if has_reductions(expr.operation):
            z = self.named(self.hoisted(expr.args[0], at), "z", at)
            inner = simplified(formula(expr.operation, z))
            if (part := repeated_part(inner)) is not None:
                inner = replace_part(inner, part, self.named(self.hoisted(part, at), "part", at))
            return self.hoisted(inner, at)
        if at.shape(expr) == () and not REDUCTIONS & set(operations_in(expr)):
            return expr if constant(expr) else self.named(expr, "number", at)
        args = tuple(self.hoisted(arg, at) for arg in expr.args)
        expr = Apply(expr.operation, args, expr.fixed)
        if expr.operation in REDUCTIONS:
            return self.reduced(expr, at)
        if expr.operation in ("uniform_like", "normal_like"):
            return self.keyed(expr, at)
        return expr

    def named(self, expr: Expr, what: str, at: Kernel) -> Name:
        """An expression under a name of its own."""
        if isinstance(expr, Name):
            return expr
        shape = at.shape(expr)
        name = at.fresh(what, shape)
        if shape == ():
            at.statements.append(f"const double {name} = {self.number_code(expr, at)};")
        else:
            self.declare(name, shape, at)
            at.statements += self.loops(name, shape, expr, at)
        return Name(name)

    def declare(self, name: str, shape: Shape, at: Kernel) -> None:
        """Make room for an array of the kernel's own."""
        at.statements.append(f"static real {name}{self.dimensions(shape)};")

    def number_code(self, expr: Expr, at: Kernel) -> str:
        """A plain number, computed in double."""
        self.plain = True
        code = self.entry(expr, at)
        self.plain = False
        return code

    def keyed(self, expr: Apply, at: Kernel) -> Expr:
        """Random numbers by their place; the key is the same for all."""
        like, seed, stream, step = expr.args
        assert isinstance(stream, Const)  # noqa: S101  (derive writes it so)
        keys = []
        for other in range(1 if expr.operation == "uniform_like" else 2):
            key = at.fresh("key", ())
            number = Const(float(str(stream.value)) + other)
            words = ", ".join(self.number_code(x, at) for x in (seed, number, step))
            at.statements.append(f"const uint32_t {key} = key_of({words});")
            keys.append(Name(key))
        return Apply(expr.operation.replace("_like", "_at"), (like, *keys))

    # Sums and the like

    def reduced(self, expr: Apply, at: Kernel) -> Name:
        """A sum, mean or maximum under a name of its own."""
        (arg,), kind = expr.args, expr.operation
        if kind in OVER_ALL:
            return self.over_all(arg, OVER_ALL[kind], at)
        if kind in OVER_ROWS:
            return self.over_rows(arg, OVER_ROWS[kind], at)
        return self.over_columns(arg, OVER_COLUMNS[kind], at)

    def over_all(self, arg: Expr, what: str, at: Kernel) -> Name:
        """Over all entries."""
        shape, name = at.shape(arg), at.fresh("total", ())
        at.statements.append(f"double {name} = 0;")
        at.statements += self.nest(shape, arg, at, lambda: [f"{name} += {self.entry(arg, at)};"])
        if what == "mean":
            at.statements += [f"{name} /= {self.length(dim)};" for dim in shape if dim != 1]
        return Name(name)

    def over_rows(self, arg: Expr, what: str, at: Kernel) -> Name:
        """Down the rows: a number for each column."""
        shape = at.shape(arg)
        name = at.fresh("sums", shape[1:])
        at.statements.append(f"real {name}[{self.columns(shape[1])}] = {{0}};")
        at.statements += self.nest(shape, arg, at, lambda: [f"{name}[j] += {self.entry(arg, at)};"])
        if what == "mean":
            divided = [f"{name}[j] /= {self.length(shape[0])};"]
            at.statements += loop("j", str(shape[1]), divided)
        return Name(name)

    def over_columns(self, arg: Expr, what: str, at: Kernel) -> Name:
        """Along the columns: a number for each row."""
        shape = at.shape(arg)
        result: Shape = (shape[0], 1)
        name = at.fresh("largest" if what == "max" else "sums", result)
        self.declare(name, result, at)
        entry = self.entry(arg, at)
        step = f"value = maximum(value, {entry});" if what == "max" else f"value += {entry};"
        end = f"value / {shape[1]}" if what == "mean" else "value"
        body = [
            f"real value = {'-INFINITY' if what == 'max' else '0'};",
            *loop("j", str(shape[1]), [step]),
            f"{name}[i][0] = {end};",
        ]
        at.statements += loop("i", self.length(shape[0]), body)
        return Name(name)

    # Loops

    def loops(self, target: str, shape: Shape, expr: Expr, at: Kernel) -> list[str]:
        """Loops that set each entry of an array."""
        place = "[j]" if len(shape) == 1 else "[i][j]"
        sign, value = "=", expr
        match expr:
            case Apply("add", (Name(name), change)) if name == target:
                sign, value = "+=", change
        return self.nest(
            shape, value, at, lambda: [f"{target}{place} {sign} {self.entry(value, at)};"]
        )

    def nest(
        self, shape: Shape, expr: Expr, at: Kernel, body: Callable[[], list[str]]
    ) -> list[str]:
        """Loops over a shape around a body; the products in `expr` are summed before it."""
        at.sums = {p: f"sum{k if k > 1 else ''}" for k, p in enumerate(products(expr), 1)}
        before = [x for product, name in at.sums.items() for x in self.summed(product, name, at)]
        inner = [*before, *body()]
        at.sums = {}
        for index, dim in zip("ij"[::-1] if len(shape) == 2 else "j", shape[::-1], strict=False):
            inner = loop(index, self.length(dim), inner)
        return inner

    def summed(self, product: Apply, name: str, at: Kernel) -> list[str]:
        """The sum that is an entry of a matrix product."""
        left, right = product.args
        step = f"{name} += {operand(left, 'i', 'k')} * {operand(right, 'k', 'j')};"
        depth = self.length(at.shape(left)[1])
        return [f"real {name} = 0;", *loop("k", depth, [step])]

    # Entries

    def entry(self, expr: Expr, at: Kernel, need: int = 0) -> str:
        """The code of an expression's entry at row i and column j."""
        match expr:
            case Apply("matmul"):
                return at.sums[expr]
            case Apply("row_count", (of,)):
                return self.length(at.shape(of)[0])
            case Apply("take", (Name(name), Name(rows))):
                return f"{name}[{rows}[i]][j]"
            case Apply("uniform_at" | "normal_at" as made, (like, *keys)):
                words = ", ".join(key.name for key in keys if isinstance(key, Name))
                return f"{made}({words}, i * {at.shape(like)[1]} + j)"
            case Apply("greater_equal", (Apply("uniform_at") as drawn, Const(float() as share))):
                # In double whatever the program's type, so that masks are the same everywhere.
                return f"{self.entry(drawn, at)} >= {share!r}"
            case Apply("float" | "float32", (arg,)):
                return self.entry(arg, at, need)
            case Name(name):
                return self.place(name, at)
            case Const(float() | int() as value):
                text = self.number(value)
                return f"({text})" if value < 0 and need > 13 else text
            case Apply(operation, args):
                template = self.template(operation)
                needs = template.needs or (0,) * len(args)
                parts = [self.entry(a, at, n) for a, n in zip(args, needs, strict=True)]
                text = template.text.format(*parts)
                return f"({text})" if template.strength < need else text
        raise UnsupportedError(f"the c printer cannot write {expr!r}")

    def place(self, name: str, at: Kernel) -> str:
        """The entry of a name at row i and column j."""
        shape = at.shape(Name(name))
        if shape == ():
            return f"(real){name}" if self.single and not self.plain else name
        if len(shape) == 1:
            return f"{name}[j]"
        return f"{name}[i][0]" if shape[1] == 1 else f"{name}[i][j]"

    def length(self, dim: object) -> str:
        """A length: a number, or the rows of the step."""
        return "rows" if isinstance(dim, str) else str(dim)

    def columns(self, count: object) -> str:
        """The columns of an array in memory."""
        return str(count)

    def dimensions(self, shape: Shape) -> str:
        """The dimensions of an array, with room for all rows."""
        return "".join(f"[{'ROWS' if isinstance(dim, str) else dim}]" for dim in shape)

    def helper_code(self, name: str) -> str:
        """An activation, or the slope of one, as a function of one number."""
        code = self.entry(simplified(formula(name)), Kernel({"z": ()})).replace("(real)z", "z")
        return f"static inline real {name}(real z) {{ return {code}; }}"


def has_reductions(operation: str) -> bool:
    """Whether an activation takes sums or maxima along its rows, as softmax does."""
    return is_helper(operation) and bool(REDUCTIONS & set(operations_in(formula(operation))))


FOLDED = ("add", "subtract", "multiply", "divide", "power", "sqrt")


def simplified(expr: Expr) -> Expr:
    """`expr` with squares and cubes as products, and what is known as a number: C would divide
    whole numbers as such."""
    if not isinstance(expr, Apply):
        return expr
    args = tuple(map(simplified, expr.args))
    if expr.operation in FOLDED and all(isinstance(arg, Const) for arg in args):
        return Const(float(evaluate(Apply(expr.operation, args), {})))
    if expr.operation == "power" and args[1] == Const(2):
        return Apply("square", args[:1])
    if expr.operation == "power" and args[1] == Const(3):
        return Apply("multiply", (Apply("square", args[:1]), args[0]))
    return Apply(expr.operation, args, expr.fixed)


def constant(expr: Expr) -> bool:
    """Whether no name stands in `expr`."""
    if isinstance(expr, Apply):
        return all(map(constant, expr.args))
    return isinstance(expr, Const)


def operand(expr: Expr, row: str, column: str) -> str:
    """An entry of a product's operand."""
    match expr:
        case Name(name):
            return f"{name}[{row}][{column}]"
        case Apply("transpose", (Name(name),)):
            return f"{name}[{column}][{row}]"
    raise UnsupportedError(f"the c printer cannot write a product of {expr!r}")


def loop(index: str, end: str, body: list[str]) -> list[str]:
    """A loop around statements, in braces where it holds several."""
    head = f"for (int {index} = 0; {index} < {end}; {index}++)"
    outer = [line for line in body if not line.startswith((" ", "}"))]
    if len(outer) == 1:
        return [head, *indented(body)]
    return [f"{head} {{", *indented(body), "}"]
