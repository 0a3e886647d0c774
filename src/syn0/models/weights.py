"""The arrays of a network, by name: what is set there is set in the network."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from syn0.models.arrays import numbers
from syn0.spec.checks import choice
from syn0.spec.doors import doors

if TYPE_CHECKING:
    from syn0.models.network import Network


@doors
class Weights(dict[str, NDArray[Any]]):
    """The arrays that a network predicts with. `weights["syn0"] = W` copies the numbers of W into
    the network's own array, once they are known to fit it; arrays may also be changed in place.

    Raises:
        TypeError, ValueError: numbers or a shape that do not fit, a name that is not there, or an
            array that shall be taken away.
    """

    def __init__(self, network: Network, arrays: Mapping[str, NDArray[Any]]) -> None:
        super().__init__(arrays)
        self._network = network

    def __setitem__(self, name: str, values: ArrayLike) -> None:
        own = self._network.checkpoint.values[choice("array", name, self)]
        own[...] = fitting(name, values, own)
        super().__setitem__(name, own)

    def __delitem__(self, name: str) -> NoReturn:
        raise TypeError(f"array {name!r} belongs to the network: set its numbers to 0 instead")

    def __ior__(self, other: Any) -> Weights:  # type: ignore[override,misc]
        self.update(other)
        return self

    def __reduce__(self) -> tuple[type, tuple[dict[str, NDArray[Any]]]]:
        return dict, (dict(self),)  # a copy belongs to no network

    # One array at a time, as above.
    update = MutableMapping.update
    setdefault = MutableMapping.setdefault
    pop = MutableMapping.pop
    popitem = MutableMapping.popitem
    clear = MutableMapping.clear


def fitting(name: str, values: ArrayLike, own: NDArray[Any]) -> NDArray[Any]:
    """`values` in the shape and the dtype of a network's own array.

    Raises:
        TypeError: it does not hold numbers.
        ValueError: another shape, numbers that are not finite, or a variance below 0.
    """
    array = numbers(f"array {name!r}", values, str(own.dtype))
    if array.shape != own.shape:
        raise ValueError(f"array {name!r} has the shape {own.shape}, not {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"array {name!r} must hold finite {own.dtype} numbers")
    if name.startswith("variance") and (array < 0).any():
        raise ValueError(f"array {name!r} holds variances: none is below 0")
    return array
