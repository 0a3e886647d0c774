"""What an estimator's parameters mean: scikit-learn's names become a network and a training."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from numbers import Real
from typing import Any, Literal

import numpy as np
from sklearn.utils._param_validation import Interval, Options, StrOptions

from syn0.derive import LOSSES, SCHEDULES
from syn0.engines import AUTO, DEVICES, ENGINES, PRECISIONS
from syn0.estimators.documents import (
    ABOVE_0,
    COUNT,
    NOT_NEGATIVE,
    SHARE,
    knob_of,
    knobs_given,
    parameter,
    parameters,
)
from syn0.program import ACTIVATIONS
from syn0.spec import OPTIMIZERS, SOLVERS, Dense, Extras, NetworkSpec, Optimizer, Solver, Training
from syn0.spec.checks import choice
from syn0.spec.choices import listed
from syn0.spec.network import DTYPES
from syn0.spec.training import unfit_for_solvers

OTHER_NAMES = {"logistic": "sigmoid"}
"""scikit-learn's names of activations that syn0 has under another."""

OWN_SCHEDULES = ("invscaling", "adaptive")
"""The schedules that scikit-learn changes between epochs; they go with solver "sgd"."""

LOSSES_OF_NUMBERS = tuple(
    name for name in listed(LOSSES) if LOSSES[name].targets in ("numbers", "counts")
)
"""The losses of a regressor; a classifier's follow from its classes."""

THEIRS = ("lbfgs", "sgd", "adam")
"""scikit-learn's solvers."""

SETTINGS = {
    "learning_rate": "learning_rate_init",
    "nesterov": "nesterovs_momentum",
    "beta1": "beta_1",
    "beta2": "beta_2",
    "tolerance": "tol",
    "evaluations": "max_fun",
}
"""scikit-learn's names of the settings of optimizers, where they are other ones."""

WEIGHT_OF_CLASSES = "How much the rows of each class count."
PROGRESS = "Whether training that takes its time shows progress on stderr."
THREADS = "How many work at once; None for as many as the work is worth."
DEVICE = 'Where the jax engine computes; "auto" is what JAX prefers.'
MATMUL_PRECISION = (
    'What the factors of matrix products are rounded to, by the jax engine; "auto" for nothing.'
)
ENGINE = (
    'What runs the program; "auto" picks what has done three such fits first, compiling included.'
)
"""Words on parameters that estimators of tables have too."""


