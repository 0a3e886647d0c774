"""`TabularClassifier` and `TabularRegressor`: tables as they come, with `syn0 train`'s defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin, _fit_context
from sklearn.utils import check_array, check_consistent_length, check_random_state, column_or_1d
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from syn0.data import Table, read_table
from syn0.data.frames import are_rows, is_frame
from syn0.data.order import order_of_content
from syn0.data.spellings import UNSEEN_CODE, Spellings, one_spelling
from syn0.data.table import Column
from syn0.engines import AUTO, DEVICES, ENGINES, PRECISIONS
from syn0.estimators.documents import (
    ABOVE_0,
    COUNT,
    NOT_NEGATIVE,
    SHARE,
    knob_of,
    parameter,
    with_parameters,
)
from syn0.estimators.kept import Test, attributes, instances, keeps, number_lists
from syn0.estimators.labels import (
    AnyLabels,
    are_objects,
    as_labels,
    as_numbers,
    classes_in,
    places_of,
)
from syn0.estimators.messages import what_is_unused
from syn0.estimators.parameters import (
    DEVICE,
    ENGINE,
    MATMUL_PRECISION,
    PROGRESS,
    THREADS,
    WEIGHT_OF_CLASSES,
    LossParameter,
    activation,
)
from syn0.estimators.portable import Portable
from syn0.estimators.shown import Shown
from syn0.estimators.tables import dtype_for, free_name, new_table, text_of, texts_of, weighed
from syn0.models import (
    Network,
    TableOptions,
    class_probabilities,
    plan_table,
    table_options,
)
from syn0.models.answers import best_guess
from syn0.models.defaults import (
    DECAY_ROWS,
    DECAYS,
    DEFAULT_NETWORK,
    DEFAULT_OPTIMIZER,
    DROPOUT,
    EPOCHS,
    STEPS,
)
from syn0.spec import Training
from syn0.spec.defaults import HIDDEN, VALIDATION
from syn0.spec.doors import doors, warn
from syn0.spec.network import DTYPES

TARGET = "y"


@dataclass(repr=False, eq=False)
class TabularParameters:
    """The parameters that the two share; None leaves a choice to `models.defaults`."""

    hidden_layer_sizes: Sequence[int] | int | None = parameter(
        None,
        f"Units of each hidden layer; None for one layer of {HIDDEN[0]}, () for no hidden layer.",
        "array-like",
        COUNT,
        None,
    )
    activation: str | None = parameter(
        None, f'Of the hidden layers; None for "{DEFAULT_NETWORK["activation"]}".', str, None
    )
    _: KW_ONLY
    dropout: float | None = parameter(
        None,
        f"Share of the hidden layers' values that training drops; None for {DROPOUT['dropout']}.",
        SHARE,
        None,
    )
    learning_rate_init: float | None = parameter(
        None,
        "AdamW's highest learning rate, in one cycle over all steps; None for "
        f"{DEFAULT_OPTIMIZER['learning_rate']}.",
        ABOVE_0,
        None,
    )
    weight_decay: float | None = parameter(
        None,
        f"AdamW's; None for {DECAY_ROWS} / rows, within {DECAYS[0]} and {DECAYS[1]:g}.",
        NOT_NEGATIVE,
        None,
    )
    batch_size: int | None = parameter(
        None,
        "Rows in a step; None for 32, more for large tables, half the rows of tiny ones.",
        COUNT,
        None,
    )
    max_iter: int | None = parameter(
        None,
        f"Epochs; None for about {STEPS:,} steps, within {EPOCHS[0]} and {EPOCHS[1]} epochs.",
        COUNT,
        None,
    )
    validation_fraction: float = parameter(
        VALIDATION,
        "Share of the rows that is set apart where n_iter_no_change asks for it and X_val is not "
        "given.",
        SHARE,
    )
    n_iter_no_change: int | None = parameter(
        None,
        "Epochs without a better figure of the validation rows after which training stops and the "
        "best weights come back; None trains to the end on all rows.",
        COUNT,
        None,
    )
    random_state: int | np.random.RandomState | None = parameter(
        None, "Of weights, order, masks and split.", "random_state"
    )
    progress: bool = parameter(False, PROGRESS, "boolean")
    dtype: str | None = parameter(
        None,
        'Of weights and computations; None for "float32" where it holds all numbers of X, as for '
        'pixels of 8 bits, otherwise "float64".',
        StrOptions(set(DTYPES)),
        None,
    )
    engine: str = parameter("auto", ENGINE, StrOptions({"auto", *ENGINES}))
    threads: int | None = parameter(None, THREADS, COUNT, None)
    device: str = parameter(AUTO, DEVICE, StrOptions(set(DEVICES)))
    matmul_precision: str = parameter(AUTO, MATMUL_PRECISION, StrOptions(set(PRECISIONS)))


@dataclass(repr=False, eq=False)
class TabularClassifierParameters(TabularParameters):
    """The classifier's."""

    _: KW_ONLY
    label_smoothing: float = knob_of(Training, "label_smoothing")
    class_weight: Mapping[Any, float] | Literal["balanced"] | None = parameter(
        None, WEIGHT_OF_CLASSES, dict, StrOptions({"balanced"}), None
    )


