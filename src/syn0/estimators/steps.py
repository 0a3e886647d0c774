"""What must hold of a step of scikit-learn's that a file brings, before its code works with it.

scikit-learn trusts what fitting left behind: it takes numbers of categories as places in memory,
and columns by lists that nobody compares. So what follows from other attributes is worked out anew
here, and the rest is looked at in full: types, lengths against each other, ranges and orders.

Every `check_…` raises ValueError or TypeError where an instance does not hold together.
"""

from __future__ import annotations

from functools import singledispatch
from string import Formatter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, is_regressor
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.feature_selection import SelectKBest, SelectorMixin
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    LabelBinarizer,
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)
from sklearn.utils.validation import check_is_fitted

from syn0.estimators.kept import article, is_number, is_whole
from syn0.estimators.values import SCORES, UFUNCS

INVERTIBLE = (
    FunctionTransformer, MaxAbsScaler, MinMaxScaler, PCA, PowerTransformer, QuantileTransformer,
    RobustScaler, StandardScaler,
)  # fmt: skip
"""The steps that bring any predictions back to the units of targets."""


def demand(holds: Any, made: Any, what: str) -> None:
    """ValueError saying what a step's must be, unless it holds."""
    if not holds:
        raise ValueError(f"{type(made).__name__}: {what}")


# What each class must fulfil: the table is in `pipelines.py`.


def check_scaler(made: Any) -> None:
    """Numbers to subtract and to divide by are there where the parameters ask for them."""
    for asked, name in (
        ("with_mean", "mean_"),
        ("with_centering", "center_"),
        ("with_std", "scale_"),
        ("with_scaling", "scale_"),
    ):
        demand(
            not getattr(made, asked, False) or getattr(made, name) is not None,
            made,
            f"with {asked}=True there must be {name}",
        )
    demand(made.scale_ is None or not (made.scale_ <= 0).any(), made, "scale_ must be above 0")


def check_range(made: MinMaxScaler) -> None:
    """A range from a number up to a larger one."""
    low, high = made.feature_range
    demand(
        is_number(low) and is_number(high) and -np.inf < low < high < np.inf,
        made,
        "feature_range must be two numbers, the smaller one first",
    )


def check_quantiles(made: QuantileTransformer) -> None:
    """Quantiles in their order; how many there are, and of which shares, follows."""
    rising = (made.quantiles_[1:] >= made.quantiles_[:-1]) | np.isnan(made.quantiles_[1:])
    demand(rising.all(), made, "quantiles_ must rise from row to row")
    made.n_quantiles_ = len(made.quantiles_)
    made.references_ = np.linspace(0, 1, made.n_quantiles_)


def check_powers(made: PowerTransformer) -> None:
    """A scaler of the same columns, where one is asked for."""
    scaler = getattr(made, "_scaler", None)
    demand(
        (type(scaler) is StandardScaler and is_fitted(scaler)) if made.standardize else not scaler,
        made,
        "_scaler must be a StandardScaler with standardize=True, and none without",
    )
    if made.standardize:
        through(scaler, made.n_features_in_)


def check_components(made: PCA) -> None:
    """As many variances as components."""
    made.n_components_ = count = len(made.components_)
    for name in ("explained_variance_", "explained_variance_ratio_", "singular_values_"):
        array = getattr(made, name)
        fits = array.shape == (count,) and array.dtype.kind == "f"
        demand(fits and not (array < 0).any(), made, f"{name} must be {count} numbers from 0")


def check_score(made: SelectKBest) -> None:
    """A score that fitting can call."""
    demand(made.score_func in SCORES, made, "score_func must be a score of columns")


def check_imputer(made: SimpleImputer) -> None:
    """Values that can be filled in, and an indicator of the same columns where one is asked for."""
    for dtype in (made._fit_dtype, made._fill_dtype):
        demand(dtype.kind in "iufO", made, "its types must be of numbers or objects")
    made.statistics_.astype(made._fill_dtype)  # as each `transform` does
    indicator = made.indicator_
    if not made.add_indicator:
        demand(indicator is None, made, "without add_indicator there is no indicator_")
        return
    demand(
        type(indicator) is MissingIndicator and is_fitted(indicator) and indicator._precomputed,
        made,
        "with add_indicator=True there must be an indicator_",
    )
    demand(
        indicator.n_features_in_ == made.n_features_in_,
        made,
        f"indicator_ must be of {made.n_features_in_} columns",
    )


def check_indicator(made: MissingIndicator) -> None:
    """Columns that are there."""
    made._n_features = made.n_features_in_
    demand(are_places(made.features_, made._n_features), made, "features_ must be columns of X")


