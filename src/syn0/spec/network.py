"""The description of a network: its sizes, layers, loss, seed and number type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from syn0.spec.checks import seed_number
from syn0.spec.doors import door
from syn0.spec.knobs import NETWORK, Description, about, described, knob
from syn0.spec.layers import BatchNorm, Dense, Dropout, Layer, LayerNorm, Noise, Skip
from syn0.spec.once import once

DTYPES = ("float64", "float32")
MOST_DIGITS = 12


@described
@dataclass(frozen=True)
class NetworkSpec(Description):
    """What a network is, apart from the numbers it learns.

    The last of its layers is a `Dense` one and gives the prediction; between the `Dense` layers,
    and before the first, others may stand. Some losses take numbers after a colon: "huber:1.5",
    "quantile:0.1,0.5,0.9".
    """

    inputs: int = field(metadata=about("number of columns of X"))
    layers: tuple[Layer, ...] = field(metadata=about("at least one `Dense`, which is the last"))
    loss: str = knob("squared_error", "what training descends", table="loss", section=NETWORK)
    seed: int | None = knob(
        1,
        "seed of NumPy's legacy generator and of the masks, below 2**32; None is a fresh start "
        "every time",
        least=0,
    )
    dtype: str = knob(
        "float64", "number type of weights and computations", choices=DTYPES, section=NETWORK
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "layers", tuple(self.layers))
        if not self.layers:
            raise ValueError("a network needs at least one layer after its inputs")
        for layer in self.layers:
            if not isinstance(layer, Layer):
                raise TypeError(f"layers must be Dense(...) and the like, not {layer!r}")
        if not isinstance(self.layers[-1], Dense):
            raise ValueError(
                f"the last layer gives the prediction and must be Dense(...), not {self.layers[-1]}"
            )
        for number, group in enumerate(self.groups()):
            check_group(number, group, self.sizes)
        if self.seed is not None:
            seed_number(self.seed)

    @once
    def dense(self) -> tuple[Dense, ...]:
        """The `Dense` layers, from the first hidden one to the output."""
        return tuple(layer for layer in self.layers if isinstance(layer, Dense))

    @property
    def outputs(self) -> int:
        """Number of columns of a prediction."""
        return self.dense[-1].units

    @once
    def sizes(self) -> tuple[int, ...]:
        """Inputs, then the units of each `Dense` layer: (3, 4, 1)."""
        return (self.inputs, *(layer.units for layer in self.dense))

    def groups(self) -> Iterator[list[Layer]]:
        """What stands between two `Dense` layers: first what follows the inputs, then what follows
        each layer."""
        group: list[Layer] = []
        for layer in self.layers:
            if isinstance(layer, Dense):
                yield group
                group = []
            else:
                group.append(layer)
        yield group

    def __str__(self) -> str:
        return "-".join(map(str, self.sizes))


def check_group(number: int, group: Sequence[Layer], sizes: Sequence[int]) -> None:
    """ValueError if the layers between layer `number` and the next one do not go together."""
    kinds = [type(layer) for layer in group]
    where = f"after layer {number}" if number else "after the inputs"
    for kind in set(kinds):
        if kinds.count(kind) > 1:
            raise ValueError(f"{kind.__name__} stands twice {where}: once is enough")
    norms = sorted(kind.__name__ for kind in kinds if kind.normalizes)
    if len(norms) > 1:
        raise ValueError(f"{' and '.join(norms)} both stand {where}: choose one of them")
    for layer in group:
        if not isinstance(layer, Skip):
            continue
        source = number - layer.over
        if source < 0:
            raise ValueError(f"Skip(over={layer.over}) {where} leads below the inputs")
        if sizes[source] != sizes[number]:
            raise ValueError(
                f"Skip(over={layer.over}) {where} adds {sizes[source]} values to "
                f"{sizes[number]}: both layers must be equally wide"
            )


@door
def parse_sizes(text: str) -> tuple[int, ...]:
    """Read sizes such as "3-4-1": inputs, hidden layers, outputs.

    Raises:
        ValueError: anything but two or more whole numbers of at least 1, joined by single hyphens.
    """
    parts = text.strip().split("-")
    if len(parts) < 2 or not all(part.isascii() and part.isdigit() for part in parts):
        raise ValueError(
            f"sizes {text!r} are not a network: write inputs, hidden layers and outputs "
            "as whole numbers joined by single hyphens, such as 3-4-1 or 3-1"
        )
    if max(map(len, parts)) > MOST_DIGITS:
        raise ValueError(f"sizes {text[:20]!r}… are too large: no layer has so many units")
    sizes = tuple(map(int, parts))
    if min(sizes) < 1:
        raise ValueError(f"sizes {text!r} hold a 0: every layer needs at least one unit")
    return sizes


@described
@dataclass(frozen=True)
class DenseSettings(Description):
    """What the `Dense` layers of a network that is described by its sizes have in common."""

    bias: bool | Sequence[bool] = knob(
        False, "whether every unit adds a learned constant", section=NETWORK
    )
    activation: str | Sequence[str] = knob(
        "sigmoid",
        "activation of the hidden layers, or one for each layer",
        table="activation",
        section=NETWORK,
    )
    output_activation: str | None = knob(
        None, "activation of the last layer", none="the one that fits the loss", section=NETWORK
    )
    init: str | Sequence[str] = knob("uniform", "how weights start", table="init", section=NETWORK)


@described
@dataclass(frozen=True)
class Extras(Description):
    """What stands between the `Dense` layers of a network that is described by its sizes."""

    dropout: float = knob(
        0.0, "share of the hidden layers' values that training drops", least=0, below=1,
        section=NETWORK,
    )  # fmt: skip
    input_dropout: float = knob(
        0.0, "share of the inputs that training drops", least=0, below=1, section=NETWORK
    )
    input_noise: float = knob(
        0.0,
        "standard deviation of noise that training adds to the inputs",
        least=0,
        section=NETWORK,
    )
    batch_norm: bool = knob(
        False, "whether hidden units are normalized over the rows of a step", section=NETWORK
    )
    layer_norm: bool = knob(
        False, "whether the hidden values of each row are normalized", section=NETWORK
    )
    skip: bool = knob(
        False,
        "whether each hidden layer as wide as the one below adds that one's values",
        section=NETWORK,
    )

    def between(self, inputs: int, dense: Sequence[Dense]) -> tuple[Layer, ...]:
        """The `Dense` layers, with the others in their places."""
        layers: list[Layer] = []
        if self.input_noise:
            layers.append(Noise(self.input_noise))
        if self.input_dropout:
            layers.append(Dropout(self.input_dropout))
        below = inputs
        for layer in dense[:-1]:
            layers.append(layer)
            if self.batch_norm:
                layers.append(BatchNorm())
            if self.layer_norm:
                layers.append(LayerNorm())
            if self.skip and layer.units == below:
                layers.append(Skip())
            if self.dropout:
                layers.append(Dropout(self.dropout))
            below = layer.units
        return (*layers, *dense[-1:])


def dense_layers(
    units: Sequence[int],
    activation: str | Sequence[str],
    output_activation: str,
    *,
    bias: bool | Sequence[bool],
    init: str | Sequence[str],
) -> tuple[Dense, ...]:
    """Layers of the given sizes.

    `activation` is one name for all hidden layers, the last layer taking `output_activation`; or
    a sequence with a name for each layer. So are `bias` and `init`, but for the last layer.
    """
    if isinstance(activation, str):
        activation = [activation] * (len(units) - 1) + [output_activation]
    columns = (
        for_each_layer("activations", activation, len(units)),
        for_each_layer("values for bias", bias, len(units)),
        for_each_layer("initializers", init, len(units)),
    )
    rows = zip(units, *columns, strict=True)
    return tuple(Dense(size, name, bias=b, init=start) for size, name, b, start in rows)


def for_each_layer(what: str, value: Any, layers: int) -> list[Any]:
    """One value for all layers, or as many as there are; ValueError for other numbers of them."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        return [value] * layers
    if len(value) != layers:
        raise ValueError(
            f"{len(value)} {what} were given for {layers} layers: "
            "give one, or one for each layer after the inputs"
        )
    return list(value)
