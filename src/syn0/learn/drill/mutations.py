"""The ways in which people get a line wrong, as changes of its expression."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from syn0.learn.drill.matching import Array
from syn0.printers.numpy import NumpyPrinter
from syn0.program import ACTIVATIONS, Apply, Const, Expr, Line, Name, Program, names_in
from syn0.program.expressions import apply, mean, substitute, total

PRINTER = NumpyPrinter()


@dataclass(frozen=True)
class Setting:
    """Where a line stands.

    Attributes:
        line: that is wrong.
        expression: of it, with plain numbers of the step written out.
        values: of all names before it, as the learner's program has them.
        after: of all names after the step.
        last: of all names after the step before.
        rows: of the step's examples.
        outputs: of the network.
        factor: by which what the line reads differs from the exercise's.
        program: of the exercise.
    """

    line: Line
    expression: Expr
    values: Mapping[str, Any]
    after: Mapping[str, Any]
    last: Mapping[str, Any]
    rows: int
    outputs: int
    factor: float
    program: Program


@dataclass(frozen=True)
class Mutation:
    """One way to get a line wrong.

    Attributes:
        cause: its short name: see docs/drill.md.
        words: what the mistake is.
        expression: what is computed instead.
        values: of its names.
        then: what is done with its value, where an expression cannot say it.
    """

    cause: str
    words: str
    expression: Expr
    values: Mapping[str, Any]
    then: Callable[[Array], Array] | None = None


Rewrite = tuple[str, str, Expr]
Rule = Callable[[Setting, Expr], Iterator[Rewrite]]
"""What may be wrong with one part of a line: a cause, words, and what stands there instead."""


def mutations(setting: Setting) -> Iterator[Mutation]:
    """All ways to get a line wrong."""
    for base in bases(setting):
        for rule in RULES:
            for cause, words, expr in rewritten(base, rule, setting):
                yield Mutation(cause, words, expr, setting.values)
        yield from by_size(setting, base)
        yield from by_time(setting, base)
        yield from by_rows(setting, base)


def bases(setting: Setting) -> Iterator[Expr]:
    """The line's expression; of an update that is made of errors of the other sign, the one that
    subtracts."""
    match setting.expression:
        case Apply("add", (Name(name), change)) if (
            name == setting.line.target and setting.factor < 0
        ):
            yield Name(name) - change
        case expr:
            yield expr


def rewritten(expr: Expr, rule: Rule, setting: Setting) -> Iterator[Rewrite]:
    """The expression with one part after the other got wrong."""
    yield from rule(setting, expr)
    if isinstance(expr, Apply):
        for k, arg in enumerate(expr.args):
            for cause, words, new in rewritten(arg, rule, setting):
                args = (*expr.args[:k], new, *expr.args[k + 1 :])
                yield cause, words, Apply(expr.operation, args, expr.fixed)


def said(expr: Expr) -> str:
    """An expression as the program says it."""
    return str(PRINTER.expression(expr)).replace("\n", " ")


def transposes(setting: Setting, expr: Expr) -> Iterator[Rewrite]:
    """A transpose that is missing, or one too many."""
    match expr:
        case Apply("transpose", (inner,)):
            words = f"a transpose is missing: take {said(expr)}, not {said(inner)}"
            yield "transpose", words, inner
        case Apply("matmul", (left, right)):
            words = "there is a transpose too many: take {0}, not {0}.T"
            if not is_turned(left):
                yield "transpose", words.format(said(left)), left.T @ right
            if not is_turned(right):
                yield "transpose", words.format(said(right)), left @ right.T
            words = f"the wrong one of the two is transposed: take {said(expr)}"
            yield "transpose", words, unturned(left) @ unturned(right)


def is_turned(expr: Expr) -> bool:
    """Whether an expression is a transpose."""
    return isinstance(expr, Apply) and expr.operation == "transpose"


def unturned(expr: Expr) -> Expr:
    """An expression without its transpose, or with one where it has none."""
    return expr.args[0] if isinstance(expr, Apply) and is_turned(expr) else expr.T


def products(setting: Setting, expr: Expr) -> Iterator[Rewrite]:
    """`*` for `@`, the reverse, or a product the wrong way round."""
    match expr:
        case Apply("matmul", (left, right)):
            words = f"a matrix product is needed: take @, not * ({said(expr)})"
            for a in (left, unturned(left)):
                for b in (right, unturned(right)):
                    yield "product", words, a * b
            yield "order", f"the product is the wrong way round: take {said(expr)}", right @ left
        case Apply("multiply", (left, right)) if isinstance(left, Name | Apply):
            words = f"entries are to be multiplied one by one: take *, not @ ({said(expr)})"
            for a in (left, left.T):
                for b in (right, right.T):
                    yield "product", words, a @ b


def signs(setting: Setting, expr: Expr) -> Iterator[Rewrite]:
    """A sign that is wrong."""
    match expr:
        case Apply("add", (left, right)) if left == Name(setting.line.target):
            words = (
                "the sign is wrong: the error is target - output, so the change is added, not "
                "subtracted"
            )
            yield "sign", words, left - right
        case Apply("subtract", (left, right)) if left == Name(setting.line.target):
            words = (
                "the sign is wrong: with the error as output - target, the change is subtracted, "
                "not added"
            )
            yield "sign", words, left + right
        case Apply("add", (left, right)):
            yield "sign", f"a sign is wrong: take {said(expr)}", left - right
        case Apply("subtract", (left, right)):
            words = f"a sign is wrong: take {said(expr)}"
            if expr == setting.expression and setting.line.phase == "loss":
                words = (
                    f"the sign is wrong: take {said(expr)}, the target less the output, as the "
                    "updates add; or subtract there"
                )
            yield "sign", words, right - left
            yield "sign", words, left + right
        case Apply("negative", (inner,)):
            yield "sign", f"a sign is wrong: take {said(expr)}", inner
    if expr == setting.expression and not is_sum(expr):
        yield "sign", "the sign is wrong", -expr


def is_sum(expr: Expr) -> bool:
    """Whether an expression is a sum or difference."""
    return isinstance(expr, Apply) and expr.operation in ("add", "subtract")


def terms(setting: Setting, expr: Expr) -> Iterator[Rewrite]:
    """A term that is missing: a bias, or what is remembered."""
    match expr:
        case Apply("add" | "subtract" as sign, (left, right)):
            if left == Name(setting.line.target) and setting.line.target in setting.program.weights:
                words = f"the weights are replaced: add the change to {said(left)} instead"
                yield "overwritten", words, right if sign == "add" else -right
                return
            for lost, kept in ((right, left), (left, right if sign == "add" else -right)):
                if isinstance(kept, Const) and is_slope(setting, expr):
                    yield "slope", f"a part of the slope is missing: {said(expr)}", kept
                elif isinstance(kept, Const):
                    yield *missing_factor(setting, expr), kept
                elif isinstance(lost, Name) and lost.name.startswith("bias"):
                    yield "bias", f"the bias is missing: add {said(lost)}", kept
                elif lost == Const(1) and sign == "subtract":
                    yield "slope", f"a '1 -' is missing: take {said(expr)}", right
                elif not isinstance(lost, Const):
                    yield "term", f"a term is missing: {said(lost)}", kept


def factors(setting: Setting, expr: Expr) -> Iterator[Rewrite]:
    """A factor that is missing."""
    match expr:
        case Apply("multiply", (left, right)):
            for lost, kept in ((right, left), (left, right)):
                if is_slope(setting, expr):
                    yield "slope", f"a part of the slope is missing: take {said(expr)}", kept
                else:
                    yield *missing_factor(setting, lost), kept
        case Apply("divide", (left, right)) if isinstance(right, Name | Apply):
            yield "factor", f"a division is missing: by {said(right)}", left


def missing_factor(setting: Setting, lost: Expr) -> tuple[str, str]:
    """What it means that a factor is missing."""
    names = set(names_in(lost))
    if lost == Name("alpha") or (names and all("alpha" in name for name in names)):
        return "alpha", f"the learning rate is missing: multiply by {said(lost)}"
    if is_slope(setting, lost):
        return "slope", f"the slope is missing: multiply the error by {said(lost)}"
    if any(name.endswith("_error") for name in names):
        return "error", f"the error is missing: multiply by {said(lost)}"
    return "factor", f"a factor is missing: {said(lost)}"


def is_slope(setting: Setting, expr: Expr) -> bool:
    """Whether a part of a delta is its slope: it is made of a layer's values, or of its sums."""
    names = list(names_in(expr))
    made = isinstance(expr, Apply) and not any(name.endswith("_error") for name in names)
    return setting.line.target.endswith("_delta") and made and bool(names)


