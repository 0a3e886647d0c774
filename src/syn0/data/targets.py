"""How the target column becomes a network's outputs, and outputs become answers again."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

from syn0.data.cells import number_text
from syn0.data.inputs import looks_like_an_identifier, mean_and_scale
from syn0.data.spellings import UNSEEN_CODE, Spellings, as_numbers, one_spelling
from syn0.data.table import Column
from syn0.derive.answers import class_numbers

CLASSIFICATION = "classification"
REGRESSION = "regression"
TASKS = (CLASSIFICATION, REGRESSION)
MOST_WHOLE_NUMBER_CLASSES = 20

STANDARDISED, SCALED, PLAIN = "standardised", "scaled", "plain"
"""How a target of numbers goes in: with mean 0 and deviation 1, with deviation 1 alone so that no
sign changes, or as it is."""


@dataclass(frozen=True)
class ClassTarget:
    """A target of classes: one 0/1 output for two of them, otherwise one output a class."""

    task: ClassVar[str] = CLASSIFICATION
    name: str
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.classes) < 2:
            raise ValueError("'classes' must hold at least 2")

    @property
    def n_outputs(self) -> int:
        return 1 if len(self.classes) == 2 else len(self.classes)

    @classmethod
    def fit(cls, column: Column) -> "ClassTarget":
        """The classes in the column, sorted as numbers when all are numbers, else as texts."""
        used = np.unique(column.values)
        if column.categories is None:
            return cls(column.name, tuple(number_text(value) for value in used))
        return cls.of_texts(column.name, (column.categories[code] for code in used))

    @classmethod
    def of_texts(cls, name: str, classes: Iterable[str]) -> "ClassTarget":
        """The classes, sorted as numbers when all are numbers, else as texts."""
        texts = sorted(classes)
        with suppress(ValueError):  # not all are numbers: they stay in the order of texts
            texts.sort(key=float)
        return cls(name, tuple(texts))

    def encode(self, column: Column, dtype: DTypeLike) -> NDArray[Any]:
        codes = Spellings(self.classes).codes(column)
        if (codes == UNSEEN_CODE).any():
            row = int((codes == UNSEEN_CODE).argmax())
            value = column.values[row]
            text = column.categories[value] if column.categories else number_text(value)
            raise ValueError(
                f"target '{column.name}' holds '{text}', which is none of the model's classes: "
                f"{', '.join(self.classes)}"
            )
        if self.n_outputs == 1:
            return codes.astype(dtype)[:, np.newaxis]
        y = np.zeros((len(codes), self.n_outputs), dtype)
        y[np.arange(len(codes)), codes] = 1
        return y

    def decode(self, outputs: NDArray[Any]) -> NDArray[Any]:
        return np.array(self.classes, object)[class_numbers(outputs)]

    def restore(self, outputs: NDArray[Any]) -> NDArray[Any]:
        return outputs


@dataclass(frozen=True)
class NumberTarget:
    """A target of numbers: one output, (value - mean) / scale."""

    task: ClassVar[str] = REGRESSION
    classes: ClassVar[None] = None
    n_outputs: ClassVar[int] = 1
    name: str
    mean: float = 0.0
    scale: float = 1.0

    def __post_init__(self) -> None:
        if not self.scale > 0:
            raise ValueError(f"'scale' must be above 0, found {self.scale}")

    @classmethod
    def fit(cls, column: Column, scaling: str) -> "NumberTarget":
        """The target, scaled as the constants above say."""
        if scaling == PLAIN:
            return cls(column.name)
        mean, scale = mean_and_scale(column.values.astype(np.float64), column.name)
        return cls(column.name, mean if scaling == STANDARDISED else 0.0, scale)

    def encode(self, column: Column, dtype: DTypeLike) -> NDArray[Any]:
        column = as_numbers(column, f"target '{column.name}' must be numbers, but it holds")
        y = (column.values.astype(np.float64) - self.mean) / self.scale
        with np.errstate(over="ignore"):
            y = y.astype(dtype)[:, np.newaxis]
        if not np.isfinite(y).all():
            raise ValueError(f"target '{column.name}' holds numbers too large for {y.dtype}")
        return y

    def decode(self, outputs: NDArray[Any]) -> NDArray[Any]:
        restored: NDArray[Any] = self.restore(outputs)[:, 0]
        return restored

    @property
    def changes(self) -> bool:
        """Whether values go in otherwise than as they are."""
        return (self.mean, self.scale) != (0, 1)

    def restore(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """Outputs in the target's units: in float64, since what float32 tells apart around a mean
        of 0 are the same number again around one of 1,700,000,000."""
        if not self.changes:
            return outputs
        restored: NDArray[Any] = outputs.astype(np.float64) * self.scale + self.mean
        return restored


TargetColumn: TypeAlias = ClassTarget | NumberTarget


def fit_target(column: Column, task: str | None, scaling: str) -> TargetColumn:
    """The target for a task, or for the task that the column suggests when it is None.

    Raises ValueError for an unknown task and for a target that holds nothing to learn.
    """
    if task not in (None, *TASKS):
        raise ValueError(f"the task is '{task}'; it must be one of {', '.join(TASKS)}")
    refuse_missing_targets(column)
    column = one_spelling(column)
    if len(np.unique(column.values)) == 1:
        raise ValueError(f"target '{column.name}' is the same in every row: nothing to learn")
    if task is None:
        task = _suggested_task(column)
    if task == CLASSIFICATION:
        return ClassTarget.fit(column)
    if column.categories is not None:
        text = column.categories[column.values[0]]
        raise ValueError(f"target '{column.name}' holds texts such as '{text}': no regression")
    return NumberTarget.fit(column, scaling)


def refuse_missing_targets(column: Column) -> None:
    """ValueError if the target is missing in some row."""
    if column.missing.any():
        raise ValueError(f"target '{column.name}' has {column.missing.sum()} missing values")


def look_like_classes(values: NDArray[Any], counts: NDArray[Any]) -> bool:
    """Whether numbers, each of which occurs so often, are classes: whole ones of two values, or of
    at most 20 of which each occurs twice or more. Counts and amounts have rare values, classes
    seldom do."""
    few = len(values) <= MOST_WHOLE_NUMBER_CLASSES and counts.min() > 1
    return bool((values == np.floor(values)).all()) and (len(values) == 2 or few)


def _suggested_task(column: Column) -> str:
    """Texts are classes, and so are some numbers."""
    values, counts = np.unique(column.values, return_counts=True)
    if column.categories is None:
        return CLASSIFICATION if look_like_classes(values, counts) else REGRESSION
    if not column.declared and looks_like_an_identifier(len(values), len(column.values)):
        raise ValueError(
            f"target '{column.name}' has {len(values)} different texts in {len(column.values)} "
            "rows, as names have; name the column to learn, or the task classification"
        )
    return CLASSIFICATION
