"""What the classifier and the regressor share: they translate, train a `Network`, and read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import issparse
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    RegressorMixin,
    TransformerMixin,
    _fit_context,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import check_scoring
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state, column_or_1d
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from syn0.derive.layers import RANDOM
from syn0.estimators.callbacks import CallbackSupport, Task, task_of
from syn0.estimators.fitting import Apart, Course, OptimizerState, Standing
from syn0.estimators.kept import (
    Test,
    article,
    attributes,
    instances,
    number_lists,
    optional,
)
from syn0.estimators.labels import as_targets, weights_of_rows
from syn0.estimators.messages import clearer
from syn0.estimators.parameters import (
    hidden_units,
    network_spec,
    their_activation,
    training,
)
from syn0.estimators.portable import Portable
from syn0.estimators.shown import Shown
from syn0.estimators.sparse import rows_of
from syn0.estimators.targets import Targets
from syn0.models import Examples, Network
from syn0.spec import SOLVERS, NetworkSpec
from syn0.spec.doors import Whole, doors, warn
from syn0.training import NonFiniteError, Report, Run

KEPT: Mapping[str, Test] = {
    **attributes(counts="n_outputs_ n_layers_ t_ _no_improvement_count n_iter_", numbers="loss_"),
    "out_activation_": instances(str),
    "loss_curve_": number_lists,
    "validation_scores_": number_lists,
    "network_": instances(Network),
    "best_loss_": optional(float, np.floating),
    "best_validation_score_": optional(float, np.floating),
    "_optimizer": instances(OptimizerState),
}
"""What files hold of either, beside its parameters."""

DIVERGED = (
    "Solver produced non-finite parameter weights. The input data may contain large values and "
    "need to be preprocessed. ({})"
)
"""scikit-learn's words, and ours behind them."""


