"""The optimizers: which lines turn a parameter's pull into its change.

A pull is minus the gradient, so changes are added. What a rule remembers of a parameter starts at
zero and is named after it: `syn0_m`. To add an optimizer, add its rule to `OPTIMIZERS`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from syn0.derive.layers import Parameter
from syn0.program.expressions import Const, Expr, Name, sqrt, zeros
from syn0.program.program import Line
from syn0.spec import SGD, AdaGrad, Adam, AdamW, Optimizer, RMSprop

Memory = tuple[tuple[str, str], ...]

ALPHA, T = Name("alpha"), Name("t")


@dataclass(frozen=True)
class Change:
    """What is added to a parameter, with words for it."""

    value: Expr
    note: str


class OptimizerRule:
    """The rule of a kind of optimizer; this base sets and remembers nothing."""

    names_pull = False
    """Whether the pull is bound by itself, as the rule reads it more than once."""
    counts_steps = False
    """Whether it reads `t`."""
    memory: Memory = ()
    """What it remembers of each parameter: the end of the name, and words."""

    def constants(self, optimizer: Any) -> Iterator[Line]:
        """The optimizer's settings that its lines read, beside alpha."""
        yield from ()

    def shared(self, optimizer: Any, alpha: Expr | None) -> Iterator[Line]:
        """What the changes of all parameters read."""
        yield from ()

    def change(
        self, optimizer: Any, p: Parameter, pull: Expr, alpha: Expr | None
    ) -> Iterator[Line | Change]:
        """The lines that remember, then the change; `alpha` is None for a rate of 1."""
        raise NotImplementedError


def by(alpha: Expr | None, step: Expr) -> Expr:
    """A step times the learning rate; a rate of 1 needs no words."""
    return step if alpha is None else alpha * step


class SGDRule(OptimizerRule):
    """Each parameter moves along its pull."""

    def change(
        self, optimizer: SGD, p: Parameter, pull: Expr, alpha: Expr | None
    ) -> Iterator[Line | Change]:
        """`syn0 += alpha * pull`."""
        yield Change(by(alpha, pull), p.note)


class MomentumRule(OptimizerRule):
    """Sutskever et al. (2013), equations 1 and 2, or 3 and 4 for Nesterov's, taken at the point
    looked ahead to."""

    memory = (("velocity", "no step taken yet"),)

    def constants(self, optimizer: SGD) -> Iterator[Line]:
        """The share of the last step."""
        note = "share of the last step that is taken again"
        yield Line("momentum", Const(optimizer.momentum), "init", 0, note)

    def change(
        self, optimizer: SGD, p: Parameter, pull: Expr, alpha: Expr | None
    ) -> Iterator[Line | Change]:
        """`syn0_velocity = momentum * syn0_velocity + alpha * pull`, which is added."""
        velocity, momentum = Name(f"{p.name}_velocity"), Name("momentum")
        value = momentum * velocity + by(alpha, pull)
        note = "part of the last step, plus the update"
        yield Line(velocity.name, value, "update", p.layer, note)
        note = "the step: along the velocity"
        if optimizer.nesterov:
            note = "a step that looks ahead along the velocity"
            yield Change(momentum * velocity + by(alpha, pull), note)
        else:
            yield Change(velocity, note)


class NesterovRule(MomentumRule):
    """Reads the pull twice."""

    names_pull = True


class AdaGradRule(OptimizerRule):
    """Duchi, Hazan & Singer (2011), the diagonal form, epsilon outside the root."""

    names_pull = True
    memory = (("squares", "no updates seen yet"),)

    def constants(self, optimizer: AdaGrad) -> Iterator[Line]:
        """What keeps the quotient finite."""
        yield epsilon_line(optimizer.epsilon)

    def change(
        self, optimizer: AdaGrad, p: Parameter, pull: Expr, alpha: Expr | None
    ) -> Iterator[Line | Change]:
        """Steps over the root of the sum of squares."""
        squares = Name(f"{p.name}_squares")
        yield Line(squares.name, squares + pull**2, "update", p.layer, "sum of all squared updates")
        note = "a smaller step where updates were large"
        yield Change(by(alpha, pull) / (sqrt(squares) + Name("epsilon")), note)