@dataclass(repr=False, eq=False)
class TabularRegressorParameters(TabularParameters, LossParameter):
    """The regressor's."""

    loss: str = parameter(
        "squared_error",
        'Or "absolute_error", "huber:1.5", "poisson", "quantile:0.1,0.5,0.9" (`predict` then gives '
        "the quantile nearest to the middle, `network_.predict` a column for each) and other "
        "losses of numbers.",
        str,
    )


@doors
class BaseTabular(Portable, Shown, BaseEstimator):
    """The base of the two: from a table to a trained network."""

    network_: Network

    def _own_options(self) -> dict[str, Any]:
        """The options of `table_options` that only one of the two estimators has."""
        raise NotImplementedError

    def _target(self, y: Any, *, reset: bool) -> Column:
        """y as a column; `reset` where it is the one to be fitted."""
        raise NotImplementedError

    def _refuse_target(self, target: Column) -> None:
        """ValueError for a target that nothing can be learned of."""
        if len(np.unique(target.values)) < 2:
            kind = type(self).__name__
            known = target.categories
            if known is None:
                what = f"{target.values[0]:g} in every row"
                raise ValueError(f"{kind} finds nothing to learn: y is {what}")
            what = f"{known[target.values[0]]!r} is the only class of y that counts"
            raise ValueError(f"{kind} needs at least two classes, but {what}")

    def _learn_classes(self, known: tuple[str, ...] | None) -> None:
        """Keep which classes the network knows, by their texts."""

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X: Any,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        X_val: Any = None,
        y_val: ArrayLike | None = None,
    ) -> Self:
        """Train on a table, as `syn0 train` does.

        Args:
            X: (rows, columns) frame of pandas or polars, or array.
            y: (rows,) classes, of any kind that can be sorted; of a regressor numbers.
            sample_weight: (rows,) how much each row counts; whole numbers repeat it, by default 1.
            X_val, y_val: rows that judge each epoch; the weights that they find best are kept.

        Raises:
            ValueError, TypeError: parameters or data that do not fit.
            NonFiniteError: a value became infinite or NaN.
        """
        table, weight = self._with_target(X, y, reset=True), None
        if sample_weight is not None:
            weights = _check_sample_weight(sample_weight, X, dtype=np.float64)
            table, weight = weighed(table, weights)
        self._refuse_target(table.columns[self._target_name])
        watched = None
        if X_val is not None and y_val is not None:
            watched = self._with_target(X_val, y_val, reset=False)
        elif X_val is not None or y_val is not None:
            given, lacking = ("X_val", "y_val") if y_val is None else ("y_val", "X_val")
            raise ValueError(f"{given} was given without {lacking}: give both, or neither")
        options = self._options(table, weight, watched=watched is not None)
        # The same rows give the same network, in whatever order they come.
        plan = plan_table(table.take(order_of_content(table)), options, watched)
        if unused := what_is_unused(plan.network.schema):
            warn(unused)
        fitted = plan.fit(
            engine=self.engine,
            threads=self.threads,
            device=self.device,
            matmul_precision=self.matmul_precision,
            progress=self.progress,
        )
        self.network_, history = fitted.network, fitted.history
        self.n_iter_ = len(history.reports)
        self.loss_curve_ = history.loss
        self.validation_loss_curve_ = history.validation_loss or None
        self._learn_classes(fitted.network.schema.classes)  # type: ignore[union-attr]  # of a table
        return self

    def _options(self, table: Table, weight: str | None, *, watched: bool) -> TableOptions:
        """The options of a table in syn0's names; None leaves a choice to `models.defaults`."""
        sizes, patience = self.hidden_layer_sizes, self.n_iter_no_change
        state = self.random_state
        if not isinstance(state, int | np.integer):
            state = check_random_state(state).randint(2**31 - 1)
        if watched and patience is None:
            patience = np.iinfo(np.int32).max  # never stop, but keep the best
        return table_options(
            hidden=tuple(sizes) if np.iterable(sizes) else sizes and (sizes,),
            activation=self.activation and activation(self.activation),
            dropout=self.dropout,
            learning_rate=self.learning_rate_init,
            weight_decay=self.weight_decay,
            batch_size=self.batch_size,
            epochs=self.max_iter,
            patience=patience and int(patience),
            validation=self.validation_fraction,
            dtype=self.dtype or dtype_for(table),
            holdout=0.0,
            sample_weight=weight,
            seed=int(state),
            **self._own_options(),
        )

    def _with_target(self, X: Any, y: Any, *, reset: bool) -> Table:
        """A table of X and y."""
        if y is None:
            raise ValueError(
                f"This {type(self).__name__} estimator requires y to be passed, but the target y "
                "is None."
            )
        columns = self._columns(X, reset=reset)
        target = self._target(y, reset=reset)
        check_consistent_length(X, target.values)
        if reset:
            self._target_name = free_name(TARGET, columns)
        return new_table({**columns, self._target_name: target}, self._target_name)

    def _columns(self, X: Any, *, reset: bool) -> dict[str, Column]:
        """The columns of X, named as when it was fitted.

        Raises:
            ValueError, TypeError: X is no table, or has other columns.
        """
        if is_frame(X):
            known = None if reset else getattr(self, "feature_names_in_", None)
            if known is None or [*X.columns] != known.tolist():  # which takes far less time
                validate_data(self, X, reset=reset, skip_check_array=True)
            if reset and len(X) < 2:
                raise ValueError(f"X has 1 sample: {type(self).__name__} needs at least 2")
        else:
            X = validate_data(
                self,
                X,
                reset=reset,
                dtype=None,
                ensure_all_finite="allow-nan",
                ensure_min_samples=2 if reset else 1,
            )
        columns = read_table(X, for_prediction=True).columns
        if reset:
            self._names = list(columns)
        if [*columns] == self._names:
            return columns
        renamed = zip(self._names, columns.values(), strict=True)
        return {name: replace(column, name=name) for name, column in renamed}

    def _outputs(self, X: Any) -> NDArray[Any]:
        """(rows, outputs) of the network."""
        check_is_fitted(self)
        if not are_rows(X) and not isinstance(X, Table):
            columns = self._columns(X, reset=False)
            X = Table(name="X", columns=columns, target=None, fingerprint="")
        return self.network_.predict(X).astype(np.float64)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.target_tags.required = True
        return tags


