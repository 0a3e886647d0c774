"""The update lines: from each parameter's pull, by penalties and limits, to its change; a solver
takes the pull as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from syn0.derive.layers import Parameter
from syn0.derive.optimizers import ALPHA, Change, T, rule_of, start_memory
from syn0.derive.rows import Rows
from syn0.derive.schedules import Lines, alpha_lines, changes
from syn0.program.expressions import (
    Const,
    Expr,
    Name,
    absolute,
    added,
    clip,
    maximum,
    names_in,
    sign,
    sqrt,
    sum_rows,
    total,
)
from syn0.program.program import Line
from syn0.program.tidy import rest, spelled
from syn0.spec import Optimizer, Training

RIDGE, LASSO, SHRINK = Name("ridge"), Name("lasso"), Name("shrink")
"""The strengths of L2 and L1; by the names of regression, as l1 and l2 are layers here."""


def penalty_constants(training: Training) -> Iterator[Line]:
    """The strengths of the penalties."""
    if training.l2:
        note = "strength of L2: what large weights cost"
        yield Line("ridge", Const(training.l2), "init", 0, note)
    if training.l1:
        note = "strength of L1: what each weight's size costs"
        yield Line("lasso", Const(training.l1), "init", 0, note)


def penalty(training: Training, weights: list[str], rows: Rows) -> Expr | None:
    """What the sizes of the weights add to the loss; None for nothing."""
    terms: list[Expr] = []
    names = [Name(name) for name in weights]
    if training.l2:
        terms.append(RIDGE / 2 * added(total(w**2) for w in names))
    if training.l1:
        terms.append(LASSO * added(total(absolute(w)) for w in names))
    return per_row(training, added(terms), rows) if terms else None


def per_row(training: Training, strength: Expr, rows: Rows) -> Expr:
    """A strength, or a cost, over the rows of a step where the penalties are divided by them."""
    return rows.averaged(strength, Name("l0")) if training.penalty_per_row else strength


def with_penalties(training: Training, p: Parameter, rows: Rows) -> Parameter:
    """The pull of a parameter, with that of the penalties."""
    pull, note, weights = p.pull, p.note, Name(p.name)
    if p.is_weights and training.l2:
        pull = pull - per_row(training, RIDGE, rows) * weights
    if p.is_weights and training.l1:
        pull = pull - per_row(training, LASSO, rows) * sign(weights)
    if pull != p.pull:
        note += "; the penalty pulls towards 0"
    return replace(p, pull=pull, note=note)


def pull_line(p: Parameter) -> Line:
    """A pull, bound by itself."""
    return Line(f"{p.name}_update", p.pull, "update", p.layer, p.note)


def pulls(training: Training, parameters: list[Parameter], rows: Rows) -> list[Parameter]:
    """The parameters, with pulls that hold the penalties and are no larger than is allowed."""
    result = [with_penalties(training, p, rows) for p in parameters]
    if (limit := training.clip_value) is not None:
        most = f"; at most {spelled(limit)} an entry"
        result = [replace(p, pull=clip(p.pull, -limit, limit), note=p.note + most) for p in result]
    return result


COUNT = Line("t", Const(0), "init", 0, "number of steps taken")


def waiting_lines(parameters: list[Parameter], *, counted: bool) -> Lines:
    """The lines of "init" and "update" of a program for a solver: they bind each parameter's pull,
    by which the solver changes it. `counted` as in `update_lines`."""
    # Weights before constants, first layer first: the order in which a solver packs them does
    # not matter but for rounding, which then is scikit-learn's.
    packed = sorted(parameters, key=lambda p: (not p.is_weights, p.layer))
    return [COUNT] if counted else [], [pull_line(p) for p in packed]


def update_lines(
    training: Training, optimizer: Optimizer, parameters: list[Parameter], *, counted: bool
) -> Lines:
    """The lines of "init" and "update" by which an optimizer changes the parameters.

    `counted` says that the program counts its steps in `t`, whatever the optimizer needs.
    """
    rule = rule_of(optimizer)
    init, update = alpha_lines(training, optimizer)
    init = [*init, *rule.constants(optimizer)]
    if counted or rule.counts_steps or changes(training):
        init.append(COUNT)
        update.append(Line("t", T + 1, "update", 0, "one more step"))
    init += start_memory(rule, parameters)
    if training.clip_norm is not None:
        update += shrink_lines(parameters, training.clip_norm)
    alpha = ALPHA if optimizer.learning_rate != 1 or changes(training) else None
    update += rule.shared(optimizer, alpha)
    for p in parameters:
        update += change_lines(training, optimizer, alpha, p)
    return init, update


def shrink_lines(parameters: list[Parameter], limit: float) -> Iterator[Line]:
    """All pulls first, then by how much they are shortened (Pascanu, Mikolov & Bengio, 2013)."""
    yield from map(pull_line, parameters)
    squares = added(total(Name(f"{p.name}_update") ** 2) for p in parameters)
    note = "length of all updates together"
    yield Line("update_norm", sqrt(squares), "update", 0, note)
    share = limit / maximum(Name("update_norm"), limit)
    yield Line(SHRINK.name, share, "update", 0, f"shortens it to {spelled(limit)} if it is longer")


def change_lines(
    training: Training, optimizer: Optimizer, alpha: Expr | None, p: Parameter
) -> Iterator[Line]:
    """How one parameter changes; `alpha` is None for a learning rate that is always 1."""
    rule = rule_of(optimizer)
    decays = p.is_weights and optimizer.weight_decay > 0
    pull = p.pull
    if training.clip_norm is not None:
        pull = SHRINK * Name(f"{p.name}_update")
        p = replace(p, note="its update, shortened with all others")
    elif rule.names_pull or (decays and p.name in names_in(pull)):
        yield pull_line(p)
        pull = Name(f"{p.name}_update")
        p = replace(p, note="its update")
    if decays:
        decay = optimizer.weight_decay
        kept = Const(rest(decay)) if alpha is None else 1 - alpha * decay
        note = "weight decay: each loses a share of itself"
        yield Line(p.name, Name(p.name) * kept, "update", p.layer, note)
    for item in rule.change(optimizer, p, pull, alpha):
        if isinstance(item, Change):
            yield Line(p.name, Name(p.name) + item.value, "update", p.layer, item.note)
        else:
            yield item
    if p.is_weights and training.max_norm is not None:
        yield max_norm_line(p, training.max_norm)


def max_norm_line(p: Parameter, limit: float) -> Line:
    """Each unit's weights, shortened where they are too long (Srebro & Shraibman, 2005)."""
    weights = Name(p.name)
    lengths = sqrt(sum_rows(weights**2))
    value = weights * (limit / maximum(lengths, limit))
    note = f"max-norm: no unit's weights longer than {spelled(limit)}"
    return Line(p.name, value, "update", p.layer, note)
