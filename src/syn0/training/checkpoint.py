"""A checkpoint: all that is needed to go on exactly where training stopped."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from syn0.files.container import Arrays, Description, Parts
from syn0.program import Program
from syn0.spec.checks import whole

WORDS = 624
"""Numbers in the state of the legacy generator."""

GENERATOR = "generator"
"""Name of the array that holds these in a file."""

MOST_STEPS = 2**53
"""What steps are counted below: float64 tells them apart."""


@dataclass(frozen=True)
class Checkpoint:
    """Where training stands.

    Attributes:
        values: the program's state by name: weights, and what the optimizer remembers.
        generator: state of the legacy generator at the start of the present epoch, as
            `RandomState.get_state()` gives it.
        epoch: (rows, batch size, batches taken) of an epoch that is not finished, and of rows in
            several shards (rows of a shard, shards held); None between epochs and with full
            batches.
        step: number of steps taken so far.
    """

    values: Mapping[str, Any]
    generator: tuple[Any, ...]
    epoch: tuple[int, ...] | None = None
    step: int = 0

    @classmethod
    def at_start(
        cls, program: Program, values: Mapping[str, Any], generator: np.random.RandomState
    ) -> Checkpoint:
        """Before the first step: the weights among the values that a program starts from, and the
        generator that drew them."""
        kind, words, position, *_ = generator.get_state()
        # A normal number that was drawn ahead is forgotten: only orders are drawn from now on.
        state = (kind, words, position, 0, 0.0)
        return cls({name: values[name] for name in program.weights}, state)

    def copy(self) -> Checkpoint:
        """The same, with arrays of its own."""
        return replace(self, values=copied(self.values))

    def __deepcopy__(self, known: object) -> Checkpoint:
        return self.copy()

    def parts(self) -> Parts:
        """What a file holds of it."""
        _, words, position, *_ = self.generator
        arrays = {name: np.asarray(value, order="C") for name, value in self.values.items()}
        arrays[GENERATOR] = np.asarray(words, dtype=np.uint32)
        place = {"step": self.step, "epoch": self.epoch, "generator_position": int(position)}
        return place, arrays

    @classmethod
    def from_parts(cls, description: Description, arrays: Arrays) -> Checkpoint:
        """The checkpoint that a file holds; ValueError, TypeError or LookupError where it is none.
        That the arrays are those of a program is for others to check."""
        values = {name: a if a.ndim else a.item() for name, a in arrays.items()}
        return cls(
            values,
            restored_generator(values.pop(GENERATOR), description["generator_position"]),
            restored_epoch(description["epoch"]),
            restored_count("step", description["step"]),
        )


def copied(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same values, with arrays of their own, whatever they were; plain numbers stay plain."""
    return {n: v if isinstance(v, int | float | np.generic) else own(v) for n, v in values.items()}


def own(value: Any) -> NDArray[Any]:
    """A copy of an array. NumPy lets other threads run while it copies, and resizes nothing that is
    referred to weakly: none of them takes the numbers away meanwhile."""
    array = np.asarray(value)
    _stays = weakref.ref(array)
    return array.copy()


def restored_generator(words: NDArray[Any], position: object) -> tuple[Any, ...]:
    """The state of a legacy generator, as `RandomState.set_state` takes it."""
    if np.shape(words) != (WORDS,) or words.dtype != np.uint32:
        raise ValueError("the state of its random generator is damaged")
    place = whole("generator_position", position, least=0)
    if place > WORDS:
        raise ValueError(f"generator_position must be at most {WORDS}, not {place}")
    return ("MT19937", words, place, 0, 0.0)


def restored_epoch(epoch: object) -> tuple[int, ...] | None:
    """Rows, batch size and batches taken of an epoch that was begun, and how its shards are."""
    if epoch is None:
        return None
    if not isinstance(epoch, list) or len(epoch) not in (3, 5):
        raise ValueError(f"epoch must be three whole numbers, or five, not {epoch!r}")
    rows, size = whole("rows", epoch[0]), whole("batch size", epoch[1])
    taken = whole("batches taken", epoch[2], least=0)
    if taken >= -(-rows // size):
        raise ValueError(f"{taken} batches of {size} are more than {rows} rows give")
    return rows, size, taken, *(whole("shards", number) for number in epoch[3:])


def restored_count(name: str, value: object, most: int = MOST_STEPS) -> int:
    """A number of steps."""
    count = whole(name, value, least=0)
    if count >= most:
        raise ValueError(f"{name} must be below {most}, not {count}")
    return count
