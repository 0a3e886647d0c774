"""The descriptions of layers: `Dense` ones, and what may stand between them.

To add a kind of layer, add its description here, and to `Layer`; its rule goes into
`derive/layers.py`, and its public name into `syn0/__init__.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, get_args

from syn0.spec.knobs import Description, about, described, knob

__all__ = [
    "LAYER_KINDS", "Activation", "BatchNorm", "Dense", "Dropout", "Layer", "LayerNorm", "Noise",
    "Skip",
]  # fmt: skip


class LayerDescription(Description):
    """The base of the layers.

    Attributes:
        is_random: whether training draws random numbers for it in each step; predictions then go
            without the layer.
        shares_rows: whether in training a row's values depend on the other rows of the step.
        normalizes: whether it is a normalization, of which one is enough in a place.
    """

    is_random: ClassVar[bool] = False
    shares_rows: ClassVar[bool] = False
    normalizes: ClassVar[bool] = False


@described
@dataclass(frozen=True)
class Dense(LayerDescription):
    """A fully connected layer: `activation(values_below @ weights + bias)`.

    Unknown names of activations and initializers are refused when the network is made, by the
    tables that hold the names; anything else that does not fit, at once, by a TypeError or a
    ValueError. Some initializers take a number after a colon: "uniform:0.5", "constant:0".
    """

    units: int = field(metadata=about("its number of units, one for each value that it gives"))
    activation: str = knob("sigmoid", "name of an activation", table="activation")
    bias: bool = knob(False, "whether each unit adds a learned constant")
    init: str = knob(
        "uniform", "how the weights start; uniform is evenly distributed from -1 to 1", table="init"
    )
    bias_init: str = knob("constant", "how the constants start; constant is from 0", table="init")


@described
@dataclass(frozen=True)
class Activation(LayerDescription):
    """An activation by itself, as after a normalization: [Dense(8, "identity"), BatchNorm(),
    Activation("relu"), …]."""

    activation: str = field(metadata=about("the name of an activation", table="activation"))


@described
@dataclass(frozen=True)
class Dropout(LayerDescription):
    """Turns values to 0 at random while training; the others grow, so that the mean stays
    (Srivastava et al., "Dropout", 2014, in its inverted form). Predictions use all values."""

    is_random = True

    rate: float = knob(0.5, "share of the values that are dropped", least=0, below=1)


@described
@dataclass(frozen=True)
class Noise(LayerDescription):
    """Adds normally distributed noise while training; predictions go without."""

    is_random = True

    deviation: float = knob(0.1, "standard deviation of the noise", least=0)


@described
@dataclass(frozen=True)
class BatchNorm(LayerDescription):
    """Gives each unit mean 0 and variance 1 over the rows of a step, then a learned scale and
    shift (Ioffe & Szegedy, "Batch Normalization", 2015). Predictions use running statistics: the
    mean, and the variance divided by the number of rows."""

    shares_rows = True
    normalizes = True

    update_rate: float = knob(
        0.1, "how far the running statistics move towards those of each step", above=0, most=1
    )
    epsilon: float = knob(1e-5, "what is added to the variance", above=0)


@described
@dataclass(frozen=True)
class LayerNorm(LayerDescription):
    """Gives each row mean 0 and variance 1 over the units, then a learned scale and shift
    (Ba, Kiros & Hinton, "Layer Normalization", 2016)."""

    normalizes = True

    epsilon: float = knob(1e-5, "what is added to the variance", above=0)


@described
@dataclass(frozen=True)
class Skip(LayerDescription):
    """Adds the values of a layer further down, which must be as wide (He et al., "Deep Residual
    Learning", 2015): one more line, `l2_joined = l2 + l1`."""

    over: int = knob(1, "number of `Dense` layers that are skipped")


Layer = Dense | Activation | Dropout | Noise | BatchNorm | LayerNorm | Skip

LAYER_KINDS: dict[str, type[Layer]] = {kind.__name__: kind for kind in get_args(Layer)}
"""The kinds of layer by name."""
