"""Settings by name, as keywords, flags and files give them, become descriptions."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from syn0.derive import INITIALIZERS, LOSSES, SCHEDULES
from syn0.program import ACTIVATIONS
from syn0.spec import (
    LAYER_KINDS,
    OPTIMIZERS,
    Dense,
    DenseSettings,
    Extras,
    NetworkSpec,
    Optimizer,
    OptimizerSettings,
    Solver,
    Training,
    TrainingSettings,
    dense_layers,
)
from syn0.spec.checks import choice, did_you_mean
from syn0.spec.choices import chosen, listed
from syn0.spec.doors import Whole, door
from syn0.spec.knobs import spelled
from syn0.spec.words import MOST_OF_A_NAME, visible

OPTIMIZER_SETTINGS = tuple(
    dict.fromkeys(name for kind in OPTIMIZERS.values() for name in kind.KNOBS)
)
"""What may be set of some optimizer: learning_rate, momentum, …"""

TRAINING_SETTINGS = (*Training.KNOBS, *OPTIMIZER_SETTINGS)
"""What may be set of a training."""


class FurtherSettings(TrainingSettings, OptimizerSettings, total=False):
    """What `Network.train` takes besides the arguments that it names itself, for type checkers; a
    setting that is None is left to its default."""


T = TypeVar("T", bound="type | Callable[..., Any]")


def listing(described: T) -> T:
    """A class or function whose docstring names what there is: a line of it that is `<losses>.`
    becomes their names."""
    further = [name for name in TRAINING_SETTINGS if name in FurtherSettings.__annotations__]
    lists = {
        "initializers": map(spelled, listed(INITIALIZERS)),
        "layers": (f"`{name}`" for name, kind in LAYER_KINDS.items() if kind is not Dense),
        "learning_rates": usual_rates(),
        "losses": map(spelled, listed(LOSSES)),
        "optimizers": map(spelled, OPTIMIZERS),
        "settings": iter(further),
    }

    def names(found: re.Match[str]) -> str:
        indent, what = found.groups()
        words = ", ".join(lists[what])
        return textwrap.fill(f"{words}.", 100, initial_indent=indent, subsequent_indent=indent)

    described.__doc__ = re.sub(r"( *)<(\w+)>\.", names, described.__doc__ or "")
    return described


def usual_rates() -> Iterator[str]:
    """The learning rates that optimizers have where none is given: "0.01 for AdaGrad"."""
    for kind in OPTIMIZERS.values():
        if "learning_rate" in kind.KNOBS:
            yield f"{spelled(kind.KNOBS['learning_rate'].default)} for {kind.__name__}"


LAYER_SETTINGS = (*DenseSettings.KNOBS, *Extras.KNOBS)
"""What may be set of a network that is described by its sizes."""

WHOLE_SETTINGS = tuple(name for name, knob in NetworkSpec.KNOBS.items() if not knob.is_needed)
"""What may be set of a network whose layers are described one by one."""

NETWORK_SETTINGS = (*LAYER_SETTINGS, *WHOLE_SETTINGS)
"""What may be set of a network."""


KNOBS = {
    name: knob
    for kind in (*OPTIMIZERS.values(), Training, NetworkSpec, Extras, DenseSettings)
    for name, knob in kind.KNOBS.items()
}
"""The records of all settings by name."""

LOOKED_UP: Mapping[str, Callable[[str, str], object]] = {
    "activation": lambda what, name: choice(what, name, ACTIVATIONS),
    "init": lambda what, name: chosen(what, name, INITIALIZERS),
    "loss": lambda what, name: chosen(what, name, LOSSES),
    "optimizer": lambda what, name: choice(what, name, OPTIMIZERS),
    "schedule": lambda what, name: chosen(what, name, SCHEDULES),
}
"""What looks up a name, by the table that a knob's names stand in."""


def check_alone(settings: Mapping[str, Any]) -> None:
    """TypeError or ValueError for a value that is wrong whatever data and other settings come with
    it."""
    for name, value in settings.items():
        if value is None:
            continue
        knob = KNOBS[name]
        knob.checked(value)
        given = value if isinstance(value, list | tuple) else [value]
        for one in given:
            if knob.table and isinstance(one, str):
                LOOKED_UP[knob.table](knob.table, one)


