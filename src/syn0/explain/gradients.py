"""The gradient check: each parameter's pull against differences of the program's own loss line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.derive import gradient_program, loss_of, target_columns
from syn0.program import Line, Program
from syn0.program.interpreter import start, walk
from syn0.program.program import reads
from syn0.spec import NetworkSpec, Training
from syn0.spec.doors import door

ROWS = 8
ENTRIES, MOST_TRIED = 100, 300
"""Entries of each parameter that are compared, drawn at random where it has more; and those that
are tried at most, as some may be passed over."""

STEP = 1e-5
"""How far an entry is moved each way; near the cube root of float64's precision, where rounding and
curvature spoil a central difference least."""

TOLERANCE = 1e-6
SMOOTH = 1e-7
"""Differences over two distances agree to this where the loss is smooth, all relative to the
gradient's largest entry."""

FAINT = 2e-4
"""Gradients smaller than this share of the loss cannot be told to `TOLERANCE`: differences over
`STEP` hold the loss's rounding, about 1e-16 of it."""

UNLIKELY = 1e-3
"""Answers that a prediction takes for less likely than this are not asked for: rounding, and the
`tiny` of the loss, would spoil the differences there."""


@dataclass(frozen=True)
class ParameterCheck:
    """One parameter's row.

    Attributes:
        name, shape: of the array.
        checked: number of entries that were compared.
        kinks: number of entries that were passed over, as the loss has a kink there.
        largest: the gradient's largest entry, in size.
        difference: the largest difference, relative to the largest entry of all gradients.
    """

    name: str
    shape: tuple[int, ...]
    checked: int
    kinks: int
    largest: float
    difference: float

    @property
    def right(self) -> bool:
        """Whether the pull is minus the gradient, as far as differences could tell."""
        return self.difference <= TOLERANCE


@door
def check_gradients(
    network: NetworkSpec,
    training: Training,
    weights: Mapping[str, NDArray[Any]] | None = None,
    seed: int = 1,
) -> list[ParameterCheck]:
    """Check a network's gradient in float64, on random inputs that are all different.

    What is checked is the gradient that training descends, with penalties and label smoothing, in
    one step over all rows, before limits on deltas and updates. Masks and noise are those of the
    first step.

    Args:
        network: what to check.
        training: its reduction, penalties and label smoothing.
        weights: where to check; by default at random weights, of a size that suits the layers.
        seed: of the inputs, those weights and the choice of entries.

    Returns:
        A row for each learned array, from the first layer to the last.

    Raises:
        ValueError: loss or gradient are not finite there.
    """
    network = replace(network, dtype="float64")
    program = gradient_program(network, training)
    random = np.random.RandomState(seed)
    values = start(program, np.random.RandomState(network.seed))
    for name in program.pulls:
        values[name] = (
            drawn_around(values[name], random) if weights is None else near(weights[name], random)
        )
    values["X"] = random.normal(size=(ROWS, network.inputs))
    values |= bound_by(program.phase("forward"), values)
    values["y"] = random_targets(network, values[program.output], random)
    values |= bound_by(program.phase("loss", "backward", "update"), values)
    gradients = {name: -values[pull] for name, pull in program.pulls.items()}
    if not all(np.isfinite(number).all() for number in (values["loss"], *gradients.values())):
        raise ValueError(
            "the loss or its gradient is not finite here, so there is nothing to check"
        )
    largest = max(float(np.abs(g).max()) for g in gradients.values())
    scale = max(largest, FAINT * (1 + abs(float(values["loss"]))))
    return [
        compare(program, values, name, gradient, scale, random)
        for name, gradient in gradients.items()
    ]


def bound_by(lines: Iterable[Line], values: Mapping[str, Any]) -> dict[str, Any]:
    """What lines bind, by name."""
    return {line.target: value for line, value in walk(lines, values)}


def drawn_around(array: NDArray[Any], random: np.random.RandomState) -> NDArray[Any]:
    """Random weights of a size that keeps values as large from layer to layer, so that no unit
    saturates; of other arrays, the start plus small random numbers."""
    if array.ndim == 2:
        return np.asarray(random.normal(size=array.shape) / np.sqrt(len(array)))
    return np.asarray(array + random.uniform(-0.1, 0.1, array.shape))


def near(array: NDArray[Any], random: np.random.RandomState) -> NDArray[Any]:
    """The array plus tiny random numbers: no entry is exactly 0, where a loss may have a kink."""
    return np.asarray(array + random.uniform(-1e-6, 1e-6, array.shape))


def random_targets(
    network: NetworkSpec, out: NDArray[Any], random: np.random.RandomState
) -> NDArray[Any]:
    """Random targets as the loss takes them; 0 or 1 where the prediction is about that, so that no
    loss is infinite."""
    shape = (ROWS, target_columns(network))
    kind = loss_of(network).row.targets
    if kind == "classes":
        shares = random.uniform(size=shape)
        shares[out < UNLIKELY * out.max(axis=1, keepdims=True)] = 0
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))
    if kind == "shares":
        likely = np.where(out < UNLIKELY, 0, random.uniform(size=shape))
        return np.where(out > 1 - UNLIKELY, 1, likely)
    if kind == "counts":
        return np.where(out < UNLIKELY, 0.0, random.poisson(2, shape))
    if kind == "sides":
        return 2.0 * random.randint(2, size=shape) - 1
    return np.asarray(random.normal(size=shape))


def compare(
    program: Program,
    values: dict[str, Any],
    name: str,
    gradient: NDArray[Any],
    scale: float,
    random: np.random.RandomState,
) -> ParameterCheck:
    """Compare entries of one gradient, in random order, with differences of the loss."""
    checked, kinks, worst = 0, 0, 0.0
    lines = depending_on(name, program.phase("forward", "loss"))
    for number in random.permutation(gradient.size)[:MOST_TRIED]:
        if checked == ENTRIES:
            break
        place = np.unravel_index(number, gradient.shape)
        slope = slope_at(lines, values, name, place, STEP)
        # A kink shows itself without the gradient: nearby differences disagree.
        if abs(slope - slope_at(lines, values, name, place, STEP / 10)) > SMOOTH * scale:
            kinks += 1
            continue
        checked += 1
        worst = max(worst, abs(slope - float(gradient[place])) / scale)
    largest = float(np.abs(gradient).max())
    return ParameterCheck(name, gradient.shape, checked, kinks, largest, worst)


def depending_on(name: str, lines: Iterable[Line]) -> list[Line]:
    """The lines that bind anything else when the named value changes."""
    changed, result = {name}, []
    for line in lines:
        if changed.intersection(reads([line])):
            changed.add(line.target)
            result.append(line)
    return result


def slope_at(
    lines: list[Line], values: dict[str, Any], name: str, place: tuple[Any, ...], step: float
) -> float:
    """The central difference of the loss in one entry, which is moved and put back."""
    array = values[name]
    here, losses = array[place], []
    for change in (step, -step):
        array[place] = here + change
        losses.append(float(bound_by(lines, values)["loss"]))
    array[place] = here
    return (losses[0] - losses[1]) / (2 * step)