def activations(setting: Setting, expr: Expr) -> Iterator[Rewrite]:
    """An activation that is forgotten, applied twice, or another; a sign within it."""
    match expr:
        case Apply(name, (inner,)) if name in ACTIVATIONS and setting.line.phase == "forward":
            words = f"the activation is missing: take {said(expr)}"
            yield "activation", words, inner
            written = ACTIVATIONS[name].formula(inner)
            right = said(ACTIVATIONS[name].formula(Name("z")))
            words = f"a sign within {name} is wrong: take {right}"
            yield from (("sign", words, new) for *_, new in rewritten(written, signs, setting))
            for other in ("sigmoid", "tanh", "relu", "softmax"):
                if other != name:
                    words = f"the activation is {name}, not {other}"
                    yield "activation", words, ACTIVATIONS[other].formula(inner)
            words = f"the activation is there twice: take {said(expr)}"
            yield "activation", words, Apply(name, (expr,))


def functions(setting: Setting, expr: Expr) -> Iterator[Rewrite]:
    """A sum or a mean over the wrong axis, or none; a square or a root that is forgotten."""
    match expr:
        case Apply("sum_rows", (inner,)):
            take = f"take {said(expr)}"
            yield "sum", f"the rows are not summed: {take}", inner
            yield "sum", f"all entries are summed, and not each column: {take}", total(inner)
            yield "sum", f"the wrong axis is summed: {take}", apply("sum_columns", inner)
            words = f"the rows are averaged, and not summed: {take}"
            yield "mean", words, apply("mean_rows", inner)
            yield "mean", f"all entries are averaged: {take}", mean(inner)
        case Apply("mean_rows", (inner,)):
            take = f"take {said(expr)}"
            yield "mean", f"the rows are summed, and not averaged: {take}", apply("sum_rows", inner)
            yield "sum", f"the wrong axis is averaged: {take}", apply("mean_columns", inner)
            yield "sum", f"all entries are averaged, and not each column: {take}", mean(inner)
        case Apply("sqrt", (inner,)):
            yield "function", f"a square root is missing: take {said(expr)}", inner
        case Apply("power", (inner, Const(2))):
            yield "function", f"a square is missing: take {said(expr)}", inner


