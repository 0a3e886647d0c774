"""Few rows of the table in which every operation and every way of taking steps occurs, for
languages whose compilers take their time."""

from collections.abc import Hashable, Iterator
from functools import cache

from syn0.program import operations_in
from tests.derive.cases import Case, Row, leaves_steps_to_scipy, table

WAYS = ("batching", "weighted", "length", "schedule", "depth", "optimizer")


def loop_rows() -> Iterator[tuple[Row, Case]]:
    """The rows that languages with loops can say."""
    for row, case, _ in table():
        if not leaves_steps_to_scipy(row) and row["init"] != "orthogonal":
            yield row, case


def features(row: Row, case: Case) -> set[Hashable]:
    """What a row tries: operations, each of both number types, and ways of taking steps."""
    program = case.program
    operations = {(name, program.dtype) for line in program.lines
                  for name in operations_in(line.expression)}  # fmt: skip
    return {*operations, *((way, row[way]) for way in WAYS)}


@cache
def few_cases() -> dict[str, Case]:
    """So few that all features occur, by names; of several, the ones of the shortest programs."""
    rows = [(features(row, case), case) for row, case in loop_rows()]
    missing = {feature for found, _ in rows for feature in found}
    chosen: list[tuple[set[Hashable], Case]] = []
    while missing:
        one = max(rows, key=lambda x: len(x[0] & missing) / (40 + len(x[1].program.lines)))
        chosen.append(one)
        missing -= one[0]
    for one in sorted(chosen, key=lambda x: -len(x[1].program.lines)):
        others = [other for other in chosen if other is not one]
        if one[0] <= {feature for found, _ in others for feature in found}:
            chosen = others
    cases = [case for _, case in chosen]
    return {f"{case.network} {case.network.loss} {n}": case for n, case in enumerate(cases)}
