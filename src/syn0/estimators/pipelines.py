"""The classes of scikit-learn's that a file may hold beside our estimators: a closed table.

A name that is not in it is refused, when saving as when loading; so is an attribute that its class
does not list, or whose value is not of its group. What must hold beyond that stands in `steps.py`,
as do the attributes that follow from others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

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
from syn0.estimators.kept import COMMON, OUTPUT, Kind, Kinds, Test, attributes, names, nothing

OF_THE_MACHINE = frozenset({"memory", "n_jobs", "verbose", "_skl_callbacks"})
"""Parameters that say how and where to work, not what: they are not kept. What is in a cache
(`memory`) is unpickled."""


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
    made_of = tuple(name for name in cls._get_param_names() if name not in dropped)
    needless = {"feature_names_in_", *OUTPUT, *may_lack.split()}
    own = {**common, **attributes(**groups)}
    return Kind(cls, made_of, own, frozenset(needless), parameters, check, dropped, prepare=prepare)


def check_selector(made: Any) -> None:
    """ValueError unless a selector of columns names them by a text."""
    if not isinstance(made.pattern, str | None):
        raise ValueError("the pattern of a make_column_selector must be a text")


SELECTOR = Kind(
    make_column_selector,
    ("pattern", "dtype_include", "dtype_exclude"),
    check_parameters=check_selector,
)

KINDS: Kinds = {
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
            parameters=steps.check_labels,
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
