"""The terse printer: the eleven-line form, with nothing that the numbers do not need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from syn0.printers.notes import counted_by_loop
from syn0.printers.numpy import WIDTH, NumpyPrinter
from syn0.printers.script import Phase, Script
from syn0.program import (
    Apply,
    Expr,
    Name,
    Program,
    formula,
    is_helper,
    names_in,
    reads,
    substitute,
)


class TersePrinter(NumpyPrinter):
    """Prints the program without notes, reports or names that are read only once."""

    language = "terse"

    def text(self, script: Script) -> str:
        """The whole program; it prints nothing, as the tutorial's shortest form does."""
        script = script.running(condensed(counted_by_loop(script.program)))
        program = script.program
        names = {line.target for line in program.lines}
        parts = [
            *self.imports(program),
            *self.helper_functions(program.lines),
            *self.data_lines(script),
            *self.start_lines(program),
            *self.training_sections(script),
            *(self.closing_lines(condensed(script.closing, names)) if script.closing else ()),
        ]
        return "".join(f"{line}\n" for part in parts for line in part.split("\n") if line)

    def noted(self, code: str, note: str, width: int = WIDTH, column: int = 0) -> str:
        """The code alone."""
        return code

    def remark(self, text: str, width: int = WIDTH) -> list[str]:
        """Nothing."""
        return []

    def closing_lines(self, prediction: Program) -> list[str]:
        """The prediction alone."""
        return self.statements(prediction.phase("forward"), 0)

    def report_lines(self, phase: Phase, script: Script) -> list[str]:
        """Nothing is reported."""
        return []

    def solver_report(self, step: str, loss: str) -> list[str]:
        """Nothing is reported."""
        return []

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
