"""`MLPClassifier` and `MLPRegressor`: scikit-learn's, by names, meaning and results."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import RegressorMixin, _fit_context
from sklearn.metrics import r2_score
from sklearn.utils import check_array, column_or_1d
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import type_of_target, unique_labels
from sklearn.utils.validation import check_is_fitted, validate_data

from syn0.derive import loss_of
from syn0.derive.answers import class_numbers
from syn0.estimators.base import BaseMLP
from syn0.estimators.documents import documented
from syn0.estimators.labels import (
    AnyLabels,
    as_labels,
    as_numbers,
    binarizer_of,
    is_first_call,
    refuse_lone_classes,
    weights_of_rows,
)
from syn0.estimators.messages import clearer, continuous_labels
from syn0.estimators.parameters import (
    LOSSES_OF_NUMBERS,
    MLPClassifierParameters,
    MLPRegressorParameters,
)
from syn0.estimators.targets import Scaling
from syn0.models.arrays import loss_targets
from syn0.spec import NetworkSpec
from syn0.spec.checks import choice
from syn0.spec.doors import door, doors


@doors
@documented("classifier")
class MLPClassifier(AnyLabels, BaseMLP, MLPClassifierParameters):
    """A neural network that tells classes."""

    loss = "log_loss"

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        X_val: ArrayLike | None = None,
        y_val: ArrayLike | None = None,
    ) -> MLPClassifier:
        """Train on X and y.

        Args:
            X: (rows, features) numbers, dense or sparse.
            y: (rows,) classes, or (rows, labels) of 0 and 1 for several labels a row.
            sample_weight: (rows,) how much each row counts; by default alike.
            X_val, y_val: rows that judge each epoch, instead of some of X set apart: training stops
                where they find no better one for `n_iter_no_change`, and the best weights stay.

        Raises:
            ValueError, TypeError: parameters or data that do not fit.
        """
        fitted: MLPClassifier = self._fit(X, y, sample_weight, X_val=X_val, y_val=y_val)
        return fitted

    @available_if(lambda self: self._check_solver())
    @door
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        classes: ArrayLike | None = None,
    ) -> MLPClassifier:
        """Train for one epoch on these rows, from where training stands.

        Args:
            X, y, sample_weight: as in `fit`.
            classes: (classes,) all there will be; needed in the first call.
        """
        y, classes = as_labels(y), as_labels(classes, "classes")
        if is_first_call(self, classes):
            many = type_of_target(y).startswith("multilabel")
            self._label_binarizer = binarizer_of(np.asarray(y if many else classes))
        fitted: MLPClassifier = self._fit(X, y, sample_weight, incremental=True)
        return fitted

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """(rows,) the most likely class of each row, or (rows, labels) of 0 and 1."""
        return self._decode(self._outputs(X))

    def predict_proba(self, X: ArrayLike) -> NDArray[Any]:
        """(rows, classes) the probability of each class, in the order of `classes_`."""
        outputs = self._outputs(X)
        return np.hstack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs

    def predict_log_proba(self, X: ArrayLike) -> NDArray[Any]:
        """(rows, classes) the logarithm of `predict_proba`."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.predict_proba(X)))

    def _validate_input(self, X: Any, y: Any, incremental: bool, reset: bool) -> tuple[Any, Any]:
        with clearer(self, X):
            X, y = validate_data(self, X, y, multi_output=True, reset=reset, **self._accepted())
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        if y.dtype.kind == "f" and (kind := type_of_target(y)).startswith("continuous"):
            raise ValueError(continuous_labels(type(self).__name__, y, kind))
        if not hasattr(self, "classes_") or not (self.warm_start or incremental):
            self._label_binarizer = binarizer_of(y)
            self.classes_ = self._label_binarizer.classes_
        else:
            self._refuse_other_classes(np.unique(y) if y.ndim == 1 else unique_labels(y))
        return X, self._as_indicators(y)

    def _as_array(self, y: Any, what: str = "y") -> Any:
        return as_labels(y, what)

    def _as_indicators(self, y: NDArray[Any]) -> NDArray[Any]:
        """(rows, outputs) truths: whether a row is of the class, or of the second of two."""
        if self._label_binarizer.y_type_.startswith("multilabel"):
            return np.asarray(self._label_binarizer.transform(y).astype(bool))
        numbers = np.searchsorted(self.classes_, y)[:, np.newaxis]
        return np.asarray(
            numbers == (np.arange(len(self.classes_)) if len(self.classes_) > 2 else [1])
        )

    def _refuse_other_classes(self, classes: NDArray[Any]) -> None:
        """ValueError for classes that the network, as it stands, does not know."""
        if self.warm_start and set(classes) != set(self.classes_):
            raise ValueError(
                "warm_start can only be used where `y` has the same classes as in the previous "
                f"call to fit. Previously got {self.classes_}, `y` has {classes}"
            )
        if len(np.setdiff1d(classes, self.classes_, assume_unique=True)):
            raise ValueError(
                "`y` has classes not in `self.classes_`. "
                f"`self.classes_` has {self.classes_}. 'y' has {classes}."
            )

    def _loss(self) -> tuple[str, str]:
        if self._label_binarizer.y_type_ == "multiclass":
            return "cross_entropy", "softmax"
        return "binary_cross_entropy", "sigmoid"

    def _encode(self, y: NDArray[Any], spec: NetworkSpec) -> NDArray[Any]:
        return np.ascontiguousarray(y, spec.dtype)

    def _original(self, y: NDArray[Any]) -> NDArray[Any]:
        return self._decode(y)

    def _given_targets(self, y_val: NDArray[Any]) -> NDArray[Any]:
        if y_val.ndim > 1:
            check_columns(y_val, self.n_outputs_)
        elif unknown := sorted(set(y_val.tolist()) - set(self.classes_.tolist()), key=str):
            raise ValueError(f"y_val holds classes that y does not: {unknown[:3]}")
        return y_val

    def _decode(self, outputs: NDArray[Any]) -> NDArray[Any]:
        if self._label_binarizer.y_type_.startswith("multilabel"):
            labels: NDArray[Any] = self._label_binarizer.inverse_transform(outputs)
            return labels
        numbers = np.minimum(class_numbers(outputs), len(self.classes_) - 1)
        return np.asarray(self.classes_[numbers])

    def _judge(self, y: Any, predicted: Any, sample_weight: Any) -> float:
        # accuracy_score, without its checks of what was checked.
        right = np.all(np.reshape(y == predicted, (len(y), -1)), axis=1)
        return float(
            np.average(right.all(axis=1) if right.ndim > 1 else right, weights=sample_weight)
        )

    def _strata(self, y: NDArray[Any]) -> NDArray[Any] | None:
        if self.n_outputs_ > 1:
            return None
        refuse_lone_classes(self._original(y))
        return y

    def _with_class_weights(self, y: Any, sample_weight: Any) -> Any:
        if self.class_weight is None:
            return sample_weight
        by_class = weights_of_rows(self.class_weight, y)
        return by_class if sample_weight is None else by_class * sample_weight

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