def slopes(setting: Setting, expr: Expr) -> Iterator[Rewrite]:
    """A slope taken of the wrong array, or from the sums in place of the output, or of another
    function."""
    match expr:
        case Apply("multiply", (error, slope)) if is_slope(setting, slope):
            out = next(iter(names_in(slope)))
            layer = next((x for x in setting.program.phase("forward") if x.target == out), None)
            for other in alike(setting, out):
                words = f"the slope is that of {other}: take {said(slope)}"
                yield "slope of", words, error * substitute(slope, {out: Name(other)})
            if layer is not None and isinstance(layer.expression, Apply):
                name, args = layer.expression.operation, layer.expression.args
                if name in ACTIVATIONS:
                    words = (
                        f"the slope is taken from the weighted sums, and not from the output: "
                        f"take {said(slope)}"
                    )
                    yield "slope at", words, error * substitute(slope, {out: args[0]})
                    words = (
                        f"{name} is applied once more within the slope: {out} has passed through "
                        f"it already, so take {said(slope)}"
                    )
                    again = Apply(name, (Name(out),))
                    yield "slope at", words, error * substitute(slope, {out: again})
            yield from other_slopes(error, slope, out)


def other_slopes(error: Expr, slope: Expr, out: str) -> Iterator[Rewrite]:
    """The slopes of other functions."""
    for name in ("sigmoid", "tanh"):
        made = ACTIVATIONS[name].slope
        assert made is not None  # noqa: S101
        other = made(Name(out))
        if isinstance(other, Expr) and other != slope:
            words = f"the slope is that of {name}: take {said(slope)}"
            yield "slope of", words, error * other


def alike(setting: Setting, name: str) -> Iterator[str]:
    """Other arrays of the same shape, or that can stand in its place."""
    shape = np.shape(setting.values[name])
    for other, value in setting.values.items():
        if other != name and np.ndim(value) and np.shape(value)[:1] == shape[:1]:
            yield other


def names(setting: Setting, expr: Expr) -> Iterator[Rewrite]:
    """Another array, or another number, in place of the one that is meant."""
    if not isinstance(expr, Name) or expr.name not in setting.values:
        return
    value, constants = setting.values[expr.name], setting.program.constants
    for other, held in setting.values.items():
        if other == expr.name or other == setting.line.target:
            continue
        if expr.name.endswith("_delta") and other == expr.name.replace("_delta", "_error"):
            words = (
                f"the slope is missing: take {expr.name}, the error times the slope, not {other}"
            )
            yield "slope", words, Name(other)
        elif np.ndim(held) == np.ndim(value) and (np.ndim(value) or other in constants):
            yield "name", f"{other} stands where {expr.name} is meant", Name(other)


RULES: tuple[Rule, ...] = (
    transposes, products, signs, terms, factors, activations, functions, slopes, names,
)  # fmt: skip