def refuse_unknown(settings: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    """TypeError if a setting has no such name."""
    for name in settings:
        if name not in known:
            hint = did_you_mean(name, known)
            what = visible(repr(name), MOST_OF_A_NAME)
            words = f"{where} has no setting {what}{hint}; it has: {', '.join(known)}"
            raise TypeError(Whole(words))


@door
def make_training(
    settings: Mapping[str, Any], optimizer: Optimizer | Solver | str = "sgd"
) -> Training:
    """The training that settings describe; those of the optimizer stand among the others.

    Raises:
        TypeError, ValueError: an unknown name, or a value that is not allowed.
    """
    refuse_unknown(settings, TRAINING_SETTINGS, "training")
    given = {name: value for name, value in settings.items() if value is not None}
    own = {name: given.pop(name) for name in OPTIMIZER_SETTINGS if name in given}
    chosen_one = make_optimizer(given.pop("optimizer", optimizer), own)
    return Training(**given, optimizer=chosen_one)


def make_optimizer(
    optimizer: Optimizer | Solver | str, own: Mapping[str, Any]
) -> Optimizer | Solver:
    """The optimizer of a name or description, with its own settings."""
    if isinstance(optimizer, str):
        kind = OPTIMIZERS[choice("optimizer", optimizer, OPTIMIZERS)]
        refuse_foreign(kind, own)
        return kind(**own)
    if not isinstance(optimizer, Optimizer | Solver):
        return optimizer  # which `Training` refuses
    refuse_foreign(type(optimizer), own)
    return replace(optimizer, **own)


def refuse_foreign(kind: type[Optimizer | Solver], own: Mapping[str, Any]) -> None:
    """ValueError if a setting is of other optimizers only."""
    for name in own:
        if name not in kind.KNOBS:
            others = [other.__name__ for other in OPTIMIZERS.values() if name in other.KNOBS]
            raise ValueError(f"{name} is no setting of {kind.__name__}, but of {', '.join(others)}")


def make_layers(
    inputs: int, units: Sequence[int], settings: Mapping[str, Any], loss: str
) -> tuple[Any, ...]:
    """Layers of the given sizes, what is not set chosen as the tutorial and the loss have it.

    Raises:
        ValueError, TypeError: an unknown loss, or settings that do not fit the layers.
    """
    given = {name: value for name, value in settings.items() if value is not None}
    activation, output = given.get("activation"), given.get("output_activation")
    if activation is not None and not isinstance(activation, str) and output:
        raise ValueError("give a name for each layer, or output_activation, one of the two")
    fitting = chosen("loss", loss, LOSSES).row.output
    if isinstance(activation, str) and len(units) == 1:
        fitting = activation
    alike = DenseSettings(**{name: given[name] for name in DenseSettings.KNOBS if name in given})
    dense = dense_layers(
        units, alike.activation, output or fitting, bias=alike.bias, init=alike.init
    )
    extras = Extras(**{name: given[name] for name in Extras.KNOBS if name in given})
    return extras.between(inputs, dense)


@door
def make_network(
    sizes: Sequence[int], settings: Mapping[str, Any], layers: Sequence[Any] | None = None
) -> NetworkSpec:
    """The network that settings describe, its layers by their sizes or one by one.

    Raises:
        TypeError, ValueError: an unknown name, or a value that is not allowed.
    """
    refuse_unknown(settings, NETWORK_SETTINGS, "the network")
    given = {name: value for name, value in settings.items() if value is not None}
    loss = given.get("loss", "squared_error")
    inputs, *units = sizes
    if layers is None:
        layers = make_layers(inputs, units, given, loss)
    whole = {name: given[name] for name in WHOLE_SETTINGS if name in given}
    if "seed" in settings:  # None is a fresh start every time
        whole["seed"] = settings["seed"]
    return NetworkSpec(inputs, tuple(layers), **whole)


def default_steps(spec: NetworkSpec) -> int:
    """As many steps as the tutorial takes: 60,000 with a hidden layer, 10,000 without."""
    return 60_000 if len(spec.dense) > 1 else 10_000


@door
def tutorial_training(settings: Mapping[str, Any], spec: NetworkSpec) -> Training:
    """Full batches, summed gradients and the tutorial's steps, unless settings say otherwise."""
    if settings.get("steps") is None and settings.get("epochs") is None:
        settings = {**settings, "steps": default_steps(spec)}
    return make_training(settings)
