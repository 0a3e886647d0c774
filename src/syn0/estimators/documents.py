"""What a parameter of an estimator says of itself, and the documentation that follows from it.

An estimator's parameters are the fields of a dataclass, which makes the signature that scikit-learn
and type checkers read; each has its words, and what it may be, beside its default.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from dataclasses import Field, dataclass, field, fields
from inspect import cleandoc
from numbers import Integral, Real
from typing import Any, TypeVar

from sklearn.utils._param_validation import Interval, StrOptions

from syn0.spec.knobs import Description, Knob, spelled

T = TypeVar("T")
Class = TypeVar("Class", bound=type)

NOT_NEGATIVE = Interval(Real, 0, None, closed="left")
ABOVE_0 = Interval(Real, 0, None, closed="neither")
SHARE = Interval(Real, 0, 1, closed="left")
COUNT = Interval(Integral, 1, None, closed="left")


@dataclass(frozen=True)
class Parameter:
    """What a parameter says of itself.

    Attributes:
        words: what it is, in sentences.
        allowed: what it may be, as scikit-learn checks it.
        knob_of: the description that has a knob of the same name and meaning; None for none.
    """

    words: str
    allowed: tuple[Any, ...]
    knob_of: type[Description] | None = None


def parameter(default: T, words: str, *allowed: Any) -> T:
    """A parameter that may be what `allowed` holds, in scikit-learn's terms."""
    return field(default=default, metadata={"parameter": Parameter(words, allowed)})


def knob_of(kind: type[Description], name: str, more: str = "") -> Any:
    """A parameter that is a knob of a description, whose default, words and bounds it has."""
    knob = kind.KNOBS[name]
    words = f"{knob.words[0].upper()}{knob.words[1:]}{more}."
    said = Parameter(words, tuple(allowed_by(knob)), kind)
    return field(default=knob.default, metadata={"parameter": said})


def allowed_by(knob: Knob) -> list[Any]:
    """What a knob may be, as scikit-learn checks it."""
    allowed: list[Any] = [None] if "None" in knob.kinds else []
    match knob.kinds[0]:
        case "bool":
            return ["boolean", *allowed]
        case "int" | "float" as kind:
            low = knob.bounds.get("least", knob.bounds.get("above", 1 if kind == "int" else None))
            high = knob.bounds.get("most", knob.bounds.get("below"))
            left, right = "above" not in knob.bounds, "most" in knob.bounds
            closed = {(1, 1): "both", (1, 0): "left", (0, 1): "right", (0, 0): "neither"}
            number = Integral if kind == "int" else Real
            return [Interval(number, low, high, closed=closed[left, right]), *allowed]
    return [StrOptions(set(knob.choices)) if knob.choices else str, *allowed]


def parameters(cls: type) -> dict[str, tuple[Field[Any], Parameter]]:
    """The parameters of an estimator by name, in order."""
    return {f.name: (f, f.metadata["parameter"]) for f in fields(cls)}


def knobs_given(estimator: Any, kind: type[Description]) -> dict[str, Any]:
    """The values of the parameters that are knobs of a description."""
    said = parameters(type(estimator))
    return {name: getattr(estimator, name) for name, (_, p) in said.items() if p.knob_of is kind}


# The documentation.

INTRODUCTION = """{what}.

scikit-learn's {name}, by its name, parameters, attributes and results: the same `random_state`
gives the same initial weights, splits, shuffles and `loss_curve_`; it only is faster, and has more
parameters. Their defaults change nothing{but}."""

FAR_TARGETS = ", but for targets of 1000 and more (`scale_target`)"

CLASSES = """classes_ : ndarray of shape (n_classes,), or a list of them
    The classes, in the order of the outputs.
"""

ATTRIBUTES = """coefs_ : list of ndarray of shape (below, units)
    The weights that lead to each layer.
intercepts_ : list of ndarray of shape (units,)
    The units' constants.
loss_ : float
    The loss of the last epoch.
best_loss_ : float or None
    The lowest; None where validation rows judge.
loss_curve_ : list of float
    The loss of each epoch, or iteration of L-BFGS.
validation_scores_, best_validation_score_ : list of float, float; or None
    The scores of the validation rows, and the best of them.
n_iter_ : int
    Number of epochs or iterations.
t_ : int
    Number of rows taken in all.
n_features_in_, feature_names_in_ : int, ndarray of str
    The columns of X, and their names where it had any.
n_layers_, n_outputs_, out_activation_ : int, int, str
    Layers, inputs included; outputs; and the activation of the last layer.
network_ : syn0.Network
    The network itself: `network_.program()`, `network_.save(...)`, ...
"""

KINDS = {
    "classifier": ("", CLASSES),
    "regressor": (FAR_TARGETS, ""),
}


def documented(kind: str) -> Callable[[Class], Class]:
    """Put the words on an estimator of scikit-learn's together, after the class's own sentence."""
    but, classes = KINDS[kind]

    def decorate(cls: Class) -> Class:
        what = (cls.__doc__ or "").rstrip(".")
        introduction = INTRODUCTION.format(what=what, name=cls.__name__, but=but)
        cls.__doc__ = f"{introduction}\n\nAttributes\n----------\n{classes}{ATTRIBUTES}"
        return with_parameters(cls)

    return decorate


def with_parameters(cls: Class) -> Class:
    """The class, checked by scikit-learn as its parameters say, which its documentation explains
    where its attributes begin."""
    made: Any = cls
    said = parameters(cls)
    made._parameter_constraints = {name: [*p.allowed] for name, (_, p) in said.items()}
    words = "\n".join(explained(f, p) for f, p in said.values())
    before, mark, after = cleandoc(made.__doc__ or "").partition("Attributes\n")
    made.__doc__ = f"{before}Parameters\n----------\n{words}\n\n{mark}{after}"
    return cls


SPOKEN = {
    "Sequence[int]": "sequence of int",
    "Sequence[str]": "sequence of str",
    "np.random.RandomState": "RandomState",
    "Mapping[Any, float]": "dict",
    "Callable[..., float]": "callable",
    "Sequence[Callable[..., object]]": "list of callables",
}
"""Types of annotations in words."""


def explained(own: Field[Any], said: Parameter) -> str:
    """A parameter's entry."""
    kinds = re.sub(r"Literal\['(.*?)'\]", r'"\1"', str(own.type)).split(" | ")
    names = [sorted(option.options) for option in said.allowed if isinstance(option, StrOptions)]
    if "str" in kinds and names:
        kinds[kinds.index("str")] = f"{{{', '.join(map(spelled, names[0]))}}}"
    kind = " or ".join(SPOKEN.get(kind, kind) for kind in kinds)
    words = textwrap.fill(said.words, 96, initial_indent="    ", subsequent_indent="    ")
    return f"{own.name} : {kind}, default={spelled(own.default)}\n{words}"