@dataclass(repr=False, eq=False)
class MLPParameters:
    """The parameters that the classifier and the regressor share: scikit-learn's first, in its
    order."""

    hidden_layer_sizes: int | Sequence[int] = parameter(
        (100,), "Units of each hidden layer.", "array-like", COUNT
    )
    activation: str | Sequence[str] = parameter(
        "relu",
        'Of the hidden layers: "identity", "logistic", "tanh", "relu", or any other of syn0\'s '
        '("gelu", "elu", "silu", ...); a sequence has one for each hidden layer.',
        str,
        "array-like",
    )
    _: KW_ONLY
    solver: str = parameter(
        "adam",
        f"How weights are changed; {', '.join(THEIRS)} are scikit-learn's.",
        StrOptions({*OPTIMIZERS}),
    )
    alpha: float = parameter(
        0.0001,
        "Strength of L2, divided by the rows of a step when it is added to the loss.",
        NOT_NEGATIVE,
    )
    batch_size: int | Literal["auto"] = parameter(
        "auto",
        'Rows in a step; "auto" is min(200, rows). L-BFGS takes all.',
        StrOptions({"auto"}),
        COUNT,
    )
    learning_rate: str = parameter(
        "constant",
        '"constant"; for solver "sgd" "invscaling" (learning_rate_init / t**power_t, after each '
        'epoch) or "adaptive" (divided by 5 where two checks in a row found no improvement); for '
        'all solvers but L-BFGS also syn0\'s schedules, such as "cosine", "one_cycle", '
        '"step:1000,0.5", "exponential:0.999" or "plateau:500".',
        str,
    )
    learning_rate_init: float = parameter(0.001, "The learning rate at first.", ABOVE_0)
    power_t: float = parameter(0.5, 'The power of "invscaling".', NOT_NEGATIVE)
    max_iter: int = parameter(200, "Most epochs, or iterations of L-BFGS.", COUNT)
    shuffle: bool = parameter(
        True, "Whether each epoch takes the rows in another order.", "boolean"
    )
    random_state: int | np.random.RandomState | None = parameter(
        None, "Of the weights, the split and the order of rows.", "random_state"
    )
    tol: float = parameter(
        1e-4,
        "What counts as an improvement of the loss or of the score; of L-BFGS the gradient at "
        "which it stops.",
        NOT_NEGATIVE,
    )
    verbose: bool | int = parameter(False, "Whether each epoch is printed.", "verbose")
    warm_start: bool = parameter(
        False, "Whether `fit` goes on from the present weights.", "boolean"
    )
    momentum: float = parameter(
        0.9,
        'Share of the last step that is taken again, for solver "sgd".',
        Interval(Real, 0, 1, closed="both"),
    )
    nesterovs_momentum: bool = parameter(
        True, "Whether the step of momentum looks ahead.", "boolean"
    )
    early_stopping: bool = parameter(
        False,
        "Whether a part of the rows is set apart to say when to stop, and the best weights are "
        "kept.",
        "boolean",
    )
    validation_fraction: float = parameter(
        0.1, "Share of the rows that early_stopping sets apart.", SHARE
    )
    beta_1: float = parameter(0.9, "Decay of Adam's mean of the updates.", SHARE)
    beta_2: float = parameter(0.999, "Decay of Adam's mean of their squares.", SHARE)
    epsilon: float = parameter(1e-8, "Keeps Adam's and others' divisions away from 0.", ABOVE_0)
    n_iter_no_change: float = parameter(
        10,
        "Epochs without improvement after which training stops.",
        COUNT,
        Options(Real, {np.inf}),
    )
    max_fun: int = parameter(15000, "Most evaluations of the loss by L-BFGS.", COUNT)
    init: str | None = parameter(
        None,
        'How weights start: None as in scikit-learn; or "he_uniform", "orthogonal" and the like, '
        "with units' constants from 0.",
        str,
        None,
    )
    dropout: float = knob_of(Extras, "dropout")
    input_dropout: float = knob_of(Extras, "input_dropout")
    input_noise: float = knob_of(Extras, "input_noise")
    batch_norm: bool = knob_of(Extras, "batch_norm")
    layer_norm: bool = knob_of(Extras, "layer_norm")
    skip: bool = knob_of(Extras, "skip")
    l1: float = knob_of(Training, "l1", ", divided by the rows of a step as alpha is")
    weight_decay: float | None = parameter(
        None,
        "Share of each weight, times the learning rate, that a step takes off; None for the "
        'solver\'s own: 0.01 for "adamw", otherwise 0.',
        NOT_NEGATIVE,
        None,
    )
    max_norm: float | None = knob_of(Training, "max_norm")
    clip_norm: float | None = knob_of(Training, "clip_norm")
    warm_up: int = knob_of(Training, "warm_up")
    scoring: str | Callable[..., float] | None = parameter(
        None,
        "The score of validation rows; None for the accuracy of a classifier, R² of a regressor.",
        str,
        callable,
        None,
    )
    callbacks: Sequence[Callable[..., object]] | None = parameter(
        None,
        "Each is called as callback(estimator, report) after every epoch, when the estimator can "
        "predict; a true answer stops training.",
        "array-like",
        None,
    )
    progress: bool = parameter(False, PROGRESS, "boolean")
    dtype: str | None = parameter(
        None,
        "Of weights and computations; None for X's own (L-BFGS takes float64 then).",
        StrOptions(set(DTYPES)),
        None,
    )
    engine: str = parameter(
        "auto",
        f'{ENGINE} Sparse X that would take more than 256 MB as an array is always "numpy".',
        StrOptions({"auto", *ENGINES}),
    )
    threads: int | None = parameter(None, THREADS, COUNT, None)
    device: str = parameter(AUTO, DEVICE, StrOptions(set(DEVICES)))
    matmul_precision: str = parameter(AUTO, MATMUL_PRECISION, StrOptions(set(PRECISIONS)))


@dataclass(repr=False, eq=False)
class MLPClassifierParameters(MLPParameters):
    """The classifier's."""

    _: KW_ONLY
    label_smoothing: float = knob_of(Training, "label_smoothing")
    class_weight: Mapping[Any, float] | Literal["balanced"] | None = parameter(
        None, WEIGHT_OF_CLASSES, StrOptions({"balanced"}), dict, list, None
    )