@doors
class BaseMLP(
    Portable,
    Shown,
    CallbackSupport,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
    BaseEstimator,
):
    """The base of `MLPClassifier` and `MLPRegressor`."""

    network_: Network
    coefs_: list[NDArray[Any]]
    intercepts_: list[NDArray[Any]]
    loss_curve_: list[float]
    class_weight: Any = None

    @property
    def _targets(self) -> Targets:
        """What y is to the network, and what the network's outputs mean."""
        raise NotImplementedError

    @property
    def _searches(self) -> bool:
        """Whether its solver searches for the lowest loss, in steps of all rows."""
        return self.solver in SOLVERS

    def _learn_targets(self, y: NDArray[Any], *, first: bool, incremental: bool) -> None:
        """Let `_targets` be those of y, or see that y is like what they were `first` made of."""
        raise NotImplementedError

    def _accepted(self) -> dict[str, Any]:
        """Which X is taken as it is; others are converted."""
        dtypes = (np.float64, np.float32) if self.dtype is None else np.dtype(self.dtype)
        return {"accept_sparse": ["csr", "csc"], "dtype": dtypes}

    # Training.

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        X_val: ArrayLike | None = None,
        y_val: ArrayLike | None = None,
    ) -> Self:
        """Train on X and y.

        Args:
            X: (rows, features) numbers, dense or sparse.
            y: of a classifier (rows,) classes, or (rows, labels) of 0 and 1 for several labels a
                row; of a regressor (rows,) or (rows, outputs) numbers.
            sample_weight: (rows,) how much each row counts; by default alike.
            X_val, y_val: rows that judge each epoch, instead of some of X set apart: training stops
                where they find no better one for `n_iter_no_change`, and the best weights stay.

        Raises:
            ValueError, TypeError: parameters or data that do not fit.
        """
        return self._fit(X, y, sample_weight, X_val=X_val, y_val=y_val)

    def _fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        incremental: bool = False,
        X_val: Any = None,
        y_val: Any = None,
    ) -> Self:
        hidden_units(self.hidden_layer_sizes)
        if not all(map(callable, self.callbacks or ())):
            raise TypeError(
                "callbacks must be a list of functions, which are called as "
                f"callback(estimator, report), not {self.callbacks!r}"
            )
        if incremental and self.early_stopping:
            raise ValueError("partial_fit does not support early_stopping=True")
        if y_val is not None and X_val is None:
            raise ValueError("y_val was given without X_val: give both, or neither")
        first = not hasattr(self, "coefs_") or not (self.warm_start or incremental)
        given = X, y = X, as_targets(self, y)
        X, y = self._validated(X, y, reset=first)
        self._learn_targets(y, first=first, incremental=incremental)
        weight = self._weights(X, given[1], sample_weight)
        self.n_outputs_ = self._targets.outputs_for(y)
        self._random_state = check_random_state(self.random_state)
        self._prepare(X, first=first, incremental=incremental)
        y, apart = self._targets.truths(y), None
        if X_val is not None:
            apart = self._given_rows(X_val, y_val)
        elif self.early_stopping and not self._searches:
            X, y, weight, apart = self._split(X, y, weight)
        epochs = 1 if incremental else self.max_iter
        with task_of(self, *given, weight, epochs=epochs) as task:
            stopped = self._train(X, y, weight, apart, task, epochs)
        self._warn(stopped, incremental)
        return self

    def _validated(self, X: Any, y: Any, *, reset: bool) -> tuple[Any, NDArray[Any]]:
        """X and y as scikit-learn has them checked; y is (rows,) or (rows, columns)."""
        numeric = isinstance(self, RegressorMixin)
        with clearer(self, X):
            X, y = validate_data(
                self, X, y, multi_output=True, y_numeric=numeric, reset=reset, **self._accepted()
            )
        return X, column_or_1d(y, warn=True) if y.ndim == 2 and y.shape[1] == 1 else y

    def _weights(self, X: Any, y: Any, sample_weight: Any) -> NDArray[Any] | None:
        """(rows,) what each row counts: as it is given, times the weight of its class."""
        weight = None if sample_weight is None else _check_sample_weight(sample_weight, X)
        if self.class_weight is not None:
            by_class = weights_of_rows(self.class_weight, y)
            weight = by_class if weight is None else by_class * weight
        if weight is not None and not np.any(weight):
            raise ValueError("no row counts: with class_weight all weights of rows are 0")
        return weight

    def _prepare(self, X: Any, *, first: bool, incremental: bool) -> None:
        """Make the network where there is none, and start what is counted from 0."""
        spec = self._spec(X.shape[1], X.dtype, first=first)
        if first or not hasattr(self, "network_") or self.network_.spec != spec:
            drawn = self._random_state if first else np.random.RandomState(0)
            network = Network.from_spec(spec, drawn)
            if not first:  # before the present one is given up
                refuse_other_shapes(network, self._named_weights())
            self.network_ = network
        if hasattr(self, "feature_names_in_"):
            self.network_.columns = {"X": tuple(self.feature_names_in_)}
        if first:
            self.n_layers_ = len(spec.dense) + 1
            self.out_activation_ = their_activation(spec.dense[-1].activation)
            self._read_weights()
            # They start in X's own precision, also where L-BFGS computes in another.
            self.coefs_ = [array.astype(X.dtype) for array in self.coefs_]
            self.intercepts_ = [array.astype(X.dtype) for array in self.intercepts_]
            Standing.at_start(float(self.learning_rate_init)).tell(self)
        if not incremental or not hasattr(self, "_optimizer"):
            self._optimizer = OptimizerState(float(self.learning_rate_init))
            network = self._synchronised()
            network.checkpoint = replace(network.checkpoint, values=network.weights)
        if self._searches:
            self.loss_curve_ = []
        self.n_iter_ = 0

    def _spec(self, inputs: int, dtype: Any, *, first: bool) -> NetworkSpec:
        """The description of the network."""
        loss, output_activation = self._targets.loss
        seed = None
        if isinstance(self.random_state, int | np.integer):
            seed = int(self.random_state)
        elif not first and hasattr(self, "network_"):
            seed = self.network_.spec.seed
        # scikit-learn searches in float64, whatever the inputs hold.
        dtype = "float64" if self._searches and self.dtype is None else str(dtype)
        spec = network_spec(
            self,
            inputs,
            self.n_outputs_,
            loss=loss,
            output_activation=output_activation,
            dtype=self.dtype or dtype,
            seed=seed,
        )
        if seed is None and first and any(isinstance(layer, RANDOM) for layer in spec.layers):
            spec = replace(spec, seed=int(self._random_state.randint(2**31)))
        return spec

    def _split(self, X: Any, y: Any, weight: Any) -> tuple[Any, Any, Any, Apart]:
        """Rows to train on, and rows apart that say when to stop, drawn as scikit-learn does."""
        arrays = [X, y] if weight is None else [X, y, weight]
        parts = train_test_split(
            *arrays,
            random_state=self._random_state,
            test_size=self.validation_fraction,
            stratify=self._targets.strata(y),
        )
        kept, apart = parts[0::2], parts[1::2]
        if len(apart[1]) < 2:
            raise ValueError(
                "The validation set is too small. Increase 'validation_fraction' or the size of "
                "your dataset."
            )
        weights = [None] if weight is None else []
        apart[1] = self._targets.original(apart[1])
        return (*kept, *weights, Apart(*apart))

    def _given_rows(self, X_val: Any, y_val: Any) -> Apart:
        """The validation rows that the user gave."""
        if y_val is None:
            raise ValueError("X_val was given without y_val: give both, or neither")
        if self._searches:
            raise ValueError(
                f"solver {self.solver!r} takes no validation rows: it stops by its gradient"
            )
        with clearer(self, X_val):
            X_val = validate_data(self, X_val, reset=False, **self._accepted())
        y_val = np.asarray(as_targets(self, y_val, "y_val"))
        if len(y_val) != X_val.shape[0]:
            raise ValueError(f"X_val has {X_val.shape[0]} rows, but y_val has {len(y_val)}")
        if y_val.ndim == 2 and y_val.shape[1] == 1:
            y_val = column_or_1d(y_val, warn=True)
        return Apart(X_val, self._targets.alike(y_val))

    def _train(
        self, X: Any, y: Any, weight: Any, apart: Apart | None, task: Task, epochs: int
    ) -> str:
        """Train the network, and say why training stopped; whatever ends it, the attributes say
        what was learned."""
        spec, network = self.network_.spec, self._synchronised()
        inputs = rows_of(X, spec)
        how = training(self, len(inputs), epochs)
        if not self._searches and self.batch_size != "auto" and self.batch_size > len(inputs):
            warn(
                f"batch_size={self.batch_size} is more than the {len(inputs)} rows to train "
                "on: all of them are taken in each step"
            )
        network.checkpoint = replace(
            network.checkpoint, generator=self._random_state.get_state(), epoch=None
        )
        run = network.prepare(
            how,
            Examples(inputs, self._targets.encode(y, spec), as_column(weight, spec.dtype)),
            engine="numpy" if issparse(inputs) else self.engine,
            threads=self.threads,
            device=self.device,
            matmul_precision=self.matmul_precision,
            progress=self.progress,
            by_rows=True,
        )
        standing = Standing.of(self)
        score = None if apart is None else self._score(run, standing, apart)
        watch = self._watch(run, standing, task) if self.callbacks or task.watched else None
        try:
            Course(run, self, standing, score, watch).go()
        except NonFiniteError as error:
            if apart is None:
                raise ValueError(Whole(DIVERGED.format(error))) from None
            standing.fail()
            warn(str(error), ConvergenceWarning)
            return "failed"
        finally:
            network.keep(run)
            self._show(standing)
            self._random_state.set_state(run.current().generator)
        return run.history.stopped

    def _show(self, standing: Standing) -> None:
        """Show where training stands as attributes."""
        standing.tell(self)
        self._read_weights()

    def _score(self, run: Run, standing: Standing, apart: Apart) -> Callable[[], float]:
        """Judges the weights of a run as they stand, by `scoring` or the estimator's own score."""
        standing.judge_by_scores()
        if self.scoring is None:
            inputs, targets = rows_of(apart.X, self.network_.spec), self._targets
            return lambda: own_score(targets, apart, run.predict(inputs))
        scorer = check_scoring(self, self.scoring)
        by_weight = {} if apart.weight is None else {"sample_weight": apart.weight}

        def score() -> float:
            self.network_.keep(run, best=False)
            self._show(standing)
            return float(scorer(self, apart.X, apart.y, **by_weight))

        return score

    def _watch(self, run: Run, standing: Standing, task: Task) -> Callable[[Report], bool]:
        """Tells everybody who asked for it of an epoch that is over, and of the next one."""
        task.begin()

        def watch(report: Report) -> bool:
            self.network_.keep(run, best=False)
            self._show(standing)
            stops = [bool(callback(self, report)) for callback in self.callbacks or ()]
            stops.append(task.end())
            if not (any(stops) or run.over):
                task.begin()
            return any(stops)

        return watch

    def _warn(self, stopped: str, incremental: bool) -> None:
        """The warnings that scikit-learn gives at the end of training."""
        if stopped == "interrupted":
            warn("Training interrupted by user.")
        elif self._searches and stopped in ("finished", "evaluations"):
            limit = (
                f"max_iter={self.max_iter}" if stopped == "finished" else f"max_fun={self.max_fun}"
            )
            warn(
                f"{self.solver} failed to converge after {self.n_iter_} iteration(s): it reached "
                f"{limit}. You might scale the data or increase the limit.",
                ConvergenceWarning,
            )
        elif stopped == "finished" and not incremental:
            warn(
                f"Stochastic Optimizer: Maximum iterations ({self.max_iter}) reached and the "
                "optimization hasn't converged yet.",
                ConvergenceWarning,
            )

    # Weights: `coefs_` and `intercepts_` are the network's own arrays, and may be replaced.

    def _read_weights(self) -> None:
        """Show the network's weights as attributes."""
        weights = self.network_.checkpoint.values
        count = len(self.network_.spec.dense)
        self.coefs_ = [weights[f"syn{k}"] for k in range(count)]
        self.intercepts_ = [weights[f"bias{k}"] for k in range(count)]

    def _named_weights(self) -> dict[str, NDArray[Any]]:
        """The weights that the attributes hold, by the network's names."""
        named = {f"syn{k}": array for k, array in enumerate(self.coefs_)}
        return named | {f"bias{k}": array for k, array in enumerate(self.intercepts_)}

    def _synchronised(self) -> Network:
        """The network, with the weights that the attributes hold by now.

        Raises:
            ValueError: arrays of other shapes than the network's.
        """
        network, values = self.network_, self.network_.checkpoint.values
        named = self._named_weights()
        if all(values.get(name) is array for name, array in named.items()):
            return network
        refuse_other_shapes(network, named)
        given = {n: np.ascontiguousarray(a, network.spec.dtype) for n, a in named.items()}
        network.checkpoint = replace(network.checkpoint, values={**values, **given})
        return network

    def _forward(self, X: Any, function: str, *details: Any) -> NDArray[Any]:
        """What a function of the network, by its name, gives for rows that a user hands to a
        fitted estimator."""
        check_is_fitted(self)
        with clearer(self, X):
            X = validate_data(self, X, reset=False, accept_sparse=["csr", "csc"])
        network = self._synchronised()
        outputs: NDArray[Any] = getattr(network, function)(rows_of(X, network.spec), *details)
        return outputs

    def _outputs(self, X: Any) -> NDArray[Any]:
        """(rows, outputs) of the network."""
        return self._forward(X, "predict")

    def _loss_grad_lbfgs(
        self, packed: NDArray[Any], X: Any, y: Any, sample_weight: Any = None, *room: Any
    ) -> tuple[float, NDArray[Any]]:
        """The loss, and its gradient by coefs and then intercepts end to end: scikit-learn's
        private hook, which its tests call."""
        network = self._synchronised()
        names = [f"{kind}{k}" for kind in ("syn", "bias") for k in range(self.n_layers_ - 1)]
        shapes = [network.weights[name].shape for name in names]
        ends = np.cumsum([np.prod(shape) for shape in shapes])[:-1].astype(int)
        parts = zip(names, np.split(packed, ends), shapes, strict=True)
        weights = {name: part.reshape(shape) for name, part, shape in parts}
        examples = Examples(
            rows_of(X, network.spec),
            np.ascontiguousarray(y, network.spec.dtype),
            as_column(sample_weight, network.spec.dtype),
        )
        loss, pulls = network.pulls(training(self, len(X), 1), examples, weights)
        return loss, -np.concatenate([np.ravel(pulls[name]) for name in names])

    # Reading the network.

    def _check_solver(self) -> bool:
        if self._searches:
            raise AttributeError(
                "partial_fit is only available for stochastic optimizers. "
                f"{self.solver} is not stochastic."
            )
        return True

    def program(self, language: str = "numpy") -> str:
        """The text of the program that trains this estimator's network from its start, on a few
        made-up rows; `network_.program(data=(X, y))` has them of your own.

        It takes all `max_iter` epochs, and a rate that "invscaling" or "adaptive" changes between
        epochs as it was at first: those decisions are made outside the program.

        Args:
            language: as in `Network.program`; "numpy" by default.
        """
        check_is_fitted(self)
        return self.network_.program(language)

    def summary(self) -> str:
        """A table of the layers: what each gives, and how many numbers it learns."""
        check_is_fitted(self)
        return self.network_.summary()

    def transform(self, X: Any, layer: int = -1) -> NDArray[Any]:
        """The values of a hidden layer: features that the network has learned.

        Args:
            X: (rows, n_features_in_) numbers.
            layer: 1 for the first hidden layer, 2 for the next; or from the end, -1 (default) for
                the last.

        Returns:
            (rows, units) of that layer.
        """
        return self._forward(X, "hidden", layer)

    @property
    def _n_features_out(self) -> int:
        """Columns that `transform` gives, for `get_feature_names_out`."""
        return int(self.coefs_[-1].shape[0])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def check_fitted(made: Any) -> None:
    """ValueError unless the attributes of a fitted estimator out of a file fit its network."""
    spec = made.network_.spec
    if made.network_.schema is not None:
        raise ValueError(f"the network of {article(type(made).__name__)} is one of a table")
    expected = {
        "n_features_in_": spec.inputs,
        "n_outputs_": spec.outputs,
        "n_layers_": len(spec.dense) + 1,
    }
    for name, number in expected.items():
        if getattr(made, name) != number:
            raise ValueError(f"{name} is {getattr(made, name)}, but the network {spec}'s {number}")
    made._read_weights()


def keep_weights(made: Any) -> None:
    """Bring the weights that a user may have put into attributes into the network."""
    if hasattr(made, "coefs_"):
        made._synchronised()


def refuse_other_shapes(network: Network, given: dict[str, NDArray[Any]]) -> None:
    """ValueError for weights that are not a network's."""
    wanted = network.weights
    for name, array in given.items():
        shape = np.shape(wanted[name]) if name in wanted else "none"
        if np.shape(array) != shape:
            raise ValueError(
                f"the present weights {name} have shape {np.shape(array)}, but the parameters ask "
                f"for {shape}: fit with warm_start=False"
            )


def own_score(targets: Targets, apart: Apart, outputs: NDArray[Any]) -> float:
    """The score of outputs for rows of which y is known; NaN where they are not finite."""
    if not np.isfinite(outputs).all():
        return float("nan")
    return float(targets.judge(apart.y, targets.decode(outputs), apart.weight))


def as_column(weight: Any, dtype: str) -> NDArray[Any] | None:
    """Weights (rows,) as the program takes them: (rows, 1)."""
    return None if weight is None else np.ascontiguousarray(weight, dtype).reshape(-1, 1)