def check_categories(made: Any) -> None:
    """Different categories of one type each, numbers in their order and NaN at the end; and which
    of them are rare. How these are numbered follows."""
    columns = made.n_features_in_
    for what in (made.categories_, getattr(made, "_infrequent_indices", [None] * columns)):
        demand(
            isinstance(what, list) and len(what) == columns,
            made,
            f"there must be categories of {columns} columns",
        )
    for categories in made.categories_:
        demand(are_categories(categories), made, "categories_ must be different texts or numbers")
    made._check_infrequent_enabled()
    demand(
        made._infrequent_enabled == hasattr(made, "_infrequent_indices"),
        made,
        "there must be _infrequent_indices with max_categories or min_frequency only",
    )
    made._default_to_infrequent_mappings = [
        renumbered(made, count_known(made, categories), rare)
        for categories, rare in zip(
            made.categories_, getattr(made, "_infrequent_indices", ()), strict=False
        )
    ]


def count_known(made: Any, categories: NDArray[Any]) -> int:
    """How many categories are numbered: an OrdinalEncoder's missing value stands apart."""
    return len(categories) - (isinstance(made, OrdinalEncoder) and is_nan(categories[-1]))


def renumbered(made: Any, count: int, rare: NDArray[Any] | None) -> NDArray[np.int64] | None:
    """The numbers of categories where the rare ones share the last number."""
    if rare is None:
        return None
    demand(len(rare) and are_places(rare, count), made, "_infrequent_indices must be categories")
    numbers = np.empty(count, np.int64)
    frequent = np.setdiff1d(np.arange(count), rare)
    numbers[rare], numbers[frequent] = len(frequent), np.arange(len(frequent))
    return numbers


def check_one_hot(made: OneHotEncoder) -> None:
    """Categories, and those that are left out: which columns they become follows."""
    check_categories(made)
    if made.drop is not None and not isinstance(made.drop, str):
        dropped = np.asarray(made.drop, object)
        demand(
            dropped.ndim == 1 and all(map(is_label, dropped.tolist())),
            made,
            "drop must be a category of each column",
        )
    made._set_drop_idx()
    made._n_features_outs = made._compute_n_features_outs()


def check_one_hot_parameters(made: OneHotEncoder) -> None:
    """A type of numbers, and names of columns that nobody's function makes."""
    check_type(made)
    demand(np.dtype(made.dtype) != np.float16, made, "dtype must not be float16")
    demand(made.feature_name_combiner == "concat", made, "feature_name_combiner must be 'concat'")


def check_ordinal(made: OrdinalEncoder) -> None:
    """Categories; where the missing value stands among them follows."""
    check_categories(made)
    made._missing_indices = {
        column: len(categories) - 1
        for column, categories in enumerate(made.categories_)
        if is_nan(categories[-1])
    }


def check_ordinal_parameters(made: OrdinalEncoder) -> None:
    """A type of numbers, and numbers of that type for what has no category."""
    check_type(made)
    asked = made.handle_unknown == "use_encoded_value"
    demand(
        (made.unknown_value is not None) == asked,
        made,
        "unknown_value must be a number with handle_unknown='use_encoded_value' only",
    )
    for value in (made.unknown_value, made.encoded_missing_value):
        if value is not None and not is_nan(value):
            np.dtype(made.dtype).type(value)  # OverflowError where it is none


def check_type(made: Any) -> None:
    """A type of numbers."""
    known = isinstance(made.dtype, type | np.dtype | str) and np.dtype(made.dtype).kind in "biuf"
    demand(known, made, "dtype must be a type of numbers")


def check_labels(made: LabelBinarizer) -> None:
    """Outputs from 0 to 1, as our classifiers give them."""
    labels = (made.neg_label, made.pos_label, made.sparse_output)
    demand(labels == (0, 1, False), made, "labels must be 0 and 1, in an array")


def check_functions(made: Any) -> None:
    """Functions that take any array, entry by entry."""
    for name in ("func", "inverse_func"):
        function = getattr(made, name)
        demand(function is None or function in UFUNCS, made, f"{name} must be one of numbers")
    named = getattr(made, "feature_names_out", None)
    demand(named in (None, "one-to-one"), made, "feature_names_out must be 'one-to-one'")


def refuse_arguments(made: FunctionTransformer) -> None:
    """No further arguments, such as `out`: they say where in memory a function writes."""
    demand(not made.kw_args and not made.inv_kw_args, made, "a file does not hold kw_args")


def check_target_transformer(made: TransformedTargetRegressor) -> None:
    """A regressor, and a transformer that takes its predictions back."""
    regressor, transformer = made.regressor_, made.transformer_
    demand(is_fitted(regressor) and predicts_numbers(regressor), made, "no regressor_")
    demand(is_invertible(transformer), made, "transformer_ must be one that can be inverted")
    demand(made._training_dim in (1, 2), made, "_training_dim must be 1 or 2")
    scaling = getattr(last_of(regressor), "_scaling", None)
    outputs = 1 if scaling is None else len(scaling.mean)
    demand(
        through(transformer, None) in (None, outputs),
        made,
        f"transformer_ does not fit {outputs} outputs",
    )


