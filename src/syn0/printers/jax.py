"""The JAX printer: a step as a function from state to state, which JAX compiles.

All rows in every step: `fori_loop` takes the steps between two reports. Batches: Python draws the
rows of each step. Start weights and orders of rows come from NumPy's generator, as in every
language; the numbers are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from syn0.printers import runtime
from syn0.printers.base import Template
from syn0.printers.notes import counted_by_loop
from syn0.printers.numpy import (
    NUMPY_TEMPLATES,
    WIDTH,
    NumpyPrinter,
    indented,
    join_sections,
    report_line,
    step_count,
)
from syn0.printers.pretty import INDENT, Code, fitted, listed
from syn0.printers.script import Phase, Script
from syn0.printers.torch import made_anew
from syn0.program import Line, Program

TAKE_STEPS = '''\
@jax.jit
def take_steps(state, first, last):
    """All steps from the first to before the last."""
    return jax.lax.fori_loop(first, last, lambda step, state: take_step(state, step)[0], state)'''

HOST = ("random", "normal", "orthogonal", "random_seed")
"""What is drawn by NumPy, once."""

JAX_TEMPLATES = {
    name: Template(row.text.replace("np.", "jnp."), row.strength, row.needs)
    for name, row in NUMPY_TEMPLATES.items()
    if name not in HOST
} | {
    "float": Template("{0}", 0, (0,)),
    "cos": Template("jnp.cos({0})"),
    "least": Template("jnp.minimum({0}, {1})"),
    "choose": Template("jnp.where({0}, {1}, {2})"),
}


class JaxPrinter(NumpyPrinter):
    """Prints a program as a function of a step, which JAX compiles, and what calls it."""

    language, searches = "jax", False
    templates = JAX_TEMPLATES
    functions = "random_jax.py"

    def text(self, script: Script) -> str:
        """The whole program, ready for `python net.py`."""
        script = script.running(counted_by_loop(script.program))
        by_one = script.batch_size is not None or script.interval == 1
        sections = [
            f'"""{script.title}"""',
            "\n".join(self.imports(script.program)),
            *self.helper_functions(script.program.lines),
            "\n".join(self.data_lines(script)),
            "\n".join(self.start_lines(script.program)),
            *([f"steps = {script.steps}"] if "steps" in script.program.numbers else []),
            "\n".join(self.step_function(script)),
            *([] if by_one else [TAKE_STEPS]),
            "\n".join(self.calls_of_steps(script) if by_one else self.stretches(script)),
        ]
        if script.closing:
            taken = unpacked(script.program.state, WIDTH)
            sections += [taken, "\n".join(self.closing_lines(script.closing))]
        output = f'print("Output after training:")\nprint({script.program.output})'
        return join_sections([*sections, output])

    def imports(self, program: Program) -> list[str]:
        """JAX, and NumPy for its generator."""
        names = ["import jax", "import jax.numpy as jnp", "import numpy as np"]
        wide = (
            ["", 'jax.config.update("jax_enable_x64", True)'] if program.dtype == "float64" else []
        )
        return [*names, *wide]

    def helper_functions(self, lines: Iterable[Line]) -> list[str]:
        """As the NumPy printer's, and what NumPy draws for the start."""
        lines = list(lines)
        called = {operation for line in lines for operation in line.operations}
        return [*super().helper_functions(lines), *runtime.called("random.py", called & {*HOST})]

    def data_lines(self, script: Script) -> list[str]:
        """As the NumPy printer's, and the arrays that JAX takes."""
        made = {name: f"jnp.asarray({name}, float)" for name in script.arrays}
        return [*super().data_lines(script), made_anew(made)]

    def start_lines(self, program: Program) -> list[str]:
        """What NumPy draws, and the state of all that changes."""
        state = fitted(Code("state = ", in_brackets(program.state)), WIDTH)
        return [*NumpyPrinter().start_lines(program), state]

    def step_function(self, script: Script) -> list[str]:
        """One step, from the state before it to that after it."""
        state, figures = script.program.state, figures_of(script)
        batch = "" if script.batch_size is None else ", batch"
        left = Code("return ", in_brackets(state), ", ", in_brackets(figures))
        body = [
            '"""One step: the state after it, and what it leaves to be reported."""',
            unpacked(state, WIDTH - INDENT),
            "",
            *self.step_lines(script),
            "",
            fitted(left, WIDTH - INDENT),
        ]
        return ["@jax.jit", f"def take_step(state, step{batch}):", *indented(body)]

    def report_lines(self, phase: Phase, script: Script) -> list[str]:
        """What a phase only reports; JAX leaves out what nobody asks for."""
        return self.statements(phase.measured)

    def calls_of_steps(self, script: Script) -> list[str]:
        """The loop of single steps."""
        figures = in_brackets(figures_of(script))
        # A copy: JAX may read it when the order has been shuffled already.
        batch = "" if script.batch_size is None else ", batch.copy()"
        report = [report_line(script)]
        if script.interval > 1:
            interval = "batches" if script.by_epoch else script.interval
            report = [f"if step % {interval} == 0:", *indented(report)]
        body = [
            *self.batch_lines(script),
            f"state, {figures} = take_step(state, step{batch})",
            *report,
        ]
        return [*self.order_lines(script), f"for step in range({step_count(script)}):",
                *indented(body)]  # fmt: skip

    def stretches(self, script: Script) -> list[str]:
        """The loop of the reports, between which JAX takes the steps by itself; the last step of
        all leaves the prediction, where nothing else does."""
        figures, count = in_brackets(figures_of(script)), script.steps
        most = count if script.closing else count - 1
        body = [
            f"_, {figures} = take_step(state, step)",
            report_line(script),
            f"state = take_steps(state, step, min(step + {script.interval}, {most}))",
        ]
        last = f"state, {figures} = take_step(state, {count - 1})"
        return [f"for step in range(0, {count}, {script.interval}):", *indented(body),
                *([] if script.closing else [last])]  # fmt: skip


def figures_of(script: Script) -> tuple[str, ...]:
    """What a step leaves: its reports, and the prediction where nothing else makes that."""
    return (*script.program.reports, *([] if script.closing else [script.program.output]))


def in_brackets(names: Sequence[str]) -> str:
    """The names as a tuple, in brackets."""
    return listed(names if len(names) > 1 else [f"{names[0]},"], "(", ")")


def unpacked(names: Sequence[str], width: int, whole: str = "state") -> str:
    """The parts of a whole by their names, in brackets where they are many."""
    line = f"{', '.join(names)}{',' * (len(names) == 1)} = {whole}"
    return line if len(line) <= width else fitted(Code(in_brackets(names), f" = {whole}"), width)