KEPT: Mapping[str, Test] = {
    **attributes(counts="n_iter_"),
    "loss_curve_": number_lists,
    "validation_loss_curve_": number_lists,
    "_names": instances(list),
    "_target_name": instances(str),
    "network_": instances(Network),
}
"""What files hold of either, beside its parameters."""


def check_fitted(made: Any, task: str) -> None:
    """ValueError unless the attributes of an estimator out of a file fit its network's table."""
    schema = made.network_.schema
    if schema is None or schema.task != task or schema.target != made._target_name:
        raise ValueError(f"the network is not one of {type(made).__name__}'s")
    if made._names != [c.name for c in schema.columns] or made.n_features_in_ != len(made._names):
        raise ValueError("the names of the columns are not those of the network's table")


def check_classifier(made: Any) -> None:
    """ValueError unless a classifier out of a file fits its network's table and classes."""
    check_fitted(made, "classification")
    spec, texts, places = made.network_.spec, made._texts, made._places
    if spec.dense[-1].activation != ("sigmoid" if spec.outputs == 1 else "softmax"):
        raise ValueError(f"the network {spec} gives no probabilities")
    if len({*texts}) != len(texts) or made.classes_.shape != (len(texts),):
        raise ValueError("the classes do not have a text each")
    if not all(type(p) is int and 0 <= p < len(texts) for p in places):
        raise ValueError("the network's classes are none of TabularClassifier's")
    if tuple(texts[place] for place in places) != made.network_.schema.classes:
        raise ValueError("the classes are not those of the network's table")


def check_regressor(made: Any) -> None:
    """ValueError unless a regressor out of a file fits its network's table."""
    check_fitted(made, "regression")


OF_CLASSES = {
    "classes_": instances(np.ndarray),
    "_texts": instances(tuple),
    "_places": instances(list),
}


