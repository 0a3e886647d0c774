"""The terse printer: the eleven-line form, with nothing that the numbers do not need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from syn0.printers.data import Data
from syn0.printers.numpy import WIDTH, NumpyPrinter, batch_lines, indented, step_count
from syn0.program import ACTIVATIONS, Apply, Expr, Line, Name, Program, names_in, reads, substitute
from syn0.spec import NetworkSpec, Training


class TersePrinter(NumpyPrinter):
    """Prints the program without notes, reports or names that are read only once."""

    language = "terse"

    def script(self, program: Program, network: NetworkSpec, training: Training, data: Data) -> str:
        """The whole program; it prints nothing, as the tutorial's shortest form does."""
        program = condensed(program)
        before, head = batch_lines(training)
        body = [*head, *self.statements(program.phase("forward", "loss", "backward", "update"))]
        lines = [
            "import numpy as np",
            *(line for text in self.helper_functions(program.lines) for line in text.split("\n")),
            *self.data_lines(program, data)[1:],
            *self.start_lines(program),
            *before,
            f"for step in range({step_count(training)}):",
            *indented(body),
        ]
        return "\n".join(without_comment(line) for line in lines if line) + "\n"

    def statements(self, lines: Iterable[Line], indent: int = 0) -> list[str]:
        """The lines as text, without notes."""
        return [self.statement(line) for line in lines]

    def start_lines(self, program: Program) -> list[str]:
        """The generator, and all start values in one assignment where it fits on a line."""
        seed = "" if program.seed is None else str(program.seed)
        targets = ", ".join(line.target for line in program.phase("init"))
        values = ", ".join(self.expression(line.expression) for line in program.phase("init"))
        together = f"{targets} = {values}"
        separate = self.statements(program.phase("init"))
        return [
            f"random = np.random.RandomState({seed})",
            *([together] if len(together) <= WIDTH else separate),
        ]


def condensed(program: Program) -> Program:
    """The same program with fewer lines: no reports, no copies, no name that is read only once.

    A value stays where it is when only updates read it: it must be computed before they begin.
    """
    kept = [line for line in program.lines if line not in program.measured]
    counts = Counter(reads(kept))
    in_updates = set(reads(line for line in kept if line.phase == "update"))
    meanings: dict[str, Expr] = {}
    lines = []
    for line in kept:
        expr = expanded(substitute(line.expression, meanings))
        once = counts[line.target] == 1 and line.target not in in_updates
        copy = isinstance(expr, Name)
        if (
            line.phase not in ("init", "update")
            and line.target != program.output
            and (once or copy)
        ):
            meanings[line.target] = expr
        else:
            lines.append(replace(line, expression=expr))
    used = set(reads(lines)) | set(program.state)
    return program.replaced(x for x in lines if x.phase != "init" or x.target in used)


def expanded(expr: Expr) -> Expr:
    """Activations that read their input once, written out."""
    if not isinstance(expr, Apply):
        return expr
    args = tuple(map(expanded, expr.args))
    if expr.operation in ACTIVATIONS:
        formula = ACTIVATIONS[expr.operation].formula(Name("z"))
        if list(names_in(formula)) == ["z"]:
            return substitute(formula, {"z": args[0]})
    return Apply(expr.operation, args, expr.fixed)


def without_comment(line: str) -> str:
    """The code of a line that a shared piece of the numpy form has commented."""
    return line.split("  # ")[0].rstrip()
