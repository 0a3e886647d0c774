"""The table of cases: every two options that share a line and go together stand together in some
row."""

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest

import syn0
from syn0.derive import LOSSES, prediction_program
from syn0.program import ACTIVATIONS, OPERATIONS, Line, helper, operations_in
from syn0.program.expressions import Name
from syn0.spec import LAYER_KINDS, OPTIMIZERS, Activation, Dense, Training

from . import cases
from .cases import APART, FACTORS, accepted, covering_rows, described

Choice = tuple[str, Any]
Pair = tuple[Choice, Choice]


def pairs(*, apart: bool = False) -> Iterator[Pair]:
    """Every two choices of different factors, but of those that no line sees together; or these."""
    crossing = [{a, b} for one, other in combinations(APART, 2) for a in one for b in other]
    for (one, its), (other, others) in combinations(FACTORS.items(), 2):
        if ({one, other} in crossing) == apart:
            for value, another in product(its, others):
                yield (one, value), (other, another)


@pytest.fixture(scope="module")
def left_out() -> list[Pair]:
    """The pairs that stand in no row."""
    there = {pair for row in covering_rows() for pair in combinations(row.items(), 2)}
    return [pair for pair in pairs() if pair not in there]


def test_a_pair_is_left_out_only_where_it_is_refused(left_out: list[Pair]) -> None:
    source = Path(syn0.__file__).parent
    for pair in left_out:
        with pytest.raises(ValueError, match=r"\w") as refused:
            described(dict(pair))
        assert Path(refused.traceback[-1].path).is_relative_to(source)


def test_nothing_makes_a_pair_acceptable_that_is_left_out(left_out: list[Pair]) -> None:
    """The others were plain when it was refused: no other choice helps."""
    assert len(left_out) > 50
    for pair in left_out:
        for name in FACTORS.keys() - dict(pair).keys():
            for value in FACTORS[name]:
                with pytest.raises(ValueError, match=r"\w"):
                    described(dict(pair) | {name: value})


def test_what_is_not_tried_together_shares_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line that two such choices give comes with one of them alone."""
    monkeypatch.setattr(cases, "rate", lambda optimizer, hidden: cases.RATES.get(optimizer))

    @cache
    def lines(*choices: Choice) -> set[Line]:
        case = described(dict(choices))
        prediction = prediction_program(case.network, case.training.reduction)
        return {*case.program.lines, *prediction.lines}

    for pair in pairs(apart=True):
        if accepted(frozenset(pair)):
            assert lines(*pair) <= lines(pair[0]) | lines(pair[1]), pair


def test_the_rows_are_few() -> None:
    """All losses must meet all outputs that they allow: the table is little longer than that."""
    least = sum(len(loss.activations) for loss in LOSSES.values())
    assert least <= len(covering_rows()) <= 1.5 * least


def tried(descriptions: Any) -> dict[str, set[Any]]:
    """The values of each field in descriptions of one kind."""
    found: dict[str, set[Any]] = {}
    for item in descriptions:
        for field in fields(item):
            found.setdefault(field.name, set()).add(getattr(item, field.name))
    return found


def test_the_rows_hold_several_values_of_every_setting_of_a_program() -> None:
    cases = list(map(described, covering_rows()))
    loops_own = {"report_every", "patience", "monitor"}
    training = tried(case.training for case in cases)
    assert training.keys() == {field.name for field in fields(Training)}
    assert {name for name, values in training.items() if len(values) < 2} == loops_own
    networks = tried(case.network for case in cases)
    assert {name for name, values in networks.items() if len(values) < 2} == {"inputs", "seed"}


def test_the_rows_hold_every_kind_of_layer_optimizer_and_activation() -> None:
    cases = list(map(described, covering_rows()))
    layers = [layer for case in cases for layer in case.network.layers]
    assert {type(layer) for layer in layers} == set(LAYER_KINDS.values())
    assert {type(case.training.optimizer) for case in cases} == set(OPTIMIZERS.values())
    for kind in (Dense, Activation):
        assert {x.activation for x in layers if isinstance(x, kind)} == set(ACTIVATIONS)


def test_the_rows_hold_every_operation() -> None:
    """But the identity, which leaves no trace, the seed that a network without one draws (no two
    such learn the same), and what only the programs of trained models do."""
    cases = list(map(described, covering_rows()))
    lines = [line for case in cases for line in case.program.lines]
    lines += [line for case in cases for line in prediction_program(case.network).lines]
    used = {operation for line in lines for operation in operations_in(line.expression)}
    functions = [helper(operation) for operation in used]
    used |= {op for f in functions if f is not None for op in operations_in(f.formula(Name("z")))}
    of_models = {"float64", "is_missing", "smoothly_clipped", "one_of", "joined", "columns",
                 "largest", "label"}  # fmt: skip
    assert used == set(OPERATIONS) - {"identity", "random_seed"} - of_models