class RMSpropRule(OptimizerRule):
    """Hinton (2012), epsilon outside the root."""

    names_pull = True
    memory = (("squares", "no updates seen yet"),)

    def constants(self, optimizer: RMSprop) -> Iterator[Line]:
        """How squares fade, and what keeps the quotient finite."""
        yield Line("decay", Const(optimizer.decay), "init", 0, "share of mean squares that is kept")
        yield epsilon_line(optimizer.epsilon)

    def change(
        self, optimizer: RMSprop, p: Parameter, pull: Expr, alpha: Expr | None
    ) -> Iterator[Line | Change]:
        """Steps over the root of the recent squares' mean."""
        squares, decay = Name(f"{p.name}_squares"), Name("decay")
        value = decay * squares + (1 - decay) * pull**2
        yield Line(squares.name, value, "update", p.layer, "mean of recent squares")
        note = "a step of about alpha, however large the update"
        yield Change(by(alpha, pull) / (sqrt(squares) + Name("epsilon")), note)


class AdamRule(OptimizerRule):
    """Kingma & Ba (2015), Algorithm 1, in the order of section 2's last remark: alpha and epsilon
    are corrected, once for all parameters, instead of each one's means. With `epsilon_hat`, epsilon
    is not."""

    names_pull = True
    counts_steps = True
    memory = (("m", "no updates seen yet"), ("v", "no updates seen yet"))

    def constants(self, optimizer: Adam) -> Iterator[Line]:
        """How the means fade, and what keeps the quotient finite."""
        yield Line("beta1", Const(optimizer.beta1), "init", 0, "share of mean updates that is kept")
        yield Line("beta2", Const(optimizer.beta2), "init", 0, "share of mean squares that is kept")
        yield epsilon_line(optimizer.epsilon)

    def shared(self, optimizer: Adam, alpha: Expr | None) -> Iterator[Line]:
        """The learning rate and epsilon, corrected."""
        root, start = (1 - Name("beta2") ** T) ** 0.5, 1 - Name("beta1") ** T
        rate = root / start if alpha is None else alpha * root / start
        note = "alpha, corrected for means that start from 0"
        yield Line("alpha_t", rate, "update", 0, note)
        if not optimizer.epsilon_hat:
            yield Line(
                "epsilon_t", Name("epsilon") * root, "update", 0, "epsilon, corrected likewise"
            )

    def change(
        self, optimizer: Adam, p: Parameter, pull: Expr, alpha: Expr | None
    ) -> Iterator[Line | Change]:
        """Steps along the mean update over the root of the mean square."""
        beta1, beta2 = Name("beta1"), Name("beta2")
        epsilon = Name("epsilon" if optimizer.epsilon_hat else "epsilon_t")
        m, v = Name(f"{p.name}_m"), Name(f"{p.name}_v")
        value = beta1 * m + (1 - beta1) * pull
        yield Line(m.name, value, "update", p.layer, "mean of recent updates")
        value = beta2 * v + (1 - beta2) * pull**2
        yield Line(v.name, value, "update", p.layer, "mean of their squares")
        note = "about alpha, less if they vary"
        yield Change(Name("alpha_t") * m / (sqrt(v) + epsilon), note)


def epsilon_line(epsilon: float) -> Line:
    """What is added to a root that is divided by."""
    return Line("epsilon", Const(epsilon), "init", 0, "keeps the divisor above 0")


def rule_of(optimizer: Optimizer) -> OptimizerRule:
    """The rule of an optimizer."""
    if isinstance(optimizer, SGD) and optimizer.momentum:
        return NesterovRule() if optimizer.nesterov else MomentumRule()
    return OPTIMIZERS[type(optimizer)]


OPTIMIZERS: dict[type, OptimizerRule] = {
    SGD: SGDRule(),
    AdaGrad: AdaGradRule(),
    RMSprop: RMSpropRule(),
    Adam: AdamRule(),
    AdamW: AdamRule(),
}


def start_memory(rule: OptimizerRule, parameters: list[Parameter]) -> Iterator[Line]:
    """What the rule remembers, from zero."""
    for p in parameters:
        for suffix, note in rule.memory:
            yield Line(f"{p.name}_{suffix}", zeros(*p.shape), "init", p.layer, note)