def predicts_numbers(model: Any) -> bool:
    """Whether an estimator, or the last one of a pipeline, is a regressor."""
    last = last_of(model)
    return isinstance(last, BaseEstimator) and is_regressor(last)


def is_invertible(step: Any) -> bool:
    """Whether a fitted step, or each of a pipeline's, can be inverted."""
    if isinstance(step, Pipeline):
        return all(is_invertible(s) for _, s in step.steps if isinstance(s, BaseEstimator))
    return type(step) in INVERTIBLE and is_fitted(step)


def check_steps(made: Any) -> None:
    """Names and estimators."""
    for name in ("steps", "transformers", "transformers_"):
        steps = getattr(made, name, [])
        width = 2 if name == "steps" else 3
        demand(
            isinstance(steps, list) and all(is_step(step, width) for step in steps),
            made,
            f"{name} must be names and estimators",
        )


def is_step(step: Any, width: int) -> bool:
    """Whether something is a name, an estimator or "passthrough" or "drop", and more."""
    if not isinstance(step, tuple) or len(step) != width or not isinstance(step[0], str):
        return False
    return isinstance(step[1], BaseEstimator) or step[1] in ("passthrough", "drop", None)


def check_pipeline(made: Pipeline) -> None:
    """Steps of which each takes the columns that the one before gives."""
    check_steps(made)
    demand(all(step != "drop" for _, step in made.steps), made, "a step cannot be 'drop'")
    made._validate_steps()
    if is_fitted(made):
        through(made, None)


def check_column_transformer_parameters(made: ColumnTransformer) -> None:
    """Names and estimators, weights that are numbers and names that are texts."""
    check_steps(made)
    made._validate_names([name for name, *_ in made.transformers])
    for name, _, columns in made.transformers:
        demand(is_choice(columns), made, f"{name} must name columns of X")
    weights = made.transformer_weights
    demand(
        weights is None or (isinstance(weights, dict) and all(map(is_number, weights.values()))),
        made,
        "transformer_weights must be numbers",
    )
    form = made.verbose_feature_names_out
    if not isinstance(form, bool):
        demand(isinstance(form, str), made, "verbose_feature_names_out must be a text or a truth")
        for _, field, details, conversion in Formatter().parse(form):
            demand(
                field in (None, "transformer_name", "feature_name") and not (details or conversion),
                made,
                "verbose_feature_names_out may hold {transformer_name} and {feature_name} only",
            )


def check_column_transformer(made: ColumnTransformer) -> None:
    """Fitted steps, each of columns that are there; which these are by number, and where what is
    made of them stands, follows."""
    asked = [name for name, *_ in made.transformers]
    given = [name for name, *_ in made.transformers_]
    demand(
        given in (asked, [*asked, "remainder"]),
        made,
        "transformers_ must be those of transformers, and the remainder",
    )
    places = [places_of(made, columns) for *_, columns in made.transformers_]
    made._columns = [columns for *_, columns in made.transformers_[: len(asked)]]
    made._transformer_to_input_indices = dict(zip(asked, places, strict=False))
    made._validate_remainder(None)
    demand(
        given == asked or places[-1] == made._transformer_to_input_indices["remainder"],
        made,
        "the remainder must be the columns that no other takes",
    )
    by_name = dict(zip(given, places, strict=True))
    widths = []
    for name, step, columns, _ in made._iter(
        fitted=True, column_as_labels=False, skip_drop=True, skip_empty_columns=True
    ):
        demand(
            isinstance(step, BaseEstimator) and is_fitted(step) and hasattr(step, "transform"),
            made,
            f"{name} must be a fitted step",
        )
        demand(not isinstance(columns, str | int), made, f"{name} must take a list of columns")
        widths.append(through(step, len(by_name[name])))
    made._record_output_indices([np.empty((0, width or 0)) for width in widths])


def is_choice(columns: Any) -> bool:
    """Whether something chooses columns: by numbers, names, truths, a slice or a selector."""
    if isinstance(columns, slice):
        ends = (columns.start, columns.stop, columns.step)
        return all(end is None or isinstance(end, str) or is_whole(end) for end in ends)
    if isinstance(columns, str | int | make_column_selector):
        return True
    single = (str, int, np.integer, np.bool_)
    return (
        isinstance(columns, list | tuple | np.ndarray)
        and np.ndim(np.array(columns, object)) == 1
        and all(isinstance(column, single) for column in columns)
    )