@keeps({**KEPT, **OF_CLASSES}, check=check_classifier)
@doors
@with_parameters
class TabularClassifier(AnyLabels, BaseTabular, TabularClassifierParameters):
    """A classifier for tables as they come, with texts, categories and missing values.

    X is a pandas or polars frame, or an array. Numbers are standardised, texts, categories and
    truth values become a 0/1 input each, missing values an input of their own: see
    docs/tabular.md, which also says what each default earns. To predict, X may also be a row that
    names its cells, {"age": 40, "town": "Ulm"}, or a list of such.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The classes, in the order of `predict_proba`'s columns.
    n_features_in_, feature_names_in_ : int, ndarray of str
        The columns of X, and their names where it had any.
    n_iter_ : int
        Number of epochs.
    loss_curve_, validation_loss_curve_ : list of float, list of float or None
        The loss of each epoch, and of the validation rows after it.
    network_ : syn0.Network
        The network, its columns' preparation inside: `network_.program()`, `network_.save(...)`.
    """

    def _learn_classes(self, known: tuple[str, ...] | None) -> None:
        self._places = [self._texts.index(text) for text in known or ()]

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """(rows, classes) the probability of each class, in the order of `classes_`."""
        outputs = self._outputs(X)  # first, as it tells whether there is a network
        probabilities = class_probabilities(self.network_, outputs)
        assert probabilities is not None  # noqa: S101  (the last layer is a sigmoid or a softmax)
        all_of_them = np.zeros((len(outputs), len(self.classes_)))
        all_of_them[:, self._places] = probabilities  # 0 for a class whose rows all weighed 0
        return all_of_them

    def predict(self, X: Any) -> NDArray[Any]:
        """(rows,) the most likely class of each row."""
        numbers = self.predict_proba(X).argmax(axis=1)  # first: it refuses where nothing is fitted
        return np.asarray(self.classes_[numbers])

    def score(self, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """The share of rows with the right class, however truth values and numbers are typed:
        True, "true", 1 and 1.0 are alike."""
        check_is_fitted(self)
        labels = column_or_1d(as_labels(y))
        numbers = self._class_numbers(labels)
        if not (numbers == UNSEEN_CODE).any():
            labels = self.classes_[numbers]
        return float(super().score(X, labels, sample_weight))

    def _own_options(self) -> dict[str, Any]:
        weight = self.class_weight
        if isinstance(weight, Mapping):
            called = {label: self._texts[k] for label, k in places_of(self.classes_).items()}
            weight = {called.get(k, text_of(k)): number for k, number in weight.items()}
        return {
            "task": "classification",
            "class_weight": weight,
            "label_smoothing": self.label_smoothing,
        }

    def _target(self, y: Any, *, reset: bool) -> Column:
        y = column_or_1d(as_labels(y, "y" if reset else "y_val"), warn=True)
        check_array(y, ensure_2d=False, dtype=None, input_name="y")
        if not are_objects(y):
            check_classification_targets(y)
        if reset:
            classes = classes_in(y)
            places, texts = np.searchsorted(classes, y), texts_of(classes)
            kept = one_spelling(Column(TARGET, places, texts)).categories or ()
            self.classes_ = classes[[text in kept for text in texts]]
            self._texts = tuple(text for text in texts if text in kept)
        numbers = self._class_numbers(y)
        if (numbers == UNSEEN_CODE).any():
            unknown = y.tolist()[int((numbers == UNSEEN_CODE).argmax())]
            raise ValueError(
                f"y_val holds {unknown!r}, but the classes are: {', '.join(self._texts)}"
            )
        return Column(TARGET, numbers, self._texts)

    def _class_numbers(self, y: NDArray[Any]) -> NDArray[np.int32]:
        """The place of each label among the classes, -2 where it is none of them."""
        labels = y.tolist()
        codes = {label: code for code, label in enumerate(self.classes_.tolist())}
        spellings = Spellings(self._texts)
        for label in {*labels} - {*codes}:
            codes[label] = spellings.of_text(text_of(label))
        return np.array([codes[label] for label in labels], np.int32)


@keeps(KEPT, check=check_regressor)
@doors
@with_parameters
class TabularRegressor(RegressorMixin, BaseTabular, TabularRegressorParameters):
    """A regressor for tables as they come, with texts, categories and missing values.

    X is as for `TabularClassifier`. The target is standardised for training, and predictions are
    in its own units.

    Attributes
    ----------
    n_features_in_, feature_names_in_, n_iter_, loss_curve_, validation_loss_curve_, network_
        As of `TabularClassifier`.
    """

    def predict(self, X: Any) -> NDArray[np.float64]:
        """(rows,) the predicted numbers, in the target's units."""
        outputs = self._outputs(X)  # first, as it tells whether there is a network
        return np.asarray(best_guess(self.network_, outputs))

    def _own_options(self) -> dict[str, Any]:
        return {"task": "regression", "loss": self.loss}

    def _target(self, y: Any, *, reset: bool) -> Column:
        y = column_or_1d(as_numbers(self, y, "y" if reset else "y_val"), warn=True)
        y = check_array(y, ensure_2d=False, dtype=float, input_name="y")
        return Column(TARGET, y)
