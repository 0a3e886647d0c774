"""How much each row counts: sample weights, and weights of classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from syn0.derive import loss_of
from syn0.models.arrays import finite, matrix
from syn0.spec import NetworkSpec
from syn0.spec.checks import real
from syn0.spec.words import counted

BALANCED = "balanced"


def row_weights(
    sample_weight: ArrayLike | None,
    class_weight: Mapping[Any, float] | str | None,
    y: NDArray[Any],
    network: NetworkSpec,
    classes: Sequence[str] | None = None,
    *,
    some: bool = False,
) -> NDArray[Any] | None:
    """The (rows, 1) weights in the network's dtype: sample weights times those of the classes.

    Args:
        sample_weight: (rows,) numbers of at least 0; None for 1.
        class_weight: from classes to numbers of at least 0, where a class that is not named counts
            1; or "balanced" for as much weight to each class; None for 1.
        y: the (rows, outputs) targets, as the program takes them.
        network: whose loss tells whether there are classes.
        classes: their names; numbers from 0 without.
        some: whether there are further rows, so that none of these need count.

    Returns:
        None where all rows count alike.

    Raises:
        TypeError, ValueError: weights that do not fit.
    """
    if sample_weight is None and class_weight is None:
        return None
    weights = np.ones((len(y), 1), network.dtype)
    if sample_weight is not None:
        weights = sample_weights(sample_weight, len(y), network.dtype)
    if class_weight is not None:
        numbers = class_numbers(y, network)
        names = names_of(classes, network)
        counts = np.bincount(numbers, minlength=len(names))
        per_class = class_weights(class_weight, counts, names)
        weights = weights * per_class[numbers][:, np.newaxis].astype(network.dtype)
    if not some and not weights.any():
        raise ValueError("all weights are 0: no row counts")
    return np.ascontiguousarray(weights, dtype=network.dtype)


def names_of(classes: Sequence[str] | None, network: NetworkSpec) -> list[Any]:
    """The names of the classes; numbers from 0 where they have none."""
    return list(classes) if classes else list(range(max(2, network.outputs)))


def sample_weights(sample_weight: ArrayLike, rows: int, dtype: str) -> NDArray[Any]:
    """The (rows, 1) weights of the rows."""
    weights = matrix("sample_weight", sample_weight, dtype)
    if weights.ndim == 1:
        weights = weights[:, np.newaxis]
    if weights.shape != (rows, 1):
        raise ValueError(
            f"sample_weight has shape {np.shape(sample_weight)}, but {counted(rows, 'row')} need "
            f"({rows},)"
        )
    finite("sample_weight", weights)
    if (weights < 0).any():
        row = int((weights < 0).argmax())
        raise ValueError(
            f"sample_weight holds {weights[row, 0]:g} at row {row}: weights must be at least 0"
        )
    return weights


def class_numbers(y: NDArray[Any], network: NetworkSpec) -> NDArray[np.intp]:
    """The class of each row; ValueError where the loss knows no classes."""
    kind = loss_of(network).row.targets
    several = kind == "shares" and network.outputs > 1
    if kind not in ("shares", "classes", "sides") or several:
        raise ValueError(
            f"class_weight needs a loss for one class a row, not {network.loss!r} with "
            f"{network.outputs} output{'s' * (network.outputs > 1)}: give sample_weight instead"
        )
    if network.outputs > 1:
        return np.asarray(y.argmax(axis=1), np.intp)
    middle = 0 if kind == "sides" else 0.5
    return np.asarray(y[:, 0] > middle, np.intp)


def class_weights(
    class_weight: Mapping[Any, float] | str, counts: NDArray[np.intp], names: Sequence[Any]
) -> NDArray[np.float64]:
    """The weight of each class, of which there are so many rows."""
    if isinstance(class_weight, str):
        if class_weight != BALANCED:
            raise ValueError(
                f"class_weight must be {BALANCED!r} or give a number for classes, "
                f"not {class_weight!r}"
            )
        present = (counts > 0).sum()
        return np.asarray(counts.sum() / (present * np.maximum(counts, 1)))
    if not isinstance(class_weight, Mapping):
        raise TypeError(
            f"class_weight must be {BALANCED!r} or map classes to numbers, not {class_weight!r}"
        )
    weights = np.ones(len(names))
    for name, value in class_weight.items():
        if name not in names:
            known = ", ".join(map(str, names))
            raise ValueError(f"class_weight names {name!r}, but the classes are: {known}")
        weights[list(names).index(name)] = real(f"class_weight of {name!r}", value, least=0)
    return weights