@doors
@documented("regressor")
class MLPRegressor(RegressorMixin, BaseMLP, MLPRegressorParameters):
    """A neural network that tells numbers."""

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        X_val: ArrayLike | None = None,
        y_val: ArrayLike | None = None,
    ) -> MLPRegressor:
        """Train on X and y.

        Args:
            X: (rows, features) numbers, dense or sparse.
            y: (rows,) or (rows, outputs) numbers.
            sample_weight: (rows,) how much each row counts; by default alike.
            X_val, y_val: rows that judge each epoch, instead of some of X set apart: training stops
                where they find no better one for `n_iter_no_change`, and the best weights stay.

        Raises:
            ValueError, TypeError: parameters or data that do not fit.
        """
        fitted: MLPRegressor = self._fit(X, y, sample_weight, X_val=X_val, y_val=y_val)
        return fitted

    @available_if(lambda self: self._check_solver())
    @door
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> MLPRegressor:
        """Train for one epoch on these rows, from where training stands; arguments as in `fit`."""
        fitted: MLPRegressor = self._fit(X, y, sample_weight, incremental=True)
        return fitted

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """(rows,) or (rows, outputs) numbers, in the units of y; of quantiles, the middle one."""
        return self._decode(self._outputs(X))

    def predict_quantiles(self, X: ArrayLike) -> NDArray[Any]:
        """(rows, quantiles) numbers, for a loss such as "quantile:0.1,0.5,0.9": in its order.

        Raises:
            AttributeError: another loss, which knows no quantiles.
        """
        check_is_fitted(self)
        if not self.loss.startswith("quantile"):
            raise AttributeError(
                f"loss {self.loss!r} knows no quantiles: fit with loss='quantile:0.1,0.5,0.9'"
            )
        return self._scaling.restore(self._outputs(X))

    def _validate_input(self, X: Any, y: Any, incremental: bool, reset: bool) -> tuple[Any, Any]:
        with clearer(self, X):
            X, y = validate_data(
                self, X, y, multi_output=True, y_numeric=True, reset=reset, **self._accepted()
            )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        if reset or not hasattr(self, "_scaling"):
            asked = self.scale_target if self.loss != "poisson" else False
            self._scaling = Scaling.of(y, asked)
        return X, y

    def _as_array(self, y: Any, what: str = "y") -> Any:
        return as_numbers(self, y, what)

    def _outputs_for(self, columns: int) -> int:
        if not self.loss.startswith("quantile"):
            return columns
        if columns > 1:
            raise ValueError(f"loss {self.loss!r} learns a single target, but y has {columns}")
        return 1 + self.loss.count(",")

    def _loss(self) -> tuple[str, str]:
        choice("loss", self.loss.partition(":")[0], LOSSES_OF_NUMBERS)
        if self.loss == "squared_error" and self.n_outputs_ > 1:
            return f"mean_squared_error:{self.n_outputs_}", "identity"
        return self.loss, "exp" if self.loss == "poisson" else "identity"

    def _encode(self, y: NDArray[Any], spec: NetworkSpec) -> NDArray[Any]:
        return loss_targets(np.ascontiguousarray(self._scaling.apply(y), spec.dtype), spec)

    def _original(self, y: NDArray[Any]) -> NDArray[Any]:
        return y

    def _given_targets(self, y_val: NDArray[Any]) -> NDArray[Any]:
        checked = check_array(y_val, ensure_2d=False, dtype="numeric", input_name="y_val")
        check_columns(checked, 1 if self.loss.startswith("quantile") else self.n_outputs_)
        return np.asarray(checked)

    def _decode(self, outputs: NDArray[Any]) -> NDArray[Any]:
        if self.loss.startswith("quantile"):
            quantiles = np.array(loss_of(self.network_.spec).numbers)
            outputs = outputs[:, [int(np.abs(quantiles - 0.5).argmin())]]
        outputs = self._scaling.restore(outputs)
        return outputs.ravel() if outputs.shape[1] == 1 else outputs

    def _judge(self, y: Any, predicted: Any, sample_weight: Any) -> float:
        return float(r2_score(y, predicted, sample_weight=sample_weight))


def check_columns(y_val: NDArray[Any], columns: int) -> None:
    """ValueError for validation targets of other columns than those of y."""
    given = 1 if y_val.ndim == 1 else y_val.shape[1]
    if given != columns:
        raise ValueError(f"y_val has {given} columns, but y has {columns}")


__all__ = ["MLPClassifier", "MLPRegressor"]
