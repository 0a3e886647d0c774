"""What an estimator's parameters mean: scikit-learn's names become a network and a training."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any, Protocol

import numpy as np
from sklearn.utils._param_validation import Interval, Options, StrOptions

from syn0.derive import SCHEDULES
from syn0.engines import ENGINES
from syn0.program import ACTIVATIONS
from syn0.spec import (
    LBFGS,
    SGD,
    AdaGrad,
    Adam,
    AdamW,
    Dense,
    Extras,
    NetworkSpec,
    Optimizer,
    RMSprop,
    Training,
)
from syn0.spec.checks import choice
from syn0.spec.choices import listed
from syn0.spec.network import DTYPES

OTHER_NAMES = {"logistic": "sigmoid"}
"""scikit-learn's names of activations that syn0 has under another."""

OWN_SCHEDULES = ("invscaling", "adaptive")
"""The schedules that scikit-learn changes between epochs; they go with solver "sgd"."""

LOSSES_OF_NUMBERS = ("squared_error", "absolute_error", "huber", "quantile", "poisson")
"""The losses of a regressor; a classifier's follow from its classes."""

SOLVERS = ("lbfgs", "sgd", "adam", "adamw", "rmsprop", "adagrad")

NOT_NEGATIVE = Interval(Real, 0, None, closed="left")
ABOVE_0 = Interval(Real, 0, None, closed="neither")
SHARE = Interval(Real, 0, 1, closed="left")
COUNT = Interval(Integral, 1, None, closed="left")

CONSTRAINTS: Mapping[str, list[Any]] = {
    "hidden_layer_sizes": ["array-like", COUNT],
    "activation": [str, "array-like"],
    "solver": [StrOptions(set(SOLVERS))],
    "alpha": [NOT_NEGATIVE],
    "batch_size": [StrOptions({"auto"}), COUNT],
    "learning_rate": [str],
    "learning_rate_init": [ABOVE_0],
    "power_t": [NOT_NEGATIVE],
    "max_iter": [COUNT],
    "shuffle": ["boolean"],
    "random_state": ["random_state"],
    "tol": [NOT_NEGATIVE],
    "verbose": ["verbose"],
    "warm_start": ["boolean"],
    "momentum": [Interval(Real, 0, 1, closed="both")],
    "nesterovs_momentum": ["boolean"],
    "early_stopping": ["boolean"],
    "validation_fraction": [SHARE],
    "beta_1": [SHARE],
    "beta_2": [SHARE],
    "epsilon": [ABOVE_0],
    "n_iter_no_change": [COUNT, Options(Real, {np.inf})],
    "max_fun": [COUNT],
    "init": [str, None],
    "dropout": [SHARE],
    "input_dropout": [SHARE],
    "input_noise": [NOT_NEGATIVE],
    "batch_norm": ["boolean"],
    "layer_norm": ["boolean"],
    "skip": ["boolean"],
    "l1": [NOT_NEGATIVE],
    "weight_decay": [NOT_NEGATIVE, None],
    "max_norm": [ABOVE_0, None],
    "clip_norm": [ABOVE_0, None],
    "warm_up": [Interval(Integral, 0, None, closed="left")],
    "scoring": [str, callable, None],
    "callbacks": ["array-like", None],
    "progress": ["boolean"],
    "dtype": [StrOptions(set(DTYPES)), None],
    "engine": [StrOptions({"auto", *ENGINES})],
    "threads": [COUNT, None],
}
"""What each parameter may be, as scikit-learn checks it."""


class Parameters(Protocol):
    """An estimator with the parameters above."""

    def __getattr__(self, name: str) -> Any: ...


def activation(name: str) -> str:
    """syn0's name of an activation."""
    return OTHER_NAMES.get(name, name)


def their_activation(name: str) -> str:
    """scikit-learn's name of an activation."""
    return {ours: theirs for theirs, ours in OTHER_NAMES.items()}.get(name, name)


def activations(asked: Any, layers: int) -> list[str]:
    """syn0's name of the activation of each hidden layer, of one for all or as many as there are.

    Raises:
        ValueError: an unknown one, or another number of them.
    """
    names = [asked] * layers if isinstance(asked, str) else list(asked)
    if len(names) != layers:
        raise ValueError(
            f"activation has {len(names)} entries, but hidden_layer_sizes has {layers}: give one "
            "activation for all hidden layers, or one for each"
        )
    for name in filter(lambda name: isinstance(name, str), [asked, *names]):
        choice("activation", name.partition(":")[0], [*OTHER_NAMES, *ACTIVATIONS])
    return list(map(activation, names))


