"""The classes of scikit-learn's that a file may hold beside our estimators: a closed table.

A name that is not in it is refused, when saving as when loading; so is an attribute that its class
does not list, or whose value is not of its group. What must hold beyond that stands in `steps.py`,
as do the attributes that follow from others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import NoneType
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector
from sklearn.decomposition import PCA
from sklearn.feature_selection import SelectKBest, VarianceThreshold
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    LabelBinarizer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    OneHotEncoder,
    OrdinalEncoder,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from syn0.estimators import steps
from syn0.estimators.values import Kind

Test = Callable[[Any, Any], bool]
"""Whether a value may be an attribute of an instance."""

OF_THE_MACHINE = frozenset({"memory", "n_jobs", "verbose", "_skl_callbacks"})
"""Parameters that say how and where to work, not what: they are not kept. What is in a cache
(`memory`) is unpickled."""


def columns(made: Any, value: Any) -> bool:
    """A number a column of X, or None."""
    return value is None or (
        isinstance(value, np.ndarray)
        and value.dtype.kind == "f"
        and value.shape == (getattr(made, "n_features_in_", None),)
    )


def matrices(made: Any, value: Any) -> bool:
    """Rows with a number a column of X."""
    return (
        isinstance(value, np.ndarray)
        and value.dtype.kind == "f"
        and value.ndim == 2
        and len(value) > 0
        and value.shape[1] == getattr(made, "n_features_in_", None)
    )


def counts(made: Any, value: Any) -> bool:
    """A whole number from 0."""
    return steps.is_whole(value) and value >= 0


def numbers(made: Any, value: Any) -> bool:
    """A number."""
    return steps.is_number(value)


def rows_seen(made: Any, value: Any) -> bool:
    """A number of rows, or one a column of X."""
    if not isinstance(value, np.ndarray):
        return steps.is_number(value)
    return value.dtype.kind in "iuf" and value.shape == (getattr(made, "n_features_in_", None),)


def number_lists(made: Any, value: Any) -> bool:
    """A list of numbers, or None."""
    return value is None or (isinstance(value, list) and all(map(steps.is_number, value)))


def names(made: Any, value: Any) -> bool:
    """The names of X's columns."""
    return (
        isinstance(value, np.ndarray)
        and value.shape == (getattr(made, "n_features_in_", None),)
        and all(isinstance(name, str) for name in value.tolist())
    )


def filled_in(made: Any, value: Any) -> bool:
    """A number or an object a column of X."""
    return (
        isinstance(value, np.ndarray)
        and value.dtype.kind in "iufO"
        and value.shape == (getattr(made, "n_features_in_", None),)
    )


def instances(*kinds: type[Any]) -> Test:
    """A value of one of these types."""
    return lambda made, value: isinstance(value, kinds)


def optional(*kinds: type[Any]) -> Test:
    """A value of one of these types, or None."""
    return instances(*kinds, NoneType)


def output_config(made: Any, value: Any) -> bool:
    """What `set_output` chose."""
    return value in ({}, *({"transform": name} for name in ("default", "pandas", "polars", None)))


GROUPS: Mapping[str, Test] = {
    "columns": columns,
    "matrices": matrices,
    "counts": counts,
    "numbers": numbers,
    "rows_seen": rows_seen,
    "filled_in": filled_in,
    "arrays": instances(np.ndarray),
    "lists": instances(list),
    "flags": instances(bool, np.bool_),
    "texts": instances(str),
    "dtypes": instances(np.dtype),
    "estimators": instances(BaseEstimator),
    "maybe_estimators": optional(BaseEstimator),
}

OF_X: Mapping[str, Test] = {
    "n_features_in_": lambda made, value: counts(made, value) and value > 0,
    "feature_names_in_": names,
}

OUTPUT: Mapping[str, Test] = {"_sklearn_output_config": output_config}

COMMON: Mapping[str, Test] = {**OF_X, **OUTPUT}


def attributes(**groups: str) -> dict[str, Test]:
    """Tests of attributes, by their names in each of `GROUPS`."""
    return {name: GROUPS[group] for group, names in groups.items() for name in names.split()}


def nothing(made: Any) -> None:
    """Asks for nothing."""


