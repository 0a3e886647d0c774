"""What y is to a network, and what the network's outputs mean: classes, or numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import r2_score
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils import check_array

from syn0.derive import output_numbers
from syn0.derive.answers import class_numbers, middle
from syn0.estimators.kept import keeps_fields
from syn0.estimators.labels import refuse_lone_classes
from syn0.estimators.parameters import LOSSES_OF_NUMBERS
from syn0.models.arrays import loss_targets
from syn0.spec import NetworkSpec
from syn0.spec.checks import choice

FAR = 1000.0
"""A typical size of targets from which "auto" scales them: scikit-learn's defaults, whose steps are
of about 0.001, do not get there. What is below is learned as scikit-learn learns it."""


class Targets(Protocol):
    """What y is to a network. `truths` are y as rows are split; y of a single column is (rows,)."""

    @property
    def loss(self) -> tuple[str, str]:
        """syn0's name of the loss, and the activation of the last layer."""

    def outputs_for(self, y: NDArray[Any]) -> int:
        """The number of outputs that the network needs."""

    def truths(self, y: NDArray[Any]) -> NDArray[Any]:
        """(rows, columns) of y."""

    def original(self, truths: NDArray[Any]) -> NDArray[Any]:
        """y again."""

    def strata(self, truths: NDArray[Any]) -> NDArray[Any] | None:
        """What keeps its shares where rows are set apart; None for nothing."""

    def alike(self, y_val: NDArray[Any]) -> NDArray[Any]:
        """Targets of other rows; ValueError where they are not like those of y."""

    def encode(self, truths: NDArray[Any], spec: NetworkSpec) -> NDArray[Any]:
        """(rows, target columns): what the network learns."""

    def decode(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """What outputs mean, as `predict` gives it."""

    def judge(self, y: NDArray[Any], predicted: NDArray[Any], weight: Any) -> float:
        """How good predictions are, where `scoring` says nothing."""


@dataclass(frozen=True)
class Labels:
    """Classes, or with a binarizer of "multilabel" several labels a row: see `Targets`."""

    binarizer: LabelBinarizer

    @property
    def classes(self) -> NDArray[Any]:
        """The classes in the order of the outputs."""
        return np.asarray(self.binarizer.classes_)

    @property
    def are_several(self) -> bool:
        """Whether a row may have several labels."""
        return bool(self.binarizer.y_type_.startswith("multilabel"))

    @property
    def loss(self) -> tuple[str, str]:
        if self.binarizer.y_type_ == "multiclass":
            return "cross_entropy", "softmax"
        return "binary_cross_entropy", "sigmoid"

    def outputs_for(self, y: NDArray[Any]) -> int:
        return len(self.classes) if self.are_several or len(self.classes) > 2 else 1

    def truths(self, y: NDArray[Any]) -> NDArray[Any]:
        """Whether a row is of the class, or of the second of two."""
        if self.are_several:
            return np.asarray(self.binarizer.transform(y).astype(bool))
        numbers = np.searchsorted(self.classes, y)[:, np.newaxis]
        return np.asarray(numbers == (np.arange(len(self.classes)) if len(self.classes) > 2 else 1))

    def original(self, truths: NDArray[Any]) -> NDArray[Any]:
        return self.decode(truths)

    def strata(self, truths: NDArray[Any]) -> NDArray[Any] | None:
        """The classes, of a single output."""
        if truths.shape[1] > 1:
            return None
        refuse_lone_classes(self.original(truths))
        return truths

    def alike(self, y_val: NDArray[Any]) -> NDArray[Any]:
        if y_val.ndim > 1:
            check_columns(y_val, self.outputs_for(y_val))
        elif unknown := sorted(set(y_val.tolist()) - set(self.classes.tolist()), key=str):
            raise ValueError(f"y_val holds classes that y does not: {unknown[:3]}")
        return y_val

    def encode(self, truths: NDArray[Any], spec: NetworkSpec) -> NDArray[Any]:
        return np.ascontiguousarray(truths, spec.dtype)

    def decode(self, outputs: NDArray[Any]) -> NDArray[Any]:
        if self.are_several:
            labels: NDArray[Any] = self.binarizer.inverse_transform(outputs)
            return labels
        numbers = np.minimum(class_numbers(outputs), len(self.classes) - 1)
        return np.asarray(self.classes[numbers])

    def judge(self, y: NDArray[Any], predicted: NDArray[Any], weight: Any) -> float:
        # accuracy_score, without its checks of what was checked.
        right = np.all(np.reshape(y == predicted, (len(y), -1)), axis=1)
        return float(np.average(right, weights=weight))


@keeps_fields()
@dataclass(frozen=True)
class Scaling:
    """(y - mean) / scale, column by column; 0 and 1 leave y as it is."""

    mean: NDArray[Any]
    scale: NDArray[Any]

    @classmethod
    def of(cls, y: NDArray[Any], asked: bool | str) -> Scaling:
        """The scaling to mean 0 and standard deviation 1 where that is asked for, or with "auto"
        where a column's typical size, the root of its mean square, is 1000 or more."""
        columns = y.reshape(len(y), -1).astype(np.float64)
        count = columns.shape[1]
        plain = cls(np.zeros(count), np.ones(count))
        with np.errstate(over="ignore", invalid="ignore"):
            mean, deviation = columns.mean(axis=0), columns.std(axis=0)
            far = np.hypot(mean, deviation) >= FAR if asked == "auto" else np.full(count, asked)
        # What does not vary has no size of its own: only its mean is taken off.
        scale = np.where(deviation > 0, deviation, 1.0)
        if not far.any() or not np.isfinite([mean, scale]).all():
            return plain
        return cls(np.where(far, mean, 0.0), np.where(far, scale, 1.0))

    def check(self, outputs: int) -> None:
        """ValueError unless it has as many finite numbers as there are outputs."""
        for array in (self.mean, self.scale):
            fits = isinstance(array, np.ndarray) and array.dtype == np.float64
            if not fits or array.shape != (outputs,) or not np.isfinite(array).all():
                raise ValueError(f"targets must be scaled by {outputs} numbers")
        if (self.scale <= 0).any():
            raise ValueError("targets must be scaled by numbers above 0")

    @property
    def changes(self) -> bool:
        """Whether it does anything."""
        return bool(self.mean.any() or (self.scale != 1).any())

    def apply(self, y: NDArray[Any]) -> NDArray[Any]:
        """Targets as the network learns them."""
        return np.asarray((y - self.mean) / self.scale) if self.changes else y

    def restore(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """Outputs in the targets' own units: in float64 where that changes them, as float32 loses
        what a mean far from 0 leaves of its digits."""
        if not self.changes:
            return outputs
        return np.asarray(outputs.astype(np.float64) * self.scale + self.mean)


@dataclass(frozen=True)
class Numbers:
    """Numbers, or the quantiles of one: see `Targets`.

    Attributes:
        given_loss: the estimator's.
        scaling: of each column; of quantiles, of the one.
    """

    given_loss: str
    scaling: Scaling

    @property
    def quantiles(self) -> tuple[float, ...]:
        """The shares that lie below each output; () for other losses."""
        return output_numbers(self.given_loss)

    @property
    def columns(self) -> int:
        """Number of columns of y."""
        return len(self.scaling.mean)

    @property
    def loss(self) -> tuple[str, str]:
        if self.given_loss == "squared_error" and self.columns > 1:
            return f"mean_squared_error:{self.columns}", "identity"
        return self.given_loss, "exp" if self.given_loss == "poisson" else "identity"

    def outputs_for(self, y: NDArray[Any]) -> int:
        choice("loss", self.given_loss.partition(":")[0], LOSSES_OF_NUMBERS)
        columns = 1 if y.ndim == 1 else y.shape[1]
        if self.quantiles and columns > 1:
            raise ValueError(
                f"loss {self.given_loss!r} learns a single target, but y has {columns}"
            )
        return len(self.quantiles) or columns

    def truths(self, y: NDArray[Any]) -> NDArray[Any]:
        return y.reshape(len(y), -1)

    def original(self, truths: NDArray[Any]) -> NDArray[Any]:
        return truths

    def strata(self, truths: NDArray[Any]) -> None:
        return None

    def alike(self, y_val: NDArray[Any]) -> NDArray[Any]:
        checked = check_array(y_val, ensure_2d=False, dtype="numeric", input_name="y_val")
        check_columns(checked, self.columns)
        return np.asarray(checked)

    def encode(self, truths: NDArray[Any], spec: NetworkSpec) -> NDArray[Any]:
        scaled = self.scaling.apply(truths)
        return loss_targets(np.ascontiguousarray(scaled, spec.dtype), spec)

    def decode(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """Predictions in the units of y; of quantiles the middle one."""
        if quantiles := self.quantiles:
            outputs = outputs[:, [middle(quantiles)]]
        outputs = self.scaling.restore(outputs)
        return outputs.ravel() if outputs.shape[1] == 1 else outputs

    def judge(self, y: NDArray[Any], predicted: NDArray[Any], weight: Any) -> float:
        return float(r2_score(y, predicted, sample_weight=weight))


def check_columns(y_val: NDArray[Any], columns: int) -> None:
    """ValueError for validation targets of other columns than those of y."""
    given = 1 if y_val.ndim == 1 else y_val.shape[1]
    if given != columns:
        raise ValueError(f"y_val has {given} columns, but y has {columns}")
