"""The descriptions of layers: `Dense` ones, and what may stand between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from syn0.spec.checks import Bounds, checked_numbers, truth, whole
from syn0.spec.doors import doors


@doors
@dataclass(frozen=True)
class Dense:
    """A fully connected layer: `activation(values_below @ weights + bias)`.

    Args:
        units: number of values the layer gives for each example (at least 1).
        activation: name in the activations table; default "sigmoid".
        bias: whether each unit adds a learned constant; default False.
        init: how the weights start; default "uniform", drawn evenly from -1 to 1. Some take a
            number after a colon: "uniform:0.5", "normal:0.1", "constant:0".
        bias_init: likewise how the constants start; default "constant", from 0.

    Raises:
        TypeError, ValueError: units that are not a whole number of at least 1, bias not a bool.
            Unknown names are refused when the network is made, by the tables that hold the names.
    """

    units: int
    activation: str = "sigmoid"
    bias: bool = False
    init: str = "uniform"
    bias_init: str = "constant"

    def __post_init__(self) -> None:
        object.__setattr__(self, "units", whole("units", self.units))
        truth("bias", self.bias)
        refuse_what_is_no_name(self, "activation", "init", "bias_init")


@doors
@dataclass(frozen=True)
class Activation:
    """An activation by itself, as after a normalization: [Dense(8, "identity"), BatchNorm(),
    Activation("relu"), …].

    Args:
        activation: name in the activations table.
    """

    activation: str

    def __post_init__(self) -> None:
        refuse_what_is_no_name(self, "activation")


@doors
@dataclass(frozen=True)
class Dropout:
    """Turns values to 0 at random while training; the others grow, so that the mean stays
    (Srivastava et al., "Dropout", 2014, in its inverted form). Predictions use all values.

    Args:
        rate: share of the values that are dropped, in [0, 1); default 0.5.
    """

    BOUNDS: ClassVar[Bounds] = {"rate": {"least": 0, "below": 1}}

    rate: float = 0.5

    def __post_init__(self) -> None:
        checked_numbers(self)


@doors
@dataclass(frozen=True)
class Noise:
    """Adds normally distributed noise while training; predictions go without.

    Args:
        deviation: standard deviation of the noise, at least 0; default 0.1.
    """

    BOUNDS: ClassVar[Bounds] = {"deviation": {"least": 0}}

    deviation: float = 0.1

    def __post_init__(self) -> None:
        checked_numbers(self)


@doors
@dataclass(frozen=True)
class BatchNorm:
    """Gives each unit mean 0 and variance 1 over the rows of a step, then a learned scale and
    shift (Ioffe & Szegedy, "Batch Normalization", 2015). Predictions use running statistics.

    Args:
        update_rate: how far the running mean and variance move towards those of each step, in
            (0, 1]; default 0.1.
        epsilon: added to the variance, above 0; default 1e-5.
    """

    BOUNDS: ClassVar[Bounds] = {"update_rate": {"above": 0, "most": 1}, "epsilon": {"above": 0}}

    update_rate: float = 0.1
    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        checked_numbers(self)


@doors
@dataclass(frozen=True)
class LayerNorm:
    """Gives each row mean 0 and variance 1 over the units, then a learned scale and shift
    (Ba, Kiros & Hinton, "Layer Normalization", 2016).

    Args:
        epsilon: added to the variance, above 0; default 1e-5.
    """

    BOUNDS: ClassVar[Bounds] = {"epsilon": {"above": 0}}

    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        checked_numbers(self)


@doors
@dataclass(frozen=True)
class Skip:
    """Adds the values of a layer further down, which must be as wide (He et al., "Deep Residual
    Learning", 2015).

    Args:
        over: number of `Dense` layers that are skipped; default 1.
    """

    over: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "over", whole("over", self.over))


Layer = Dense | Activation | Dropout | Noise | BatchNorm | LayerNorm | Skip

LAYER_KINDS: dict[str, type[Layer]] = {
    kind.__name__: kind for kind in (Dense, Activation, Dropout, Noise, BatchNorm, LayerNorm, Skip)
}
"""The kinds of layer by name."""


def refuse_what_is_no_name(layer: Layer, *names: str) -> None:
    """TypeError if a field that shall hold a name does not hold a text."""
    for name in names:
        if not isinstance(getattr(layer, name), str):
            raise TypeError(f"{name} must be a name, not {getattr(layer, name)!r}")
