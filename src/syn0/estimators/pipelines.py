"""The classes of scikit-learn's that a file may hold beside our estimators: a closed table.

A name that is not in it is refused, when saving as when loading; so is an attribute that its class
does not list, or whose value is not of its group.
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

from syn0.estimators.values import Kind

Test = Callable[[Any, Any], bool]
"""Whether a value may be an attribute of an instance."""


def columns(made: Any, value: Any) -> bool:
    """An array with an entry a column of X."""
    count = getattr(made, "n_features_in_", None)
    return value is None or (
        isinstance(value, np.ndarray) and value.ndim > 0 and count in (None, value.shape[-1])
    )


def column_lists(made: Any, value: Any) -> bool:
    """A list with an item a column of X."""
    return value is None or (
        isinstance(value, list) and len(value) == getattr(made, "n_features_in_", None)
    )


def numbers(made: Any, value: Any) -> bool:
    """A number or an array of numbers."""
    return isinstance(value, int | float | np.number) or (
        isinstance(value, np.ndarray) and value.dtype.kind in "biuf"
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
    "column_lists": column_lists,
    "numbers": numbers,
    "arrays": optional(np.ndarray),
    "lists": optional(list, tuple),
    "dicts": optional(dict),
    "flags": optional(bool, np.bool_),
    "texts": optional(str),
    "dtypes": optional(np.dtype),
    "estimators": optional(BaseEstimator),
}

COMMON: Mapping[str, Test] = {
    "n_features_in_": numbers,
    "feature_names_in_": columns,
    "_sklearn_output_config": output_config,
}


def attributes(**groups: str) -> dict[str, Test]:
    """Tests of attributes, by their names in each of `GROUPS`."""
    return {name: GROUPS[group] for group, names in groups.items() for name in names.split()}


def kind(cls: type[Any], check: Callable[[Any], None] = lambda made: None, **groups: str) -> Kind:
    """A class of scikit-learn's, with the attributes that fitting sets in each of `GROUPS`.

    A cache (`memory`) is not kept, as what is in it is unpickled; nor are callbacks.
    """
    dropped = frozenset({"memory", "_skl_callbacks"})
    names = tuple(name for name in cls._get_param_names() if name not in dropped)
    return Kind(cls, names, {**COMMON, **attributes(**groups)}, check, dropped)


def check_steps(made: Any) -> None:
    """ValueError unless a pipeline's steps are ones."""
    for name in ("steps", "transformers", "transformers_"):
        steps = getattr(made, name, [])
        width = 2 if name == "steps" else 3
        if not isinstance(steps, list) or not all(is_step(step, width) for step in steps):
            raise ValueError(f"{type(made).__name__}.{name} must be names and estimators")
    if isinstance(made, Pipeline) and not made.steps:
        raise ValueError("a Pipeline has no steps")


def is_step(step: Any, width: int) -> bool:
    """Whether something is a name, an estimator or "passthrough" or "drop", and more."""
    if not isinstance(step, tuple) or len(step) != width or not isinstance(step[0], str):
        return False
    return isinstance(step[1], BaseEstimator) or step[1] in ("passthrough", "drop", None)


def check_selector(made: Any) -> None:
    """ValueError unless a selector of columns names them by a text."""
    if not isinstance(made.pattern, str | None):
        raise ValueError("the pattern of a make_column_selector must be a text")


SELECTOR = Kind(
    make_column_selector, ("pattern", "dtype_include", "dtype_exclude"), check=check_selector
)

KINDS: Mapping[str, Kind] = {
    row.cls.__name__: row
    for row in (
        kind(StandardScaler, columns="mean_ var_ scale_", numbers="n_samples_seen_"),
        kind(
            MinMaxScaler,
            columns="min_ scale_ data_min_ data_max_ data_range_",
            numbers="n_samples_seen_",
        ),
        kind(MaxAbsScaler, columns="scale_ max_abs_", numbers="n_samples_seen_"),
        kind(RobustScaler, columns="center_ scale_"),
        kind(Normalizer),
        kind(
            QuantileTransformer, columns="quantiles_", arrays="references_", numbers="n_quantiles_"
        ),
        kind(PowerTransformer, columns="lambdas_", estimators="_scaler"),
        kind(
            PCA,
            columns="components_ mean_",
            arrays="explained_variance_ explained_variance_ratio_ singular_values_",
            numbers="n_components_ n_samples_ noise_variance_",
            texts="_fit_svd_solver",
        ),
        kind(VarianceThreshold, columns="variances_"),
        kind(SelectKBest, columns="scores_ pvalues_"),
        kind(
            SimpleImputer,
            columns="statistics_",
            dtypes="_fit_dtype _fill_dtype",
            estimators="indicator_",
        ),
        kind(MissingIndicator, arrays="features_", numbers="_n_features", flags="_precomputed"),
        kind(
            OneHotEncoder,
            column_lists="categories_ _n_features_outs _infrequent_indices "
            "_default_to_infrequent_mappings",
            columns="drop_idx_ _drop_idx_after_grouping",
            flags="_infrequent_enabled",
        ),
        kind(
            OrdinalEncoder,
            column_lists="categories_ _infrequent_indices _default_to_infrequent_mappings",
            flags="_infrequent_enabled",
            dicts="_missing_indices",
        ),
        kind(FunctionTransformer),
        kind(LabelBinarizer, arrays="classes_", texts="y_type_", flags="sparse_input_"),
        kind(
            ColumnTransformer,
            check_steps,
            lists="transformers_ _columns _remainder",
            dicts="_transformer_to_input_indices output_indices_ _name_to_fitted_passthrough",
            arrays="_transformers_feature_names_out",
            numbers="_n_features",
            flags="sparse_output_",
        ),
        kind(Pipeline, check_steps),
        kind(
            TransformedTargetRegressor,
            estimators="regressor_ transformer_",
            numbers="_training_dim",
        ),
        SELECTOR,
    )
}
"""The classes, by name."""


def last_of(model: Any) -> Any:
    """The estimator that a pipeline or a transformation of targets leads to."""
    while isinstance(model, Pipeline | TransformedTargetRegressor):
        if isinstance(model, Pipeline):
            model = model.steps[-1][1] if model.steps else None
        else:
            model = getattr(model, "regressor_", model.regressor)
    return model