@dataclass(repr=False, eq=False)
class LossParameter:
    """What a regressor learns to lower, the first of its parameters."""

    loss: str = parameter(
        "squared_error",
        '"squared_error" or "poisson" (half the deviance, with exp as the output\'s activation), '
        'as in scikit-learn; "absolute_error", "huber" (or "huber:1.5", beyond which errors count '
        'by their size) or "quantile:0.1,0.5,0.9", for one target: `predict` gives the quantile '
        "nearest to 0.5, `predict_quantiles` all of them.",
        str,
    )


@dataclass(repr=False, eq=False)
class MLPRegressorParameters(MLPParameters, LossParameter):
    """The regressor's."""

    _: KW_ONLY
    scale_target: bool | Literal["auto"] = parameter(
        "auto",
        "Whether y is brought to mean 0 and standard deviation 1 for training; predictions are in "
        'its own units all the same. "auto" does it where the root of y\'s mean square is 1000 or '
        'more, which scikit-learn\'s steps would not reach. Never for "poisson".',
        "boolean",
        StrOptions({"auto"}),
    )


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
    given: MLPParameters,
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
    between = Extras(**knobs_given(given, Extras)).between(inputs, dense)
    return NetworkSpec(inputs, between, loss, seed, dtype)


def starts_of(given: MLPParameters, activations: list[str]) -> list[str]:
    """How the weights that lead to each layer start: as scikit-learn has it, evenly
    distributed within the root of 6 / (inputs + units), or of 2 / (inputs + units) for sigmoids,
    unless `init` says otherwise."""
    if given.init is not None:
        return [given.init] * len(activations)
    return ["glorot_uniform:2" if kind == "sigmoid" else "glorot_uniform" for kind in activations]


def training(given: MLPParameters, rows: int, epochs: int) -> Training:
    """How an estimator trains on so many rows, for so many epochs."""
    how = {
        "reduction": "mean",
        "l2": given.alpha,
        "penalty_per_row": True,
        "optimizer": optimizer(given),
        "schedule": schedule(given),
        **knobs_given(given, Training),
    }
    if given.solver in SOLVERS:
        refuse_what_solvers_cannot_do(given, how)
        return Training(steps=given.max_iter, report_every=1, **how)
    return Training(
        epochs=epochs,
        batch_size=batch_size(given.batch_size, rows),
        shuffle=bool(given.shuffle),
        reshuffle=bool(given.shuffle),
        **how,
    )


def refuse_what_solvers_cannot_do(given: MLPParameters, how: Mapping[str, Any]) -> None:
    """ValueError for parameters of steps that are not its own; scikit-learn's are left unread."""
    unfit = [{"schedule": "learning_rate"}.get(name, name) for name in unfit_for_solvers(how)]
    unfit += ["weight_decay"] if given.weight_decay else []
    if unfit:
        raise ValueError(
            f"solver {given.solver!r} takes steps of its own length: leave out {', '.join(unfit)}, "
            "or choose another solver"
        )


def batch_size(size: Any, rows: int) -> int:
    """Rows in a step: those asked for, as far as there are so many, or 200."""
    return min(200 if size == "auto" else int(size), rows)


def schedule(given: MLPParameters) -> str:
    """The schedule of the learning rate; "invscaling" and "adaptive" are other solvers' constant
    rate, as in scikit-learn."""
    name = given.learning_rate
    if name in OWN_SCHEDULES:
        return "by_epoch" if given.solver == "sgd" else "constant"
    choice("learning_rate", name.partition(":")[0], [*listed(SCHEDULES), *OWN_SCHEDULES])
    return str(name)


def optimizer(given: MLPParameters) -> Optimizer | Solver:
    """The solver's optimizer, with those of its settings that are parameters."""
    kind, known = OPTIMIZERS[given.solver], parameters(type(given))
    theirs = {name: SETTINGS.get(name, name) for name in kind.KNOBS}
    own = {name: getattr(given, its) for name, its in theirs.items() if its in known}
    if own.get("weight_decay", 0) is None:
        del own["weight_decay"]
    if "nesterov" in own:
        own["nesterov"] = bool(own["nesterov"]) and own["momentum"] > 0
    if "epsilon_hat" in kind.KNOBS:
        own["epsilon_hat"] = True  # as scikit-learn has it
    return kind(**own)
