"""`MLPClassifier` and `MLPRegressor`: scikit-learn's, by names, meaning and results."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import RegressorMixin, _fit_context
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import type_of_target, unique_labels
from sklearn.utils.validation import check_is_fitted

from syn0.estimators.base import BaseMLP
from syn0.estimators.documents import documented
from syn0.estimators.labels import (
    AnyLabels,
    as_labels,
    binarizer_of,
    is_first_call,
)
from syn0.estimators.messages import continuous_labels
from syn0.estimators.parameters import SHARE
from syn0.estimators.targets import Labels, Numbers, Scaling
from syn0.spec.doors import door, doors

Activation = str | Sequence[str]


@doors
@documented("classifier")
class MLPClassifier(AnyLabels, BaseMLP):
    """A neural network that tells classes."""

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseMLP._parameter_constraints,
        "class_weight": [StrOptions({"balanced"}), dict, list, None],
        "label_smoothing": [SHARE],
    }
    loss = "log_loss"

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (100,),
        activation: Activation = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: int | Literal["auto"] = "auto",
        learning_rate: str = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: int | np.random.RandomState | None = None,
        tol: float = 1e-4,
        verbose: bool | int = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: float = 10,
        max_fun: int = 15000,
        init: str | None = None,
        dropout: float = 0.0,
        input_dropout: float = 0.0,
        input_noise: float = 0.0,
        batch_norm: bool = False,
        layer_norm: bool = False,
        skip: bool = False,
        l1: float = 0.0,
        weight_decay: float | None = None,
        max_norm: float | None = None,
        clip_norm: float | None = None,
        warm_up: int = 0,
        label_smoothing: float = 0.0,
        class_weight: Mapping[Any, float] | Literal["balanced"] | None = None,
        scoring: str | Callable[..., float] | None = None,
        callbacks: Sequence[Callable[..., object]] | None = None,
        progress: bool = False,
        dtype: str | None = None,
        engine: str = "auto",
        threads: int | None = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.max_fun = max_fun
        self.init = init
        self.dropout = dropout
        self.input_dropout = input_dropout
        self.input_noise = input_noise
        self.batch_norm = batch_norm
        self.layer_norm = layer_norm
        self.skip = skip
        self.l1 = l1
        self.weight_decay = weight_decay
        self.max_norm = max_norm
        self.clip_norm = clip_norm
        self.warm_up = warm_up
        self.label_smoothing = label_smoothing
        self.class_weight = class_weight
        self.scoring = scoring
        self.callbacks = callbacks
        self.progress = progress
        self.dtype = dtype
        self.engine = engine
        self.threads = threads

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


@doors
@documented("regressor")
class MLPRegressor(RegressorMixin, BaseMLP):
    """A neural network that tells numbers."""

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseMLP._parameter_constraints,
        "loss": [str],
        "scale_target": ["boolean", StrOptions({"auto"})],
    }

    def __init__(
        self,
        loss: str = "squared_error",
        hidden_layer_sizes: int | Sequence[int] = (100,),
        activation: Activation = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: int | Literal["auto"] = "auto",
        learning_rate: str = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: int | np.random.RandomState | None = None,
        tol: float = 1e-4,
        verbose: bool | int = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: float = 10,
        max_fun: int = 15000,
        init: str | None = None,
        dropout: float = 0.0,
        input_dropout: float = 0.0,
        input_noise: float = 0.0,
        batch_norm: bool = False,
        layer_norm: bool = False,
        skip: bool = False,
        l1: float = 0.0,
        weight_decay: float | None = None,
        max_norm: float | None = None,
        clip_norm: float | None = None,
        warm_up: int = 0,
        scale_target: bool | Literal["auto"] = "auto",
        scoring: str | Callable[..., float] | None = None,
        callbacks: Sequence[Callable[..., object]] | None = None,
        progress: bool = False,
        dtype: str | None = None,
        engine: str = "auto",
        threads: int | None = None,
    ) -> None:
        self.loss = loss
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.max_fun = max_fun
        self.init = init
        self.dropout = dropout
        self.input_dropout = input_dropout
        self.input_noise = input_noise
        self.batch_norm = batch_norm
        self.layer_norm = layer_norm
        self.skip = skip
        self.l1 = l1
        self.weight_decay = weight_decay
        self.max_norm = max_norm
        self.clip_norm = clip_norm
        self.warm_up = warm_up
        self.scale_target = scale_target
        self.scoring = scoring
        self.callbacks = callbacks
        self.progress = progress
        self.dtype = dtype
        self.engine = engine
        self.threads = threads

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
        outputs = self._outputs(X)  # first, as it tells whether there is a network
        return self._targets.decode(outputs)

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

    @property
    def _targets(self) -> Numbers:
        return Numbers(self.loss, self._scaling)

    def _learn_targets(self, y: NDArray[Any], *, first: bool, incremental: bool) -> None:
        if first or not hasattr(self, "_scaling"):
            asked = self.scale_target if self.loss != "poisson" else False
            self._scaling = Scaling.of(y, asked)


__all__ = ["MLPClassifier", "MLPRegressor"]
