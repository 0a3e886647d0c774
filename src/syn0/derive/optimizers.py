"""The optimizers: which lines turn a parameter's pull into its change.

A rule gives the lines of "init" and of "update". A pull is minus the gradient, so changes are
added.
"""

from __future__ import annotations

from collections.abc import Callable

from syn0.derive.layers import Parameter
from syn0.program.expressions import Const, Name, sqrt, zeros
from syn0.program.program import Line
from syn0.spec import SGD, Adam, Optimizer

Rule = tuple[list[Line], list[Line]]


def alpha_line(learning_rate: float) -> Line:
    """The learning rate, under the tutorial's name."""
    return Line("alpha", Const(learning_rate), "init", 0, "learning rate: how far each step goes")


def sgd(optimizer: SGD, parameters: list[Parameter]) -> Rule:
    """Each parameter moves along its pull; a learning rate of 1 needs no words."""
    plain = optimizer.learning_rate == 1
    updates = [
        Line(p.name, Name(p.name) + (p.pull if plain else Name("alpha") * p.pull),
             "update", p.layer, p.note)
        for p in parameters
    ]  # fmt: skip
    return ([] if plain else [alpha_line(optimizer.learning_rate)]), updates


def adam(optimizer: Adam, parameters: list[Parameter]) -> Rule:
    """Kingma & Ba (2015), Algorithm 1, epsilon outside the bias-corrected root."""
    alpha, beta1, beta2, epsilon = map(Name, ("alpha", "beta1", "beta2", "epsilon"))
    t = Name("t")
    init = [
        alpha_line(optimizer.learning_rate),
        Line("beta1", Const(optimizer.beta1), "init", 0, "how slowly the mean update fades"),
        Line("beta2", Const(optimizer.beta2), "init", 0, "how slowly the mean square fades"),
        Line("epsilon", Const(optimizer.epsilon), "init", 0, "keeps the division away from 0"),
        Line("t", Const(0), "init", 0, "number of steps taken"),
    ]
    updates = [Line("t", t + 1, "update", 0, "one more step")]
    for p in parameters:
        pull, m, v = Name(f"{p.name}_update"), Name(f"{p.name}_m"), Name(f"{p.name}_v")
        for moment in (m, v):
            init.append(Line(moment.name, zeros(*p.shape), "init", p.layer, "no updates seen yet"))
        mean, square = m / (1 - beta1**t), v / (1 - beta2**t)
        updates += [
            Line(pull.name, p.pull, "update", p.layer, p.note),
            Line(m.name, beta1 * m + (1 - beta1) * pull, "update", p.layer,
                 "mean of the recent updates"),
            Line(v.name, beta2 * v + (1 - beta2) * pull**2, "update", p.layer,
                 "mean of their squares"),
            Line(p.name, Name(p.name) + alpha * mean / (sqrt(square) + epsilon), "update",
                 p.layer, "a step of about alpha, smaller where the updates disagree"),
        ]  # fmt: skip
    return init, updates


OPTIMIZERS: dict[type[Optimizer], Callable[..., Rule]] = {SGD: sgd, Adam: adam}
