"""The description of a network: its sizes, layers, loss, seed and number type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from syn0.spec.checks import choice, seed_number, truth, whole

DTYPES = ("float64", "float32")
MOST_DIGITS = 12


@dataclass(frozen=True)
class Dense:
    """A fully connected layer: `activation(values_below @ weights + bias)`.

    Args:
        units: number of values the layer gives for each example (at least 1).
        activation: name in the activations table; default "sigmoid".
        bias: whether each unit adds a learned constant, starting at 0; default False.
        init: how the weights start; default "uniform", drawn evenly from -1 to 1.

    Raises:
        TypeError, ValueError: units that are not a whole number of at least 1, bias not a bool.
            Unknown names are refused when the network is made, by the tables that hold the names.
    """

    units: int
    activation: str = "sigmoid"
    bias: bool = False
    init: str = "uniform"

    def __post_init__(self) -> None:
        object.__setattr__(self, "units", whole("units", self.units))
        truth("bias", self.bias)
        for name in ("activation", "init"):
            if not isinstance(getattr(self, name), str):
                raise TypeError(f"{name} must be a name, not {getattr(self, name)!r}")


@dataclass(frozen=True)
class NetworkSpec:
    """What a network is, apart from the numbers it learns.

    Args:
        inputs: number of columns of X (at least 1).
        layers: at least one `Dense`, from the first hidden layer to the output.
        loss: name of what training descends; default "squared_error".
        seed: of NumPy's legacy generator, 0 to 2**32 - 1, or None for a fresh start every time.
        dtype: "float64" (default) or "float32".
    """

    inputs: int
    layers: tuple[Dense, ...]
    loss: str = "squared_error"
    seed: int | None = 1
    dtype: str = "float64"

    def __post_init__(self) -> None:
        object.__setattr__(self, "inputs", whole("inputs", self.inputs))
        object.__setattr__(self, "layers", tuple(self.layers))
        if not self.layers:
            raise ValueError("a network needs at least one layer after its inputs")
        for layer in self.layers:
            if not isinstance(layer, Dense):
                raise TypeError(f"layers must be Dense(...), not {layer!r}")
        if self.seed is not None:
            object.__setattr__(self, "seed", seed_number(self.seed))
        choice("dtype", self.dtype, DTYPES)

    @property
    def outputs(self) -> int:
        """Number of columns of a prediction."""
        return self.layers[-1].units

    @property
    def sizes(self) -> tuple[int, ...]:
        """Inputs, then the units of each layer: (3, 4, 1)."""
        return (self.inputs, *(layer.units for layer in self.layers))

    def __str__(self) -> str:
        return "-".join(map(str, self.sizes))


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


def dense_layers(
    units: Sequence[int],
    activation: str | Sequence[str],
    output_activation: str,
    *,
    bias: bool,
    init: str,
) -> tuple[Dense, ...]:
    """Layers of the given sizes.

    `activation` is one name for all hidden layers, the last layer taking `output_activation`; or
    a sequence with a name for each layer.
    """
    if isinstance(activation, str):
        names = [activation] * (len(units) - 1) + [output_activation]
    else:
        names = list(activation)
        if len(names) != len(units):
            raise ValueError(
                f"{len(names)} activations were given for {len(units)} layers: "
                "give one name, or one for each layer after the inputs"
            )
    return tuple(
        Dense(size, name, bias=bias, init=init) for size, name in zip(units, names, strict=True)
    )
