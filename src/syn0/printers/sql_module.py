"""A trained model as one SELECT, alike for SQLite, DuckDB and PostgreSQL.

Every number of a row is a column. What reads only what is known already stands in one common table
expression; the answers are joined to the rows that were given. Numbers are written with exponents:
without, they would be decimals of another type in DuckDB.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

from syn0.printers.base import Printer, Template, UnsupportedError, infix
from syn0.printers.entries import Bound, Entries
from syn0.printers.module import (
    LABEL,
    VARIABLE,
    Given,
    Module,
    ModulePrinter,
    Sample,
    answer_names,
    answers_to,
    free,
    plain_names,
)
from syn0.printers.numpy import indented
from syn0.printers.pretty import Code, Made, commented, fitted, listed
from syn0.printers.safe import sql_name, sql_text
from syn0.program import Apply, Const, Expr, Name, names_in
from syn0.program.tidy import TRUTHS
from syn0.spec.words import visible

WIDTH = 100

MOST_COLUMNS = 1600
"""That PostgreSQL selects at once."""

FLOAT = "CAST({0} AS DOUBLE PRECISION)"
NO_NUMBERS = ("", "NaN", "nan", "NA", "NULL")
"""Texts that stand for a missing number."""

SQL_TEMPLATES = {
    "add": infix("+", 11),
    "subtract": infix("-", 11),
    "multiply": infix("*", 13),
    "divide": infix("/", 13),
    "negative": Template("-{0}", 14, (15,)),  # two signs side by side would begin a comment
    "greater": Template("{0} > {1}", 10, (11, 11)),
    "greater_equal": Template("{0} >= {1}", 10, (11, 11)),
    "less": Template("{0} < {1}", 10, (11, 11)),
    "holds": Template("CASE WHEN {0} THEN 1e0 ELSE 0e0 END"),
    "where": Template("CASE WHEN {0} THEN {1} ELSE {2} END"),
    "is_missing": Template("CASE WHEN {0} IS NULL THEN 1e0 ELSE 0e0 END"),
    "absolute": Template("ABS({0})"),
    "clip": Template("CASE WHEN {0} < {1} THEN {1} WHEN {0} > {2} THEN {2} ELSE {0} END"),
    "maximum": Template("CASE WHEN {0} > {1} THEN {0} ELSE {1} END"),
    "minimum": Template("CASE WHEN {0} < {1} THEN {0} ELSE {1} END"),
    "sign": Template("CASE WHEN {0} > 0 THEN 1e0 WHEN {0} < 0 THEN -1e0 ELSE 0e0 END"),
    "sqrt": Template("SQRT({0})"),
    "log": Template("LN({0})"),
    "tanh": Template("TANH({0})"),
    # PostgreSQL refuses what is too large or too small for a number.
    "exp": Template("EXP(CASE WHEN ABS({0}) > 700e0 THEN 700e0 * SIGN({0}) ELSE {0} END)"),
}


class SqlModule(ModulePrinter):
    """Prints trained models for `sqlite3`, `duckdb` and `psql`."""

    language, ending = "sql", ".sql"
    shows = True

    def predicting(self, module: Module, sample: Sample) -> str:
        """See `ModulePrinter.predicting`."""
        return Select(module, sample).text().replace("\0", "\n")


class Select(Printer):
    """One model as SQL.

    Args:
        module: its plan.
        sample: the rows that it predicts as it stands.

    Attributes:
        spellings: by the name of a column of texts, how else its known texts may be written.
        key, expected: names of columns beside the table's.
    """

    language, templates = "sql", SQL_TEMPLATES

    def __init__(self, module: Module, sample: Sample) -> None:
        self.module, self.sample = module, sample
        self.columns = [
            (name, given, place)
            for given in module.given
            for place, name in enumerate(given.columns or plain_names(given.width))
        ]
        names = {name.lower() for name, *_ in self.columns}
        self.key, self.expected = (free(name, names) for name in ("syn0_row", "expected"))
        known = module.known_texts
        self.spellings = {
            str(Name(f"{given.name}_0")): spelled(known[given.name], given.missing)
            for given in module.given if given.texts
        }  # fmt: skip
        self.entries = Entries.of(module, "prepare", "forward", "answer")

    def number(self, value: float) -> str:
        """A number that is a float in every database."""
        if math.isinf(value):
            raise UnsupportedError("the sql printer cannot write a number without end")
        text = repr(float(value))
        return text if "e" in text else f"{text.removesuffix('.0')}e0"

    def expression(self, expr: Expr, need: int = 0) -> str:
        """As every printer's; truths are 1 or 0 but where they are asked for, and texts and labels
        are told apart one by one."""
        match expr:
            case Apply("where", (condition, yes, no)):
                parts = (self.condition(condition), *map(self.expression, (yes, no)))
                return Made(self.templates["where"].text, *parts)
            case Apply(operation) if operation in TRUTHS:
                return Made(self.templates["holds"].text, self.condition(expr))
            case Apply("same_text", (text, Const((str(known),)))):
                words = self.spellings[str(text)].get(known, (known,))
                among = Code(self.expression(text), listed(map(text_of, words), " IN (", ")"))
                return Made(self.templates["holds"].text, among)
            case Apply("label", (number, Const(tuple(labels)))):
                cases = (f"WHEN {self.number(k)} THEN {self.word(label)}"
                         for k, label in enumerate(labels))  # fmt: skip
                return Code("CASE ", self.expression(number), " ", *joined(cases), " END")
            case Apply("place_of", (largest, *row)):
                cases = (f"WHEN {self.expression(x)} >= {self.expression(largest)} "
                         f"THEN {self.number(k)}" for k, x in enumerate(row))  # fmt: skip
                return Code("CASE ", *joined(cases), " END")
        return super().expression(expr, need)

    def condition(self, expr: Expr) -> str:
        """A truth, or a number that is one."""
        if isinstance(expr, Apply) and expr.operation in TRUTHS:
            return super().expression(expr)
        return f"{self.expression(expr, 11)} <> 0"

    def word(self, value: Any) -> str:
        """A text or a number among answers and cells."""
        return text_of(value) if isinstance(value, str) else self.number(value)

    def text(self) -> str:
        """The whole statement."""
        tables = [*self.tables()]
        body = ",\n\n".join(tables)
        does, beside = "predicts", ""
        if self.sample.trial:
            does, beside = "tries itself on", ": each prediction stands beside what is expected"
        return "\n".join([
            *comment(self.module.title),
            *comment(f"It {does} the rows of sample, as `sqlite3 :memory: < FILE`, `duckdb < FILE` "
                     f"or `psql -f FILE`{beside}. For rows of your own, put your table's name in "
                     "place of sample where it says FROM sample."),
            *comment(self.sample.note),
            f"WITH {body}",
            "",
            self.answers(),
            "",
        ])  # fmt: skip

    def tables(self) -> Iterator[str]:
        """The common table expressions: the sample, what is given, and level by level what
        follows from it."""
        yield self.sample_rows()
        numbered = ["SELECT *, ROW_NUMBER() OVER () AS " + self.key, "FROM sample"]
        yield "\n".join(["given AS MATERIALIZED (", *indented(numbered), ")"])
        yield self.table("level0", "given", [], [self.taken(*column) for column in self.columns])
        levels, needed = self.levels(), self.wanted()
        kept = self.kept(levels, needed)
        widths = (len(old) + len(new) for old, new in zip(kept, levels, strict=True))
        if (width := max(len(self.columns), *widths)) > MOST_COLUMNS:
            raise UnsupportedError(
                f"the sql printer writes a column for every number of a row, at most "
                f"{MOST_COLUMNS:,} at once and not these {width:,}"
            )
        for number, bound in enumerate(levels, 1):
            new = [fitted_column(self.expression(x.value), x.name) for x in bound]
            notes = dict.fromkeys(f"{x.line.target}: {x.line.note}" for x in bound)
            head = [line for note in notes for line in comment(note)]
            yield self.table(f"level{number}", f"level{number - 1}", kept[number - 1], new, head)
        self.last = f"level{len(levels)}"

    def table(
        self, name: str, source: str, kept: Iterable[str], new: list[str], head: Iterable[str] = ()
    ) -> str:
        """One of them: columns that go on, and new ones."""
        rows = [fitted(listed([self.key, *kept]), WIDTH - 8), *new]
        lines = [*head, "SELECT", *indented([f"{row}," for row in rows[:-1]]),
                 *indented(rows[-1:]), f"FROM {source}"]  # fmt: skip
        return "\n".join([f"{name} AS MATERIALIZED (", *indented(lines), ")"])

    def levels(self) -> list[list[Bound]]:
        """What is bound, by how many others it waits for."""
        level: dict[str, int] = {}
        levels: list[list[Bound]] = []
        for bound in self.entries.bound:
            number = max((level.get(name, 0) for name in names_in(bound.value)), default=0)
            level[bound.name] = number + 1
            levels += [[]] if number == len(levels) else []
            levels[number].append(bound)
        return levels

    def wanted(self) -> list[Expr]:
        """The entries of the answers."""
        return [entry for x in self.module.answers for entry in self.entries.rows[x.name]]

    def kept(self, levels: list[list[Bound]], wanted: Iterable[Expr]) -> list[list[str]]:
        """For each level, the columns of those below that it or a later one reads."""
        needed = {name for expr in wanted for name in names_in(expr)}
        found: list[list[str]] = []
        for bound in reversed(levels):
            needed -= {x.name for x in bound}
            found.append(sorted(needed, key=natural))
            needed |= {name for x in bound for name in names_in(x.value)}
        return found[::-1]

    def taken(self, name: str, given: Given, place: int) -> str:
        """A column of the table, as texts or as numbers; NULL where a number is missing."""
        own, target = name_of(name), f"{given.name}_{place}"
        if given.texts:
            value = f"COALESCE(TRIM(CAST({own} AS TEXT)), '')"
        else:
            absent = ", ".join(map(text_of, NO_NUMBERS))
            value = (
                f"CASE WHEN CAST({own} AS TEXT) IN ({absent})\n    THEN NULL "
                f"ELSE {FLOAT.format(own)} END"
            )
        return f"{value} AS {target}"

    def sample_rows(self) -> str:
        """The rows of the sample, and of a self-test what is expected of each."""
        names = [name for name, *_ in self.columns]
        matrix = self.sample.matrix
        rows = ([list(row.values()) for row in self.in_order()] if matrix is None
                else matrix.tolist())  # fmt: skip
        if self.sample.trial:
            role = LABEL if self.module.answer(LABEL) else VARIABLE
            for row, answer in zip(rows, answers_to(self.module, self.sample), strict=True):
                row.append(first(answer[role]))
            names.append(self.expected)
        texts = [listed(map(self.cell, row), "(", ")") for row in rows]
        head = fitted(Code("sample ", listed(map(name_of, names), "(", ")"), " AS ("), WIDTH - 5)
        values = [fitted(Code("        ", x, "," * (k < len(texts))), WIDTH)
                  for k, x in enumerate(texts, 1)]  # fmt: skip
        return "\n".join([head, "    VALUES", *values, ")"])

    def in_order(self) -> Iterator[dict[str, Any]]:
        """The rows of the sample, their cells in the order of the columns."""
        for row in self.sample.rows:
            yield {name: row[name] for name, *_ in self.columns}

    def cell(self, value: Any) -> str:
        """A cell."""
        return "NULL" if value is None else self.word(value)

    def answers(self) -> str:
        """What is selected in the end."""
        columns = []
        for answer in self.module.answers:
            names = answer_names(self.module, answer)
            for name, entry in zip(names, self.entries.rows[answer.name], strict=True):
                columns.append(f"{self.expression(entry)} AS {name_of(name)}")
        chosen = listed(["given.*", *columns])
        return "\n".join(["SELECT", *indented([fitted(chosen, WIDTH - 4)]), "FROM given",
                          f"JOIN {self.last} ON {self.last}.{self.key} = given.{self.key}",
                          f"ORDER BY given.{self.key};"])  # fmt: skip


def text_of(text: str) -> str:
    """A text, which keeps its lines where the lines around are moved: no other holds NUL."""
    return sql_text(text).replace("\n", "\0")


def name_of(name: str) -> str:
    """A column's name, likewise."""
    return sql_name(name).replace("\n", "\0")