def kind(
    cls: type[Any],
    check: Callable[[Any], None] = nothing,
    parameters: Callable[[Any], None] = nothing,
    *,
    prepare: Callable[[Any], None] = nothing,
    common: Mapping[str, Test] = COMMON,
    may_lack: str = "",
    derived: str = "",
    **groups: str,
) -> Kind:
    """A class of scikit-learn's, with the attributes that fitting sets in each of `GROUPS`.

    Args:
        cls: itself.
        check, parameters: what must hold of a fitted instance, and of the parameters of any.
        prepare: refuses an instance that shall not be saved.
        common: the attributes that it shares with others.
        may_lack: names of attributes that a fitted instance may lack, beside the names of columns.
        derived: names of what no file says: attributes that `check` works out from others.
    """
    dropped = OF_THE_MACHINE | {*derived.split()}
    names = tuple(name for name in cls._get_param_names() if name not in dropped)
    needless = {"feature_names_in_", *OUTPUT, *may_lack.split()}
    own = {**common, **attributes(**groups)}
    return Kind(cls, names, own, frozenset(needless), parameters, check, dropped, prepare=prepare)


def check_selector(made: Any) -> None:
    """ValueError unless a selector of columns names them by a text."""
    if not isinstance(made.pattern, str | None):
        raise ValueError("the pattern of a make_column_selector must be a text")


SELECTOR = Kind(
    make_column_selector,
    ("pattern", "dtype_include", "dtype_exclude"),
    check_parameters=check_selector,
)

KINDS: Mapping[str, Kind] = {
    row.cls.__name__: row
    for row in (
        kind(
            StandardScaler,
            steps.check_scaler,
            columns="mean_ var_ scale_",
            rows_seen="n_samples_seen_",
        ),
        kind(
            MinMaxScaler,
            steps.check_scaler,
            steps.check_range,
            columns="min_ scale_ data_min_ data_max_ data_range_",
            counts="n_samples_seen_",
        ),
        kind(MaxAbsScaler, steps.check_scaler, columns="scale_ max_abs_", counts="n_samples_seen_"),
        kind(RobustScaler, steps.check_scaler, columns="center_ scale_"),
        kind(Normalizer, may_lack="n_features_in_"),
        kind(
            QuantileTransformer,
            steps.check_quantiles,
            matrices="quantiles_",
            derived="references_ n_quantiles_",
        ),
        kind(
            PowerTransformer,
            steps.check_powers,
            columns="lambdas_",
            estimators="_scaler",
            may_lack="_scaler",
        ),
        kind(
            PCA,
            steps.check_components,
            matrices="components_",
            columns="mean_",
            arrays="explained_variance_ explained_variance_ratio_ singular_values_",
            counts="n_samples_",
            numbers="noise_variance_",
            texts="_fit_svd_solver",
            derived="n_components_",
        ),
        kind(VarianceThreshold, columns="variances_"),
        kind(SelectKBest, parameters=steps.check_score, columns="scores_ pvalues_"),
        kind(
            SimpleImputer,
            steps.check_imputer,
            filled_in="statistics_",
            dtypes="_fit_dtype _fill_dtype",
            maybe_estimators="indicator_",
        ),
        kind(
            MissingIndicator,
            steps.check_indicator,
            arrays="features_",
            flags="_precomputed",
            derived="_n_features",
        ),
        kind(
            OneHotEncoder,
            steps.check_one_hot,
            steps.check_one_hot_parameters,
            lists="categories_ _infrequent_indices",
            may_lack="_infrequent_indices",
            derived="drop_idx_ _drop_idx_after_grouping _n_features_outs _infrequent_enabled "
            "_default_to_infrequent_mappings",
        ),
        kind(
            OrdinalEncoder,
            steps.check_ordinal,
            steps.check_ordinal_parameters,
            lists="categories_ _infrequent_indices",
            may_lack="_infrequent_indices",
            derived="_missing_indices _infrequent_enabled _default_to_infrequent_mappings",
        ),
        kind(
            FunctionTransformer,
            parameters=steps.check_functions,
            prepare=steps.refuse_arguments,
            may_lack="n_features_in_",
            derived="kw_args inv_kw_args",
        ),
        kind(
            LabelBinarizer,
            common=OUTPUT,
            arrays="classes_",
            texts="y_type_",
            flags="sparse_input_",
        ),
        kind(
            ColumnTransformer,
            steps.check_column_transformer,
            steps.check_column_transformer_parameters,
            lists="transformers_",
            flags="sparse_output_",
            derived="_columns _remainder _transformer_to_input_indices output_indices_ "
            "_transformers_feature_names_out",
        ),
        kind(Pipeline, steps.check_pipeline, common=OUTPUT),
        kind(
            TransformedTargetRegressor,
            steps.check_target_transformer,
            steps.check_functions,
            common={**OUTPUT, "feature_names_in_": names},
            estimators="regressor_ transformer_",
            counts="_training_dim",
        ),
        SELECTOR,
    )
}
"""The classes, by name."""