def hidden_units(sizes: Any) -> tuple[int, ...]:
    """The units of each hidden layer, of a sequence or a single number.

    Raises:
        ValueError: a number below 1.
    """
    units = list(sizes) if np.iterable(sizes) else [sizes]
    if any(size <= 0 for size in units):
        raise ValueError(f"hidden_layer_sizes must be > 0, got {units}.")
    return tuple(units)


def network_spec(
    given: Parameters,
    inputs: int,
    outputs: int,
    *,
    loss: str,
    output_activation: str,
    dtype: str,
    seed: int | None,
) -> NetworkSpec:
    """The network that an estimator trains."""
    hidden = hidden_units(given.hidden_layer_sizes)
    hidden_activations = activations(given.activation, len(hidden))
    kinds = [*hidden_activations, output_activation]
    starts = starts_of(given, [*hidden_activations, (hidden_activations or kinds)[-1]])
    dense = [
        Dense(
            units,
            kind,
            bias=True,
            init=start,
            bias_init=start if given.init is None else "constant",
        )
        for units, kind, start in zip((*hidden, outputs), kinds, starts, strict=True)
    ]
    extras = ("dropout", "input_dropout", "input_noise", "batch_norm", "layer_norm", "skip")
    between = Extras(**{name: getattr(given, name) for name in extras}).between(inputs, dense)
    return NetworkSpec(inputs, between, loss, seed, dtype)


def starts_of(given: Parameters, activations: list[str]) -> list[str]:
    """How the weights that lead to each layer start: as scikit-learn has it, evenly within the
    root of 6 over inputs and units, or of 2 around sigmoids, unless `init` says otherwise."""
    if given.init is not None:
        return [given.init] * len(activations)
    return ["glorot_uniform:2" if kind == "sigmoid" else "glorot_uniform" for kind in activations]


def training(given: Parameters, rows: int, epochs: int, label_smoothing: float) -> Training:
    """How an estimator trains on so many rows, for so many epochs."""
    common = {
        "reduction": "mean",
        "l1": given.l1,
        "l2": given.alpha,
        "penalty_per_row": True,
        "label_smoothing": label_smoothing,
    }
    rate = schedule(given)
    if given.solver == "lbfgs":
        refuse_what_lbfgs_cannot_do(given, rate)
        search = LBFGS(tolerance=given.tol, evaluations=given.max_fun)
        return Training(steps=given.max_iter, optimizer=search, report_every=1, **common)
    return Training(
        epochs=epochs,
        batch_size=batch_size(given.batch_size, rows),
        shuffle=bool(given.shuffle),
        reshuffle=bool(given.shuffle),
        optimizer=optimizer(given),
        schedule=rate,
        warm_up=given.warm_up,
        max_norm=given.max_norm,
        clip_norm=given.clip_norm,
        **common,
    )


def refuse_what_lbfgs_cannot_do(given: Parameters, rate: str) -> None:
    """ValueError for parameters of steps that are not its own; scikit-learn's are left unread."""
    unfit = [
        name
        for name in ("weight_decay", "max_norm", "clip_norm", "warm_up")
        if getattr(given, name)
    ]
    unfit += [] if rate == "constant" else ["learning_rate"]
    if unfit:
        raise ValueError(
            f"solver 'lbfgs' takes steps of its own length: leave out {', '.join(unfit)}, "
            "or choose another solver"
        )


def batch_size(size: Any, rows: int) -> int:
    """Rows in a step: those asked for, as far as there are so many, or 200."""
    return min(200 if size == "auto" else int(size), rows)


def schedule(given: Parameters) -> str:
    """The schedule of the learning rate; "invscaling" and "adaptive" are other solvers' constant
    rate, as in scikit-learn."""
    name = given.learning_rate
    if name in OWN_SCHEDULES:
        return "by_epoch" if given.solver == "sgd" else "constant"
    choice("learning_rate", name.partition(":")[0], [*listed(SCHEDULES), *OWN_SCHEDULES])
    return str(name)


def optimizer(given: Parameters) -> Optimizer:
    """The solver's optimizer."""
    own: dict[str, Any] = {"learning_rate": given.learning_rate_init}
    if given.weight_decay is not None:
        own["weight_decay"] = given.weight_decay
    if given.solver == "sgd":
        ahead = bool(given.nesterovs_momentum) and given.momentum > 0
        return SGD(momentum=given.momentum, nesterov=ahead, **own)
    own["epsilon"] = given.epsilon
    if given.solver in ("adam", "adamw"):
        kind = Adam if given.solver == "adam" else AdamW
        return kind(beta1=given.beta_1, beta2=given.beta_2, epsilon_hat=True, **own)
    return RMSprop(**own) if given.solver == "rmsprop" else AdaGrad(**own)