def places_of(made: ColumnTransformer, columns: Any) -> list[int]:
    """The numbers of columns that are chosen by numbers, names, truths or a slice of any."""
    count: int = made.n_features_in_
    names = {name: place for place, name in enumerate(getattr(made, "feature_names_in_", ()))}

    def place(column: Any) -> int:
        if isinstance(column, str):
            demand(column in names, made, f"there is no column {column!r}")
            number: int = names[column]
            return number
        demand(is_whole(column) and -count <= column < count, made, f"no column {column!r}")
        return int(column) % count

    if isinstance(columns, slice):
        start, stop = columns.start, columns.stop
        start = place(start) if isinstance(start, str) else start
        stop = place(stop) + 1 if isinstance(stop, str) else stop
        return list(range(count))[slice(start, stop, columns.step)]
    listed = [columns] if isinstance(columns, str | int) else list(columns)
    if listed and all(isinstance(column, bool | np.bool_) for column in listed):
        demand(len(listed) == count, made, f"{len(listed)} truths do not choose of {count} columns")
        return [int(number) for number in np.flatnonzero(listed)]
    return [place(column) for column in listed]


# How many columns a step gives.


def through(step: Any, columns: int | None) -> int | None:
    """The number of columns that a fitted step makes of so many, None where that is not known;
    ValueError for others than it takes."""
    if not isinstance(step, BaseEstimator):
        return columns
    takes = getattr(step, "n_features_in_", None)
    if takes is None:
        return columns_of(step, columns)
    if columns not in (None, takes):
        name = article(type(step).__name__)
        raise ValueError(f"{name} that takes {takes} columns is given {columns}")
    return columns_of(step, takes)


@singledispatch
def columns_of(step: Any, columns: int | None) -> int | None:
    """The number of columns that a step makes of so many that fit it."""
    given: int | None = getattr(step, "_n_features_out", columns)
    return given


@columns_of.register
def _(step: Pipeline, columns: int | None) -> int | None:
    for _, inner in step.steps:
        columns = through(inner, columns)
    return columns


@columns_of.register
def _(step: ColumnTransformer, columns: int | None) -> int | None:
    return max((part.stop for part in step.output_indices_.values()), default=0)


@columns_of.register
def _(step: OneHotEncoder, columns: int | None) -> int | None:
    return int(np.sum(step._n_features_outs))


@columns_of.register
def _(step: SelectorMixin, columns: int | None) -> int | None:
    return int(step.get_support().sum())


@columns_of.register
def _(step: MissingIndicator, columns: int | None) -> int | None:
    return len(step.features_) if step.features == "missing-only" else columns


@columns_of.register
def _(step: SimpleImputer, columns: int | None) -> int | None:
    empty = 0 if step.keep_empty_features else int(np.sum(step.statistics_ != step.statistics_))
    marks = 0 if step.indicator_ is None else len(step.indicator_.features_)
    return int(step.n_features_in_) - empty + marks


def is_fitted(step: Any) -> bool:
    """Whether a step, and each of a pipeline's, has what fitting leaves behind."""
    if isinstance(step, Pipeline):
        return all(is_fitted(inner) for _, inner in step.steps if isinstance(inner, BaseEstimator))
    try:
        check_is_fitted(step)
    except (NotFittedError, TypeError):  # TypeError: it is no estimator
        return False
    return True


def last_of(model: Any) -> Any:
    """The estimator that a pipeline or a transformation of targets leads to."""
    while isinstance(model, Pipeline | TransformedTargetRegressor):
        if isinstance(model, Pipeline):
            model = model.steps[-1][1] if model.steps else None
        else:
            model = getattr(model, "regressor_", model.regressor)
    return model


# Single values.


def is_nan(value: Any) -> bool:
    """Whether something is NaN."""
    return isinstance(value, float | np.floating) and bool(np.isnan(value))


def is_label(value: Any) -> bool:
    """Whether something may be a category among objects."""
    return value is None or isinstance(value, str | bool | int | float | np.number | np.bool_)


def are_places(array: NDArray[Any], count: int) -> bool:
    """Whether an array holds different places among so many, in their order."""
    return (
        isinstance(array, np.ndarray)
        and array.ndim == 1
        and array.dtype.kind in "iu"
        and bool((array[1:] > array[:-1]).all())
        and (not len(array) or bool(array[0] >= 0 and array[-1] < count))
    )


def are_categories(array: Any) -> bool:
    """Whether an array holds different categories: numbers in their order, NaN at the end."""
    if not isinstance(array, np.ndarray) or array.ndim != 1 or not len(array):
        return False
    values = array[:-1] if is_nan(array[-1]) else array
    if array.dtype.kind in "biuf":
        return bool((values[1:] > values[:-1]).all()) and not np.isnan(values).any()
    items = values.tolist()
    known = all(map(is_label, items)) and not any(map(is_nan, items))
    return known and len(set(items)) == len(items)
