"""The terse printer: the eleven-line form, with nothing that the numbers do not need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace

from syn0.printers.base import closing_program
from syn0.printers.data import Data
from syn0.printers.notes import counted_by_loop
from syn0.printers.numpy import STEP_INDENT, WIDTH, NumpyPrinter, broken, import_lines
from syn0.program import (
    Apply,
    Expr,
    Line,
    Name,
    Program,
    formula,
    is_helper,
    names_in,
    reads,
    substitute,
)
from syn0.spec import NetworkSpec, Training


class TersePrinter(NumpyPrinter):
    """Prints the program without notes, reports or names that are read only once."""

    language = "terse"

    def script(self, program: Program, network: NetworkSpec, training: Training, data: Data) -> str:
        """The whole program; it prints nothing, as the tutorial's shortest form does."""
        closing = closing_program(program, network, training)
        program = condensed(counted_by_loop(program))
        names = {line.target for line in program.lines}
        if program.pulls:
            steps = self.solver_sections(program, training)
        else:
            steps = self.loop_lines(program, training, len(data.X))
        parts = [
            *import_lines(program),
            *self.helper_functions(program.lines),
            *self.data_lines(program, data)[1:],
            *self.start_lines(program),
            *steps,
            *(self.closing_lines(condensed(closing, names)) if closing else ()),
        ]
        lines = [without_comment(line) for part in parts for line in part.split("\n")]
        return "\n".join(filter(None, lines)) + "\n"

    def closing_lines(self, prediction: Program) -> list[str]:
        """The prediction alone."""
        return self.statements(prediction.phase("forward"), 0)

    def report_lines(self, program: Program, training: Training, rows: int) -> dict[str, list[str]]:
        """Nothing is reported."""
        return {}

    def solver_report(self, step: str, loss: str) -> list[str]:
        """Nothing is reported."""
        return []

    def statements(self, lines: Iterable[Line], indent: int = STEP_INDENT) -> list[str]:
        """The lines as text, without notes."""
        return [broken(self.statement(line), WIDTH - indent) for line in lines]

    def start_lines(self, program: Program) -> list[str]:
        """The generator, and all start values in one assignment where it fits on a line."""
        seed = "" if program.seed is None else str(program.seed)
        targets = ", ".join(line.target for line in program.phase("init"))
        values = ", ".join(self.expression(line.expression) for line in program.phase("init"))
        together = f"{targets} = {values}"
        separate = self.statements(program.phase("init"), 0)
        return [
            f"random = np.random.RandomState({seed})",
            *([together] if len(together) <= WIDTH else separate),
        ]


def condensed(program: Program, kept_names: Collection[str] = ()) -> Program:
    """The same program with fewer lines: no reports, no copies, and of the names that are read only
    once none but those to be kept.

    A value stays where it is when only updates read it: it must be computed before they begin.
    """
    measured = set(program.measured)
    kept = [line for line in program.lines if line not in measured]
    counts = Counter(reads(kept))
    in_updates = set(reads(line for line in kept if line.phase == "update"))
    meanings: dict[str, Expr] = {}
    lines = []
    for line in kept:
        expr = expanded(substitute(line.expression, meanings))
        once = counts[line.target] == 1 and line.target not in {*in_updates, *kept_names}
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
    left = tuple(x for x in lines if x.phase != "init" or x.target in used)
    return replace(program, lines=left, reports=())


def expanded(expr: Expr) -> Expr:
    """Activations that read their input once, written out."""
    if not isinstance(expr, Apply):
        return expr
    args = tuple(map(expanded, expr.args))
    if is_helper(expr.operation):
        body = formula(expr.operation)
        if list(names_in(body)) == ["z"]:
            return substitute(body, {"z": args[0]})
    return Apply(expr.operation, args, expr.fixed)


def without_comment(line: str) -> str:
    """The code of a line that a shared piece of the numpy form has commented; "" for a comment."""
    code = line.split("  # ")[0].rstrip()
    return "" if code.lstrip().startswith("#") else code