def split(setting: Setting, base: Expr) -> tuple[Expr, Callable[[Expr], Expr]]:
    """The change in an update, and how it is put to its weights; of other lines all of it."""
    match base:
        case Apply("add" | "subtract" as sign, (Name(name) as kept, change)) if (
            name == setting.line.target
        ):
            return change, lambda new: Apply(sign, (kept, new))
    return base, lambda new: new


def by_size(setting: Setting, base: Expr) -> Iterator[Mutation]:
    """A mean for a sum or the reverse, a factor of 2, a learning rate too many."""
    change, put = split(setting, base)
    rows, outputs = setting.rows, setting.outputs
    counts = {rows * outputs: "rows and outputs", outputs: "outputs", rows: "rows"}
    counts.pop(1, None)

    def made(cause: str, words: str, new: Expr) -> Mutation:
        return Mutation(cause, words, put(new), setting.values)

    update = setting.line.phase == "update"
    if "alpha" in setting.values and update:
        alpha = Name("alpha")
        words = "the learning rate is there twice: multiply by alpha once"
        yield made("alpha", words, alpha * change)
        yield made("alpha", "the learning rate is missing: multiply by alpha", change / alpha)
    double = "the change is twice as large: is there a factor of 2 too many, of the loss perhaps?"
    yield made("factor 2", double, 2 * change)
    yield made("factor 2", "it is half as large: is there a factor of 2 missing?", change / 2)
    for count, what in counts.items():
        yield made("mean", f"it is divided by the number of {what}: leave it whole", change / count)
        yield made("mean", f"it is not divided by the number of {what}, or multiplied by it",
                   change * count)  # fmt: skip
    for name, value in setting.values.items():
        if name in ("momentum", "beta1", "beta2") and 0 < float(value) < 1:
            words = f"there is a factor of 1 - {name} too many"
            yield made("factor", words, (1 - float(value)) * change)


def by_time(setting: Setting, base: Expr) -> Iterator[Mutation]:
    """Values of another time: after the update, or of the last step; a count off by one."""
    read = list(dict.fromkeys(names_in(base)))
    for name in read:
        if name in setting.program.weights and name != setting.line.target:
            values = {**setting.values, name: setting.after[name]}
            words = (
                f"{name} is read after its update: go back through it first, or keep what it was"
            )
            yield Mutation("order of updates", words, base, values)
        if name in setting.last and name != setting.line.target and np.ndim(setting.last[name]):
            values = {**setting.values, name: setting.last[name]}
            words = f"{name} is that of the last step: compute it anew before this line"
            yield Mutation("stale", words, base, values)
    if setting.line.target in read and setting.line.target not in setting.program.weights:
        values = {**setting.values, setting.line.target: 0 * setting.values[setting.line.target]}
        words = f"{setting.line.target} is forgotten in each step: carry it on from one to the next"
        yield Mutation("stale", words, base, values)
    if "t" in read:
        for by in (1, -1):
            values = {**setting.values, "t": setting.values["t"] + by}
            words = "the count of steps is off by one: the first step is number 1"
            yield Mutation("off by one", words, base, values)
        values = {**setting.values, "t": np.inf}
        words = "the correction for means that start from 0 is missing"
        yield Mutation("correction", words, base, values)


def by_rows(setting: Setting, base: Expr) -> Iterator[Mutation]:
    """A last row, or a last unit, that is left out; one example in place of all."""
    rows = setting.rows

    def kept(value: Any, part: slice) -> Any:
        return value[part] if np.ndim(value) == 2 and len(value) == rows else value

    for part, words in (
        (slice(0, -1), "the last example is left out: does a loop end one too early?"),
        (slice(1, None), "the first example is left out: does a loop begin one too late?"),
        (slice(0, 1), "only the first example counts: take all rows"),
        (slice(-1, None), "only the last example counts: add up all rows"),
    ):
        values = {name: kept(value, part) for name, value in setting.values.items()}
        yield Mutation("off by one", words, base, values)
    words = "the last unit is left out: does a loop end one too early?"
    yield Mutation("off by one", words, base, setting.values, without_last)
    words = "the last example is left out: does a loop end one too early?"
    yield Mutation("off by one", words, base, setting.values, without_last_row)


def without_last(value: Array) -> Array:
    """An array whose last column was never computed."""
    value = np.array(value)
    value[..., -1:] = 0
    return value


def without_last_row(value: Array) -> Array:
    """An array whose last row was never computed."""
    value = np.array(value)
    if value.ndim:
        value[-1:] = 0
    return value
