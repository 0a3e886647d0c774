"""A network's programs as printed JAX functions, and the loop that takes many steps of one.

The printed statements are set into pure functions, from arrays to arrays, which are executed from
their text. So they may be compiled, mapped over many networks (`jax.vmap`), or given arrays that
lie on many devices.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import Any

from syn0.engines.numpy import executed
from syn0.printers.base import Template
from syn0.printers.jax import JAX_TEMPLATES, JaxPrinter, in_brackets, unpacked
from syn0.printers.numpy import WIDTH, indented
from syn0.printers.pretty import INDENT, Code, fitted
from syn0.program import Program, Shape, check
from syn0.spec.once import once

ENTRIES = 2**17
"""Row numbers that a call of the loop takes at most: half a megabyte, sent in no time."""

MOST_STEPS = 4096
"""Steps of a call, of which the reports are held until its end."""

ROUNDED = '''\
def product(left, right):
    """A matrix product: its factors rounded to {kind}, its sums made in {sums}."""
    left, right = left.astype(jnp.{kind}), right.astype(jnp.{kind})
    return jnp.matmul(left, right, preferred_element_type=jnp.{sums}){back}'''

LOOP = '''\
def take_steps(state, reports, arrays, given, rows, count, *, measure):
    """So many steps: the state after them, and `reports` with a row of figures for each of them.

    `rows` holds the rows of a step in each row; it is None where all rows are taken.
    """

    def take_one(number, so_far):
        state, reports = so_far
        state, figures = take_step(state, arrays, given, None if rows is None else rows[number])
        if measure:
            figures = jnp.stack([jnp.asarray(figure, float) for figure in figures])
            reports = reports.at[number].set(figures)
        return state, reports

    return jax.lax.fori_loop(0, count, take_one, (state, reports))'''


class RoundedPrinter(JaxPrinter):
    """Prints matrix products as calls of a function that rounds their factors."""

    templates = JAX_TEMPLATES | {"matmul": Template("product({0}, {1})")}


class JaxProgram:
    """Two programs as functions, all of them pure.

    `state`, `arrays` and `given` are tuples: the values of `training.state`, of `training.arrays`,
    and of `names_given`, in these orders. They mean what they say where 64-bit numbers are enabled,
    when they are traced and when they are called: `with computing(device)`.

    Args:
        training, prediction: the programs.
        products: what the factors of matrix products are rounded to; "" for nothing.

    Attributes:
        source: the text that is executed.
        shapes: those of the training program's names.
        names_given: constants and plain numbers, which stay as they are.
        names_to_predict: those of the weights that predictions take.
        functions: what the text defines.
    """

    def __init__(self, training: Program, prediction: Program, products: str = "") -> None:
        self.shapes: Mapping[str, Shape] = check(training)
        self.names_given = training.constants + training.numbers
        self.names_to_predict = tuple(line.target for line in prediction.phase("init"))
        self.source = source_text(training, prediction, products)
        self.functions = Functions.of(self.source)

    @staticmethod
    @lru_cache(maxsize=32)
    def of(training: Program, prediction: Program, products: str = "") -> JaxProgram:
        """Printed anew only where these programs were not printed lately."""
        return JaxProgram(training, prediction, products)


class Functions:
    """What a text defines, to be called or transformed, and the same compiled.

    Attributes:
        take_step: (state, arrays, given, batch) to the state after a step and its reports; None
            where updates are left to a solver.
        take_steps: the same of many: see `LOOP`.
        gradient: (state, arrays, given) to reports and pulls; None where updates change weights.
        predict: (weights, X) to outputs.
        evaluate: (weights, X, y) to loss and error.
        compiled_steps, compiled_gradient, compiled_predict, compiled_evaluate: compiled when they
            are first called, for each shape and device; the first takes the memory of its first two
            arguments over.
    """

    def __init__(self, source: str) -> None:
        functions = executed(source, "jax", self)
        self.take_step, self.take_steps = functions.get("take_step"), functions.get("take_steps")
        self.gradient = functions.get("gradient")
        self.predict, self.evaluate = functions["predict"], functions["evaluate"]

    @staticmethod
    @lru_cache(maxsize=32)
    def of(source: str) -> Functions:
        """Compiled anew only where this text was not met lately: programs that differ in their
        numbers alone, such as seeds and rates, have the same."""
        return Functions(source)

    @once
    def compiled_steps(self) -> Any:
        return jitted(self.take_steps, static_argnames="measure", donate_argnums=(0, 1))

    @lru_cache(maxsize=8)  # noqa: B019  (as long as these functions, which are kept in such a cache)
    def compiled_steps_of_many(
        self, state: tuple[bool, ...], given: tuple[bool, ...], *, with_rows: bool
    ) -> Any:
        """`compiled_steps` of many networks at once: which values of `state` and `given` each has
        for itself, along a first axis, as it has its reports and, `with_rows`, its rows."""
        import jax

        own, theirs, rows = axes(state), axes(given), 0 if with_rows else None
        steps: Any = self.take_steps

        def take_steps(*values: Any, measure: bool) -> Any:
            mapped = (own, 0, None, theirs, rows, None), (own, 0)
            return jax.vmap(partial(steps, measure=measure), *mapped)(*values)

        return jitted(take_steps, static_argnames="measure", donate_argnums=(0, 1))

    @once
    def compiled_gradient(self) -> Any:
        return jitted(self.gradient)

    @once
    def compiled_predict(self) -> Any:
        return jitted(self.predict)

    @once
    def compiled_evaluate(self) -> Any:
        return jitted(self.evaluate)


def axes(own: tuple[bool, ...]) -> tuple[int | None, ...]:
    """As `jax.vmap` takes it: which values lie along a first axis."""
    return tuple(0 if each else None for each in own)


def jitted(function: Any, **options: Any) -> Any:
    """A function that XLA compiles when it is first called."""
    import jax

    return jax.jit(function, **options)


@contextmanager
def computing(device: Any) -> Iterator[None]:
    """64-bit numbers, products as exact as their numbers, and a device, in this thread for as long
    as this lasts: what the process is set to stays as it is."""
    import jax

    with (
        jax.enable_x64(True),
        jax.default_matmul_precision("highest"),
        jax.default_device(device),
    ):
        yield


def steps_of_a_call(rows: int, entries: int = ENTRIES) -> int:
    """How many steps of so many rows a call of the loop has room for: a number for each batch size,
    as each asks for compiling."""
    return max(1, min(MOST_STEPS, entries // max(rows, 1)))


def source_text(training: Program, prediction: Program, products: str = "") -> str:
    """The module that is executed: functions around the printed lines.

    Raises:
        UnsupportedError: a line that JAX cannot say.
    """
    printer = RoundedPrinter() if products else JaxPrinter()
    forward, loss = prediction.phase("forward"), prediction.phase("loss")
    weights = [line.target for line in prediction.phase("init")]
    unpack = [unpacked(weights, WIDTH - INDENT, "weights")]
    functions = {
        **step_function(printer, training),
        "predict(weights, X)": [
            *unpack,
            *printer.statements(forward),
            f"return {prediction.output}",
        ],
        "evaluate(weights, X, y)": [
            *unpack,
            *printer.statements(forward + loss),
            "return loss, error",
        ],
    }
    texts = [f"def {head}:\n" + "\n".join(indented(body)) for head, body in functions.items()]
    return "\n\n\n".join(
        [
            "import jax\nimport jax.numpy as jnp\nimport numpy as np",
            *printer.helper_functions(training.phase("forward", "loss", "backward", "update")),
            *([rounding(training.dtype, products)] if products else []),
            *texts,
            *([] if training.pulls else [LOOP]),
            "",
        ]
    )


def rounding(dtype: str, products: str) -> str:
    """The function of matrix products whose factors are rounded."""
    sums = "float32" if products == "bfloat16" else products
    back = "" if sums == dtype else f".astype(jnp.{dtype})"
    return ROUNDED.format(kind=products, sums=sums, back=back)


def unpacking(program: Program) -> list[str]:
    """The lines that give a step's names their values."""
    given = program.constants + program.numbers
    return [
        unpacked(program.state, WIDTH - INDENT),
        unpacked(program.arrays, WIDTH - INDENT, "arrays"),
        *([unpacked(given, WIDTH - INDENT, "given")] if given else []),
    ]


def returned(*tuples: Sequence[str]) -> str:
    """The line that gives two tuples of names back."""
    one, other = map(in_brackets, tuples)
    return fitted(Code("return ", one, ", ", other), WIDTH - INDENT)


def step_function(printer: JaxPrinter, program: Program) -> dict[str, list[str]]:
    """The head and the body of a function that takes a step; that gives its reports and pulls,
    where updates are left to a solver."""
    lines = program.phase("forward", "loss", "backward", "update")
    head, left = "take_step(state, arrays, given, batch)", (program.state, program.reports)
    if program.pulls:
        head, left = "gradient(state, arrays, given)", (program.reports, (*program.pulls.values(),))
    return {head: [*unpacking(program), *printer.statements(lines), returned(*left)]}
