"""`MLPClassifier` and `MLPRegressor`: scikit-learn's, by names, meaning and results."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import RegressorMixin, _fit_context
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import type_of_target, unique_labels
from sklearn.utils.validation import check_is_fitted

from syn0.derive import output_numbers, target_columns
from syn0.estimators.base import KEPT, BaseMLP, check_fitted, keep_weights
from syn0.estimators.documents import documented
from syn0.estimators.kept import instances, keeps
from syn0.estimators.labels import (
    AnyLabels,
    as_labels,
    binarizer_of,
    is_first_call,
)
from syn0.estimators.messages import continuous_labels
from syn0.estimators.parameters import MLPClassifierParameters, MLPRegressorParameters
from syn0.estimators.targets import Labels, Numbers, Scaling
from syn0.spec.doors import door, doors

TARGETS = ("binary", "multiclass", "multilabel-indicator")


def check_classifier(made: Any) -> None:
    """ValueError unless the classes of a classifier out of a file are those that its network tells
    apart."""
    check_fitted(made)
    spec, binarizer = made.network_.spec, made._label_binarizer
    if getattr(binarizer, "y_type_", None) not in TARGETS:
        raise ValueError(f"the targets of an MLPClassifier must be one of: {', '.join(TARGETS)}")
    classes, of_one = made.classes_, binarizer.y_type_ == "binary"
    counts = (1, 2) if of_one else (spec.outputs,)
    if classes.ndim != 1 or len(classes) not in counts or (of_one and spec.outputs != 1):
        raise ValueError(f"{len(classes)} classes do not fit the network {spec}")
    if not np.array_equal(classes, getattr(binarizer, "classes_", [])):
        raise ValueError("the two lists of MLPClassifier's classes differ")
    if (spec.loss, spec.dense[-1].activation) != made._targets.loss:
        raise ValueError(f"the network {spec} is not one of MLPClassifier's")


def check_regressor(made: Any) -> None:
    """ValueError unless a regressor out of a file learned its loss, and scales its outputs."""
    check_fitted(made)
    spec = made.network_.spec
    if bool(output_numbers(spec.loss)) != bool(output_numbers(made.loss)):
        raise ValueError(f"the network {spec} was not trained with loss {made.loss!r}")
    made._scaling.check(target_columns(spec))


OF_CLASSES = {"classes_": instances(np.ndarray), "_label_binarizer": instances(LabelBinarizer)}


@keeps({**KEPT, **OF_CLASSES}, check=check_classifier, prepare=keep_weights)
@doors
@documented("classifier")
class MLPClassifier(AnyLabels, BaseMLP, MLPClassifierParameters):
    """A neural network that tells classes."""

    loss = "log_loss"

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
        return self._fit(X, y, sample_weight, incremental=True)

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """(rows,) the most likely class of each row, or (rows, labels) of 0 and 1."""
        outputs = self._outputs(X)  # first, as it tells whether there is a network
        return self._targets.decode(outputs)

    def predict_proba(self, X: ArrayLike) -> NDArray[Any]:
        """(rows, classes) the probability of each class, in the order of `classes_`."""
        outputs = self._outputs(X)
        return np.hstack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs

    def predict_log_proba(self, X: ArrayLike) -> NDArray[Any]:
        """(rows, classes) the logarithm of `predict_proba`."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.predict_proba(X)))

    @property
    def _targets(self) -> Labels:
        return Labels(self._label_binarizer)

    def _learn_targets(self, y: NDArray[Any], *, first: bool, incremental: bool) -> None:
        if y.dtype.kind == "f" and (kind := type_of_target(y)).startswith("continuous"):
            raise ValueError(continuous_labels(type(self).__name__, y, kind))
        if not hasattr(self, "classes_") or not (self.warm_start or incremental):
            self._label_binarizer = binarizer_of(y)
            self.classes_ = self._label_binarizer.classes_
        else:
            self._refuse_other_classes(np.unique(y) if y.ndim == 1 else unique_labels(y))

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

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


@keeps({**KEPT, "_scaling": instances(Scaling)}, check=check_regressor, prepare=keep_weights)
@doors
@documented("regressor")
class MLPRegressor(RegressorMixin, BaseMLP, MLPRegressorParameters):
    """A neural network that tells numbers."""

    @available_if(lambda self: self._check_solver())
    @door
    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(
        self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> MLPRegressor:
        """Train for one epoch on these rows, from where training stands; arguments as in `fit`."""
        return self._fit(X, y, sample_weight, incremental=True)

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """(rows,) or (rows, outputs) numbers, in the units of y; of quantiles, the middle one."""
        outputs = self._outputs(X)  # first, as it tells whether there is a network
        return self._targets.decode(outputs)

    def predict_quantiles(self, X: ArrayLike) -> NDArray[Any]:
        """(rows, quantiles) numbers, for a loss such as "quantile:0.1,0.5,0.9": in its order.

        Raises:
            AttributeError: another loss, which knows no quantiles.
        """
        check_is_fitted(self)
        if not output_numbers(self.loss):
            raise AttributeError(
                f"loss {self.loss!r} knows no quantiles: fit with loss='quantile:0.1,0.5,0.9'"
            )
        return self._scaling.restore(self._outputs(X))

    @property
    def _targets(self) -> Numbers:
        return Numbers(self.loss, self._scaling)

    def _learn_targets(self, y: NDArray[Any], *, first: bool, incremental: bool) -> None:
        if first or not hasattr(self, "_scaling"):
            asked = self.scale_target if self.loss != "poisson" else False
            self._scaling = Scaling.of(y, asked)