def first(value: Any) -> Any:
    """The first of several answers."""
    return value[0] if isinstance(value, list) else value


TRUTH_WORDS = {"True": ("TRUE", "true", "1", "1.0"), "False": ("FALSE", "false", "0", "0.0")}
"""How databases write truth values, where a column holds nothing else."""


def spelled(known: tuple[str, ...], missing: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Known texts, and how databases write the same: truth values, whole numbers."""
    words = TRUTH_WORDS if {*known} <= {"True", "False", ""} else {}
    ways = {}
    for text in known:
        others: tuple[str, ...] = words.get(text, ())
        if re.fullmatch(r"0|-?[1-9]\d*", text) and f"{text}.0" not in known:
            others = (f"{text}.0",)
        ways[text] = (text, *others, *(missing if text == "" else ()))
    return ways


def fitted_column(code: str, name: str) -> str:
    """An expression and its name."""
    return fitted(Code(code, f" AS {name}"), WIDTH - 8)


def joined(cases: Iterable[str]) -> Iterator[str]:
    """Cases with spaces between them."""
    for place, case in enumerate(cases):
        yield f" {case}" if place else case


def natural(name: str) -> tuple[str, int]:
    """A key that sorts l1_2 before l1_10."""
    stem, _, number = name.rpartition("_")
    return stem, int(number)


def comment(text: str) -> list[str]:
    """A comment of one line, or of several."""
    return commented(visible(text), WIDTH - 8, "-- ")
